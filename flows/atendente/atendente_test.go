package atendente_test

import (
	"testing"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/atendente"
	"lojavirtual/store"
)

func TestTranscripts(t *testing.T) {
	op := store.Operator{
		Name:   "DESO",
		Phones: []store.Phone{{Label: "Central 24 horas", Number: "0800 079 0195"}, {Label: "Telefone fixo", Number: "(79) 3226-1000"}},
		Hours:  "segunda a sexta, das 7h às 17h",
		Offices: []store.Office{
			{Name: "Loja Centro", Address: "Rua Campo do Brito, 331, Aracaju", Hours: "7h às 13h"},
			{Name: "Loja Itabaiana", Address: "Praça *Central*, 10"},
		},
		Ombudsman: store.Contact{Name: "Ouvidoria", Phone: "0800 079 0196", Email: "ouvidoria@example.com"},
	}
	flow := atendente.New(op)
	bottest.Play(t, flow, func() bottest.World {
		return bottest.World{
			Engine:  &bot.Engine{Flows: []*bot.Flow{flow}, Person: flow, Name: op.Name},
			Session: &bot.Session{ID: "test:someone", Protocol: "2605200000000001"},
		}
	})
}
