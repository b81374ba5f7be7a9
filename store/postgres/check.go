package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// A Finding is one thing that was looked at. Do says, in one line, what to do
// about it; it is "" if all is well.
type Finding struct {
	What string
	Do   string
}

// OK tells whether all is well.
func (f Finding) OK() bool { return f.Do == "" }

const (
	oldest    = 90400  // server_version_num that GSAN's tables may live in
	oldestOwn = 100000 // and our own
)

// Check looks at all that we need of the database: server, encoding, clock, the
// parameters and codes we rely on, rights, and that every question we ask can be
// asked, which finds missing tables, columns and rights. It changes nothing.
func (db *DB) Check(ctx context.Context) []Finding {
	all := append(db.checkServer(ctx), db.checkOwn(ctx)) // without our schema most questions fail
	all = append(all, db.checkCodes()...)
	all = append(all, db.checkQuestions(ctx)...)
	all = append(all, db.checkStatements(ctx), db.checkRequests(ctx))
	all = append(all, db.checkDueDays(ctx)...)
	return append(all, db.checkCharges(ctx)...)
}

func (db *DB) checkServer(ctx context.Context) []Finding {
	var version int
	var encoding, zone string
	var day store.Date
	err := db.pool.QueryRow(ctx, `
		SELECT current_setting('server_version_num')::int, current_setting('server_encoding')::text,
		       current_setting('TimeZone')::text, current_date::date`).Scan(&version, &encoding, &zone, &day)
	if err != nil {
		return []Finding{{"database server", away("ask the server", err).Error()}}
	}
	found := []Finding{
		{What: fmt.Sprintf("database server version %d.%d", version/10000, version%10000)},
		{What: "database encoding " + encoding},
		{What: "database time zone " + zone},
		{What: "database clock " + day.String()},
	}
	switch {
	case version < oldest:
		found[0].Do = "use PostgreSQL 9.4 or newer"
	case version < oldestOwn:
		found[0].Do = "our schema loja needs PostgreSQL 10 or newer"
	}
	if encoding != "UTF8" && encoding != "LATIN1" {
		found[1].Do = "use a database in UTF8 or LATIN1"
	}
	if zone != store.Zone.String() {
		found[2].Do = "GSAN's timestamps are local: let connections have the time zone " + store.Zone.String()
	}
	if today := store.DateOf(time.Now()); day != today {
		found[3].Do = "set the server's clock, here it is " + today.String()
	}
	return found
}

// checkCodes looks for what we rely on in the code tables and parameters.
func (db *DB) checkCodes() []Finding {
	codes := db.codes.Load()
	p := codes.parameters
	found := []Finding{
		{What: fmt.Sprintf("GSAN's open months: billing %s, collecting %s", p.Billing, p.Collecting)},
		{What: fmt.Sprintf("FEBRABAN code %q, modulus %d", p.issuer(db.Company).Company, p.Modulus)},
	}
	if !p.Billing.Valid() || !p.Collecting.Valid() {
		found[0].Do = "set parm_amreferenciafaturamento and parm_amreferenciaarrecadacao in cadastro.sistema_parametros"
	}
	if len(p.issuer(db.Company).Company) != 4 {
		found[1].Do = "bills will have no bar code: give the operator's FEBRABAN code, or set parm_cdempresafebraban"
	}
	late := Finding{What: fmt.Sprintf("late charges: indices of %d months", len(codes.late.Indices))}
	switch {
	case len(codes.late.Indices) == 0:
		late.Do = "late bills would cost nothing more: fill cobranca.indices_acresc_impont"
	case codes.late.Tariff && codes.late.TariffSince != 0:
		late.Do = fmt.Sprintf("late bills of before %s (parm_amatualizacaotarifaria) cannot be paid together or simulated here: their correction by the tariff (parm_icatualizacaotarifaria = 1) is computed at the counter alone", codes.late.TariffSince)
	}
	found = append(found, late)
	for _, table := range []struct {
		name  string
		words map[int]string
		ids   []int
	}{
		{"faturamento.debito_credito_situacao", codes.situation, []int{0, 1, 2, 5}},
		{"faturamento.conta_motivo_revisao", codes.review, []int{store.DownPaymentReview}},
		{"atendimentopublico.ligacao_agua_situacao", codes.water, []int{3}},
		{"atendimentopublico.ligacao_esgoto_situacao", codes.sewage, []int{3}},
		{"micromedicao.consumo_tipo", codes.meterKind, []int{int(store.RealUse), int(store.Unmetered)}},
		{"micromedicao.consumo_anormalidade", codes.anomaly, []int{int(store.LowUse), int(store.BurstUse), int(store.HighUse)}},
		{"cadastro.categoria", codes.category, []int{1}},
		{"faturamento.debito_tipo", codes.charge, []int{lateFine}},
	} {
		f := Finding{What: "codes of " + table.name}
		if i := slices.IndexFunc(table.ids, func(id int) bool { return table.words[id] == "" }); i >= 0 {
			f.Do = fmt.Sprintf("it has no id %d, or no text for it: bills would be misread; compare with GSAN", table.ids[i])
		}
		found = append(found, f)
	}
	return found
}

