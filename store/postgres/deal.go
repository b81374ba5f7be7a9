package postgres

import (
	"context"

	"lojavirtual/store"
	"lojavirtual/store/instalment"
)

// Deal returns all that a simulation of a deal takes of a property that owes
// this (see Debts): what the rules ask about it, and the resolution that is marked for
// the Loja Virtual and in force today, or the one that db.Deals names. Without
// one the case has no resolution, and no simulation comes of it.
//
// Entitled tells whether the customer may simulate without saying more. GSAN
// asks for the CPF, and takes no CNPJ, of somebody who is owner or occupant
// today (gsan-rules ID-11). Whoever identified themselves by such a CPF has said
// it; a company, or somebody who only pays, has not.
func (db *DB) Deal(ctx context.Context, customer, property int64, owed store.Debts) (c instalment.Case, entitled bool, err error) {
	c, entitled, err = db.dealCase(ctx, db.pool, db.Deals.Resolution, customer, property, owed)
	return c, entitled, away("deal", err)
}

// dealCase is Deal under the resolution of a number, or of the Loja Virtual if
// "".
func (db *DB) dealCase(ctx context.Context, from asker, resolution string, customer, property int64, owed store.Debts) (c instalment.Case, entitled bool, err error) {
	parameters, today := db.codes.Load().parameters, db.Today()
	c = instalment.Case{Debts: instalment.Of(owed), Today: today, Billing: parameters.Billing, Rules: db.Deals}
	p := &c.Property
	p.Vacant = !owed.Occupied
	var facts []billFacts
	err = from.QueryRow(ctx, dealQuery(parameters.MonthBands),
		property, customer, today, int(store.MonthOf(today)), resolution).Scan(
		&entitled, &c.Price, &c.Days,
		&p.Situation, &p.Water, &p.Profile, &p.Units, &p.Redeals, &p.CutOff, &p.Least,
		&p.Running, &p.Dealt, &p.Ongoing, &p.LastBill, &p.Redealt, &p.MeanUse,
		&facts, &c.Debts.Sanctions, &c.Debts.LateCharged, &c.Resolution)
	if err != nil {
		return instalment.Case{}, false, err
	}
	for i := range c.Debts.Bills {
		b := &c.Debts.Bills[i]
		for _, f := range facts {
			if f.ID == b.ID {
				b.Use, b.Units, b.Charged, b.Sanctions, b.AtOnce = f.Use, f.Units, f.Charged, f.Sanctions, f.AtOnce
			}
		}
	}
	return c, entitled, nil
}

// billFacts is what only the rule on single bills asks (SIM-4).
type billFacts struct {
	ID                         int64
	Use, Units                 int
	Charged, Sanctions, AtOnce bool
}

// cpf is a customer's, k, as 11 digits; null if none is registered.
const cpf = `lpad(nullif(regexp_replace(k.clie_nncpf, '[^0-9]', '', 'g'), ''), 11, '0')`

