package store

import "time"

// Retention is for how many days what we keep ourselves is kept; then it is
// erased. What GSAN keeps is the utility's affair.
type Retention struct {
	Talks     int `yaml:"talks"`     // what was said; 90 if zero
	Notes     int `yaml:"notes"`     // notes left for later; 180 if zero
	Documents int `yaml:"documents"` // that documents can be checked; 1825 if zero, five years (CDC art. 27)
	Files     int `yaml:"files"`     // documents and pictures that we sent, for the staff to see; 7 if zero
	Charges   int `yaml:"charges"`   // what was paid through us; 1825 if zero, five years (Código Civil art. 206 § 5º I)
}

// Effective is the retention with the days that were left out.
func (r Retention) Effective() Retention {
	or := func(days, otherwise int) int {
		if days > 0 {
			return days
		}
		return otherwise
	}
	return Retention{Talks: or(r.Talks, 90), Notes: or(r.Notes, 180), Documents: or(r.Documents, 1825), Files: or(r.Files, 7), Charges: or(r.Charges, 1825)}
}

// ShortRetention is for how many days the notes of what was done are kept:
// nobody comes with the key of a conversation that ended so long ago.
const ShortRetention = 90

// KnownRetention is for how many days after it last identified itself a chat is
// known at the properties for which it did: see Guesses of store/redis.
const KnownRetention = 100

// A Kept is a kind of thing that we keep of a conversation.
type Kept struct {
	Kind    KeptKind
	Count   int
	Since   time.Time // of the oldest
	Details []string  // what they are, oldest first, if that can be told
}

// KeptKind is what is kept, as our tables have it.
type KeptKind string

// The kinds of things we keep, in the order in which they are told.
const (
	KeptTalks       KeptKind = "talk"       // what was said: turns are counted, details are conversations
	KeptNotes       KeptKind = "note"       // left for those who attend
	KeptRemarks     KeptKind = "remark"     // noted by staff about conversations
	KeptFiles       KeptKind = "file"       // sent to them, as they were
	KeptDocuments   KeptKind = "document"   // issued: their codes
	KeptEffects     KeptKind = "effect"     // done in GSAN for the customer
	KeptWatches     KeptKind = "watch"      // notices asked for
	KeptAttachments KeptKind = "attachment" // sent along with requests: places, and where photos are
	KeptRatings     KeptKind = "rating"     // of attendants
	KeptCharges     KeptKind = "charge"     // set out to pay, of which they are told
)
