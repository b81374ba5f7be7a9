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
	if op.Name != "DESO" || op.CNPJ != "12345678000195" || op.Febraban != "0999" || op.Pix.Key == "" || op.Rules.CardReview != 110 || len(op.Offices) < 2 || len(op.Banks) < 5 {
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
		{"name: Companhia de Saneamento de Sergipe\n  city", "name: 日本\n  city", "日本", "pix.name: has no letter"},
		{"  city: Aracaju", "", "  key: ", "pix.city: is missing"},
		{"  city: Aracaju", "  city: Aracaju\n  bank: {api: https://pix.bank.example/api/v2}", "  bank:", "pix.bank.token: is missing"},
		{"  city: Aracaju", "  city: Aracaju\n  bank: {secret: hush}", "  bank:", `unknown field "secret"`},
		{`"0999"`, `"999"`, "febraban:", "febraban: is not 4 digits"},
		{`"0999"`, "0123", "febraban:", "0123: write it in quotes"},
		{`card_review: "110"`, `card_review: "cartão"`, `  card_review:`, "cannot unmarshal"},
		{"card_expiry: 30m", "card_expiry: 30s", "  card_expiry:", "rules.card_expiry: is not between"},
		{`clearing_days: "2"`, `clearing_days: "20"`, "  clearing_days:", "rules.clearing_days: is not between"},
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

func TestCardCompaniesAreReviewed(t *testing.T) {
	const good = "cards:\n- {id: mp, name: M, costs: C, kind: mercadopago, token_file: /t, secret_file: /s}\n" +
		"- {id: cielo, name: C, costs: C, kind: cielo, client_id: c, secret_file: /s}\n" +
		"- {id: own, name: O, costs: C, kind: signed, address: 'https://own.example/pay', secret_file: /s}\n"
	with := func(cards string) error {
		_, err := parseOperator("op.yaml", []byte(strings.Replace(string(demoOperator), "cards: []\n", cards, 1)))
		return err
	}
	if err := with(good); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"id: mp", "id: M P", "cards[0].id: must be up to 20"},
		{"id: own", "id: mp", "cards[2].id: is another company's"},
		{"name: M,", "", "cards[0].name: is missing"},
		{"costs: C, kind: cielo", "kind: cielo", "cards[1].costs: is missing"},
		{"kind: signed", "kind: visa", "cards[2].kind: must be mercadopago, cielo or signed"},
		{", token_file: /t", "", "cards[0].token_file: is missing"},
		{"token_file: /t", "token_file: APP_USR-123", "cards[0].token_file: must be the whole path"},
		{"client_id: c", "token_file: /c", "cards[1].token_file: has no use for the kind cielo"},
		{"client_id: c, ", "", "cards[1].client_id: is missing"},
		{"address: 'https://own.example/pay', ", "", "cards[2].address: is missing"},
		{"https://own", "http://own", "cards[2].address: must begin with https"},
		{"https://own", "https://me:pw@own", "cards[2].address: must begin with https"},
		{"secret_file: /s}\n- {id: own", "secret: hush}\n- {id: own", `unknown field "secret"`},
	} {
		err := with(strings.Replace(good, c.old, c.new, 1))
		if !errors.Is(err, errMisused) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "APP_USR") || strings.Contains(err.Error(), "pw@") {
			t.Errorf("%q for %q: %v\nwant %s", c.new, c.old, err, c.want)
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
