// Package debitos is the conversation in which a customer puts together what
// they want to pay, sees what it costs today, and gets one code for all of it
// ("Negociar Débitos"): a debt statement as a PDF, or a Pix code.
//
// # Why
//
// What was chosen is kept by kind, number and version, never by amount: the
// debts are read again before anything is said to be payable, and what has
// changed in the meantime is told instead of charged. A statement is issued
// under a key made of the person, the choice and the day, not of the turn, so
// that who asks twice for the same, today, gets the same statement and the same
// Pix code, and GSAN does not fill up with documents nobody pays. The person
// stands in it because what was done for them is found, and erased, by that.
package debitos

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// Debts is all that this conversation may know of a property, and do for it.
type Debts interface {
	// Debts returns all that the property owes today, in the order of the
	// statement's sections, and its credits.
	Debts(ctx context.Context, property int64) (store.Debts, error)
	// IssueStatement issues a statement of the chosen debts, known by kind,
	// number and version, once under the key.
	IssueStatement(ctx context.Context, key string, property int64, chosen []store.Debt) (store.Statement, store.Refusal, error)
}

// Pix makes the code that pays a statement.
type Pix interface {
	// ChargeStatement makes the code that pays the statement of the form's Debts,
	// until the form Expires. The same choice gives the same code for as long as
	// that can be paid for the same amount. It is refused as DebtsHeld, as
	// DebtsChanged, and as BankAway.
	ChargeStatement(ctx context.Context, key string, f store.ChargeForm, s store.Statement) (store.PixCode, store.Refusal, error)
}

// Card lets debts be paid by card, on the page of an accredited company that
// adds its own costs (gsan-rules CAR-1).
type Card interface {
	// Offer offers a charge of the form's Debts at its Provider, once under the
	// key, and returns it with the address from which the person goes to the
	// company. Nothing is held before they go there; debts that they went to pay
	// before, at the same company, have the same charge. It is refused as DebtsHeld,
	// as DebtsChanged, and as a statement is.
	Offer(ctx context.Context, key string, f store.ChargeForm) (store.CardLink, store.Refusal, error)
	// Underway returns the newest charge of the property that is open and that
	// this conversation is told of; ok is false if there is none.
	Underway(ctx context.Context, session string, property int64) (l store.CardLink, ok bool, err error)
	// Withdraw closes a charge at the company and here, for this conversation. The
	// charge is returned as it then stands: it may turn out to be paid. It is
	// refused as CompanyAway, or as PaymentPending.
	Withdraw(ctx context.Context, session, charge string, at time.Time) (store.Charge, store.Refusal, error)
}

// Print draws the PDF of a statement; the charge is the Pix it shows, or none.
// The same key gives the document the same authenticity code.
type Print func(ctx context.Context, key string, s store.Statement, charge store.PixCode) ([]byte, error)

// Services is what the conversation is made with.
type Services struct {
	Debts     Debts
	Print     Print
	Pix       Pix                 // nil offers no Pix
	Card      Card                // nil offers no card
	Companies []store.CardCompany // where a card is taken, in the order in which they are offered
	Reserved  time.Duration       // that debts stay with a company once the person has gone there
	Payee     string              // who a Pix goes to, in words that the customer can compare with what their bank shows
	Simulator string              // the flow that simulates an instalment deal, "" offers none
}

const (
	searching, resuming, choosing, advancing, paying, picking bot.State = "searching", "resuming", "choosing", "advancing", "paying", "picking"

	several, one, none, vacant    bot.Event = "several", "one", "none", "vacant"
	marked, agreed, changed       bot.Event = "marked", "agreed", "changed"
	parted, carded                bot.Event = "parted", "carded"
	underway, resumed, freed      bot.Event = "underway", "resumed", "freed"
	issued, rethought, cleared    bot.Event = "issued", "rethought", "cleared"
	refused, simulated, satisfied bot.Event = "refused", "simulated", "satisfied"
)

