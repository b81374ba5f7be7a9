package postgres

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
)

// Issuer is who the utility's bar codes name.
func (db *DB) Issuer() febraban.Issuer { return db.codes.Load().parameters.issuer(db.Company) }

// standing is where a bill of GSAN's stands for somebody who holds a code of it:
// of any occupant, for the code does not name one.
const standing = `CASE
		         WHEN coalesce(p.value, 0) >= b.total / 100.0 AND b.total > 0 THEN 'paid'
		         WHEN NOT b.live THEN 'closed'
		         WHEN b.held THEN 'negotiation'
		         WHEN b.review THEN 'review'
		         WHEN coalesce(p.value, 0) > 0 THEN 'partly'
		         ELSE 'open' END`

// codedBills are the bills that $1 and $2 name, by a condition on conta c and on
// conta_historico h.
func codedBills(open, closed string) string {
	return `
		SELECT b.property, b.month, b.bill, b.locality, b.total, ` + standing + ` AS standing
		  FROM (SELECT c.imov_id::bigint AS property, c.cnta_amreferenciaconta::int AS month, c.cnta_id::bigint AS bill, c.loca_id::int AS locality, (100 * ` + value + `)::bigint AS total,
		               c.dcst_idatual IN (0, 1, 2) AS live, c.cnta_dtrevisao IS NOT NULL AND coalesce(c.cmrv_id, 0) <> 101 AS review,
		               EXISTS (SELECT 1 FROM loja.charge_hold ch WHERE ch.kind = 'bill' AND ch.debt = c.cnta_id AND ch.firm) AS held
		          FROM faturamento.conta c WHERE ` + open + `
		        UNION ALL
		        SELECT h.imov_id::bigint, h.cnhi_amreferenciaconta::int, h.cnta_id::bigint, h.loca_id::int, (100 * ` + valueClosed + `)::bigint, false, false, false
		          FROM faturamento.conta_historico h WHERE ` + closed + `) b
		  LEFT JOIN LATERAL (SELECT sum(x.value) AS value
		         FROM (SELECT pgmt_vlpagamento AS value FROM arrecadacao.pagamento WHERE cnta_id = b.bill
		               UNION ALL
		               SELECT pghi_vlpagamento FROM arrecadacao.pagamento_historico WHERE cnta_id = b.bill
		               UNION ALL
		               SELECT b.total / 100.0 FROM loja.charge_debt cd JOIN loja.charge ch ON ch.id = cd.charge
		                WHERE cd.kind = 'bill' AND cd.debt = b.bill AND ch.state = 'paid') x) p ON true
		 ORDER BY b.bill DESC`
}

// CodedBills returns the bills of a property and month, whoever lived there, newest
// first: a corrected one follows the one it replaces.
func (db *DB) CodedBills(ctx context.Context, property int64, month store.Month) ([]store.CodedDebt, error) {
	return db.coded(ctx, "bills of a code", codedBills(
		`c.imov_id = $1::bigint AND c.cnta_amreferenciaconta = $2::int`, `h.imov_id = $1::bigint AND h.cnhi_amreferenciaconta = $2::int`), property, int(month))
}

// CodedBill returns the bill of that number and month: none or one.
func (db *DB) CodedBill(ctx context.Context, bill int64, month store.Month) ([]store.CodedDebt, error) {
	return db.coded(ctx, "bill of a code", codedBills(
		`c.cnta_id = $1::bigint AND c.cnta_amreferenciaconta = $2::int`, `h.cnta_id = $1::bigint AND h.cnhi_amreferenciaconta = $2::int`), bill, int(month))
}

// CodedStatement returns the debt statement of that number: none or one. It is
// paid once all its bills are, and expired after the days that a statement is good
// for (EXT-4); if only some of its bills are still to be paid it is closed.
func (db *DB) CodedStatement(ctx context.Context, number int64) ([]store.CodedDebt, error) {
	return db.coded(ctx, "statement of a code", `
		SELECT d.imov_id::bigint AS property, d.cbdo_nnsequenciadocumento::bigint AS statement, d.dotp_id::int AS kind, d.loca_id::int AS locality, (100 * d.cbdo_vldocumento)::bigint AS total,
		       CASE WHEN bills.n > 0 AND bills.paid = bills.n THEN 'paid'
		            WHEN d.cbdo_tmemissao::date + $3::int < $4::date THEN 'expired'
		            WHEN bills.paid > 0 OR bills.live < bills.n THEN 'closed'
		            WHEN bills.held > 0 THEN 'negotiation'
		            ELSE 'open' END AS standing
		  FROM cobranca.cobranca_documento d,
		       LATERAL (SELECT count(*) AS n, count(c.cnta_id) FILTER (WHERE c.dcst_idatual IN (0, 1, 2)) AS live, count(*) FILTER (WHERE EXISTS (
		                         SELECT 1 FROM arrecadacao.pagamento x WHERE x.cnta_id = i.cnta_id
		                         UNION ALL SELECT 1 FROM arrecadacao.pagamento_historico x WHERE x.cnta_id = i.cnta_id
		                         UNION ALL SELECT 1 FROM loja.charge_debt cd JOIN loja.charge ch ON ch.id = cd.charge
		                                    WHERE cd.kind = 'bill' AND cd.debt = i.cnta_id AND ch.state = 'paid')) AS paid,
		                       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM loja.charge_hold ch WHERE ch.kind = 'bill' AND ch.debt = i.cnta_id AND ch.firm)) AS held
		                  FROM cobranca.cobranca_documento_item i LEFT JOIN faturamento.conta c ON c.cnta_id = i.cnta_id
		                 WHERE i.cbdo_id = d.cbdo_id AND i.cnta_id IS NOT NULL) bills
		 WHERE d.cbdo_id = $1::bigint AND d.cbdo_nnsequenciadocumento = $1::bigint AND d.dotp_id = $2::int`,
		number, statementType, db.codes.Load().parameters.statements.Days, db.Today())
}

