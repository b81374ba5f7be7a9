package console

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lojavirtual/store"
)

// A phonelessLinker shows codes that nobody reads; cmd/loja has the real one.
type phonelessLinker struct {
	mu  sync.Mutex
	now Linking
}

func (l *phonelessLinker) Linking(context.Context) (Linking, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now, nil
}

func (l *phonelessLinker) Link(_ context.Context, by int64, phone string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = Linking{By: by, Code: "2@ABC,DEF,GHI", Until: time.Now().Add(time.Minute)}
	if phone != "" {
		l.now.Code, l.now.Typed = "K7Q2-9XYZ", true
	}
	return "", nil
}

func (l *phonelessLinker) StopLinking() { l.set(Linking{}) }

func (l *phonelessLinker) set(now Linking) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = now
}

// A device is linked by whoever types their password again; nobody else sees the
// code, and what was done is in the audit log.
func TestLinkPage(t *testing.T) {
	links := &phonelessLinker{}
	w := open(t, func(c *Config) { c.Linker = links })
	w.add("davi", store.Administrator)
	w.add("rita", store.Administrator)
	davi, rita := w.in("davi"), w.in("rita")
	davi.get("/saude/whatsapp").wants(t, 200, "Ligar um aparelho")
	davi.post("/saude/whatsapp", "atual", "errada", "telefone", "+557933330000").wants(t, 422, "não confere")
	if links.now.By != 0 {
		t.Fatal("linking without the password")
	}
	davi.post("/saude/whatsapp", "atual", password).wants(t, 303, "/saude/whatsapp")
	davi.get("/saude/whatsapp").wants(t, 200, "Código QR do WhatsApp")
	if page := rita.get("/saude/whatsapp"); strings.Contains(page.text, "Código QR") || !strings.Contains(page.text, "Outro administrador") {
		t.Error(page.text)
	}
	rita.post("/saude/whatsapp/parar").wants(t, 303, "/saude/whatsapp")
	davi.post("/saude/whatsapp", "atual", password, "telefone", "+557933330000").wants(t, 303, "/saude/whatsapp")
	davi.get("/saude/whatsapp/agora").wants(t, 200, "K7Q2-9XYZ")
	if page := rita.get("/saude/whatsapp/agora"); strings.Contains(page.text, "K7Q2") {
		t.Error("somebody else sees the code")
	}
	links.set(Linking{Away: "Outro processo está com o WhatsApp: b"})
	davi.get("/saude/whatsapp").wants(t, 200, "Outro processo está com o WhatsApp: b")
	links.set(Linking{Device: "+557933330000"})
	davi.get("/saude/whatsapp").wants(t, 200, "está ligado")
	want := []string{"davi login_refused", "davi whatsapp_linked whatsapp", "rita whatsapp_stopped whatsapp", "davi whatsapp_linked whatsapp"}
	if deeds := w.deeds(); !slices.Equal(deeds[len(deeds)-4:], want) {
		t.Errorf("%q", deeds)
	}
	if strings.Contains(w.logged.String(), "K7Q2") || strings.Contains(w.logged.String(), "2@ABC") {
		t.Error("the log has a code")
	}
}

func TestLinkInBrowser(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	links := &phonelessLinker{}
	w := open(t, func(c *Config) { c.Linker = links })
	w.add("davi", store.Administrator)
	p := w.tab(browser)
	p.open("/saude/whatsapp", "Nome de acesso")
	p.keys("davi", kb.Tab, password, kb.Enter)
	p.until("Ligar um aparelho")
	p.accessible("whatsapp")
	p.fit("/saude/whatsapp")
	p.do(chromedp.SendKeys(chromedp.CSS("#atual"), password+kb.Enter))
	p.until("No celular")
	p.accessible("whatsapp-qr")
	p.fit("/saude/whatsapp")
	now, _ := links.Linking(t.Context()) // never fails
	now.Code, now.Typed = "K7Q2-9XYZ", true
	links.set(now)
	p.until("K7Q2-9XYZ") // by itself
	p.accessible("whatsapp-codigo")
	links.set(Linking{Device: "+557933330000"})
	p.until("está ligado") // by itself, too
	p.accessible("whatsapp-ligado")
}
