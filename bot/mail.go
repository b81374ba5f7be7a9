package bot

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"
)

// An Inbox holds what people sent until it is answered, in the order sent.
type Inbox interface {
	// Put adds a message. One whose ID is already known is dropped.
	Put(context.Context, Message) error
	// Take waits for a person with a message nobody is answering and returns
	// the oldest, with their session. Until it is settled nobody else can take
	// from that person. It ends with the context's error when the context ends.
	Take(context.Context) (Message, Session, error)
	// Settle keeps the session, queues the replies and frees the person: all
	// of it, or none. It returns ErrLate if the message was taken over.
	Settle(context.Context, Message, Session, []Reply) error
}

// An Outbox holds what we said until a channel has delivered it.
type Outbox interface {
	// Next waits for a letter to the channel. A person's letters come in the
	// order they were said, the next one only after Sent or Failed of the last.
	Next(ctx context.Context, channel string) (Letter, error)
	// Sent marks a letter as delivered.
	Sent(context.Context, Letter) error
	// Failed says that a letter could not be delivered: try again after a
	// while, or never again if again is zero.
	Failed(ctx context.Context, l Letter, again time.Duration) error
}

// A Letter is a reply on its way to a person.
type Letter struct {
	ID      string // the same each time it is tried, and of no other letter
	Session string // channel and person
	Channel string
	To      string // the person, in the channel's terms
	Reply   Reply
	Notice  bool  // it answers nothing they wrote
	Tries   int   // how often sending it has failed
	Lease   int64 // the outbox's own mark of who may send it now
}

// A Channel carries replies to one network. How messages come in is its own
// affair, a webhook or a long poll; they all end in Inbox.Put.
type Channel interface {
	Name() string
	// Send delivers one letter. What its error says decides what happens next:
	// a Temporary one is tried again, after RetryAfter if the error has that
	// method; any other, ErrBlocked among them, is given up.
	Send(ctx context.Context, l Letter) error
}

// ErrLate is what Settle returns when somebody else has taken the message over
// in the meantime: nothing was kept, and nothing is lost.
var ErrLate = errors.New("the message was taken over by another process")

// ErrBlocked is what a channel's Send returns when the person has blocked us or
// is gone: a state of theirs, not a fault of ours.
var ErrBlocked = errors.New("the person does not receive our messages")

// ErrFlood is what Put returns when a person has more messages waiting than
// anyone could type: the message is dropped.
var ErrFlood = errors.New("too many messages waiting")

// What a channel's Fetch returns, which gets a file by its Media.Ref, when it will
// not be had later either.
var (
	ErrFileTooLarge = errors.New("the file is larger than it may be")
	ErrFileGone     = errors.New("the network does not have the file, or not any more")
)

// How long one message may take, and how sending is tried again.
const (
	turnLimit  = 8 * time.Second  // below the lease of an Inbox, so that a slow turn is not taken over while it runs
	sendLimit  = 60 * time.Second // a document over a slow line
	triesLimit = 3                // R8: a message that kills the process three times is put aside
	sendsLimit = 12               // with the pauses below, half an hour and some
	longest    = 5 * time.Minute
)

// Serve takes messages and answers them until the context ends; the turn in
// hand is finished first. Several may serve the same inbox.
func (e *Engine) Serve(ctx context.Context, inbox Inbox) {
	for {
		m, s, err := inbox.Take(ctx)
		switch {
		case err == nil: // what was taken is answered, even if the context has just ended
			e.answer(context.WithoutCancel(ctx), inbox, m, s)
		case ctx.Err() != nil:
			return
		default:
			e.log().Warn("cannot take messages", "error", err)
			pause(ctx, time.Second)
		}
	}
}

