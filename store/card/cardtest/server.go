// Package cardtest has Mercado Pago and Cielo on loopback, for tests: they check
// every request as the real ones do, let a test pay, refuse, cancel, refund and
// charge back, make genuine and forged notifications, and fail on demand.
//
// A notification is a value: a test sends it, sends it again, late, in another
// order or not at all.
package cardtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
)

// A Fault is how the next request goes wrong.
type Fault int

// The faults. Silent answers nothing and breaks the connection, Cut breaks it
// within the body.
const (
	None    Fault = iota
	Down          // 500
	Busy          // 429, Retry-After: 7
	Silent        // no answer
	Cut           // half a body
	Garbage       // a page instead of JSON
	Moved         // a redirect to another path
	Endless       // two megabytes
	Hanging       // no answer until the client gives up
)

// A server is what both companies have in common.
type server struct {
	Address string

	mu      sync.Mutex
	fault   Fault
	refused []string
	calls   int
}

// Fail makes the next request go wrong.
func (s *server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Calls returns how many requests came.
func (s *server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Refused returns why requests were refused.
func (s *server) Refused() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// refuse answers 400 or what is given, and remembers why. It is called with
// the lock held, as every handler is.
func (s *server) refuse(w http.ResponseWriter, status int, why string) {
	s.refused = append(s.refused, why)
	answer(w, status, map[string]string{"message": why})
}

func (s *server) start(t testing.TB, h http.Handler) {
	t.Helper()
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls++
		fault := s.fault
		s.fault = None
		switch fault {
		case None:
			h.ServeHTTP(w, r)
		case Down:
			w.WriteHeader(http.StatusInternalServerError)
		case Busy:
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		case Silent:
			panic(http.ErrAbortHandler)
		case Cut:
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"id":`))
		case Garbage:
			_, _ = w.Write([]byte("<html>manutenção"))
		case Moved:
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case Endless:
			_, _ = w.Write(make([]byte, 2<<20))
		case Hanging:
			_, _ = io.Copy(io.Discard, r.Body) // only then is the client's going noticed
			<-r.Context().Done()
		}
	}))
	t.Cleanup(ts.Close)
	s.Address = ts.URL
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// secure tells whether it is an https address.
func secure(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != ""
}
