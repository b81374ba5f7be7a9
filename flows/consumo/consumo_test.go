package consumo_test

import (
	"io"
	"log/slog"
	"os"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/consumo"
	"lojavirtual/flows/flowtest"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

// The conversations, each with someone of the demo who is already known.
func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	flow := consumo.New(demo)
	session := new(bot.Session)
	change := func(query string) func() {
		return func() { demo.Exec(query, session.Identity.Property) }
	}
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		*session = bot.Session{ID: "test:someone", Protocol: "2605200000000001"}
		happens := map[string]func(){
			"store is away":          func() { demo.Away = true },
			"store is back":          func() { demo.Away = false },
			"store is sick":          func() { demo.Bug = true },
			"the customer moves out": func() { demo.Leave(session.Identity.Property) },
			"the last month is the first": change(`
				DELETE FROM micromedicao.consumo_historico WHERE imov_id = $1 AND cshi_amfaturamento < 202605`),
			"there is a month less":      change(`DELETE FROM micromedicao.consumo_historico WHERE imov_id = $1 AND cshi_amfaturamento = 202603`),
			"nothing is recorded":        change(`DELETE FROM micromedicao.consumo_historico WHERE imov_id = $1`),
			"no readings are recorded":   change(`DELETE FROM micromedicao.medicao_historico WHERE lagu_id = $1`),
			"there is only sewage":       change(`DELETE FROM micromedicao.consumo_historico WHERE imov_id = $1 AND lgti_id = 1`),
			"may is not billed yet":      change(`DELETE FROM micromedicao.consumo_historico WHERE imov_id = $1 AND cshi_amfaturamento = 202605`),
			"may was not read":           change(`UPDATE micromedicao.medicao_historico SET ltst_idleiturasituacaoatual = 2 WHERE lagu_id = $1 AND mdhi_amleitura = 202605`),
			"half of it goes to sewage":  change(`UPDATE micromedicao.consumo_historico SET cshi_nnconsumofaturadomes = cshi_nnconsumofaturadomes / 2 WHERE imov_id = $1 AND lgti_id = 2`),
			"may is billed by the mean":  change(`UPDATE micromedicao.consumo_historico SET cshi_nnconsumofaturadomes = 14, cstp_id = 3 WHERE imov_id = $1 AND lgti_id = 1 AND cshi_amfaturamento = 202605`),
			"there is no mean":           change(`UPDATE micromedicao.consumo_historico SET cshi_nnconsumomedio = NULL WHERE imov_id = $1`),
			"the reader wrote something": change(`UPDATE micromedicao.medicao_historico SET mdhi_nnleituraatualinformada = 999 WHERE lagu_id = $1 AND mdhi_amleitura = 202605`),
		}
		for _, p := range postgres.DemoPeople() {
			happens["it is "+p.Name] = func() {
				session.Identity = &bot.Identity{Customer: 1, Property: p.Properties[0]}
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
