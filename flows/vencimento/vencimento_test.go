package vencimento_test

import (
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/flows/vencimento"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

// The conversations, each with someone of the demo who is already known.
func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	flow := vencimento.New(demo, false)
	session := new(bot.Session)
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		*session = bot.Session{ID: "test:someone", Protocol: "2605200000000001"}
		happens := map[string]func(){
			"store is away":          func() { demo.Away = true },
			"store is back":          func() { demo.Away = false },
			"store is sick":          func() { demo.Bug = true },
			"the customer moves out": func() { demo.Leave(session.Identity.Property) },
			"somebody changes it to 10": func() {
				c, err := demo.ChangeDueDay(t.Context(), "somebody", store.DueDayForm{Property: session.Identity.Property, Day: 10, At: time.Date(2026, 5, 20, 9, 0, 0, 0, store.Zone)})
				if err != nil || c.Refused != store.MayChange {
					t.Fatal(c, err)
				}
			},
			"the list of days changes": func() {
				demo.Exec("UPDATE cadastro.sistema_parametros SET parm_dsdiasvcmtoalternativo = '2;4;6;8;12;14'")
			},
			"there is no list of days": func() {
				demo.Exec("UPDATE cadastro.sistema_parametros SET parm_dsdiasvcmtoalternativo = NULL")
			},
			"no change needs to wait": func() { demo.Exec("UPDATE cadastro.sistema_parametros SET parm_nnmesesminaltvcmto = 0") },
			"nobody has a due day": func() {
				demo.Exec("UPDATE faturamento.faturamento_grupo SET ftgr_nndiavencimento = NULL")
			},
			"no request is of that kind": func() {
				demo.Exec("UPDATE atendimentopublico.espec_tipo_validacao SET estv_icuso = 2 WHERE estv_cdconstante = 'V'")
			},
			"the group moves to 25": func() {
				demo.Exec("UPDATE cadastro.imovel SET imov_ddvencimento = 25 WHERE imov_id = $1", session.Identity.Property)
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
				Flows: []*bot.Flow{flow}, Reference: func() string { return "K7Q2" },
				Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			},
			Session: session,
			Happens: happens,
		}
	})
}
