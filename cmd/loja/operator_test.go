package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lojavirtual/store"
)

func TestDemoOperator(t *testing.T) {
	op, err := readOperator("")
	if err != nil {
		t.Fatal(err)
	}
	if op.Name != "DESO" || op.CNPJ != "12345678000195" || op.Febraban != "0999" || op.Pix.Key == "" || len(op.Offices) < 2 || len(op.Banks) < 5 {
		t.Errorf("the demo operator is %+v", op)
	}
}

// Each case edits the demo operator, as one who copied it would. The error
// names the line that holds the text at.
func TestOperatorIsReviewed(t *testing.T) {
	for _, c := range []struct{ old, new, at, want string }{
		{"name: DESO", "nome: DESO", "nome: DESO", `unknown field "nome"`},
		{"name: DESO", "name: DESO\nname: CEDAE", "name: CEDAE", `"name" already defined`},
		{"name: DESO", "name: {a: b}", "name: {a: b}", "cannot unmarshal"},
		{"name: DESO", "name: [", "", ""},
		{"legal_name: Companhia de Saneamento de Sergipe", "", "", "legal_name: is missing"},
		{"0001-95", "0001-96", "cnpj: ", "cnpj: is no CNPJ"},
		{`"12.345.678/0001-95"`, "", "cnpj: ", "cnpj: is missing"},
		{"    number: 0800 079 0195\n", "", "  - label: Atendimento", "phones[0].number: is missing"},
		{"  name: AGRESE", "  phone: 0800", "  phone: 0800\n", "regulator.name: is missing"},
		{"  site: agrese.se.gov.br", "", "  name: AGRESE", "regulator: needs one of"},
		{"privacidade@deso.example", "privacidade", "  email: privacidade", "privacy.email: is no e-mail"},
		{"426655440000 #", "42665544000 #", "  key: ", "pix.key: is no key"},
		{"DESO Demonstração", "日本", "日本", "pix.name: has no letter"},
		{"  city: Aracaju", "", "  key: ", "pix.city: is missing"},
		{`"0999"`, `"999"`, "febraban:", "febraban: is not 4 digits"},
		{`"0999"`, "0123", "febraban:", "0123: write it in quotes"},
		{"https://www.caixa.gov.br", "http://www.caixa.gov.br", "http://www.caixa", "banks[2].link: must be"},
		{"https://banco.bradesco", "banco.bradesco", "banco.bradesco", "banks[3].link: must be"},
	} {
		text := strings.Replace(string(demoOperator), c.old, c.new, 1)
		if text == string(demoOperator) {
			t.Fatalf("%q is not there", c.old)
		}
		where := "op.yaml:"
		if c.at != "" {
			before, _, _ := strings.Cut(text, c.at)
			where = fmt.Sprintf("op.yaml:%d: ", 1+strings.Count(before, "\n"))
		}
		_, err := parseOperator("op.yaml", []byte(text))
		if !errors.Is(err, errMisused) || !strings.HasPrefix(err.Error(), where) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v\nwant %s… %s", c.new, c.old, err, where, c.want)
		}
	}
}

func TestReadOperator(t *testing.T) {
	path := filepath.Join(t.TempDir(), "op.yaml")
	if _, err := readOperator(path); !errors.Is(err, errMisused) || !strings.HasPrefix(err.Error(), "LOJA_OPERATOR: cannot be read") {
		t.Errorf("a file that is not there: %v", err)
	}
	for _, text := range []string{"", "# nothing\n", "just words", "- a\n- b\n", "\x00\xff"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if op, err := readOperator(path); !errors.Is(err, errMisused) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: %v, %v", text, op, err)
		}
	}
	withoutOptional := string(demoOperator[:strings.Index(string(demoOperator), "# Optional: where PIX")]) + "documents: {how: Ligue.}\n"
	if op, err := parseOperator("op.yaml", []byte(withoutOptional)); err != nil || op.Pix != (store.Pix{}) || op.Banks != nil {
		t.Errorf("without optional keys: %+v, %v", op, err)
	}
}
