// Package parcelamento is the conversation in which a customer sees what their
// debt would cost in instalments ("Simulador de Parcelamento"): the debt with its
// discounts, the entrada, the numbers of instalments, the price in cash, and
// what fits into so much a month. It promises nothing: whatever has figures says
// that it is a simulation, and the deal itself is made at the counter.
//
// # Why a CPF may be asked for again
//
// GSAN's simulator wants the CPF of the owner or the occupant (gsan-rules ID-11).
// Most people have just said that to be identified, and are not asked twice. A
// company, and somebody who only pays the bills, are asked for the CPF of one who
// owns or occupies. A wrong one is answered in the same words whoever's it is,
// and counts as a guess like those of the identification.
package parcelamento

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
	"lojavirtual/store/instalment"
)

// Deals is all that this conversation may know of a property.
type Deals interface {
	// Debts returns what the property owes.
	Debts(ctx context.Context, property int64) (store.Debts, error)
	// Deal returns what a simulation takes of a property that owes this, and
	// whether the customer is entitled to one without saying a CPF.
	Deal(ctx context.Context, customer, property int64, owed store.Debts) (c instalment.Case, entitled bool, err error)
	// MayDeal tells whether the CPF is that of an owner or occupant of today.
	MayDeal(ctx context.Context, property int64, cpf string) (bool, error)
}

// Guesses keeps strangers from trying CPFs until one fits. Every guess is
// counted before it is looked up; one that was right, or could not be looked up,
// is given back.
type Guesses interface {
	// Try looks whether a guess is right, once for the same key. If there were too
	// many it is not looked up, and wait says how long to pause.
	Try(ctx context.Context, key, chat string, property int64, document string, now time.Time, look func() (right bool, err error)) (right bool, wait time.Duration, err error)
}

const (
	checking, proving, presenting bot.State = "checking", "proving", "presenting"
	choosing, listing             bot.State = "choosing", "listing"
	entering, budgeting           bot.State = "entering", "budgeting"
	concluding                    bot.State = "concluding"

	refused, stranger, known       bot.Event = "refused", "stranger", "known"
	unmatched, stopped             bot.Event = "unmatched", "stopped"
	presented, cashOnly            bot.Event = "presented", "cash_only"
	detailed, listed, changed      bot.Event = "detailed", "listed", "changed"
	otherEntrada, byMonth, entered bot.Event = "other_entrada", "by_month", "entered"
	unfit, again, done             bot.Event = "unfit", "again", "done"
)

// What the buttons say besides the numbers of instalments.
const (
	allPlans    = "Ver todas"
	morePlans   = "Mais opções"
	fewerPlans  = "Menos opções"
	newEntrada  = "Outra entrada"
	monthly     = "Quanto cabe por mês?"
	inCash      = "À vista"
	noEntrada   = "Sem entrada"
	anotherOne  = "Outra simulação"
	howToClose  = "Como fechar o acordo"
	nothingMore = "Nada mais"
)

// commands are those that are understood also where they are not shown.
var commands = []string{newEntrada, monthly, inCash, nothingMore}

const (
	shortList = 5                // numbers of instalments shown at first
	pageSize  = 8                // and on a page of all of them
	worthIt   = store.Money(100) // saved by more entrada, to speak of it
	notice    = "Simulação: não vale como contrato."
)

// data is what we write down between two messages: the instalments as the
// customer saw them, by their number, and what they may answer.
type data struct {
	Proved    bool          `json:"p,omitempty"` // they said the CPF of an owner or occupant
	Entrada   *store.Money  `json:"e,omitempty"` // as they typed it; nil is the one suggested
	Each      []store.Money `json:"v,omitempty"` // the first is for one instalment
	Intro     string        `json:"i,omitempty"`
	Page      int           `json:"g,omitempty"` // of all instalments; 0 is the short list
	Free      int           `json:"r,omitempty"` // up to so many instalments bear no interest
	Debt      store.Money   `json:"d,omitempty"`
	Suggested store.Money   `json:"s,omitempty"`
	Floor     store.Money   `json:"f,omitempty"`
	Days      int           `json:"y,omitempty"` // to pay the entrada
}

type turn = bot.Turn[data]

