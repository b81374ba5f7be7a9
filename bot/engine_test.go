package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/looplab/fsm"
	"pgregory.net/rapid"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/bot/bottest"
)

// A small shop to try the engine on: it sells water by the bottle.
type order struct {
	Size  string `json:"s,omitempty"`
	Count []int  `json:"c,omitempty"`
}

type trouble struct{ away, sick, panics bool }

func (w *trouble) Error() string   { return "the store is away" }
func (w *trouble) Temporary() bool { return true }

func (w *trouble) check() error {
	switch {
	case w.away:
		return w
	case w.sick:
		return errors.New("the store is sick")
	case w.panics:
		panic("the store fell over")
	}
	return nil
}

func shop(w *trouble, keys *[]string) *bot.Flow {
	type turn = bot.Turn[order]
	return bot.NewFlow(bot.About{Name: "shop", Title: "Comprar água", Words: []string{"comprar", "água mineral"}, Identify: true},
		[]bot.Step[order]{
			{
				State: "sizing", Label: "escolhendo o tamanho",
				Ask: func(t *turn) { t.Offer("Qual tamanho?", "Garrafa", "Galão") },
				Hear: func(_ context.Context, t *turn) (bot.Event, error) {
					size, err := answer.Option(t.Text(), "Garrafa", "Galão")
					t.Data.Size = size
					return "sized", err
				},
				On: bot.On{"sized": "picking"},
			},
			{
				State: "picking", Label: "escolhendo as cores",
				Ask: func(t *turn) {
					t.OfferSeveral("Quais tampas?", []string{"Azul", "Branca", "Verde"}, t.Data.Count, "Pronto")
				},
				Hear: func(_ context.Context, t *turn) (bot.Event, error) {
					if bot.Fold(t.Text()) == "pronto" {
						return "picked", nil
					}
					chosen, err := answer.Several(t.Text(), "Azul", "Branca", "Verde")
					if err != nil {
						return "", err
					}
					t.Data.Count = append(t.Data.Count, chosen...)
					return "ticked", nil
				},
				On: bot.On{"ticked": "picking", "picked": "paying"},
			},
			{
				State: "paying", Label: "cobrando",
				Do: func(_ context.Context, t *turn) (bot.Event, error) {
					if err := w.check(); err != nil {
						return "", err
					}
					*keys = append(*keys, t.Key())
					t.Say("Vendido a %s: *%s*, %d tampas.", "*você*", t.Data.Size, len(t.Data.Count))
					return "paid", nil
				},
				On: bot.On{"paid": bot.End},
			},
		})
}

func who() *bot.Flow {
	type turn = bot.Turn[struct{}]
	return bot.NewFlow(bot.About{Name: "who", Title: "Identificação"}, []bot.Step[struct{}]{{
		State: "asking", Label: "perguntando quem é",
		Ask: func(t *turn) { t.Say("Quem é você?") },
		Hear: func(_ context.Context, t *turn) (bot.Event, error) {
			switch bot.Fold(t.Text()) {
			case "maria":
				t.Identify(7, 1001)
			case "123456":
				t.Identify(9, 1003)
			case "joao":
				t.Identify(8, 1002)
			case "ninguem":
			default:
				return "", bot.Mistake("Não conheço esse nome.")
			}
			return "known", nil
		},
		On: bot.On{"known": bot.End},
	}})
}

func person() *bot.Flow {
	type turn = bot.Turn[struct{}]
	return bot.NewFlow(bot.About{Name: "person", Title: "Falar com Atendente", Words: []string{"telefone"}}, []bot.Step[struct{}]{{
		State: "telling", Label: "dizendo o telefone",
		Do: func(_ context.Context, t *turn) (bot.Event, error) {
			t.Say("Ligue 0800 079 0195.")
			return "told", nil
		},
		On: bot.On{"told": bot.End},
	}})
}

