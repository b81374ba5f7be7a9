// Package segundavia is the conversation in which a customer gets a copy of a
// bill ("segunda via de conta"): its PDF, a Pix code, the bar code's line, or
// the banks where it is paid online.
package segundavia

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// Bills is all that this conversation may know of a property.
type Bills interface {
	// Bills returns what the present occupant has to pay, oldest first.
	Bills(ctx context.Context, property int64) (store.Bills, error)
	// PaidBills returns the paid bills of the present occupant since a month,
	// newest first.
	PaidBills(ctx context.Context, property int64, since store.Month) ([]store.Bill, error)
	// BillCopy returns all that the copy of one bill prints; ok is false if the
	// property's occupant has no such bill.
	BillCopy(ctx context.Context, property, bill int64) (c store.BillCopy, ok bool, err error)
}

// Pix makes the code that pays a bill.
type Pix interface {
	// Charge makes the code that pays the form's Bill, until the form Expires. The
	// same bill gives the same code for as long as that can be paid. It is refused
	// as DebtsHeld, as DebtsChanged, and as BankAway.
	Charge(ctx context.Context, key string, f store.ChargeForm) (store.PixCode, store.Refusal, error)
}

// Print draws the PDF of a bill; the charge is the Pix it shows, or none. The
// key is the turn's: the same one gives the document the same authenticity code.
type Print func(ctx context.Context, key string, c store.BillCopy, charge store.PixCode) ([]byte, error)

const (
	searching, picking, choosing bot.State = "searching", "picking", "choosing"
	offering, browsing           bot.State = "offering", "browsing"
	recalling, closing           bot.State = "recalling", "closing"

	several, one, none, vacant  bot.Event = "several", "one", "none", "vacant"
	marked, picked, refused     bot.Event = "marked", "picked", "refused"
	told                        bot.Event = "told"
	printed, delivered, settled bot.Event = "printed", "delivered", "settled"
	other, paid, found, done    bot.Event = "other", "paid", "found", "done"
)

// What the buttons say besides the bills.
const (
	allBills  = "Todas as contas"
	paidBills = "Contas já pagas"
	another   = "Outra conta"
	finish    = "Nada mais"

	asPDF  = "PDF da conta"
	asPix  = "Pix copia e cola"
	asLine = "Código de barras"
	atBank = "Pagar no banco"
)

const (
	atOnce     = 12 // bills sent in one go: more would bury the person and the network
	monthsBack = 12 // how far back paid bills can be had, this month included
)

// data is what we write down between two messages: the bills as the customer
// saw them, so that "2" means the second one they saw, and their choice.
type data struct {
	Bills  []int64  `json:"b,omitempty"`
	Titles []string `json:"t,omitempty"`
	Ticked []int    `json:"k,omitempty"` // while they are still choosing
	Chosen []int64  `json:"c,omitempty"`
	Served bool     `json:"s,omitempty"` // they have got something of the chosen ones
}

type turn = bot.Turn[data]

