package redis

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
)

const handful = 10 // letters of a person that a process has in hand, at most about

// A lane is the letters to one person that this process holds. It sends the
// first and, once that is sent, the next, and tells Redis a little later.
type lane struct {
	channel  string
	person   string
	claim    int64        // the Lease of its letters
	letters  []bot.Letter // the first is out if out is true
	out      bool         // with a hand, or lying ready for one
	done     int          // letters sent or dropped that Redis does not know of
	behind   bool         // more letters lie in Redis
	leaving  bool         // to be given back
	failed   bool         // because the first letter could not be sent
	again    time.Duration
	marks    int       // how often it was marked, part of its lease in Redis
	pending  *mark     // a mark under way, or of which we do not know whether it was made
	settling bool      // the mark is under way with a turn, and not for markOn to make
	held     time.Time // since when we know that it is ours
}

func (l *lane) name() string { return "o:" + l.channel }

// laneLease is the lease of a lane in Redis, another after each mark.
func laneLease(claim int64, marks int) string { return text(claim) + ":" + strconv.Itoa(marks) }

// mark is what Redis is to be told of a lane. It is repeated as it was until
// it is answered, for it may have been made.
type mark struct {
	lease, next string
	done        int
	known       int
	again       string
	failed      string
}

// storedLetter is a letter as it lies in Redis; the rest is known from its key.
type storedLetter struct {
	ID     string    `json:"i"`
	Reply  bot.Reply `json:"r"`
	Notice bool      `json:"n,omitempty"`
}

func letterOf(person string, stored storedLetter, claim int64) bot.Letter {
	channel, to, _ := strings.Cut(person, ":")
	return bot.Letter{ID: stored.ID, Session: person, Channel: channel, To: to, Reply: stored.Reply, Notice: stored.Notice, Lease: claim}
}

// Next waits for a letter to the channel. The letter is held for as long as
// this process lives, until Sent or Failed; if the process dies it goes to
// another within Settings.Sending and a second. Its only errors are those of
// the context, and of a closed Mail: while Redis is away it waits.
func (m *Mail) Next(ctx context.Context, channel string) (bot.Letter, error) {
	m.mu.Lock()
	d := m.outboxes[channel]
	if d == nil {
		d = newDesk(m.giveBackLetters)
		m.outboxes[channel] = d
	}
	m.mu.Unlock()
	d.start.Do(func() {
		m.listen("o:"+channel, d.await, func(n int) error { return m.takeLetters(d, channel, n) })
	})
	return d.take(ctx)
}

// Sent marks a letter as delivered; Redis learns of it a few milliseconds
// later, or in Close. It returns bot.ErrLate if the letter is not ours any more.
func (m *Mail) Sent(_ context.Context, letter bot.Letter) error {
	return m.finish(letter, func(l *lane) { m.next(l) })
}

// Failed says that a letter could not be delivered. It and all that follows it
// to the same person wait for a while, to within a second; if again is zero,
// only this letter is dropped. Like Sent it returns before Redis knows.
func (m *Mail) Failed(ctx context.Context, letter bot.Letter, again time.Duration) error {
	if again <= 0 {
		return m.Sent(ctx, letter)
	}
	return m.finish(letter, func(l *lane) { l.leaving, l.failed, l.again = true, true, again })
}

// finish ends the time a letter is out.
func (m *Mail) finish(letter bot.Letter, how func(*lane)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.lanes[letter.Session]
	if l == nil || l.claim != letter.Lease || !l.out || l.letters[0].ID != letter.ID {
		return bot.ErrLate
	}
	l.out = false
	how(l)
	m.wake()
	return nil
}

// next goes on to the following letter; m.mu is held.
func (m *Mail) next(l *lane) {
	l.letters = l.letters[1:]
	l.done++
	m.sendOn(l)
}

