package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// payloads are what people write who want a page to run it. What runs calls
// xss(), see canary; what does not run may still change the page, see foreign.
var payloads = func() (all []string) {
	// Out of what a text may stand in, and then a tag that runs.
	opens := []string{"", `">`, `'>`, "`>", "</title>", "</textarea>", "</script>", "</style>", "</noscript>", "</select>", "-->", "]]>", "</td></tr></table>"}
	tags := []string{
		`<script>xss()</script>`, `<ScRiPt >xss()</sCrIpT >`, `<script src="data:,xss()"></script>`, `<script type=module>xss()</script>`,
		`<img src=x onerror=xss()>`, `<IMG SRC=x OnErRoR="xss()">`, `<img/src=x/onerror=xss()//`, "<img\nsrc=x\tonerror\f=\rxss()>",
		`<svg onload=xss()>`, `<svg/onload=xss()//`, `<svg><script>xss()</script>`, `<svg><script href="data:,xss()"/>`,
		`<svg><animate onbegin=xss() attributeName=x dur=1s>`, `<svg><set onbegin=xss() attributeName=x dur=1s>`,
		`<body onload=xss()>`, `<body onpageshow=xss()>`, `<details open ontoggle=xss()>x`, `<input autofocus onfocus=xss()>`,
		`<video src=x onerror=xss()></video>`, `<audio src=x onerror=xss()></audio>`, `<video><source onerror=xss()></video>`,
		`<iframe onload=xss()></iframe>`, `<iframe src="javascript:parent.xss()"></iframe>`, `<iframe srcdoc="<script>parent.xss()</script>"></iframe>`,
		`<object data="javascript:xss()" onerror=xss()></object>`, `<embed src="javascript:xss()">`, `<style onload=xss()></style>`,
		`<link rel=stylesheet href="data:text/css," onload=xss()>`,
	}
	for _, open := range opens {
		for _, tag := range tags {
			all = append(all, open+tag)
		}
	}
	return append(all,
		// within an attribute
		`" onfocus=xss() autofocus x="`, `' onfocus=xss() autofocus x='`, `x onmouseover=xss() y=`, `" style="animation:a" onanimationstart=xss() x="`,
		`" formaction="javascript:xss()" x="`, `" srcdoc="<script>xss()</script>" x="`, `" accesskey=x onclick=xss() x="`, `"/><base href="//example.org/">`,
		// addresses that run
		`javascript:xss()`, `JaVaScRiPt:xss()`, "java\tscript:xss()", "java\nscript:xss()", "\x01javascript:xss()", " javascript:xss()", `javascript&colon;xss()`,
		`&#106;avascript:xss()`, `javascript://%0axss()`, `data:text/html,<script>parent.xss()</script>`, `vbscript:xss()`, `//example.org/x.js`, `\\example.org\x.js`,
		`<a href="javascript:xss()">a</a>`, `<a href=" &#x0A;javascript:xss()">a</a>`, `<form action="javascript:xss()"><button>b</button></form>`,
		`<button form=x formaction="javascript:xss()">b</button>`, `<svg><a xlink:href="javascript:xss()"><text>a</text></a></svg>`,
		`<math><mi xlink:href="javascript:xss()">a</mi></math>`, `<math href="javascript:xss()">a</math>`,
		`[a](javascript:xss())`, `![a](x" onerror="xss())`, `<javascript:xss()>`, "[a]: javascript:xss()",
		// what becomes something else when it is parsed again
		`<noscript><p title="</noscript><img src=x onerror=xss()>">`, `<svg></p><style><a id="</style><img src=x onerror=xss()>">`,
		`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=xss()&gt;">`, `<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=xss()>`,
		`<svg><foreignObject><style><img src=x onerror=xss()></style>`, `<template><script>xss()</script></template>`, `<plaintext><script>xss()</script>`,
		`<select><template><img src=x onerror=xss()></template></select>`, `<xmp><p title="</xmp><svg/onload=xss()>">`, `<table><td background="javascript:xss()">`,
		`<!--><img src=x onerror=xss()-->`, `<![CDATA[<img src=x onerror=xss()>]]>`, `<?xml version="1.0"?><script>xss()</script>`, `<!DOCTYPE html><script>xss()</script>`,
		// entities and other spellings
		`&lt;script&gt;xss()&lt;/script&gt;`, `&#60;script&#62;xss()&#60;/script&#62;`, `&amp;lt;script&amp;gt;xss()`, `%3Cscript%3Exss()%3C/script%3E`,
		`\u003cscript\u003exss()\u003c/script\u003e`, `\x3cscript\x3exss()\x3c/script\x3e`, `+ADw-script+AD4-xss()+ADw-/script+AD4-`, `＜script＞xss()＜/script＞`,
		`‹script›xss()‹/script›`, "<\u017fcript>xss()</\u017fcript>", "<scr\u0131pt>xss()</scr\u0131pt>", "<scr\x00ipt>xss()</scr\x00ipt>", "\x00<script>xss()</script>",
		"<img src=x onerror\x00=xss()>", "\ufeff<script>xss()</script>", "\u2028<script>xss()</script>\u2029", "<\u200bscript>xss()</script>", "\u202e<script>xss()</script>\u202c",
		"\u2066<img src=x onerror=xss()>\u2069", "\u200d\u200c<svg onload=xss()>", "\x1b]0;<script>xss()</script>\x07", "\U000e003cscript\U000e003exss()",
		// for templates and scripts
		`{{.}}`, `{{printf "%s" .}}`, `{{define "main"}}<script>xss()</script>{{end}}`, "${xss()}", "`-xss()-`", "#{xss()}", "<%= xss() %>", "{{constructor.constructor('xss()')()}}",
		`{%raw%}<script>xss()</script>`, `';xss();//`, `";xss();//`, `\";xss();//`, `</script><script>xss()//`, `*/xss()/*`, `-xss()-`, `'-xss()-'`, `"-xss()-"`,
		`"}],"rows":[{"k":"<script>xss()</script>`, `{"__proto__":{"t":"<img src=x onerror=xss()>"}}`, `__proto__`, `constructor`, `]});xss();({[`,
		"x\n\ndata: {\"count\":9999}\n\n", "x\r\nevent: message\r\ndata: {}\r\n\r\n", "x\r\nSet-Cookie: loja-acesso=x\r\n\r\n<script>xss()</script>",
		// for styles, and for what has an id or a name of ours
		`<style>@import'//example.org/x.css';</style>`, `</style><style>*{display:none}</style>`, `<p style="background:url(//example.org/x)">`, `<x style="behavior:url(#x)">`,
		`expression(xss())`, `<link rel=import href="//example.org">`, `<link rel=stylesheet href="//example.org/x.css">`, `<meta http-equiv="refresh" content="0;url=//example.org">`,
		`<meta http-equiv="Content-Security-Policy" content="script-src *">`, `<meta charset="utf-7">`, `<base href="//example.org/">`, `<base target="x">`,
		`<form id=quantas action=//example.org><input name=attributes>`, `<img name=getElementById>`, `<a id=ligacao><a id=ligacao name=className>`, `<section data-events="//example.org">`,
		`<p id=agora data-refresh=1 data-from="//example.org">`, `<form data-confirm=x>`, `<main id=conteudo>`,
		// marks of messages
		`*<b>a</b>*`, "`<script>xss()</script>`", "*`*`<i>*`", "~<s>a</s>~", "_<u>_</u>", `*" onfocus=xss() autofocus*`, "```\n<script>xss()</script>\n```",
		// too much of it
		strings.Repeat("<b>", 400)+"<script>xss()</script>", strings.Repeat("a", 5000)+`"><img src=x onerror=xss()>`, strings.Repeat("\u0301", 300)+"<svg onload=xss()>",
		strings.Repeat(`"'>`, 200)+"<script>xss()</script>", strings.Repeat("&", 500)+"lt;script>xss()", strings.Repeat("👩‍👩‍👧‍👦", 60)+"<script>xss()</script>",
	)
}()

