// Package quitacao is the conversation in which a customer gets the declaration
// that a year's bills are settled ("declaração de quitação", Lei 12.007/2009),
// or learns which bills stand in its way.
package quitacao

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

// Years is all that this conversation may know of a property.
type Years interface {
	// Clearances returns what the present occupant can have of the closed years,
	// newest first.
	Clearances(ctx context.Context, property int64) (store.Clearances, error)
}

// Print draws the PDF of a declaration. The key is the turn's: the same one
// gives the document the same authenticity code.
type Print func(ctx context.Context, key string, c store.ClearanceCopy) ([]byte, error)

const (
	searching, picking, drawing bot.State = "searching", "picking", "drawing"
	offering, closing           bot.State = "offering", "closing"

	several, one, none, vacant bot.Event = "several", "one", "none", "vacant"
	picked, refused            bot.Event = "picked", "refused"
	owed, more, copies         bot.Event = "owed", "more", "copies"
	other, done                bot.Event = "other", "done"
)

// What the buttons say besides the years.
const (
	secondCopy  = "Segunda Via de Conta"
	anotherYear = "Outro ano"
	finish      = "Nada mais"
)

// data is what we write down between two messages: the years as the customer
// saw them, and the one they chose.
type data struct {
	Years  []int       `json:"y,omitempty"`
	Titles []string    `json:"t,omitempty"`
	Chosen int         `json:"c,omitempty"`
	Copy   store.Month `json:"m,omitempty"` // of the one bill in the way
}

type turn = bot.Turn[data]

// New returns the conversation. Copier is the name of the flow that gives second
// copies of bills.
func New(years Years, print Print, copier string) *bot.Flow {
	c := conversation{years, print, copier}
	return bot.NewFlow(bot.About{
		Name:  "quitacao",
		Title: "Declaração Anual de Quitação de Débitos",
		Words: []string{
			"quitacao", "declaracao", "declaracao anual", "declaracao de quitacao", "declaracao anual de quitacao", "quitacao anual",
			"quitacao de debitos", "nada consta", "termo de quitacao", "comprovante anual",
		},
		Identify: true,
	}, []bot.Step[data]{
		{
			State: searching, Label: "procurando anos fechados",
			Do: c.search,
			On: bot.On{several: picking, one: drawing, none: bot.End, vacant: bot.End},
		},

		{
			State: picking, Label: "escolhendo o ano",
			Ask:  func(t *turn) { t.Offer("De qual ano você quer a declaração?", t.Data.Titles...) },
			Hear: c.pick,
			On:   bot.On{picked: drawing, refused: picking},
		},

		{
			State: drawing, Label: "emitindo a declaração",
			Do: c.draw,
			On: bot.On{owed: offering, more: closing, done: bot.End},
		},

		{
			State: offering, Label: "oferecendo a 2ª via do que falta",
			Ask:  c.askCopies,
			Hear: c.offer,
			On:   bot.On{copies: bot.End, other: picking, done: bot.End},
		},

		{
			State: closing, Label: "oferecendo outro ano",
			Ask:  c.askMore,
			Hear: c.finish,
			On:   bot.On{picked: drawing, refused: closing, done: bot.End},
		},
	})
}

type conversation struct {
	years  Years
	print  Print
	copier string
}

// sayVacant is said of a property without an occupant, whose declaration it
// would be (gsan-rules DEB-15).
const sayVacant = "Não encontrei um morador atual no cadastro deste imóvel, por isso não consigo emitir a declaração por aqui. Para regularizar, digite *atendente*."

func (c conversation) search(ctx context.Context, t *turn) (bot.Event, error) {
	found, err := c.years.Clearances(ctx, t.Property())
	if err != nil {
		return "", fmt.Errorf("search closed years: %w", err)
	}
	today := store.DateOf(t.At())
	*t.Data = data{}
	if !found.Occupied {
		t.Say(sayVacant)
		return vacant, nil
	}
	for _, y := range found.Years {
		title := strconv.Itoa(y.Year)
		if !y.Given() {
			title += " · com pendência"
		}
		t.Data.Years, t.Data.Titles = append(t.Data.Years, y.Year), append(t.Data.Titles, title)
	}
	wanted, named := yearIn(t.Opening(), today)
	switch {
	case len(t.Data.Years) == 0:
		t.Say("Ainda não há ano fechado com contas suas na matrícula `%s`. A declaração de %d poderá ser pedida a partir de 01/01/%d.",
			store.FormatMatricula(t.Property()), today.Year, today.Year+1)
		return none, nil
	case named:
		t.Data.Chosen = wanted
		return one, nil
	case len(t.Data.Years) == 1:
		t.Data.Chosen = t.Data.Years[0]
		return one, nil
	default:
		return several, nil
	}
}