// Linked returns those of the banks where bills can be paid today: with a Code
// only while GSAN has a contract of that collector in force.
func (db *DB) Linked(banks []store.Bank) []store.Bank {
	collectors, today := db.codes.Load().collectors, db.Today()
	return slices.DeleteFunc(slices.Clone(banks), func(b store.Bank) bool { return b.Code != "" && !collectors[b.Code].contracted(today) })
}

// CheckBanks compares the operator's banks with GSAN's collectors.
func (db *DB) CheckBanks(banks []store.Bank) []Finding {
	collectors, today := db.codes.Load().collectors, db.Today()
	var found []Finding
	given := map[string]bool{}
	for _, b := range banks {
		given[b.Code] = true
		if b.Code != "" && !collectors[b.Code].contracted(today) {
			found = append(found, Finding{
				What: fmt.Sprintf("bank %s: not offered", b.Name),
				Do:   fmt.Sprintf("GSAN has no contract in force with a collector %s in use: mend its code in banks, or take the bank out", b.Code),
			})
		}
	}
	for _, code := range slices.Sorted(maps.Keys(collectors)) {
		if c := collectors[code]; c.contracted(today) && !given[code] && len(banks) > 0 {
			found = append(found, Finding{What: fmt.Sprintf("collector %s, %s, has a contract and no page in banks", code, c.name)})
		}
	}
	return found
}

// checkQuestions asks everything once, of a property that does not exist.
func (db *DB) checkQuestions(ctx context.Context) []Finding {
	const nobody, nothing = 0, 0
	var found []Finding
	for _, question := range []struct {
		what string
		ask  func() error
	}{
		{"find a holder", func() error { _, _, err := db.FindHolder(ctx, nobody, ""); return err }},
		{"a customer's properties", func() error { _, err := db.Properties(ctx, nobody); return err }},
		{"bills to be paid", func() error { _, err := db.Bills(ctx, nobody); return err }},
		{"debts", func() error { _, err := db.Debts(ctx, nobody); return err }},
		{"a deal", func() error { _, _, err := db.Deal(ctx, nobody, nobody, store.Debts{}); return err }},
		{"who may deal", func() error { _, err := db.MayDeal(ctx, nobody, ""); return err }},
		{"bills paid", func() error { _, err := db.PaidBills(ctx, nobody, 0); return err }},
		{"copy of a bill", func() error { _, _, err := db.BillCopy(ctx, nobody, nothing); return err }},
		{"due days", func() error { _, err := db.DueDays(ctx, nobody); return err }},
		{"clearance of years", func() error { _, err := db.Clearances(ctx, nobody); return err }},
		{"requests of a property", func() error { _, err := db.Requests(ctx, nobody); return err }},
		{"steps of a request", func() error { _, _, err := db.Progress(ctx, nobody, nothing); return err }},
		{"what can be asked for", func() error { _, err := db.RequestTypes(ctx); return err }},
		{"a pending request", func() error { _, _, err := db.PendingRequest(ctx, nobody, nothing); return err }},
		{"consumption", func() error { _, err := db.Consumptions(ctx, nobody); return err }},
		{"charges of a property", func() error { _, err := db.Charges(ctx, nobody); return err }},
		{"charges to reconcile", func() error { _, err := db.CompareCharges(ctx, []KeptCharge{{}}, time.Now()); return err }},
		{"charges to tell of", func() error { _, err := db.UntoldCharges(ctx); return err }},
		{"payments", func() error { _, err := db.Payments(ctx, nobody); return err }},
		{"code tables", func() error { return db.refresh(ctx) }},
	} {
		f := Finding{What: "question: " + question.what}
		if err := question.ask(); err != nil {
			f.Do = "grant SELECT on the tables and USAGE on the schemas, or compare GSAN's version: " + err.Error()
		}
		found = append(found, f)
	}
	return found
}

