package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"lojavirtual/bot/telegram/telegramtest"
)

// Debts are negotiated on Telegram in one message that is edited with every
// tick, and the statement comes as a PDF. What was asked for in the first
// sentence is ticked from the start.
func TestTelegramDebts(t *testing.T) {
	t.Parallel()
	server := telegramtest.New(t)
	var written bytes.Buffer
	log := slog.New(slog.NewTextHandler(&written, nil))
	cfg := configured(t, log, "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+server.URL())
	_, stop := serving(t, cfg, log)

	maria := server.Chat(4712)
	maria.Say("quero negociar as contas vencidas")
	maria.WaitText("Qual é a matrícula")
	maria.Say("1043722")
	maria.WaitText("CPF ou CNPJ")
	maria.Say("700.000.101-11")
	question := maria.WaitText("Escolhidas: 2 de 3")
	edited := func(times int, says string) {
		t.Helper()
		server.Until("the one message says "+says, func() bool {
			for _, m := range maria.Messages() {
				if m.ID == question.ID {
					return m.Edits == times && strings.Contains(m.Text, says)
				}
			}
			return false
		})
	}
	newest := question.Buttons[2][0]
	if !strings.HasPrefix(newest.Text, "⬜ ") || !strings.HasPrefix(question.Buttons[0][0].Text, "✅ ") {
		t.Errorf("the overdue ones are not ticked: %v", question.Buttons)
	}
	maria.PressOn(question, newest.Text)
	edited(1, "Escolhidas: 3 de 3")
	maria.Press("Limpar")
	edited(2, "O que você quer pagar?")
	maria.Press("Vencidas")
	edited(3, "Escolhidas: 2 de 3")
	asked := len(maria.Messages())
	maria.Press("Pagar as escolhidas")
	maria.WaitText("Como prefere pagar?")
	if n := len(maria.Messages()); n != asked+1 {
		t.Errorf("choosing took %d further messages", n-asked-1)
	}
	maria.Press("Extrato em PDF")
	maria.WaitText("Precisa de mais alguma coisa?")
	maria.Press("Pix do total")
	maria.WaitText("pode levar até dois dias úteis")
	maria.Press("Simular parcelamento")
	maria.WaitText("Parcelamento da matrícula")
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
	if refused := server.Refused(); len(refused) > 0 {
		t.Errorf("Telegram refused %q", refused)
	}
	if bytes.Contains(written.Bytes(), []byte("70000010111")) {
		t.Error("the log has her CPF")
	}
}
