package redis

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"pgregory.net/rapid"

	"lojavirtual/bot"
)

// known is for how long the chats of these tests are remembered.
const known = 100 * 24 * time.Hour

func TestGuessLimits(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	type step struct {
		after    time.Duration // since the start
		do       string        // "guess" if empty; else "right" or "undo", of what was guessed last
		chat     string
		property int64
		document string
		wait     time.Duration // of a guess: refused for so long
		times    int           // 1 if zero; each with a chat and property of its own if chat is "new"
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"a chat has three, then waits longer each time", []step{
			{chat: "a", property: 1, document: "x", times: 3},
			{after: time.Minute, chat: "a", property: 2, document: "y", wait: 14 * time.Minute},
			{after: 15 * time.Minute, chat: "a", property: 1, document: "x"},
			{after: 15 * time.Minute, chat: "a", property: 2, document: "x", times: 2},
			{after: 15 * time.Minute, chat: "a", property: 2, document: "x", wait: 30 * time.Minute},
			{after: 45 * time.Minute, chat: "a", property: 3, document: "z", times: 3},
			{after: 45 * time.Minute, chat: "a", property: 3, document: "z", wait: time.Hour},
		}},
		{"a quarter of an hour forgives", []step{
			{chat: "a", property: 1, document: "x", times: 2},
			{after: 15 * time.Minute, chat: "a", property: 1, document: "x", times: 2},
			{after: 16 * time.Minute, chat: "a", property: 1, document: "x"},
			{after: 16 * time.Minute, chat: "a", property: 2, document: "y", wait: 15 * time.Minute},
		}},
		{"a property has five a day", []step{
			{chat: "new", document: "x", times: 4, property: 1},
			{after: time.Hour, chat: "new", document: "x", property: 1},
			{after: time.Hour, chat: "b", document: "y", property: 1, wait: 23 * time.Hour},
			{after: 24 * time.Hour, chat: "b", document: "y", property: 1},
		}},
		{"a document has twenty a day", []step{
			{chat: "new", document: "x", times: 20},
			{chat: "b", document: "x", property: 1, wait: 24 * time.Hour},
			{chat: "b", document: "y", property: 1},
		}},
		{"who is refused takes nothing from others", []step{
			{chat: "a", property: 1, document: "x", times: 3},
			{chat: "a", property: 1, document: "x", times: 30, wait: 15 * time.Minute},
			{chat: "new", property: 1, document: "x", times: 2},
			{chat: "c", property: 1, document: "x", wait: 24 * time.Hour},
		}},
		{"right is not wrong", []step{
			{chat: "a", property: 1, document: "y", times: 2},
			{chat: "a", property: 1, document: "x"},
			{do: "right", chat: "a", property: 1, document: "x"},
			{chat: "new", property: 1, document: "x", times: 3},
			{chat: "b", property: 1, document: "x", wait: 24 * time.Hour},
			{chat: "a", property: 1, document: "x"},
			{chat: "a", property: 1, document: "x", wait: 15 * time.Minute},
		}},
		{"who is known is not held up by others", []step{
			{chat: "a", property: 1, document: "x"},
			{do: "right", chat: "a", property: 1, document: "x"},
			{chat: "new", property: 1, document: "x", times: 5},
			{chat: "new", document: "x", times: 15},
			{chat: "b", property: 1, document: "x", wait: 24 * time.Hour},
			{chat: "a", property: 1, document: "x"},
			{chat: "a", property: 2, document: "x", wait: 24 * time.Hour},
		}},
		{"what was not looked at does not count", []step{
			{chat: "a", property: 1, document: "x"},
			{do: "undo", chat: "a", property: 1, document: "x"},
			{chat: "a", property: 1, document: "x", times: 3},
			{do: "undo", chat: "a", property: 1, document: "x"},
			{chat: "a", property: 1, document: "x"},
			{chat: "a", property: 1, document: "x", wait: 15 * time.Minute},
		}},
		{"a turn played again counts once, and is taken back once", []step{
			{chat: "a", property: 1, document: "x", times: 2},
			{do: "again", chat: "a", property: 1, document: "x", times: 3},
			{do: "undo", chat: "a", property: 1, document: "x", times: 3},
			{chat: "a", property: 1, document: "x", times: 2},
			{chat: "a", property: 1, document: "x", wait: 15 * time.Minute},
		}},
		{"the web cannot use up what others need", []step{
			{chat: "web:a", property: 1, document: "x", times: 3},
			{chat: "web:b", property: 1, document: "y", wait: 24 * time.Hour},
			{chat: "c", property: 1, document: "z", times: 2},
			{chat: "d", property: 1, document: "z", wait: 24 * time.Hour},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			everyRedis(t, func(t *testing.T, address string) {
				g := open(t, address, Settings{}).Guesses([]byte("secret"), known)
				made, try := 0, ""
				for i, s := range c.steps {
					for range max(s.times, 1) {
						made++
						chat, property := s.chat, s.property
						if chat == "new" {
							chat = fmt.Sprint("new", made)
						}
						if property == 0 {
							property = int64(1000 + made)
						}
						switch s.do {
						case "right":
							must(t, g.right(t.Context(), try, chat, property, s.document))
							continue
						case "undo":
							must(t, g.release(t.Context(), try, chat, property, s.document))
							continue
						}
						if s.do != "again" {
							try = fmt.Sprint("try", made)
						}
						v, err := g.reserve(t.Context(), try, chat, property, s.document, start.Add(s.after))
						must(t, err)
						if v != s.wait {
							t.Fatalf("step %d: %v, want a wait of %v", i, v, s.wait)
						}
					}
				}
			})
		})
	}
}