// checkStatements looks for what a statement is written with (see
// IssueStatement): codes and rights.
func (db *DB) checkStatements(ctx context.Context) Finding {
	f := Finding{What: "issuing statements"}
	var coded, insert, draw bool
	err := db.pool.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM cobranca.documento_tipo WHERE dotp_id = ANY ($1::int[])) = 5
		         AND EXISTS (SELECT 1 FROM cobranca.documento_emissao_forma WHERE demf_id = $2::int)
		         AND EXISTS (SELECT 1 FROM cobranca.cobranca_debito_situacao WHERE cdst_id = $3::int)
		         AND EXISTS (SELECT 1 FROM seguranca.usuario WHERE usur_icinternet = 1),
		       has_table_privilege('cobranca.cobranca_documento', 'INSERT') AND has_table_privilege('cobranca.cobranca_documento_item', 'INSERT'),
		       has_sequence_privilege('cobranca.seq_cobranca_documento', 'USAGE, UPDATE')
		         AND has_sequence_privilege('cobranca.seq_cobranca_documento_item', 'USAGE, UPDATE')`,
		[]int{billItem, serviceItem, slipItem, creditItem, statementType}, individually, pending).Scan(&coded, &insert, &draw)
	if err == nil {
		err = db.whose(ctx, db.codes.Load(), 0, new(store.Statement))
	}
	switch {
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		f.Do = "grant SELECT on the tables, or compare GSAN's version: " + away("look at statements", err).Error()
	case !coded:
		f.Do = "cobranca.documento_tipo lacks 1, 6, 7, 10 or 14, documento_emissao_forma 3, cobranca_debito_situacao 1, or no user has usur_icinternet = 1; compare with GSAN"
	case !insert:
		f.Do = "grant INSERT on cobranca.cobranca_documento and cobranca_documento_item"
	case !draw:
		f.Do = "grant USAGE on the sequences cobranca.seq_cobranca_documento and seq_cobranca_documento_item"
	}
	return f
}

// checkDueDays looks at what a change of the due day needs (gsan-rules VEN-1,
// VEN-2, VEN-5).
func (db *DB) checkDueDays(ctx context.Context) []Finding {
	var list string
	var kind, may, coded bool
	err := db.pool.QueryRow(ctx, `
		SELECT coalesce(parm_dsdiasvcmtoalternativo, '')::text,
		       EXISTS (SELECT 1 FROM atendimentopublico.espec_tipo_validacao t
		                 JOIN atendimentopublico.solicitacao_tipo_espec e ON e.step_id = t.step_id AND e.step_icuso = 1
		                WHERE t.estv_cdconstante = 'V' AND coalesce(t.estv_icuso, 1) = 1),
		       has_table_privilege('faturamento.vencimento_alternativo', 'INSERT')
		       AND has_column_privilege('faturamento.vencimento_alternativo', 'venc_dtexclusao', 'UPDATE')
		       AND has_column_privilege('faturamento.vencimento_alternativo', 'venc_tmultimaalteracao', 'UPDATE')
		       AND has_column_privilege('cadastro.imovel', 'imov_ddvencimento', 'UPDATE')
		       AND has_column_privilege('cadastro.imovel', 'imov_icvencimentomesseguinte', 'UPDATE')
		       AND has_column_privilege('cadastro.imovel', 'imov_tmultimaalteracao', 'UPDATE')
		       AND has_sequence_privilege('faturamento.seq_vencimento_alternativo', 'USAGE, UPDATE')
		       AND has_table_privilege('seguranca.operacao_efetuada', 'INSERT') AND has_sequence_privilege('seguranca.seq_operacao_efetuada', 'USAGE, UPDATE')
		       AND has_table_privilege('seguranca.usuario_alteracao', 'INSERT') AND has_sequence_privilege('seguranca.seq_usuario_alteracao', 'USAGE, UPDATE')
		       AND has_table_privilege('seguranca.tabela_linha_alteracao', 'INSERT') AND has_sequence_privilege('seguranca.seq_tabela_linha_alteracao', 'USAGE, UPDATE'),
		       EXISTS (SELECT 1 FROM seguranca.usuario_acao WHERE usac_id = 1) AND EXISTS (SELECT 1 FROM seguranca.alteracao_tipo WHERE altp_id = $1::int)
		         AND EXISTS (SELECT 1 FROM seguranca.operacao WHERE oper_id = $2::int)
		  FROM cadastro.sistema_parametros WHERE parm_id = 1`, insertedInRow, changeDueDay).Scan(&list, &kind, &may, &coded)
	if err != nil {
		return []Finding{{"change of due days", "grant SELECT on the tables and USAGE on the schemas, seguranca among them: " + away("look at due days", err).Error()}}
	}
	found := []Finding{
		{What: fmt.Sprintf("due days on offer: %q", list)},
		{What: "kind of request for another due day"},
		{What: "rights to change a due day"},
	}
	if len(store.DueDaysOnOffer(list, 31, 0)) < 6 {
		found[0].Do = "Lei 9.791/1999 wants six days or more: set parm_dsdiasvcmtoalternativo in cadastro.sistema_parametros, such as 1;5;10;15;20;25"
	}
	if !kind && !db.DueDayWithoutRequest {
		found[1].Do = "nobody can change a due day: give an especificação the tipo de validação V in GSAN, or set rules.due_day_without_request"
	}
	switch {
	case !coded:
		found[2].Do = "seguranca.usuario_acao lacks id 1, seguranca.alteracao_tipo id 2, or seguranca.operacao id 54 (inserir vencimento alternativo): compare with GSAN"
	case !may:
		found[2].Do = "grant INSERT on faturamento.vencimento_alternativo and on seguranca.operacao_efetuada, usuario_alteracao and tabela_linha_alteracao, " +
			"USAGE on their sequences, UPDATE on venc_dtexclusao and venc_tmultimaalteracao, and on imov_ddvencimento, imov_icvencimentomesseguinte and imov_tmultimaalteracao of cadastro.imovel"
	}
	return found
}

// checkCharges looks for what charges write to GSAN (see charge.go): the reason
// for a review and the right to give it, and the kind of request for payments
// with which something is amiss.
func (db *DB) checkCharges(ctx context.Context) []Finding {
	reviews := Finding{What: fmt.Sprintf("bills em revisão while they are paid by card: reason %d", db.CardReview)}
	troubles := Finding{What: "kind of request for payments made twice or late"}
	var may, coded, kind bool
	err := db.pool.QueryRow(ctx, `
		SELECT (SELECT bool_and(has_column_privilege('faturamento.conta', name, 'UPDATE'))
		          FROM unnest('{cnta_dtrevisao,cmrv_id,usur_id,cnta_tmultimaalteracao}'::text[]) AS name),
		       EXISTS (SELECT 1 FROM seguranca.alteracao_tipo WHERE altp_id = $2::int),
		       EXISTS (SELECT 1 FROM atendimentopublico.solicitacao_tipo_espec
		                WHERE step_icuso = 1 AND CASE $1::int WHEN 0 THEN step_icinformarpgtoduplicidade = 1 ELSE step_id = $1::int END)`,
		db.TroubleRequest, changedRow).Scan(&may, &coded, &kind)
	if err != nil {
		reviews.Do = "grant SELECT on the tables and USAGE on the schemas, or compare GSAN's version: " + away("look at charges", err).Error()
		return []Finding{reviews}
	}
	switch _, known := db.codes.Load().review[db.CardReview]; {
	case db.CardReview == 0:
		reviews.What = "bills paid by card stay as they are in GSAN: no rules.card_review"
	case !known:
		reviews.Do = "faturamento.conta_motivo_revisao has no such cmrv_id: add one for payments by card, or set rules.card_review to the one there is"
	case !coded:
		reviews.Do = "seguranca.alteracao_tipo lacks id 1: compare with GSAN"
	case !may:
		reviews.Do = "grant UPDATE on cnta_dtrevisao, cmrv_id, usur_id and cnta_tmultimaalteracao of faturamento.conta"
	}
	switch {
	case kind:
	case db.TroubleRequest == 0:
		troubles.Do = "staff would not hear of them: set step_icinformarpgtoduplicidade = 1 on the specification for them in GSAN, or rules.trouble_request to its step_id"
	default:
		troubles.Do = fmt.Sprintf("staff would not hear of them: atendimentopublico.solicitacao_tipo_espec has no %d in use, which rules.trouble_request names", db.TroubleRequest)
	}
	return []Finding{reviews, troubles}
}

// checkRequests looks for what a request is opened with (see OpenRequest):
// something that can be asked for, codes and rights.
func (db *DB) checkRequests(ctx context.Context) Finding {
	f := Finding{What: "opening requests"}
	var coded, offers, insert, draw bool
	err := db.pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM cadastro.unidade_organizacional WHERE unid_nncodigoconstante = 1)
		         AND EXISTS (SELECT 1 FROM seguranca.usuario WHERE usur_icinternet = 1)
		         AND EXISTS (SELECT 1 FROM atendimentopublico.meio_solicitacao WHERE meso_id = 8)
		         AND (SELECT count(*) FROM atendimentopublico.atendimento_relacao_tipo WHERE attp_id IN (1, 3)) = 2
		         AND EXISTS (SELECT 1 FROM cadastro.fone_tipo WHERE fnet_id = 1),
		       EXISTS (SELECT 1 FROM atendimentopublico.solicitacao_tipo t
		                 JOIN atendimentopublico.solicitacao_tipo_espec e ON e.sotp_id = t.sotp_id WHERE t.sotp_icuso = 1 AND `+offered+`),
		       (SELECT bool_and(has_table_privilege(name, 'INSERT')) FROM unnest($2::text[]) AS name),
		       (SELECT bool_and(has_sequence_privilege(name, 'USAGE, UPDATE')) FROM unnest($3::text[]) AS name)`,
		db.WorkOrders,
		[]string{
			"atendimentopublico.registro_atendimento", "atendimentopublico.ra_unidade", "atendimentopublico.ra_solicitante",
			"atendimentopublico.tramite", "atendimentopublico.solicitante_fone", "atendimentopublico.ra_conta",
		},
		[]string{
			"atendimentopublico.seq_registro_atendimento", "atendimentopublico.seq_ra_unidade", "atendimentopublico.seq_ra_solicitante",
			"atendimentopublico.seq_tramite", "atendimentopublico.seq_solicitante_fone", "atendimentopublico.seq_ra_protocolo",
		}).Scan(&coded, &offers, &insert, &draw)
	switch {
	case err != nil:
		f.Do = "grant SELECT on the tables, or compare GSAN's version: " + away("look at requests", err).Error()
	case !coded:
		f.Do = "no unit has unid_nncodigoconstante = 1, no user usur_icinternet = 1, or meio_solicitacao 8, atendimento_relacao_tipo 1 or 3, or fone_tipo 1 is missing; compare with GSAN"
	case !offers:
		f.Do = "nothing can be asked for: set step_iclojavirtual = 1 on the specifications of atendimentopublico.solicitacao_tipo_espec that customers may use"
	case !insert:
		f.Do = "grant INSERT on registro_atendimento, ra_unidade, ra_solicitante, tramite, solicitante_fone and ra_conta of atendimentopublico"
	case !draw:
		f.Do = "grant USAGE on the sequences of those tables and on atendimentopublico.seq_ra_protocolo"
	}
	return f
}

