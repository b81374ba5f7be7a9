package answer_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
)

func TestAmount(t *testing.T) {
	for said, want := range map[string]store.Money{
		"200":                         20000,
		"200,00":                      20000,
		"200,5":                       20050,
		"R$ 200":                      20000,
		"R$200,50":                    20050,
		"r$ 1.091,12":                 109112,
		"R$\u00a01.091,12":            109112,
		"1.200":                       120000,
		"1200.50":                     120050,
		"45.3":                        4530,
		"200 reais":                   20000,
		"uns 80 reais":                8000,
		"posso dar até 150 por mês":   15000,
		"150.":                        15000,
		"12 reais e 50 centavos":      1250,
		"2 mil":                       200000,
		"1,5 mil":                     150000,
		"50 conto":                    5000,
		"0":                           0,
		"zero":                        0,
		"duzentos":                    20000,
		"duzentos reais":              20000,
		"Duzentos e cinquenta":        25000,
		"cento e vinte e cinco":       12500,
		"mil":                         100000,
		"mil e duzentos":              120000,
		"dois mil trezentos e dez":    231000,
		"cem reais":                   10000,
		"três":                        300,
		"vinte reais e 30 centavos":   2030,
		"  80  ":                      8000,
		"no máximo cem reais por mês": 10000,
	} {
		if got, err := answer.Amount(said); got != want || err != nil {
			t.Errorf("Amount(%q) = %s, %v, want %s", said, got, err, want)
		}
	}
	for said, hint := range map[string]string{
		"":                  "Não entendi o valor",
		"banana":            "Não entendi o valor",
		"não sei":           "Não entendi o valor",
		"20%":               "Não entendi o valor",
		"-50":               "Não entendi o valor",
		"vinte trinta":      "Não entendi o valor",
		"entre 80 e 100":    "mais de um valor",
		"50 ou 60":          "mais de um valor",
		"1,200":             "milhares ou centavos",
		"1.20.0":            "milhares ou centavos",
		"12,345,67":         "milhares ou centavos",
		"99999999999999999": "grande demais",
		"12345678":          "grande demais",
	} {
		if got, err := answer.Amount(said); err == nil || bot.FaultOf(err) != bot.Slip || !strings.Contains(err.Error(), hint) {
			t.Errorf("Amount(%q) = %s, %v, want a hint of %q", said, got, err, hint)
		}
	}
}

// TestAmountReadsWhatWePrint: what we write as an amount is read as the same.
func TestAmountReadsWhatWePrint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := store.Money(rapid.Int64Range(0, 999_999_999).Draw(t, "cents"))
		for _, said := range []string{m.String(), m.Number(), "até " + m.String() + " por mês"} {
			if got, err := answer.Amount(said); got != m || err != nil {
				t.Fatalf("Amount(%q) = %s, %v", said, got, err)
			}
		}
	})
}

func TestCount(t *testing.T) {
	for said, want := range map[string]int{
		"2": 2, "quero antecipar duas parcelas": 2, "só as 3 próximas": 3, "vinte e duas parcelas": 22, "uma": 1, "12 parcelas": 12, "cem": 100,
	} {
		if n, ok := answer.Count(said); n != want || !ok {
			t.Errorf("Count(%q) = %d, %t", said, n, ok)
		}
	}
	for _, said := range []string{"", "várias", "2 ou 3", "duas ou três", "1043722", "entrada"} {
		if n, ok := answer.Count(said); ok {
			t.Errorf("Count(%q) = %d", said, n)
		}
	}
}

func TestAmountNeverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := rapid.OneOf(rapid.String(), rapid.StringMatching(`(R\$ ?)?-?[0-9]{1,9}([.,][0-9]{0,4}){0,3}( mil| reais)?`)).Draw(t, "said")
		got, err := answer.Amount(said)
		if err == nil && got < 0 || err != nil && bot.FaultOf(err) != bot.Slip {
			t.Fatalf("Amount(%q) = %s, %v", said, got, err)
		}
	})
}
