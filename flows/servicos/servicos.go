// Package servicos is the conversation in which a customer asks the utility to
// do something: mend a leak, look at a meter, correct a bill ("Outros
// Serviços"). What can be asked for and what becomes of it is GSAN's registro
// de atendimento (gsan-rules, section 8).
//
// # Why photos are not opened
//
// A photo stays with the network that it was sent on; what is kept is how that
// network finds it, for staff to open it there. Fetching it in a
// turn would let a slow download hold up the person's next message.
package servicos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// Requests is where requests are opened.
type Requests interface {
	// RequestTypes returns what can be asked for, by name.
	RequestTypes(ctx context.Context) ([]store.RequestType, error)
	// PendingRequest returns the open request of a kind; ok is false if there is
	// none.
	PendingRequest(ctx context.Context, property int64, kind int) (o store.OpenedRequest, ok bool, err error)
	// OpenRequest opens a request, once under the same key, or returns the open
	// one of the same kind; ok is false if the kind cannot be asked for any more.
	OpenRequest(ctx context.Context, key string, f store.RequestForm) (o store.OpenedRequest, ok bool, err error)
}

// Bills is which bills a request can be about.
type Bills interface {
	// Bills returns what the present occupant has to pay, oldest first.
	Bills(ctx context.Context, property int64) (store.Bills, error)
	// PaidBills returns the paid bills of the present occupant since a month,
	// newest first.
	PaidBills(ctx context.Context, property int64, since store.Month) ([]store.Bill, error)
}

const (
	listing, choosing, narrowing  bot.State = "listing", "choosing", "narrowing"
	confirming, checking, ticking bot.State = "confirming", "checking", "ticking"
	phoning, naming, locating     bot.State = "phoning", "naming", "locating"
	describing, reviewing         bot.State = "describing", "reviewing"
	correcting, opening           bot.State = "correcting", "opening"

	several, guessed, narrowed, none bot.Event = "several", "guessed", "narrowed", "none"
	more, chosen, declined, other    bot.Event = "more", "chosen", "declined", "other"
	free, existing, asksBills, gone  bot.Event = "free", "existing", "asks_bills", "gone"
	marked, attached                 bot.Event = "marked", "attached"
	given, corrected                 bot.Event = "given", "corrected"
	confirmed, wrong, quit, opened   bot.Event = "confirmed", "wrong", "quit", "opened"

	fixSubject, fixBills, fixPhone, fixName bot.Event = "fix_subject", "fix_bills", "fix_phone", "fix_name"
	fixLandmark, fixNotes, detached         bot.Event = "fix_landmark", "fix_notes", "detached"
)

// What the buttons say.
const (
	moreTypes = "Mais assuntos"
	otherType = "Outro assunto"
	skip      = "Pular"

	send    = "Enviar pedido"
	correct = "Corrigir"
	giveUp  = "Desistir"

	subject, bills, phone, name = "Assunto", "Contas", "Telefone", "Nome"
	landmark, notes             = "Ponto de referência", "Detalhes"
	detach, allRight            = "Tirar os anexos", "Está tudo certo"
)

const (
	page       = 9 // types at once, and one more row to turn the page: lists hold ten rows
	monthsBack = 6 // of the paid bills that a request can be about
	mostBills  = 9
	mostPhotos = 3
)

// data is what we write down between two messages: a draft, which is gone when
// the request is opened or given up.
type data struct {
	Shown []string `json:"s,omitempty"` // options of the question they stand at
	IDs   []int64  `json:"i,omitempty"` // what those options are
	Page  int      `json:"p,omitempty"`

	Kind    int    `json:"k,omitempty"` // of what they ask for, its name, and whether it wants bills
	Name    string `json:"n,omitempty"`
	OfBills bool   `json:"w,omitempty"`

	Ticked []int    `json:"t,omitempty"` // bills, while they are still choosing
	Bills  []int64  `json:"b,omitempty"`
	Months []string `json:"m,omitempty"` // of the bills, MM/AAAA

	Own       string       `json:"y,omitempty"` // the phone they write from, if it is known and one we may call
	Phone     string       `json:"f,omitempty"`
	Requester string       `json:"r,omitempty"`
	Landmark  string       `json:"l,omitempty"`
	Notes     string       `json:"o,omitempty"`
	Place     *store.Point `json:"a,omitempty"`
	Photos    []string     `json:"h,omitempty"`

	Reviewed bool `json:"v,omitempty"` // they have seen it all, and correct one thing
}

