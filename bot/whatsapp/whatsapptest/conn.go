package whatsapptest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"maps"
	"time"

	"github.com/coder/websocket"
	"go.mau.fi/libsignal/ecc"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

// Stanzas, as the library has them.
type (
	node  = waBinary.Node
	attrs = waBinary.Attrs
)

// lastWord is how long a connection stays open after a refusal, so that the
// client reads it before it sees the end.
const lastWord = 200 * time.Millisecond

// A conn is the connection of one device, or of one that is not linked yet.
// Beside the keys everything is under the server's lock.
type conn struct {
	server *Server
	ws     *websocket.Conn

	in, out           cipher.AEAD
	received, written uint32

	device  *device  // nil until it has logged in
	linking *linking // nil unless it wants to be linked
	queue   []node
	wake    chan struct{}
	ended   bool          // what it says is heard no more
	frozen  bool          // likewise, and it is told nothing
	grace   time.Duration // between the last stanza and the end
}

func (c *conn) run() {
	s := c.server
	done := make(chan struct{})
	defer func() {
		s.mu.Lock()
		c.ended = true
		delete(s.conns, c)
		maps.DeleteFunc(s.linking, func(_ string, l *linking) bool { return l == c.linking })
		if c.device != nil && c.device.conn == c {
			c.device.conn = nil
		}
		s.news()
		s.mu.Unlock()
		c.poke()
		<-done
		_ = c.ws.CloseNow()
	}()
	payload, noise, err := c.shake()
	go c.write(done)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.login(c, payload, noise)
	s.mu.Unlock()
	for {
		frame, err := c.frame()
		if err != nil {
			return
		}
		plain, err := c.in.Open(nil, nonce(c.received), frame, nil)
		c.received++
		if err != nil {
			return
		}
		plain, err = waBinary.Unpack(plain)
		if err != nil {
			return
		}
		n, err := waBinary.Unmarshal(plain)
		if err != nil {
			return
		}
		s.mu.Lock()
		if !c.ended && !c.frozen {
			s.handle(c, n)
			s.news()
		}
		s.mu.Unlock()
	}
}

// write sends what is queued, until the connection ends.
func (c *conn) write(done chan struct{}) {
	defer close(done)
	s := c.server
	for range c.wake {
		s.mu.Lock()
		queue, ended, grace, slow := c.queue, c.ended, c.grace, s.slow
		c.queue = nil
		s.mu.Unlock()
		for _, n := range queue {
			if slow > 0 {
				sleep(s.ctx.Done(), slow)
			}
			plain, err := waBinary.Marshal(n)
			if err != nil {
				panic(err) // a stanza of our own making
			}
			sealed := c.out.Seal(nil, nonce(c.written), plain, nil)
			c.written++
			if c.ws.Write(s.ctx, websocket.MessageBinary, framed(sealed)) != nil {
				break
			}
		}
		if ended {
			sleep(s.ctx.Done(), grace)
			_ = c.ws.CloseNow()
			return
		}
	}
}

func sleep(done <-chan struct{}, d time.Duration) {
	if d == 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-done:
	}
}

func (c *conn) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// send queues a stanza. The lock is held.
func (c *conn) send(n node) {
	if !c.ended && !c.frozen {
		c.queue = append(c.queue, n)
		c.poke()
	}
}

// end sends a last stanza and then closes. The lock is held.
func (c *conn) end(last node) {
	c.send(last)
	c.grace = lastWord
	c.leave()
}

// cut closes at once, and what is queued is lost. The lock is held.
func (c *conn) cut() {
	c.queue = nil
	c.leave()
}

func (c *conn) leave() {
	c.ended = true
	if c.device != nil && c.device.conn == c {
		c.device.conn = nil
	}
	c.poke()
}

// frame reads the next one; a client puts each into a message of its own.
func (c *conn) frame() ([]byte, error) {
	_, message, err := c.ws.Read(c.server.ctx)
	if err != nil {
		return nil, err
	}
	if len(message) < socket.FrameLengthSize {
		return nil, errors.New("short frame")
	}
	if body := message[socket.FrameLengthSize:]; len(body) == int(message[0])<<16|int(message[1])<<8|int(message[2]) {
		return body, nil
	}
	return nil, errors.New("broken frame")
}

