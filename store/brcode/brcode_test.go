package brcode_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"lojavirtual/store"
	"lojavirtual/store/brcode"
)

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/brcode.json")
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Vectors []struct {
			ID, Check, Input string
			Valid            bool
			Rule, Severity   string
			Output           struct {
				Mode          brcode.Mode
				Key           string
				KeyType       brcode.KeyKind `json:"key_type"`
				Cents         store.Money
				URL, TxID     string
				RecurrenceURL string `json:"recurrence_url"`
				MerchantName  string `json:"merchant_name"`
				MerchantCity  string `json:"merchant_city"`
				CRC           string
			}
		}
	}
	if err := json.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range set.Vectors {
		var err error
		want := v.Output
		switch v.Check {
		case "brcode":
			var c brcode.Code
			c, err = brcode.Parse(v.Input)
			c.CEP = ""
			if c != (brcode.Code{
				Mode: want.Mode, Key: want.Key, URL: want.URL, Recurrence: want.RecurrenceURL,
				Amount: want.Cents, TxID: want.TxID, Name: want.MerchantName, City: want.MerchantCity,
			}) || brcode.KindOf(c.Key) != want.KeyType {
				t.Errorf("%s: read as %+v, want %+v", v.ID, c, want)
			}
			if brcode.Unreadable(err) != (v.Severity == "unreadable") {
				t.Errorf("%s: %v, want %s", v.ID, err, v.Severity)
			}
		case "crc16":
			if crc := brcode.CRC16(v.Input); crc != want.CRC {
				t.Errorf("%s: %s, want %s", v.ID, crc, want.CRC)
			}
		case "e2eid":
			err = brcode.CheckEndToEndID(v.Input)
		case "txid":
			err = brcode.CheckChargeID(v.Input)
		default:
			t.Errorf("%s: nothing checks %q", v.ID, v.Check)
		}
		if (err == nil) != v.Valid || rule(err) != v.Rule {
			t.Errorf("%s: breaks %q, want %q", v.ID, rule(err), v.Rule)
		}
	}
}

func rule(err error) string {
	if broken, ok := errors.AsType[store.Broken](err); ok {
		return broken.Rule()
	}
	return ""
}

// f writes a field.
func f(tag string, value ...string) string {
	v := strings.Join(value, "")
	return fmt.Sprintf("%s%02d%s", tag, utf8.RuneCountInString(v), v)
}

// seal appends the checksum to the fields of a code.
func seal(fields ...string) string {
	code := strings.Join(fields, "") + "6304"
	return code + brcode.CRC16(code)
}

