// Package bot holds conversations: what a person sent, what we know about
// them, and what we say back. It opens no connection and reads no clock; time
// and data come in with each call, so a conversation can be replayed.
//
// A conversation is written as a table of steps (see Step and NewFlow); the
// Engine plays one message of it at a time. Messages wait in an Inbox until
// they are answered and answers in an Outbox until a Channel has delivered
// them; both survive the process.
package bot

import (
	"encoding/json"
	"time"
)

// A Message is one thing a person sent us, from any channel.
type Message struct {
	ID      string    `json:"i"`           // the channel's own id; handled once, however often it arrives
	Channel string    `json:"c"`           // "whatsapp", "telegram", "web" or "terminal"
	From    string    `json:"f"`           // the person, in that channel's terms
	Phone   string    `json:"n,omitempty"` // their number in E.164 if the network tells it; it says nothing about who they are
	Text    string    `json:"t,omitempty"` // what they typed, or the caption of what they sent
	Choice  string    `json:"o,omitempty"` // the option they pressed, as the reply offered it; "" if they typed
	Asked   string    `json:"a,omitempty"` // the Key of the reply that offered it: an old one is not executed
	Pressed string    `json:"p,omitempty"` // the channel's name for the message the option stood in, for Reply.Edits
	Media   *Media    `json:"m,omitempty"` // a photo, a place, a document, a voice note, a sticker
	At      time.Time `json:"d"`
	Change  string    `json:"e,omitempty"` // "edited" or "deleted": what became of a message we may have answered
	Silence bool      `json:"s,omitempty"` // nobody wrote: the time of Session.Wake has come
	Secret  bool      `json:"x,omitempty"` // there was a card number or a password in Text, see Scrubbed
	By      string    `json:"b,omitempty"` // the attendant who acts on the conversation; "" if it is the person who wrote
	Act     Act       `json:"w,omitempty"` // what the attendant does
	Tries   int       `json:"-"`           // how often it was taken before and not settled, because the process died
}

// An Act is what an attendant does with a conversation.
type Act string

// The acts. Those up to Gives take the conversation over: see Session.Human.
const (
	Wrote    Act = "wrote"     // Text to the person, who has it: on the phone that our number belongs to
	TookOver Act = "took over" // the person is told so; Text names whom from, if another has it
	Says     Act = "says"      // Text, which the person is told
	Gives    Act = "gives"     // Text names something of the person's own that is sent: a bill's PDF, a code to pay it
	Passed   Act = "passed"    // on to the attendant that Text names, or to whoever comes next if it is ""
	GaveBack Act = "gave back" // to the bot, at the question that was open
	Closed   Act = "closed"    // the attendance, for the reason in Text, which the person is not told
)

// Session names the conversation a message belongs to: channel and person.
func (m Message) Session() string { return m.Channel + ":" + m.From }

// Media is what a person sent besides text.
type Media struct {
	Kind string  `json:"k"`           // "photo", "video", "voice", "place", "contact", "document", "sticker" or "other"
	Ref  string  `json:"r,omitempty"` // how the channel fetches it
	Lat  float64 `json:"y,omitempty"` // of a place
	Lon  float64 `json:"x,omitempty"`
}

// A Reply is one thing we say back. The channel decides how it looks: options
// become buttons, a list, or numbered lines; *bold* and `code` become the
// network's own marks (see Spans). What Say is given as arguments is data: it
// is escaped.
type Reply struct {
	Text     string    `json:"t,omitempty"`
	Options  []string  `json:"o,omitempty"`
	Key      string    `json:"k,omitempty"` // names the question the options answer; comes back as Message.Asked
	Several  bool      `json:"s,omitempty"` // the person may choose more than one; Chosen are ticked
	Chosen   []int     `json:"x,omitempty"`
	Also     []string  `json:"z,omitempty"` // further options, numbered on, that are not for ticking but act at once
	Copy     string    `json:"c,omitempty"` // a code to be copied whole: alone in its message, with a copy button where there is one
	Link     *Link     `json:"l,omitempty"` // a label and an https address
	Image    *Document `json:"i,omitempty"` // a picture; its caption says all of it
	Document *Document `json:"d,omitempty"` // a name as the person will see it, and a body
	Edits    string    `json:"e,omitempty"` // replaces the message of that name (Message.Pressed), where the network can
}

// All returns every option in the order of their numbers: those for ticking
// first, if there are any, then those that act at once.
func (r Reply) All() []string {
	return append(r.Options[:len(r.Options):len(r.Options)], r.Also...)
}

// A Link is an address to open, with what to call it.
type Link struct {
	Label   string `json:"l"`
	Address string `json:"a"` // https
}

// A Document is a file. Caption is marked text, like Reply.Text.
type Document struct {
	Name    string `json:"n"`
	Type    string `json:"m"` // media type, such as "application/pdf"
	Caption string `json:"c,omitempty"`
	Body    []byte `json:"b"`
}

