// Package acompanhamento is the conversation in which a customer follows what
// was asked for at their property ("acompanhar registro de atendimento"): where
// each request stands, what happened to it, by when it is promised; and in which
// they ask to be told when it changes.
//
// # Why
//
// The requests of the property are shown, also those that somebody else of it
// opened: they are about the property (gsan-rules ACO-1). What was over before the
// present occupant came is not, for GSAN shows that to staff, and here it would
// tell of the person before; what was still open then is the property's. What
// people wrote is not, nor what units wrote to each other, nor any name. The text
// of closing is staff's too, and is shown only where the operator says so.
package acompanhamento

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

// Requests is all that this conversation may know of a property.
type Requests interface {
	// Requests returns the requests of the property that are its people's today,
	// newest first.
	Requests(ctx context.Context, property int64) ([]store.Progress, error)
	// Progress returns one of them with its steps; ok is false if it is not
	// among them.
	Progress(ctx context.Context, property, request int64) (p store.Progress, ok bool, err error)
	// Watch notes that a conversation wants to be told when the request is not any
	// more as stamp says.
	Watch(ctx context.Context, session string, property, request int64, stamp string) error
	// Unwatch ends that, for all requests if request is 0, and returns for how many.
	Unwatch(ctx context.Context, session string, request int64) (int, error)
	// Watched tells whether the conversation is told of the request's changes.
	Watched(ctx context.Context, session string, request int64) (bool, error)
}

const (
	searching, inviting, picking, paging bot.State = "searching", "inviting", "picking", "paging"
	finding, reading, offering           bot.State = "finding", "reading", "offering"
	watching, unwatching, muting         bot.State = "watching", "unwatching", "muting"

	several, one, none, asked, done bot.Event = "several", "one", "none", "asked", "done"
	picked, more, typed, unknown    bot.Event = "picked", "more", "typed", "unknown"
	told, gone                      bot.Event = "told", "gone"
	watch, unwatch, other           bot.Event = "watch", "unwatch", "other"
	watched, unwatched, muted       bot.Event = "watched", "unwatched", "muted"
)

// What the buttons say besides the requests.
const (
	older    = "Ver mais antigos"
	newer    = "Ver mais recentes"
	notify   = "Avisar quando mudar"
	silence  = "Não avisar mais"
	another  = "Outro pedido"
	finish   = "Nada mais"
	open     = "Abrir um pedido"
	stopThem = "parar avisos" // typed at any time
)

const (
	atOnce = 5 // requests shown in one go
	// Days is for how many days somebody is told of changes who asked to be.
	Days    = 90
	longest = 400 // characters of a list of steps, and of the text of closing
)

// data is what we write down between two messages: the requests as the customer
// saw them, so that "2" means the second one they saw.
type data struct {
	From     int      `json:"f,omitempty"` // of all, the first one shown
	Requests []int64  `json:"r,omitempty"`
	Titles   []string `json:"t,omitempty"`
	More     bool     `json:"m,omitempty"` // there are older ones
	Others   bool     `json:"o,omitempty"` // there is more than one

	Typed   string `json:"y,omitempty"` // the number of a request, as typed
	Request int64  `json:"q,omitempty"` // the one they look at
	Stamp   string `json:"s,omitempty"` // how it was when they saw it
	Open    bool   `json:"p,omitempty"` // it may still change
	Watched bool   `json:"w,omitempty"`
}

type turn = bot.Turn[data]

