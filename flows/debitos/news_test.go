package debitos_test

import (
	"strings"
	"testing"
	"time"

	"lojavirtual/bot/bottest"
	"lojavirtual/flows/debitos"
	"lojavirtual/store"
)

func TestNews(t *testing.T) {
	bill := store.Debt{Kind: store.OwnBill, ID: 900022, Month: 202603, Value: 14000}
	slip := store.Debt{Kind: store.Slip, ID: 1, Text: "*Corte*", Value: 5000}
	credit := store.Debt{Kind: store.Credit, ID: 2, Value: 1000}
	paid := store.Charge{
		ID: "abcdefghijklmnopqrstuvwxyz", Property: 1043722, Provider: store.ByPix, Debts: []store.Debt{bill, credit}, Total: 14000, Received: 14000,
		State: store.ChargePaid, PaidAt: time.Date(2026, 5, 20, 15, 0, 0, 0, time.UTC),
	}
	with := func(change func(c *store.Charge)) store.Charge {
		c := paid
		change(&c)
		return c
	}
	for _, c := range []struct {
		name   string
		charge store.Charge
		says   []string // nothing is said without
		silent []string
	}{
		{"paid", paid, []string{"*Pagamento confirmado*", "conta de 03/2026 da matrícula 104372.2", "140,00", "20/05/2026", "`abcdefghijklmnopqrstuvwxyz`", "Não precisa"}, []string{"atendente"}},
		{"several", with(func(c *store.Charge) { c.Debts = append(c.Debts, slip) }), []string{"2 débitos da matrícula"}, nil},
		{"a slip, whose words are no marks", with(func(c *store.Charge) { c.Debts = []store.Debt{slip} }), []string{"Guia", "corte"}, []string{" *corte*"}},
		{"double", with(func(c *store.Charge) { c.Marks.Double, c.Protocol = true, "202605200001" }), []string{"mais de um pagamento", "protocolo `202605200001`"}, []string{"Não precisa", "atendente"}},
		{"double, and no request could be opened", with(func(c *store.Charge) { c.Marks.Double = true }), []string{"mais de um pagamento", "Guarde o comprovante", "*atendente*"}, []string{"Abri"}},
		{"late and over", with(func(c *store.Charge) { c.Marks = store.ChargeMarks{Late: true, Over: true}; c.Received = 20000 }), []string{"depois do prazo", "200,00", "que era R$\u00a0140,00"}, nil},
		{"short", with(func(c *store.Charge) { c.State, c.Marks.Short = store.ChargeOpen, true }), []string{"não quita", "03/2026"}, []string{"confirmado"}},
		{"refunded", with(func(c *store.Charge) { c.State, c.Received = store.ChargeRefunded, 0 }), []string{"*devolvido*", "*débitos*"}, []string{"confirmado"}},
		{"refunded in part", with(func(c *store.Charge) {
			c.State, c.Received, c.Marks.Short, c.Protocol = store.ChargeRefunded, 9000, true, "202605200001"
		}), []string{"*Parte*", "*devolvida*", "140,00", "90,00", "protocolo `202605200001`"}, []string{"Chegou um pagamento menor", "*débitos*"}},
		{"open", with(func(c *store.Charge) { c.State = store.ChargeOpen }), nil, nil},
		{"a Pix expired", with(func(c *store.Charge) { c.State = store.ChargeExpired }), nil, nil},
		{"a Pix cancelled", with(func(c *store.Charge) { c.State = store.ChargeCancelled }), nil, nil},
		{"a card refused", with(func(c *store.Charge) { c.Provider, c.State = "facil", store.ChargeRefused }), []string{"*recusado*", "nada foi cobrado", "03/2026", "*débitos*"}, []string{"confirmado"}},
		{"a card cancelled", with(func(c *store.Charge) { c.Provider, c.State = "facil", store.ChargeCancelled }), []string{"*cancelado*", "nada foi cobrado", "*débitos*"}, nil},
		{"a card expired", with(func(c *store.Charge) { c.Provider, c.State = "facil", store.ChargeExpired }), []string{"no prazo", "*débitos*", "Se você já pagou"}, []string{"nada foi cobrado"}},
		{"a card expired, with too little", with(func(c *store.Charge) {
			c.Provider, c.State, c.Marks.Short, c.Protocol = "facil", store.ChargeExpired, true, "202605200001"
		}), []string{"não quita", "protocolo"}, []string{"Se você já pagou"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			replies := debitos.News(c.charge)
			if (len(replies) > 0) != (len(c.says) > 0) {
				t.Fatalf("%d replies", len(replies))
			}
			for _, wrong := range bottest.Wrong(replies) {
				t.Error(wrong)
			}
			for _, r := range replies {
				for _, says := range c.says {
					if !strings.Contains(r.Text, says) {
						t.Errorf("it does not say %q: %s", says, r.Text)
					}
				}
				for _, silent := range c.silent {
					if strings.Contains(r.Text, silent) {
						t.Errorf("it says %q: %s", silent, r.Text)
					}
				}
			}
		})
	}
}
