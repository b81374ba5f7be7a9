package whatsapptest

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// A Phone has an account at WhatsApp and is switched on. Inside is a whatsmeow
// client of its own, so that it takes part in conversations with keys of its
// own: it gets what others write and what its linked devices write.
type Phone struct {
	server   *Server
	name     string
	jid, lid types.JID
	client   *whatsmeow.Client

	// Under the server's lock.
	devices    map[uint16]*device
	links      uint16  // devices linked so far
	linked     *device // one that was told so and has not consented yet
	ready      bool    // the phone takes messages
	form       Form
	late       time.Duration
	available  bool
	watchers   []*device
	refusal    *node
	sends      []Fault
	deliveries []Fault
	sent       int
	retries    int

	shown    []*Message          // in order, as on the screen
	read     int                 // of these, by Next
	copies   map[string]int      // of each message id
	ticks    map[string][]string // kinds of receipts, by message id
	typing   int                 // times that somebody began to
	rejected map[string]bool     // calls
}

// Phone switches on a phone with the number, in international form, which is
// also the name that others are shown.
func (s *Server) Phone(number string) *Phone {
	s.t.Helper()
	p := s.newPhone(number)
	p.Online()
	return p
}

func (s *Server) newPhone(number string) *Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	digits := strings.TrimPrefix(number, "+")
	p := &Phone{
		server: s, name: number,
		jid:     types.NewJID(digits, types.DefaultUserServer),
		lid:     types.NewJID(fmt.Sprintf("%015d", 271828182800000+s.number()), types.HiddenUserServer),
		devices: map[uint16]*device{}, copies: map[string]int{}, ticks: map[string][]string{}, rejected: map[string]bool{},
	}
	if s.phone(p.jid) != nil {
		s.t.Fatalf("whatsapptest: %s has an account already", number)
	}
	p.install()
	s.phones = append(s.phones, p)
	return p
}

// install puts the account on a phone that is new. The lock is held.
func (p *Phone) install() {
	own := newDevice(p.jid, p.lid, p.name)
	p.devices[0] = &device{phone: p, noise: *own.NoiseKey.Pub}
	p.client = whatsmeow.NewClient(own, nil)
	p.client.SetWebsocketHTTPClient(p.server.http)
	p.client.SetMediaHTTPClient(p.server.http)
	p.client.SetForceActiveDeliveryReceipts(true)
	p.client.SynchronousAck = true
	client := p.client
	client.AddEventHandler(func(evt any) { p.hear(client, evt) })
}

// Number is the account's phone number, digits only: the user part of its
// address.
func (p *Phone) Number() string { return p.jid.User }

// LID is the user part of the account's hidden address.
func (p *Phone) LID() string { return p.lid.User }

// Online connects the phone, and returns when it takes messages.
func (p *Phone) Online() {
	s := p.server
	s.t.Helper()
	s.mu.Lock()
	p.ready = false
	s.mu.Unlock()
	if err := p.client.Connect(); err != nil {
		s.t.Fatalf("whatsapptest: cannot connect %s: %v", p.name, err)
	}
	s.wait(p.name, func() bool { return p.ready })
}

// Offline takes the phone off the net; what is sent to it waits.
func (p *Phone) Offline() {
	p.server.t.Helper()
	p.server.wait("rest for "+p.name, func() bool { return len(p.devices[0].pending) == 0 })
	p.client.Disconnect()
	p.server.wait("the end of "+p.name, func() bool { return p.devices[0].conn == nil })
}

func (p *Phone) online() bool {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.devices[0].conn != nil
}

// Shows sets how the account's address looks to others from now on.
func (p *Phone) Shows(form Form) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.form = form
}

// Appear tells those who watch the account that its person is there, or gone.
func (p *Phone) Appear(there bool) {
	state := types.PresenceUnavailable
	if there {
		state = types.PresenceAvailable
	}
	if err := p.client.SendPresence(p.server.ctx, state); err != nil {
		p.server.t.Fatalf("whatsapptest: %s cannot appear: %v", p.name, err)
	}
}

// Available tells whether a device of the account said last that its person is
// there.
func (p *Phone) Available() bool {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.available
}

// Late dates what the person sends from now on so long ago.
func (p *Phone) Late(d time.Duration) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.late = d
}

// Linked tells how many devices are linked to the account.
func (p *Phone) Linked() int {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return len(p.devices) - 1
}

// Connected tells how many linked devices are logged in and take messages.
func (p *Phone) Connected() int {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.connected()
}

func (p *Phone) connected() int {
	count := 0
	for id, d := range p.devices {
		if id != 0 && d.conn != nil && d.active {
			count++
		}
	}
	return count
}

// WaitConnected returns when a linked device has logged in so many times since
// the beginning and takes messages.
func (p *Phone) WaitConnected(logins int) {
	p.server.t.Helper()
	p.server.wait(fmt.Sprintf("login %d of the device of %s", logins, p.name), func() bool {
		for id, d := range p.devices {
			if id != 0 && d.logins >= logins && d.conn != nil && d.active {
				return true
			}
		}
		return false
	})
}

