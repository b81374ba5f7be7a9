package bot

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"math/big"
	"time"
)

// repair answers a mistake: the hint and the question again; after the
// second the words that lead out, after the third the way to a person.
func (e *Engine) repair(t *talk, err error) error {
	t.session.Mistakes++
	t.replies = append(t.replies, Reply{Text: err.Error()})
	switch {
	case t.session.Mistakes == 2:
		t.Say(hintSecond)
	case t.session.Mistakes >= 3:
		t.Say(hintThird)
	}
	if again := e.ask(t); again != nil {
		return again
	}
	return err
}

// away is a session that was told of an outage: it stays as it was, but for
// knowing that the person is there.
func (e *Engine) away(s Session, m Message) Session {
	if !m.Silence {
		s.Down = true
		if !e.stale(s, m) {
			s.Seen, s.Warned = m.At, false
		}
	}
	s.Wake = e.wake(s)
	return s
}

// apologize answers a bug of ours: the flow is left, the identity kept, and
// the error gets the code the person was told.
func (e *Engine) apologize(s Session, m Message, err error) (Session, []Reply, error) {
	code := e.reference()
	if m.By != "" { // the person has nothing to do with it
		s.Course = Course{Code: code, Refused: fmt.Sprintf(refusedBug, code)}
		s.Wake = e.wake(s)
		return s, nil, fmt.Errorf("%s: %s %s: %w", code, m.Act, either(s.Flow != "", s.Flow, "menu"), err)
	}
	t := &talk{session: s, message: m}
	t.session.Course = Course{Fault: Bug, Code: code}
	if e.stale(s, m) {
		e.expire(&t.session)
	}
	e.quit(t)
	t.session.Wake = time.Time{}
	t.session.Seen = m.At
	if t.session.Protocol == "" {
		t.session.Protocol = e.protocol(m)
	}
	t.Say(saySorry, code)
	_ = e.menu(t, askMenu)
	return t.session, t.replies, fmt.Errorf("%s: %s at %q: %w", code, either(s.Flow != "", s.Flow, "menu"), s.State, err)
}

// giveUp puts aside a message that ended the process each time it was tried.
func (e *Engine) giveUp(s Session, m Message) (Session, []Reply, error) {
	return e.apologize(s, m, fmt.Errorf("message taken %d times and never answered", m.Tries))
}

func (e *Engine) reference() string {
	if e.Reference != nil {
		return e.Reference()
	}
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" // none that is taken for another
	code := make([]byte, 4)
	for i := range code {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(letters)))) // never fails
		code[i] = letters[n.Int64()]
	}
	return string(code)
}

// report logs a settled turn as loudly as its fault asks for.
func (e *Engine) report(r Report) {
	attrs := []any{"session", r.Session, "flow", r.Flow, "state", r.State, "fault", r.Fault, "took", r.Took}
	switch r.Fault {
	case Outage:
		e.log().Warn("turn", append(attrs, "error", r.Err)...)
	case Bug:
		e.log().Error("turn", append(attrs, "error", r.Err)...)
	default:
		e.log().Debug("turn", attrs...)
	}
	if e.Reported != nil {
		e.Reported(r)
	}
}

func (e *Engine) log() *slog.Logger {
	if e.Log != nil {
		return e.Log
	}
	return slog.Default()
}
