package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
)

// Why a bill's copy bears no code to pay it by (VIA-3, VIA-5).
const (
	noCodePaid        = "conta paga"
	noCodePartlyPaid  = "pagamento parcial em análise"
	noCodeReview      = "conta em revisão"
	noCodeHeld        = "conta em negociação"
	noCodeZero        = "conta sem valor a pagar"
	noCodeDirectDebit = "débito automático"
	noCodeGrouped     = "conta em fatura agrupada"
	noCodeIssuer      = "código de barras indisponível"
)

// debtWarning is the second part of the bill's message (VIA-10).
const debtWarning = "Há contas vencidas deste imóvel em aberto."

// copyRow is all that the database has of one bill; what comes as JSON comes in
// lists.
type copyRow struct {
	billRow
	Situation, Locality   int
	Validity, Issued      store.Date
	WaterID, SewageID     int
	Water, Sewage         store.Money // value billed
	Charges, Credits, Tax store.Money
	Volume, SewageVolume  int
	SewagePercent         int // hundredths of a percent
	Sector, Block         int
	Lot, Sublot           int
	Route, Group          int
	Meter                 string
	Customer              store.Customer
	Address               store.Address
	Grouped, Debts        bool

	Use        *useRow
	Reading    *readingRow
	Previous   *int // as the bill itself has the readings
	Current    *int
	History    []historyRow
	Categories []categoryRow
	Charged    []itemRow
	Credited   []itemRow
	Taxed      []taxRow
	Quality    columns
	Messages   []*string
}

type useRow struct {
	Kind    int  `json:"kind"`
	Anomaly *int `json:"anomaly"`
}

type readingRow struct {
	Previous   int     `json:"previous"`
	PreviousOn isoDate `json:"previous_on"`
	Current    int     `json:"current"`
	CurrentOn  isoDate `json:"current_on"`
	Situation  *int    `json:"situation"`
	Anomaly    *int    `json:"anomaly"`
}

type historyRow struct {
	Month          store.Month `json:"month"`
	Volume         int         `json:"volume"`
	Anomaly        *int        `json:"anomaly"`
	ReadingAnomaly *int        `json:"reading_anomaly"`
}

type categoryRow struct {
	Category int         `json:"category"`
	Units    int         `json:"units"`
	Water    store.Money `json:"water"`
	Volume   int         `json:"volume"`
}

type itemRow struct {
	Kind  int         `json:"kind"`
	Value store.Money `json:"value"`
	Nth   int         `json:"nth"` // instalment
	Of    int         `json:"of"`
}

type taxRow struct {
	Kind    int         `json:"kind"`
	Percent int         `json:"percent"`
	Base    store.Money `json:"base"`
	Value   store.Money `json:"value"`
}

// notRead is leitura_situacao "não realizada".
const notRead = 2

