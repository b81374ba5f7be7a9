package redis

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Of all who claim a conversation at once one has it, until they let it go.
func TestClaim(t *testing.T) {
	everyRedis(t, func(t *testing.T, address string) {
		a, b := open(t, address, Settings{}), open(t, address, Settings{})
		var won atomic.Int64
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				who := fmt.Sprint("p", i)
				has, err := []*Mail{a, b}[i%2].Claim(t.Context(), "test:1", who, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if has == who {
					won.Add(1)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d have it", won.Load())
		}
		has, err := a.Claim(t.Context(), "test:1", "x", time.Minute)
		must(t, err)
		must(t, b.Release(t.Context(), "test:1", "x")) // who does not have it
		if again, err := b.Claim(t.Context(), "test:1", has, time.Minute); err != nil || again != has {
			t.Errorf("%q has it, not %q: %v", again, has, err)
		}
		must(t, b.Release(t.Context(), "test:1", has))
		must(t, b.Release(t.Context(), "test:1", has))
		if has, err := a.Claim(t.Context(), "test:1", "x", time.Minute); err != nil || has != "x" {
			t.Errorf("%q has it: %v", has, err)
		}
	})
}
