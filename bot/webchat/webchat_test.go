package webchat_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"lojavirtual/bot"
	"lojavirtual/bot/webchat"
	"lojavirtual/store/redis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A desk is the other end of the chat: it takes messages in like an inbox, each
// id once, and answers in order through the channel.
type desk struct {
	bot.Inbox // Take and Settle are not for a channel
	answer    func(bot.Message) []bot.Reply
	channel   bot.Channel

	mu     sync.Mutex
	known  map[string]bool
	taken  []bot.Message
	broken error // what Put says
	letter int
}

func (d *desk) Put(ctx context.Context, m bot.Message) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken != nil {
		return d.broken
	}
	if d.known[m.ID] {
		return nil
	}
	d.known[m.ID] = true
	d.taken = append(d.taken, m)
	if d.answer == nil {
		return nil
	}
	for _, r := range d.answer(m) {
		d.letter++
		if err := d.channel.Send(ctx, bot.Letter{ID: fmt.Sprintf("%s/%d", m.Session(), d.letter), To: m.From, Channel: "web", Reply: r}); err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) messages() []bot.Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]bot.Message(nil), d.taken...)
}

func (d *desk) breaks(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = err
}

// A site is a chat served on loopback.
type site struct {
	*desk
	chat   *webchat.Chat
	server *httptest.Server
	redis  *miniredis.Miniredis
}

func open(t *testing.T, answer func(bot.Message) []bot.Reply) *site {
	t.Helper()
	s := &site{desk: &desk{answer: answer, known: make(map[string]bool)}, redis: miniredis.RunT(t)}
	client := goredis.NewClient(&goredis.Options{Addr: s.redis.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	log := redis.NewWeblog(client)
	t.Cleanup(func() { _ = log.Close() })
	s.chat = webchat.New(webchat.Config{
		Secret: []byte("a secret of 32 bytes, more or less"),
		Name:   "DESO", Phone: "0800 079 0195", Inbox: s.desk, Log: log,
	})
	s.channel = s.chat
	s.server = httptest.NewUnstartedServer(s.chat.Handler())
	s.server.Config.RegisterOnShutdown(s.chat.Close)
	s.server.Start()
	t.Cleanup(func() { // as the program stops: in order, and without waiting for open pages
		if err := s.server.Config.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		s.server.Close()
	})
	return s
}

// A visitor is a browser with a cookie, or without.
type visitor struct {
	t      *testing.T
	site   *site
	cookie *http.Cookie
}

// visit opens the page.
func (s *site) visit(t *testing.T, cookie *http.Cookie) *visitor {
	t.Helper()
	v := &visitor{t: t, site: s, cookie: cookie}
	answer := v.get("/chat", nil)
	if answer.StatusCode != http.StatusOK || len(answer.Cookies()) != 1 {
		t.Fatalf("page: %s with %d cookies", answer.Status, len(answer.Cookies()))
	}
	v.cookie = answer.Cookies()[0]
	return v
}

func (v *visitor) person() string {
	id, _, _ := strings.Cut(v.cookie.Value, ".")
	return id
}

func (v *visitor) do(r *http.Request) *http.Response {
	v.t.Helper()
	if v.cookie != nil {
		r.AddCookie(v.cookie)
	}
	answer, err := v.site.server.Client().Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

func (v *visitor) get(path string, header map[string]string) *http.Response {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.site.server.URL+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return v.do(r)
}

func (v *visitor) post(path, body string, header map[string]string) *http.Response {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.site.server.URL+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return v.do(r)
}

func (v *visitor) say(id, text string) *http.Response {
	v.t.Helper()
	body, err := json.Marshal(map[string]string{"id": id, "text": text})
	if err != nil {
		v.t.Fatal(err)
	}
	return v.post("/chat/messages", string(body), nil)
}

// An event is one of the stream of a page.
type event struct{ name, position, data string }

// events reads the stream until an event satisfies last, and leaves.
func (v *visitor) events(after string, last func(event) bool) []event {
	v.t.Helper()
	header := map[string]string{}
	if after != "" {
		header["Last-Event-ID"] = after
	}
	answer := v.get("/chat/events", header)
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		v.t.Fatal(answer.Status)
	}
	var all []event
	var e event
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			e.name = value
		case "id":
			e.position = value
		case "data":
			e.data = value
		case "":
			if e.data != "" {
				all = append(all, e)
				if last(e) {
					return all
				}
			}
			e = event{}
		}
	}
	v.t.Fatalf("the stream ended after %v: %v", all, lines.Err())
	return nil
}

