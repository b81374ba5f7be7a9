package console

import (
	"bufio"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// hear opens a feed. At its end ok is false.
func hear[T any](c client, path string, header ...string) (next func() (n T, ok bool)) {
	t := c.w.t
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.w.server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(answer.Status)
	}
	lines := bufio.NewReaderSize(answer.Body, 1<<20)
	return func() (n T, ok bool) {
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return n, false
			}
			if data, is := strings.CutPrefix(line, "data: "); is {
				if err := json.Unmarshal([]byte(data), &n); err != nil {
					t.Error(err)
				}
				return n, true
			}
		}
	}
}

var feedOn = regexp.MustCompile(`data-events="([^"]+)" data-last="([^"]+)"`)

// feedOf is where the page of a conversation hears more, and the last turn it shows.
func (a answer) feedOf(t *testing.T) (events, last string) {
	t.Helper()
	found := feedOn.FindStringSubmatch(a.text)
	if found == nil {
		t.Fatalf("no feed on %d\n%s", a.status, a.text)
	}
	return html.UnescapeString(found[1]), found[2]
}

// toldOf hears lines until there are so many, and returns their texts.
func toldOf(t *testing.T, next func() (talkNews, bool), lines int) (all []string) {
	t.Helper()
	for len(all) < lines {
		n, ok := next()
		if !ok || n.Gone {
			t.Fatalf("it ends after %q", all)
		}
		for _, l := range n.Lines {
			var text []string
			for _, p := range l.Paragraphs {
				for _, b := range p {
					text = append(text, b.Text)
				}
			}
			all = append(all, strings.TrimSpace(strings.Join(append(text, l.Options...), "|")))
		}
	}
	return all
}

