package debitos

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// atOnce is how many debts are shown at a time.
const atOnce = 10

// data is what we write down between two messages: the debts as the customer
// saw them, so that "2" means the second one they saw, and their choice.
type data struct {
	Debts   []debt `json:"d,omitempty"` // those that can be chosen
	Credits []debt `json:"r,omitempty"` // which go along
	Chosen  []int  `json:"c,omitempty"`
	From    int    `json:"f,omitempty"` // of the debts shown now
	Brief   bool   `json:"b,omitempty"` // they type: no need to show the list again
	Served  bool   `json:"s,omitempty"` // they have got a statement of the chosen ones

	Card   payment `json:"p,omitzero"`  // by card, underway
	Others bool    `json:"x,omitempty"` // they want to see the debts that are not paid by card

	Limit store.Money `json:"m,omitempty"` // from this total on there is no statement; 0 for none
}

// A debt is one of the list.
type debt struct {
	Kind    store.DebtKind `json:"k,omitempty"`
	ID      int64          `json:"i"`
	Version string         `json:"v"`
	Title   string         `json:"t,omitempty"`
	Value   store.Money    `json:"m"`
	Late    store.Money    `json:"l,omitempty"`
	Overdue bool           `json:"o,omitempty"`

	// Of a deal; see store.Debt.
	Left      int         `json:"f,omitempty"`
	AheadMost int         `json:"n,omitempty"`
	Each      store.Money `json:"e,omitempty"`
	Ahead     int         `json:"a,omitempty"`
}

// name is how the debt is called in a sentence.
func (d debt) name() string {
	name, _, _ := strings.Cut(d.Title, " · ")
	return name
}

// part is how what is paid of the debt is called.
func (d debt) part() string {
	if d.Ahead > 0 {
		return fmt.Sprintf("%s (%s)", d.name(), counted(d.Ahead))
	}
	return d.name()
}

// option is how the debt stands in the list.
func (d debt) option() string {
	if d.Ahead > 0 {
		return fmt.Sprintf("%s · %s · %d de %d", d.name(), d.price(), d.Ahead, d.Left)
	}
	return d.Title
}

// price is what is paid of the debt, without late charges.
func (d debt) price() store.Money {
	if d.Ahead > 0 {
		return store.Money(d.Ahead) * d.Each
	}
	return d.Value
}

// list writes the debts down as the customer sees them, in place of all that was
// written down before; what stood at the places in keep stays chosen if it can.
func (d *data) list(owed store.Debts, keep []int) {
	was := d.Debts
	*d = data{Credits: credits(owed), Limit: owed.Limit}
	titles := map[string]int{}
	for _, x := range owed.List {
		if !x.Selectable() {
			continue
		}
		heading := title(x, owed.On)
		if titles[heading]++; titles[heading] > 1 { // options are told apart by their words
			heading = fmt.Sprintf("%s (%d)", heading, titles[heading])
		}
		seen := debt{
			Kind: x.Kind, ID: x.ID, Version: x.Version, Title: heading, Value: x.Value, Late: x.Late.Total(),
			Overdue: !x.Due.IsZero() && x.Due.Before(owed.On), AheadMost: x.AheadMost, Each: x.Each,
		}
		if x.Kind == store.Deal {
			seen.Left = x.Instalments
		}
		if at := slices.IndexFunc(keep, func(i int) bool { return was[i].Kind == x.Kind && was[i].ID == x.ID }); at >= 0 {
			d.Chosen = append(d.Chosen, len(d.Debts))
			if part := was[keep[at]].Ahead; part <= x.AheadMost {
				seen.Ahead = part
			}
		}
		d.Debts = append(d.Debts, seen)
	}
}

func credits(owed store.Debts) []debt {
	var credits []debt
	for _, x := range owed.List {
		if x.Kind == store.Credit {
			credits = append(credits, debt{Kind: x.Kind, ID: x.ID, Version: x.Version, Value: x.Value})
		}
	}
	return credits
}

