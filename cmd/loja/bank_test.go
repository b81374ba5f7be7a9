package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lojavirtual/store/bank/banktest"
)

// TestBankOfOperator: the operator's file and the secret let us in, and what is
// wrong with them is one line that does not tell the secret.
func TestBankOfOperator(t *testing.T) {
	b := banktest.New(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(banktest.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	section := fmt.Sprintf("  city: Aracaju\n  bank:\n    api: %s\n    token: %s\n    client_id: %s\n    certificate: %s\n    private_key: %s\n    ca: %s\n",
		b.API, b.Token, banktest.ClientID, b.Certificate, b.PrivateKey, b.CA)
	for _, c := range []struct{ old, new, secret, want string }{
		{"", "", "LOJA_BANK_SECRET_FILE=" + secret, "ok    bank of the operator's pix.bank"},
		{"", "", "LOJA_BANK_SECRET=another", "FAIL  bank of the operator's pix.bank: bank: POST token: 401 Unauthorized invalid_client"},
		{"", "", "", "FAIL  bank of the operator's pix.bank: LOJA_BANK_SECRET: is missing: set it"},
		{"https://", "http://", "LOJA_BANK_SECRET=another", "pix.bank: the address of the bank's API must begin with https://"},
		{"key.pem", "none.pem", "LOJA_BANK_SECRET=another", "pix.bank: certificate and private key for the bank: open "},
	} {
		file := filepath.Join(t.TempDir(), "operator.yaml")
		text := strings.Replace(string(demoOperator), "  city: Aracaju\n", strings.Replace(section, c.old, c.new, 1), 1)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		(&round{out: &out}).visit(t.Context(), []string{"LOJA_OPERATOR=" + file, c.secret})
		if !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), "another") || strings.Contains(out.String(), banktest.Secret) {
			t.Errorf("doctor does not say %q:\n%s", c.want, &out)
		}
	}
}
