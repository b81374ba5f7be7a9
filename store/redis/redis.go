// Package redis keeps conversations: what people sent and nobody has answered
// yet, what we know of each of them, and what we said and no channel has
// delivered yet. Mail is both the bot's Inbox and its Outbox. Guesses limits
// how often people may guess who they are.
//
// # How it works
//
// A person's session, queue, lease and letters lie in one of 16 partitions,
// chosen by a hash of the session's ID; all keys of a partition begin with the
// same hash tag ("{7}"), so that each operation is one Lua script on one node
// of a Redis Cluster. The scripts are in lua/, their keys documented there.
// Besides those of lane.lua a partition has:
//
//	{7}s:person     string  "<version> <session as JSON>", for Settings.Keep
//	{7}d:person     zset    hash of the ID of a message, or of what was told -> the minute it came, for 48 h
//	{7}a            zset    person -> Session.Wake in unix seconds
//	{7}m:person     stream  copies of what was sent, see KeepCopy
//	{7}h:person     string  who is about to take the conversation over, for a minute
//	{7}p            zset    person -> Session.Waiting in unix seconds
//	{7}j            stream  the journal: s the person, b what was said in a settled turn, or told (store.Turn as JSON)
//	{7}js           string  ID of the last of it that is stored for good
//	{7}f:PERSON     hash    files that were sent to them in the last day, by their hash
//	{7}q            list    how long those waited whom an attendant took last: when (unix seconds), a colon, seconds
//	{7}x            list    messages put aside after three tries, likewise
//
// Whoever holds a person's lane has a lease: a random number with an end. What
// a process does with a person is refused once another holds the lane, so a
// process may die, stand still and come back at any point. Leases that ended
// are found by a sweep that each process makes once a second; it also rings
// alarms and repairs wake-up tokens that died with a process. Times are Redis's.
//
// Idle processes block in BLPOP on one token per partition: nothing polls. An
// idle process costs a script a second and a BLPOP every few seconds.
//
// # Trips
//
// When a hand waits in Take, Put leases the person to it in the same script;
// Settle likewise leases the letters to a process that waits in Next, and
// hands the turn that waits longest to the process that has just become free.
// Sent marks ride in batches, a few milliseconds behind. So a message with an
// answer costs two trips and its share of a third. Letters that follow a sent
// one go out before the mark has been made: if the process dies then, they are
// sent once more under the same ID.
//
// # Why
//
// A lease is a random number and not a counter: it must be unique, never
// ordered, and unlike a counter it stays so when Redis loses its memory.
//
// A turn is held for 10 s, for it may last 8. A letter may take a minute, so
// that a lease as long would hold up a dead sender's people for a minute:
// letters are held for 15 s, renewed every 5 with the marks, and one frozen
// sender costs a quarter of a minute and at worst a letter sent twice.
//
// What Settle hands on comes from the same partition; every eighth turn of a
// process goes through the queue of all, so that no partition is forgotten.
//
// The journal is what others read who look on: a Watch, and whoever stores it
// for good (JournalAfter, Stored). It is a stream written by Settle itself, so that it
// tells what happened and nothing else, and so that looking on costs Settle
// nothing: it is read by position, and who was away reads on from there. How far
// it is stored is known where it is stored; {7}js is a copy of that, which may
// lag behind.
//
// Redis must not evict keys ("maxmemory-policy noeviction", the default), and
// keeps what it was told through a crash only with "appendonly yes".
package redis

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"lojavirtual/bot"
)

const (
	partitions = 16
	floodLimit = 100             // messages a person may have waiting
	remembered = 48 * time.Hour  // how long the ID of a message is
	sticky     = 8               // turns a process takes from Settle before it takes from all partitions
	together   = 8               // lanes it claims at once
	blocking   = 5 * time.Second // of one BLPOP; Close cuts it short
	sweeping   = time.Second     // between two sweeps, and how long what was claimed may lie about
	gathering  = 5 * time.Millisecond
	parting    = 3 * time.Second // what giving back and the last marks may take
)

// Settings of a Mail. The zero value works.
type Settings struct {
	Lease   time.Duration // how long a turn is held, longer than any turn lasts; 10 s if zero
	Sending time.Duration // how long letters in hand are held; renewed by thirds; 15 s if zero
	Keep    time.Duration // how long a session is kept after its last turn; 7 days if zero
	Journal int           // turns that wait in each of 16 parts of the journal for Stored, at most, about; 20000 if zero
	Dead    int           // messages put aside that are kept, likewise; 100 if zero
	Log     *slog.Logger  // the default one if nil
}

