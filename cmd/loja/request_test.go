package main

import (
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"

	"lojavirtual/bot/telegram/telegramtest"
)

// A leak is reported on Telegram, with a photo and a place.
func TestTelegramRequest(t *testing.T) {
	t.Parallel()
	server := telegramtest.New(t)
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log, "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+server.URL())
	_, stop := serving(t, cfg, log)

	maria := server.Chat(4711)
	maria.Say("tem um vazamento na rua")
	maria.WaitText("Qual é a matrícula")
	maria.Say("1043722")
	maria.WaitText("CPF ou CNPJ")
	maria.Say("700.000.101-11")
	maria.WaitText("É isso?")
	maria.Press("Sim")
	maria.WaitText("com DDD")
	maria.Say("79 99123-4567")
	maria.WaitText("Qual é o nome")
	maria.Say("Maria das Dores")
	maria.WaitText("ponto de referência")
	maria.SendPlace(-10.911, -37.0717)
	maria.WaitText("Recebi a localização")
	maria.Say("em frente à padaria")
	maria.WaitText("Quer contar mais alguma coisa?")
	maria.SendPhoto([]byte("JPEG"), "a água entra na casa do vizinho 😟")
	maria.WaitText("Posso enviar?")
	maria.Press("Enviar pedido")
	maria.WaitText("O prazo é até")
	maria.WaitText("Posso ajudar em mais alguma coisa?")
	stop()
	t.Log(maria.Transcript())

	conn, err := pgx.Connect(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // the test is over
	var notes, landmark, sent string
	err = conn.QueryRow(t.Context(), `
		SELECT rgat_dsobservacao, rgat_dspontoreferencia,
		       (SELECT string_agg(kind || ' ' || coalesce(lat::text, ref), ', ' ORDER BY id) FROM loja.attachment WHERE request = rgat_id AND session = 'telegram:4711')
		  FROM atendimentopublico.registro_atendimento
		 WHERE imov_id = 1043722 AND step_id = 3 AND rgat_cdsituacao = 1`).Scan(&notes, &landmark, &sent)
	if err != nil {
		t.Fatal(err)
	}
	if want := "a água entra na casa do vizinho ? CONTATO: (79) 99123-4567. LOCAL ENVIADO: -10.91100, -37.07170. FOTOS NO CHATBOT: 1."; notes != want {
		t.Errorf("notes %q, want %q", notes, want)
	}
	if landmark != "em frente à padaria" || len(sent) < len("place -10.911, photo ")+1 {
		t.Errorf("landmark %q, sent %q", landmark, sent)
	}
}
