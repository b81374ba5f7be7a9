// Package whatsapptest is a WhatsApp server on loopback, for tests. Real,
// unmodified whatsmeow clients pair with it, connect and talk: it speaks the
// Noise handshake under a root key of its own, binary nodes, pairing by QR and
// by code, prekeys, device lists, routing by LID and by phone number, receipts,
// the offline queue and media. What is said stays encrypted from client to
// client; the server never reads a message.
//
//	s := whatsapptest.New(t)
//	phone := s.Phone("+557933330000") // the utility's: its companion is the bot
//	client.SetPreLoginHTTPClient(s.HTTP()) // and the two others like it
//	…
//	phone.Scan(code)
//	maria := s.Customer("+5579988887777", phone)
//	maria.Say("oi")
//	maria.Next().Text
//
// Trouble is made by methods: Phone.FailSends and FailDeliveries for single
// messages, Phone.StreamError, Disconnect, Refuse and Unlink for connections,
// Server.FailUploads and ForgetMedia for media.
//
// # Why
//
// People are whatsmeow clients too, but as the phone itself (device 0), which
// the protocol allows and which saves their pairing. Their keys are in memory:
// they are props of the test, and sixty of them must come up in a second. A
// client that has no keys at the server yet is told that there is one, for then
// it makes 50 of them at once and not 812.
//
// What another version of whatsmeow says or wants to hear otherwise is in
// Server.handle and the functions it calls, and in the two messages of
// conn.shake. The wire formats themselves are whatsmeow's own packages.
package whatsapptest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// mediaHost is the one that clients are told to bring media to.
const mediaHost = "mmg.whatsapp.net"

// Revision is the newest version of the web client, as the server's page has
// it until Requires says otherwise.
const Revision = 1099000000

// authority is what clients must trust. It is one for the process, as
// whatsmeow has one variable for it and tests run side by side.
type authority struct {
	root        *keys.KeyPair // signs the certificate of the handshake
	static      *keys.KeyPair // the server's own key there
	chain       []byte        // the certificate, as sent
	certificate tls.Certificate
}

var theAuthority = sync.OnceValue(func() *authority {
	a := &authority{root: keys.NewKeyPair(), static: keys.NewKeyPair()}
	a.chain = certify(a.root, a.static)
	a.certificate = certificate()
	whatsmeow.WACertPubKey = *a.root.Pub
	return a
})

// certificate is for TLS under the names that clients dial.
func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "whatsapptest"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		DNSNames:     []string{"web.whatsapp.com", mediaHost},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// A Server is WhatsApp, as far as a test's clients can tell. Its methods may be
// called from any goroutine.
type Server struct {
	t      testing.TB
	http   *http.Client
	server *httptest.Server
	ctx    context.Context
	wg     sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed and made anew whenever something happens
	conns    map[*conn]bool
	phones   []*Phone
	linking  map[string]*linking // by reference
	groups   map[types.JID]*group
	media    map[string][]byte // by path
	uploads  int               // of media, that are still to fail
	revision uint32
	required uint32
	slow     time.Duration
	serial   int
	strange  []string
}

// New starts a server, which ends with the test. It makes whatsmeow trust it,
// in this whole process.
func New(t testing.TB) *Server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		t:        t,
		ctx:      ctx,
		changed:  make(chan struct{}),
		conns:    map[*conn]bool{},
		linking:  map[string]*linking{},
		groups:   map[types.JID]*group{},
		media:    map[string][]byte{},
		revision: Revision,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("web.whatsapp.com/ws/chat", s.chat)
	mux.HandleFunc("web.whatsapp.com/{$}", s.page)
	mux.HandleFunc("web.whatsapp.com/sw.js", s.page)
	mux.HandleFunc("POST "+mediaHost+"/mms/{kind}/{token}", s.upload)
	mux.HandleFunc("GET "+mediaHost+"/v/{token}", s.download)
	s.server = httptest.NewUnstartedServer(mux)
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that are killed shake no hands
	s.server.TLS = &tls.Config{Certificates: []tls.Certificate{theAuthority().certificate}}
	s.server.StartTLS()
	s.http = dialer(s.server.Listener.Addr().String(), theAuthority().certificate.Leaf)
	t.Cleanup(func() {
		s.mu.Lock()
		phones := s.phones
		s.mu.Unlock()
		for _, p := range phones {
			if p.online() {
				p.Offline()
			}
		}
		cancel()
		s.mu.Lock()
		for c := range s.conns {
			c.cut()
		}
		s.mu.Unlock()
		s.wg.Wait()
		s.http.CloseIdleConnections()
		s.server.Close()
	})
	return s
}