// copyQuery finds everything of the bill $2 of the property $1. A bill is in the
// current tables or in the historic twins, never in both, so that both kinds of
// detail can be asked for by its number.
const copyQuery = `
	WITH bill AS (
		SELECT ` + openBill + `,
		       c.dcst_idatual::int AS situation, c.loca_id::int AS locality, c.cnta_dtvalidadeconta::date AS validity, c.cnta_dtemissao::date AS issued,
		       c.last_id::int AS last_id, c.lest_id::int AS lest_id,
		       (100 * c.cnta_vlagua)::bigint AS water, (100 * c.cnta_vlesgoto)::bigint AS sewage, (100 * c.cnta_vldebitos)::bigint AS charges,
		       (100 * c.cnta_vlcreditos)::bigint AS credits, (100 * coalesce(c.cnta_vlimpostos, 0))::bigint AS tax,
		       coalesce(c.cnta_nnconsumoagua, 0)::int AS volume, coalesce(c.cnta_nnconsumoesgoto, 0)::int AS sewage_volume, (100 * c.cnta_pcesgoto)::int AS percent,
		       c.cnta_nnleituraanterior::int AS previous, c.cnta_nnleituraatual::int AS current
		  FROM faturamento.conta c ` + paid + `
		 WHERE c.cnta_id = $2::bigint AND ` + ownOpen + `
		UNION ALL
		SELECT ` + closedBill + `,
		       h.dcst_idatual::int, h.loca_id::int, h.cnhi_dtvalidadeconta::date, h.cnhi_dtemissao::date,
		       h.last_id::int, h.lest_id::int,
		       (100 * h.cnhi_vlagua)::bigint, (100 * h.cnhi_vlesgoto)::bigint, (100 * h.cnhi_vldebitos)::bigint,
		       (100 * h.cnhi_vlcreditos)::bigint, (100 * coalesce(h.cnhi_vlimpostos, 0))::bigint,
		       coalesce(h.cnhi_nnconsumoagua, 0)::int, coalesce(h.cnhi_nnconsumoesgoto, 0)::int, (100 * h.cnhi_pcesgoto)::int,
		       h.cnhi_nnleituraanterior::int, h.cnhi_nnleituraatual::int
		  FROM faturamento.conta_historico h ` + paidClosed + `
		 WHERE h.cnta_id = $2::bigint AND ` + ownClosed + `)
	SELECT bill.id, bill.month, bill.due, bill.total, bill.paid, bill.paid_on, bill.review, bill.reason, bill.direct_debit, bill.held,
	       bill.situation, bill.locality, bill.validity, bill.issued, bill.last_id, bill.lest_id,
	       bill.water, bill.sewage, bill.charges, bill.credits, bill.tax, bill.volume, bill.sewage_volume, bill.percent,
	       st.stcm_cdsetorcomercial::int, qd.qdra_nnquadra::int, i.imov_nnlote::int, i.imov_nnsublote::int,
	       r.rota_cdrota::int, r.ftgr_id::int, coalesce(trim(hd.hidr_nnhidrometro), '')::text,
	       coalesce(k.clie_id, 0)::bigint, coalesce(trim(k.clie_nmcliente), '')::text,
	       coalesce(nullif(trim(k.clie_nncpf), ''), nullif(trim(k.clie_nncnpj), ''), '')::text,` + address + `,
	       EXISTS (SELECT 1 FROM faturamento.fatura_item f WHERE f.cnta_id = bill.id AND f.fitm_icativo = 1),
	       EXISTS (SELECT 1 FROM faturamento.conta c ` + paid + `
	                WHERE c.cnta_id <> bill.id AND ` + ownOpen + ` AND ` + value + ` > 0 AND coalesce(p.value, 0) = 0
	                  AND c.cnta_dtvencimentoconta < to_date((SELECT parm_amreferenciaarrecadacao FROM cadastro.sistema_parametros WHERE parm_id = 1)::text, 'YYYYMM')),
	       bill.previous, bill.current,
	       (SELECT json_build_object('kind', u.cstp_id, 'anomaly', u.csan_id)
	          FROM micromedicao.consumo_historico u
	         WHERE u.imov_id = i.imov_id AND u.lgti_id = 1 AND u.cshi_amfaturamento = bill.month),
	       (SELECT json_build_object('previous', g.mdhi_nnleitantfatmt, 'previous_on', g.mdhi_dtleitantfatmt,
	                                 'current', g.mdhi_nnleituraatualfaturamento, 'current_on', g.mdhi_dtleituraatualfaturamento,
	                                 'situation', g.ltst_idleiturasituacaoatual, 'anomaly', g.ltan_idleitanormfatmt)
	          FROM micromedicao.medicao_historico g
	         WHERE g.lagu_id = i.imov_id AND g.medt_id = 1 AND g.mdhi_amleitura = bill.month),
	       (SELECT json_agg(json_build_object('month', x.month, 'volume', x.volume, 'anomaly', x.anomaly, 'reading_anomaly', x.reading) ORDER BY x.month DESC)
	          FROM (SELECT u.cshi_amfaturamento AS month, coalesce(u.cshi_nnconsumofaturadomes, 0) AS volume, u.csan_id AS anomaly, g.ltan_idleitanormfatmt AS reading
	                  FROM micromedicao.consumo_historico u
	                  LEFT JOIN micromedicao.medicao_historico g ON g.lagu_id = u.imov_id AND g.medt_id = 1 AND g.mdhi_amleitura = u.cshi_amfaturamento
	                 WHERE u.imov_id = i.imov_id AND u.lgti_id = 1 AND u.cshi_amfaturamento < bill.month
	                 ORDER BY u.cshi_amfaturamento DESC LIMIT 6) x),
	       (SELECT json_agg(json_build_object('category', x.catg_id, 'units', x.units, 'water', x.water, 'volume', x.volume) ORDER BY x.catg_id)
	          FROM (SELECT catg_id, ctcg_qteconomia AS units, (100 * coalesce(ctcg_vlagua, 0))::bigint AS water, coalesce(ctcg_nnconsumoagua, 0) AS volume
	                  FROM faturamento.conta_categoria WHERE cnta_id = bill.id
	                UNION ALL
	                SELECT catg_id, ctch_qteconomia, (100 * coalesce(ctch_vlagua, 0))::bigint, coalesce(ctch_nnconsumoagua, 0)
	                  FROM faturamento.conta_catg_hist WHERE cnta_id = bill.id) x),
	       (SELECT json_agg(json_build_object('kind', x.dbtp_id, 'value', x.value, 'nth', x.nth, 'of', x.instalments) ORDER BY x.id)
	          FROM (SELECT dbcb_id AS id, dbtp_id, (100 * dbcb_vlprestacao)::bigint AS value, dbcb_nnprestacaodebito AS nth, dbcb_nnprestacao AS instalments
	                  FROM faturamento.debito_cobrado WHERE cnta_id = bill.id
	                UNION ALL
	                SELECT dbhi_id, dbtp_id, (100 * dbhi_vlprestacao)::bigint, dbhi_nnprestacaodebito, dbhi_nnprestacao
	                  FROM faturamento.debito_cobrado_historico WHERE cnta_id = bill.id) x),
	       (SELECT json_agg(json_build_object('kind', x.crti_id, 'value', x.value) ORDER BY x.id)
	          FROM (SELECT crrz_id AS id, coalesce(crti_id, 0) AS crti_id, (100 * crrz_vlcredito)::bigint AS value
	                  FROM faturamento.credito_realizado WHERE cnta_id = bill.id
	                UNION ALL
	                SELECT crhi_id, coalesce(crti_id, 0), (100 * coalesce(crhi_vlcredito, 0))::bigint
	                  FROM faturamento.cred_realizado_hist WHERE cnta_id = bill.id) x),
	       (SELECT json_agg(json_build_object('kind', x.imtp_id, 'percent', x.percent, 'base', x.base, 'value', x.value) ORDER BY x.imtp_id)
	          FROM (SELECT imtp_id, (100 * cnid_pcaliquota)::int AS percent, (100 * cnid_vlbasecalculo)::bigint AS base, (100 * cnid_vlimposto)::bigint AS value
	                  FROM faturamento.conta_impostos_deduzidos WHERE cnta_id = bill.id
	                UNION ALL
	                SELECT imtp_id, (100 * cidh_pcaliquota)::int, (100 * cidh_vlbasecalculo)::bigint, (100 * cidh_vlimposto)::bigint
	                  FROM faturamento.conta_impostos_dedz_hist WHERE cnta_id = bill.id) x),
	       -- as JSON, for not every GSAN has a column for every parameter of water
	       (SELECT to_json(q) FROM faturamento.qualidade_agua q
	         WHERE q.loca_id = bill.locality AND (q.stcm_id = i.stcm_id OR q.stcm_id IS NULL) AND q.qlag_amreferencia = to_char(to_date(bill.month::text, 'YYYYMM') - interval '1 month', 'YYYYMM')::int
	         ORDER BY q.stcm_id NULLS LAST LIMIT 1),
	       (SELECT json_build_array(t.ctms_dscontamensagem01, t.ctms_dscontamensagem02, t.ctms_dscontamensagem03)
	          FROM faturamento.conta_mensagem t
	         WHERE t.ctms_amreferenciafaturamento = bill.month
	           AND (t.qdra_id IS NULL OR t.qdra_id = i.qdra_id) AND (t.stcm_id IS NULL OR t.stcm_id = i.stcm_id)
	           AND (t.loca_id IS NULL OR t.loca_id = i.loca_id) AND (t.greg_id IS NULL OR t.greg_id = lo.greg_id)
	           AND (t.ftgr_id IS NULL OR t.ftgr_id = r.ftgr_id)
	         ORDER BY t.qdra_id IS NULL, t.stcm_id IS NULL, t.loca_id IS NULL, t.greg_id IS NULL, t.ftgr_id IS NULL, t.ctms_id LIMIT 1)
	  FROM bill
	  JOIN cadastro.imovel i ON i.imov_id = $1::bigint
	  JOIN cadastro.localidade lo ON lo.loca_id = i.loca_id
	  JOIN cadastro.setor_comercial st ON st.stcm_id = i.stcm_id
	  JOIN cadastro.quadra qd ON qd.qdra_id = i.qdra_id
	  JOIN micromedicao.rota r ON r.rota_id = coalesce(i.rota_idalternativa, qd.rota_id)
	  LEFT JOIN atendimentopublico.ligacao_agua la ON la.lagu_id = i.imov_id
	  LEFT JOIN micromedicao.hidrometro_inst_hist hi ON hi.hidi_id = la.hidi_id AND hi.hidi_dtretiradahidrometro IS NULL
	  LEFT JOIN micromedicao.hidrometro hd ON hd.hidr_id = hi.hidr_id
	  LEFT JOIN cadastro.cliente k ON k.clie_id = (
	            SELECT x.clie_id FROM (SELECT clie_id, crtp_id, clct_icnomeconta AS named FROM cadastro.cliente_conta WHERE cnta_id = bill.id
	                                   UNION ALL
	                                   SELECT clie_id, crtp_id, clch_icnomeconta FROM cadastro.cliente_conta_historico WHERE cnta_id = bill.id) x
	             ORDER BY x.named = 1 DESC, x.crtp_id = 2 DESC LIMIT 1)` + addressJoins

