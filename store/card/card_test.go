package card_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/store"
	"lojavirtual/store/card"
	"lojavirtual/store/card/cardtest"
	"lojavirtual/store/card/democard"
)

var key = []byte("0123456789abcdef0123456789abcdef")

func order(id string) card.Order {
	return card.Order{
		ID: id, Total: 109112, Title: "Contas de água", Expires: time.Now().Add(30 * time.Minute).Truncate(time.Second),
		Back: "https://loja.example/volta", Notify: "https://loja.example/aviso",
	}
}

func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

func TestMercadoPago(t *testing.T) {
	ctx, there := t.Context(), cardtest.NewMercadoPago(t)
	m := card.NewMercadoPago(there.Address, there.Token, there.Secret)
	o := order("abcdefghijklmnopqrstuvwxyz")
	first, err := m.Checkout(ctx, o)
	if err != nil {
		t.Fatal(err, there.Refused())
	}
	if again, err := m.Checkout(ctx, o); err != nil || again != first {
		t.Errorf("the same order again: %v, %v", again, err)
	}
	if none, err := m.Payments(ctx, card.Subject{Order: o.ID}); err != nil || none != nil {
		t.Errorf("before paying: %v, %v", none, err)
	}
	now := time.Now().Truncate(time.Millisecond)
	for status, want := range map[string]card.State{
		"pending": card.Pending, "authorized": card.Pending, "in_process": card.Pending, "approved": card.Paid, "in_mediation": card.Paid,
		"rejected": card.Refused, "cancelled": card.Cancelled, "refunded": card.Refunded, "charged_back": card.Refunded,
	} {
		id := there.Pay(o.ID, status, now)
		got, err := m.Payments(ctx, card.Subject{Payment: id})
		if err != nil || len(got) != 1 || got[0].State != want || got[0].Amount != o.Total || got[0].Order != o.ID || got[0].ID != id || !got[0].At.Equal(now) {
			t.Errorf("%s: %+v, %v", status, got, err)
		}
	}
	partly := there.Pay(o.ID, "approved", now)
	there.Set(partly, "approved", "91.12")
	if got, err := m.Payments(ctx, card.Subject{Payment: partly}); err != nil || got[0].Amount != o.Total || got[0].Returned != 9112 || got[0].ReturnedAt.IsZero() {
		t.Errorf("given back in part: %+v, %v", got, err)
	}
	for range 110 {
		there.Pay(o.ID, "rejected", now)
	}
	if all, err := m.Payments(ctx, card.Subject{Order: o.ID}); err != nil || len(all) != 120 {
		t.Errorf("by order: %d, %v", len(all), err)
	}
	if got, err := m.Payments(ctx, card.Subject{Payment: "1"}); err != nil || got != nil {
		t.Errorf("an unknown payment: %v, %v", got, err)
	}
	if err := m.Cancel(ctx, o, first); err != nil || !there.Closed(o.ID, time.Now().Add(time.Second)) {
		t.Errorf("cancel: %v", err)
	}
	there.Set(partly, "eaten", "0")
	if got, err := m.Payments(ctx, card.Subject{Payment: partly}); err == nil || temporary(err) {
		t.Errorf("an unknown status: %v, %v", got, err)
	}
}

func TestCielo(t *testing.T) {
	ctx, there := t.Context(), cardtest.NewCielo(t)
	c := card.NewCielo(there.Address, there.ID, there.Secret)
	o := order("abcdefghijklmnopqrstuvwxyz")
	page, err := c.Checkout(ctx, o)
	if err != nil {
		t.Fatal(err, there.Refused())
	}
	there.Forget()
	now := time.Now().Truncate(time.Millisecond)
	want := []card.State{}
	for _, s := range []struct {
		status string
		state  card.State
	}{
		{"Pending", card.Pending},
		{"Authorized", card.Pending},
		{"NotFinalized", card.Pending},
		{"Paid", card.Paid},
		{"Denied", card.Refused},
		{"Expired", card.Cancelled},
		{"Voided", card.Refunded},
		{"Canceled", card.Refunded},
		{"Cancelled", card.Refunded},
		{"Chargeback", card.Refunded},
	} {
		there.Pay(page.Ref, s.status, now)
		want = append(want, s.state)
	}
	got, err := c.Payments(ctx, card.Subject{Order: o.ID, Ref: page.Ref})
	if err != nil || len(got) != len(want) {
		t.Fatalf("with a token that expired: %v, %v", got, err)
	}
	for i, p := range got {
		if p.State != want[i] || p.Amount != o.Total || p.Order != o.ID || !p.At.Equal(now) {
			t.Errorf("%+v, want %s", p, want[i])
		}
	}
	there.Set(page.Ref, got[0].ID, "Eaten")
	if _, err := c.Payments(ctx, card.Subject{Ref: page.Ref}); err == nil || temporary(err) {
		t.Errorf("an unknown status: %v", err)
	}
	if err := errors.Join(c.Cancel(ctx, o, page), c.Cancel(ctx, o, page)); err != nil || there.Pay(page.Ref, "Paid", now) != "" {
		t.Errorf("cancelled twice: %v", err)
	}
	r, body := there.Notify(page.Ref, got[0].ID, "2")
	if n, err := c.Verify(r, body, now); err != nil || n.Signed || n.Ref != page.Ref || n.Payment != got[0].ID || n.Event == "" {
		t.Errorf("%+v, %v", n, err)
	}
	if _, err := c.Verify(r, []byte("checkout_cielo_order_number=../x&payment_status=2"), now); !errors.Is(err, card.ErrForged) {
		t.Errorf("a path for an id: %v", err)
	}
	if _, err := card.NewCielo(there.Address, there.ID, "other").Checkout(ctx, o); err == nil || temporary(err) || strings.Contains(err.Error(), "other") {
		t.Errorf("a wrong secret: %v", err)
	}
}