// mending takes free text and photos, cannot be undone, and hands over.
func mending() *bot.Flow {
	type told struct {
		What   string `json:"w,omitempty"`
		Photos int    `json:"p,omitempty"`
	}
	type turn = bot.Turn[told]
	return bot.NewFlow(bot.About{Name: "mending", Title: "Conserto", Words: []string{"conserto", "consertar a garrafa"}}, []bot.Step[told]{
		{
			State: "describing", Label: "descrevendo", Free: true,
			Ask: func(t *turn) { t.Say("O que quebrou?") },
			Hear: func(_ context.Context, t *turn) (bot.Event, error) {
				t.Data.What = t.Text()
				return "told", nil
			},
			On: bot.On{"told": "showing"},
		},
		{
			State: "showing", Label: "mostrando", Takes: []string{"photo"},
			Ask: func(t *turn) { t.Offer("Mande uma foto, se tiver.", "Sem foto", "Comprar outra") },
			Hear: func(_ context.Context, t *turn) (bot.Event, error) {
				if t.Media() != nil {
					t.Data.Photos++
					return "shown", nil
				}
				said, err := answer.Option(t.Text(), "Sem foto", "Comprar outra")
				if said == "Comprar outra" {
					t.Go("shop", "comprar água, cpf 529.982.247-25")
					return "sold", err
				}
				return "shown", err
			},
			On: bot.On{"shown": "mending", "sold": bot.End},
		},
		{
			State: "mending", Label: "consertando",
			Do: func(_ context.Context, t *turn) (bot.Event, error) {
				t.Seal()
				t.Say("Consertado: %s, com %d foto.", t.Data.What, t.Data.Photos)
				return "mended", nil
			},
			On: bot.On{"mended": "thanking"},
		},
		{
			State: "thanking", Label: "perguntando se ficou bom",
			Ask: func(t *turn) { t.Offer("Ficou bom?", "Sim", "Não") },
			Hear: func(_ context.Context, t *turn) (bot.Event, error) {
				_, err := answer.Yes(t.Text())
				return "thanked", err
			},
			On: bot.On{"thanked": bot.End},
		},
	})
}

// calling waits for somebody.
func calling() *bot.Flow {
	type turn = bot.Turn[struct{}]
	return bot.NewFlow(bot.About{Name: "calling", Title: "Chamar alguém", Words: []string{"chamar"}}, []bot.Step[struct{}]{
		{
			State: "waiting", Label: "esperando alguém", Waits: true,
			Ask: func(t *turn) { t.Say("Chamei alguém. Para desistir, digite *cancelar*.") },
			On:  bot.On{bot.Late: "sorry"},
		},
		{
			State: "sorry", Label: "pedindo desculpas",
			Do: func(_ context.Context, t *turn) (bot.Event, error) {
				t.Say("Ninguém pôde vir.")
				return "said", nil
			},
			On: bot.On{"said": bot.End},
		},
	})
}

// giving sends an attendant's person what is theirs.
func giving(w *trouble) *bot.Flow {
	type turn = bot.Turn[struct{}]
	return bot.NewFlow(bot.About{Name: "giving"}, []bot.Step[struct{}]{{
		State: "giving", Label: "enviando",
		Do: func(_ context.Context, t *turn) (bot.Event, error) {
			if err := w.check(); err != nil {
				return "", err
			}
			if t.Text() != "nota" {
				return "", bot.Mistake("Não há " + t.Text() + ".")
			}
			t.Gave("A nota")
			t.Say("A nota do imóvel %d.", t.Property())
			return "given", nil
		},
		On: bot.On{"given": bot.End},
	}})
}

// scoring asks how it was, and may be passed over.
func scoring() *bot.Flow {
	type turn = bot.Turn[struct{}]
	return bot.NewFlow(bot.About{Name: "scoring", Title: "Avaliação"}, []bot.Step[struct{}]{{
		State: "asking", Label: "perguntando como foi", Passing: true,
		Ask: func(t *turn) { t.Offer(bot.Marked("Como foi com *%s*?", t.Attendant()), "Ruim", "Bom") },
		Hear: func(_ context.Context, t *turn) (bot.Event, error) {
			_, err := answer.Option(t.Text(), "Ruim", "Bom")
			return "scored", err
		},
		On: bot.On{"scored": bot.End},
	}})
}