// TestRules breaks one rule at a time in codes whose checksum is right.
func TestRules(t *testing.T) {
	var (
		first   = f("00", "01")
		pix     = f("00", "br.gov.bcb.pix")
		cpf     = f("01", "52998224725")
		url     = f("25", "pix.example.com/qr/v2/abcdef")
		key     = f("26", pix, cpf)
		sale    = f("52", "0000") + f("53", "986")
		country = f("58", "BR")
		name    = f("59", "Fulano de Tal")
		city    = f("60", "BRASILIA")
		who     = country + name + city
		txid    = f("62", f("05", "***"))
	)
	for _, c := range []struct{ what, code, rule string }{
		{"as it should be", seal(first, key, sale, who, txid), ""},
		{"in another order", seal(first, txid, who, sale, key), ""},
		{"to be used once", seal(first, f("01", "12"), key, sale, who, txid), ""},
		{"PIX after another scheme", seal(first, f("26", f("00", "cielo")), f("27", pix, cpf), sale, who, txid), ""},
		{"unknown tags", seal(first, key, sale, who, txid, f("65", "hello"), f("81", f("00", "test"))), ""},
		{"with description", seal(first, f("26", pix, cpf, f("02", "água!")), sale, who, txid), ""},
		{"for a withdrawal", seal(first, f("26", pix, cpf, f("03", "1234567A")), sale, who, txid), ""},
		{"largest amount", seal(first, key, sale, f("54", "9999999999.99"), who, txid), ""},
		{"dynamic", seal(first, f("26", pix, url), sale, who, txid), ""},
		{"dynamic, amount and txid to be ignored", seal(first, f("26", pix, url), sale, f("54", "10.00"), who, f("62", f("05", "T1"))), ""},

		{"empty", "", "crc_field"},
		{"checksum in lower case", strings.ToLower(seal(first, key, sale, who, txid)), "crc_field"},
		{"blank at the end", seal(first, key, sale, who, txid) + " ", "crc_field"},
		{"checksum inside another field", seal(first, key, sale, who, txid, "6508"), "crc_field"},
		{"blank at the start", seal(" ", first, key, sale, who, txid), "tlv"},
		{"field of no length", seal(first, key, sale, who, "6100", txid), "tlv"},
		{"letters for a tag", seal(first, key, sale, who, "6x02ab", txid), "tlv"},
		{"foreign digits for a length", seal(first, key, sale, who, "65０２ab", txid), "tlv"},
		{"template that ends too early", seal(first, key, sale, who, f("62", "0504***")), "tlv"},
		{"template too short for a length", seal(first, key, sale, who, f("62", "050")), "tlv"},
		{"authorization that ends too early", seal(first, key, sale, who, txid, f("80", "0014br.gov")), "tlv"},
		{"no format", seal(key, sale, who, txid), "payload_format"},
		{"over 512 characters", seal(first, key, sale, who, txid, strings.Repeat(f("65", strings.Repeat("x", 99)), 5)), "length"},
		{"name twice", seal(first, key, sale, who, name, txid), "duplicate"},
		{"key twice", seal(first, f("26", pix, cpf, cpf), sale, who, txid), "duplicate"},
		{"two accounts", seal(first, key, f("27", pix, cpf), sale, who, txid), "duplicate"},
		{"used thrice", seal(first, f("01", "13"), key, sale, who, txid), "point_of_initiation"},
		{"no account", seal(first, sale, who, txid), "gui"},
		{"another scheme", seal(first, f("26", f("00", "br.gov.bcb.pox"), cpf), sale, who, txid), "gui"},
		{"key before the scheme", seal(first, f("26", cpf, pix), sale, who, txid), "gui_first"},
		{"account without key or address", seal(first, f("26", pix), sale, who, txid), "merchant_account"},
		{"key and address", seal(first, f("26", pix, cpf, url), sale, who, txid), "merchant_account"},
		{"key with mask", seal(first, f("26", pix, f("01", "529.982.247-25")), sale, who, txid), "key_format"},
		{"withdrawal of 7", seal(first, f("26", pix, cpf, f("03", "1234567")), sale, who, txid), "fss"},
		{"address without path", seal(first, f("26", pix, f("25", "pix.example.com")), sale, who, txid), "url"},
		{"protocol of an authorization", seal(first, f("26", pix), sale, who, txid, f("80", pix, f("25", "https://example.com/rec"))), "url"},
		{"MCC of letters", seal(first, key, f("52", "ABCD"), f("53", "986"), who, txid), "mcc"},
		{"dollars", seal(first, key, f("52", "0000"), f("53", "840"), who, txid), "currency"},
		{"no currency", seal(first, key, f("52", "0000"), who, txid), "currency"},
		{"nothing to pay", seal(first, key, sale, f("54", "0.00"), who, txid), "amount"},
		{"comma", seal(first, key, sale, f("54", "10,00"), who, txid), "amount"},
		{"whole reais", seal(first, key, sale, f("54", "10"), who, txid), "amount"},
		{"negative", seal(first, key, sale, f("54", "-1.00"), who, txid), "amount"},
		{"no country", seal(first, key, sale, name, city, txid), "country"},
		{"elsewhere", seal(first, key, sale, f("58", "AR"), name, city, txid), "country"},
		{"no name", seal(first, key, sale, country, city, txid), "merchant_name"},
		{"accents", seal(first, key, sale, country, f("59", "Água"), city, txid), "merchant_name"},
		{"city of 16", seal(first, key, sale, country, name, f("60", "BRASILIABRASILIA"), txid), "merchant_city"},
		{"CEP with hyphen", seal(first, key, sale, who, f("61", "49010-000"), txid), "postal_code"},
		{"no txid", seal(first, key, sale, who), "txid"},
		{"txid of 26", seal(first, key, sale, who, f("62", f("05", strings.Repeat("A", 26)))), "txid"},
	} {
		if _, err := brcode.Parse(c.code); rule(err) != c.rule {
			t.Errorf("%s: breaks %q, want %q\n%s", c.what, rule(err), c.rule, c.code)
		}
	}
}

func TestKeys(t *testing.T) {
	for key, kind := range map[string]brcode.KeyKind{
		"52998224725":                            brcode.CPF,
		"11222333000181":                         brcode.CNPJ,
		"12ABC34501DE35":                         brcode.CNPJ,
		"+5579991234567":                         brcode.Phone,
		"pix@deso-se.com.br":                     brcode.Email,
		"123e4567-e12b-12d1-a456-426655440000":   brcode.EVP,
		"":                                       "",
		"52998224726":                            "",
		"529.982.247-25":                         "",
		"12abc34501de35":                         "",
		"11.222.333/0001-81":                     "",
		"5579991234567":                          "",
		"+557991234567":                          "",
		"Pix@deso-se.com.br":                     "",
		"pix@":                                   "",
		"@deso":                                  "",
		"pix@deso se.com.br":                     "",
		strings.Repeat("a", 67) + "@deso.com.br": "",
		"123E4567-e12b-12d1-a456-426655440000":   "",
		"123e4567e12b12d1a456426655440000":       "",
	} {
		if got := brcode.KindOf(key); got != kind {
			t.Errorf("KindOf(%q) = %q, want %q", key, got, kind)
		}
	}
}

