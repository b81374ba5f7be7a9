package flowtest

import (
	"context"
	"time"

	"lojavirtual/bot"
	"lojavirtual/flows/debitos"
	"lojavirtual/store"
	"lojavirtual/store/brcode"
)

// Who is paid.
const payee = "Companhia de Saneamento, CNPJ 11.222.333/0001-81"

// codes are static, and behave as those of a bank if the Store says so.
type codes struct{ *Store }

var static = brcode.Static{Key: "9d36b84f-c70b-478f-b95c-12729b90ca25", Name: "Companhia de Saneamento", City: "Aracaju"}

func (c codes) Charge(ctx context.Context, key string, f store.ChargeForm) (store.PixCode, store.Refusal, error) {
	code, _, err := static.Charge(ctx, key, f)
	return c.kept(code, f, err)
}

func (c codes) ChargeStatement(ctx context.Context, key string, f store.ChargeForm, x store.Statement) (store.PixCode, store.Refusal, error) {
	code, _, err := static.ChargeStatement(ctx, key, f, x)
	return c.kept(code, f, err)
}

func (c codes) kept(code store.PixCode, f store.ChargeForm, err error) (store.PixCode, store.Refusal, error) {
	if c.NoPix != store.NotRefused {
		return store.PixCode{}, c.NoPix, nil
	}
	if c.Bank {
		code.Until = store.DateOf(f.Expires.Add(-1))
	}
	return code, store.NotRefused, err
}

// cards are the ledger's, without companies behind it: what they say happens.
type cards struct{ *Store }

func (c cards) Offer(ctx context.Context, key string, f store.ChargeForm) (store.CardLink, store.Refusal, error) {
	if c.NoPix != store.NotRefused {
		return store.CardLink{}, c.NoPix, nil
	}
	charge, refusal, err := c.OfferCharge(ctx, key, f)
	c.charge = charge.ID
	return linkTo(charge), refusal, err
}

func (c cards) Underway(ctx context.Context, session string, property int64) (store.CardLink, bool, error) {
	charge, ok, err := c.CardUnderway(ctx, session, property)
	return linkTo(charge), ok, err
}

func (c cards) Withdraw(ctx context.Context, session, charge string, at time.Time) (store.Charge, store.Refusal, error) {
	if c.Stuck != store.NotRefused {
		return store.Charge{}, c.Stuck, nil
	}
	if c.Confirmed { // while we asked it to close the page
		c.tell(store.EventPaid)
	}
	closed, _, err := c.CancelCharge(ctx, charge, at)
	return closed, store.NotRefused, err
}

// linkTo has an address that stays the same in transcripts.
func linkTo(c store.Charge) store.CardLink {
	return store.CardLink{Charge: c, Address: "https://loja.exemplo/pay/abc"}
}

// GoToCompany takes whoever was last offered a charge by card to its company, a
// minute later.
func (s *Store) GoToCompany() {
	s.t.Helper()
	c, _, err := s.Charge(s.t.Context(), s.charge)
	if err != nil {
		s.t.Fatal(err)
	}
	o, ok, err := s.OpenCharge(s.t.Context(), c.ID, c.Offered.Add(time.Minute))
	if err != nil || !ok || o.Charge.State != store.ChargeOpen {
		s.t.Fatalf("charge %s does not open: %d, %v", c.ID, o.Refusal, err)
	}
}

// tell lets the company say what became of the last charge, two minutes after it
// was offered.
func (s *Store) tell(kind store.ChargeEventKind) {
	s.t.Helper()
	c, _, err := s.Charge(s.t.Context(), s.charge)
	if err != nil {
		s.t.Fatal(err)
	}
	at := c.Offered.Add(2 * time.Minute)
	event := store.ChargeEvent{Provider: c.Provider, ID: c.ID + "/" + string(kind), Charge: c.ID, Kind: kind, At: at}
	if kind == store.EventPaid {
		event.Payment, event.Amount = c.ID, c.Total
	}
	if _, _, err := s.RecordEvent(s.t.Context(), event, at); err != nil {
		s.t.Fatal(err)
	}
}

// Services is what debts are negotiated with.
func (s *Store) Services() debitos.Services {
	return debitos.Services{
		Debts: s,
		Pix:   codes{s},
		Payee: payee,
		Print: func(_ context.Context, _ string, s store.Statement, charge store.PixCode) ([]byte, error) {
			return paper.Statement(s, charge, seal)
		},
		Simulator: "parcelamento",
		Card:      cards{s},
		Companies: []store.CardCompany{
			{ID: "facil", Name: "Cartão Fácil", Costs: "até 12 vezes, com juros de 2,9% ao mês"},
			{ID: "paguemais", Name: "Pague Mais", Costs: "só à vista, com taxa de 3,5%."},
		},
		Reserved: store.CardTime,
	}
}

