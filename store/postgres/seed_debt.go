package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// Those of the demo who owe more than bills.
const (
	demoBakery  = 1417304 // whose meter is paid in ten instalments, six of them charged
	demoDealer  = 1673815 // whose oldest bills were put into a deal
	demoNewcome = 2051630 // who has one of everything, with a former occupant's bills
)

// writeDebts writes what the cast owes besides bills, the indices of late
// charges, and the towns' holidays.
func (s *seeder) writeDebts(ctx context.Context, tx pgx.Tx) error {
	var batch pgx.Batch
	s.queueIndices(&batch)
	s.queueTownHolidays(&batch)

	recently := s.collecting.Add(-1)
	service := func(id int, property int64, kind int, made store.Month, value store.Money, count, charged int) {
		batch.Queue(`INSERT INTO faturamento.debito_a_cobrar_geral (dbac_id, dage_ichistorico) VALUES ($1::int, 2)`, id)
		batch.Queue(`
			INSERT INTO faturamento.debito_a_cobrar (dbac_id, imov_id, dbtp_id, dbac_tmatudebito, dbac_amreferenciadebito, dbac_amreferenciacontabil,
			       dbac_vldebito, dbac_nnprestacaodebito, dbac_nnprestacaocobradas, loca_id, qdra_id, fntp_id, lict_id, dcst_idatual, cbfm_id)
			SELECT $1::int, imov_id, $3::int, $4::date, $5::int, $5::int, $6::numeric(13,2) / 100, $7::int, $8::int, loca_id, qdra_id, 1, 1, 0, 1
			  FROM cadastro.imovel WHERE imov_id = $2::int`, id, property, kind, made.First(), int(made), int64(value), count, charged)
	}
	service(700001, demoBakery, 49, s.newest.Add(-6), 42100, 10, 6)
	service(700002, demoNewcome, 102, recently, 11890, 3, 1)

	// What is left of deals, as one débito a cobrar each.
	batch.Queue(`
		INSERT INTO faturamento.debito_a_cobrar_geral (dbac_id, dage_ichistorico)
		SELECT 710000 + parc_id, 2 FROM cobranca.parcelamento WHERE imov_id = $1::int`, demoDealer)
	batch.Queue(`
		INSERT INTO faturamento.debito_a_cobrar (dbac_id, imov_id, dbtp_id, dbac_tmatudebito, dbac_amreferenciadebito, dbac_amreferenciacontabil,
		       dbac_vldebito, dbac_nnprestacaodebito, dbac_nnprestacaocobradas, loca_id, qdra_id, fntp_id, lict_id, dcst_idatual, cbfm_id, parc_id)
		SELECT 710000 + parc_id, imov_id, 40, parc_tmparcelamento, parc_amreferenciafaturamento, parc_amreferenciafaturamento,
		       parc_vldebitoatualizado - parc_vlentrada, parc_nnprestacoes, 3, loca_id, qdra_id, 2, 1, 0, 1, parc_id
		  FROM cobranca.parcelamento WHERE imov_id = $1::int`, demoDealer)

	batch.Queue(`INSERT INTO faturamento.guia_pagamento_geral (gpag_id, gpge_ichistorico) VALUES (600001, 2)`)
	batch.Queue(`
		INSERT INTO faturamento.guia_pagamento (gpag_id, loca_id, imov_id, gpag_amreferenciacontabil, gpag_dtemissao, gpag_dtvencimento, gpag_vldebito,
		       fntp_id, dbtp_id, lict_id, dcst_idatual, gpag_iccobrancamulta)
		SELECT 600001, loca_id, imov_id, $2::int, $3::date, $4::date, 64.50, 1, 103, 1, 0, 2
		  FROM cadastro.imovel WHERE imov_id = $1::int`, demoNewcome, int(s.collecting), s.today.Add(-5), s.today.Add(10))
	batch.Queue(`INSERT INTO faturamento.credito_a_realizar_geral (crar_id, cage_ichistorico) VALUES (500001, 2)`)
	batch.Queue(`
		INSERT INTO faturamento.credito_a_realizar (crar_id, imov_id, crti_id, crar_tmatucredito, crar_vlresidualmesanterior, crar_vlcredito,
		       crar_nnprestacaocredito, crar_nnprestacaorealizadas, loca_id, qdra_id, lict_id, dcst_idatual, crog_id)
		SELECT 500001, imov_id, 1, $2::date, 0, 23.75, 1, 0, loca_id, qdra_id, 1, 0, 1
		  FROM cadastro.imovel WHERE imov_id = $1::int`, demoNewcome, s.today.Add(-20))
	return tx.SendBatch(ctx, &batch).Close()
}

// queueIndices writes three years of what late bills cost: a fine of 2 %,
// interest of 1 % a month, and a price index that rises and once falls.
func (s *seeder) queueIndices(batch *pgx.Batch) {
	const back = 35
	factor := 11000
	rises := [...]int{42, 61, 83, 24, -12, 16, 44, 52, 39, 31, 46, 48} // by month of the year, ten-thousandths
	for age := back; age >= 0; age-- {
		m := s.collecting.Add(-age)
		factor += rises[int(m)%100-1]
		batch.Queue(`
			INSERT INTO cobranca.indices_acresc_impont (iaci_id, iaci_amreferencia, iaci_pcmulta, iaci_pcjurosmora, iaci_nnfatoratlzcmonetaria,
			       iaci_icjurosmensal, iaci_icmultamensal, iaci_pclimitejuros, iaci_pclimitemulta)
			VALUES ($1::int, $1::int, 2, 1, $2::numeric / 10000, 1, 1, 0, 0)`, int(m), factor)
	}
}

// queueTownHolidays writes the holiday of the state, which GSAN knows as each
// town's, and the towns' own.
func (s *seeder) queueTownHolidays(batch *pgx.Batch) {
	holidays := []struct {
		town, month, day int // town 0 is all of them
		name             string
	}{
		{0, 7, 8, "EMANCIPAÇÃO"},
		{1, 3, 17, "ANIVERSÁRIO"},
		{1, 6, 24, "SÃO JOÃO"},
		{1, 12, 8, "N. SRA. DA CONCEIÇÃO"},
		{2, 9, 8, "N. SRA. DA PIEDADE"},
		{3, 6, 13, "SANTO ANTÔNIO"},
		{4, 5, 4, "ANIVERSÁRIO"},
		{5, 7, 7, "ANIVERSÁRIO"},
	}
	for year := s.today.Year - 3; year <= s.today.Year+1; year++ {
		for i, h := range holidays {
			batch.Queue(`
				INSERT INTO cadastro.municipio_feriado (mfer_id, muni_id, mfer_dtferiado, mfer_dsferiado)
				SELECT $1::int * 10 + muni_id, muni_id, $2::date, $3::text FROM cadastro.municipio WHERE $4::int IN (0, muni_id)`,
				year*100+i, fmt.Sprintf("%04d-%02d-%02d", year, h.month, h.day), h.name, h.town)
		}
	}
}
