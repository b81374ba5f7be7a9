package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
	"lojavirtual/store/taxid"
)

const (
	months     = 24 // of bills
	readDay    = 8  // of the month, when meters are read
	issueDay   = 12 // when its bills are issued; they are due in the month after
	sheetsSize = 16 << 20
)

// A seeder makes up properties and writes them.
type seeder struct {
	sheets
	rng        *rand.Rand
	today      store.Date
	newest     store.Month // of bills
	collecting store.Month // whose collection is open
	last       struct{ customer, relation, meter, bill, detail, payment, use, group, deal int }
}

func newSeeder(seed int64, today store.Date) *seeder {
	s := &seeder{
		sheets:     newSheets(),
		rng:        rand.New(rand.NewPCG(uint64(seed), 0)),
		today:      today,
		newest:     store.MonthOf(today.Add(1 - issueDay)),
		collecting: store.MonthOf(today),
	}
	s.last.customer, s.last.bill = 100, 900000
	return s
}

// next counts on.
func next(last *int) int { *last++; return *last }

// write writes the cast and as many strangers.
func (s *seeder) write(ctx context.Context, tx pgx.Tx, strangers int) error {
	s.writeSurroundings()
	for _, r := range cast {
		who := s.newCustomer(r.name, r.document, r.company)
		for _, h := range r.houses {
			s.writeHouse(h, who)
		}
	}
	for i := range strangers {
		s.writeStranger(i)
		if err := s.flush(ctx, tx, sheetsSize); err != nil {
			return err
		}
	}
	if err := s.flush(ctx, tx, 0); err != nil {
		return err
	}
	if err := s.writeRequests(ctx, tx); err != nil {
		return err
	}
	if err := s.writeProgress(ctx, tx); err != nil {
		return err
	}
	if err := s.writeDebts(ctx, tx); err != nil {
		return err
	}
	if err := s.writeReceipts(ctx, tx); err != nil {
		return err
	}
	if err := s.writeCutOffs(ctx, tx); err != nil {
		return err
	}
	if err := s.writeDueDays(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE cadastro.sistema_parametros
		   SET parm_amreferenciafaturamento = $1::int, parm_amreferenciaarrecadacao = $2::int WHERE parm_id = 1`, int(s.newest), int(s.collecting))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE micromedicao.hidrometro_inst_hist h SET lagu_id = a.lagu_id
		  FROM atendimentopublico.ligacao_agua a WHERE a.hidi_id = h.hidi_id`) // they point at each other
	return err
}