// quiet tells whether no linked device has anything to acknowledge. The lock is
// held.
func (p *Phone) quiet() bool { return p.pending() == 0 || p.connected() == 0 }

// Pending tells how many stanzas the linked devices have not acknowledged.
func (p *Phone) Pending() int {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.pending()
}

func (p *Phone) pending() int {
	count := 0
	for id, d := range p.devices {
		if id != 0 {
			count += len(d.pending)
		}
	}
	return count
}

// WaitSettled returns when the linked devices have acknowledged all there was
// for them.
func (p *Phone) WaitSettled() {
	p.server.t.Helper()
	p.server.wait("the last acknowledgement of "+p.name, func() bool { return p.pending() == 0 })
}

// Sent tells how many messages the linked devices have sent, refused ones and
// repetitions included.
func (p *Phone) Sent() int {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.sent
}

// Retries tells how many times a device of the account asked for a message
// again because it could not read it.
func (p *Phone) Retries() int {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.retries
}

func (p *Phone) inOrder() []*device {
	return slices.SortedFunc(maps.Values(p.devices), func(a, b *device) int { return cmp.Compare(a.id, b.id) })
}

// Renew puts the account on a new phone: the keys that others knew are gone.
func (p *Phone) Renew() {
	s := p.server
	s.t.Helper()
	p.Offline()
	s.mu.Lock()
	p.install()
	for _, other := range s.phones {
		for _, d := range other.inOrder() {
			s.deliver(d, node{
				Tag:     "notification",
				Attrs:   attrs{"from": p.lid, "type": "encrypt", "id": s.id(), "t": time.Now().Unix()},
				Content: []node{{Tag: "identity"}},
			})
		}
	}
	s.mu.Unlock()
	p.Online()
}

// SendHistory gives the linked devices what a phone does after pairing: here,
// that its chats know people by LID. It returns when they have it.
func (p *Phone) SendHistory() {
	s := p.server
	s.t.Helper()
	history, err := proto.Marshal(&waHistorySync.HistorySync{
		SyncType:       waHistorySync.HistorySync_INITIAL_BOOTSTRAP.Enum(),
		GlobalSettings: &waHistorySync.GlobalSettings{ChatDbLidMigrationTimestamp: proto.Int64(1)},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(history) // to memory
	_ = w.Close()
	s.mu.Lock()
	devices := p.inOrder()
	s.mu.Unlock()
	for _, d := range devices[1:] {
		// The library lets a phone's session with its device begin with any
		// message but this kind. What is encrypted here goes nowhere.
		in := p.client.DangerousInternals() //nolint:staticcheck // deprecated to frighten, not to go
		bundle := in.FetchPreKeysNoError(s.ctx, []types.JID{d.lid()})[d.lid()]
		if _, _, err := in.EncryptMessageForDevice(s.ctx, nil, d.lid(), bundle, nil, nil); err != nil {
			s.t.Fatal(err)
		}
		p.send(d.lid(), &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_HISTORY_SYNC_NOTIFICATION.Enum(),
			HistorySyncNotification: &waE2E.HistorySyncNotification{
				SyncType:                          waE2E.HistorySyncType_INITIAL_BOOTSTRAP.Enum(),
				InitialHistBootstrapInlinePayload: packed.Bytes(),
			},
		}}, whatsmeow.SendRequestExtra{Peer: true})
	}
	p.WaitSettled()
}

// Newsletter shows a text of a channel to the account's linked devices.
func (p *Phone) Newsletter(text string) {
	s := p.server
	body, err := proto.Marshal(&waE2E.Message{Conversation: &text})
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range p.inOrder()[1:] {
		s.deliver(d, node{
			Tag: "message",
			Attrs: attrs{
				"from": types.NewJID("120363000000000001", types.NewsletterServer), "id": s.id(), "server_id": s.number(),
				"t": time.Now().Unix(), "type": "text",
			},
			Content: []node{{Tag: "plaintext", Content: body}},
		})
	}
}

// Types sends a text from the phone itself to another, as a person with it in
// hand does; the linked devices get to see it. It returns the message's id.
func (p *Phone) Types(to *Phone, text string) string {
	p.server.t.Helper()
	return p.send(to.lid, &waE2E.Message{Conversation: &text})
}

// send returns when the server has the message.
func (p *Phone) send(to types.JID, m *waE2E.Message, extra ...whatsmeow.SendRequestExtra) string {
	p.server.t.Helper()
	ctx, cancel := context.WithTimeout(p.server.ctx, patience)
	defer cancel()
	sent, err := p.client.SendMessage(ctx, to, m, extra...)
	if err != nil {
		p.server.t.Fatalf("whatsapptest: %s cannot send: %v", p.name, err)
	}
	return sent.ID
}

// Post says something in a group.
func (p *Phone) Post(group types.JID, text string) string {
	p.server.t.Helper()
	return p.send(group, &waE2E.Message{Conversation: &text})
}