// bunches are the payloads, many in a text.
var bunches = func() (all []string) {
	for some := range slices.Chunk(payloads, 170) {
		all = append(all, strings.Join(some, " "))
	}
	return all
}()

// What addresses and forms of ours are asked with.
var (
	askedNames = strings.Fields("para motivo antes quem que protocolo matricula texto servico canal etiqueta de ate state error code")
	typedNames = strings.Fields("nome senha codigo acesso mostrado papel atual nova repetida segredo telefone vez item outro nota outras recado titulo " +
		"ordem ativa resposta no_lugar_de para motivo texto etiqueta")
)

// canary is in every page of the test, before anything of the page runs. What a
// payload calls complains, and so does what would leave the page.
const canary = `for (const sink of ["xss", "alert", "confirm", "prompt", "open"]) window[sink] = () => console.error("A PAYLOAD RAN at " + location.href);
const fetched = window.fetch;
window.fetch = (to, ...more) => new URL(to, location.href).origin === location.origin ? fetched(to, ...more) : window.xss();
Object.freeze(window.console);`

const ran = "A PAYLOAD RAN at "

// foreign lists what is on a page and was not put there by us: elements that no
// page of ours has, and attributes that run or lead elsewhere.
const foreign = `(() => {
	const ours = new Set(("html head meta title link script body a header strong span nav ul li div form button main h1 h2 p section table thead tbody " +
		"tr th td time label input select option ol code noscript fieldset legend br svg path h3 textarea dl dt dd aside figure figcaption details summary defs pattern rect g").split(" "));
	const found = [];
	for (const e of document.querySelectorAll("*")) {
		const say = (what) => found.push(what + ": " + e.outerHTML.slice(0, 200));
		if (!ours.has(e.localName) || e.closest("main") && ["meta", "title", "link", "header"].includes(e.localName) && !e.matches("figure title")) say("element");
		if (e.localName === "script" && !e.getAttribute("src")?.startsWith("/estatico/")) say("script");
		for (const { name, value } of e.attributes) {
			if (name.startsWith("on") || ["style", "srcdoc", "target", "form"].includes(name)) say(name);
			if (["href", "src", "action", "formaction", "data-from", "data-events"].includes(name) && !/^(\/(?!\/)|#)/.test(value)) say(name);
		}
	}
	return found;
})()`

