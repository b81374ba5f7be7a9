package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// yearsBack is how many closed years a declaration can be had for: what can
// still be disputed (Código Civil art. 206 § 5, I).
const yearsBack = 5

// Why a bill is not simply owed, by conta_motivo_revisao.
const (
	reviewSuit     = 6   // em cobrança judicial: GSAN's own sign of it
	reviewContract = 105 // conta em contrato de parcelamento
)

// paidOff tells whether the deal a bill was put into is paid off.
const paidOff = `EXISTS (SELECT 1 FROM cobranca.parcelamento d WHERE d.parc_id = %s.parc_id AND d.pcst_id = 3)`

// clearanceQuery finds the property $1 with its occupant, all their bills that
// are due, or bear a reference, in the years $2 to $3, and what the utility has
// decided; the parameters as JSON, for not every GSAN has them.
var clearanceQuery = `
	WITH bill AS (
		SELECT c.cnta_id::bigint AS id, c.cnta_amreferenciaconta::int AS month, c.cnta_dtvencimentoconta::date AS due, (100 * ` + value + `)::bigint AS value,
		       c.dcst_idatual::int AS situation, (100 * coalesce(p.value, 0))::bigint AS paid, p.day::date AS paid_on,
		       c.cnta_dtrevisao IS NOT NULL AS review, coalesce(c.cmrv_id, 0)::int AS reason, c.cnta_dtrevisao::date AS since,
		       (` + ownOpen + `) AS open, ` + fmt.Sprintf(paidOff, "c") + ` AS paid_off, false AS closed, false AS classified
		  FROM faturamento.conta c ` + posted + `
		 WHERE c.imov_id = $1::bigint AND ` + value + ` > 0
		   AND (extract(year FROM c.cnta_dtvencimentoconta)::int BETWEEN $2::int AND $3::int OR c.cnta_amreferenciaconta / 100 BETWEEN $2::int AND $3::int)
		   AND EXISTS (SELECT 1 FROM cadastro.cliente_conta cc WHERE cc.cnta_id = c.cnta_id AND cc.crtp_id = 2 AND cc.clie_id IN ` + occupant + `)
		UNION ALL
		SELECT h.cnta_id::bigint, h.cnhi_amreferenciaconta::int, h.cnhi_dtvencimentoconta::date, (100 * ` + valueClosed + `)::bigint,
		       h.dcst_idatual::int, (100 * coalesce(p.value, 0))::bigint, p.day::date,
		       false, coalesce(h.cmrv_id, 0)::int, h.cnhi_dtcancelamento::date,
		       false, ` + fmt.Sprintf(paidOff, "h") + `, true,
		       EXISTS (SELECT 1 FROM arrecadacao.pagamento_historico g WHERE g.cnta_id = h.cnta_id AND g.pgst_idatual = 0)
		  FROM faturamento.conta_historico h LEFT ` + paidClosed + `
		 WHERE h.imov_id = $1::bigint AND ` + valueClosed + ` > 0
		   AND (extract(year FROM h.cnhi_dtvencimentoconta)::int BETWEEN $2::int AND $3::int OR h.cnhi_amreferenciaconta / 100 BETWEEN $2::int AND $3::int)
		   AND EXISTS (SELECT 1 FROM cadastro.cliente_conta_historico hc WHERE hc.cnta_id = h.cnta_id AND hc.crtp_id = 2 AND hc.clie_id IN ` + occupant + `))
	SELECT i.loca_id::int, st.stcm_cdsetorcomercial::int, qd.qdra_nnquadra::int, i.imov_nnlote::int, i.imov_nnsublote::int,` + address + `,
	       coalesce(k.clie_id, 0)::bigint, coalesce(trim(k.clie_nmcliente), '')::text,
	       coalesce(nullif(trim(k.clie_nncpf), ''), nullif(trim(k.clie_nncnpj), ''), '')::text,
	       (SELECT to_json(s) FROM cadastro.sistema_parametros s WHERE s.parm_id = 1),
	       (SELECT json_agg(bill ORDER BY due, id) FROM bill),
	       %s
	  FROM cadastro.imovel i
	  JOIN cadastro.setor_comercial st ON st.stcm_id = i.stcm_id
	  JOIN cadastro.quadra qd ON qd.qdra_id = i.qdra_id
	  LEFT JOIN cadastro.cliente k ON k.clie_id = (SELECT min(x.clie_id) FROM ` + occupant + ` x)` + addressJoins + `
	 WHERE i.imov_id = $1::bigint`

// GSAN's own statements of the property, bill by bill. There is no index that
// finds them, so they are read only where its rule decides.
const statements = `
	       (SELECT json_agg(json_build_object('year', e.extq_aareferenciaarrecadacao, 'bill', t.cnta_id))
	          FROM faturamento.extrato_quitacao e
	          JOIN faturamento.extrato_quitacao_item t ON t.extq_id = e.extq_id
	         WHERE e.imov_id = i.imov_id AND e.extq_aareferenciaarrecadacao BETWEEN $2::int AND $3::int)`

