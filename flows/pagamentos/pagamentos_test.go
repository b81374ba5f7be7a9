package pagamentos_test

import (
	"io"
	"log/slog"
	"os"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/flows/pagamentos"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

// The conversations, each with someone of the demo who is already known.
func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	flow := pagamentos.New(demo)
	session := new(bot.Session)
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		*session = bot.Session{ID: "test:someone", Protocol: "2605200000000001"}
		happens := map[string]func(){
			"store is away":          func() { demo.Away = true },
			"store is back":          func() { demo.Away = false },
			"store is sick":          func() { demo.Bug = true },
			"the customer moves out": func() { demo.Leave(session.Identity.Property) },
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
