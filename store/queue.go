package store

import "time"

// A Queue is how it stands for somebody who waits for a person of the utility.
type Queue struct {
	Ahead int           // people who have waited for longer
	Wait  time.Duration // how long those who were attended in the last hours waited, the middle one; 0 if that is not known
}

// A Rating is how it was to talk to an attendant, from 1, very bad, to 5, very
// good.
type Rating struct {
	Session   string // channel and person
	Protocol  string
	Attendant string
	Score     int
	At        time.Time
}
