// Package banktest is a bank on loopback that speaks the PIX API of the Banco
// Central, version 2.9, for tests. It asks for a certificate and a token as banks
// do, refuses what the API refuses, lets a test pay and send money back, posts
// webhooks when told to, and fails in the ways in which banks fail.
//
// Its clock stands still until the test sets it.
package banktest

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lojavirtual/store"
)

// The receiver, as the bank knows it.
const (
	ClientID = "loja-banktest"
	Secret   = "s3cr3t+/=of banktest"
	Key      = "123e4567-e12b-12d1-a456-426655440000"
)

// Scopes is what the receiver may do.
const Scopes = "cob.write cob.read cobv.write cobv.read pix.read webhook.write webhook.read"

// A Bank is a bank with one receiver. It is safe for concurrent use.
type Bank struct {
	API, Token string // addresses
	Files             // of the receiver's certificate

	tb        testing.TB
	authority *authority
	pinned    [sha256.Size]byte // the receiver's certificate
	http      *httptest.Server
	post      *http.Client // with the bank's own certificate

	mu       sync.Mutex
	now      time.Time
	tokens   map[string]string // granted, with their scopes
	scopes   string
	life     int // seconds that a token is said to live
	issued   int
	calls    map[string]int // by method and resource: "PUT cob"
	faults   []Fault
	out      bool
	existing int // how a PUT of an existing charge is refused; 0 changes it
	bare     bool
	charges  map[string]*charge // by txid
	payments []*Payment
	webhook  string
}

// New starts a bank whose clock shows noon in Aracaju of 10 November 2026. It ends
// with the test.
func New(tb testing.TB) *Bank {
	b := &Bank{
		tb: tb, authority: newAuthority(tb), now: time.Date(2026, 11, 10, 15, 0, 0, 0, time.UTC),
		tokens: map[string]string{}, scopes: Scopes, life: 3600, calls: map[string]int{}, charges: map[string]*charge{},
	}
	b.Files = b.authority.issue(tb, ClientID)
	pair, err := tls.LoadX509KeyPair(b.Certificate, b.PrivateKey)
	if err != nil {
		tb.Fatal(err)
	}
	b.pinned = sha256.Sum256(pair.Certificate[0])
	own, err := tls.LoadX509KeyPair(b.authority.issue(tb, "bank").pair())
	if err != nil {
		tb.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth/token", b.grant)
	for pattern, h := range map[string]handler{
		"PUT /api/v2/{kind}/{txid}":   {"write", b.put},
		"PATCH /api/v2/{kind}/{txid}": {"write", b.patch},
		"GET /api/v2/{kind}/{txid}":   {"read", b.get},
		"GET /api/v2/{kind}":          {"read", b.list},
	} {
		mux.Handle(pattern, b.api(h))
	}
	b.http = httptest.NewUnstartedServer(mux)
	b.http.Config.ErrorLog = log.New(io.Discard, "", 0)
	b.http.TLS = &tls.Config{
		Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: b.authority.pool, MinVersion: tls.VersionTLS12,
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			if sha256.Sum256(raw[0]) != b.pinned {
				return fmt.Errorf("not the receiver's certificate")
			}
			return nil
		},
	}
	b.http.StartTLS()
	tb.Cleanup(b.http.Close)
	b.API, b.Token = b.http.URL+"/api/v2", b.http.URL+"/oauth/token"
	b.post = &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{own}, RootCAs: b.authority.pool, MinVersion: tls.VersionTLS12},
	}}
	tb.Cleanup(b.post.CloseIdleConnections)
	return b
}

// Stranger returns the files of a certificate that the same authority has issued
// and the bank does not know.
func (b *Bank) Stranger() Files { return b.authority.issue(b.tb, "stranger") }

// Receiver serves a handler over TLS to whoever has a certificate of the bank's
// authority, and returns its address: a place for webhooks.
func (b *Bank) Receiver(h http.Handler) string {
	pair, err := tls.LoadX509KeyPair(b.authority.issue(b.tb, "receiver").pair())
	if err != nil {
		b.tb.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: b.authority.pool, MinVersion: tls.VersionTLS12}
	s.StartTLS()
	b.tb.Cleanup(s.Close)
	return s.URL
}

// set changes the bank.
func (b *Bank) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