type turn = bot.Turn[data]

// New returns the conversation. Read the table, then the functions below it,
// which stand in the order of the table.
func New(requests Requests, list Bills) *bot.Flow {
	c := conversation{requests, list}
	attachments := []string{"photo", "place"}
	return bot.NewFlow(bot.About{
		Name:  "servicos",
		Title: "Outros Serviços",
		Words: []string{
			"outros servicos", "outro servico", "servicos", "solicitacao", "solicitar servico", "abrir chamado", "abrir um chamado", "abrir protocolo",
			"vazamento", "vazando", "falta de agua", "falta d agua", "faltando agua", "sem agua", "nao tem agua", "pouca pressao", "agua fraca",
			"agua suja", "esgoto", "ligacao nova", "ligacao de agua", "religacao", "religar", "religue", "hidrometro", "buraco", "contestar",
			"contestar conta", "tarifa social", "trocar titular", "denuncia",
		},
		Identify: true,
	}, []bot.Step[data]{
		{
			State: listing, Label: "vendo o que pode ser pedido",
			Do: c.list,
			On: bot.On{several: choosing, guessed: confirming, narrowed: narrowing, none: bot.End},
		},
		{
			State: choosing, Label: "escolhendo o assunto",
			Ask:  func(t *turn) { t.Offer("Sobre o que é o seu pedido?", t.Data.Shown...) },
			Hear: c.choose,
			On:   bot.On{more: choosing, narrowed: narrowing, guessed: confirming, quit: bot.End},
		},
		{
			State: narrowing, Label: "escolhendo o pedido",
			Ask:  func(t *turn) { t.Offer("Qual destas situações é a sua?", t.Data.Shown...) },
			Hear: c.narrow,
			On:   bot.On{chosen: checking, guessed: confirming, other: listing},
		},
		{
			State: confirming, Label: "confirmando o pedido",
			Ask:  func(t *turn) { t.Offer(bot.Marked("Entendi: *%s*. É isso?", t.Data.Name), "Sim", "Não") },
			Hear: c.confirm,
			On:   bot.On{chosen: checking, declined: listing},
		},
		{
			State: checking, Label: "vendo se já há um pedido igual",
			Do: c.check,
			On: bot.On{free: phoning, asksBills: ticking, existing: bot.End, corrected: reviewing},
		},
		{
			State: ticking, Label: "escolhendo as contas",
			Ask:  askBills,
			Hear: c.tick,
			On:   bot.On{marked: ticking, given: phoning, corrected: reviewing},
		},
		{
			State: phoning, Label: "dizendo o telefone",
			Ask:  askPhone,
			Hear: c.takePhone,
			On:   bot.On{given: naming, corrected: reviewing},
		},
		{
			State: naming, Label: "dizendo o nome", Free: true,
			Ask:  func(t *turn) { t.Say("Qual é o nome de quem está pedindo?") },
			Hear: c.takeName,
			On:   bot.On{given: locating, corrected: reviewing},
		},
		{
			State: locating, Label: "dizendo o ponto de referência", Free: true, Takes: attachments,
			Ask: func(t *turn) {
				t.Say("O que fica perto do local? Escreva um ponto de referência, com até %d letras. Por exemplo: ao lado da padaria.", store.LandmarkMax)
			},
			Hear: c.takeLandmark,
			On:   bot.On{given: describing, attached: locating, corrected: reviewing},
		},
		{
			State: describing, Label: "dando detalhes", Free: true, Takes: attachments,
			Ask: func(t *turn) {
				t.Offer(bot.Marked("Quer contar mais alguma coisa? Escreva em uma só mensagem, com até %d letras.\nSe ajudar, envie também uma foto ou a localização.", store.NotesMax), skip)
			},
			Hear: c.takeNotes,
			On:   bot.On{given: reviewing, attached: describing},
		},
		{
			State: reviewing, Label: "conferindo o pedido", Takes: attachments,
			Ask:  review,
			Hear: c.decide,
			On:   bot.On{confirmed: opening, wrong: correcting, attached: reviewing, quit: bot.End},
		},
		{
			State: correcting, Label: "escolhendo o que corrigir",
			Ask:  func(t *turn) { t.Offer("O que você quer corrigir?", t.Data.parts()...) },
			Hear: c.correct,
			On: bot.On{
				fixSubject: listing, fixBills: checking, fixPhone: phoning, fixName: naming, fixLandmark: locating, fixNotes: describing,
				detached: reviewing, corrected: reviewing,
			},
		},
		{
			State: opening, Label: "abrindo o registro de atendimento",
			Do: c.open,
			On: bot.On{opened: bot.End, existing: bot.End, gone: listing},
		},
	})
}