func isReady(e event) bool { return e.name == "ready" }

// texts is what a page that opens now shows.
func (v *visitor) texts() []string {
	v.t.Helper()
	var texts []string
	for _, e := range v.events("", isReady) {
		var entry struct {
			Text  string
			Spans []struct{ T string }
		}
		if e.name != "" || json.Unmarshal([]byte(e.data), &entry) != nil {
			continue
		}
		for _, s := range entry.Spans {
			entry.Text += s.T
		}
		texts = append(texts, entry.Text)
	}
	return texts
}

func echo(m bot.Message) []bot.Reply { return []bot.Reply{{Text: "Você disse *" + m.Text + "*."}} }

func TestConversation(t *testing.T) {
	s := open(t, echo)
	maria := s.visit(t, nil)
	if got := maria.say("11111111", "oi"); got.StatusCode != http.StatusAccepted {
		t.Fatal(got.Status)
	}
	maria.say("11111111", "oi") // her network did not show her the answer
	maria.say("22222222", "meu CPF é 529.982.247-25")

	m := s.messages()
	if len(m) != 2 || m[0].From != maria.person() || m[0].Text != "oi" || m[0].Channel != "web" || m[0].ID != maria.person()+":11111111" || m[0].At.IsZero() {
		t.Fatalf("taken: %+v", m)
	}
	if m[1].Text != "meu CPF é 529.982.247-25" {
		t.Errorf("the bot must see what was typed: %q", m[1].Text)
	}
	want := "[oi Você disse oi. meu CPF é •••.•••.•••-25 Você disse meu CPF é 529.982.247-25.]"
	if got := fmt.Sprint(maria.texts()); got != want {
		t.Errorf("a reloaded page shows\n%s, want\n%s", got, want)
	}

	all := maria.events("", isReady)
	rest := maria.events(all[1].position, isReady)
	if len(rest) != len(all)-2 || rest[0] != all[2] {
		t.Errorf("after the second of %d come %d", len(all), len(rest))
	}
	again := s.visit(t, maria.cookie)
	if again.person() != maria.person() {
		t.Error("the cookie was not believed")
	}
}

// What is said while a page waits reaches it, whoever sends it; a letter sent
// twice stands there once.
func TestNews(t *testing.T) {
	s := open(t, nil)
	maria := s.visit(t, nil)
	letter := bot.Letter{ID: "l/1", To: maria.person(), Reply: bot.Reply{Text: "Primeira."}}
	sent := make(chan error, 1)
	go func() {
		var errs []error
		for range 2 {
			errs = append(errs, s.chat.Send(context.Background(), letter))
		}
		letter.ID, letter.Reply.Text = "l/2", "Segunda."
		sent <- errors.Join(append(errs, s.chat.Send(context.Background(), letter))...)
	}()
	maria.events("", func(e event) bool { return strings.Contains(e.data, "Segunda.") })
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(maria.texts()); got != "[Primeira. Segunda.]" {
		t.Error(got)
	}
	letter.To = "../maria"
	if err := s.chat.Send(t.Context(), letter); err == nil || bot.IsTemporary(err) {
		t.Errorf("a letter to nobody: %v", err)
	}
}

