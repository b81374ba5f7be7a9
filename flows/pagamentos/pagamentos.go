// Package pagamentos is the conversation in which a customer sees what was paid
// for their property ("consultar pagamentos"): the newest first, a few at a
// time, the sum of each year, and whether a certain month is paid.
package pagamentos

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// Payments is all that this conversation may know of a property.
type Payments interface {
	// Payments returns all that was paid for the property and is the business of
	// its present occupant, newest first.
	Payments(ctx context.Context, property int64) (store.Payments, error)
	// Clears returns the last day on which a payment of that day may be in GSAN.
	Clears(paid store.Date) store.Date
}

// News is what somebody is told of a charge, nil if there is nothing to tell.
type News func(store.Charge) []bot.Reply

const (
	listing, browsing bot.State = "listing", "browsing"

	shown, none, vacant  bot.Event = "shown", "none", "vacant"
	more, answered, done bot.Event = "more", "answered", "done"
)

// What the buttons say.
const (
	seeMore = "Ver mais"
	seeLast = "Ver os últimos"
	byYear  = "Total por ano"
	finish  = "Nada mais"
)

const (
	atOnce  = 5              // payments in one list
	charged = 3              // charges that are spoken of
	fresh   = 72 * time.Hour // in which it matters that a charge came to nothing
)

// claims are in what people say who have paid and do not see it; folded.
var claims = []string{"paguei", "pagei", "pagou", "quitei", "pix", "caiu", "baix", "continua", "cobra", "cartao"}

// claimed tells whether they say that something was paid.
func claimed(said string) bool {
	said = bot.Fold(said)
	return slices.ContainsFunc(claims, func(word string) bool { return strings.Contains(said, word) })
}

// sayClearing is for who paid and does not find it: how long to wait, and then
// what to do.
func (c conversation) sayClearing(t *turn) {
	today := store.DateOf(t.At())
	late := today
	for !c.payments.Clears(late).Before(today) {
		late = late.Add(-1)
	}
	t.Say("Um pagamento feito hoje pode levar até *%s* para aparecer aqui. Não pague de novo enquanto isso. Se você pagou até *%s*, o prazo já passou: digite *atendente* e tenha o comprovante à mão.",
		c.payments.Clears(today), late)
}

// data is what we write down between two messages: how far the list got.
type data struct {
	Shown int  `json:"s,omitempty"`
	Left  bool `json:"l,omitempty"` // there are more
}

type turn = bot.Turn[data]

// New returns the conversation. Read the table, then the functions below it,
// which stand in the order of the table.
func New(payments Payments, news News) *bot.Flow {
	c := conversation{payments, news}
	return bot.NewFlow(bot.About{
		Name:     "pagamentos",
		Title:    "Consultar Pagamentos",
		Words:    []string{"pagamento", "pagamentos", "paguei", "ja paguei", "pix nao caiu", "foi paga", "esta paga", "ta paga", "pago em dobro", "pago em duplicidade"},
		Identify: true,
	}, []bot.Step[data]{
		{
			State: listing, Label: "mostrando os pagamentos",
			Do: c.list,
			On: bot.On{shown: browsing, none: bot.End, vacant: bot.End},
		},

		{
			State: browsing, Label: "oferecendo mais",
			Ask:  askMore,
			Hear: c.browse,
			On:   bot.On{more: listing, answered: browsing, done: bot.End},
		},
	})
}

type conversation struct {
	payments Payments
	news     News
}

