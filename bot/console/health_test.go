package console

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lojavirtual/store"
)

// checkup is a day on which something of each kind is amiss.
func checkup(at time.Time) Checkup {
	return Checkup{
		At: at, Process: "servidor1, processo 4711", People: 3, Aside: 1,
		Channels: []Reading{
			{Name: "WhatsApp", Grade: Bad, Is: "o WhatsApp recusa esta versão do programa, desde 21/11 08:00. Número +557933330000", Do: "instale uma versão mais nova da loja"},
			{Name: "Telegram", Grade: Good, Is: "responde como @desobot"},
			{Name: "Página de conversa", Grade: Warn, Is: "aberta em http://localhost:8080/chat", Do: "defina LOJA_PUBLIC_URL com o endereço https pelo qual os clientes chegam aqui"},
		},
		Stores: []Reading{
			{Name: "PostgreSQL", Grade: Good, Is: "responde em 2 ms"},
			{Name: "Redis", Grade: Good, Is: "responde em 1 ms"},
			{Name: "Registro das conversas", Grade: Good, Is: "em dia"},
		},
		Queues: []Queue{
			{Name: "Mensagens recebidas", Waiting: 2, Held: 7, Oldest: 400 * time.Millisecond},
			{Name: "Respostas, Telegram", Waiting: 12, Oldest: 45 * time.Second},
			{Name: "Respostas, WhatsApp", Waiting: 812, Oldest: 26*time.Hour + 4*time.Minute},
		},
		Rates:    []Rate{{Channel: "Telegram", Minutes: 55, AnHour: 612, Faults: 1, Mistakes: 20, Sent: 1300, Lost: 2}},
		Jobs:     []JobRun{{Name: "Guardar as conversas", At: at.Add(-time.Second)}, {Name: "Conferir os pagamentos do dia", At: at.Add(-time.Hour), Failed: true}, {Name: "Apagar o que venceu"}},
		Versions: []Version{{"loja", "v1.2.3, 99f3030"}, {"Esquema loja", "12"}},
	}
}

// The page says how everything does, and what to do; it needs no script.
func TestHealth(t *testing.T) {
	w := open(t, func(c *Config) {
		c.Health = func(context.Context) Checkup { return checkup(time.Now()) }
	})
	w.add("lia", store.Reader)
	lia := w.in("lia")
	page := lia.get("/saude")
	for _, words := range []string{
		"com problema", "instale uma versão mais nova", "responde como @desobot", "26 h 04 min", "45 s", "812", "Mensagens postas de lado: <strong>1</strong>",
		"falhou", "ainda não", "v1.2.3, 99f3030", "servidor1, processo 4711", `href="/saude" aria-current="page"`,
	} {
		page.wants(t, 200, words)
	}
	for q, want := range map[time.Duration]Grade{0: Good, slow - 1: Good, slow: Warn, stuck - 1: Warn, stuck: Bad} {
		if got := (Queue{Oldest: q}).Grade(); got != want {
			t.Errorf("a queue of %v is %q, want %q", q, got, want)
		}
	}
	// What the page asks by itself does not keep an access alive.
	for range 4 {
		w.wait(10 * time.Minute)
		page = lia.get("/saude/agora")
	}
	if page.status != 401 {
		t.Errorf("after %v the page still gets %d", 40*time.Minute, page.status)
	}
}

// The page asks for itself again, and says so when nobody answers.
func TestHealthRenews(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	var now atomic.Pointer[Checkup]
	set := func(change func(*Checkup)) {
		c := checkup(time.Now())
		change(&c)
		now.Store(&c)
	}
	set(func(*Checkup) {})
	w := open(t, func(c *Config) {
		c.Health = func(context.Context) Checkup { return *now.Load() }
	})
	w.add("lia", store.Reader)
	p := w.tab(browser)
	p.open("/saude", "Nome de acesso")
	p.keys("lia", kb.Tab, password, kb.Enter)
	p.until("Bancos de dados")
	p.accessible("saude")
	p.fit("/saude")
	p.do(chromedp.EmulateViewport(390, 844))
	if cut := look[int](p, `[...document.querySelectorAll(".scroll")].filter(e => e.scrollWidth > e.clientWidth).length`); cut > 0 {
		t.Errorf("on a phone %d tables are cut off", cut)
	}
	p.accessible("saude-telefone")
	p.do(chromedp.EmulateViewport(1366, 768))
	set(func(c *Checkup) { c.Queues[0].Name = payloads[0] })
	p.until(payloads[0])
	set(func(c *Checkup) { c.Process = "servidor2" }) // of what came, again
	p.until("servidor2")
	if parts := look[int](p, `document.querySelectorAll("#agora").length`); parts != 1 {
		t.Errorf("the part is there %d times", parts)
	}
	w.server.Close()
	p.until("sem resposta desde então")
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		if !strings.Contains(c, "ERR_CONNECTION_REFUSED") {
			t.Errorf("the browser complains: %s", c)
		}
	}
}
