package bot

import (
	"context"
	"strings"
	"time"
)

// A Handout is something of a person's own that an attendant may send them.
type Handout struct {
	Name  string // as Message.Text of Gives has it: "pix 4711"
	Title string // "Pix da conta de 03/2026, R$ 84,30"
}

// Handouts are what attendants may send: nothing that is not of the person they
// talk to, and no text of their own.
type Handouts interface {
	// List returns what there is for who has identified themselves.
	List(context.Context, Identity) ([]Handout, error)
	// Hand makes one of them, once under the same key. A Mistake says why it is
	// not to be had any more, in words for the attendant.
	Hand(ctx context.Context, key string, who Identity, name string) ([]Reply, error)
}

// attend does what an attendant does with the conversation. Whoever waited for
// a person waits no longer; what the person was asked stays, for when the bot
// is back.
func (e *Engine) attend(t *talk) error {
	s, m := &t.session, t.message
	if m.Act == GaveBack {
		s.Human, s.Until = "", time.Time{}
		s.Seen = m.At // they did not leave: the attendant kept them
		t.Say(sayBack)
		return e.ask(t)
	}
	if !s.Waiting.IsZero() {
		e.quit(t)
	}
	s.Human, s.Until, s.Warned = m.By, m.At.Add(either(e.Attended > 0, e.Attended, 30*time.Minute)), false
	switch m.Act {
	case TookOver:
		t.Say(sayHuman, m.By)
	case Says:
		t.Say("%s", m.Text)
	}
	return nil
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
	case Wrote, TookOver, Says, GaveBack:
		return by, act, text, true
	}
	return "", "", "", false
}