func TestForgedCookie(t *testing.T) {
	s := open(t, echo)
	maria := s.visit(t, nil)
	maria.say("11111111", "segredo")
	stranger := s.visit(t, nil)
	if stranger.person() == maria.person() {
		t.Fatal("two people are one")
	}
	_, signature, _ := strings.Cut(stranger.cookie.Value, ".")
	for _, forged := range []string{
		maria.person(), maria.person() + ".", maria.person() + "." + signature, maria.cookie.Value + "A",
		maria.cookie.Value[:len(maria.cookie.Value)-1], strings.ToUpper(maria.cookie.Value), "." + signature, "",
	} {
		cookie := &http.Cookie{Name: maria.cookie.Name, Value: forged}
		if got := s.visit(t, cookie); got.person() == maria.person() {
			t.Errorf("%q was believed", forged)
		}
		v := &visitor{t: t, site: s, cookie: cookie}
		for path, answer := range map[string]*http.Response{"/chat/events": v.get("/chat/events", nil), "/chat/messages": v.say("33333333", "oi")} {
			if answer.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s with %q: %s", path, forged, answer.Status)
			}
		}
	}
	c := maria.cookie
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/chat" || c.Secure {
		t.Errorf("cookie: %+v", c)
	}
}

func TestWhatIsNotTakenIn(t *testing.T) {
	long := func(n int) string { return strings.Repeat("á", n) }
	for _, c := range []struct {
		name, body string
		header     map[string]string
		want       int
	}{
		{"a message", `{"id":"11111111","text":"oi"}`, nil, 202},
		{"an option", `{"id":"11111111","choice":"PDF","asked":"k","pressed":"l"}`, nil, 202},
		{"the longest text", `{"id":"11111111","text":"` + long(4000) + `"}`, nil, 202},
		{"a longer text", `{"id":"11111111","text":"` + long(4001) + `"}`, nil, 400},
		{"a big body", `{"id":"11111111","text":"` + long(9000) + `"}`, nil, 413},
		{"nothing said", `{"id":"11111111","text":" \u0000\n "}`, nil, 400},
		{"no id", `{"text":"oi"}`, nil, 400},
		{"a short id", `{"id":"1","text":"oi"}`, nil, 400},
		{"an odd id", `{"id":"11111111:1","text":"oi"}`, nil, 400},
		{"a long key", `{"id":"11111111","choice":"PDF","asked":"` + long(200) + `"}`, nil, 400},
		{"no JSON", `oi`, nil, 400},
		{"a form", `id=11111111&text=oi`, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 415},
		{"plain text", `{"id":"11111111","text":"oi"}`, map[string]string{"Content-Type": "text/plain"}, 415},
		{"from another site", `{"id":"11111111","text":"oi"}`, map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"from a sister site", `{"id":"11111111","text":"oi"}`, map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"from another origin, by an old browser", `{"id":"11111111","text":"oi"}`, map[string]string{"Sec-Fetch-Site": "", "Origin": "https://example.com"}, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, nil)
			v := s.visit(t, nil)
			if got := v.post("/chat/messages", c.body, c.header); got.StatusCode != c.want {
				t.Errorf("%s, want %d", got.Status, c.want)
			}
			taken := 0
			if c.want == http.StatusAccepted {
				taken = 1
			}
			if len(s.messages()) != taken || len(v.texts()) != taken {
				t.Errorf("taken %d, shown %d", len(s.messages()), len(v.texts()))
			}
		})
	}
}

func TestChoice(t *testing.T) {
	s := open(t, nil)
	v := s.visit(t, nil)
	v.post("/chat/messages", `{"id":"11111111","text":"1, 3","shown":"05/2025\n07/2025","asked":"k.1","pressed":"l/7"}`, nil)
	v.post("/chat/messages", `{"id":"22222222","choice":"Pix","asked":"k.2","pressed":"l/8"}`, nil)
	m := s.messages()
	if len(m) != 2 || m[0].Text != "1, 3" || m[0].Asked != "k.1" || m[0].Pressed != "l/7" || m[1].Choice != "Pix" || m[1].Text != "" {
		t.Fatalf("taken: %+v", m)
	}
	if got := fmt.Sprintf("%q", v.texts()); got != `["05/2025\n07/2025" "Pix"]` {
		t.Error(got)
	}
}

