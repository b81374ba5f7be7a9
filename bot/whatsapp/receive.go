package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"lojavirtual/bot"
)

const (
	putLimit  = 10 * time.Second
	askLimit  = 10 * time.Second // WhatsApp, who somebody is
	lateAfter = 6 * time.Hour    // a message so old is of an outage of ours: one answer is enough for all of them
	unreadMax = 50               // messages of a person that are marked read with one answer
)

// attendant is who writes on the phone that the number belongs to.
const attendant = "telefone"

// receive puts a message into the inbox. It returns false if it could not.
func (c *Channel) receive(ctx context.Context, event *events.Message) bool {
	m, ok, err := c.read(ctx, event)
	if err == nil && ok {
		err = c.put(ctx, m)
	}
	if err != nil {
		c.Log.Warn("cannot take a message of WhatsApp, will be given it again", "error", hidden{err})
		return false
	}
	if ok && m.By == "" {
		unread, _ := c.unread.Get(m.From)
		if len(unread) < unreadMax {
			c.unread.Put(m.From, append(unread, arrival{event.Info.Chat, event.Info.Sender, event.Info.ID}))
		}
	}
	return true
}

// put gives a message to the inbox. One that is too much is dropped, and of a
// text nobody can have typed in WhatsApp what is over its limit.
func (c *Channel) put(ctx context.Context, m bot.Message) error {
	m.Text = clip(m.Text)
	ctx, cancel := context.WithTimeout(ctx, putLimit)
	defer cancel()
	err := c.Inbox.Put(ctx, m)
	if errors.Is(err, bot.ErrFlood) {
		c.Log.Warn("a message was dropped", "session", m.Session(), "error", err)
		return nil
	}
	return err
}

// read makes a message of an event; ok is false if it is not one for us.
func (c *Channel) read(ctx context.Context, event *events.Message) (m bot.Message, ok bool, err error) {
	info := event.Info
	if !c.private(info) {
		return m, false, nil
	}
	// When we came to know of it, not when it was written: after an outage of ours
	// nobody is to find that they have been silent for too long.
	m = bot.Message{Channel: c.Name(), At: time.Now().UTC()}
	m.Text, m.Media, m.Change = content(event.Message)
	if m.Text == "" && m.Media == nil && m.Change == "" {
		return m, false, nil
	}
	late := time.Since(info.Timestamp) > lateAfter
	if (info.IsFromMe || late) && m.Change != "" || info.IsFromMe && late {
		return m, false, nil
	}
	other := info.SenderAlt
	if info.IsFromMe {
		other = info.RecipientAlt
	}
	person, err := c.person(ctx, info.Chat, other)
	if err != nil {
		return m, false, fmt.Errorf("find out who wrote: %w", err)
	}
	m.From = person.String()
	m.Phone = c.phoneOf(ctx, info.Chat, other)
	switch {
	case info.IsFromMe:
		m.ID = fmt.Sprintf("%s/%s/%s", m.From, attendant, info.ID)
		m.By, m.Act = attendant, bot.Wrote
		_, ours, err := c.Copies.Copy(ctx, m.Session(), info.ID)
		return m, !ours, err
	case late:
		m.ID = fmt.Sprintf("%s/late/%s", m.From, info.Timestamp.In(c.Zone).Format(time.DateOnly))
	default:
		m.ID = fmt.Sprintf("%[1]s/%[1]s/%[2]s", m.From, info.ID)
	}
	if onlyNumbers.MatchString(m.Text) { // of the options of the question that is quoted, which may have passed
		m.Asked, _ = c.asked.Get(event.Message.GetExtendedTextMessage().GetContextInfo().GetStanzaID())
	}
	return m, true, nil
}

// onlyNumbers is how people answer who pick options.
var onlyNumbers = regexp.MustCompile(`^\s*\d{1,2}(\s*(,|e|\s)\s*\d{1,2})*\s*$`)

// private tells whether a message stands in a chat with one person: not in a
// group, a channel or a status, not from WhatsApp itself, not to ourselves.
func (c *Channel) private(info types.MessageInfo) bool {
	chat := info.Chat
	return !info.IsGroup && info.Category != "peer" &&
		(chat.Server == types.HiddenUserServer || chat.Server == types.DefaultUserServer) &&
		chat.User != types.PSAJID.User && !chat.IsBot() &&
		chat.User != c.client.Store.GetJID().User && chat.User != c.client.Store.GetLID().User
}

// person returns the address by which we know somebody, from one and perhaps
// another that came with what they did: the hidden one (LID), which stays and is
// no phone number. Only of somebody who has none it is the number's.
func (c *Channel) person(ctx context.Context, address, other types.JID) (types.JID, error) {
	for _, a := range []types.JID{address, other} {
		if a.Server == types.HiddenUserServer {
			return a.ToNonAD(), nil
		}
	}
	number := address.ToNonAD()
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	if hidden, err := c.client.Store.LIDs.GetLIDForPN(ctx, number); err != nil || !hidden.IsEmpty() {
		return hidden.ToNonAD(), err
	}
	infos, err := c.client.GetUserInfo(ctx, []types.JID{number})
	var refused *whatsmeow.IQError
	switch {
	case errors.As(err, &refused) && refused.Code >= 400 && refused.Code < 500 && refused.Code != 429:
		return number, nil // they will not tell us tomorrow either
	case err != nil:
		return number, err
	}
	for _, info := range infos {
		if !info.LID.IsEmpty() {
			return info.LID.ToNonAD(), nil
		}
	}
	return number, nil
}

// phoneOf returns the number of somebody in E.164, from the addresses that came
// with what they did; "" if it is not known, as of those who hide it.
func (c *Channel) phoneOf(ctx context.Context, address, other types.JID) string {
	for _, a := range []types.JID{address, other} {
		if a.Server == types.DefaultUserServer {
			return "+" + a.User
		}
	}
	number, err := c.client.Store.LIDs.GetPNForLID(ctx, address.ToNonAD())
	if err != nil || number.IsEmpty() { // nothing hangs on it
		return ""
	}
	return "+" + number.User
}

// rejectCall hangs up, and has the person told once a day that nobody picks up.
// Calls among several ring and end by themselves.
func (c *Channel) rejectCall(ctx context.Context, call *events.CallOffer) {
	if !call.GroupJID.IsEmpty() {
		return
	}
	if err := c.client.RejectCall(ctx, call.From, call.CallID); err != nil {
		c.Log.Debug("cannot reject a call", "error", hidden{err})
	}
	person, err := c.person(ctx, call.From, call.CallCreatorAlt)
	if err == nil {
		now := time.Now()
		err = c.put(ctx, bot.Message{
			ID:      fmt.Sprintf("%s/call/%s", person, now.In(c.Zone).Format(time.DateOnly)),
			Channel: c.Name(), From: person.String(), Media: &bot.Media{Kind: "call"}, At: now.UTC(),
		})
	}
	if err != nil {
		c.Log.Warn("cannot answer a call", "error", hidden{err})
	}
}

// hidden is an error without the numbers and addresses of people.
type hidden struct{ error }

// Error implements error.
func (h hidden) Error() string { return numbers.ReplaceAllString(h.error.Error(), "…") }

// Unwrap returns the error with them.
func (h hidden) Unwrap() error { return h.error }