// What the buttons say besides the debts.
const (
	pay     = "Pagar as escolhidas"
	ahead   = "Antecipar parcelas"
	all     = "Todas"
	overdue = "Vencidas"
	reset   = "Limpar"
	more    = "Ver mais"
	first   = "Ver do começo"

	asPDF    = "Extrato em PDF"
	asPix    = "Pix do total"
	byCard   = "Cartão"
	simulate = "Simular parcelamento"
	rethink  = "Mudar a escolha"
	finish   = "Nada mais"

	goOn     = "Continuar no cartão"
	others   = "Ver outros débitos"
	otherWay = "Pagar de outro jeito"
)

type turn = bot.Turn[data]

// New returns the conversation. Read the table, then the functions below it,
// which stand in the order of the table; what is chosen is in choice.go.
func New(with Services) *bot.Flow {
	c := conversation{with}
	return bot.NewFlow(bot.About{
		Name:  "debitos",
		Title: "Negociar Débitos",
		Words: []string{
			"negociar", "negociar debitos", "debitos", "debito", "divida", "dividas", "extrato", "extrato de debitos", "contas vencidas", "contas atrasadas",
			"quanto devo", "o que devo", "em atraso", "quitar", "antecipar parcelas", "adiantar parcelas",
		},
		Identify: true,
	}, []bot.Step[data]{
		{
			State: searching, Label: "procurando débitos",
			Do: c.search,
			On: bot.On{underway: resuming, several: choosing, parted: advancing, one: paying, none: bot.End, vacant: bot.End},
		},

		{
			State: resuming, Label: "com pagamento por cartão em andamento",
			Ask:  askUnderway,
			Hear: c.resume,
			On:   bot.On{marked: resuming, freed: searching, resumed: bot.End, satisfied: bot.End},
		},

		{
			State: choosing, Label: "escolhendo o que pagar",
			Ask:  c.askWhich,
			Hear: c.choose,
			On:   bot.On{marked: choosing, changed: choosing, parted: advancing, agreed: paying, cleared: bot.End, satisfied: bot.End},
		},

		{
			State: advancing, Label: "escolhendo parcelas a antecipar",
			Ask:  c.askHowMany,
			Hear: c.count,
			On:   bot.On{marked: choosing, agreed: paying},
		},

		{
			State: paying, Label: "escolhendo como pagar",
			Ask:  c.askHow,
			Hear: c.deliver,
			On: bot.On{
				issued: paying, marked: paying, carded: picking, parted: advancing, changed: choosing, rethought: choosing, cleared: bot.End, refused: bot.End, simulated: bot.End, satisfied: bot.End,
			},
		},

		{
			State: picking, Label: "escolhendo a empresa do cartão",
			Ask:  c.askCompany,
			Hear: c.pick,
			On:   bot.On{issued: paying, marked: paying, changed: choosing, cleared: bot.End},
		},
	})
}

type conversation struct{ Services }

func (c conversation) search(ctx context.Context, t *turn) (bot.Event, error) {
	owed, err := c.Debts.Debts(ctx, t.Property())
	if err != nil {
		return "", fmt.Errorf("search debts: %w", err)
	}
	if !owed.Occupied {
		sayVacant(t)
		return vacant, nil
	}
	others := t.Data.Others
	*t.Data = data{}
	if event, err := c.underway(ctx, t, owed); event == underway && !others || err != nil {
		return event, err
	}
	t.Data.list(owed, nil)
	if len(t.Data.Debts) == 0 {
		sayNone(t, owed)
		return none, nil
	}
	t.Offer(overview(t.Property(), owed))
	sayBarred(t, owed)
	sayDebited(t, owed)
	if len(t.Data.Debts) == 1 {
		t.Data.Chosen = []int{0}
		return one, nil
	}
	if t.Data.advances(t.Opening()) { // "quero antecipar duas parcelas"
		if event, err := t.Data.parts(t.Opening()); event == parted || err != nil {
			return parted, nil
		}
		return several, nil
	}
	t.Data.Chosen = t.Data.debtList().Named(t.Opening()) // "quero negociar as contas vencidas"
	return several, nil
}

// sayVacant says that nothing can be said without a present occupant
// (gsan-rules DEB-15).
func sayVacant(t *turn) {
	t.Say("Não encontrei um morador atual no cadastro deste imóvel, por isso não consigo mostrar os débitos por aqui. Para regularizar, digite *atendente*.")
}

