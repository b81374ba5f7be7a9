package redis

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
)

// A turn is a message this process has claimed, with the session.
type turn struct {
	message bot.Message
	session bot.Session
	lease   int64
}

// A turnKey is what Settle knows a turn by. The version is in it because the
// same message may be taken twice, by us too, and be settled once.
type turnKey struct {
	session string
	message string
	version int64
}

func (t turn) key() turnKey { return turnKey{t.session.ID, t.message.ID, t.session.Version} }

// Put adds a message. One whose ID came within the last 48 hours is dropped;
// bot.ErrFlood says that the person has a hundred waiting and that this one
// was not kept. After any other error it may or may not have been kept: put it
// again.
func (m *Mail) Put(ctx context.Context, message bot.Message) error {
	return m.put(ctx, message, "")
}

// put adds a message, which may be the ringing of an alarm set for a time in
// unix seconds.
func (m *Mail) put(ctx context.Context, message bot.Message, alarm string) error {
	message = message.Scrubbed() // what must not be kept is not, whatever the channel
	person := message.Session()
	n := partition(person)
	body, err := json.Marshal(message)
	if err != nil {
		return err
	}
	claim, number, promised := "", newLease(), 0
	if !m.crowded.Load() { // else people have waited longer than this one
		promised = m.inbox.promise(1)
	}
	if promised > 0 {
		claim = text(number)
	} else {
		m.crowded.Store(true)
	}
	reply, err := putScript.Run(ctx, m.client,
		[]string{key(n, "i"), key(n, "s:"+person), key(n, "d:"+person), key(n, "a")},
		person, body, short(message.ID), floodLimit, int(remembered.Minutes()),
		claim, m.Lease.Milliseconds(), alarm,
	).StringSlice()
	if err != nil {
		m.inbox.keep(promised)
		return away("put a message", err)
	}
	switch reply[0] {
	case "held":
		m.inbox.keep(promised, m.claimed(person, reply[1], message, number))
		return nil
	case "flood":
		err = bot.ErrFlood
	}
	m.inbox.keep(promised)
	return err
}

// Take waits for a person with a message nobody is answering. The message must
// be settled within Settings.Lease, or it goes to someone else with Tries one
// higher. Its only errors are those of the context, and of a closed Mail: while
// Redis is away it waits.
func (m *Mail) Take(ctx context.Context) (bot.Message, bot.Session, error) {
	m.inbox.start.Do(func() { m.listen("i", m.inbox.await, m.takeTurns) })
	t, err := m.inbox.take(ctx)
	return t.message, t.session, err
}

// Settle keeps the session, queues the replies and frees the person. After an
// outage it may be tried again: if the first try had come through after all,
// that is bot.ErrLate.
func (m *Mail) Settle(ctx context.Context, message bot.Message, s bot.Session, replies []bot.Reply) error {
	person := message.Session()
	known := turnKey{person, message.ID, s.Version}
	m.mu.Lock()
	held, ok := m.turns[known]
	m.mu.Unlock()
	if !ok {
		return bot.ErrLate
	}
	entry, err := turnEntry(held.before, message, s, replies)
	if err != nil {
		return err
	}

	session, err := json.Marshal(s)
	if err != nil {
		return err
	}
	alarm := ""
	if !s.Wake.IsZero() {
		// An answer that comes late leaves as much time to reply as any other.
		late := max(0, time.Since(message.At).Truncate(time.Second))
		alarm = strconv.FormatInt(s.Wake.Add(late).Unix(), 10)
	}
	since := ""
	if !s.Waiting.IsZero() {
		since = strconv.FormatInt(s.Waiting.Unix(), 10)
	}
	waited := ""
	if was := held.before.waiting; !was.IsZero() && s.Waiting.IsZero() && s.Human != "" && s.Human == message.By {
		waited = fmt.Sprintf("%d:%d", message.At.Unix(), int64(max(0, message.At.Sub(was)).Seconds()))
	}
	dead, err := deadLetter(message, s.Version+1)
	if err != nil {
		return err
	}
	letters := make([]storedLetter, len(replies))
	for i, reply := range replies {
		letters[i] = storedLetter{ID: person + "/" + short(message.ID) + "/" + strconv.Itoa(i), Reply: reply}
	}
	next, nextClaim := newLease(), ""
	if m.settled.Add(1)%sticky != 0 {
		nextClaim = text(next)
	}
	out := m.laneFor(message.Channel, person, len(replies))
	n := partition(person)
	args := []any{
		person, text(held.number), s.Version, session, int64(m.Keep.Seconds()), alarm,
		out.next, m.Sending.Milliseconds(), out.lease, out.done, out.known,
		nextClaim, m.Lease.Milliseconds(), key(n, "s:"),
		dead, m.Dead, m.Journal, entry, since, waited,
	}
	for _, letter := range letters {
		body, err := json.Marshal(letter)
		if err != nil {
			m.laneSettled(out, unused, nil, time.Time{})
			return err
		}
		args = append(args, body)
	}

	if err := m.keepFiles(ctx, person, replies); err != nil {
		m.laneSettled(out, unused, nil, time.Time{})
		return err
	}
	began := time.Now()
	result, err := settleScript.Run(ctx, m.client, []string{
		key(n, "i"), key(n, "s:"+person), key(n, "a"), key(n, "o:"+message.Channel), key(n, "j"), key(n, "x"), key(n, "p"), key(n, "q"),
	}, args...).StringSlice()
	if err != nil {
		m.laneSettled(out, inDoubt, nil, time.Time{})
		return away("settle a message", err)
	}
	m.mu.Lock()
	if m.turns[known] == held {
		delete(m.turns, known)
	}
	m.mu.Unlock()
	if result[0] == "late" {
		m.laneSettled(out, unused, nil, time.Time{})
		return bot.ErrLate
	}
	m.laneSettled(out, result[1], letters, began)
	for _, c := range readClaims(result[2:]) {
		m.inbox.lay(m.turnOf(c, next))
	}
	return nil
}