func world(w *trouble, keys *[]string) bottest.World {
	*w = trouble{}
	p := person()
	return bottest.World{
		Engine: &bot.Engine{
			Flows: []*bot.Flow{shop(w, keys), p}, Beside: []*bot.Flow{mending(), calling()}, Identify: who(), Person: p, Give: giving(w), Survey: scoring(), Name: "Água & Cia", Phone: "0800 000 0000",
			Reference: func() string { return "K7Q2" },
			Log:       slog.New(slog.NewTextHandler(io.Discard, nil)),
		},
		Session: &bot.Session{ID: "test:maria"},
		Happens: map[string]func(){
			"store is away": func() { w.away = true },
			"store is back": func() { w.away = false },
			"store is sick": func() { w.sick = true },
			"store falls":   func() { w.panics = true },
		},
	}
}

func TestTranscripts(t *testing.T) {
	var w trouble
	var keys []string
	bottest.PlayAll(t, "testdata", func() bottest.World { return world(&w, &keys) }, nil)
}

func TestNewFlowRefusesTablesThatCannotWork(t *testing.T) {
	type turn = bot.Turn[struct{}]
	do := func(context.Context, *turn) (bot.Event, error) { return "", nil }
	ask := func(*turn) {}
	type steps = []bot.Step[struct{}]
	for _, test := range []struct {
		why   string
		table steps
	}{
		{"it has no steps", steps{}},
		{`"a" stands in the table twice`, steps{{State: "a", Do: do, On: bot.On{"x": bot.End}}, {State: "a", Do: do, On: bot.On{"x": bot.End}}}},
		{"cannot be called", steps{{State: bot.End, Do: do, On: bot.On{"x": bot.End}}}},
		{"a --x--> b leads nowhere", steps{{State: "a", Do: do, On: bot.On{"x": "b", "y": bot.End}}}},
		{`"b" cannot be reached`, steps{{State: "a", Do: do, On: bot.On{"x": bot.End}}, {State: "b", Do: do, On: bot.On{"x": bot.End}}}},
		{`end cannot be reached from step "b"`, steps{{State: "a", Do: do, On: bot.On{"x": "b", "y": bot.End}}, {State: "b", Do: do, On: bot.On{"x": "b"}}}},
		{"neither Do nor Ask and Hear", steps{{State: "a", Ask: ask, On: bot.On{"x": bot.End}}}},
		{"says where it leads when nobody comes", steps{{State: "a", Ask: ask, Waits: true, On: bot.On{"x": bot.End}}}},
		{"both does and asks", steps{{State: "a", Do: do, Ask: ask, Hear: do, On: bot.On{"x": bot.End}}}},
	} {
		t.Run(test.why, func(t *testing.T) {
			defer func() {
				if said, _ := recover().(string); !strings.Contains(said, test.why) {
					t.Errorf("NewFlow said %q", said)
				}
			}()
			bot.NewFlow(bot.About{Name: "f"}, test.table)
		})
	}
}

