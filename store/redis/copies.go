package redis

import (
	"context"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Copies of what was sent are kept for so long, and so many of one person.
const (
	copyAge  = 48 * time.Hour
	copyMost = 40
)

// copiesAt is a stream of the messages sent to a person, as their network has
// them: i is the network's id, m the message.
func copiesAt(session string) string { return key(partition(session), "m:"+session) }

// KeepCopy keeps a message as it is sent, for a device that cannot read it and
// asks for it again: for 48 hours, the last 40 of a person. First tells that none
// is kept of those before it.
func (m *Mail) KeepCopy(ctx context.Context, session, id string, message []byte) (first bool, err error) {
	at := copiesAt(session)
	var kept *goredis.IntCmd
	_, err = m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		pipe.XAdd(ctx, &goredis.XAddArgs{Stream: at, MaxLen: copyMost, Values: []any{"i", id, "m", message}})
		pipe.XTrimMinID(ctx, at, strconv.FormatInt(time.Now().Add(-copyAge).UnixMilli(), 10))
		pipe.Expire(ctx, at, copyAge)
		kept = pipe.XLen(ctx, at)
		return nil
	})
	if err != nil {
		return false, away("keep a copy", err)
	}
	return kept.Val() == 1, nil
}

// Copy returns the message that was sent to a person under an id, if it is kept.
func (m *Mail) Copy(ctx context.Context, session, id string) (message []byte, ok bool, err error) {
	all, err := m.client.XRevRange(ctx, copiesAt(session), "+", "-").Result()
	if err != nil {
		return nil, false, away("look for a copy", err)
	}
	for _, entry := range all {
		if entry.Values["i"] == id {
			body, _ := entry.Values["m"].(string)
			return []byte(body), true, nil
		}
	}
	return nil, false, nil
}
