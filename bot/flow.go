package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/looplab/fsm"
)

// End is where a flow is over.
const End State = "end"

// On says where each event leads from a step.
type On map[Event]State

// A Step is one state of a flow. It either does something and goes straight on
// (Do), or asks and waits for an answer (Ask, then Hear with the next message).
//
// Ask speaks from Data alone, so that it can be asked again at any time: after
// an answer we did not understand, or when the person comes back to it.
//
// A step that Waits has called a person of the utility: the bot says no more
// until the words that lead away are typed, or nobody has come for as long as
// the engine is patient; then it follows Late. It may have Hear, whose Mistakes
// are for the person who comes; and if it says where Still leads, that is followed
// every few minutes.
type Step[D any] struct {
	State State
	Label string // what the diagram and the staff console call it, in pt-BR
	Do    func(context.Context, *Turn[D]) (Event, error)
	Ask   func(*Turn[D])
	Hear  func(context.Context, *Turn[D]) (Event, error)
	Takes []string // kinds of media that Hear understands (Media.Kind); the engine answers all others
	Free  bool     // any text is an answer here, also one that names another service
	Waits bool     // it has Ask, and may have Hear
	On    On

	Passing bool // it may be passed over: what it does not understand, and each word that works anywhere, is heard as at the menu
}

// What happens at a step that waits.
const (
	Late  Event = "late"  // nobody has come
	Still Event = "still" // nobody has come yet
)

// About is what the menu knows of a flow.
type About struct {
	Name     string   // stored in sessions; never rename one in use
	Title    string   // as the menu shows it
	Words    []string // what people type to get here
	Identify bool     // ask who is talking before starting

	// Recognizes, if set, tells what starts the flow wherever it is pasted, save
	// as an answer to a question that takes any text: a code that is of no other
	// use. Takes are the media that start it at the menu.
	Recognizes func(text string) bool
	Takes      []string
}

// A Flow is a conversation the bot can hold. It is safe for use by several
// goroutines.
type Flow struct {
	About
	folded   []string // its words
	steps    map[State]*step
	order    []State // as in the table; the first is where it starts
	arrows   []Arrow
	data     func(json.RawMessage) (any, error) // decodes into a new *D
	machines sync.Pool                          // of *fsm.FSM, see move
}

// An Arrow is one transition of a flow.
type Arrow struct {
	From  State
	Event Event
	To    State
}

// String writes the arrow as "choosing --already_paid--> searching".
func (a Arrow) String() string { return fmt.Sprintf("%s --%s--> %s", a.From, a.Event, a.To) }

// step is a Step that has forgotten the type of its data.
type step struct {
	state State
	label string
	do    func(context.Context, *talk) (Event, error)
	ask   func(*talk)
	hear  func(context.Context, *talk) (Event, error)
	takes []string
	free  bool
	waits bool
	on    On

	passing bool
}

// NewFlow makes a flow of its steps, the first being where it starts. It
// panics if the table cannot work, so that the first test of the flow says so:
// every arrow lands, every step can be reached, the end can be reached from
// every step, a step has either Do or Ask and Hear, one that waits knows Late.
func NewFlow[D any](about About, table []Step[D]) *Flow {
	f := &Flow{About: about, steps: make(map[State]*step)}
	for _, w := range about.Words {
		f.folded = append(f.folded, Fold(w))
	}
	f.data = func(raw json.RawMessage) (any, error) {
		d := new(D)
		if len(raw) == 0 {
			return d, nil
		}
		return d, json.Unmarshal(raw, d)
	}
	for _, s := range table {
		if _, twice := f.steps[s.State]; twice {
			f.refuse("step %q stands in the table twice", s.State)
		}
		f.order = append(f.order, s.State)
		f.steps[s.State] = erase(s)
	}
	f.check()
	f.arrows = f.draw()
	f.machines.New = func() any { return f.machine() }
	return f
}

// erase hides the type of a step's data.
func erase[D any](s Step[D]) *step {
	typed := func(t *talk) *Turn[D] { return &Turn[D]{talk: t, Data: t.data.(*D)} }
	e := &step{state: s.State, label: s.Label, takes: s.Takes, free: s.Free, waits: s.Waits, on: s.On, passing: s.Passing}
	if s.Do != nil {
		e.do = func(ctx context.Context, t *talk) (Event, error) { return s.Do(ctx, typed(t)) }
	}
	if s.Ask != nil {
		e.ask = func(t *talk) { s.Ask(typed(t)) }
	}
	if s.Hear != nil {
		e.hear = func(ctx context.Context, t *talk) (Event, error) { return s.Hear(ctx, typed(t)) }
	}
	return e
}