// sayNone says that there is nothing to pay, and why.
func sayNone(t *turn, owed store.Debts) {
	barred := slices.ContainsFunc(owed.List, func(d store.Debt) bool {
		return d.Status == store.UnderReview || d.Status == store.PartlyPaid || d.Status == store.InNegotiation
	})
	switch {
	case barred, unpriced(owed):
		t.Say("A matrícula `%s` não tem débito que possa ser pago agora.", store.FormatMatricula(t.Property()))
	case owed.Contracted:
		t.Say("A matrícula `%s` só tem débitos que fazem parte de um contrato de parcelamento em vigor. Eles são pagos com as parcelas do contrato.", store.FormatMatricula(t.Property()))
	default:
		t.Say("Boa notícia: a matrícula `%s` não tem débitos em aberto.", store.FormatMatricula(t.Property()))
	}
	sayBarred(t, owed)
	if barred {
		t.Say("Quando a análise terminar, o pagamento volta a sair por aqui. Dúvidas? Digite *atendente*.")
	}
}

// overview is what is owed today by section (gsan-rules DEB-12): how many, and
// how much. What an occupant before left open stands apart from the sum, unless
// there is nothing else.
func overview(property int64, owed store.Debts) string {
	var lines []string
	var own, former []store.Debt
	for _, section := range []struct {
		kind store.DebtKind
		name string
	}{
		{store.OwnBill, "Contas"},
		{store.Service, "Serviços"},
		{store.Slip, "Guias"},
		{store.Deal, "Parcelamentos"},
	} {
		var debts []store.Debt
		for _, d := range owed.List {
			if d.Kind == section.kind && d.Selectable() {
				debts = append(debts, d)
			}
		}
		if n := len(debts); n > 0 {
			lines = append(lines, fmt.Sprintf("• %s: %d, %s", section.name, n, store.SumOf(debts).Value))
			own = append(own, debts...)
		}
	}
	for _, d := range owed.List {
		if d.Kind == store.FormerBill && d.Selectable() {
			former = append(former, d)
		}
	}
	sum := store.SumOf(own)
	if len(own) == 0 && len(former) > 0 {
		sum = store.SumOf(former)
		lines = append(lines, fmt.Sprintf("• Contas de outro morador: %d, %s", len(former), sum.Value))
	}
	if late := sum.Late.Total(); late != 0 {
		lines = append(lines, fmt.Sprintf("• Acréscimos do atraso: %s", late))
	}
	for _, d := range owed.List {
		if d.Kind == store.Credit {
			sum.Credits += d.Value
		}
	}
	if sum.Credits > 0 {
		lines = append(lines, fmt.Sprintf("• Créditos a descontar: %s", sum.Credits))
	}
	text := bot.Marked("A matrícula `%s` tem em aberto hoje *%s*:", store.FormatMatricula(property), max(sum.Total(), 0)) + "\n" + strings.Join(lines, "\n")
	if n := len(former); n > 0 && len(own) > 0 {
		text += fmt.Sprintf("\nFora desse total, contas de outro morador: %d, %s.", n, store.SumOf(former).Total())
	}
	if owed.Contracted {
		text += "\nO que está em contrato de parcelamento em vigor não entra aqui."
	}
	return text
}

// sayBarred shows what cannot be chosen and so has no number (gsan-rules
// DEB-14).
func sayBarred(t *turn, owed store.Debts) {
	const most = 5
	var lines []string
	for _, d := range owed.List {
		if line := barred(d); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return
	}
	heading := "Ficam de fora:"
	if !slices.ContainsFunc(lines, func(line string) bool { return !strings.HasPrefix(line, "🔵") }) {
		heading = "Já pagas:"
	}
	if n := len(lines) - most; n > 0 {
		lines = append(lines[:most], fmt.Sprintf("e mais %d.", n))
	}
	t.Offer(heading + "\n" + strings.Join(lines, "\n"))
	if unpriced(owed) {
		t.Say("Há conta vencida de antes da mudança da tarifa, e o valor de hoje dela precisa ser calculado no atendimento. Para pagar essa, digite *atendente*.")
	}
}

// unpriced tells whether there is a bill that only the counter can price
// (gsan-rules ACR-10).
func unpriced(owed store.Debts) bool {
	return slices.ContainsFunc(owed.List, func(d store.Debt) bool { return d.Status == store.Unpriced })
}

