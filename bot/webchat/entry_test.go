package webchat

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/bot/answer"
	"lojavirtual/store/taxid"
)

func TestMasked(t *testing.T) {
	for typed, want := range map[string]string{
		"meu CPF é 529.982.247-25":               "meu CPF é •••.•••.•••-25",
		"7D.3MO.5E4/0001-89":                     "••.•••.•••/••••-89",
		"cnpj: 7d3mo5e4000189, obrigada":         "cnpj: ••••••••••••89, obrigada",
		"7D 3MO 5E4 0001 89":                     "•• ••• ••• •••• 89",
		"é o 12.345.678/0001-95.":                "é o ••.•••.•••/••••-95.",
		"700-000-101-11":                         "•••-•••-•••-11",
		"700000101/11":                           "•••••••••/11",
		"700,000,101,11":                         "•••,•••,•••,11",
		"meucpf70000010111ta":                    "meucpf•••••••••11ta",
		"70000010111 7D3MO5E4000189":             "•••••••••11 ••••••••••••89",
		"10010 em 12/03/2026, R$ 1.259,72":       "10010 em 12/03/2026, R$ 1.259,72",
		"1, 2, 3, 4, 5, 6, 7, 8, 9":              "1, 2, 3, 4, 5, 6, 7, 8, 9",
		"a de 03/2026, a de 04/2026 e a segunda": "a de 03/2026, a de 04/2026 e a segunda",
		"quero a segunda via da conta de 2026":   "quero a segunda via da conta de 2026",
	} {
		if got := masked(typed); got != want {
			t.Errorf("%q is kept as %q, want %q", typed, got, want)
		}
	}
	if got := masked("cpf70000010111"); signs(got) != 2 {
		t.Errorf("kept: %q", got)
	}
}

// Of whatever the bot takes for a CPF or CNPJ two characters are kept.
func TestMaskedIsWhatTheBotTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number, heaviest := rapid.StringMatching(`[0-9]{9}|[0-9]{12}|[0-9A-Z]{12}`).Draw(t, "number"), 9
		if len(number) == 9 {
			heaviest = 11
		}
		for range 2 {
			number += string(taxid.Modulo11(number, heaviest))
		}
		if rapid.Bool().Draw(t, "small") {
			number = strings.ToLower(number)
		}
		between := rapid.StringMatching(rapid.SampledFrom([]string{``, `[./-]?`, `[ ./-]{0,2}`, `[ \t\n./-]{0,2}`}).Draw(t, "between"))
		var typed strings.Builder
		for _, sign := range number {
			typed.WriteString(between.Draw(t, "parting"))
			typed.WriteRune(sign)
		}
		before := rapid.SampledFrom([]string{"", " ", "é ", "(", "à: "}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", ".", " ", ", tá", "!"}).Draw(t, "after")
		text := before + typed.String() + after
		if _, err := answer.Document(text); err != nil {
			return
		}
		if got := masked(text); signs(got) != 2+signs(before+after) {
			t.Fatalf("%q is kept as %q", text, got)
		}
	})
}

// signs counts the letters and digits that a number may have.
func signs(text string) (n int) {
	for _, r := range text {
		if strings.ContainsRune("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", r) {
			n++
		}
	}
	return n
}
