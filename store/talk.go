package store

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Turn is what was said to and fro once, as the journal keeps it: a person's
// message and all that was said in answer; or what an attendant did; or what was
// told to a person who had not asked. It holds no document and no matrícula in
// the clear: long numbers are left out, and of the property's the end is left.
//
// The short names are how it is stored.
type Turn struct {
	ID      string    `json:"-"` // its place in the journal: it is never used twice for a person
	Session string    `json:"-"` // channel and person
	At      time.Time `json:"-"` // when it was settled

	Kind     TurnKind `json:"k,omitempty"`
	Protocol string   `json:"n,omitempty"` // of the conversation; "" of what is told outside of one
	Property int64    `json:"p,omitempty"` // matrícula they have identified themselves for; 0 in what is kept for long, see Mask
	Mask     string   `json:"pm,omitempty"`

	By      string  `json:"b,omitempty"`  // the attendant who acts; "" if it is the person or the clock
	Said    string  `json:"q,omitempty"`  // what the person or the attendant wrote
	Pressed bool    `json:"o,omitempty"`  // it is an option that was pressed
	Media   string  `json:"m,omitempty"`  // the kind of what was sent besides text, as in bot.Media
	Ref     string  `json:"mr,omitempty"` // how the channel gets that, as in bot.Media; no page shows it
	Change  string  `json:"e,omitempty"`  // "edited" or "deleted", as in bot.Message
	Secret  bool    `json:"x,omitempty"`  // a card number or a password was taken out
	Replies []Reply `json:"a,omitempty"`

	From  TurnPlace  `json:"u,omitzero"`
	To    TurnPlace  `json:"v,omitzero"`
	Steps []TurnStep `json:"w,omitempty"` // arrows followed from the one to the other, in order

	Fault    string    `json:"f,omitempty"` // "mistake", "outage" or "bug"; "" if all went well
	Code     string    `json:"c,omitempty"` // the code under which the person was told of a bug
	Mistakes int       `json:"s,omitempty"` // misunderstandings in a row, with this one
	Angry    bool      `json:"y,omitempty"` // the person sounds so
	Over     bool      `json:"z,omitempty"` // the conversation ended with it
	Human    string    `json:"h,omitempty"` // the attendant who has the conversation now; "" if it is the bot
	Waiting  time.Time `json:"g,omitzero"`  // since when they wait for a person of the utility; zero if they do not
	Waited   int64     `json:"r,omitempty"` // seconds they had waited for a person, in the turn that ends it: Human has them, or nobody
	Until    time.Time `json:"i,omitzero"`  // when the conversation is taken back from the attendant, if they stay silent
	Owed     time.Time `json:"j,omitzero"`  // since when they wait for the attendant's answer; zero if they do not
	Refused  string    `json:"l,omitempty"` // why what an attendant meant to do was not done; nothing was said then
}

// A TurnKind says who set a turn going.
type TurnKind string

// The kinds of turns.
const (
	TurnSaid     TurnKind = ""          // the person wrote
	TurnSilence  TurnKind = "silence"   // the time had come to look again
	TurnTold     TurnKind = "told"      // we had news for them
	TurnWrote    TurnKind = "wrote"     // the attendant wrote past us, on the phone that our number belongs to
	TurnTookOver TurnKind = "took over" // the attendant took the conversation over
	TurnSays     TurnKind = "says"      // the attendant writes
	TurnGives    TurnKind = "gives"     // the attendant sends something of the person's own
	TurnPassed   TurnKind = "passed"    // the attendant hands the conversation on, to the one in Said or to whoever comes
	TurnGaveBack TurnKind = "gave back" // to the bot
	TurnClosed   TurnKind = "closed"    // the attendant ends the attendance, for the reason in Said
	TurnErased   TurnKind = "erased"    // the person had all before erased; it is not kept
)

// A Reply is one thing that was said to a person. Texts are marked text, as in
// bot.Reply.
type Reply struct {
	Text    string   `json:"t,omitempty"` // or the caption of the file
	Options []string `json:"o,omitempty"`
	Ticked  []int    `json:"x,omitempty"` // of the options, where several may be chosen
	Also    []string `json:"z,omitempty"` // further options that act at once
	Copy    string   `json:"c,omitempty"` // a code to be copied, its long numbers left out
	File    string   `json:"d,omitempty"` // the name of a document or picture
	Picture bool     `json:"i,omitempty"` // it is a picture
	Hash    string   `json:"h,omitempty"` // of the file, by which what was sent is found again
	Type    string   `json:"m,omitempty"` // its media type
	Body    []byte   `json:"-"`           // the file, on its way to where it is kept
	Link    string   `json:"l,omitempty"` // an address with its label before it: "Banese: https://…"
	Edits   bool     `json:"e,omitempty"` // it took the place of the message that was pressed
}

// A TurnPlace is where a conversation stood: a flow and its state; both "" at
// the menu.
type TurnPlace struct{ Flow, State string }

// A TurnStep is an arrow that was followed in a flow.
type TurnStep struct{ Flow, From, Event, To string }

// MarshalText writes the place as "flow/state".
func (p TurnPlace) MarshalText() ([]byte, error) { return []byte(p.Flow + "/" + p.State), nil }

// UnmarshalText reads it.
func (p *TurnPlace) UnmarshalText(text []byte) error {
	p.Flow, p.State, _ = strings.Cut(string(text), "/")
	return nil
}