// BillCopy returns a bill of the property's present occupant with all that its
// second copy prints, as it was issued (VIA-4, VIA-7, VIA-12). ok is false if the
// property has no such bill, if it was another's (DEB-6), or if it is neither
// paid nor to be paid. A bill under review is returned, without a code (VIA-3).
func (db *DB) BillCopy(ctx context.Context, property, bill int64) (b store.BillCopy, ok bool, err error) {
	codes := db.codes.Load()
	row, err := db.copyRow(ctx, property, bill)
	if errors.Is(err, pgx.ErrNoRows) {
		return store.BillCopy{}, false, nil
	}
	if err != nil {
		return store.BillCopy{}, false, away("copy of bill", err)
	}
	b = row.print(property, codes)
	b.Copied = db.Today()
	b.Validity = validity(row.Validity, db.Today(), codes.holidays)
	if b.NoCode = row.noCode(b.Bill); b.NoCode != "" {
		return b, true, nil
	}
	code, err := codes.parameters.issuer(db.Company).Code(febraban.Payment{
		Kind: febraban.Bill, Locality: row.Locality, Property: property, Month: b.Month,
	}, b.Total)
	if err != nil { // a number too long, or no company: the copy is good for all but the bank
		b.NoCode = noCodeIssuer
		return b, true, nil
	}
	b.Barcode, b.Line = string(code), code.Digits()
	return b, true, nil
}

