// Package atendente is the way to a person: the phones, when they are
// answered, and where people are attended ("lojas de atendimento"). It asks
// for no identification.
package atendente

import (
	"context"
	"fmt"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/store"
)

const (
	telling bot.State = "telling"
	told    bot.Event = "told"
)

type turn = bot.Turn[struct{}]

// New returns the conversation of an operator.
func New(op store.Operator) *bot.Flow {
	return bot.NewFlow(bot.About{
		Name:  "atendente",
		Title: "Falar com Atendente",
		Words: []string{"atendente", "falar com atendente", "telefone", "ouvidoria", "reclamacao", "loja", "endereco"},
	}, []bot.Step[struct{}]{
		{
			State: telling, Label: "dizendo como falar com uma pessoa",
			Do: func(_ context.Context, t *turn) (bot.Event, error) {
				t.Say("%s", ways(op))
				return told, nil
			},
			On: bot.On{told: bot.End},
		},
	})
}

// ways tells the ways to a person, as plain lines.
func ways(op store.Operator) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Para falar com uma pessoa da %s:", op.Name)
	for _, p := range op.Phones {
		fmt.Fprintf(&b, "\n• %s: %s", p.Label, p.Number)
	}
	if op.Hours != "" {
		fmt.Fprintf(&b, "\nAtendimento: %s.", op.Hours)
	}
	for _, o := range op.Offices {
		fmt.Fprintf(&b, "\n• %s: %s", o.Name, o.Address)
		if o.Hours != "" {
			fmt.Fprintf(&b, " (%s)", o.Hours)
		}
	}
	for _, c := range []store.Contact{op.Ombudsman, op.Regulator} {
		if c.Name != "" {
			fmt.Fprintf(&b, "\n• %s: %s", c.Name, strings.Join(nonEmpty(c.Phone, c.Email, c.Site), ", "))
		}
	}
	return b.String()
}

func nonEmpty(parts ...string) []string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return kept
}