func framed(body []byte) []byte {
	return append([]byte{byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

// shake does the server's part of Noise_XX_25519_AESGCM_SHA256 and returns what
// the client says of itself, and its key.
func (c *conn) shake() (*waWa6.ClientPayload, [32]byte, error) {
	none := [32]byte{}
	_, hello, err := c.ws.Read(c.server.ctx)
	if err != nil {
		return nil, none, err
	}
	start := len(socket.WAConnHeader) + socket.FrameLengthSize
	if len(hello) < start || string(hello[:len(socket.WAConnHeader)]) != string(socket.WAConnHeader) {
		return nil, none, errors.New("not the protocol's header")
	}
	var first, last waWa6.HandshakeMessage
	if err := proto.Unmarshal(hello[start:], &first); err != nil {
		return nil, none, err
	}
	a, own, theirs := theAuthority(), keys.NewKeyPair(), first.GetClientHello().GetEphemeral()
	h := newHandshake()
	h.mix(theirs)
	h.mix(own.Pub[:])
	if err := h.agree(own, theirs); err != nil {
		return nil, none, err
	}
	static := h.seal(a.static.Pub[:])
	if err := h.agree(a.static, theirs); err != nil {
		return nil, none, err
	}
	answer, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: own.Pub[:], Static: static, Payload: h.seal(a.chain),
	}})
	if err != nil {
		return nil, none, err
	}
	if err := c.ws.Write(c.server.ctx, websocket.MessageBinary, framed(answer)); err != nil {
		return nil, none, err
	}
	frame, err := c.frame()
	if err != nil {
		return nil, none, err
	}
	if err := proto.Unmarshal(frame, &last); err != nil {
		return nil, none, err
	}
	noise, err := h.open(last.GetClientFinish().GetStatic())
	if err != nil || len(noise) != 32 {
		return nil, none, errors.New("no key of the client")
	}
	if err := h.agree(own, noise); err != nil {
		return nil, none, err
	}
	plain, err := h.open(last.GetClientFinish().GetPayload())
	if err != nil {
		return nil, none, err
	}
	var payload waWa6.ClientPayload
	if err := proto.Unmarshal(plain, &payload); err != nil {
		return nil, none, err
	}
	in, out := h.expand(nil)
	c.in, c.out = gcm(in), gcm(out)
	return &payload, [32]byte(noise), nil
}

// A handshake is the state of Noise between two messages.
type handshake struct {
	hash, salt []byte
	aead       cipher.AEAD
	count      uint32
}

func newHandshake() *handshake {
	h := &handshake{hash: []byte(socket.NoiseStartPattern)}
	h.salt, h.aead = h.hash, gcm(h.hash)
	h.mix(socket.WAConnHeader)
	return h
}

func (h *handshake) mix(public []byte) {
	sum := sha256.Sum256(append(h.hash[:len(h.hash):len(h.hash)], public...))
	h.hash = sum[:]
}

func (h *handshake) agree(own *keys.KeyPair, theirs []byte) error {
	secret, err := curve25519.X25519(own.Priv[:], theirs)
	if err != nil {
		return err
	}
	salt, key := h.expand(secret)
	h.salt, h.aead, h.count = salt, gcm(key), 0
	return nil
}

func (h *handshake) expand(secret []byte) (first, second []byte) {
	both, err := hkdf.Key(sha256.New, secret, h.salt, "", 64)
	if err != nil {
		panic(err)
	}
	return both[:32], both[32:]
}

func (h *handshake) seal(plain []byte) []byte {
	sealed := h.aead.Seal(nil, nonce(h.count), plain, h.hash)
	h.count++
	h.mix(sealed)
	return sealed
}

func (h *handshake) open(sealed []byte) ([]byte, error) {
	plain, err := h.aead.Open(nil, nonce(h.count), sealed, h.hash)
	h.count++
	h.mix(sealed)
	return plain, err
}

func nonce(count uint32) []byte {
	return binary.BigEndian.AppendUint32(make([]byte, 8, 12), count)
}

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// certify makes the chain by which clients know the server: the root signs one
// in between, and that one the server's key.
func certify(root, static *keys.KeyPair) []byte {
	between := keys.NewKeyPair()
	begins, ends := uint64(time.Now().Add(-time.Hour).Unix()), uint64(time.Now().Add(24*time.Hour).Unix())
	signed := func(signer *keys.KeyPair, serial, issuer uint32, key []byte) *waCert.CertChain_NoiseCertificate {
		details, err := proto.Marshal(&waCert.CertChain_NoiseCertificate_Details{
			Serial: &serial, IssuerSerial: &issuer, Key: key, NotBefore: &begins, NotAfter: &ends,
		})
		if err != nil {
			panic(err)
		}
		signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*signer.Priv), details)
		return &waCert.CertChain_NoiseCertificate{Details: details, Signature: signature[:]}
	}
	chain, err := proto.Marshal(&waCert.CertChain{
		Intermediate: signed(root, 1, 0, between.Pub[:]),
		Leaf:         signed(between, 2, 1, static.Pub[:]),
	})
	if err != nil {
		panic(err)
	}
	return chain
}
