package store

import "time"

// An Aside is a message that was put aside, because the process that handled it
// died of it three times.
type Aside struct {
	Ref     string // by which it is retried or discarded
	Session string // channel and person; "" if it cannot be read
	Said    string // what was sent, without long numbers
	At      time.Time
	Tries   int
	Whole   bool // Said is all of it, so that it can be tried again
}

// A Retrial is what has become of an Aside that was to be tried again.
type Retrial int

// What may become of it.
const (
	Retried Retrial = iota // the bot has it
	Gone                   // somebody else has dealt with it
	Partial                // not all of it was kept
	Moved                  // the conversation has gone on: it would answer another question
)
