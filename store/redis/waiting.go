package redis

import (
	"context"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// A Waiter is someone who waits for a person of the utility.
type Waiter struct {
	Session string
	Since   time.Time
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
