package console

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// putAside has a message put aside, and the person left in a flow, and returns
// what it is called then.
func (w *world) putAside(id, from, text, flow string) (ref string) {
	w.t.Helper()
	err := w.mail.Put(w.t.Context(), bot.Message{ID: id, Channel: "telegram", From: from, Text: text, At: time.Now()})
	if err != nil {
		w.t.Fatal(err)
	}
	m, s, err := w.mail.Take(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	m.Tries, s.Flow = 3, flow
	if err := w.mail.Settle(w.t.Context(), m, s, nil); err != nil {
		w.t.Fatal(err)
	}
	all, err := w.mail.Aside(w.t.Context())
	if err != nil || len(all) == 0 {
		w.t.Fatal(all, err)
	}
	return all[0].Ref // the newest
}

func (w *world) asideLeft() int {
	w.t.Helper()
	all, err := w.mail.Aside(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return len(all)
}

// Messages put aside are seen without what is not kept, tried again or discarded
// once, however many do it, and never without a word in the audit log.
func TestTray(t *testing.T) {
	w := open(t)
	w.add("sonia", store.Supervisor)
	w.add("davi", store.Administrator)
	sonia, davi := w.in("sonia"), w.in("davi")
	sonia.get("/saude/mensagens").wants(t, 200, "Nenhuma mensagem posta de lado")

	ref := w.putAside("1", "79991234711", "quero a segunda via", "bills")
	page := sonia.get("/saude/mensagens")
	page.wants(t, 200, "quero a segunda via")
	if strings.Contains(page.text, "79991234711") {
		t.Error("the page names who it was")
	}
	var both sync.WaitGroup
	answers := make([]answer, 2)
	for i, c := range []client{sonia, davi} {
		both.Go(func() { answers[i] = c.post("/saude/mensagens/" + ref + "/repetir") })
	}
	both.Wait()
	slices.SortFunc(answers, func(a, b answer) int { return a.status - b.status })
	answers[0].wants(t, 200, "O bot recebeu a mensagem")
	if answers[1].status != 409 || !strings.Contains(answers[1].text, dealtWith) && !strings.Contains(answers[1].text, movedOn) {
		t.Errorf("the other is told %d\n%s", answers[1].status, answers[1].text)
	}
	m, s, err := w.mail.Take(t.Context())
	if err != nil || m.Text != "quero a segunda via" || m.From != "79991234711" {
		t.Fatalf("%+v, %v", m, err)
	}
	if err := w.mail.Settle(t.Context(), m, s, nil); err != nil {
		t.Fatal(err)
	}
	sonia.post("/saude/mensagens/"+ref+"/repetir").wants(t, 409, dealtWith)
	sonia.post("/saude/mensagens/"+ref+"/descartar").wants(t, 409, dealtWith)

	ref = w.putAside("2", "79991234711", "meu CPF é 529.982.247-25", "bills")
	page = davi.get("/saude/mensagens")
	page.wants(t, 200, "incompleta")
	if strings.Contains(page.text, "982") || strings.Contains(page.text, "repetir") {
		t.Error("what is not whole is shown so, or may be retried\n", page.text)
	}
	before := len(w.deeds())
	davi.post("/saude/mensagens/"+ref+"/repetir").wants(t, 409, "não foi guardada inteira")
	if len(w.deeds()) != before || w.asideLeft() != 1 {
		t.Error("it was tried again")
	}
	davi.post("/saude/mensagens/"+ref+"/descartar").wants(t, 200, "foi descartada")

	ref = w.putAside("3", "79991234711", "sim", "bills")
	if err := w.mail.Put(t.Context(), bot.Message{ID: "4", Channel: "telegram", From: "79991234711", Text: "oi", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	davi.post("/saude/mensagens/"+ref+"/repetir").wants(t, 409, movedOn)
	if w.asideLeft() != 1 {
		t.Error("it is gone")
	}
	deeds := w.deeds()
	for _, deed := range []string{"message_retried telegram:...4711", "message_discarded telegram:...4711"} {
		if !slices.ContainsFunc(deeds, func(d string) bool { return strings.HasSuffix(d, deed) }) {
			t.Errorf("%q is not in the audit log: %q", deed, deeds)
		}
	}
}

func TestTrayInBrowser(t *testing.T) {
	browser := chromium(t)
	w := open(t)
	w.add("sonia", store.Supervisor)
	w.putAside("1", "79991234711", "quero a segunda via", "")
	p := w.tab(browser)
	p.open("/saude/mensagens", "Nome de acesso")
	p.keys("sonia", kb.Tab, password, kb.Enter)
	p.until("Da mais nova à mais antiga")
	p.accessible("lado")
	p.fit("/saude/mensagens")
	p.press("Repetir")
	p.until("O bot recebeu a mensagem")
	p.accessible("lado-repetida")
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		t.Errorf("the browser complains: %s", c)
	}
}
