package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// want takes a message and fails unless it is the one.
func want(t *testing.T, m *Mail, id string) (bot.Message, bot.Session) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	msg, s, err := m.Take(ctx)
	if err != nil || msg.ID != id {
		t.Fatalf("took %q, %v; want %q", msg.ID, err, id)
	}
	return msg, s
}

// nothing fails if there is something to take.
func nothing(t *testing.T, m *Mail) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if msg, _, err := m.Take(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("took %q, %v; want nothing", msg.ID, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestInbox(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		ctx := t.Context()
		a := open(t, address, Settings{Lease: 2 * time.Second})
		b := open(t, address, Settings{Lease: 2 * time.Second})
		for i := range 3 {
			must(t, a.Put(ctx, message(1, i)))
			must(t, b.Put(ctx, message(1, i)))
		}
		first, s := want(t, a, "1/0")
		if first.Text != "message 0" || !first.At.Equal(message(1, 0).At) || s.ID != "test:1" || s.Version != 0 {
			t.Errorf("took %+v with %+v", first, s)
		}
		nothing(t, b) // the person is being answered

		s.State, s.Wake = "asked", time.Now().Add(time.Hour)
		must(t, a.Settle(ctx, first, s, nil))
		if err := a.Settle(ctx, first, s, nil); !errors.Is(err, bot.ErrLate) {
			t.Errorf("settled twice: %v", err)
		}
		must(t, a.Put(ctx, message(1, 0))) // known, though answered

		// a is handed the next turn with Settle; nobody comes for it, and it goes to b
		second, s := want(t, b, "1/1")
		if s.State != "asked" || s.Version != 1 || second.Tries != 0 {
			t.Errorf("took %+v with %+v", second, s)
		}

		// b dies, as far as anyone can see
		again, s := want(t, a, "1/1")
		if again.Tries != 1 {
			t.Errorf("taken over with %d tries, want 1", again.Tries)
		}
		if err := b.Settle(ctx, second, s, []bot.Reply{{Text: "late"}}); !errors.Is(err, bot.ErrLate) {
			t.Errorf("settled what was taken over: %v", err)
		}
		must(t, a.Settle(ctx, again, s, nil))
		third, s := want(t, a, "1/2")
		must(t, a.Settle(ctx, third, s, nil))
		nothing(t, a)
		nothing(t, b)
		if s, err := b.Session(ctx, "test:1"); err != nil || s.Version != 3 || s.State != "asked" {
			t.Errorf("in the end %+v, %v", s, err)
		}
	})
}

func TestPutToWaitingHand(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		front, back := open(t, address, Settings{}), open(t, address, Settings{})
		for i, door := range []*Mail{back, front} { // in the process with the hand, and in another
			taken := make(chan bot.Message)
			go func() {
				msg, s, _ := back.Take(context.Background())
				_ = back.Settle(context.Background(), msg, s, nil)
				taken <- msg
			}()
			for !func() bool {
				back.inbox.mu.Lock()
				defer back.inbox.mu.Unlock()
				return len(back.inbox.hands) == 1
			}() {
				time.Sleep(time.Millisecond)
			}
			must(t, door.Put(t.Context(), message(1, i)))
			select {
			case msg := <-taken:
				if msg.ID != message(1, i).ID {
					t.Errorf("took %q", msg.ID)
				}
			case <-time.After(time.Minute):
				t.Fatal("nobody woke")
			}
		}
	})
}

func TestGiveBack(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		a, b := open(t, address, Settings{Lease: time.Hour}), open(t, address, Settings{})
		began := time.Now()
		for range 20 { // the hand leaves while the message comes
			ctx, cancel := context.WithCancel(t.Context())
			var both sync.WaitGroup
			var msg bot.Message
			var s bot.Session
			var err error
			both.Go(func() { msg, s, err = a.Take(ctx) })
			both.Go(cancel)
			id := newLease()
			must(t, a.Put(t.Context(), bot.Message{ID: text(id), Channel: "test", From: text(id)}))
			both.Wait()
			if err == nil {
				must(t, a.Settle(t.Context(), msg, s, nil))
				continue
			}
			got, s := want(t, b, text(id))
			if got.Tries != 0 {
				t.Errorf("given back with %d tries", got.Tries)
			}
			must(t, b.Settle(t.Context(), got, s, nil))
		}
		t.Logf("twenty leaving hands took %v", time.Since(began))

		// what Settle has handed on is given back by Close
		must(t, a.Put(t.Context(), message(1, 0)))
		must(t, a.Put(t.Context(), message(1, 1)))
		msg, s := want(t, a, "1/0")
		must(t, a.Settle(t.Context(), msg, s, nil))
		began = time.Now()
		must(t, a.Close())
		want(t, b, "1/1")
		t.Logf("closed and taken after %v", time.Since(began))
	})
}

