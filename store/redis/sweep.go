package redis

import (
	"context"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
)

// sweepOn puts right, once a second, what time has changed: here and in Redis.
func (m *Mail) sweepOn() {
	ticker := time.NewTicker(sweeping)
	defer ticker.Stop()
	for {
		select {
		case <-m.stop:
			return
		case <-ticker.C:
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*sweeping)
		err := m.sweep(ctx)
		cancel()
		if err != nil {
			m.rest(err)
			continue
		}
		m.restored()
	}
}

func (m *Mail) sweep(ctx context.Context) error {
	now := time.Now()
	m.inbox.sweep(now.Add(-sweeping))
	m.mu.Lock()
	for k, l := range m.turns {
		if now.After(l.until) {
			delete(m.turns, k)
		}
	}
	m.mu.Unlock()
	channels := m.channels()
	for _, d := range channels {
		d.sweep(now.Add(-sweeping))
	}

	for _, group := range m.groups {
		var lanes []string
		var alarms []any
		for _, n := range group {
			lanes = append(lanes, key(n, "i"))
			alarms = append(alarms, key(n, "a"))
			for channel := range channels {
				lanes = append(lanes, key(n, "o:"+channel))
				alarms = append(alarms, "")
			}
		}
		due, err := sweepScript.Run(ctx, m.client, lanes, alarms...).StringSlice()
		if err != nil {
			return away("sweep", err)
		}
		for ; len(due) > 0; due = due[2:] {
			if err := m.ring(ctx, due[0], due[1], now); err != nil {
				return err
			}
		}
	}
	return nil
}

// ring tells a conversation that the time of its Wake has come. Other
// processes ring too; the message's ID and the alarm itself make it once.
func (m *Mail) ring(ctx context.Context, person, wake string, now time.Time) error {
	channel, from, _ := strings.Cut(person, ":")
	return m.put(ctx, bot.Message{ID: "wake:" + wake, Channel: channel, From: from, At: now, Silence: true}, wake)
}

// channels are those this process delivers for.
func (m *Mail) channels() map[string]*desk[bot.Letter] {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make(map[string]*desk[bot.Letter], len(m.outboxes))
	for channel, d := range m.outboxes {
		all[channel] = d
	}
	return all
}

// Stats is how much waits, for metrics.
type Stats struct {
	Inbox  Queue
	Outbox map[string]Queue // by channel, of those this process delivers for or that were asked for
	Dead   int              // messages put aside and still kept
}

// A Queue is how much waits in one direction.
type Queue struct {
	Waiting int           // people whose turn or letters nobody has taken
	Held    int           // people whose turn or letters somebody has
	Oldest  time.Duration // how long the first of those waiting has waited; 0 for none
}

// Stats counts what waits, for these channels too. It is one trip with about
// fifty commands, a few tens more for each channel.
func (m *Mail) Stats(ctx context.Context, also ...string) (Stats, error) {
	type queue struct {
		waiting, held *goredis.IntCmd
		first         *goredis.ZSliceCmd
	}
	names := []string{"i"}
	channels := m.channels()
	for channel := range channels {
		names = append(names, "o:"+channel)
	}
	for _, channel := range also {
		if channels[channel] == nil {
			names = append(names, "o:"+channel)
		}
	}
	var dead []*goredis.IntCmd
	queues := map[string][]queue{}
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for n := range partitions {
			dead = append(dead, pipe.LLen(ctx, key(n, "x")))
			for _, name := range names {
				queues[name] = append(queues[name], queue{
					waiting: pipe.ZCard(ctx, key(n, name+":w")),
					held:    pipe.HLen(ctx, key(n, name+":l")),
					first:   pipe.ZRangeWithScores(ctx, key(n, name+":w"), 0, 0),
				})
			}
		}
		return nil
	})
	if err != nil {
		return Stats{}, away("count what waits", err)
	}
	now := time.Now()
	sum := func(parts []queue) (q Queue) {
		for _, part := range parts {
			q.Waiting += int(part.waiting.Val())
			q.Held += int(part.held.Val())
			for _, first := range part.first.Val() {
				q.Oldest = max(q.Oldest, now.Sub(time.UnixMilli(int64(first.Score))))
			}
		}
		return q
	}
	s := Stats{Inbox: sum(queues["i"]), Outbox: map[string]Queue{}}
	for _, name := range names[1:] {
		s.Outbox[strings.TrimPrefix(name, "o:")] = sum(queues[name])
	}
	for _, count := range dead {
		s.Dead += int(count.Val())
	}
	return s, nil
}
