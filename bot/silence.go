package bot

import (
	"context"
	"time"
)

// stale tells whether a conversation was left for so long that the message
// begins another.
func (e *Engine) stale(s Session, m Message) bool {
	return s.Protocol != "" && !s.Seen.IsZero() && m.At.Sub(s.Seen) >= e.believe()
}

// silence is called by the clock: it warns a person who has left a question
// open, and later ends the conversation.
func (e *Engine) silence(ctx context.Context, t *talk) error {
	s := &t.session
	quiet := s.Wake.Sub(s.Seen) // what has come, by the clock that asked for it
	switch {
	case !s.Waiting.IsZero():
		return e.nobodyCame(ctx, t)
	case s.Flow == "" || s.Wake.IsZero():
	case quiet >= e.believe():
		t.Say(sayExpired, Grouped(s.Protocol))
		e.expire(s)
		t.data = nil
		if s.Paused != nil {
			t.Say(sayPaused, e.title(s.Paused.Flow))
		}
	case quiet >= e.warn() && !s.Warned:
		s.Warned = true
		t.Say(sayWarning, int((e.believe()-e.warn())/time.Minute))
	}
	return nil
}

// nobodyCame goes on from a step that has waited in vain.
func (e *Engine) nobodyCame(ctx context.Context, t *talk) error {
	s := &t.session
	s.Waiting, s.Seen = time.Time{}, s.Wake // they did not leave: we kept them
	flow, _, err := e.place(t)
	if err != nil {
		return err
	}
	if err := e.follow(t, flow, Late); err != nil {
		return err
	}
	return e.run(ctx, t, flow)
}

// expire ends a conversation that nobody carries on.
func (e *Engine) expire(s *Session) {
	e.put(s)
	s.Protocol, s.Flow, s.State, s.Data, s.Trail, s.Then, s.Wish = "", "", "", nil, nil, "", ""
	s.Identity, s.Guesses, s.Mistakes, s.Warned, s.Waiting = nil, nil, 0, false, time.Time{}
}

// wake is when the clock should look at the session again.
func (e *Engine) wake(s Session) time.Time {
	switch {
	case s.Flow == "", s.Human != "":
		return time.Time{}
	case !s.Waiting.IsZero():
		return s.Waiting.Add(either(e.Patience > 0, e.Patience, 15*time.Minute))
	case s.Warned:
		return s.Seen.Add(e.believe())
	default:
		return s.Seen.Add(e.warn())
	}
}

func (e *Engine) believe() time.Duration { return either(e.Believe > 0, e.Believe, 30*time.Minute) }

func (e *Engine) warn() time.Duration { return either(e.Warn > 0, e.Warn, e.believe()*2/3) }
