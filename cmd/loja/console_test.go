package main

import (
	"context"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lojavirtual/bot/telegram/telegramtest"
)

// Somebody of the staff looks on in a browser while a customer talks on Telegram:
// each step is seen as it happens, masked, and the page is never loaded anew.
func TestConsoleFollowsTelegram(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("chromium")
	if err != nil || testing.Short() {
		t.Skip("there is no Chromium on this machine, or no time")
	}
	telegram := telegramtest.New(t)
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log, "LOJA_STAFF_SECOND_FACTOR=none", "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+telegram.URL())
	l, err := open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	password, err := l.addDemoStaff(t.Context())
	l.Close()
	if err != nil {
		t.Fatal(err)
	}
	staff, _ := serving(t, cfg, log)

	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)...)
	defer stop()
	browser, cancel := chromedp.NewContext(alloc)
	defer cancel()
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(browser, steps...); err != nil {
			t.Fatal(err)
		}
	}
	text := ""
	see := func(words ...string) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(30 * time.Millisecond) {
			var err error
			if text, err = chromedp.Run(browser, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`)); err != nil {
				t.Fatal(err)
			}
			missing := ""
			for _, w := range words {
				if !strings.Contains(text, w) {
					missing = w
				}
			}
			if missing == "" {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%q is never seen:\n%s", missing, text)
			}
		}
	}
	do(chromedp.Navigate(staff + "/entrar?para=/conversas"))
	see("Nome de acesso")
	do(chromedp.SendKeys(chromedp.CSS("#nome"), "atendente"), chromedp.SendKeys(chromedp.CSS("#senha"), password+"\r"))
	see("ao vivo", "Ninguém está conversando agora")
	loaded, err := chromedp.Run(browser, chromedp.Evaluate[float64](`performance.timeOrigin`))
	if err != nil {
		t.Fatal(err)
	}

	maria := telegram.Chat(4711)
	maria.Say("quero a segunda via")
	see("4711", "não identificado", "Identificação", "quero a segunda via")
	maria.WaitText("Qual é a matrícula")
	maria.Say("1043722")
	maria.WaitText("CPF ou CNPJ")
	maria.Say("700.000.101-11")
	see("Maria D. D. S.", "…72.2", "Segunda Via de Conta", "robô")
	maria.WaitText("De quais contas")
	maria.Say("xyzzy")
	see("xyzzy", "\t1\t") // a misunderstanding
	maria.Say("atendente")
	see("Falar com Atendente")
	for _, secret := range []string{"1043722", "104372.2", "70000010111", "700.000", "MARIA DAS DORES"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is shown:\n%s", secret, text)
		}
	}
	again, err := chromedp.Run(browser, chromedp.Evaluate[float64](`performance.timeOrigin`))
	if err != nil || again != loaded {
		t.Errorf("the page was loaded anew: %v", err)
	}

	do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".board a").click()`))
	see("quero a segunda via", "Qual é a matrícula", "De quais contas", "Não entendido, 1ª vez seguida", "imóvel …72.2")
	if strings.Contains(text, "700.000") || strings.Contains(text, "1043722") {
		t.Error(fmt.Sprint("a number is shown:\n", text))
	}
}