// Mail is an Inbox and an Outbox in Redis. It may be used by many goroutines,
// and many processes may have one on the same Redis.
type Mail struct {
	Settings
	address string
	client  goredis.UniversalClient
	waiting goredis.UniversalClient // for BLPOP alone: closing it is the only way to end one
	groups  [][]int                 // partitions one command may name together
	closing sync.Once
	closed  error
	stop    chan struct{}
	kick    chan struct{} // something is to be marked
	running sync.WaitGroup
	settled atomic.Int64
	crowded atomic.Bool // people wait whom no hand was free for
	down    atomic.Bool // the log has been told that Redis is away

	inbox *desk[turn]

	mu       sync.Mutex // taken before that of a desk
	turns    map[turnKey]lease
	outboxes map[string]*desk[bot.Letter] // by channel
	lanes    map[string]*lane             // letters in hand, by session
}

var (
	_ bot.Inbox  = (*Mail)(nil)
	_ bot.Outbox = (*Mail)(nil)
)

// Open connects to the Redis at the address and starts what a Mail does by
// itself. The address is one of
//
//	redis://user:password@host:6379/0                              one server
//	rediss://host:6380                                             the same over TLS
//	unix:///run/redis.sock?db=0                                    the same over a socket
//	redis://sentinel:26379?addr=other:26379&master_name=mymaster   Sentinel
//	redis://node:6379?addr=other:6379                              Cluster: further nodes, or the same again
//
// with go-redis's options as further parameters (pool_size, read_timeout and
// so on). A server that does not answer is a Temporary error. Errors never
// contain the address.
func Open(ctx context.Context, address string, s Settings) (*Mail, error) {
	hush()
	client, err := connect(address, 0)
	if err != nil {
		return nil, err
	}
	if err := client.Ping(ctx).Err(); err != nil {
		_ = client.Close()
		return nil, away("reach Redis", err)
	}
	waiting, err := connect(address, 8*partitions) // inbox and seven channels
	if err != nil {
		_ = client.Close()
		return nil, err
	}
	s.Lease = cmp.Or(s.Lease, 10*time.Second)
	s.Sending = cmp.Or(s.Sending, 15*time.Second)
	s.Keep = cmp.Or(s.Keep, 7*24*time.Hour)
	s.Journal = cmp.Or(s.Journal, 20_000)
	s.Dead = cmp.Or(s.Dead, 100)
	s.Log = s.log()
	m := &Mail{
		Settings: s,
		address:  address,
		client:   client,
		waiting:  waiting,
		groups:   groups(client),
		stop:     make(chan struct{}),
		kick:     make(chan struct{}, 1),
		turns:    map[turnKey]lease{},
		outboxes: map[string]*desk[bot.Letter]{},
		lanes:    map[string]*lane{},
	}
	m.inbox = newDesk(m.giveBackTurns)
	m.running.Go(m.sweepOn)
	m.running.Go(m.markOn)
	return m, nil
}

// Close gives back what is claimed and not in anyone's hands, makes the last
// marks and ends the connections. Takes and Nexts that still wait end with an
// error. The hands should have stopped before. A second call only says how the first went.
func (m *Mail) Close() error {
	m.closing.Do(func() { m.closed = m.close() })
	return m.closed
}

func (m *Mail) close() error {
	close(m.stop)
	m.inbox.close()
	m.mu.Lock()
	for _, d := range m.outboxes {
		d.close()
	}
	m.mu.Unlock()
	err := m.waiting.Close()
	m.running.Wait()

	ctx, cancel := context.WithTimeout(context.Background(), parting)
	defer cancel()
	m.inbox.sweep(time.Now())
	m.leaveAll()
	err = errors.Join(err, m.mark(ctx, false), m.mark(ctx, false)) // the second for marks that were in doubt
	return errors.Join(err, m.client.Close())
}

// Ping tells whether Redis answers.
func (m *Mail) Ping(ctx context.Context) error {
	return away("reach Redis", m.client.Ping(ctx).Err())
}

// Session returns what is known of a conversation, for tools and tests. One
// nobody ever had is empty, its Version zero.
func (m *Mail) Session(ctx context.Context, id string) (bot.Session, error) {
	text, err := m.client.Get(ctx, key(partition(id), "s:"+id)).Result()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return bot.Session{}, away("read a session", err)
	}
	return readSession(id, text)
}