// New returns the conversation of an operator. Requesting is the name of the one
// in which requests are opened. Read the table, then the
// functions below it, which stand in the order of the table.
func New(requests Requests, requesting string, op store.Operator) *bot.Flow {
	c := conversation{requests, requesting, op}
	return bot.NewFlow(bot.About{
		Name:  "acompanhamento",
		Title: "Acompanhar Registro de Atendimento",
		Words: []string{
			"acompanhar", "acompanhar registro de atendimento", "registro de atendimento", "acompanhamento", "acompanhar pedido", "acompanhar protocolo",
			"meu pedido", "meus pedidos", "andamento", "andamento do pedido", "minha solicitacao", "meu chamado", "protocolo",
		},
		Identify: true,
	}, []bot.Step[data]{
		{
			State: searching, Label: "procurando pedidos",
			Do: c.search,
			On: bot.On{none: inviting, one: reading, several: picking},
		},

		{
			State: inviting, Label: "oferecendo abrir um pedido",
			Ask:  func(t *turn) { t.Offer("Quer abrir um pedido agora?", open, finish) },
			Hear: c.invite,
			On:   bot.On{asked: bot.End, done: bot.End},
		},

		{
			State: picking, Label: "escolhendo um pedido",
			Ask:  c.askWhich,
			Hear: c.pick,
			On:   bot.On{picked: reading, more: paging, typed: finding, done: bot.End},
		},

		{
			State: paging, Label: "procurando mais pedidos",
			Do: c.page,
			On: bot.On{several: picking, none: inviting},
		},

		{
			State: finding, Label: "procurando um protocolo",
			Do: c.find,
			On: bot.On{picked: reading, unknown: picking},
		},

		{
			State: reading, Label: "mostrando um pedido",
			Do: c.show,
			On: bot.On{told: offering, gone: paging},
		},

		{
			State: offering, Label: "oferecendo avisar",
			Ask:  func(t *turn) { t.Offer("O que mais você quer?", offers(t)...) },
			Hear: c.choose,
			On:   bot.On{watch: watching, unwatch: unwatching, other: paging, done: bot.End},
		},

		{
			State: watching, Label: "ligando o aviso",
			Do: c.watch,
			On: bot.On{watched: offering},
		},

		{
			State: unwatching, Label: "desligando o aviso",
			Do: c.unwatch,
			On: bot.On{unwatched: offering},
		},
	})
}

type conversation struct {
	requests   Requests
	requesting string
	op         store.Operator
}

func (c conversation) search(ctx context.Context, t *turn) (bot.Event, error) {
	all, err := c.requests.Requests(ctx, t.Property())
	if err != nil {
		return "", fmt.Errorf("search requests: %w", err)
	}
	switch len(all) {
	case 0:
		t.Say("A matrícula `%s` não tem nenhum pedido registrado.", store.FormatMatricula(t.Property()))
		return none, nil
	case 1:
		t.Data.Request = all[0].Request
		return one, nil
	}
	t.Say("A matrícula `%s` tem %d pedidos%s.", store.FormatMatricula(t.Property()), len(all), late(all, store.DateOf(t.At())))
	t.Data.list(all, store.DateOf(t.At()))
	return several, nil
}

