package whatsapptest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/encoding/protowire"
)

// A Form is how a person's address looks to those who get something from them.
type Form int

// The forms that WhatsApp has and had.
const (
	ByLID     Form = iota // the hidden address, and the phone number beside it
	ByLIDOnly             // the hidden address alone: the number is not known
	ByNumber              // the phone number, and the hidden address beside it, as it was until 2025
)

// id names a stanza of the server's own. The lock is held.
func (s *Server) id() string { return "S" + strconv.Itoa(s.number()) }

// from sets who a stanza is from.
func (d *device) from(a attrs) {
	switch d.phone.form {
	case ByNumber:
		a["from"], a["sender_lid"] = d.jid(), d.phone.lid
	case ByLIDOnly:
		a["from"] = d.lid()
	default:
		a["from"], a["sender_pn"] = d.lid(), d.phone.jid
	}
}

// deliver gives a stanza to a device, now or when it comes, and again each time
// it comes until it acknowledges. The lock is held.
func (s *Server) deliver(d *device, n node) {
	d.pending = append(d.pending, n)
	if d.conn != nil && d.active {
		d.conn.send(n)
	}
}

// activate lets a device have what has waited for it.
func (s *Server) activate(c *conn) {
	d := c.device
	d.active = true
	count, messages, receipts, notifications := len(d.pending), 0, 0, 0
	for _, n := range d.pending {
		switch n.Tag {
		case "message":
			messages++
		case "receipt":
			receipts++
		default:
			notifications++
		}
	}
	c.send(node{Tag: "ib", Attrs: attrs{"from": types.ServerJID}, Content: []node{{Tag: "offline_preview", Attrs: attrs{
		"count": count, "appdata": 0, "message": messages, "notification": notifications, "receipt": receipts,
	}}}})
	for i, n := range d.pending {
		n.Attrs = maps.Clone(n.Attrs)
		n.Attrs["offline"] = i
		c.send(n)
	}
	c.send(node{Tag: "ib", Attrs: attrs{"from": types.ServerJID}, Content: []node{{Tag: "offline", Attrs: attrs{"count": count}}}})
	if d.id == 0 {
		d.phone.ready = true
	}
}

// settle forgets what the device acknowledges by an ack or a receipt.
func (d *device) settle(class string, by *node) {
	id, to, kind := by.Attrs["id"], by.Attrs["to"], by.AttrGetter().OptionalString("type")
	for i, n := range d.pending {
		if n.Tag == class && n.Attrs["id"] == id && n.Attrs["from"] == to &&
			(class != "receipt" || n.AttrGetter().OptionalString("type") == kind) {
			d.pending = slices.Delete(d.pending, i, i+1)
			return
		}
	}
}

// message takes one from a device, as its account's trouble has it.
func (s *Server) message(c *conn, n *node) {
	d, ag := c.device, n.AttrGetter()
	var f Fault
	if d.id != 0 && ag.OptionalString("category") == "" && ag.OptionalString("device_fanout") == "" {
		d.phone.sent++
		f = take(&d.phone.sends)
	}
	if f.kind == dropBefore {
		c.cut()
		return
	}
	if f.kind != nack {
		s.route(d, n)
	}
	switch f.kind {
	case dropAfter:
		c.cut()
	case loseAck:
	default:
		ack := node{Tag: "ack", Attrs: attrs{"class": "message", "id": n.Attrs["id"], "from": n.Attrs["to"], "t": time.Now().Unix()}}
		if f.kind == nack {
			ack.Attrs["error"] = f.code
		}
		c.send(ack)
	}
}