// sendOn gives the first letter of a lane to a hand, unless one is out or the
// lane may have gone to another process meanwhile; m.mu is held.
func (m *Mail) sendOn(l *lane) {
	for !l.out && len(l.letters) > 0 && l.letters[0].ID == "" {
		l.letters = l.letters[1:]
		l.done++
		m.wake()
	}
	if l.out || l.leaving || len(l.letters) == 0 || time.Since(l.held) > m.Sending {
		return
	}
	l.out = true
	m.outboxes[l.channel].lay(l.letters[0])
}

// hold begins to send the letters of a lane that was claimed at a time; m.mu is held.
func (m *Mail) hold(l *lane, since time.Time) {
	l.held = since
	m.lanes[l.person] = l
	m.sendOn(l)
}

// takeLetters claims lanes of a partition for the hands that are free. With
// none free it wakes another process.
func (m *Mail) takeLetters(d *desk[bot.Letter], channel string, n int) error {
	promised := d.promise(together)
	began := time.Now()
	found, claims, err := m.claim(n, "o:"+channel, m.Sending, handful, "", promised)
	m.mu.Lock()
	for i, c := range found {
		l := &lane{channel: channel, person: c.person, claim: claims[i]}
		m.read(l, c.items)
		l.letters[0].Tries = c.tries
		m.hold(l, began)
	}
	m.mu.Unlock()
	d.keep(promised)
	return err
}

// read adds letters as they lie in Redis to a lane. One that cannot be read
// has no ID and is passed over by sendOn.
func (m *Mail) read(l *lane, items []string) {
	for _, item := range items {
		var stored storedLetter
		if err := json.Unmarshal([]byte(item), &stored); err != nil {
			m.Log.Error("cannot read a letter", "session", l.person)
		}
		l.letters = append(l.letters, letterOf(l.person, stored, l.claim))
	}
}

// giveBackLetters returns letters that nobody here will send.
func (m *Mail) giveBackLetters(letters []bot.Letter) {
	if len(letters) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, letter := range letters {
		if l := m.lanes[letter.Session]; l != nil && l.claim == letter.Lease {
			l.out, l.leaving = false, true
		}
	}
	m.wake()
}

// leaveAll gives back every lane with the next mark.
func (m *Mail) leaveAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.lanes {
		l.leaving = true
	}
}

// wake says that there is something to mark.
func (m *Mail) wake() {
	select {
	case m.kick <- struct{}{}:
	default:
	}
}

// markOn makes marks soon after they are due, all in one trip, and renews the
// leases of all lanes in hand.
func (m *Mail) markOn() {
	renew := time.NewTicker(m.Sending / 3)
	defer renew.Stop()
	for {
		all := false
		select {
		case <-m.stop:
			return
		case <-renew.C:
			all = true
		case <-m.kick:
			m.pause(gathering)
		}
		ctx, cancel := context.WithTimeout(context.Background(), m.Sending/3)
		err := m.mark(ctx, all)
		cancel()
		if err != nil {
			m.rest(err)
			m.wake()
		}
	}
}

// mark tells Redis what has become of the lanes in hand: of those that have
// changed, or of all. It returns the first error; what failed is tried again
// with the next mark. It is never run twice at a time.
func (m *Mail) mark(ctx context.Context, all bool) error {
	var batch []*lane
	m.mu.Lock()
	for _, l := range m.lanes {
		if l.pending == nil && (all || l.due()) {
			l.pending = l.mark()
		}
		if l.pending != nil && !l.settling {
			batch = append(batch, l)
		}
	}
	m.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}

	began := time.Now()
	marks, err := m.runMarks(ctx, batch, markScript.EvalSha)
	if goredis.HasErrorPrefix(err, "NOSCRIPT") {
		marks, err = m.runMarks(ctx, batch, markScript.Eval)
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	for i, l := range batch {
		if reply, err := marks[i].StringSlice(); err == nil {
			m.marked(l, reply, began)
		}
	}
	return away("mark letters", err)
}

