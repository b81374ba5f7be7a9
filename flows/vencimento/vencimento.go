// Package vencimento is the conversation in which a customer chooses another day
// of the month for their bills to be due ("alterar vencimento de conta").
package vencimento

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// DueDays is all that this conversation may know and change of a property.
type DueDays interface {
	// DueDays returns the property's due day and what it may become.
	DueDays(ctx context.Context, property int64) (store.DueDays, error)
	// ChangeDueDay changes it, once under the key, or tells why it does not.
	ChangeDueDay(ctx context.Context, key string, f store.DueDayForm) (store.DueDayChange, error)
}

const (
	reading, picking     bot.State = "reading", "picking"
	confirming, changing bot.State = "confirming", "changing"

	choosable, named, barred bot.Event = "choosable", "named", "barred"
	picked, refused, other   bot.Event = "picked", "refused", "other"
	agreed, changed, done    bot.Event = "agreed", "changed", "done"
)

// What the buttons say besides the days.
const (
	confirm    = "Confirmar"
	anotherDay = "Outro dia"
	leaveIt    = "Não mudar"
)

// data is what we write down between two messages: the days as the customer
// saw them, the one they chose, and what tells when the first bill is due.
type data struct {
	Days    []int       `json:"d,omitempty"`
	Current int         `json:"c,omitempty"`
	Chosen  int         `json:"n,omitempty"`
	Group   int         `json:"g,omitempty"`
	InMonth bool        `json:"i,omitempty"`
	Next    store.Month `json:"m,omitempty"`
	Again   store.Date  `json:"a"`
}

type turn = bot.Turn[data]

// New returns the conversation. WithoutRequest is whether a day may be changed
// for which the utility has no kind of request.
func New(days DueDays, withoutRequest bool) *bot.Flow {
	c := conversation{days, withoutRequest}
	return bot.NewFlow(bot.About{
		Name:  "vencimento",
		Title: "Alterar Vencimento de Conta",
		Words: []string{
			"vencimento", "alterar vencimento", "mudar vencimento", "mudar o vencimento", "trocar vencimento", "data de vencimento", "dia do vencimento",
			"vencimento da conta", "alterar o vencimento da conta", "mudar o vencimento da conta", "mudar a data da conta", "mudar o dia da conta",
		},
		Identify: true,
	}, []bot.Step[data]{
		{
			State: reading, Label: "lendo o vencimento atual",
			Do: c.read,
			On: bot.On{choosable: picking, named: confirming, barred: bot.End},
		},

		{
			State: picking, Label: "escolhendo o dia",
			Ask:  func(t *turn) { t.Offer("Em que dia do mês você prefere pagar?", t.Data.titles()...) },
			Hear: c.pick,
			On:   bot.On{picked: confirming, refused: picking},
		},

		{
			State: confirming, Label: "confirmando o novo dia",
			Ask:  askConfirm,
			Hear: c.confirm,
			On:   bot.On{agreed: changing, other: picking, picked: confirming, done: bot.End},
		},

		{
			State: changing, Label: "mudando o vencimento",
			Do: c.change,
			On: bot.On{changed: bot.End, barred: bot.End},
		},
	})
}

type conversation struct {
	days           DueDays
	withoutRequest bool
}

func (c conversation) read(ctx context.Context, t *turn) (bot.Event, error) {
	d, err := c.days.DueDays(ctx, t.Property())
	if err != nil {
		return "", fmt.Errorf("read the due day: %w", err)
	}
	today := store.DateOf(t.At())
	switch {
	case !d.Occupied:
		sayRefused(t, store.NobodyLivesThere, store.Date{})
		return barred, nil
	case len(d.Days) == 0, d.Kind == 0 && !c.withoutRequest:
		sayRefused(t, store.NoRequestKind, store.Date{})
		return barred, nil
	}
	sayNow(t, d)
	if d.TooSoon(today) {
		t.Say("O vencimento foi mudado em %s, e é preciso esperar %s entre uma mudança e outra.", d.Last, months(d.Interval))
		sayRefused(t, store.ChangedLately, d.Again(d.Last))
		return barred, nil
	}
	*t.Data = data{Days: d.Days, Current: d.Current, Group: d.Group, InMonth: d.InMonth, Next: d.Next}
	if d.Interval > 0 {
		t.Data.Again = d.Again(today)
	}
	switch day, ok := dayIn(t.Opening()); {
	case !ok || day == d.Current:
		return choosable, nil
	case !slices.Contains(d.Days, day):
		t.Say("O dia %d não está entre os que posso oferecer.", day)
		return choosable, nil
	default:
		t.Data.Chosen = day
		return named, nil
	}
}

