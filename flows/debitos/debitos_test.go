package debitos_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/debitos"
	"lojavirtual/flows/flowtest"
	"lojavirtual/store"
	"lojavirtual/store/brcode"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

// with is what the conversation is made with; what is printed names what it is of.
func with(demo *flowtest.Store) debitos.Services {
	return debitos.Services{
		Debts: demo,
		Pix:   brcode.Static{Key: "9d36b84f-c70b-478f-b95c-12729b90ca25", Name: "Companhia de Saneamento", City: "Aracaju"},
		Payee: "Companhia de Saneamento, CNPJ 11.222.333/0001-81",
		Print: func(_ context.Context, _ string, s store.Statement, _ store.Charge) ([]byte, error) {
			return fmt.Appendf(nil, "the PDF of %d", s.Number), nil
		},
		Simulator: "parcelamento",
	}
}

// simulator stands in for the flow that simulates deals.
func simulator() *bot.Flow {
	return bot.NewFlow(bot.About{Name: "parcelamento", Title: "Simulador de Parcelamento", Words: []string{"simulador"}}, []bot.Step[struct{}]{{
		State: "starting", Label: "começando",
		Do: func(_ context.Context, t *bot.Turn[struct{}]) (bot.Event, error) {
			t.Say("(aqui começa o simulador de parcelamento)")
			return "over", nil
		},
		On: bot.On{"over": bot.End},
	}})
}

// The conversations, each with someone of the demo who is already known.
func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	flow := debitos.New(with(demo))
	session := new(bot.Session)
	property := func() int64 { return session.Identity.Property }
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		*session = bot.Session{ID: "test:someone", Protocol: "2605200000000001"}
		happens := map[string]func(){
			"store is away":                 func() { demo.Away = true },
			"store is back":                 func() { demo.Away = false },
			"store is sick":                 func() { demo.Bug = true },
			"the oldest bill is paid":       func() { demo.Pay(first(t, demo, property())) },
			"the oldest is put into review": func() { review(demo, first(t, demo, property())) },
			"all bills are paid": func() {
				for id := first(t, demo, property()); id != 0; id = first(t, demo, property()) {
					demo.Pay(id)
				}
			},
			"all bills are put into review": func() {
				for id := first(t, demo, property()); id != 0; id = first(t, demo, property()) {
					review(demo, id)
				}
			},
			"the newest bill is corrected": func() {
				demo.Exec(`UPDATE faturamento.conta SET cnta_vlagua = cnta_vlagua - 10 WHERE cnta_id =
					(SELECT max(cnta_id) FROM faturamento.conta WHERE imov_id = $1::int)`, property())
			},
			"a credit is granted":           func() { credit(demo, property(), 5000) },
			"a large credit is granted":     func() { credit(demo, property(), 500000) },
			"all bills are in a contract":   func() { demo.Contract(property()) },
			"bills go to the group":         func() { demo.Exec(`UPDATE cadastro.imovel SET icte_id = 9 WHERE imov_id = $1::int`, property()) },
			"collection forbids documents":  func() { forbid(demo, property()) },
			"statements from R$ 200 are no": func() { limit(demo) },
			"paying at once is cheaper": func() {
				demo.Exec(`UPDATE cadastro.sistema_parametros SET rdir_id = 21`)
				demo.Reload()
			},
			"the customer moves out": func() { demo.Leave(property()) },
			"there are forty bills":  func() { pile(demo, property()) },
		}
		for _, p := range postgres.DemoPeople() {
			happens["it is "+p.Name] = func() {
				who := demo.Person(p.Name)
				session.Identity = &bot.Identity{Customer: who.Customer, Property: who.Property}
			}
		}
		return bottest.World{
			Engine: &bot.Engine{
				Flows: []*bot.Flow{flow, simulator()}, Reference: func() string { return "K7Q2" },
				Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			},
			Session: session,
			Happens: happens,
		}
	})
}

// first is the oldest bill that can be chosen, 0 for none.
func first(t *testing.T, demo *flowtest.Store, property int64) int64 {
	t.Helper()
	owed, err := demo.Debts(t.Context(), property)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range owed.List {
		if d.Kind == store.OwnBill && d.Selectable() {
			return d.ID
		}
	}
	return 0
}

func review(demo *flowtest.Store, bill int64) {
	demo.Exec(`UPDATE faturamento.conta SET cnta_dtrevisao = $2::date, cmrv_id = 91 WHERE cnta_id = $1::int`, bill, flowtest.Today)
}