func TestManyGuessers(t *testing.T) {
	m := open(t, startServer(t).address(), Settings{})
	g := m.Guesses([]byte("secret"), known)
	now := time.Unix(1_800_000_000, 0)
	v, err := g.reserve(t.Context(), "hers", "hers", 7, "52998224725", now)
	if err != nil || v > 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	must(t, g.right(t.Context(), "hers", "hers", 7, "52998224725"))

	var allowed atomic.Int64
	var guessing sync.WaitGroup
	for worker := range 20 {
		guessing.Go(func() {
			for i := range 500 {
				n := worker*500 + i
				v, err := g.reserve(t.Context(), fmt.Sprint(n), fmt.Sprint("chat", n%1000), 7, fmt.Sprint("document", n), now)
				if err != nil {
					t.Error(err)
				}
				if v == 0 {
					allowed.Add(1)
				}
			}
		})
	}
	guessing.Wait()
	if allowed.Load() != 5 {
		t.Errorf("%d of 10,000 guesses allowed, want 5", allowed.Load())
	}
	if v, err := g.reserve(t.Context(), "hers", "hers", 7, "52998224725", now); err != nil || v > 0 {
		t.Errorf("the customer herself: %+v, %v", v, err)
	}
	for _, k := range m.client.Keys(t.Context(), "*52998224725*").Val() {
		t.Errorf("a document in a key: %s", k)
	}
}

// A model of the limits, as one would write them down.
type guessModel struct {
	chats, properties, documents map[string][]time.Time
	until                        map[string]time.Time
	locks                        map[string]int
	known                        map[string]bool
}

func within(all []time.Time, now time.Time, window time.Duration) (recent []time.Time) {
	for _, at := range all {
		if at.Add(window).After(now) {
			recent = append(recent, at)
		}
	}
	return recent
}

func (g *guessModel) reserve(chat, property, document string, now time.Time) time.Duration {
	var wait time.Duration
	full := func(all []time.Time, limit int, window time.Duration) {
		if recent := within(all, now, window); len(recent) >= limit {
			wait = max(wait, recent[0].Add(window).Sub(now))
		}
	}
	known := g.known[chat+property]
	wait = max(wait, g.until[chat].Sub(now))
	full(g.chats[chat], 3, 15*time.Minute)
	if !known {
		full(g.properties[property], 5, 24*time.Hour)
		full(g.documents[document], 20, 24*time.Hour)
	}
	if wait > 0 {
		return wait
	}
	g.chats[chat] = append(g.chats[chat], now)
	if !known {
		g.properties[property] = append(g.properties[property], now)
		g.documents[document] = append(g.documents[document], now)
	}
	if len(within(g.chats[chat], now, 15*time.Minute)) == 3 {
		g.until[chat] = now.Add(min(15*time.Minute<<g.locks[chat], 24*time.Hour))
		g.locks[chat]++
	}
	return 0
}

