package store

import (
	"strings"
	"time"
)

// An Operator is the utility that bills, as its customers must see it named on
// every document (CDC art. 42-A) and as payments must reach it. It is
// configuration: the same program serves any utility on GSAN.
type Operator struct {
	Name       string     `yaml:"name"`       // short, as people say it: "DESO"
	LegalName  string     `yaml:"legal_name"` // as registered
	CNPJ       string     `yaml:"cnpj"`       // 14 positions without mask
	Address    string     `yaml:"address"`
	Site       string     `yaml:"site"`
	Phones     []Phone    `yaml:"phones"`
	Hours      string     `yaml:"hours"`      // when people answer, in words
	Offices    []Office   `yaml:"offices"`    // lojas de atendimento
	Attendance Attendance `yaml:"attendance"` // when people answer in the chat
	Ombudsman  Contact    `yaml:"ombudsman"`  // ouvidoria
	Regulator  Contact    `yaml:"regulator"`  // agência reguladora
	Retention  Retention  `yaml:"retention"`  // of what we keep ourselves
	Privacy    Contact    `yaml:"privacy"`    // encarregado (LGPD art. 41)

	Pix      Pix    `yaml:"pix"`
	Febraban string `yaml:"febraban"` // 4 digits; "" takes GSAN's parm_cdempresafebraban
	Banks    []Bank `yaml:"banks"`    // where bills are paid online

	Cards []CardCompany `yaml:"cards"` // accredited card companies

	Documents DocumentHelp `yaml:"documents"`

	Rules Rules `yaml:"rules"`
}

// Rules are what GSAN's parameters leave open. The zero value of each is its
// default.
type Rules struct {
	Clearance ClearanceRule `yaml:"clearance"` // when a year counts as settled
	Deals     DealRules     `yaml:"deals"`     // how instalments are simulated

	// PlainOctober corrects bills that are late in October by October's index;
	// GSAN takes the newest there is, by mistake (gsan-rules ACR-9).
	PlainOctober bool `yaml:"plain_october"`

	DueDayWithoutRequest bool `yaml:"due_day_without_request"` // change due days even if GSAN has no kind of request for it

	// WorkOrders offers in Outros Serviços also what opens a work order or a
	// charge in GSAN, of which only the request is written (gsan-rules RA-8).
	WorkOrders bool `yaml:"work_orders"`

	// CardReview is the reason (cmrv_id) under which GSAN has bills em revisão while
	// they are paid by card (gsan-rules CAR-1). 0 leaves GSAN's bills alone.
	CardReview int `yaml:"card_review"`
	// CardExpiry is how long a card company has for a payment; CardTime if 0.
	CardExpiry time.Duration `yaml:"card_expiry"`
	// TroubleRequest is the kind (step_id) of the requests that staff get for
	// payments made twice, late, or of another amount; 0 takes the first in use
	// that GSAN has for payments made twice (step_icinformarpgtoduplicidade).
	TroubleRequest int `yaml:"trouble_request"`

	// ClearingDays is how many business days it takes until a payment is in GSAN;
	// the constant ClearingDays if 0.
	ClearingDays int `yaml:"clearing_days"`

	// ShowOutcome lets customers read what staff wrote when they closed a request
	// (rgat_dsparecerencerramento), which may name people.
	ShowOutcome bool `yaml:"show_outcome"`
}

// DealRules say how a deal is simulated where GSAN's own code contradicts itself
// (gsan-rules SIM-4, SIM-5, SIM-15). The zero value is what a deal made at the
// counter does.
type DealRules struct {
	// Resolution is the number of the resolução de diretoria to simulate with, as
	// GSAN has it. "" takes the one that is marked for the Loja Virtual. Either
	// must be in force. (GSAN's portal reads the profile of the one marked,
	// whatever its dates, and then computes with the one of id 14.)
	Resolution string `yaml:"resolution"`
	// IgnoreCredits leaves credits out, as GSAN's portal does by a reversed test;
	// at the counter they are taken off the debt.
	IgnoreCredits bool `yaml:"ignore_credits"`
	// MeanEntrada lets the mean of the bills be the least entrada where a row of
	// the rules says so. GSAN has this and compares a number with itself, so that
	// it never acts.
	MeanEntrada bool `yaml:"mean_entrada"`
}