// route carries each device's copy of a message to it.
func (s *Server) route(from *device, n *node) {
	to := n.AttrGetter().JID("to")
	var identity, common []node
	for _, child := range n.GetChildren() {
		switch child.Tag {
		case "device-identity":
			identity = []node{child}
		case "meta":
			common = append(common, child)
		case "enc":
			if to.Server == types.GroupServer || to.Server == types.BroadcastServer {
				common = append(common, child)
			}
		}
	}
	reached := map[*device]bool{from: true}
	carry := func(jid types.JID, enc ...node) {
		d := s.device(jid)
		if d == nil || d == from {
			return
		}
		reached[d] = true
		content := slices.Concat(enc, common)
		for _, e := range enc {
			if e.AttrGetter().OptionalString("type") == "pkmsg" {
				content = append(content, identity...)
			}
		}
		s.post(from, d, n, content)
	}
	if participants, ok := n.GetOptionalChildByTag("participants"); ok {
		for _, p := range participants.GetChildren() {
			carry(p.AttrGetter().JID("jid"), p.GetChildren()...)
		}
	}
	switch to.Server {
	case types.GroupServer:
		if g := s.groups[to]; g != nil {
			for _, p := range g.members {
				for _, d := range p.inOrder() {
					if !reached[d] {
						carry(d.lid())
					}
				}
			}
		}
	case types.BroadcastServer:
	default:
		if enc, ok := n.GetOptionalChildByTag("enc"); ok {
			carry(to, enc)
		}
	}
}

// post writes the address on a message, and lets happen to it what its
// receiver's trouble has.
func (s *Server) post(from, d *device, n *node, content []node) {
	to := n.AttrGetter().JID("to")
	a := attrs{"id": n.Attrs["id"], "type": n.Attrs["type"], "t": time.Now().Add(-from.phone.late).Unix()}
	for _, key := range []string{"edit", "category"} {
		if v, ok := n.Attrs[key]; ok {
			a[key] = v
		}
	}
	if _, resent := n.Attrs["device_fanout"]; resent {
		a["t"] = n.Attrs["t"]
	}
	switch {
	case to.Server == types.GroupServer || to.Server == types.BroadcastServer:
		a["from"], a["participant"], a["participant_pn"], a["addressing_mode"] = to, from.lid(), from.phone.jid, "lid"
		a["notify"] = from.phone.name
	case d.phone == from.phone:
		recipient := to.ToNonAD()
		if r, ok := n.Attrs["recipient"]; ok {
			recipient = r.(types.JID)
		}
		a["from"] = from.jid()
		if recipient.Server == types.HiddenUserServer {
			a["from"] = from.lid()
			if p := s.phone(recipient); p != nil {
				a["peer_recipient_pn"] = p.jid
			}
		}
		if a["category"] == nil {
			a["recipient"] = recipient
		}
	default:
		from.from(a)
		a["notify"] = from.phone.name
	}
	out := node{Tag: "message", Attrs: a, Content: content}
	var f Fault
	if d.phone != from.phone && (d.id != 0 || len(d.phone.devices) == 1) {
		f = take(&d.phone.deliveries)
	}
	switch f.kind {
	case corrupt:
		out.Content = spoil(content)
	case twice:
		s.deliver(d, out)
	case dropAck:
		d.unheard = n.Attrs["id"].(string)
	}
	s.deliver(d, out)
}

// spoil breaks the MAC of the ciphertext.
func spoil(content []node) []node {
	content = slices.Clone(content)
	for i, n := range content {
		body, ok := n.Content.([]byte)
		if n.Tag != "enc" || !ok {
			continue
		}
		body = slices.Clone(body)
		last := len(body) - 1
		if n.AttrGetter().OptionalString("type") == "pkmsg" { // the message is inside of one that has no MAC
			last = endOfField(body[1:], 4)
		}
		body[last] ^= 1
		content[i].Content = body
	}
	return content
}

// endOfField returns the place, counted with the byte before the protobuf, of
// the last byte of a field.
func endOfField(b []byte, field protowire.Number) int {
	for at := 0; at < len(b); {
		number, _, n := protowire.ConsumeField(b[at:])
		if n < 0 {
			break
		}
		at += n
		if number == field {
			return at
		}
	}
	return len(b)
}