func credit(demo *flowtest.Store, property int64, cents int) {
	demo.Exec(`INSERT INTO faturamento.credito_a_realizar_geral (crar_id, cage_ichistorico) VALUES (599999, 2)`)
	demo.Exec(`
		INSERT INTO faturamento.credito_a_realizar (crar_id, imov_id, crti_id, crar_tmatucredito, crar_vlresidualmesanterior, crar_vlcredito,
		       crar_nnprestacaocredito, crar_nnprestacaorealizadas, loca_id, qdra_id, lict_id, dcst_idatual, crog_id)
		SELECT 599999, imov_id, 1, $2::date, 0, $3::numeric / 100, 1, 0, loca_id, qdra_id, 1, 0, 1
		  FROM cadastro.imovel WHERE imov_id = $1::int`, property, flowtest.Today, cents)
}

func forbid(demo *flowtest.Store, property int64) {
	demo.Exec(`UPDATE cadastro.imovel SET cbsp_id = 2 WHERE imov_id = $1::int`, property)
}

func limit(demo *flowtest.Store) {
	demo.Exec(`UPDATE cadastro.sistema_parametros SET parm_vlextratofichacomp = 200`)
	demo.Reload()
}

// pile gives a property 37 older bills like its newest one, for 40 in all.
func pile(demo *flowtest.Store, property int64) {
	const newest = `(SELECT max(cnta_id) FROM faturamento.conta WHERE imov_id = $1::int AND cnta_id < 980000)`
	demo.Exec(`INSERT INTO faturamento.conta_geral (cnta_id, cntg_ichistorico) SELECT 980000 + n, 2 FROM generate_series(1, 37) n`)
	demo.Exec(`
		INSERT INTO faturamento.conta
		SELECT (json_populate_record(c, json_build_object('cnta_id', 980000 + n, 'cnta_amreferenciaconta', to_char(m, 'YYYYMM'),
		       'cnta_dtvencimentoconta', m + interval '44 days'))).*
		  FROM faturamento.conta c, generate_series(1, 37) n, LATERAL (SELECT date '2023-01-01' + n * interval '1 month' AS m) x
		 WHERE cnta_id = `+newest, property)
	demo.Exec(`
		INSERT INTO cadastro.cliente_conta (clct_id, clie_id, cnta_id, crtp_id, clct_icnomeconta)
		SELECT 980000 + n, clie_id, 980000 + n, crtp_id, clct_icnomeconta FROM cadastro.cliente_conta, generate_series(1, 37) n
		 WHERE crtp_id = 2 AND cnta_id = `+newest, property)
}

// A card is offered and leads to its company only if there is one.
func TestCard(t *testing.T) {
	demo := flowtest.Demo(t)
	services := with(demo)
	services.Card = checkout("https://cartao.example/")
	who := demo.Person("MARIA DAS DORES SANTOS")
	engine := &bot.Engine{Flows: []*bot.Flow{debitos.New(services)}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	s := bot.Session{ID: "test:maria", Protocol: "1", Identity: &bot.Identity{Customer: who.Customer, Property: who.Property}}
	var last []bot.Reply
	for i, said := range []string{"negociar", "todas", "pagar", "cartão", "cartão"} {
		var err error
		at := time.Date(2026, 5, 20, 12, i, 0, 0, time.UTC)
		if s, last, err = engine.Handle(t.Context(), s, bot.Message{ID: fmt.Sprint(i), Channel: "test", From: "maria", Text: said, At: at}); err != nil {
			t.Fatal(err)
		}
		if i >= 3 && (last[0].Link == nil || !strings.HasPrefix(last[0].Link.Address, "https://cartao.example/test:maria/extrato/1043722/20/05/2026/")) {
			t.Fatalf("the card leads to %+v", last[0].Link)
		}
	}
}

type checkout string

func (c checkout) Checkout(_ context.Context, key string, _ store.Statement) (string, error) {
	return string(c) + key, nil
}

// The same choice of a person on the same day is one statement and one Pix,
// however it was made; another choice is another.
func TestTheSameChoiceIsOneStatement(t *testing.T) {
	demo := flowtest.Demo(t)
	engine := &bot.Engine{Flows: []*bot.Flow{debitos.New(with(demo))}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
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
	services := with(demo)
	print, outages := services.Print, 2
	services.Print = func(ctx context.Context, key string, s store.Statement, charge store.Charge) ([]byte, error) {
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
