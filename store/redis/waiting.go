package redis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/store"
)

// A Waiter is someone who waits for a person of the utility.
type Waiter struct {
	Session string
	Since   time.Time
}

const (
	waitsAge  = 3 * time.Hour // for which we go by how long others waited
	waitsLast = 20            // of them
	waitsFew  = 3             // of them say nothing yet
)

// Queue tells how it stands for who has waited since a time.
func (m *Mail) Queue(ctx context.Context, since time.Time) (store.Queue, error) {
	var ahead []*goredis.IntCmd
	var waits []*goredis.StringSliceCmd
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for n := range partitions {
			ahead = append(ahead, pipe.ZCount(ctx, key(n, "p"), "-inf", fmt.Sprintf("(%d", since.Unix())))
			waits = append(waits, pipe.LRange(ctx, key(n, "q"), 0, waitsLast-1))
		}
		return nil
	})
	if err != nil {
		return store.Queue{}, away("see how it stands with the queue", err)
	}
	var q store.Queue
	var lately [][2]int64 // when they were taken, and the seconds
	for n := range partitions {
		q.Ahead += int(ahead[n].Val())
		for _, text := range waits[n].Val() {
			var w [2]int64
			if _, err := fmt.Sscanf(text, "%d:%d", &w[0], &w[1]); err == nil && time.Since(time.Unix(w[0], 0)) < waitsAge {
				lately = append(lately, w)
			}
		}
	}
	slices.SortFunc(lately, func(a, b [2]int64) int { return cmp.Compare(b[0], a[0]) })
	lately = lately[:min(len(lately), waitsLast)]
	if len(lately) < waitsFew {
		return q, nil
	}
	slices.SortFunc(lately, func(a, b [2]int64) int { return cmp.Compare(a[1], b[1]) })
	q.Wait = time.Duration(lately[len(lately)/2][1]) * time.Second
	return q, nil
}

// Waiting returns who waits for a person of the utility, longest first.
func (m *Mail) Waiting(ctx context.Context) ([]Waiter, error) {
	var parts []*goredis.ZSliceCmd
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for n := range partitions {
			parts = append(parts, pipe.ZRangeWithScores(ctx, key(n, "p"), 0, -1))
		}
		return nil
	})
	if err != nil {
		return nil, away("see who waits", err)
	}
	var all []Waiter
	for _, part := range parts {
		for _, z := range part.Val() {
			all = append(all, Waiter{z.Member.(string), time.Unix(int64(z.Score), 0).UTC()})
		}
	}
	slices.SortFunc(all, func(a, b Waiter) int { return a.Since.Compare(b.Since) })
	return all, nil
}
