package postgres

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
	"lojavirtual/store/latecharge"
)

// codes is what we keep of GSAN's code tables and parameters. They change by
// hand, a few times a year. Once read they are only read.
type codes struct {
	water, sewage  map[int]string // situação da ligação
	situation      map[int]string // situação da conta
	review         map[int]string // motivo de revisão
	meterKind      map[int]string // tipo de consumo
	readingAnomaly map[int]string
	anomaly        map[int]string // of consumption, and its mark and message
	anomalyMark    map[int]string
	anomalyText    map[int]string
	category       map[int]string // and its three letters
	categoryMark   map[int]string
	charge         map[int]string // tipo de débito
	credit         map[int]string // tipo de crédito
	tax            map[int]string // tipo de imposto
	form           map[int]string // forma de arrecadação
	document       map[int]string // tipo de documento
	standards      columns        // padrões de qualidade da água, by column
	holidays       map[store.Date]bool
	townHolidays   map[int]map[store.Date]bool // by municipality
	collectors     map[string]collector        // by their code: those in use
	late           latecharge.Rules            // without holidays
	parameters     parameters
}

// A collector takes payments for the utility (arrecadador).
type collector struct {
	name  string
	until store.Date // of its contracts not closed, the last day of the last; zero for none
	open  bool       // one of them has no last day
}

// contracted tells whether it may take payments on a day.
func (c collector) contracted(day store.Date) bool { return c.open || !c.until.Before(day) }

// parameters is what we read of GSAN's one row of parameters.
type parameters struct {
	Billing    store.Month // being billed
	Collecting store.Month // whose collection is open
	Company    int         // FEBRABAN code, 0 if none
	Modulus    int         // of bar codes
	BlockWidth int         // digits of the quadra in an inscrição
	MonthBands bool        // deals may discount bills by their month: the table for it is there (SIM-13)
	debts      debtParameters
	statements statementParameters
}

// holiday tells whether a day is free in the whole country or in a municipality.
func (c *codes) holiday(day store.Date, town int) bool {
	return c.holidays[day] || c.townHolidays[town][day]
}

// issuer returns who the bar codes name; company comes before GSAN's own.
func (p parameters) issuer(company string) febraban.Issuer {
	if company == "" && p.Company > 0 {
		company = fmt.Sprintf("%04d", p.Company)
	}
	return febraban.Issuer{Company: company, Modulus: p.Modulus}
}

// inscription writes where a property is in the register (inscrição).
func (p parameters) inscription(locality, sector, block, lot, sublot int) string {
	return fmt.Sprintf("%03d.%03d.%0*d.%04d.%03d", locality, sector, p.BlockWidth, block, lot, sublot)
}