// marked takes note of an answered mark; m.mu is held.
func (m *Mail) marked(l *lane, reply []string, since time.Time) {
	if reply[0] != "held" {
		if m.lanes[l.person] == l {
			delete(m.lanes, l.person)
		}
		return
	}
	l.done -= l.pending.done
	l.pending, l.behind = nil, false
	l.marks++
	l.held = since
	m.read(l, reply[1:])
	m.sendOn(l)
	if l.due() {
		m.wake()
	}
}

// due tells whether Redis is to be told of something.
func (l *lane) due() bool { return l.done > 0 || l.leaving || l.behind }

func (l *lane) mark() *mark {
	due := &mark{
		lease: laneLease(l.claim, l.marks), next: laneLease(l.claim, l.marks+1),
		done: l.done, known: len(l.letters),
	}
	if l.leaving {
		due.again = strconv.FormatInt(l.again.Milliseconds(), 10)
	}
	if l.failed {
		due.failed = "1"
	}
	return due
}

// settlement is how Settle may put letters into the hands of this process.
type settlement struct {
	mark
	lane *lane             // held already, the mark riding along; or to be held
	desk *desk[bot.Letter] // whose hand is promised to a lane to be held
}

// laneFor readies a lane for letters to be settled: one we hold, or one to be
// held if a hand waits for it. Its lease is "" if there is neither.
func (m *Mail) laneFor(channel, person string, letters int) settlement {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.outboxes[channel]
	if d == nil || letters == 0 {
		return settlement{}
	}
	if l := m.lanes[person]; l != nil {
		if l.pending != nil || l.leaving {
			return settlement{}
		}
		l.pending, l.settling = l.mark(), true
		return settlement{mark: *l.pending, lane: l}
	}
	if d.promise(1) == 0 {
		return settlement{}
	}
	l := &lane{channel: channel, person: person, claim: newLease()}
	return settlement{mark: mark{next: laneLease(l.claim, 0)}, lane: l, desk: d}
}

// What may become of a settlement, besides what settle.lua says of the lane.
const (
	unused  = "unused"   // nothing was settled
	inDoubt = "in doubt" // nobody knows; the next mark will find out
)

// laneSettled ends what laneFor began.
func (m *Mail) laneSettled(s settlement, became string, letters []storedLetter, since time.Time) {
	if s.lane == nil {
		return
	}
	if s.desk != nil {
		defer s.desk.keep(1)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	l := s.lane
	l.settling = false
	if became == "held" {
		for _, letter := range letters {
			l.letters = append(l.letters, letterOf(l.person, letter, l.claim))
		}
	}
	if s.desk != nil {
		if became == "held" {
			m.hold(l, since)
		}
		return
	}
	switch became {
	case inDoubt:
	case unused:
		l.pending = nil
	case "late":
		m.marked(l, []string{"late"}, since)
		return
	default:
		m.marked(l, []string{"held"}, since)
		l.behind = became == "behind"
	}
	if l.pending != nil || l.due() {
		m.wake()
	}
}

type eval func(context.Context, goredis.Scripter, []string, ...any) *goredis.Cmd

func (m *Mail) runMarks(ctx context.Context, batch []*lane, run eval) ([]*goredis.Cmd, error) {
	marks := make([]*goredis.Cmd, len(batch))
	_, err := m.client.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
		for i, l := range batch {
			p := l.pending
			marks[i] = run(ctx, pipe, []string{key(partition(l.person), l.name())},
				l.person, p.lease, p.next, m.Sending.Milliseconds(), p.done, p.known, handful, p.again, p.failed)
		}
		return nil
	})
	return marks, err
}

// rest reports the beginning of an outage and waits a little.
func (m *Mail) rest(err error) {
	select {
	case <-m.stop: // which is why
		return
	default:
	}
	if !m.down.Swap(true) {
		m.Log.Warn("Redis is away", "error", err)
	}
	m.pause(200 * time.Millisecond)
}

// restored reports the end of an outage.
func (m *Mail) restored() {
	if m.down.Load() && m.down.Swap(false) {
		m.Log.Info("Redis is back")
	}
}

// pause waits, unless the mail is being closed.
func (m *Mail) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-m.stop:
	case <-timer.C:
	}
}
