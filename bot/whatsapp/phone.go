package whatsapp

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
)

// A phone must come online once in phoneLimit, or it loses its linked devices.
const (
	phoneLimit    = 14 * 24 * time.Hour
	phoneWarning  = 12 * 24 * time.Hour
	phonePing     = 10 * 24 * time.Hour // unseen for so long it is asked for something
	pingEvery     = 24 * time.Hour
	seenPrecision = time.Hour // of what is noted
)

// Phone is what is known of the phone that the device is linked to.
type Phone struct {
	Seen   time.Time `json:"seen,omitzero"`   // when we last noticed it; zero if never
	Pinged time.Time `json:"pinged,omitzero"` // when we last asked it for something to find out
}

// ReadPhone returns what is known of the phone.
func ReadPhone(ctx context.Context, notes Notes) (p Phone, err error) {
	_, err = notes.Note(ctx, notePhone, &p)
	return p, err
}

// noticePhone looks whether it is the phone itself that has done this.
func (c *Channel) noticePhone(event any) {
	switch event := event.(type) {
	case *events.Receipt:
		if event.IsFromMe && event.Sender.Device == 0 {
			c.phoneSeen(event.Timestamp)
		}
	case *events.Message:
		if event.Info.IsFromMe && event.Info.Sender.Device == 0 {
			c.phoneSeen(event.Info.Timestamp)
		}
	}
}

func (c *Channel) phoneSeen(at time.Time) {
	c.mu.Lock()
	before := c.phone.Seen
	if at.After(before) {
		c.phone.Seen = at.UTC()
	}
	phone := c.phone
	c.mu.Unlock()
	if phone.Seen.Sub(before) < seenPrecision {
		return
	}
	c.notePhone(phone)
	if c.Status().State == PhoneOffline {
		c.becomeConnected(time.Now())
	}
}

func (c *Channel) notePhone(phone Phone) {
	ctx, cancel := context.WithTimeout(c.running, notePatience)
	defer cancel()
	if err := c.Notes.SetNote(ctx, notePhone, phone); err != nil {
		c.Log.Warn("cannot note when the phone was seen", "error", err)
	}
}

// pingPhone asks a phone that has not been seen for long for a key that it need
// not have: it acknowledges that when it comes online, and nobody sees it.
func (c *Channel) pingPhone(ctx context.Context, now time.Time) {
	c.mu.Lock()
	phone := c.phone
	due := !phone.Seen.IsZero() && now.Sub(phone.Seen) > phonePing && now.Sub(phone.Pinged) > pingEvery
	if due {
		phone.Pinged = now.UTC()
		c.phone = phone
	}
	c.mu.Unlock()
	if !due {
		return
	}
	c.notePhone(phone)
	ask := &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type:                   waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_REQUEST.Enum(),
		AppStateSyncKeyRequest: &waE2E.AppStateSyncKeyRequest{},
	}}
	ctx, cancel := context.WithTimeout(ctx, pingPatience)
	defer cancel()
	if _, err := c.client.SendMessage(ctx, c.client.Store.GetJID().ToNonAD(), ask, whatsmeow.SendRequestExtra{Peer: true}); err != nil {
		c.Log.Warn("cannot ask the phone for a sign of life", "error", hidden{err})
	}
}