// checkOwn looks at our schema.
func (db *DB) checkOwn(ctx context.Context) Finding {
	f := Finding{What: "our schema loja"}
	var done, may bool
	err := db.pool.QueryRow(ctx, `
		SELECT coalesce(max(version_id), 0) >= $1::bigint,
		       (SELECT bool_and(CASE relkind WHEN 'S' THEN has_sequence_privilege(oid, 'USAGE, UPDATE')
		                        ELSE has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
		                         AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE') END)
		          FROM pg_class WHERE relnamespace = 'loja'::regnamespace AND relkind IN ('r', 'S') AND relname NOT LIKE 'goose%')
		  FROM loja.goose_db_version`, len(migrationNames())).Scan(&done, &may)
	switch {
	case err != nil:
		f.Do = "run loja migrate: " + away("look at our schema", err).Error()
	case !done:
		f.Do = "run loja migrate: the schema is older than this program"
	case !may:
		f.Do = "grant SELECT, INSERT, UPDATE and DELETE on all tables of the schema loja, and USAGE on all its sequences"
	}
	return f
}

// Versions are those of the server and of our schema in it.
type Versions struct {
	Server         string
	Schema, Needed int // migrations that were run, and that this program needs
}

// Versions says which ones there are.
func (db *DB) Versions(ctx context.Context) (Versions, error) {
	v := Versions{Needed: len(migrationNames())}
	err := db.pool.QueryRow(ctx, `
		SELECT current_setting('server_version')::text, coalesce(max(version_id), 0)::int FROM loja.goose_db_version`).Scan(&v.Server, &v.Schema)
	return v, away("ask for versions", err)
}
