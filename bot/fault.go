package bot

import (
	"context"
	"errors"
	"time"
)

// A Fault is a kind of trouble in a turn.
type Fault int

// The kinds, from quiet to loud.
const (
	None   Fault = iota
	Slip         // theirs: an answer we could not use
	Outage       // something we need is away
	Bug          // ours: everything else
)

// String is the word for logs and metrics.
func (f Fault) String() string {
	return [...]string{"none", "mistake", "outage", "bug"}[f]
}

// FaultOf sorts an error that came out of a turn; nothing else decides.
func FaultOf(err error) Fault {
	var m mistake
	switch {
	case err == nil:
		return None
	case errors.As(err, &m):
		return Slip
	case IsTemporary(err), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return Outage
	default:
		return Bug
	}
}

// IsTemporary tells whether an error says of itself that it may go away: that
// it has a method Temporary() bool that returns true.
func IsTemporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// Mistake is an answer of the person that cannot be used, with the hint they
// are shown before the question is asked again. Only Hear returns it.
func Mistake(hint string) error { return mistake(hint) }

type mistake string

func (m mistake) Error() string { return string(m) }

// A Report is how one turn went, for logs and metrics. It has nothing the
// person typed.
type Report struct {
	Session, Channel string
	Flow             string // where the turn ended, or where a bug happened; "" at the menu
	State            State
	Fault            Fault
	Err              error
	Replies          int           // how many were given
	Took             time.Duration // until it was settled
}
