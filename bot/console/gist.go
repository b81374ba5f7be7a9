package console

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// Charges returns what is being paid or was paid for a property, newest first.
type Charges func(ctx context.Context, property int64) ([]store.Charge, error)

const (
	gistSteps = 4   // of those followed last
	gistSent  = 8   // files and codes, of those sent last
	gistWords = 200 // characters of what the person wrote
	earlier   = 10  // conversations of the same person
)

// inBetween are flows that lead to what people want, and are never that.
var inBetween = map[string]bool{"identificacao": true, "atendente": true, "avaliacao": true}

// A gist is what a conversation comes to, for somebody who steps in.
type gist struct {
	Service    string // the flow that was last asked for; "" if none was
	Words      string // what the person last wrote in three words or more
	Steps      []store.TurnPlace
	Sent       []sent
	Mistakes   int       // turns that were not understood
	Bugs       int       // turns in which we failed
	Mask       string    // the end of the matrícula; "" if they have not identified themselves
	Identified time.Time // since when it is this one
	Now        store.Turn
}

// sent is a file, or a code to copy if it has no name.
type sent struct {
	File string
	At   time.Time
}

// gistOf tells what the turns of a conversation come to. There must be one.
func gistOf(turns []store.Turn) gist {
	g := gist{Now: turns[len(turns)-1]}
	for _, t := range turns {
		if t.To.Flow != "" && !inBetween[t.To.Flow] {
			g.Service = t.To.Flow
		}
		for _, s := range t.Steps {
			if !inBetween[s.Flow] {
				g.Service = s.Flow
			}
			if to := (store.TurnPlace{Flow: s.Flow, State: s.To}); s.To != string(bot.End) && (len(g.Steps) == 0 || g.Steps[len(g.Steps)-1] != to) {
				g.Steps = append(g.Steps, to)
			}
		}
		if t.Kind == store.TurnSaid && !t.Pressed && t.Change == "" && len(strings.Fields(t.Said)) >= 3 {
			g.Words = t.Said
		}
		for _, r := range t.Replies {
			if r.File == "" && r.Copy == "" {
				continue
			}
			g.Sent = slices.DeleteFunc(g.Sent, func(s sent) bool { return s.File == r.File && r.File != "" })
			g.Sent = append(g.Sent, sent{r.File, t.At})
		}
		switch t.Fault {
		case "mistake":
			g.Mistakes++
		case "bug":
			g.Bugs++
		}
		mask := t.Mask
		if t.Property != 0 {
			mask = store.MaskMatricula(t.Property)
		}
		if mask != "" && mask != g.Mask {
			g.Mask, g.Identified = mask, t.At
		}
	}
	g.Steps = g.Steps[max(0, len(g.Steps)-gistSteps):]
	g.Sent = g.Sent[max(0, len(g.Sent)-gistSent):]
	return g
}

// A fact is something that is known of a conversation. It is drawn alike by the
// template and by live.js.
type fact struct {
	Label string `json:"l"`
	Bits  []bit  `json:"v"` // a line each
}

// facts are in words what a conversation comes to, and what the bot knows of it.
func (c *Console) facts(ctx context.Context, m meeting, turns []store.Turn) (gist, known []fact, err error) {
	g := gistOf(turns)
	lines := func(texts ...string) (all []bit) {
		for _, text := range texts {
			all = append(all, bit{Text: text, Class: "line"})
		}
		return all
	}
	wants := []string{"ainda não disse"}
	if g.Service != "" {
		wants = []string{c.serviceName(g.Service)}
	}
	if g.Words != "" {
		if r := []rune(g.Words); len(r) > gistWords {
			g.Words = string(r[:gistWords]) + "…"
		}
		wants = append(slices.DeleteFunc(wants, func(string) bool { return g.Service == "" }), "“"+g.Words+"”")
	}
	gist = append(gist, fact{"O que a pessoa quer", lines(wants...)})
	var steps, sent []string
	for _, s := range g.Steps {
		steps = append(steps, c.stepName(s))
	}
	gist = append(gist, fact{"Últimos passos", lines(cmp.Or(strings.Join(steps, " → "), "nenhum"))})
	for _, s := range g.Sent {
		sent = append(sent, cmp.Or(s.File, "código para copiar")+", às "+clock(s.At))
	}
	if len(sent) == 0 {
		sent = []string{"nada"}
	}
	gist = append(gist, fact{"Já enviado", lines(sent...)})
	trouble := "nenhuma vez"
	if g.Mistakes > 0 {
		trouble = times(g.Mistakes)
	}
	gist = append(gist, fact{"Não entendida", lines(trouble)})
	if g.Bugs > 0 {
		gist = append(gist, fact{"Erro nosso", lines(times(g.Bugs))})
	}

	know := func(label, text string) { known = append(known, fact{label, lines(text)}) }
	now := g.Now
	person := personEnd(m.ID)
	if identity := m.Identity; identity != nil && !m.over() {
		names, err := c.namesOf(ctx, []store.LiveTalk{{Session: m.ID, Property: identity.Property}})
		if err != nil {
			return nil, nil, err
		}
		person = cmp.Or(names[0], person)
		charges, err := c.Charges(ctx, identity.Property)
		if err != nil {
			return nil, nil, err
		}
		var paying []string
		for _, charge := range charges {
			if charge.State == store.ChargeOpen {
				paying = append(paying, charge.Total.String()+", até "+hour(charge.Expires))
			}
		}
		if len(paying) > 0 {
			gist = append(gist, fact{"Pagamento em andamento", lines(paying...)})
		}
	}
	know("Canal", channelName(m.channel))
	know("Pessoa", person)
	know("Imóvel", cmp.Or(g.Mask, "não identificado"))
	if g.Mask != "" {
		know("Identificado desde", hour(g.Identified))
	}
	know("Serviço", c.serviceName(now.To.Flow))
	if step := c.stepName(now.To); step != "" {
		know("Passo", step)
	}
	know("Não entendida em seguida", strconv.Itoa(now.Mistakes))
	switch {
	case m.over():
		know("Com quem", "ninguém: a conversa terminou")
	case now.Human != "":
		know("Com quem", now.Human)
	case !now.Waiting.IsZero():
		know("Com quem", "ninguém ainda")
	default:
		know("Com quem", "robô")
	}
	if !now.Waiting.IsZero() && !m.over() {
		know("Espera desde", clock(now.Waiting))
	}
	return gist, known, nil
}

func times(n int) string {
	if n == 1 {
		return "1 vez"
	}
	return strconv.Itoa(n) + " vezes"
}

// before returns the newest other conversations of the same person.
func (c *Console) before(ctx context.Context, session, protocol string) ([]past, error) {
	found, err := c.Stored.Talks(ctx, store.TalkFilter{Session: session}, store.Talk{}, earlier+1)
	if err != nil {
		return nil, err
	}
	var all []past
	for _, t := range found {
		if t.Protocol != protocol && len(all) < earlier {
			all = append(all, c.past(t))
		}
	}
	return all, nil
}
