// Package telegramtest is a Bot API server on loopback, for tests. It refuses
// what Telegram refuses, keeps what was said to each person, lets a test act as
// a person, and fails in Telegram's ways when told to.
package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Token is the token of the server's one bot.
const Token = "123456:AAE-telegramtest_Secret"

// Username is the bot's.
const Username = "loja_test_bot"

// patience is how long a test waits for what should come at once.
const patience = time.Minute

// A Server is a Bot API server with one bot. It is safe for concurrent use,
// except that methods which can fail the test belong to the test's goroutine.
type Server struct {
	tb   testing.TB
	http *httptest.Server
	done chan struct{} // closed when the test is over
	work sync.WaitGroup

	mu        sync.Mutex
	changed   chan struct{} // closed and replaced at each change
	chats     map[int64]*Chat
	files     map[string]*File
	history   []delivery // updates that nobody has confirmed
	allowed   []string
	duplicate bool
	last      int64 // number given last, to whatever but updates
	update    int64 // id of the last update
	weeks     int   // silent ones
	poll      int64 // the request for updates that counts
	hook      *hook
	faults    map[string][]Fault
	calls     map[string]int
	refused   []string
	impatient int
	queries   map[string]bool // presses by their id: whether they were answered
	commands  []string
	left      []int64
}

// A delivery is an update on its way to the bot.
type delivery struct {
	id   int64
	body json.RawMessage
}

type hook struct{ url, secret string }

// New starts a server that ends with the test.
func New(tb testing.TB) *Server {
	s := &Server{
		tb: tb, done: make(chan struct{}), changed: make(chan struct{}), last: 1000, update: 1_000_000,
		chats: map[int64]*Chat{}, files: map[string]*File{}, faults: map[string][]Fault{},
		calls: map[string]int{}, queries: map[string]bool{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", s.serve)
	mux.HandleFunc("GET /file/{token}/files/{id}", s.give)
	s.http = httptest.NewServer(mux)
	s.work.Go(s.post)
	tb.Cleanup(func() {
		close(s.done)
		s.work.Wait()
		s.http.Close()
	})
	return s
}

// URL is the server's address, to be given to a bot in place of Telegram's.
func (s *Server) URL() string { return s.http.URL }

// Chat returns the private chat with a person; it exists from then on.
func (s *Server) Chat(person int64) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.chats[person]
	if !ok {
		c = &Chat{server: s, id: person}
		s.chats[person] = c
	}
	return c
}

// Calls tells how often a method was called, faults included.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Refused is what the bot asked for wrongly: "method: description" of each
// request refused with 400, in order. Faults made by Fail are not among them.
func (s *Server) Refused() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refused)
}

// Impatient tells how often the bot wrote to a chat before the time that a 429
// had asked it to wait was over.
func (s *Server) Impatient() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.impatient
}

// Commands are the bot's commands as it set them.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}

// Left are the groups the bot has left, in order.
func (s *Server) Left() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.left)
}

// Unanswered tells how many presses the bot has not acknowledged.
func (s *Server) Unanswered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, answered := range s.queries {
		if !answered {
			n++
		}
	}
	return n
}

// Waiting tells how many updates the bot has not confirmed.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.history)
}

// Duplicate makes the server deliver every update twice, from now on.
func (s *Server) Duplicate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.duplicate = true
}

// SilentWeek lets the open request for updates end without any, and the ids of
// updates begin anew at a lower number, as they may when nobody wrote for long.
func (s *Server) SilentWeek() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.weeks++
	s.update = 10
	s.change()
}

// Until waits until the condition holds and fails the test if it never does.
func (s *Server) Until(what string, holds func() bool) {
	s.tb.Helper()
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if holds() {
			return
		}
		select {
		case <-changed:
		case <-time.After(50 * time.Millisecond): // what holds may be outside of the server
		case <-deadline:
			s.tb.Fatalf("telegramtest: waited in vain until %s\nrefused: %q", what, s.Refused())
		}
	}
}

// Deliver sends the bot an update, given without its id as the JSON of its one
// field: `"message": {…}`. It returns the id.
func (s *Server) Deliver(field string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deliver(field)
}

func (s *Server) deliver(field string) int64 {
	s.update++
	id := s.update
	body := json.RawMessage(fmt.Sprintf(`{"update_id":%d,%s}`, id, field))
	if !json.Valid(body) {
		panic("telegramtest: not JSON: " + string(body))
	}
	kind, _, _ := strings.Cut(strings.Trim(field, " \n\t\""), `"`)
	if len(s.allowed) > 0 && !slices.Contains(s.allowed, kind) {
		return id
	}
	s.history = append(s.history, delivery{id, body})
	if s.duplicate {
		s.history = append(s.history, delivery{id, body})
	}
	s.change()
	return id
}

// number gives a number nothing else has.
func (s *Server) number() int64 {
	s.last++
	return s.last
}

func (s *Server) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// A refusal is the Bot API's way to say no.
type refusal struct {
	code        int
	description string
	after       int // seconds
}