type conversation struct {
	requests Requests
	bills    Bills
}

func (c conversation) list(ctx context.Context, t *turn) (bot.Event, error) {
	types, err := c.requests.RequestTypes(ctx)
	if err != nil {
		return "", fmt.Errorf("list what can be asked for: %w", err)
	}
	if len(types) == 0 {
		t.Say("No momento não há serviços que possam ser pedidos por aqui. Para pedir a uma pessoa, digite *atendente*.")
		return none, nil
	}
	t.Data.Page = 0
	t.Data.show(types)
	if t.Opening() == "" {
		return several, nil
	}
	if event := t.Data.guess(types, t.Opening()); event != "" {
		return event, nil
	}
	return several, nil
}

// show offers one page of the types.
func (d *data) show(types []store.RequestType) {
	d.Shown, d.IDs = nil, nil
	for _, t := range types {
		d.Shown = append(d.Shown, t.Name)
	}
	if len(types) <= page+1 {
		return
	}
	if d.Page*page >= len(types) {
		d.Page = 0
	}
	d.Shown = append(slices.Clone(d.Shown[d.Page*page:min((d.Page+1)*page, len(types))]), moreTypes)
}

// guess takes up what somebody said in words of their own: one kind, to be
// confirmed, or a type, whose kinds are offered. It returns "" for neither.
func (d *data) guess(types []store.RequestType, said string) bot.Event {
	t, kind, ok := understand(types, said)
	switch {
	case !ok:
		return ""
	case kind == nil:
		return d.open(t)
	default:
		d.take(*kind)
		return guessed
	}
}

// open offers the kinds of a type; a type of one kind is that kind.
func (d *data) open(t store.RequestType) bot.Event {
	if len(t.Kinds) == 1 {
		d.take(t.Kinds[0])
		return guessed
	}
	d.Shown, d.IDs = nil, nil
	for _, k := range t.Kinds {
		d.Shown, d.IDs = append(d.Shown, k.Name), append(d.IDs, int64(k.ID))
	}
	d.Shown = append(d.Shown, otherType)
	return narrowed
}

// take notes what is asked for.
func (d *data) take(k store.RequestKind) {
	if d.Kind != k.ID {
		d.Bills, d.Months = nil, nil
	}
	d.Kind, d.Name, d.OfBills = k.ID, k.Name, k.Bills
	d.Shown, d.IDs = nil, nil
}

// endings are what people say, folded, who want nothing after all.
var endings = []string{"nada mais", "nada", "nao", "nenhum", "nenhuma", "nenhum desses", "nao quero mais", "nao quero nada", "deixa pra la", "so isso"}

const nothingSent = "Tudo bem, não enviei nada."

