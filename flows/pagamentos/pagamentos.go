// Package pagamentos is the conversation in which a customer sees what was paid
// for their property ("consultar pagamentos"): the newest first, a few at a
// time, the sum of each year, and whether a certain month is paid.
package pagamentos

import (
	"context"
	"fmt"
	"strings"
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
}

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

const atOnce = 5 // payments in one list

// data is what we write down between two messages: how far the list got.
type data struct {
	Shown int  `json:"s,omitempty"`
	Left  bool `json:"l,omitempty"` // there are more
}

type turn = bot.Turn[data]

// New returns the conversation. Read the table, then the functions below it,
// which stand in the order of the table.
func New(payments Payments) *bot.Flow {
	c := conversation{payments}
	return bot.NewFlow(bot.About{
		Name:     "pagamentos",
		Title:    "Consultar Pagamentos",
		Words:    []string{"pagamento", "pagamentos", "paguei", "ja paguei", "foi paga", "esta paga", "ta paga", "pago em dobro", "pago em duplicidade"},
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
	case len(paid.List) == 0:
		t.Say("Não encontrei pagamentos da matrícula `%s`. Um pagamento pode levar até dois dias úteis para aparecer aqui.", store.FormatMatricula(t.Property()))
		return none, nil
	}
	if year, month, ok := answer.Month(t.Opening(), t.At().In(store.Zone)); ok {
		sayAbout(t, paid, year, month)
		return shown, nil
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
		sayAbout(t, paid, year, month)
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

// sayAbout answers for a month, or for a year if month is 0.
func sayAbout(t *turn, paid store.Payments, year, month int) {
	if month == 0 {
		sayYear(t, paid, year)
		return
	}
	asked := store.Month(year*100 + month)
	found := paid.Of(asked)
	switch {
	case len(found) == 0:
		t.Say("Não encontrei pagamento da conta de *%s*. Um pagamento pode levar até dois dias úteis para aparecer aqui. Se você ainda não pagou, digite *segunda via*.", asked)
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
