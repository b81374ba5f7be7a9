package console

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lojavirtual/bot"
	"lojavirtual/store"
)

var shots = flag.String("shots", "", "write pictures of the pages into this folder")

// chromium starts a browser for the test.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil || testing.Short() {
		t.Skip("there is no Chromium on this machine, or no time")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("lang", "pt-BR"))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // the browser, of which each tab is a child
		t.Fatal(err)
	}
	return ctx
}

// A tab is a page of the browser, as somebody of the staff uses it.
type tab struct {
	t   testing.TB
	ctx context.Context
	w   *world

	mu         sync.Mutex
	complaints []string // of its console: what its policy refused, too
}

func (w *world) tab(browser context.Context) *tab {
	w.t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	w.t.Cleanup(cancel)
	p := &tab{t: w.t, ctx: ctx, w: w}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1366, 768)); err != nil {
		w.t.Fatal(err)
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
	return p
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func look[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for the page to hold the words, and its cursor to be where it begins.
func (p *tab) until(words string) {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(30 * time.Millisecond) {
		text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.readyState === "complete" && document.body && (document.activeElement !== document.body || !document.querySelector("[autofocus]")) ? document.body.innerText : ""`))
		if err == nil && strings.Contains(text, words) { // an error: it is just going to another page
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%q never came (%v); the page reads:\n%s", words, err, text)
		}
	}
}

func (p *tab) open(path, words string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.w.server.URL + path))
	p.until(words)
}

// keys types where the page has its cursor.
func (p *tab) keys(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		p.do(chromedp.KeyEvent(k))
	}
}

// press clicks a button or link.
func (p *tab) press(label string) {
	p.t.Helper()
	if !look[bool](p, fmt.Sprintf(`(() => {
		const found = [...document.querySelectorAll("main button, main a, header button")].find(e => e.innerText.trim() === %q);
		found?.click();
		return !!found;
	})()`, label)) {
		p.t.Fatalf("there is no %q on\n%s", label, look[string](p, `document.body.innerText`))
	}
}

// fit is what a page must be at every width: it scrolls down alone.
func (p *tab) fit(path string) {
	p.t.Helper()
	for _, width := range []int64{1366, 820, 683, 410} { // 683 is 1366 at 200 %
		p.do(chromedp.EmulateViewport(width, 900))
		if wide := look[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
			p.t.Errorf("%s is %d px too wide at %d", path, wide, width)
		}
	}
	p.do(chromedp.EmulateViewport(1366, 768))
}

// accessible runs axe's rules for WCAG 2.2 AA over the page, in both schemes.
func (p *tab) accessible(name string) {
	p.t.Helper()
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, scheme := range []string{"light", "dark"} {
		if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		}); err != nil {
			p.t.Fatal(err)
		}
		look[bool](p, string(axe)+";true")
		look[bool](p, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => {
			if (r.passes.length < 10) throw new Error("axe did not look");
			window.found = JSON.stringify(r.violations.map(v => v.impact + " " + v.id + ": " + v.nodes.map(n => n.html + " " + n.any.map(a => a.message)).join(" | ")));
		}) && true`)
		found := ""
		for found == "" {
			time.Sleep(20 * time.Millisecond)
			found = look[string](p, `window.found || ""`)
		}
		look[bool](p, `(window.found = "", true)`)
		var violations []string
		if err := json.Unmarshal([]byte(found), &violations); err != nil {
			p.t.Fatal(err)
		}
		for _, v := range violations {
			p.t.Errorf("%s, %s: %s", name, scheme, v)
		}
		p.draw(name + "-" + scheme)
	}
}

// focused tells what the keyboard is at: its number among all elements, what it
// is called, and whether it can be seen that it is there.
const focused = `(() => {
	const e = document.activeElement, s = getComputedStyle(e), box = e.getBoundingClientRect();
	const middle = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, innerHeight - box.y) / 2);
	return {
		at: e === document.body ? -1 : [...document.querySelectorAll("*")].indexOf(e),
		name: (e.labels?.[0] ?? e).innerText.trim(), html: e.outerHTML.slice(0, 200),
		seen: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && box.width > 0 && (e === middle || e.contains(middle)),
	};
})()`

type focus struct {
	At         int
	Name, HTML string
	Seen       bool
}

// tabTo presses the Tab key, or with Shift, until the keyboard is at what begins
// with the words; on the way it can always be seen where it is.
func (p *tab) tabTo(words string, key ...chromedp.KeyOption) {
	p.t.Helper()
	for range 200 {
		p.do(chromedp.KeyEvent(kb.Tab, key...))
		f := look[focus](p, focused)
		if f.At >= 0 && !f.Seen {
			p.t.Errorf("the keyboard is at what is not seen to be: %s", f.HTML)
		}
		if strings.HasPrefix(f.Name, words) {
			return
		}
	}
	p.t.Fatalf("the Tab key never comes to %q on\n%s", words, look[string](p, `document.body.innerText`))
}

// draw writes a picture of the page.
func (p *tab) draw(name string) {
	p.t.Helper()
	if *shots == "" {
		return
	}
	for _, width := range []int64{1366, 820} {
		p.do(chromedp.EmulateViewport(width, 768))
		shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(*shots, fmt.Sprintf("%s-%d.png", name, width)), shot, 0o644)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	p.do(chromedp.EmulateViewport(1366, 768))
}

// A day of an administrator in a browser: no mouse to get in, no page too wide,
// none that says nothing to who cannot see.
func TestBrowser(t *testing.T) {
	browser := chromium(t)
	w := open(t, func(c *Config) {
		c.Second = store.Roles[2:]
		c.Document = func(context.Context, string, string) (string, bool, error) { return "70000010111", true, nil }
	})
	w.add("davi", store.Administrator)
	w.add("ana", store.Attendant)

	p := w.tab(browser)
	p.open("/pessoas", "Nome de acesso")
	p.accessible("entrar")
	p.fit("/entrar")
	p.keys("davi", kb.Tab, "senha errada", kb.Enter) // the cursor is where one begins
	p.until("não conferem")
	p.accessible("entrar-errado")
	p.keys(password, kb.Enter) // the name is there still
	p.until("O seu papel pede um segundo fator")
	p.accessible("segundo-fator")
	p.fit("/conta/segundo-fator")
	secret, _ := secretOn(t, look[string](p, `document.documentElement.outerHTML`))
	p.readsQR(secret)
	code := func() string { return codeAt(secret, w.now().Unix()/stepSeconds) }
	p.do(chromedp.SendKeys(chromedp.CSS("#codigo"), code()+kb.Enter))
	p.until("Códigos de recuperação")
	p.accessible("recuperacao")
	p.press("Guardei, continuar")
	p.until("Olá, Davi")
	p.accessible("inicio")
	p.press("Sair")
	p.until("Você saiu")
	w.wait(time.Minute)
	p.open("/pessoas", "Nome de acesso")
	p.keys("davi", kb.Tab, password, kb.Enter)
	p.until("Código do aplicativo")
	p.accessible("codigo")
	p.keys(code(), kb.Enter)
	p.until("Adicionar pessoa") // where one wanted to go

	t.Run("keyboard", func(t *testing.T) {
		want := look[int](p, `[...document.querySelectorAll("a[href], button, select, input:not([type=hidden], [type=radio])")].length + 1`) // a group of radios is one
		seen := map[int]bool{}
		for range want + 5 {
			p.keys(kb.Tab)
			f := look[focus](p, focused)
			if f.At >= 0 && !f.Seen {
				t.Errorf("unseen: %s", f.HTML)
			}
			if f.At >= 0 {
				seen[f.At] = true
			}
		}
		if len(seen) != want {
			t.Errorf("the Tab key comes to %d of %d", len(seen), want)
		}
		if first := look[string](p, `document.querySelector("a, button").innerText`); first != "Ir para o conteúdo" {
			t.Errorf("the first is %q", first)
		}
	})

	t.Run("pages", func(t *testing.T) {
		p.open("/pessoas", "Adicionar pessoa")
		p.accessible("pessoas")
		p.fit("/pessoas")
		p.open("/auditoria", "Verificar integridade")
		p.accessible("auditoria")
		p.fit("/auditoria")
		p.press("Verificar integridade")
		p.until("Íntegra")
		w.counted()
		p.open("/numeros", "Onde as pessoas param")
		p.accessible("numeros")
		p.fit("/numeros")
		p.open("/conta", "Meus acessos")
		p.accessible("conta")
		p.fit("/conta")
		p.open("/pessoas/"+strconv.FormatInt(w.read("ana").ID, 10), "Nome e papel")
		p.accessible("pessoa")
		p.fit("/pessoas/{id}")
		p.open("/conta/senha", "Senha atual")
		p.accessible("senha")
		p.open("/nada", "Não existe nada")
		p.accessible("erro")
	})

	t.Run("another site", func(t *testing.T) { // on this machine, so that the cookies go with it
		other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprintf(rw, `<form method=post action="%s/pessoas"><input name=nome value=intruso><input name=mostrado value=I><input name=papel value=admin></form><script>document.forms[0].submit()</script>`, w.server.URL)
		}))
		defer other.Close()
		stranger := w.tab(browser)
		stranger.do(chromedp.Navigate(other.URL))
		stranger.until("veio de outro site")
		if _, ok, err := w.db.StaffNamed(t.Context(), "intruso"); ok || err != nil {
			t.Error(ok, err)
		}
	})

	t.Run("end", func(t *testing.T) {
		p.open("/pessoas", "Adicionar pessoa")
		w.wait(idle + time.Minute)
		look[bool](p, `document.dispatchEvent(new Event("visibilitychange"))`)
		p.until("O acesso terminou")
		if strings.Contains(look[string](p, `document.body.innerText`), "Davi") {
			t.Error("what was on the screen is there still")
		}
		p.keys("davi", kb.Tab, password, kb.Enter)
		p.until("Código do aplicativo")
		p.keys(code(), kb.Enter)
		p.until("Adicionar pessoa")
		if err := w.db.EndStaffAccesses(t.Context(), w.read("davi").ID, w.now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		look[bool](p, `document.dispatchEvent(new Event("visibilitychange"))`)
		p.until("O acesso terminou")
	})

	t.Run("document", func(t *testing.T) {
		p.open("/conversas/"+w.says("79991234711", "oi", identified)+"/documento", "Nome de acesso")
		p.keys("ana", kb.Tab, password, kb.Enter)
		p.until("Por que você precisa ver")
		p.accessible("documento")
		p.fit("/conversas/{protocolo}/documento")
		p.keys("conferir o titular", kb.Enter)
		p.until("700.000.101-11")
		p.accessible("documento-visto")
	})

	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		if strings.Contains(c, "the server responded with a status of 4") { // as it should
			continue
		}
		t.Errorf("the browser complains: %s", c)
	}
}

