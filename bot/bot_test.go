package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/bot"
)

func TestFaultOf(t *testing.T) {
	away := &trouble{}
	for _, test := range []struct {
		err  error
		want bot.Fault
	}{
		{nil, bot.None},
		{fmt.Errorf("hear: %w", bot.Mistake("hint")), bot.Slip},
		{fmt.Errorf("read: %w", away), bot.Outage},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), bot.Outage},
		{errors.New("surprise"), bot.Bug},
	} {
		if got := bot.FaultOf(test.err); got != test.want {
			t.Errorf("FaultOf(%v) = %v, want %v", test.err, got, test.want)
		}
	}
}

func TestPick(t *testing.T) {
	menu := []string{"Segunda Via de Conta", "Negociar Débitos", "Consultar Pagamentos", "Falar com Atendente"}
	bills := []string{"05/2026 · R$ 1.091,12 · vencida", "06/2026 · R$ 84,30 · vence hoje"}
	for _, test := range []struct {
		said    string
		options []string
		want    int // -1: not understood
	}{
		{"1", menu, 0},
		{" 4. ", menu, 3},
		{"2️⃣", menu, 1},
		{"opção 3", menu, 2},
		{"0", menu, -1},
		{"5", menu, -1},
		{"-1", menu, 0}, // a list's dash, not a sign
		{"negociar debitos", menu, 1},
		{"NEGOCIAR", menu, 1},
		{"segunda", menu, 0},
		{"segunda via", menu, 0},
		{"a segunda", bills, 1},
		{"terceira", menu, 2},
		{"a última", menu, 3},
		{"duas", bills, 1},
		{"um", bills, 0},
		{"três", bills, -1},
		{"negosiar debitos", menu, 1},
		{"com", menu, 3},
		{"de", menu, -1},
		{"84,30", bills, 1},
		{"06/2026", bills, 1},
		{"R$", bills, -1},
		{"quero negociar débitos", menu, 1},
		{"", menu, -1},
		{"👍", menu, -1},
	} {
		got, ok := bot.Pick(test.said, test.options)
		if !ok {
			got = -1
		}
		if got != test.want {
			t.Errorf("Pick(%q) = %d, want %d", test.said, got, test.want)
		}
	}
}

func TestMarks(t *testing.T) {
	got := bot.Spans("Olá *Ana \\* Lia*, `a*b` e 2*3=6\\` fim*")
	want := "[{Olá  false false} {Ana * Lia true false} {,  false false} {a*b false true} { e 2*3=6` fim* false false}]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if s := bot.Marked("*%s* deve %d", "*Zé*", 3); bot.Plain(s) != "*Zé* deve 3" || !bot.Spans(s)[0].Bold {
		t.Errorf("Marked gave %q", s)
	}
}

// Data stays data: whatever a name holds, it is shown as it is and cannot make
// anything bold.
func TestEscapedDataIsPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.String().Draw(t, "data")
		if got := bot.Plain(bot.Escape(data)); got != data {
			t.Fatalf("%q became %q", data, got)
		}
		if strings.Contains(data, "\n") {
			return
		}
		spans := bot.Spans("a *" + bot.Escape("x"+data) + "* b")
		if len(spans) != 3 || spans[1].Text != "x"+data || !spans[1].Bold {
			t.Fatalf("%q became %v", data, spans)
		}
	})
}

func TestSessionIsSmall(t *testing.T) {
	at := time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)
	s := bot.Session{
		ID: "telegram:4711", Version: 12, Protocol: "2611221234567890", Seen: at,
		Identity: &bot.Identity{Customer: 123456, Property: 10345996},
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 100 {
		t.Errorf("a session at the menu has %d bytes: %s", len(text), text)
	}
}
