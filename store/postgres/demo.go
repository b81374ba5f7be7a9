package postgres

import (
	"time"

	"lojavirtual/store"
)

// A DemoPerson is someone of the demo whom a visitor may be.
type DemoPerson struct {
	Name       string
	Document   string  // CPF or CNPJ without mask, "" if none is registered
	Properties []int64 // matrículas
	Special    string  // what makes them worth trying, in pt-BR
}

// DemoPeople returns the people of the demo, in the order of the README. Seed
// writes them; only the dates of their bills hang on the day it runs.
func DemoPeople() []DemoPerson {
	people := make([]DemoPerson, len(cast))
	for i, c := range cast {
		people[i] = DemoPerson{Name: c.name, Document: c.document, Special: c.special}
		for _, h := range c.houses {
			people[i].Properties = append(people[i].Properties, h.property)
		}
	}
	return people
}

// A role is a person of the cast, and their houses.
type role struct {
	name     string
	document string
	company  bool // with or without a document
	special  string
	houses   []house
}

// A house is a property and the story of its last two years.
type house struct {
	property      int64
	place         int // of codes.sql: street, bairro and CEP
	number        string
	complement    string
	water         int // situação da ligação: 3 ligado
	sewage        int
	category      int
	units         int
	usual         int  // m³ a month
	debit         bool // direct debit
	before        string
	since         int        // months ago that the present occupant came; 0 for longer than two years
	vacant        bool       // the occupant left, the owner is who we know
	public        bool       // withholds taxes; its bills are grouped
	connected     time.Month // of last year, when it got water; 0 for long ago
	deal          bool       // the oldest bills were put into an instalment deal
	excluded      bool
	owner         string // someone else
	ownerDocument string
	unmetered     bool      // there is no hidrômetro
	requests      []request // oldest first
	receipts      []receipt // what was paid besides each bill once
	story         func(age int, b *event)
}

// An event is what one bill was like, and what became of it. It starts out as a
// usual one, paid two days before it was due.
type event struct {
	none     bool // no bill in that month
	volume   int  // m³ on the bill
	measured int  // m³ by the meter, if it is another
	anomaly  int  // consumo_anormalidade
	shut     bool // nobody at home: the meter was not read
	unread   bool // nobody came: there is no record of a reading
	unpaid   bool
	partly   bool // half of it was paid
	promptly bool // paid on the day of issue
	today    bool // paid yesterday
	review   int  // conta_motivo_revisao
	status   int  // debito_credito_situacao
	charges  []charge
	credit   store.Money
}

// metered is what the meter counted.
func (e event) metered() int {
	if e.measured != 0 {
		return e.measured
	}
	return e.volume
}

// A charge is a service on a bill.
type charge struct {
	kind    int // debito_tipo
	value   store.Money
	nth, of int
}

// A request is a registro de atendimento, made in the Loja Virtual.
type request struct {
	kind    int    // solicitacao_tipo_espec
	made    int    // days ago
	notes   string // what the customer wrote
	closed  int    // days ago; 0 while it is pending
	reason  int    // atend_motivo_encmt, once it is closed
	outcome string // what was done
}

// home is a usual house; the cast says what is special about theirs.
func home(property int64, place int, number string, story func(age int, b *event)) house {
	return house{property: property, place: place, number: number, water: 3, sewage: 3, category: 1, units: 1, usual: 14, story: story}
}

// with returns the house with a change.
func (h house) with(change func(*house)) house {
	change(&h)
	return h
}