// TestGuessProperties compares any course of guesses with the model, wrong
// ones only: so no more is ever allowed than the limits say, and no less.
func TestGuessProperties(t *testing.T) {
	mini := miniredis.RunT(t)
	m := open(t, "redis://"+mini.Addr(), Settings{})
	g := m.Guesses([]byte("secret"), known)
	rapid.Check(t, func(rt *rapid.T) {
		mini.FlushAll()
		model := &guessModel{
			chats: map[string][]time.Time{}, properties: map[string][]time.Time{}, documents: map[string][]time.Time{},
			until: map[string]time.Time{}, locks: map[string]int{}, known: map[string]bool{},
		}
		now := time.Unix(1_800_000_000, 0)
		if rapid.Bool().Draw(rt, "chat0 is known for 1") {
			v, err := g.reserve(t.Context(), "first", "chat0", 1, "document0", now)
			if err != nil || v > 0 {
				rt.Fatal(v, err)
			}
			if err := g.right(t.Context(), "first", "chat0", 1, "document0"); err != nil {
				rt.Fatal(err)
			}
			model.known["chat01"] = true
		}
		for i := range rapid.IntRange(1, 60).Draw(rt, "guesses") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 60, 300, 900, 3600}).Draw(rt, "seconds")) * time.Second)
			chat := fmt.Sprint("chat", rapid.IntRange(0, 9).Draw(rt, "chat"))
			property := rapid.Int64Range(1, 6).Draw(rt, "property")
			document := fmt.Sprint("document", rapid.IntRange(0, 1).Draw(rt, "document"))
			v, err := g.reserve(t.Context(), fmt.Sprint(i), chat, property, document, now)
			if err != nil {
				rt.Fatal(err)
			}
			want := model.reserve(chat, fmt.Sprint(property), document, now)
			if v != want {
				rt.Fatalf("%s, property %d, %s at %v: %+v, the model says wait %v", chat, property, document, now, v, want)
			}
		}
	})
}

// Who has their data erased is a stranger again, and as limited as before.
func TestEraseForgetsWhoIsKnown(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m := open(t, address, Settings{})
		g := m.Guesses([]byte("secret"), known)
		now := time.Unix(1_800_000_000, 0)
		guess := func(chat string, property int64) time.Duration {
			t.Helper()
			wait, err := g.reserve(t.Context(), fmt.Sprint(chat, now), chat, property, "x", now)
			must(t, err)
			now = now.Add(time.Second)
			return wait
		}
		for _, chat := range []string{"test:a", "test:b"} {
			key := fmt.Sprint(chat, now)
			if wait := guess(chat, 1); wait > 0 {
				t.Fatal(wait)
			}
			must(t, g.right(t.Context(), key, chat, 1, "x"))
		}
		for i := range guessesPerProperty {
			guess(fmt.Sprint("test:stranger", i), 1)
		}
		must(t, m.Erase(t.Context(), "test:a"))
		if left := m.client.Exists(t.Context(), knownAt("test:a")).Val(); left != 0 {
			t.Error("it is still known for which properties test:a identified itself")
		}
		if wait := guess("test:a", 1); wait == 0 {
			t.Error("test:a is still known at the property")
		}
		if wait := guess("test:b", 1); wait > 0 {
			t.Errorf("test:b has to wait %v: somebody else was erased", wait)
		}
		for range guessesPerChat {
			guess("test:b", 2)
		}
		must(t, m.Erase(t.Context(), "test:b"))
		if wait := guess("test:b", 3); wait == 0 {
			t.Error("erasing leads around the limits")
		}
	})
}

// Phones are as people and we write them, documents as people do.
func TestRedact(t *testing.T) {
	for said, want := range map[string]string{
		"(79) 3211-1234":                 "(…",
		"ligue (79)3211-1234 hoje":       "ligue (… hoje",
		"(79) 99123-4567":                "(…",
		"79 - 3211 1234":                 "…",
		"cpf 529 . 982 . 247 - 25":       "cpf …",
		"529  982  247  25":              "…",
		"104372.2":                       "104372.2",
		"03/2026 · R$ 84,30 · vencida":   "03/2026 · R$ 84,30 · vencida",
		"até 11/09/2024":                 "até 11/09/2024",
		"de 1, 2 e 3":                    "de 1, 2 e 3",
		"entre 10/09/2024 e 11/09/2024.": "entre 10/09/2024 e 11/09/2024.",
	} {
		if got := redact(said); got != want {
			t.Errorf("%q is kept as %q, want %q", said, got, want)
		}
	}
}

