// Package consumo is the conversation in which a customer sees how much water
// they used ("histórico de consumo"): in one sentence, as a chart of twelve
// months, and any month with its readings.
package consumo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/flows/chart"
	"lojavirtual/store"
)

// Consumptions is all that this conversation may know of a property.
type Consumptions interface {
	// Consumptions returns every month of the property since its present
	// occupant came, newest first.
	Consumptions(ctx context.Context, property int64) (store.Consumptions, error)
}

const (
	showing, browsing bot.State = "showing", "browsing"

	shown, none, vacant   bot.Event = "shown", "none", "vacant"
	older, answered, done bot.Event = "older", "answered", "done"
)

// What the buttons say besides the newest month.
const (
	seeChart  = "Ver o gráfico"
	seeBefore = "12 meses antes"
	seekLeak  = "Procurar vazamento"
	finish    = "Nada mais"
)

const inChart = 12 // months (gsan-rules HIS-1)

// data is what we write down between two messages: where the next chart ends,
// and what makes sense to offer.
type data struct {
	Next   store.Month `json:"n,omitempty"` // the last month of the next chart; 0 for the newest
	Newest store.Month `json:"m,omitempty"`
	Drawn  bool        `json:"d,omitempty"` // a chart was shown
	Before bool        `json:"b,omitempty"` // there are months before it
	High   bool        `json:"h,omitempty"` // a month with too much was shown
}

type turn = bot.Turn[data]

// New returns the conversation. Read the table, then the functions below it,
// which stand in the order of the table.
func New(consumptions Consumptions) *bot.Flow {
	c := conversation{consumptions}
	return bot.NewFlow(bot.About{
		Name:     "consumo",
		Title:    "Consultar Histórico de Consumo",
		Words:    []string{"consumo", "historico de consumo", "leitura", "leituras", "gastei", "quanto gastei", "metros cubicos", "m3", "conta alta", "conta veio alta", "conta muito alta"},
		Identify: true,
	}, []bot.Step[data]{
		{
			State: showing, Label: "mostrando o consumo",
			Do: c.show,
			On: bot.On{shown: browsing, none: bot.End, vacant: bot.End},
		},

		{
			State: browsing, Label: "oferecendo um mês ou os meses antes",
			Ask:  askWhich,
			Hear: c.browse,
			On:   bot.On{older: showing, answered: browsing, done: bot.End},
		},
	})
}

type conversation struct {
	consumptions Consumptions
}

// show begins with the month that the person asked for to get here, else with
// one sentence about the newest, and draws the months up to it or those before.
func (c conversation) show(ctx context.Context, t *turn) (bot.Event, error) {
	used, err := c.consumptions.Consumptions(ctx, t.Property())
	switch {
	case err != nil:
		return "", fmt.Errorf("read consumption: %w", err)
	case !used.Occupied: // gsan-rules DEB-15
		t.Say("Não encontrei um morador atual no cadastro deste imóvel, por isso não consigo mostrar o consumo por aqui. Para regularizar, digite *atendente*.")
		return vacant, nil
	case len(used.List) == 0:
		t.Say("Ainda não há consumo registrado para a matrícula `%s`. Se a ligação é nova, volte depois da primeira conta.", store.FormatMatricula(t.Property()))
		return none, nil
	}
	t.Data.Newest = used.List[0].Month
	if year, month, ok := answer.Month(t.Opening(), t.At().In(store.Zone)); ok {
		if month != 0 {
			sayMonth(t, used, store.Month(year*100+month))
			return shown, nil
		}
		t.Data.Next = lastOf(year, t.Data.Newest)
	}
	if t.Data.Next != 0 {
		return shown, draw(t, used)
	}
	t.Data.Next = t.Data.Newest
	saySummary(t, used)
	if err := draw(t, used); err != nil {
		return "", err
	}
	if high(used.List[0]) {
		t.Say(tooMuch, seekLeak)
	}
	return shown, nil
}

// lastOf is where a chart of a year ends.
func lastOf(year int, newest store.Month) store.Month {
	return min(store.Month(year*100+12), newest)
}