// A whole attendance with the keyboard alone: from the login and the list to the
// conversation, taking it over, an answer, closing it, and out.
func TestKeyboard(t *testing.T) {
	browser := chromium(t)
	w := open(t)
	w.serve()
	w.add("ana", store.Attendant)
	p := w.tab(browser)
	p.open("/conversas", "Nome de acesso")
	p.keys("ana", kb.Tab, password, kb.Enter)
	p.until("ao vivo")
	protocol := w.hears("4711", "oi")
	w.hears("4711", "atendente")
	p.until("Esperam por uma pessoa: 1")
	p.tabTo("Ir para o conteúdo")
	p.keys(kb.Enter)
	p.tabTo(bot.Grouped(protocol))
	p.keys(kb.Enter)
	p.until("A pessoa espera por alguém da equipe")
	p.tabTo("Assumir")
	p.keys(kb.Enter)
	p.until("Esta conversa é sua")
	if f := look[focus](p, focused); !strings.HasPrefix(f.Name, "Mensagem para a pessoa") {
		t.Errorf("after taking over the keyboard is at %+v", f)
	}
	p.keys("Bom dia, sou eu")
	p.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	p.until("Enviado.")
	w.comes("the answer is sent", func() bool {
		return strings.Contains(strings.Join(w.said("telegram:4711", protocol), " "), "Bom dia, sou eu")
	})
	p.tabTo("Motivo")
	p.keys(kb.ArrowDown)
	p.tabTo("Outro motivo")
	p.keys("resolvido por aqui", kb.Enter)
	p.until("Atendimento encerrado.")
	p.tabTo("Sair", chromedp.KeyModifiers(chromedp.ModifierShift))
	p.keys(kb.Enter)
	p.until("Você saiu")
}

// readsQR reads the code on the page as a telephone does.
func (p *tab) readsQR(secret []byte) {
	p.t.Helper()
	zbarimg, err := exec.LookPath("zbarimg")
	if err != nil {
		return
	}
	shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	file := filepath.Join(p.t.TempDir(), "qr.png")
	if err := os.WriteFile(file, shot, 0o600); err != nil {
		p.t.Fatal(err)
	}
	read, err := exec.CommandContext(p.t.Context(), zbarimg, "--quiet", "--raw", file).Output()
	if want := setup("DESO", "davi", secret); err != nil || strings.TrimSpace(string(read)) != want {
		p.t.Errorf("the code reads %q, want %q (%v)", read, want, err)
	}
}