// sayNow says on which day the bills are due today.
func sayNow(t *turn, d store.DueDays) {
	matricula := store.FormatMatricula(t.Property())
	switch {
	case d.Current == 0:
		t.Say("As contas da matrícula `%s` ainda não têm um dia certo de vencimento.", matricula)
	case d.Debited:
		t.Say("Hoje as contas da matrícula `%s` vencem no dia *%d*, em débito automático. Com outro dia, o valor passa a sair da sua conta bancária nesse dia.", matricula, d.Current)
	default:
		t.Say("Hoje as contas da matrícula `%s` vencem no dia *%d*.", matricula, d.Current)
	}
}

func months(n int) string {
	if n == 1 {
		return "1 mês"
	}
	return fmt.Sprintf("%d meses", n)
}

// sayRefused says why the day stays as it is, and what the person can do.
func sayRefused(t *turn, why store.DueDayRefusal, again store.Date) {
	switch why {
	case store.NobodyLivesThere: // gsan-rules VEN-3
		t.Say("Não encontrei um morador atual no cadastro deste imóvel, por isso não consigo mudar o vencimento por aqui. Para regularizar, digite *atendente*.")
	case store.ChangedLately: // VEN-4
		t.Say("Você pode mudar de novo a partir de *%s*. Se precisar antes, digite *atendente*.", again)
	case store.NotOnOffer:
		t.Say("Esse dia não está mais entre os que posso oferecer. Para ver os dias de agora, digite *alterar vencimento*.")
	case store.NothingToChange:
		t.Say("O vencimento já é nesse dia, e ficou como está. Para escolher outro, digite *alterar vencimento*.")
	default:
		t.Say("A mudança de vencimento não está disponível por aqui neste momento. Para pedi-la, digite *atendente*.")
	}
}

func (d *data) titles() []string {
	var titles []string
	for _, day := range d.Days {
		titles = append(titles, title(day))
	}
	return titles
}

func title(day int) string { return fmt.Sprintf("Dia %d", day) }

var (
	spokenDay = regexp.MustCompile(`\bdia (\d{1,2})\b`)
	bareDay   = regexp.MustCompile(`^(?:(?:o|no|para|pra|pro|todo) )*(\d{1,2})$`)
	numerals  = strings.NewReplacer(
		"vinte e cinco", "25", "vinte e oito", "28", "vinte e dois", "22", "vinte", "20", "trinta", "30", "quinze", "15", "dezoito", "18",
		"doze", "12", "dez", "10", "oito", "8", "cinco", "5", "primeiro", "1",
	)
)

// dayIn finds the day that a text names as one: "dia 15", "todo dia quinze".
func dayIn(text string) (day int, ok bool) {
	found := spokenDay.FindAllStringSubmatch(numerals.Replace(bot.Fold(text)), -1)
	if len(found) != 1 {
		return 0, false
	}
	day, err := strconv.Atoi(found[0][1])
	return day, err == nil
}

func (c conversation) pick(_ context.Context, t *turn) (bot.Event, error) {
	day, err := t.Data.dayOf(t.Text(), t.Pressed())
	if err != nil {
		return "", err
	}
	if day == t.Data.Current {
		t.Say("O vencimento já é no dia *%d*. Escolha outro dia, ou digite *menu* para deixar como está.", day)
		return refused, nil
	}
	t.Data.Chosen = day
	return picked, nil
}

