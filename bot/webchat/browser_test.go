package webchat_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lojavirtual/bot"
)

var shots = flag.String("shots", "", "write pictures of the page into this folder")

// chromium starts a browser for the test.
func chromium(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" || testing.Short() {
		t.Skip("there is no Chromium on this machine, or no time")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("lang", "pt-BR"), chromedp.Flag("force-prefers-reduced-motion", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		cancel()
	})
	return ctx
}

// A tab is one of the browser's.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string // of its console
}

// open opens the site in a new tab, at a size.
func (s *site) open(t *testing.T, browser context.Context, width, height int64) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil { // opens the tab, which lives as long as this context
		t.Fatal(err)
	}
	console := chromedp.Console(ctx)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			p.mu.Lock()
			p.complaints = append(p.complaints, string(m.Type)+": "+m.Text)
			p.mu.Unlock()
		}
	}()
	p.do(chromedp.Navigate(s.server.URL + "/chat"))
	p.until(`document.getElementById('log').getAttribute('aria-live') === 'polite'`)
	return p
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// until waits for an expression to be true.
func (p *tab) until(expression string) {
	p.t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for !p.is(expression) {
		if time.Now().After(deadline) {
			p.t.Fatalf("never: %s\nthe page reads: %s", expression, read[string](p, `document.body.innerText`))
		}
		time.Sleep(30 * time.Millisecond)
	}
}

func (p *tab) is(expression string) bool { return read[bool](p, "!!("+expression+")") }

func read[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// press clicks the newest button, link or box that reads so.
func (p *tab) press(label string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`(() => {
		document.querySelectorAll('.here').forEach(e => e.classList.remove('here'));
		const found = [...document.querySelectorAll('button, a, label.tick')].filter(e => e.innerText.trim().startsWith(%q) && e.offsetParent);
		found.at(-1)?.classList.add('here');
		return found.length;
	})()`, label))
	p.do(chromedp.ScrollIntoView(chromedp.CSS(".here")), chromedp.Click(chromedp.CSS(".here")))
}

func (p *tab) keys(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		p.do(chromedp.KeyEvent(k))
	}
}

func (p *tab) write(text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.ID("text"), text+kb.Enter))
}

// shows waits for the conversation to end with a text.
func (p *tab) shows(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`[...document.querySelectorAll('.message')].at(-1)?.innerText.includes(%q)`, text))
}

// conversation is what the bubbles say, without their times.
func (p *tab) conversation() []string {
	p.t.Helper()
	return read[[]string](p, `[...document.querySelectorAll('.message .text')].map(e => e.textContent)`)
}

// quiet fails if the page has complained, say of its own policy.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.complaints) > 0 {
		p.t.Errorf("the console says %q", p.complaints)
	}
}

func (p *tab) shoot(name string) {
	p.t.Helper()
	if *shots == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) dark(yes bool) {
	p.t.Helper()
	scheme := "light"
	if yes {
		scheme = "dark"
	}
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		p.t.Fatal(err)
	}
}

const pixCode = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913DESO SERGIPE6007ARACAJU62070503***63041D3D"

var services = []string{
	"Segunda Via de Conta", "Negociar Débitos", "Consultar Pagamentos", "Consultar Histórico de Consumo",
	"Outros Serviços", "Falar com Atendente",
}