// What an open conversation is told: all that is said after what the page shows,
// once and in order, also after a broken line and out of the database; nothing of
// others, and nothing to who has not opened it.
func TestTalkFeed(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add("lia", store.Reader)
	w.add("ana", store.Attendant)
	lia, ana := w.in("lia"), w.in("ana")
	talk := w.says("4711", "oi", nil)
	w.says("4712", "outra pessoa", nil)
	w.keep()
	events, last := lia.get("/conversas/" + talk).feedOf(t)
	at := events + "&depois=" + url.QueryEscape(last)
	w.says("4711", "antes de ouvir", nil)
	next := hear[talkNews](lia, at)
	if got := toldOf(t, next, 1); got[0] != "antes de ouvir" {
		t.Errorf("%q", got)
	}
	w.says("4712", "outra vez outra pessoa", nil)
	w.says("4711", "quero a segunda via", identified, bot.Reply{Text: "De qual *conta*?", Options: []string{"05/2026"}})
	if got := strings.Join(toldOf(t, next, 3), "\n"); got != "quero a segunda via\nMenu → Segunda Via de Conta\nDe qual |conta|?|05/2026" {
		t.Errorf("%q", got)
	}
	w.keep() // what is behind is read from the database, too
	if got := toldOf(t, hear[talkNews](lia, at), 4); got[0] != "antes de ouvir" || len(got) != 4 {
		t.Errorf("again: %q", got)
	}
	_, now := lia.get("/conversas/" + talk).feedOf(t)
	w.says("4711", "e agora", identified)
	if got := toldOf(t, hear[talkNews](lia, at, "Last-Event-ID", now), 1); got[0] != "e agora" {
		t.Errorf("after a broken line: %q", got)
	}

	ana.get(events).wants(t, 403, "") // it was not she who opened it
	lia.get("/conversas/"+talk+"/eventos").wants(t, 403, "")
	lia.get(strings.Replace(events, talk, "26052000004712", 1)).wants(t, 403, "")
	for _, deed := range w.deeds() {
		if strings.HasPrefix(deed, "ana talk_read") {
			t.Error(deed)
		}
	}

	if err := w.mail.Erase(t.Context(), "telegram:4711"); err != nil {
		t.Fatal(err)
	}
	for {
		n, ok := next()
		if n.Gone {
			break
		}
		if !ok {
			t.Fatal("that it was erased is not told")
		}
	}
	events, _ = lia.get("/conversas/26052000004712").feedOf(t)
	next = hear[talkNews](lia, events)
	toldOf(t, next, 2)
	if err := w.db.EndStaffAccesses(t.Context(), w.read("lia").ID, w.now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	for ok := true; ok; _, ok = next() { //nolint:revive // until it ends with the access
	}
}

// A conversation in a browser: what is said is there without reloading, where one
// reads stays where it is, and what people write is only ever text.
func TestTalkInBrowser(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	w := open(t)
	w.add("ana", store.Attendant)
	talk := w.says("4711", "quero a segunda via", identified, bot.Reply{Text: "De qual *conta* você quer a 2ª via?", Options: []string{"05/2026 · R$ 84,30", "06/2026 · R$ 91,12"}})
	p := w.tab(browser)
	p.open("/conversas/"+talk, "Nome de acesso")
	p.keys("ana", "\t", password, "\r")
	p.until("ao vivo")
	look[bool](p, `(window.same = true)`)
	w.says("4711", "a de junho", identified, bot.Reply{Text: "Aqui está a 2ª via.", Document: &bot.Document{Name: "conta-202606.pdf", Type: "application/pdf", Body: []byte("%PDF")}})
	p.until("conta-202606.pdf")
	for i := range 20 {
		w.says("4711", fmt.Sprintf("mensagem %d", i), identified, bot.Reply{Text: "Não entendi. Toque em uma das opções, ou responda com o número dela."})
	}
	p.until("mensagem 19")
	const place = `document.querySelector(".log").scrollTop`
	if left := look[int](p, `(() => { const l = document.querySelector(".log"); return Math.round(l.scrollHeight - l.scrollTop - l.clientHeight) })()`); left > 2 {
		t.Errorf("it stands %d px before its end", left)
	}
	p.draw("conversa-ao-vivo")
	look[bool](p, `(document.querySelector(".log").scrollTop = 40, true)`)
	w.says("4711", "estou aqui ainda", identified)
	p.until("há mensagens novas")
	if at := look[int](p, place); at != 40 {
		t.Errorf("what is read was moved from 40 to %d", at)
	}
	p.press("Ir ao fim: há mensagens novas")
	if at := look[int](p, place); at <= 40 {
		t.Errorf("it stays at %d", at)
	}
	for i, payload := range payloads {
		if i%4 != 0 { // TestPayloads has them all
			continue
		}
		w.says("4711", payload, func(s *bot.Session) {
			identified(s)
			s.Flow, s.State, s.Human = payload, bot.State(payload), payload
		}, bot.Reply{
			Text: payload, Options: []string{payload}, Also: []string{payload}, Copy: payload,
			Link: &bot.Link{Label: payload, Address: "javascript:xss()"}, Document: &bot.Document{Name: payload, Caption: payload},
		})
	}
	w.says("4711", "acabou", identified)
	p.until("acabou")
	check := func(page string) {
		t.Helper()
		if foreign := look[int](p, `document.querySelectorAll("script:not([src^='/estatico/']), iframe, base, main style, main img, main svg, [onload], [onerror], [onfocus], [onmouseover], [ontoggle], a[href^='javascript:']").length`); foreign > 0 {
			t.Errorf("%s has %d elements of somebody's", page, foreign)
		}
		shown := look[string](p, `document.querySelector(".talk").textContent`)
		for i, payload := range payloads {
			if i%4 == 0 && !strings.Contains(shown, payload) && !strings.ContainsAny(payload, "\x00\r") { // which no page holds
				t.Errorf("%s does not show %q as text", page, payload)
			}
		}
	}
	check("the conversation, live")
	if !look[bool](p, `window.same === true`) {
		t.Error("the page was loaded anew")
	}
	p.accessible("conversa-viva")
	p.fit("/conversas/{protocolo}")
	p.open("/conversas/"+talk, "acabou")
	check("the conversation")

	p.press("Passo a passo")
	p.until("Passo 1 de")
	p.keys(kb.ArrowRight)
	p.until("Passo 2 de")
	p.accessible("passo")
	p.fit("/conversas/{protocolo}/passos/{n}")
	p.keys(kb.ArrowLeft)
	p.until("Passo 1 de")
	p.open("/conversas/"+talk, "ao vivo")
	w.server.CloseClientConnections()
	w.says("4711", "voltei", identified)
	p.until("voltei")
	if err := w.mail.Erase(t.Context(), "telegram:4711"); err != nil {
		t.Fatal(err)
	}
	p.until("Não há conversa com este protocolo")

	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		if strings.Contains(c, "net::ERR_INCOMPLETE_CHUNKED_ENCODING") || strings.Contains(c, "status of 404") {
			continue
		}
		t.Errorf("the browser complains: %s", c)
	}
}

// That somebody types on the page is seen by who reads, and ends by itself.
func TestTyping(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.add("lia", store.Reader)
	lia := w.in("lia")
	w.says("web:800071", "oi", nil)
	w.keep()
	events, last := lia.get("/conversas/26052000800071").feedOf(t)
	next := hear[talkNews](lia, events+"&depois="+last)
	if err := w.mail.Typing(t.Context(), "web:800071"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		for looks := 0; ; looks++ {
			n, ok := next()
			if !ok || looks > 5 {
				t.Fatalf("%t is never told", want)
			}
			if n.Types != nil {
				if *n.Types != want {
					t.Errorf("types: %t, want %t", *n.Types, want)
				}
				break
			}
		}
	}
}
