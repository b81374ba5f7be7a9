package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lojavirtual/store"
	"lojavirtual/store/card/cardtest"
	"lojavirtual/store/card/democard"
)

// The doctor asks each company something harmless, and tells what is wrong
// without telling a secret.
func TestDoctorOfCards(t *testing.T) {
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "credential")
		if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const key, other = "0123456789abcdef0123456789abcdef", "another-secret-0123456789abcdef-0"
	mp, cielo := cardtest.NewMercadoPago(t), cardtest.NewCielo(t)
	demo := httptest.NewServer(democard.New("http://demo.example", []byte(key)))
	t.Cleanup(demo.Close)
	wrong := httptest.NewServer(nil)
	wrong.Close()
	company := func(id string, kind store.CardKind, address, client, token, secret string) store.CardCompany {
		c := store.CardCompany{ID: id, Kind: kind, Address: address, ClientID: client, SecretFile: file(secret)}
		if token != "" {
			c.TokenFile = file(token)
		}
		return c
	}
	good := config{PublicURL: "https://loja.example"}
	for _, c := range []struct {
		cfg     config
		company store.CardCompany
		want    string
	}{
		{good, company("mp", store.MercadoPago, mp.Address, "", mp.Token, other), "ok    card company mp, which tells of payments at https://loja.example/webhooks/card/mp\n"},
		{good, company("cielo", store.Cielo, cielo.Address, cielo.ID, "", cielo.Secret), "ok    card company cielo, which tells of payments at https://loja.example/webhooks/card/cielo/"},
		{good, company("own", store.SignedCard, demo.URL, "", "", key), "ok    card company own, which"},
		{good, company("mp", store.MercadoPago, mp.Address, "", other, other), "FAIL  card company mp: card: GET /v1/payments/search: the company answers 401: are the credentials"},
		{good, company("cielo", store.Cielo, cielo.Address, cielo.ID, "", other), "FAIL  card company cielo: card: POST /api/public/v2/token: the company answers 401: are the credentials"},
		{good, company("own", store.SignedCard, demo.URL, "", "", other), "the company answers 401: are the credentials"},
		{good, company("own", store.SignedCard, wrong.URL, "", "", key), "is its address right, and can this machine reach it?"},
		{good, company("own", store.SignedCard, demo.URL, "", "", "short"), "FAIL  card company own: its files: cards: own: secret_file: "},
		{config{PublicURL: "http://localhost:8080"}, company("own", store.SignedCard, demo.URL, "", "", key), "FAIL  card company own: set LOJA_PUBLIC_URL to an https address"},
	} {
		var out bytes.Buffer
		(&round{out: &out}).cards(t.Context(), c.cfg, store.Operator{Cards: []store.CardCompany{c.company}})
		if !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), "another-secret") {
			t.Errorf("doctor does not say %q:\n%s", c.want, &out)
		}
	}
}
