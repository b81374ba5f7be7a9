package flowtest

import (
	"lojavirtual/bot"
	"lojavirtual/flows/parcelamento"
	"lojavirtual/store"
)

func (s *stage) parcelamento() *bot.Flow {
	resolution := func(change string) func() {
		return s.exec("UPDATE cobranca.resolucao_diretoria SET " + change + " WHERE rdir_id = 21")
	}
	profile := func(change string) func() {
		return s.exec("UPDATE cobranca.parcelamento_perfil SET " + change + " WHERE rdir_id = 21")
	}
	s.happens = map[string]func(){
		"a bill is paid": func() { s.Pay(s.open()) },
		"a bill goes to review": func() {
			s.Exec("UPDATE faturamento.conta SET cnta_dtrevisao = $2 WHERE cnta_id = $1", s.open(), Today)
		},
		"the least instalment is ten tariffs": profile("pcpf_pctarifaminimaprestacao = 999"),
		"the rules are for cash alone":        resolution("rdir_icnegociacaosoavista = 1"),
		"sanctions are discounted":            resolution("rdir_icdescontosancoes = 1"),
		"the resolution has ended":            resolution("rdir_dtvigenciafim = '2026-05-19'"),
		"there is no discount for cash":       profile("pcpf_pcdescontopagamentoavista = 0, pcpf_pcdescontoacrescimomulta = 0, pcpf_pcdescontoacrescimojurosmora = 0"),
		"the entrada is the last bill":        s.exec("UPDATE cobranca.parcel_qtde_prestacao SET pqtp_icentultcontaatraso = 1"),
		"no entrada is wanted": s.exec(`
			UPDATE cobranca.parcel_qtde_reparcel SET pqtr_pcentradasugerida = NULL;
			UPDATE cobranca.parcel_qtde_prestacao SET pqtp_pcminimoentrada = NULL`),
		"the entrada grows with the term": s.exec(`
			UPDATE cobranca.parcel_qtde_reparcel SET pqtr_pcentradasugerida = NULL;
			UPDATE cobranca.parcel_qtde_prestacao SET pqtp_pcminimoentrada = 30 WHERE pqtp_qtmaximaprestacao > 6`),
		"a deal was made this month": s.execThere(`
			INSERT INTO cobranca.parcelamento (parc_id, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, pctp_id, cbfm_id, pcst_id, parc_icconfirmacao,
			       parc_tmparcelamento, parc_amreferenciafaturamento)
			SELECT 5000, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, 1, 1, 1, 1, '2026-05-02', 202605 FROM cadastro.imovel WHERE imov_id = $1`),
		"bills of before May are corrected by the tariff": s.byTariff,
		"two deals were made before":                      s.exec("UPDATE cobranca.parcel_qtde_reparcel SET pqtr_qtmaximareparcelamento = 9"),
		"they use little water":                           s.execThere("UPDATE faturamento.conta SET cnta_nnconsumoagua = 20 WHERE imov_id = $1"),
	}
	offices := []store.Office{{Name: "Loja Centro", Address: "Rua Campo do Brito, 331", Hours: "segunda a sexta, das 7h às 16h"}}
	return parcelamento.New(s, s.guesses(), Operator().Documents.How, offices)
}

// open is the oldest open bill of whoever talks.
func (s *stage) open() int64 {
	owed, err := s.Debts(s.t.Context(), s.property())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range owed.List {
		if d.Kind == store.OwnBill && d.Status == store.Open {
			return d.ID
		}
	}
	s.t.Fatal("no open bill")
	return 0
}
