package quitacao_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/flows/quitacao"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

// copies stands for the flow that gives second copies: it says what it was asked.
func copies() *bot.Flow {
	return bot.NewFlow(bot.About{Name: "segundavia", Title: "Segunda Via de Conta", Words: []string{"segunda via"}}, []bot.Step[struct{}]{{
		State: "listening", Label: "ouvindo",
		Do: func(_ context.Context, t *bot.Turn[struct{}]) (bot.Event, error) {
			t.Say("(aqui começa a segunda via: “%s”)", t.Opening())
			return "over", nil
		},
		On: bot.On{"over": bot.End},
	}})
}

// The conversations, each with someone of the demo who is already known.
func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	print := func(_ context.Context, _ string, c store.ClearanceCopy) ([]byte, error) {
		return fmt.Appendf(nil, "the declaration of %d for %s", c.Year, c.Holder.Name), nil
	}
	flow := quitacao.New(demo, print, "segundavia")
	session := new(bot.Session)
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		*session = bot.Session{ID: "test:someone", Protocol: "2605200000000001"}
		happens := map[string]func(){
			"store is away":          func() { demo.Away = true },
			"store is back":          func() { demo.Away = false },
			"store is sick":          func() { demo.Bug = true },
			"the customer moves out": func() { demo.Leave(session.Identity.Property) },
			"all of 2025 is paid": func() {
				found, err := demo.Clearances(t.Context(), session.Identity.Property)
				if err != nil {
					t.Fatal(err)
				}
				for _, b := range found.Of(2025, flowtest.Today).Owed {
					demo.Pay(b.ID)
				}
			},
			"deals count":         func() { demo.Exec("UPDATE cadastro.sistema_parametros SET parm_iccontaparcelada = 1") },
			"GSAN's rule decides": func() { demo.Clearance = store.ClearanceByGSAN },
			"the bill goes to court": func() {
				demo.Exec("UPDATE faturamento.conta SET cmrv_id = 6, cnta_dtrevisao = '2026-05-19' WHERE imov_id = 2462176 AND cnta_amreferenciaconta = 202504")
			},
			"courts count": func() { demo.Exec("UPDATE cadastro.sistema_parametros SET parm_iccobrancajudicial = 1") },
			"the review ends": func() {
				demo.Exec("UPDATE faturamento.conta SET cmrv_id = NULL, cnta_dtrevisao = NULL WHERE imov_id = 2462176 AND cnta_amreferenciaconta = 202504")
			},
			"all of 2024 is under review": func() {
				demo.Exec(`UPDATE faturamento.conta SET cmrv_id = 91, cnta_dtrevisao = '2025-01-02', dcst_idatual = 0 WHERE imov_id = 1673815 AND cnta_dtvencimentoconta < '2025-01-01'`)
			},
		}
		for _, p := range postgres.DemoPeople() {
			happens["it is "+p.Name] = func() {
				who := demo.Person(p.Name)
				session.Identity = &bot.Identity{Customer: who.Customer, Property: who.Property}
			}
		}
		return bottest.World{
			Engine: &bot.Engine{
				Flows: []*bot.Flow{copies(), flow}, Reference: func() string { return "K7Q2" },
				Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			},
			Session: session,
			Happens: happens,
		}
	})
}