// watched is a tab with the canary.
func (w *world) watched(browser context.Context) *tab {
	w.t.Helper()
	p := w.tab(browser)
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: canary}); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// said are the complaints of the browser until now.
func (p *tab) said() []string {
	p.t.Helper()
	mark := "until " + strconv.FormatInt(time.Now().UnixNano(), 10)
	look[bool](p, fmt.Sprintf(`(console.log(%q), true)`, mark))
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		p.mu.Lock()
		all := slices.Clone(p.complaints)
		p.mu.Unlock()
		if i := slices.IndexFunc(all, func(c string) bool { return strings.HasSuffix(c, mark) }); i >= 0 {
			return slices.DeleteFunc(all[:i], func(c string) bool { return strings.Contains(c, "until ") })
		}
	}
	p.t.Fatal("the browser's console is not heard")
	return nil
}

// ours fails if something is on the page that is not of ours.
func (p *tab) ours(name string) {
	p.t.Helper()
	for _, found := range look[[]string](p, foreign) {
		p.t.Errorf("%s has a foreign %s", name, found)
	}
}

// shows fails if a text is not on the page as it is.
func (p *tab) shows(name string, texts []string) {
	p.t.Helper()
	plain := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\ufffd") // as HTML has them
	there := plain.Replace(look[string](p, `document.body.textContent + [...document.querySelectorAll("input, textarea")].map(e => "\n" + e.value).join("")`))
	for _, text := range texts {
		if !strings.Contains(there, plain.Replace(text)) {
			p.t.Errorf("%s does not show %q as text", name, text)
		}
	}
}

