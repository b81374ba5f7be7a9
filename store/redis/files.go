package redis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// filesAt is a hash of the files that were sent to a person, by hashOf, until they
// are kept for longer elsewhere.
func filesAt(session string) string { return key(partition(session), "f:"+session) }

// hashOf names a file by what is in it.
func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// keepFiles keeps the files of replies that are about to be sent, for the journal
// only names them. What then comes to nothing goes with the others.
func (m *Mail) keepFiles(ctx context.Context, person string, replies []bot.Reply) error {
	var files []any
	for _, r := range replies {
		for _, d := range []*bot.Document{r.Image, r.Document} {
			if d != nil && len(d.Body) > 0 {
				files = append(files, hashOf(d.Body), d.Body)
			}
		}
	}
	if len(files) == 0 {
		return nil
	}
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		pipe.HSet(ctx, filesAt(person), files...)
		pipe.Expire(ctx, filesAt(person), journalAge)
		return nil
	})
	return away("keep what is sent", err)
}

// File returns a file that was sent to a person in the last day; ok is false if
// there is none.
func (m *Mail) File(ctx context.Context, session, hash string) (body []byte, ok bool, err error) {
	body, err = m.client.HGet(ctx, filesAt(session), hash).Bytes()
	if errors.Is(err, goredis.Nil) {
		return nil, false, nil
	}
	return body, err == nil, away("read what was sent", err)
}

// bring adds the files that were sent to the turns in which they were.
func (m *Mail) bring(ctx context.Context, turns []store.Turn) error {
	type wanted struct {
		reply *store.Reply
		body  *goredis.StringCmd
	}
	var all []wanted
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for _, t := range turns {
			for i := range t.Replies {
				if r := &t.Replies[i]; r.Hash != "" {
					all = append(all, wanted{r, pipe.HGet(ctx, filesAt(t.Session), r.Hash)})
				}
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, goredis.Nil) {
		return away("read what was sent", err)
	}
	for _, w := range all {
		if body, err := w.body.Bytes(); err == nil {
			w.reply.Body = body
		}
	}
	return nil
}
