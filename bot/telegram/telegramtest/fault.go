package telegramtest

import (
	"net/http"
	"time"
)

// A Fault is a way in which a call fails.
type Fault struct {
	before func(*Server, request, http.ResponseWriter) (answered bool)
	after  func(http.ResponseWriter) (answered bool)
}

// Fail makes the next calls of a method fail, one fault a call.
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// TooMany refuses with 429 and asks to leave the chat alone for so many
// seconds; what comes earlier is refused too, and counted by Impatient.
func TooMany(seconds int) Fault {
	return Fault{before: func(s *Server, q request, w http.ResponseWriter) bool {
		s.mu.Lock()
		if c, ok := s.chats[q.number("chat_id")]; ok {
			c.held = time.Now().Add(time.Duration(seconds) * time.Second)
		}
		s.mu.Unlock()
		answer(w, nil, tooMany(seconds))
		return true
	}}
}

func tooMany(seconds int) *refusal {
	return &refusal{code: http.StatusTooManyRequests, description: "Too Many Requests: retry later", after: seconds}
}

// Status answers with a gateway's page in HTML.
func Status(code int) Fault {
	return Fault{before: func(_ *Server, _ request, w http.ResponseWriter) bool {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(code)
		_, _ = w.Write([]byte("<html><body><h1>" + http.StatusText(code) + "</h1></body></html>"))
		return true
	}}
}

// Says refuses with a code and a description of the Bot API.
func Says(code int, description string) Fault {
	return Fault{before: func(_ *Server, _ request, w http.ResponseWriter) bool {
		answer(w, nil, &refusal{code: code, description: description})
		return true
	}}
}

// BadEntities refuses the marks in a text.
func BadEntities() Fault {
	return Says(http.StatusBadRequest, `Bad Request: can't parse entities: Unsupported start tag "b" at byte offset 0`)
}

// ResetBefore breaks the connection and does nothing.
func ResetBefore() Fault {
	return Fault{before: func(_ *Server, _ request, w http.ResponseWriter) bool { return reset(w) }}
}

// ResetAfter does what was asked, and breaks the connection instead of answering.
func ResetAfter() Fault { return Fault{after: reset} }

// Hold keeps the bot waiting until it is released, and does nothing. Release
// tells whether the bot was waiting to the end.
func Hold() (held Fault, release func() (waiting bool)) {
	gate, left := make(chan struct{}), make(chan bool, 1)
	held.before = func(s *Server, q request, w http.ResponseWriter) bool {
		select {
		case <-gate:
			left <- true
		case <-q.ctx.Done():
			left <- false
		case <-s.done:
		}
		return reset(w)
	}
	return held, func() bool {
		close(gate)
		return <-left
	}
}

// Hang keeps the bot waiting for so long; it does what was asked only if the
// bot waits.
func Hang(d time.Duration) Fault {
	return Fault{before: func(s *Server, q request, w http.ResponseWriter) bool {
		select {
		case <-time.After(d):
			return false
		case <-q.ctx.Done():
		case <-s.done:
		}
		return reset(w)
	}}
}