// A Session is all we remember of a conversation between two messages. It is
// small JSON: a state name and the little that its flow wrote down. It holds
// no document, name or address.
type Session struct {
	ID       string          // channel and person: "telegram:4711"; not in its JSON, stores know it
	Version  int64           // counts settled turns; stores keep it, it is not in the JSON either
	Protocol string          // given in the first minute, repeated at the end
	Flow     string          // "" while the person is at the menu
	State    State           // where in the flow they are
	Data     json.RawMessage // what the flow wrote down
	Trail    []Mark          // questions already answered in this flow, for "voltar"
	Then     string          // the flow to start when this one ends
	Wish     string          // what they said that named the flow which is to start
	Guesses  []string        // flows they were offered because we were not sure which they meant
	Began    time.Time       // when the flow did
	Moves    int             // arrows followed since
	Identity *Identity       // who we believe is talking
	Paused   *Place          // where they were when silence ended the conversation, for "continuar"
	Mistakes int             // misunderstandings in a row
	Warned   bool            // they were told that the conversation is about to end
	Down     bool            // they were told that our systems are away
	Noticed  bool            // they were told how we treat what we know of them
	Waiting  time.Time       // since when they wait for a person of the utility; zero if they do not
	Human    string          // the attendant who has taken over; "" if the bot answers
	Until    time.Time       // when the attendant has been silent for too long
	Queued   time.Time       // since when they waited for the attendant at the console, which keeps their place; zero if it is the phone
	Owed     time.Time       // since when they wait for the attendant's answer; zero if they do not
	Served   string          // the last attendant at the console who answered them
	Surveyed time.Time       // when they were last asked how it was
	Seen     time.Time       // when they last wrote
	Wake     time.Time       // when to look again although nobody wrote; zero for never
	Course   Course          // how the turn went that left it so; not in the JSON
}

// An Identity is who we believe is talking: a customer and the property they
// identified themselves for, by number; no name, no document.
type Identity struct {
	Customer int64
	Property int64
}

// A Place is somewhere in a flow that a person may come back to.
type Place struct {
	Flow     string          `json:"f"`
	State    State           `json:"s"`
	Data     json.RawMessage `json:"d,omitempty"`
	Trail    []Mark          `json:"r,omitempty"`
	Property int64           `json:"p,omitempty"` // whose matters they were; another's are never continued
}

// A Mark is a question that was answered, and what the flow had written down
// when it was asked: who goes back finds it as it was.
type Mark struct {
	State State           `json:"s"`
	Data  json.RawMessage `json:"d,omitempty"`
}

// A State is a place in a conversation; an Event is what takes it elsewhere.
type (
	State string
	Event string
)

// sessionJSON is how a session is stored: short names and seconds since 1970,
// for there are hundreds of thousands of them in memory.
type sessionJSON struct {
	Protocol string          `json:"n,omitempty"`
	Flow     string          `json:"f,omitempty"`
	State    State           `json:"s,omitempty"`
	Data     json.RawMessage `json:"d,omitempty"`
	Trail    []Mark          `json:"r,omitempty"`
	Then     string          `json:"t,omitempty"`
	Wish     string          `json:"o,omitempty"`
	Guesses  []string        `json:"g,omitempty"`
	Began    int64           `json:"b,omitempty"` // milliseconds: it tells two visits apart
	Moves    int             `json:"m,omitempty"`
	Identity []int64         `json:"i,omitempty"` // customer, property
	Paused   *Place          `json:"p,omitempty"`
	Mistakes int             `json:"x,omitempty"`
	Warned   bool            `json:"w,omitempty"`
	Down     bool            `json:"a,omitempty"`
	Noticed  bool            `json:"l,omitempty"`
	Waiting  int64           `json:"q,omitempty"`
	Human    string          `json:"h,omitempty"`
	Until    int64           `json:"u,omitempty"`
	Queued   int64           `json:"z,omitempty"`
	Owed     int64           `json:"y,omitempty"`
	Served   string          `json:"c,omitempty"`
	Surveyed int64           `json:"e,omitempty"`
	Seen     int64           `json:"v,omitempty"`
	Wake     int64           `json:"k,omitempty"`
}

// MarshalJSON writes the session in its short form, without ID and Version.
func (s Session) MarshalJSON() ([]byte, error) {
	short := sessionJSON{
		Protocol: s.Protocol, Flow: s.Flow, State: s.State, Data: s.Data, Trail: s.Trail, Then: s.Then, Wish: s.Wish, Guesses: s.Guesses,
		Began: milliseconds(s.Began), Moves: s.Moves, Paused: s.Paused, Mistakes: s.Mistakes,
		Noticed: s.Noticed, Warned: s.Warned, Down: s.Down, Seen: seconds(s.Seen), Wake: seconds(s.Wake), Waiting: seconds(s.Waiting),
		Human: s.Human, Until: seconds(s.Until), Queued: seconds(s.Queued), Owed: seconds(s.Owed), Served: s.Served, Surveyed: seconds(s.Surveyed),
	}
	if id := s.Identity; id != nil {
		short.Identity = []int64{id.Customer, id.Property}
	}
	return json.Marshal(short)
}

// UnmarshalJSON reads the short form, and keeps ID and Version as they are.
func (s *Session) UnmarshalJSON(text []byte) error {
	var short sessionJSON
	if err := json.Unmarshal(text, &short); err != nil {
		return err
	}
	*s = Session{
		ID: s.ID, Version: s.Version,
		Protocol: short.Protocol, Flow: short.Flow, State: short.State, Data: short.Data, Trail: short.Trail,
		Then: short.Then, Wish: short.Wish, Guesses: short.Guesses, Began: instant(short.Began), Moves: short.Moves, Paused: short.Paused,
		Mistakes: short.Mistakes, Noticed: short.Noticed, Warned: short.Warned, Down: short.Down, Seen: moment(short.Seen), Wake: moment(short.Wake), Waiting: moment(short.Waiting),
		Human: short.Human, Until: moment(short.Until), Queued: moment(short.Queued), Owed: moment(short.Owed), Served: short.Served, Surveyed: moment(short.Surveyed),
	}
	if id := short.Identity; len(id) == 2 {
		s.Identity = &Identity{Customer: id[0], Property: id[1]}
	}
	return nil
}

func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(milliseconds int64) time.Time {
	if milliseconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds).UTC()
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