func TestFaults(t *testing.T) {
	mercado, cielo := cardtest.NewMercadoPago(t), cardtest.NewCielo(t)
	c := card.NewCielo(cielo.Address, cielo.ID, cielo.Secret)
	if _, err := c.Checkout(t.Context(), order("a")); err != nil {
		t.Fatal(err)
	}
	for _, there := range []struct {
		company card.Company
		fail    func(cardtest.Fault)
		calls   func() int
		secret  string
	}{
		{card.NewMercadoPago(mercado.Address, mercado.Token, mercado.Secret), mercado.Fail, mercado.Calls, mercado.Token},
		{c, cielo.Fail, cielo.Calls, cielo.Secret},
	} {
		for fault, want := range map[cardtest.Fault]bool{
			cardtest.Down: true, cardtest.Busy: true, cardtest.Silent: true, cardtest.Cut: true, cardtest.Garbage: true,
			cardtest.Moved: false, cardtest.Endless: true, cardtest.Hanging: true,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if fault == cardtest.Hanging {
				ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
			}
			before := there.calls()
			there.fail(fault)
			_, err := there.company.Checkout(ctx, order("b"))
			cancel()
			var wait interface{ RetryAfter() time.Duration }
			if err == nil || temporary(err) != want || strings.Contains(err.Error(), there.secret) || there.calls() != before+1 {
				t.Errorf("%T, fault %d: %v, temporary %v, %d requests", there.company, fault, err, temporary(err), there.calls()-before)
			}
			if fault == cardtest.Busy && (!errors.As(err, &wait) || wait.RetryAfter() != 7*time.Second) {
				t.Errorf("%T does not say how long to wait: %v", there.company, err)
			}
		}
	}
}

// genuine has a notification of each company that signs, and who verifies it.
func genuine(t testing.TB, at time.Time) map[string]func() (card.Company, *http.Request, []byte) {
	there := cardtest.NewMercadoPago(t)
	return map[string]func() (card.Company, *http.Request, []byte){
		"mercadopago": func() (card.Company, *http.Request, []byte) {
			r, body := there.Notify("7000000001", there.Secret, at)
			return card.NewMercadoPago(there.Address, there.Token, there.Secret), r, body
		},
		"signed": func() (card.Company, *http.Request, []byte) {
			body := []byte(`{"event":"e1","order":"abcdefghijklmnopqrstuvwxyz","payment":"p1"}`)
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.Header.Set(card.SignatureHeader, card.Sign(key, at, card.NotificationPurpose, body))
			return card.NewSigned("https://own.example", key), r, body
		},
	}
}

