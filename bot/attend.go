package bot

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// A Handout is something of a person's own that an attendant may send them: see
// Engine.Give.
type Handout struct {
	Name  string // as Message.Text of Gives has it: "pix 4711"
	Title string // "Pix da conta de 03/2026 · R$ 84,30"
}

// attend does what an attendant does with the conversation, or says why not: see
// Course.Refused. The person learns nothing of what was not done. What they were
// asked stays, for when the bot is back.
func (e *Engine) attend(ctx context.Context, t *talk) error {
	before := t.session
	err := e.act(ctx, t)
	if FaultOf(err) != Slip {
		return err
	}
	t.session, t.replies, t.data = before, nil, nil
	t.session.Course = Course{Refused: err.Error()}
	return nil
}

// act does what an attendant does. A Mistake says why it cannot be done.
func (e *Engine) act(ctx context.Context, t *talk) error {
	s, m := &t.session, t.message
	if m.Act == Wrote {
		e.have(t, m.By)
		s.Queued, s.Owed = time.Time{}, time.Time{}
		return nil
	}
	has := ""
	if m.At.Before(s.Until) {
		has = s.Human
	}
	switch takes := m.Act == TookOver || m.Act == Says || m.Act == Gives; {
	case has != "" && has != m.By && (m.Act != TookOver || has != m.Text):
		return Mistake(fmt.Sprintf(refusedTaken, has))
	case has == "" && !takes:
		return Mistake(refusedNobody)
	case takes && has != m.By:
		e.have(t, m.By)
		e.introduceAttendant(t)
	}
	s.Until = m.At.Add(e.attended())
	switch m.Act {
	case Says:
		t.Say("%s", m.Text)
		s.Served, s.Owed = m.By, time.Time{}
	case Gives:
		s.Served, s.Owed = m.By, time.Time{}
		return e.give(ctx, t)
	case Passed:
		switch m.Text {
		case "":
			t.Say(sayPassed, m.By)
			return e.callAgain(ctx, t)
		case m.By:
			return Mistake(refusedSelf)
		}
		s.Human = m.Text
		s.Owed = either(s.Owed.IsZero(), m.At, s.Owed)
		e.introduceAttendant(t)
	case GaveBack:
		s.Seen = m.At // they did not leave: the attendant kept them
		return e.takeBack(ctx, t)
	case Closed:
		s.Seen = m.At
		return e.conclude(ctx, t)
	}
	return nil
}

func (e *Engine) attended() time.Duration { return either(e.Attended > 0, e.Attended, 30*time.Minute) }

// have gives the conversation to an attendant. Whoever waited for a person waits
// no longer, but for the first word.
func (e *Engine) have(t *talk, by string) {
	s, m := &t.session, t.message
	if s.Human == "" {
		s.Queued, s.Owed, s.Served = m.At, time.Time{}, ""
	}
	if !s.Waiting.IsZero() {
		s.Queued, s.Owed = s.Waiting, s.Waiting
		e.quit(t)
	}
	s.Human, s.Until, s.Warned = by, m.At.Add(e.attended()), false
}

// introduceAttendant tells the person who they talk to now.
func (e *Engine) introduceAttendant(t *talk) {
	s := &t.session
	if s.Protocol == "" {
		s.Protocol = e.protocol(t.message)
		t.Say(sayHumanNew, s.Human, Grouped(s.Protocol))
		return
	}
	t.Say(sayHuman, s.Human)
}

// release ends an attendance.
func release(s *Session) {
	s.Human, s.Until, s.Queued, s.Owed = "", time.Time{}, time.Time{}, time.Time{}
}

// give sends what the attendant names. The question that is open stays so.
func (e *Engine) give(ctx context.Context, t *talk) error {
	switch {
	case e.Give == nil:
		return Mistake(refusedNothing)
	case t.session.Identity == nil:
		return Mistake(refusedUnknown)
	}
	data, err := e.Give.data(nil)
	if err != nil {
		return err
	}
	open := t.session
	t.said = t.message.Text
	first := e.Give.order[0]
	e.enter(t, e.Give.Name, first, data, nil)
	_, err = e.Give.steps[first].do(ctx, t)
	open.Course = t.session.Course
	t.session, t.data, t.sealed = open, nil, false
	return err
}

// callAgain calls whoever comes next for a person whom an attendant had. They
// keep their place among those who wait.
func (e *Engine) callAgain(ctx context.Context, t *talk) error {
	s := &t.session
	since := s.Queued
	release(s)
	s.Seen = t.message.At
	if e.Person == nil {
		return e.takeBack(ctx, t)
	}
	e.put(s)
	e.quit(t)
	s.Waiting = since
	return e.start(ctx, t, e.Person)
}

// takeBack gives the conversation to the bot, at the question that was open or
// that was put aside for a person.
func (e *Engine) takeBack(ctx context.Context, t *talk) error {
	s := &t.session
	release(s)
	t.Say(sayBack)
	if p := s.Paused; s.Flow == "" && p != nil && (p.Property == 0 || s.Identity != nil && s.Identity.Property == p.Property) {
		return e.resume(ctx, t)
	}
	return e.ask(t)
}

// conclude ends the attendance, and asks how it was, once a day and if there was any.
func (e *Engine) conclude(ctx context.Context, t *talk) error {
	s := &t.session
	t.Say(sayClosed, s.Human, Grouped(s.Protocol))
	release(s)
	e.put(s)
	e.quit(t)
	if again := s.Surveyed.Add(24 * time.Hour); e.Survey == nil || s.Served == "" || t.message.At.Before(again) {
		return e.more(t, true)
	}
	s.Surveyed = t.message.At
	return e.start(ctx, t, e.Survey)
}

// meansAttendant tells whether a message is for the attendant who has taken
// over, and not for the bot: until the attendant has been silent for too long,
// all but options that are pressed and words that work anywhere. Who asks for a
// person has one.
func (e *Engine) meansAttendant(s Session, m Message, w word) bool {
	switch w {
	case menuWord, backWord, cancelWord, helpWord, leaveWord, switchWord, resumeWord:
		return m.Change != ""
	}
	return m.Choice == "" && e.beside(m.Text) == nil && m.At.Before(s.Until)
}

// Attending reads what follows the "@ " of a line of a written conversation in
// which an attendant acts: "Ana wrote: bom dia", "Ana gave back".
func Attending(line string) (by string, act Act, text string, ok bool) {
	line, text, _ = strings.Cut(line, ": ")
	by, does, _ := strings.Cut(line, " ")
	switch act = Act(does); act {
	case Wrote, TookOver, Says, Gives, Passed, GaveBack, Closed:
		return by, act, text, true
	}
	return "", "", "", false
}
