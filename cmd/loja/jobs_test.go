package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/bot"
	"lojavirtual/bot/telegram/telegramtest"
	"lojavirtual/flows/acompanhamento"
)

// twoLojas are two processes, as far as stores can tell, on the same stores.
func twoLojas(t *testing.T) [2]*loja {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log)
	var both [2]*loja
	for i := range both {
		l, err := open(t.Context(), cfg, log)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		both[i] = l
	}
	return both
}

// A job is done over and over by one process at a time, whatever became of it
// before, and a stop cuts it short.
func TestJobs(t *testing.T) {
	both := twoLojas(t)
	var at, runs, cut atomic.Int32
	enough := make(chan struct{})
	j := job{name: "count", every: 5 * time.Millisecond, do: func(ctx context.Context) error {
		if at.Add(1) > 1 {
			t.Error("two processes are at it")
		}
		defer at.Add(-1)
		time.Sleep(time.Millisecond)
		switch n := runs.Add(1); {
		case n == 2:
			return errors.New("refused")
		case n == 3:
			panic("a bug")
		case n == 20:
			close(enough)
			fallthrough
		case n > 20:
			<-ctx.Done()
			cut.Add(1)
			return ctx.Err()
		}
		return nil
	}}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for _, l := range both {
		running.Go(func() { l.repeat(ctx, j) })
	}
	<-enough
	stop()
	running.Wait()
	if cut.Load() == 0 {
		t.Error("what was under way was not cut short")
	}
	results := map[string]float64{}
	for _, l := range both {
		families, err := l.metrics.registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, m := range f.Metric {
				switch f.GetName() {
				case "loja_job_runs_total":
					results[m.Label[1].GetValue()] += m.Counter.GetValue()
				case "loja_job_done_timestamp_seconds":
					results["last"] = max(results["last"], m.Gauge.GetValue())
				}
			}
		}
	}
	if results["done"] != 17 || results["failed"] != 2 || time.Since(time.Unix(int64(results["last"]), 0)) > time.Minute {
		t.Errorf("counted %v", results)
	}
}

// Who asked to be told is told of a change once, however many processes look
// for it and wherever they die; who did not ask is not.
func TestNotify(t *testing.T) {
	both := twoLojas(t)
	conn, err := pgx.Connect(t.Context(), both[0].DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // the test is over
	change := func(query string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	const genilda, request = 2331594, 2
	stamp := func() string {
		p, ok, err := both[0].db.Progress(t.Context(), genilda, request)
		if !ok || err != nil {
			t.Fatal(err)
		}
		return p.Stamp
	}
	for _, person := range []string{"test:1", "test:2"} {
		if err := both[0].db.Watch(t.Context(), person, genilda, request, stamp()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := both[0].db.Unwatch(t.Context(), "test:2", request); err != nil {
		t.Fatal(err)
	}
	everybody := func() {
		t.Helper()
		var running sync.WaitGroup
		for range 5 {
			for _, l := range both {
				running.Go(func() {
					if err := l.notify(context.Background()); err != nil { // without the lock, which may be lost
						t.Error(err)
					}
				})
			}
		}
		running.Wait()
	}
	expect := func(want ...string) {
		t.Helper()
		for _, words := range want {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			letter, err := both[1].mail.Next(ctx, "test")
			cancel()
			if err != nil || letter.Session != "test:1" || !strings.Contains(letter.Reply.Text, words) {
				t.Fatalf("%s was told %q, %v; want %q", letter.Session, letter.Reply.Text, err, words)
			}
			if err := both[1].mail.Sent(t.Context(), letter); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if letter, err := both[1].mail.Next(ctx, "test"); err == nil {
			t.Fatalf("%s was told %q as well", letter.Session, letter.Reply.Text)
		}
	}

	everybody()
	expect()
	change(`UPDATE atendimentopublico.registro_atendimento SET rgat_dtprevistaatual = '2099-12-30' WHERE rgat_id = 2`)
	everybody()
	expect("Previsto para 30/12/2099")

	// A process dies after telling and before it could note that; meanwhile
	// there is something new.
	change(`UPDATE atendimentopublico.registro_atendimento SET rgat_dtprevistaatual = '2099-12-31' WHERE rgat_id = 2`)
	lost, err := both[0].db.Changes(t.Context())
	if err != nil || len(lost) != 1 {
		t.Fatal(lost, err)
	}
	if err := both[0].mail.Tell(t.Context(), lost[0].Session, lost[0].ID(), []bot.Reply{acompanhamento.Notice(lost[0])}); err != nil {
		t.Fatal(err)
	}
	everybody()
	expect("Previsto para 31/12/2099")
	change(`UPDATE atendimentopublico.registro_atendimento
		SET rgat_cdsituacao = 2, rgat_tmencerramento = '2099-12-30 10:00', amen_id = 2 WHERE rgat_id = 2`)
	everybody()
	expect("encerrado em 30/12/2099\nMotivo: Conclusão do serviço")
	change(`UPDATE atendimentopublico.registro_atendimento SET rgat_cdsituacao = 1, rgat_tmencerramento = NULL, amen_id = NULL WHERE rgat_id = 2`)
	everybody()
	expect()
}

// The whole of it: asked for on Telegram, changed by staff, told once though two
// processes serve, in the order of the talk, and stopped.
func TestNotifyOnTelegram(t *testing.T) {
	t.Parallel()
	server := telegramtest.New(t)
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log, "LOJA_NOTIFY_EVERY=1s", "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+server.URL())
	serving(t, cfg, log)
	other := cfg // Telegram does not bear two that poll; both post and look for changes
	other.TelegramWebhook = true
	serving(t, other, log)
	conn, err := pgx.Connect(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // the test is over
	promise := func(day string) {
		t.Helper()
		_, err := conn.Exec(t.Context(), `UPDATE atendimentopublico.registro_atendimento SET rgat_dtprevistaatual = $1::text::date WHERE rgat_id = 2`, day)
		if err != nil {
			t.Fatal(err)
		}
	}
	told := func(c *telegramtest.Chat) (n int) {
		for _, text := range c.Texts() {
			if strings.Contains(text, "Novidade no seu pedido") {
				n++
			}
		}
		return n
	}

	asks, looks := server.Chat(4711), server.Chat(4712)
	for _, person := range []*telegramtest.Chat{asks, looks} {
		person.Say("acompanhar")
		person.WaitText("matrícula")
		person.Say("2331594")
		person.WaitText("CPF ou CNPJ")
		person.Say("700.001.313-34")
		person.WaitText("Qual pedido")
		person.Say("vazamento")
		person.WaitText("O que mais você quer?")
	}
	asks.Press("Avisar quando mudar")
	asks.WaitText("Combinado")
	promise("2099-12-30")
	asks.WaitText("Previsto para 30/12/2099")
	promise("2099-12-31")
	asks.WaitText("Previsto para 31/12/2099")
	time.Sleep(3 * time.Second) // both have looked again
	if n, uncalled := told(asks), told(looks); n != 2 || uncalled != 0 {
		t.Errorf("told %d times, and somebody who did not ask %d times", n, uncalled)
	}
	asks.Say("parar avisos")
	asks.WaitText("não aviso mais sobre nenhum pedido")
	promise("2099-12-29")
	time.Sleep(3 * time.Second)
	if n := told(asks); n != 2 {
		t.Errorf("told %d times though it was to stop", n)
	}
}