// receipt carries one to the sender of the message.
func (s *Server) receipt(c *conn, n *node) {
	d, ag := c.device, n.AttrGetter()
	to, kind := ag.JID("to"), ag.OptionalString("type")
	if d.unheard != "" && d.unheard == n.Attrs["id"] {
		d.unheard = ""
		c.cut()
		return
	}
	c.send(node{Tag: "ack", Attrs: attrs{"class": "receipt", "id": n.Attrs["id"], "from": to, "type": kind}})
	switch types.ReceiptType(kind) {
	case types.ReceiptTypeDelivered, types.ReceiptTypeInactive, types.ReceiptTypeSender, types.ReceiptTypePeerMsg, types.ReceiptTypeHistorySync:
		d.settle("message", n)
	}
	p := s.phone(to)
	switch {
	case to.Server == types.GroupServer || to.Server == types.BroadcastServer:
		if kind != string(types.ReceiptTypeRetry) {
			return
		}
		p = s.phone(ag.OptionalJIDOrEmpty("participant"))
	case p == d.phone && kind != string(types.ReceiptTypeRetry) && kind != string(types.ReceiptTypePeerMsg):
		return // between a person's own devices
	}
	if p == nil {
		return
	}
	a := attrs{"id": n.Attrs["id"], "t": time.Now().Unix()}
	if kind != "" {
		a["type"] = kind
	}
	if recipient, ok := n.Attrs["recipient"]; ok {
		a["recipient"] = recipient
	}
	if p == d.phone {
		a["from"] = at(to, d.id)
	} else {
		d.from(a)
	}
	if to.Server == types.GroupServer || to.Server == types.BroadcastServer {
		a["participant"], a["from"] = a["from"], to
		to = ag.JID("participant")
	}
	out := node{Tag: "receipt", Attrs: a, Content: n.Content}
	if kind == string(types.ReceiptTypeRetry) {
		d.phone.retries++
		if sender := p.devices[to.Device]; sender != nil {
			s.deliver(sender, out)
		}
		return
	}
	for _, sender := range p.inOrder() {
		if sender != d {
			s.deliver(sender, out)
		}
	}
}

// chatstate shows that somebody types, to those who are there.
func (s *Server) chatstate(d *device, n *node) {
	p := s.phone(n.AttrGetter().JID("to"))
	if p == nil {
		return
	}
	a := attrs{}
	d.from(a)
	for _, other := range p.devices {
		if other.conn != nil && other.active {
			other.conn.send(node{Tag: "chatstate", Attrs: a, Content: n.Content})
		}
	}
}

// presence tells those who asked whether somebody is there.
func (s *Server) presence(d *device, n *node) {
	ag := n.AttrGetter()
	switch kind := ag.OptionalString("type"); kind {
	case "subscribe":
		if p := s.phone(ag.JID("to")); p != nil {
			p.watchers = append(p.watchers, d)
			s.appear(p, d)
		}
	case string(types.PresenceAvailable), string(types.PresenceUnavailable):
		d.phone.available = kind == string(types.PresenceAvailable)
		for _, watcher := range d.phone.watchers {
			s.appear(d.phone, watcher)
		}
	}
}

func (s *Server) appear(p *Phone, to *device) {
	if to.conn == nil {
		return
	}
	a := attrs{"from": p.lid}
	if !p.available {
		a["type"] = string(types.PresenceUnavailable)
	}
	to.conn.send(node{Tag: "presence", Attrs: a})
}

// call carries the word of a device to the one who calls.
func (s *Server) call(c *conn, n *node) {
	c.send(node{Tag: "ack", Attrs: attrs{"class": "call", "id": n.Attrs["id"], "from": n.Attrs["to"]}})
	p := s.phone(n.AttrGetter().JID("to"))
	if p == nil {
		return
	}
	for _, d := range p.inOrder() {
		s.ring(c.device, d, n.GetChildren())
	}
}

func (s *Server) ring(from, to *device, content []node) {
	a := attrs{"id": s.id(), "t": time.Now().Unix(), "platform": "android", "version": "2.25.1"}
	from.from(a)
	s.deliver(to, node{Tag: "call", Attrs: a, Content: content})
}

// A group is a chat of several.
type group struct {
	jid     types.JID
	members []*Phone
}

func (g *group) node() node {
	var members []node
	for _, p := range g.members {
		members = append(members, node{Tag: "participant", Attrs: attrs{"jid": p.lid, "phone_number": p.jid}})
	}
	return node{Tag: "group", Attrs: attrs{
		"id": g.jid.User, "creator": g.members[0].lid, "subject": "grupo", "creation": 1700000000, "addressing_mode": "lid",
	}, Content: members}
}

// Group makes a chat of several people and returns its address.
func (s *Server) Group(members ...*Phone) types.JID {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &group{types.NewJID(fmt.Sprintf("1203630000000%05d", s.number()), types.GroupServer), members}
	s.groups[g.jid] = g
	return g.jid
}
