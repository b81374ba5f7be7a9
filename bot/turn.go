package bot

import (
	"fmt"
	"strings"
	"time"
)

// A Turn is one message and all that is said in answer to it. It is a draft:
// if the turn fails, nothing of it was said or kept.
type Turn[D any] struct {
	*talk
	Data *D // what the flow wrote down; kept only if the whole turn succeeds
}

// talk is a Turn that has forgotten the type of its data.
type talk struct {
	session Session
	message Message
	said    string // what the person said: the option they pressed, or what they typed
	data    any    // the flow's *D
	replies []Reply

	identified bool // they said who they are in this turn
	sealed     bool // what came before cannot be gone back to
}

// Text returns what the person said: the option they pressed, or what they typed.
func (t *talk) Text() string { return t.said }

// Pressed tells whether they pressed an option rather than typed.
func (t *talk) Pressed() bool { return t.message.Choice != "" }

// Media returns what they sent besides text, of a kind the step takes; nil if
// nothing.
func (t *talk) Media() *Media { return t.message.Media }

// Phone returns the number they write from, in E.164; "" if the network does not
// tell it. Whoever holds the phone may write from it: it identifies nobody.
func (t *talk) Phone() string { return t.message.Phone }

// Opening returns what the person said to get to this flow, such as "quero a
// segunda via de março", for its steps before the first question to look at:
// "" if they only picked the flow. Long numbers are left out.
func (t *talk) Opening() string { return t.session.Wish }

// At returns when they said it: the only clock of a conversation.
func (t *talk) At() time.Time { return t.message.At }

// Chat names the conversation: channel and person.
func (t *talk) Chat() string { return t.session.ID }

// Protocol returns the number of the conversation, as it is stored: see Grouped.
func (t *talk) Protocol() string { return t.session.Protocol }

// Identity returns who we believe is talking, nil if they have not said.
func (t *talk) Identity() *Identity { return t.session.Identity }

// Property returns the matrícula they identified themselves for. Every query
// takes it from here and never from a message (gsan-rules ID-16).
func (t *talk) Property() int64 {
	if t.session.Identity == nil {
		return 0
	}
	return t.session.Identity.Property
}

// Identify records who is talking, from now on.
func (t *talk) Identify(customer, property int64) {
	t.session.Identity = &Identity{Customer: customer, Property: property}
	t.identified = true
}

// Forget ends all we know of who is talking, and what they put aside.
func (t *talk) Forget() { t.session.Identity, t.session.Paused, t.session.Wish = nil, nil, "" }

// Go lets another flow begin when this one ends, as if the person had said what
// opens it: see Opening.
func (t *talk) Go(flow, opening string) { t.session.Then, t.session.Wish = flow, wish(opening) }

// Waiting returns since when they wait for a person of the utility, zero if they
// do not.
func (t *talk) Waiting() time.Time { return t.session.Waiting }

// Attendant returns who of the staff answered them last, "" if nobody did.
func (t *talk) Attendant() string { return t.session.Served }

// Gave says in words what was sent for an attendant: "Pix da conta de 03/2026".
func (t *talk) Gave(what string) { t.session.Course.Gave = what }

// Seal is called once something was done that cannot be undone by answering
// again: "voltar" does not lead back before it.
func (t *talk) Seal() { t.sealed = true }

// Key names this visit to this step: give it to what must happen once. It is
// the same if the message is handled twice, if the person answers again after an
// outage, and after an arrow back to the same step.
func (t *talk) Key() string {
	return t.session.ID + "/" + questionKey(t.session)
}

// MessageKey names this message: it is the same if the message is handled
// twice, and another for the next answer to the same question.
func (t *talk) MessageKey() string { return t.session.ID + "/" + t.message.ID }

// Say adds a reply. The arguments are data: marks in them are escaped.
func (t *talk) Say(format string, args ...any) {
	t.replies = append(t.replies, Reply{Text: Marked(format, args...)})
}

// Tell adds a reply of marked text, such as several lines that Marked made.
func (t *talk) Tell(text string) { t.replies = append(t.replies, Reply{Text: text}) }

// Offer adds a reply with options, of which the person may choose one. The
// text is marked text.
func (t *talk) Offer(text string, options ...string) {
	t.replies = append(t.replies, Reply{Text: text, Options: options, Key: questionKey(t.session)})
}

// OfferSeveral adds a reply with options of which the person may choose more
// than one; those chosen so far are ticked, and the further ones act at once.
// Said again in answer to one of its own options it replaces the earlier one,
// where the network can.
func (t *talk) OfferSeveral(text string, options []string, chosen []int, also ...string) {
	r := Reply{Text: text, Options: options, Key: questionKey(t.session), Several: true, Chosen: chosen, Also: also}
	if t.message.Asked == r.Key {
		r.Edits = t.message.Pressed
	}
	t.replies = append(t.replies, r)
}

// Send adds a document: a PDF, or plain text if its name ends in ".txt". The
// caption is marked text.
func (t *talk) Send(name string, body []byte, caption string) {
	kind := "application/pdf"
	if strings.HasSuffix(name, ".txt") {
		kind = "text/plain; charset=utf-8"
	}
	t.replies = append(t.replies, Reply{Document: &Document{Name: name, Type: kind, Caption: caption, Body: body}})
}

// Picture adds a PNG. The caption is marked text and says all that the picture
// shows.
func (t *talk) Picture(name string, png []byte, caption string) {
	t.replies = append(t.replies, Reply{Image: &Document{Name: name, Type: "image/png", Caption: caption, Body: png}})
}

// Copy adds a code to be copied whole, alone in its message.
func (t *talk) Copy(code string) {
	t.replies = append(t.replies, Reply{Copy: code})
}

// Link adds a text with an address to open.
func (t *talk) Link(text, label, address string) {
	t.replies = append(t.replies, Reply{Text: text, Link: &Link{Label: label, Address: address}})
}

// joined makes one reply of neighbours that are only text, and of the text
// before a question and the question. Codes and files stay messages of their own.
func joined(replies []Reply) []Reply {
	var all []Reply
	for _, r := range replies {
		if last := len(all) - 1; last >= 0 && all[last].isText() && r.Text != "" && r.Copy == "" && r.Image == nil && r.Document == nil {
			r.Text = all[last].Text + "\n\n" + r.Text
			all[last] = r
			continue
		}
		all = append(all, r)
	}
	return all
}

// isText tells whether a reply is text and nothing else.
func (r Reply) isText() bool {
	return r.Text != "" && len(r.Options)+len(r.Also) == 0 && r.Copy == "" && r.Link == nil && r.Image == nil && r.Document == nil
}

// questionKey names the question a session stands at. The menu is always the
// same question; a step is another one each time it is come to.
func questionKey(s Session) string {
	if s.Flow == "" {
		return "menu"
	}
	return fmt.Sprintf("%x.%x", s.Began.UnixMilli(), s.Moves)
}