// takeTurns claims turns of a partition for the hands that are free. With none
// free it wakes another process.
func (m *Mail) takeTurns(n int) error {
	promised := m.inbox.promise(together)
	found, leases, err := m.claim(n, "i", m.Lease, 1, key(n, "s:"), promised)
	turns := make([]turn, len(found))
	for i, c := range found {
		turns[i] = m.turnOf(c, leases[i])
	}
	if len(turns) < promised {
		m.crowded.Store(false) // hands are left over
	}
	m.inbox.keep(promised, turns...)
	return err
}

// turnOf makes a turn of what a script has claimed.
func (m *Mail) turnOf(c claimed, lease int64) turn {
	var message bot.Message
	if err := json.Unmarshal([]byte(c.items[0]), &message); err != nil {
		m.Log.Error("cannot read a message", "session", c.person)
		message.Channel, message.From, _ = strings.Cut(c.person, ":")
	}
	message.Tries = c.tries
	return m.claimed(c.person, c.session, message, lease)
}

// claimed notes the lease of a turn, for Settle.
func (m *Mail) claimed(person, session string, message bot.Message, number int64) turn {
	s, err := readSession(person, session)
	if err != nil {
		m.Log.Error("a session begins anew", "session", person, "error", err)
	}
	t := turn{message, s, number}
	m.mu.Lock()
	m.turns[t.key()] = lease{number, time.Now().Add(2 * m.Lease), beforeOf(s)}
	m.mu.Unlock()
	return t
}

// giveBackTurns returns turns that nobody here will answer, at once and
// without counting them as tried.
func (m *Mail) giveBackTurns(turns []turn) {
	ctx, cancel := context.WithTimeout(context.Background(), parting)
	defer cancel()
	for _, t := range turns {
		m.mu.Lock()
		delete(m.turns, t.key())
		m.mu.Unlock()
		person := t.session.ID
		err := markScript.Run(ctx, m.client, []string{key(partition(person), "i")},
			person, text(t.lease), "", m.Lease.Milliseconds(), 0, 0, 0, 0, "").Err()
		if err != nil {
			m.Log.Warn("cannot give back a message", "session", person, "error", away("give back a message", err))
		}
	}
}

// claimed is what a script found waiting, and now held by us.
type claimed struct {
	person  string
	tries   int
	session string
	items   []string
}

// readClaims reads what claim in lane.lua appends.
func readClaims(reply []string) []claimed {
	var all []claimed
	for len(reply) > 0 {
		c := claimed{person: reply[0], session: reply[2]}
		c.tries, _ = strconv.Atoi(reply[1])
		count, _ := strconv.Atoi(reply[3])
		c.items = reply[4 : 4+count]
		all = append(all, c)
		reply = reply[4+count:]
	}
	return all
}

// claim holds up to most lanes of a partition and returns them with their leases.
func (m *Mail) claim(n int, name string, hold time.Duration, items int, sessions string, most int) ([]claimed, []int64, error) {
	leases := make([]int64, most)
	args := []any{hold.Milliseconds(), items, sessions}
	for i := range leases {
		leases[i] = newLease()
		l := text(leases[i])
		if sessions == "" {
			l = laneLease(leases[i], 0)
		}
		args = append(args, l)
	}
	ctx, cancel := context.WithTimeout(context.Background(), m.Lease/2)
	defer cancel()
	reply, err := takeScript.Run(ctx, m.client, []string{key(n, name)}, args...).StringSlice()
	if err != nil {
		return nil, nil, away("take what waits", err)
	}
	return readClaims(reply), leases, nil
}

// listen starts what waits for wake-up tokens of one kind of lane while a hand
// is free, and claims what waits in the partition a token came from.
func (m *Mail) listen(name string, await func() bool, claim func(partition int) error) {
	for _, group := range m.groups {
		m.running.Go(func() {
			keys := make([]string, len(group))
			byKey := map[string]int{}
			for i, n := range group {
				keys[i] = key(n, name+":k")
				byKey[keys[i]] = n
			}
			for await() {
				token, err := m.waiting.BLPop(context.Background(), blocking, keys...).Result()
				if err == nil {
					keys = append(keys[1:], keys[0]) // no partition is always the last
					err = claim(byKey[token[0]])
				}
				if err != nil && !errors.Is(err, goredis.Nil) {
					m.rest(err)
					continue
				}
				m.restored()
			}
		})
	}
}

// short is a hash of a message's ID, long enough for the few of one person.
func short(id string) string {
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}
