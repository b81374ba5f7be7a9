package webchat

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"html/template"
	"io/fs"
	"math/rand/v2"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lojavirtual/bot"
	"lojavirtual/bot/origin"
)

//go:embed page
var files embed.FS

const (
	bodyLimit = 16 << 10 // bytes of a posted message
	textLimit = 4000     // characters in it
	nameLimit = 256      // bytes of each name in it
	beat      = 20 * time.Second
	slow      = 30 * time.Second // a page that takes nothing for so long is gone

	tabsLimit   = 5           // open pages of a person: without HTTP/2 a browser has six connections, and needs one to post
	pagesLimit  = 100         // open pages of an address, behind which may be an office, or a village
	evictedRest = time.Minute // so that pages beyond the limits do not push each other out all the time
)

// Handler serves everything under /chat.
func (c *Chat) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /chat", c.servePage)
	mux.Handle("GET /chat/{$}", http.RedirectHandler("/chat", http.StatusMovedPermanently))
	mux.HandleFunc("GET /chat/page/{version}/{file}", serveAsset)
	mux.HandleFunc("GET /chat/events", c.serveEvents)
	mux.HandleFunc("GET /chat/files/{id}/{name}", c.serveFile)
	mux.HandleFunc("POST /chat/messages", c.receive)
	mux.HandleFunc("POST /chat/typing", c.typing)
	mux.HandleFunc("POST /chat/forget", c.forget)
	return c.guard(http.NewCrossOriginProtection().Handler(mux))
}

// guard sets what holds for every answer.
func (c *Chat) guard(next http.Handler) http.Handler {
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors " + strings.Join(append([]string{"'self'"}, c.Frames...), " ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// version changes with the files of the page, so that browsers may keep them.
var version = func() string {
	sum := fnv.New64a()
	names, err := fs.Glob(files, "page/*")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		_, _ = sum.Write(body)
	}
	return fmt.Sprintf("%016x", sum.Sum64())
}()

// render fills in the page, once: it is the same for everyone.
func render(c Config) []byte {
	var page bytes.Buffer
	err := template.Must(template.ParseFS(files, "page/chat.html")).Execute(&page, map[string]any{
		"Name": c.Name, "Phone": c.Phone, "Dial": digits(c.Phone), "Version": version, "Limit": textLimit,
	})
	if err != nil {
		panic(err) // a mistake in the template
	}
	return page.Bytes()
}

func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, phone)
}

// servePage gives the page, and a cookie to who has none.
func (c *Chat) servePage(w http.ResponseWriter, r *http.Request) {
	id, ok := c.person(r)
	if ok {
		gone, err := c.Log.Forgotten(r.Context(), id)
		ok = err != nil || !gone // the page opens, whatever does not work behind it
	}
	if !ok {
		id = newPerson()
	}
	c.remember(w, id)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(c.page)
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("version") == version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, files, "page/"+r.PathValue("file"))
}

// A said is a message as the page posts it.
type said struct {
	ID      string `json:"id"`   // made by the page; the same each time it is sent
	Text    string `json:"text"` // typed
	Shown   string `json:"shown"`
	Choice  string `json:"choice"`
	Asked   string `json:"asked"`
	Pressed string `json:"pressed"`
}

var messageID = regexp.MustCompile(`^[0-9A-Za-z_-]{8,64}$`)

func (s *said) valid() bool {
	s.Text, s.Shown, s.Choice = clean(s.Text), clean(s.Shown), clean(s.Choice)
	return messageID.MatchString(s.ID) && s.Text+s.Choice != "" &&
		utf8.RuneCountInString(s.Text) <= textLimit && utf8.RuneCountInString(s.Shown) <= textLimit &&
		max(len(s.Choice), len(s.Asked), len(s.Pressed)) <= nameLimit
}

// clean drops what nobody types.
func clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}

// receive takes one message in and answers 202 when it is safe. It goes into
// the log first, so that it stands there before its answer; a page that does
// not see the 202 sends again, and both log and inbox know the id.
func (c *Chat) receive(w http.ResponseWriter, r *http.Request) {
	person, ok := c.admit(w, r)
	if !ok {
		return
	}
	var s said
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyLimit)).Decode(&s); err != nil {
		status := http.StatusBadRequest
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "not a message", status)
		return
	}
	if !s.valid() {
		http.Error(w, "not a message", http.StatusBadRequest)
		return
	}
	now := time.Now()
	m := bot.Message{
		ID: person + ":" + s.ID, Channel: c.Name(), From: person, At: now,
		Text: s.Text, Choice: s.Choice, Asked: s.Asked, Pressed: s.Pressed,
	}.Scrubbed()
	s.Text = m.Text
	err := c.keep(r.Context(), person, s, now)
	if err == nil {
		err = c.Inbox.Put(r.Context(), m)
	}
	switch {
	case err == nil:
		c.remember(w, person)
		w.WriteHeader(http.StatusAccepted)
	case errors.Is(err, bot.ErrFlood):
		later(w, http.StatusTooManyRequests)
	default:
		c.Logger.Warn("cannot take in a message", "channel", c.Name(), "error", err)
		later(w, http.StatusServiceUnavailable)
	}
}

// typing passes on that the person types. Whoever asks too often, or is nobody, is
// answered alike: nothing depends on it.
func (c *Chat) typing(w http.ResponseWriter, r *http.Request) {
	if person, ok := c.person(r); ok && c.Typing != nil && c.typists.allow(person, time.Now()) {
		_ = c.Typing(r.Context(), person) // the next one is said soon
	}
	w.WriteHeader(http.StatusNoContent)
}

