package flowtest

import (
	"context"

	"lojavirtual/bot"
	"lojavirtual/flows/quitacao"
	"lojavirtual/store"
)

func (s *stage) quitacao() *bot.Flow {
	const inCourt = ` WHERE imov_id = 2462176 AND cnta_amreferenciaconta = 202504`
	s.happens = map[string]func(){
		"all of 2025 is paid": func() {
			found, err := s.Clearances(s.t.Context(), s.property())
			if err != nil {
				s.t.Fatal(err)
			}
			for _, b := range found.Of(2025, Today).Owed {
				s.Pay(b.ID)
			}
		},
		"deals count":            s.exec(`UPDATE cadastro.sistema_parametros SET parm_iccontaparcelada = 1`),
		"GSAN's rule decides":    func() { s.Clearance = store.ClearanceByGSAN },
		"the bill goes to court": s.exec(`UPDATE faturamento.conta SET cmrv_id = 6, cnta_dtrevisao = '2026-05-19'` + inCourt),
		"courts count":           s.exec(`UPDATE cadastro.sistema_parametros SET parm_iccobrancajudicial = 1`),
		"the review ends":        s.exec(`UPDATE faturamento.conta SET cmrv_id = NULL, cnta_dtrevisao = NULL` + inCourt),
		"all of 2024 is under review": s.exec(`
			UPDATE faturamento.conta SET cmrv_id = 91, cnta_dtrevisao = '2025-01-02', dcst_idatual = 0 WHERE imov_id = 1673815 AND cnta_dtvencimentoconta < '2025-01-01'`),
	}
	// copies stands for the flow that gives second copies: it says what it was asked
	copies := bot.NewFlow(bot.About{Name: "segundavia", Title: "Segunda Via de Conta", Words: []string{"segunda via"}}, []bot.Step[struct{}]{{
		State: "listening", Label: "ouvindo",
		Do: func(_ context.Context, t *bot.Turn[struct{}]) (bot.Event, error) {
			t.Say("(aqui começa a segunda via: “%s”)", t.Opening())
			return "over", nil
		},
		On: bot.On{"over": bot.End},
	}})
	print := func(_ context.Context, _ string, c store.ClearanceCopy) ([]byte, error) {
		return paper.Clearance(c, seal)
	}
	flow := quitacao.New(s, print, copies.Name)
	s.engine.Flows = []*bot.Flow{copies, flow}
	return flow
}
