package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lojavirtual/store/febraban"
)

var picture = flag.String("picture", "", "write the picture of a conversation for the README into this file")

// A running demo.
type running struct {
	*exec.Cmd
	public, staff string
}

var addresses = regexp.MustCompile(`Chat\s+(http://\S+)|Health\s+(http://[^/\s]+)`)

// startDemo starts loja demo as a process of its own and waits until it says
// where it is.
func startDemo(t *testing.T, env ...string) *running {
	t.Helper()
	r := &running{Cmd: command(t, "demo")}
	r.Env = append(r.Env, env...)
	out, err := r.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Stderr = os.Stderr
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() && r.staff == "" {
		m := addresses.FindStringSubmatch(lines.Text())
		if m != nil {
			r.public, r.staff = r.public+m[1], r.staff+m[2]
		}
	}
	if r.staff == "" {
		t.Fatal("the demo ended before it was ready")
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // so that it never waits for us
	return r
}

// stop sends what Ctrl-C sends and waits for the end.
func (r *running) stop(t *testing.T) {
	t.Helper()
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- r.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("after Ctrl-C: %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("Ctrl-C did not end it")
	}
}

func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not on this machine", name)
	}
	return path
}

// A page of a browser, as a person uses it.
type page struct {
	t   *testing.T
	ctx context.Context
}

func openPage(t *testing.T, browser, address string, options ...chromedp.ExecAllocatorOption) page {
	t.Helper()
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), slices.Concat(chromedp.DefaultExecAllocatorOptions[:],
		[]chromedp.ExecAllocatorOption{chromedp.ExecPath(browser), chromedp.NoSandbox}, options)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); cancel() })
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	return page{t, ctx}
}

func evaluate[T any](p page, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

func (p page) text() string { return evaluate[string](p, `document.body?.innerText ?? ""`) }

// until waits for an expression to be true. A page that is just going to another
// one, as by its refresh, answers with an error.
func (p page) until(what, expression string) {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		is, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		if err == nil && is {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s never came (%v); the page reads:\n%s", what, err, p.text())
		}
	}
}

// answered waits until the newest question holds the words.
func (p page) answered(words string) {
	p.t.Helper()
	p.until(words, fmt.Sprintf(`[...document.querySelectorAll(".message")].at(-1)?.innerText.includes(%q)`, words))
}

func (p page) say(words, answer string) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, chromedp.SendKeys(chromedp.CSS("textarea"), words+kb.Enter)); err != nil {
		p.t.Fatal(err)
	}
	p.answered(answer)
}

func (p page) press(label, answer string) {
	p.t.Helper()
	p.until(label, fmt.Sprintf(`(() => {
		const found = [...document.querySelectorAll("button")].filter(b => b.innerText.trim().startsWith(%q)).at(-1);
		document.querySelectorAll(".pressing").forEach(b => b.classList.remove("pressing"));
		found?.classList.add("pressing");
		return found;
	})()`, label))
	if err := chromedp.Do(p.ctx, chromedp.Click(chromedp.CSS(".pressing"))); err != nil {
		p.t.Fatal(err)
	}
	p.answered(answer)
}

// open goes to an address.
func (p page) open(address string) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, chromedp.Navigate(address)); err != nil {
		p.t.Fatal(err)
	}
}

// click clicks what begins with the words, and waits for others on the page that
// this leads to.
func (p page) click(label, shows string) {
	p.t.Helper()
	p.until(label, fmt.Sprintf(`(() => {
		const found = [...document.querySelectorAll("button, a")].find(e => e.innerText.trim().startsWith(%q));
		found?.classList.add("clicking");
		return found;
	})()`, label))
	if err := chromedp.Do(p.ctx, chromedp.Click(chromedp.CSS(".clicking"))); err != nil {
		p.t.Fatal(err)
	}
	p.shows(shows)
}

func (p page) shows(words string) {
	p.t.Helper()
	p.until(words, fmt.Sprintf(`document.body?.innerText.includes(%q)`, words))
}