// saySummary says in one sentence what the newest month was like: against the
// mean, and against the same month of the year before.
func saySummary(t *turn, used store.Consumptions) {
	c := used.List[0]
	name := c.Month.Name()
	switch {
	case !c.HasWater && c.HasSewage:
		t.Say("Em *%s* a conta cobrou *%s de esgoto*, e nenhuma água.", name, cubic(c.Sewage))
		return
	case !c.HasWater:
		t.Say("O hidrômetro foi lido em *%s*: *%s*. A conta desse mês ainda não saiu.", name, cubic(c.Measured))
		return
	case c.Kind == store.Unmetered:
		t.Say("Em *%s* a conta cobrou *%s de água*. O imóvel não tem hidrômetro, por isso o volume é fixo.", name, cubic(c.Billed))
		return
	case !c.Read:
		t.Say("Em *%s* a conta cobrou *%s de água*, sem leitura do hidrômetro: o volume é calculado%s.", name, cubic(c.Billed), reason(c.How))
		return
	}
	var against []string
	if c.Mean > 0 {
		against = append(against, compared(c.Billed, c.Mean, "da sua média", "à sua média")+fmt.Sprintf(" (%d)", c.Mean))
	}
	if before, ok := used.Of(c.Month.Add(-12)); ok && before.HasWater {
		against = append(against, compared(c.Billed, before.Billed, "de "+before.Month.Name(), "a "+before.Month.Name()))
	}
	sentence := strings.Join(against, " e ")
	if sentence != "" {
		sentence = ": " + sentence
	}
	t.Say("Em *%s* a conta cobrou *%s de água*%s.", name, cubic(c.Billed), sentence)
	if c.Measured != c.Billed {
		t.Say("O hidrômetro mediu %s: %s", cubic(c.Measured), why(c))
	}
}

// compared says how a volume stands to another: "4 m³ acima da sua média".
func compared(volume, other int, of, to string) string {
	switch {
	case volume > other:
		return cubic(volume-other) + " acima " + of
	case volume < other:
		return cubic(other-volume) + " abaixo " + of
	default:
		return "igual " + to
	}
}

func cubic(volume int) string { return fmt.Sprintf("%d m³", volume) }

// draw shows the months that end with the next one, and prepares for those
// before them.
func draw(t *turn, used store.Consumptions) error {
	first := used.List[len(used.List)-1].Month
	months := used.Last(inChart, t.Data.Next)
	months = slices.DeleteFunc(months, func(c store.Consumption) bool { return c.Month < first })
	if len(months) == 0 {
		t.Say("Não há registro de consumo antes de *%s*.", first.Name())
		t.Data.Before = false
		return nil
	}
	last := months[len(months)-1]
	t.Data.Drawn, t.Data.Before = true, first < months[0].Month
	t.Data.Next = months[0].Month.Add(-1)
	t.Data.High = t.Data.High || slices.ContainsFunc(months, high)
	caption := caption(months, last.Mean)
	switch {
	case len(months) == 1:
		t.Say("Ainda há só um mês para mostrar. Quando houver mais, mostro também o gráfico.")
		return nil
	case !slices.ContainsFunc(months, func(c store.Consumption) bool { return c.HasWater }):
		t.Tell(caption)
		return nil
	}
	png, err := chart.Consumption(months, last.Mean)
	if err != nil {
		return fmt.Errorf("draw consumption: %w", err)
	}
	t.Picture(fmt.Sprintf("consumo-%d.png", last.Month), png, caption)
	return nil
}

func high(c store.Consumption) bool { return c.Odd == store.HighUse || c.Odd == store.BurstUse }

// caption says all that the picture shows, and the sewage, which it does not.
func caption(months []store.Consumption, mean int) string {
	var b strings.Builder
	some := func(is func(store.Consumption) bool) bool { return slices.ContainsFunc(months, is) }
	sewage := some(func(c store.Consumption) bool { return c.HasSewage })
	apart := some(func(c store.Consumption) bool { return c.HasWater && (!c.HasSewage || c.Sewage != c.Billed) })
	inWords := func(c store.Consumption) string { return inWords(c, sewage && apart) }
	if some(func(c store.Consumption) bool { return c.HasWater }) {
		b.WriteString("Água cobrada em cada conta, em m³ (mil litros).")
	} else {
		b.WriteString("Esgoto cobrado em cada conta, em m³ (mil litros).")
		inWords = func(c store.Consumption) string { return fmt.Sprint(c.Sewage) }
	}
	for i, c := range months {
		if i == 0 || c.Month%100 == 1 {
			fmt.Fprintf(&b, "\n*%d*: ", c.Month/100)
		} else {
			b.WriteString(", ")
		}
		name, _, _ := strings.Cut(c.Month.Name(), " ")
		b.WriteString(name + " " + inWords(c))
	}
	b.WriteString(".")
	if mean > 0 {
		fmt.Fprintf(&b, "\nSua média: %s por mês.", cubic(mean))
	}
	if sewage && !apart && some(func(c store.Consumption) bool { return c.HasWater }) {
		b.WriteString("\nO esgoto foi cobrado com o mesmo volume da água.")
	}
	return b.String()
}

