package flowtest

import (
	"lojavirtual/bot"
	"lojavirtual/flows/avaliacao"
)

// An attendant may come at any time.
func (s *stage) avaliacao() *bot.Flow {
	flow := avaliacao.New(s)
	s.engine.Survey = flow
	s.engine.Flows = []*bot.Flow{s.segundavia()}
	return flow
}
