package whatsapptest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

// A linking is a client that shows a code and waits for a phone.
type linking struct {
	conn     *conn
	ref      string // one of those that it was given
	data     *waWa6.ClientPayload_DevicePairingRegistrationData
	noise    [32]byte
	phone    *Phone // that linked it
	hello    *node  // what it asked for with a code of eight letters
	finished *node  // its second word, then
}

// login lets a client in, or tells it why not.
func (s *Server) login(c *conn, payload *waWa6.ClientPayload, noise [32]byte) {
	data := payload.GetDevicePairingData()
	if (data != nil || payload.GetDevice() != 0) && payload.GetUserAgent().GetAppVersion().GetTertiary() < s.required {
		c.end(failure(405, nil))
		return
	}
	if data != nil {
		s.offer(c, data, noise)
		return
	}
	d := s.device(types.JID{User: strconv.FormatUint(payload.GetUsername(), 10), Server: types.DefaultUserServer, Device: uint16(payload.GetDevice())})
	switch {
	case d == nil || d.noise != noise:
		c.end(failure(401, attrs{"location": "frc"}))
		return
	case d.id != 0 && d.phone.refusal != nil:
		c.end(*d.phone.refusal)
		return
	}
	if d.conn != nil {
		d.conn.end(conflict("replaced"))
	}
	c.device, d.conn, d.active = d, c, false
	d.logins++
	c.send(node{Tag: "success", Attrs: attrs{"t": time.Now().Unix(), "lid": d.lid(), "location": "frc"}})
	s.news()
}

func failure(reason int, more attrs) node {
	n := node{Tag: "failure", Attrs: attrs{"reason": reason}}
	for k, v := range more {
		n.Attrs[k] = v
	}
	return n
}

func conflict(kind string) node {
	return node{Tag: "stream:error", Content: []node{{Tag: "conflict", Attrs: attrs{"type": kind}}}}
}

// offer gives an unlinked client what its QR codes are made of.
func (s *Server) offer(c *conn, data *waWa6.ClientPayload_DevicePairingRegistrationData, noise [32]byte) {
	c.linking = &linking{conn: c, data: data, noise: noise}
	var refs []node
	for range 6 { // the client shows one after another
		c.linking.ref = "2@" + base64.RawURLEncoding.EncodeToString(random(32))
		s.linking[c.linking.ref] = c.linking
		refs = append(refs, node{Tag: "ref", Content: []byte(c.linking.ref)})
	}
	c.send(node{
		Tag:     "iq",
		Attrs:   attrs{"from": types.ServerJID, "type": "set", "id": s.id(), "xmlns": "md"},
		Content: []node{{Tag: "pair-device", Content: refs}},
	})
	s.news()
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// Scan reads a QR code that a client shows, as the person would with the phone,
// and links the client. It returns as soon as the client has been told.
func (p *Phone) Scan(code string) error {
	if _, after, ok := strings.Cut(code, "#"); ok {
		code = after // newer clients make a link of it
	}
	part := strings.Split(code, ",")
	if len(part) < 4 {
		return errors.New("whatsapptest: not a code to link a device")
	}
	secret, err := base64.StdEncoding.DecodeString(part[3])
	if err != nil {
		return fmt.Errorf("whatsapptest: no secret in the code: %w", err)
	}
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.linking[part[0]]
	if !ok || l.phone != nil || l.conn.ended {
		return errors.New("whatsapptest: the code is no longer valid")
	}
	return p.link(l, secret)
}

// link tells the client that it belongs to the account. The lock is held.
func (p *Phone) link(l *linking, secret []byte) error {
	s := p.server
	p.links++
	id, platform, now := p.links, waAdv.ADVEncryptionType_E2EE, uint64(time.Now().Unix())
	raw, index := uint32(s.number()), uint32(p.links)
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{RawID: &raw, Timestamp: &now, KeyIndex: &index, AccountType: &platform, DeviceType: &platform})
	if err != nil {
		return err
	}
	own := p.client.Store.IdentityKey
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*own.Priv), slices.Concat([]byte{6, 0}, details, l.data.GetEIdent()))
	identity, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentity{
		Details: details, AccountSignatureKey: own.Pub[:], AccountSignature: signature[:],
	})
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(identity)
	sealed, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{Details: identity, HMAC: mac.Sum(nil)})
	if err != nil {
		return err
	}
	l.phone = p
	d := &device{
		phone: p, id: id, noise: l.noise, registration: l.data.GetERegid(), identity: l.data.GetEIdent(),
		signed: node{Tag: "skey", Content: []node{
			{Tag: "id", Content: l.data.GetESkeyID()},
			{Tag: "value", Content: l.data.GetESkeyVal()},
			{Tag: "signature", Content: l.data.GetESkeySig()},
		}},
	}
	p.linked = d
	l.conn.send(node{
		Tag:   "iq",
		Attrs: attrs{"from": types.ServerJID, "type": "set", "id": s.id(), "xmlns": "md"},
		Content: []node{{Tag: "pair-success", Content: []node{
			{Tag: "device-identity", Content: sealed},
			{Tag: "device", Attrs: attrs{"jid": d.jid(), "lid": d.lid()}},
			{Tag: "platform", Attrs: attrs{"name": "android"}},
		}}},
	})
	return nil
}

