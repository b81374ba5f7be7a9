package servicos_test

import (
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/flows/servicos"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

// The conversations, each with someone of the demo who is already known.
func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	flow := servicos.New(demo, demo)
	session := new(bot.Session)
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		*session = bot.Session{ID: "test:someone", Protocol: "2605200000000001"}
		happens := map[string]func(){
			"store is away": func() { demo.Away = true },
			"store is back": func() { demo.Away = false },
			"store is sick": func() { demo.Bug = true },
			"someone else at home reports the leak": func() {
				_, ok, err := demo.OpenRequest(t.Context(), "another key", store.RequestForm{
					Kind: 3, Property: session.Identity.Property, Customer: session.Identity.Customer, At: time.Date(2026, time.May, 11, 9, 0, 0, 0, store.Zone),
				})
				if !ok || err != nil {
					t.Fatalf("%t, %v", ok, err)
				}
			},
			"nothing is offered any more": func() {
				demo.Exec(`UPDATE atendimentopublico.solicitacao_tipo_espec SET step_iclojavirtual = 2`)
			},
			"leaks in the street are not offered any more": func() {
				demo.Exec(`UPDATE atendimentopublico.solicitacao_tipo_espec SET step_iclojavirtual = 2 WHERE step_id = 3`)
			},
		}
		for _, p := range postgres.DemoPeople() {
			happens["it is "+p.Name] = func() {
				h := demo.Person(p.Name)
				session.Identity = &bot.Identity{Customer: h.Customer, Property: h.Property}
			}
		}
		return bottest.World{
			Engine: &bot.Engine{
				Name: "DESO", Phone: "0800 079 0195", Flows: []*bot.Flow{flow}, Reference: func() string { return "K7Q2" },
				Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			},
			Session: session,
			Happens: happens,
		}
	})
}