// SetNow sets the clock.
func (b *Bank) SetNow(t time.Time) { b.set(func() { b.now = t }) }

// SetOut makes the bank answer everything with 503, or ends that.
func (b *Bank) SetOut(out bool) { b.set(func() { b.out = out }) }

// SetScopes changes what the receiver may do from the next token on.
func (b *Bank) SetScopes(scopes string) { b.set(func() { b.scopes = scopes }) }

// SetTokenLife changes how long the next tokens are said to live, in seconds.
func (b *Bank) SetTokenLife(seconds int) { b.set(func() { b.life = seconds }) }

// RevokeTokens ends all tokens, whatever was said of their life.
func (b *Bank) RevokeTokens() { b.set(func() { b.tokens = map[string]string{} }) }

// RefuseExisting makes a PUT of a charge that is there fail with a code, as some
// banks do; with 0 it changes the charge if that is active, as the API says.
func (b *Bank) RefuseExisting(code int) { b.set(func() { b.existing = code }) }

// OnlyLocation leaves pixCopiaECola out of what is answered.
func (b *Bank) OnlyLocation() { b.set(func() { b.bare = true }) }

// Tokens returns how many tokens were granted.
func (b *Bank) Tokens() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.issued
}

// Calls returns how many requests came, such as "PUT cob", refused ones included.
func (b *Bank) Calls(request string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[request]
}

// A Fault is a way in which a request fails. The zero Fault breaks the connection.
type Fault struct {
	Code       int    // answered as a problem of the API; 0 breaks the connection
	RetryAfter string // header
	Page       bool   // answers a gateway's page in HTML instead of a problem
	Body       string // answers this instead of a problem
	Done       bool   // does what was asked before failing
	Cut        bool   // with Done: answers rightly, and breaks off in the middle
	Hang       bool   // keeps the caller waiting until it goes
}

// Fail makes the next requests fail, one fault each; those of tokens excepted.
func (b *Bank) Fail(faults ...Fault) { b.set(func() { b.faults = append(b.faults, faults...) }) }

// patience is how long Hang waits at most for a caller to go.
const patience = 20 * time.Second

// fail answers as the fault says. What was done, if it was, is in done.
func (f Fault) fail(w http.ResponseWriter, r *http.Request, done *httptest.ResponseRecorder) {
	switch {
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-time.After(patience):
		}
		panic(http.ErrAbortHandler)
	case f.Cut:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(done.Code)
		_, _ = w.Write(done.Body.Bytes()[:done.Body.Len()/2])
	case f.Code == 0:
		panic(http.ErrAbortHandler)
	default:
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", f.RetryAfter)
		}
		switch {
		case f.Page:
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(f.Code)
			fmt.Fprintf(w, "<html><h1>%s</h1></html>", http.StatusText(f.Code))
		case f.Body != "":
			w.WriteHeader(f.Code)
			_, _ = io.WriteString(w, f.Body)
		default:
			answer(w, f.Code, nil, &problem{Status: f.Code, Type: faultKinds[f.Code], Title: "banktest"})
		}
	}
}

// faultKinds are the API's general problems.
var faultKinds = map[int]string{400: "RequisicaoInvalida", 403: "AcessoNegado", 404: "NaoEncontrado", 410: "PermanentementeRemovido", 500: "ErroInternoDoServidor", 503: "ServicoIndisponivel", 504: "IndisponibilidadePorTempoEsgotado"}

// A problem is a refusal (RFC 7807).
type problem struct {
	Type       string      `json:"type"`
	Title      string      `json:"title"`
	Status     int         `json:"status"`
	Detail     string      `json:"detail,omitempty"`
	Trace      string      `json:"correlationId"`
	Violations []violation `json:"violacoes,omitempty"`
}

// A violation names a field, and like real banks repeats what is in it.
type violation struct {
	Reason   string `json:"razao"`
	Property string `json:"propriedade"`
	Value    string `json:"valor,omitempty"`
}