// New returns the conversation. How says in a sentence or two how a customer
// registers their CPF; the offices are where a deal is made. Read the table, then
// the functions below it, which stand in the order of the table.
func New(deals Deals, guesses Guesses, how string, offices []store.Office) *bot.Flow {
	c := conversation{deals, guesses, how, offices}
	return bot.NewFlow(bot.About{
		Name:     "parcelamento",
		Title:    "Simulador de Parcelamento",
		Words:    []string{"parcelamento", "parcelar", "simulador", "simular parcelamento", "parcelas", "dividir a divida", "entrada"},
		Identify: true,
	}, []bot.Step[data]{
		{
			State: checking, Label: "vendo se o imóvel pode parcelar",
			Do: c.check,
			On: bot.On{known: presenting, stranger: proving, refused: bot.End},
		},

		{
			State: proving, Label: "perguntando o CPF do proprietário ou morador",
			Ask: func(t *turn) {
				t.Say("Para simular, digite o *CPF* do proprietário ou do morador do imóvel. Uso só para conferir e não guardo.")
			},
			Hear: c.prove,
			On:   bot.On{known: presenting, unmatched: proving, stopped: bot.End},
		},

		{
			State: presenting, Label: "calculando a simulação",
			Do: c.present,
			On: bot.On{presented: choosing, detailed: concluding, cashOnly: concluding, refused: bot.End},
		},

		{
			State: choosing, Label: "escolhendo o número de parcelas",
			Ask:  func(t *turn) { t.Offer(t.Data.Intro, rows(t.Data)...) },
			Hear: c.choose,
			On: bot.On{
				detailed: concluding, listed: listing, otherEntrada: entering, entered: presenting,
				byMonth: budgeting, unfit: budgeting, changed: presenting, done: bot.End,
			},
		},

		{
			State: listing, Label: "escolhendo entre todos os números de parcelas",
			Ask:  func(t *turn) { t.Offer(t.Data.Intro, rows(t.Data)...) },
			Hear: c.choose,
			On: bot.On{
				detailed: concluding, listed: listing, again: choosing, otherEntrada: entering, entered: presenting,
				byMonth: budgeting, unfit: budgeting, changed: presenting, done: bot.End,
			},
		},

		{
			State: entering, Label: "perguntando a entrada",
			Ask:  askEntrada,
			Hear: c.enter,
			On:   bot.On{entered: presenting, detailed: concluding, changed: presenting},
		},

		{
			State: budgeting, Label: "perguntando quanto cabe por mês",
			Ask:  func(t *turn) { t.Say("Quanto você consegue pagar *por mês*? Digite o valor, como *80* ou *80,00*.") },
			Hear: c.budget,
			On:   bot.On{detailed: concluding, unfit: budgeting, changed: presenting},
		},

		{
			State: concluding, Label: "oferecendo o próximo passo",
			Ask:  func(t *turn) { t.Offer("O que você quer fazer agora?", endings(t.Data)...) },
			Hear: c.conclude,
			On: bot.On{
				again: choosing, detailed: concluding, otherEntrada: entering, entered: presenting,
				byMonth: budgeting, unfit: budgeting, changed: presenting, done: bot.End,
			},
		},
	})
}

type conversation struct {
	deals   Deals
	guesses Guesses
	how     string
	offices []store.Office
}

// late are the refusals that GSAN comes to after the CPF.
var late = []instalment.Refusal{instalment.SingleBill, instalment.NoRedeal, instalment.NoLastBill}

func (c conversation) check(ctx context.Context, t *turn) (bot.Event, error) {
	_, owed, entitled, refusal, err := c.simulate(ctx, t)
	switch {
	case err != nil:
		return "", err
	case refusal != "" && !slices.Contains(late, refusal):
		refuse(t, refusal, owed)
		return refused, nil
	case entitled:
		return known, nil
	default:
		return stranger, nil
	}
}

// simulate computes everything anew.
func (c conversation) simulate(ctx context.Context, t *turn) (s instalment.Simulation, owed store.Debts, entitled bool, refusal instalment.Refusal, err error) {
	if owed, err = c.deals.Debts(ctx, t.Property()); err != nil {
		return s, owed, false, "", fmt.Errorf("read debts: %w", err)
	}
	what, entitled, err := c.deals.Deal(ctx, t.Identity().Customer, t.Property(), owed)
	if err != nil {
		return s, owed, false, "", fmt.Errorf("read what a deal takes: %w", err)
	}
	t.Data.Days = what.Days
	s, refusal = instalment.New(what)
	return s, owed, entitled, refusal, nil
}

