package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// twoLojas are two processes, as far as stores can tell, on the same stores.
func twoLojas(t *testing.T) [2]*loja {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log)
	var both [2]*loja
	for i := range both {
		l, err := open(t.Context(), cfg, log)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		both[i] = l
	}
	return both
}

// A job is done over and over by one process at a time, whatever became of it
// before, and a stop cuts it short.
func TestJobs(t *testing.T) {
	both := twoLojas(t)
	var at, runs, cut atomic.Int32
	enough := make(chan struct{})
	j := job{name: "count", every: 5 * time.Millisecond, do: func(ctx context.Context) error {
		if at.Add(1) > 1 {
			t.Error("two processes are at it")
		}
		defer at.Add(-1)
		time.Sleep(time.Millisecond)
		switch n := runs.Add(1); {
		case n == 2:
			return errors.New("refused")
		case n == 3:
			panic("a bug")
		case n == 20:
			close(enough)
			fallthrough
		case n > 20:
			<-ctx.Done()
			cut.Add(1)
			return ctx.Err()
		}
		return nil
	}}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for _, l := range both {
		running.Go(func() { l.repeat(ctx, j) })
	}
	<-enough
	stop()
	running.Wait()
	if cut.Load() == 0 {
		t.Error("what was under way was not cut short")
	}
	results := map[string]float64{}
	for _, l := range both {
		families, err := l.metrics.registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, m := range f.Metric {
				switch f.GetName() {
				case "loja_job_runs_total":
					results[m.Label[1].GetValue()] += m.Counter.GetValue()
				case "loja_job_done_timestamp_seconds":
					results["last"] = max(results["last"], m.Gauge.GetValue())
				}
			}
		}
	}
	if results["done"] != 17 || results["failed"] != 2 || time.Since(time.Unix(int64(results["last"]), 0)) > time.Minute {
		t.Errorf("counted %v", results)
	}
}