// refresh reads the code tables, in one round trip.
func (db *DB) refresh(ctx context.Context) error {
	var c codes
	var batch pgx.Batch
	for _, table := range []struct {
		into   *map[int]string
		id, as string
		from   string
	}{
		{&c.water, "last_id", "last_dsligacaoaguasituacao", "atendimentopublico.ligacao_agua_situacao"},
		{&c.sewage, "lest_id", "lest_dsligacaoesgotosituacao", "atendimentopublico.ligacao_esgoto_situacao"},
		{&c.situation, "dcst_id", "dcst_dsdebitocreditosituacao", "faturamento.debito_credito_situacao"},
		{&c.review, "cmrv_id", "cmrv_dsmotivorevisaoconta", "faturamento.conta_motivo_revisao"},
		{&c.meterKind, "cstp_id", "cstp_dsconsumotipo", "micromedicao.consumo_tipo"},
		{&c.readingAnomaly, "ltan_id", "ltan_dsleituraanormalidade", "micromedicao.leitura_anormalidade"},
		{&c.anomaly, "csan_id", "csan_dsconsumoanormalidade", "micromedicao.consumo_anormalidade"},
		{&c.anomalyMark, "csan_id", "csan_dsabrvconsanormalidade", "micromedicao.consumo_anormalidade"},
		{&c.anomalyText, "csan_id", "csan_dsmensagemconta", "micromedicao.consumo_anormalidade"},
		{&c.category, "catg_id", "catg_dscategoria", "cadastro.categoria"},
		{&c.categoryMark, "catg_id", "catg_dsabreviado", "cadastro.categoria"},
		{&c.charge, "dbtp_id", "dbtp_dsdebitotipo", "faturamento.debito_tipo"},
		{&c.credit, "crti_id", "crti_dscreditotipo", "faturamento.credito_tipo"},
		{&c.tax, "imtp_id", "imtp_dsimposto", "faturamento.imposto_tipo"},
		{&c.form, "arfm_id", "arfm_dsarrecadacaoforma", "arrecadacao.arrecadacao_forma"},
		{&c.document, "dotp_id", "dotp_dsdocumentotipo", "cobranca.documento_tipo"},
	} {
		*table.into = map[int]string{}
		batch.Queue(fmt.Sprintf(`SELECT %s::int, coalesce(trim(%s), '')::text FROM %s`, table.id, table.as, table.from)).
			Query(func(rows pgx.Rows) error {
				var id int
				var word string
				_, err := pgx.ForEachRow(rows, []any{&id, &word}, func() error {
					(*table.into)[id] = word
					return nil
				})
				return err
			})
	}
	c.holidays = map[store.Date]bool{}
	batch.Queue(`SELECT nfer_dtferiado::date FROM cadastro.nacional_feriado`).Query(func(rows pgx.Rows) error {
		var day store.Date
		_, err := pgx.ForEachRow(rows, []any{&day}, func() error {
			c.holidays[day] = true
			return nil
		})
		return err
	})
	c.townHolidays = map[int]map[store.Date]bool{}
	batch.Queue(`SELECT muni_id::int, mfer_dtferiado::date FROM cadastro.municipio_feriado`).Query(func(rows pgx.Rows) error {
		var town int
		var day store.Date
		_, err := pgx.ForEachRow(rows, []any{&town, &day}, func() error {
			if c.townHolidays[town] == nil {
				c.townHolidays[town] = map[store.Date]bool{}
			}
			c.townHolidays[town][day] = true
			return nil
		})
		return err
	})
	c.collectors = map[string]collector{}
	batch.Queue(`
		SELECT a.arrc_cdagente::text, min(coalesce(trim(k.clie_nmcliente), ''))::text, max(t.arct_dtcontratofim)::date,
		       bool_or(t.arrc_id IS NOT NULL AND t.arct_dtcontratofim IS NULL)
		  FROM arrecadacao.arrecadador a
		  LEFT JOIN cadastro.cliente k ON k.clie_id = a.clie_id
		  LEFT JOIN arrecadacao.arrecadador_contrato t ON t.arrc_id = a.arrc_id AND t.arct_dtcontratoencerramento IS NULL
		 WHERE a.arrc_icuso = 1 GROUP BY a.arrc_cdagente`).Query(func(rows pgx.Rows) error {
		var code string
		var who collector
		_, err := pgx.ForEachRow(rows, []any{&code, &who.name, &who.until, &who.open}, func() error {
			c.collectors[code] = who
			return nil
		})
		return err
	})
	// As JSON, for not every GSAN has a column for every parameter of water.
	batch.Queue(`SELECT coalesce((SELECT to_json(q) FROM faturamento.qualidade_agua_padrao q ORDER BY q.qlap_id DESC LIMIT 1), '{}')`).
		QueryRow(func(row pgx.Row) error { return row.Scan(&c.standards) })
	batch.Queue(`
		SELECT parm_amreferenciafaturamento::int, parm_amreferenciaarrecadacao::int, coalesce(parm_cdempresafebraban, 0)::int,
		       coalesce(parm_nnmodulodigitoverif, 10)::int, coalesce(parm_nndigitosquadra, 3)::int,
		       to_regclass('cobranca.parcelamento_faixa_desconto') IS NOT NULL
		  FROM cadastro.sistema_parametros p WHERE parm_id = 1`).
		QueryRow(func(row pgx.Row) error {
			p := &c.parameters
			return row.Scan(&p.Billing, &p.Collecting, &p.Company, &p.Modulus, &p.BlockWidth, &p.MonthBands)
		})
	c.queueDebts(&batch)
	if err := db.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return away("read code tables", err)
	}
	db.codes.Store(&c)
	return nil
}

// sentence writes one of GSAN's words, which are all capitals, as in a
// sentence.
func sentence(word string) string {
	word = strings.ToLower(word)
	first, size := utf8.DecodeRuneInString(word)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + word[size:]
}
