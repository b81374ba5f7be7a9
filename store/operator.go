package store

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
}

// A Bank is a page where a bill can be paid online.
type Bank struct {
	Name string `yaml:"name"`
	Link string `yaml:"link"` // https
}

// DocumentHelp says how a customer registers a CPF or CNPJ for a property,
// which the bot needs to know who they are (gsan-rules ID-8).
type DocumentHelp struct {
	How string `yaml:"how"` // one or two sentences, with where and what to bring
}