// clerk says a bit of everything that a page must show.
func clerk(m bot.Message) []bot.Reply {
	said := m.Choice + m.Text
	switch said {
	case "oi", "menu":
		return []bot.Reply{
			{Text: "Bom dia! Sou o assistente virtual da *DESO* (um robô). Seu protocolo é *2026 0520 0417*."},
			{Text: "Como posso ajudar?", Options: services, Key: "menu"},
		}
	case "Segunda Via de Conta":
		return []bot.Reply{{Text: "Qual é a *matrícula* do imóvel? Ela está no alto da sua conta, como em `1234567-8`."}}
	case "10010":
		return []bot.Reply{
			{Text: "Encontrei: *M••••• A••••• S•••••*, Rua Lagarto, 3••, Aracaju. Há 3 contas em aberto, que somam R$ 1.259,72."},
			{
				Text: "De quais contas você quer a 2ª via? Pode escolher mais de uma.", Key: "k.3", Several: true,
				Options: []string{"03/2026 · R$ 1.091,12 · vencida", "04/2026 · R$ 84,30 · vencida", "05/2026 · R$ 84,30 · vence em 25/05/2026"},
				Also:    []string{"Todas as contas", "Contas pagas"},
			},
		}
	case "1, 3":
		return []bot.Reply{{Text: "Como prefere receber?", Options: []string{"PDF", "Pix", "Código de barras"}, Key: "k.4"}}
	case "Pix":
		return []bot.Reply{
			{Text: "Copie o código e cole no aplicativo do seu banco, em *Pix copia e cola*. Confira o nome de quem recebe: *DESO*, CNPJ 13.018.171/0001-90."},
			{Copy: pixCode},
			{Text: "Prefere pagar pelo banco?", Link: &bot.Link{Label: "Pagar no Banese", Address: "https://www.banese.com.br/"}},
		}
	case "PDF":
		return []bot.Reply{
			{Document: &bot.Document{Name: "conta-202605.pdf", Type: "application/pdf", Caption: "Aqui está a 2ª via de *05/2026*.", Body: append(pdf, make([]byte, 23000)...)}},
			{Text: "Quer a 2ª via de outra conta?", Options: []string{"Sim", "Não"}, Key: "k.5"},
		}
	case "consumo":
		return []bot.Reply{{Image: &bot.Document{Name: "consumo.png", Caption: "Seu consumo nos últimos meses: 12, 14 e 31 m³.", Body: bars()}}}
	}
	if strings.HasPrefix(m.Choice, "Todas") {
		return []bot.Reply{{Text: "São todas.", Edits: m.Pressed}}
	}
	return []bot.Reply{{Text: "Não entendi. Escolha uma das opções, ou responda com o número dela."}}
}

