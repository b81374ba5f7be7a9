package store_test

import (
	"testing"

	"lojavirtual/store"
)

// Who is to be looked for before paying has one name wherever it is told.
func TestPayee(t *testing.T) {
	for _, c := range []struct{ legal, pix, want string }{
		{"Companhia de Saneamento de Sergipe", "", "Companhia de Saneamento de Sergipe"},
		{"Companhia de Saneamento de Sergipe", "COMPANHIA DE SANEAMENTO", "Companhia de Saneamento de Sergipe"},
		{"Companhia de Saneamento de Sergipe", "DESO", "Companhia de Saneamento de Sergipe (no Pix, DESO)"},
		{"", "DESO", "DESO"},
	} {
		if got := (store.Operator{LegalName: c.legal, Pix: store.Pix{Name: c.pix}}).Payee(); got != c.want {
			t.Errorf("%q with %q in the code is %q", c.legal, c.pix, got)
		}
	}
}