// late says how many of the requests are late.
func late(all []store.Progress, today store.Date) string {
	n := 0
	for _, p := range all {
		if p.Late(today) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	if n == 1 {
		return ", um fora do prazo"
	}
	return fmt.Sprintf(", %d fora do prazo", n)
}

// list writes down the requests from d.From on, as many as are shown in one go.
func (d *data) list(all []store.Progress, today store.Date) {
	from := min(d.From, len(all))
	to := min(from+atOnce, len(all))
	d.Others, d.More = len(all) > 1, to < len(all)
	d.Requests, d.Titles = nil, nil
	for _, p := range all[from:to] {
		title := fmt.Sprintf("%s · %s · %s", p.Title(), p.Opened, situation(p, today))
		if slices.Contains(d.Titles, title) { // asked for twice in a day
			title += fmt.Sprintf(" · RA %d", p.Request)
		}
		d.Requests, d.Titles = append(d.Requests, p.Request), append(d.Titles, title)
	}
}

// situation is where a request stands, in a word or three (gsan-rules ACO-3).
func situation(p store.Progress, today store.Date) string {
	switch {
	case p.Status == store.RequestClosed:
		return "encerrado"
	case p.Late(today):
		return "fora do prazo"
	case p.Status == store.RequestBlocked:
		return "bloqueado"
	default:
		return "pendente"
	}
}

func (c conversation) invite(_ context.Context, t *turn) (bot.Event, error) {
	if said, err := answer.Option(t.Text(), open, finish); err == nil {
		if said == finish {
			return done, nil
		}
	} else if yes, err := answer.Yes(t.Text()); err != nil {
		return "", err
	} else if !yes {
		return done, nil
	}
	t.Go(c.requesting, "")
	return asked, nil
}

func (c conversation) askWhich(t *turn) {
	question := "Qual pedido você quer ver? Escolha um, ou digite o número do protocolo."
	t.Offer(question, t.Data.choices()...)
}

// choices are all that can be chosen where requests are.
func (d *data) choices() []string {
	all := slices.Clone(d.Titles)
	if d.More {
		all = append(all, older)
	}
	if d.From > 0 {
		all = append(all, newer)
	}
	return append(all, finish)
}

func (c conversation) pick(_ context.Context, t *turn) (bot.Event, error) {
	if number := digits(t.Text()); len(number) >= 5 && !t.Pressed() {
		t.Data.Typed = number
		return typed, nil
	}
	if t.Data.More && slices.Contains([]string{"mais", "ver mais", "mais antigos", "antigos", "outros", "proximos"}, bot.Fold(t.Text())) {
		t.Data.From += atOnce
		return more, nil
	}
	i, err := answer.Choice(t.Text(), t.Data.choices()...)
	switch {
	case err != nil:
		return "", err
	case i < len(t.Data.Titles):
		t.Data.Request = t.Data.Requests[i]
		return picked, nil
	}
	switch t.Data.choices()[i] {
	case older:
		t.Data.From += atOnce
		return more, nil
	case newer:
		t.Data.From -= atOnce
		return more, nil
	default:
		return done, nil
	}
}

// digits returns the digits of a text that has no letters but those of
// "protocolo"; "" for any other.
func digits(text string) string {
	said := strings.TrimSpace(strings.TrimPrefix(bot.Fold(text), "protocolo"))
	said = strings.NewReplacer(" ", "", "ra", "", "numero", "").Replace(said)
	if strings.Trim(said, "0123456789") != "" {
		return ""
	}
	return said
}

func (c conversation) page(ctx context.Context, t *turn) (bot.Event, error) {
	all, err := c.requests.Requests(ctx, t.Property())
	if err != nil {
		return "", fmt.Errorf("search more requests: %w", err)
	}
	if len(all) == 0 {
		return none, nil
	}
	if t.Data.From >= len(all) {
		t.Data.From = 0
	}
	t.Data.list(all, store.DateOf(t.At()))
	return several, nil
}

func (c conversation) find(ctx context.Context, t *turn) (bot.Event, error) {
	all, err := c.requests.Requests(ctx, t.Property())
	if err != nil {
		return "", fmt.Errorf("search a protocol: %w", err)
	}
	for _, p := range all {
		if slices.Contains(p.Protocols, t.Data.Typed) || fmt.Sprint(p.Request) == t.Data.Typed {
			t.Data.Request, t.Data.Typed = p.Request, ""
			return picked, nil
		}
	}
	// The same whether it is nobody's or another property's.
	t.Say("Não encontrei o número %s entre os pedidos da matrícula `%s`. O protocolo de um pedido tem 14 números e começa com o ano.",
		t.Data.Typed, store.FormatMatricula(t.Property()))
	t.Data.Typed = ""
	return unknown, nil
}

func (c conversation) show(ctx context.Context, t *turn) (bot.Event, error) {
	p, ok, err := c.requests.Progress(ctx, t.Property(), t.Data.Request)
	if err != nil {
		return "", fmt.Errorf("read request %d: %w", t.Data.Request, err)
	}
	if !ok {
		t.Say("Este pedido não aparece mais na matrícula `%s`.", store.FormatMatricula(t.Property()))
		return gone, nil
	}
	t.Data.Stamp, t.Data.Open = p.Stamp, p.Status != store.RequestClosed
	if t.Data.Open && reachable(t) {
		if t.Data.Watched, err = c.requests.Watched(ctx, t.Chat(), p.Request); err != nil {
			return "", fmt.Errorf("look whether request %d is watched: %w", p.Request, err)
		}
	}
	today := store.DateOf(t.At())
	label, value := number(p)
	t.Say("*%s*\n%s `%s`\n%s", p.Title(), label, value, standing(p))
	if lines := happened(p); len(lines) > 0 {
		t.Say("%s", "O que já aconteceu:\n"+strings.Join(lines, "\n"))
	}
	if c.op.Rules.ShowOutcome && p.Outcome != "" && p.Status == store.RequestClosed {
		t.Say("A equipe escreveu: %s", cut(p.Outcome))
	}
	c.advise(t, p, today)
	return told, nil
}

// number is what the customer was given when the request was opened.
func number(p store.Progress) (label, value string) {
	if p.Protocol == "" {
		return "RA", fmt.Sprint(p.Request)
	}
	return "Protocolo", p.Protocol
}

// standing is where the request stands, with its dates.
func standing(p store.Progress) string {
	var lines []string
	switch p.Status {
	case store.RequestClosed:
		lines = append(lines, fmt.Sprintf("Situação: encerrado em %s", p.Closed))
		if p.Reason != "" {
			lines = append(lines, "Motivo: "+p.Reason)
		}
	case store.RequestBlocked:
		lines = append(lines, "Situação: bloqueado, parado até a equipe liberar")
	default:
		lines = append(lines, "Situação: pendente, em andamento")
	}
	if p.Status != store.RequestClosed && !p.Promised.IsZero() {
		lines = append(lines, fmt.Sprintf("Previsto para %s", p.Promised))
	}
	switch {
	case p.Reminders == 1:
		lines = append(lines, "Já foi cobrado 1 vez")
	case p.Reminders > 1:
		lines = append(lines, fmt.Sprintf("Já foi cobrado %d vezes", p.Reminders))
	}
	return strings.Join(lines, "\n")
}

// happened tells the steps of the request, a line each, oldest first: the last
// of them, if they are too many for a message.
func happened(p store.Progress) []string {
	lines := []string{fmt.Sprintf("%s: pedido aberto", p.Opened)}
	for _, s := range p.Steps {
		lines = append(lines, fmt.Sprintf("%s: %s", s.On, step(s)))
	}
	if !p.Closed.IsZero() {
		lines = append(lines, fmt.Sprintf("%s: pedido encerrado", p.Closed))
	}
	size := 0
	for i := len(lines) - 1; i >= 0; i-- {
		if size += utf8.RuneCountInString(lines[i]) + 1; size > longest {
			return lines[i+1:]
		}
	}
	return lines
}

func step(s store.ProgressStep) string {
	what := strings.ToLower(s.What)
	switch s.Kind {
	case store.Routed:
		if what == "" {
			return "encaminhado a outra equipe"
		}
		return "encaminhado à equipe de " + what
	case store.Ordered:
		if what == "" {
			return "serviço de campo pedido"
		}
		return "serviço pedido: " + what
	default:
		if what == "" {
			return "serviço de campo encerrado"
		}
		return "serviço encerrado: " + what
	}
}

// advise says what to do about a request that did not go well.
func (c conversation) advise(t *turn, p store.Progress, today store.Date) {
	switch {
	case p.Late(today):
		t.Say("Este pedido está *fora do prazo* há %s. Para cobrar, digite *atendente*. Se já cobrou e não resolveu, fale com a %s.",
			days(p.Promised.DaysUntil(today)), reach(c.op.Ombudsman))
	case p.Status == store.RequestBlocked:
		t.Say("Para saber o que falta para liberar o pedido, digite *atendente*.")
	case p.Status == store.RequestClosed:
		t.Say("O problema continua? Abra um novo pedido em *Outros Serviços*, ou digite *atendente*.")
	}
}

func days(n int) string {
	if n == 1 {
		return "1 dia"
	}
	return fmt.Sprintf("%d dias", n)
}

// reach is a body and how it is reached.
func reach(c store.Contact) string {
	ways := slices.DeleteFunc([]string{c.Phone, c.Email, c.Site}, func(way string) bool { return way == "" })
	return c.Name + ": " + strings.Join(ways, ", ")
}

// cut shortens a text to what a message holds, at a word.
func cut(text string) string {
	runes := []rune(text)
	if len(runes) <= longest {
		return text
	}
	text = string(runes[:longest])
	if i := strings.LastIndex(text, " "); i > 0 {
		text = text[:i]
	}
	return text + "…"
}

// reachable tells whether the person can be written to later: a page that was
// closed cannot.
func reachable(t *turn) bool {
	channel, _, _ := strings.Cut(t.Chat(), ":")
	return channel != "web" && channel != "terminal"
}

// offers are what can be chosen after a request was shown.
func offers(t *turn) []string {
	var all []string
	switch {
	case !t.Data.Open || !reachable(t):
	case t.Data.Watched:
		all = append(all, silence)
	default:
		all = append(all, notify)
	}
	if t.Data.Others {
		all = append(all, another)
	}
	return append(all, finish)
}

func (c conversation) choose(_ context.Context, t *turn) (bot.Event, error) {
	said := t.Text()
	switch folded := bot.Fold(said); {
	case slices.Contains([]string{"nao", "nao obrigado", "nao obrigada", "so isso", "nada"}, folded):
		return done, nil
	case stops(said):
		said = silence
	case strings.Contains(folded, "avis"), folded == "sim":
		if t.Data.Watched { // once more does no harm
			return watch, nil
		}
		said = notify
	}
	chosen, err := answer.Option(said, offers(t)...)
	if err != nil {
		return "", err
	}
	switch chosen {
	case notify:
		return watch, nil
	case silence:
		return unwatch, nil
	case another:
		return other, nil
	default:
		return done, nil
	}
}

// stops tells whether somebody wants to hear no more of changes.
func stops(said string) bool {
	words := strings.Fields(bot.Fold(said))
	among := func(known ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(known, w) })
	}
	return among("aviso", "avisos", "avisar", "avise", "avisa", "notificacao", "notificacoes") && among("parar", "para", "pare", "nao", "cancelar", "cancela", "desligar", "sem")
}