// answer plays one message and settles it. Trouble while settling is tried
// again for as long as the turn may last; after that the inbox gives the
// message to someone else.
func (e *Engine) answer(ctx context.Context, inbox Inbox, m Message, s Session) {
	ctx, cancel := context.WithTimeout(ctx, turnLimit)
	defer cancel()
	began := time.Now()
	next, replies, err := e.play(ctx, m, s)
	report := Report{Session: s.ID, Channel: m.Channel, Flow: next.Flow, State: next.State, Fault: FaultOf(err), Err: err, Replies: len(replies)}
	if report.Fault == Bug {
		report.Flow, report.State = s.Flow, s.State // where it happened
	}
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		err = inbox.Settle(ctx, m, next, replies)
		if !IsTemporary(err) || ctx.Err() != nil {
			break
		}
		pause(ctx, wait)
	}
	report.Took = time.Since(began)
	if err != nil {
		e.log().Warn("cannot settle a message", "session", s.ID, "error", err)
		return
	}
	e.report(report)
}

// play answers one message; an outage is tried again while there is time, and
// a message that was taken too often is put aside.
func (e *Engine) play(ctx context.Context, m Message, s Session) (Session, []Reply, error) {
	if m.Tries >= triesLimit {
		return e.giveUp(s, m)
	}
	ctx, cancel := context.WithTimeout(ctx, turnLimit*3/4) // leaves time to settle
	defer cancel()
	for wait := 200 * time.Millisecond; ; wait *= 2 {
		next, replies, err := e.Handle(ctx, s, m)
		deadline, _ := ctx.Deadline()
		if FaultOf(err) != Outage || time.Until(deadline) < 3*wait {
			return next, replies, err
		}
		pause(ctx, wait)
	}
}

// Post delivers the letters to one channel until the context ends; the letter
// in hand is finished first. Several may post for the same channel, and each
// letter goes through one of them. Seen, if given, learns how each try ended:
// "sent", "retry", "blocked" or "dropped".
func Post(ctx context.Context, outbox Outbox, ch Channel, log *slog.Logger, seen func(channel, result string)) {
	if seen == nil {
		seen = func(string, string) {}
	}
	for {
		letter, err := outbox.Next(ctx, ch.Name())
		switch {
		case err == nil:
			seen(ch.Name(), deliver(context.WithoutCancel(ctx), outbox, ch, letter, log))
		case ctx.Err() != nil:
			return
		default:
			log.Warn("cannot take letters", "channel", ch.Name(), "error", err)
			pause(ctx, time.Second)
		}
	}
}

// deliver sends one letter and records how it went, in the words of Post.
func deliver(ctx context.Context, outbox Outbox, ch Channel, letter Letter, log *slog.Logger) string {
	sending, cancel := context.WithTimeout(ctx, sendLimit)
	err := ch.Send(sending, letter)
	cancel()

	result, mark := "sent", func() error { return outbox.Sent(ctx, letter) }
	switch {
	case err == nil:
	case IsTemporary(err) && letter.Tries < sendsLimit:
		result, mark = "retry", func() error { return outbox.Failed(ctx, letter, retryIn(err, letter.Tries)) }
		log.Debug("will send again", "channel", ch.Name(), "session", letter.Session, "tries", letter.Tries, "error", err)
	case errors.Is(err, ErrBlocked):
		result, mark = "blocked", func() error { return outbox.Failed(ctx, letter, 0) }
		log.Info("the person does not receive our messages", "channel", ch.Name(), "session", letter.Session)
	default:
		result, mark = "dropped", func() error { return outbox.Failed(ctx, letter, 0) }
		log.Error("cannot send a letter", "channel", ch.Name(), "session", letter.Session, "tries", letter.Tries, "error", err)
	}
	if err := mark(); err != nil { // its lease ends, and it is sent once more: R7
		log.Warn("cannot mark a letter", "channel", ch.Name(), "session", letter.Session, "error", err)
	}
	return result
}

// retryIn is how long to wait before a letter is tried again: what the network
// asks for, else twice as long each time.
func retryIn(err error, tries int) time.Duration {
	var asked interface{ RetryAfter() time.Duration }
	if errors.As(err, &asked) && asked.RetryAfter() > 0 {
		return asked.RetryAfter()
	}
	wait := min(time.Second<<min(tries, 10), longest)
	return wait/2 + rand.N(wait/2) // so that not all come back at once
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