// HTTP is the client to give to whatsmeow: SetWebsocketHTTPClient,
// SetPreLoginHTTPClient, SetMediaHTTPClient and GetLatestVersion. Whatever
// address it is asked for, it dials no other than the server's.
func (s *Server) HTTP() *http.Client { return s.http }

// Invitation is what another process needs to reach the server, for Join. It is
// one word, fit for a variable of the environment.
func (s *Server) Invitation() string {
	a := theAuthority()
	return strings.Join([]string{
		s.server.Listener.Addr().String(),
		base64.RawURLEncoding.EncodeToString(a.root.Pub[:]),
		base64.RawURLEncoding.EncodeToString(a.certificate.Leaf.Raw),
	}, ",")
}

// Join makes whatsmeow in this process trust the server that gave the
// invitation, and returns a client like Server.HTTP.
func Join(invitation string) (*http.Client, error) {
	part := strings.Split(invitation, ",")
	if len(part) != 3 {
		return nil, errors.New("whatsapptest: not an invitation")
	}
	root, err := base64.RawURLEncoding.DecodeString(part[1])
	if err != nil || len(root) != len(whatsmeow.WACertPubKey) {
		return nil, fmt.Errorf("whatsapptest: no root key in the invitation: %w", err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(part[2])
	if err != nil {
		return nil, fmt.Errorf("whatsapptest: no certificate in the invitation: %w", err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, fmt.Errorf("whatsapptest: no certificate in the invitation: %w", err)
	}
	whatsmeow.WACertPubKey = [32]byte(root)
	return dialer(part[0], leaf), nil
}

func dialer(address string, leaf *x509.Certificate) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		},
		TLSClientConfig: &tls.Config{RootCAs: pool},
	}}
}

// page is where whatsmeow.GetLatestVersion looks.
func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(w, `{"server_revision":%d,"client_revision":%d,"push_phase":"C3"}`, s.revision, s.revision)
}

// Requires sets the newest revision of the web client, which the page has from
// now on, and refuses companions with an older one as outdated (405): those that
// log in and those that want to be linked.
func (s *Server) Requires(revision uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revision, s.required = revision, revision
}

// Slow delays every stanza to a client and every piece of media by so much.
func (s *Server) Slow(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = d
}

// Strange are the queries that clients made and the server did not know: each
// one's namespace, type and first element. It refused them.
func (s *Server) Strange() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.strange...)
}

// chat is the door of the protocol.
func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	ws.SetReadLimit(socket.FrameMaxSize)
	c := &conn{server: s, ws: ws, wake: make(chan struct{}, 1)}
	s.mu.Lock()
	if s.ctx.Err() != nil {
		s.mu.Unlock()
		_ = ws.CloseNow()
		return
	}
	s.conns[c] = true
	s.wg.Add(1)
	s.mu.Unlock()
	defer s.wg.Done()
	c.run()
}

// news wakes all who wait for something to happen. The lock is held.
func (s *Server) news() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// patience is how long a test waits for what must come.
const patience = time.Minute

// wait returns when the condition, which is looked at under the lock, holds.
// The test fails if it never does.
func (s *Server) wait(what string, condition func() bool) {
	s.t.Helper()
	if !s.until(patience, condition) {
		s.t.Fatalf("whatsapptest: %s did not come in %v", what, patience)
	}
}

// until waits for the condition so long, and tells whether it holds.
func (s *Server) until(limit time.Duration, condition func() bool) bool {
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		s.mu.Lock()
		ok, changed := condition(), s.changed
		s.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-late.C:
			return false
		}
	}
}

// number returns one that was not used before. The lock is held.
func (s *Server) number() int {
	s.serial++
	return s.serial
}
