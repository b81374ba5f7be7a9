package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"lojavirtual/bot/telegram/telegramtest"
)

// configured is a configuration on private stores with the demo people, for a
// loja in this process.
func configured(t *testing.T, log *slog.Logger, environ ...string) config {
	t.Helper()
	cfg, err := loadConfig(append(environ, "LOJA_HTTP_ADDR=127.0.0.1:0", "LOJA_STAFF_ADDR=127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	private, err := startStores(t.Context(), &cfg, "", log)
	t.Cleanup(private.Close)
	if err == nil {
		err = fill(t.Context(), cfg.DatabaseURL, 0, log)
	}
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// serving runs a loja until the test ends or stop is called, and returns where
// its staff pages are.
func serving(t *testing.T, cfg config, log *slog.Logger) (staff string, stop func()) {
	t.Helper()
	l, err := open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	started, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- l.run(ctx, func(_, staff string) { started <- staff }) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		l.Close()
	}
	t.Cleanup(stop)
	select {
	case staff = <-started:
	case err := <-ended:
		t.Fatal(err)
	}
	return staff, stop
}

// A whole conversation on Telegram, with buttons, trouble on the line and a
// restart in the middle.
func TestTelegram(t *testing.T) {
	t.Parallel()
	server := telegramtest.New(t)
	var written bytes.Buffer
	log := slog.New(slog.NewTextHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfg := configured(t, log, "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+server.URL())
	_, stop := serving(t, cfg, log)

	maria := server.Chat(4711)
	maria.Say("/start")
	maria.WaitText("Como posso ajudar?")
	maria.Press("Segunda Via de Conta")
	maria.WaitText("Qual é a matrícula")
	maria.Say("1043722")
	maria.WaitText("CPF ou CNPJ")
	maria.Say("700.000.101-11")
	question := maria.WaitText("De quais contas")
	if len(question.Buttons) != 5 {
		t.Errorf("she is offered %v", question.Buttons)
	}

	stop() // a deploy
	server.Fail("sendMessage", telegramtest.ResetBefore(), telegramtest.Status(502), telegramtest.TooMany(1))
	server.Duplicate()
	_, stop = serving(t, cfg, log)

	bill := question.Buttons[1][0]
	maria.PressOn(question, bill.Text)
	server.Until("the bill is ticked", func() bool {
		for _, m := range maria.Messages() {
			if m.ID == question.ID {
				return m.Edits == 1 && m.Buttons[3][0].Text == "Receber a marcada"
			}
		}
		return false
	})
	maria.Press("Receber a marcada")
	maria.WaitText("Como prefere receber?")
	maria.Press("PDF da conta")
	maria.WaitText("Precisa de mais alguma coisa?")
	maria.Press("Pix copia e cola")
	maria.WaitText("pode levar até dois dias úteis")
	maria.PressOn(question, "Contas já pagas")
	maria.WaitText("pergunta que já passou")
	stop()

	t.Log(maria.Transcript())
	documents := 0
	for _, m := range maria.Messages() {
		if m.Document != nil {
			documents++
			checkPaper(t, m.Document.Body)
		}
	}
	if documents != 1 {
		t.Errorf("she has %d documents", documents)
	}
	for _, refused := range server.Refused() {
		if !strings.HasPrefix(refused, "answerCallbackQuery") { // the duplicates are thanked for twice
			t.Errorf("Telegram refused %s", refused)
		}
	}
	for _, secret := range []string{telegramtest.Token, "70000010111", "700.000.101-11"} {
		if bytes.Contains(written.Bytes(), []byte(secret)) {
			t.Errorf("the log has %q", secret)
		}
	}
}
