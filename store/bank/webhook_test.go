package bank_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"lojavirtual/store"
	"lojavirtual/store/bank"
	"lojavirtual/store/bank/banktest"
	"lojavirtual/store/brcode"
)

// posted is the API's own kind of payment, with the list of returns that its
// example forgets.
const posted = `{"endToEndId":"E12345678202009091221kkkkkkkkkkk","txid":"c3e0e7a4e7f1469a9f782d3d4999343c","valor":"110.00","horario":"2020-09-09T20:15:00.358Z","infoPagador":"Maria","devolucoes":%s}`

func TestReadWebhook(t *testing.T) {
	const back = `{"id":"123ABC","rtrId":"D12345678202009091221abcdf098765","valor":"10.00","horario":{"solicitacao":"2020-09-09T20:15:00.358-03:00"},"status":"DEVOLVIDO"}`
	good := fmt.Sprintf(posted, "["+back+"]")
	item := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for _, c := range []struct {
		what, body string
		n          int
		err        string
	}{
		{"one", `{"pix":[` + good + `]}`, 1, ""},
		{"the list alone", `[` + good + `]`, 1, ""},
		{"grouped, with a copy", `{"pix":[` + good + `,` + good + `]}`, 2, ""},
		{"a return without its list", `{"pix":[` + fmt.Sprintf(posted, back) + `]}`, 1, ""},
		{"fields of a later version", `{"pix":[` + item(`{`, `{"novo":{"a":[1]},`) + `],"outro":1}`, 1, ""},
		{"none", `{"pix":[]}`, 0, ""},
		{"none, the list alone", `[]`, 0, ""},
		{"nothing", ``, 0, "no list"},
		{"null", `null`, 0, "no list"},
		{"of recurrences", `{"recs":[]}`, 0, "no list"},
		{"a text", `"pix"`, 0, "no list"},
		{"cut off", `{"pix":[` + good, 0, "no list"},
		{"more behind", `{"pix":[]}{}`, 0, "no list"},
		{"an object for the list", `{"pix":` + good + `}`, 0, "no list"},
		{"endToEndId of 31", `[` + item("kkkkkkkkkkk", "kkkkkkkkkk") + `]`, 0, "endToEndId"},
		{"endToEndId of no time", `[` + item("202009091221", "202013091221") + `]`, 0, "endToEndId"},
		{"endToEndId with a path", `[` + item("kkkkkkkkkkk", "../../../kk") + `]`, 0, "endToEndId"},
		{"no endToEndId", `[` + item(`"endToEndId"`, `"e2e"`) + `]`, 0, "endToEndId"},
		{"txid with SQL", `[` + item("c3e0e7a4e7f1469a9f782d3d4999343c", "' OR 1=1") + `]`, 0, "txid"},
		{"no txid", `[` + item(`"txid"`, `"tx"`) + `]`, 1, ""},
		{"money as a number", `[` + item(`"110.00"`, `110.00`) + `]`, 0, "another type in valor"},
		{"nothing paid", `[` + item(`"110.00"`, `"0.00"`) + `]`, 0, "valor"},
		{"negative", `[` + item(`"110.00"`, `"-1.00"`) + `]`, 0, "form of amount"},
		{"three places", `[` + item(`"110.00"`, `"110.000"`) + `]`, 0, "form of amount"},
		{"without a time", `[` + item(`"horario":"2020`, `"hora":"2020`) + `]`, 0, "horario"},
		{"time of another form", `[` + item(`2020-09-09T20:15:00.358Z`, `09/09/2020`) + `]`, 0, "form of time"},
		{"a bad one among good ones", `[` + good + `,{},` + good + `]`, 2, "pix[1]"},
		{"too many", `[` + strings.Repeat(`{},`, 1000) + `{}]`, 0, "limit of payments"},
		{"too long", `[` + strings.Repeat(` `, bank.MaxWebhookBytes) + `]`, 0, "limit of bytes"},
		{"too deep", strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000), 0, "no list"},
	} {
		payments, err := bank.ReadWebhook([]byte(c.body))
		if len(payments) != c.n || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %d payments, %v", c.what, len(payments), err)
		}
		holdsNothing(t, err)
		for _, p := range payments {
			if p.Amount != 11000 || p.Original != 11000 || p.Returned() != 1000 || p.At.String() != "2020-09-09 20:15:00.358 +0000 UTC" || p.Returns[0].Asked.Hour() != 23 {
				t.Errorf("%s: %+v", c.what, p)
			}
		}
	}
}

// TestWebhook: the bank is told the address, and posts there in all its ways.
func TestWebhook(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	var mu sync.Mutex
	var got [][]bank.Payment
	handler := http.NewServeMux()
	handler.HandleFunc("POST /hook/pix", func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		payments, err := bank.ReadWebhook(body)
		if err != nil || r.TLS.PeerCertificates[0].Subject.CommonName != "bank" {
			t.Errorf("posted %s: %v", body, err)
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, payments)
	})
	address := b.Receiver(handler) + "/hook"
	if _, err := b.Notify(); err == nil {
		t.Error("posted to nowhere")
	}
	if err := c.PutWebhook(t.Context(), "http://loja.example.com/hook"); err == nil || temporary(err) {
		t.Errorf("a webhook without TLS: %v", err)
	}
	if err := c.PutWebhook(t.Context(), address+"/"); err != nil {
		t.Fatal(err)
	}
	if where, ok, err := c.Webhook(t.Context()); err != nil || !ok || where != address {
		t.Errorf("%q, %t, %v", where, ok, err)
	}
	var ids []string
	for i := range 3 {
		if _, err := c.Put(t.Context(), cob(i, store.Money(100*(i+1)))); err != nil {
			t.Fatal(err)
		}
		p, err := b.Pay(txid(i))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.ID)
	}
	for _, post := range []func() (int, error){
		func() (int, error) { return b.Notify(ids[2], ids[0], ids[1]) },
		func() (int, error) { return b.NotifyRoot(ids[1]) },
	} {
		if code, err := post(); code != 200 || err != nil {
			t.Errorf("%d, %v", code, err)
		}
	}
	for range 100 {
		if _, err := b.Notify(ids[0]); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 102 || len(got[0]) != 3 || got[0][0].ID != ids[2] || got[1][0].ID != ids[1] || got[101][0].Amount != 100 {
		t.Errorf("%d bodies came", len(got))
	}
	stranger := b.Transfer("CONTA202611", 500)
	if _, err := b.Notify(stranger.ID); err != nil || got[102][0].TxID != "CONTA202611" {
		t.Errorf("a payment of a static code: %v", err)
	}
}

func FuzzReadWebhook(f *testing.F) {
	f.Add([]byte(`{"pix":[` + fmt.Sprintf(posted, "[]") + `]}`))
	f.Add([]byte(`[` + fmt.Sprintf(posted, `{"id":"1","valor":"1.00"}`) + `]`))
	f.Add([]byte(`{"pix":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		payments, err := bank.ReadWebhook(body)
		for _, p := range payments {
			if brcode.CheckEndToEndID(p.ID) != nil || len(p.TxID) > 35 || p.Amount <= 0 || p.At.IsZero() {
				t.Errorf("%+v", p)
			}
			for _, r := range p.Returns {
				if r.Amount < 0 {
					t.Errorf("%+v", r)
				}
			}
		}
		if err != nil && len(err.Error()) > 200 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	})
}