// looplab/fsm draws the same arrows as we do.
func TestDrawingIsTheMachines(t *testing.T) {
	var keys []string
	flow := shop(&trouble{}, &keys)
	var events fsm.Events
	for _, a := range flow.Arrows() {
		events = append(events, fsm.EventDesc{Name: string(a.Event), Src: []string{string(a.From)}, Dst: string(a.To)})
	}
	theirs, err := fsm.VisualizeWithType(fsm.NewFSM("sizing", events, nil), fsm.MermaidStateDiagram)
	if err != nil {
		t.Fatal(err)
	}
	arrows := func(drawing, end string) []string {
		var found []string
		for _, l := range strings.Split(drawing, "\n") {
			if from, _, ok := strings.Cut(strings.TrimSpace(l), " --> "); ok && from != "[*]" {
				found = append(found, strings.ReplaceAll(strings.TrimSpace(l), "> "+end+":", "> [*]:"))
			}
		}
		slices.Sort(found)
		return found
	}
	if got, want := arrows(flow.Mermaid(), "[*]"), arrows(theirs, "end"); !slices.Equal(got, want) {
		t.Errorf("ours:\n%s\ntheirs:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What must happen once has the same key when a message is handled twice, and
// another when the person comes to the step again.
func TestKeyNamesTheVisit(t *testing.T) {
	var w trouble
	var keys []string
	e := world(&w, &keys).Engine
	at := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	n := 0
	say := func(s bot.Session, text string) bot.Session {
		t.Helper()
		n++
		next, _, err := e.Handle(t.Context(), s, bot.Message{ID: text, Channel: "test", From: "maria", Text: text, At: at.Add(time.Duration(n) * time.Second)})
		if err != nil && bot.FaultOf(err) != bot.Outage {
			t.Fatal(err)
		}
		return next
	}
	s := say(say(say(say(bot.Session{}, "comprar"), "maria"), "galão"), "2")
	w.away = true
	s = say(s, "pronto")
	w.away = false
	say(s, "pronto")
	s = say(s, "pronto")
	say(say(say(say(s, "comprar"), "galão"), "2"), "pronto")
	if len(keys) != 3 || keys[0] != keys[1] || keys[1] == keys[2] {
		t.Errorf("keys of one visit twice and of another: %q", keys)
	}
}

// Anything may be said at any time: the engine answers, keeps the promise that
// a session survives JSON, and never falls over.
func TestAnythingMayBeSaid(t *testing.T) {
	var w trouble
	var keys []string
	e := world(&w, &keys).Engine
	sayings := []string{
		"", "oi", "menu", "voltar", "cancelar", "ajuda", "atendente", "sair", "trocar imóvel", "continuar", "comprar", "maria", "joão",
		"ninguém", "1", "2", "99", "pronto", "1,3", "todas menos 2", "valeu", "não", "*`\\", "/start", "\u0000\xff", "👍",
	}
	rapid.Check(t, func(t *rapid.T) {
		s := bot.Session{ID: "test:x"}
		at := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
		for i := range rapid.IntRange(1, 25).Draw(t, "messages") {
			at = at.Add(time.Duration(rapid.IntRange(1, 2400).Draw(t, "pause")) * time.Second)
			m := bot.Message{ID: string(rune('a' + i)), Channel: "test", From: "x", At: at}
			m.Text = rapid.OneOf(rapid.SampledFrom(sayings), rapid.String()).Draw(t, "said")
			m.Silence = rapid.IntRange(0, 9).Draw(t, "silence") == 0
			next, replies, err := e.Handle(context.Background(), s, m)
			if f := bot.FaultOf(err); f == bot.Bug || f == bot.Outage {
				t.Fatal(err)
			}
			if len(replies) == 0 && !m.Silence {
				t.Fatalf("no answer to %q", m.Text)
			}
			text, err := json.Marshal(next)
			if err != nil {
				t.Fatal(err)
			}
			back := bot.Session{ID: next.ID}
			if err := json.Unmarshal(text, &back); err != nil {
				t.Fatal(err)
			}
			again, err := json.Marshal(back)
			if err != nil || string(again) != string(text) {
				t.Fatalf("session changed in JSON:\n%s\n%s", text, again)
			}
			s = back
		}
	})
}

// BenchmarkTurn is a turn without I/O: the session comes from JSON and goes
// back to it.
func BenchmarkTurn(b *testing.B) {
	var w trouble
	var keys []string
	e := world(&w, &keys).Engine
	at := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	s := bot.Session{ID: "test:maria"}
	for i, said := range []string{"comprar", "maria"} {
		s, _, _ = e.Handle(b.Context(), s, bot.Message{ID: said, Channel: "test", From: "maria", Text: said, At: at.Add(time.Duration(i) * time.Second)})
	}
	stored, err := json.Marshal(s)
	if err != nil {
		b.Fatal(err)
	}
	m := bot.Message{ID: "3", Channel: "test", From: "maria", Text: "galão", At: at.Add(time.Minute)}
	b.ReportAllocs()
	for b.Loop() {
		s := bot.Session{ID: "test:maria"}
		if err := json.Unmarshal(stored, &s); err != nil {
			b.Fatal(err)
		}
		next, _, err := e.Handle(b.Context(), s, m)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := json.Marshal(next); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(stored)), "session-bytes")
}

// A bug in the first turn after a long silence does not bring back who was
// talking before it.
func TestBugKeepsNoStaleIdentity(t *testing.T) {
	type turn = bot.Turn[struct{}]
	broken := bot.NewFlow(bot.About{Name: "broken", Title: "Quebrado", Words: []string{"quebrado"}}, []bot.Step[struct{}]{{
		State: "breaking",
		Do:    func(context.Context, *turn) (bot.Event, error) { return "", errors.New("it breaks") },
		On:    bot.On{"done": bot.End},
	}})
	e := &bot.Engine{Flows: []*bot.Flow{broken}, Log: slog.New(slog.DiscardHandler)}
	at := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	for quiet, kept := range map[time.Duration]bool{time.Minute: true, 10 * time.Hour: false} {
		s := bot.Session{Protocol: "1", Identity: &bot.Identity{Customer: 7, Property: 1001}, Seen: at}
		next, _, err := e.Handle(t.Context(), s, bot.Message{ID: "1", Channel: "test", From: "maria", Text: "quebrado", At: at.Add(quiet)})
		if bot.FaultOf(err) != bot.Bug || (next.Identity != nil) != kept {
			t.Errorf("after %v: %v, identity %v", quiet, err, next.Identity)
		}
	}
}

// What an older program knew and this one does not leads to the menu.
func TestVanishedFlowLeadsToTheMenu(t *testing.T) {
	var w trouble
	var keys []string
	e := world(&w, &keys).Engine
	at := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	for name, s := range map[string]bot.Session{
		"flow":   {Flow: "gone", State: "asking"},
		"state":  {Flow: "shop", State: "gone"},
		"paused": {Paused: &bot.Place{Flow: "gone", State: "asking"}},
	} {
		s.Protocol, s.Seen = "1", at
		next, replies, err := e.Handle(t.Context(), s, bot.Message{ID: "1", Channel: "test", From: "x", Text: "continuar", At: at.Add(time.Minute)})
		if err != nil || next.Flow != "" || next.Paused != nil || len(replies[len(replies)-1].Options) != 2 {
			t.Errorf("%s: %v, %+v, %+v", name, err, next, replies)
		}
	}
}

// On some channels what can be one message is one.
func TestJoined(t *testing.T) {
	var w trouble
	var keys []string
	world := world(&w, &keys)
	world.Engine.Joined = []string{"test"}
	s, replies, _ := world.Engine.Handle(t.Context(), *world.Session, bot.Message{ID: "1", Channel: "test", From: "maria", Text: "oi", At: time.Now()})
	if len(replies) != 1 || !strings.HasSuffix(replies[0].Text, "`.\n\nComo posso ajudar?") || len(replies[0].Options) == 0 || replies[0].Key != "menu" {
		t.Errorf("the welcome is %v", replies)
	}
	_, replies, _ = world.Engine.Handle(t.Context(), s, bot.Message{ID: "2", Channel: "web", From: "maria", Text: "oi", At: time.Now()})
	if len(replies) != 2 {
		t.Errorf("elsewhere the greeting is %v", replies)
	}
}