// inWords says what one bar shows, and the sewage beside it.
func inWords(c store.Consumption, sewage bool) string {
	var also []string
	if sewage && c.HasSewage {
		also = append(also, fmt.Sprintf("esgoto %d", c.Sewage))
	}
	if c.HasWater && !c.Read && c.Kind != store.Unmetered {
		also = append(also, "sem leitura")
	}
	if word := marks[c.Odd]; word != "" {
		also = append(also, word)
	}
	volume := "sem conta"
	switch {
	case c.HasWater:
		volume = fmt.Sprint(c.Billed)
	case c.HasSewage:
		volume = "sem água"
	}
	if len(also) == 0 {
		return volume
	}
	return fmt.Sprintf("%s (%s)", volume, strings.Join(also, ", "))
}

var marks = map[store.UseAnomaly]string{store.LowUse: "baixo", store.HighUse: "alto", store.BurstUse: "muito alto"}

func askWhich(t *turn) {
	t.Offer("Para ver as leituras de um mês, escreva o nome dele, como *março*.", offers(t)...)
}

// offers are the buttons that make sense now, the newest month first.
func offers(t *turn) []string {
	name, _, _ := strings.Cut(t.Data.Newest.Name(), " ")
	list := []string{"Leituras de " + name}
	if t.Data.High {
		list = append(list, seekLeak)
	}
	switch {
	case !t.Data.Drawn:
		list = append(list, seeChart)
	case t.Data.Before:
		list = append(list, seeBefore)
	}
	return append(list, finish)
}

func (c conversation) browse(ctx context.Context, t *turn) (bot.Event, error) {
	year, month, named := answer.Month(t.Text(), t.At().In(store.Zone))
	chosen := ""
	switch list := offers(t); {
	case slices.Contains(list, t.Text()) || !named:
		var err error
		if chosen, err = option(t.Text(), list); err != nil {
			return "", err
		}
		named = false
		if chosen == list[0] {
			year, month, named = int(t.Data.Newest)/100, int(t.Data.Newest)%100, true
		}
	}
	switch {
	case chosen == finish:
		return done, nil
	case chosen == seeChart, chosen == seeBefore:
		return older, nil
	case chosen == seekLeak:
		t.Tell(leak)
		return answered, nil
	case month == 0:
		t.Data.Next = lastOf(year, t.Data.Newest)
		return older, nil
	}
	used, err := c.consumptions.Consumptions(ctx, t.Property())
	switch {
	case err != nil:
		return "", fmt.Errorf("read consumption: %w", err)
	case len(used.List) == 0: // gone between two messages
		return older, nil
	}
	sayMonth(t, used, store.Month(year*100+month))
	return answered, nil
}

// option understands the words on the buttons, what people say instead of them,
// and a no.
func option(text string, offered []string) (string, error) {
	said := bot.Fold(text)
	chosen, slip := answer.Option(text, offered...)
	yes, unclear := answer.Yes(text)
	switch {
	case strings.Contains(said, "vaza"),
		slices.Contains(offered, seekLeak) && (strings.Contains(said, "aumentou") || strings.Contains(said, "subiu")):
		return seekLeak, nil
	case slip == nil && !slices.Contains(mores, said):
		return chosen, nil
	case unclear == nil && !yes:
		return finish, nil
	case unclear != nil && !slices.Contains(mores, said):
		return "", slip
	case slices.Contains(offered, seeChart):
		return seeChart, nil
	case slices.Contains(offered, seeBefore):
		return seeBefore, nil
	default:
		return "", bot.Mistake("Esses são todos os meses que encontrei.")
	}
}

// mores is what people say who want to see more.
var mores = []string{"mais", "ver mais", "mostrar mais", "mais meses", "ver antes", "meses antes", "os anteriores", "grafico", "ver grafico"}

