package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// Parts of the questions about bills of the property $1. A bill in the current
// tables is c, one in the historic tables is h.
const (
	// occupant is who the bills must have been issued to (DEB-6). GSAN allows
	// one current usuário; where there are two, bills of both count (DEB-15).
	occupant = `(SELECT clie_id FROM cadastro.cliente_imovel
	              WHERE imov_id = $1::bigint AND crtp_id = 2 AND clim_dtrelacaofim IS NULL)`
	// own tells whether the bill is one of the present occupant's.
	own = `EXISTS (SELECT 1 FROM cadastro.cliente_conta cc
		                WHERE cc.cnta_id = c.cnta_id AND cc.crtp_id = 2 AND cc.clie_id IN ` + occupant + `)`
	// sinceOccupied is the day the present occupant came: as it is registered,
	// else when those before left, else ever since.
	sinceOccupied = `(SELECT min(coalesce(i.clim_dtrelacaoinicio,
	                         (SELECT max(f.clim_dtrelacaofim) FROM cadastro.cliente_imovel f
	                           WHERE f.imov_id = i.imov_id AND f.crtp_id = 2 AND f.clie_id <> i.clie_id),
	                         '0001-01-01'::date))
	                    FROM cadastro.cliente_imovel i
	                   WHERE i.imov_id = $1::bigint AND i.crtp_id = 2 AND i.clim_dtrelacaofim IS NULL)`
	// value is DEB-2.
	value       = `(c.cnta_vlagua + c.cnta_vlesgoto + c.cnta_vldebitos - c.cnta_vlcreditos - coalesce(c.cnta_vlimpostos, 0))`
	valueClosed = `(h.cnhi_vlagua + h.cnhi_vlesgoto + h.cnhi_vldebitos - h.cnhi_vlcreditos - coalesce(h.cnhi_vlimpostos, 0))`
	// ownOpen is the bills of the present occupant that are, or this month were,
	// to be paid. One that was put into a deal is to be paid until the deal is
	// confirmed, within the month of the deal (DEB-1, DEB-5, DEB-6).
	ownOpen = `c.imov_id = $1::bigint
		   AND (c.dcst_idatual IN (0, 1, 2)
		        OR c.dcst_idatual = 5 AND EXISTS (
		             SELECT 1 FROM cobranca.parcelamento d
		              WHERE d.imov_id = c.imov_id AND d.pcst_id = 1
		                AND d.parc_amreferenciafaturamento = (SELECT parm_amreferenciaarrecadacao FROM cadastro.sistema_parametros WHERE parm_id = 1)
		                AND d.parc_vlentrada > 0 AND d.parc_icconfirmacao <> 1
		                AND NOT EXISTS (SELECT 1 FROM faturamento.guia_pagamento g
		                                  JOIN arrecadacao.pagamento gp ON gp.gpag_id = g.gpag_id
		                                 WHERE g.parc_id = d.parc_id)))
		   AND ` + own
	// ownClosed is the bills of the present occupant that were paid and whose
	// month is closed; those cancelled, prescribed or put into a deal are not.
	ownClosed = `h.imov_id = $1::bigint
		   AND h.dcst_idatual IN (0, 1, 2, 13)
		   AND EXISTS (SELECT 1 FROM cadastro.cliente_conta_historico hc
		                WHERE hc.cnta_id = h.cnta_id AND hc.crtp_id = 2 AND hc.clie_id IN ` + occupant + `)`
	// posted is what GSAN has of payments for c in the month whose collection is
	// open, p; paid counts also what was paid to us and is not posted yet;
	// paidClosed is what was ever paid for h.
	posted = `LEFT JOIN LATERAL (SELECT sum(pgmt_vlpagamento) AS value, max(pgmt_dtpagamento) AS day
		                       FROM arrecadacao.pagamento WHERE cnta_id = c.cnta_id) p ON true`
	paid = `LEFT JOIN LATERAL (SELECT CASE WHEN us.day IS NULL THEN g.value ELSE greatest(g.value, ` + value + `) END AS value, coalesce(g.day, us.day) AS day
		                       FROM (SELECT sum(pgmt_vlpagamento) AS value, max(pgmt_dtpagamento) AS day
		                               FROM arrecadacao.pagamento WHERE cnta_id = c.cnta_id) g,
		                            (SELECT min(ch.paid_at)::date AS day FROM loja.charge_debt cd JOIN loja.charge ch ON ch.id = cd.charge
		                              WHERE cd.kind = 'bill' AND cd.debt = c.cnta_id AND ch.state = 'paid') us) p ON true`
	paidClosed = `JOIN LATERAL (SELECT sum(x.value) AS value, max(x.day) AS day
		             FROM (SELECT pghi_vlpagamento AS value, pghi_dtpagamento AS day
		                     FROM arrecadacao.pagamento_historico WHERE cnta_id = h.cnta_id
		                   UNION ALL
		                   SELECT pgmt_vlpagamento, pgmt_dtpagamento
		                     FROM arrecadacao.pagamento WHERE cnta_id = h.cnta_id) x) p ON p.value > 0`
	// openBill and closedBill are the columns of scanBill.
	openBill = `c.cnta_id::bigint AS id, c.cnta_amreferenciaconta::int AS month, c.cnta_dtvencimentoconta::date AS due,
		       (100 * ` + value + `)::bigint AS total, (100 * coalesce(p.value, 0))::bigint AS paid, p.day::date AS paid_on,
		       c.cnta_dtrevisao IS NOT NULL AS review, coalesce(c.cmrv_id, 0)::int AS reason,
		       coalesce(c.cnta_icdebitoconta, 2) = 1 AS direct_debit,
		       EXISTS (SELECT 1 FROM loja.charge_hold ch WHERE ch.kind = 'bill' AND ch.debt = c.cnta_id AND ch.firm) AS held`
	closedBill = `h.cnta_id::bigint AS id, h.cnhi_amreferenciaconta::int AS month, h.cnhi_dtvencimentoconta::date AS due,
		       (100 * ` + valueClosed + `)::bigint AS total, greatest(100 * p.value, 100 * ` + valueClosed + `)::bigint AS paid, p.day::date AS paid_on,
		       false AS review, 0 AS reason,
		       coalesce(h.cnhi_icdebitoconta, 2) = 1 AS direct_debit, false AS held`
)