// TestCanary shows that what TestPayloads relies on can fail: payloads on a page
// that does not escape them run and are heard of; with our policy they do not
// run, and are seen.
func TestCanary(t *testing.T) {
	if len(payloads) < 300 {
		t.Errorf("only %d payloads", len(payloads))
	}
	w := open(t)
	strict := false
	careless := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		if strict {
			rw.Header().Set("Content-Security-Policy", policy)
		}
		if n, err := strconv.Atoi(r.FormValue("n")); err == nil {
			_, _ = fmt.Fprintf(rw, `<!doctype html><title>x</title><p>%s`, payloads[n])
			return
		}
		_, _ = fmt.Fprint(rw, `<!doctype html><title>x</title>`)
		for n := 0; n < len(payloads)-6; n += 3 { // a third is enough, and the longest take long
			_, _ = fmt.Fprintf(rw, `<iframe src="/?n=%d"></iframe>`, n)
		}
	}))
	defer careless.Close()
	p := w.watched(chromium(t))
	p.do(chromedp.Navigate(careless.URL))
	which := map[string]bool{}
	for _, c := range p.said() {
		if _, at, ok := strings.Cut(c, ran); ok {
			which[at] = true
		}
	}
	if len(which) < 80 {
		t.Errorf("only %d payloads run where nothing is escaped: %v", len(which), which)
	}

	strict = true
	p = w.watched(chromium(t))
	p.do(chromedp.Navigate(careless.URL + "/?n=0"))
	all := p.said()
	if !slices.ContainsFunc(all, func(c string) bool { return strings.Contains(c, "Content Security Policy") }) || len(look[[]string](p, foreign)) == 0 {
		t.Errorf("what our policy refuses is not seen: %q", all)
	}
	if slices.ContainsFunc(all, func(c string) bool { return strings.Contains(c, ran) }) {
		t.Error("our policy lets a payload run")
	}
}