// refuse says why there is no simulation, and what to do.
func refuse(t *turn, why instalment.Refusal, owed store.Debts) {
	switch why {
	case instalment.Running: // SIM-1
		t.Say("Este imóvel já tem um parcelamento em andamento. Só dá para simular outro depois de quitar esse.\nPara ver o que falta pagar, escolha *Negociar Débitos* no menu, ou digite *atendente*.")
	case instalment.DealtAlready: // SIM-2
		next := store.MonthOf(store.DateOf(t.At())).Add(1).First()
		t.Say("Este imóvel já fez um parcelamento neste mês. Você pode simular outro a partir de %s.\nSe precisar antes, digite *atendente*.", next)
	case instalment.Vacant: // DEB-15
		t.Say("Não encontrei um morador atual no cadastro deste imóvel, por isso não consigo mostrar os débitos por aqui. Para regularizar, digite *atendente*.")
	case instalment.Unpriced: // ACR-10
		t.Say("Há conta vencida de antes da mudança da tarifa, e o valor dela precisa ser calculado no atendimento. Sem esse valor, a simulação sairia errada.\nPara negociar, digite *atendente*.")
	case instalment.NoDebt: // SIM-3
		t.Say("Não há débito para parcelar na matrícula `%s`.%s", store.FormatMatricula(t.Property()), leftOut(owed))
	case instalment.NoProfile: // SIM-3
		t.Say("As regras de hoje não permitem simular o parcelamento deste imóvel pela internet. Para negociar, digite *atendente*.")
	case instalment.SingleBill: // SIM-4
		t.Say("As regras não permitem parcelar uma conta só, com este consumo. Para pagar, escolha *Segunda Via de Conta* no menu. Para negociar, digite *atendente*.")
	case instalment.NoRedeal: // SIM-8
		t.Say("Este imóvel já fez acordos demais para um novo parcelamento pela internet. Para negociar, digite *atendente*.")
	case instalment.NoLastBill: // SIM-17
		t.Say("Não consigo calcular a entrada deste imóvel por aqui. Para negociar, digite *atendente*.")
	}
}

// leftOut says what is owed and yet not in the simulation (SIM-4, DEB-3, DEB-7).
func leftOut(owed store.Debts) string {
	said := ""
	if slices.ContainsFunc(owed.List, func(d store.Debt) bool {
		return d.Status == store.UnderReview || d.Status == store.PartlyPaid || d.Status == store.InNegotiation
	}) {
		said += "\nO que está em revisão, ou com pagamento em análise, não entra na simulação."
	}
	if owed.Contracted {
		said += "\nO que já está em um contrato de parcelamento não entra na simulação."
	}
	return said
}