var (
	aYear     = regexp.MustCompile(`\b(?:19|20)\d{2}\b`)
	shortYear = regexp.MustCompile(`^(?:(?:a|o|de|do|ano) )*(\d{2})$`)
	relative  = map[string]int{"ano passado": 1, "ano anterior": 1, "ultimo ano": 1, "ano retrasado": 2, "este ano": 0, "deste ano": 0, "ano atual": 0, "esse ano": 0, "desse ano": 0}
)

// yearIn finds the one year that a text names.
func yearIn(text string, today store.Date) (year int, ok bool) {
	said := bot.Fold(text)
	found := aYear.FindAllString(said, -1)
	for words, ago := range relative {
		if strings.Contains(" "+said+" ", " "+words+" ") {
			found = append(found, strconv.Itoa(today.Year-ago))
		}
	}
	if len(slices.Compact(found)) != 1 {
		return 0, false
	}
	year, err := strconv.Atoi(found[0])
	return year, err == nil
}

func (c conversation) pick(_ context.Context, t *turn) (bot.Event, error) {
	return t.Data.choose(t, t.Data.Years, t.Data.Titles)
}

// choose hears a year, of those on offer or any other, and says why there is no
// declaration of another.
func (d *data) choose(t *turn, years []int, titles []string) (bot.Event, error) {
	today := store.DateOf(t.At())
	year, ok := yearIn(t.Text(), today)
	if m := shortYear.FindStringSubmatch(bot.Fold(t.Text())); !ok && m != nil {
		n, _ := strconv.Atoi(m[1])
		year, ok = 2000+n, n > len(years)
	}
	if !ok {
		i, err := answer.Choice(t.Text(), titles...)
		if err != nil {
			return "", err
		}
		year = years[i]
	}
	if !slices.Contains(d.Years, year) {
		sayNone(t, year, today)
		return refused, nil
	}
	d.Chosen = year
	return picked, nil
}

// sayNone says why there is no declaration of a year of which we know no bill.
func sayNone(t *turn, year int, today store.Date) {
	if year >= today.Year {
		t.Say("O ano de *%d* ainda não fechou. A declaração dele poderá ser pedida a partir de 01/01/%d.", year, year+1)
		return
	}
	t.Say("Não encontrei contas suas neste imóvel com vencimento em *%d*. Se precisar de um ano mais antigo, digite *atendente*.", year)
}

// draw reads the year again, for a bill may have been paid between two messages.
func (c conversation) draw(ctx context.Context, t *turn) (bot.Event, error) {
	found, err := c.years.Clearances(ctx, t.Property())
	if err != nil {
		return "", fmt.Errorf("read the clearance of %d: %w", t.Data.Chosen, err)
	}
	if !found.Occupied {
		t.Say(sayVacant)
		return done, nil
	}
	today := store.DateOf(t.At())
	year := found.Of(t.Data.Chosen, today)
	switch year.Result {
	case store.Cleared, store.PartlyCleared:
		if err := c.send(ctx, t, found, year, today); err != nil {
			return "", err
		}
	case store.DebtsOpen:
		if sayOwed(t, year) {
			return owed, nil
		}
	case store.AllDisputed:
		t.Say("As contas de *%d* estão em revisão. Quando a revisão terminar, peça a declaração de novo por aqui. Dúvidas? Digite *atendente*.", year.Year)
	case store.TooFewSettled:
		t.Say("Não há conta em aberto de *%d*, mas a declaração desse ano não sai por aqui, porque ele não tem doze meses quitados. Para pedi-la, digite *atendente*.", year.Year)
	default:
		sayNone(t, year.Year, today)
	}
	if len(t.Data.Years) > 1 || !slices.Contains(t.Data.Years, t.Data.Chosen) {
		return more, nil
	}
	return done, nil
}