// sayDebited warns who is about to pay what the bank will pay too.
func sayDebited(t *turn, owed store.Debts) {
	for _, d := range owed.List {
		if d.DirectDebit && d.Selectable() && store.DateOf(t.At()).DaysUntil(d.Due) >= 0 {
			t.Say("Atenção: conta em débito automático, como *%s*, sai da sua conta bancária no vencimento. Para não pagar duas vezes, fale com o seu banco antes de pagar aqui.", name(d))
			return
		}
	}
}

// barred tells a debt that cannot be chosen, "" if it can.
func barred(d store.Debt) string {
	what := bot.Escape(name(d)) + " · " + d.Value.String()
	switch d.Status {
	case store.UnderReview:
		return "🔴 " + what + " · em revisão" + reason(d.Review)
	case store.InNegotiation:
		return "🔴 " + what + " · em negociação (pagamento por cartão em andamento)"
	case store.PartlyPaid:
		return "🟡 " + what + " · pagamento parcial em análise"
	case store.Paid:
		return "🔵 " + what + " · paga"
	case store.Unpriced:
		return "🟠 " + what + " antes dos acréscimos · valor de hoje só no atendimento"
	default:
		return ""
	}
}

func reason(review string) string {
	if review == "" {
		return ""
	}
	return " (" + bot.Escape(strings.ToLower(review)) + ")"
}

func (c conversation) askWhich(t *turn) {
	d := t.Data
	if d.Brief && len(d.Chosen) > 0 {
		t.Offer(d.brief())
		return
	}
	from, to := d.page()
	titles := make([]string, 0, atOnce)
	var ticked []int
	for i, debt := range d.Debts[from:to] {
		titles = append(titles, debt.option())
		if slices.Contains(d.Chosen, from+i) {
			ticked = append(ticked, i)
		}
	}
	t.OfferSeveral(d.running(), titles, ticked, d.also()...)
}

// What people say instead of the words on the buttons, folded.
var (
	overdues = []string{"vencidas", "vencida", "vencidos", "vencido", "atrasadas", "atrasada", "atrasados", "atrasado"}
	goOns    = []string{"pagar", "pague", "pronto", "seguir", "segue", "continuar", "so isso", "so essas", "so essa", "so esses", "pode ser", "isso", "ok", "sim", "fechar", "confirmar"}
	asides   = []string{"quero", "vou", "pode", "agora", "ja", "essas", "essa", "esses", "as", "a", "escolhidas", "por", "favor"}
	lists    = []string{"lista", "ver lista", "ver a lista", "mostrar", "mostra", "ver tudo", "ver"}
	pages    = []string{"ver mais", "mais", "proxima", "proximas", "ver do comeco"}
	endings  = []string{"nao", "nao obrigado", "nao obrigada", "nao quero", "nao quero mais", "nada", "nada mais", "deixa", "deixa pra la", "so isso"}
)

// choose hears what is to be paid. A debt that was pressed is ticked, or no
// longer; what was typed changes the choice as a sentence does.
func (c conversation) choose(ctx context.Context, t *turn) (bot.Event, error) {
	d, said := t.Data, bot.Fold(t.Text())
	list := d.debtList()
	button := buttonOf(t.Text(), list, d.also())
	d.Brief = !t.Pressed()
	switch {
	case button == pay, goesOn(said) && len(d.Chosen) > 0:
		return c.confirm(ctx, t, agreed)
	case slices.Contains(endings, said):
		return satisfied, nil
	case button == more, button == first, slices.Contains(pages, said) && len(d.Debts) > atOnce:
		d.From += atOnce
		if d.From >= len(d.Debts) {
			d.From = 0
		}
		d.Brief = false
		return marked, nil
	case slices.Contains(lists, said):
		d.Brief = false
		return marked, nil
	case button == ahead:
		return parted, nil
	case button == all, button == overdue:
		d.choose(list.Groups[strings.ToLower(button)])
		return marked, nil
	}
	if i := slices.Index(list.Options, t.Text()); i >= 0 && t.Pressed() {
		d.tick(i)
		return marked, nil
	}
	switch {
	case d.advances(t.Text()):
		return d.parts(t.Text())
	case d.settles(said):
		return marked, nil
	}
	which, hurried := t.Text(), payWith.MatchString(t.Text())
	if hurried { // "as vencidas no pix": the way is asked for next, with the total
		which = strings.TrimSpace(payWith.ReplaceAllString(which, ""))
	}
	switch rest := bot.Fold(which); {
	case !hurried, !goesOn(rest) && !goesOn("pagar "+rest):
		change, err := list.Change(which)
		if err != nil {
			return "", err
		}
		d.choose(change.Of(d.Chosen))
	case len(d.Chosen) == 0:
		return "", bot.Mistake("Antes, escolha o que quer pagar: responda com os números, como *1, 3*, ou com *todas*.")
	}
	if hurried && len(d.Chosen) > 0 {
		return c.confirm(ctx, t, agreed)
	}
	return marked, nil
}