// billRow is a bill as the database has it.
type billRow struct {
	ID          int64
	Month       store.Month
	Due         store.Date
	Total, Paid store.Money
	PaidOn      store.Date
	Review      bool
	Reason      int
	DirectDebit bool
	Held        bool // a charge by card is open on it
}

// bill tells the bill as its customer may see it. A partial payment does not
// hide the bill, as it does in GSAN (DEB-3).
func (r billRow) bill(codes *codes) store.Bill {
	b := store.Bill{
		ID: r.ID, Month: r.Month, Due: r.Due, Total: r.Total, PaidOn: r.PaidOn, DirectDebit: r.DirectDebit,
	}
	if r.Review {
		b.Review, b.ReviewReason = sentence(codes.review[r.Reason]), r.Reason
	}
	switch {
	case r.Paid > 0 && r.Paid >= r.Total:
		b.Status = store.Paid
	case r.Paid > 0:
		b.Status = store.PartlyPaid
	case r.Held:
		b.Status = store.InNegotiation
	case r.Review:
		b.Status = store.UnderReview
	}
	return b
}

// Bills returns the bills of the property's present occupant that are to be
// paid, or were paid in the month whose collection is open, oldest first
// (DEB-1 to DEB-7). What was paid to us counts as paid, posted or not, and what is
// being paid by card is InNegotiation (DEB-14, see charge.go). Occupied is false,
// and the list empty, if the property has no present occupant: that is not the
// same as owing nothing (DEB-15). What DEB-7 hides is not listed, and Contracted.
func (db *DB) Bills(ctx context.Context, property int64) (store.Bills, error) {
	codes := db.codes.Load()
	rows, _ := db.pool.Query(ctx, `
		SELECT EXISTS `+occupant+`,
		       b.id IS NOT NULL, coalesce(b.id, 0), coalesce(b.month, 0), b.due, coalesce(b.total, 0), coalesce(b.paid, 0), b.paid_on,
		       coalesce(b.review, false), coalesce(b.reason, 0), coalesce(b.direct_debit, false), coalesce(b.held, false),
		       coalesce(b.contract, false)
		  FROM (SELECT 1) always
		  LEFT JOIN (SELECT `+openBill+`,
		                    `+inContract(codes.parameters.debts.HideBills, "cnta_id", "c.cnta_id")+` AS contract
		               FROM faturamento.conta c `+paid+`
		              WHERE `+ownOpen+` AND `+value+` > 0) b ON true
		 ORDER BY b.month, b.id`, property)
	var found store.Bills
	var row billRow
	var some, contracted bool
	_, err := pgx.ForEachRow(rows, []any{
		&found.Occupied, &some, &row.ID, &row.Month, &row.Due, &row.Total, &row.Paid, &row.PaidOn,
		&row.Review, &row.Reason, &row.DirectDebit, &row.Held, &contracted,
	}, func() error {
		switch {
		case contracted:
			found.Contracted = found.Contracted || row.Paid < row.Total
		case some:
			found.List = append(found.List, row.bill(codes))
		}
		return nil
	})
	return found, away("bills", err)
}

// inContract is whether something is in an instalment contract in force, which
// GSAN hides if its parameter says so (DEB-7); without the parameter the tables of
// contracts may not exist. Like GSAN it takes cancelled items for items.
func inContract(hidden bool, column, id string) string {
	if !hidden {
		return "false"
	}
	return `EXISTS (SELECT 1 FROM cobranca.contrato_parcel_item ki JOIN cobranca.contrato_parcel k ON k.cpar_id = ki.cpar_id
		             WHERE ki.` + column + ` = ` + id + ` AND k.pcst_id = 1)`
}

// PaidBills returns the bills of the property's present occupant since a month
// that are paid in full, newest first. Without a present occupant there are
// none.
func (db *DB) PaidBills(ctx context.Context, property int64, since store.Month) ([]store.Bill, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT b.id, b.month, b.due, b.total, b.paid, b.paid_on, b.review, b.reason, b.direct_debit, b.held
		  FROM (SELECT `+openBill+`
		          FROM faturamento.conta c `+paid+`
		         WHERE `+ownOpen+` AND c.cnta_amreferenciaconta >= $2::int AND p.value >= `+value+`
		        UNION ALL
		        SELECT `+closedBill+`
		          FROM faturamento.conta_historico h `+paidClosed+`
		         WHERE `+ownClosed+` AND h.cnhi_amreferenciaconta >= $2::int) b
		 WHERE b.total > 0
		 ORDER BY b.month DESC, b.id DESC`, property, int(since))
	codes := db.codes.Load()
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (store.Bill, error) {
		row, err := pgx.RowToStructByName[billRow](r)
		return row.bill(codes), err
	})
	return found, away("paid bills", err)
}
