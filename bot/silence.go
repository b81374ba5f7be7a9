package bot

import (
	"context"
	"time"
)

// stale tells whether a conversation was left for so long that the message
// begins another.
func (e *Engine) stale(s Session, m Message) bool {
	attended := s.Human != "" && m.At.Before(s.Until)
	return s.Protocol != "" && !s.Seen.IsZero() && m.At.Sub(s.Seen) >= e.believe() && !attended
}

// silence is called by the clock: it warns a person who has left a question
// open, and later ends the conversation.
func (e *Engine) silence(ctx context.Context, t *talk) error {
	s := &t.session
	quiet := s.Wake.Sub(s.Seen) // what has come, by the clock that asked for it
	switch {
	case s.Human != "":
		return e.left(ctx, t)
	case !s.Waiting.IsZero() && s.Wake.Before(e.late(*s)):
		return e.goOn(ctx, t, Still)
	case !s.Waiting.IsZero():
		return e.goOn(ctx, t, Late)
	case s.Flow == "" || s.Wake.IsZero():
	case e.step(*s).passing:
		if quiet >= e.warn() {
			e.quit(t)
		}
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

// goOn goes on from a step that waits.
func (e *Engine) goOn(ctx context.Context, t *talk, event Event) error {
	s := &t.session
	s.Seen = s.Wake // they did not leave: we kept them
	if event == Late {
		s.Waiting = time.Time{}
	}
	flow, _, err := e.place(t)
	if err != nil {
		return err
	}
	if err := e.follow(t, flow, event); err != nil {
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

// left is called when an attendant has been silent for too long: whoever waits
// for an answer is first in the queue for another, whoever does not has the bot
// again.
func (e *Engine) left(ctx context.Context, t *talk) error {
	s := &t.session
	s.Seen = s.Wake
	if s.Owed.IsZero() || e.Person == nil {
		return e.takeBack(ctx, t)
	}
	t.Say(sayLeft, s.Human)
	return e.callAgain(ctx, t)
}

// late is when a person has waited for one of the utility in vain.
func (e *Engine) late(s Session) time.Time {
	return s.Began.Add(either(e.Patience > 0, e.Patience, 15*time.Minute))
}

// wake is when the clock should look at the session again.
func (e *Engine) wake(s Session) time.Time {
	switch {
	case s.Human != "" && !s.Queued.IsZero():
		return s.Until
	case s.Flow == "", s.Human != "":
		return time.Time{}
	case !s.Waiting.IsZero():
		late := e.late(s)
		if news := s.Seen.Add(newsEvery); e.step(s).on[Still] != "" && news.Before(late) {
			return news
		}
		return late
	case s.Warned:
		return s.Seen.Add(e.believe())
	default:
		return s.Seen.Add(e.warn())
	}
}

// newsEvery is how often somebody who waits is told how it stands.
const newsEvery = 5 * time.Minute

func (e *Engine) believe() time.Duration { return either(e.Believe > 0, e.Believe, 30*time.Minute) }

func (e *Engine) warn() time.Duration { return either(e.Warn > 0, e.Warn, e.believe()*2/3) }
