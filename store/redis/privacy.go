package redis

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/store"
)

// Kept tells how many turns of a person the journal holds that are not stored
// for good yet, and since when, and how many copies there are of what was sent to
// them.
func (m *Mail) Kept(ctx context.Context, session string) (turns, copies int, since time.Time, err error) {
	kept, err := m.client.XLen(ctx, copiesAt(session)).Result()
	if err != nil {
		return 0, 0, time.Time{}, away("count copies", err)
	}
	unstored, err := m.Unstored(ctx, session)
	if err == nil && len(unstored) > 0 {
		since = unstored[0].At
	}
	return len(unstored), int(kept), since, err
}

// Erase removes from the journal what a person said and was answered, the
// messages of theirs that were put aside, the copies of what was sent to them,
// what the chat page shows of them, and for which properties they have identified
// themselves. Who looks on is told to forget it. How often they guessed wrong
// stays for its hours, or erasing would be a way around the limits. The session is
// not touched: the turn in hand settles it.
//
// What is stored for good is to be erased after this, or it might be stored once
// more meanwhile.
func (m *Mail) Erase(ctx context.Context, session string) error {
	entries, err := m.entriesOf(ctx, session)
	if err != nil {
		return err
	}
	n := partition(session)
	aside, err := m.client.LRange(ctx, key(n, "x"), 0, -1).Result()
	if err != nil {
		return away("read what was put aside", err)
	}
	erased, err := json.Marshal(store.Turn{Kind: store.TurnErased})
	if err != nil {
		return err
	}
	_, err = m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		pipe.Del(ctx, knownAt(session))
		pipe.Del(ctx, copiesAt(session), filesAt(session))
		if person, ok := strings.CutPrefix(session, anonymous); ok {
			pipe.Del(ctx, weblogKey(person), weblogFiles(person))
		}
		if len(entries) > 0 {
			pipe.XDel(ctx, key(n, "j"), entries...)
			pipe.XAdd(ctx, &goredis.XAddArgs{Stream: key(n, "j"), Values: []any{"s", session, "b", erased}})
		}
		for _, letter := range aside {
			var whose struct{ Session string }
			if json.Unmarshal([]byte(letter), &whose) == nil && whose.Session == session {
				pipe.LRem(ctx, key(n, "x"), 0, letter)
			}
		}
		return nil
	})
	return away("erase a conversation", err)
}

// Purge removes from the journal what was said before a time, and the messages
// put aside that came before it.
func (m *Mail) Purge(ctx context.Context, before time.Time) error {
	for n := range partitions {
		aside, err := m.client.LRange(ctx, key(n, "x"), 0, -1).Result()
		if err != nil {
			return away("read what was put aside", err)
		}
		for _, letter := range aside {
			var came struct{ At time.Time }
			if json.Unmarshal([]byte(letter), &came) != nil || !came.At.Before(before) {
				continue
			}
			if err := m.client.LRem(ctx, key(n, "x"), 0, letter).Err(); err != nil {
				return away("purge what was put aside", err)
			}
		}
	}
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for n := range partitions {
			pipe.XTrimMinID(ctx, key(n, "j"), strconv.FormatInt(before.UnixMilli(), 10))
		}
		return nil
	})
	return away("purge the journal", err)
}

// entriesOf returns the ids of a person's entries in the journal, oldest first.
func (m *Mail) entriesOf(ctx context.Context, session string) ([]string, error) {
	all, err := m.client.XRange(ctx, key(partition(session), "j"), "-", "+").Result()
	if err != nil {
		return nil, away("read the journal", err)
	}
	var ids []string
	for _, entry := range all {
		if entry.Values["s"] == session {
			ids = append(ids, entry.ID)
		}
	}
	return ids, nil
}

// timeOf is when an entry of a stream was made.
func timeOf(id string) time.Time {
	made, _, _ := strings.Cut(id, "-")
	ms, _ := strconv.ParseInt(made, 10, 64) // Redis makes them so
	return time.UnixMilli(ms).UTC()
}