func TestFlood(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m := open(t, address, Settings{})
		for i := range floodLimit {
			must(t, m.Put(t.Context(), message(1, i)))
		}
		if err := m.Put(t.Context(), message(1, floodLimit)); !errors.Is(err, bot.ErrFlood) {
			t.Errorf("one too many: %v", err)
		}
		must(t, m.Put(t.Context(), message(1, 3))) // known: nothing is lost
		must(t, m.Put(t.Context(), message(2, 0))) // another person
		msg, s := want(t, m, "1/0")
		must(t, m.Settle(t.Context(), msg, s, nil))
		must(t, m.Put(t.Context(), message(1, floodLimit))) // it was not remembered
		stats, err := m.Stats(t.Context())
		if err != nil || stats.Inbox.Waiting+stats.Inbox.Held != 2 {
			t.Errorf("%+v, %v; want two people", stats, err)
		}
	})
}

func TestWake(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m, other := open(t, address, Settings{}), open(t, address, Settings{})
		must(t, m.Put(t.Context(), message(1, 0)))
		msg, s := want(t, m, "1/0")
		wake := time.Now().Add(time.Second)
		s.Wake = wake
		must(t, m.Settle(t.Context(), msg, s, nil))

		late := message(2, 0) // said an hour ago and answered now
		late.At = time.Now().Add(-time.Hour)
		must(t, m.Put(t.Context(), late))
		msg, s = want(t, m, "2/0")
		s.Wake = late.At.Add(20 * time.Minute)
		must(t, m.Settle(t.Context(), msg, s, nil))

		msg, s = want(t, m, fmt.Sprintf("wake:%d", wake.Unix()))
		if !msg.Silence || msg.Session() != "test:1" || msg.At.Unix() < wake.Unix() {
			t.Errorf("rang %+v", msg)
		}
		s.Wake = time.Time{}
		must(t, m.Settle(t.Context(), msg, s, nil))
		time.Sleep(1200 * time.Millisecond)
		nothing(t, m)
		nothing(t, other)
	})
}

// A card number is gone before anything is kept.
func TestPutScrubs(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m := open(t, address, Settings{})
		said := message(1, 0)
		said.Text = "meu cartão é 4111 1111 1111 1111"
		must(t, m.Put(t.Context(), said))
		got, _ := want(t, m, "1/0")
		if strings.Contains(got.Text, "1111") || !got.Secret {
			t.Errorf("took %+v", got)
		}
	})
}

// Who waits for a person is in the queue until a turn says otherwise.
func TestWaiting(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m := open(t, address, Settings{})
		since := time.Now().Add(-time.Minute).Truncate(time.Second).UTC()
		turn := func(person, n int, waiting time.Time) {
			t.Helper()
			must(t, m.Put(t.Context(), message(person, n)))
			msg, s := want(t, m, fmt.Sprintf("%d/%d", person, n))
			s.Waiting = waiting
			must(t, m.Settle(t.Context(), msg, s, []bot.Reply{{Text: "yes"}}))
		}
		waiting := func(want ...Waiter) {
			t.Helper()
			if got, err := m.Waiting(t.Context()); err != nil || !slices.Equal(got, want) {
				t.Errorf("waiting are %v, %v, want %v", got, err, want)
			}
		}
		waiting()
		turn(1, 0, since.Add(time.Second))
		turn(2, 0, since)
		waiting(Waiter{"test:2", since}, Waiter{"test:1", since.Add(time.Second)})
		turn(2, 1, time.Time{})
		waiting(Waiter{"test:1", since.Add(time.Second)})
	})
}