// Any change to what is signed must be refused: of Mercado Pago's that is the
// id, the request's id and the header; of ours the body and the header.
func TestMutatedNotificationsAreRefused(t *testing.T) {
	at := time.Unix(1_790_000_000, 0)
	for name, make := range genuine(t, at) {
		c, r, body := make()
		n, err := c.Verify(r, body, at)
		if again, e := c.Verify(r, body, at.Add(5*time.Minute)); err != nil || e != nil || again != n || !n.Signed {
			t.Fatalf("%s: %+v, %v; repeated %+v, %v", name, n, err, again, e)
		}
		for _, late := range []time.Duration{-time.Hour, -5*time.Minute - time.Second, 5*time.Minute + time.Second, 24 * time.Hour} {
			if _, err := c.Verify(r, body, at.Add(late)); !errors.Is(err, card.ErrForged) {
				t.Errorf("%s, %v late: %v", name, late, err)
			}
		}
	}
	mutants, made := genuine(t, at), 0
	rapid.Check(t, func(t *rapid.T) {
		for range 50 {
			name := rapid.SampledFrom([]string{"mercadopago", "signed"}).Draw(t, "company")
			c, r, body := mutants[name]()
			parts := map[string][]byte{"X-Signature": []byte(r.Header.Get("X-Signature")), "X-Request-Id": []byte(r.Header.Get("X-Request-Id")), "id": []byte(r.URL.Query().Get("data.id"))}
			if name == "signed" {
				parts = map[string][]byte{card.SignatureHeader: []byte(r.Header.Get(card.SignatureHeader)), "body": body}
			}
			where := rapid.SampledFrom(slices.Sorted(maps.Keys(parts))).Draw(t, "where")
			text := slices.Clone(parts[where])
			i := rapid.IntRange(0, len(text)-1).Draw(t, "byte")
			text[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
			switch where {
			case "id":
				r.URL.RawQuery = url.Values{"data.id": {string(text)}, "type": {"payment"}}.Encode()
			case "body":
				body = text
			default:
				r.Header[where] = []string{string(text)}
			}
			if n, err := c.Verify(r, body, at); !errors.Is(err, card.ErrForged) {
				t.Fatalf("%s, %s %q: %+v, %v", name, where, text, n, err)
			}
			made++
		}
	})
	if made < 5000 && !testing.Short() {
		t.Errorf("only %d mutations", made)
	}
}

func TestMissingPartsOfTheManifest(t *testing.T) {
	at := time.Unix(1_790_000_000, 0)
	there := cardtest.NewMercadoPago(t)
	m := card.NewMercadoPago(there.Address, there.Token, there.Secret)
	for _, c := range []struct {
		query, ts string
		want      error
	}{
		{"data.id=42&type=payment", "1790000000", nil},
		{"data.id=42", "1790000000", nil},
		{"data.id=42&type=merchant_order", "1790000000", card.ErrOther},
		{"data.id=ORD42&type=payment", "1790000000", card.ErrOther},
		{"type=payment", "1790000000", card.ErrOther},
		{"data.id=42", "soon", card.ErrForged},
		{"data.id=42", "", card.ErrForged},
	} {
		q, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		manifest := "id:" + q.Get("data.id") + ";ts:" + c.ts + ";"
		manifest = strings.ReplaceAll(strings.ReplaceAll(manifest, "id:;", ""), "ts:;", "")
		h := hmac.New(sha256.New, there.Secret)
		h.Write([]byte(manifest))
		r := httptest.NewRequest(http.MethodPost, "/?"+c.query, nil)
		r.Header.Set("X-Signature", "ts="+c.ts+", v1="+hex.EncodeToString(h.Sum(nil)))
		if _, err := m.Verify(r, nil, at); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// The demo company, over the protocol and as a person without script sees it.
func TestDemoCompany(t *testing.T) {
	var company *democard.Company
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { company.ServeHTTP(w, r) }))
	t.Cleanup(there.Close)
	company = democard.New(there.URL, key)
	c := card.NewSigned(there.URL, key)
	told := make(chan card.Notice, 9)
	us := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if n, err := c.Verify(r, body, time.Now()); err == nil {
			told <- n
		}
	}))
	t.Cleanup(us.Close)
	for choice, want := range map[string]card.State{"pagar": card.Paid, "recusar": card.Refused, "desistir": card.Cancelled} {
		o := order("order" + choice)
		o.Notify = us.URL
		page, err := c.Checkout(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := c.Checkout(t.Context(), o); err != nil || again != page {
			t.Errorf("the same order again: %v, %v", again, err)
		}
		other := o
		other.Total++
		if _, err := c.Checkout(t.Context(), other); err == nil || temporary(err) {
			t.Errorf("another order of the same id: %v", err)
		}
		text, header := visit(t, http.MethodGet, page.Address, nil)
		for _, want := range []string{`lang="pt-BR"`, "R$\u00a01.091,12", "R$\u00a032,73", "R$\u00a01.123,85", "Pagar", "Recusar", "Desistir", "nenhum cartão"} {
			if !strings.Contains(text, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if strings.Contains(text, "<input") || strings.Contains(text, "<script") || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Error("the page asks for something, or runs something")
		}
		visit(t, http.MethodPost, page.Address, url.Values{"escolha": {choice}})
		n := <-told
		got, err := c.Payments(t.Context(), n.Subject)
		if err != nil || len(got) != 1 || got[0].State != want || got[0].Amount != o.Total || n.Order != o.ID {
			t.Errorf("%s: %+v, %v after %+v", choice, got, err, n)
		}
		if want != card.Refused {
			visit(t, http.MethodPost, page.Address, url.Values{"escolha": {"pagar"}})
			if got, _ := c.Payments(t.Context(), n.Subject); len(got) != 1 {
				t.Errorf("%s, then paid: %+v", choice, got)
			}
		}
		if err := c.Cancel(t.Context(), o, page); err != nil {
			t.Errorf("%s, then cancel: %v", choice, err)
		}
		if text, _ := visit(t, http.MethodGet, page.Address, nil); strings.Contains(text, "<form") {
			t.Errorf("%s, then cancelled: can be paid", choice)
		}
		if company.Refund(o.ID) != (want == card.Paid) {
			t.Errorf("%s: refunded or not", choice)
		}
	}
	if _, err := card.NewSigned(there.URL, []byte("another key")).Checkout(t.Context(), order("x")); err == nil || temporary(err) {
		t.Errorf("with another key: %v", err)
	}
	if text, _ := visit(t, http.MethodGet, there.URL+"/", nil); !strings.Contains(text, "pelo link que a conversa dá") || strings.Contains(text, "<form") {
		t.Errorf("without a payment the page reads %s", text)
	}
	if none, err := c.Payments(t.Context(), card.Subject{Order: "none"}); err != nil || none != nil {
		t.Errorf("of no order: %v, %v", none, err)
	}
}

// visit sends a form and returns the page and its header.
func visit(t *testing.T, method, address string, form url.Values) (string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status, err)
	}
	return string(text), answer.Header
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	token, long, short, empty := file("token", "t\n"), file("long", string(key)+"\n"), file("short", "hush\n"), file("empty", "\n")
	for _, c := range []struct {
		company store.CardCompany
		want    string
	}{
		{store.CardCompany{ID: "a", Kind: store.MercadoPago, TokenFile: token, SecretFile: short}, ""},
		{store.CardCompany{ID: "a", Kind: store.Cielo, ClientID: "c", SecretFile: short}, ""},
		{store.CardCompany{ID: "a", Kind: store.SignedCard, Address: "https://own.example", SecretFile: long}, ""},
		{store.CardCompany{ID: "a", Kind: store.SignedCard, SecretFile: short}, "holds less than 32 bytes"},
		{store.CardCompany{ID: "a", Kind: store.MercadoPago, TokenFile: empty, SecretFile: short}, "token_file: " + empty + " must hold one line"},
		{store.CardCompany{ID: "a", Kind: store.MercadoPago, TokenFile: dir + "/none", SecretFile: short}, "token_file: cannot be read"},
		{store.CardCompany{ID: "a", Kind: "visa", SecretFile: short}, "kind: is none of"},
	} {
		company, err := card.Open(c.company)
		if c.want == "" && (err != nil || company == nil) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hush")) {
			t.Errorf("%+v: %v", c.company, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	at := time.Unix(1_790_000_000, 0)
	makers := genuine(f, at)
	m, r, _ := makers["mercadopago"]()
	s, q, body := makers["signed"]()
	cielo := card.NewCielo("", "", "")
	f.Add(r.URL.RawQuery, "", r.Header.Get("X-Request-Id"), body)
	f.Add("", q.Header.Get(card.SignatureHeader), "", []byte("{}"))
	f.Add("data.id=1", "ts=1,v1=00", "", []byte("checkout_cielo_order_number=1&payment_status=2"))
	ids := regexp.MustCompile(`^[0-9A-Za-z-]{0,64}$`)
	genuineBody, genuineSignature := bytes.Clone(body), q.Header.Get(card.SignatureHeader)
	f.Fuzz(func(t *testing.T, query, signature, request string, body []byte) {
		got := &http.Request{Method: http.MethodPost, URL: &url.URL{RawQuery: query}, Header: http.Header{
			"X-Signature": {signature}, card.SignatureHeader: {signature}, "X-Request-Id": {request}, "Content-Type": {"application/x-www-form-urlencoded"},
		}}
		if _, err := m.Verify(got, body, at); err == nil && signature != r.Header.Get("X-Signature") {
			t.Error("Mercado Pago: forged")
		}
		if _, err := s.Verify(got, body, at); err == nil && (signature != genuineSignature || !bytes.Equal(body, genuineBody)) {
			t.Error("signed: forged")
		}
		if n, err := cielo.Verify(got, body, at); err == nil && (n.Signed || !ids.MatchString(n.Ref) || !ids.MatchString(n.Payment)) {
			t.Errorf("Cielo: %+v", n)
		}
	})
}
