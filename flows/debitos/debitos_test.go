package debitos_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/debitos"
	"lojavirtual/flows/flowtest"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

func TestTranscripts(t *testing.T) {
	flow, world := flowtest.World(t, "debitos")
	bottest.Play(t, flow, world)
}

// One company is not asked about, and without any there is no card.
func TestCompanies(t *testing.T) {
	demo := flowtest.Demo(t)
	who := demo.Person("MARIA DAS DORES SANTOS")
	for companies := range 2 {
		services := demo.Services()
		services.Companies = services.Companies[:companies]
		engine := &bot.Engine{Flows: []*bot.Flow{debitos.New(services)}, Log: slog.New(slog.DiscardHandler)}
		s := bot.Session{ID: "test:maria", Protocol: "1", Identity: &bot.Identity{Customer: who.Customer, Property: who.Property}}
		var last []bot.Reply
		for i, said := range []string{"negociar", "todas", "pagar", "cartão"} {
			var err error
			at := time.Date(2026, 5, 20, 12, i, 0, 0, time.UTC)
			if s, last, err = engine.Handle(t.Context(), s, bot.Message{ID: fmt.Sprint(i), Channel: "test", From: "maria", Text: said, At: at}); bot.FaultOf(err) > bot.Slip {
				t.Fatal(err)
			}
		}
		offered := slices.Contains(last[len(last)-1].Options, "Cartão")
		if linked := last[0].Link != nil; linked != (companies == 1) || offered != (companies == 1) {
			t.Errorf("with %d companies: offered %t, linked %t", companies, offered, linked)
		}
		if companies == 1 && !strings.Contains(last[0].Text, "juros de 2,9% ao mês") {
			t.Errorf("the costs are not told: %s", last[0].Text)
		}
	}
}

// The same choice of a person on the same day is one statement and one Pix,
// however it was made; another choice is another.
func TestTheSameChoiceIsOneStatement(t *testing.T) {
	demo := flowtest.Demo(t)
	engine := &bot.Engine{Flows: []*bot.Flow{debitos.New(demo.Services())}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	who := demo.Person("MARIA DAS DORES SANTOS")
	pix := func(chat string, which ...string) (code string) {
		s := bot.Session{ID: chat, Protocol: "1", Identity: &bot.Identity{Customer: who.Customer, Property: who.Property}}
		for i, said := range append(append([]string{"negociar"}, which...), "pagar", "pix") {
			var replies []bot.Reply
			var err error
			at := time.Date(2026, 5, 20, 12, i, 0, 0, time.UTC)
			if s, replies, err = engine.Handle(t.Context(), s, bot.Message{ID: fmt.Sprint(i), Channel: "test", From: strings.TrimPrefix(chat, "test:"), Text: said, At: at}); err != nil {
				t.Fatal(err)
			}
			for _, r := range replies {
				if r.Copy != "" {
					code = r.Copy
				}
			}
		}
		return code
	}
	one := pix("test:1", "1 e 3")
	for _, which := range [][]string{{"1, 3"}, {"todas", "tira 2"}, {"3", "mais 1"}} {
		if again := pix("test:1", which...); again != one {
			t.Errorf("%q gave another code", which)
		}
	}
	if other := pix("test:1", "todas"); other == one || other == "" {
		t.Error("another choice gave the same code")
	}
	if theirs := pix("test:2", "1 e 3"); theirs == one || theirs == "" {
		t.Error("another person got the same statement")
	}
	kept, err := demo.Kept(t.Context(), "test:1")
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) != 1 || kept[0].Kind != "effect" || kept[0].Count != 2 {
		t.Errorf("of this person we keep %+v", kept)
	}
}

// An outage after the statement was issued does not issue a second one.
func TestAnOutageAfterTheIssue(t *testing.T) {
	demo := flowtest.Demo(t)
	services := demo.Services()
	print, outages := services.Print, 2
	services.Print = func(ctx context.Context, key string, s store.Statement, charge store.PixCode) ([]byte, error) {
		if outages--; outages >= 0 {
			return nil, fmt.Errorf("issue document: %w", context.DeadlineExceeded)
		}
		return print(ctx, key, s, charge)
	}
	who := demo.Person("MARIA DAS DORES SANTOS")
	engine := &bot.Engine{Flows: []*bot.Flow{debitos.New(services)}, Log: slog.New(slog.DiscardHandler)}
	s := bot.Session{ID: "test:maria", Protocol: "1", Identity: &bot.Identity{Customer: who.Customer, Property: who.Property}}
	var names []string
	for i, said := range []string{"negociar", "todas", "pagar", "pdf", "pdf", "pdf", "pdf"} {
		at := time.Date(2026, 5, 20, 12, i, 0, 0, time.UTC)
		next, replies, err := engine.Handle(t.Context(), s, bot.Message{ID: fmt.Sprint(i), Channel: "test", From: "maria", Text: said, At: at})
		if fault := bot.FaultOf(err); fault != bot.None && fault != bot.Outage {
			t.Fatal(err)
		}
		s = next
		for _, r := range replies {
			if r.Document != nil {
				names = append(names, r.Document.Name)
			}
		}
	}
	if strings.Join(names, " ") != "extrato-1.pdf extrato-1.pdf" {
		t.Errorf("she has %q", names)
	}
}
