package redis

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/store"
)

func TestTell(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		ctx := t.Context()
		a, b := open(t, address, Settings{}), open(t, address, Settings{})
		say := func(texts ...string) (replies []bot.Reply) {
			for _, text := range texts {
				replies = append(replies, bot.Reply{Text: text})
			}
			return replies
		}
		expect := func(want ...string) {
			t.Helper()
			for _, text := range want {
				l := next(t, a)
				if l.Reply.Text != text || l.Session != "test:1" || l.Channel != "test" || l.To != "1" || l.Notice != strings.Contains("one two three four seven", text) {
					t.Fatalf("got %+v, want %q", l, text)
				}
				must(t, a.Sent(ctx, l))
			}
			short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			defer cancel()
			if l, err := a.Next(short, "test"); err == nil {
				t.Fatalf("got %+v as well", l)
			}
		}

		must(t, a.Tell(ctx, "test:1", "none", nil))
		must(t, a.Tell(ctx, "test:1", "first", say("one", "two")))
		must(t, b.Tell(ctx, "test:1", "first", say("one", "two"))) // another process, which died or did not hear of it
		must(t, b.Tell(ctx, "test:1", "second", say("three")))
		expect("one", "two", "three")
		must(t, a.Tell(ctx, "test:1", "first", say("one", "two"))) // delivered already
		must(t, a.Tell(ctx, "test:1", "third", say("four")))       // and the lane is free again
		expect("four")

		// Between two turns' replies, and while a letter is out.
		must(t, a.Put(ctx, message(1, 0)))
		msg, s := want(t, a, "1/0")
		s.State = "asked"
		must(t, a.Settle(ctx, msg, s, say("five", "six")))
		out := next(t, a)
		must(t, b.Tell(ctx, "test:1", "fourth", say("seven")))
		must(t, a.Put(ctx, message(1, 1)))
		msg, s = want(t, a, "1/1")
		must(t, a.Settle(ctx, msg, s, say("eight")))
		if out.Reply.Text != "five" || out.Notice {
			t.Errorf("got %+v", out)
		}
		must(t, a.Sent(ctx, out))
		expect("six", "seven", "eight")

		if s, err := a.Session(ctx, "test:1"); err != nil || s.Version != 2 || s.State != "asked" {
			t.Errorf("telling has changed the session: %+v, %v", s, err)
		}
		must(t, a.Put(ctx, bot.Message{ID: "first", Channel: "test", From: "1"})) // no message is taken for what was told
		want(t, a, "first")

		var told []string
		turns, err := a.Unstored(ctx, "test:1")
		must(t, err)
		for _, turn := range turns {
			if turn.Kind == store.TurnTold {
				told = append(told, turn.Session+" "+turn.Text())
			}
		}
		if got := strings.Join(told, ", "); got != "test:1 one\ntwo, test:1 three, test:1 four, test:1 seven" {
			t.Errorf("the journal has %q", got)
		}
	})
}

// Everything told comes once and in order, whoever tells it again and whatever
// else is said meanwhile.
func TestTellInTurns(t *testing.T) {
	address := startServer(t).address()
	const people, messages, tellers = 20, 20, 3
	m := open(t, address, Settings{})
	k := newSink()
	defer serveHere(m, k, 8, 8)()
	var all sync.WaitGroup
	for range tellers {
		teller := open(t, address, Settings{})
		all.Go(func() {
			for i := range messages {
				for p := range people {
					replies := []bot.Reply{{Text: fmt.Sprintf("told %02d", i)}}
					if err := teller.Tell(context.Background(), fmt.Sprintf("test:%d", p), fmt.Sprint(i), replies); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	putAll(t, m, people, messages, 2)
	all.Wait()
	k.await(t, expected(people, messages)+people*messages, time.Minute)
	settledDown(t, m)

	k.mu.Lock()
	for session, letters := range k.got {
		var said []bot.Letter
		told := 0
		for _, l := range letters {
			if !strings.HasPrefix(l.Reply.Text, "told ") {
				said = append(said, l)
				continue
			}
			if want := fmt.Sprintf("told %02d", told); l.Reply.Text != want {
				t.Errorf("%s: %q instead of %q", session, l.Reply.Text, want)
			}
			told++
		}
		if told != messages {
			t.Errorf("%s was told %d times", session, told)
		}
		k.got[session] = said
	}
	k.mu.Unlock()
	k.check(t, m, people, messages)
}
