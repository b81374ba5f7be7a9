package acompanhamento_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/acompanhamento"
	"lojavirtual/flows/flowtest"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

func TestTranscripts(t *testing.T) {
	flow, world := flowtest.World(t, "acompanhamento")
	bottest.Play(t, flow, world)
}

// What staff wrote at the end is shown where the operator says so, and nowhere
// else.
func TestOutcome(t *testing.T) {
	demo := flowtest.Demo(t)
	const written = "Ramal desobstruído"
	for _, shown := range []bool{false, true} {
		op := flowtest.Operator()
		op.Rules.ShowOutcome = shown
		engine := &bot.Engine{Flows: []*bot.Flow{acompanhamento.New(demo, "servicos", op)}}
		s := bot.Session{ID: "telegram:1", Protocol: "1", Identity: &bot.Identity{Property: 2331594}}
		said := ""
		for i, text := range []string{"acompanhar", "2"} {
			var replies []bot.Reply
			var err error
			at := time.Date(2026, 5, 20, 12, i, 0, 0, time.UTC)
			s.Seen = at
			s, replies, err = engine.Handle(t.Context(), s, bot.Message{ID: text, Channel: "telegram", From: "1", Text: text, At: at})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range replies {
				said += r.Text + "\n"
			}
		}
		if strings.Contains(said, written) != shown {
			t.Errorf("shown %t: %s", shown, said)
		}
	}
}

// A notice says what is new, why it comes and how to stop it, and asks nothing.
func TestNotice(t *testing.T) {
	p := store.Progress{Request: 7, Protocol: "20261000000007", Kind: "Vazamento na *rua*", Status: store.RequestPending, Promised: store.Date{Year: 2026, Month: 5, Day: 30}}
	closed := p
	closed.Protocol, closed.Status, closed.Closed, closed.Reason = "", store.RequestClosed, store.Date{Year: 2026, Month: 6, Day: 1}, "Conclusão do serviço"
	for _, c := range []struct {
		p    store.Progress
		want string
	}{
		{p, "Novidade no seu pedido Vazamento na *rua*\nProtocolo 20261000000007\nSituação: pendente, em andamento\nPrevisto para 30/05/2026\n\n" +
			"Você pediu este aviso. Para ver o pedido, digite acompanhar. Para não receber mais, digite parar avisos."},
		{closed, "Novidade no seu pedido Vazamento na *rua*\nRA 7\nSituação: encerrado em 01/06/2026\nMotivo: Conclusão do serviço\n\n" +
			"Este é o último aviso sobre ele, como você pediu. Para ver o que aconteceu, digite acompanhar."},
	} {
		r := acompanhamento.Notice(store.Change{Progress: c.p})
		if got := bot.Plain(r.Text); got != c.want || len(r.All()) > 0 {
			t.Errorf("%q\nwant %q", got, c.want)
		}
		for _, wrong := range bottest.Wrong([]bot.Reply{r}) {
			t.Error(wrong)
		}
	}
}
