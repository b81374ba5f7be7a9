package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/store"
)

// Staff keeps who of the staff is in the console, how often they have tried to
// enter, and how far the audit log has reached. Its errors are Temporary: Redis
// is away.
//
// # Why
//
// All accesses of a person lie in one hash, {staff}a:PERSON, by the hash of
// their token, so that they can be listed and ended without an index beside
// them that would have to be kept true. A library for sessions has that index
// to be written around it, and would write the session at every request.
type Staff struct{ client goredis.UniversalClient }

// Staff returns what is kept of the staff in the same Redis.
func (m *Mail) Staff() Staff { return Staff{m.client} }

var (
	accessScript  = goredis.NewScript(source("access"))
	attemptScript = goredis.NewScript(source("attempt"))
)

func accessesAt(person int64) string { return "{staff}a:" + strconv.FormatInt(person, 10) }

// BeginAccess keeps an access of a person for at most a time.
func (s Staff) BeginAccess(ctx context.Context, person int64, a store.Access, life time.Duration) error {
	about, err := json.Marshal(a)
	if err != nil {
		return err
	}
	at := accessesAt(person)
	_, err = s.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		pipe.HSet(ctx, at, a.ID, fmt.Sprintf("%d %d %s", a.Began.UnixMilli(), a.Seen.UnixMilli(), about))
		pipe.PExpire(ctx, at, life)
		return nil
	})
	return away("begin an access", err)
}

// Access returns one; ok is false if it has ended, or has not been seen for
// idle, or began more than life ago. If seen it counts as seen now.
func (s Staff) Access(ctx context.Context, person int64, id string, now time.Time, idle, life time.Duration, seen bool) (a store.Access, ok bool, err error) {
	note := "0"
	if seen {
		note = "1"
	}
	entry, err := accessScript.Run(ctx, s.client, []string{accessesAt(person)},
		id, now.UnixMilli(), idle.Milliseconds(), life.Milliseconds(), note).Text()
	if errors.Is(err, goredis.Nil) {
		return store.Access{}, false, nil
	}
	if err != nil {
		return store.Access{}, false, away("look for an access", err)
	}
	a, ok = readAccess(id, entry)
	return a, ok, nil
}

// Accesses returns all that are kept of a person, also those that ended by
// themselves meanwhile.
func (s Staff) Accesses(ctx context.Context, person int64) ([]store.Access, error) {
	entries, err := s.client.HGetAll(ctx, accessesAt(person)).Result()
	if err != nil {
		return nil, away("list accesses", err)
	}
	var all []store.Access
	for id, entry := range entries {
		if a, ok := readAccess(id, entry); ok {
			all = append(all, a)
		}
	}
	return all, nil
}

// EndAccess ends one access of a person.
func (s Staff) EndAccess(ctx context.Context, person int64, id string) error {
	return away("end an access", s.client.HDel(ctx, accessesAt(person), id).Err())
}

// readAccess reads "began seen JSON".
func readAccess(id, entry string) (a store.Access, ok bool) {
	parts := strings.SplitN(entry, " ", 3)
	if len(parts) < 3 || json.Unmarshal([]byte(parts[2]), &a) != nil {
		return store.Access{}, false
	}
	began, err1 := strconv.ParseInt(parts[0], 10, 64)
	seen, err2 := strconv.ParseInt(parts[1], 10, 64)
	a.ID, a.Began, a.Seen = id, time.UnixMilli(began), time.UnixMilli(seen)
	return a, err1 == nil && err2 == nil
}

// A limit says how many attempts are free, and how long the waits are then: each
// is twice the last.
type limit struct {
	free           int
	first, longest time.Duration
}

// How often people may try to enter. No wait is longer than the longest, so
// that nobody can shut out whose name they know; who comes with a device from
// which they have entered before is not held up by what others try at all.
var (
	attemptsPerDevice  = limit{5, 2 * time.Second, 10 * time.Minute}
	attemptsPerPair    = limit{5, 2 * time.Second, 10 * time.Minute}  // a name from an address
	attemptsPerAddress = limit{30, time.Second, time.Minute}          // an office may have one address
	attemptsPerName    = limit{20, 2 * time.Second, 30 * time.Second} // from anywhere
)

// attemptMemory is how long after the last attempt a count is forgotten.
const attemptMemory = time.Hour

// Attempt counts an attempt to enter as somebody before it is looked at, and
// returns 0 if it may be; else how long to wait, and it counts nowhere. Device
// names a device from which that person has entered before, or is "".
func (s Staff) Attempt(ctx context.Context, name, address, device string, now time.Time) (wait time.Duration, err error) {
	keys, limits := attemptsAt(name, address, device), []limit{attemptsPerPair, attemptsPerName, attemptsPerAddress}
	if device != "" {
		limits = []limit{attemptsPerDevice}
	}
	args := []any{now.UnixMilli(), attemptMemory.Milliseconds()}
	for _, l := range limits {
		args = append(args, l.free, l.first.Milliseconds(), l.longest.Milliseconds())
	}
	milliseconds, err := attemptScript.Run(ctx, s.client, keys, args...).Int64()
	return time.Duration(milliseconds) * time.Millisecond, away("count an attempt", err)
}

// Entered forgets the attempts of a person, since they have entered. Those that
// others made from the same address stay counted.
func (s Staff) Entered(ctx context.Context, name, address, device string) error {
	keys := attemptsAt(name, address, device)
	return away("forget attempts", s.client.Del(ctx, keys[:min(len(keys), 2)]...).Err())
}

func attemptsAt(name, address, device string) []string {
	if device != "" {
		return []string{"{staff}d:" + device}
	}
	return []string{"{staff}p:" + short(name+" "+address), "{staff}n:" + short(name), "{staff}i:" + address}
}

const auditHead = "{staff}head"

// headScript moves the head of the audit log on, never back.
// KEYS 1 the head, "number hash"   ARGV 1 a number  2 its hash
var headScript = goredis.NewScript(`
local n = string.match(redis.call('GET', KEYS[1]) or '0', '^%d+')
if tonumber(ARGV[1]) > tonumber(n) then
  redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
end
return 0`)

// SetAuditHead remembers how far the audit log has reached.
func (s Staff) SetAuditHead(ctx context.Context, head store.AuditHead) error {
	return away("remember the audit log", headScript.Run(ctx, s.client, []string{auditHead}, head.Seq, head.Hash).Err())
}

// AuditHead returns how far the audit log was known to reach; the zero head if that
// was never told, or has been forgotten.
func (s Staff) AuditHead(ctx context.Context) (head store.AuditHead, err error) {
	entry, err := s.client.Get(ctx, auditHead).Result()
	if errors.Is(err, goredis.Nil) {
		return head, nil
	}
	if err != nil {
		return head, away("read how far the audit log reached", err)
	}
	number, hash, _ := strings.Cut(entry, " ")
	head.Hash = hash
	head.Seq, err = strconv.ParseInt(number, 10, 64)
	return head, err
}