func TestEndToEndID(t *testing.T) {
	for id, right := range map[string]bool{
		"E12345678202611302359abcDEF12345":  true,
		"E1234567A202611302359abcDEF12345":  true,
		"E1234567a202611302359abcDEF12345":  false,
		"E12345678202613302359abcDEF12345":  false, // month 13
		"E12345678202611302460abcDEF12345":  false, // minute 60
		"E12345678202611302359abcDEF1234":   false,
		"E12345678202611302359abcDEF123456": false,
		"E12345678202611302359abcDEF1234\n": false,
	} {
		if err := brcode.CheckEndToEndID(id); (err == nil) != right {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestCharge(t *testing.T) {
	deso := brcode.Static{Key: "12ABC34501DE35", Name: "Companhia de Saneamento – Água de Sergipe", City: "São Cristóvão do Sul"}
	bill := store.Bill{ID: 9005, Month: 202505, Total: 109112}
	charge, _, err := deso.Charge(t.Context(), "telegram:4711/1/3", store.ChargeForm{Bill: bill})
	if err != nil {
		t.Fatal(err)
	}
	const want = "000201" +
		"26530014br.gov.bcb.pix011412ABC34501DE350213Conta 05/2025" +
		"520400005303986" + "54071091.12" + "5802BR" +
		"5925Companhia de Saneamento A" + "6015Sao Cristovao d" +
		"62140510202505" + "9005"
	if charge.Code != seal(want) {
		t.Errorf("code\n%s, want\n%s", charge.Code, seal(want))
	}
	if again, _, err := deso.Charge(t.Context(), "web:1/2/3", store.ChargeForm{Bill: bill}); again != charge || err != nil {
		t.Errorf("the same bill gives %q, %v", again.Code, err)
	}

	for what, c := range map[string]struct {
		from store.Bill
		by   brcode.Static
		rule error
	}{
		"nothing to pay":   {store.Bill{ID: 1, Month: 202505}, deso, brcode.Amount},
		"a credit":         {store.Bill{ID: 1, Month: 202505, Total: -5}, deso, brcode.Amount},
		"14 characters":    {store.Bill{ID: 1, Month: 202505, Total: 1_000_000_000_000}, deso, brcode.Amount},
		"negative id":      {store.Bill{ID: -1, Month: 202505, Total: 1}, deso, brcode.TxID},
		"a key with mask":  {bill, brcode.Static{Key: "12.ABC.345/01DE-35", Name: "DESO", City: "ARACAJU"}, brcode.KeyFormat},
		"a name of signs":  {bill, brcode.Static{Key: deso.Key, Name: "水", City: "ARACAJU"}, brcode.MerchantName},
		"a city of blanks": {bill, brcode.Static{Key: deso.Key, Name: "DESO", City: " "}, brcode.MerchantCity},
	} {
		if charge, _, err := c.by.Charge(t.Context(), "", store.ChargeForm{Bill: c.from}); !errors.Is(err, c.rule) || charge.Code != "" {
			t.Errorf("%s: %q, %v; want %v", what, charge.Code, err, c.rule)
		}
	}
}

func TestChargeStatement(t *testing.T) {
	deso := brcode.Static{Key: "12ABC34501DE35", Name: "DESO", City: "Aracaju"}
	charge, _, err := deso.ChargeStatement(t.Context(), "extrato/1", store.ChargeForm{}, store.Statement{Number: 54321, Total: 27319})
	if err != nil {
		t.Fatal(err)
	}
	read, err := brcode.Parse(charge.Code)
	if err != nil || read.Amount != 27319 || read.TxID != "EXT54321" {
		t.Errorf("read %+v, %v", read, err)
	}
	if _, _, err := deso.ChargeStatement(t.Context(), "", store.ChargeForm{}, store.Statement{Number: 54321}); !errors.Is(err, brcode.Amount) {
		t.Errorf("nothing to pay: %v", err)
	}
}

func TestCodesAreReadBack(t *testing.T) {
	long := strings.Repeat("a", 60) + "@sergipe.com.br" // 75: leaves no room for a description
	rapid.Check(t, func(t *rapid.T) {
		from := brcode.Static{
			Key:  rapid.SampledFrom([]string{"52998224725", "12ABC34501DE35", "+5579991234567", long, "123e4567-e12b-12d1-a456-426655440000"}).Draw(t, "key"),
			Name: "A" + rapid.String().Draw(t, "name"),
			City: "Á" + rapid.String().Draw(t, "city"),
		}
		amount := store.Money(rapid.Int64Range(1, 999_999_999_999).Draw(t, "cents"))
		txid := rapid.StringMatching(`[A-Za-z0-9]{1,25}|\*\*\*`).Draw(t, "txid")
		text, err := from.Code(amount, txid, rapid.String().Draw(t, "description"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := brcode.Parse(text)
		if err != nil || c.Mode != brcode.StaticCode || c.Key != from.Key || c.Amount != amount || c.TxID != txid || c.URL != "" {
			t.Fatalf("%q is read as %+v, %v", text, c, err)
		}

		at := rapid.IntRange(0, len(text)-1).Draw(t, "position")
		other := rapid.ByteRange(' ', '~').Filter(func(b byte) bool { return b != text[at] }).Draw(t, "character")
		if _, err := brcode.Parse(text[:at] + string(other) + text[at+1:]); err == nil {
			t.Fatalf("%q passes with %q at %d", text, other, at)
		}
	})
}

func TestBillsHaveTheirOwnTxID(t *testing.T) {
	bills := rapid.Custom(func(t *rapid.T) store.Bill {
		return store.Bill{
			ID:    rapid.Int64Min(1).Draw(t, "id"),
			Month: store.Month(rapid.IntRange(1950, 2150).Draw(t, "year")*100 + rapid.IntRange(1, 12).Draw(t, "month")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := bills.Draw(t, "bill"), bills.Draw(t, "other bill")
		if same := brcode.BillTxID(a) == brcode.BillTxID(b); same != (a == b) {
			t.Fatalf("%q and %q", brcode.BillTxID(a), brcode.BillTxID(b))
		}
		if id := brcode.BillTxID(a); len(id) > 25 {
			t.Fatalf("%q is too long for a static code", id)
		}
	})
}

// FuzzParse gives the fields a right checksum, without which nothing behind it
// would ever be reached.
func FuzzParse(fuzz *testing.F) {
	for _, s := range []string{
		"", "00020126330014br.gov.bcb.pix0111529982247255204000053039865802BR5904DESO6007ARACAJU62070503***",
		"00020126180014br.gov.bcb.pix80400014br.gov.bcb.pix2518example.com/rec/ab", "000201\xff\xfe2599",
	} {
		fuzz.Add(s)
	}
	fuzz.Fuzz(func(t *testing.T, s string) {
		for _, text := range []string{s, seal(s)} {
			c, err := brcode.Parse(text)
			if (err == nil) != (rule(err) == "") || (err == nil) == (c == brcode.Code{}) {
				t.Errorf("Parse(%q) = %+v, %v", text, c, err)
			}
		}
	})
}

// TestDynamic: the code of a charge is that of the vector, and what cannot be
// one is refused.
func TestDynamic(t *testing.T) {
	d := brcode.Dynamic{URL: "pix.example.com/qr/v2/cobv/1e6c54d3ec9449b7a7fc53b6b0f998e7", Name: "COMPANHIA DE ÁGUA TESTE", City: "ARACAJU"}
	want := "00020101021226810014br.gov.bcb.pix2559pix.example.com/qr/v2/cobv/1e6c54d3ec9449b7a7fc53b6b0f998e75204000053039865802BR5923COMPANHIA DE AGUA TESTE6007ARACAJU62070503***6304FC81"
	want = strings.Replace(want, "010212", "", 1) // who reads it may do so again: the bank says whether it is still to be paid
	want = seal(strings.TrimSuffix(want, "6304FC81"))
	if code, err := d.Code(); err != nil || code != want {
		t.Errorf("code\n%s, want\n%s (%v)", code, want, err)
	}
	for _, c := range []struct {
		url, name string
		want      store.Broken
	}{
		{"https://pix.example.com/qr/1", "x", brcode.URL},
		{"pix.example.com/" + strings.Repeat("a", 62), "x", brcode.URL},
		{"", "x", brcode.URL},
		{"pix.example.com/qr/1", "日本", brcode.MerchantName},
	} {
		if _, err := (brcode.Dynamic{URL: c.url, Name: c.name, City: "x"}).Code(); !errors.Is(err, c.want) {
			t.Errorf("%q for %q: %v, want %v", c.url, c.name, err, c.want)
		}
	}
}
