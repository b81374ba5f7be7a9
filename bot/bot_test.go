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
	ways := []string{"Receber o PDF", "Pagar com Pix", "Código de barras", "Outra conta"}
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
		{"②", ways, 1},
		{"❷", ways, 1},
		{"２", ways, 1},
		{"🔟", ways, -1},
		{"nº 2", ways, 1},
		{"a opção 2", ways, 1},
		{"opção dois", ways, 1},
		{"a 2ª", ways, 1},
		{"2a opção", ways, 1},
		{"segunda opção", ways, 1},
		{"a segnda", ways, 1},
		{"pode ser a 2", ways, 1},
		{"quero a número 2 por favor", ways, 1},
		{"a primeira mesmo", ways, 0},
		{"só a última visse", ways, 3},
		{"a penúltima", ways, 2},
		{"treis", ways, 2},
		{"manda o pdf", ways, 0},
		{"me manda no pix", ways, 1},
		{"quero codgo de barras", ways, 2},
		{"quero o 5", ways, -1},
		{"não quero o 2", ways, -1},
		{"2 e 3", ways, -1},
		{"a segunda e a terceira", ways, -1},
		{"segunda-feira", ways, -1},
		{"pdf e pix", ways, -1},
		{"em seguida", ways, -1},
		{"quanto", ways, -1},
		{"nova", ways, -1},
		{"pagar", []string{"Contas pagas", "Outra conta"}, -1},
		{"consutar pagamentos", menu, 2},
		{"quero negosiar", menu, 1},
		{"a de 84,30", bills, 1},
		{"a de 84,31", bills, -1},
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

// What is picked was offered, and neither capitals nor accents matter.
func TestPickedWasOffered(t *testing.T) {
	options := []string{"Receber o PDF", "Pagar com Pix", "Código de barras", "Última conta", "Não"}
	words := rapid.SampledFrom([]string{
		"a", "2", "pix", "código", "quero", "última", "segunda", "opção", "3ª", "não", "de", "barras", "codgo", "6", "receber", "um", "é", "❸", "conta",
	})
	rapid.Check(t, func(t *rapid.T) {
		said := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(words, 0, 5), func(w []string) string { return strings.Join(w, " ") })).Draw(t, "said")
		i, ok := bot.Pick(said, options)
		if ok && (i < 0 || i >= len(options)) {
			t.Fatalf("%q picked %d", said, i)
		}
		if !strings.Contains(said, "❸") {
			if j, same := bot.Pick(bot.Fold(said), options); same != ok || ok && i != j {
				t.Fatalf("%q picked %d, %v, and folded %d, %v", said, i, ok, j, same)
			}
		}
	})
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