// How long it takes is told by how long others waited, once there are enough of
// them whom an attendant took.
func TestQueue(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m := open(t, address, Settings{})
		now := time.Now().Truncate(time.Second).UTC()
		turn := func(person, n int, by string, at time.Time, change func(*bot.Session)) {
			t.Helper()
			msg := message(person, n)
			msg.By, msg.At = by, at
			must(t, m.Put(t.Context(), msg))
			msg, s := want(t, m, fmt.Sprintf("%d/%d", person, n))
			change(&s)
			must(t, m.Settle(t.Context(), msg, s, []bot.Reply{{Text: "yes"}}))
		}
		queue := func(since time.Time, want store.Queue) {
			t.Helper()
			if got, err := m.Queue(t.Context(), since); err != nil || got != want {
				t.Errorf("the queue is %+v, %v, want %+v", got, err, want)
			}
		}
		queue(now, store.Queue{})
		waits := map[int]time.Duration{1: 4 * time.Minute, 2: time.Minute, 3: 50 * time.Minute, 4: 9 * time.Minute, 5: 0}
		for person := 1; person <= 5; person++ {
			since := now.Add(-waits[person])
			turn(person, 0, "", since, func(s *bot.Session) { s.Waiting = since })
		}
		queue(now, store.Queue{Ahead: 4})
		queue(now.Add(-9*time.Minute), store.Queue{Ahead: 1})
		takes := func(s *bot.Session) { s.Waiting, s.Human = time.Time{}, "Ana" }
		turn(1, 1, "Ana", now, takes)
		turn(2, 1, "Ana", now, takes)
		queue(now, store.Queue{Ahead: 2})
		turn(4, 1, "", now, func(s *bot.Session) { s.Waiting = time.Time{} }) // gave up: says nothing of how long it takes
		turn(5, 1, "Ana", now, takes)
		queue(now, store.Queue{Ahead: 1, Wait: time.Minute})
		turn(3, 1, "Ana", now, takes)
		queue(now, store.Queue{Wait: 4 * time.Minute})
	})
}

func TestOutbox(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		ctx := t.Context()
		a := open(t, address, Settings{Sending: 2 * time.Second})
		b := open(t, address, Settings{Sending: 2 * time.Second})
		for _, p := range []int{1, 2} {
			must(t, a.Put(ctx, message(p, 0)))
			msg, s := want(t, a, fmt.Sprintf("%d/0", p))
			must(t, a.Settle(ctx, msg, s, []bot.Reply{
				{Text: "one"}, {Document: &bot.Document{Name: "two.pdf", Body: []byte{0, 1, 255}}}, {Text: "three"},
			}))
		}
		one := next(t, a)
		if one.Reply.Text != "one" || one.Channel != "test" || one.Session != "test:"+one.To || one.Tries != 0 {
			t.Errorf("got %+v", one)
		}
		other := next(t, b)
		if other.Session == one.Session || other.Reply.Text != "one" {
			t.Errorf("got %+v as well as %+v", other, one)
		}
		ctxShort, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		if l, err := b.Next(ctxShort, "test"); err == nil {
			t.Fatalf("got %+v while both people have a letter out", l)
		}
		if err := b.Sent(ctx, one); !errors.Is(err, bot.ErrLate) {
			t.Errorf("marked another's letter: %v", err)
		}

		// a keeps its lane for longer than a lease by renewing it
		time.Sleep(3 * time.Second)
		must(t, a.Sent(ctx, one))
		if err := a.Sent(ctx, one); !errors.Is(err, bot.ErrLate) {
			t.Errorf("marked twice: %v", err)
		}
		two := next(t, a)
		if two.Reply.Document == nil || string(two.Reply.Document.Body) != "\x00\x01\xff" || two.Session != one.Session {
			t.Errorf("got %+v", two)
		}
		must(t, a.Failed(ctx, two, time.Second))
		again := next(t, a)
		if again.ID != two.ID || again.Tries != 1 || again.Lease == two.Lease {
			t.Errorf("got %+v, want %+v again", again, two)
		}
		must(t, a.Failed(ctx, again, 0)) // never again
		three := next(t, a)
		if three.Reply.Text != "three" || three.Session != one.Session || three.Tries != 0 {
			t.Errorf("got %+v", three)
		}
		must(t, a.Sent(ctx, three))
		must(t, b.Close()) // gives the other person back, whose letter it never marked
		resent := next(t, a)
		if resent.ID != other.ID {
			t.Errorf("got %+v, want %+v again", resent, other)
		}
	})
}

func next(t *testing.T, m *Mail) bot.Letter {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	l, err := m.Next(ctx, "test")
	must(t, err)
	return l
}

