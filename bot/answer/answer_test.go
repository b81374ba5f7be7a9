package answer_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
)

var bills = []string{"03/2026 · R$ 84,30 · vencida em 10/03/2026", "04/2026 · R$ 91,12 · vencida em 10/04/2026", "05/2026 · R$ 77,00 · vence em 10/05/2026"}

func TestSeveral(t *testing.T) {
	for _, test := range []struct {
		said string
		want []int // nil: not understood
		hint string
	}{
		{"2", []int{1}, ""},
		{"1,3", []int{0, 2}, ""},
		{"3 e 1", []int{0, 2}, ""},
		{"1, 2 e 3", []int{0, 1, 2}, ""},
		{"1 3", []int{0, 2}, ""},
		{"1-3", []int{0, 1, 2}, ""},
		{"1 a 3", []int{0, 1, 2}, ""},
		{"1 até 2", []int{0, 1}, ""},
		{"1 e 1", []int{0}, ""},
		{"todas", []int{0, 1, 2}, ""},
		{"Todas!", []int{0, 1, 2}, ""},
		{"todas menos 2", []int{0, 2}, ""},
		{"tudo menos a de março", []int{1, 2}, ""},
		{"03/2026", []int{0}, ""},
		{"03/2026, 05/26", []int{0, 2}, ""},
		{"a de abril", []int{1}, ""},
		{"a última", []int{2}, ""},
		{"13", nil, "1, 3"},
		{"4", nil, "de 1 a 3"},
		{"0", nil, "de 1 a 3"},
		{"3 a 1", nil, "de 1 a 3"},
		{"todas menos 1 a 3", nil, "não sobra"},
		{"todas as pessoas", nil, "Não entendi"},
		{"", nil, "Não entendi"},
		{"banana", nil, "Não entendi"},
		{"abril e maio", []int{1, 2}, ""},
		{"março de 2026", []int{0}, ""},
		{"a primeira e a terceira", []int{0, 2}, ""},
		{"só a última", []int{2}, ""},
		{"2️⃣", []int{1}, ""},
		{"②", []int{1}, ""},
		{"a 2ª", []int{1}, ""},
		{"quero a segunda", []int{1}, ""},
		{"a opção 2 por favor", []int{1}, ""},
		{"todas menos março e abril", []int{2}, ""},
		{"de março a maio", nil, "Não entendi"},
		{"menos março", nil, "Não entendi"},
		{"maio não", nil, "Não entendi"},
		{"duas", nil, "Não entendi"},
		{"de", nil, "Não entendi"},
	} {
		got, err := answer.Several(test.said, bills...)
		if !slices.Equal(got, test.want) || (err == nil) != (test.want != nil) {
			t.Errorf("Several(%q) = %v, %v", test.said, got, err)
		}
		if err != nil && (bot.FaultOf(err) != bot.Slip || !strings.Contains(err.Error(), test.hint)) {
			t.Errorf("Several(%q) hints %q", test.said, err)
		}
	}
}

// Whatever is said, what is chosen was offered, each once and in order.
func TestSeveralChoosesFromWhatWasOffered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := rapid.OneOf(rapid.StringMatching(`(todas menos )?[0-9]{1,2}([ ,ea-]{1,3}[0-9]{1,2}){0,4}`), rapid.String()).Draw(t, "said")
		got, err := answer.Several(said, bills...)
		if (err == nil) == (len(got) == 0) {
			t.Fatalf("%v, %v", got, err)
		}
		if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Fatalf("%q chose %v", said, got)
		}
		for _, i := range got {
			if i < 0 || i >= len(bills) {
				t.Fatalf("%q chose %v", said, got)
			}
		}
	})
}

func TestYes(t *testing.T) {
	for said, want := range map[string]bool{
		"sim": true, "Sim!": true, "1": true, "quero sim": true, "não": false, "2": false, "nao, obrigado": false, "N": false,
		"quero não": false, "pode não": false, "claro que não": false, "ok, mas não": false, "só isso": false, "isso": true,
		"quero": true, "eu quero": true, "quero, por favor": true,
	} {
		if got, err := answer.Yes(said); got != want || err != nil {
			t.Errorf("Yes(%q) = %v, %v", said, got, err)
		}
	}
	for _, said := range []string{"", "talvez", "3", "só a de março", "quero pagar", "quero saber o preço da água"} {
		if _, err := answer.Yes(said); bot.FaultOf(err) != bot.Slip {
			t.Errorf("Yes(%q) was understood", said)
		}
	}
}

func TestMatricula(t *testing.T) {
	for _, test := range []struct {
		said string
		want int64
		typo bool
		hint string
	}{
		{"12345679", 12345679, false, ""},
		{"1234567.9", 12345679, false, ""},
		{"1234567-9", 12345679, false, ""},
		{"minha matrícula é 1234567-9", 12345679, false, ""},
		{"12345678", 12345678, true, ""},
		{"529.982.247-25", 0, false, "CPF"},
		{"1234567890", 0, false, "1 a 9"},
		{"2", 0, false, "curto"},
		{"não sei", 0, false, "conta"},
		{"", 0, false, "conta"},
	} {
		got, typo, err := answer.Matricula(test.said)
		if got != test.want || typo != test.typo || (err == nil) != (test.hint == "") {
			t.Errorf("Matricula(%q) = %d, %v, %v", test.said, got, typo, err)
		}
		if err != nil && !strings.Contains(err.Error(), test.hint) {
			t.Errorf("Matricula(%q) hints %q", test.said, err)
		}
	}
}

func TestDocument(t *testing.T) {
	for _, test := range []struct{ said, want, hint string }{
		{"52998224725", "52998224725", ""},
		{"529.982.247-25", "52998224725", ""},
		{"meu cpf é 529.982.247-25", "52998224725", ""},
		{"12.abc.345/01de-35", "12ABC34501DE35", ""},
		{"cnpj 12ABC34501DE35", "12ABC34501DE35", ""},
		{"52998224735", "", "trocado"},
		{"11111111111", "", "trocado"},
		{"5299822472", "", "11 números"},
		{"oi?", "", "Preciso"},
		{"", "", "Preciso"},
	} {
		got, err := answer.Document(test.said)
		if got != test.want || (err == nil) != (test.hint == "") {
			t.Errorf("Document(%q) = %q, %v", test.said, got, err)
		}
		if err != nil && !strings.Contains(err.Error(), test.hint) {
			t.Errorf("Document(%q) hints %q", test.said, err)
		}
	}
}