func (c conversation) watch(ctx context.Context, t *turn) (bot.Event, error) {
	if err := c.requests.Watch(ctx, t.Chat(), t.Property(), t.Data.Request, t.Data.Stamp); err != nil {
		return "", fmt.Errorf("watch request %d: %w", t.Data.Request, err)
	}
	t.Data.Watched = true
	t.Say("Combinado: escrevo aqui quando a situação ou o prazo deste pedido mudar, por até %d dias. Para parar antes, digite *%s*.", Days, stopThem)
	return watched, nil
}

func (c conversation) unwatch(ctx context.Context, t *turn) (bot.Event, error) {
	if _, err := c.requests.Unwatch(ctx, t.Chat(), t.Data.Request); err != nil {
		return "", fmt.Errorf("stop watching request %d: %w", t.Data.Request, err)
	}
	t.Data.Watched = false
	t.Say("Pronto: não aviso mais sobre este pedido.")
	return unwatched, nil
}

// Mute returns the conversation in which somebody stops all notices at once. It
// asks for no identification: whoever has the chat gets the notices.
func Mute(requests Requests) *bot.Flow {
	c := conversation{requests: requests}
	return bot.NewFlow(bot.About{
		Name:  "avisos",
		Title: "Parar avisos",
		Words: []string{stopThem, "parar os avisos", "parar aviso", "cancelar avisos", "desligar avisos", "nao quero mais avisos", "nao quero receber avisos"},
	}, []bot.Step[data]{
		{
			State: muting, Label: "desligando todos os avisos",
			Do: c.mute,
			On: bot.On{muted: bot.End},
		},
	})
}