// TestPayloads puts payloads wherever a customer, somebody of the staff or what
// stands between can write, and opens every page on which that is shown: none is
// ever more than text.
func TestPayloads(t *testing.T) {
	browser := chromium(t)
	names := map[string]string{}
	person := func(i int) string { return unzeroed(payloads[i]) + strconv.Itoa(i) } // as their channel calls them
	for i, payload := range payloads {
		names["telegram:"+person(i)] = payload
	}
	provider := newProvider(t)
	links := &phonelessLinker{}
	var bunch atomic.Int64
	w := open(t, func(c *Config) {
		c.Proxies = 1
		c.Names = func(context.Context, []string) (map[string]string, error) { return names, nil }
		c.Document = func(context.Context, string, string) (string, bool, error) { return bunches[0], true, nil }
		c.Linker = links
		c.Health = func(context.Context) Checkup {
			n := bunch.Load()
			b := bunches[n]
			return Checkup{
				At: time.Now(), Process: fmt.Sprint("processo ", n, b), Channels: []Reading{{b, Good, b, b}}, Stores: []Reading{{b, Bad, b, b}}, Queues: []Queue{{Name: b}},
				Rates: []Rate{{Channel: b}}, Jobs: []JobRun{{Name: b}}, Versions: []Version{{b, b}},
			}
		}
		c.SignOn = SignOn{Name: "empresa", Issuer: provider.URL, Client: "console", Secret: "s3cret", Claim: "groups", Roles: map[string]store.Role{"atendimento": store.Attendant}}
	})
	edu, davi, sonia := w.add("edu", store.Officer), w.add("davi", store.Administrator), w.add("sonia", store.Supervisor)
	p := w.watched(browser)
	p.open("/conversas", "Nome de acesso")
	p.keys("edu", kb.Tab, password, kb.Enter)
	p.until("ao vivo")

	const (
		whole = "26052000009999" // a conversation that has them all
		talk  = "26052000004711" // one that somebody attends
	)
	var plain []string
	for _, bunch := range bunches {
		plain = append(plain, unzeroed(bunch))
	}
	w.settlePayloads(person, whole)
	all := len(payloads) + 1 + (len(payloads)+39)/40 // each one's, the whole one, and those of odd channels
	var live []store.LiveTalk
	w.comes("all conversations are seen", func() bool {
		var err error
		live, err = w.Live.Live(t.Context(), store.TalkFilter{})
		return err == nil && len(live) == all
	})
	p.until("Agora: " + strconv.Itoa(all))
	var cells []string
	for _, l := range live {
		cells = append(cells, l.Said, l.Human, l.Sick)
	}
	p.ours("the board, live")
	p.shows("the board, live", cells)

	w.keep()
	w.staffPayloads(provider, edu, davi)
	w.deskPayloads(talk, plain)
	p.visit("/conversas")
	p.shows("/conversas", cells)
	for older := "/conversas?antes=0"; older != ""; older = look[string](p, `document.querySelector("a[href^='/conversas?antes=']")?.getAttribute("href") ?? ""`) {
		p.visit(older)
	}
	var said []string
	turns, err := w.db.Turns(t.Context(), "web:whole", whole)
	if err != nil || len(turns) != 2*len(payloads) {
		t.Fatal(len(turns), err)
	}
	for _, turn := range turns {
		said = append(said, turn.Said)
		for _, r := range turn.Replies {
			said = append(append(said, r.Copy, r.Link, r.File), r.Options...)
		}
	}
	p.visit("/conversas/" + whole)
	p.shows("/conversas/"+whole, said)
	for range 3 { // its first turns, one by one
		p.visit(look[string](p, `[...document.querySelectorAll("a[href*='/passos/']")].at(-1).getAttribute("href")`))
	}
	entries, err := w.db.Audit(t.Context(), 0, "", "", 100)
	if err != nil {
		t.Fatal(err)
	}
	said = nil
	for _, e := range entries {
		said = append(said, e.Who, e.On, e.Detail, e.From)
	}
	p.visit("/auditoria")
	p.shows("/auditoria", said)
	p.visit("/conta")
	p.shows("/conta", bunches)
	p.visit("/fila")
	p.visit("/recados")
	p.flood("/conversas", "/conversas/"+whole+"/documento", "/auditoria", "/conta/senha", "/conta/segundo-fator")
	p.asked(officer, 0)

	p.withoutScripts(true)
	for _, path := range []string{"/conversas", "/conversas/" + whole, "/auditoria", "/conta"} {
		p.visit(path)
	}
	p.withoutScripts(false)
	p.leave()
	p.flood("/entrar")
	p.asked(anybody, 0)

	p.open("/respostas", "Nome de acesso")
	p.keys("sonia", kb.Tab, password, kb.Enter)
	p.until("Nova resposta")
	p.ours("/respostas")
	p.shows("/respostas", plain)
	has := func(who string) {
		w.says("web:4711", "oi", func(s *bot.Session) { s.Protocol, s.Human, s.Until = talk, who, time.Now().Add(time.Hour) })
	}
	has(plain[0])
	p.visit("/conversas/" + talk)
	p.shows("the desk", plain)
	has("")
	look[bool](p, `document.dispatchEvent(new Event("visibilitychange"))`) // it is renewed
	p.until("O robô atende esta pessoa")
	p.ours("the desk, live")
	for _, payload := range payloads { // and what is said is shown as it is said
		w.says("web:4711", unzeroed(payload), func(s *bot.Session) { s.Protocol, s.Human, s.Until = talk, sonia.Shown, time.Now().Add(time.Hour) },
			bot.Reply{Text: payload, Options: []string{payload}, Copy: payload, Link: &bot.Link{Label: payload, Address: payload}})
	}
	w.says("web:4711", "é tudo", func(s *bot.Session) { s.Protocol = talk })
	p.until("é tudo")
	p.ours("a conversation, live")
	p.flood("/conversas/"+talk, "/respostas")
	p.asked(supervisor, officer)
	p.leave()

	p.open("/pessoas", "Nome de acesso")
	p.keys("davi", kb.Tab, password, kb.Enter)
	p.until("Adicionar pessoa")
	people, err := w.db.AllStaff(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	said = nil
	for _, s := range people {
		said = append(said, s.Shown)
		p.visit("/pessoas/" + strconv.FormatInt(s.ID, 10))
	}
	p.visit("/pessoas")
	p.shows("/pessoas", said)
	p.visit("/saude/mensagens")
	aside, err := w.mail.Aside(t.Context())
	if err != nil || len(aside) < 100 {
		t.Fatal(len(aside), err)
	}
	said = nil
	for _, a := range aside {
		said = append(said, a.Said)
	}
	p.shows("/saude/mensagens", said)
	p.visit("/saude")
	bunch.Store(1)
	look[bool](p, `document.dispatchEvent(new Event("visibilitychange"))`) // it is renewed
	p.until("processo 1")
	p.ours("/saude, live")
	for _, l := range []Linking{{Device: bunches[0]}, {Away: bunches[0]}, {Ended: bunches[0]}, {By: davi.ID, Code: bunches[0], Typed: true}} {
		links.set(l)
		p.visit("/saude/whatsapp")
	}
	links.set(Linking{})
	p.flood("/pessoas", "/pessoas/"+strconv.FormatInt(davi.ID, 10), "/saude/whatsapp", "/conta")
	p.asked(admin, officer|supervisor)
	p.withoutScripts(true)
	for _, path := range []string{"/pessoas", "/pessoas/" + strconv.FormatInt(davi.ID, 10), "/saude", "/saude/mensagens"} {
		p.visit(path)
	}
	p.withoutScripts(false)

	p.open("/conta", "Sair")
	for _, c := range p.said() {
		if !strings.Contains(c, "the server responded with a status of 4") && !strings.Contains(c, "The specified value") { // as it should, and what is no date
			t.Errorf("the browser complains: %s", c)
		}
	}
}

// unzeroed is a text without the character that PostgreSQL has not.
func unzeroed(text string) string { return strings.ReplaceAll(text, "\x00", "") }

// settlePayloads has each payload said, pressed, answered and sent by people whose
// channel and name it is, live and in one whole conversation.
func (w *world) settlePayloads(person func(int) string, whole string) {
	w.t.Helper()
	settle := func(m bot.Message, tries int, change func(*bot.Session), replies ...bot.Reply) {
		w.t.Helper()
		if err := w.mail.Put(w.t.Context(), m); err != nil {
			w.t.Fatal(err)
		}
		got, s, err := w.mail.Take(w.t.Context())
		if err != nil || got.ID != m.ID {
			w.t.Fatal(got, err)
		}
		s.Course, got.Tries = bot.Course{}, tries
		change(&s)
		if err := w.mail.Settle(w.t.Context(), got, s, replies); err != nil {
			w.t.Fatal(err)
		}
	}
	for i, payload := range payloads {
		id, from, name := "p"+strconv.Itoa(i), person(i), unzeroed(payload)
		everything := []bot.Reply{
			{Text: payload, Options: []string{payload}, Several: true, Chosen: []int{0}, Also: []string{payload}, Copy: payload, Link: &bot.Link{Label: payload, Address: payload}},
			{Document: &bot.Document{Name: payload, Caption: payload}},
			{Image: &bot.Document{Name: payload, Caption: payload}},
		}
		settle(bot.Message{ID: id, Channel: "telegram", From: from, Text: payload}, 0, func(s *bot.Session) {
			s.Protocol, s.Flow, s.State, s.Human = fmt.Sprintf("26052%09d", i), name, bot.State(name), name
			s.Identity, s.Course = &bot.Identity{Customer: 7, Property: 1043722}, bot.Course{Code: payload, Fault: bot.Bug, Angry: true}
		}, everything...)
		settle(bot.Message{ID: id + "w", Channel: "web", From: "whole", Choice: payload, Media: &bot.Media{Kind: payload}}, 0, func(s *bot.Session) {
			s.Protocol, s.Flow, s.State = whole, name, bot.State(name)
			s.Course.Walked = []bot.Walk{{Flow: name, Arrow: bot.Arrow{From: bot.State(name), Event: bot.Event(name), To: bot.State(name)}}}
		}, everything...)
		act := []bot.Act{bot.Says, bot.TookOver, bot.GaveBack, bot.Wrote}[i%4]
		settle(bot.Message{ID: id + "b", Channel: "web", From: "whole", Text: payload, By: name, Act: act}, 0, func(s *bot.Session) { s.Human = name })
		if i%40 == 0 { // a cell for what a channel is called
			settle(bot.Message{ID: id + "c", Channel: "<svg onload=xss()>" + id, From: from, Text: payload}, 0, func(s *bot.Session) {
				s.Protocol = fmt.Sprintf("26053%09d", i)
			})
		}
		settle(bot.Message{ID: id + "a", Channel: "telegram", From: "aside" + from, Text: payload}, 3, func(*bot.Session) {})
	}
}

// staffPayloads has people of the staff called by each payload, by an
// administrator and by the provider of single sign-on, has the audit log tell of
// it, and has them come with such browsers from such addresses.
func (w *world) staffPayloads(provider *issuing, all ...store.Staff) {
	w.t.Helper()
	for i, bunch := range bunches {
		text, at := unzeroed(bunch), w.now()
		if _, _, err := w.db.AddStaff(w.t.Context(), store.Staff{Name: "x" + strconv.Itoa(i), Shown: text, Role: store.Reader, Since: at}); err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.db.AppendAudit(w.t.Context(), store.AuditEntry{At: at, Who: text, What: text, On: text, Detail: text, From: text}); err != nil {
			w.t.Fatal(err)
		}
		for _, s := range all {
			if err := w.staff.BeginAccess(w.t.Context(), s.ID, store.Access{ID: bunch, Began: at, Seen: at, From: bunch, Agent: bunch}, life); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	for i := 0; i < len(payloads); i += 100 {
		provider.claims = map[string]any{"sub": "x" + strconv.Itoa(i), "preferred_username": "unico" + strconv.Itoa(i), "name": payloads[i]}
		c := w.client()
		if a := c.do(http.MethodGet, c.goOut(provider), nil, "User-Agent", payloads[i], "X-Forwarded-For", payloads[i]); a.status != http.StatusSeeOther {
			w.t.Errorf("single sign-on says %d", a.status)
		}
	}
}

// deskPayloads has staff note payloads, call a conversation so and have them ready
// to be sent, and people leave them as notes.
func (w *world) deskPayloads(protocol string, plain []string) {
	w.t.Helper()
	for i, text := range plain {
		if err := w.db.AddRemark(w.t.Context(), "web:4711", protocol, text, text); err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.db.SaveCanned(w.t.Context(), store.Canned{Title: text, Text: text, Place: i, Active: true}, text); err != nil {
			w.t.Fatal(err)
		}
		key := "web:4711/" + strconv.Itoa(i)
		if err := w.db.LeaveNote(w.t.Context(), key, store.Note{Session: "web:4711", Protocol: protocol, Property: 1043722, Text: text}); err != nil {
			w.t.Fatal(err)
		}
		if i > 0 {
			continue // nobody has read the others
		}
		if _, err := w.db.ReadNote(w.t.Context(), key, text, w.now()); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.db.SetTags(w.t.Context(), "web:4711", protocol, "Ana", payloads[:store.MaxTags]); err != nil {
		w.t.Fatal(err)
	}
}

func (p *tab) leave() {
	p.t.Helper()
	p.visit("/conta")
	p.press("Sair")
	p.until("Você saiu")
}

// visit opens a page, on which there must be nothing but what is ours.
func (p *tab) visit(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.w.server.URL + path))
	p.ours(path)
}

// flood fills the fields of each form of the pages with payloads, and sends it.
func (p *tab) flood(paths ...string) {
	p.t.Helper()
	for _, path := range paths {
		const forms = `[...new Map([...document.forms].filter(f => f.querySelector("input:not([type=hidden]), select, textarea")).map(f => [[...f.elements].map(e => e.name).join(), f])).values()]`
		p.visit(path)
		for form := range look[int](p, forms+".length") {
			for i, bunch := range bunches {
				text, _ := json.Marshal(bunch)
				if form+i > 0 {
					p.visit(path)
				}
				look[bool](p, fmt.Sprintf(`((form, text) => {
					window.before = true;
					for (const field of form.elements) {
						if (field.localName === "select") field.add(new Option(text, text, true, true));
						if (field.type === "radio" || field.type === "checkbox" || field.type === "date") field.type = "text";
						if (field.localName !== "button") field.value = text;
					}
					HTMLFormElement.prototype.submit.call(form);
					return true;
				})(%s[%d], %s)`, forms, form, text))
				for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
					there, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`!window.before && document.readyState === "complete"`))
					if err == nil && there { // an error: it is just going to another page
						break
					}
					if time.Now().After(deadline) {
						p.t.Fatalf("a form of %s leads nowhere: %v", path, err)
					}
				}
				p.ours(path + ", sent")
			}
		}
	}
}