func (c conversation) choose(ctx context.Context, t *turn) (bot.Event, error) {
	types, err := c.requests.RequestTypes(ctx)
	if err != nil {
		return "", fmt.Errorf("list what can be asked for: %w", err)
	}
	names := make([]string, len(types))
	for i, ty := range types {
		names[i] = ty.Name
	}
	said := t.Text()
	if !t.Data.Reviewed && slices.Contains(endings, bot.Fold(said)) {
		t.Say(nothingSent)
		return quit, nil
	}
	exact := t.Pressed() || slices.ContainsFunc(t.Data.Shown, func(o string) bool { return bot.Fold(o) == bot.Fold(said) })
	if !exact { // "hidrômetro parado" is more than the type that is called so
		if event := t.Data.guess(types, said); event != "" {
			return event, nil
		}
	}
	if i, ok := bot.Pick(said, t.Data.Shown); ok {
		said = t.Data.Shown[i]
	}
	if said == moreTypes {
		t.Data.Page++
		t.Data.show(types)
		return more, nil
	}
	if i := slices.Index(names, said); i >= 0 {
		return t.Data.open(types[i]), nil
	}
	return "", bot.Mistake("Não encontrei esse assunto. Escolha uma das opções, ou conte em poucas palavras o que aconteceu.")
}

func (c conversation) narrow(ctx context.Context, t *turn) (bot.Event, error) {
	types, err := c.requests.RequestTypes(ctx)
	if err != nil {
		return "", fmt.Errorf("list what can be asked for: %w", err)
	}
	if i, ok := bot.Pick(t.Text(), t.Data.Shown); ok {
		if t.Data.Shown[i] == otherType {
			return other, nil
		}
		for _, ty := range types {
			if k := slices.IndexFunc(ty.Kinds, func(k store.RequestKind) bool { return int64(k.ID) == t.Data.IDs[i] }); k >= 0 {
				t.Data.take(ty.Kinds[k])
				return chosen, nil
			}
		}
		t.Say("Esse pedido não pode mais ser feito por aqui.")
		return other, nil
	}
	if _, kind, ok := understand(types, t.Text()); ok && kind != nil {
		t.Data.take(*kind)
		return guessed, nil
	}
	_, err = answer.Choice(t.Text(), t.Data.Shown...)
	return "", err
}

func (c conversation) confirm(_ context.Context, t *turn) (bot.Event, error) {
	yes, err := answer.Yes(t.Text())
	switch {
	case err != nil:
		return "", err
	case yes:
		return chosen, nil
	default:
		return declined, nil
	}
}

// check looks for an open request of the same kind before anything is asked
// (gsan-rules RA-10), and for the bills it can be about.
func (c conversation) check(ctx context.Context, t *turn) (bot.Event, error) {
	o, ok, err := c.requests.PendingRequest(ctx, t.Property(), t.Data.Kind)
	if err != nil {
		return "", fmt.Errorf("look for an open request: %w", err)
	}
	if ok {
		tellExisting(t, o)
		return existing, nil
	}
	if own := store.FullPhone(t.Phone()); store.CheckPhone(own) == nil {
		t.Data.Own = own
	}
	if t.Data.OfBills {
		if err := c.listBills(ctx, t); err != nil {
			return "", err
		}
		if len(t.Data.IDs) > 0 {
			return asksBills, nil
		}
	}
	if t.Data.Reviewed {
		return corrected, nil
	}
	return free, nil
}

// tellExisting tells of the open request that stands in the way of another.
func tellExisting(t *turn, o store.OpenedRequest) {
	until := "com prazo até"
	if o.Deadline.Before(store.DateOf(t.At())) {
		until = "com prazo que terminou em"
	}
	t.Say("Este imóvel já tem um pedido igual em andamento, *%s*: %s, aberto em %s, %s %s. Por isso não abri outro.",
		t.Data.Name, number(o), o.Opened, until, o.Deadline)
	tellHowToFollow(t)
}

