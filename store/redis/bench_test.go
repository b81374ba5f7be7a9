package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lojavirtual/bot"
)

// BenchmarkRound is the way of one message and its answer: Put, Take, Settle,
// Next and Sent.
func BenchmarkRound(b *testing.B) {
	for _, people := range []int{1, 50} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			m := open(b, startServer(b).address(), Settings{})
			ch := &echo{waiting: make([]chan struct{}, people)}
			for i := range ch.waiting {
				ch.waiting[i] = make(chan struct{}, 1)
			}
			defer serveHere(m, ch, people, people)()
			trips := count(m)
			before := redisTime(b, m)
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ResetTimer()
			done := make(chan error, people)
			for p := range people {
				go func() {
					for left.Add(-1) >= 0 {
						id := text(newLease())
						if err := put(m, bot.Message{ID: id, Channel: "test", From: fmt.Sprint(p), Text: "2"}); err != nil {
							done <- err
							return
						}
						<-ch.waiting[p]
					}
					done <- nil
				}()
			}
			for range people {
				if err := <-done; err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			b.ReportMetric(float64(trips.sum())/float64(b.N), "trips/op")
			b.ReportMetric((redisTime(b, m)-before)*1e6/float64(b.N), "redis-µs/op")
		})
	}
}

// echo is a channel that tells each person when the first letter of an answer came.
type echo struct{ waiting []chan struct{} }

func (c *echo) Name() string { return "test" }

func (c *echo) Send(_ context.Context, l bot.Letter) error {
	var p int
	_, _ = fmt.Sscan(l.To, &p)
	if strings.HasSuffix(l.ID, "/0") {
		c.waiting[p] <- struct{}{}
	}
	return nil
}

// redisTime is the CPU that Redis has used, in seconds.
func redisTime(t testing.TB, m *Mail) (seconds float64) {
	for line := range strings.Lines(m.client.Info(t.Context(), "cpu").Val()) {
		var part float64
		if _, err := fmt.Sscanf(line, "used_cpu_user:%f", &part); err == nil {
			seconds += part
		}
		if _, err := fmt.Sscanf(line, "used_cpu_sys:%f", &part); err == nil {
			seconds += part
		}
	}
	return seconds
}

// TestSessionMemory measures what a session of someone choosing a bill takes
// in Redis, key and all; what else is kept of a person is logged.
func TestSessionMemory(t *testing.T) {
	m := open(t, startServer(t).address(), Settings{})
	now := time.Unix(1_795_352_554, 0)
	s := bot.Session{
		Protocol: "20261122004711", Flow: "segundavia", State: "choosing",
		Data:  json.RawMessage(`{"b":[9005,9006],"t":["05/2025","06/2025"]}`),
		Began: now, Moves: 3, Identity: &bot.Identity{Customer: 7, Property: 1034599}, Seen: now, Wake: now.AddDate(1, 0, 0),
	}
	const people = 2000
	before := memory(t, m)
	for i := range people {
		msg := bot.Message{ID: fmt.Sprint(i), Channel: "telegram", From: fmt.Sprint(5_579_000_000 + i)}
		must(t, m.Put(t.Context(), msg))
		msg, old := want(t, m, msg.ID)
		s.ID, s.Version = old.ID, old.Version
		must(t, m.Settle(t.Context(), msg, s, nil))
	}
	all := (memory(t, m) - before) / people
	one := m.client.MemoryUsage(t.Context(), key(partition(s.ID), "s:"+s.ID)).Val()
	text := m.client.Get(t.Context(), key(partition(s.ID), "s:"+s.ID)).Val()
	t.Logf("the session takes %d bytes (%d of them text: %s); with seen IDs, alarm and journal %d a person", one, len(text), text, all)
	if one > 300 {
		t.Errorf("a session takes %d bytes, want at most 300", one)
	}
}

func memory(t *testing.T, m *Mail) (n int64) {
	_, rest, _ := strings.Cut(m.client.Info(t.Context(), "memory").Val(), "used_memory:")
	_, err := fmt.Sscan(rest, &n)
	must(t, err)
	return n
}