// list shows the next payments; the first time it begins with the year's sum, or
// with what the person asked for to get here.
func (c conversation) list(ctx context.Context, t *turn) (bot.Event, error) {
	paid, err := c.payments.Payments(ctx, t.Property())
	switch {
	case err != nil:
		return "", fmt.Errorf("list payments: %w", err)
	case !paid.Occupied: // gsan-rules DEB-15
		t.Say("Não encontrei um morador atual no cadastro deste imóvel, por isso não consigo mostrar os pagamentos por aqui. Para regularizar, digite *atendente*.")
		return vacant, nil
	}
	year, month, named := answer.Month(t.Opening(), t.At().In(store.Zone))
	if named && len(paid.List) > 0 {
		c.sayAbout(t, paid, year, month)
		return shown, nil
	}
	claim := claimed(t.Opening())
	told := t.Data.Shown == 0 && c.sayCharges(t, paid, 0, claim)
	if len(paid.List) == 0 {
		if !told {
			t.Say("Não encontrei pagamentos da matrícula `%s`.", store.FormatMatricula(t.Property()))
			c.sayClearing(t)
		}
		return none, nil
	}
	if t.Data.Shown >= len(paid.List) { // some were taken back between two messages
		t.Data.Shown = 0
	}
	from := t.Data.Shown
	page := paid.List[from:min(from+atOnce, len(paid.List))]
	t.Data.Shown = from + len(page)
	t.Data.Left = t.Data.Shown < len(paid.List)
	if from == 0 {
		sayYear(t, paid, paid.List[0].On.Year)
		tell(t, bot.Marked("Os últimos pagamentos da matrícula `%s`, do mais novo ao mais antigo:", store.FormatMatricula(t.Property())), each(page, line))
	} else {
		tell(t, "Pagamentos anteriores:", each(page, line))
	}
	advise(t, page)
	if from == 0 && claim && !told {
		t.Say("Se o pagamento que você fez não está na lista, ele ainda não foi registrado.")
		c.sayClearing(t)
	}
	return shown, nil
}

func askMore(t *turn) {
	t.Offer(bot.Marked("Para ver um mês com detalhes, escreva o nome dele, como *março*. Também pode ser um ano, como *%d*.", t.At().In(store.Zone).Year()-1), offers(t)...)
}

// offers are the buttons that make sense now.
func offers(t *turn) []string {
	switch {
	case t.Data.Shown == 0:
		return []string{seeLast, byYear, finish}
	case t.Data.Left:
		return []string{seeMore, byYear, finish}
	default:
		return []string{byYear, finish}
	}
}

func (c conversation) browse(ctx context.Context, t *turn) (bot.Event, error) {
	year, month, named := answer.Month(t.Text(), t.At().In(store.Zone))
	chosen := ""
	if !named {
		var err error
		if chosen, err = option(t.Text(), offers(t)); err != nil {
			return "", err
		}
	}
	switch chosen {
	case finish:
		return done, nil
	case seeMore, seeLast:
		return more, nil
	}
	paid, err := c.payments.Payments(ctx, t.Property())
	switch {
	case err != nil:
		return "", fmt.Errorf("look up payments: %w", err)
	case len(paid.List) == 0: // gone between two messages
		return more, nil
	case chosen == byYear:
		sayYears(t, paid)
	default:
		c.sayAbout(t, paid, year, month)
	}
	return answered, nil
}

// option understands the words on the buttons, and a yes or no to seeing more.
func option(text string, offered []string) (string, error) {
	chosen, slip := answer.Option(text, offered...)
	if slip == nil {
		return chosen, nil
	}
	yes, unclear := answer.Yes(text)
	switch {
	case unclear == nil && !yes:
		return finish, nil
	case unclear == nil, bot.Near(bot.Fold(text), bot.Fold(seeMore)):
		if offered[0] == byYear {
			return "", bot.Mistake("Esses são todos os pagamentos que encontrei.")
		}
		return offered[0], nil
	default:
		return "", slip
	}
}

// sayCharges says what became of what was set out to be paid by us and GSAN does
// not show, of a month's bill if there is a month; told is false if there is
// nothing to say. Of what is not paid, or is amiss, only those hear who say that
// they have paid. What GSAN has is for the list.
func (c conversation) sayCharges(t *turn, paid store.Payments, month store.Month, claim bool) (told bool) {
	n := 0
	for _, h := range paid.Charges {
		if n == charged {
			break
		}
		if month != 0 && !slices.ContainsFunc(h.Debts, func(d store.Debt) bool { return d.Month == month }) {
			continue
		}
		text := c.stands(h, paid, t.At(), claim)
		if text == "" {
			continue
		}
		t.Tell(text)
		n++
	}
	return n > 0
}

