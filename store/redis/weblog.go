package redis

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// How much a Weblog keeps.
const (
	weblogEntries = 200            // of a person
	weblogLife    = 24 * time.Hour // since the last one
)

// weblogNews is where every process hears whose log has grown.
const weblogNews = "w:news"

// A Weblog keeps what is said in the chat page, for any process to show: the
// last 200 entries of each person, for 24 hours after the last one. It is safe
// for concurrent use. Its errors are Temporary: Redis is away.
//
// A person's log is a stream, w:{person}, and beside it a hash,
// w:{person}:files, which has every entry's id with the file that belongs to
// it, or nothing. Readers do not block on the stream, which would take a
// connection each: one subscription a process tells whom to wake. Of who was
// forgotten there is w:{person}:gone, for 24 hours.
type Weblog struct {
	client goredis.UniversalClient
	news   *goredis.PubSub
	done   chan struct{}

	mu       sync.Mutex
	watchers map[string]map[chan struct{}]bool
}

// NewWeblog returns a log on the client, which it does not own. Close ends it.
func NewWeblog(client goredis.UniversalClient) *Weblog {
	w := &Weblog{
		client:   client,
		news:     client.Subscribe(context.Background(), weblogNews),
		done:     make(chan struct{}),
		watchers: make(map[string]map[chan struct{}]bool),
	}
	go w.listen()
	return w
}

// Close stops listening. Watchers hear nothing any more.
func (w *Weblog) Close() error {
	err := w.news.Close()
	<-w.done
	return err
}

func (w *Weblog) listen() {
	defer close(w.done)
	for heard := range w.news.ChannelWithSubscriptions() {
		switch heard := heard.(type) {
		case *goredis.Message:
			w.wake(heard.Payload)
		case *goredis.Subscription: // connected, perhaps again: something may have been missed
			w.wakeAll()
		}
	}
}

func (w *Weblog) wake(person string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for watcher := range w.watchers[person] {
		select {
		case watcher <- struct{}{}:
		default: // it has not looked since the last time
		}
	}
}

func (w *Weblog) wakeAll() {
	w.mu.Lock()
	people := make([]string, 0, len(w.watchers))
	for person := range w.watchers {
		people = append(people, person)
	}
	w.mu.Unlock()
	for _, person := range people {
		w.wake(person)
	}
}

// Watch returns a channel that receives when the person's log may have grown,
// until stop is called.
func (w *Weblog) Watch(person string) (news <-chan struct{}, stop func()) {
	watcher := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.watchers[person] == nil {
		w.watchers[person] = make(map[chan struct{}]bool)
	}
	w.watchers[person][watcher] = true
	return watcher, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.watchers[person], watcher)
		if len(w.watchers[person]) == 0 {
			delete(w.watchers, person)
		}
	}
}

// KEYS: the stream, the hash of files, the mark of who was forgotten.
// ARGV: the entry's id, the entry, its file, how many to keep, for how many
// seconds, the channel of news, the person.
var weblogAppend = goredis.NewScript(`
if redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
if redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[3]) == 0 then return 0 end
redis.call('XADD', KEYS[1], '*', 'id', ARGV[1], 'entry', ARGV[2])
local over = redis.call('XLEN', KEYS[1]) - tonumber(ARGV[4])
if over > 0 then
  for _, old in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', over)) do
    redis.call('HDEL', KEYS[2], old[2][2])
  end
  redis.call('XTRIM', KEYS[1], 'MAXLEN', ARGV[4])
end
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('PUBLISH', ARGV[6], ARGV[7])
return 1
`)

// Append adds an entry at the end of the person's log, with its file if it has
// one. An id that is already there is dropped, without an error, and so is what
// is said to who was forgotten.
func (w *Weblog) Append(ctx context.Context, person, id string, entry, file []byte) error {
	err := weblogAppend.Run(ctx, w.client, weblogKeys(person),
		id, entry, file, weblogEntries, int(weblogLife.Seconds()), weblogNews, person).Err()
	return weblogAway("append to a web log", err)
}

var weblogPosition = regexp.MustCompile(`^\d{1,18}-\d{1,18}$`)

// Since calls each with the entries after a position, oldest first; all that
// are kept if the position is "" or none.
func (w *Weblog) Since(ctx context.Context, person, after string, each func(position string, entry []byte)) error {
	start := "-"
	if weblogPosition.MatchString(after) {
		start = "(" + after
	}
	found, err := w.client.XRange(ctx, weblogKey(person), start, "+").Result()
	if err != nil {
		return weblogAway("read a web log", err)
	}
	for _, line := range found {
		entry, _ := line.Values["entry"].(string)
		each(line.ID, []byte(entry))
	}
	return nil
}

// File returns the file of an entry; ok is false if there is none, or none any more.
func (w *Weblog) File(ctx context.Context, person, id string) (file []byte, ok bool, err error) {
	file, err = w.client.HGet(ctx, weblogFiles(person), id).Bytes()
	if errors.Is(err, goredis.Nil) {
		return nil, false, nil
	}
	return file, len(file) > 0, weblogAway("read a file of a web log", err)
}

// KEYS as above. ARGV: for how many seconds to remember it, the channel of news,
// the person.
var weblogForget = goredis.NewScript(`
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('SET', KEYS[3], '', 'EX', ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
`)

// Forget removes the person's log, wakes those who watch it, and keeps it empty
// for 24 hours.
func (w *Weblog) Forget(ctx context.Context, person string) error {
	err := weblogForget.Run(ctx, w.client, weblogKeys(person), int(weblogLife.Seconds()), weblogNews, person).Err()
	return weblogAway("forget a web log", err)
}

// Forgotten tells whether Forget was called for the person in the last 24 hours.
func (w *Weblog) Forgotten(ctx context.Context, person string) (bool, error) {
	found, err := w.client.Exists(ctx, weblogGone(person)).Result()
	return found > 0, weblogAway("look for a forgotten web log", err)
}

func weblogKey(person string) string   { return "w:{" + person + "}" }
func weblogFiles(person string) string { return "w:{" + person + "}:files" }
func weblogGone(person string) string  { return "w:{" + person + "}:gone" }
func weblogKeys(person string) []string {
	return []string{weblogKey(person), weblogFiles(person), weblogGone(person)}
}

// weblogAway says what we were doing, and that it may work later.
func weblogAway(doing string, err error) error {
	if err == nil {
		return nil
	}
	return weblogError{fmt.Errorf("%s: %w", doing, err)}
}

type weblogError struct{ error }

func (weblogError) Temporary() bool { return true }
func (e weblogError) Unwrap() error { return e.error }