// The page sends again what the inbox could not take, and it is there once.
func TestInboxAway(t *testing.T) {
	s := open(t, echo)
	v := s.visit(t, nil)
	s.breaks(errors.New("redis is away"))
	if got := v.say("11111111", "oi"); got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Error(got.Status)
	}
	s.breaks(fmt.Errorf("put: %w", bot.ErrFlood))
	if got := v.say("11111111", "oi"); got.StatusCode != http.StatusTooManyRequests {
		t.Error(got.Status)
	}
	s.breaks(nil)
	if got := v.say("11111111", "oi"); got.StatusCode != http.StatusAccepted {
		t.Error(got.Status)
	}
	if got := fmt.Sprint(v.texts()); got != "[oi Você disse oi.]" {
		t.Error(got)
	}
	s.redis.SetError("LOADING")
	for path, answer := range map[string]*http.Response{"message": v.say("22222222", "e agora"), "events": v.get("/chat/events", nil), "file": v.get("/chat/files/a/b.pdf", nil)} {
		if answer.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s without a log: %s", path, answer.Status)
		}
	}
	s.redis.SetError("")
}

func TestLimits(t *testing.T) {
	count := func(v *visitor, n int) (allowed int) {
		for i := range n {
			switch got := v.say(fmt.Sprintf("%08d", i), "oi"); got.StatusCode {
			case http.StatusAccepted:
				allowed++
			case http.StatusTooManyRequests:
				if got.Header.Get("Retry-After") == "" {
					t.Error("429 does not say when to try again")
				}
			default:
				t.Fatal(got.Status)
			}
		}
		return allowed
	}
	s := open(t, nil)
	start := time.Now()
	if got, most := count(s.visit(t, nil), 40), 15+1+int(time.Since(start).Seconds()); got < 15 || got > most {
		t.Errorf("one person said %d things at once", got)
	}
	if got := count(s.visit(t, nil), 5); got != 5 {
		t.Errorf("another person at the same address said %d", got)
	}
	start, all := time.Now(), 0
	for range 30 {
		all += count(s.visit(t, nil), 10)
	}
	if most := 120 + 1 + int(20*time.Since(start).Seconds()); all > most {
		t.Errorf("new cookies from one address said %d things, more than %d", all, most)
	}
}

var pdf = []byte("%PDF-1.7\nnot much of one, but it begins like one\n%%EOF\n")