// yearRow is a bill as clearanceQuery has it.
type yearRow struct {
	ID         int64       `json:"id"`
	Month      store.Month `json:"month"`
	Due        isoDate     `json:"due"`
	Value      store.Money `json:"value"`
	Situation  int         `json:"situation"`
	Paid       store.Money `json:"paid"`
	PaidOn     *isoDate    `json:"paid_on"`
	Review     bool        `json:"review"`
	Reason     int         `json:"reason"`
	Since      *isoDate    `json:"since"` // under review, or cancelled
	Open       bool        `json:"open"`
	PaidOff    bool        `json:"paid_off"` // in a deal that is
	Closed     bool        `json:"closed"`
	Classified bool        `json:"classified"`
}

// clearanceParameters is what we read of GSAN's parameters; nil where it has
// none, as it had none before there was the law.
type clearanceParameters struct {
	Deals      *int        `json:"parm_iccontaparcelada"`
	Suits      *int        `json:"parm_iccobrancajudicial"`
	Before     *int        `json:"parm_nnmesesanteriores"`
	Collecting store.Month `json:"parm_amreferenciaarrecadacao"`
}

// Clearances returns what the property's present occupant can have of the last
// five closed years, newest first; years in which no bill was theirs are not
// among them. Bills of occupants before are not looked at (DEB-6). Without a
// present occupant, or such a property, Occupied is false.
func (db *DB) Clearances(ctx context.Context, property int64) (store.Clearances, error) {
	stated := `NULL::json`
	if db.Clearance == store.ClearanceByGSAN {
		stated = statements
	}
	today, codes := db.Today(), db.codes.Load()
	found := store.Clearances{Property: store.Property{ID: property}}
	var sector, block, lot, sublot int
	var p clearanceParameters
	var rows []yearRow
	var own []struct {
		Year int   `json:"year"`
		Bill int64 `json:"bill"`
	}
	a, k := &found.Property.Address, &found.Holder
	err := db.pool.QueryRow(ctx, fmt.Sprintf(clearanceQuery, stated), property, today.Year-yearsBack, today.Year-1).Scan(
		&found.Property.Locality, &sector, &block, &lot, &sublot,
		&a.Street, &a.Number, &a.Complement, &a.Neighborhood, &a.Town, &a.State, &a.CEP,
		&k.ID, &k.Name, &k.Document, &p, &rows, &own)
	if errors.Is(err, pgx.ErrNoRows) {
		return found, nil
	}
	if err != nil {
		return found, away("clearances", err)
	}
	found.Property.Inscribe = codes.parameters.inscription(found.Property.Locality, sector, block, lot, sublot)
	found.Occupied = k.ID != 0
	terms := p.terms(db.Clearance)
	for _, s := range own {
		terms.Statements[s.Year] = append(terms.Statements[s.Year], s.Bill)
	}
	var bills []store.YearBill
	for _, r := range rows {
		if b, ok := r.bill(); ok {
			bills = append(bills, b)
		}
	}
	for year := today.Year - 1; year >= today.Year-yearsBack; year-- {
		if c := store.ClearanceOf(year, bills, terms, today); c.Result != store.NothingBilled {
			found.Years = append(found.Years, c)
		}
	}
	return found, nil
}

func (p clearanceParameters) terms(rule store.ClearanceRule) store.ClearanceTerms {
	before := 0
	if p.Before != nil {
		before = *p.Before
	}
	return store.ClearanceTerms{
		Rule:       rule,
		Deals:      p.Deals != nil && *p.Deals == 1,
		Suits:      p.Suits != nil && *p.Suits == 1,
		PaidBy:     p.Collecting.Add(1 - before).First().Add(-1),
		Statements: map[int][]int64{},
	}
}

// bill tells what has become of the bill; ok is false if it asks for nothing,
// because it was never issued or has gone into another.
func (r yearRow) bill() (b store.YearBill, ok bool) {
	b = store.YearBill{ID: r.ID, Month: r.Month, Due: r.Due.Date, Value: r.Value, Posted: r.Closed && r.Classified}
	if r.PaidOn != nil {
		b.On = r.PaidOn.Date
	}
	since := func() store.Date {
		if r.Since == nil {
			return store.Date{}
		}
		return r.Since.Date
	}
	switch {
	case slices.Contains([]int{3, 4}, r.Situation): // cancelada
		b.Status, b.On = store.CanceledBill, since()
	case slices.Contains([]int{6, 9, 11}, r.Situation): // arrastada, pré-faturada, erro de processamento
		return b, false
	case r.Paid >= r.Value, r.Situation == 13, r.PaidOff: // paga, or its deal is
		b.Status = store.SettledBill
	case r.Review && r.Reason == reviewSuit:
		b.Status, b.On = store.SuedBill, since()
	case slices.Contains([]int{5, 7, 10}, r.Situation) && !r.Open, r.Review && r.Reason == reviewContract: // parcelada, entrada, cartão de crédito
		b.Status = store.DealtBill
	case r.Review && r.Reason != store.DownPaymentReview, slices.Contains([]int{8, 12}, r.Situation): // em revisão, prescrita
		b.Status, b.On = store.DisputedBill, since()
	default:
		b.Status = store.StillOwed
	}
	return b, true
}
