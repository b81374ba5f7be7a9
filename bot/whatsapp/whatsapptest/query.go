package whatsapptest

import (
	"net/http"
	"strings"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/types"
)

// fewKeys are so few that the client is told to make more.
const fewKeys = 5

// refusals are what the server says beside the code.
var refusals = map[int]string{
	http.StatusBadRequest:       "bad-request",
	http.StatusNotFound:         "item-not-found",
	http.StatusMethodNotAllowed: "not-allowed",
	http.StatusNotAcceptable:    "not-acceptable",
	http.StatusNotImplemented:   "feature-not-implemented",
}

// A device is one of an account: the phone itself, which is number 0, or one
// linked to it.
type device struct {
	phone        *Phone
	id           uint16
	noise        [32]byte // the key it logs in with
	registration []byte
	identity     []byte
	signed       node   // its signed prekey, as fetched
	oneTime      []node // prekeys, of which each is given away once
	uploaded     bool
	conn         *conn
	active       bool   // it takes messages
	pending      []node // what it has not acknowledged, in order
	unheard      string // the message at whose receipt the connection breaks
	logins       int
}

func (d *device) jid() types.JID { return at(d.phone.jid, d.id) }
func (d *device) lid() types.JID { return at(d.phone.lid, d.id) }

func at(jid types.JID, device uint16) types.JID {
	jid.Device = device
	return jid
}

// phone finds the account that an address belongs to, or nil. Brazilian mobiles
// are found with and without their ninth digit.
func (s *Server) phone(jid types.JID) *Phone {
	short := jid.User
	if len(short) == 13 && strings.HasPrefix(short, "55") && short[4] == '9' {
		short = short[:4] + short[5:]
	}
	for _, p := range s.phones {
		if jid.Server == types.HiddenUserServer && p.lid.User == jid.User {
			return p
		}
		if jid.Server == types.DefaultUserServer && (p.jid.User == jid.User || p.jid.User == short) {
			return p
		}
	}
	return nil
}

func (s *Server) device(jid types.JID) *device {
	if p := s.phone(jid); p != nil {
		return p.devices[jid.Device]
	}
	return nil
}

// handle does what a client says. The lock is held.
func (s *Server) handle(c *conn, n *node) {
	if c.device == nil {
		switch {
		case c.linking == nil || n.Tag != "iq":
		case n.AttrGetter().OptionalString("type") == "result" || n.AttrGetter().OptionalString("type") == "error":
			s.signed(c, n)
		default:
			s.query(c, n)
		}
		return
	}
	switch n.Tag {
	case "iq":
		s.query(c, n)
	case "message":
		s.message(c, n)
	case "receipt":
		s.receipt(c, n)
	case "ack":
		c.device.settle(n.AttrGetter().OptionalString("class"), n)
	case "chatstate":
		s.chatstate(c.device, n)
	case "presence":
		s.presence(c.device, n)
	case "call":
		s.call(c, n)
	}
}

// query answers an iq.
func (s *Server) query(c *conn, n *node) {
	ag := n.AttrGetter()
	answer, code := []node(nil), 0
	children := n.GetChildren()
	var first node
	if len(children) > 0 {
		first = children[0]
	}
	switch what := strings.TrimSpace(ag.OptionalString("xmlns") + " " + ag.OptionalString("type") + " " + first.Tag); what {
	case "w:p get", "w:p get ping":
	case "passive set active":
		c.send(result(n, nil))
		s.activate(c)
		return
	case "passive set passive":
		c.device.active = false
	case "encrypt get count":
		count := len(c.device.oneTime)
		if !c.device.uploaded {
			count = 1
		}
		answer = []node{{Tag: "count", Attrs: attrs{"value": count}}}
	case "encrypt set registration":
		d := c.device
		d.registration, _ = n.GetChildByTag("registration").Content.([]byte)
		d.identity, _ = n.GetChildByTag("identity").Content.([]byte)
		d.signed = n.GetChildByTag("skey")
		list := n.GetChildByTag("list")
		d.oneTime = append(d.oneTime, list.GetChildren()...)
		d.uploaded = true
	case "encrypt get key":
		answer = []node{{Tag: "list", Content: s.bundles(first.GetChildren())}}
	case "usync get usync":
		answer = []node{s.usync(c.device, &first)}
	case "w:m set media_conn":
		answer = []node{{
			Tag: "media_conn", Attrs: attrs{"auth": mediaAuth, "ttl": 3600, "auth_ttl": 3600, "max_buckets": 12},
			Content: []node{{Tag: "host", Attrs: attrs{"hostname": mediaHost}}},
		}}
	case "md set link_code_companion_reg":
		answer, code = s.register(c, n)
	case "md set remove-companion-device":
		c.send(result(n, nil))
		s.unlink(c.device)
		return
	case "privacy get privacy":
		answer = []node{{Tag: "privacy"}}
	case "status get privacy":
		code = http.StatusNotFound // nothing set: all contacts
	case "blocklist get", "blocklist set item":
		answer = []node{{Tag: "list", Attrs: attrs{"dhash": "0"}}}
	case "w:profile:picture get picture":
		code = http.StatusNotFound
	case "w:g2 get query":
		if g := s.groups[ag.JID("to")]; g != nil {
			answer = []node{g.node()}
		} else {
			code = http.StatusNotFound
		}
	case "status set status", "w:biz set business_profile", "disappearing_mode set disappearing_mode", "urn:xmpp:whatsapp:dirty set clean":
	default:
		s.strange = append(s.strange, what)
		code = http.StatusNotImplemented
	}
	if code != 0 {
		c.send(node{
			Tag:     "iq",
			Attrs:   attrs{"from": types.ServerJID, "type": "error", "id": n.Attrs["id"]},
			Content: []node{{Tag: "error", Attrs: attrs{"code": code, "text": refusals[code]}}},
		})
		return
	}
	c.send(result(n, answer))
}

