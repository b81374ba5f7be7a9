package flowtest

import (
	"time"

	"lojavirtual/flows/document"
	"lojavirtual/store"
)

// What is printed, and the code by which it can be checked.
var (
	paper = document.Maker{Operator: Operator()}
	seal  = document.Seal{Code: "ABCDEFGHJKMN", Address: "https://loja.example/d/ABCDEFGHJKMN", Link: "https://loja.example/d/ABCDEFGHJKMN"}
)

var weekdays = []store.Day{1, 2, 3, 4, 5}

// Operator returns a utility with all that conversations tell of one.
func Operator() store.Operator {
	op := store.Operator{
		Name: "DESO", LegalName: "Companhia de Saneamento de Sergipe", CNPJ: "12345678000195",
		Phones: []store.Phone{{Label: "Central 24 horas", Number: "0800 079 0195"}, {Label: "Telefone fixo", Number: "(79) 3226-1000"}},
		Hours:  "segunda a sexta, das 7h às 17h",
		Offices: []store.Office{
			{Name: "Loja Centro", Address: "Rua Campo do Brito, 331, Aracaju", Hours: "7h às 13h"},
			{Name: "Loja Itabaiana", Address: "Praça *Central*, 10"},
		},
		Ombudsman: store.Contact{Name: "Ouvidoria da DESO", Phone: "0800 079 0195", Email: "ouvidoria@example.com"},
		Privacy:   store.Contact{Name: "Ana Encarregada", Email: "privacidade@deso.example"},
		Attendance: store.Attendance{
			Periods: []store.Period{
				{Days: weekdays, From: 7 * 60, To: 12 * 60},
				{Days: weekdays, From: 13*60 + 30, To: 19 * 60},
			},
			Patience: 10 * time.Minute,
		},
	}
	op.Documents.How = "Se o documento não estiver cadastrado, leve RG, CPF e uma conta a uma loja de atendimento."
	return op
}