// number is what people know a request by: its protocol, or GSAN's own number
// where staff opened it without one.
func number(o store.OpenedRequest) string {
	if o.Protocol == "" {
		return fmt.Sprintf("número %d", o.ID)
	}
	return "protocolo " + o.Protocol
}

func tellHowToFollow(t *turn) {
	t.Say("Para saber como está, escolha *Acompanhar Registro de Atendimento* no menu.")
}

// listBills offers the bills of the last months, newest first.
func (c conversation) listBills(ctx context.Context, t *turn) error {
	owed, err := c.bills.Bills(ctx, t.Property())
	if err != nil {
		return fmt.Errorf("list bills: %w", err)
	}
	paid, err := c.bills.PaidBills(ctx, t.Property(), store.MonthOf(store.DateOf(t.At())).Add(-monthsBack))
	if err != nil {
		return fmt.Errorf("list paid bills: %w", err)
	}
	all := append(slices.Clone(owed.List), paid...)
	slices.SortStableFunc(all, func(a, b store.Bill) int { return int(b.Month) - int(a.Month) })
	all = slices.CompactFunc(all, func(a, b store.Bill) bool { return a.ID == b.ID }) // paid this month: it is in both
	t.Data.Shown, t.Data.IDs, t.Data.Ticked = nil, nil, nil
	for _, b := range all[:min(len(all), mostBills)] {
		t.Data.IDs = append(t.Data.IDs, b.ID)
		t.Data.Shown = append(t.Data.Shown, fmt.Sprintf("%s · %s", b.Month, b.Total))
	}
	return nil
}

// ready ends the choosing of bills.
const ready = "Pronto"

func askBills(t *turn) {
	var also []string
	if len(t.Data.Ticked) > 0 {
		also = []string{ready}
	}
	t.OfferSeveral("Sobre quais contas é o pedido? Pode escolher mais de uma.", t.Data.Shown, t.Data.Ticked, also...)
}

// tick hears which bills are meant. A bill that was pressed is ticked, or no
// longer; what was typed says it all at once.
func (c conversation) tick(_ context.Context, t *turn) (bot.Event, error) {
	if said := bot.Fold(t.Text()); len(t.Data.Ticked) > 0 && (said == bot.Fold(ready) || said == fmt.Sprint(len(t.Data.Shown)+1)) {
		return t.Data.takeBills(t.Data.Ticked), nil
	}
	chosen, err := answer.Several(t.Text(), t.Data.Shown...)
	if err != nil {
		return "", err
	}
	if !t.Pressed() {
		return t.Data.takeBills(chosen), nil
	}
	if at := slices.Index(t.Data.Ticked, chosen[0]); at >= 0 {
		t.Data.Ticked = slices.Delete(t.Data.Ticked, at, at+1)
	} else {
		t.Data.Ticked = append(t.Data.Ticked, chosen[0])
		slices.Sort(t.Data.Ticked)
	}
	return marked, nil
}

func (d *data) takeBills(chosen []int) bot.Event {
	d.Bills, d.Months = nil, nil
	for _, i := range chosen {
		month, _, _ := strings.Cut(d.Shown[i], " · ")
		d.Bills, d.Months = append(d.Bills, d.IDs[i]), append(d.Months, month)
	}
	d.Shown, d.IDs, d.Ticked = nil, nil, nil
	return d.went()
}

// went is where an answer leads: on, or back to the review it is to correct.
func (d *data) went() bot.Event {
	if d.Reviewed {
		return corrected
	}
	return given
}

func askPhone(t *turn) {
	if t.Data.Own == "" {
		t.Say("Qual é o seu telefone, com DDD? Por exemplo: 79 99123-4567.")
		return
	}
	t.Offer("Em que telefone a equipe fala com você? Se for outro, digite com o DDD.", store.FormatPhone(t.Data.Own))
}

