package redis

import (
	"fmt"
	"testing"
	"time"
)

// Who tries amounts is stopped, in a chat and at a property; who shows a genuine
// code in a chat of their own is not.
func TestDoubts(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		doubts := open(t, address, Settings{}).Doubts()
		now := time.Date(2026, 5, 20, 9, 0, 0, 0, time.UTC)
		waits := func(chat string, property int64, want time.Duration) {
			t.Helper()
			if wait, err := doubts.Wait(t.Context(), chat, property, now); err != nil || wait != want {
				t.Errorf("%s waits %v at %d, %v; want %v", chat, wait, property, err, want)
			}
		}
		tries := 0
		wrong := func(chat string, property int64) {
			t.Helper()
			tries++
			for range 2 { // the same again
				must(t, doubts.Wrong(t.Context(), fmt.Sprint(tries), chat, property, now))
			}
		}
		for n := range doubtsPerChat {
			waits("telegram:1", 7, 0)
			wrong("telegram:1", int64(n%3)) // some name nothing of ours
			now = now.Add(time.Minute)
		}
		waits("telegram:1", 0, doubtWindow-doubtsPerChat*time.Minute)
		waits("telegram:1", 9, doubtWindow-doubtsPerChat*time.Minute)
		waits("telegram:2", 1, 0)
		now = now.Add(doubtWindow - doubtsPerChat*time.Minute)
		waits("telegram:1", 9, 0)

		now = now.Add(doubtWindow)
		for n := range doubtsPerProperty {
			waits("web:9", 7, 0)
			wrong(fmt.Sprint("telegram:", 10+n), 7)
		}
		waits("telegram:10", 7, doubtWindow)
		waits("telegram:10", 8, 0)
		waits("telegram:2", 7, 0) // their code may be genuine
		waits("web:9", 7, doubtWindow)
		waits("web:9", 8, 0)
		now = now.Add(doubtWindow)
		waits("telegram:10", 7, 0)
	})
}
