package flowtest

import (
	"context"

	"lojavirtual/bot"
	"lojavirtual/flows/identificacao"
)

func (s *stage) identificacao() *bot.Flow {
	s.happens = map[string]func(){
		"he sells his shop": func() { s.Leave(1302663) },
	}
	// balance is a service that needs to know who is talking
	balance := bot.NewFlow(bot.About{Name: "balance", Title: "Ver saldo", Words: []string{"saldo"}, Identify: true}, []bot.Step[struct{}]{{
		State: "telling", Label: "dizendo o saldo",
		Do: func(_ context.Context, t *bot.Turn[struct{}]) (bot.Event, error) {
			t.Say("O saldo do imóvel %d é zero.", t.Property())
			return "told", nil
		},
		On: bot.On{"told": bot.End},
	}})
	flow := identificacao.New(s, s.guesses(), Operator().Documents.How)
	s.engine.Flows, s.engine.Identify = []*bot.Flow{balance}, flow
	return flow
}
