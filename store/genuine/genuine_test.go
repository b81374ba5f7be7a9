package genuine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/brcode"
	"lojavirtual/store/embedded"
	"lojavirtual/store/febraban"
	"lojavirtual/store/genuine"
	"lojavirtual/store/postgres"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

var today = store.Date{Year: 2026, Month: time.May, Day: 20}

var pix = brcode.Static{Key: "9d36b84f-c70b-478f-b95c-12729b90ca25", Name: "Companhia de Saneamento", City: "Aracaju"}

// utility is a register with many properties, and its judge.
func utility(t *testing.T) (db *postgres.DB, properties []int64, judge genuine.Judge) {
	t.Helper()
	url := embedded.DatabaseForTest(t, "genuine", func(ctx context.Context, url string) error {
		if err := postgres.Migrate(ctx, url); err != nil {
			return err
		}
		return postgres.Seed(ctx, url, 300, 1, today)
	})
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	db.Today = func() store.Date { return today }
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // it was only read
	rows, _ := conn.Query(t.Context(), `SELECT imov_id::bigint FROM cadastro.imovel ORDER BY imov_id`)
	if properties, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
		t.Fatal(err)
	}
	return db, properties, genuine.Judge{Register: db, Pix: pix, Site: func() string { return "https://loja.exemplo" }}
}

// A sample is a code that we made, and what it pays.
type sample struct {
	kind  store.CodeKind
	code  string
	month store.Month
	total store.Money
}

// samples are all codes that our own program gives to customers.
func samples(t *testing.T, db *postgres.DB, properties []int64) (all []sample) {
	t.Helper()
	for _, property := range properties {
		bills, err := db.Bills(t.Context(), property)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range bills.List {
			copied, ok, err := db.BillCopy(t.Context(), property, b.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !ok || copied.Barcode == "" {
				continue
			}
			static, _, err := pix.Charge(t.Context(), "", store.ChargeForm{Bill: b})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all,
				sample{store.KindBars, copied.Barcode, b.Month, b.Total},
				sample{store.KindBars, copied.Line, b.Month, b.Total},
				sample{store.KindPix, static.Code, b.Month, b.Total})
		}
		owed, err := db.Debts(t.Context(), property)
		if err != nil {
			t.Fatal(err)
		}
		var chosen []store.Debt
		for _, d := range owed.List {
			if d.Selectable() {
				chosen = append(chosen, d)
			}
		}
		if len(chosen) == 0 {
			continue
		}
		s, refusal, err := db.IssueStatement(t.Context(), fmt.Sprint("test:", property), property, chosen)
		if err != nil {
			t.Fatal(err)
		}
		if refusal != store.NotRefused || s.Barcode == "" {
			continue
		}
		static, _, err := pix.ChargeStatement(t.Context(), "", store.ChargeForm{}, s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sample{store.KindBars, s.Barcode, 0, s.Total}, sample{store.KindPix, static.Code, 0, s.Total})
	}
	return all
}