// MarshalText writes the step as "flow/from/event/to".
func (s TurnStep) MarshalText() ([]byte, error) {
	return []byte(s.Flow + "/" + s.From + "/" + s.Event + "/" + s.To), nil
}

// UnmarshalText reads it.
func (s *TurnStep) UnmarshalText(text []byte) error {
	parts := strings.SplitN(string(text), "/", 4)
	if len(parts) < 4 {
		return fmt.Errorf("%q is no step", text)
	}
	s.Flow, s.From, s.Event, s.To = parts[0], parts[1], parts[2], parts[3]
	return nil
}

// A Talk is a conversation: all turns of a person under one protocol.
type Talk struct {
	Session  string // channel and person
	Protocol string // "" is what was told a person outside of conversations
	Channel  string
	Began    time.Time
	Last     time.Time // its last turn
	Turns    int
	Mask     string   // the end of the matrícula it was last about; "" if they did not identify themselves
	Flows    []string // services it came to, in the order of the alphabet
	By       []string // attendants who acted in it, likewise
	Mistakes int      // turns that were not understood
	Bugs     int      // turns in which we failed
	Angry    bool     // they sounded so at some time
}

// A LiveTalk is a conversation that is going on.
type LiveTalk struct {
	Session  string
	Protocol string
	Channel  string
	Property int64     // matrícula they have identified themselves for, 0 if they have not
	At       TurnPlace // where it stands
	Began    time.Time // the first turn that is remembered of it
	Last     time.Time // the last one
	Said     string    // the last thing the person wrote
	Turns    int       // that are remembered
	Mistakes int       // misunderstandings in a row
	Waiting  time.Time // since when they wait for a person of the utility; zero if they do not
	Human    string    // the attendant who has it; "" if it is the bot
	Until    time.Time // when it is taken back from the attendant, if they stay silent
	Owed     time.Time // since when they wait for the attendant's answer; zero if they do not
	Sick     string    // the code of the last bug they met with
	Angry    bool      // they sounded so
	Locked   time.Time // until when they may not guess who they are; zero if they may. Changes do not tell it
}

// A TalkChange is a turn that has just been settled, or told, and what has become
// of the conversation. Gone says that it is not live any more: it is over, went
// quiet, or was erased.
type TalkChange struct {
	Turn Turn // zero when it only went quiet
	Talk LiveTalk
	Gone bool
}

// A TalkFilter says which conversations are looked for. What is zero is no
// matter.
type TalkFilter struct {
	Session  string
	Protocol string // digits, however they are parted; also its beginning or end of four digits and more
	Property int64
	Text     string // words, or beginnings of words, that must all be in one turn
	Flow     string
	Channel  string
	Tag      string    // live conversations are not looked for by it
	Since    time.Time // not over before
	Until    time.Time // begun before
}

// LaterTurn tells whether a turn of the journal comes after another, by their IDs.
func LaterTurn(id, than string) bool { return compareTurns(id, than) > 0 }

// JoinTurns returns the turns of a person that are in either list, each once, in
// the order of the journal.
func JoinTurns(stored, unstored []Turn) []Turn {
	all := slices.SortedFunc(slices.Values(slices.Concat(stored, unstored)), func(a, b Turn) int { return compareTurns(a.ID, b.ID) })
	return slices.CompactFunc(all, func(a, b Turn) bool { return a.ID == b.ID })
}

// compareTurns compares IDs: milliseconds, a hyphen, and a number.
func compareTurns(a, b string) int {
	split := func(id string) (ms, seq int64) {
		first, second, _ := strings.Cut(id, "-")
		ms, _ = strconv.ParseInt(first, 10, 64)
		seq, _ = strconv.ParseInt(second, 10, 64)
		return ms, seq
	}
	ms, seq := split(a)
	otherMS, otherSeq := split(b)
	return cmp.Or(cmp.Compare(ms, otherMS), cmp.Compare(seq, otherSeq))
}

// MaskMatricula is the end of a matrícula, enough to tell one's own: "…72.2".
func MaskMatricula(id int64) string {
	whole := FormatMatricula(id)
	return "…" + whole[max(0, len(whole)-4):]
}

// MaskName is a name of which only the first word is told: "MARIA DAS DORES
// SANTOS" is "Maria D. D. S.".
func MaskName(name string) string {
	words := strings.Fields(strings.ToLower(name))
	for i, w := range words {
		first, size := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(first)) + "."
		if i == 0 {
			words[i] = string(unicode.ToUpper(first)) + w[size:]
		}
	}
	return strings.Join(words, " ")
}

// FirstName is the first word of a name, as it is said: "Maria".
func FirstName(name string) string {
	first, _, _ := strings.Cut(MaskName(name), " ")
	return first
}

// FitsProtocol tells whether a protocol is looked for.
func (f TalkFilter) FitsProtocol(protocol string) bool {
	want := Digits(f.Protocol)
	return want == protocol || len(want) >= 4 && (strings.HasPrefix(protocol, want) || strings.HasSuffix(protocol, want))
}

// Text is all that was said in a turn, to look for words in it.
func (t Turn) Text() string {
	all := []string{t.Said}
	for _, r := range t.Replies {
		all = append(append(append(all, r.Text), r.Options...), r.Also...)
		all = append(all, r.File, r.Link)
	}
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), "\n")
}

// Digits are the digits of a text.
func Digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}