func (db *DB) copyRow(ctx context.Context, property, bill int64) (r copyRow, err error) {
	a := &r.Address
	err = db.pool.QueryRow(ctx, copyQuery, property, bill).Scan(
		&r.ID, &r.Month, &r.Due, &r.Total, &r.Paid, &r.PaidOn, &r.Review, &r.Reason, &r.DirectDebit, &r.Held,
		&r.Situation, &r.Locality, &r.Validity, &r.Issued, &r.WaterID, &r.SewageID,
		&r.Water, &r.Sewage, &r.Charges, &r.Credits, &r.Tax, &r.Volume, &r.SewageVolume, &r.SewagePercent,
		&r.Sector, &r.Block, &r.Lot, &r.Sublot,
		&r.Route, &r.Group, &r.Meter,
		&r.Customer.ID, &r.Customer.Name, &r.Customer.Document,
		&a.Street, &a.Number, &a.Complement, &a.Neighborhood, &a.Town, &a.State, &a.CEP,
		&r.Grouped, &r.Debts, &r.Previous, &r.Current,
		&r.Use, &r.Reading, &r.History, &r.Categories, &r.Charged, &r.Credited, &r.Taxed, &r.Quality, &r.Messages)
	return r, err
}

// noCode says why the bill has no code to be paid by, "" if it has one.
func (r copyRow) noCode(b store.Bill) string {
	switch {
	case b.Status == store.Paid:
		return noCodePaid
	case b.Status == store.PartlyPaid:
		return noCodePartlyPaid
	case b.Total <= 0:
		return noCodeZero
	case b.Status == store.InNegotiation:
		return noCodeHeld
	case !b.Payable():
		return noCodeReview
	case b.DirectDebit:
		return noCodeDirectDebit
	case r.Grouped:
		return noCodeGrouped
	default:
		return ""
	}
}

