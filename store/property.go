// Package store holds the nouns of a water utility: properties, bills, money,
// months. They are values without behaviour of their own: rules that compute
// are in the packages below this one, SQL is in store/postgres. Names of GSAN's
// tables and columns appear in comments here, so that a reader who knows GSAN
// finds the way.
package store

import "fmt"

// A Property is a "imóvel" (cadastro.imovel). ID is its matrícula, check digit
// included.
type Property struct {
	ID       int64
	Locality int    // localidade, part of the bar code
	Inscribe string // inscrição: localidade.setor.quadra.lote.sublote
	Address  Address
	Water    string // situação da ligação de água, in words
	Sewage   string // situação da ligação de esgoto, in words
	Units    string // economias, such as "1 RES + 2 COM"
	Route    string // rota
	Group    int    // grupo de faturamento
	Meter    string // number of the hidrômetro, "" without one
}

// FormatMatricula writes a matrícula as bills print it, "1234567.9"
// (gsan-rules ID-3).
func FormatMatricula(id int64) string { return fmt.Sprintf("%d.%d", id/10, id%10) }

// An Address is where a property is. Parts that are not known are "".
type Address struct {
	Street       string // with its kind: "RUA DAS FLORES"
	Number       string
	Complement   string
	Neighborhood string
	Town         string
	State        string
	CEP          string // 8 digits
}

// A Customer is a "cliente" (cadastro.cliente). Document is a CPF or a CNPJ
// without mask, "" if none is registered.
type Customer struct {
	ID       int64
	Name     string
	Document string
}

// A Holder is someone who may act for a property: a customer in a current
// relation to it (cadastro.cliente_imovel), by matrícula and document.
type Holder struct {
	Customer int64
	Name     string // of that customer
	Property int64
	Address  Address
	Others   int // further properties the same customer has now
}