// New returns the conversation. Payee is who a Pix goes to, in words that the
// customer can compare with what their bank shows. Read the table, then the
// functions below it, which stand in the order of the table.
func New(bills Bills, pix Pix, print Print, payee string, banks func() []store.Bank) *bot.Flow {
	c := conversation{bills, pix, print, payee, banks}
	return bot.NewFlow(bot.About{
		Name:     "segundavia",
		Title:    "Segunda Via de Conta",
		Words:    []string{"segunda via", "2ª via", "2 via", "conta", "contas", "fatura", "faturas", "boleto", "pagar", "pix", "codigo de barras"},
		Identify: true,
	}, []bot.Step[data]{
		{
			State: searching, Label: "procurando contas em aberto",
			Do: c.search,
			On: bot.On{several: picking, one: choosing, none: offering, refused: offering, told: closing, vacant: bot.End},
		},

		{
			State: picking, Label: "escolhendo as contas",
			Ask:  c.askWhich,
			Hear: c.pick,
			On:   bot.On{marked: picking, refused: picking, picked: choosing, printed: closing, paid: browsing, done: bot.End},
		},

		{
			State: choosing, Label: "escolhendo como receber",
			Ask:  c.askHow,
			Hear: c.deliver,
			On:   bot.On{delivered: choosing, settled: searching, other: searching, paid: browsing, done: bot.End},
		},

		{
			State: offering, Label: "oferecendo contas pagas",
			Ask:  func(t *turn) { t.Offer("Quer a 2ª via de uma conta já paga?", "Sim", "Não") },
			Hear: c.accept,
			On:   bot.On{paid: browsing, done: bot.End},
		},

		{
			State: browsing, Label: "procurando contas pagas",
			Do: c.browse,
			On: bot.On{found: recalling, none: bot.End},
		},

		{
			State: recalling, Label: "escolhendo contas pagas",
			Ask:  c.askWhichPaid,
			Hear: c.recall,
			On:   bot.On{marked: recalling, refused: recalling, printed: closing, done: bot.End},
		},

		{
			State: closing, Label: "oferecendo outra conta",
			Ask:  func(t *turn) { t.Offer("Quer a 2ª via de mais alguma conta?", another, paidBills, finish) },
			Hear: c.finish,
			On:   bot.On{other: searching, paid: browsing, done: bot.End},
		},
	})
}

type conversation struct {
	bills Bills
	pix   Pix
	print Print
	payee string
	banks func() []store.Bank // where a bill can be paid online now
}

func (c conversation) search(ctx context.Context, t *turn) (bot.Event, error) {
	bills, err := c.bills.Bills(ctx, t.Property())
	if err != nil {
		return "", fmt.Errorf("search open bills: %w", err)
	}
	if !bills.Occupied { // gsan-rules DEB-15
		t.Say("Não encontrei um morador atual no cadastro deste imóvel, por isso não consigo mostrar as contas por aqui. Para regularizar, digite *atendente*.")
		return vacant, nil
	}
	open := slices.DeleteFunc(slices.Clone(bills.List), func(b store.Bill) bool { return b.Status == store.Paid })
	today := store.DateOf(t.At())
	if year, month, ok := answer.Month(t.Opening(), t.At().In(store.Zone)); ok && month > 0 {
		if event, err := c.takeMonth(ctx, t, open, store.Month(100*year+month)); event != "" || err != nil {
			return event, err
		}
	}
	switch len(open) {
	case 0:
		if bills.Contracted { // gsan-rules DEB-7
			t.Say("As contas em aberto da matrícula `%s` estão num contrato de parcelamento e são pagas nas parcelas dele. Por isso não há 2ª via delas. Sobre o contrato, digite *atendente*. Para ver outros débitos, digite *negociar débitos*.", store.FormatMatricula(t.Property()))
			return none, nil
		}
		t.Say("Boa notícia: não há conta em aberto para a matrícula `%s`.", store.FormatMatricula(t.Property()))
		return none, nil
	case 1:
		t.Data.list(open, today)
		t.Say("A matrícula `%s` tem uma conta em aberto: *%s*.", store.FormatMatricula(t.Property()), t.Data.Titles[0])
		event, err := c.take(ctx, t, []int{0})
		switch event {
		case picked:
			return one, err
		case printed: // it has no code to pay with, so there is nothing to choose
			return none, err
		}
		return event, err
	default:
		t.Data.list(open, today)
		t.Say("A matrícula `%s` tem %d contas em aberto.%s", store.FormatMatricula(t.Property()), len(open), total(open))
		return several, nil
	}
}

