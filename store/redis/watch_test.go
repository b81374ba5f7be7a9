package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// watch begins to follow the conversations of a Mail.
func watch(t testing.TB, m *Mail) *Watch {
	t.Helper()
	w, err := m.Watch(m.Guesses([]byte("secret"), known))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// say settles a turn in which a person says something.
func say(t testing.TB, m *Mail, person, text string, change func(*bot.Session), replies ...string) {
	t.Helper()
	time.Sleep(2 * time.Millisecond) // turns have a time in milliseconds, and are listed by it
	id := text + time.Now().String()
	if err := put(m, bot.Message{ID: id, Channel: "test", From: person, Text: text}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	msg, s, err := m.Take(ctx)
	if err != nil || msg.ID != id {
		t.Fatalf("took %q instead of %q, %v", msg.ID, id, err)
	}
	s.Protocol, s.Course = "2605"+person, bot.Course{}
	if change != nil {
		change(&s)
	}
	var all []bot.Reply
	for _, r := range replies {
		all = append(all, bot.Reply{Text: r})
	}
	if err := m.Settle(t.Context(), msg, s, all); err != nil {
		t.Fatal(err)
	}
}

// hear waits for the next change.
func hear(t *testing.T, changes <-chan store.TalkChange) store.TalkChange {
	t.Helper()
	select {
	case c, ok := <-changes:
		if !ok {
			t.Fatal("the watcher was let go")
		}
		return c
	case <-time.After(time.Minute):
		t.Fatal("nothing changes")
	}
	return store.TalkChange{}
}

// who are the people of live conversations.
func who(t *testing.T, w *Watch, f store.TalkFilter) string {
	t.Helper()
	all, err := w.Live(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	var people []string
	for _, l := range all {
		people = append(people, strings.TrimPrefix(l.Session, "test:"))
	}
	return strings.Join(people, " ")
}

// What is settled in one process is seen in another, and in one that looks only
// later; what is over, quiet or erased is not.
func TestWatch(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m := open(t, address, Settings{})
		w := watch(t, open(t, address, Settings{}))
		changes, stop := w.Follow()
		defer stop()

		since := time.Now().Add(-time.Minute).Truncate(time.Second).UTC()
		say(t, m, "1", "quero a segunda via", func(s *bot.Session) {
			s.Flow, s.State, s.Identity, s.Mistakes = "segundavia", "choosing", &bot.Identity{Customer: 7, Property: 1043722}, 2
		}, "De qual conta?")
		c := hear(t, changes)
		l := c.Talk
		if c.Gone || c.Turn.Said != "quero a segunda via" || c.Turn.Replies[0].Text != "De qual conta?" || l.Session != "test:1" || l.Channel != "test" || l.Protocol != "26051" ||
			l.Property != 1043722 || l.At != (store.TurnPlace{Flow: "segundavia", State: "choosing"}) || l.Mistakes != 2 || l.Turns != 1 || l.Said != c.Turn.Said || l.Last != c.Turn.At || l.Began != l.Last {
			t.Errorf("%+v", c)
		}
		say(t, m, "2", "cadê alguém", func(s *bot.Session) {
			s.Waiting, s.Course = since, bot.Course{Angry: true, Fault: bot.Bug, Code: "K7Q2"}
		})
		if l := hear(t, changes).Talk; !l.Waiting.Equal(since) || !l.Angry || l.Sick != "K7Q2" {
			t.Errorf("%+v", l)
		}
		say(t, m, "2", "oi", func(s *bot.Session) { s.Waiting, s.Human = time.Time{}, "Ana" })
		if l := hear(t, changes).Talk; !l.Waiting.IsZero() || !l.Angry || l.Sick != "K7Q2" || l.Human != "Ana" || l.Turns != 2 {
			t.Errorf("%+v", l)
		}
		must(t, m.Tell(t.Context(), "test:1", "news", []bot.Reply{{Text: "Seu pagamento chegou."}}))
		must(t, m.Tell(t.Context(), "test:9", "news", []bot.Reply{{Text: "Ninguém está aí."}}))
		if c := hear(t, changes); c.Turn.Kind != store.TurnTold || c.Talk.Mistakes != 2 {
			t.Errorf("%+v", c)
		}
		say(t, m, "3", "oi", func(s *bot.Session) { s.Waiting = since.Add(time.Second) })
		say(t, m, "4", "oi", func(s *bot.Session) { s.Waiting = since })
		say(t, m, "5", "oi", nil)
		for range 3 {
			hear(t, changes)
		}
		late := watch(t, open(t, address, Settings{}))
		for _, w := range []*Watch{w, late} {
			for filter, want := range map[store.TalkFilter]string{
				{}:                           "4 3 5 2 1", // those who wait, longest first, then by what they said last
				{Property: 1043722}:          "1",
				{Flow: "segundavia"}:         "1",
				{Channel: "web"}:             "",
				{Protocol: "26051"}:          "1",
				{Text: "SEGUNDA vía"}:        "1",
				{Text: "pagamento"}:          "1",
				{Text: "via choosing"}:       "",
				{Session: "test:5"}:          "5",
				{Text: "oi", Channel: "web"}: "",
			} {
				if got := who(t, w, filter); got != want {
					t.Errorf("%+v finds %q, want %q", filter, got, want)
				}
			}
			if turns := w.Turns("test:2"); len(turns) != 2 || turns[1].Said != "oi" {
				t.Errorf("%+v", turns)
			}
		}

		g := m.Guesses([]byte("secret"), known)
		for i := range guessesPerChat {
			_, err := g.reserve(t.Context(), fmt.Sprint(i), "test:5", 1, "x", time.Now())
			must(t, err)
		}
		all, err := w.Live(t.Context(), store.TalkFilter{Session: "test:5"})
		if must(t, err); len(all) != 1 || time.Until(all[0].Locked) < time.Minute {
			t.Errorf("who guessed wrong is not locked: %+v", all)
		}

		say(t, m, "5", "sair", func(s *bot.Session) { s.Protocol = "" })
		if c := hear(t, changes); !c.Gone || c.Talk.Session != "test:5" {
			t.Errorf("%+v", c)
		}
		must(t, m.Erase(t.Context(), "test:1"))
		if c := hear(t, changes); !c.Gone || c.Talk.Session != "test:1" || w.Turns("test:1") != nil {
			t.Errorf("%+v", c)
		}
		if turns, err := m.Unstored(t.Context(), "test:1"); err != nil || len(turns) != 0 {
			t.Errorf("erased, and still there: %+v, %v", turns, err)
		}
		if got := who(t, w, store.TalkFilter{}); got != "4 3 2" {
			t.Errorf("there are %q", got)
		}
		say(t, m, "6", "oi", nil)
		hear(t, changes)
		w.forget(time.Now().Add(time.Minute))
		if c := hear(t, changes); !c.Gone || c.Talk.Session != "test:6" || who(t, w, store.TalkFilter{}) != "4 3 2" {
			t.Errorf("%+v", c)
		}
	})
}

// Who has waited longer than the journal tells is still seen.
func TestWatchFindsWhoWaitsLong(t *testing.T) {
	m := open(t, startServer(t).address(), Settings{})
	since := time.Now().Add(-2 * time.Hour).Truncate(time.Second).UTC()
	say(t, m, "1", "oi", func(s *bot.Session) {
		s.Waiting, s.Flow, s.State, s.Identity = since, "atendente", "waiting", &bot.Identity{Property: 17}
	})
	must(t, m.client.Del(t.Context(), key(partition("test:1"), "j")).Err())
	all, err := watch(t, m).Live(t.Context(), store.TalkFilter{Property: 17})
	if must(t, err); len(all) != 1 || !all[0].Waiting.Equal(since) || all[0].At.Flow != "atendente" || all[0].Protocol != "26051" {
		t.Errorf("%+v", all)
	}
}

// A watcher that does not look is let go, and holds up nobody.
func TestWatcherTooSlow(t *testing.T) {
	m := open(t, startServer(t).address(), Settings{})
	w := watch(t, m)
	slow, stop := w.Follow()
	defer stop()
	quick, stopQuick := w.Follow()
	defer stopQuick()
	say(t, m, "1", "oi", nil)
	if c := hear(t, quick); c.Turn.Said != "oi" {
		t.Errorf("%+v", c)
	}
	for i := range watchBuffer {
		must(t, m.Tell(t.Context(), "test:1", fmt.Sprint(i), []bot.Reply{{Text: "oi"}}))
		hear(t, quick)
	}
	n := 0
	for range slow {
		n++
	}
	if n != watchBuffer {
		t.Errorf("the slow one has %d changes", n)
	}
}

// A watch goes on when Redis comes back, and when it has lost its memory and its
// clock is behind.
func TestWatchSurvivesRedis(t *testing.T) {
	t.Parallel()
	srv := startServer(t, "--appendonly", "yes")
	m := open(t, srv.address(), Settings{})
	w := watch(t, m)
	say(t, m, "1", "oi", nil)
	changes, stop := w.Follow()
	defer stop()
	if got := who(t, w, store.TalkFilter{}); got != "1" {
		if hear(t, changes); who(t, w, store.TalkFilter{}) != "1" {
			t.Fatal("nobody is there")
		}
	}
	srv.kill()
	srv.start()
	say(t, m, "2", "oi", nil)
	for c := hear(t, changes); c.Talk.Session != "test:2"; c = hear(t, changes) {
	}
	if got := who(t, w, store.TalkFilter{}); got != "2 1" {
		t.Errorf("there are %q", got)
	}
	must(t, m.client.FlushAll(t.Context()).Err())
	body, err := json.Marshal(store.Turn{Protocol: "1", Said: "oi"})
	must(t, err)
	behind := key(partition("test:2"), "j")
	must(t, m.client.XAdd(t.Context(), &goredis.XAddArgs{
		Stream: behind, ID: idAt(time.Now().Add(-10 * time.Minute)), Values: []any{"s", "test:2", "b", body},
	}).Err())
	if c := hear(t, changes); c.Turn.Protocol != "1" {
		t.Errorf("%+v", c)
	}
}

// BenchmarkWatch is a turn of one of 500 live conversations, told to 20 watchers
// each of whom writes it as JSON. It reports the CPU of this process and of Redis
// together as a share of one core, if each of the 500 has a turn every ten seconds.
func BenchmarkWatch(b *testing.B) {
	const people, watchers = 500, 20
	m := open(b, startServer(b).address(), Settings{})
	w := watch(b, m)
	entry := func(p int) *goredis.XAddArgs {
		session := fmt.Sprintf("telegram:%d", 5_579_000_000+p)
		body, err := turnEntry(before{protocol: "26052012345678", property: 1043722}, bot.Message{Text: "quero a segunda via de março"}, bot.Session{
			Protocol: "26052012345678", Flow: "segundavia", State: "choosing", Identity: &bot.Identity{Property: 1043722},
		}, []bot.Reply{{Text: "De qual conta você quer a 2ª via?", Options: []string{"05/2025 · R$ 1.091,12", "06/2025 · R$ 84,30"}}})
		must(b, err)
		return &goredis.XAddArgs{Stream: key(partition(session), "j"), Values: []any{"s", session, "b", body}, MaxLen: 20_000, Approx: true}
	}
	var looking sync.WaitGroup
	for range watchers {
		changes, stop := w.Follow()
		b.Cleanup(stop)
		looking.Go(func() {
			for n := 0; n < b.N; n++ {
				if _, err := json.Marshal(<-changes); err != nil {
					b.Error(err)
				}
			}
		})
	}
	_, err := w.Live(b.Context(), store.TalkFilter{})
	must(b, err)
	turns := make([]*goredis.XAddArgs, people)
	for p := range people {
		turns[p] = entry(p)
	}
	redis, here := redisTime(b, m), cpu(b)
	b.ResetTimer()
	for n := range b.N {
		must(b, m.client.XAdd(b.Context(), turns[n%people]).Err())
	}
	looking.Wait()
	b.StopTimer()
	each := (cpu(b) - here + redisTime(b, m) - redis) / float64(b.N)
	b.ReportMetric(each*1e6, "cpu-µs/turn")
	b.ReportMetric(each*people/10*100, "%core")
}

// BenchmarkLive is a page of 500 live conversations, looked through for a word.
func BenchmarkLive(b *testing.B) {
	m := open(b, startServer(b).address(), Settings{})
	w := watch(b, m)
	for p := range 500 {
		for i := range 10 {
			w.add(store.Turn{ID: fmt.Sprint(i), Session: fmt.Sprint("test:", p), Protocol: "1", At: time.Now(), Said: "quero a segunda via de março", Replies: []store.Reply{{Text: "De qual conta você quer a 2ª via?"}}})
		}
	}
	for _, text := range []string{"", "vazamento"} {
		b.Run("text="+text, func(b *testing.B) {
			for b.Loop() {
				if all, err := w.Live(b.Context(), store.TalkFilter{Text: text}); err != nil || (len(all) == 500) != (text == "") {
					b.Fatal(len(all), err)
				}
			}
		})
	}
}

// cpu is what this process has used, in seconds.
func cpu(t testing.TB) float64 {
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
