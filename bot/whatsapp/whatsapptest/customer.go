package whatsapptest

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// A Customer is a person who talks with one other account.
type Customer struct {
	*Phone
	to types.JID
}

// Customer switches on the phone of a person who writes to the account of
// another phone.
func (s *Server) Customer(number string, to *Phone) *Customer {
	s.t.Helper()
	return &Customer{s.Phone(number), to.lid}
}

// Say sends a text, and returns its id.
func (c *Customer) Say(text string) string {
	c.server.t.Helper()
	return c.send(c.to, &waE2E.Message{Conversation: &text})
}

// Reply sends a text that quotes a message.
func (c *Customer) Reply(quoted *Message, text string) string {
	c.server.t.Helper()
	participant := quoted.From + "@" + types.HiddenUserServer
	return c.send(c.to, &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text: &text,
		ContextInfo: &waE2E.ContextInfo{
			StanzaID: &quoted.ID, Participant: &participant, QuotedMessage: quoted.Raw,
		},
	}})
}

// Edit replaces the text of a message sent before.
func (c *Customer) Edit(id, text string) string {
	c.server.t.Helper()
	return c.send(c.to, c.client.BuildEdit(c.to, id, &waE2E.Message{Conversation: &text}))
}

// Revoke deletes a message sent before.
func (c *Customer) Revoke(id string) string {
	c.server.t.Helper()
	return c.send(c.to, c.client.BuildRevoke(c.to, types.EmptyJID, id))
}

// React puts a sign on a message of the other one.
func (c *Customer) React(id, sign string) string {
	c.server.t.Helper()
	return c.send(c.to, c.client.BuildReaction(c.to, c.to, id, sign))
}

// Again sends a text under an id that was used before, as a phone does that is
// in doubt whether the message went out.
func (c *Customer) Again(id, text string) {
	c.server.t.Helper()
	c.send(c.to, &waE2E.Message{Conversation: &text}, whatsmeow.SendRequestExtra{ID: id})
}

// Send sends any message.
func (c *Customer) Send(m *waE2E.Message) string {
	c.server.t.Helper()
	return c.send(c.to, m)
}

// Place sends where somebody is, in degrees.
func (c *Customer) Place(latitude, longitude float64) string {
	c.server.t.Helper()
	return c.send(c.to, &waE2E.Message{LocationMessage: &waE2E.LocationMessage{
		DegreesLatitude: &latitude, DegreesLongitude: &longitude,
	}})
}

// Photo sends a JPEG with a caption, which may be "".
func (c *Customer) Photo(jpeg []byte, caption string) string {
	c.server.t.Helper()
	up := c.upload(jpeg, whatsmeow.MediaImage)
	return c.send(c.to, &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		Caption: optional(caption), Mimetype: proto.String("image/jpeg"),
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
	}})
}

// Voice sends a voice note.
func (c *Customer) Voice(ogg []byte) string {
	c.server.t.Helper()
	up := c.upload(ogg, whatsmeow.MediaAudio)
	return c.send(c.to, &waE2E.Message{AudioMessage: &waE2E.AudioMessage{
		PTT: proto.Bool(true), Mimetype: proto.String("audio/ogg; codecs=opus"), Seconds: proto.Uint32(3),
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
	}})
}

// Sticker sends one.
func (c *Customer) Sticker(webp []byte) string {
	c.server.t.Helper()
	up := c.upload(webp, whatsmeow.MediaImage)
	return c.send(c.to, &waE2E.Message{StickerMessage: &waE2E.StickerMessage{
		Mimetype: proto.String("image/webp"),
		URL:      &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
	}})
}

// Document sends a file. With a caption, phones wrap it once more.
func (c *Customer) Document(name, mimetype string, body []byte, caption string) string {
	c.server.t.Helper()
	up := c.upload(body, whatsmeow.MediaDocument)
	m := &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		FileName: &name, Title: &name, Caption: optional(caption), Mimetype: &mimetype,
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
	}}
	if caption != "" {
		m = &waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: m}}
	}
	return c.send(c.to, m)
}

func optional(caption string) *string {
	if caption == "" {
		return nil
	}
	return &caption
}

func (c *Customer) upload(body []byte, kind whatsmeow.MediaType) whatsmeow.UploadResponse {
	c.server.t.Helper()
	ctx, cancel := context.WithTimeout(c.server.ctx, patience)
	defer cancel()
	up, err := c.client.Upload(ctx, body, kind)
	if err != nil {
		c.server.t.Fatalf("whatsapptest: %s cannot upload: %v", c.name, err)
	}
	return up
}

// Reads marks messages as read, for the other one to see.
func (c *Customer) Reads(ids ...string) {
	c.server.t.Helper()
	if err := c.client.MarkRead(c.server.ctx, ids, time.Now(), c.to, c.to); err != nil {
		c.server.t.Fatalf("whatsapptest: %s cannot read: %v", c.name, err)
	}
}

// Begins shows the other one that the person types.
func (c *Customer) Begins() {
	c.server.t.Helper()
	if err := c.client.SendChatPresence(c.server.ctx, c.to, types.ChatPresenceComposing, ""); err != nil {
		c.server.t.Fatalf("whatsapptest: %s cannot begin: %v", c.name, err)
	}
}

// Status shows a text to all contacts, of whom the other one is the only one.
func (c *Customer) Status(text string) string {
	c.server.t.Helper()
	_ = c.client.Store.Contacts.PutContactName(c.server.ctx, c.to, "Loja", "Loja")
	return c.send(types.StatusBroadcastJID, &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &text}})
}

// Call rings at the other one, and returns the call's id.
func (c *Customer) Call() string {
	id := "CALL" + c.client.GenerateMessageID()
	c.signal("offer", id)
	return id
}

// HangUp ends a call.
func (c *Customer) HangUp(call string) { c.signal("terminate", call) }

func (c *Customer) signal(what, call string) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	word := node{Tag: what, Attrs: attrs{"call-id": call, "call-creator": c.lid, "caller_pn": c.jid}}
	for _, d := range s.phone(c.to).inOrder() {
		s.ring(c.devices[0], d, []node{word})
	}
}
