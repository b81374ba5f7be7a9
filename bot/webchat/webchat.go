// Package webchat is the chat in a browser page: on the utility's site, alone
// or in a frame of it, and at the address that the demo prints.
//
// # How it works
//
// The page is served with a signed cookie that names the person by a random
// number and says nothing else about them. What they write comes in by POST and
// is answered 202 once the Inbox has it; the page sends again, under the same
// id, until it sees that answer. What was said, by either side, goes into a Log
// from which every open page of that person reads by Server-Sent Events,
// beginning after the last entry it has seen.
//
// # Why
//
// A letter may be taken from the outbox by any process, and the person's page
// may be connected to any other. So Send puts the letter where all of them
// look, and that is what delivery means here: a page that is reloaded, that
// lost its connection or that stands open twice shows the whole conversation.
// The page itself keeps nothing but what it could not send yet.
package webchat

import (
	"cmp"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"lojavirtual/bot"
)

// Config is what a chat needs. Secret, Name, Inbox and Log must be given.
type Config struct {
	Secret []byte    // at least 16 bytes; signs the cookies, the same in every process
	Name   string    // of the utility, as people say it
	Phone  string    // which phone to call where the page cannot run; none if ""
	Inbox  bot.Inbox // where messages go
	Log    Log       // where conversations are kept

	// Typing is told that a person types, every three seconds at most, for staff to
	// see; nobody is if nil. It must not wait for long, and its errors are no matter.
	Typing func(ctx context.Context, person string) error

	Secure bool     // the page is reached by https, even if through a proxy
	Frames []string // other sites that may show the page in a frame, such as "https://www.deso-se.com.br"

	Proxies int          // how many stand before us and add to X-Forwarded-For; the limits are on who asks the first
	Logger  *slog.Logger // the default one if nil
}

// A Log keeps what was said to and by each person, for as long as their cookie
// lives, and tells when there is more. Errors that may go away are Temporary.
type Log interface {
	// Append adds an entry, and the file that belongs to it if there is one. An
	// id that is already in the person's log is dropped, without an error.
	Append(ctx context.Context, person, id string, entry, file []byte) error
	// Since calls each with the entries after a position, oldest first; all that
	// are kept if the position is "" or not one of this log.
	Since(ctx context.Context, person, after string, each func(position string, entry []byte)) error
	// Watch returns a channel that receives when there may be something new,
	// until stop is called. Nothing is missed by who watches first and reads then.
	Watch(person string) (news <-chan struct{}, stop func())
	// File returns the file of an entry; ok is false if there is none.
	File(ctx context.Context, person, id string) (file []byte, ok bool, err error)
	// Forget removes all that was kept of a person, tells their watchers, and
	// from then on drops what is appended.
	Forget(ctx context.Context, person string) error
	// Forgotten tells whether Forget was called for a person in the last 24 hours.
	Forgotten(ctx context.Context, person string) (bool, error)
}

// A Chat is the page and the channel behind it.
type Chat struct {
	Config
	key       []byte // of the cookies
	page      []byte
	people    limits
	addresses limits
	typists   limits // by person: what is more is dropped, and takes nothing from what they say
	tabs      crowds // the open pages, by person
	pages     crowds // the same, by address
	closing   chan struct{}
	closed    sync.Once
}

// New returns a chat. It panics if the secret is too short to be one.
func New(c Config) *Chat {
	if len(c.Secret) < 16 {
		panic("webchat: the secret needs 16 bytes")
	}
	key, err := hkdf.Key(sha256.New, c.Secret, nil, "webchat cookie", sha256.Size)
	if err != nil {
		panic(err) // only for lengths it cannot give
	}
	c.Logger = cmp.Or(c.Logger, slog.Default())
	return &Chat{
		Config:    c,
		key:       key,
		page:      render(c),
		people:    limits{every: time.Second, burst: 15},
		addresses: limits{every: 50 * time.Millisecond, burst: 120}, // a whole neighbourhood may share one
		typists:   limits{every: 2 * time.Second, burst: 2},
		tabs:      crowds{most: tabsLimit},
		pages:     crowds{most: pagesLimit},
		closing:   make(chan struct{}),
	}
}

// Name is "web".
func (c *Chat) Name() string { return "web" }

// Send writes the letter into the person's log, from where their pages get it.
// The same letter sent twice stands there once.
func (c *Chat) Send(ctx context.Context, l bot.Letter) error {
	if !isPerson(l.To) {
		return errors.New("webchat: a letter to nobody")
	}
	for _, e := range entries(l, time.Now()) {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if err := c.Log.Append(ctx, l.To, e.ID, line, e.body); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the connections on which pages wait for news, which a server's
// Shutdown would wait for: give it to RegisterOnShutdown. The pages connect
// again, to whoever serves them next.
func (c *Chat) Close() { c.closed.Do(func() { close(c.closing) }) }