// takeMonth takes the bill of the month that was asked for, open or paid. The
// event is "" if there is none.
func (c conversation) takeMonth(ctx context.Context, t *turn, open []store.Bill, month store.Month) (bot.Event, error) {
	today := store.DateOf(t.At())
	of := func(b store.Bill) bool { return b.Month == month }
	if i := slices.IndexFunc(open, of); i >= 0 {
		t.Data.list(open, today)
		t.Say("A conta de %s: *%s*.", month.Name(), t.Data.Titles[i])
		return c.takeAsked(ctx, t, i)
	}
	settled, err := c.bills.PaidBills(ctx, t.Property(), store.MonthOf(today).Add(1-monthsBack))
	if err != nil {
		return "", fmt.Errorf("search paid bills: %w", err)
	}
	if i := slices.IndexFunc(settled, of); i >= 0 {
		t.Data.list(settled, today)
		t.Say("A conta de %s já está paga.", month.Name())
		return c.takeAsked(ctx, t, i)
	}
	t.Say("Não encontrei a conta de %s entre as abertas, nem entre as pagas nos últimos %d meses.", month.Name(), monthsBack)
	return "", nil
}

// takeAsked takes a bill that was asked for by its month, one among others.
func (c conversation) takeAsked(ctx context.Context, t *turn, i int) (bot.Event, error) {
	event, err := c.take(ctx, t, []int{i})
	if event == picked {
		return one, err
	}
	return told, err
}

// total sums up the bills that can be paid; "" for fewer than two.
func total(bills []store.Bill) string {
	var sum store.Money
	payable := 0
	for _, b := range bills {
		if b.Payable() {
			sum += b.Total
			payable++
		}
	}
	switch {
	case payable < 2:
		return ""
	case payable < len(bills):
		return fmt.Sprintf(" As que podem ser pagas somam %s.", sum)
	default:
		return fmt.Sprintf(" Somam %s.", sum)
	}
}

const askOpen, askPaid = "De quais contas você quer a 2ª via?", "De quais contas pagas você quer a 2ª via?"

func (c conversation) askWhich(t *turn) { askSeveral(t, askOpen, allBills, paidBills) }

// askSeveral asks for some of the bills, with a last option to end the
// choosing once any is ticked.
func askSeveral(t *turn, question string, also ...string) {
	if n := len(t.Data.Ticked); n > 0 {
		also = append([]string{receive(n)}, also...)
	}
	t.OfferSeveral(question+" Pode escolher mais de uma.", t.Data.Titles, t.Data.Ticked, also...)
}

func receive(n int) string {
	if n == 1 {
		return "Receber a marcada"
	}
	return fmt.Sprintf("Receber as %d marcadas", n)
}

func (c conversation) pick(ctx context.Context, t *turn) (bot.Event, error) {
	return c.tickOrTake(ctx, t, allBills, paidBills)
}

// tickOrTake hears which bills are meant. A bill that was pressed is ticked, or
// no longer; what was typed says it all at once.
func (c conversation) tickOrTake(ctx context.Context, t *turn, also ...string) (bot.Event, error) {
	if n := len(t.Data.Ticked); n > 0 {
		also = append([]string{receive(n)}, also...)
	}
	said := alias(t.Text())
	if said == finish {
		return done, nil
	}
	if said == ready && len(t.Data.Ticked) > 0 {
		return c.take(ctx, t, t.Data.Ticked)
	}
	_, isBill := bot.Pick(said, t.Data.Titles) // "a última" is the last bill, not the last option
	if i, ok := bot.Pick(said, append(slices.Clone(t.Data.Titles), also...)); ok && !isBill {
		switch also[i-len(t.Data.Titles)] {
		case paidBills:
			return paid, nil
		case allBills:
			return c.takeAll(ctx, t)
		default:
			return c.take(ctx, t, t.Data.Ticked)
		}
	}
	chosen, err := answer.Several(t.Text(), t.Data.Titles...)
	if err != nil {
		return "", err
	}
	if !t.Pressed() {
		return c.take(ctx, t, chosen)
	}
	if at := slices.Index(t.Data.Ticked, chosen[0]); at >= 0 {
		t.Data.Ticked = slices.Delete(t.Data.Ticked, at, at+1)
	} else {
		t.Data.Ticked = append(t.Data.Ticked, chosen[0])
		slices.Sort(t.Data.Ticked)
	}
	return marked, nil
}

