package postgres_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
	"lojavirtual/store/taxid"
)

// clone returns the address of a copy of the demo.
func clone(t testing.TB) string {
	t.Helper()
	return embedded.DatabaseForTest(t, "demo", fill)
}

// empty returns the address of an empty database.
func empty(t testing.TB) string {
	t.Helper()
	return embedded.DatabaseForTest(t, "empty", func(context.Context, string) error { return nil })
}

func TestSeedRefuses(t *testing.T) {
	if err := postgres.Seed(t.Context(), clone(t), 0, 1, today); !errors.Is(err, postgres.ErrNotEmpty) {
		t.Errorf("a seeded database: %v", err)
	}
	url := clone(t)
	conn := connect(t, url)
	run(t, conn, `
		DO $$ DECLARE t text; BEGIN
			FOR t IN SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('cadastro', 'faturamento', 'arrecadacao',
			         'micromedicao', 'cobranca', 'financeiro', 'atendimentopublico', 'seguranca') LOOP
				EXECUTE 'TRUNCATE ' || t || ' CASCADE';
			END LOOP;
		END $$`)
	run(t, conn, `INSERT INTO cadastro.cliente_tipo (cltp_id) VALUES (1)`)
	if err := postgres.Seed(t.Context(), url, 0, 1, today); !errors.Is(err, postgres.ErrNotEmpty) {
		t.Errorf("one row is enough: %v", err)
	}
	run(t, conn, `TRUNCATE cadastro.cliente_tipo CASCADE`)
	if err := postgres.Seed(t.Context(), url, 3, 1, today); err != nil {
		t.Errorf("GSAN's tables, with all their keys, but empty: %v", err)
	}
}

// TestSeedRepeats: the same seed writes the same, another seed something else,
// and the cast never changes.
func TestSeedRepeats(t *testing.T) {
	sums := map[int64][]string{}
	for _, seed := range []int64{1, 1, 2} {
		url := empty(t)
		if err := postgres.Seed(t.Context(), url, 40, seed, today); err != nil {
			t.Fatal(err)
		}
		conn := connect(t, url)
		for _, of := range []string{"true", "imov_id < 3000000"} {
			var sum string
			err := conn.QueryRow(t.Context(), `
				SELECT md5(string_agg(concat_ws(' ', imov_id, cnta_id, cnta_amreferenciaconta, cnta_vlagua, clie_nmcliente, clie_nncpf), ';' ORDER BY cnta_id))
				  FROM faturamento.conta JOIN cadastro.cliente_conta USING (cnta_id) JOIN cadastro.cliente USING (clie_id) WHERE `+of).Scan(&sum)
			if err != nil {
				t.Fatal(err)
			}
			sums[seed] = append(sums[seed], sum)
		}
	}
	one, two := sums[1], sums[2]
	if one[0] != one[2] || one[1] != one[3] {
		t.Error("the same seed made other people")
	}
	if one[0] == two[0] || one[1] != two[1] {
		t.Error("another seed must make other strangers and the same cast")
	}
}

// TestSeedAnyDay: the demo works on any day of any month.
func TestSeedAnyDay(t *testing.T) {
	for _, day := range []store.Date{{Year: 2026, Month: 1, Day: 1}, {Year: 2028, Month: 2, Day: 29}, {Year: 2026, Month: 12, Day: 31}, {Year: 2026, Month: 3, Day: 11}} {
		url := empty(t)
		if err := postgres.Seed(t.Context(), url, 20, 1, day); err != nil {
			t.Fatalf("%s: %v", day, err)
		}
		if err := postgres.Migrate(t.Context(), url); err != nil {
			t.Fatal(err)
		}
		w := openURL(t, url)
		open := func(property int64, status store.BillStatus) (n int) {
			bills, err := w.Bills(t.Context(), property)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range bills.List {
				if b.Status == status && (status != store.Open || b.Due.Before(day)) {
					n++
				}
			}
			return n
		}
		if open(several, store.Open) < 1 || open(upToDate, store.Open) != 0 || open(reviewed, store.UnderReview) != 1 ||
			open(reviewed, store.Paid) < 1 || open(partly, store.PartlyPaid) != 1 || open(inactive, store.Open) != 5 {
			t.Errorf("%s: somebody is not who they should be", day)
		}
		if late := w.number(`SELECT count(*) FROM arrecadacao.pagamento WHERE pgmt_dtpagamento > $1`, day); late != 0 {
			t.Errorf("%s: %d payments of tomorrow", day, late)
		}
	}
}