func TestFlushed(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		ctx := t.Context()
		m := open(t, address, Settings{})
		must(t, m.Put(ctx, message(1, 0)))
		msg, s := want(t, m, "1/0")
		must(t, m.Settle(ctx, msg, s, []bot.Reply{{Text: "a"}, {Text: "b"}}))
		out := next(t, m)
		must(t, m.Put(ctx, message(1, 1)))
		msg, s = want(t, m, "1/1")
		must(t, m.client.FlushAll(ctx).Err())
		must(t, m.client.ScriptFlush(ctx).Err())

		if err := m.Settle(ctx, msg, s, nil); !errors.Is(err, bot.ErrLate) {
			t.Errorf("settled what is forgotten: %v", err)
		}
		must(t, m.Sent(ctx, out))
		must(t, m.Put(ctx, message(1, 2)))
		msg, s = want(t, m, "1/2")
		if s.Version != 0 {
			t.Errorf("version %d of a forgotten session", s.Version)
		}
		must(t, m.Settle(ctx, msg, s, []bot.Reply{{Text: "c"}}))
		for l := next(t, m); l.Reply.Text != "c"; l = next(t, m) {
			_ = m.Sent(ctx, l) // b may have been on its way
		}
	})
}

// TestContract is the whole way with a few people, with all in one process.
func TestContract(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m := open(t, address, Settings{})
		k := newSink()
		defer serveHere(m, k, 4, 4)()
		const people, messages = 20, 10
		putAll(t, m, people, messages, 2)
		k.await(t, expected(people, messages), time.Minute)
		k.check(t, m, people, messages)
		settledDown(t, m)
	})
}

func TestTrips(t *testing.T) {
	m := open(t, startServer(t).address(), Settings{})
	k := newSink()
	defer serveHere(m, k, 16, 16)()
	for _, c := range []struct {
		name   string
		people int
	}{{"one person", 1}, {"twenty people at once", 20}} {
		t.Run(c.name, func(t *testing.T) {
			const messages = 50
			must(t, m.client.FlushAll(t.Context()).Err())
			k.mu.Lock()
			clear(k.ids)
			clear(k.got)
			k.mu.Unlock()
			must(t, put(m, bot.Message{ID: "first", Channel: "test", From: "first"})) // sends the scripts
			for k.of("first") == 0 {
				time.Sleep(time.Millisecond)
			}
			trips := count(m)
			var people sync.WaitGroup
			for p := range c.people {
				people.Go(func() {
					for i := range messages { // each waits for the answer, as people do
						id := fmt.Sprintf("%s/%d/%d", c.name, p, i)
						before := k.of(fmt.Sprint(p))
						if err := put(m, bot.Message{ID: id, Channel: "test", From: fmt.Sprint(p)}); err != nil {
							t.Error(err)
							return
						}
						for k.of(fmt.Sprint(p)) == before {
							time.Sleep(time.Millisecond)
						}
					}
				})
			}
			people.Wait()
			each := float64(trips.sum()) / float64(messages*c.people)
			t.Logf("%.2f trips a message, with its answer sent: %d scripts, %d pipelines, %d waits",
				each, trips.scripts.Load(), trips.pipelines.Load(), trips.waits.Load())
			if each > 3 {
				t.Errorf("%.2f trips a message", each)
			}
		})
	}
}

func (k *sink) of(person string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.got["test:"+person])
}