// MayDeal tells whether a CPF is that of somebody who is owner or occupant of the
// property today (gsan-rules ID-11). It does not tell an unknown CPF from that of
// somebody else.
func (db *DB) MayDeal(ctx context.Context, property int64, document string) (ok bool, err error) {
	if len(document) != 11 || !isDocument(document) {
		document = "" // goes the way of all others, and costs as much
	}
	err = db.pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM cadastro.cliente_imovel r
		                 JOIN cadastro.imovel i ON i.imov_id = r.imov_id AND coalesce(i.imov_icexclusao, 2) <> 1
		                 JOIN cadastro.cliente k ON k.clie_id = r.clie_id
		                WHERE r.imov_id = $1::bigint AND r.crtp_id IN (1, 2) AND r.clim_dtrelacaofim IS NULL
		                  AND `+cpf+` = $2::text)`, property, document).Scan(&ok)
	return ok, away("may deal", err)
}

// Parts of the question about a deal.
const (
	// left tells whether the débito a cobrar d has instalments left, remains how much.
	left    = `d.dcst_idatual = 0 AND d.dbac_nnprestacaocobradas < d.dbac_nnprestacaodebito - coalesce(d.dbac_nnparcelabonus, 0)`
	remains = `(d.dbac_vldebito - trunc(d.dbac_vldebito / greatest(d.dbac_nnprestacaodebito, 1), 2) * (d.dbac_nnprestacaocobradas + coalesce(d.dbac_nnparcelabonus, 0)))`
	// unpaid is the bills, c, of the property that count as owed whoever was there.
	unpaid = `c.imov_id = $1::bigint AND c.dcst_idatual IN (0, 1, 2)
	          AND NOT EXISTS (SELECT 1 FROM arrecadacao.pagamento p WHERE p.cnta_id = c.cnta_id)`
	// sanction is the kinds of debt that punish, for the rule on single bills (SIM-4).
	sanction = `(SELECT dbtp_id FROM atendimentopublico.fiscaliz_sit_serv_a_cob)`
	// discounted is the kinds of debt that are discounted as sanctions: sanções
	// regulamentares, multa por infração, consumo não contabilizado, instalação ou
	// substituição de hidrômetro (SIM-13).
	discounted = `(12, 46, 48, 49)`
	// lateness is the kinds that late charges become: multa, juros de mora,
	// atualização monetária, acréscimos por impontualidade (SIM-13).
	lateness = `(80, 91, 94, 100)`
	// dealt is financings of deals, without their interest.
	dealt = `(2, 3, 4)`
)

// dealQuery asks all about a deal of the property $1 for the customer $2, on
// the day $3 in the month $4, under the resolution of number $5 or, if ”, the one
// for the Loja Virtual. The keys of the JSON are the fields of instalment.Resolution and
// what hangs on it; percentages are in hundredths. What not every GSAN has is
// read through to_json.
func dealQuery(monthBands bool) string {
	bands := `NULL`
	if monthBands {
		bands = `(SELECT json_agg(json_build_object('From', pfds_referencia_minima, 'To', pfds_referencia_maxima,
		                                            'Percent', (100 * pfds_percentual_desconto)::int) ORDER BY pfds_id)
		            FROM cobranca.parcelamento_faixa_desconto
		           WHERE (to_json(rd) ->> 'rdir_icdescontofaixarefconta')::int = 1)`
	}
	return `
	WITH im AS (
		SELECT i.*, coalesce((SELECT min(z.istp_id) FROM cadastro.imovel_situacao z WHERE z.last_id = i.last_id AND z.lest_id = i.lest_id),
		                     (SELECT min(z.istp_id) FROM cadastro.imovel_situacao z WHERE z.last_id = i.last_id AND z.lest_id IS NULL)) AS istp_id
		  FROM cadastro.imovel i WHERE i.imov_id = $1::bigint
	), rd AS (
		SELECT r.* FROM cobranca.resolucao_diretoria r
		 WHERE CASE $5::text WHEN '' THEN r.rdir_icparcelamentolojavirtual = 1 ELSE trim(r.rdir_nnresolucaodiretoria) = $5::text END
		   AND coalesce(r.rdir_dtvigenciainicio, $3::date) <= $3::date AND coalesce(r.rdir_dtvigenciafim, $3::date) >= $3::date
		 ORDER BY r.rdir_dtvigenciainicio DESC NULLS LAST, r.rdir_id DESC LIMIT 1
	), owed AS (
		SELECT c.cnta_id, c.cnta_amreferenciaconta, c.cnta_nnconsumoagua, ` + value + ` AS value
		  FROM faturamento.conta c WHERE ` + unpaid + `
	), newest AS (
		SELECT p.parc_id, p.rdir_id FROM cobranca.parcelamento p WHERE p.imov_id = $1::bigint ORDER BY p.parc_tmparcelamento DESC LIMIT 1
	)
	SELECT EXISTS (SELECT 1 FROM cadastro.cliente_imovel r JOIN cadastro.cliente k ON k.clie_id = r.clie_id
	                WHERE r.imov_id = $1::bigint AND r.clie_id = $2::bigint AND r.crtp_id IN (1, 2) AND r.clim_dtrelacaofim IS NULL
	                  AND ` + cpf + ` IS NOT NULL),
	       sp.parm_ictabelaprice = 1, coalesce(sp.parm_nndiasvcmtoentparcmt, 3)::int,
	       coalesce(im.istp_id, 0)::int, coalesce(im.last_id, 0)::int, coalesce(im.iper_id, 0)::int,
	       (SELECT json_agg(json_build_object('Subcategory', s.scat_id, 'Category', s.catg_id, 'Count', u.imsb_qteconomia) ORDER BY s.scat_id)
	          FROM cadastro.imovel_subcategoria u JOIN cadastro.subcategoria s ON s.scat_id = u.scat_id WHERE u.imov_id = im.imov_id),
	       coalesce(im.imov_nnreparcmtconsec, 0)::int,
	       (SELECT l.lagu_dtsupressaoagua::date FROM atendimentopublico.ligacao_agua l WHERE l.lagu_id = im.imov_id),
	       (SELECT (100 * coalesce(sum(u.imsb_qteconomia * t.cstc_vltarifaminima), 0))::bigint
	          FROM cadastro.imovel_subcategoria u
	          JOIN cadastro.subcategoria s ON s.scat_id = u.scat_id
	          JOIN faturamento.consumo_tarifa_categoria t ON t.catg_id = s.catg_id AND t.scat_id = 0
	         WHERE u.imov_id = im.imov_id
	           AND t.cstv_id = (SELECT v.cstv_id FROM faturamento.consumo_tarifa_vigencia v
	                             WHERE v.cstf_id = im.cstf_id AND v.cstv_dtvigencia <= $3::date ORDER BY v.cstv_dtvigencia DESC LIMIT 1)),
	       EXISTS (SELECT 1 FROM cobranca.parcelamento p JOIN faturamento.debito_a_cobrar d ON d.parc_id = p.parc_id
	                WHERE p.imov_id = $1::bigint AND p.pcst_id = 1 AND ` + left + `),
	       EXISTS (SELECT 1 FROM cobranca.parcelamento p
	                WHERE p.imov_id = $1::bigint AND p.pcst_id = 1 AND p.parc_amreferenciafaturamento = $4::int),
	       EXISTS (SELECT 1 FROM newest JOIN faturamento.debito_a_cobrar d ON d.parc_id = newest.parc_id
	                WHERE rd.rdir_icparcelamentoemandamento = 1 AND newest.rdir_id = rd.rdir_idparcelamentoemandamento AND ` + left + `),
	       coalesce((SELECT (100 * o.value)::bigint FROM owed o ORDER BY o.cnta_amreferenciaconta DESC LIMIT 1), 0),
	       (100 * (coalesce((SELECT sum(` + remains + `) FROM faturamento.debito_a_cobrar d WHERE d.imov_id = $1::bigint AND d.fntp_id IN ` + dealt + `), 0)
	             + coalesce((SELECT sum(b.dbcb_vlprestacao) FROM faturamento.debito_cobrado b
	                          WHERE b.fntp_id IN ` + dealt + ` AND b.cnta_id = (SELECT o.cnta_id FROM owed o ORDER BY o.cnta_amreferenciaconta DESC LIMIT 1)), 0)))::bigint,
	       coalesce((SELECT coalesce(nullif(h.cshi_nnconsumomedio, 0), h.cshi_nnconsumofaturadomes) FROM micromedicao.consumo_historico h
	                  WHERE h.imov_id = $1::bigint ORDER BY h.cshi_amfaturamento DESC, h.lgti_id LIMIT 1), 0)::int,
	       (SELECT json_agg(json_build_object('ID', o.cnta_id, 'Use', o.cnta_nnconsumoagua,
	                 'Units', (SELECT sum(g.ctcg_qteconomia) FROM faturamento.conta_categoria g WHERE g.cnta_id = o.cnta_id),
	                 'Charged', EXISTS (SELECT 1 FROM faturamento.debito_cobrado b WHERE b.cnta_id = o.cnta_id),
	                 'Sanctions', EXISTS (SELECT 1 FROM faturamento.debito_cobrado b WHERE b.cnta_id = o.cnta_id AND b.dbtp_id IN ` + sanction + `),
	                 'AtOnce', EXISTS (SELECT 1 FROM faturamento.debito_cobrado b WHERE b.cnta_id = o.cnta_id AND b.dbtp_id IN ` + sanction + ` AND b.dbcb_nnprestacao = 1)))
	          FROM owed o),
	       (SELECT json_agg(json_build_object('Month', x.month, 'Value', (100 * x.value)::bigint, 'Billed', x.billed))
	          FROM (SELECT d.dbac_amreferenciadebito AS month, d.dbac_vldebito AS value, false AS billed
	                  FROM faturamento.debito_a_cobrar d
	                 WHERE d.imov_id = $1::bigint AND d.dcst_idatual = 0 AND d.dbtp_id IN ` + discounted + `
	                   AND d.dbac_nnprestacaocobradas < d.dbac_nnprestacaodebito
	                UNION ALL
	                SELECT c.cnta_amreferenciaconta, b.dbcb_vlprestacao, true
	                  FROM faturamento.conta c JOIN faturamento.debito_cobrado b ON b.cnta_id = c.cnta_id
	                 WHERE c.imov_id = $1::bigint AND c.dcst_idatual IN (0, 1, 2) AND b.dbtp_id IN ` + discounted + `) x
	         WHERE x.month IS NOT NULL),
	       (SELECT json_agg(json_build_object('Month', x.month, 'Value', (100 * x.value)::bigint, 'Billed', x.billed))
	          FROM (SELECT d.dbac_amcobrancadebito AS month, d.dbac_vldebito AS value, false AS billed
	                  FROM faturamento.debito_a_cobrar d
	                 WHERE d.imov_id = $1::bigint AND d.dbtp_id IN ` + lateness + ` AND ` + left + `
	                UNION ALL
	                SELECT o.cnta_amreferenciaconta, b.dbcb_vlprestacao, true
	                  FROM owed o JOIN faturamento.debito_cobrado b ON b.cnta_id = o.cnta_id
	                 WHERE b.dbtp_id IN ` + lateness + `) x
	         WHERE x.month IS NOT NULL),
	       CASE WHEN rd.rdir_id IS NOT NULL THEN json_build_object('ID', rd.rdir_id, 'Number', trim(rd.rdir_nnresolucaodiretoria),
	         'CashOnly', rd.rdir_icnegociacaosoavista = 1, 'CashOnBills', rd.rdir_icdescontosoemcontaavista = 1,
	         'Sanctions', rd.rdir_icdescontosancoes = 1, 'Bands', ` + bands + `,
	         'IdleSteps', (SELECT json_agg(DISTINCT x.pdin_qtmaximamesesinatividade) FROM cobranca.parcel_desconto_inativid x),
	         'IdleCashSteps', (SELECT json_agg(DISTINCT x.pdiv_qtmaxmesesinativ) FROM cobranca.parc_descto_inativ_vista x),
	         'BandSteps', (SELECT json_agg(DISTINCT (100 * x.pfvl_vlfaixa)::bigint) FROM cobranca.parcelamento_faixa_valor x),
	         'Profiles', (SELECT json_agg(json_build_object('ID', p.pcpf_id, 'Situation', p.istp_id,
	             'Of', p.iper_id, 'Subcategory', p.scat_id, 'Category', p.catg_id,
	             'LeastInstalment', (100 * p.pcpf_pctarifaminimaprestacao)::int,
	             'Fine', (100 * p.pcpf_pcdescontoacrescimomulta)::int, 'Interest', (100 * p.pcpf_pcdescontoacrescimojurosmora)::int,
	             'Correction', (100 * p.pcpf_pcdescontoacrescimoatualizacaomonetaria)::int, 'Sanction', (100 * p.pcpf_pcdescontosancao)::int,
	             'Until', p.pcpf_amreflimitesuperior,
	             'Cash', (100 * p.pcpf_pcdescontopagamentoavista)::int, 'CashBills', p.pcpf_pcquantidademinimafatura,
	             'CashUntil', CASE WHEN p.pcpf_dtlimitedescpagmtavista IS NOT NULL THEN json_build_object(
	                            'Year', extract(year FROM p.pcpf_dtlimitedescpagmtavista)::int, 'Month', extract(month FROM p.pcpf_dtlimitedescpagmtavista)::int,
	                            'Day', extract(day FROM p.pcpf_dtlimitedescpagmtavista)::int) END,
	             'CashRest', (100 * (to_json(p) ->> 'pcpf_pcdescontototalpagamentoavista')::numeric)::int,
	             'Social', p.pcpf_icretroativotarsoc = 1,
	             'LeastUse', p.pcpf_nnconsumominimo, 'LeastVariation', (100 * p.pcpf_pcvariacaoconsmedio)::int,
	             'SanctionsOnly', p.pcpf_icsancoesparcunica <> 2,
	             'Age', (SELECT json_agg(json_build_object('Months', x.pdan_qtminimamesesdebito, 'Active', (100 * x.pdan_pcdescontoativo)::int,
	                              'With', (100 * x.pdan_pcdesccomrestblc)::int, 'Without', (100 * x.pdan_pcdescsemrestblc)::int))
	                       FROM cobranca.parcel_desconto_antiguid x WHERE x.pcpf_id = p.pcpf_id),
	             'Idle', (SELECT json_agg(json_build_object('Months', x.pdin_qtmaximamesesinatividade,
	                               'With', (100 * x.pdin_pcdesccomrestblc)::int, 'Without', (100 * x.pdin_pcdescsemrestblc)::int))
	                        FROM cobranca.parcel_desconto_inativid x WHERE x.pcpf_id = p.pcpf_id),
	             'IdleCash', (SELECT json_agg(json_build_object('Months', x.pdiv_qtmaxmesesinativ,
	                                   'With', (100 * x.pdiv_pcdesctocomrestab)::int, 'Without', (100 * x.pdiv_pcdesctosemrestab)::int))
	                            FROM cobranca.parc_descto_inativ_vista x WHERE x.pcpf_id = p.pcpf_id),
	             'Redeals', (SELECT json_agg(json_build_object('From', x.pqtr_qtmaximareparcelamento, 'Suggested', (100 * x.pqtr_pcentradasugerida)::int,
	                 'Rows', (SELECT json_agg(json_build_object('Max', q.pqtp_qtmaximaprestacao, 'Rate', (100 * q.pqtp_txjuros)::int,
	                              'Entrada', (100 * q.pqtp_pcminimoentrada)::int, 'EntradaLeast', (100 * q.pqtp_pctarifaminimaimovel)::int,
	                              'Mean', q.pqtp_icmediavalorcontas = 1, 'LastBill', q.pqtp_icentultcontaatraso = 1,
	                              'Redealt', (100 * q.pqtp_pcvlrreparcelado)::int, 'Factor', q.pqtp_nnfatorqtdprestacoes,
	                              'Bands', (SELECT json_agg(json_build_object('From', (100 * v.pfvl_vlfaixa)::bigint, 'Percent', (100 * v.pfvl_pcfaixa)::int))
	                                          FROM cobranca.parcelamento_faixa_valor v WHERE v.pqtp_id = q.pqtp_id)) ORDER BY q.pqtp_qtmaximaprestacao, q.pqtp_id)
	                            FROM cobranca.parcel_qtde_prestacao q WHERE q.pqtr_id = x.pqtr_id)))
	                          FROM cobranca.parcel_qtde_reparcel x WHERE x.pcpf_id = p.pcpf_id)))
	           FROM cobranca.parcelamento_perfil p WHERE p.rdir_id = rd.rdir_id AND p.istp_id = im.istp_id)) ELSE '{}'::json END
	  FROM cadastro.sistema_parametros sp LEFT JOIN im ON true LEFT JOIN rd ON true
	 WHERE sp.parm_id = 1`
}
