package identificacao_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/store/embedded"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

func TestTranscripts(t *testing.T) {
	flow, world := flowtest.World(t, "identificacao")
	bottest.Play(t, flow, world)
}

// The words after a wrong pair are the same whatever is wrong (gsan-rules ID-8).
func TestNothingIsToldApart(t *testing.T) {
	_, world := flowtest.World(t, "identificacao")
	var told []string
	for _, wrong := range []struct{ why, property, document string }{
		{"no such property", "9999999", "52998224725"},
		{"somebody else's document", "1043722", "52998224725"},
		{"the document of another property's customer", "1043722", "70000020265"},
		{"none registered", "1520946", "52998224725"},
		{"a former occupant", "2051630", "52998224725"},
	} {
		e := world().Engine
		s := bot.Session{ID: "test:x", Protocol: "1"}
		var words strings.Builder
		for i, said := range []string{"saldo", wrong.property, wrong.document} {
			next, replies, err := e.Handle(t.Context(), s, bot.Message{
				ID: said, Channel: "test", From: "x", Text: said, At: time.Date(2026, 5, 20, 12, 0, i, 0, time.UTC),
			})
			if err != nil {
				t.Fatalf("%s: %v", wrong.why, err)
			}
			for _, r := range replies {
				if !strings.Contains(r.Text, "dígito parece trocado") { // what they typed says so, not what we know
					words.WriteString(bot.Transcript(r) + "\n")
				}
			}
			s = next
		}
		if s.Identity != nil {
			t.Errorf("%s: identified", wrong.why)
		}
		told = append(told, words.String())
	}
	for _, words := range told[1:] {
		if words != told[0] {
			t.Errorf("told apart:\n%s\n%s", told[0], words)
		}
	}
}
