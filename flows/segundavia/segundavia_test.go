package segundavia_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/flows/segundavia"
	"lojavirtual/store"
	"lojavirtual/store/brcode"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

// The conversations, each with someone of the demo who is already known.
func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	pix := brcode.Static{Key: "9d36b84f-c70b-478f-b95c-12729b90ca25", Name: "Companhia de Saneamento", City: "Aracaju"}
	print := func(_ context.Context, _ string, b store.BillCopy, _ store.Charge) ([]byte, error) {
		return []byte("the PDF of " + b.Month.String()), nil
	}
	banks := []store.Bank{{Name: "Banese", Link: "https://www.banese.com.br"}}
	flow := segundavia.New(demo, pix, print, "Companhia de Saneamento, CNPJ 11.222.333/0001-81", banks)
	session := new(bot.Session)
	be := func(name string) func() {
		return func() {
			who := demo.Person(name)
			session.Identity = &bot.Identity{Customer: who.Customer, Property: who.Property}
		}
	}
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		*session = bot.Session{ID: "test:someone", Protocol: "2605200000000001"}
		happens := map[string]func(){
			"store is away":               func() { demo.Away = true },
			"store is back":               func() { demo.Away = false },
			"store is sick":               func() { demo.Bug = true },
			"the second bill is paid":     func() { demo.Pay(owed(t, demo, session)[1].ID) },
			"the last bill is paid":       func() { demo.Pay(owed(t, demo, session)[len(owed(t, demo, session))-1].ID) },
			"all bills are in a contract": func() { demo.Contract(session.Identity.Property) },
			"the customer moves out":      func() { demo.Leave(session.Identity.Property) },
		}
		for _, p := range postgres.DemoPeople() {
			happens["it is "+p.Name] = be(p.Name)
		}
		return bottest.World{
			Engine: &bot.Engine{
				Flows: []*bot.Flow{flow}, Reference: func() string { return "K7Q2" },
				Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			},
			Session: session,
			Happens: happens,
		}
	})
}

func owed(t *testing.T, demo *flowtest.Store, s *bot.Session) []store.Bill {
	t.Helper()
	bills, err := demo.Bills(t.Context(), s.Identity.Property)
	if err != nil {
		t.Fatal(err)
	}
	return bills.List
}
