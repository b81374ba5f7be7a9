package flowtest

import (
	"lojavirtual/bot"
	"lojavirtual/flows/privacidade"
)

func (s *stage) privacidade() *bot.Flow {
	flow := privacidade.New(s, Mail(s.t), Operator())
	s.began.Identity = &bot.Identity{Customer: 7, Property: 1043722}
	s.engine.Beside = []*bot.Flow{flow}
	return flow
}