// signed is the client's consent to be linked; after it the stream starts anew.
func (s *Server) signed(c *conn, n *node) {
	p := c.linking.phone
	if p == nil || p.linked == nil {
		return
	}
	if _, refused := n.GetOptionalChildByTag("error"); refused {
		p.linked = nil
	} else if _, ok := n.GetOptionalChildByTag("pair-device-sign"); ok {
		p.devices[p.linked.id] = p.linked
		c.end(node{Tag: "stream:error", Attrs: attrs{"code": "515"}})
		s.relinked(p)
		p.linked = nil
	}
}

// relinked tells everyone to ask again which devices the account has.
func (s *Server) relinked(p *Phone) {
	for _, other := range s.phones {
		for _, d := range other.devices {
			for _, jid := range []types.JID{p.jid, p.lid} {
				s.deliver(d, node{
					Tag:     "notification",
					Attrs:   attrs{"from": jid, "type": "devices", "id": s.id(), "t": time.Now().Unix()},
					Content: []node{{Tag: "update", Attrs: attrs{"hash": "00"}}},
				})
			}
		}
	}
}

// Enter types in the eight letters that a client shows, as the person would on
// the phone, and links the client. The client must have asked for this number.
func (p *Phone) Enter(code string) error {
	code = strings.ReplaceAll(code, "-", "")
	s := p.server
	var l *linking
	s.mu.Lock()
	for _, other := range s.linking {
		if other.hello != nil && other.hello.AttrGetter().JID("jid").User == p.jid.User {
			l = other
		}
	}
	s.mu.Unlock()
	if l == nil {
		return errors.New("whatsapptest: no device asks to be linked")
	}
	wrapped, _ := l.hello.GetChildByTag("link_code_pairing_wrapped_companion_ephemeral_pub").Content.([]byte)
	theirs, err := wrap(code, wrapped)
	if err != nil {
		return err
	}
	own, identity := keys.NewKeyPair(), p.client.Store.IdentityKey
	blank := slices.Concat(random(48), own.Pub[:])
	ours, err := wrap(code, blank)
	if err != nil {
		return err
	}
	s.mu.Lock()
	l.conn.send(node{
		Tag:   "notification",
		Attrs: attrs{"from": types.ServerJID, "type": "link_code_companion_reg", "id": s.id(), "t": time.Now().Unix()},
		Content: []node{{Tag: "link_code_companion_reg", Attrs: attrs{"stage": "primary_hello"}, Content: []node{
			{Tag: "link_code_pairing_ref", Content: []byte(l.ref)},
			{Tag: "link_code_pairing_wrapped_primary_ephemeral_pub", Content: slices.Concat(blank[:48], ours)},
			{Tag: "primary_identity_pub", Content: identity.Pub[:]},
		}}},
	})
	s.mu.Unlock()
	s.wait("the device's second word", func() bool { return l.finished != nil || l.conn.ended })
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.finished == nil {
		return errors.New("whatsapptest: the device left")
	}
	shared, err := curve25519.X25519(own.Priv[:], theirs)
	if err != nil {
		return err
	}
	bundle, _ := l.finished.GetChildByTag("link_code_pairing_wrapped_key_bundle").Content.([]byte)
	if len(bundle) < 44 {
		return errors.New("whatsapptest: no keys from the device")
	}
	key, err := hkdf.Key(sha256.New, shared, bundle[:32], "link_code_pairing_key_bundle_encryption_key", 32)
	if err != nil {
		return err
	}
	plain, err := gcm(key).Open(nil, bundle[32:44], bundle[44:], nil)
	if err != nil || len(plain) != 96 {
		return errors.New("whatsapptest: the code was mistyped")
	}
	identities, err := curve25519.X25519(identity.Priv[:], plain[:32])
	if err != nil {
		return err
	}
	secret, err := hkdf.Key(sha256.New, slices.Concat(shared, identities, plain[64:]), nil, "adv_secret", 32)
	if err != nil {
		return err
	}
	return p.link(l, secret)
}

// wrap turns a public key around under the code; the salt and the vector stand
// in front of it.
func wrap(code string, key []byte) ([]byte, error) {
	if len(key) != 80 {
		return nil, errors.New("whatsapptest: no key to link with")
	}
	secret, err := pbkdf2.Key(sha256.New, code, key[:32], 2<<16, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 32)
	cipher.NewCTR(block, key[32:48]).XORKeyStream(out, key[48:])
	return out, nil
}

// register answers a client that wants to be linked by a code.
func (s *Server) register(c *conn, n *node) (answer []node, code int) {
	l := c.linking
	if l == nil {
		return nil, http.StatusMethodNotAllowed
	}
	reg := n.GetChildByTag("link_code_companion_reg")
	if reg.AttrGetter().String("stage") == "companion_finish" {
		l.finished = &reg
		return nil, 0
	}
	if s.phone(reg.AttrGetter().JID("jid")) == nil {
		return nil, http.StatusBadRequest
	}
	l.hello = &reg
	return []node{{Tag: "link_code_companion_reg", Content: []node{{Tag: "link_code_pairing_ref", Content: []byte(l.ref)}}}}, 0
}

// Unlink removes all devices from the account, as the person can on the phone.
func (p *Phone) Unlink() {
	p.server.until(time.Second, p.quiet)
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	for id, d := range p.devices {
		if id != 0 {
			p.server.unlink(d)
		}
	}
}

func (s *Server) unlink(d *device) {
	delete(d.phone.devices, d.id)
	if d.conn != nil {
		last := conflict("device_removed")
		last.Attrs = attrs{"code": "401"}
		d.conn.end(last)
	}
	s.relinked(d.phone)
}
