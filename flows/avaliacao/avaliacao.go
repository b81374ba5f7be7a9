// Package avaliacao asks how it was to talk to an attendant, from one to five. Who
// has something else on their mind just goes on with that.
package avaliacao

import (
	"context"
	"fmt"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// Ratings keep what people answer.
type Ratings interface {
	// Rate keeps a rating, once under the same key.
	Rate(ctx context.Context, key string, r store.Rating) error
}

const (
	asking, keeping bot.State = "asking", "keeping"

	scored, kept bot.Event = "scored", "kept"
)

// scores are the options, the first for a score of one.
var scores = []string{"Muito ruim", "Ruim", "Regular", "Bom", "Muito bom"}

// words are what people say instead, folded.
var words = map[string]int{
	"pessimo": 1, "pessima": 1, "horrivel": 1, "mau": 2, "ruim demais": 1, "mais ou menos": 3, "normal": 3, "ok": 3, "boa": 4, "gostei": 4, "legal": 4,
	"otimo": 5, "otima": 5, "excelente": 5, "perfeito": 5, "perfeita": 5, "nota 10": 5, "nota dez": 5, "show": 5, "maravilhoso": 5, "maravilhosa": 5,
}

type data struct {
	Score int `json:"s,omitempty"`
}

type turn = bot.Turn[data]

// New returns the conversation.
func New(ratings Ratings) *bot.Flow {
	return bot.NewFlow(bot.About{Name: "avaliacao", Title: "Avaliação do atendimento"}, []bot.Step[data]{
		{
			State: asking, Label: "perguntando como foi o atendimento", Passing: true,
			Ask: func(t *turn) {
				t.Offer(bot.Marked("De 1 a 5, como foi o atendimento de *%s*? Se preferir, siga com outro assunto.", t.Attendant()), scores...)
			},
			Hear: hear,
			On:   bot.On{scored: keeping},
		},
		{
			State: keeping, Label: "guardando a avaliação",
			Do: func(ctx context.Context, t *turn) (bot.Event, error) {
				r := store.Rating{Session: t.Chat(), Protocol: t.Protocol(), Attendant: t.Attendant(), Score: t.Data.Score, At: t.At()}
				if err := ratings.Rate(ctx, t.Key(), r); err != nil {
					return "", fmt.Errorf("keep a rating: %w", err)
				}
				t.Say("Obrigado! Sua avaliação ajuda a melhorar o atendimento.")
				t.Seal()
				return kept, nil
			},
			On: bot.On{kept: bot.End},
		},
	})
}

func hear(_ context.Context, t *turn) (bot.Event, error) {
	said := bot.Fold(t.Text())
	if stars := strings.Count(t.Text(), "⭐"); stars >= 1 && stars <= len(scores) {
		t.Data.Score = stars
		return scored, nil
	}
	if score := words[strings.TrimPrefix(said, "foi ")]; score > 0 {
		t.Data.Score = score
		return scored, nil
	}
	chosen, err := answer.Option(strings.TrimPrefix(strings.TrimPrefix(said, "foi "), "nota "), scores...)
	if err != nil {
		return "", err
	}
	for i, s := range scores {
		if s == chosen {
			t.Data.Score = i + 1
		}
	}
	return scored, nil
}