func TestJournal(t *testing.T) {
	m := open(t, startServer(t).address(), Settings{})
	ctx := t.Context()
	must(t, m.Put(ctx, bot.Message{
		ID: "1", Channel: "test", From: "1", Text: "sou a Ana, 529.982.247-25 e 12.ABC.345/01DE-35, imóvel 1034599",
	}))
	msg, s := want(t, m, "1")
	s.Protocol, s.Flow, s.State, s.Mistakes = "20271122-0001", "segundavia", "choosing", 1
	s.Identity = &bot.Identity{Customer: 7, Property: 1034599}
	s.Course = bot.Course{Walked: []bot.Walk{{Flow: "identificacao", Arrow: bot.Arrow{From: "asking", Event: "right", To: bot.End}}}, Fault: bot.Slip, Angry: true}
	must(t, m.Settle(ctx, msg, s, []bot.Reply{
		{Text: "Conta de *05/2025*: R$ 1.091,12, imóvel `103459.9`, pedido 34507"},
		{Copy: "826700000012345678901234"},
		{Text: "Qual?", Options: []string{"a", "b"}, Chosen: []int{1}, Also: []string{"Pronto"}, Edits: "7"},
		{Document: &bot.Document{Name: "conta.pdf", Caption: "Aqui está."}},
		{Text: "Banese", Link: &bot.Link{Label: "Banese", Address: "https://banese.example"}},
	}))
	turns, err := m.Unstored(ctx, "test:1")
	if must(t, err); len(turns) != 1 {
		t.Fatalf("%d turns", len(turns))
	}
	got := turns[0]
	if got.ID == "" || time.Since(got.At).Abs() > time.Minute {
		t.Errorf("it was at %v, %q", got.At, got.ID)
	}
	got.ID, got.At = "", time.Time{}
	expected := store.Turn{
		Session: "test:1", Protocol: "20271122-0001", Property: 1034599, Said: "sou a Ana, … e …, imóvel …59.9",
		To: store.TurnPlace{Flow: "segundavia", State: "choosing"}, Fault: "mistake", Mistakes: 1, Angry: true,
		Steps: []store.TurnStep{{Flow: "identificacao", From: "asking", Event: "right", To: "end"}},
		Replies: []store.Reply{
			{Text: "Conta de *05/2025*: R$ 1.091,12, imóvel `…59.9`, pedido …07"},
			{Copy: "…"},
			{Text: "Qual?", Options: []string{"a", "b"}, Ticked: []int{1}, Also: []string{"Pronto"}, Edits: true},
			{File: "conta.pdf", Text: "Aqui está."},
			{Text: "Banese", Link: "Banese: https://banese.example"},
		},
	}
	if !reflect.DeepEqual(got, expected) {
		t.Errorf("journal has\n%+v, want\n%+v", got, expected)
	}

	// Once they are known only their own number is left out, and any that they write.
	must(t, m.Put(ctx, bot.Message{ID: "2", Channel: "test", From: "1", Choice: "pedido 12345"}))
	msg, s = want(t, m, "2")
	s.Protocol, s.Identity = "", nil
	must(t, m.Settle(ctx, msg, s, []bot.Reply{{Text: "pedido 12345 de 1034599"}}))
	turns, err = m.Unstored(ctx, "test:1")
	must(t, err)
	got = turns[1]
	if got.Said != "pedido …45" || !got.Pressed || got.Replies[0].Text != "pedido 12345 de …59.9" || !got.Over || got.Protocol != "20271122-0001" || got.Property != 1034599 || got.From != turns[0].To {
		t.Errorf("%+v", got)
	}
}

// What is too long for the journal is cut, at a character.
func TestJournalIsShort(t *testing.T) {
	m := open(t, startServer(t).address(), Settings{})
	must(t, m.Put(t.Context(), bot.Message{ID: "1", Channel: "test", From: "1", Text: strings.Repeat("ã", 4000)}))
	msg, s := want(t, m, "1")
	many := bot.Reply{Text: strings.Repeat("õ", 2999)}
	must(t, m.Settle(t.Context(), msg, s, []bot.Reply{many, {Text: "12"}, many, many}))
	turns, err := m.Unstored(t.Context(), "test:1")
	must(t, err)
	if got := turns[0]; len(got.Said) != journalText || len(got.Replies) != 2 || !utf8.ValidString(got.Said) {
		t.Errorf("%d bytes said and %d replies", len(got.Said), len(got.Replies))
	}
}

func TestJournalOfAttendants(t *testing.T) {
	m := open(t, startServer(t).address(), Settings{})
	ctx := t.Context()
	must(t, m.Put(ctx, bot.Message{ID: "2", Channel: "test", From: "1", By: "Ana", Act: bot.Wrote, Text: "Ligue 79 99123-4567"}))
	msg, s := want(t, m, "2")
	s.Human, s.Waiting = "Ana", time.Unix(1_795_352_554, 0).UTC()
	s.Until, s.Owed = s.Waiting.Add(time.Hour), s.Waiting.Add(time.Minute)
	must(t, m.Settle(ctx, msg, s, nil))
	turns, err := m.Unstored(ctx, "test:1")
	must(t, err)
	if got := turns[0]; got.Said != "Ligue …" || got.By != "Ana" || got.Kind != store.TurnWrote || got.Human != "Ana" || !got.Waiting.Equal(s.Waiting) || !got.Until.Equal(s.Until) || !got.Owed.Equal(s.Owed) {
		t.Errorf("of what an attendant wrote the journal has %+v", got)
	}
	must(t, m.Put(ctx, bot.Message{ID: "3", Channel: "test", From: "1", By: "Ana", Act: bot.Gives, Text: "pix 900022"}))
	msg, s = want(t, m, "3")
	s.Course = bot.Course{Gave: "Pix da conta de 03/2026", Refused: "Bia está com esta conversa."}
	must(t, m.Settle(ctx, msg, s, nil))
	turns, err = m.Unstored(ctx, "test:1")
	must(t, err)
	if got := turns[1]; got.Said != "Pix da conta de 03/2026" || got.Kind != store.TurnGives || got.Refused != s.Course.Refused {
		t.Errorf("of what an attendant gave the journal has %+v", got)
	}
}