// page bounds the debts that are shown now.
func (d *data) page() (from, to int) { return d.From, min(d.From+atOnce, len(d.Debts)) }

// also are the options beside the debts.
func (d *data) also() []string {
	var also []string
	if len(d.Chosen) > 0 {
		also = append(also, pay)
	}
	if i := d.deal(); i >= 0 && slices.Contains(d.Chosen, i) {
		also = append(also, ahead)
	}
	also = append(also, all)
	if groups := d.groups(); len(groups["vencidas"]) > 0 && len(groups["vencidas"]) < len(groups["todas"]) {
		also = append(also, overdue)
	}
	if len(d.Chosen) > 0 {
		also = append(also, reset)
	}
	switch _, to := d.page(); {
	case to < len(d.Debts):
		also = append(also, more)
	case d.From > 0:
		also = append(also, first)
	}
	return also
}

// running is the question with the running total, which moves with each change.
func (d *data) running() string {
	var lines []string
	if len(d.Chosen) == 0 {
		lines = append(lines, "O que você quer pagar? Pode escolher mais de uma.")
		if slices.ContainsFunc(d.Debts, func(x debt) bool { return x.Kind == store.FormerBill }) {
			lines = append(lines, "As contas de outro morador só entram se você marcar.")
		}
	} else {
		lines = append(lines, fmt.Sprintf("*Escolhidas: %d de %d*", len(d.Chosen), len(d.Debts)), d.amounts(), "Marque ou desmarque. Quando terminar, escolha *"+pay+"*.")
	}
	if len(d.Debts) > atOnce {
		from, to := d.page()
		lines = append(lines, fmt.Sprintf("Mostrando de %d a %d, de %d.", from+1, to, len(d.Debts)))
	}
	return strings.Join(lines, "\n")
}

// brief is the running total for who types.
func (d *data) brief() string {
	part := ""
	if i := d.deal(); i >= 0 && slices.Contains(d.Chosen, i) && d.Debts[i].Ahead == 0 {
		part = " Para pagar só algumas parcelas: *antecipar*."
	}
	return fmt.Sprintf("Escolhidas (%d de %d): %s.\n%s\nPara seguir, digite *pagar*. Para mudar: *mais 3*, *tira 1*, *limpar* ou *lista*.%s", len(d.Chosen), len(d.Debts), d.names(), d.amounts(), part)
}

// split says how to pay a choice that is too much for one statement: in parts,
// with what was chosen kept, or at the counter if one debt alone is too much
// (gsan-rules EXT-7).
func (d *data) split(t *turn) bot.Event {
	t.Say("O total passa do limite: por aqui, cada pagamento precisa ser menor que *%s*. Acima disso é preciso um boleto do banco, que só sai no atendimento.", d.Limit)
	switch {
	case len(d.Chosen) > 1:
		t.Say("Para pagar em partes, desmarque algumas e pague. Depois é só voltar e pagar as outras. Se preferir, digite *atendente*.")
	case len(d.Debts) > 1:
		t.Say("O valor de *%s* sozinho já passa do limite. Para pagar assim mesmo, digite *atendente*. Os outros débitos você pode escolher aqui.", d.names())
	default:
		t.Say("Para pedir o boleto, digite *atendente*.")
		return refused
	}
	d.Served, d.Brief = false, false
	return rethought
}

// names are what the chosen debts are called.
func (d *data) names() string {
	const most = 6
	var names []string
	for _, i := range d.Chosen {
		names = append(names, bot.Escape(d.Debts[i].part()))
	}
	if n := len(names) - most; n > 0 {
		names = append(names[:most], fmt.Sprintf("mais %d", n))
	}
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " e " + names[last]
}