func TestFiles(t *testing.T) {
	s := open(t, nil)
	maria, joana := s.visit(t, nil), s.visit(t, nil)
	letter := bot.Letter{ID: "web:maria/1", To: maria.person(), Reply: bot.Reply{
		Image:    &bot.Document{Name: "consumo.png", Type: "image/png", Caption: "Seu consumo", Body: []byte("\x89PNG\r\n\x1a\n…")},
		Document: &bot.Document{Name: "conta 05/2025 \"água\".pdf", Type: "application/pdf", Caption: "Sua conta", Body: pdf},
	}}
	if err := s.chat.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	letter.ID, letter.Reply = "web:maria/2", bot.Reply{Document: &bot.Document{Name: "a.html", Type: "application/pdf", Body: []byte("<script>alert(1)</script>")}}
	if err := s.chat.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, e := range maria.events("", isReady) {
		var entry struct{ File *struct{ Path string } }
		if e.name == "" && json.Unmarshal([]byte(e.data), &entry) == nil && entry.File != nil {
			paths = append(paths, entry.File.Path)
		}
	}
	if len(paths) != 3 {
		t.Fatalf("files: %q", paths)
	}
	for i, want := range []struct {
		query, kind, disposition string
	}{
		{"", "image/png", `inline; filename=consumo.png`},
		{"?download", "application/pdf", `attachment; filename*=utf-8''conta%2005%2F2025%20%22%C3%A1gua%22.pdf`},
		{"", "application/octet-stream", "attachment; filename=a.html"},
	} {
		got := maria.get(paths[i]+want.query, nil)
		if got.StatusCode != 200 || got.Header.Get("Content-Type") != want.kind || got.Header.Get("Content-Disposition") != want.disposition ||
			got.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "default-src 'none'") ||
			got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s %v", paths[i], got.Status, got.Header)
		}
		if got := joana.get(paths[i], nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("someone else gets %s: %s", paths[i], got.Status)
		}
		nobody := &visitor{t: t, site: s}
		if got := nobody.get(paths[i], nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("nobody gets %s: %s", paths[i], got.Status)
		}
	}
	if body, err := io.ReadAll(maria.get(paths[1], nil).Body); err != nil || !bytes.Equal(body, pdf) {
		t.Errorf("the document came as %q, %v", body, err)
	}
	if got := maria.get("/chat/files/web:maria%2F9/x.pdf", nil); got.StatusCode != http.StatusNotFound {
		t.Error(got.Status)
	}
}

func TestForget(t *testing.T) {
	s := open(t, echo)
	v := s.visit(t, nil)
	v.say("11111111", "oi")
	old := v.person()
	if got := v.post("/chat/forget", "{}", map[string]string{"Sec-Fetch-Site": "cross-site"}); got.StatusCode != http.StatusForbidden {
		t.Errorf("forgotten at another site's wish: %s", got.Status)
	}
	answer := v.post("/chat/forget", "{}", nil)
	if answer.StatusCode != http.StatusNoContent {
		t.Fatal(answer.Status)
	}
	forgotten := &visitor{t: t, site: s, cookie: v.cookie}
	v.cookie = answer.Cookies()[0]
	if v.person() == old {
		t.Error("still the same person")
	}
	if got := v.texts(); len(got) != 0 {
		t.Errorf("still there: %q", got)
	}
	// The old cookie, had someone kept it, is worth nothing.
	if err := s.chat.Send(t.Context(), bot.Letter{ID: "late", To: old, Reply: bot.Reply{Document: &bot.Document{Name: "a.pdf", Body: pdf}}}); err != nil {
		t.Error(err)
	}
	for name, answer := range map[string]*http.Response{
		"message": forgotten.say("22222222", "oi"), "events": forgotten.get("/chat/events", nil), "forget": forgotten.post("/chat/forget", "{}", nil),
	} {
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %s", name, answer.Status)
		}
	}
	if got := forgotten.get("/chat/files/late/a.pdf", nil); got.StatusCode != http.StatusNotFound {
		t.Errorf("a file: %s", got.Status)
	}
	if got := len(s.messages()); got != 1 {
		t.Errorf("%d messages were taken in", got)
	}
	if s.visit(t, forgotten.cookie).person() == old {
		t.Error("the page goes on with the old cookie")
	}
}

// The other pages of who is forgotten hear of it.
func TestForgetElsewhere(t *testing.T) {
	s := open(t, echo)
	v := s.visit(t, nil)
	v.say("11111111", "oi")
	v.events("", func(e event) bool {
		if isReady(e) {
			v.post("/chat/forget", "{}", nil)
		}
		return e.name == "forgotten"
	})
}

