package redis

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// putAside has a message put aside in a turn that leaves the person in a flow.
func putAside(t *testing.T, m *Mail, message bot.Message, flow string) {
	t.Helper()
	must(t, m.Put(t.Context(), message))
	taken, s, err := m.Take(t.Context())
	must(t, err)
	taken.Tries, s.Flow = poison, flow
	must(t, m.Settle(t.Context(), taken, s, nil))
}

// settle takes what waits and settles it, the person being in a flow then.
func settle(t *testing.T, m *Mail, flow string) bot.Message {
	t.Helper()
	taken, s, err := m.Take(t.Context())
	must(t, err)
	s.Flow = flow
	must(t, m.Settle(t.Context(), taken, s, nil))
	return taken
}

func TestAside(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		m := open(t, address, Settings{})
		now := time.Now().UTC()
		came := func(id, from, text string) bot.Message {
			return bot.Message{ID: id, Channel: "test", From: from, Text: text, At: now}
		}
		refs := func() (all []store.Aside) {
			t.Helper()
			all, err := m.Aside(t.Context())
			must(t, err)
			return all
		}
		try := func(ref string, want store.Retrial) {
			t.Helper()
			if got, err := m.Retry(t.Context(), ref); got != want || err != nil {
				t.Errorf("tried again: %v, %v; want %v", got, err, want)
			}
		}

		putAside(t, m, came("1", "ana", "segunda via da 1234567-8"), "bills")
		a := refs()
		if len(a) != 1 || a[0].Session != "test:ana" || a[0].Said != "segunda via da …-8" && a[0].Said != "segunda via da …78" || !a[0].Whole || a[0].Tries != poison || !a[0].At.Equal(now) {
			t.Fatalf("%+v", a)
		}
		// two do it at once
		var done atomic.Int32
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if got, err := m.Retry(t.Context(), a[0].Ref); got == store.Retried && err == nil {
					done.Add(1)
				}
			})
		}
		both.Wait()
		again := settle(t, m, "bills")
		if done.Load() != 1 || again.Text != "segunda via da 1234567-8" || again.ID == "1" || again.Tries != 0 || len(refs()) != 0 {
			t.Errorf("%d did it; the bot has %+v; left %+v", done.Load(), again, refs())
		}
		try(a[0].Ref, store.Gone)
		for _, ref := range []string{"", "x", "-1-a", "99-a", "3-nothing"} {
			try(ref, store.Gone)
		}

		// it would answer another question
		putAside(t, m, came("2", "ana", "sim"), "bills")
		ref := refs()[0].Ref
		must(t, m.Put(t.Context(), came("3", "ana", "oi")))
		try(ref, store.Moved) // what they wrote waits
		settle(t, m, "deal")
		try(ref, store.Moved) // and now they are asked something else
		must(t, m.Put(t.Context(), came("4", "ana", "menu")))
		settle(t, m, "")
		try(ref, store.Retried)
		settle(t, m, "")

		// what was not kept whole can only be discarded
		photo, card := came("5", "ana", "olha"), came("6", "ana", "meu CPF é 529.982.247-25")
		photo.Media = &bot.Media{Kind: "photo"}
		putAside(t, m, photo, "")
		putAside(t, m, card, "")
		must(t, m.client.RPush(t.Context(), key(7, "x"), "not JSON").Err())
		all := refs()
		if len(all) != 3 {
			t.Fatalf("%+v", all)
		}
		for _, a := range all {
			if a.Whole || strings.Contains(a.Said, "982") {
				t.Errorf("%+v", a)
			}
			try(a.Ref, store.Partial)
			for _, want := range []bool{true, false} {
				if ok, err := m.Discard(t.Context(), a.Ref); ok != want || err != nil {
					t.Errorf("discarded %v, %v; want %v", ok, err, want)
				}
			}
		}
		if left := refs(); len(left) != 0 {
			t.Errorf("left %+v", left)
		}
	})
}