func (c conversation) mute(ctx context.Context, t *turn) (bot.Event, error) {
	n, err := c.requests.Unwatch(ctx, t.Chat(), 0)
	if err != nil {
		return "", fmt.Errorf("stop all notices: %w", err)
	}
	if n == 0 {
		t.Say("Você não tem nenhum aviso ligado. Para ver um pedido, escolha *Acompanhar Registro de Atendimento* no menu.")
	} else {
		t.Say("Pronto: não aviso mais sobre nenhum pedido.")
	}
	return muted, nil
}

// Notice is what somebody is told who asked to be: what is new, why they are
// told, and how to stop it. It asks nothing, for it may come in the middle of
// another conversation.
func Notice(c store.Change) bot.Reply {
	p := c.Progress
	label, value := number(p)
	text := bot.Marked("Novidade no seu pedido *%s*\n%s `%s`\n%s\n\n", p.Title(), label, value, standing(p))
	if p.Status == store.RequestClosed {
		return bot.Reply{Text: text + "Este é o último aviso sobre ele, como você pediu. Para ver o que aconteceu, digite *acompanhar*."}
	}
	return bot.Reply{Text: text + bot.Marked("Você pediu este aviso. Para ver o pedido, digite *acompanhar*. Para não receber mais, digite *%s*.", stopThem)}
}
