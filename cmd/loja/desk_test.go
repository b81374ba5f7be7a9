package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/jackc/pgx/v5"

	"lojavirtual/bot/telegram/telegramtest"
)

// A clerk is somebody of the staff at a browser of their own.
type clerk struct {
	t     *testing.T
	ctx   context.Context
	staff string // where the pages are
}

func newClerk(t *testing.T, chromium, staff, name, password string) *clerk {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox)...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // the browser, which lives as long as this context
		t.Fatal(err)
	}
	c := &clerk{t, ctx, staff}
	c.do(chromedp.Navigate(staff + "/entrar?para=/fila"))
	c.see("Nome de acesso")
	c.do(chromedp.SendKeys(chromedp.CSS("#nome"), name), chromedp.SendKeys(chromedp.CSS("#senha"), password+"\r"))
	c.see("Esperam: ")
	return c
}

func (c *clerk) do(steps ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		c.t.Fatal(err)
	}
}

// see waits for the page to hold all the words.
func (c *clerk) see(words ...string) {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		text, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`))
		if err == nil && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) { // an error: it is just going to another page
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("%q is never seen (%v):\n%s", words, err, text)
		}
	}
}

// choose takes the option of a list whose label begins so.
func (c *clerk) choose(list, label string) {
	c.t.Helper()
	c.yes(fmt.Sprintf(`(() => {
		const list = document.querySelector(%q), option = [...list?.options ?? []].find(o => o.label.startsWith(%q));
		if (option) list.value = option.value;
		return !!option;
	})()`, list, label))
}

// press clicks a button of the page.
func (c *clerk) press(label string) {
	c.t.Helper()
	c.yes(fmt.Sprintf(`(() => {
		const found = [...document.querySelectorAll("main button")].find(e => e.innerText.trim() === %q);
		found?.click();
		return !!found;
	})()`, label))
}

// yes waits for an expression to be true.
func (c *clerk) yes(expression string) {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if is, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool](expression)); err == nil && is {
			return
		}
		if time.Now().After(deadline) {
			text, _ := chromedp.Run(c.ctx, chromedp.Evaluate[string](`document.body.innerText`))
			c.t.Fatalf("never true: %s\n%s", expression, text)
		}
	}
}

// write sends a message with the keys alone.
func (c *clerk) write(text string) {
	c.t.Helper()
	c.do(chromedp.SendKeys(chromedp.CSS("#texto"), text), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

// A customer on Telegram asks for a person, and two of the staff attend to her in
// their browsers: from the queue to the survey, over a restart.
func TestAttendants(t *testing.T) {
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil || testing.Short() {
		t.Skip("there is no Chromium on this machine, or no time")
	}
	telegram := telegramtest.New(t)
	log := slog.New(slog.DiscardHandler)
	text := string(demoOperator) // whose people attend at all hours
	from, to := strings.Index(text, "  periods:\n"), strings.Index(text, "  town: \"1\"\n")
	operator := filepath.Join(t.TempDir(), "operator.yaml")
	text = text[:from] + "  periods:\n    - days: [dom, seg, ter, qua, qui, sex, sáb]\n      from: \"00:00\"\n      to: \"24:00\"\n" + text[to:]
	if err := os.WriteFile(operator, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := configured(t, log, "LOJA_OPERATOR="+operator, "LOJA_STAFF_SECOND_FACTOR=none", "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+telegram.URL())
	conn, err := pgx.Connect(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), `DELETE FROM cadastro.nacional_feriado; DELETE FROM cadastro.municipio_feriado`)
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	l, err := open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	password, err := l.addDemoStaff(t.Context())
	l.Close()
	if err != nil {
		t.Fatal(err)
	}
	staff, stop := serving(t, cfg, log)
	ana := newClerk(t, chromium, staff, "atendente", password)

	maria := telegram.Chat(4711)
	maria.Say("quero a segunda via")
	maria.WaitText("Qual é a matrícula")
	maria.Say("1043722")
	maria.WaitText("CPF ou CNPJ")
	maria.Say("700.000.101-11")
	maria.WaitText("De quais contas")
	maria.Say("atendente")
	maria.WaitText("para desistir de esperar")
	ana.see("Esperam: 1", "Maria D. D. S.", "Segunda Via de Conta", "no prazo")

	ana.press("Atender o próximo")
	ana.see("Esta conversa é sua")
	maria.WaitText("você fala com Ana")
	ana.write("Bom dia, Maria! Em que posso ajudar?")
	maria.WaitText("Bom dia, Maria! Em que posso ajudar?")
	ana.see("Enviado.")
	ana.write("Faz um Pix para 79 99911-2233")
	ana.see("Isto parece uma chave Pix")
	ana.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("texto").value = ""`))
	maria.Say("me manda o pix e a conta?")
	ana.see("me manda o pix e a conta?")

	has := func(what string, is func(telegramtest.Message) bool) {
		t.Helper()
		telegram.Until(what, func() bool { return slices.ContainsFunc(maria.Messages(), is) })
	}
	ana.choose("#item", "Pix da conta de")
	ana.press("Enviar à pessoa")
	has("the PIX code", func(m telegramtest.Message) bool {
		return strings.Contains(m.Text, "000201") || slices.ContainsFunc(slices.Concat(m.Buttons...), func(b telegramtest.Button) bool { return strings.HasPrefix(b.Copy, "000201") })
	})
	ana.see("Ana enviou: Pix da conta de")
	ana.choose("#item", "PDF da conta de")
	ana.press("Enviar à pessoa")
	has("the bill", func(m telegramtest.Message) bool {
		return m.Document != nil && bytes.HasPrefix(m.Document.Body, []byte("%PDF"))
	})
	ana.see("Ana enviou: PDF da conta de")

	// The program is restarted in the midst of it: nothing is lost.
	path, err := chromedp.Run(ana.ctx, chromedp.Evaluate[string](`location.pathname`))
	if err != nil {
		t.Fatal(err)
	}
	stop()
	maria.Say("recebi, obrigada")
	staff, _ = serving(t, cfg, log)
	ana.staff = staff
	ana.do(chromedp.Navigate(staff + path))
	ana.see("Esta conversa é sua", "recebi, obrigada", "Bom dia, Maria! Em que posso ajudar?")
	ana.write("Mais alguma coisa?")
	maria.WaitText("Mais alguma coisa?")

	sonia := newClerk(t, chromium, staff, "supervisor", password)
	ana.do(chromedp.Navigate(staff + path)) // to whom it can be passed
	ana.see("Esta conversa é sua")
	ana.choose("#para", "Sônia")
	ana.press("Transferir")
	maria.WaitText("você fala com Sônia")
	ana.see("Sônia está com esta conversa")
	sonia.see("você")
	sonia.do(chromedp.Navigate(staff + path))
	sonia.see("Esta conversa é sua")
	sonia.write("Olá, aqui é a Sônia.")
	maria.WaitText("Olá, aqui é a Sônia.")
	sonia.see("Enviado.") // until then the desk takes nothing else
	sonia.press("Devolver ao robô")
	maria.WaitText("O atendimento automático voltou")
	sonia.see("O robô atende esta pessoa")

	maria.Say("atendente")
	telegram.Until("she waits again", func() bool {
		return strings.Count(strings.Join(maria.Texts(), "\n"), "para desistir de esperar") == 2
	})
	sonia.do(chromedp.Navigate(staff + "/fila"))
	sonia.press("Atender o próximo")
	sonia.see("Esta conversa é sua")
	sonia.write("Posso encerrar?")
	maria.WaitText("Posso encerrar?")
	sonia.see("Enviado.")
	sonia.choose("#motivo", "Resolvido")
	sonia.press("Encerrar")
	maria.WaitText("como foi o atendimento de Sônia")
	sonia.see("Sônia encerrou o atendimento: Resolvido")
	maria.Say("5")
	maria.WaitText("Sua avaliação ajuda")
	for _, said := range maria.Texts() {
		if strings.Contains(said, "99911") || strings.Contains(said, "Resolvido") {
			t.Errorf("she was told %q", said)
		}
	}
}
