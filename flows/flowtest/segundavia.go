package flowtest

import (
	"context"

	"lojavirtual/bot"
	"lojavirtual/flows/segundavia"
	"lojavirtual/store"
)

func (s *stage) segundavia() *bot.Flow {
	pay := func(bill func([]store.Bill) store.Bill) func() {
		return func() {
			owed, err := s.Bills(s.t.Context(), s.property())
			if err != nil {
				s.t.Fatal(err)
			}
			s.Pay(bill(owed.List).ID)
		}
	}
	s.happens = map[string]func(){
		"the second bill is paid": pay(func(bills []store.Bill) store.Bill { return bills[1] }),
		"the last bill is paid":   pay(func(bills []store.Bill) store.Bill { return bills[len(bills)-1] }),
		"the bank's contract is closed": func() {
			s.Exec(`UPDATE arrecadacao.arrecadador_contrato SET arct_dtcontratoencerramento = $1::date`, Today)
			s.Reload()
		},
	}
	s.engine.Give = segundavia.Hand(s, codes{s.Store}, s.bill, payee)
	return segundavia.New(s, codes{s.Store}, s.bill, payee, func() []store.Bank {
		return s.Linked([]store.Bank{{Name: "Banese", Link: "https://www.banese.com.br", Code: "47"}})
	})
}

// bill draws a bill.
func (s *stage) bill(_ context.Context, _ string, b store.BillCopy, charge store.PixCode) ([]byte, error) {
	return paper.Bill(b, charge, seal)
}
