package store

import "time"

// A Remark is what somebody of the staff noted about a conversation, for
// colleagues alone.
type Remark struct {
	At   time.Time
	Who  string // what they are called
	Text string
}

// A Canned is a reply that is ready to be sent. In its text {nome} and the like
// stand for what differs from one conversation to another.
type Canned struct {
	ID     int64 // 0 for one that is not kept yet
	Title  string
	Text   string
	Place  int // in the list, smaller ones first
	Active bool
}

// A LeftNote is a note that waits to be read by those who attend, or was.
type LeftNote struct {
	Note
	Key    string // names it
	LeftAt time.Time
	ReadAt *time.Time // nil if nobody has
	ReadBy string     // what they are called
}

// MaxTags is how many tags a conversation may have.
const MaxTags = 5
