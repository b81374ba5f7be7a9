package main

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lojavirtual/bot/telegram/telegramtest"
)

var pictures = flag.Bool("pictures", false, "write the pictures of the services for the README")

// A service as somebody uses it: what they say, and words of what they hear.
type service struct {
	folder string
	person string // matrícula and document, "" for a service that asks for neither
	said   []exchange
}

type exchange struct{ says, hears string }

// services is every service of the menu, with a person of the demo.
var services = []service{
	{"segundavia", "1043722 700.000.101-11", []exchange{
		{"Segunda Via de Conta", "De quais contas"},
		{"2", "Como prefere receber?"},
		{"pdf", "Precisa de mais alguma coisa?"},
		{"pix", "dois dias úteis"},
	}},
	{"debitos", "1043722 700.000.101-11", []exchange{
		{"Negociar Débitos", "O que você quer pagar?"},
		{"todas menos 3", "Escolhidas (2 de 3)"},
		{"continuar", "Como prefere pagar?"},
		{"extrato", "Pague até"},
	}},
	{"pagamentos", "1188453 700.000.202-65", []exchange{
		{"Consultar Pagamentos", "Os últimos pagamentos"},
		{"ver mais", "05/2026"},
	}},
	{"consumo", "1918478 700.001.010-01", []exchange{
		{"Consultar Histórico de Consumo", "Para ver as leituras de um mês"},
		{"procurar vazamento", "borra de café"},
		{"12 meses antes", "Água cobrada em cada conta"},
	}},
	{"quitacao", "1188453 700.000.202-65", []exchange{
		{"declaração de quitação", "Guarde o arquivo"},
	}},
	{"consumo", "1918478 700.001.010-01", []exchange{
		{"Consultar Histórico de Consumo", "Água cobrada em cada conta"},
	}},
	{"parcelamento", "1043722 700.000.101-11", []exchange{
		{"Simulador de Parcelamento", "Simulação: não vale como contrato."},
		{"quanto cabe por mês?", "por mês"},
		{"80", "Simulação: não vale como contrato."},
	}},
	{"vencimento", "1188453 700.000.202-65", []exchange{
		{"Alterar Vencimento de Conta", "Em que dia do mês"},
		{"dia 5", "Vale a partir da conta de"},
		{"sim", "Guarde o protocolo"},
	}},
	{"servicos", "1043722 700.000.101-11", []exchange{
		{"tem um vazamento na rua", "É isso?"},
		{"sim", "Qual é o seu telefone"},
		{"79 99123-4567", "Qual é o nome"},
		{"Maria das Dores", "ponto de referência"},
		{"em frente à padaria", "Quer contar mais alguma coisa?"},
		{"pular", "Confira o seu pedido"},
		{"enviar", "protocolo"},
	}},
	{"acompanhamento", "2331594 700.001.313-34", []exchange{
		{"Acompanhar Registro de Atendimento", "Qual pedido"},
		{"1", "O que já aconteceu"},
	}},
	{"atendente", "", []exchange{
		{"quero falar com uma pessoa", ""},
	}},
	{"golpe", "", []exchange{
		{"é golpe?", "Cole aqui o código"},
		{"82690000001-7 30000999001-5 00104372201-4 03202670003-2", "Ele pode ter sido adulterado"},
		{"conferir outro código", "Cole aqui o código"},
		{"23793.38128 60000.000003 00000.000400 1 84340000010000", "a DESO não cobra por boleto"},
	}},
	{"privacidade", "", []exchange{
		{"ver aviso completo", "O que você quer fazer com os seus dados?"},
		{"meus dados", "tudo o que guardo"},
	}},
}

// identify says who somebody is before the first question of their service.
func (s service) lines() []exchange {
	matricula, document, known := strings.Cut(s.person, " ")
	if !known {
		return s.said
	}
	return append([]exchange{
		{s.said[0].says, "Qual é a matrícula"},
		{matricula, "CPF ou CNPJ"},
		{document, s.said[0].hears},
	}, s.said[1:]...)
}

// Every service, as people use it on Telegram.
func TestServicesOnTelegram(t *testing.T) {
	t.Parallel()
	server := telegramtest.New(t)
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log, "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+server.URL())
	serving(t, cfg, log)
	t.Run("services", func(t *testing.T) { onTelegram(t, server) })
	if refused := server.Refused(); len(refused) > 0 {
		t.Errorf("Telegram refused %q", refused)
	}
}

func onTelegram(t *testing.T, server *telegramtest.Server) {
	for i, s := range services {
		t.Run(s.folder, func(t *testing.T) {
			t.Parallel()
			chat := server.Chat(int64(5000 + i))
			for _, l := range s.lines() {
				before := len(chat.Messages())
				chat.Say(l.says)
				server.Until("an answer to "+l.says+"\n"+chat.Transcript(), func() bool {
					all := ""
					for _, m := range chat.Messages()[before:] {
						all += m.Text + "\n"
					}
					return len(all) > 0 && strings.Contains(all, l.hears)
				})
			}
			t.Log(chat.Transcript())
		})
	}
}

// Every service, as people use it in a browser; with -pictures, as the README
// shows it.
func TestServicesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("there is no time")
	}
	t.Parallel()
	browser := program(t, "chromium")
	demo := startDemo(t)
	for _, s := range services {
		t.Run(s.folder, func(t *testing.T) {
			page := openPage(t, browser, demo.public)
			page.until("the page", `document.querySelector("textarea")`)
			for _, l := range s.lines() {
				page.ask(l)
			}
			if *pictures {
				page.draw(filepath.Join("../../flows", s.folder, "testdata", "picture.png"), s.said[len(s.said)-1].hears)
			}
		})
	}
	demo.stop(t)
}

// ask says something and waits until the words are in the answers to it.
func (p page) ask(l exchange) {
	p.t.Helper()
	const messages = `[...document.querySelectorAll(".message")]`
	before := evaluate[int](p, messages+".length")
	if err := chromedp.Do(p.ctx, chromedp.SendKeys(chromedp.CSS("textarea"), l.says+kb.Enter)); err != nil {
		p.t.Fatal(err)
	}
	p.until("an answer to "+l.says, fmt.Sprintf(`%s.slice(%d + 1).some(m => m.innerText.includes(%q))`, messages, before, l.hears))
}

// draw writes what a phone shows of the page into a file, with the message that
// holds the words in the middle.
func (p page) draw(file, words string) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, chromedp.EmulateViewport(390, 700)); err != nil {
		p.t.Fatal(err)
	}
	p.until("the page at its size", `innerHeight === 700`)
	p.until("stillness", `document.getAnimations().every(a => a.playState === "finished")`)
	p.until("the message", fmt.Sprintf(`(() => {
		const found = [...document.querySelectorAll(".message")].filter(m => m.innerText.includes(%q)).at(-1);
		found?.scrollIntoView({block: "center", behavior: "instant"});
		scrollTo(0, 0);
		return found;
	})()`, words))
	shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, shot, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