// CodedSlips returns the guias de pagamento of a property, newest first.
func (db *DB) CodedSlips(ctx context.Context, property int64) ([]store.CodedDebt, error) {
	return db.coded(ctx, "slips of a code", `
		SELECT s.imov_id::bigint AS property, s.gpag_id::bigint AS slip, s.dbtp_id::int AS kind, extract(year FROM s.gpag_dtemissao)::int AS year,
		       s.loca_id::int AS locality, (100 * s.gpag_vldebito)::bigint AS total,
		       CASE WHEN EXISTS (SELECT 1 FROM arrecadacao.pagamento x WHERE x.gpag_id = s.gpag_id
		                         UNION ALL SELECT 1 FROM arrecadacao.pagamento_historico x WHERE x.gpag_id = s.gpag_id
		                         UNION ALL SELECT 1 FROM loja.charge_debt cd JOIN loja.charge ch ON ch.id = cd.charge
		                                    WHERE cd.kind = 'slip' AND cd.debt = s.gpag_id AND ch.state = 'paid') THEN 'paid'
		            WHEN s.dcst_idatual NOT IN (0, 1, 2) THEN 'closed'
		            WHEN EXISTS (SELECT 1 FROM loja.charge_hold ch WHERE ch.kind = 'slip' AND ch.debt = s.gpag_id AND ch.firm) THEN 'negotiation'
		            ELSE 'open' END AS standing
		  FROM faturamento.guia_pagamento s WHERE s.imov_id = $1::bigint ORDER BY s.gpag_id DESC`, property)
}

func (db *DB) coded(ctx context.Context, what, query string, args ...any) ([]store.CodedDebt, error) {
	rows, _ := db.pool.Query(ctx, query, args...)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[store.CodedDebt])
	return found, away(what, err)
}

// CodedCharge returns the charge whose PIX code it is, exactly, and where what it
// pays stands; ok is false if we never made it.
func (db *DB) CodedCharge(ctx context.Context, code string, now time.Time) (d store.CodedDebt, ok bool, err error) {
	found, err := readCharges(ctx, db.pool, `address = $1::text AND address <> '' AND provider = 'pix'`, code)
	if err != nil || len(found) == 0 {
		return d, false, away("charge of a code", err)
	}
	c := found[0]
	d = store.CodedDebt{Property: c.Property, Total: c.Total}
	if len(c.Debts) == 1 && c.Debts[0].Kind == store.OwnBill {
		d.Month, d.Bill = c.Debts[0].Month, c.Debts[0].ID
	}
	switch c.State {
	case store.ChargePaid:
		d.Standing = store.CodePaid
	case store.ChargeOpen, store.ChargeExpired:
		d.Standing, err = db.codedBillsOf(ctx, c)
		if d.Standing == store.CodeOpen && (c.State == store.ChargeExpired || !now.Before(c.Expires)) {
			d.Standing = store.CodeExpired
		}
	default:
		d.Standing = store.CodeClosed
	}
	return d, err == nil, err
}

// codedBillsOf is where the bills of a charge stand: what was paid by its bar code
// the bank does not know of. Several are open, or paid, if all are.
func (db *DB) codedBillsOf(ctx context.Context, c store.Charge) (standing store.CodeStanding, err error) {
	var ids []int64
	for _, debt := range c.Debts {
		if holdKind(debt.Kind) == "bill" {
			ids = append(ids, debt.ID)
		}
	}
	bills, err := db.coded(ctx, "bills of a charge", codedBills(`c.cnta_id = ANY ($1::bigint[])`, `h.cnta_id = ANY ($1::bigint[])`), ids)
	for i, b := range bills {
		if i > 0 && b.Standing != standing {
			return store.CodeClosed, err
		}
		standing = b.Standing
	}
	return cmp.Or(standing, store.CodeOpen), err
}