func (c conversation) takePhone(_ context.Context, t *turn) (bot.Event, error) {
	said := t.Text()
	if yes, err := answer.Yes(said); err == nil && yes && t.Data.Own != "" {
		said = t.Data.Own
	}
	number, err := store.ParsePhone(said)
	if err != nil {
		return "", bot.Mistake(hintPhone(err))
	}
	t.Data.Phone = number
	return t.Data.went(), nil
}

func hintPhone(err error) string {
	switch {
	case errors.Is(err, store.PhoneArea):
		return "Não conheço esse DDD. Confira e digite o telefone de novo."
	case errors.Is(err, store.PhoneMobile):
		return "Celular tem 9 números e começa com 9. Confira e digite de novo."
	case errors.Is(err, store.PhoneFixed):
		return "Telefone fixo começa com 2, 3, 4 ou 5, e celular tem 9 números. Confira e digite de novo."
	default:
		return "Preciso de um só telefone com o DDD: 10 ou 11 números ao todo."
	}
}

// noName is what people answer, folded, when asked for their name.
var noName = []string{"sim", "nao", "nao sei", "ok", "eu", "eu mesmo", "eu mesma", "sou eu", "nao quero", "nao quero dizer", "pular"}

func (c conversation) takeName(_ context.Context, t *turn) (bot.Event, error) {
	said, err := words(t.Text(), "O nome", store.RequesterMax)
	if err != nil {
		return "", err
	}
	if slices.Contains(noName, bot.Fold(said)) {
		return "", bot.Mistake("Preciso do nome de quem está pedindo. Por exemplo: Maria Santos.")
	}
	t.Data.Requester = said
	return t.Data.went(), nil
}

// words takes a text of at least two letters, and of at most so many.
func words(text, what string, most int) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	if len(strings.ReplaceAll(bot.Fold(text), " ", "")) < 2 {
		return "", bot.Mistake("Preciso dessa resposta por escrito.")
	}
	if n := utf8.RuneCountInString(text); n > most {
		return "", bot.Mistake(fmt.Sprintf("%s ficou com %d letras, e cabem %d. Escreva de um jeito mais curto.", what, n, most))
	}
	return text, nil
}

func (c conversation) takeLandmark(_ context.Context, t *turn) (bot.Event, error) {
	if attach(t) && t.Text() == "" {
		return attached, nil
	}
	said, err := words(t.Text(), "O ponto de referência", store.LandmarkMax)
	if err != nil {
		return "", err
	}
	t.Data.Landmark = said
	return t.Data.went(), nil
}

// attach keeps the photo or place that was sent, if one was.
func attach(t *turn) bool {
	sent := t.Media()
	switch {
	case sent == nil:
		return false
	case sent.Kind == "place":
		t.Data.Place = &store.Point{Lat: sent.Lat, Lon: sent.Lon}
		t.Say("Recebi a localização.")
	case len(t.Data.Photos) == mostPhotos:
		t.Say("Já recebi %d fotos, e não cabem mais. Esta ficou de fora.", mostPhotos)
	default:
		t.Data.Photos = append(t.Data.Photos, sent.Ref)
		t.Say("Recebi a foto.")
	}
	return true
}

// skips are what people say instead of details, besides the button.
var skips = []string{"pular", "pula", "nao", "nao obrigado", "nao obrigada", "nada", "nada mais", "so isso", "sem detalhes", "1"}

func (c conversation) takeNotes(_ context.Context, t *turn) (bot.Event, error) {
	if attach(t) && t.Text() == "" {
		return attached, nil
	}
	if slices.Contains(skips, bot.Fold(t.Text())) {
		t.Data.Notes = ""
		return given, nil
	}
	said, err := words(t.Text(), "O texto", store.NotesMax)
	if err != nil {
		return "", err
	}
	t.Data.Notes = said
	return given, nil
}

