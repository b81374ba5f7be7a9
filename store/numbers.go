package store

import (
	"regexp"
	"strings"
	"time"
)

// Numbers say how the bot did in a span of days, on one channel or on all.
//
// A conversation counts on the day it began, if the person said something in it.
// It was useful if we gave what was asked for: see Turn.Useful. It was contained
// if it was useful, is over or has been still for half an hour, and nobody of the
// staff acted in it or was waited for. Conversations that were erased, or are
// older than the retention, do not count any more; Figures do, they are nobody's.
type Numbers struct {
	From, Until Date // both included
	Channel     string

	Days           []DayNumbers // each day of the span, the first one first
	Talks          int
	Contained      int
	Attended       int           // conversations in which somebody of the staff acted, or was waited for
	Useful         int           // conversations that were useful
	Useful50       time.Duration // from the beginning to the first useful answer: the middle one, and the ninth of ten
	Useful90       time.Duration
	Taken, GaveUp  int // who waited for a person: taken by one, or not
	Wait50, Wait90 time.Duration
	Figures        []Figure      // summed up over the span; in the order of kind and name
	Drops          []Drop        // where people stopped, most first
	Payments       []PaidNumbers // by what provider
	Ratings        [5]int        // how often each score was given, 1 first
	Channels       []DayNumbers  // by channel, the whole span
}

// DayNumbers are the conversations that began on a day, or on a channel.
type DayNumbers struct {
	Day                        Date
	Channel                    string // "" of a day
	Talks, Contained, Attended int
}

// A Drop is a question at which conversations ended without an answer: the person
// went silent or left.
type Drop struct {
	At TurnPlace
	N  int
}

// PaidNumbers are payments of what was set out to pay with us, that came in the
// span, by the day they were made.
type PaidNumbers struct {
	Provider string
	N        int
	Sum      Money
}

// A FigureKind is what is counted turn by turn.
type FigureKind string

// The kinds of figures, and what their names are.
const (
	FigureStarted  FigureKind = "started"  // services come to: flows
	FigureFinished FigureKind = "finished" // services gone through to their end: flows
	FigureIdentity FigureKind = "identity" // outcomes of finding out who is talking: events, or "mistake"
	FigureDocument FigureKind = "document" // files given: what their names begin with
	FigureCode     FigureKind = "code"     // codes to pay given: "pix" or "line"
	FigureFault    FigureKind = "fault"    // turns that went wrong: "mistake", "outage", "bug"
	FigureTurn     FigureKind = "turn"     // turns: "said" by people, "staff" by attendants, "told" unasked
)

// A Figure is how often something happened.
type Figure struct {
	Kind FigureKind
	Name string
	N    int
}

// identification is the flow that finds out who is talking, and notServices are
// flows that are no services either.
const identification = "identificacao"

var notServices = map[string]bool{identification: true, "atendente": true, "avaliacao": true}

// Useful tells whether a turn gave the person what they came for: a file, a code, an
// address, or the end of a service they went through.
func (t Turn) Useful() bool {
	for _, r := range t.Replies {
		if r.File != "" || r.Copy != "" || r.Link != "" {
			return true
		}
	}
	for _, s := range t.Steps {
		if s.To == "end" && !notServices[s.Flow] {
			return true
		}
	}
	return false
}

// Place is where a turn left the conversation; of one that ended it, where it
// stood before.
func (t Turn) Place() TurnPlace {
	if t.Over {
		return t.From
	}
	return t.To
}

// fileKind is what the name of a file begins with: "conta-202605.pdf" is a conta.
var fileKind = regexp.MustCompile(`^[a-z-]*[a-z]`)

// Figures are what a turn adds to each.
func (t Turn) Figures() []Figure {
	var all []Figure
	add := func(kind FigureKind, name string) { all = append(all, Figure{kind, name, 1}) }
	switch {
	case t.Kind == TurnSaid:
		add(FigureTurn, "said")
	case t.By != "" && t.Refused == "":
		add(FigureTurn, "staff")
	case t.Kind == TurnTold:
		add(FigureTurn, "told")
	}
	if t.Fault != "" {
		add(FigureFault, t.Fault)
	}
	if t.Fault == "mistake" && t.From.Flow == identification {
		add(FigureIdentity, "mistake")
	}
	started := map[string]bool{"": true, t.From.Flow: true}
	start := func(flow string) {
		if !started[flow] && !notServices[flow] {
			add(FigureStarted, flow)
		}
		started[flow] = true
	}
	for _, s := range t.Steps {
		start(s.Flow)
		switch {
		case s.Flow == identification:
			switch s.Event {
			case "known", "switched", "unmatched", "stopped", "gone":
				add(FigureIdentity, s.Event)
			}
		case s.To == "end" && !notServices[s.Flow]:
			add(FigureFinished, s.Flow)
		}
	}
	start(t.To.Flow)
	for _, r := range t.Replies {
		if r.File != "" {
			add(FigureDocument, fileKind.FindString(strings.TrimSuffix(r.File, ".")))
		}
		switch {
		case r.Copy == "":
		case strings.Contains(strings.ToLower(r.Copy), "br.gov.bcb.pix"):
			add(FigureCode, "pix")
		default:
			add(FigureCode, "line")
		}
	}
	return all
}