// What was said in the chat page goes with the rest, its files too; what is said
// afterwards is shown again.
func TestEraseOnTheWeb(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m := open(t, address, Settings{})
		w := m.Weblog()
		defer w.Close() //nolint:errcheck // nothing is left to do about it
		for _, person := range []string{"ana", "bia"} {
			must(t, w.Append(t.Context(), person, "1", []byte("conta de março"), []byte("%PDF")))
		}
		must(t, m.Erase(t.Context(), "web:ana"))
		must(t, m.Erase(t.Context(), "telegram:bia"))
		must(t, w.Append(t.Context(), "ana", "2", []byte("pronto"), nil))
		for person, want := range map[string]string{"ana": "pronto", "bia": "conta de março"} {
			var got string
			must(t, w.Since(t.Context(), person, "", func(_ string, entry []byte) { got += string(entry) }))
			_, file, err := w.File(t.Context(), person, "1")
			if must(t, err); got != want || file != (person == "bia") {
				t.Errorf("of %s there is %q, file %v", person, got, file)
			}
		}
	})
}

// What was put aside is kept for as long as the journal, and no longer.
func TestPurgeOfWhatWasPutAside(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m := open(t, address, Settings{})
		now := time.Now()
		for i, at := range []time.Time{now.Add(-48 * time.Hour), now} {
			letter, err := deadLetter(bot.Message{ID: fmt.Sprint(i), Channel: "test", From: "1", Text: "oi", At: at, Tries: poison}, 1)
			must(t, err)
			must(t, m.client.RPush(t.Context(), key(i, "x"), letter).Err())
		}
		must(t, m.Purge(t.Context(), now.Add(-time.Hour)))
		if old, fresh := m.client.LLen(t.Context(), key(0, "x")).Val(), m.client.LLen(t.Context(), key(1, "x")).Val(); old != 0 || fresh != 1 {
			t.Errorf("%d old messages and %d of today are left", old, fresh)
		}
	})
}

// TestTry: a guess that was right or could not be looked up is given back, a
// wrong one is not; one too many is not looked up.
func TestTry(t *testing.T) {
	g := open(t, startServer(t).address(), Settings{}).Guesses([]byte("secret"), known)
	now, n, looks := time.Now(), 0, 0
	away := errors.New("the database is away")
	try := func(found bool, failed error) (bool, time.Duration, error) {
		n++
		return g.Try(t.Context(), fmt.Sprint(n), "chat", 1, fmt.Sprint("document", n), now, func() (bool, error) {
			looks++
			return found, failed
		})
	}
	for range 2 * guessesPerChat {
		if right, wait, err := try(false, away); right || wait != 0 || !errors.Is(err, away) {
			t.Fatalf("away: %t, %v, %v", right, wait, err)
		}
		if right, wait, err := try(true, nil); !right || wait != 0 || err != nil {
			t.Fatalf("right: %t, %v, %v", right, wait, err)
		}
	}
	for range guessesPerChat {
		if right, wait, err := try(false, nil); right || wait != 0 || err != nil {
			t.Fatalf("wrong: %t, %v, %v", right, wait, err)
		}
	}
	before := looks
	if right, wait, err := try(true, nil); right || wait == 0 || err != nil || looks != before {
		t.Errorf("too many: %t, %v, %v, looked up %d times more", right, wait, err, looks-before)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	if _, _, err := g.Try(cancelled, "gone", "other", 2, "x", now, func() (bool, error) { cancel(); return false, away }); !errors.Is(err, away) {
		t.Error(err)
	}
	for i := range guessesPerChat {
		if _, wait, err := g.Try(t.Context(), fmt.Sprint("other", i), "other", 2, "x", now, func() (bool, error) { return false, nil }); wait != 0 || err != nil {
			t.Errorf("what was being looked up when the turn was over counts: %v, %v", wait, err)
		}
	}
}
