// Package flows is the menu: which conversations exist, in which order.
package flows

import (
	"cmp"

	"lojavirtual/bot"
	"lojavirtual/flows/acompanhamento"
	"lojavirtual/flows/atendente"
	"lojavirtual/flows/avaliacao"
	"lojavirtual/flows/consumo"
	"lojavirtual/flows/debitos"
	"lojavirtual/flows/golpe"
	"lojavirtual/flows/identificacao"
	"lojavirtual/flows/pagamentos"
	"lojavirtual/flows/parcelamento"
	"lojavirtual/flows/privacidade"
	"lojavirtual/flows/quitacao"
	"lojavirtual/flows/segundavia"
	"lojavirtual/flows/servicos"
	"lojavirtual/flows/vencimento"
	"lojavirtual/store"
)

// Parts is what the conversations are made with.
type Parts struct {
	Operator store.Operator
	Holders  identificacao.Holders
	Guesses  identificacao.Guesses
	Bills    segundavia.Bills
	Pix      Pix // nil offers no Pix
	Print    segundavia.Print
	Banks    func() []store.Bank // where bills can be paid online now
	Debts    debitos.Debts
	State    debitos.Print // draws a debt statement
	Card     debitos.Card  // nil offers no card
	Years    quitacao.Years
	Declare  quitacao.Print
	Payments pagamentos.Payments
	Use      consumo.Consumptions
	Deals    parcelamento.Deals
	DueDays  vencimento.DueDays
	Requests servicos.Requests
	Progress acompanhamento.Requests
	Desk     atendente.Desk
	Queue    atendente.Queue
	Ratings  avaliacao.Ratings
	Tables   privacidade.Tables
	Talks    privacidade.Talks
	Judge    golpe.Judge
	Doubts   golpe.Doubts
	Files    golpe.Files // nil reads no codes in files
	Payee    string      // who a Pix goes to, as banks show it: name and CNPJ
}

// Pix makes the codes that pay bills and debt statements.
type Pix interface {
	segundavia.Pix
	debitos.Pix
}

// Engine returns an engine that holds every conversation, in the order of the
// menu (the Loja Virtual's own).
func Engine(p Parts) *bot.Engine {
	person := atendente.New(p.Desk, p.Queue, p.Operator)
	copies := segundavia.New(p.Bills, p.Pix, p.Print, p.Payee, p.Banks)
	requests := servicos.New(p.Requests, p.Bills)
	deals := parcelamento.New(p.Deals, p.Guesses, p.Operator.Documents.How, p.Operator.Offices)
	return &bot.Engine{
		Flows: []*bot.Flow{
			copies,
			debitos.New(debitos.Services{
				Debts: p.Debts, Print: p.State, Pix: p.Pix, Payee: p.Payee, Simulator: deals.Name,
				Card: p.Card, Companies: p.Operator.Cards, Reserved: cmp.Or(p.Operator.Rules.CardExpiry, store.CardTime),
			}),
			pagamentos.New(p.Payments, debitos.News),
			consumo.New(p.Use),
			quitacao.New(p.Years, p.Declare, copies.Name),
			deals,
			vencimento.New(p.DueDays, p.Operator.Rules.DueDayWithoutRequest),
			requests,
			acompanhamento.New(p.Progress, requests.Name, p.Operator),
			person,
		},
		Identify: identificacao.New(p.Holders, p.Guesses, p.Operator.Documents.How),
		Person:   person,
		Ear:      ear(),
		Name:     p.Operator.Name,
		Phone:    phone(p.Operator),
		Zone:     store.Zone,
		Beside: []*bot.Flow{
			golpe.New(golpe.Services{Judge: p.Judge, Doubts: p.Doubts, Files: p.Files, Name: p.Operator.Name, Payee: p.Payee, Phone: phone(p.Operator), Copies: copies.Name}),
			privacidade.New(p.Tables, p.Talks, p.Operator), acompanhamento.Mute(p.Progress),
		},
		Notice:   privacidade.Notice(p.Operator),
		Give:     segundavia.Hand(p.Bills, p.Pix, p.Print, p.Payee),
		Survey:   avaliacao.New(p.Ratings),
		Patience: p.Operator.Attendance.Patience,
		Attended: p.Operator.Attendance.Silence,
	}
}

// phone is what people call first.
func phone(op store.Operator) string {
	if len(op.Phones) == 0 {
		return ""
	}
	return op.Phones[0].Number
}