func (s *stage) debitos() *bot.Flow {
	review := func(bill int64) {
		s.Exec(`UPDATE faturamento.conta SET cnta_dtrevisao = $2::date, cmrv_id = 91 WHERE cnta_id = $1::int`, bill, Today)
	}
	all := func(change func(bill int64)) func() {
		return func() {
			for id := s.selectable(); id != 0; id = s.selectable() {
				change(id)
			}
		}
	}
	s.happens = map[string]func(){
		"the oldest bill is paid":       func() { s.Pay(s.selectable()) },
		"the oldest is put into review": func() { review(s.selectable()) },
		"all bills are paid":            all(s.Pay),
		"all bills are put into review": all(review),
		"the newest bill is corrected": s.execThere(`UPDATE faturamento.conta SET cnta_vlagua = cnta_vlagua - 10 WHERE cnta_id =
			(SELECT max(cnta_id) FROM faturamento.conta WHERE imov_id = $1::int)`),
		"a credit is granted":                             func() { s.credit(5000) },
		"a large credit is granted":                       func() { s.credit(500000) },
		"bills go to the group":                           s.execThere(`UPDATE cadastro.imovel SET icte_id = 9 WHERE imov_id = $1::int`),
		"collection forbids documents":                    s.execThere(`UPDATE cadastro.imovel SET cbsp_id = 2 WHERE imov_id = $1::int`),
		"statements from R$ 200 are no":                   s.limit(200),
		"statements from R$ 150 are no":                   s.limit(150),
		"bills of before May are corrected by the tariff": s.byTariff,
		"paying at once is cheaper": func() {
			s.Exec(`UPDATE cadastro.sistema_parametros SET rdir_id = 21`)
			s.Reload()
		},
		"there are forty bills":   s.pile,
		"she goes to the company": s.GoToCompany,
		"the company confirms":    func() { s.tell(store.EventPaid) },
		"the company refuses":     func() { s.tell(store.EventRefused) },
		"she has paid meanwhile":  func() { s.Confirmed = true },
		"the company is away":     func() { s.Stuck = store.CompanyAway },
		"the company looks at it": func() { s.Stuck = store.PaymentPending },
		"the company is back":     func() { s.Stuck = store.NotRefused },
		"its time is over":        func() { s.Exec(`UPDATE loja.charge SET expires_at = offered_at WHERE id = $1::text`, s.charge) },
	}
	simulator := bot.NewFlow(bot.About{Name: "parcelamento", Title: "Simulador de Parcelamento", Words: []string{"simulador"}}, []bot.Step[struct{}]{{
		State: "starting", Label: "começando",
		Do: func(_ context.Context, t *bot.Turn[struct{}]) (bot.Event, error) {
			t.Say("(aqui começa o simulador de parcelamento)")
			return "over", nil
		},
		On: bot.On{"over": bot.End},
	}})
	flow := debitos.New(s.Services())
	s.engine.Flows = []*bot.Flow{flow, simulator}
	return flow
}

// selectable is the oldest bill that can be chosen, 0 for none.
func (s *stage) selectable() int64 {
	owed, err := s.Debts(s.t.Context(), s.property())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range owed.List {
		if d.Kind == store.OwnBill && d.Selectable() {
			return d.ID
		}
	}
	return 0
}

// limit makes statements of so many reais and more need a bank slip.
func (s *stage) limit(reais int) func() {
	return func() {
		s.Exec(`UPDATE cadastro.sistema_parametros SET parm_vlextratofichacomp = $1::int`, reais)
		s.Reload()
	}
}

// byTariff makes late bills of before May cost what only the counter can say.
func (s *stage) byTariff() {
	s.Exec(`UPDATE cadastro.sistema_parametros SET parm_icatualizacaotarifaria = 1, parm_amatualizacaotarifaria = 202605`)
	s.Reload()
}

func (s *stage) credit(cents int) {
	s.Exec(`INSERT INTO faturamento.credito_a_realizar_geral (crar_id, cage_ichistorico) VALUES (599999, 2)`)
	s.Exec(`
		INSERT INTO faturamento.credito_a_realizar (crar_id, imov_id, crti_id, crar_tmatucredito, crar_vlresidualmesanterior, crar_vlcredito,
		       crar_nnprestacaocredito, crar_nnprestacaorealizadas, loca_id, qdra_id, lict_id, dcst_idatual, crog_id)
		SELECT 599999, imov_id, 1, $2::date, 0, $3::numeric / 100, 1, 0, loca_id, qdra_id, 1, 0, 1
		  FROM cadastro.imovel WHERE imov_id = $1::int`, s.property(), Today, cents)
}

// pile gives 37 older bills like the newest one, for 40 in all.
func (s *stage) pile() {
	const newest = `(SELECT max(cnta_id) FROM faturamento.conta WHERE imov_id = $1::int AND cnta_id < 980000)`
	s.Exec(`INSERT INTO faturamento.conta_geral (cnta_id, cntg_ichistorico) SELECT 980000 + n, 2 FROM generate_series(1, 37) n`)
	s.Exec(`
		INSERT INTO faturamento.conta
		SELECT (json_populate_record(c, json_build_object('cnta_id', 980000 + n, 'cnta_amreferenciaconta', to_char(m, 'YYYYMM'),
		       'cnta_dtvencimentoconta', m + interval '44 days'))).*
		  FROM faturamento.conta c, generate_series(1, 37) n, LATERAL (SELECT date '2023-01-01' + n * interval '1 month' AS m) x
		 WHERE cnta_id = `+newest, s.property())
	s.Exec(`
		INSERT INTO cadastro.cliente_conta (clct_id, clie_id, cnta_id, crtp_id, clct_icnomeconta)
		SELECT 980000 + n, clie_id, 980000 + n, crtp_id, clct_icnomeconta FROM cadastro.cliente_conta, generate_series(1, 37) n
		 WHERE crtp_id = 2 AND cnta_id = `+newest, s.property())
}