// review shows all that will be sent.
func review(t *turn) {
	d := t.Data
	if d.Notes != "" {
		t.Say("Detalhes que você contou: %s", d.Notes)
	}
	lines := []string{"Confira o seu pedido:"}
	add := func(what, said string) {
		if said != "" {
			lines = append(lines, bot.Marked("• %s: %s", what, said))
		}
	}
	add(subject, d.Name)
	add("Matrícula", store.FormatMatricula(t.Property()))
	add(bills, strings.Join(d.Months, ", "))
	add(phone, store.FormatPhone(d.Phone))
	add(name, d.Requester)
	add(landmark, d.Landmark)
	add("Anexos", d.attachments())
	t.Offer(strings.Join(append(lines, "Posso enviar?"), "\n"), send, correct, giveUp)
}

// attachments tells what was sent along, in words.
func (d *data) attachments() string {
	var parts []string
	switch n := len(d.Photos); n {
	case 0:
	case 1:
		parts = append(parts, "uma foto")
	default:
		parts = append(parts, fmt.Sprintf("%d fotos", n))
	}
	if d.Place != nil {
		parts = append(parts, "a localização")
	}
	return strings.Join(parts, " e ")
}

func (c conversation) decide(_ context.Context, t *turn) (bot.Event, error) {
	if attach(t) && t.Text() == "" {
		return attached, nil
	}
	t.Data.Reviewed = true
	said, err := answer.Option(t.Text(), send, correct, giveUp)
	if err != nil {
		yes, why := answer.Yes(t.Text())
		switch {
		case why != nil:
			return "", err
		case yes:
			said = send
		default:
			said = correct
		}
	}
	switch said {
	case send:
		return confirmed, nil
	case correct:
		return wrong, nil
	default:
		t.Say(nothingSent)
		return quit, nil
	}
}

// parts is what can be corrected.
func (d *data) parts() []string {
	parts := []string{subject}
	if len(d.Bills) > 0 {
		parts = append(parts, bills)
	}
	parts = append(parts, phone, name, landmark, notes)
	if d.attachments() != "" {
		parts = append(parts, detach)
	}
	return append(parts, allRight)
}

func (c conversation) correct(_ context.Context, t *turn) (bot.Event, error) {
	part, err := answer.Option(t.Text(), t.Data.parts()...)
	if err != nil {
		yes, unclear := answer.Yes(t.Text())
		if !strings.Contains(bot.Fold(t.Text()), "envia") && (unclear != nil || !yes) {
			return "", err
		}
		part = allRight
	}
	switch part {
	case subject:
		return fixSubject, nil
	case bills:
		return fixBills, nil
	case phone:
		return fixPhone, nil
	case name:
		return fixName, nil
	case landmark:
		return fixLandmark, nil
	case notes:
		return fixNotes, nil
	case detach:
		t.Data.Place, t.Data.Photos = nil, nil
		return detached, nil
	default:
		return corrected, nil
	}
}

func (c conversation) open(ctx context.Context, t *turn) (bot.Event, error) {
	d := t.Data
	form := store.RequestForm{
		Kind: d.Kind, Property: t.Property(), Requester: d.Requester, Phone: d.Phone, Landmark: d.Landmark, Notes: d.Notes,
		Bills: d.Bills, Place: d.Place, Photos: d.Photos, Session: t.Chat(), At: t.At(),
	}
	if id := t.Identity(); id != nil {
		form.Customer = id.Customer
	}
	o, ok, err := c.requests.OpenRequest(ctx, t.Key(), form)
	switch {
	case err != nil:
		return "", fmt.Errorf("open a request of kind %d: %w", d.Kind, err)
	case !ok:
		t.Say("O pedido *%s* não pode mais ser feito por aqui.", d.Name)
		return gone, nil
	case o.Existed: // opened between two messages
		tellExisting(t, o)
		return existing, nil
	}
	t.Seal()
	t.Say("Pronto! Registrei o seu pedido: *%s*. Guarde o protocolo:", d.Name)
	t.Copy(o.Protocol)
	if o.Deadline == o.Opened {
		t.Say("O prazo é hoje, %s.", o.Deadline)
	} else {
		t.Say("O prazo é até *%s*.", o.Deadline)
	}
	tellHowToFollow(t)
	return opened, nil
}