// dayOf understands a day on offer. A bare number may be a day or the number of
// an option: where it could be both and they differ it is asked about and never
// guessed.
func (d *data) dayOf(text string, pressed bool) (int, error) {
	if pressed {
		i, err := answer.Choice(text, d.titles()...)
		if err != nil {
			return 0, err
		}
		return d.Days[i], nil
	}
	day, named := dayIn(text)
	if m := bareDay.FindStringSubmatch(bot.Fold(text)); !named && m != nil {
		day, _ = strconv.Atoi(m[1])
		isOption, isDay := 1 <= day && day <= len(d.Days), slices.Contains(d.Days, day)
		switch {
		case isOption && isDay && d.Days[day-1] != day:
			return 0, bot.Mistake(fmt.Sprintf("Você quer o *dia %d*, ou a opção %d, que é o *dia %d*? Responda com *dia %d* ou *dia %d*.", day, day, d.Days[day-1], day, d.Days[day-1]))
		case isOption && !isDay:
			return d.Days[day-1], nil
		}
		named = true
	}
	switch {
	case named && slices.Contains(d.Days, day):
		return day, nil
	case named:
		return 0, bot.Mistake(fmt.Sprintf("O dia %d não está entre os que posso oferecer. Escolha um destes: %s.", day, listed(d.Days)))
	}
	i, err := answer.Choice(text, d.titles()...)
	if err != nil {
		return 0, err
	}
	return d.Days[i], nil
}

// listed joins days as in a sentence: "1, 5 ou 10".
func listed(days []int) string {
	var words []string
	for _, day := range days {
		words = append(words, strconv.Itoa(day))
	}
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " ou " + words[last]
}

func askConfirm(t *turn) {
	first := store.DueDays{Group: t.Data.Group, InMonth: t.Data.InMonth, Next: t.Data.Next}.FirstDue(t.Data.Chosen)
	text := bot.Marked("Mudar o vencimento para o *dia %d*?\nVale a partir da conta de *%s*, que vence em *%s*. As contas já emitidas não mudam.",
		t.Data.Chosen, t.Data.Next, first)
	if !t.Data.Again.IsZero() {
		text += bot.Marked("\nDepois, só será possível mudar de novo a partir de %s.", t.Data.Again)
	}
	t.Offer(text, confirm, anotherDay, leaveIt)
}

func (c conversation) confirm(_ context.Context, t *turn) (bot.Event, error) {
	if day, ok := dayIn(t.Text()); ok && day != t.Data.Current && slices.Contains(t.Data.Days, day) { // "não, dia 20"
		t.Data.Chosen = day
		return picked, nil
	}
	said, err := answer.Option(t.Text(), confirm, anotherDay, leaveIt)
	if err != nil {
		yes, unclear := answer.Yes(t.Text())
		switch {
		case unclear != nil:
			return "", unclear
		case yes:
			said = confirm
		default:
			said = leaveIt
		}
	}
	switch said {
	case confirm:
		return agreed, nil
	case anotherDay:
		return other, nil
	default:
		t.Say("Tudo bem, o vencimento ficou como está.")
		return done, nil
	}
}

func (c conversation) change(ctx context.Context, t *turn) (bot.Event, error) {
	made, err := c.days.ChangeDueDay(ctx, t.Key(), store.DueDayForm{Property: t.Property(), Day: t.Data.Chosen, At: t.At()})
	if err != nil {
		return "", fmt.Errorf("change the due day: %w", err)
	}
	if made.Refused != store.MayChange { // something has changed between two messages
		if made.Refused == store.ChangedLately {
			t.Say("Não fiz esta mudança: o vencimento do imóvel já foi mudado há pouco.")
		}
		sayRefused(t, made.Refused, made.Again)
		return barred, nil
	}
	t.Seal()
	t.Say("Pronto! A partir da conta de *%s*, vence no dia *%d*. Essa conta vence em *%s*.", made.Next, made.Day, made.Due)
	if made.Protocol != "" {
		t.Say("Guarde o protocolo do seu pedido: `%s`.", made.Protocol)
	}
	return changed, nil
}