// takeAll takes every bill, or the oldest of them if there are too many.
func (c conversation) takeAll(ctx context.Context, t *turn) (bot.Event, error) {
	if len(t.Data.Bills) > atOnce {
		t.Say("São muitas contas para um envio só: seguem as %d mais antigas. Depois peça as outras.", atOnce)
	}
	all := make([]int, min(len(t.Data.Bills), atOnce))
	for i := range all {
		all[i] = i
	}
	return c.take(ctx, t, all)
}

// take reads the chosen bills again, refuses those that cannot be had, and
// sends those that have no code to pay with right away.
func (c conversation) take(ctx context.Context, t *turn, chosen []int) (bot.Event, error) {
	if len(chosen) > atOnce {
		return "", bot.Mistake(fmt.Sprintf("Consigo enviar até %d contas por vez. Escolha algumas, e depois peça as outras.", atOnce))
	}
	t.Data.Chosen, t.Data.Ticked, t.Data.Served = nil, nil, false
	var copies []store.BillCopy
	for _, i := range chosen {
		b, ok, err := c.bills.BillCopy(ctx, t.Property(), t.Data.Bills[i])
		switch {
		case err != nil:
			return "", fmt.Errorf("read bill %d: %w", t.Data.Bills[i], err)
		case !ok:
			t.Say("A conta *%s* não está mais disponível.", t.Data.Titles[i])
		case !refuse(t, b):
			copies = append(copies, b)
		}
	}
	payable := slices.DeleteFunc(slices.Clone(copies), func(b store.BillCopy) bool { return b.Barcode == "" })
	switch {
	case len(copies) == 0:
		return refused, nil
	case len(payable) == 0:
		return printed, c.sendPDFs(ctx, t, copies)
	}
	for _, b := range copies {
		if b.Status == store.Paid { // paid since they saw the list
			t.Say("A conta *%s* já está paga. A 2ª via dela sai em *%s*.", b.Month, paidBills)
		} else {
			t.Data.Chosen = append(t.Data.Chosen, b.ID)
		}
	}
	return picked, nil
}

// refuse says why a bill cannot be had, if it cannot: one that is being paid by
// card (gsan-rules DEB-14), or one under review, but for the entrada of a deal (VIA-3).
func refuse(t *turn, b store.BillCopy) bool {
	if b.Status == store.InNegotiation {
		sayHeld(t, b)
		return true
	}
	if b.Status != store.UnderReview || b.Payable() {
		return false
	}
	t.Say("A conta *%s* está em revisão%s e não pode ser emitida agora. Quando a revisão terminar, ela volta a sair por aqui. Dúvidas? Digite *atendente*.", b.Month, reason(b.Review))
	return true
}

func sayHeld(t *turn, b store.BillCopy) {
	t.Say("A conta *%s* está em negociação: há um pagamento por cartão em andamento. Se ele não for concluído, ela volta a sair por aqui. Dúvidas? Digite *atendente*.", b.Month)
}

func reason(review string) string {
	if review == "" {
		return ""
	}
	return " (" + strings.ToLower(review) + ")"
}

func (c conversation) askHow(t *turn) {
	question := "Como prefere receber?"
	if t.Data.Served {
		question = "Precisa de mais alguma coisa?"
	}
	t.Offer(question, c.offers(t)...)
}

// offers are all that can be asked for here.
func (c conversation) offers(t *turn) []string {
	offers := append(c.ways(), another, paidBills)
	if t.Data.Served {
		offers = append(offers, finish)
	}
	return offers
}

// ways are the forms in which a bill can be had here.
func (c conversation) ways() []string {
	ways := []string{asPDF}
	if c.pix != nil {
		ways = append(ways, asPix)
	}
	ways = append(ways, asLine)
	if len(c.banks()) > 0 {
		ways = append(ways, atBank)
	}
	return ways
}