// bars is a picture.
func bars() []byte {
	p := image.NewRGBA(image.Rect(0, 0, 480, 240))
	for x := range 480 {
		for y := range 240 {
			c := color.RGBA{255, 255, 255, 255}
			if bar := x / 40; x%40 > 8 && 240-y < 60+(bar*53)%150 {
				c = color.RGBA{0, 102, 124, 255}
			}
			p.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, p)
	return b.Bytes()
}

func TestInTheBrowser(t *testing.T) {
	tabs := chromium(t)
	if err := chromedp.Do(tabs, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}

	t.Run("conversation", func(t *testing.T) {
		s := open(t, clerk)
		var typed atomic.Int32
		s.chat.Typing = func(context.Context, string) error { typed.Add(1); return nil }
		for _, name := range []string{"clipboard-read", "clipboard-write"} {
			if _, err := chromedp.CallBrowser(tabs, browser.SetPermission, browser.SetPermissionParams{
				Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, Origin: s.server.URL,
			}); err != nil {
				t.Fatal(err)
			}
		}
		p := s.open(t, tabs, 390, 844)
		both(p, "1-welcome", 390, 844)
		if len(s.messages()) != 0 {
			t.Error("the page spoke by itself")
		}
		p.press("Começar")
		p.shows("Como posso ajudar?")
		if p.is(`document.getElementById('start').offsetParent`) {
			t.Error("the conversation has begun, and one may begin it")
		}
		both(p, "2-menu", 390, 844)
		p.press("Segunda Via de Conta")
		p.shows("Qual é a matrícula")
		if got := read[[]string](p, `[...document.querySelectorAll('.text strong, .text code')].slice(-2).map(e => e.tagName + e.textContent)`); fmt.Sprint(got) != "[STRONGmatrícula CODE1234567-8]" {
			t.Errorf("marks: %q", got)
		}
		if !p.is(`document.querySelector('.options.old .pressed').innerText === 'Segunda Via de Conta'`) {
			t.Error("the pressed option is not shown as such")
		}
		p.write("10010")
		p.shows("Pode escolher mais de uma.")
		if typed.Load() == 0 {
			t.Error("nobody hears that one types")
		}
		p.press("Enviar")
		p.until(`document.querySelector('.hint')?.innerText.includes('pelo menos uma')`)
		p.press("03/2026")
		p.press("05/2026")
		both(p, "3-several", 390, 844)
		p.press("Enviar (2)")
		p.shows("Como prefere receber?")
		both(p, "4-how", 390, 844)
		p.press("Pix")
		p.shows("Prefere pagar pelo banco?")
		both(p, "5-pix", 390, 844)
		p.press("Copiar código")
		p.until(`[...document.querySelectorAll('.actions .done')].some(e => e.innerText === 'Copiado')`)
		if got, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`navigator.clipboard.readText()`, chromedp.EvalAwaitPromise)); err != nil || got != pixCode {
			t.Errorf("copied %q, %v", got, err)
		}
		if got := read[string](p, `(a => [a.href, a.target, a.rel].join(' '))([...document.querySelectorAll('.actions a')].at(-1))`); got != "https://www.banese.com.br/ _blank noopener noreferrer" {
			t.Errorf("link: %s", got)
		}
		p.press("PDF") // of a question already answered
		p.shows("Quer a 2ª via de outra conta?")
		both(p, "6-pdf", 390, 844)
		opened := chromedp.WaitNewTarget(p.ctx, func(i *target.Info) bool { return strings.Contains(i.URL, "/chat/files/") })
		p.press("Abrir")
		select {
		case <-opened:
		case <-time.After(30 * time.Second):
			t.Error("the document did not open")
		}
		if got := read[string](p, `(a => a.download + ' ' + a.search)(document.querySelector('a[download]'))`); got != "conta-202605.pdf ?download" {
			t.Errorf("to save: %s", got)
		}
		p.write("consumo")
		p.until(`[...document.querySelectorAll('.picture img')].some(i => i.naturalWidth === 480 && i.alt.startsWith('Seu consumo'))`)
		p.write("<img src=x onerror=alert(1)> *não* é `marca`")
		p.shows("Não entendi")
		both(p, "7-end", 390, 844)

		m := s.messages()
		want := []bot.Message{
			{Text: "oi"},
			{Choice: "Segunda Via de Conta", Asked: "menu"},
			{Text: "10010"},
			{Text: "1, 3", Asked: "k.3"},
			{Choice: "Pix", Asked: "k.4"},
			{Choice: "PDF", Asked: "k.4"},
			{Text: "consumo"},
			{Text: "<img src=x onerror=alert(1)> *não* é `marca`"},
		}
		for i, w := range want {
			if i >= len(m) || m[i].Text != w.Text || m[i].Choice != w.Choice || m[i].Asked != w.Asked || (m[i].Pressed != "") != (w.Asked != "") {
				t.Fatalf("message %d: %+v, want %+v", i, m[min(i, len(m)-1)], w)
			}
		}

		before := p.conversation()
		p.do(chromedp.Reload())
		p.until(`document.getElementById('log').getAttribute('aria-live') === 'polite'`)
		if after := p.conversation(); fmt.Sprint(after) != fmt.Sprint(before) || len(after) == 0 {
			t.Errorf("after a reload:\n%q\nbefore:\n%q", after, before)
		}
		second := s.open(t, tabs, 1280, 900)
		both(second, "8-end", 1280, 900)
		second.write("menu")
		second.shows("Como posso ajudar?")
		p.shows("Como posso ajudar?")
		if a, b := p.conversation(), second.conversation(); fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("two tabs show\n%q\nand\n%q", a, b)
		}
		p.quiet()
		second.quiet()
	})

	t.Run("edits", func(t *testing.T) {
		s := open(t, clerk)
		p := s.open(t, tabs, 390, 844)
		p.write("10010")
		p.press("Todas as contas")
		p.until(`[...document.querySelectorAll('.text')].some(e => e.textContent === 'São todas.')`)
		if got := p.conversation(); len(got) != 4 || got[2] != "São todas." || p.is(`document.querySelector('.tick')`) {
			t.Errorf("conversation: %q", got)
		}
		p.quiet()
	})

	t.Run("forget", func(t *testing.T) {
		s := open(t, clerk)
		p := s.open(t, tabs, 390, 844)
		p.write("menu")
		p.shows("Como posso ajudar?")
		second := s.open(t, tabs, 390, 844)
		second.shows("Como posso ajudar?")
		p.do(chromedp.Click(chromedp.ID("forget")))
		both(p, "9-forget", 390, 844)
		p.press("Apagar")
		for _, tab := range []*tab{p, second} {
			tab.until(`document.getElementById('start')?.offsetParent && document.querySelectorAll('.message').length === 0`)
			tab.quiet()
		}
	})

	// What is written while nothing can be sent is sent once, when it can.
	t.Run("trouble", func(t *testing.T) {
		s := open(t, echo)
		p := s.open(t, tabs, 390, 844)
		p.write("um")
		p.shows("Você disse um.")
		s.breaks(errors.New("away"))
		p.write("dois")
		p.write("três")
		p.until(`document.getElementById('banner').offsetParent`)
		p.shoot("10-trouble-phone")
		sending := `[...document.querySelectorAll('.mine .words')].map(e => e.textContent).join() === 'enviada,enviando,enviando'`
		p.until(sending)
		p.do(chromedp.Reload())
		p.until(sending)
		s.breaks(nil)
		p.shows("Você disse três.")
		p.until(`!document.getElementById('banner').offsetParent`)

		s.server.CloseClientConnections()
		if err := s.chat.Send(t.Context(), bot.Letter{ID: "later", To: s.messages()[0].From, Reply: bot.Reply{Text: "Enquanto você esteve fora."}}); err != nil {
			t.Fatal(err)
		}
		p.shows("Enquanto você esteve fora.")
		want := "[um Você disse um. dois Você disse dois. três Você disse três. Enquanto você esteve fora.]"
		if got := fmt.Sprint(p.conversation()); got != want && got != "[um Você disse um. dois três Você disse dois. Você disse três. Enquanto você esteve fora.]" {
			t.Error(got)
		}
		if got := len(s.messages()); got != 3 {
			t.Errorf("%d messages were taken", got)
		}
	})

	t.Run("keyboard", func(t *testing.T) {
		s := open(t, clerk)
		p := s.open(t, tabs, 1280, 900)
		focused := func(name string) {
			t.Helper()
			if got := read[string](p, `(e => (e.getAttribute('aria-label') || e.innerText || e.parentElement.innerText || e.id).trim())(document.activeElement)`); got != name {
				t.Fatalf("the focus is on %q, not on %q", got, name)
			}
		}
		p.keys(kb.Tab)
		focused("Apagar esta conversa")
		p.keys(kb.Tab)
		focused("Conversa")
		p.keys(kb.Tab)
		focused("Começar")
		if !p.is(`getComputedStyle(document.activeElement).outlineStyle === 'solid'`) {
			t.Error("the focus is not seen")
		}
		p.keys(kb.Enter)
		p.shows("Como posso ajudar?")
		p.do(chromedp.Focus(chromedp.ID("log")))
		p.keys(kb.Tab, kb.Tab)
		focused("Negociar Débitos")
		p.keys(kb.Tab, kb.Tab, kb.Tab, kb.Tab, kb.Tab)
		focused("Menu")
		p.keys(kb.Tab, kb.Tab, kb.Tab, "10010", kb.Enter)
		p.shows("Pode escolher mais de uma.")
		p.until(`document.querySelectorAll('.tick').length === 3`)
		p.do(chromedp.Focus(chromedp.CSS(".tick input")))
		p.keys(" ", kb.Tab, kb.Tab)
		focused("05/2026 · R$ 84,30 · vence em 25/05/2026")
		p.keys(" ", kb.Tab)
		focused("Enviar (2)")
		p.keys(" ")
		p.shows("Como prefere receber?")
		p.do(chromedp.Focus(chromedp.ID("text")))
		p.do(chromedp.KeyEvent("a"), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift)), chromedp.KeyEvent("b"+kb.Enter))
		p.shows("Não entendi")
		m := s.messages()
		if last := m[len(m)-1].Text; last != "a\nb" {
			t.Errorf("two lines came as %q", last)
		}
		p.quiet()
	})

	// 320 px is the narrowest phone, and also 1280 px at 400 % zoom.
	t.Run("sizes", func(t *testing.T) {
		s := open(t, clerk)
		p := s.open(t, tabs, 320, 568)
		for _, said := range []string{"menu", "10010", "1, 3", "Pix", "PDF", "consumo", strings.Repeat("semespaço", 20)} {
			p.write(said)
		}
		p.shows("Não entendi")
		for _, size := range [][2]int64{{320, 568}, {360, 640}, {640, 450}, {844, 390}, {320, 256}, {1280, 900}} {
			p.do(chromedp.EmulateViewport(size[0], size[1]))
			p.until(fmt.Sprintf(`innerWidth === %d`, size[0]))
			wide := read[[]string](p, `[document.documentElement, document.getElementById('log'), ...document.querySelectorAll('.bubble, .options, .foot, .top')]
				.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className + ' ' + e.scrollWidth + ' > ' + e.clientWidth)`)
			if len(wide) > 0 {
				t.Errorf("at %v scroll sideways: %q", size, wide)
			}
			p.until(`(b => b.bottom <= innerHeight + 1 && b.top > 0)(document.getElementById('text').getBoundingClientRect())`) // one can write
			p.until(`document.getElementById('log').clientHeight > 80`)                                                         // and read
			p.shoot(fmt.Sprintf("size-%dx%d", size[0], size[1]))
		}
		small := read[[]string](p, `[...document.querySelectorAll('button, .actions a, .tick')].filter(e => e.offsetParent && (e.offsetHeight < 32 || e.offsetWidth < 32)).map(e => e.innerText)`)
		if len(small) > 0 {
			t.Errorf("too small to press: %q", small)
		}
	})

	t.Run("contrast", func(t *testing.T) {
		s := open(t, clerk)
		p := s.open(t, tabs, 390, 844)
		for _, said := range []string{"menu", "10010", "1, 3", "Pix", "PDF", "consumo"} {
			p.write(said)
		}
		p.shows("Seu consumo")
		for _, dark := range []bool{false, true} {
			p.dark(dark)
			if pale := read[[]string](p, contrast); len(pale) > 0 {
				t.Errorf("dark %v: hard to read: %q", dark, pale)
			}
		}
	})
}

