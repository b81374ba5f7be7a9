package redis

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"lojavirtual/bot"
	"lojavirtual/store"
)

const (
	watchSpan   = 30 * time.Minute // without a turn, after which a conversation is not live any more
	watchTurns  = 60               // of a conversation that are remembered
	watchBuffer = 256              // changes that a watcher may be behind
	watchBatch  = 500
	watchPause  = time.Minute // between two looks for conversations that have gone quiet
)

// A Watch follows all conversations, for any number of watchers: it reads the
// journal once, however many there are, and remembers the conversations of the
// last half hour. It is safe for concurrent use.
//
// While Redis is away it stays as it was, and goes on from there.
type Watch struct {
	mail    *Mail
	guesses *Guesses
	reading goredis.UniversalClient
	running sync.WaitGroup
	stop    context.CancelFunc

	ready chan struct{} // closed when it has caught up

	mu       sync.Mutex
	talks    map[string]*followed // by session
	watchers map[chan store.TalkChange]bool
	behind   int // groups of partitions that have not caught up
}

// followed is a live conversation and what was said in it.
type followed struct {
	store.LiveTalk
	turns []store.Turn
	words []string // of each of them, folded, to look for
}

// Watch begins to follow the conversations, over a connection of its own. Close
// it before the Mail.
func (m *Mail) Watch(guesses *Guesses) (*Watch, error) {
	reading, err := connect(m.address, partitions)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	w := &Watch{
		mail: m, guesses: guesses, reading: reading, stop: stop,
		ready:    make(chan struct{}),
		talks:    make(map[string]*followed),
		watchers: make(map[chan store.TalkChange]bool),
		behind:   len(m.groups),
	}
	for _, group := range m.groups {
		w.running.Go(func() { w.read(ctx, group) })
	}
	w.running.Go(func() { w.prune(ctx) })
	return w, nil
}

// Close ends the watch. The channels of those who follow are closed.
func (w *Watch) Close() error {
	w.stop()
	err := w.reading.Close() // ends what blocks
	w.running.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	for changes := range w.watchers {
		delete(w.watchers, changes)
		close(changes)
	}
	return err
}

// Follow returns what changes from now on. The channel is closed when the watcher
// is too far behind, and when the watch ends: whoever still looks on follows again
// and asks for Live anew. Call stop in any case.
func (w *Watch) Follow() (changes <-chan store.TalkChange, stop func()) {
	c := make(chan store.TalkChange, watchBuffer)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watchers[c] = true
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.watchers[c] {
			delete(w.watchers, c)
			close(c)
		}
	}
}

// Live returns the conversations that are going on and fit the filter, of which
// Since and Until do not matter: those first who wait for a person, longest first,
// then by their last turn, newest first. It waits until what happened before is
// known. To miss nothing, Follow first.
func (w *Watch) Live(ctx context.Context, f store.TalkFilter) ([]store.LiveTalk, error) {
	select {
	case <-w.ready:
	case <-ctx.Done():
		return nil, away("look at the conversations", ctx.Err())
	}
	waiting, err := w.mail.Waiting(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.findOld(ctx, waiting); err != nil {
		return nil, err
	}
	words := strings.Fields(bot.Fold(f.Text))
	var all []store.LiveTalk
	w.mu.Lock()
	for _, t := range w.talks {
		if t.fits(f, words) {
			all = append(all, t.LiveTalk)
		}
	}
	w.mu.Unlock()
	slices.SortFunc(all, func(a, b store.LiveTalk) int {
		switch aw, bw := a.Waiting.IsZero(), b.Waiting.IsZero(); {
		case aw != bw:
			return map[bool]int{true: 1, false: -1}[aw]
		case !aw:
			return cmp.Or(a.Waiting.Compare(b.Waiting), strings.Compare(a.Session, b.Session))
		}
		return cmp.Or(b.Last.Compare(a.Last), strings.Compare(a.Session, b.Session))
	})
	return all, w.lock(ctx, all)
}

// Turns returns what is remembered of a live conversation, oldest first: its last
// sixty turns.
func (w *Watch) Turns(session string) []store.Turn {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.talks[session]; t != nil {
		return slices.Clone(t.turns)
	}
	return nil
}

// fits tells whether a conversation is looked for.
func (t *followed) fits(f store.TalkFilter, words []string) bool {
	switch {
	case f.Session != "" && f.Session != t.Session,
		f.Protocol != "" && !f.FitsProtocol(t.Protocol),
		f.Property != 0 && f.Property != t.Property,
		f.Flow != "" && f.Flow != t.At.Flow,
		f.Channel != "" && f.Channel != t.Channel:
		return false
	}
	return len(words) == 0 || slices.ContainsFunc(t.words, func(text string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, " "+w) })
	})
}

// findOld adds those who have waited for so long that the journal's end does not
// tell of them.
func (w *Watch) findOld(ctx context.Context, waiting []Waiter) error {
	for _, one := range waiting {
		w.mu.Lock()
		known := w.talks[one.Session] != nil
		w.mu.Unlock()
		if known || time.Since(one.Since) < watchSpan {
			continue
		}
		s, err := w.mail.Session(ctx, one.Session)
		if err != nil {
			return err
		}
		if s.Waiting.IsZero() {
			continue
		}
		t := &followed{LiveTalk: store.LiveTalk{
			Session: one.Session, Channel: channelOf(one.Session), Protocol: s.Protocol, At: placeOf(s), Began: s.Began, Last: s.Seen,
			Mistakes: s.Mistakes, Waiting: s.Waiting, Human: s.Human, Until: s.Until, Owed: s.Owed,
		}}
		if s.Identity != nil {
			t.Property = s.Identity.Property
		}
		w.mu.Lock()
		if w.talks[one.Session] == nil {
			w.talks[one.Session] = t
		}
		w.mu.Unlock()
	}
	return nil
}