// The main job as a customer does it in a browser: who they are, then the PDF
// of a bill, whose bar code is worth what the bill says.
func TestDemoInABrowser(t *testing.T) {
	t.Parallel()
	browser := program(t, "chromium")
	demo := startDemo(t)
	page := openPage(t, browser, demo.public)
	page.until("the page", `document.querySelector("textarea")`)
	page.say("oi", "Como posso ajudar?")
	page.press("Segunda Via de Conta", "Qual é a matrícula")
	page.say("1043722", "CPF ou CNPJ")
	page.say("700.000.101-11", "De quais contas")
	page.say("2", "Como prefere receber?")
	page.press("PDF da conta", "Precisa de mais alguma coisa?")
	if !strings.Contains(page.text(), "Pronto, Maria das D. S.") {
		t.Errorf("she was not called by her name:\n%s", page.text())
	}

	if left := evaluate[string](page, `document.querySelector("textarea").value`); left != "" {
		t.Errorf("after sending, the field holds %q", left)
	}
	if *picture != "" {
		if err := chromedp.Do(page.ctx, chromedp.EmulateViewport(390, 1060)); err != nil {
			t.Fatal(err)
		}
		page.until("the page at its size", `innerHeight === 1060`)
		page.until("stillness", `document.getAnimations().every(a => a.playState === "finished")`)
		shot, err := chromedp.Run(page.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(*picture, shot, 0o644); err != nil {
			t.Fatal(err)
		}
	}

	href := evaluate[string](page, `document.querySelector('a[href*="/chat/files/"]').href`)
	cookies, err := chromedp.Call(page.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, href, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cookies.Cookies {
		request.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	pdf, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", href, response.Status, err)
	}
	checkPaper(t, pdf)
	page.paysByCard()
	demo.stop(t)
}

// paysByCard pays all that she owes at the demo's own card company.
func (p page) paysByCard() {
	p.t.Helper()
	p.say("negociar débitos", "O que você quer pagar?")
	p.say("todas", "Escolhidas (3 de 3)")
	p.say("pagar", "Como prefere pagar?")
	p.say("cartão", "Precisa de mais alguma coisa?")
	p.open(evaluate[string](p, `document.querySelector('a[href*="/pay/"]').href`))
	p.click("Ir para", "Custo cobrado por esta empresa")
	p.click("Pagar", "Pagamento aprovado")
	p.click("Voltar", "Pagamento confirmado")
	p.click("Voltar à conversa", "Precisa de mais alguma coisa?")
	p.ask(exchange{"débitos", "🔵"})
}

var price = regexp.MustCompile(`R\$\s?([\d.]+,\d{2})`)

// checkPaper reads the bar code off the picture of a bill and compares it with
// the bill's text.
func checkPaper(t *testing.T, pdf []byte) {
	t.Helper()
	zbarimg, pdftoppm, pdftotext := program(t, "zbarimg"), program(t, "pdftoppm"), program(t, "pdftotext")
	file := filepath.Join(t.TempDir(), "conta.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), pdftotext, "-raw", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	picture := strings.TrimSuffix(file, ".pdf")
	if out, err := exec.CommandContext(t.Context(), pdftoppm, "-r", "200", "-png", "-singlefile", file, picture).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	read, err := exec.CommandContext(t.Context(), zbarimg, "--quiet", "--raw", "-Sdisable", "-Si25.enable", picture+".png").Output()
	if err != nil {
		t.Fatal(err)
	}
	code, err := febraban.CheckBarcode(strings.TrimSpace(string(read)))
	if err != nil {
		t.Fatalf("the bar code reads %q: %v", read, err)
	}
	worth, ok := code.Amount()
	if !ok {
		t.Fatalf("the bar code %s has no amount", read)
	}
	amount := worth.Number()
	for _, m := range price.FindAllStringSubmatch(string(text), -1) {
		if m[1] == amount {
			return
		}
	}
	t.Errorf("the bar code is worth %s, the paper says\n%s", amount, text)
}