func (c conversation) send(ctx context.Context, t *turn, found store.Clearances, year store.Clearance, today store.Date) error {
	pdf, err := c.print(ctx, fmt.Sprintf("%s/%d", t.Key(), year.Year), store.ClearanceCopy{Clearance: year, Property: found.Property, Holder: found.Holder, Issued: today})
	if err != nil {
		return fmt.Errorf("print the clearance of %d: %w", year.Year, err)
	}
	caption := bot.Marked("Declaração de quitação de *%d*: %s, %s.", year.Year, counted(len(year.Bills)), year.Total())
	if e := year.Excepted; len(e) > 0 {
		caption += bot.Marked(" Ficou de fora, por estar em revisão: *%s*.", months(e))
	}
	if dealt := year.With(store.DealtBill); len(dealt) > 0 {
		caption += bot.Marked(" Em parcelamento: *%s*.", months(dealt))
	}
	if sued := year.With(store.SuedBill); len(sued) > 0 {
		caption += bot.Marked(" Em cobrança judicial: *%s*.", months(sued))
	}
	t.Send(fmt.Sprintf("quitacao-%d.pdf", year.Year), pdf,
		caption+"\nEla substitui os recibos mensais (Lei 12.007/2009). Guarde o arquivo.")
	return nil
}

func counted(bills int) string {
	if bills == 1 {
		return "1 conta"
	}
	return fmt.Sprintf("%d contas", bills)
}

func months(bills []store.YearBill) string {
	var all []string
	for _, b := range bills {
		all = append(all, b.Month.String())
	}
	return strings.Join(all, ", ")
}

// sayOwed lists the bills that stand in the way, and tells whether a second copy
// of any can be had.
func sayOwed(t *turn, year store.Clearance) bool {
	const most = 6 // lines in a message
	var lines []string
	payable := slices.DeleteFunc(slices.Clone(year.Owed), func(b store.YearBill) bool { return b.Status != store.StillOwed })
	for _, b := range year.Owed {
		lines = append(lines, fmt.Sprintf("• %s · %s · %s", b.Month, b.Value, standing(b)))
	}
	if n := len(lines) - most; n > 0 {
		lines = append(lines[:most], fmt.Sprintf("• e mais %s", counted(n)))
	}
	t.Say("A declaração de *%d* ainda não pode ser emitida. Falta quitar:\n%s", year.Year, strings.Join(lines, "\n"))
	t.Data.Copy = 0
	switch len(payable) {
	case 0:
		t.Say("Para tratar disso, digite *atendente*.")
		return false
	case 1:
		t.Data.Copy = payable[0].Month
	}
	t.Say("Depois de pagar, espere até dois dias úteis e peça a declaração de novo.") // gsan-rules VIA-2
	return true
}

func standing(b store.YearBill) string {
	switch b.Status {
	case store.DealtBill:
		return "em parcelamento"
	case store.SuedBill:
		return "em cobrança judicial"
	default:
		return "venceu em " + b.Due.String()
	}
}

func (c conversation) askCopies(t *turn) {
	t.Offer("Quer a 2ª via do que falta pagar?", t.Data.ways()...)
}

// ways lead on from a year that is owed.
func (d *data) ways() []string {
	if len(d.Years) > 1 {
		return []string{secondCopy, anotherYear, finish}
	}
	return []string{secondCopy, finish}
}

func (c conversation) offer(_ context.Context, t *turn) (bot.Event, error) {
	said, err := answer.Option(t.Text(), t.Data.ways()...)
	if err != nil {
		yes, unclear := answer.Yes(t.Text())
		switch {
		case unclear != nil:
			return "", err
		case yes:
			said = secondCopy
		default:
			said = finish
		}
	}
	switch said {
	case secondCopy:
		opening := ""
		if t.Data.Copy != 0 {
			opening = "segunda via de " + t.Data.Copy.Name() // numbers of many digits do not get there
		}
		t.Go(c.copier, opening)
		return copies, nil
	case anotherYear:
		return other, nil
	default:
		return done, nil
	}
}

func (c conversation) askMore(t *turn) {
	_, titles := t.Data.left()
	t.Offer("Quer a declaração de outro ano?", append(titles, finish)...)
}

// left are the other years, with how they are offered.
func (d *data) left() (years []int, titles []string) {
	for i, y := range d.Years {
		if y != d.Chosen {
			years, titles = append(years, y), append(titles, d.Titles[i])
		}
	}
	return years, titles
}

func (c conversation) finish(_ context.Context, t *turn) (bot.Event, error) {
	years, titles := t.Data.left()
	if said, err := answer.Option(t.Text(), append(titles, finish)...); err == nil && said == finish {
		return done, nil
	}
	event, err := t.Data.choose(t, years, titles)
	if err == nil {
		return event, nil
	}
	yes, unclear := answer.Yes(t.Text())
	switch {
	case unclear != nil || yes && len(years) > 1:
		return "", err
	case yes:
		t.Data.Chosen = years[0]
		return picked, nil
	default:
		return done, nil
	}
}
