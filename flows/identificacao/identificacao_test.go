package identificacao_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/flows/identificacao"
	"lojavirtual/store/embedded"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

const how = "Se o documento não estiver cadastrado, leve RG, CPF e uma conta a uma loja de atendimento."

// balance is a service that needs to know who is talking.
func balance() *bot.Flow {
	type turn = bot.Turn[struct{}]
	return bot.NewFlow(bot.About{Name: "balance", Title: "Ver saldo", Words: []string{"saldo"}, Identify: true}, []bot.Step[struct{}]{{
		State: "telling", Label: "dizendo o saldo",
		Do: func(_ context.Context, t *turn) (bot.Event, error) {
			t.Say("O saldo do imóvel %d é zero.", t.Property())
			return "told", nil
		},
		On: bot.On{"told": bot.End},
	}})
}

func engine(demo *flowtest.Store, guesses identificacao.Guesses) *bot.Engine {
	return &bot.Engine{
		Flows: []*bot.Flow{balance()}, Identify: identificacao.New(demo, guesses, how), Name: "DESO",
		Reference: func() string { return "K7Q2" }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	flow := identificacao.New(demo, flowtest.Guesses(t), how)
	files := 0
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		files++
		session := &bot.Session{ID: "test:" + string(rune('a'+files)), Protocol: "2605200000000001"}
		e := engine(demo, flowtest.Guesses(t))
		return bottest.World{
			Engine: e, Session: session,
			Happens: map[string]func(){
				"store is away":        func() { demo.Away = true },
				"store is back":        func() { demo.Away = false },
				"he sells his shop":    func() { demo.Leave(1302663) },
				"the identity is gone": func() { session.Identity = nil },
			},
		}
	})
}

// The words after a wrong pair are the same whatever is wrong (gsan-rules ID-8).
func TestNothingIsToldApart(t *testing.T) {
	demo := flowtest.Demo(t)
	var told []string
	for _, wrong := range []struct{ why, property, document string }{
		{"no such property", "9999999", "52998224725"},
		{"somebody else's document", "1043722", "52998224725"},
		{"the document of another property's customer", "1043722", "70000020265"},
		{"none registered", "1520946", "52998224725"},
		{"a former occupant", "2051630", "52998224725"},
	} {
		e := engine(demo, flowtest.Guesses(t))
		s := bot.Session{ID: "test:x", Protocol: "1"}
		var words strings.Builder
		for i, said := range []string{"saldo", wrong.property, wrong.document} {
			next, replies, err := e.Handle(t.Context(), s, bot.Message{
				ID: said, Channel: "test", From: "x", Text: said, At: time.Date(2026, 5, 20, 12, 0, i, 0, time.UTC),
			})
			if err != nil {
				t.Fatalf("%s: %v", wrong.why, err)
			}
			for _, r := range replies {
				if !strings.Contains(r.Text, "dígito parece trocado") { // what they typed says so, not what we know
					words.WriteString(bot.Transcript(r) + "\n")
				}
			}
			s = next
		}
		if s.Identity != nil {
			t.Errorf("%s: identified", wrong.why)
		}
		told = append(told, words.String())
	}
	for _, words := range told[1:] {
		if words != told[0] {
			t.Errorf("told apart:\n%s\n%s", told[0], words)
		}
	}
}