// payWith is a way to pay that is named together with what is to be paid.
var payWith = regexp.MustCompile(`(?i)\s*\b(?:no|em|por|com|via|pelo)\s+(?:o\s+)?(?:pix|cart[aã]o|pdf|boleto)\b[\s!.]*$`)

// goesOn tells whether all that was said is that they have chosen.
func goesOn(said string) bool {
	words := slices.DeleteFunc(strings.Fields(said), func(w string) bool { return slices.Contains(asides, w) })
	return slices.Contains(goOns, said) || slices.Contains(goOns, strings.Join(words, " "))
}

// buttonOf finds the option beside the debts that is meant, by its words or its
// number, "" if none.
func buttonOf(said string, list answer.List, also []string) string {
	said = bot.Fold(said)
	if i := slices.IndexFunc(also, func(o string) bool { return bot.Fold(o) == said }); i >= 0 {
		return also[i]
	}
	if n, err := strconv.Atoi(said); err == nil && n > list.To-list.From && n <= list.To-list.From+len(also) {
		return also[n-1-(list.To-list.From)]
	}
	return ""
}

// confirm reads the debts again, and goes on as intended if all that was chosen
// is still owed as it was seen. Else it tells what is not, and the choice is
// asked for again.
func (c conversation) confirm(ctx context.Context, t *turn, intended bot.Event) (bot.Event, error) {
	owed, err := c.Debts.Debts(ctx, t.Property())
	if err != nil {
		return "", fmt.Errorf("read debts again: %w", err)
	}
	d := t.Data
	if !owed.Occupied {
		sayVacant(t)
		return cleared, nil
	}
	if news := d.news(owed); len(news) > 0 {
		return d.anew(t, owed, news), nil
	}
	if d.total() <= 0 { // EXT-2
		return "", bot.Mistake("Os créditos cobrem tudo o que você escolheu: não há o que pagar, e eles são descontados nas próximas contas. Para pagar mais alguma, marque também.")
	}
	if intended == changed { // by who looked closer than we do
		t.Say("Houve mudança agora há pouco. Confira o que está marcado e peça de novo.")
	}
	d.Brief = false
	return intended, nil
}

// anew tells the news and lists the debts as they are now, with what is left of
// the choice.
func (d *data) anew(t *turn, owed store.Debts, news []string) bot.Event {
	const most = 5
	if n := len(news) - most; n > 0 {
		news = append(news[:most], fmt.Sprintf("Houve mais %d mudanças.", n))
	}
	t.Offer("Houve mudança desde que você escolheu:\n" + strings.Join(news, "\n"))
	d.list(owed, d.Chosen)
	if len(d.Debts) == 0 {
		t.Say("Não há mais nada a pagar agora.")
		return cleared
	}
	return changed
}

func (c conversation) askHow(t *turn) {
	d := t.Data
	if d.Served {
		t.Offer("Precisa de mais alguma coisa?", c.ways(d)...)
		return
	}
	t.Offer(fmt.Sprintf("Você vai pagar: *%s*.\n%s\nComo prefere pagar?", d.names(), d.amounts()), c.ways(d)...)
}