// answer writes a body, or a problem if there is one.
func answer(w http.ResponseWriter, code int, body any, p *problem) {
	w.Header().Set("Content-Type", "application/json")
	if p != nil {
		w.Header().Set("Content-Type", "application/problem+json")
		p.Type, p.Trace = "https://pix.bcb.gov.br/api/v2/error/"+p.Type, "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
		code, body = p.Status, p
	}
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

// grant gives out tokens (RFC 6749, client credentials).
func (b *Bank) grant(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, secret, ok := r.BasicAuth()
	decode := strings.NewReplacer("%2B", "+", "%2F", "/", "%3D", "=", "+", " ")
	switch {
	case b.out:
		answer(w, 0, nil, &problem{Status: 503, Type: "ServicoIndisponivel"})
	case !ok || id != ClientID || decode.Replace(secret) != Secret:
		answer(w, 401, map[string]string{"error": "invalid_client", "error_description": "client " + id + " with " + secret}, nil)
	case r.FormValue("grant_type") != "client_credentials":
		answer(w, 400, map[string]string{"error": "unsupported_grant_type"}, nil)
	default:
		b.issued++
		token := "token-" + rand.Text()
		b.tokens[token] = b.scopes
		answer(w, 200, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": b.life, "scope": b.scopes}, nil)
	}
}

// A handler answers one kind of request. It is called with the bank locked.
type handler struct {
	right string // read or write
	serve func(r *http.Request, resource string) (code int, body any, p *problem)
}

// api is what stands before every request of the API.
func (b *Bank) api(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		resource := r.PathValue("kind")
		b.mu.Lock()
		b.calls[r.Method+" "+resource]++
		scopes, known := b.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
		out := b.out
		var fault *Fault
		if len(b.faults) > 0 {
			fault, b.faults = &b.faults[0], b.faults[1:]
		}
		b.mu.Unlock()

		done := httptest.NewRecorder()
		if fault == nil || fault.Done {
			switch {
			case out:
				answer(done, 0, nil, &problem{Status: 503, Type: "ServicoIndisponivel", Title: "Serviço indisponível"})
			case !known:
				answer(done, 401, map[string]string{"error": "invalid_token"}, nil)
			case !slices.Contains(strings.Fields(scopes), resource+"."+h.right):
				answer(done, 0, nil, &problem{Status: 403, Type: "AcessoNegado", Title: "Acesso negado"})
			default:
				b.mu.Lock()
				code, body, p := h.serve(r, resource)
				answer(done, code, body, p)
				b.mu.Unlock()
			}
		}
		if fault != nil {
			fault.fail(w, r, done)
			return
		}
		for k, v := range done.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(done.Code)
		_, _ = w.Write(done.Body.Bytes())
	})
}

// page cuts one page out of items.
func page[T any](r *http.Request, items []T) (paged []T, parameters map[string]any, p *problem) {
	number := func(name string, initial int) int {
		if s := r.FormValue("paginacao." + name); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil {
				return -1
			}
			return n
		}
		return initial
	}
	current, size := number("paginaAtual", 0), number("itensPorPagina", 100)
	if current < 0 || size < 1 || size > 1000 {
		return nil, nil, &problem{Status: 400, Type: "RequisicaoInvalida", Title: "Paginação inválida"}
	}
	from := min(current*size, len(items))
	return items[from:min(from+size, len(items))], map[string]any{
		"inicio": r.FormValue("inicio"), "fim": r.FormValue("fim"),
		"paginacao": map[string]int{
			"paginaAtual": current, "itensPorPagina": size,
			"quantidadeDePaginas": max(1, (len(items)+size-1)/size), "quantidadeTotalDeItens": len(items),
		},
	}, nil
}

// span reads the time that a list is asked for.
func span(r *http.Request) (from, to time.Time, p *problem) {
	from, err := time.Parse(time.RFC3339, r.FormValue("inicio"))
	to, err2 := time.Parse(time.RFC3339, r.FormValue("fim"))
	if err != nil || err2 != nil || to.Before(from) {
		return from, to, &problem{Status: 400, Type: "CobConsultaInvalida", Title: "Consulta inválida"}
	}
	return from, to, nil
}

// digits returns 32 of them for a location.
func digits() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:])
	return hex.EncodeToString(raw[:])
}

// reais writes an amount as the API does.
func reais(m store.Money) string { return fmt.Sprintf("%d.%02d", m/100, m%100) }

// safe tells whether payments may be told of at an address: over TLS, or on this
// machine.
func safe(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" && u.Host != "" || u.Scheme == "http" && ip != nil && ip.IsLoopback()
}
