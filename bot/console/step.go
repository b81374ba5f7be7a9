package console

import (
	"cmp"
	"crypto/hmac"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// A step is what the page of one turn shows.
type step struct {
	Protocol      string
	Prev, Next    string // addresses; "" at the ends
	Lines         []line
	Before, After string // where the conversation stood, in words
	Diagrams      []diagram
}

// A diagram is a flow as a list: what it can do in each state, and what it did in
// this turn.
type diagram struct {
	Title  string
	States []diagramState
}

type diagramState struct {
	Label  string
	Mark   string // "antes" or "depois"
	Arrows []diagramArrow
}

type diagramArrow struct {
	Event, To string
	Followed  bool
}

// stepAddress is where a turn of a conversation is seen, counted from 1. It has the
// proof that the conversation was opened: who comes without one goes there first.
func (c *Console) stepAddress(v visitor, protocol string, n int) string {
	return fmt.Sprintf("/conversas/%s/passos/%d?prova=%s", protocol, n, c.proof(v, protocol))
}

// talkStep shows one turn of a conversation, and where in its flow it led.
func (c *Console) talkStep(w http.ResponseWriter, r *http.Request, v visitor) error {
	ctx, protocol := r.Context(), r.PathValue("protocolo")
	session, err := c.sessionOf(ctx, protocol)
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(r.FormValue("prova")), []byte(c.proof(v, protocol))) {
		http.Redirect(w, r, "/conversas/"+protocol, http.StatusSeeOther)
		return nil
	}
	turns, err := c.turnsOf(ctx, session, protocol)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || n > len(turns) {
		return errGone
	}
	t := turns[n-1]
	s := step{Protocol: protocol, Lines: c.lines(t, v), Before: c.placeName(t.From), After: c.placeName(t.To), Diagrams: c.diagrams(t)}
	if n > 1 {
		s.Prev = c.stepAddress(v, protocol, n-1)
	}
	if n < len(turns) {
		s.Next = c.stepAddress(v, protocol, n+1)
	}
	c.show(w, r, v, http.StatusOK, "passo", fmt.Sprintf("Passo %d de %d", n, len(turns)), s)
	return nil
}

// placeName is a place in words.
func (c *Console) placeName(p store.TurnPlace) string {
	if step := c.stepName(p); step != "" {
		return c.serviceName(p.Flow) + ": " + step
	}
	return c.serviceName(p.Flow)
}

// diagrams are the flows that a turn was in, in the order in which it came there.
func (c *Console) diagrams(t store.Turn) (all []diagram) {
	names := []string{t.From.Flow}
	for _, s := range t.Steps {
		names = append(names, s.Flow)
	}
	var seen []string
	for _, name := range append(names, t.To.Flow) {
		f := c.flow(name)
		if f == nil || slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		d := diagram{Title: f.Title}
		for _, a := range f.Arrows() {
			label := f.Label(a.From)
			if len(d.States) == 0 || d.States[len(d.States)-1].Label != label {
				state := diagramState{Label: label}
				switch at := (store.TurnPlace{Flow: name, State: string(a.From)}); at {
				case t.To:
					state.Mark = "depois"
				case t.From:
					state.Mark = "antes"
				}
				d.States = append(d.States, state)
			}
			to := "fim"
			if a.To != bot.End {
				to = f.Label(a.To)
			}
			last := &d.States[len(d.States)-1]
			last.Arrows = append(last.Arrows, diagramArrow{string(a.Event), cmp.Or(to, string(a.To)), slices.Contains(t.Steps, store.TurnStep{
				Flow: name, From: string(a.From), Event: string(a.Event), To: string(a.To),
			})})
		}
		all = append(all, d)
	}
	return all
}