// ways are all that can be asked for here.
func (c conversation) ways(d *data) []string {
	ways := []string{asPDF}
	if c.Pix != nil {
		ways = append(ways, asPix)
	}
	if c.Card != nil && len(c.Companies) > 0 {
		ways = append(ways, byCard)
	}
	if d.deal() >= 0 && slices.Contains(d.Chosen, d.deal()) {
		ways = append(ways, ahead)
	}
	if c.Simulator != "" {
		ways = append(ways, simulate)
	}
	if len(d.Debts) > 1 {
		ways = append(ways, rethink)
	}
	return append(ways, finish)
}

// waysByWord are words that name a way to pay, folded.
var waysByWord = map[string]string{
	"pdf": asPDF, "extrato": asPDF, "boleto": asPDF, "codigo": asPDF, "barras": asPDF, "pix": asPix,
	"cartao": byCard, "credito": byCard, "debito": byCard, "maquininha": byCard, "visa": byCard, "mastercard": byCard, "elo": byCard,
	"parcelar": simulate, "parcelamento": simulate, "parcelado": simulate, "simular": simulate, "mudar": rethink, "trocar": rethink, "escolher": rethink,
}

// wayOf finds the way to pay that is named in a sentence.
func wayOf(text string, ways []string) (string, error) {
	said := bot.Fold(text)
	if slices.Contains(endings, said) {
		return finish, nil
	}
	named := ""
	for _, word := range strings.Fields(said) {
		if way := waysByWord[word]; named == byCard && way == simulate || named == simulate && way == byCard { // "parcelar no cartão"
			named = byCard
		} else if way != "" && named != "" && way != named {
			return answer.Option(text, ways...)
		} else if way != "" {
			named = way
		}
	}
	switch {
	case slices.Contains(ways, named):
		return named, nil
	case named == byCard:
		return "", bot.Mistake("Por aqui ainda não dá para pagar com cartão.")
	}
	return answer.Option(text, ways...)
}

func (c conversation) deliver(ctx context.Context, t *turn) (bot.Event, error) {
	d := t.Data
	switch {
	case d.advances(t.Text()):
		d.Served = false
		return d.parts(t.Text())
	case d.settles(bot.Fold(t.Text())):
		d.Served = false
		return marked, nil
	}
	way, err := wayOf(t.Text(), c.ways(d))
	if err != nil {
		return "", err
	}
	switch way {
	case finish:
		return satisfied, nil
	case rethink:
		d.Served, d.Brief = false, false
		return rethought, nil
	case simulate:
		t.Go(c.Simulator, "")
		return simulated, nil
	case ahead:
		d.Served = false
		return d.parts(way)
	case byCard:
		return c.payByCard(ctx, t)
	}
	if event, err := c.confirm(ctx, t, issued); event != issued || err != nil {
		return event, err
	}
	key := t.Chat() + d.key(t.Property(), store.DateOf(t.At()))
	s, refusal, err := c.Debts.IssueStatement(ctx, key, t.Property(), d.chosen())
	if err != nil {
		return "", fmt.Errorf("issue statement: %w", err)
	}
	if refusal != store.NotRefused {
		return c.refuse(ctx, t, refusal)
	}
	t.Seal()
	d.Served = true
	if way == asPix {
		return c.sendPix(ctx, t, s)
	}
	return issued, c.sendPDF(ctx, t, key, s)
}

// refuse says why no statement was issued.
func (c conversation) refuse(ctx context.Context, t *turn, why store.Refusal) (bot.Event, error) {
	switch why {
	case store.ByDelivery: // EXT-3
		t.Say("As contas deste imóvel vão agrupadas para o responsável pelo pagamento, por isso não emito o extrato por aqui. Para negociar, digite *atendente*.")
		return refused, nil
	case store.BySituation: // EXT-3
		t.Say("A cobrança deste imóvel está em uma situação que não permite emitir o extrato por aqui. Para negociar, digite *atendente*.")
		return refused, nil
	case store.NeedsBankSlip: // EXT-7
		return t.Data.split(t), nil
	case store.NothingToPay: // with a discount
		t.Say("Com os descontos e créditos, não há o que pagar nesta escolha. Escolha mais alguma conta, ou digite *atendente*.")
		return rethought, nil
	case store.DebtsChanged, store.DebtsHeld: // between our look and the issue
		return c.confirm(ctx, t, changed)
	default:
		return "", fmt.Errorf("statement refused for an unknown reason %d", why)
	}
}