// cast is who plays in the demo. age is 0 for the newest bill.
var cast = []role{
	{
		name: "MARIA DAS DORES SANTOS", document: "70000010111",
		special: "três contas em aberto, duas vencidas",
		houses: []house{home(1043722, 1, "120", func(age int, b *event) {
			b.unpaid = age < 3
			if age == 1 {
				b.charges = []charge{{kind: 80, value: 168, nth: 1, of: 1}, {kind: 91, value: 84, nth: 1, of: 1}}
			}
		})},
	},
	{
		name: "JOSÉ CARLOS MENEZES", document: "70000020265",
		special: "em dia: todas as contas pagas, inclusive as do ano passado",
		houses: []house{home(1188453, 2, "455", func(_ int, b *event) { b.promptly = true }).
			with(func(h *house) { h.complement, h.usual = "BL A AP 302", 9 })},
	},
	{
		name: "JOSEFA LIMA DE JESUS", document: "70000030309",
		special: "uma conta em revisão e uma paga neste mês",
		houses: []house{home(1239066, 4, "31", func(age int, b *event) {
			switch age {
			case 0:
				b.unpaid = true
			case 1:
				b.today = true
			case 2:
				b.unpaid, b.review, b.anomaly, b.volume = true, 91, 5, 61
			}
		}).with(func(h *house) { h.sewage = 2 })},
	},
	{
		name: "ANTÔNIO BARRETO SOBRINHO", document: "70000040452",
		special: "dois imóveis: a casa e a loja",
		houses: []house{
			home(1302582, 6, "78", func(age int, b *event) { b.unpaid = age < 2 }),
			home(1302663, 7, "1010", func(age int, b *event) { b.unpaid = age == 0 }).
				with(func(h *house) { h.category, h.usual, h.complement = 2, 22, "LOJA 1" }),
		},
	},
	{
		name: "PADARIA TRIGO DE OURO LTDA", document: "7D3MO5E4000189", company: true,
		special: "empresa, com CNPJ alfanumérico; paga um hidrômetro em parcelas",
		houses: []house{home(1417304, 3, "900", func(age int, b *event) {
			b.unpaid = age < 2
			if age < 6 {
				b.charges = []charge{{kind: 49, value: 4210, nth: 6 - age, of: 10}}
			}
			if age == 1 {
				b.credit = 1500
			}
		}).with(func(h *house) { h.category, h.usual, h.units = 2, 68, 1 })},
	},
	{
		name:    "SEVERINA ALVES DA CONCEIÇÃO",
		special: "sem CPF cadastrado: precisa procurar o atendimento",
		houses:  []house{home(1520946, 5, "S/N", func(age int, b *event) { b.unpaid = age < 2 })},
	},
	{
		name: "ESPEDITO NUNES DA SILVA", document: "70000070793",
		special: "ligação suprimida, dívida antiga e um parcelamento",
		houses: []house{home(1673815, 8, "14", func(age int, b *event) {
			b.none = age < 15
			b.unpaid = true
			if age >= 20 {
				b.status = 5
			}
		}).with(func(h *house) { h.water, h.sewage, h.deal = 6, 6, true })},
	},
	{
		name: "LÚCIA HELENA ANDRADE", document: "70000080837",
		special: "imóvel sem morador no cadastro: ela é a proprietária",
		houses: []house{home(1734091, 3, "212", func(age int, b *event) { b.unpaid = age < 4 }).
			with(func(h *house) { h.before, h.vacant, h.since = "WELLINGTON ROCHA DANTAS", true, 1 })},
	},
	{
		name: "RAIMUNDO NONATO OLIVEIRA", document: "70000090980",
		special: "contas em débito automático",
		houses: []house{home(1805126, 9, "77", func(age int, b *event) { b.unpaid = age == 0 }).
			with(func(h *house) { h.debit = true })},
	},
	{
		name: "CÍCERA MARIA DOS ANJOS", document: "70000101001",
		special: "consumo que disparou nos dois últimos meses",
		houses: []house{home(1918478, 1, "344", func(age int, b *event) {
			b.unpaid = age == 0
			switch age {
			case 0:
				b.volume, b.anomaly = 58, 5
			case 1:
				b.volume, b.anomaly = 39, 6
			case 4:
				b.shut, b.anomaly = true, 10
			}
		})},
	},
	{
		name: "THIAGO MENDONÇA PRADO", document: "70000111147",
		special: "mudou-se há cinco meses: as contas antigas são de outra pessoa; deve também um serviço e uma guia, e tem um crédito",
		houses: []house{home(2051630, 2, "18", func(age int, b *event) { b.unpaid = age == 0 || age == 6 || age == 7 }).
			with(func(h *house) { h.before, h.since, h.complement = "DEISE CARVALHO BISPO", 5, "CASA 2" })},
	},
	{
		name: "ROSÂNGELA FREIRE VIEIRA", document: "70000121290",
		special: "uma conta paga só em parte",
		houses: []house{home(2100991, 4, "902", func(age int, b *event) {
			b.partly = age == 1
			b.unpaid = age == 0
		})},
	},
	{
		name: "ESCOLA MUNICIPAL VEREDA", document: "70000005000108", company: true,
		special: "órgão público: tributos retidos e fatura agrupada",
		houses: []house{home(2224704, 8, "1", func(age int, b *event) { b.unpaid = age < 2 }).
			with(func(h *house) { h.category, h.usual, h.public, h.units = 4, 120, true, 1 })},
	},
	{
		name: "GENILDA SANTANA BORGES", document: "70000131334",
		special: "um pedido em andamento e um já atendido",
		houses: []house{home(2331594, 1, "58", func(age int, b *event) { b.unpaid = age == 0 }).
			with(func(h *house) {
				h.requests = []request{
					{
						kind: 1, made: 40, notes: "SEM ÁGUA DESDE CEDO, SÓ NA MINHA CASA.",
						closed: 39, reason: 2, outcome: "RAMAL DESOBSTRUÍDO. ABASTECIMENTO NORMALIZADO.",
					},
					{kind: 3, made: 2, notes: "ÁGUA CORRENDO NO MEIO DA RUA, EM FRENTE AO NÚMERO 60."},
				}
			})},
	},
	{
		name: "VALMIR DOS SANTOS CORREIA", document: "70000212172",
		special: "ligação nova: só tem contas desde agosto do ano passado",
		houses: []house{home(2451034, 9, "204", func(_ int, b *event) { b.promptly = true }).
			with(func(h *house) { h.connected = time.August })},
	},
	{
		name: "IRACI GOMES DE ALMEIDA", document: "70000222216",
		special: "uma conta do ano passado em revisão, o resto em dia",
		houses: []house{home(2462176, 6, "133", func(age int, b *event) {
			b.promptly = true
			if age == 13 { // always due last year
				b.unpaid, b.promptly, b.review, b.anomaly, b.volume = true, false, 91, 5, 47
			}
		})},
	},
	{
		name: "VALDICE SOUZA NASCIMENTO", document: "70000343439",
		special: "pagou uma conta duas vezes; três meses sem leitura",
		houses: []house{home(2450011, 9, "203", func(age int, b *event) {
			b.unpaid = age == 0
			switch age {
			case 3, 7, 8:
				b.unread, b.volume = true, 14
			case 5:
				b.volume, b.measured, b.anomaly = 10, 4, 4
			}
		}).with(func(h *house) {
			h.receipts = []receipt{
				{made: 200, slip: 49, value: 8540},
				{made: 70, again: 3, state: 3},
				{made: 35, again: 2, state: 1},
				{made: 2, slip: 80, value: 450, fresh: true},
			}
		})},
	},
	{
		name: "HÉLIO TAVARES FONTES", document: "70000353582",
		special: "casa sem hidrômetro: o consumo é fixo",
		houses: []house{home(2450020, 5, "66", func(age int, b *event) { b.unpaid, b.volume = age == 0, 10 }).
			with(func(h *house) { h.unmetered, h.usual = true, 10 })},
	},
	{
		name: "GERALDO FONSECA LIRA", document: "70000291102",
		special: "água cortada e dívida antiga, sem acordo: parcelamento com descontos",
		houses: []house{home(demoCutOff, 6, "27", func(age int, b *event) {
			b.none = age < 14
			b.unpaid = age < 20
		}).with(func(h *house) { h.water, h.sewage = 6, 6 })},
	},
	{
		name: "MERCADINHO BOA VENTURA LTDA", document: "70000091000140", company: true,
		special: "empresa que aluga: para parcelar, vale o CPF da proprietária, 700.002.922-65",
		houses: []house{home(2589443, 7, "388", func(age int, b *event) { b.unpaid = age < 5 }).
			with(func(h *house) {
				h.category, h.usual = 2, 34
				h.owner, h.ownerDocument = "ZENAIDE TELES BARBOSA", "70000292265"
			})},
	},
}