// lock adds who may not guess at present who they are.
func (w *Watch) lock(ctx context.Context, all []store.LiveTalk) error {
	chats := make([]string, len(all))
	for i, l := range all {
		chats[i] = l.Session
	}
	until, err := w.guesses.locked(ctx, chats)
	if err != nil {
		return err
	}
	for i := range all {
		if until[i].After(time.Now()) {
			all[i].Locked = until[i]
		}
	}
	return nil
}

// read follows the journals of some partitions.
func (w *Watch) read(ctx context.Context, group []int) {
	streams := make([]string, 2*len(group))
	at := make(map[string]int, len(group))
	for i, n := range group {
		streams[i], at[key(n, "j")] = key(n, "j"), i
		streams[len(group)+i] = idAt(time.Now().Add(-watchSpan))
	}
	wait := time.Duration(-1) // does not block
	for ctx.Err() == nil {
		found, err := w.reading.XRead(ctx, &goredis.XReadArgs{Streams: streams, Count: watchBatch, Block: wait}).Result()
		if err != nil && !errors.Is(err, goredis.Nil) {
			if ctx.Err() == nil {
				w.mail.rest(err)
			}
			continue
		}
		if len(found) == 0 && wait < 0 {
			wait = blocking
			w.caughtUp()
		} else if len(found) == 0 {
			w.rewind(ctx, group, streams)
		}
		for _, s := range found {
			for _, t := range w.mail.turnsIn(s.Messages) {
				streams[len(group)+at[s.Stream]] = t.ID
				w.add(t)
			}
		}
	}
}

// rewind begins anew with journals that have lost their memory, and whose clock
// is behind what we have read.
func (w *Watch) rewind(ctx context.Context, group []int, streams []string) {
	ends, err := w.mail.Ends(ctx)
	if err != nil {
		return // it is tried again soon
	}
	for i, n := range group {
		if ends[n] != "" && store.LaterTurn(streams[len(group)+i], ends[n]) {
			streams[len(group)+i] = idAt(time.Now().Add(-watchSpan))
		}
	}
}

func (w *Watch) caughtUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.behind--; w.behind == 0 {
		close(w.ready)
	}
}

// add notes a turn and tells the watchers.
func (w *Watch) add(t store.Turn) {
	if t.Session == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	talk := w.talks[t.Session]
	switch {
	case t.Kind == store.TurnErased:
		if talk != nil {
			delete(w.talks, t.Session)
			w.tell(store.TalkChange{Turn: t, Talk: talk.LiveTalk, Gone: true})
		}
		return
	case talk == nil && t.Kind == store.TurnTold: // nobody is there
		return
	case talk == nil || t.Kind != store.TurnTold && t.Protocol != talk.Protocol && talk.Protocol != "":
		talk = &followed{LiveTalk: store.LiveTalk{Session: t.Session, Channel: channelOf(t.Session), Began: t.At}}
		w.talks[t.Session] = talk
	}
	if slices.ContainsFunc(talk.turns, func(known store.Turn) bool { return known.ID == t.ID }) {
		return
	}
	talk.turns, talk.words = append(talk.turns, t), append(talk.words, " "+bot.Fold(t.Text()))
	if over := len(talk.turns) - watchTurns; over > 0 {
		talk.turns, talk.words = slices.Delete(talk.turns, 0, over), slices.Delete(talk.words, 0, over)
	}
	talk.Turns = len(talk.turns)
	if t.Kind == store.TurnTold {
		w.tell(store.TalkChange{Turn: t, Talk: talk.LiveTalk})
		return
	}
	l := &talk.LiveTalk
	l.Protocol, l.Property, l.At, l.Last = t.Protocol, t.Property, t.To, t.At
	l.Mistakes, l.Waiting, l.Human, l.Until, l.Owed = t.Mistakes, t.Waiting, t.Human, t.Until, t.Owed
	l.Sick, l.Angry = cmp.Or(t.Code, l.Sick), l.Angry || t.Angry
	if t.Kind == store.TurnSaid && t.Said+t.Media != "" {
		l.Said = cmp.Or(t.Said, "("+t.Media+")")
	}
	if t.Over {
		delete(w.talks, t.Session)
	}
	w.tell(store.TalkChange{Turn: t, Talk: *l, Gone: t.Over})
}

// tell passes a change on; w.mu is held. Who is too far behind is let go.
func (w *Watch) tell(c store.TalkChange) {
	for changes := range w.watchers {
		select {
		case changes <- c:
		default:
			delete(w.watchers, changes)
			close(changes)
		}
	}
}

// prune forgets those that went quiet.
func (w *Watch) prune(ctx context.Context) {
	ticker := time.NewTicker(watchPause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			w.forget(now.Add(-watchSpan))
		}
	}
}

func (w *Watch) forget(before time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for session, t := range w.talks {
		if t.Last.Before(before) && t.Waiting.IsZero() && t.Human == "" {
			delete(w.talks, session)
			w.tell(store.TalkChange{Talk: t.LiveTalk, Gone: true})
		}
	}
}

func channelOf(session string) string {
	channel, _, _ := strings.Cut(session, ":")
	return channel
}