// TestRequests: one of the cast has an open request and a closed one, and the
// protocols are GSAN's (RA-9), in any year.
func TestRequests(t *testing.T) {
	for _, c := range []struct {
		day  store.Date
		want []string
	}{
		{today, []string{
			"20261000000002 VAZAMENTO NA RUA: 1, 2026-05-18, até 2026-05-23, -, GENILDA SANTANA BORGES, LOJA VIRTUAL > MANUTENÇÃO DE REDES DE ÁGUA, 1",
			"20261000000001 FALTA D'ÁGUA NO IMÓVEL: 2, 2026-04-10, até 2026-04-11, 2026-04-11 CONCLUSÃO DO SERVIÇO, GENILDA SANTANA BORGES, LOJA VIRTUAL > MANUTENÇÃO DE REDES DE ÁGUA, 1 3",
		}},
		{store.Date{Year: 2026, Month: 1, Day: 2}, []string{
			"20251000000002 VAZAMENTO NA RUA: 1, 2025-12-31, até 2026-01-05, -, GENILDA SANTANA BORGES, LOJA VIRTUAL > MANUTENÇÃO DE REDES DE ÁGUA, 1",
			"20251000000001 FALTA D'ÁGUA NO IMÓVEL: 2, 2025-11-23, até 2025-11-24, 2025-11-24 CONCLUSÃO DO SERVIÇO, GENILDA SANTANA BORGES, LOJA VIRTUAL > MANUTENÇÃO DE REDES DE ÁGUA, 1 3",
		}},
	} {
		url := empty(t)
		if err := postgres.Seed(t.Context(), url, 0, 1, c.day); err != nil {
			t.Fatal(err)
		}
		conn := connect(t, url)
		rows, _ := conn.Query(t.Context(), `
			SELECT format('%s %s: %s, %s, até %s, %s, %s, %s > %s, %s', raso_nnprotocoloatendimento, step_dssolcttipoespec, rgat_cdsituacao,
			              rgat_tmregistroatendimento::date, rgat_dtprevistaatual, coalesce(rgat_tmencerramento::date || ' ' || amen_dsmotivoencerramento, '-'),
			              raso_nmsolicitante, origin.unid_dsunidade, target.unid_dsunidade,
			              (SELECT string_agg(attp_id::text, ' ' ORDER BY attp_id) FROM atendimentopublico.ra_unidade u WHERE u.rgat_id = r.rgat_id))
			  FROM atendimentopublico.registro_atendimento r
			  JOIN atendimentopublico.solicitacao_tipo_espec USING (step_id)
			  JOIN atendimentopublico.ra_solicitante USING (rgat_id)
			  JOIN atendimentopublico.tramite USING (rgat_id)
			  JOIN cadastro.unidade_organizacional origin ON origin.unid_id = unid_idorigem
			  JOIN cadastro.unidade_organizacional target ON target.unid_id = unid_iddestino
			  LEFT JOIN atendimentopublico.atend_motivo_encmt USING (amen_id)
			 WHERE imov_id = $1 ORDER BY rgat_tmregistroatendimento DESC`, asked)
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v; want %q", c.day, got, err, c.want)
		}
		var next int
		if err := conn.QueryRow(t.Context(), `SELECT nextval('atendimentopublico.seq_ra_protocolo')::int`).Scan(&next); err != nil || next != 4 {
			t.Errorf("%s: the next protocol would be %d, %v", c.day, next, err)
		}
	}
}