func (c conversation) prove(ctx context.Context, t *turn) (bot.Event, error) {
	document, err := answer.Document(t.Text())
	if err != nil {
		return "", err
	}
	if len(document) != 11 {
		return "", bot.Mistake("Aqui só vale CPF, do proprietário ou do morador. Se o imóvel é só de uma empresa, digite *atendente*.")
	}
	right, wait, err := c.guesses.Try(ctx, t.MessageKey(), t.Chat(), t.Property(), document, t.At(), func() (bool, error) { // each answer is a guess of its own
		return c.deals.MayDeal(ctx, t.Property(), document)
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("look for a CPF: %w", err)
	case wait > 0:
		t.Say("Por segurança, preciso fazer uma pausa nas tentativas. Tente de novo daqui a %s, ou digite *atendente*.", inWords(wait))
		return stopped, nil
	case !right:
		t.Say("O CPF não confere com o proprietário ou o morador deste imóvel no nosso cadastro. Confira e tente de novo.\n%s", c.how)
		return unmatched, nil
	}
	t.Data.Proved = true
	return known, nil
}

// inWords says a wait, rounded up.
func inWords(wait time.Duration) string {
	if minutes := int((wait + time.Minute - 1) / time.Minute); minutes <= 90 {
		return fmt.Sprintf("%d minutos", max(minutes, 2))
	}
	return fmt.Sprintf("%d horas", int((wait+time.Hour-1)/time.Hour))
}

// present shows the debt, unless it stands there already, and what can be
// chosen. What people said to get here may have chosen it.
func (c conversation) present(ctx context.Context, t *turn) (bot.Event, error) {
	s, owed, _, refusal, err := c.simulate(ctx, t)
	if err != nil {
		return "", err
	}
	if refusal != "" {
		refuse(t, refusal, owed)
		return refused, nil
	}
	if len(t.Data.Each) == 0 {
		summarize(t, s, owed)
	}
	options := note(t.Data, s)
	if len(options) == 0 {
		switch {
		case s.CashOnly(): // SIM-20
			t.Say("Para este débito, as regras só oferecem pagamento à vista.")
		case s.Suggested() >= s.Debt:
			t.Say("Pelas regras, a entrada deste débito já é o valor todo: não sobra nada para parcelar.")
		default:
			t.Say("O débito é pequeno demais para parcelar: cada parcela precisa ser de pelo menos %s.", s.LeastInstalment())
		}
		sayCash(t, s)
		return cashOnly, nil
	}
	wish := t.Opening()
	if n, ok := times(wish); ok && n <= len(options) {
		detail(t, s, options[n-1])
		return detailed, nil
	}
	if budget, ok := perMonth(wish); ok {
		if o, fits := s.Fit(budget); fits {
			detail(t, s, o)
			return detailed, nil
		}
	}
	return presented, nil
}

// summarize says what is owed and what is taken off (SIM-26). What follows says
// that it is a simulation.
func summarize(t *turn, s instalment.Simulation, owed store.Debts) {
	var b strings.Builder
	line := func(what string, m store.Money) {
		if m != 0 {
			b.WriteString(bot.Marked("\n• %s: %s", what, m))
		}
	}
	d := s.Debts
	b.WriteString(bot.Marked("Parcelamento da matrícula `%s`:", store.FormatMatricula(t.Property())))
	line(fmt.Sprintf("Contas (%d)", len(d.Bills)), d.BillsTotal())
	line("Multa, juros e atualização", d.Late().Total())
	line("Serviços", d.Services)
	line("Guias", d.Slips)
	line("Acordos anteriores", d.Deals)
	line("Créditos", -d.Credits)
	line("Desconto na multa e nos juros", -s.Discounts.Late)
	line("Desconto pela idade das contas", -s.Discounts.Age)
	line("Desconto pela água cortada", -s.Discounts.Idle)
	line("Desconto da campanha", -s.Discounts.Bands)
	line("Desconto em sanções", -s.Discounts.Sanctions)
	b.WriteString(bot.Marked("\n*A negociar: %s*%s", s.Debt, leftOut(owed)))
	if s.MayBeLess() {
		b.WriteString("\nNo atendimento pode haver mais desconto.")
	}
	t.Tell(b.String())
}

func (c conversation) choose(ctx context.Context, t *turn) (bot.Event, error) {
	if event, ok, err := c.grant(ctx, t); ok || err != nil {
		return event, err
	}
	all, shown := rows(t.Data), plans(t.Data)
	if n, ok := beyond(t.Text(), len(all)); ok { // "12" of ten rows is twelve times
		return c.pick(ctx, t, n)
	}
	i, err := answer.Choice(t.Text(), all...)
	switch {
	case err != nil:
		return "", err
	case i < len(shown):
		return c.pick(ctx, t, shown[i])
	}
	return c.do(ctx, t, all[i])
}

// grant does what was said in words, whatever rows are shown: "12x", "cabem 80
// por mês", "entrada de 100", "à vista".
func (c conversation) grant(ctx context.Context, t *turn) (event bot.Event, ok bool, err error) {
	said := t.Text()
	entrada, none := answer.Amount(said)
	budget, monthly := perMonth(said)
	n, counted := times(said)
	i := slices.IndexFunc(commands, func(c string) bool { return bot.Fold(c) == bot.Fold(said) })
	switch {
	case strings.Contains(bot.Fold(said), bot.Fold(noEntrada)):
		event, err = c.start(ctx, t, 0)
	case strings.Contains(bot.Fold(said), bot.Fold(inCash)):
		event, err = c.cash(ctx, t)
	case monthly:
		event, err = c.fit(ctx, t, budget)
	case none == nil && firstForm.MatchString(said):
		event, err = c.start(ctx, t, entrada)
	case counted:
		event, err = c.pick(ctx, t, n)
	case i >= 0:
		event, err = c.do(ctx, t, commands[i])
	default:
		return "", false, nil
	}
	return event, true, err
}

// pick takes a number of instalments.
func (c conversation) pick(ctx context.Context, t *turn, n int) (bot.Event, error) {
	if n > len(t.Data.Each) {
		return "", bot.Mistake(fmt.Sprintf("O máximo é de %d vezes. Escolha uma das opções.", len(t.Data.Each)))
	}
	return c.show(ctx, t, func(s instalment.Simulation, options []instalment.Option) bool {
		if n > len(options) {
			return false
		}
		detail(t, s, options[n-1])
		return true
	})
}

// do does what the rows below the numbers of instalments say.
func (c conversation) do(ctx context.Context, t *turn, what string) (bot.Event, error) {
	switch what {
	case allPlans, morePlans:
		t.Data.Page++
		return listed, nil
	case fewerPlans:
		t.Data.Page = 0
		return again, nil
	case newEntrada:
		return otherEntrada, nil
	case monthly:
		return byMonth, nil
	case inCash:
		return c.cash(ctx, t)
	default:
		return done, nil
	}
}

func (c conversation) cash(ctx context.Context, t *turn) (bot.Event, error) {
	return c.show(ctx, t, func(s instalment.Simulation, _ []instalment.Option) bool {
		sayCash(t, s)
		return true
	})
}

// show computes anew and says something of it, unless it cannot be said any
// more: then the debt has changed since the customer saw it.
func (c conversation) show(ctx context.Context, t *turn, say func(instalment.Simulation, []instalment.Option) bool) (bot.Event, error) {
	s, _, _, refusal, err := c.simulate(ctx, t)
	if err != nil {
		return "", err
	}
	if refusal == "" && s.Debt == t.Data.Debt && say(s, choices(s, t.Data.Entrada)) {
		return detailed, nil
	}
	return anew(t), nil
}

// anew begins again, for the debt is not what the customer saw.
func anew(t *turn) bot.Event {
	t.Say("O débito mudou desde que você viu. Calculei de novo.")
	*t.Data = data{Proved: t.Data.Proved}
	return changed
}

// detail says all of one way to pay in instalments.
func detail(t *turn, s instalment.Simulation, o instalment.Option) {
	var b strings.Builder
	if o.Entrada > 0 {
		b.WriteString(bot.Marked("Entrada de *%s* e mais *%d × %s*.", o.Entrada, o.N, o.Each))
	} else {
		b.WriteString(bot.Marked("*%d × %s*, sem entrada.", o.N, o.Each))
	}
	b.WriteString(bot.Marked("\nTotal: %s.", o.Total()))
	if o.Rate == 0 {
		b.WriteString(" Sem juros.")
	} else {
		b.WriteString(bot.Marked(" Juros de %s ao mês: você paga %s a mais que o débito de %s.", o.Rate, o.Total()-s.Debt, s.Debt))
	}
	if cash := s.Cash(); cash.Pay < o.Total() {
		b.WriteString(bot.Marked("\nÀ vista sairia por %s.", cash.Pay))
	}
	t.Tell(b.String() + "\n" + notice)
}

// sayCash says what paying at once would cost (SIM-27).
func sayCash(t *turn, s instalment.Simulation) {
	cash := s.Cash()
	if cash.Discount > 0 {
		t.Say("À vista: *%s*. O débito é de %s, e o desconto de %s.\n"+notice, cash.Pay, s.Total, cash.Discount)
		return
	}
	t.Say("À vista: *%s*, sem desconto.\n"+notice, cash.Pay)
}

func askEntrada(t *turn) {
	d := t.Data
	quick := []string{noEntrada}
	if d.Floor > 0 {
		quick[0] = "A menor: " + d.Floor.String()
	}
	if d.Suggested > d.Floor {
		quick = append(quick, "Sugerida: "+d.Suggested.String())
	}
	t.Offer("Quanto você pode dar de *entrada*? Digite o valor, como *200* ou *200,00*, ou escolha uma opção.", quick...)
}

func (c conversation) enter(ctx context.Context, t *turn) (bot.Event, error) {
	switch said := bot.Fold(t.Text()); {
	case strings.Contains(said, bot.Fold(noEntrada)), said == "nada", said == "nenhuma":
		return c.start(ctx, t, 0)
	case strings.Contains(said, bot.Fold(inCash)):
		return c.cash(ctx, t)
	}
	switch strings.TrimSpace(t.Text()) {
	case "1": // the first option, and no entrada
		return c.start(ctx, t, t.Data.Floor)
	case "2":
		if t.Data.Suggested > t.Data.Floor {
			return c.start(ctx, t, t.Data.Suggested)
		}
	}
	entrada, err := answer.Amount(t.Text())
	if err != nil {
		return "", err
	}
	return c.start(ctx, t, entrada)
}

// start takes an entrada, if there are instalments with it (SIM-16).
func (c conversation) start(ctx context.Context, t *turn, entrada store.Money) (bot.Event, error) {
	s, _, _, refusal, err := c.simulate(ctx, t)
	if err != nil {
		return "", err
	}
	if refusal != "" || s.Debt != t.Data.Debt {
		return anew(t), nil
	}
	switch {
	case entrada < s.Floor():
		return "", bot.Mistake(bot.Marked("A menor entrada aceita é *%s*. Digite, por exemplo, *entrada de %s*.", s.Floor(), s.Floor().Number()))
	case entrada >= s.Debt:
		return "", bot.Mistake(bot.Marked("A entrada precisa ser menor que o débito de %s. Para pagar tudo de uma vez, digite *à vista*.", s.Debt))
	case len(s.OptionsWith(entrada)) == 0:
		return "", bot.Mistake(bot.Marked("Com essa entrada sobra pouco para parcelar: cada parcela precisa ser de pelo menos %s. Digite uma entrada menor.", s.LeastInstalment()))
	}
	t.Data.Entrada = &entrada
	return entered, nil
}

func (c conversation) budget(ctx context.Context, t *turn) (bot.Event, error) {
	budget, err := answer.Amount(t.Text())
	if err != nil {
		return "", err
	}
	return c.fit(ctx, t, budget)
}

// fit finds what fits into so much a month.
func (c conversation) fit(ctx context.Context, t *turn, budget store.Money) (bot.Event, error) {
	tight := false
	event, err := c.show(ctx, t, func(s instalment.Simulation, _ []instalment.Option) bool {
		o, ok := s.Fit(budget)
		if !ok {
			t.Say("Com %s por mês não dá para parcelar: cada parcela precisa ser de pelo menos *%s*.", budget, s.LeastInstalment())
			tight = true
			return true
		}
		if o.Entrada > 0 {
			t.Say("Com até *%s* por mês, a menor entrada é de *%s*. Assim sai mais barato:", budget, o.Entrada)
		} else {
			t.Say("Com até *%s* por mês, não precisa de entrada. Assim sai mais barato:", budget)
		}
		detail(t, s, o)
		if usual, ok := instalment.Cheapest(s.Options(), budget); ok && usual.Entrada > o.Entrada && o.Total()-usual.Total() >= worthIt {
			t.Say("Se puder dar %s de entrada, fica em %d × %s e o total baixa para %s.", usual.Entrada, usual.N, usual.Each, usual.Total())
		}
		return true
	})
	if tight {
		return unfit, err
	}
	return event, err
}

// endings are the options once something was chosen.
func endings(d *data) []string {
	if len(d.Each) == 0 {
		return []string{howToClose, nothingMore}
	}
	return []string{anotherOne, howToClose, nothingMore}
}

func (c conversation) conclude(ctx context.Context, t *turn) (bot.Event, error) {
	what, err := answer.Option(t.Text(), endings(t.Data)...)
	switch {
	case err != nil && len(t.Data.Each) > 0: // "e em 12 vezes?"
		if event, ok, failed := c.grant(ctx, t); ok || failed != nil {
			return event, failed
		}
		return "", err
	case err != nil:
		return "", err
	case what == anotherOne:
		t.Data.Page = 0
		return again, nil
	case what == howToClose:
		c.sayHow(t)
	}
	return done, nil
}

// sayHow says how the deal is made (SIM-17, SIM-28).
func (c conversation) sayHow(t *turn) {
	t.Say("A simulação não vale como contrato. Para fechar o acordo:\n"+
		"• digite *atendente*, ou vá a uma loja de atendimento;\n"+
		"• leve um documento com foto, o CPF e uma conta do imóvel;\n"+
		"• confira os valores antes de assinar: a entrada pode mudar.\n"+
		"Depois do acordo, a entrada vence em %d dias.", t.Data.Days)
	const few = 3
	var places strings.Builder
	for _, o := range c.offices[:min(few, len(c.offices))] {
		places.WriteString(bot.Marked("\n• *%s*: %s", o.Name, o.Address))
		if o.Hours != "" {
			places.WriteString(bot.Marked(", %s", o.Hours))
		}
	}
	if places.Len() > 0 {
		t.Tell("Lojas de atendimento:" + places.String())
	}
}