// Weblog returns the log of the chat page kept in the same Redis; to be closed
// before the Mail.
func (m *Mail) Weblog() *Weblog { return NewWeblog(m.client) }

// readSession reads "<version> <JSON>"; nothing is an empty session.
func readSession(id, text string) (bot.Session, error) {
	s := bot.Session{ID: id}
	if text == "" {
		return s, nil
	}
	version, body, _ := strings.Cut(text, " ")
	var err error
	if s.Version, err = strconv.ParseInt(version, 10, 64); err != nil {
		return s, errors.New("read a session: it has no version")
	}
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		return bot.Session{ID: id, Version: s.Version}, errors.New("read a session: it is not JSON")
	}
	return s, nil
}

// A lease on a turn, and when to forget it if nobody settles.
type lease struct {
	number int64
	until  time.Time
	before before
}

func newLease() int64 { return rand.Int64() }

func text(lease int64) string { return strconv.FormatInt(lease, 10) }

// partition says where everything of a session lies.
func partition(session string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(session))
	return int(h.Sum32() % partitions)
}

func key(partition int, name string) string {
	return "{" + strconv.Itoa(partition) + "}" + name
}

// groups says which partitions may be named in one command: on a Cluster each
// for itself, else all.
func groups(client goredis.UniversalClient) [][]int {
	_, cluster := client.(*goredis.ClusterClient)
	all := make([]int, partitions)
	var each [][]int
	for n := range partitions {
		all[n] = n
		each = append(each, []int{n})
	}
	if cluster {
		return each
	}
	return [][]int{all}
}

// connect makes a client of an address. Nothing is tried twice by the client:
// what has failed may have happened, and our callers know what to do about it.
// There are connections for so many commands that block on a node of a Cluster.
func connect(address string, blocked int) (goredis.UniversalClient, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address of Redis cannot be read")
	}
	quiet := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	switch q := u.Query(); {
	case q.Has("master_name"):
		o, err := goredis.ParseFailoverURL(address)
		if err != nil {
			return nil, fmt.Errorf("the address of Redis Sentinel: %w", err)
		}
		o.MaxRetries, o.DialerRetries, o.ContextTimeoutEnabled, o.PipelinePoolSize = -1, 1, true, -1
		return goredis.NewFailoverClient(o), nil
	case q.Has("addr"):
		o, err := goredis.ParseClusterURL(address)
		if err != nil {
			return nil, fmt.Errorf("the address of the Redis Cluster: %w", err)
		}
		o.MaxRetries, o.DialerRetries, o.ContextTimeoutEnabled, o.PipelinePoolSize = -1, 1, true, -1
		o.MaintNotificationsConfig = quiet
		o.PoolSize = max(o.PoolSize, blocked)
		return goredis.NewClusterClient(o), nil
	default:
		o, err := goredis.ParseURL(address)
		if err != nil {
			return nil, fmt.Errorf("the address of Redis: %w", err)
		}
		o.MaxRetries, o.DialerRetries, o.ContextTimeoutEnabled, o.PipelinePoolSize = -1, 1, true, -1
		o.MaintNotificationsConfig = quiet
		return goredis.NewClient(o), nil
	}
}

// hush sends what go-redis has to say, which is much in an outage, to the
// debug level of the default log.
var hush = sync.OnceFunc(func() { goredis.SetLogger(clientLog{}) })

type clientLog struct{}

func (clientLog) Printf(ctx context.Context, format string, args ...any) {
	if slog.Default().Enabled(ctx, slog.LevelDebug) {
		slog.DebugContext(ctx, "redis client", "text", fmt.Sprintf(format, args...))
	}
}

func (s Settings) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}

//go:embed lua/*.lua
var lua embed.FS

var (
	putScript    = laneScript("put")
	takeScript   = laneScript("take")
	settleScript = laneScript("settle")
	tellScript   = laneScript("tell")
	markScript   = laneScript("mark")
	sweepScript  = laneScript("sweep")
	retryScript  = laneScript("retry", "put")
)

func laneScript(names ...string) *goredis.Script {
	text := source("lane")
	for _, name := range names {
		text += source(name)
	}
	return goredis.NewScript(text)
}

func source(name string) string {
	body, err := lua.ReadFile("lua/" + name + ".lua")
	if err != nil {
		panic(err)
	}
	return string(body)
}
