package whatsapptest

import (
	"slices"
	"time"

	"go.mau.fi/whatsmeow/types/events"
)

// A Fault is what happens to one message. The zero Fault lets it pass, so that
// a later one can be hit.
type Fault struct {
	kind faultKind
	code int
}

type faultKind int

const (
	pass faultKind = iota
	dropBefore
	dropAfter
	loseAck
	nack
	corrupt
	twice
	dropAck
)

// What can happen to a message that is sent.
var (
	DropBefore = Fault{kind: dropBefore} // the connection breaks before the message is carried on
	DropAfter  = Fault{kind: dropAfter}  // the connection breaks after it, and before the ack
	LoseAck    = Fault{kind: loseAck}    // the message is carried on and never acknowledged
)

// Nack is the server's refusal of a message: 463, the account may not write to
// people who have not written first; 479, the stanza is not valid.
func Nack(code int) Fault { return Fault{kind: nack, code: code} }

// What can happen to a message that is delivered.
var (
	Corrupt = Fault{kind: corrupt} // its MAC is wrong
	Twice   = Fault{kind: twice}   // it comes two times, byte for byte
	DropAck = Fault{kind: dropAck} // the connection breaks when it is acknowledged, and the server has not heard it
)

// take removes the first of the faults.
func take(faults *[]Fault) Fault {
	if len(*faults) == 0 {
		return Fault{}
	}
	f := (*faults)[0]
	*faults = (*faults)[1:]
	return f
}

// FailSends makes the next messages of the account's linked devices fail, one
// fault a message. Messages to their own phone, and those sent again because
// somebody could not read them, are not counted.
//
// Under the race detector a test is skipped that wants DropBefore or DropAfter:
// a whatsmeow client whose connection breaks in mid send has data races of its
// own, in FrameSocket.SendFrame and in exsync.Event.
func (p *Phone) FailSends(faults ...Fault) {
	if racing && slices.ContainsFunc(faults, func(f Fault) bool { return f.kind == dropBefore || f.kind == dropAfter }) {
		p.server.t.Skip("whatsmeow has a data race in mid send")
	}
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.sends = append(p.sends, faults...)
}

// FailDeliveries makes trouble for the next messages that come from others for
// the account's linked devices, or for the phone if there are none; one fault a
// message.
func (p *Phone) FailDeliveries(faults ...Fault) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.deliveries = append(p.deliveries, faults...)
}

// Disconnect breaks the connections of the account's linked devices. Like all
// that ends them, it first lets them acknowledge what they have, for a second at
// most: DropAck is for those who want it otherwise.
func (p *Phone) Disconnect() { p.toLinked((*conn).cut) }

// Freeze leaves the connections of the account's linked devices open, and
// neither hears nor says anything there any more.
func (p *Phone) Freeze() { p.toLinked(func(c *conn) { c.frozen = true }) }

// StreamError ends the connections of the account's linked devices with a code:
// 515 to connect again at once, 503 because the server is restarted.
func (p *Phone) StreamError(code int) {
	p.toLinked(func(c *conn) { c.end(node{Tag: "stream:error", Attrs: attrs{"code": code}}) })
}

// Replace ends the connections of the account's linked devices as if the same
// device had logged in elsewhere.
func (p *Phone) Replace() { p.toLinked(func(c *conn) { c.end(conflict("replaced")) }) }

func (p *Phone) toLinked(do func(*conn)) {
	p.server.until(time.Second, p.quiet)
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	for _, d := range p.devices {
		if d.id != 0 && d.conn != nil {
			do(d.conn)
		}
	}
}

// Refuse breaks the connections of the account's linked devices and refuses
// them from now on, until Admit: 401 unlinked, 403 the account is locked, 405
// the client is too old, 503 not now.
func (p *Phone) Refuse(reason events.ConnectFailureReason) {
	p.refuse(failure(int(reason), nil))
}

// Ban refuses them because of what they did, for so long.
func (p *Phone) Ban(code events.TempBanReason, expire time.Duration) {
	p.refuse(failure(int(events.ConnectFailureTempBanned), attrs{"code": int(code), "expire": int(expire / time.Second)}))
}

func (p *Phone) refuse(n node) {
	p.server.mu.Lock()
	p.refusal = &n
	p.server.mu.Unlock()
	p.Disconnect()
}

// Admit lets the account's linked devices in again.
func (p *Phone) Admit() {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.refusal = nil
}