// amounts are what the choice comes to: value, late charges and credits apart,
// and the total.
func (d *data) amounts() string {
	value, late, credits := d.sum()
	var lines []string
	if late != 0 || credits > 0 {
		lines = append(lines, fmt.Sprintf("Valor: %s", value))
	}
	if late != 0 {
		lines = append(lines, fmt.Sprintf("Acréscimos do atraso: %s", late))
	}
	if credits > 0 {
		lines = append(lines, fmt.Sprintf("Créditos: %s", -credits))
	}
	total := fmt.Sprintf("*Total de hoje: %s*", max(value+late-credits, 0))
	if value+late < credits {
		total += " (os créditos cobrem)"
	}
	return strings.Join(append(lines, total), "\n")
}

// sum adds up the choice; all credits go along with it (gsan-rules EXT-2).
func (d *data) sum() (value, late, credits store.Money) {
	for _, i := range d.Chosen {
		value += d.Debts[i].price()
		late += d.Debts[i].Late
	}
	for _, c := range d.Credits {
		credits += c.Value
	}
	return value, late, credits
}

// total is what the choice costs today.
func (d *data) total() store.Money {
	value, late, credits := d.sum()
	return value + late - credits
}

// groups are the words for several debts. Bills of an earlier occupant are in
// none of them, unless there is nothing else.
func (d *data) groups() map[string][]int {
	everything, late := []int{}, []int{}
	for i, x := range d.Debts {
		if x.Kind == store.FormerBill {
			continue
		}
		everything = append(everything, i)
		if x.Overdue {
			late = append(late, i)
		}
	}
	if len(everything) == 0 {
		for i := range d.Debts {
			everything, late = append(everything, i), append(late, i)
		}
	}
	groups := map[string][]int{"todas": everything}
	for _, word := range overdues {
		groups[word] = late
	}
	return groups
}

// debtList is the list as the grammar of choosing knows it.
func (d *data) debtList() answer.List {
	l := answer.List{Groups: d.groups()}
	for _, x := range d.Debts {
		l.Options = append(l.Options, x.option())
	}
	l.From, l.To = d.page()
	return l
}

// tick chooses a debt, or no longer.
func (d *data) tick(i int) {
	if at := slices.Index(d.Chosen, i); at >= 0 {
		d.Chosen = slices.Delete(d.Chosen, at, at+1)
		d.Debts[i].Ahead = 0
		return
	}
	d.Chosen = append(d.Chosen, i)
	slices.Sort(d.Chosen)
}

// choose takes the choice; of what is not chosen any more no part is either.
func (d *data) choose(chosen []int) {
	d.Chosen = chosen
	for i := range d.Debts {
		if !slices.Contains(chosen, i) {
			d.Debts[i].Ahead = 0
		}
	}
}

// news tells, a line each, what has become of the choice since it was seen.
func (d *data) news(owed store.Debts) []string {
	var news, paid []string
	for _, i := range d.Chosen {
		seen := d.Debts[i]
		now, ok := owed.Find(seen.Kind, seen.ID)
		name, was, is := seen.name(), seen.Value+seen.Late, now.Total()
		switch {
		case ok && now.Version == seen.Version:
		case !ok:
			news = append(news, bot.Marked("*%s* não está mais em aberto e saiu da escolha.", name))
		case now.Status == store.Paid:
			paid = append(paid, bot.Marked("*%s*", name))
		case now.Status == store.PartlyPaid:
			news = append(news, bot.Marked("*%s* recebeu um pagamento parcial, que está em análise, e saiu da escolha.", name))
		case now.Status == store.InNegotiation:
			news = append(news, bot.Marked("*%s* entrou em negociação (pagamento por cartão em andamento) e saiu da escolha.", name))
		case now.Status == store.UnderReview:
			news = append(news, bot.Marked("*%s* entrou em revisão", name)+reason(now.Review)+" e saiu da escolha.")
		case now.Status == store.Unpriced:
			news = append(news, bot.Marked("O valor de *%s* precisa ser calculado no atendimento, e ela saiu da escolha.", name))
		case was != is:
			news = append(news, bot.Marked("*%s* mudou de %s para %s.", name, was, is))
		default:
			news = append(news, bot.Marked("*%s* foi alterada.", name))
		}
	}
	switch n := len(paid); {
	case n == 1:
		news = append(news, paid[0]+" acabou de ser paga e saiu da escolha. Obrigado!")
	case n > 1:
		news = append(news, strings.Join(paid[:n-1], ", ")+" e "+paid[n-1]+" acabaram de ser pagas e saíram da escolha. Obrigado!")
	}
	before, after := d.Credits, credits(owed)
	if !slices.Equal(before, after) {
		var was, is store.Money
		for _, c := range before {
			was += c.Value
		}
		for _, c := range after {
			is += c.Value
		}
		news = append(news, fmt.Sprintf("Os créditos mudaram de %s para %s.", was, is))
	}
	return news
}