// print puts the bill in words.
func (r copyRow) print(property int64, codes *codes) store.BillCopy {
	b := store.BillCopy{
		Bill:      r.bill(codes),
		Holder:    r.Customer,
		Issued:    r.Issued,
		Situation: strings.ToLower(codes.situation[r.Situation]),
		Volume:    r.Volume,
		Property: store.Property{
			ID: property, Locality: r.Locality, Address: r.Address, Route: strconv.Itoa(r.Route), Group: r.Group, Meter: r.Meter,
			Inscribe: codes.parameters.inscription(r.Locality, r.Sector, r.Block, r.Lot, r.Sublot),
			Water:    sentence(codes.water[r.WaterID]),
			Sewage:   sentence(codes.sewage[r.SewageID]),
			Units:    units(codes, r.Categories),
		},
		Lines: r.lines(codes),
	}
	r.printReading(&b, codes)
	for _, h := range r.History {
		if h.Month < b.Month.Add(-6) {
			break // months without a record are not made up for by older ones (VIA-8)
		}
		use := store.MonthUse{Month: h.Month, Volume: h.Volume}
		if h.ReadingAnomaly != nil {
			use.Mark = strconv.Itoa(*h.ReadingAnomaly)
		} else if h.Anomaly != nil {
			use.Mark = codes.anomalyMark[*h.Anomaly]
		}
		b.History = append(b.History, use)
	}
	for _, t := range r.Taxed {
		b.Taxes = append(b.Taxes, store.BillTax{Text: codes.tax[t.Kind], Percent: t.Percent, Base: t.Base, Value: t.Value})
	}
	if b.Quality = quality(r.Quality, codes.standards); b.Quality != nil {
		b.QualityOf = b.Month.Add(-1)
	}
	b.Messages = r.messages(codes)
	return b
}