func (c conversation) deliver(ctx context.Context, t *turn) (bot.Event, error) {
	said := alias(t.Text())
	if said == finish {
		return done, nil
	}
	how, err := answer.Option(said, c.offers(t)...)
	if err != nil {
		return "", err
	}
	switch how {
	case another:
		return other, nil
	case paidBills:
		return paid, nil
	case finish:
		return done, nil
	}
	copies, err := c.again(ctx, t)
	if err != nil {
		return "", err
	}
	if len(copies) == 0 {
		return settled, nil
	}
	t.Data.Served = true
	switch how {
	case asPDF:
		return delivered, c.sendPDFs(ctx, t, copies)
	case asPix:
		return delivered, c.sendPix(ctx, t, copies)
	case atBank:
		sendLines(t, copies)
		for _, b := range c.banks() {
			t.Link(bot.Marked("*%s*: entre na sua conta e use o código de barras.", b.Name), b.Name, b.Link)
		}
		return delivered, nil
	default:
		sendLines(t, copies)
		return delivered, nil
	}
}

// What people say instead of the words on the buttons.
var (
	endings  = []string{"nao", "nao obrigado", "nao obrigada", "nao quero", "nada", "so isso", "nenhuma", "nenhuma delas", "nenhuma dessas"}
	readies  = []string{"pronto", "receber", "enviar", "pode mandar", "so essas", "so essa"}
	settleds = []string{"pagas", "paga", "contas pagas", "conta paga", "ja pagas", "ja paga", "contas ja pagas", "conta ja paga", "as pagas", "as ja pagas"}

	waysByWord = map[string]string{
		"pdf": asPDF, "pix": asPix, "linha": asLine, "codigo": asLine, "boleto": asLine, "barras": asLine,
		"banco": atBank, "bancos": atBank,
	}
)

// ready is what ends the choosing of bills, whatever the button says.
const ready = "pronto"

// alias gives the words on the buttons for what people say instead: an ending,
// or a sentence in which one way of receiving is named.
func alias(text string) string {
	said := bot.Fold(text)
	switch {
	case slices.Contains(endings, said), said == bot.Fold(finish):
		return finish
	case slices.Contains(readies, said):
		return ready
	case slices.Contains(settleds, said):
		return paidBills
	}
	named := ""
	for _, word := range strings.Fields(said) {
		switch way := waysByWord[word]; {
		case way == "", way == named:
		case named != "":
			return text
		default:
			named = way
		}
	}
	switch {
	case named != "":
		return named
	case slices.Contains(strings.Fields(said), "pagar"): // with what is at hand at once
		return asPix
	default:
		return text
	}
}

// again reads the chosen bills once more and leaves out those that were paid
// between two messages.
func (c conversation) again(ctx context.Context, t *turn) ([]store.BillCopy, error) {
	var copies []store.BillCopy
	var months []string
	for _, id := range t.Data.Chosen {
		b, ok, err := c.bills.BillCopy(ctx, t.Property(), id)
		switch {
		case err != nil:
			return nil, fmt.Errorf("read bill %d: %w", id, err)
		case !ok:
			t.Say("Uma das contas não está mais disponível.")
		case b.Status == store.Paid:
			months = append(months, b.Month.String())
		case !refuse(t, b):
			copies = append(copies, b)
		}
	}
	switch n := len(months); {
	case n == 1:
		t.Say("A conta *%s* acabou de ser paga. Obrigado!", months[0])
	case n > 1:
		t.Say("As contas *%s* e *%s* acabaram de ser pagas. Obrigado!", strings.Join(months[:n-1], ", "), months[n-1])
	}
	return copies, nil
}