func result(n *node, content []node) node {
	answer := node{Tag: "iq", Attrs: attrs{"from": types.ServerJID, "type": "result", "id": n.Attrs["id"]}}
	if to, ok := n.Attrs["to"]; ok {
		answer.Attrs["from"] = to
	}
	if content != nil {
		answer.Content = content
	}
	return answer
}

// bundles are keys with which a session can be started, one of each device.
func (s *Server) bundles(users []node) []node {
	var list []node
	for _, user := range users {
		jid := user.AttrGetter().JID("jid")
		d := s.device(jid)
		if d == nil || d.identity == nil {
			list = append(list, node{
				Tag: "user", Attrs: attrs{"jid": jid},
				Content: []node{{Tag: "error", Attrs: attrs{"code": http.StatusNotAcceptable, "text": refusals[http.StatusNotAcceptable]}}},
			})
			continue
		}
		bundle := []node{
			{Tag: "registration", Content: d.registration},
			{Tag: "type", Content: []byte{ecc.DjbType}},
			{Tag: "identity", Content: d.identity},
			d.signed,
		}
		if len(d.oneTime) > 0 {
			bundle = append(bundle, d.oneTime[0])
			d.oneTime = d.oneTime[1:]
			if len(d.oneTime) == fewKeys-1 {
				s.deliver(d, node{
					Tag:     "notification",
					Attrs:   attrs{"from": types.ServerJID, "type": "encrypt", "id": s.id(), "t": time.Now().Unix()},
					Content: []node{{Tag: "count", Attrs: attrs{"value": len(d.oneTime)}}},
				})
			}
		}
		list = append(list, node{Tag: "user", Attrs: attrs{"jid": jid, "t": time.Now().Unix()}, Content: bundle})
	}
	return list
}

// usync answers what a device asks of each user in a list. Of its own user's
// devices it is told the others.
func (s *Server) usync(by *device, n *node) node {
	asked, users := n.GetChildByTag("query"), n.GetChildByTag("list")
	var list []node
	for _, user := range users.GetChildren() {
		jid, content := user.AttrGetter().OptionalJIDOrEmpty("jid"), []node(nil)
		contact, byNumber := user.GetOptionalChildByTag("contact")
		if byNumber {
			number, _ := contact.Content.([]byte)
			digits, _, _ := strings.Cut(strings.TrimPrefix(string(number), "+"), "@")
			jid = types.NewJID(digits, types.DefaultUserServer)
		}
		p, in := s.phone(jid), "out"
		if p != nil {
			in = "in"
			if byNumber {
				jid = p.jid
			}
		}
		for _, what := range asked.GetChildren() {
			switch {
			case what.Tag == "contact":
				content = append(content, node{Tag: "contact", Attrs: attrs{"type": in}, Content: contact.Content})
			case p == nil:
			case what.Tag == "lid":
				content = append(content, node{Tag: "lid", Attrs: attrs{"val": p.lid}})
			case what.Tag == "devices":
				var devices []node
				for _, d := range p.inOrder() {
					if d == by {
						continue
					}
					devices = append(devices, node{Tag: "device", Attrs: attrs{"id": int(d.id), "key-index": int(d.id), "is_hosted": "false"}})
				}
				content = append(content, node{Tag: "devices", Content: []node{{Tag: "device-list", Content: devices}}})
			}
		}
		if p == nil && !byNumber {
			continue
		}
		list = append(list, node{Tag: "user", Attrs: attrs{"jid": jid}, Content: content})
	}
	return node{Tag: "usync", Attrs: attrs{"index": "0", "last": "true", "sid": n.Attrs["sid"], "mode": n.Attrs["mode"]}, Content: []node{
		{Tag: "result"}, {Tag: "list", Content: list},
	}}
}