// admit says who posts, and answers those who may not, or not now.
func (c *Chat) admit(w http.ResponseWriter, r *http.Request) (person string, ok bool) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		http.Error(w, "application/json only", http.StatusUnsupportedMediaType)
		return "", false
	}
	if person, ok = c.known(w, r); !ok {
		return "", false
	}
	if !c.people.allow(person, time.Now()) {
		later(w, http.StatusTooManyRequests)
		return "", false
	}
	return person, true
}

// known says whose conversation is asked for, and answers those who have none,
// or whose address asks too much.
func (c *Chat) known(w http.ResponseWriter, r *http.Request) (person string, ok bool) {
	person, ok = c.person(r)
	if ok && !c.Allow(r) {
		later(w, http.StatusTooManyRequests)
		return "", false
	}
	if ok {
		gone, err := c.Log.Forgotten(r.Context(), person)
		if err != nil {
			c.Logger.Warn("cannot tell whether a conversation is forgotten", "channel", c.Name(), "error", err)
			later(w, http.StatusServiceUnavailable)
			return "", false
		}
		ok = !gone
	}
	if !ok {
		http.Error(w, "no cookie", http.StatusUnauthorized)
	}
	return person, ok
}

// Allow tells whether the address that asks may be served now; all that is
// public counts together, 20 requests a second after the first 120.
func (c *Chat) Allow(r *http.Request) bool {
	return c.addresses.allow(origin.Address(r, c.Proxies), time.Now())
}

// keep writes what the person said into their own log.
func (c *Chat) keep(ctx context.Context, person string, s said, now time.Time) error {
	text := cmp.Or(s.Shown, s.Choice, masked(s.Text)) // the first two are words of ours
	e := entry{ID: "mine." + s.ID, At: now.UnixMilli(), Mine: true, Text: text, Choice: s.Choice, Pressed: s.Pressed}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return c.Log.Append(ctx, person, e.ID, line, nil)
}

// forget removes the conversation and makes the browser somebody new.
func (c *Chat) forget(w http.ResponseWriter, r *http.Request) {
	person, ok := c.admit(w, r)
	if !ok {
		return
	}
	if err := c.Log.Forget(r.Context(), person); err != nil {
		c.Logger.Warn("cannot forget a conversation", "channel", c.Name(), "error", err)
		later(w, http.StatusServiceUnavailable)
		return
	}
	c.remember(w, newPerson())
	w.WriteHeader(http.StatusNoContent)
}

// serveEvents sends the person's log from where their page knows it, and then
// what is added, until the page goes away or newer ones take its place.
func (c *Chat) serveEvents(w http.ResponseWriter, r *http.Request) {
	person, ok := c.known(w, r)
	if !ok {
		return
	}
	open, evict := context.WithCancel(r.Context())
	defer evict()
	defer c.tabs.enter(person, evict)()
	defer c.pages.enter(origin.Address(r, c.Proxies), evict)()
	news, stop := c.Log.Watch(person)
	defer stop()
	position := r.Header.Get("Last-Event-ID")
	if position == "" {
		position = r.URL.Query().Get("after")
	}
	var lines bytes.Buffer
	read := func() error {
		return c.Log.Since(r.Context(), person, position, func(at string, entry []byte) {
			position = at
			fmt.Fprintf(&lines, "id: %s\ndata: %s\n\n", at, entry)
		})
	}
	// pages that lose their server come back spread over some seconds
	fmt.Fprintf(&lines, "retry: %d\n\n", 500+rand.IntN(2500))
	if err := read(); err != nil {
		if r.Context().Err() == nil {
			c.Logger.Warn("cannot read a conversation", "channel", c.Name(), "error", err)
		}
		later(w, http.StatusServiceUnavailable)
		return
	}
	lines.WriteString("event: ready\ndata: 1\n\n")
	c.remember(w, person)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")

	out := http.NewResponseController(w)
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for last := false; ; {
		_ = out.SetWriteDeadline(time.Now().Add(slow)) // where the server can
		if _, err := lines.WriteTo(w); err != nil || out.Flush() != nil || last {
			return
		}
		select {
		case <-open.Done():
			fmt.Fprintf(&lines, "retry: %d\n\n", evictedRest.Milliseconds())
			last = true
		case <-c.closing:
			return
		case <-ticker.C:
			lines.WriteString("event: beat\ndata: 1\n\n")
		case <-news:
			if read() != nil {
				return // the page connects again, from where it is
			}
			if lines.Len() > 0 {
				continue
			}
			if gone, err := c.Log.Forgotten(r.Context(), person); err == nil && gone {
				lines.WriteString("event: forgotten\ndata: 1\n\n")
				last = true
			}
		}
	}
}

// shown are the types that a browser may open by itself.
var shown = map[string]bool{"application/pdf": true, "image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// serveFile gives a person the file of an entry of theirs, to look at or, with
// ?download, to keep.
func (c *Chat) serveFile(w http.ResponseWriter, r *http.Request) {
	person, ok := c.person(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, ok, err := c.Log.File(r.Context(), person, r.PathValue("id"))
	if err != nil {
		c.Logger.Warn("cannot read a file", "channel", c.Name(), "error", err)
		later(w, http.StatusServiceUnavailable)
		return
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	kind, disposition := http.DetectContentType(body), "inline"
	if !shown[kind] {
		kind, disposition = "application/octet-stream", "attachment"
	}
	if r.URL.Query().Has("download") {
		disposition = "attachment"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": r.PathValue("name")}))
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// later asks the page to try again.
func later(w http.ResponseWriter, status int) {
	w.Header().Set("Retry-After", "2")
	http.Error(w, "later", status)
}