// stands says where a charge stands, "" if that is not worth saying.
func (c conversation) stands(h store.Charge, paid store.Payments, now time.Time, claim bool) string {
	sound := h.Marks == (store.ChargeMarks{})
	switch {
	case h.State == store.ChargeOpen && sound:
		switch {
		case !claim, posted(h, paid, h.Opened, false):
			return ""
		case h.Provider == store.ByPix:
			return bot.Marked("O Pix de *%s* (%s) ainda não chegou. Se você pagou agora, espere alguns minutos e escreva *já paguei* de novo. Não pague outra vez enquanto isso. Se ainda não pagou, o código vale até *%s*.",
				h.Total, pays(h), store.DateOf(h.Expires.Add(-time.Second)))
		default:
			return bot.Marked("O pagamento por cartão de *%s* (%s) ainda não foi confirmado pela empresa: pode estar em análise. Não pague outra vez enquanto isso. Assim que ela confirmar, aparece aqui: escreva *já paguei* daqui a alguns minutos.",
				h.Total, pays(h))
		}
	case h.State == store.ChargePaid && sound:
		day := c.payments.Clears(store.DateOf(h.PaidAt))
		over := store.DateOf(now).After(day)
		switch {
		case posted(h, paid, h.PaidAt, over):
			return ""
		case over:
			return c.tell(h) + bot.Marked("\nMas a baixa não apareceu até *%s*, como devia. Para resolver, digite *atendente* e informe o número da cobrança.", day)
		default:
			return c.tell(h) + bot.Marked("\nA baixa aparece aqui até *%s*.", day)
		}
	case !claim, sound && h.State != store.ChargeRefunded && now.Sub(h.Opened) > fresh:
		return ""
	default:
		return c.tell(h)
	}
}

// tell is the news of a charge.
func (c conversation) tell(h store.Charge) string {
	var text []string
	for _, r := range c.news(h) {
		text = append(text, r.Text)
	}
	return strings.Join(text, "\n")
}

// pays says what a charge is for.
func pays(h store.Charge) string {
	var months []store.Month
	n := 0
	for _, d := range h.Debts {
		if d.Kind != store.Credit {
			n++
			months = append(months, d.Month)
		}
	}
	if n == 1 && months[0].Valid() {
		return fmt.Sprintf("conta de %s", months[0])
	}
	return fmt.Sprintf("%d débitos", n)
}

// posted tells whether GSAN has a payment since then of each debt of a charge. How bills
// of earlier occupants were paid is not listed: of those it is so once the time is
// over.
func posted(h store.Charge, paid store.Payments, since time.Time, over bool) bool {
	kinds := map[store.DebtKind]store.PaymentKind{store.OwnBill: store.BillPayment, store.Slip: store.SlipPayment, store.Service: store.ServicePayment, store.Deal: store.ServicePayment}
	for _, d := range h.Debts {
		kind, listed := kinds[d.Kind]
		if !listed {
			if d.Kind == store.FormerBill && !over {
				return false
			}
			continue
		}
		there := slices.ContainsFunc(paid.List, func(p store.Payment) bool {
			return p.Kind == kind && p.Month == d.Month && !p.On.Before(store.DateOf(since))
		})
		if !there {
			return false
		}
	}
	return true
}

// sayAbout answers for a month, or for a year if month is 0.
func (c conversation) sayAbout(t *turn, paid store.Payments, year, month int) {
	if month == 0 {
		sayYear(t, paid, year)
		return
	}
	asked := store.Month(year*100 + month)
	found := paid.Of(asked)
	switch {
	case len(found) == 0 && c.sayCharges(t, paid, asked, true):
		return
	case len(found) == 0:
		t.Say("Não encontrei pagamento da conta de *%s*. Se você ainda não pagou, digite *segunda via*.", asked)
		c.sayClearing(t)
		return
	case settled(found):
		tell(t, bot.Marked("Sim, a conta de *%s* está paga:", asked), each(found, detail))
	case found[0].Month == 0 && found[len(found)-1].Month == 0:
		tell(t, bot.Marked("Não encontrei pagamento da conta de *%s*. Nesse mês encontrei isto:", asked), each(found, detail))
	default:
		tell(t, bot.Marked("Da conta de *%s* encontrei isto:", asked), each(found, detail))
	}
	advise(t, found)
}

// settled tells whether confirmed payments cover the bill they were made for.
func settled(paid []store.Payment) bool {
	var sum, billed store.Money
	for _, p := range paid {
		if p.Kind == store.BillPayment && p.State == store.PaymentConfirmed {
			sum, billed = sum+p.Value, p.Billed
		}
	}
	return sum > 0 && sum >= billed
}