// A person may have so many pages open, and an address; the oldest ends.
func TestOpenPages(t *testing.T) {
	s := open(t, nil)
	ended := func(page *http.Response) {
		t.Helper()
		body, err := io.ReadAll(page.Body)
		if err != nil || !strings.HasSuffix(string(body), "retry: 60000\n\n") {
			t.Errorf("the oldest page reads %q, %v", body, err)
		}
	}
	maria := s.visit(t, nil)
	var pages []*http.Response
	for range 6 {
		pages = append(pages, maria.get("/chat/events", nil))
	}
	ended(pages[0])
	v := maria
	for len(pages) < 101 {
		if len(pages)%5 == 1 {
			v = s.visit(t, nil)
		}
		pages = append(pages, v.get("/chat/events", nil))
	}
	last := s.visit(t, nil).get("/chat/events", nil) // 5 of maria, 95 of others, and this
	ended(pages[1])
	if err := s.chat.Send(t.Context(), bot.Letter{ID: "l/1", To: maria.person(), Reply: bot.Reply{Text: "Ainda aqui?"}}); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(pages[2].Body); !strings.Contains(lines.Text(), "Ainda aqui?"); {
		if !lines.Scan() {
			t.Fatal("a page within the limits ended")
		}
	}
	if last.StatusCode != http.StatusOK {
		t.Error(last.Status)
	}
}

func TestPage(t *testing.T) {
	s := open(t, nil)
	v := &visitor{t: t, site: s}
	answer := v.get("/chat", nil)
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`lang="pt-BR"`, "<title>DESO · Atendimento</title>", `ligue para <a href="tel:08000790195">0800 079 0195</a>`, "robô"} {
		if !bytes.Contains(body, []byte(want)) {
			t.Errorf("the page has no %s", want)
		}
	}
	for _, never := range []string{"style=", "onclick=", "http://", "https://"} {
		if bytes.Contains(body, []byte(never)) {
			t.Errorf("the page has %s", never)
		}
	}
	policy := answer.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "connect-src 'self';", "frame-ancestors 'self'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("no %s in %s", want, policy)
		}
	}
	for _, path := range strings.FieldsFunc(string(body), func(r rune) bool { return r == '"' }) {
		if strings.HasPrefix(path, "/chat/page/") {
			if got := v.get(path, nil); got.StatusCode != 200 || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %s %v", path, got.Status, got.Header)
			}
		}
	}
	if got := v.get("/chat/page/0/chat.js", nil); got.StatusCode != 200 || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("of another version: %s %v", got.Status, got.Header)
	}
	if got := v.get("/chat/", nil); got.Request.URL.Path != "/chat" {
		t.Errorf("/chat/ leads to %s", got.Request.URL)
	}
}

func TestShortSecret(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a short secret was accepted")
		}
	}()
	webchat.New(webchat.Config{Secret: []byte("short")})
}

// That somebody types is passed on for who has a cookie, not more often than is
// of use, and everybody is answered alike.
func TestTyping(t *testing.T) {
	s := open(t, nil)
	var mu sync.Mutex
	told := map[string]int{}
	s.chat.Typing = func(_ context.Context, person string) error {
		mu.Lock()
		defer mu.Unlock()
		told[person]++
		return errors.New("nobody looks")
	}
	one := s.visit(t, nil)
	for range 10 {
		if answer := one.post("/chat/typing", "{}", nil); answer.StatusCode != http.StatusNoContent {
			t.Fatal(answer.Status)
		}
	}
	for _, cookie := range []*http.Cookie{nil, {Name: one.cookie.Name, Value: one.person() + ".forged"}} {
		if answer := (&visitor{t: t, site: s, cookie: cookie}).post("/chat/typing", "{}", nil); answer.StatusCode != http.StatusNoContent {
			t.Error(answer.Status)
		}
	}
	if answer := one.post("/chat/messages", `{"id":"1","text":"oi"}`, nil); answer.StatusCode == http.StatusTooManyRequests {
		t.Error("who types may not speak")
	}
	mu.Lock()
	defer mu.Unlock()
	if n := told[one.person()]; len(told) != 1 || n < 1 || n > 9 {
		t.Errorf("told of %v", told)
	}
}