// All that we give out is genuine, however it is pasted; nothing that was made of
// it by changing something is, also if its check digits are right again.
func TestForgeries(t *testing.T) {
	db, properties, judge := utility(t)
	all := samples(t, db, properties)
	if len(all) < 1000 {
		t.Fatalf("only %d codes", len(all))
	}
	ours := map[string]bool{}
	for _, s := range all {
		ours[plain(s.kind, s.code)] = true
	}
	now := time.Date(2026, 5, 20, 12, 0, 0, 0, store.Zone)
	judged := func(text string) (store.Judgment, bool) {
		kind, code, ok := genuine.Find(text)
		if !ok {
			return store.Judgment{}, false
		}
		v, err := judge.Judge(t.Context(), kind, code, now)
		if err != nil {
			t.Fatal(err)
		}
		if v.Verdict == store.Genuine && !ours[plain(kind, code)] {
			t.Fatalf("%q is taken for ours", text)
		}
		return v, true
	}
	for i, s := range all {
		text := []string{s.code, "paga essa aí: " + s.code + "\nobrigado", spaced(s.kind, s.code)}[i%3]
		v, ok := judged(text)
		if !ok || v.Verdict != store.Genuine || v.Kind != s.kind || v.Debt.Month != s.month || v.Debt.Total != s.total || v.Debt.Standing != store.CodeOpen {
			t.Fatalf("%q, of %s and %s, is %+v", text, s.month, s.total, v)
		}
	}

	random, verdicts := rand.New(rand.NewPCG(1, 2)), map[store.Verdict]int{}
	for n := 0; n < 5000; {
		s := all[random.IntN(len(all))]
		changed := forge(random, s)
		if plain(s.kind, changed) == plain(s.kind, s.code) {
			continue
		}
		n++
		v, _ := judged(changed)
		verdicts[v.Verdict]++
	}
	t.Log(len(all), "genuine; of 5,000 changed", verdicts)
	if verdicts[store.Unknown] < 500 || verdicts[store.Foreign] < 100 || verdicts[store.Unreadable] < 500 {
		t.Errorf("the changes are of too few kinds: %v", verdicts)
	}
}

// plain is a code without what people may write between its digits.
func plain(kind store.CodeKind, code string) string {
	if kind != store.KindBars {
		return code
	}
	if c, err := febraban.Parse(code); err == nil {
		return string(c)
	}
	return code
}

// spaced is a code as it comes out of a PDF or a chat.
func spaced(kind store.CodeKind, code string) string {
	if kind == store.KindPix {
		return code[:40] + "\n" + code[40:]
	}
	if c, err := febraban.Parse(code); err == nil {
		return strings.Replace(c.Line(), " ", "\n", 2)
	}
	return code
}

// forge changes something of a code, often with its check digits made right again.
func forge(random *rand.Rand, s sample) string {
	digit := func() byte { return byte('0' + random.IntN(10)) }
	if s.kind == store.KindPix {
		code := s.code
		switch random.IntN(6) {
		case 0: // any character
			b := []byte(code)
			b[random.IntN(len(b))] = digit()
			return string(b)
		case 1: // the amount
			return sealed(regexp.MustCompile(`5303986540(\d)(\d)`).ReplaceAllString(code, "5303986540${1}"+string(digit())))
		case 2: // the key
			return sealed(strings.Replace(code, "b95c", fmt.Sprintf("%04x", random.IntN(1<<16)), 1))
		case 3: // what it names
			at := len(code) - 8 - 1 - random.IntN(3)
			return sealed(code[:at] + string(digit()) + code[at+1:])
		case 4: // who is paid
			return sealed(strings.Replace(code, "Saneamento6007", "Saneament"+string(digit())+"6007", 1))
		default: // any character, and the checksum made right
			b := []byte(code[:len(code)-4])
			b[random.IntN(len(b))] = digit()
			return string(b) + brcode.CRC16(string(b))
		}
	}
	c, err := febraban.Parse(s.code)
	if err != nil {
		panic(err)
	}
	bars := []byte(c)
	switch random.IntN(3) {
	case 0: // any digit of what is pasted
		b := []byte(s.code)
		b[random.IntN(len(b))] = digit()
		return string(b)
	case 1: // the company
		copy(bars[15:19], fmt.Sprintf("%04d", random.IntN(10_000)))
	default: // any digit behind the check digit
		bars[4+random.IntN(40)] = digit()
	}
	if random.IntN(4) > 0 { // made right again
		bars[3] = febraban.Modulo10(string(bars[:3]) + string(bars[4:]))
	}
	return string(bars)
}

// sealed gives a PIX code the checksum that it needs.
func sealed(code string) string {
	return code[:len(code)-4] + brcode.CRC16(code[:len(code)-4])
}

