package flowtest

import (
	"time"

	"lojavirtual/bot"
	"lojavirtual/flows/vencimento"
	"lojavirtual/store"
)

func (s *stage) vencimento() *bot.Flow {
	s.happens = map[string]func(){
		"somebody changes it to 10": func() {
			c, err := s.ChangeDueDay(s.t.Context(), "somebody", store.DueDayForm{Property: s.property(), Day: 10, At: time.Date(2026, 5, 20, 9, 0, 0, 0, store.Zone)})
			if err != nil || c.Refused != store.MayChange {
				s.t.Fatal(c, err)
			}
		},
		"the list of days changes":   s.exec("UPDATE cadastro.sistema_parametros SET parm_dsdiasvcmtoalternativo = '2;4;6;8;12;14'"),
		"there is no list of days":   s.exec("UPDATE cadastro.sistema_parametros SET parm_dsdiasvcmtoalternativo = NULL"),
		"no change needs to wait":    s.exec("UPDATE cadastro.sistema_parametros SET parm_nnmesesminaltvcmto = 0"),
		"nobody has a due day":       s.exec("UPDATE faturamento.faturamento_grupo SET ftgr_nndiavencimento = NULL"),
		"no request is of that kind": s.exec("UPDATE atendimentopublico.espec_tipo_validacao SET estv_icuso = 2 WHERE estv_cdconstante = 'V'"),
		"the group moves to 25":      s.execThere("UPDATE cadastro.imovel SET imov_ddvencimento = 25 WHERE imov_id = $1"),
	}
	return vencimento.New(s, false)
}
