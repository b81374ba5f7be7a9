package flowtest

import (
	"log/slog"
	"maps"
	"slices"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/store"
	"lojavirtual/store/postgres"
)

// stages prepare what the conversations of each flow are played on, by the
// flow's name.
var stages = map[string]func(*stage) *bot.Flow{
	"acompanhamento": (*stage).acompanhamento,
	"atendente":      (*stage).atendente,
	"avaliacao":      (*stage).avaliacao,
	"consumo":        (*stage).consumo,
	"debitos":        (*stage).debitos,
	"golpe":          (*stage).golpe,
	"identificacao":  (*stage).identificacao,
	"pagamentos":     (*stage).pagamentos,
	"parcelamento":   (*stage).parcelamento,
	"privacidade":    (*stage).privacidade,
	"quitacao":       (*stage).quitacao,
	"segundavia":     (*stage).segundavia,
	"servicos":       (*stage).servicos,
	"vencimento":     (*stage).vencimento,
}

// Flows are the names of the flows that have a World, in the order of the alphabet.
func Flows() []string { return slices.Sorted(maps.Keys(stages)) }

// A stage is the demo people, who is talking, and what may happen to them.
type stage struct {
	*Store
	t       testing.TB
	talks   *bot.Session
	engine  bot.Engine
	began   bot.Session       // what each conversation begins with
	happens map[string]func() // besides what may happen in every flow
	fresh   []func()          // done before each conversation
	heard   int               // payments that providers told of
}

// World returns a flow of that name, and what makes the world of each of its
// written conversations: the demo people as they were, and somebody nobody
// knows yet. One conversation can be played at a time.
func World(t testing.TB, name string) (*bot.Flow, func() bottest.World) {
	t.Helper()
	s := &stage{
		Store:  Demo(t),
		t:      t,
		talks:  new(bot.Session),
		engine: bot.Engine{Name: "DESO", Reference: func() string { return "K7Q2" }, Log: slog.New(slog.DiscardHandler)},
		began:  bot.Session{ID: "test:someone", Protocol: "2605200000000001"},
	}
	flow := stages[name](s)
	if s.engine.Flows == nil && s.engine.Beside == nil {
		s.engine.Flows = []*bot.Flow{flow}
	}
	happens := s.everywhere()
	maps.Copy(happens, s.happens)
	return flow, func() bottest.World {
		s.Reset()
		for _, fresh := range s.fresh {
			fresh()
		}
		*s.talks = s.began
		engine := s.engine
		return bottest.World{Engine: &engine, Session: s.talks, Happens: happens}
	}
}

// everywhere is what may happen in every flow.
func (s *stage) everywhere() map[string]func() {
	happens := map[string]func(){
		"the oldest is paid by card":  func() { s.PayByCard(s.property(), true) },
		"somebody goes to a company":  func() { s.PayByCard(s.property(), false) },
		"store is away":               func() { s.Away = true },
		"store is back":               func() { s.Away = false },
		"store is sick":               func() { s.Bug = true },
		"a bank keeps the PIX codes":  func() { s.Bank, s.NoPix = true, store.NotRefused },
		"the bank is away":            func() { s.NoPix = store.BankAway },
		"somebody pays it by card":    func() { s.NoPix = store.DebtsHeld },
		"it changes in between":       func() { s.NoPix = store.DebtsChanged },
		"the customer moves out":      func() { s.Leave(s.property()) },
		"all bills are in a contract": func() { s.Contract(s.property()) },
		"nobody is known":             func() { s.talks.Identity = nil },
	}
	for _, p := range postgres.DemoPeople() {
		happens["it is "+p.Name] = s.be(p.Name, p.Properties[0])
		for _, other := range p.Properties[1:] {
			happens["it is "+p.Name+", at the other property"] = s.be(p.Name, other)
		}
	}
	return happens
}

// be lets someone of the demo be known from now on, at a property.
func (s *stage) be(name string, property int64) func() {
	return func() { s.talks.Identity = &bot.Identity{Customer: s.Person(name).Customer, Property: property} }
}

// property is that of whoever talks.
func (s *stage) property() int64 { return s.talks.Identity.Property }

// exec changes the database, when it happens.
func (s *stage) exec(query string) func() { return func() { s.Exec(query) } }

// execThere changes the database at the property, $1, of whoever talks.
func (s *stage) execThere(query string) func() { return func() { s.Exec(query, s.property()) } }