// A PIX code that a bank keeps is ours if we have kept it, and as long as it can
// be paid.
func TestKeptCodes(t *testing.T) {
	db, _, judge := utility(t)
	const property = 1043722
	now := time.Date(2026, 5, 20, 12, 0, 0, 0, store.Zone)
	bills, err := db.Bills(t.Context(), property)
	if err != nil {
		t.Fatal(err)
	}
	c, refusal, err := db.OfferCharge(t.Context(), "test", store.ChargeForm{
		Property: property, Provider: store.ByPix, Bill: bills.List[0], At: now, Expires: now.Add(time.Hour),
	})
	if err != nil || refusal != store.NotRefused {
		t.Fatal(refusal, err)
	}
	if _, _, err := db.OpenCharge(t.Context(), c.ID, now); err != nil {
		t.Fatal(err)
	}
	code, err := brcode.Dynamic{URL: "pix.banco.example/qr/v2/" + c.ID, Name: pix.Name, City: pix.City}.Code()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.KeepCheckout(t.Context(), c.ID, "cob/"+c.ID, code); err != nil {
		t.Fatal(err)
	}
	judged := func(code string, at time.Time) store.Judgment {
		v, err := judge.Judge(t.Context(), store.KindPix, code, at)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := judged(code, now); v.Verdict != store.Genuine || v.Debt.Month != bills.List[0].Month || v.Debt.Total != bills.List[0].Total || v.Debt.Standing != store.CodeOpen {
		t.Errorf("our code is %+v", v)
	}
	if v := judged(code, now.Add(2*time.Hour)); v.Verdict != store.Genuine || v.Debt.Standing != store.CodeExpired {
		t.Errorf("after its time it is %+v", v)
	}
	for _, other := range []brcode.Dynamic{
		{URL: "pix.banco.example/qr/v2/" + strings.Repeat("a", 26), Name: pix.Name, City: pix.City},
		{URL: "pix.banco.example/qr/v2/" + c.ID, Name: "Companhia de Saneamentu", City: pix.City},
		{URL: "pix.ladrao.example/qr/v2/" + c.ID, Name: pix.Name, City: pix.City},
	} {
		forged, err := other.Code()
		if err != nil {
			t.Fatal(err)
		}
		if v := judged(forged, now); v.Verdict != store.Foreign {
			t.Errorf("%+v is %+v", other, v)
		}
	}
	record := func(c store.Charge, kind store.ChargeEventKind) {
		t.Helper()
		if _, _, err := db.RecordEvent(t.Context(), store.ChargeEvent{
			Provider: c.Provider, ID: c.ID + "/" + string(kind), Charge: c.ID, Kind: kind, At: now, Payment: "e", Amount: c.Total,
		}, now); err != nil {
			t.Fatal(err)
		}
	}
	owed, err := db.Debts(t.Context(), property)
	if err != nil {
		t.Fatal(err)
	}
	owed.List = slices.DeleteFunc(owed.List, func(d store.Debt) bool { return d.Kind != store.OwnBill || d.ID != bills.List[0].ID })
	other, refusal, err := db.OfferCharge(t.Context(), "other", store.ChargeForm{Property: property, Provider: "company", Debts: owed.List, At: now})
	if err != nil || refusal != store.NotRefused {
		t.Fatal(refusal, err)
	}
	record(other, store.EventPaid)
	for _, at := range []time.Time{now, now.Add(2 * time.Hour)} {
		if v := judged(code, at); v.Verdict != store.Genuine || v.Debt.Standing != store.CodePaid {
			t.Errorf("once its bill is paid by other means it is %+v", v)
		}
	}
	record(other, store.EventRefunded)
	if v := judged(code, now); v.Debt.Standing != store.CodeOpen {
		t.Errorf("once that went back it is %+v", v)
	}
	record(c, store.EventPaid)
	if v := judged(code, now); v.Debt.Standing != store.CodePaid {
		t.Errorf("once paid it is %+v", v)
	}
}

func TestFind(t *testing.T) {
	for text, want := range map[string]store.CodeKind{
		"oi":                     "",
		"104372.2":               "",
		"700.000.101-11":         "",
		"4111 1111 1111 1111":    "",
		"2026 0520 0000 0000 01": "",
		"quero a segunda via":    "",
		"8267 0000 0019 4000 0999 0013 0010 4372 2014 0320 2670 0032": store.KindBars,
		"82670000001-9\n40000999001-3\n00104372201-4\n03202670003-2":  store.KindBars,
		"23793381286000000000300000000400184340000010000":             store.KindBankSlip,
		"veja https://loja.exemplo/pay/abc.":                          store.KindPage,
		"www.golpe.com":                                               store.KindPage,
		"00020126 br.gov.bcb.pix cortado":                             store.KindPix,
	} {
		kind, _, ok := genuine.Find(text)
		if kind != want || ok != (want != "") {
			t.Errorf("%q is %q", text, kind)
		}
	}
}

func TestPages(t *testing.T) {
	judge := genuine.Judge{Register: empty{}, Site: func() string { return "https://loja.exemplo" }, Home: "www.companhia.exemplo"}
	for address, ours := range map[string]bool{
		"https://loja.exemplo/pay/abc":            true,
		"https://LOJA.exemplo/d/ABC":              false, // there is no such document
		"https://LOJA.exemplo/d/keys":             true,
		"www.loja.exemplo":                        false,
		"http://loja.exemplo/pay/abc":             false,
		"https://www.companhia.exemplo/tarifas":   true, // the utility's own site
		"http://companhia.exemplo":                true,
		"https://companhia.exemplo:8443/":         false,
		"https://companhia.exemplo@golpe.com/":    false,
		"https://conta.companhia.exemplo.com/":    false,
		"https://loja.exemplo.golpe.com/pay":      false,
		"https://loja.exemplo@golpe.com/pay":      false,
		"https://loja.exemplo:8443/pay":           false,
		"https://golpe.com/https://loja.exemplo/": false,
		"https://lоja.exemplo/":                   false, // with a Cyrillic о
	} {
		v, err := judge.Judge(t.Context(), store.KindPage, address, time.Time{})
		if err != nil || (v.Verdict == store.Genuine) != ours {
			t.Errorf("%s: %+v, %v", address, v, err)
		}
	}
}

// Whatever is pasted is judged without falling over.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{
		"826700000019400009990013001043722014032026700032", "www.x", "00020126360014br.gov.bcb.pix6304ABCD", "0002016304ABCD", "https://[::1",
	} {
		f.Add(seed)
	}
	judge := genuine.Judge{Register: empty{}, Pix: pix, Site: func() string { return "https://loja.exemplo" }}
	f.Fuzz(func(t *testing.T, text string) {
		kind, code, ok := genuine.Find(text)
		if !ok {
			return
		}
		v, err := judge.Judge(t.Context(), kind, code, time.Time{})
		if err != nil || v.Verdict == store.Genuine && kind != store.KindPage {
			t.Errorf("%q: %+v, %v", text, v, err)
		}
	})
}

// empty is a register without anything.
type empty struct{}

func (empty) CodedBills(context.Context, int64, store.Month) ([]store.CodedDebt, error) {
	return nil, nil
}

func (empty) CodedBill(context.Context, int64, store.Month) ([]store.CodedDebt, error) {
	return nil, nil
}
func (empty) CodedStatement(context.Context, int64) ([]store.CodedDebt, error) { return nil, nil }
func (empty) CodedSlips(context.Context, int64) ([]store.CodedDebt, error)     { return nil, nil }
func (empty) CodedCharge(context.Context, string, time.Time) (store.CodedDebt, bool, error) {
	return store.CodedDebt{}, false, nil
}

func (empty) Document(context.Context, string) (store.Document, store.Authenticity, error) {
	return store.Document{}, store.NotIssued, nil
}

func (empty) Issuer() febraban.Issuer { return febraban.Issuer{Company: "0999", Modulus: 10} }
