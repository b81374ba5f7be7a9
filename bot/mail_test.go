package bot_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"lojavirtual/bot"
)

// A tray hands out what is laid into it, and notes what came of it.
type tray struct {
	messages chan bot.Message
	letters  chan bot.Letter
	late     bool

	mu       sync.Mutex
	settled  []bot.Session
	replies  [][]bot.Reply
	sent     []string
	failures []time.Duration
	done     chan struct{} // after each
}

func newTray() *tray {
	return &tray{messages: make(chan bot.Message, 9), letters: make(chan bot.Letter, 9), done: make(chan struct{}, 9)}
}

func (y *tray) Put(_ context.Context, m bot.Message) error { y.messages <- m; return nil }

func (y *tray) Take(ctx context.Context) (bot.Message, bot.Session, error) {
	select {
	case m := <-y.messages:
		return m, bot.Session{ID: m.Session(), Protocol: "1", Identity: &bot.Identity{Customer: 7, Property: 1001}}, nil
	case <-ctx.Done():
		return bot.Message{}, bot.Session{}, ctx.Err()
	}
}

func (y *tray) Settle(_ context.Context, _ bot.Message, s bot.Session, replies []bot.Reply) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	defer func() { y.done <- struct{}{} }()
	if y.late {
		return bot.ErrLate
	}
	y.settled, y.replies = append(y.settled, s), append(y.replies, replies)
	return nil
}

func (y *tray) Next(ctx context.Context, _ string) (bot.Letter, error) {
	select {
	case l := <-y.letters:
		return l, nil
	case <-ctx.Done():
		return bot.Letter{}, ctx.Err()
	}
}

func (y *tray) Sent(_ context.Context, l bot.Letter) error {
	y.sent = append(y.sent, l.ID)
	y.done <- struct{}{}
	return nil
}

func (y *tray) Failed(_ context.Context, _ bot.Letter, again time.Duration) error {
	y.failures = append(y.failures, again)
	y.done <- struct{}{}
	return nil
}

// A message that ended its process three times is answered with an apology and
// put aside; one that was taken over meanwhile is reported to nobody.
func TestServe(t *testing.T) {
	var w trouble
	var keys []string
	e := world(&w, &keys).Engine
	var reports []bot.Report
	e.Reported = func(r bot.Report) { reports = append(reports, r) }
	y := newTray()
	ctx, stop := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	serving.Go(func() { e.Serve(ctx, y) })

	at := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	y.messages <- bot.Message{ID: "1", Channel: "test", From: "maria", Text: "comprar", At: at}
	<-y.done
	y.messages <- bot.Message{ID: "2", Channel: "test", From: "maria", Text: "comprar", At: at, Tries: 3}
	<-y.done
	y.mu.Lock()
	y.late = true
	y.mu.Unlock()
	y.messages <- bot.Message{ID: "3", Channel: "test", From: "maria", Text: "comprar", At: at}
	<-y.done
	stop()
	serving.Wait()

	if len(y.settled) != 2 || y.settled[0].Flow != "shop" || y.settled[1].Flow != "" {
		t.Fatalf("settled %+v", y.settled)
	}
	if said := y.replies[1][0].Text; said != "Desculpe, algo deu errado do nosso lado. A equipe já foi avisada (código K7Q2)." {
		t.Errorf("the poison was answered %q", said)
	}
	if len(reports) != 2 || reports[0].Replies != 1 || reports[1].Fault != bot.Bug {
		t.Errorf("reports %+v", reports)
	}
}

// A network refuses letters in the ways its errors say.
type network struct{ errs chan error }

func (network) Name() string                             { return "test" }
func (n network) Send(context.Context, bot.Letter) error { return <-n.errs }

type wait time.Duration

func (wait) Error() string               { return "wait" }
func (wait) Temporary() bool             { return true }
func (w wait) RetryAfter() time.Duration { return time.Duration(w) }

func TestPost(t *testing.T) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	for _, test := range []struct {
		err    error
		tries  int
		result string
		atMost time.Duration // when it is tried again, from half of it on; 0 for never
	}{
		{nil, 0, "sent", 0},
		{wait(7 * time.Second), 0, "retry", 7 * time.Second},
		{fmt.Errorf("send: %w", &trouble{}), 0, "retry", time.Second},
		{&trouble{}, 3, "retry", 8 * time.Second},
		{&trouble{}, 11, "retry", 5 * time.Minute},
		{&trouble{}, 12, "dropped", 0},
		{fmt.Errorf("send: %w", bot.ErrBlocked), 0, "blocked", 0},
		{errors.New("no such thing"), 0, "dropped", 0},
	} {
		y, n := newTray(), network{make(chan error, 1)}
		var result string
		ctx, stop := context.WithCancel(t.Context())
		var posting sync.WaitGroup
		posting.Go(func() { bot.Post(ctx, y, n, log, func(_, r string) { result = r }) })
		n.errs <- test.err
		y.letters <- bot.Letter{ID: "1", Tries: test.tries}
		<-y.done
		stop()
		posting.Wait()
		if result != test.result {
			t.Errorf("%v: %s, want %s", test.err, result, test.result)
		}
		if test.result == "sent" {
			continue
		}
		if again := y.failures[0]; again > test.atMost || again < test.atMost/2 {
			t.Errorf("%v after %d tries: again in %v, want up to %v", test.err, test.tries, again, test.atMost)
		}
	}
}