// sendPDFs sends the documents of the bills, each with a caption that says
// what matters without opening it.
func (c conversation) sendPDFs(ctx context.Context, t *turn, copies []store.BillCopy) error {
	away := false
	for _, b := range copies {
		var charge store.PixCode
		if !away { // else every copy would wait for the bank
			var refusal store.Refusal
			var err error
			if charge, refusal, err = c.charge(ctx, t, b); err != nil {
				return err
			}
			away = refusal == store.BankAway
		}
		pdf, err := c.print(ctx, fmt.Sprintf("%s/%d", t.Key(), b.ID), b, charge)
		if err != nil {
			return fmt.Errorf("print bill %d: %w", b.ID, err)
		}
		t.Send(fmt.Sprintf("conta-%d.pdf", b.Month), pdf, caption(b, store.DateOf(t.At()))+until(charge))
	}
	if away {
		t.Say("O Pix está fora do ar neste momento: o que veio sem ele pode ser pago com o código de barras.")
	}
	return nil
}

func caption(b store.BillCopy, today store.Date) string {
	switch {
	case b.Status == store.Paid:
		return bot.Marked("2ª via da conta de *%s*, %s, *paga*%s.", b.Month, b.Total, on(b.PaidOn))
	case b.DirectDebit:
		return bot.Marked("2ª via da conta de *%s*, %s. Está em débito automático: o valor sai da sua conta em %s.", b.Month, b.Total, b.Due)
	case b.Barcode == "" && b.NoCode != "":
		return bot.Marked("2ª via da conta de *%s*, %s, sem código para pagamento: %s.", b.Month, b.Total, b.NoCode)
	case b.Due.Before(today): // gsan-rules VIA-12
		return bot.Marked("2ª via da conta de *%s*, %s, vencida em %s. Multa e juros do atraso vêm em uma próxima conta.", b.Month, b.Total, b.Due)
	default:
		return bot.Marked("2ª via da conta de *%s*, %s, com vencimento em %s.", b.Month, b.Total, b.Due)
	}
}

func on(d store.Date) string {
	if d.IsZero() {
		return ""
	}
	return " em " + d.String()
}

// until tells the last day of the Pix that a PDF shows, "" if it has none.
func until(charge store.PixCode) string {
	if charge.Until.IsZero() {
		return ""
	}
	return fmt.Sprintf(" O Pix que está nela vale até %s.", charge.Until)
}

// charge makes the Pix of a bill; none for a bill without a code.
func (c conversation) charge(ctx context.Context, t *turn, b store.BillCopy) (store.PixCode, store.Refusal, error) {
	if c.pix == nil || b.Barcode == "" {
		return store.PixCode{}, store.NotRefused, nil
	}
	charge, refusal, err := c.pix.Charge(ctx, fmt.Sprintf("%s/%d", t.MessageKey(), b.ID), store.ChargeForm{
		Session: t.Chat(), Property: t.Property(), Bill: b.Bill, At: t.At(), Expires: b.Validity.End(),
	})
	if err != nil {
		return store.PixCode{}, store.NotRefused, fmt.Errorf("charge bill %d: %w", b.ID, err)
	}
	return charge, refusal, nil
}

func (c conversation) sendPix(ctx context.Context, t *turn, copies []store.BillCopy) error {
	sent, soon := false, false // soon: a bank tells us of it
	for _, b := range copies {
		charge, refusal, err := c.charge(ctx, t, b)
		switch {
		case err != nil:
			return err
		case refusal == store.BankAway: // the others would wait for it in vain
			t.Say("O Pix está fora do ar neste momento. Peça o código de barras, ou o Pix de novo daqui a alguns minutos.")
			return nil
		case refusal == store.DebtsHeld:
			sayHeld(t, b)
			continue
		case refusal != store.NotRefused:
			t.Say("A conta de *%s* mudou agora há pouco. Peça a lista das contas de novo em *%s*.", b.Month, another)
			continue
		case charge.Code == "":
			t.Say("A conta de *%s* não tem Pix: %s.", b.Month, b.NoCode)
			continue
		}
		last := ""
		if !charge.Until.IsZero() {
			last = fmt.Sprintf("\nO código vale até %s.", charge.Until)
		}
		t.Say("Pix da conta de *%s*, *%s*. Copie o código abaixo e cole no aplicativo do seu banco.\nAntes de pagar, confira quem recebe: *%s*.%s", b.Month, b.Total, c.payee, last)
		t.Copy(charge.Code)
		sent, soon = true, !charge.Until.IsZero()
	}
	switch {
	case !sent:
	case soon:
		t.Say("O pagamento aparece aqui assim que o banco confirmar.")
	default:
		t.Say("O pagamento pode levar até dois dias úteis para aparecer aqui.") // gsan-rules VIA-2
	}
	return nil
}

