package redis

import (
	"testing"
	"time"

	"lojavirtual/store"
)

func TestStaffAccesses(t *testing.T) {
	t.Parallel()
	everyRedis(t, func(t *testing.T, address string) {
		s, ctx := open(t, address, Settings{}).Staff(), t.Context()
		start := time.UnixMilli(1_800_000_000_000)
		const idle, life = 30 * time.Minute, 12 * time.Hour
		for _, id := range []string{"a", "b"} {
			if err := s.BeginAccess(ctx, 7, store.Access{ID: id, Began: start, Seen: start, From: "10.0.0.7", Agent: "Firefox em Linux", Second: true}, life); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			person int64
			id     string
			after  time.Duration
			seen   bool
			want   bool
		}{
			{8, "a", 0, true, false}, // somebody else's
			{7, "c", 0, true, false},
			{7, "a", 29 * time.Minute, true, true},
			{7, "a", 58 * time.Minute, false, true},
			{7, "a", 60 * time.Minute, false, false}, // looking at it is no use of it
			{7, "a", 58 * time.Minute, true, false},  // and it does not come back
			{7, "b", 30 * time.Minute, true, true},
		} {
			a, ok, err := s.Access(ctx, c.person, c.id, start.Add(c.after), idle, life, c.seen)
			if err != nil || ok != c.want || ok && (a.From != "10.0.0.7" || !a.Second || !a.Began.Equal(start)) {
				t.Errorf("%+v: %+v %v %v", c, a, ok, err)
			}
		}
		all, err := s.Accesses(ctx, 7)
		if err != nil || len(all) != 1 || all[0].ID != "b" || !all[0].Seen.Equal(start.Add(30*time.Minute)) {
			t.Error(all, err)
		}
		if err := s.EndAccess(ctx, 7, "b"); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.Access(ctx, 7, "b", start, idle, life, true); ok || err != nil {
			t.Error(ok, err)
		}
	})
}

func TestStaffAttempts(t *testing.T) {
	t.Parallel()
	everyRedis(t, func(t *testing.T, address string) {
		s, ctx := open(t, address, Settings{}).Staff(), t.Context()
		now := time.UnixMilli(1_800_000_000_000)
		try := func(name, from, device string) time.Duration {
			t.Helper()
			wait, err := s.Attempt(ctx, name, from, device, now)
			if err != nil {
				t.Fatal(err)
			}
			return wait
		}
		var waits []time.Duration
		for range 16 { // one who waits each time, and never gets more than the longest
			wait := try("ana", "1.1.1.1", "")
			for wait > 0 {
				waits = append(waits, wait)
				now = now.Add(wait)
				wait = try("ana", "1.1.1.1", "")
			}
		}
		for i := 1; i < len(waits); i++ {
			if waits[i] < waits[i-1] || waits[i] > 10*time.Minute {
				t.Fatalf("waits: %v", waits)
			}
		}
		if len(waits) != 11 || waits[0] != 2*time.Second || waits[10] != 10*time.Minute {
			t.Errorf("waits: %v", waits)
		}
		if wait := try("ana", "1.1.1.1", "known"); wait != 0 {
			t.Errorf("a known device waits %v for what others tried", wait)
		}
		if wait := try("ana", "2.2.2.2", ""); wait != 0 {
			t.Errorf("another address waits %v after 16 tries of the name", wait)
		}
		worst := time.Duration(0)
		for range 200 { // from everywhere
			wait := try("ana", "10.0.0."+now.String(), "")
			worst = max(worst, wait)
			now = now.Add(max(wait, time.Millisecond))
		}
		if worst == 0 || worst > 30*time.Second {
			t.Errorf("many who try one name make it wait %v", worst)
		}
		if err := s.Entered(ctx, "ana", "1.1.1.1", ""); err != nil {
			t.Fatal(err)
		}
		if wait := try("ana", "1.1.1.1", ""); wait != 0 {
			t.Errorf("after entering there is a wait of %v", wait)
		}
		for i := range 300 {
			if try("name"+string(rune('a'+i%26))+string(rune('a'+i/26)), "3.3.3.3", "") > 0 {
				return
			}
		}
		t.Error("one address may try any number of names")
	})
}

func TestAuditHead(t *testing.T) {
	t.Parallel()
	everyRedis(t, func(t *testing.T, address string) {
		s, ctx := open(t, address, Settings{}).Staff(), t.Context()
		if head, err := s.AuditHead(ctx); err != nil || head.Seq != 0 {
			t.Error(head, err)
		}
		for _, seq := range []int64{1, 12, 9} { // told late by another process
			if err := s.SetAuditHead(ctx, store.AuditHead{Seq: seq, Hash: "abc"}); err != nil {
				t.Fatal(err)
			}
		}
		if head, err := s.AuditHead(ctx); err != nil || head != (store.AuditHead{Seq: 12, Hash: "abc"}) {
			t.Error(head, err)
		}
	})
}