func TestDemoPeople(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range postgres.DemoPeople() {
		if p.Document != "" {
			if number, err := taxid.Parse(p.Document); err != nil || number != p.Document || seen[p.Document] {
				t.Errorf("%s: document %v", p.Name, err)
			}
			seen[p.Document] = true
		}
		for _, property := range p.Properties {
			if taxid.NewMatricula(property/10) != property {
				t.Errorf("%s: matrícula %d has another check digit", p.Name, property)
			}
		}
		if p.Name == "" || p.Special == "" || len(p.Properties) == 0 {
			t.Errorf("%+v is not complete", p)
		}
	}
	w := open(t)
	wrong := w.number(`SELECT count(*) FROM cadastro.cliente WHERE length(clie_nncpf) <> 11 OR length(clie_nncnpj) <> 14`)
	if wrong != 0 {
		t.Errorf("%d strangers with broken documents", wrong)
	}
}

func TestCheck(t *testing.T) {
	bad := func(url string) (what []string) {
		w := openURL(t, url)
		w.CardReview = cardReview
		for _, f := range w.Check(t.Context()) {
			if !f.OK() {
				what = append(what, f.What)
			}
		}
		return what
	}
	for _, c := range []struct{ name, change, want string }{
		{"all is well", "SELECT 1", ""},
		{"a column is missing", "ALTER TABLE faturamento.fatura_item DROP COLUMN fitm_icativo", "question: copy of a bill"},
		{"a table is missing", "DROP TABLE faturamento.guia_pagamento", "question: bills to be paid"},
		{"contracts are to be hidden but missing", `
			UPDATE cadastro.sistema_parametros SET parm_icbloqctasctrparceldebito = 1;
			DROP TABLE cobranca.contrato_parcel_item`, "question: bills to be paid"},
		{"a code is missing", "UPDATE faturamento.conta_motivo_revisao SET cmrv_dsmotivorevisaoconta = NULL WHERE cmrv_id = 101", "codes of faturamento.conta_motivo_revisao"},
		{"a parameter is missing", "UPDATE cadastro.sistema_parametros SET parm_cdempresafebraban = NULL", `FEBRABAN code "", modulus 10`},
		{"no indices", "TRUNCATE cobranca.indices_acresc_impont", "late charges: indices of 0 months"},
		{"correction by the tariff", "UPDATE cadastro.sistema_parametros SET parm_icatualizacaotarifaria = 1, parm_amatualizacaotarifaria = 202401", "late charges: indices of 36 months"},
		{"no user of the internet", "UPDATE seguranca.usuario SET usur_icinternet = 2", "issuing statements"},
		{"a table of statements is missing", "DROP TABLE cobranca.cobranca_documento_item", "issuing statements"},
		{"few due days", "UPDATE cadastro.sistema_parametros SET parm_dsdiasvcmtoalternativo = '5;10'", `due days on offer: "5;10"`},
		{"no request for due days", "DELETE FROM atendimentopublico.espec_tipo_validacao WHERE estv_cdconstante = 'V'", "kind of request for another due day"},
		{"no operation for the trail of due days", "DELETE FROM seguranca.operacao WHERE oper_id = 54", "rights to change a due day"},
		{"nothing can be asked for", "UPDATE atendimentopublico.solicitacao_tipo_espec SET step_iclojavirtual = 2", "opening requests"},
		{"no unit opens requests", "UPDATE cadastro.unidade_organizacional SET unid_nncodigoconstante = NULL", "opening requests"},
		{"no kind of request for payments", "UPDATE atendimentopublico.solicitacao_tipo_espec SET step_icuso = 2 WHERE step_id = 40", "kind of request for payments made twice or late"},
		{"no reason for reviews", "DELETE FROM faturamento.conta_motivo_revisao WHERE cmrv_id = 110", "bills em revisão while they are paid by card: reason 110"},
		{"our schema is missing", "DROP SCHEMA loja CASCADE", "our schema loja"},
		{"our schema is old", "DELETE FROM loja.goose_db_version WHERE version_id > 0", "our schema loja"},
	} {
		url := clone(t)
		run(t, connect(t, url), c.change)
		got := bad(url)
		if c.want == "" && len(got) != 0 || c.want != "" && (len(got) == 0 || got[0] != c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A bank is offered while its collector is in use and has a contract; doctor
// compares both sides.
func TestLinkedBanks(t *testing.T) {
	banks := []store.Bank{{Name: "Banese", Link: "https://banese", Code: "47"}, {Name: "Carteira", Link: "https://carteira"}}
	for _, c := range []struct {
		name, change string
		linked       int
		found        []string
	}{
		{"in force", "SELECT 1", 2, nil},
		{"for some time yet", "UPDATE arrecadacao.arrecadador_contrato SET arct_dtcontratofim = '2026-05-20'", 2, nil},
		{"ended", "UPDATE arrecadacao.arrecadador_contrato SET arct_dtcontratofim = '2026-05-19'", 1, []string{"bank Banese: not offered"}},
		{"closed", "UPDATE arrecadacao.arrecadador_contrato SET arct_dtcontratoencerramento = '2020-01-01'", 1, []string{"bank Banese: not offered"}},
		{"not in use", "UPDATE arrecadacao.arrecadador SET arrc_icuso = 2", 1, []string{"bank Banese: not offered"}},
		{"closed, and another begun", `
			UPDATE arrecadacao.arrecadador_contrato SET arct_dtcontratoencerramento = '2020-01-01';
			INSERT INTO arrecadacao.arrecadador_contrato (arct_id, arrc_id, arct_dtcontratoinicio, arct_dtcontratofim) VALUES (2, 1, '2020-01-02', '2027-01-01')`, 2, nil},
		{
			"one without a page", `
			INSERT INTO arrecadacao.arrecadador (arrc_id, clie_id, arrc_cdagente) VALUES (2, 19, 104);
			INSERT INTO arrecadacao.arrecadador_contrato (arct_id, arrc_id, arct_dtcontratoinicio) VALUES (2, 2, '2020-01-02')`, 2,
			[]string{"collector 104, BANCO DO ESTADO DE SERGIPE, has a contract and no page in banks"},
		},
	} {
		url := clone(t)
		run(t, connect(t, url), c.change)
		w := openURL(t, url)
		w.Today = func() store.Date { return store.Date{Year: 2026, Month: 5, Day: 20} }
		if linked := w.Linked(banks); len(linked) != c.linked {
			t.Errorf("%s: %v", c.name, linked)
		}
		var found []string
		for _, f := range w.CheckBanks(banks) {
			found = append(found, f.What)
		}
		if !slices.Equal(found, c.found) {
			t.Errorf("%s: %q, want %q", c.name, found, c.found)
		}
	}
}

func TestCheckRights(t *testing.T) {
	url := clone(t)
	run(t, connect(t, url), `
		DO $$ BEGIN CREATE ROLE loja_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
		GRANT USAGE ON SCHEMA cadastro, faturamento, arrecadacao, micromedicao, cobranca, atendimentopublico, loja TO loja_reader;
		GRANT SELECT ON ALL TABLES IN SCHEMA cadastro, faturamento, micromedicao, cobranca, atendimentopublico, loja TO loja_reader;
		GRANT SELECT ON arrecadacao.arrecadacao_forma, arrecadacao.arrecadador, arrecadacao.arrecadador_contrato TO loja_reader`)
	w := openURL(t, url+"&role=loja_reader")
	var bad []string
	for _, f := range w.Check(t.Context()) {
		if !f.OK() {
			bad = append(bad, f.What)
		}
	}
	if len(bad) < 5 || bad[0] != "our schema loja" || bad[1] != "question: bills to be paid" || bad[2] != "question: debts" {
		t.Errorf("without rights on arrecadacao and loja.document: %q", bad)
	}
}

// What README.md grants is enough to make our schema, for all that Check asks
// and for every effect, and no more than that: without any one of the lines
// that let us write, Check complains.
func TestGrants(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(readme), "<!-- grants -->\n```sql\n")
	text, _, ok := strings.Cut(text, "```\n<!-- /grants -->")
	if !ok {
		t.Fatal("README.md has no grants")
	}
	url := clone(t)
	admin := connect(t, url)
	role := "lojabot_" + admin.Config().Database
	run(t, admin, "DROP SCHEMA loja CASCADE; "+strings.ReplaceAll(text, "lojabot", role))
	bot := url + "&role=" + role
	if err := postgres.Migrate(t.Context(), bot); err != nil {
		t.Fatal(err)
	}
	w := openURL(t, bot)
	w.CardReview = cardReview
	for _, f := range w.Check(t.Context()) {
		if !f.OK() {
			t.Errorf("%s: %s", f.What, f.Do)
		}
	}
	var done []int64
	for name, e := range effects {
		property := last(t, admin, e.properties, done)
		done = append(done, property)
		key, err := e.ready(t.Context(), w.DB, "rights:"+name, property)
		if err == nil {
			_, err = e.do(t.Context(), w.DB, key, property)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	for grant := range strings.SplitSeq(text, ";\n") {
		_, grant, ok := strings.Cut(grant, "GRANT ")
		if !ok || strings.Contains(grant, "SELECT") {
			continue
		}
		grant = "GRANT " + strings.ReplaceAll(grant, "lojabot", role)
		run(t, admin, strings.NewReplacer("GRANT", "REVOKE", "TO "+role, "FROM "+role).Replace(grant))
		if !slices.ContainsFunc(w.Check(t.Context()), func(f postgres.Finding) bool { return !f.OK() }) {
			t.Errorf("nothing is amiss without %s", grant)
		}
		run(t, admin, grant)
	}
}

// last is the last property of those that a question finds, but for some.
func last(t *testing.T, conn *pgx.Conn, properties string, but []int64) int64 {
	t.Helper()
	rows, _ := conn.Query(t.Context(), properties)
	found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if found = slices.DeleteFunc(found, func(p int64) bool { return slices.Contains(but, p) }); err != nil || len(found) == 0 {
		t.Fatal("no properties", err)
	}
	return found[len(found)-1]
}

// The doctor misses a right on any of our tables, and on the sequence that only
// a photo asks for.
func TestCheckOwnRights(t *testing.T) {
	for _, lacking := range []string{
		"UPDATE ON loja.document", "INSERT ON loja.effect", "DELETE ON loja.note", "UPDATE ON loja.watch", "DELETE ON loja.attachment", "INSERT ON loja.charge_hold", "DELETE ON loja.turn", "UPDATE ON loja.rating",
		"USAGE, UPDATE ON SEQUENCE loja.attachment_id_seq",
	} {
		url := clone(t)
		run(t, connect(t, url), `
			DO $$ BEGIN CREATE ROLE loja_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
			GRANT USAGE ON SCHEMA cadastro, faturamento, arrecadacao, micromedicao, cobranca, atendimentopublico, seguranca, loja TO loja_writer;
			GRANT ALL ON ALL TABLES IN SCHEMA cadastro, faturamento, arrecadacao, micromedicao, cobranca, atendimentopublico, seguranca, loja TO loja_writer;
			GRANT ALL ON ALL SEQUENCES IN SCHEMA cadastro, faturamento, arrecadacao, micromedicao, cobranca, atendimentopublico, seguranca, loja TO loja_writer;
			REVOKE `+lacking+` FROM loja_writer`)
		var bad []string
		for _, f := range openURL(t, url+"&role=loja_writer").Check(t.Context()) {
			if !f.OK() {
				bad = append(bad, f.What)
			}
		}
		if len(bad) != 1 || bad[0] != "our schema loja" {
			t.Errorf("without %s: %q", lacking, bad)
		}
	}
}