// chosen are the chosen debts and the credits that go along, as they were seen.
func (d *data) chosen() []store.Debt {
	var chosen []store.Debt
	for _, i := range d.Chosen {
		x := d.Debts[i]
		chosen = append(chosen, store.Debt{Kind: x.Kind, ID: x.ID, Version: x.Version, Ahead: x.Ahead})
	}
	for _, x := range d.Credits {
		chosen = append(chosen, store.Debt{Kind: x.Kind, ID: x.ID, Version: x.Version})
	}
	return chosen
}

// key names the choice, after the person's: the same debts and credits,
// unchanged, on the same day have the same one.
func (d *data) key(property int64, today store.Date) string {
	hash := sha256.New()
	for _, x := range d.chosen() {
		fmt.Fprintf(hash, "%d/%d/%s/%d ", x.Kind, x.ID, x.Version, x.Ahead)
	}
	return fmt.Sprintf("/extrato/%d/%s/%x", property, today, hash.Sum(nil)[:12])
}

// title is how a debt stands in the list, short enough for a button: what does
// not fit is left out from the right, its value last.
func title(d store.Debt, today store.Date) string {
	const longest = 38
	before, value, after := name(d), " · "+d.Value.String(), standing(d, today)
	for _, after := range []string{" · " + after, " · " + strings.Replace(after, " em ", " ", 1)} {
		if whole := before + value + after; after != " · " && len([]rune(whole)) <= longest {
			return whole
		}
	}
	if room := longest - len([]rune(value)); len([]rune(before)) > room {
		before = strings.TrimSpace(string([]rune(before)[:max(room-1, 4)])) + "…"
	}
	return before + value
}

// name is what a debt is called: a bill by its month, all others in words.
func name(d store.Debt) string {
	switch d.Kind {
	case store.OwnBill, store.FormerBill:
		return d.Month.String()
	case store.Slip:
		return "Guia " + strings.ToLower(d.Text)
	case store.Deal:
		return "Parcelamento"
	default:
		return d.Text
	}
}

// standing says in words where a debt stands.
func standing(d store.Debt, today store.Date) string {
	switch {
	case d.Kind == store.FormerBill:
		return "de outro morador"
	case d.Instalments == 1:
		return "falta 1"
	case d.Instalments > 1:
		return fmt.Sprintf("faltam %d", d.Instalments)
	case d.Due.IsZero():
		return ""
	case d.Due.Before(today):
		return "vencida em " + day(d, today)
	case d.Due == today:
		return "vence hoje"
	default:
		return "vence em " + day(d, today)
	}
}

// day writes the due date short enough for a button: with its year only where
// neither the bill's month nor today tells it.
func day(d store.Debt, today store.Date) string {
	if d.Month.Valid() && store.MonthOf(d.Due) <= d.Month.Add(3) || !d.Month.Valid() && d.Due.Year == today.Year {
		return d.Due.String()[:len("dd/mm")]
	}
	return d.Due.String()
}
