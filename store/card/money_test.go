package card

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/store"
)

func TestDecimal(t *testing.T) {
	for text, want := range map[json.Number]store.Money{
		"0": 0, "0.01": 1, "0.1": 10, "1": 100, "1091.12": 109112, "1091.120": 109112, "0.29": 29, "4.35": 435, "1.1": 110,
		"90071992547409.93": 9007199254740993,
	} {
		if got, err := decimal(text); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for _, text := range []json.Number{"", ".", ".5", "-1", "1e3", "1.001", "0.005", "99999999999999999999", "1.2.3", "+1", "1_0", "NaN", "1,5"} {
		if got, err := decimal(text); err == nil {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func TestDecimalIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := store.Money(rapid.Int64Range(0, 1<<62).Draw(t, "cents"))
		if got, err := decimal(reais(m)); err != nil || got != m {
			t.Fatalf("%s: %d, %v", reais(m), got, err)
		}
	})
}
