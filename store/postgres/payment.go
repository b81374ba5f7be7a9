package postgres

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// paymentRow is a payment as the database has it.
type paymentRow struct {
	Bill, Slip, Service bool
	Month               store.Month
	On                  store.Date
	Value, Billed       store.Money
	Debt, Document      int // debito_tipo and documento_tipo
	Form                int
	Collector           string
	State               *int
}

// paymentsQuery finds what was paid for the property $1, current and historic
// (PAG-1). Nothing is lost for what is missing beside it, such as the bank's
// notice (PAG-4).
//
// Whose a payment is, is said by the bill (its usuário), else by the slip or the
// payment itself, if it names a customer; where nothing says it, by whether the
// present occupant lived there when it was made.
const paymentsQuery = `
	SELECT EXISTS ` + occupant + `,
	       p.value IS NOT NULL, coalesce(p.is_bill, false), coalesce(p.is_slip, false), coalesce(p.is_service, false),
	       coalesce(p.month, 0), p.day, coalesce(p.value, 0), coalesce(p.billed, 0),
	       coalesce(p.debt, 0), coalesce(p.document, 0), coalesce(p.form, 0), coalesce(p.collector, ''), p.state
	  FROM (SELECT 1) always
	  LEFT JOIN (
	    SELECT x.id, x.bill IS NOT NULL AS is_bill, x.slip IS NOT NULL AS is_slip, x.service IS NOT NULL AS is_service,
	           x.month::int, x.day::date, (100 * x.value)::bigint AS value, (100 * b.value)::bigint AS billed,
	           coalesce(x.debt, g.debt, d.dbtp_id)::int AS debt, x.document::int, x.form::int, x.state::int,
	           trim(k.clie_nmcliente)::text AS collector
	      FROM (SELECT pgmt_id AS id, cnta_id AS bill, gpag_id AS slip, dbac_id AS service, pgmt_amreferenciapagamento AS month, pgmt_dtpagamento AS day,
	                   pgmt_vlpagamento AS value, dbtp_id AS debt, dotp_id AS document, arfm_id AS form, pgst_idatual AS state, avbc_id AS notice, clie_id AS payer
	              FROM arrecadacao.pagamento WHERE imov_id = $1::bigint
	            UNION ALL
	            SELECT pghi_id, cnta_id, gpag_id, dbac_id, pghi_amreferenciapagamento, pghi_dtpagamento,
	                   pghi_vlpagamento, dbtp_id, dotp_id, arfm_id, pgst_idatual, avbc_id, clie_id
	              FROM arrecadacao.pagamento_historico WHERE imov_id = $1::bigint) x
	      LEFT JOIN arrecadacao.aviso_bancario n ON n.avbc_id = x.notice
	      LEFT JOIN arrecadacao.arrecadador r ON r.arrc_id = n.arrc_id
	      LEFT JOIN cadastro.cliente k ON k.clie_id = r.clie_id
	      LEFT JOIN faturamento.debito_a_cobrar d ON d.dbac_id = x.service
	      LEFT JOIN LATERAL (SELECT clie_id, dbtp_id AS debt FROM faturamento.guia_pagamento WHERE gpag_id = x.slip
	                         UNION ALL
	                         SELECT clie_id, dbtp_id FROM faturamento.guia_pagamento_historico WHERE gpag_id = x.slip
	                         LIMIT 1) g ON true
	      LEFT JOIN LATERAL (SELECT ` + value + ` AS value FROM faturamento.conta c WHERE c.cnta_id = x.bill
	                         UNION ALL
	                         SELECT ` + valueClosed + ` FROM faturamento.conta_historico h WHERE h.cnta_id = x.bill
	                         LIMIT 1) b ON true
	      LEFT JOIN LATERAL (SELECT bool_or(o.clie_id IN ` + occupant + `) AS own
	                           FROM (SELECT clie_id FROM cadastro.cliente_conta WHERE cnta_id = x.bill AND crtp_id = 2
	                                 UNION ALL
	                                 SELECT clie_id FROM cadastro.cliente_conta_historico WHERE cnta_id = x.bill AND crtp_id = 2
	                                 UNION ALL
	                                 SELECT coalesce(g.clie_id, x.payer) WHERE x.bill IS NULL AND coalesce(g.clie_id, x.payer) IS NOT NULL) o) w ON true
	     WHERE coalesce(w.own, x.day >= ` + sinceOccupied + `)) p ON true
	 ORDER BY p.day DESC, p.month DESC, p.id DESC`

// Payments returns all that was ever paid for the property (PAG-1 to PAG-5) and
// is the business of its present occupant: what was paid for the bills issued to
// them, and of the rest what is theirs by name or was paid since they came. A
// payment for a bill of an earlier occupant is never returned, whoever made it
// and whenever: how somebody else pays is not for those who come after (DEB-6).
// Without a present occupant there are none. In the same round trip it reads what
// was set out to be paid by us since they came.
func (db *DB) Payments(ctx context.Context, property int64) (store.Payments, error) {
	codes := db.codes.Load()
	var found store.Payments
	var both pgx.Batch
	both.Queue(paymentsQuery, property).Query(func(rows pgx.Rows) error {
		var r paymentRow
		var some bool
		_, err := pgx.ForEachRow(rows, []any{
			&found.Occupied, &some, &r.Bill, &r.Slip, &r.Service, &r.Month, &r.On, &r.Value, &r.Billed,
			&r.Debt, &r.Document, &r.Form, &r.Collector, &r.State,
		}, func() error {
			if some {
				found.List = append(found.List, r.payment(codes))
			}
			return nil
		})
		return err
	})
	both.Queue(chargesWhere(`property = $1::bigint AND opened_at >= $2::date AND opened_at >= `+sinceOccupied), property, db.Today().Add(-chargesTold)).
		Query(func(rows pgx.Rows) (err error) {
			found.Charges, err = pgx.CollectRows(rows, scanCharge)
			return err
		})
	return found, away("payments", db.pool.SendBatch(ctx, &both).Close())
}

// chargesTold is for how many days after it was opened a charge is spoken of: a
// PIX code is good for a month.
const chargesTold = 45

// payment puts the payment in words.
func (r paymentRow) payment(codes *codes) store.Payment {
	p := store.Payment{On: r.On, Value: r.Value, Collector: properName(r.Collector), Form: sentence(codes.form[r.Form])}
	switch {
	case r.Bill:
		p.Kind, p.Month, p.Billed = store.BillPayment, r.Month, r.Billed
	case r.Slip:
		p.Kind, p.Text = store.SlipPayment, sentence(codes.charge[r.Debt])
	case r.Service:
		p.Kind, p.Text = store.ServicePayment, sentence(codes.charge[r.Debt])
	default:
		p.Kind, p.Text = store.OtherPayment, sentence(codes.document[r.Document])
	}
	switch {
	case r.State == nil:
	case *r.State == 0:
		p.State = store.PaymentConfirmed
	case *r.State == 1:
		p.State = store.PaidTwice
	case *r.State == 3:
		p.State = store.PaidInExcess
	}
	return p
}

// properName writes a name, which GSAN has in capitals, as people write it:
// "Banco do Estado de Sergipe". Words of up to three letters may be initials and
// stay as they are, except those that join.
func properName(capitals string) string {
	words := strings.Fields(capitals)
	for i, w := range words {
		switch {
		case i > 0 && strings.Contains(" DE DA DO DAS DOS E ", " "+w+" "):
			words[i] = strings.ToLower(w)
		case utf8.RuneCountInString(w) > 3:
			words[i] = sentence(w)
		}
	}
	return strings.Join(words, " ")
}