// printReading fills in what the meter showed, from the reading if there is one
// and else from the bill itself.
func (r copyRow) printReading(b *store.BillCopy, codes *codes) {
	if r.Previous != nil {
		b.Previous = store.Reading{Known: true, Value: *r.Previous}
	}
	if r.Current != nil {
		b.Current = store.Reading{Known: true, Value: *r.Current}
	}
	if g := r.Reading; g != nil {
		b.Previous = store.Reading{Known: true, Value: g.Previous, On: g.PreviousOn.Date}
		b.Current = store.Reading{Known: g.Situation == nil || *g.Situation != notRead, Value: g.Current, On: g.CurrentOn.Date}
		b.Days = g.PreviousOn.DaysUntil(g.CurrentOn.Date)
	}
	if r.Use != nil {
		b.MeterKind = sentence(codes.meterKind[r.Use.Kind])
		if r.Use.Anomaly != nil {
			b.Anomaly = sentence(codes.anomaly[*r.Use.Anomaly])
		}
	}
	if r.Reading != nil && r.Reading.Anomaly != nil {
		b.Anomaly = sentence(codes.readingAnomaly[*r.Reading.Anomaly])
	}
}

// units writes the economias of a bill or a property: "1 RES + 2 COM".
func units(codes *codes, categories []categoryRow) string {
	var parts []string
	for _, c := range categories {
		parts = append(parts, fmt.Sprintf("%d %s", c.Units, codes.categoryMark[c.Category]))
	}
	return strings.Join(parts, " + ")
}

// lines writes the detail of the bill in GSAN's order: water, sewage, charges,
// credits, taxes (VIA-6). The lines always add up to the bill's total.
func (r copyRow) lines(codes *codes) []store.BillLine {
	var water, charges, credits []store.BillLine
	for _, c := range r.Categories {
		water = append(water, store.BillLine{
			Text:   fmt.Sprintf("Água, categoria %s", strings.ToLower(codes.category[c.Category])),
			Volume: cubic(c.Volume), Value: c.Water,
		})
	}
	for _, i := range r.Charged {
		text := sentence(codes.charge[i.Kind])
		if i.Of > 1 {
			text = fmt.Sprintf("%s, parcela %d de %d", text, i.Nth, i.Of)
		}
		charges = append(charges, store.BillLine{Text: text, Value: i.Value})
	}
	for _, i := range r.Credited {
		credits = append(credits, store.BillLine{Text: sentence(codes.credit[i.Kind]), Value: -i.Value})
	}
	all := addUp(water, store.BillLine{Text: "Água", Volume: cubic(r.Volume), Value: r.Water})
	all = append(all, addUp(nil, store.BillLine{
		Text: "Esgoto, " + percent(r.SewagePercent) + " do valor da água", Volume: cubic(r.SewageVolume), Value: r.Sewage,
	})...)
	all = append(all, addUp(charges, store.BillLine{Text: "Serviços e outros débitos", Value: r.Charges})...)
	all = append(all, addUp(credits, store.BillLine{Text: "Créditos", Value: -r.Credits})...)
	return append(all, addUp(nil, store.BillLine{Text: "Tributos retidos", Value: -r.Tax})...)
}

// addUp returns the lines if they come to the same as the bill's own sum of
// them, and else that sum alone, if it is not zero.
func addUp(lines []store.BillLine, sum store.BillLine) []store.BillLine {
	total := store.Money(0)
	for _, l := range lines {
		total += l.Value
	}
	switch {
	case len(lines) > 0 && total == sum.Value:
		return lines
	case sum.Value == 0:
		return nil
	default:
		return []store.BillLine{sum}
	}
}

// messages returns the three parts of the bill's message that are not blank: of
// the anomaly, of debts, of the utility (VIA-10).
func (r copyRow) messages(codes *codes) []string {
	var all []string
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			all = append(all, text)
		}
	}
	if r.Use != nil && r.Use.Anomaly != nil {
		add(codes.anomalyText[*r.Use.Anomaly])
	}
	if r.Debts {
		add(debtWarning)
	}
	for _, text := range r.Messages {
		if text != nil {
			add(*text)
		}
	}
	return all
}

func cubic(volume int) string {
	if volume == 0 {
		return ""
	}
	return fmt.Sprintf("%d m³", volume)
}

// percent writes hundredths of a percent: "80%", "37,5%".
func percent(hundredths int) string {
	text := fmt.Sprintf("%d,%02d", hundredths/100, hundredths%100)
	return strings.TrimRight(strings.TrimRight(text, "0"), ",") + "%"
}
