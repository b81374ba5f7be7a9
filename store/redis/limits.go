package redis

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
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
	guessKnown         = 100 * 24 * time.Hour
)

// Guesses limits how often people may guess whose property is whose, so that
// nobody finds out by trying: 3 wrong guesses of a chat in 15 minutes, then a
// lock of 15, 30, 60 minutes and so on up to a day; 5 a day at a property and
// 20 a day with a document. Windows slide. A chat that has identified itself
// for a property within 100 days is not held up by what others guess: for that
// property only the limit of the chat applies to it, and what it guesses there
// does not count against others.
//
// All keys bear the hash tag {id}, so that the limits are checked and counted
// in one step. Documents are kept as HMAC only.
type Guesses struct {
	client goredis.UniversalClient
	secret []byte
}

// Guesses returns the limits kept in the same Redis. The secret is what
// documents are hashed with; all processes must have the same, and a new one
// forgets how often each document was tried.
func (m *Mail) Guesses(secret []byte) *Guesses {
	return &Guesses{m.client, secret}
}

var (
	guessScript   = goredis.NewScript(source("guess"))
	unguessScript = goredis.NewScript(source("unguess"))
)

// Reserve asks leave to try a guess, and must be called before it is looked
// at. If wait is zero it may be tried, and counts as wrong until Right or Undo
// says otherwise. If not, it counts nowhere and may be tried after that wait,
// which does not tell what limit was reached. The document is in canonical
// form, digits and capitals only. Calls of all processes are seen one after
// the other.
func (g *Guesses) Reserve(ctx context.Context, chat string, property int64, document string, now time.Time) (wait time.Duration, err error) {
	milliseconds, err := guessScript.Run(ctx, g.client, g.keys(chat, property, document),
		now.UnixMilli(), text(newLease()),
		guessesPerChat, guessChatWindow.Milliseconds(),
		guessFirstLock.Milliseconds(), guessLongestLock.Milliseconds(), guessLockMemory.Milliseconds(),
		guessesPerProperty, guessesPerDocument, guessWindow.Milliseconds(),
	).Int64()
	if err != nil {
		return 0, away("reserve a guess", err)
	}
	return time.Duration(milliseconds) * time.Millisecond, nil
}

// Right takes back the chat's last guess, which was right, and remembers that
// the chat has identified itself for the property.
func (g *Guesses) Right(ctx context.Context, chat string, property int64, document string) error {
	return g.undo(ctx, "remember a right guess", chat, property, document, strconv.Itoa(int(guessKnown.Seconds())))
}

// Undo takes back the chat's last guess because it could not be looked at, as
// when the database is away: it was neither right nor wrong.
func (g *Guesses) Undo(ctx context.Context, chat string, property int64, document string) error {
	return g.undo(ctx, "take back a guess", chat, property, document, "")
}

func (g *Guesses) undo(ctx context.Context, doing, chat string, property int64, document, remember string) error {
	return away(doing, unguessScript.Run(ctx, g.client, g.keys(chat, property, document), remember).Err())
}

func (g *Guesses) keys(chat string, property int64, document string) []string {
	at := strconv.FormatInt(property, 10)
	mac := hmac.New(sha256.New, g.secret)
	_, _ = mac.Write([]byte(document))
	hidden := base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
	return []string{"{id}c:" + chat, "{id}l:" + chat, "{id}p:" + at, "{id}d:" + hidden, "{id}k:" + at + ":" + chat}
}