func sayYear(t *turn, paid store.Payments, year int) {
	made, sum := paid.In(year)
	if len(made) == 0 {
		t.Say("Não encontrei pagamentos feitos em *%d*.", year)
		return
	}
	t.Say("Em *%d* você pagou *%s*: %s.", year, sum, counted(made))
}

func sayYears(t *turn, paid store.Payments) {
	var rows []string
	for _, year := range paid.Years() {
		made, sum := paid.In(year)
		rows = append(rows, bot.Marked("*%d*: %s, %s.", year, sum, counted(made)))
	}
	tell(t, "O que você pagou em cada ano, pela data do pagamento:", rows)
}

// counted says how many payments there are of each group (gsan-rules PAG-2, PAG-3).
func counted(paid []store.Payment) string {
	var parts []string
	for _, group := range []struct {
		kind      store.PaymentKind
		one, many string
	}{
		{store.BillPayment, "pagamento de conta", "pagamentos de conta"},
		{store.SlipPayment, "guia", "guias"},
		{store.ServicePayment, "serviço", "serviços"},
		{store.OtherPayment, "outro pagamento", "outros pagamentos"},
	} {
		n := 0
		for _, p := range paid {
			if p.Kind == group.kind {
				n++
			}
		}
		switch {
		case n == 1:
			parts = append(parts, "1 "+group.one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, group.many))
		}
	}
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " e " + parts[n-1]
	}
	return strings.Join(parts, "")
}

func each(paid []store.Payment, write func(store.Payment) string) []string {
	var all []string
	for _, p := range paid {
		all = append(all, write(p))
	}
	return all
}

// line writes when a payment was made, how much, what for, and where it stands
// (gsan-rules PAG-3, PAG-5).
func line(p store.Payment) string {
	return bot.Marked("*%s*, *%s*: %s, %s.", p.On, p.Value, object(p), standing[p.State])
}

// detail adds who took it, and how.
func detail(p store.Payment) string {
	by := strings.Trim(p.Collector+", "+strings.ToLower(p.Form), ", ")
	if by == "" {
		return line(p)
	}
	return line(p) + bot.Marked("\nRecebido por: %s.", by)
}

// object says what a payment was for.
func object(p store.Payment) string {
	word := map[store.PaymentKind]string{store.SlipPayment: "guia", store.ServicePayment: "serviço"}[p.Kind]
	switch {
	case p.Kind == store.BillPayment && p.Value < p.Billed:
		return fmt.Sprintf("parte da conta de %s, que é de %s", p.Month, p.Billed)
	case p.Kind == store.BillPayment:
		return fmt.Sprintf("conta de %s", p.Month)
	case word == "" && p.Text == "":
		return "outro pagamento"
	case word == "" || p.Text == "":
		return word + strings.ToLower(p.Text)
	default:
		return word + " de " + strings.ToLower(p.Text)
	}
}

var standing = map[store.PaymentState]string{
	store.PaymentInProcess: "em processamento",
	store.PaymentConfirmed: "confirmado",
	store.PaidTwice:        "pago em duplicidade",
	store.PaidInExcess:     "pago em excesso",
}

// advise tells what to do about payments that are not simply confirmed.
func advise(t *turn, paid []store.Payment) {
	pending := false
	for _, p := range paid {
		switch p.State {
		case store.PaidTwice:
			t.Say("O pagamento de *%s*, de *%s*, veio *em duplicidade*: o mesmo já tinha sido pago. Fale conosco para tratar da devolução: digite *atendente* e tenha o comprovante à mão.", p.On, p.Value)
		case store.PaidInExcess:
			t.Say("O pagamento de *%s*, de *%s*, foi *maior do que o devido*. Fale conosco para tratar da devolução: digite *atendente* e tenha o comprovante à mão.", p.On, p.Value)
		case store.PaymentInProcess:
			pending = true
		}
	}
	if pending {
		t.Say("*Em processamento* quer dizer que o valor chegou e ainda está sendo conferido. Se continuar assim na próxima conta, digite *atendente*.")
	}
}

// tell says a heading and lines below it, in as many messages as it takes.
func tell(t *turn, text string, lines []string) {
	const most = 480 // characters: a message is read on a phone
	for _, l := range lines {
		if utf8.RuneCountInString(text)+utf8.RuneCountInString(l) > most {
			t.Tell(text)
			text = l
			continue
		}
		text += "\n" + l
	}
	t.Tell(text)
}