func (c conversation) sendPDF(ctx context.Context, t *turn, key string, s store.Statement) error {
	charge, refusal, err := c.charge(ctx, t, s)
	if err != nil {
		return err
	}
	pdf, err := c.Print(ctx, key, s, charge)
	if err != nil {
		return fmt.Errorf("print statement %d: %w", s.Number, err)
	}
	how := "com o código de barras ou o Pix que estão nele"
	switch {
	case s.Barcode == "" && charge.Code == "":
		how = ""
	case s.Barcode == "":
		how = "com o Pix que está nele"
	case charge.Code == "":
		how = "com o código de barras que está nele"
	}
	caption := bot.Marked("Extrato de débitos nº %d, *%s*%s.\n", s.Number, s.Total, discount(s))
	if how == "" {
		caption += bot.Marked("Ele não tem código para pagamento: %s.", s.NoCode)
	} else {
		caption += bot.Marked("Pague até *%s*, %s.\n%s", s.Validity, how, expiry(s, s.Validity))
	}
	if !charge.Until.IsZero() && charge.Until.Before(s.Validity) { // made on another day, for the same amount
		caption += fmt.Sprintf(" O Pix vale até %s.", charge.Until)
	}
	t.Send(fmt.Sprintf("extrato-%d.pdf", s.Number), pdf, caption)
	if refusal == store.BankAway {
		t.Say("O Pix está fora do ar neste momento: por isso o extrato veio sem ele.")
	}
	return nil
}

// discount tells what is taken off for paying at once (gsan-rules EXT-6).
func discount(s store.Statement) string {
	if s.Discount <= 0 {
		return ""
	}
	return fmt.Sprintf(", com desconto de %s por pagar à vista", s.Discount)
}

// expiry tells that the amounts are those of one day (gsan-rules EXT-10), and
// until when they can be paid.
func expiry(s store.Statement, last store.Date) string {
	return fmt.Sprintf("Valores calculados para hoje, %s. Depois de %s, peça outro.", s.Issued, last)
}

// charge makes the Pix of a statement; none if it has no code to pay with.
func (c conversation) charge(ctx context.Context, t *turn, s store.Statement) (store.PixCode, store.Refusal, error) {
	if c.Pix == nil || s.Barcode == "" {
		return store.PixCode{}, store.NotRefused, nil
	}
	charge, refusal, err := c.Pix.ChargeStatement(ctx, t.MessageKey(), store.ChargeForm{
		Session: t.Chat(), Property: t.Property(), Debts: t.Data.chosen(), At: t.At(), Expires: s.Validity.End(),
	}, s)
	if err != nil {
		return store.PixCode{}, store.NotRefused, fmt.Errorf("charge statement %d: %w", s.Number, err)
	}
	return charge, refusal, nil
}

func (c conversation) sendPix(ctx context.Context, t *turn, s store.Statement) (bot.Event, error) {
	charge, refusal, err := c.charge(ctx, t, s)
	switch {
	case err != nil:
		return "", err
	case refusal == store.BankAway:
		t.Say("O Pix está fora do ar neste momento. Peça o extrato em PDF, que tem o código de barras, ou o Pix de novo daqui a alguns minutos.")
		return issued, nil
	case refusal != store.NotRefused:
		return c.refuse(ctx, t, refusal)
	case charge.Code == "":
		t.Say("O extrato nº %d não tem Pix: %s.", s.Number, s.NoCode)
		return issued, nil
	}
	last := s.Validity
	if !charge.Until.IsZero() {
		last = charge.Until
	}
	t.Say("Pix do extrato nº %d, *%s*%s. Copie o código abaixo e cole no aplicativo do seu banco.\nAntes de pagar, confira quem recebe: *%s*.\n%s", s.Number, s.Total, discount(s), c.Payee, expiry(s, last))
	t.Copy(charge.Code)
	if charge.Until.IsZero() {
		t.Say("O pagamento pode levar até dois dias úteis para aparecer aqui.") // gsan-rules VIA-2
	} else {
		t.Say("O pagamento aparece aqui assim que o banco confirmar.")
	}
	return issued, nil
}
