// Package atendente is the way to a person. When somebody answers, it calls
// them and waits; otherwise it tells the phones and the places where people are
// attended ("lojas de atendimento"), and takes a note. It asks for no
// identification.
package atendente

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

// Desk is where the people of the utility sit.
type Desk interface {
	// Holiday tells whether a day is free, in the country or in a municipality.
	Holiday(day store.Date, town int) bool
	// LeaveNote keeps what somebody wrote for later, once under the same key.
	LeaveNote(ctx context.Context, key string, n store.Note) error
}

// Queue tells how it stands for who has waited since a time.
type Queue func(ctx context.Context, since time.Time) (store.Queue, error)

const (
	calling, telling, waiting bot.State = "calling", "telling", "waiting"
	leaving, offering         bot.State = "leaving", "offering"
	writing, keeping          bot.State = "writing", "keeping"

	called, closed, told bot.Event = "called", "closed", "told"
	asked                bot.Event = "asked"
	wanted, declined     bot.Event = "wanted", "declined"
	written, kept        bot.Event = "written", "kept"
)

const (
	leave, decline = "Deixar recado", "Não, obrigado"

	longest = 500 // characters of a note
)

type data struct {
	Text   string `json:"t,omitempty"` // of the note, until it is kept
	When   string `json:"w,omitempty"` // it will be read, in words
	Queue  string `json:"q,omitempty"` // how it stands, in words
	Called bool   `json:"c,omitempty"` // they know that somebody was called
}

type turn = bot.Turn[data]

// New returns the conversation of an operator.
func New(desk Desk, queue Queue, op store.Operator) *bot.Flow {
	c := conversation{desk, queue, op}
	return bot.NewFlow(bot.About{
		Name:  "atendente",
		Title: "Falar com Atendente",
		Words: []string{"atendente", "falar com atendente", "telefone", "ouvidoria", "reclamacao", "loja", "endereco"},
	}, []bot.Step[data]{
		{
			State: calling, Label: "vendo se há alguém para atender",
			Do: c.call,
			On: bot.On{called: waiting, closed: telling},
		},
		{
			State: waiting, Label: "esperando um atendente", Waits: true,
			Ask:  c.comfort,
			Hear: c.meanwhile,
			On:   bot.On{asked: calling, bot.Still: calling, wanted: leaving, bot.Late: telling},
		},
		{
			State: leaving, Label: "vendo quando o recado é lido",
			Do: func(_ context.Context, t *turn) (bot.Event, error) {
				next, _ := c.op.Attendance.Next(t.At(), c.holiday) // somebody was to come
				t.Data.When = when(next, t.At())
				return wanted, nil
			},
			On: bot.On{wanted: writing},
		},
		{
			State: telling, Label: "dizendo como falar com uma pessoa",
			Do: c.tell,
			On: bot.On{closed: offering, told: bot.End},
		},
		{
			State: offering, Label: "oferecendo deixar um recado",
			Ask: func(t *turn) {
				t.Offer(bot.Marked("Quer deixar um recado? A equipe lê %s.", t.Data.When), leave, decline)
			},
			Hear: c.choose,
			On:   bot.On{wanted: writing, declined: bot.End},
		},
		{
			State: writing, Label: "escrevendo o recado", Free: true,
			Ask:  func(t *turn) { t.Say("Escreva o seu recado em uma só mensagem, com até %d letras.", longest) },
			Hear: c.write,
			On:   bot.On{written: keeping},
		},
		{
			State: keeping, Label: "guardando o recado",
			Do: c.keep,
			On: bot.On{kept: bot.End},
		},
	})
}

type conversation struct {
	desk  Desk
	queue Queue
	op    store.Operator
}

func (c conversation) holiday(day store.Date) bool {
	return c.desk.Holiday(day, c.op.Attendance.Town)
}

func (c conversation) call(ctx context.Context, t *turn) (bot.Event, error) {
	if !c.op.Attendance.Open(t.At(), c.holiday) {
		return closed, nil
	}
	since := t.Waiting()
	if since.IsZero() {
		since = t.At()
	}
	q, err := c.queue(ctx, since)
	if err != nil {
		return "", fmt.Errorf("see how long they wait: %w", err)
	}
	t.Data.Called = !t.Waiting().IsZero()
	t.Data.Queue = standing(q)
	return called, nil
}

// standing says how it stands. How long it takes is only said if we know it.
func standing(q store.Queue) string {
	ahead := "Você é a próxima pessoa a ser atendida."
	switch {
	case q.Ahead == 1:
		ahead = "Há 1 pessoa na sua frente."
	case q.Ahead > 1:
		ahead = fmt.Sprintf("Há %d pessoas na sua frente.", q.Ahead)
	}
	switch minutes := int((q.Wait + time.Minute - 1) / time.Minute); {
	case minutes == 1:
		ahead += " Nas últimas horas, a espera tem sido de cerca de 1 minuto."
	case minutes > 1:
		ahead += fmt.Sprintf(" Nas últimas horas, a espera tem sido de cerca de %d minutos.", minutes)
	}
	return ahead
}

// comfort is the last we say until somebody comes, or it is asked again.
func (c conversation) comfort(t *turn) {
	if t.Data.Called {
		t.Say("Você continua na fila. %s\nPara deixar um recado em vez de esperar, digite *deixar recado*; para desistir, *cancelar*.", t.Data.Queue)
		return
	}
	t.Say("Chamei uma pessoa da equipe da %s, que responde por aqui mesmo. Enquanto isso, escreva o que você precisa.\n%s\n"+
		"Se preferir ligar: %s. Para deixar um recado, digite *deixar recado*; para desistir de esperar, *cancelar*.", c.op.Name, t.Data.Queue, first(c.op.Phones))
}

