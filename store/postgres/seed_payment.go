package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// A receipt is something that was paid besides a bill once: a bill again, or a
// slip.
type receipt struct {
	made  int         // days ago
	state int         // pagamento_situacao
	again int         // the age of the bill that was paid once more, if there is no slip
	slip  int         // debito_tipo
	value store.Money // of the slip
	fresh bool        // not classified yet
}

// writeReceipts writes what the cast paid besides each bill once.
func (s *seeder) writeReceipts(ctx context.Context, tx pgx.Tx) error {
	for _, r := range cast {
		for _, h := range r.houses {
			for _, paid := range h.receipts {
				if err := s.writeReceipt(ctx, tx, h, paid); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s *seeder) writeReceipt(ctx context.Context, tx pgx.Tx, h house, r receipt) error {
	day := s.today.Add(-r.made)
	month := store.MonthOf(day)
	closed := month < s.collecting
	var state any = r.state
	if r.fresh && !closed {
		state = nil
	}
	payment := insertPayment
	if closed {
		payment = insertPaymentClosed
	}
	id := next(&s.last.payment)
	if r.slip == 0 {
		_, err := tx.Exec(ctx, `WITH paid AS (SELECT cnta_id AS bill, NULL::int AS slip, NULL::int AS debt, 1 AS document, total
			FROM (SELECT c.cnta_id, `+value+` AS total FROM faturamento.conta c WHERE c.imov_id = $1 AND c.cnta_amreferenciaconta = $2
			      UNION ALL
			      SELECT h.cnta_id, `+valueClosed+` FROM faturamento.conta_historico h WHERE h.imov_id = $1 AND h.cnhi_amreferenciaconta = $2) bill)`+payment,
			h.property, s.newest.Add(-r.again), id, day, month, state)
		return err
	}
	history, slip := 2, insertSlip
	if closed {
		history, slip = 1, insertSlipClosed
	}
	var number int
	err := tx.QueryRow(ctx, `
		INSERT INTO faturamento.guia_pagamento_geral (gpag_id, gpge_ichistorico)
		SELECT coalesce(max(gpag_id), 800000) + 1, $1 FROM faturamento.guia_pagamento_geral RETURNING gpag_id`, history).Scan(&number)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, slip, number, h.property, month, day.Add(-5), day.Add(5), int64(r.value), r.slip); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `WITH paid AS (SELECT NULL::int AS bill, $7::int AS slip, $8::int AS debt, 7 AS document, $9::bigint / 100.0 AS total
		WHERE $2::int > 0)`+payment, h.property, month, id, day, month, state, number, r.slip, int64(r.value))
	return err
}

// What is paid goes to the current tables, or once the month is closed to the
// historic ones.
const (
	insertPayment = `
		INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciapagamento, pgmt_amreferenciaarrecadacao,
		       cnta_id, gpag_id, dbtp_id, imov_id, loca_id, dotp_id, avbc_id, arfm_id, pgst_idatual)
		SELECT $3::int, total, $4::date, CASE WHEN bill IS NOT NULL THEN $2::int END, $5::int,
		       bill, slip, debt, imov_id, loca_id, document, $5::int, 3, $6::int FROM paid, cadastro.imovel WHERE imov_id = $1::int`
	insertPaymentClosed = `
		INSERT INTO arrecadacao.pagamento_historico (pghi_id, pghi_vlpagamento, pghi_dtpagamento, pghi_amreferenciapagamento, pghi_amreferenciaarrecadacao,
		       cnta_id, gpag_id, dbtp_id, imov_id, loca_id, dotp_id, avbc_id, arfm_id, pgst_idatual)
		SELECT $3::int, total, $4::date, CASE WHEN bill IS NOT NULL THEN $2::int END, $5::int,
		       bill, slip, debt, imov_id, loca_id, document, $5::int, 3, $6::int FROM paid, cadastro.imovel WHERE imov_id = $1::int`
	insertSlip = `
		INSERT INTO faturamento.guia_pagamento (gpag_id, loca_id, imov_id, gpag_amreferenciacontabil, gpag_dtemissao, gpag_dtvencimento, gpag_vldebito,
		       fntp_id, dbtp_id, lict_id, dcst_idatual, gpag_iccobrancamulta)
		SELECT $1::int, loca_id, imov_id, $3::int, $4::date, $5::date, $6::bigint / 100.0, 1, $7::int, 1, 0, 2 FROM cadastro.imovel WHERE imov_id = $2::int`
	insertSlipClosed = `
		INSERT INTO faturamento.guia_pagamento_historico (gpag_id, loca_id, imov_id, gphi_amreferenciacontabil, gphi_dtemissao, gphi_dtvencimento, gphi_vldebito,
		       fntp_id, dbtp_id, lict_id, dcst_idatual, gphi_iccobrancamulta)
		SELECT $1::int, loca_id, imov_id, $3::int, $4::date, $5::date, $6::bigint / 100.0, 1, $7::int, 1, 0, 2 FROM cadastro.imovel WHERE imov_id = $2::int`
)