func bad(format string, args ...any) *refusal {
	return &refusal{code: http.StatusBadRequest, description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

// A request is what the bot asks for.
type request struct {
	ctx    context.Context
	method string
	*http.Request
}

func (q request) number(name string) int64 {
	n, _ := strconv.ParseInt(q.FormValue(name), 10, 64)
	return n
}

// serve answers one request of the bot.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	token, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if err := parse(r); err != nil {
		answer(w, nil, bad("%s", err))
		return
	}
	if token != Token {
		answer(w, nil, &refusal{code: http.StatusUnauthorized, description: "Unauthorized"})
		return
	}
	q := request{r.Context(), method, r}
	fault := s.begin(q)
	if fault.before != nil && fault.before(s, q, w) {
		return
	}
	result, no := s.do(q)
	if fault.after != nil && fault.after(w) {
		return
	}
	answer(w, result, no)
}

// parse reads a form of either kind. A file in it is held to Telegram's limit.
func parse(r *http.Request) error {
	r.Body = http.MaxBytesReader(nil, r.Body, fileLimit+1<<20)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return r.ParseMultipartForm(fileLimit + 1<<20)
	}
	return r.ParseForm()
}

// begin counts a call and takes the fault meant for it.
func (s *Server) begin(q request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[q.method]++
	s.change()
	waiting := s.faults[q.method]
	if len(waiting) == 0 {
		return Fault{}
	}
	s.faults[q.method] = waiting[1:]
	return waiting[0]
}

// do does what the request asks for.
func (s *Server) do(q request) (any, *refusal) {
	if q.method == "getUpdates" {
		return s.getUpdates(q)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := methods[q.method]
	if !ok {
		return nil, &refusal{code: http.StatusNotFound, description: "Not Found"}
	}
	result, no := f(s, q)
	if no != nil && no.code == http.StatusBadRequest {
		s.refused = append(s.refused, q.method+": "+no.description)
	}
	s.change()
	return result, no
}

func answer(w http.ResponseWriter, result any, no *refusal) {
	w.Header().Set("Content-Type", "application/json")
	if no == nil {
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
		return
	}
	body := map[string]any{"ok": false, "error_code": no.code, "description": no.description}
	if no.after > 0 {
		body["parameters"] = map[string]any{"retry_after": no.after}
	}
	w.WriteHeader(no.code)
	_ = json.NewEncoder(w).Encode(body)
}

// getUpdates keeps the request open until there is something to give.
func (s *Server) getUpdates(q request) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.poll++
	mine := s.poll
	s.change() // ends an older request
	offset, limit := q.number("offset"), int(q.number("limit"))
	if limit < 1 || limit > 100 {
		limit = 100
	}
	if list := q.FormValue("allowed_updates"); list != "" {
		if json.Unmarshal([]byte(list), &s.allowed) != nil {
			return nil, bad("can't parse allowed updates JSON object")
		}
	}
	s.history = slices.DeleteFunc(s.history, func(d delivery) bool { return d.id < offset })
	weeks := s.weeks
	timeout := time.After(time.Duration(q.number("timeout")) * time.Second)
	for {
		if s.hook != nil {
			return nil, &refusal{code: http.StatusConflict, description: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}
		}
		if s.poll != mine {
			return nil, &refusal{code: http.StatusConflict, description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}
		}
		list := []json.RawMessage{}
		for _, d := range s.history {
			if d.id >= offset && len(list) < limit {
				list = append(list, d.body)
			}
		}
		changed := s.changed
		if len(list) > 0 || s.weeks != weeks {
			return list, nil
		}
		s.mu.Unlock()
		expired := false
		select {
		case <-changed:
		case <-timeout:
			expired = true
		case <-q.ctx.Done():
			expired = true
		case <-s.done:
			expired = true
		}
		s.mu.Lock()
		if expired {
			return list, nil
		}
	}
}

// post delivers updates to the webhook, one after another, each until it is
// taken.
func (s *Server) post() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.work.Go(func() {
		<-s.done
		cancel()
	})
	client := &http.Client{Transport: &http.Transport{}, Timeout: patience}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		s.mu.Lock()
		changed, to := s.changed, s.hook
		var next delivery
		if to != nil && len(s.history) > 0 {
			next = s.history[0]
		}
		s.mu.Unlock()
		if next.id == 0 {
			select {
			case <-changed:
			case <-s.done:
			}
			continue
		}
		if postTo(ctx, client, *to, next.body) {
			s.mu.Lock()
			if len(s.history) > 0 && s.history[0].id == next.id { // else it was fetched meanwhile
				s.history = s.history[1:]
			}
			s.change()
			s.mu.Unlock()
			continue
		}
		select {
		case <-time.After(30 * time.Millisecond):
		case <-s.done:
		}
	}
}

func postTo(ctx context.Context, client *http.Client, to hook, body []byte) (taken bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", to.secret)
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode/100 == 2
}

// reset breaks the connection without a word, as a gateway does.
func reset(w http.ResponseWriter) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
	return true
}
