package flowtest

import (
	"time"

	"lojavirtual/bot"
	"lojavirtual/flows/servicos"
	"lojavirtual/store"
)

func (s *stage) servicos() *bot.Flow {
	s.happens = map[string]func(){
		"someone else at home reports the leak": func() {
			_, ok, err := s.OpenRequest(s.t.Context(), "another key", store.RequestForm{
				Kind: 3, Property: s.property(), Customer: s.talks.Identity.Customer, At: time.Date(2026, time.May, 11, 9, 0, 0, 0, store.Zone),
			})
			if !ok || err != nil {
				s.t.Fatalf("%t, %v", ok, err)
			}
		},
		"nothing is offered any more":                  s.exec(`UPDATE atendimentopublico.solicitacao_tipo_espec SET step_iclojavirtual = 2`),
		"leaks in the street are not offered any more": s.exec(`UPDATE atendimentopublico.solicitacao_tipo_espec SET step_iclojavirtual = 2 WHERE step_id = 3`),
	}
	s.engine.Phone = "0800 079 0195"
	return servicos.New(s, s)
}