// asked opens all addresses that somebody may, and others may not, with payloads
// where names and numbers stand in them, and as what is asked for.
func (p *tab) asked(who, others who) {
	p.t.Helper()
	wild := regexp.MustCompile(`\{[a-z]+\}`)
	for i, e := range p.w.endpoints {
		path, ok := strings.CutPrefix(e.At, "GET ")
		if !ok || e.Quiet || e.May&who == 0 || e.May&others != 0 || path == "/estatico/{file}" || path == "/entrar/unico" { // no page is there
			continue
		}
		some := func(k int) string { // others in each; all of them would be too long an address
			at := (i*97 + k*23) % (len(payloads) - 23)
			return strings.Join(payloads[at:at+23], " ")
		}
		q := url.Values{}
		for k, name := range askedNames {
			q.Set(name, some(k))
		}
		p.visit(wild.ReplaceAllLiteralString(strings.Replace(path, "{$}", "", 1), url.PathEscape(some(0))) + "?" + q.Encode())
	}
}

func (p *tab) withoutScripts(without bool) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: without}); err != nil {
		p.t.Fatal(err)
	}
}

// TestOdd asks for everything with what no form of ours sends: nothing of it is a
// fault of ours.
func TestOdd(t *testing.T) {
	w := open(t, func(c *Config) {
		c.Linker = &phonelessLinker{}
		c.Health = func(context.Context) Checkup { return Checkup{} }
		c.Document = func(context.Context, string, string) (string, bool, error) { return "", false, nil }
	})
	protocol := w.says("4711", "oi", func(s *bot.Session) { s.Human, s.Until = "Bia", time.Now().Add(time.Hour) })
	type visiting struct {
		who who
		client
	}
	visitors := []visiting{{anybody, w.client()}}
	for i, role := range []store.Role{store.Supervisor, store.Officer, store.Administrator} {
		name := "p" + strconv.Itoa(i)
		w.add(name, role)
		visitors = append(visitors, visiting{roleBits[role], w.in(name)})
	}
	wild := regexp.MustCompile(`\{[a-z]+\}`)
	for _, e := range w.endpoints {
		method, path, both := strings.Cut(e.At, " ")
		if !both || path == "/conversas/eventos" || path == "/sair" || path == "/conta/encerrar" {
			continue
		}
		may := slices.IndexFunc(visitors, func(v visiting) bool { return e.May&v.who != 0 })
		if may < 0 { // what is asked of those who arrive
			continue
		}
		c := visitors[may]
		for i, odd := range []string{"\x00", "\xff\xfe", "😀\u202e", "-1", "99999999999999999999", "\r\n\r\nx", strings.Repeat("9", 3000), "../../etc/passwd", "%"} {
			at := strings.Replace(path, "{$}", "", 1)
			if i%2 == 0 {
				at = strings.Replace(at, "{protocolo}", protocol, 1)
			}
			at = wild.ReplaceAllLiteralString(at, url.PathEscape(odd))
			if method == http.MethodPost {
				form := url.Values{}
				for _, name := range typedNames {
					form.Set(name, odd)
				}
				if a := c.do(method, at, form); a.status >= 500 {
					t.Errorf("%s %s with %.20q is %d:\n%s", method, at, odd, a.status, a.text)
				}
				continue
			}
			for _, name := range askedNames { // each alone: with another it may be refused before it is looked for
				if a := c.get(at + "?" + url.Values{name: {odd}}.Encode()); a.status >= 500 {
					t.Errorf("%s with %s=%.20q is %d", at, name, odd, a.status)
				}
			}
		}
	}
}