// both takes a picture in light and in dark.
func both(p *tab, name string, width, height int) {
	p.t.Helper()
	if *shots == "" {
		return
	}
	device := "phone"
	if width > height {
		device = "desk"
	}
	for _, dark := range []bool{true, false} {
		p.dark(dark)
		time.Sleep(150 * time.Millisecond) // it paints
		p.shoot(name + "-" + device + map[bool]string{true: "-dark", false: "-light"}[dark])
	}
}

// contrast lists the texts that stand out less than WCAG asks, 4.5 to 1, from
// the nearest plain ground behind them.
const contrast = `(() => {
	const numbers = c => c.match(/[\d.]+/g).map(Number);
	const light = c => {
		const [r, g, b] = numbers(c).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
		return .2126 * r + .7152 * g + .0722 * b;
	};
	const ground = e => {
		for (; e; e = e.parentElement) {
			const s = getComputedStyle(e);
			if (s.backgroundImage.includes('gradient')) return s.backgroundImage.match(/rgb\([^)]*\)/g).sort((x, y) => light(y) - light(x))[0];
			const [, , , alpha = 1] = numbers(s.backgroundColor);
			if (alpha === 1) return s.backgroundColor;
		}
		return 'rgb(255, 255, 255)';
	};
	const pale = [];
	for (const e of document.querySelectorAll('body *')) {
		const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
		if (!own || !e.offsetParent || e.closest('.unseen')) continue;
		const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
		const ratio = (a + .05) / (b + .05);
		if (ratio < 4.5) pale.push(ratio.toFixed(2) + ' ' + e.className + ' ' + e.textContent.slice(0, 30));
	}
	return pale;
})()`
