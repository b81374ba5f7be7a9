package answer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
)

// debts are what a person may be offered: the first two are overdue, the last
// is not part of "todas".
var debts = answer.List{
	Options: append(slices.Clone(bills), "Hidrômetro · R$ 30,00 · faltam 2", "02/2025 · R$ 50,00 · vencida em 15/03/2025"),
	Groups:  map[string][]int{"todas": {0, 1, 2, 3}, "vencidas": {0, 1}, "vencida": {0, 1}},
}

func TestChange(t *testing.T) {
	for _, test := range []struct {
		said   string
		before []int
		want   []int
		hint   string // of what is not understood
	}{
		{"1,3", []int{1}, []int{0, 2}, ""},
		{"1 e 3", nil, []int{0, 2}, ""},
		{"quero pagar a 1 e a 3, por favor", nil, []int{0, 2}, ""},
		{"vou pagar todas", nil, []int{0, 1, 2, 3}, ""},
		{"pagar", []int{0}, nil, "Não entendi"},
		{"1-3", nil, []int{0, 1, 2}, ""},
		{"1 a 3", nil, []int{0, 1, 2}, ""},
		{"todas", nil, []int{0, 1, 2, 3}, ""},
		{"todas as contas", nil, []int{0, 1, 2, 3}, ""},
		{"todas menos 2", nil, []int{0, 2, 3}, ""},
		{"todas exceto a de março", nil, []int{1, 2, 3}, ""},
		{"vencidas", []int{4}, []int{0, 1}, ""},
		{"só as vencidas", nil, []int{0, 1}, ""},
		{"todas as vencidas", nil, []int{0, 1}, ""},
		{"vencidas menos 1", nil, []int{1}, ""},
		{"vencidas e a 5", nil, []int{0, 1, 4}, ""},
		{"a de março", nil, []int{0}, ""},
		{"03/2026", nil, []int{0}, ""},
		{"02/2025 e 05/2026", nil, []int{2, 4}, ""},
		{"o hidrômetro", nil, []int{3}, ""},
		{"mais 3", []int{0}, []int{0, 2}, ""},
		{"+3", []int{0}, []int{0, 2}, ""},
		{"+ 3", []int{0}, []int{0, 2}, ""},
		{"mais 3", []int{2}, []int{2}, ""},
		{"inclui a de abril", []int{0}, []int{0, 1}, ""},
		{"a 3 também", []int{0}, []int{0, 2}, ""},
		{"e mais as vencidas", []int{4}, []int{0, 1, 4}, ""},
		{"tira 1", []int{0, 1}, []int{1}, ""},
		{"pode tirar a de março", []int{0, 1}, []int{1}, ""},
		{"-1", []int{0, 1}, []int{1}, ""},
		{"menos 1", []int{0, 1}, []int{1}, ""},
		{"sem a de abril", []int{0, 1}, []int{0}, ""},
		{"tira 2", []int{0}, []int{0}, ""},
		{"tira a última", []int{0, 4}, []int{0}, ""},
		{"tira todas", []int{0, 4}, nil, ""},
		{"mais 3 e tira 1", []int{0}, []int{2}, ""},
		{"tira 1, mais 3", []int{0}, []int{2}, ""},
		{"todas, tira a 2", nil, []int{0, 2, 3}, ""},
		{"limpar", []int{0, 1}, nil, ""},
		{"Limpa tudo!", []int{0, 1}, nil, ""},
		{"13", nil, nil, "1, 3"},
		{"tira 13", []int{0}, nil, "1, 3"},
		{"16", nil, nil, "de 1 a 5"},
		{"mais 9", []int{0}, nil, "de 1 a 5"},
		{"mais", []int{0}, nil, "mais 3"},
		{"tira", []int{0}, nil, "tira 1"},
		{"", []int{0}, nil, "Não entendi"},
		{"por favor", []int{0}, nil, "Não entendi"},
		{"maio não", []int{2}, nil, "Não entendi"},
		{"duas", nil, nil, "Não entendi"},
		{"banana", nil, nil, "Não entendi"},
		{"todas menos 1 a 4", nil, nil, "não sobra"},
	} {
		got, err := debts.Change(test.said)
		if (err == nil) != (test.hint == "") || err == nil && !slices.Equal(got.Of(test.before), test.want) {
			t.Errorf("Change(%q) = %+v of %v, %v", test.said, got, test.before, err)
		}
		if err != nil && (bot.FaultOf(err) != bot.Slip || !strings.Contains(err.Error(), test.hint)) {
			t.Errorf("Change(%q) hints %q", test.said, err)
		}
	}
}