// flush sends all rows to the server, if there is more than size of them.
func (s *seeder) flush(ctx context.Context, tx pgx.Tx, size int) error {
	total := 0
	for _, sheet := range s.all() {
		total += sheet.text.Len()
	}
	if total <= size {
		return nil
	}
	for _, sheet := range s.all() {
		if err := sheet.flush(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// writeSurroundings writes what is not of one property: holidays, the quality of
// the water, messages, the banks' notices.
func (s *seeder) writeSurroundings() {
	holidays := []struct {
		month time.Month
		day   int
		name  string
	}{
		{1, 1, "CONFRATERNIZAÇÃO"},
		{4, 21, "TIRADENTES"},
		{5, 1, "DIA DO TRABALHO"},
		{9, 7, "INDEPENDÊNCIA"},
		{10, 12, "N. SRA. APARECIDA"},
		{11, 2, "FINADOS"},
		{11, 15, "REPÚBLICA"},
		{11, 20, "CONSCIÊNCIA NEGRA"},
		{12, 25, "NATAL"},
	}
	for year := s.today.Year - 1; year <= s.today.Year+1; year++ {
		for i, h := range holidays {
			s.holiday.add(year*100+i, store.Date{Year: year, Month: h.month, Day: h.day}, h.name)
		}
	}
	for age := range months + 2 {
		m := s.newest.Add(-age)
		for town := 1; town <= 5; town++ {
			sway := store.Money((int(m) + town) % 5)
			s.quality.add(int(m)*10+town, m, town,
				60+10*sway, 40, 40, 300+50*sway, 40, 39, 120+10*sway, 40, 40, store.Money(0), 40, 40)
		}
		s.message.add(int(m)*10, m, nil, "MANTENHA O HIDRÔMETRO EM LOCAL DE FÁCIL ACESSO PARA A LEITURA.", "LAVE A CAIXA D'ÁGUA A CADA SEIS MESES.")
	}
	s.message.add(int(s.newest)*10+1, s.newest, 1, "ARACAJU: HAVERÁ MANUTENÇÃO NA ADUTORA NO FIM DO MÊS. GUARDE ÁGUA.", nil)
	for age := -1; age < months+2; age++ {
		m := s.collecting.Add(-age)
		s.notice.add(int(m), m.Add(1).First().Add(-1), m, 1, 1, 1, int(m), store.Money(0), store.Money(0), store.Money(0), store.Money(0), store.Money(0))
	}
}

// newCustomer writes a customer and returns their number.
func (s *seeder) newCustomer(name, document string, company bool) int64 {
	id := taxid.NewMatricula(int64(next(&s.last.customer)))
	var cpf, cnpj any
	kind := 1
	if company {
		kind = 2
	}
	switch len(document) {
	case 11:
		cpf = document
	case 14:
		cnpj = document
	}
	s.customer.add(id, name, kind, cpf, cnpj, 1)
	return id
}

// relate writes who is what to a property: 1 owner, 2 occupant.
func (s *seeder) relate(customer, property int64, relation int, from, to store.Date) {
	var end any
	if !to.IsZero() {
		end = to
	}
	named := 2
	if relation == 2 {
		named = 1
	}
	s.relation.add(next(&s.last.relation), customer, property, relation, from, end, named)
}

// long is when people came who were always there.
var long = store.Date{Year: 2012, Month: time.March, Day: 1}

// towns says in which town a place of codes.sql is; its sector, quadra and rota
// have the same number. dueDays is the usual due day there.
var (
	towns   = [...]int{1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3, 7: 3, 8: 4, 9: 5}
	groups  = [...]int{1: 2, 2: 1, 3: 3, 4: 1, 5: 2}
	dueDays = [...]int{1: 10, 2: 15, 3: 20}
)

// writeHouse writes a property of who, and its bills.
func (s *seeder) writeHouse(h house, who int64) {
	town := towns[h.place]
	var excluded, complement any
	if h.excluded {
		excluded = 1
	}
	if h.complement != "" {
		complement = h.complement
	}
	debit := 2
	if h.debit {
		debit = 1
	}
	s.property.add(h.property, town, town, town, h.property%400+1, 0, h.number, complement,
		2, h.water, h.sewage, 5, debit, excluded, 1, h.place, h.place)
	s.units.add(h.property, h.category, h.units)

	came, first := long, store.Month(0)
	if h.connected != 0 {
		came = store.Date{Year: s.today.Year - 1, Month: h.connected, Day: 1}
		first = store.MonthOf(came)
	}
	moved := s.newest.Add(-h.since).First()
	former := who
	switch {
	case h.before == "":
		s.relate(who, h.property, 2, came, store.Date{})
	case h.vacant:
		former = s.newCustomer(h.before, "", false)
		s.relate(former, h.property, 2, long, moved)
		s.relate(who, h.property, 1, long, store.Date{})
	default:
		former = s.newCustomer(h.before, "", false)
		s.relate(former, h.property, 2, long, moved)
		s.relate(who, h.property, 2, moved, store.Date{})
	}
	if h.owner != "" {
		s.relate(s.newCustomer(h.owner, h.ownerDocument, false), h.property, 1, long, store.Date{})
	}

	var meter any
	if !h.unmetered {
		meter = s.newMeter(h.property, came)
	}
	s.connection.add(h.property, came, 1, 1, meter)

	var deal int
	if h.deal {
		deal = next(&s.last.deal)
	}
	var dealt store.Money
	shown := int(h.property%500) + 100
	for age := months - 1; age >= 0; age-- {
		b := event{volume: h.usual + int(h.property+int64(s.newest.Add(-age))*3)%7*h.usual/30}
		h.story(age, &b)
		if b.none || h.vacant && age < h.since || s.newest.Add(-age) < first {
			continue
		}
		occupant := who
		if age >= h.since && h.before != "" {
			occupant = former
		}
		s.writeUse(h, s.newest.Add(-age), b, meter, shown)
		total := s.writeBill(h, s.newest.Add(-age), b, occupant, deal, shown)
		if b.status == 5 {
			dealt += total
		}
		shown += b.metered()
	}
	if h.deal {
		m := s.newest.Add(-18)
		s.deal.add(deal, h.property, h.water, h.sewage, town, town, 5, 1, 1, 1, 1,
			m.First().Add(19), m, dealt, dealt/10, 30, (dealt-dealt/10)/30, who)
	}
}

// newMeter writes a hidrômetro of the property and returns its number.
func (s *seeder) newMeter(property int64, installed store.Date) int {
	meter := next(&s.last.meter)
	s.meter.add(meter, fmt.Sprintf("A%02dS%06d", 10+property%14, meter), long, long.Year, 0, 1, 1, 1, 1, 1)
	s.installed.add(meter, meter, installed, 1, 1, 1, 0, installed)
	return meter
}

// writeUse writes what the meter showed and what was made of it.
func (s *seeder) writeUse(h house, m store.Month, b event, meter any, shown int) {
	var anomaly, shut any
	kind, read := 1, 1
	if b.anomaly != 0 {
		anomaly = b.anomaly
	}
	if b.shut {
		kind, read, shut = 3, 2, 23
	}
	switch {
	case h.unmetered:
		kind = 5
	case b.unread:
		kind = 9
	}
	s.use.add(next(&s.last.use), h.property, 1, m, b.volume, h.usual, 10*h.units, kind, anomaly)
	if !h.unmetered && !b.unread {
		s.reading.add(s.last.use, h.property, 1, m, m.Add(-1).First().Add(readDay-1), shown,
			m.First().Add(readDay-1), shown+b.metered(), b.metered(), read, shut, meter)
	}
	if h.sewage == 3 {
		s.use.add(next(&s.last.use), h.property, 2, m, b.volume, h.usual, 10*h.units, kind, nil)
	}
}

// writeBill writes a bill, its detail and what was paid for it, and returns its
// total.
func (s *seeder) writeBill(h house, m store.Month, b event, occupant int64, deal, shown int) store.Money {
	town := towns[h.place]
	id := next(&s.last.bill)
	issued := m.First().Add(issueDay - 1)
	due := m.Add(1).First().Add(dueDays[groups[town]] - 1)

	water := tariff(h.category, b.volume)
	var sewage, charges, taxes store.Money
	sewagePercent := store.Money(0)
	if h.sewage == 3 {
		sewagePercent, sewage = 8000, water*80/100
	}
	for _, c := range b.charges {
		charges += c.value
	}
	base := water + sewage
	if h.public {
		for _, t := range withheld {
			taxes += base * t.percent / 10000
		}
	}
	total := water + sewage + charges - b.credit - taxes

	paid, paidOn := s.paymentFor(b, total, issued, due)
	closed := paid == total && store.MonthOf(paidOn) < s.collecting
	history := 2
	if closed {
		history = 1
	}
	var review, reviewed, dealt any
	if b.review != 0 {
		review, reviewed = b.review, issued.Add(1)
	}
	if b.status == 5 {
		dealt = deal
	}
	debit := 2
	if h.debit {
		debit = 1
	}
	before, after := any(shown), any(shown+b.metered())
	if h.unmetered {
		before, after = nil, nil
	}
	s.number.add(id, history)
	s.bill.of(closed).add(id, h.property, h.water, h.sewage, town, town, 5, 1, groups[town], town, b.status, review, dealt,
		m, m, int(febraban.MonthDigit(m)-'0'), 2, debit,
		water, sewage, charges, b.credit, taxes, sewagePercent, b.volume, b.volume,
		issued, due, due, store.MonthOf(due).Add(13).First().Add(-1), reviewed, before, after)
	s.billed.of(closed).add(id, occupant, id, 2, 1)
	s.category.of(closed).add(id, h.category, h.units, water, sewage, b.volume, b.volume)
	for _, c := range b.charges {
		s.charge.of(closed).add(next(&s.last.detail), id, c.kind, 1, 1, c.value, c.nth, c.of)
	}
	if b.credit > 0 {
		s.credit.of(closed).add(next(&s.last.detail), id, 1, 1, 1, b.credit, issued)
	}
	if h.public {
		for _, t := range withheld {
			s.tax.of(closed).add(next(&s.last.detail), id, t.kind, t.percent, base, base*t.percent/10000)
		}
		s.group.add(next(&s.last.group), occupant, m, total, due)
		s.grouped.add(s.last.group, s.last.group, 1, id, h.property, total)
	}
	if paid > 0 {
		form := 1 + id%3
		if h.debit {
			form = 13
		}
		s.payment.of(closed).add(next(&s.last.payment), id, h.property, town, 1, int(store.MonthOf(paidOn)), form, 0,
			paid, paidOn, m, store.MonthOf(paidOn))
	}
	return total
}

// writeRequests writes what the cast asked for. The numbers are drawn from GSAN's
// sequences, so that the next one drawn is free.
func (s *seeder) writeRequests(ctx context.Context, tx pgx.Tx) error {
	for _, r := range cast {
		for _, h := range r.houses {
			for _, q := range h.requests {
				var closed, reason, outcome any
				if q.closed != 0 {
					closed, reason, outcome = s.today.Add(-q.closed), q.reason, q.outcome
				}
				_, err := tx.Exec(ctx, insertRequest, h.property, q.kind, s.today.Add(-q.made), q.notes, closed, reason, outcome)
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// insertRequest writes a registro de atendimento of the occupant of a property
// as GSAN does: opened by the Loja Virtual, sent on to the unit of its
// specification, and closed there unless it is pending. The protocol is RA-9's.
const insertRequest = `
	WITH facts AS (
		SELECT nextval('atendimentopublico.seq_registro_atendimento')::int AS id,
		       to_char($3::date, 'YYYY') || '1' || lpad(nextval('atendimentopublico.seq_ra_protocolo')::text, 9, '0') AS protocol,
		       $3::date + time '09:20' AS made, $5::date + time '15:40' AS closed,
		       i.*, clie_id, clie_nmcliente, step_id, $3::date + coalesce(step_nndiaprazo, 0) AS expected,
		       shop.unid_id AS shop, clerk.usur_id AS clerk, espec.unid_id AS unit, worker.usur_id AS worker
		  FROM cadastro.imovel i
		  JOIN cadastro.cliente_imovel r ON r.imov_id = i.imov_id AND r.crtp_id = 2 AND r.clim_dtrelacaofim IS NULL
		  JOIN cadastro.cliente USING (clie_id)
		  JOIN cadastro.unidade_organizacional shop ON shop.unid_nncodigoconstante = 1
		  JOIN seguranca.usuario clerk ON clerk.usur_icinternet = 1
		  JOIN atendimentopublico.solicitacao_tipo_espec espec ON espec.step_id = $2
		  JOIN seguranca.usuario worker ON worker.unid_id = espec.unid_id
		 WHERE i.imov_id = $1
	), request AS (
		INSERT INTO atendimentopublico.registro_atendimento (rgat_id, step_id, loca_id, stcm_id, qdra_id, amen_id, meso_id, rgat_cdsituacao,
		       rgat_tmregistroatendimento, rgat_dtprevistaoriginal, rgat_dtprevistaatual, rgat_dsobservacao, rgat_dsparecerencerramento,
		       rgat_dscomplementondereco, imov_id, rgat_icatendimentoonline, lgbr_id, lgcp_id, rgat_tmencerramento, rgat_nnimovel, unid_idatual)
		SELECT id, step_id, loca_id, stcm_id, qdra_id, $6::int, 8, CASE WHEN closed IS NULL THEN 1 ELSE 2 END,
		       made, expected, expected, $4, $7,
		       imov_dscomplementoendereco, imov_id, 1, lgbr_id, lgcp_id, closed, imov_nnimovel, unit FROM facts
	), requester AS (
		INSERT INTO atendimentopublico.ra_solicitante (raso_id, rgat_id, clie_id, raso_nmsolicitante, raso_icsolicitanteprincipal, raso_nnprotocoloatendimento)
		SELECT nextval('atendimentopublico.seq_ra_solicitante')::int, id, clie_id, clie_nmcliente, 1, protocol FROM facts
	), move AS (
		INSERT INTO atendimentopublico.tramite (tram_id, rgat_id, tram_dsparecertramite, tram_tmtramite, unid_idorigem, unid_iddestino,
		       usur_idregistro, usur_idresponsavel)
		SELECT nextval('atendimentopublico.seq_tramite')::int, id, 'ABERTURA PELA LOJA VIRTUAL', made, shop, unit, clerk, clerk FROM facts
	)
	INSERT INTO atendimentopublico.ra_unidade (raun_id, unid_id, rgat_id, usur_id, attp_id)
	SELECT nextval('atendimentopublico.seq_ra_unidade')::int, by.unid_id, id, by.usur_id, by.attp_id
	  FROM facts, LATERAL (VALUES (shop, clerk, 1), (unit, worker, 3)) AS by (unid_id, usur_id, attp_id)
	 WHERE attp_id = 1 OR closed IS NOT NULL`

// paymentFor tells how much was paid for a bill, and when.
func (s *seeder) paymentFor(b event, total store.Money, issued, due store.Date) (store.Money, store.Date) {
	lately := s.today.Add(-1)
	if store.MonthOf(lately) != s.collecting {
		lately = s.today
	}
	switch {
	case b.unpaid:
		return 0, store.Date{}
	case b.partly:
		return total / 2, lately
	case b.today:
		return total, lately
	case b.promptly:
		return total, issued
	case due.Add(-2).After(s.today):
		return 0, store.Date{}
	default:
		return total, due.Add(-2)
	}
}

// withheld is what public bodies keep back, in hundredths of a percent.
var withheld = []struct {
	kind    int
	percent store.Money
}{{1, 480}, {2, 100}, {3, 300}, {4, 65}}

// tariff is what water costs in the demo, by category and m³.
func tariff(category, volume int) store.Money {
	least, steps := store.Money(4530), [...]store.Money{812, 1035, 1290}
	if category != 1 {
		least, steps = 9840, [...]store.Money{1422, 1588, 1704}
	}
	total := least
	for m3 := 11; m3 <= volume; m3++ {
		total += steps[min((m3-11)/10, 2)]
	}
	return total
}

// writeStranger writes one more property, with people and bills made up.
func (s *seeder) writeStranger(i int) {
	h := home(taxid.NewMatricula(int64(300000+i)), 1+s.rng.IntN(9), fmt.Sprint(1+s.rng.IntN(1999)), s.story())
	h.usual = 6 + s.rng.IntN(22)
	h.excluded = s.rng.IntN(100) == 0
	h.debit = s.rng.IntN(20) == 0
	if s.rng.IntN(2) == 0 {
		h.sewage = 2
	}
	name, company := s.personName(), s.rng.IntN(16) == 0
	document := s.cpf()
	if company {
		h.category, h.usual = 2, h.usual*3
		name, document = "COMERCIAL "+name, s.cnpj()
	}
	if s.rng.IntN(12) == 0 {
		document = ""
	}
	if s.rng.IntN(10) == 0 {
		h.owner, h.ownerDocument = s.personName(), s.cpf()
	}
	if s.rng.IntN(20) == 0 {
		h.before, h.since = s.personName(), 1+s.rng.IntN(20)
	}
	who := s.newCustomer(name, document, company)
	s.writeHouse(h, who)
	if h.owner == "" && s.rng.IntN(3) == 0 {
		s.relate(who, h.property, 1, long, store.Date{}) // owner and occupant at once
	}
}

// story makes up how somebody pays.
func (s *seeder) story() func(age int, b *event) {
	switch n := s.rng.IntN(100); {
	case n < 60:
		return func(int, *event) {}
	case n < 85:
		open := 1 + s.rng.IntN(3)
		return func(age int, b *event) { b.unpaid = age < open }
	case n < 93:
		open := 4 + s.rng.IntN(9)
		return func(age int, b *event) { b.unpaid = age < open }
	case n < 97:
		return func(age int, b *event) {
			if age == 1 {
				b.unpaid, b.review = true, 91
			}
		}
	default:
		return func(age int, b *event) { b.partly = age == 1 }
	}
}

var (
	givenNames = [...]string{
		"ANA", "MARIA", "JOSÉ", "JOÃO", "ANTÔNIO", "FRANCISCA", "CARLOS", "PAULO", "PEDRO", "LUCAS", "JULIANA", "MÁRCIA", "FERNANDA", "GENIVALDO",
		"EDVALDO", "GIVANILDO", "VALDENICE", "CLEIDE", "ROBERTO", "TÂNIA", "SÔNIA", "JAILTON", "ADRIANA", "MÔNICA", "GILVAN", "JANDIRA", "HÉLIO", "BENEDITA",
	}
	surnames = [...]string{
		"SANTOS", "SILVA", "OLIVEIRA", "SOUZA", "LIMA", "MENEZES", "ANDRADE", "BARRETO", "PRADO", "CRUZ", "ALMEIDA", "CARVALHO", "DANTAS", "FONTES",
		"GÓIS", "JESUS", "MACEDO", "NASCIMENTO", "RESENDE", "ROCHA", "SOBRAL", "TAVARES", "VIEIRA", "ARAÚJO", "BISPO", "CONCEIÇÃO", "FEITOSA", "MELO",
	}
)

func (s *seeder) personName() string {
	return givenNames[s.rng.IntN(len(givenNames))] + " " + surnames[s.rng.IntN(len(surnames))] + " " + surnames[s.rng.IntN(len(surnames))]
}

func (s *seeder) cpf() string {
	return withDigits(fmt.Sprintf("%09d", 1+s.rng.IntN(999_999_998)), 11)
}

// cnpj makes up a CNPJ, one in five with letters.
func (s *seeder) cnpj() string {
	root := fmt.Sprintf("%08d", 1+s.rng.IntN(99_999_998))
	if s.rng.IntN(5) == 0 {
		root = root[:2] + string(rune('A'+s.rng.IntN(26))) + string(rune('A'+s.rng.IntN(26))) + root[4:]
	}
	return withDigits(root+"0001", 9)
}

// withDigits appends the two check digits of a CPF or CNPJ.
func withDigits(number string, heaviest int) string {
	number += string(taxid.Modulo11(number, heaviest))
	return number + string(taxid.Modulo11(number, heaviest))
}