func TestErrors(t *testing.T) {
	srv := startServer(t)
	m := open(t, srv.address(), Settings{})
	must(t, m.Put(t.Context(), message(1, 0)))
	srv.kill()
	secret := bot.Message{ID: "2", Channel: "test", From: "1", Text: "segredo"}
	err := m.Put(t.Context(), secret)
	if !bot.IsTemporary(err) || strings.Contains(err.Error(), "segredo") {
		t.Errorf("Redis is away: %v", err)
	}
	if err := m.Ping(t.Context()); !bot.IsTemporary(err) {
		t.Errorf("Redis is away: %v", err)
	}
	for _, address := range []string{
		"redis://user:segredo@127.0.0.1:1/0",
		"redis://user:segredo@127.0.0.1:1?addr=127.0.0.1:2",
		"redis://:segredo@127.0.0.1:1?addr=127.0.0.1:2&master_name=mymaster",
	} {
		_, err := Open(t.Context(), address, Settings{Log: slog.New(slog.DiscardHandler)})
		if !bot.IsTemporary(err) || strings.Contains(err.Error(), "segredo") {
			t.Errorf("open %s: %v", address, err)
		}
	}
	for _, address := range []string{"redis://user:segredo@host:bad port", "http://user:segredo@host"} {
		_, err := Open(t.Context(), address, Settings{})
		if err == nil || bot.IsTemporary(err) || strings.Contains(err.Error(), "segredo") {
			t.Errorf("open %s: %v", address, err)
		}
	}
}

func TestExpiry(t *testing.T) {
	mini := miniredis.RunT(t)
	m := open(t, "redis://"+mini.Addr(), Settings{Keep: time.Hour})
	ctx := t.Context()
	must(t, m.Put(ctx, message(1, 0)))
	msg, s := want(t, m, "1/0")
	s.Flow = "segundavia"
	must(t, m.Settle(ctx, msg, s, nil))
	mini.FastForward(time.Hour + time.Second)
	if s, err := m.Session(ctx, "test:1"); err != nil || s.Version != 0 || s.Flow != "" {
		t.Errorf("after an hour %+v, %v", s, err)
	}
	must(t, m.Put(ctx, message(1, 0))) // its ID is known for longer
	nothing(t, m)
	mini.FastForward(remembered)
	for _, k := range mini.Keys() {
		if !strings.HasSuffix(k, "}j") {
			t.Errorf("%s is left", k)
		}
	}
}

// TestCluster runs the whole way on a Cluster of one node, which refuses
// commands whose keys are not of one slot as any other does.
func TestCluster(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	must(t, l.Close())
	if port > 55_535 {
		port -= 20_000 // the nodes' own port is 10,000 higher
	}
	srv := startServer(t, "--port", fmt.Sprint(port), "--cluster-enabled", "yes")
	node := goredis.NewClient(&goredis.Options{Network: "unix", Addr: srv.socket()})
	must(t, node.ClusterAddSlotsRange(t.Context(), 0, 16383).Err())
	for !strings.Contains(node.ClusterInfo(t.Context()).Val(), "cluster_state:ok") {
		time.Sleep(20 * time.Millisecond)
	}
	must(t, node.Close())

	m := open(t, fmt.Sprintf("redis://127.0.0.1:%d?addr=127.0.0.1:%[1]d", port), Settings{})
	k := newSink()
	defer serveHere(m, k, 4, 4)()
	const people, messages = 40, 10
	putAll(t, m, people, messages, 2)
	k.await(t, expected(people, messages), time.Minute)
	k.check(t, m, people, messages)
	settledDown(t, m)
	for p := range people {
		must(t, m.Tell(t.Context(), fmt.Sprintf("test:%d", p), "news", []bot.Reply{{Text: "news"}}))
	}
	k.await(t, expected(people, messages)+people, time.Minute)
	wait, err := m.Guesses([]byte("secret"), known).reserve(t.Context(), "try", "a", 1, "x", time.Now())
	if err != nil || wait != 0 {
		t.Errorf("a first guess has to wait %v, %v", wait, err)
	}
}