// check panics if the table cannot work.
func (f *Flow) check() {
	if f.Name == "" {
		f.refuse("it has no name")
	}
	if len(f.order) == 0 {
		f.refuse("it has no steps")
	}
	leads := make(map[State][]State) // backwards: who leads here
	for _, state := range f.order {
		s := f.steps[state]
		switch {
		case state == "" || state == End:
			f.refuse("a step cannot be called %q", state)
		case s.do != nil && (s.ask != nil || s.hear != nil):
			f.refuse("step %q both does and asks", state)
		case s.waits && (s.ask == nil || s.on[Late] == ""):
			f.refuse("step %q waits, so it asks, and says where it leads when nobody comes", state)
		case s.do == nil && (s.ask == nil || s.hear == nil && !s.waits):
			f.refuse("step %q has neither Do nor Ask and Hear", state)
		}
		for event, to := range s.on {
			if _, known := f.steps[to]; !known && to != End {
				f.refuse("%s leads nowhere", Arrow{state, event, to})
			}
			leads[to] = append(leads[to], state)
		}
	}
	ahead := func(s State) []State {
		if step, ok := f.steps[s]; ok {
			return slices.Collect(maps.Values(step.on))
		}
		return nil
	}
	reached := closure(f.order[0], ahead)
	ending := closure(End, func(s State) []State { return leads[s] })
	for _, state := range f.order {
		if !reached[state] {
			f.refuse("step %q cannot be reached", state)
		}
		if !ending[state] {
			f.refuse("the end cannot be reached from step %q", state)
		}
	}
}

// closure returns all states that can be reached from one by following next.
func closure(from State, next func(State) []State) map[State]bool {
	seen := map[State]bool{from: true}
	for todo := []State{from}; len(todo) > 0; todo = todo[1:] {
		for _, s := range next(todo[0]) {
			if !seen[s] {
				seen[s] = true
				todo = append(todo, s)
			}
		}
	}
	return seen
}

func (f *Flow) refuse(format string, args ...any) {
	panic(fmt.Sprintf("flow %q: ", f.Name) + fmt.Sprintf(format, args...))
}

// draw lists the arrows in reading order: by step, then by where they lead.
func (f *Flow) draw() []Arrow {
	place := map[State]int{End: len(f.order)}
	for i, s := range f.order {
		place[s] = i
	}
	var arrows []Arrow
	for _, from := range f.order {
		first := len(arrows)
		for event, to := range f.steps[from].on {
			arrows = append(arrows, Arrow{from, event, to})
		}
		slices.SortFunc(arrows[first:], func(a, b Arrow) int {
			if d := place[a.To] - place[b.To]; d != 0 {
				return d
			}
			return strings.Compare(string(a.Event), string(b.Event))
		})
	}
	return arrows
}

// Arrows returns every transition, in reading order.
func (f *Flow) Arrows() []Arrow { return slices.Clone(f.arrows) }

// Label returns what people call a state of the flow, in pt-BR.
func (f *Flow) Label(s State) string {
	if step, ok := f.steps[s]; ok {
		return step.label
	}
	return string(s)
}

// Mermaid draws the flow as a state diagram, in reading order.
func (f *Flow) Mermaid() string {
	name := func(s State) string {
		if s == End {
			return "[*]"
		}
		return string(s)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "stateDiagram-v2\n    [*] --> %s\n", f.order[0])
	for _, s := range f.order {
		fmt.Fprintf(&b, "    %s: %s\n", s, f.steps[s].label)
	}
	for _, a := range f.arrows {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", name(a.From), name(a.To), a.Event)
	}
	return b.String()
}

// machine builds the table as looplab/fsm knows it. It has no callbacks: the
// machine says which moves exist, the flow says what happens.
func (f *Flow) machine() *fsm.FSM {
	events := make(fsm.Events, len(f.arrows))
	for i, a := range f.arrows {
		events[i] = fsm.EventDesc{Name: string(a.Event), Src: []string{string(a.From)}, Dst: string(a.To)}
	}
	return fsm.NewFSM(string(f.order[0]), events, nil)
}

// move follows an event from a state. A machine that has failed is not used
// again, and none is ever used by two goroutines or given a context that can
// be cancelled: looplab/fsm stays stuck after either.
func (f *Flow) move(from State, event Event) (State, error) {
	machine := f.machines.Get().(*fsm.FSM)
	machine.SetState(string(from))
	err := machine.Event(context.Background(), string(event))
	var same fsm.NoTransitionError
	if err != nil && !errors.As(err, &same) {
		return "", fmt.Errorf("flow %s: event %q from %q: %w", f.Name, event, from, err)
	}
	to := State(machine.Current())
	f.machines.Put(machine)
	return to, nil
}