// A Phone is a number people may call, with what it is for.
type Phone struct {
	Label  string `yaml:"label"`
	Number string `yaml:"number"` // as printed: "0800 079 0195"
}

// An Office is a place where people are attended.
type Office struct {
	Name    string `yaml:"name"`
	Address string `yaml:"address"`
	Hours   string `yaml:"hours"`
}

// A Contact is a body people may turn to.
type Contact struct {
	Name  string `yaml:"name"`
	Phone string `yaml:"phone"`
	Email string `yaml:"email"`
	Site  string `yaml:"site"`
}

// Pix is where PIX payments go. Name and City go into the code and are cut to
// 25 and 15 characters without accents.
type Pix struct {
	Key  string `yaml:"key"` // as registered in DICT, without mask; "" offers no PIX
	Name string `yaml:"name"`
	City string `yaml:"city"`

	Bank PixBank `yaml:"bank"`
}

// A PixBank is the bank that keeps the key's charges, by the API Pix of the Banco
// Central. The zero one is none, and then codes are static. The client's secret
// is not part of it, for the operator's file is no place for secrets.
type PixBank struct {
	API         string `yaml:"api"`   // https, with the version
	Token       string `yaml:"token"` // https, of OAuth2
	ClientID    string `yaml:"client_id"`
	Certificate string `yaml:"certificate"` // a file in PEM
	PrivateKey  string `yaml:"private_key"` // a file in PEM
	CA          string `yaml:"ca"`          // a file in PEM; "" for the authorities that the machine trusts
}

// A Bank is a page where a bill can be paid online.
type Bank struct {
	Name string `yaml:"name"`
	Link string `yaml:"link"` // https
	Code string `yaml:"code"` // of the collecting agent, digits (arrc_cdagente); "" for a page that needs no contract in GSAN
}

// Payee is who a PIX goes to, as people are told to look for before they pay: by the
// registered name, which banks show, and by the one that the code has if it is
// another.
func (o Operator) Payee() string {
	switch {
	case o.LegalName == "":
		return o.Pix.Name
	case strings.HasPrefix(strings.ToLower(o.LegalName), strings.ToLower(o.Pix.Name)):
		return o.LegalName
	default:
		return o.LegalName + " (no Pix, " + o.Pix.Name + ")"
	}
}

// DocumentHelp says how a customer registers a CPF or CNPJ for a property,
// which the bot needs to know who they are (gsan-rules ID-8).
type DocumentHelp struct {
	How string `yaml:"how"` // one or two sentences, with where and what to bring
}

// A CardKind is how a card company is spoken to.
type CardKind string

// The kinds of card companies.
const (
	MercadoPago CardKind = "mercadopago" // Checkout Pro
	Cielo       CardKind = "cielo"       // Link de Pagamento
	SignedCard  CardKind = "signed"      // the protocol of package store/card
)

// A CardCompany is an accredited company that takes payments by card. The
// operator file is no secret, so credentials are in files of their own that it
// names.
type CardCompany struct {
	ID         string   `yaml:"id"`    // a-z, 0-9 and -; in addresses and in the ledger, so never changed
	Name       string   `yaml:"name"`  // as people know it
	Costs      string   `yaml:"costs"` // what it adds, in words
	Kind       CardKind `yaml:"kind"`
	Address    string   `yaml:"address"`     // https; "" for the real one, but signed has none
	ClientID   string   `yaml:"client_id"`   // cielo
	TokenFile  string   `yaml:"token_file"`  // mercadopago: the access token
	SecretFile string   `yaml:"secret_file"` // the webhook's secret, the ClientSecret or the shared key
}
