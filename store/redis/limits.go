package redis

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// How often people may guess, and how long the lock of a chat lasts.
const (
	guessesPerChat     = 3
	guessChatWindow    = 15 * time.Minute
	guessFirstLock     = 15 * time.Minute // twice as long each time
	guessLongestLock   = 24 * time.Hour
	guessLockMemory    = 24 * time.Hour // after the end of a lock: then the next one is short again
	guessesPerProperty = 5
	guessesPerDocument = 20
	guessWindow        = 24 * time.Hour

	// A new person on the web costs nothing, so those alone could use up what a
	// property or a document has in a day. Some of it is kept for networks on
	// which a person is not made in a moment.
	anonymous   = "web:"
	guessesKept = 2
)

// Guesses limits how often people may guess whose property is whose, so that
// nobody finds out by trying: 3 wrong guesses of a chat in 15 minutes, then a
// lock of 15, 30, 60 minutes and so on up to a day; 5 a day at a property and
// 20 a day with a document. Windows slide. A chat that has identified itself
// for a property is not held up by what others guess: for that property only the
// limit of the chat applies to it, and what it guesses there does not count
// against others. This is forgotten a time after the chat last identified itself,
// or when it is erased (Mail.Erase).
//
// All keys bear the hash tag {id}, so that the limits are checked and counted
// in one step. Documents are kept as HMAC only.
type Guesses struct {
	client goredis.UniversalClient
	secret []byte
	known  time.Duration
}

// Guesses returns the limits kept in the same Redis. The secret is what
// documents are hashed with; all processes must have the same, and a new one
// forgets how often each document was tried. Known is for how long a chat is
// remembered to have identified itself.
func (m *Mail) Guesses(secret []byte, known time.Duration) *Guesses {
	return &Guesses{m.client, secret, known}
}

var (
	guessScript   = goredis.NewScript(source("guess"))
	unguessScript = goredis.NewScript(source("unguess"))
)

// Try looks whether a guess is right, if it may be tried: it is reserved before
// the look, and given back if it was right, or if the look failed. If it may not
// be tried it is not looked at, and wait is not zero.
func (g *Guesses) Try(ctx context.Context, key, chat string, property int64, document string, now time.Time, look func() (right bool, err error)) (right bool, wait time.Duration, err error) {
	wait, err = g.reserve(ctx, key, chat, property, document, now)
	if err != nil || wait > 0 {
		return false, wait, err
	}
	right, err = look()
	switch {
	case err != nil:
		if undone := g.release(context.WithoutCancel(ctx), key, chat, property, document); undone != nil {
			err = fmt.Errorf("%w (and its guess stays counted: %v)", err, undone)
		}
		return false, 0, err
	case right:
		err = g.right(ctx, key, chat, property, document)
	}
	return right && err == nil, 0, err
}

// reserve asks leave to try a guess, and must be called before it is looked
// at. If wait is zero it may be tried, and counts as wrong until right or release
// says otherwise. If not, it counts nowhere and may be tried after that wait,
// which does not tell what limit was reached. The document is in canonical
// form, digits and capitals only. Calls of all processes are seen one after
// the other.
//
// The key names the try: the same one, reserved again because a turn is played
// again, counts once.
func (g *Guesses) reserve(ctx context.Context, key, chat string, property int64, document string, now time.Time) (wait time.Duration, err error) {
	ofProperty, ofDocument := guessesPerProperty, guessesPerDocument
	if strings.HasPrefix(chat, anonymous) {
		ofProperty, ofDocument = guessesPerProperty-guessesKept, guessesPerDocument-guessesKept
	}
	milliseconds, err := guessScript.Run(ctx, g.client, g.keys(chat, property, document),
		now.UnixMilli(), short(key),
		guessesPerChat, guessChatWindow.Milliseconds(),
		guessFirstLock.Milliseconds(), guessLongestLock.Milliseconds(), guessLockMemory.Milliseconds(),
		ofProperty, ofDocument, guessWindow.Milliseconds(), property,
	).Int64()
	if err != nil {
		return 0, away("reserve a guess", err)
	}
	return time.Duration(milliseconds) * time.Millisecond, nil
}

// Wait tells how long the chat must leave guessing alone because of its own
// wrong guesses; zero if it need not. What others have guessed does not count.
func (g *Guesses) Wait(ctx context.Context, chat string, now time.Time) (time.Duration, error) {
	until, err := g.locked(ctx, []string{chat})
	if err != nil || until[0].IsZero() {
		return 0, err
	}
	return max(0, until[0].Sub(now)), nil
}

// locked returns until when each of the chats must leave guessing alone, or had
// to; zero if it need not.
func (g *Guesses) locked(ctx context.Context, chats []string) ([]time.Time, error) {
	if len(chats) == 0 {
		return nil, nil
	}
	keys := make([]string, len(chats))
	for i, chat := range chats {
		keys[i] = lockAt(chat)
	}
	locks, err := g.client.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, away("look for locks", err)
	}
	until := make([]time.Time, len(chats))
	for i, lock := range locks {
		text, _ := lock.(string)
		parts := strings.SplitN(text, ":", 3)
		if len(parts) < 2 {
			continue
		}
		ms, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read the lock of a chat: %w", err)
		}
		until[i] = time.UnixMilli(ms)
	}
	return until, nil
}

// right takes back a guess that was right, and remembers that
// the chat has identified itself for the property.
func (g *Guesses) right(ctx context.Context, key, chat string, property int64, document string) error {
	return g.undo(ctx, "remember a right guess", key, chat, property, document, strconv.Itoa(int(g.known.Seconds())))
}

// release takes back a guess because it could not be looked at, as
// when the database is away: it was neither right nor wrong.
func (g *Guesses) release(ctx context.Context, key, chat string, property int64, document string) error {
	return g.undo(ctx, "take back a guess", key, chat, property, document, "")
}

func (g *Guesses) undo(ctx context.Context, doing, key, chat string, property int64, document, remember string) error {
	return away(doing, unguessScript.Run(ctx, g.client, g.keys(chat, property, document), remember, short(key), property).Err())
}

func (g *Guesses) keys(chat string, property int64, document string) []string {
	at := strconv.FormatInt(property, 10)
	mac := hmac.New(sha256.New, g.secret)
	_, _ = mac.Write([]byte(document))
	hidden := base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
	return []string{"{id}c:" + chat, lockAt(chat), "{id}p:" + at, "{id}d:" + hidden, knownAt(chat)}
}

func lockAt(chat string) string { return "{id}l:" + chat }

// knownAt is where the properties are kept that a chat has identified itself
// for, so that Mail.Erase finds them.
func knownAt(chat string) string { return "{id}k:" + chat }