// impatient are words of who asks how it stands, folded.
var impatient = []string{
	"quanto tempo", "demora", "demorando", "vai demorar", "tem alguem", "alguem ai", "cade", "minha posicao", "qual a posicao", "fila", "quantas pessoas", "quantos na frente", "falta muito",
}

// meanwhile hears who asks how it stands, or would rather leave a note. All else
// is for the person who comes.
func (c conversation) meanwhile(_ context.Context, t *turn) (bot.Event, error) {
	said := bot.Fold(t.Text())
	if said == bot.Fold(leave) || said == "recado" {
		return wanted, nil
	}
	const aQuestion = 60 // letters: what is longer is about something else
	if len(said) <= aQuestion && slices.ContainsFunc(impatient, func(w string) bool { return strings.Contains(said, w) }) {
		return asked, nil
	}
	return "", bot.Mistake("")
}

func first(phones []store.Phone) string {
	if len(phones) == 0 {
		return ""
	}
	return phones[0].Number
}

// tell tells the other ways to a person, and when a note would be read.
func (c conversation) tell(_ context.Context, t *turn) (bot.Event, error) {
	if c.op.Attendance.Open(t.At(), c.holiday) {
		t.Say("Desculpe: ninguém da equipe conseguiu responder até agora.")
	}
	c.ways(t)
	next, ok := c.op.Attendance.Next(t.At(), c.holiday)
	if !ok {
		return told, nil
	}
	t.Data.When = when(next, t.At())
	return closed, nil
}

// when says when somebody answers next.
func when(next, now time.Time) string {
	day, today := store.DateOf(next), store.DateOf(now)
	hour := store.Clock(next.In(store.Zone).Hour()*60 + next.In(store.Zone).Minute())
	switch today.DaysUntil(day) {
	case 0:
		if next.Equal(now) {
			return "ainda hoje"
		}
		return fmt.Sprintf("hoje, a partir das %s", hour)
	case 1:
		return fmt.Sprintf("amanhã, a partir das %s", hour)
	default:
		return fmt.Sprintf("%s, %s, a partir das %s", weekdays[day.Weekday()], day, hour)
	}
}

var weekdays = [...]string{"no domingo", "na segunda-feira", "na terça-feira", "na quarta-feira", "na quinta-feira", "na sexta-feira", "no sábado"}

// ways tells the ways to a person, the phones first, in messages short enough
// for a phone.
func (c conversation) ways(t *turn) {
	phones := []string{"Para falar com uma pessoa da " + c.op.Name + ":"}
	for _, p := range c.op.Phones {
		phones = append(phones, fmt.Sprintf("• %s: %s", p.Label, p.Number))
	}
	if c.op.Hours != "" {
		phones = append(phones, fmt.Sprintf("Atendimento: %s.", c.op.Hours))
	}
	for _, b := range []store.Contact{c.op.Ombudsman, c.op.Regulator} {
		if b.Name != "" {
			phones = append(phones, fmt.Sprintf("• %s: %s", b.Name, strings.Join(nonEmpty(b.Phone, b.Email, b.Site), ", ")))
		}
	}
	sayLines(t, phones)
	offices := []string{"Lojas de atendimento:"}
	for _, o := range c.op.Offices {
		line := fmt.Sprintf("• %s: %s", o.Name, o.Address)
		if o.Hours != "" {
			line += fmt.Sprintf(" (%s)", o.Hours)
		}
		offices = append(offices, line)
	}
	if len(offices) > 1 {
		sayLines(t, offices)
	}
}

// sayLines says lines in as few messages as they fit in.
func sayLines(t *turn, lines []string) {
	const most = 450
	message := ""
	for _, line := range lines {
		if message != "" && utf8.RuneCountInString(message+line) > most {
			t.Say("%s", message)
			message = ""
		}
		message = strings.TrimPrefix(message+"\n"+line, "\n")
	}
	t.Say("%s", message)
}

func nonEmpty(parts ...string) []string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return kept
}

func (c conversation) choose(_ context.Context, t *turn) (bot.Event, error) {
	if said, err := answer.Option(t.Text(), leave, decline); err == nil {
		if said == leave {
			return wanted, nil
		}
		return declined, nil
	}
	yes, err := answer.Yes(t.Text())
	if err != nil {
		return "", err
	}
	if yes {
		return wanted, nil
	}
	return declined, nil
}

func (c conversation) write(_ context.Context, t *turn) (bot.Event, error) {
	t.Data.Text = strings.TrimSpace(t.Text())
	if n := utf8.RuneCountInString(t.Data.Text); n > longest {
		return "", bot.Mistake(fmt.Sprintf("O recado ficou com %d letras, e cabem %d. Escreva um mais curto.", n, longest))
	}
	return written, nil
}

func (c conversation) keep(ctx context.Context, t *turn) (bot.Event, error) {
	note := store.Note{Session: t.Chat(), Protocol: t.Protocol(), Property: t.Property(), Text: t.Data.Text}
	if err := c.desk.LeaveNote(ctx, t.Key(), note); err != nil {
		return "", fmt.Errorf("keep a note: %w", err)
	}
	t.Say("Recado guardado. A equipe lê %s. Guarde o protocolo desta conversa: `%s`.", t.Data.When, bot.Grouped(t.Protocol()))
	t.Data.Text = ""
	t.Seal()
	return kept, nil
}