// leak says how people find out where the water goes.
const leak = "Para procurar um vazamento:\n" +
	"1. Feche as torneiras e não use água por uma hora. Anote os números do hidrômetro antes e depois: se mudarem, há vazamento dentro do imóvel.\n" +
	"2. Jogue um pouco de borra de café no vaso sanitário: se ela não ficar parada no fundo, o vaso vaza.\n" +
	"3. Olhe se a caixa d'água transborda ou a boia não fecha.\n" +
	"Se não achar nada, digite *atendente*."

// sayMonth says all of a month: readings with their days, measured and billed,
// what was unusual and what to do about it (gsan-rules HIS-2, HIS-3, HIS-6).
func sayMonth(t *turn, used store.Consumptions, m store.Month) {
	c, ok := used.Of(m)
	if !ok {
		t.Say("Não há registro de consumo de *%s*. O que tenho vai de *%s* a *%s*.", m.Name(), used.List[len(used.List)-1].Month, used.List[0].Month)
		return
	}
	t.Data.High = t.Data.High || high(c)
	lines := []string{bot.Marked("Consumo de *%s*", m.Name())}
	say := func(format string, args ...any) { lines = append(lines, bot.Marked(format, args...)) }
	if c.Previous.Known {
		say("Leitura anterior: %d, em %s.", c.Previous.Value, c.Previous.On)
	}
	switch {
	case c.Read && c.Days() > 0:
		say("Leitura atual: %d, em %s, depois de %d dias.", c.Current.Value, c.Current.On, c.Days())
	case c.Read:
		say("Leitura atual: %d, em %s.", c.Current.Value, c.Current.On)
	case c.Kind == store.Unmetered:
		say("Leitura: não há hidrômetro.")
	default:
		say("Leitura: *sem leitura*%s.", reason(c.Trouble))
	}
	if c.Informed.Known {
		say("O leiturista anotou %d; a conta foi feita com %d.", c.Informed.Value, c.Current.Value)
	}
	if c.Read {
		say("Medido pelo hidrômetro: *%s*.", cubic(c.Measured))
	}
	switch {
	case c.HasWater && c.HasSewage:
		say("Cobrado na conta: *%s de água* e *%s de esgoto*.", cubic(c.Billed), cubic(c.Sewage))
	case c.HasWater:
		say("Cobrado na conta: *%s de água*.", cubic(c.Billed))
	case c.HasSewage:
		say("Cobrado na conta: *%s de esgoto*.", cubic(c.Sewage))
	case m == t.Data.Newest:
		say("A conta desse mês ainda não saiu.")
	default:
		say("Não encontrei a conta desse mês.")
	}
	if c.HasWater && c.Kind != store.RealUse && c.How != "" {
		say("Como foi calculado: %s.", strings.ToLower(c.How))
	}
	if c.Mean > 0 {
		say("Sua média na época: %s por mês.", cubic(c.Mean))
	}
	if c.Anomaly != "" {
		say("Anormalidade: *%s*.", strings.ToLower(c.Anomaly))
	}
	t.Tell(strings.Join(lines, "\n"))
	advise(t, c)
}

// reason writes GSAN's words behind a sentence; nothing if there are none.
func reason(word string) string {
	if word == "" {
		return ""
	}
	return " (" + strings.ToLower(word) + ")"
}

const tooMuch = "O consumo ficou acima do seu costume. Pode ser mais gente em casa, obra ou vazamento: veja em *%s*."

// advise says what a month means and what to do about it.
func advise(t *turn, c store.Consumption) {
	if c.HasWater && c.Read && c.Measured != c.Billed {
		t.Say("%s", first(why(c)))
	}
	switch {
	case high(c):
		t.Say(tooMuch, seekLeak)
	case c.Odd == store.LowUse:
		t.Say("O consumo ficou bem abaixo do seu costume. Se o imóvel estava em uso, o hidrômetro pode estar parado: digite *atendente*.")
	case !c.Read && c.HasWater && c.Kind != store.Unmetered:
		t.Say("Para a próxima leitura, deixe o hidrômetro em lugar de fácil acesso.")
	}
}

// why says why a bill has another volume than the meter (gsan-rules HIS-6).
func why(c store.Consumption) string {
	if c.Measured < c.Billed && c.Billed == c.Least {
		return fmt.Sprintf("a conta cobra no mínimo %s, mesmo quando o hidrômetro mede menos.", cubic(c.Least))
	}
	return fmt.Sprintf("a conta pode cobrar outro volume quando usa a média ou uma estimativa%s.", reason(c.How))
}

// first writes a sentence with a capital.
func first(sentence string) string { return strings.ToUpper(sentence[:1]) + sentence[1:] }
