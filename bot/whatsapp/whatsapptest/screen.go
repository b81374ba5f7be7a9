package whatsapptest

import (
	"cmp"
	"context"
	"slices"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// A Message is one as a person sees it.
type Message struct {
	ID       string
	From     string // the user part of the sender's hidden address, or of the number if that is all there is
	To       string // the chat's, likewise; it is From unless the person's own device sent it
	Own      bool   // sent by a device of the person's own account
	Text     string // or the caption
	Document *File
	Image    *File
	Reply    string // the id of the message it quotes, or ""
	Edits    string // the id of the one that it replaces
	Revokes  string // the id of the one that it deletes
	Raw      *waE2E.Message
}

// A File is media, downloaded and decrypted.
type File struct {
	Name, Type string
	Body       []byte
	Thumbnail  []byte // a JPEG, if the sender made one
	Err        error  // why it could not be had
}

// hear takes what happens to the phone's client.
func (p *Phone) hear(client *whatsmeow.Client, evt any) {
	s := p.server
	var m *Message
	if evt, ok := evt.(*events.Message); ok {
		m = p.view(client, evt)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch evt := evt.(type) {
	case *events.Message:
		p.copies[m.ID]++
		if p.copies[m.ID] == 1 {
			p.shown = append(p.shown, m)
		}
	case *events.Receipt:
		kind := string(evt.Type)
		if evt.Type == types.ReceiptTypeDelivered {
			kind = "delivered"
		}
		for _, id := range evt.MessageIDs {
			p.ticks[id] = append(p.ticks[id], kind)
		}
	case *events.ChatPresence:
		if evt.State == types.ChatPresenceComposing {
			p.typing++
		}
	case *events.CallReject:
		p.rejected[evt.CallID] = true
	default:
		return
	}
	s.news()
}

// view reads a message, and gets what belongs to it.
func (p *Phone) view(client *whatsmeow.Client, evt *events.Message) *Message {
	e2e := evt.Message
	m := &Message{ID: evt.Info.ID, From: evt.Info.Sender.User, To: evt.Info.Chat.User, Own: evt.Info.IsFromMe, Raw: e2e}
	if protocol := e2e.GetProtocolMessage(); protocol != nil {
		switch protocol.GetType() {
		case waE2E.ProtocolMessage_REVOKE:
			m.Revokes = protocol.GetKey().GetID()
		case waE2E.ProtocolMessage_MESSAGE_EDIT:
			m.Edits, e2e = protocol.GetKey().GetID(), protocol.GetEditedMessage()
		}
	}
	m.Text = cmp.Or(
		e2e.GetConversation(), e2e.GetExtendedTextMessage().GetText(),
		e2e.GetImageMessage().GetCaption(), e2e.GetDocumentMessage().GetCaption(),
	)
	m.Reply = cmp.Or(
		e2e.GetExtendedTextMessage().GetContextInfo().GetStanzaID(),
		e2e.GetImageMessage().GetContextInfo().GetStanzaID(),
		e2e.GetDocumentMessage().GetContextInfo().GetStanzaID(),
	)
	if d := e2e.GetDocumentMessage(); d != nil {
		m.Document = p.file(client, d)
		m.Document.Name, m.Document.Type, m.Document.Thumbnail = d.GetFileName(), d.GetMimetype(), d.GetJPEGThumbnail()
	}
	if i := e2e.GetImageMessage(); i != nil {
		m.Image = p.file(client, i)
		m.Image.Type, m.Image.Thumbnail = i.GetMimetype(), i.GetJPEGThumbnail()
	}
	return m
}

func (p *Phone) file(client *whatsmeow.Client, m whatsmeow.DownloadableMessage) *File {
	ctx, cancel := context.WithTimeout(p.server.ctx, patience)
	defer cancel()
	body, err := client.Download(ctx, m)
	return &File{Body: body, Err: err}
}

// Next waits for the next message on the screen.
func (p *Phone) Next() *Message {
	p.server.t.Helper()
	p.server.wait("a message for "+p.name, func() bool { return p.read < len(p.shown) })
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.read++
	return p.shown[p.read-1]
}

// Copies tells how many times a message came; it is shown once.
func (p *Phone) Copies(id string) int {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.copies[id]
}

// WaitDelivered returns when a message of the person has its two grey ticks.
func (p *Phone) WaitDelivered(id string) { p.server.t.Helper(); p.waitTick(id, "delivered") }

// WaitRead returns when a message of the person has its blue ticks.
func (p *Phone) WaitRead(id string) { p.server.t.Helper(); p.waitTick(id, "read") }

func (p *Phone) waitTick(id, kind string) {
	p.server.t.Helper()
	p.server.wait("“"+kind+"” for "+p.name, func() bool { return slices.Contains(p.ticks[id], kind) })
}

// WaitTyping returns when the person has seen so many times that the other one
// types.
func (p *Phone) WaitTyping(times int) {
	p.server.t.Helper()
	p.server.wait("typing for "+p.name, func() bool { return p.typing >= times })
}

// WaitRejected returns when a call has been rejected.
func (p *Phone) WaitRejected(call string) {
	p.server.t.Helper()
	p.server.wait("the rejection of a call", func() bool { return p.rejected[call] })
}