func sendLines(t *turn, copies []store.BillCopy) {
	for _, b := range copies {
		if b.Line == "" {
			t.Say("A conta de *%s* não tem código de barras: %s.", b.Month, b.NoCode)
			continue
		}
		t.Say("Código de barras da conta de *%s*, *%s*, vencimento %s. Copie os 48 números abaixo:", b.Month, b.Total, b.Due)
		t.Copy(b.Line)
	}
}

func (c conversation) accept(_ context.Context, t *turn) (bot.Event, error) {
	if alias(t.Text()) == paidBills {
		return paid, nil
	}
	yes, err := answer.Yes(t.Text())
	if err != nil {
		return "", err
	}
	if yes {
		return paid, nil
	}
	return done, nil
}

func (c conversation) browse(ctx context.Context, t *turn) (bot.Event, error) {
	since := store.MonthOf(store.DateOf(t.At())).Add(1 - monthsBack)
	bills, err := c.bills.PaidBills(ctx, t.Property(), since)
	if err != nil {
		return "", fmt.Errorf("search paid bills: %w", err)
	}
	if len(bills) == 0 {
		t.Say("Não encontrei contas pagas nos últimos %d meses.", monthsBack)
		return none, nil
	}
	t.Data.list(bills, store.DateOf(t.At()))
	return found, nil
}

func (c conversation) askWhichPaid(t *turn) { askSeveral(t, askPaid) }

func (c conversation) recall(ctx context.Context, t *turn) (bot.Event, error) {
	event, err := c.tickOrTake(ctx, t)
	if event == picked { // a payment was taken back in the meantime: the copy has a code again
		var copies []store.BillCopy
		if copies, err = c.again(ctx, t); err == nil {
			return printed, c.sendPDFs(ctx, t, copies)
		}
	}
	return event, err
}

func (c conversation) finish(_ context.Context, t *turn) (bot.Event, error) {
	what, err := answer.Option(alias(t.Text()), another, paidBills, finish)
	if err != nil {
		return "", err
	}
	switch what {
	case another:
		return other, nil
	case paidBills:
		return paid, nil
	default:
		return done, nil
	}
}

// list writes the bills down as the customer sees them, in place of all that
// was written down before.
func (d *data) list(bills []store.Bill, today store.Date) {
	*d = data{}
	for _, b := range bills {
		d.Bills = append(d.Bills, b.ID)
		d.Titles = append(d.Titles, fmt.Sprintf("%s · %s · %s", b.Month, b.Total, standing(b, today)))
	}
}

// standing says in words where a bill stands.
func standing(b store.Bill, today store.Date) string {
	switch {
	case b.Status == store.UnderReview && !b.Payable():
		return "em revisão"
	case b.Status == store.InNegotiation:
		return "em negociação"
	case b.Status == store.PartlyPaid:
		return "pagamento parcial em análise"
	case b.Status == store.Paid:
		return strings.TrimSuffix("paga em "+day(b.PaidOn, b.Month), " em ")
	case b.Due.Before(today):
		return "vencida em " + day(b.Due, b.Month)
	case b.Due == today:
		return "vence hoje"
	default:
		return "vence em " + day(b.Due, b.Month)
	}
}

// day writes a date short enough for a button beside the bill's month: with
// its year only where the month leaves it open.
func day(d store.Date, of store.Month) string {
	if d.IsZero() || store.MonthOf(d) > of.Add(3) {
		return d.String()
	}
	return d.String()[:len("dd/mm")]
}
