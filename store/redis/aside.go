package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
	"lojavirtual/store"
)

const poison = 3 // tries after which a message is put aside

// A letterAside is what is kept of a message that was put aside.
type letterAside struct {
	Session string    `json:"session"`
	ID      string    `json:"id"`
	Said    string    `json:"said"`
	At      time.Time `json:"at"`
	Tries   int       `json:"tries"`
	Whole   bool      `json:"whole,omitempty"`   // Said is all that the person sent
	Version int64     `json:"version,omitempty"` // of the session after it was put aside
}

// deadLetter is what is kept of a message that was taken too often, or "", and of
// the session that it leaves.
func deadLetter(m bot.Message, version int64) (string, error) {
	if m.Tries < poison {
		return "", nil
	}
	kept := letterAside{Session: m.Session(), ID: m.ID, Said: said(m), At: m.At, Tries: m.Tries, Version: version}
	sent := cmp.Or(m.Choice, m.Text)
	kept.Whole = sent != "" && kept.Said == sent && !m.Secret && !m.Silence && m.Media == nil && m.Change == "" && m.By == "" && m.Act == ""
	body, err := json.Marshal(kept)
	return string(body), err
}

// Aside returns the messages that were put aside, newest first.
func (m *Mail) Aside(ctx context.Context) ([]store.Aside, error) {
	var parts []*goredis.StringSliceCmd
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for n := range partitions {
			parts = append(parts, pipe.LRange(ctx, key(n, "x"), 0, -1))
		}
		return nil
	})
	if err != nil {
		return nil, away("read what was put aside", err)
	}
	var all []store.Aside
	for n, part := range parts {
		for _, body := range part.Val() {
			all = append(all, m.readAside(n, body))
		}
	}
	slices.SortStableFunc(all, func(a, b store.Aside) int { return b.At.Compare(a.At) })
	return all, nil
}

// readAside reads a message put aside in a partition. One that cannot be read can
// still be discarded.
func (m *Mail) readAside(n int, body string) store.Aside {
	a := store.Aside{Ref: strconv.Itoa(n) + "-" + short(body)}
	var kept letterAside
	if err := json.Unmarshal([]byte(body), &kept); err != nil {
		m.Log.Error("cannot read a message put aside", "ref", a.Ref)
		return a
	}
	a.Session, a.Said, a.At, a.Tries, a.Whole = kept.Session, maskMiddling(kept.Said), kept.At, kept.Tries, kept.Whole
	return a
}

// aside finds a message put aside; the body is "" if it is not there any more.
func (m *Mail) aside(ctx context.Context, ref string) (n int, body string, err error) {
	part, _, _ := strings.Cut(ref, "-")
	n, err = strconv.Atoi(part)
	if err != nil || n < 0 || n >= partitions {
		return 0, "", nil
	}
	found, err := m.client.LRange(ctx, key(n, "x"), 0, -1).Result()
	for _, body := range found {
		if strconv.Itoa(n)+"-"+short(body) == ref {
			return n, body, nil
		}
	}
	return n, "", away("read what was put aside", err)
}

// Discard forgets a message that was put aside. It is false if somebody else has
// dealt with it already.
func (m *Mail) Discard(ctx context.Context, ref string) (ok bool, err error) {
	n, body, err := m.aside(ctx, ref)
	if err != nil || body == "" {
		return false, err
	}
	removed, err := m.client.LRem(ctx, key(n, "x"), 1, body).Result()
	return removed > 0, away("discard what was put aside", err)
}

// Retry gives a message that was put aside to the bot once more, as if the person
// wrote it now. It does so only where it cannot answer what it was not meant for:
// if nothing has come of the person since, or if they are in no service.
func (m *Mail) Retry(ctx context.Context, ref string) (store.Retrial, error) {
	n, body, err := m.aside(ctx, ref)
	if err != nil || body == "" {
		return store.Gone, err
	}
	var kept letterAside
	if err := json.Unmarshal([]byte(body), &kept); err != nil || !kept.Whole {
		return store.Partial, nil //nolint:nilerr // the list shows it as one that can only be discarded
	}
	s, err := m.Session(ctx, kept.Session)
	if err != nil {
		return store.Moved, err
	}
	if s.Version != kept.Version && (s.Flow != "" || s.Human != "") {
		return store.Moved, nil
	}
	channel, from, _ := strings.Cut(kept.Session, ":")
	message := bot.Message{ID: "again:" + kept.ID, Channel: channel, From: from, Text: kept.Said, At: time.Now().UTC()}
	again, err := json.Marshal(message.Scrubbed())
	if err != nil {
		return store.Partial, err
	}
	reply, err := retryScript.Run(ctx, m.client,
		[]string{key(n, "i"), key(n, "s:"+kept.Session), key(n, "d:"+kept.Session), key(n, "a"), key(n, "x")},
		kept.Session, again, short(message.ID), floodLimit, int(remembered.Minutes()), "", 0, "", body, s.Version,
	).StringSlice()
	if err != nil {
		return store.Gone, away("give back what was put aside", err)
	}
	switch reply[0] {
	case "moved":
		return store.Moved, nil
	case "gone":
		return store.Gone, nil
	}
	return store.Retried, nil
}
