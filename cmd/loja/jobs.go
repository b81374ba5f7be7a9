package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"time"

	"lojavirtual/bot"
	"lojavirtual/flows/acompanhamento"
	"lojavirtual/flows/debitos"
)

// A job is done again and again, whether or not anybody writes: by one process
// at a time, however many there are. Each process comes to it once in the
// interval, so two do it twice as often. It must bear to be cut short at any
// point, for that is what a stop does.
type job struct {
	name  string // of its lock, in metrics and the log; the same in every release
	every time.Duration
	do    func(context.Context) error
}

// jobs lists what is done on a schedule.
func (l *loja) jobs() []job {
	return slices.Concat([]job{
		{name: "notify", every: l.Notify, do: l.notify},
		{name: "charge news", every: 30 * time.Second, do: l.tellOfCharges},
		{name: "purge", every: 6 * time.Hour, do: l.purge},
	}, l.pixJobs(), l.cardJobs(), l.reconcileJobs())
}

// notify tells people of the requests they wanted to be told of. Whatever cuts
// it short, nobody is told the same twice: what may have been told has the same
// id when it is told again.
func (l *loja) notify(ctx context.Context) error {
	if err := l.db.EndWatches(ctx, acompanhamento.Days); err != nil {
		return err
	}
	changes, err := l.db.Changes(ctx)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if err := l.mail.Tell(ctx, c.Session, c.ID(), []bot.Reply{acompanhamento.Notice(c)}); err != nil {
			return err
		}
		if err := l.db.Told(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// tellOfCharges tells people what has become of what they pay, once as notify does.
func (l *loja) tellOfCharges(ctx context.Context) error {
	untold, err := l.db.UntoldCharges(ctx)
	if err != nil {
		return err
	}
	for _, n := range untold {
		if replies := debitos.News(n.Charge); len(replies) > 0 {
			if err := l.mail.Tell(ctx, n.Session, n.ID(), replies); err != nil {
				return err
			}
		}
		if err := l.db.ChargeTold(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// purge erases what has been kept for as long as it may be.
func (l *loja) purge(ctx context.Context) error {
	keep := l.operator.Retention.Effective()
	if err := l.db.Purge(ctx, keep); err != nil {
		return err
	}
	return l.mail.Purge(ctx, time.Now().AddDate(0, 0, -keep.Talks))
}

const (
	settling = time.Minute      // within which a job is first done, so that one process is not always first
	jobTime  = 15 * time.Minute // that one run may take
)

// repeat does a job every so often until the context ends; what is under way
// then is cut short.
func (l *loja) repeat(ctx context.Context, j job) {
	for wait := rand.N(min(settling, j.every)); ; wait = j.every*9/10 + rand.N(j.every/5) {
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		ran, err := l.runJob(ctx, j)
		switch {
		case ctx.Err() != nil:
			return
		case bot.IsTemporary(err):
			l.log.Warn("a job failed", "job", j.name, "error", err)
			l.metrics.ran(j.name, err)
		case err != nil:
			l.log.Error("a job failed", "job", j.name, "error", err)
			l.metrics.ran(j.name, err)
		case ran:
			l.metrics.ran(j.name, nil)
		}
	}
}

// runJob does a job once, unless another process is at it.
func (l *loja) runJob(ctx context.Context, j job) (ran bool, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = fmt.Errorf("panic: %v\n%s", bug, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, jobTime)
	defer cancel()
	return l.db.Alone(ctx, "job "+j.name, j.do)
}
