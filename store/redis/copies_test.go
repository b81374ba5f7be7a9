package redis

import (
	"fmt"
	"testing"
	"time"
)

func TestCopies(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		ctx := t.Context()
		m := open(t, address, Settings{})
		keep := func(session, id, message string) (first bool) {
			t.Helper()
			first, err := m.KeepCopy(ctx, session, id, []byte(message))
			must(t, err)
			return first
		}
		expect := func(session, id, want string) {
			t.Helper()
			message, ok, err := m.Copy(ctx, session, id)
			if err != nil || ok != (want != "") || string(message) != want {
				t.Errorf("the copy of %s is %q, %t, %v; want %q", id, message, ok, err, want)
			}
		}
		if !keep("test:1", "A", "one\x00\xff") || keep("test:1", "B", "two") || !keep("test:2", "A", "other") {
			t.Error("what is the first was not told")
		}
		expect("test:1", "A", "one\x00\xff")
		expect("test:2", "A", "other")
		expect("test:1", "C", "")
		keep("test:1", "A", "one, made anew")
		expect("test:1", "A", "one, made anew")
		if left := m.client.TTL(ctx, copiesAt("test:1")).Val(); left <= 47*time.Hour || left > 48*time.Hour {
			t.Errorf("copies go after %v", left)
		}

		if _, copies, _, err := m.Kept(ctx, "test:1"); err != nil || copies != 3 {
			t.Errorf("%d copies are told, %v", copies, err)
		}
		must(t, m.Erase(ctx, "test:1"))
		expect("test:1", "A", "")
		expect("test:2", "A", "other")
		if !keep("test:1", "D", "anew") {
			t.Error("what comes after erasing is not the first")
		}

		for i := range 60 {
			keep("test:1", fmt.Sprint(i), "many")
		}
		expect("test:1", "D", "")
		expect("test:1", "19", "")
		expect("test:1", "20", "many")
	})
}