// On a later page the numbers are those of that page; months, groups and what
// was offered before are understood all the same.
func TestListInPages(t *testing.T) {
	page := debts
	page.From, page.To = 2, 4
	for said, want := range map[string][]int{
		"1": {2}, "1 e 2": {2, 3}, "a segunda": {3}, "a última": {3}, "03/2026": {0}, "vencidas": {0, 1}, "todas menos 1": {0, 1, 3}, bills[1]: {1},
	} {
		if got, err := page.Several(said); !slices.Equal(got, want) || err != nil {
			t.Errorf("Several(%q) = %v, %v", said, got, err)
		}
	}
	if _, err := page.Several("3"); err == nil || !strings.Contains(err.Error(), "de 1 a 2") {
		t.Errorf("there is a third on a page of two: %v", err)
	}
}

func TestEmptyGroup(t *testing.T) {
	none := answer.List{Options: bills, Groups: map[string][]int{"vencidas": {}}}
	if got, err := none.Several("vencidas"); err == nil {
		t.Errorf("chose %v", got)
	}
}

// Whatever is said, one after the other, what is chosen was offered, each once
// and in order.
func TestChangeChoosesFromWhatWasOffered(t *testing.T) {
	one := rapid.StringMatching(`(todas menos |mais |tira |vencidas e |limpar|\+|-)?([0-9]{1,2}|vencidas|março|todas)?([ ,ea-]{1,3}[0-9]{1,2}){0,3}( (e )?(mais|tira) [0-9])?`)
	rapid.Check(t, func(t *rapid.T) {
		list := debts
		if rapid.Bool().Draw(t, "pages") {
			list.From, list.To = 2, rapid.IntRange(3, 5).Draw(t, "to")
		}
		var chosen []int
		for _, said := range rapid.SliceOfN(rapid.OneOf(one, rapid.String()), 1, 5).Draw(t, "said") {
			change, err := list.Change(said)
			if err != nil {
				if bot.FaultOf(err) != bot.Slip {
					t.Fatal(err)
				}
				continue
			}
			before := slices.Clone(chosen)
			chosen = change.Of(chosen)
			if !slices.IsSorted(chosen) || len(slices.Compact(slices.Clone(chosen))) != len(chosen) {
				t.Fatalf("%q made %v of %v", said, chosen, before)
			}
			for _, i := range chosen {
				if i < 0 || i >= len(list.Options) {
					t.Fatalf("%q chose %v", said, chosen)
				}
			}
			if !change.Anew && len(change.Remove) == 0 && slices.ContainsFunc(before, func(i int) bool { return !slices.Contains(chosen, i) }) {
				t.Fatalf("%q lost some of %v: %v", said, before, chosen)
			}
			for _, i := range change.Remove {
				if slices.Contains(chosen, i) {
					t.Fatalf("%q left %d in %v", said, i, chosen)
				}
			}
		}
	})
}

// A number that is typed means what has that number, or nothing.
func TestNumbersAreNeverGuessed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 999).Draw(t, "n")
		got, err := debts.Several(fmt.Sprintf(rapid.SampledFrom([]string{"%d", "a %d", "só a %d", "conta %d"}).Draw(t, "form"), n))
		if err == nil && !slices.Equal(got, []int{n - 1}) {
			t.Fatalf("%d chose %v", n, got)
		}
		if (err == nil) != (1 <= n && n <= len(debts.Options)) {
			t.Fatalf("%d: %v", n, err)
		}
	})
}

func TestNamed(t *testing.T) {
	for said, want := range map[string][]int{
		"quero negociar as contas vencidas": {0, 1}, "negociar a de maio": {2}, "pagar 03/2026": {0}, "vencidas e a de maio": {0, 1, 2},
		"quero pagar todas": {0, 1, 2, 3}, "negociar débitos": nil, "tenho 2 contas": nil, "março ou abril": nil, "": nil,
	} {
		if got := debts.Named(said); !slices.Equal(got, want) {
			t.Errorf("Named(%q) = %v", said, got)
		}
	}
}
