package console

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/store"
)

// What conversations come to for somebody who steps in.
func TestGist(t *testing.T) {
	at := time.Date(2026, 5, 20, 15, 0, 0, 0, time.UTC)
	later := func(minutes int) time.Time { return at.Add(time.Duration(minutes) * time.Minute) }
	step := func(flow, from, to string) store.TurnStep { return store.TurnStep{Flow: flow, From: from, To: to} }
	for name, c := range map[string]struct {
		turns []store.Turn
		want  string
	}{
		"nothing yet": {[]store.Turn{{At: at, Said: "oi"}}, `service "", words "", steps [], sent [], 0 and 0, "" since 00:00`},
		"the service before the way to a person": {[]store.Turn{
			{At: at, Said: "minha conta veio muito alta", To: store.TurnPlace{Flow: "consumo", State: "a"}, Steps: []store.TurnStep{step("consumo", "", "a")}},
			{At: later(1), Said: "1043722", To: store.TurnPlace{Flow: "identificacao", State: "asking"}},
			{At: later(2), Said: "falar com uma pessoa agora", Pressed: true, To: store.TurnPlace{Flow: "atendente", State: "waiting"}, Steps: []store.TurnStep{step("consumo", "a", string(bot.End)), step("atendente", "", "waiting")}},
		}, `service "consumo", words "minha conta veio muito alta", steps [{consumo a} {atendente waiting}], sent [], 0 and 0, "" since 00:00`},
		"who they became, and what went wrong": {[]store.Turn{
			{At: at, Property: 1043722},
			{At: later(1), Mask: "…72.2"},
			{At: later(2), Mask: "…45.3", Fault: "mistake"},
			{At: later(3), Mask: "…45.3", Fault: "mistake"},
			{At: later(4), Fault: "bug", Property: 0},
		}, `service "", words "", steps [], sent [], 2 and 1, "…45.3" since 15:02`},
		"each file once, codes each time, the last ones": {func() (all []store.Turn) {
			for i := range 12 {
				all = append(all, store.Turn{At: later(i), Replies: []store.Reply{{File: fmt.Sprintf("conta-%d.pdf", i%7)}, {Text: "Pague assim"}}})
			}
			return append(all, store.Turn{At: later(20), Replies: []store.Reply{{Copy: "0002…"}, {Copy: "0002…"}}})
		}(), `service "", words "", steps [], sent [{conta-6.pdf 15:06} {conta-0.pdf 15:07} {conta-1.pdf 15:08} {conta-2.pdf 15:09} {conta-3.pdf 15:10} {conta-4.pdf 15:11} { 15:20} { 15:20}], 0 and 0, "" since 00:00`},
	} {
		g := gistOf(c.turns)
		var steps, files []string
		for _, s := range g.Steps {
			steps = append(steps, fmt.Sprint(s))
		}
		for _, s := range g.Sent {
			files = append(files, "{"+s.File+" "+s.At.Format("15:04")+"}")
		}
		got := fmt.Sprintf("service %q, words %q, steps %v, sent %v, %d and %d, %q since %s", g.Service, g.Words, steps, files, g.Mistakes, g.Bugs, g.Mask, g.Identified.Format("15:04"))
		if got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
}

// What stands beside a conversation, and that it changes with it.
func TestFacts(t *testing.T) {
	w := open(t)
	w.add("lia", store.Reader)
	lia := w.in("lia")
	old := w.says("4711", "oi", nil)
	w.says("4711", "sair", func(s *bot.Session) { s.Protocol = "" })
	w.says("4711", "quero a conta de maio", func(s *bot.Session) {
		identified(s)
		s.Protocol = "26052000009999"
	}, bot.Reply{Document: &bot.Document{Name: "conta.pdf"}})
	const talk = "26052000009999"
	w.keep()
	page := lia.get("/conversas/" + talk)
	for _, words := range []string{"Segunda Via de Conta", "“quero a conta de maio”", "conta.pdf, às ", "Maria D. D. S.", "…72.2", "escolhendo como receber", "robô", `href="/conversas/` + old + `"`} {
		page.wants(t, 200, words)
	}
	if strings.Contains(page.text, "DORES") || strings.Contains(page.text, "104372") || strings.Contains(page.text, "/teste") {
		t.Error("there is what a reader must not see")
	}
	events, last := page.feedOf(t)
	next := hear[talkNews](lia, events+"&depois="+last)
	w.says("4711", "ninguém me responde aqui", func(s *bot.Session) {
		s.Protocol, s.Waiting, s.Mistakes, s.Course = talk, time.Now(), 1, bot.Course{Fault: bot.Slip}
	})
	for looks := 0; ; looks++ {
		n, ok := next()
		if !ok || looks > 5 {
			t.Fatal("what changes beside it is not told")
		}
		if text := fmt.Sprint(n.Gist, n.Known); strings.Contains(text, "ninguém me responde aqui") {
			if !strings.Contains(text, "ninguém ainda") || !strings.Contains(text, "Espera desde") || !strings.Contains(text, "1 vez") {
				t.Error(text)
			}
			break
		}
	}
}

// A conversation as a test: it can be played, and nobody is in it.
func TestTalkAsTest(t *testing.T) {
	w := open(t)
	w.add("sonia", store.Supervisor)
	w.add("ana", store.Attendant)
	boss := w.in("sonia")
	talk := w.says("79988776655", "oi, aqui é Maria das Dores, cpf 529.982.247-25, matrícula 104372.2", nil, bot.Reply{Text: "Qual é a *matrícula*?"})
	w.says("79988776655", "104372.2", identified, bot.Reply{Text: "Pronto, *Maria das D. S.*! Imóvel `104372.2`. Seu protocolo: 2605.2799.8877.6655", Options: []string{"05/2026 · R$ 84,30"}})
	w.says("79988776655", "ligue 79 98877-6655 ou 79988776655, falar com Dores", identified)
	w.keep()
	w.in("ana").get("/conversas/"+talk+"/teste").wants(t, 403, "")
	boss.get("/conversas/"+talk).wants(t, 200, `href="/conversas/`+talk+`/teste"`)
	a := boss.get("/conversas/" + talk + "/teste")
	a.wants(t, 200, "> ")
	if d := a.header.Get("Content-Disposition"); d != `attachment; filename="conversa.chat"` {
		t.Error(d)
	}
	lines, err := bottest.Read(a.text)
	if err != nil || len(lines) < 6 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	digits := regexp.MustCompile(`\D`).ReplaceAllString(a.text, "")
	for _, theirs := range []string{"52998224", "1043722", "79988776655", "8877", talk} {
		if strings.Contains(strings.ReplaceAll(digits, "52998224725", ""), theirs) { // the CPF of all examples
			t.Errorf("%s is in\n%s", theirs, a.text)
		}
	}
	for _, word := range []string{"maria", "dores", "santos"} {
		if strings.Contains(strings.ToLower(a.text), word) {
			t.Errorf("%s is in\n%s", word, a.text)
		}
	}
	if deeds := w.deeds(); !strings.HasPrefix(deeds[len(deeds)-1], "sonia talk_taken_as_test telegram:") || strings.Contains(deeds[len(deeds)-1], "8877") {
		t.Errorf("%q", deeds[len(deeds)-1])
	}
}
