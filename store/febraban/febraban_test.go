package febraban_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
)

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/arrecadacao.json")
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Vectors []struct {
			ID, Check, Input string
			Valid            bool
			Rule             string
			Tolerant         bool `json:"tolerant_ok"`
			Output           struct {
				Line, Segment, Company, Free string
				ValueID                      string `json:"value_id"`
				General                      string `json:"dv_general"`
				Modulo                       int
				Cents                        store.Money
				Barcode, Digits              string
				DV                           int
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
		want := v.Output
		same := func(what string, got, want any) {
			if got != want {
				t.Errorf("%s: %s of %q is %v, want %v", v.ID, what, v.Input, got, want)
			}
		}
		switch v.Check {
		case "barcode":
			c, err := febraban.CheckBarcode(v.Input)
			same("broken rule", rule(err), v.Rule)
			if !v.Valid {
				continue
			}
			amount, money := c.Amount()
			same("amount in reais", money, true)
			same("amount", amount, want.Cents)
			same("line", c.Digits(), want.Line)
			same("segment", string(c.Segment()), want.Segment)
			same("value id", string(c.ValueID()), want.ValueID)
			same("modulus", c.Modulus(), want.Modulo)
			same("general digit", string(c[3]), want.General)
			same("company", c.Company(), want.Company)
			same("free field", c.Free(), want.Free)
		case "linha":
			c, err := febraban.CheckLine(v.Input)
			same("broken rule", rule(err), v.Rule)
			same("bar code", string(c), want.Barcode)
			if v.Valid {
				amount, _ := c.Amount()
				same("amount", amount, want.Cents)
				same("line", c.Digits(), want.Digits)
			}
			_, err = febraban.Parse(v.Input)
			same("tolerance", err == nil, v.Valid || v.Tolerant)
		case "mod10":
			same("modulo 10", int(febraban.Modulo10(v.Input)-'0'), want.DV)
		case "mod11":
			same("modulo 11", int(febraban.Modulo11(v.Input)-'0'), want.DV)
		default:
			t.Errorf("%s: nothing checks %q", v.ID, v.Check)
		}
	}
}

func rule(err error) string {
	if broken, ok := errors.AsType[store.Broken](err); ok {
		return broken.Rule()
	}
	return ""
}

// TestPayments plays the worked examples of gsan-rules 5.3.
func TestPayments(t *testing.T) {
	ten, eleven := febraban.Issuer{Company: "0999", Modulus: 10}, febraban.Issuer{Company: "0999", Modulus: 11}
	may := febraban.Payment{Kind: febraban.Bill, Locality: 12, Property: 12345679, Month: 202405}
	for _, c := range []struct {
		name       string
		issuer     febraban.Issuer
		payment    febraban.Payment
		amount     store.Money
		bars, line string
	}{
		{
			"B1", ten, may, 8735,
			"82670000000873509990120123456790105202470003", "82670000000-1 87350999012-3 01234567901-8 05202470003-2",
		}, {
			"B2", eleven, may, 8735,
			"82870000000873509990120123456790105202470003", "82870000000-4 87350999012-2 01234567901-0 05202470003-0",
		}, {
			"B3", ten,
			febraban.Payment{Kind: febraban.Bill, Locality: 1, Property: 987654, Month: 202312},
			125000,
			"82680000012500009990010009876540112202350003", "82680000012-5 50000999001-0 00098765401-9 12202350003-8",
		}, {
			"B4", ten,
			febraban.Payment{Kind: febraban.Document, Locality: 12, Property: 12345679, Number: 54321, Type: 14},
			27319,
			"82640000002731909990120123456790000543211415", "82640000002-0 73190999012-9 01234567900-0 00543211415-4",
		}, {
			"B5", ten,
			febraban.Payment{Kind: febraban.Slip, Locality: 12, Property: 12345679, Type: 33, Year: 2024},
			10250,
			"82670000001025009990120123456790103320240004", "82670000001-9 02500999012-5 01234567901-8 03320240004-1",
		}, {
			"B6", eleven,
			febraban.Payment{Kind: febraban.SlipByID, Locality: 12, Property: 12345679, Number: 777},
			10250,
			"82840000001025009990120123456790000007770011", "82840000001-7 02500999012-2 01234567900-1 00007770011-2",
		},
	} {
		code, err := c.issuer.Code(c.payment, c.amount)
		if string(code) != c.bars || err != nil {
			t.Errorf("%s: %q, %v; want %q", c.name, code, err, c.bars)
			continue
		}
		if code.Line() != c.line {
			t.Errorf("%s: line %q, want %q", c.name, code.Line(), c.line)
		}
		if p, ok := code.Payment(); !ok || p != c.payment {
			t.Errorf("%s: read back as %+v, %t", c.name, p, ok)
		}
	}
	for month, digit := range map[store.Month]byte{202405: '7', 202312: '5', 202501: '3'} {
		if got := febraban.MonthDigit(month); got != digit {
			t.Errorf("digit of %v: %c, want %c", month, got, digit)
		}
	}
}

// A number that does not fit its place must not push the others out of theirs
// (BAR-4).
func TestCodesThatCannotBe(t *testing.T) {
	bill := func(change func(*febraban.Payment)) febraban.Payment {
		p := febraban.Payment{Kind: febraban.Bill, Locality: 12, Property: 12345679, Month: 202405}
		change(&p)
		return p
	}
	right := bill(func(*febraban.Payment) {})
	for _, c := range []struct {
		name    string
		company string
		payment febraban.Payment
		amount  store.Money
		rule    error
	}{
		{"12 digits of cents", "0999", right, 100_000_000_000, febraban.Length},
		{"a debt of ours", "0999", right, -8735, febraban.Charset},
		{"locality of 4", "0999", bill(func(p *febraban.Payment) { p.Locality = 1000 }), 1, febraban.Length},
		{"matrícula of 10", "0999", bill(func(p *febraban.Payment) { p.Property = 1_000_000_000 }), 1, febraban.Length},
		{"negative matrícula", "0999", bill(func(p *febraban.Payment) { p.Property = -1 }), 1, febraban.Charset},
		{"no month", "0999", bill(func(p *febraban.Payment) { p.Month = 0 }), 1, febraban.Unpayable},
		{"month 13", "0999", bill(func(p *febraban.Payment) { p.Month = 202413 }), 1, febraban.Unpayable},
		{"a number no bill has", "0999", bill(func(p *febraban.Payment) { p.Number = 1 }), 1, febraban.Unpayable},
		{"unknown kind", "0999", bill(func(p *febraban.Payment) { p.Kind = '2' }), 1, febraban.Unpayable},
		{"company of 3", "999", right, 1, febraban.Length},
		{"company of 3, 12 digits of cents", "999", right, 100_000_000_000, febraban.Length},
		{"company of letters", "DESO", right, 1, febraban.Charset},
	} {
		if code, err := (febraban.Issuer{Company: c.company}).Code(c.payment, c.amount); err != c.rule {
			t.Errorf("%s: %q, %v; want %v", c.name, code, err, c.rule)
		}
	}
}

func TestForeignCodes(t *testing.T) {
	for name, s := range map[string]string{
		"energy bill":                   "83600000000839700481002004712368100100993938",
		"quantity instead of reais":     remade("82700000000873509990120123456790105202470003"),
		"sanitation, not GSAN":          "82620000215048200974123220154098290108605940",
		"wrong digit of the month":      remade("82600000000873509990120123456790105202480003"),
		"month 13":                      remade("82600000000873509990120123456790113202470003"),
		"another constant":              remade("82600000000873509990120123456790205202470003"),
		"kind of a client (not a home)": remade("82600000000873509990120123456790105202470007"),
	} {
		c, err := febraban.CheckBarcode(s)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p, ok := c.Payment(); ok {
			t.Errorf("%s is read as %+v", name, p)
		}
	}

	c, err := febraban.CheckBarcode(remade("86600000000873512345678000012345679052024700"))
	if err != nil || c.Company() != "12345678" || c.Free() != "000012345679052024700" {
		t.Errorf("code by CNPJ: company %q, free field %q, %v", c.Company(), c.Free(), err)
	}
	c, err = febraban.CheckBarcode(remade("82900000000873509990120123456790105202470003"))
	if m, money := c.Amount(); money || m != 0 || err != nil {
		t.Errorf("a quantity is shown as %v, %v", m, err)
	}
}

// remade returns a code with the general digit it should have.
func remade(s string) string {
	for d := byte('0'); d <= '9'; d++ {
		if code := s[:3] + string(d) + s[4:]; isCode(code) {
			return code
		}
	}
	return s
}

func isCode(s string) bool {
	_, err := febraban.CheckBarcode(s)
	return err == nil
}

func TestLines(t *testing.T) {
	const digits = "826700000001873509990123012345679018052024700032"
	right := map[string]bool{ // value: also by CheckLine
		digits: true,
		"82670000000-1 87350999012-3 01234567901-8 05202470003-2":                true,
		"82670000000 1 87350999012 3 01234567901 8 05202470003 2":                true,
		"826700000001 873509990123 012345679018 052024700032":                    true,
		" 826700000001 873509990123 012345679018 052024700032":                   false,
		"82670000000-1 87350999012 3 01234567901-8 05202470003-2":                false,
		"82670000000-1\n87350999012-3\n01234567901-8\n05202470003-2":             false,
		"82670000000\u20111 87350999012\u22123\u00a001234567901.8 05202470003—2": false,
		"\u200e" + digits + "\u200e":                                             false,
		"82670000000873509990120123456790105202470003":                           false, // the bars
	}
	for s, strict := range right {
		c, err := febraban.Parse(s)
		if err != nil || c.Digits() != digits {
			t.Errorf("Parse(%q) = %q, %v", s, c, err)
		}
		if _, err := febraban.CheckLine(s); (err == nil) != strict {
			t.Errorf("CheckLine(%q): %v", s, err)
		}
	}
	for s, want := range map[string]string{
		"826700000001873509990123052024700032012345679018": "dv_general", // blocks 3 and 4 exchanged
		"826700000001873509990124012345679018052024700032": "dv_block_2",
		"822000002151048200974123220154098290108605940000": "value_id",
		"８26700000001873509990123012345679018052024700032": "format",
		"": "format",
	} {
		if _, err := febraban.CheckLine(s); rule(err) != want {
			t.Errorf("CheckLine(%q): %v, want %s", s, err, want)
		}
	}
	for s, want := range map[string]string{
		"":              "length",
		"meu boleto":    "charset",
		"8267/0000":     "charset",
		digits[:47]:     "length",
		digits + digits: "length",
		"72670000000873509990120123456790105202470003": "product",
	} {
		if _, err := febraban.Parse(s); rule(err) != want {
			t.Errorf("Parse(%q): %v, want %s", s, err, want)
		}
	}
}

// payments are those GSAN can make a code for.
var payments = rapid.Custom(func(t *rapid.T) febraban.Payment {
	p := febraban.Payment{
		Kind:     rapid.SampledFrom([]febraban.Kind{febraban.Bill, febraban.Document, febraban.Slip, febraban.SlipByID}).Draw(t, "kind"),
		Locality: rapid.IntRange(0, 999).Draw(t, "locality"),
		Property: rapid.Int64Range(0, 999_999_999).Draw(t, "property"),
	}
	switch p.Kind {
	case febraban.Bill:
		p.Month = store.Month(rapid.IntRange(1, 9999).Draw(t, "year")*100 + rapid.IntRange(1, 12).Draw(t, "month"))
	case febraban.Document:
		p.Number, p.Type = rapid.Int64Range(0, 999_999_999).Draw(t, "number"), rapid.IntRange(0, 99).Draw(t, "type")
	case febraban.Slip:
		p.Type, p.Year = rapid.IntRange(0, 999).Draw(t, "type"), rapid.IntRange(0, 9999).Draw(t, "year")
	case febraban.SlipByID:
		p.Number = rapid.Int64Range(0, 999_999_999).Draw(t, "number")
	}
	return p
})

var codes = rapid.Custom(func(t *rapid.T) febraban.Code {
	issuer := febraban.Issuer{
		Company: rapid.StringMatching(`[0-9]{4}`).Draw(t, "company"),
		Modulus: rapid.SampledFrom([]int{10, 11}).Draw(t, "modulus"),
	}
	payment := payments.Draw(t, "payment")
	amount := store.Money(rapid.Int64Range(0, 99_999_999_999).Draw(t, "cents"))
	code, err := issuer.Code(payment, amount)
	if err != nil {
		t.Fatalf("%+v makes no code of %+v: %v", issuer, payment, err)
	}
	back, ok := code.Payment()
	m, money := code.Amount()
	if !ok || back != payment || !money || m != amount || code.Company() != issuer.Company || code.Modulus() != issuer.Modulus {
		t.Fatalf("%s is read as %+v, %v by %s modulo %d", code, back, m, code.Company(), code.Modulus())
	}
	return code
})

func TestCodesAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := codes.Draw(t, "code")
		for _, s := range []string{string(code), code.Line(), code.Digits(), strings.ReplaceAll(code.Line(), "-", " ")} {
			if back, err := febraban.Parse(s); back != code || err != nil {
				t.Fatalf("%q is read as %q, %v; want %q", s, back, err, code)
			}
		}
	})
}

// One wrong digit is noticed wherever the modulus can notice it: not in
// position 3, which chooses the modulus, and with modulo 11 only if the check
// digit is not 0, which stands for two remainders.
func TestWrongDigits(t *testing.T) {
	wrong := func(t *rapid.T, s string, at int) string {
		d := rapid.ByteRange('0', '9').Filter(func(d byte) bool { return d != s[at] }).Draw(t, "digit")
		return s[:at] + string(d) + s[at+1:]
	}
	rapid.Check(t, func(t *rapid.T) {
		code := codes.Draw(t, "code")
		at := rapid.IntRange(0, 43).Filter(func(i int) bool { return i != 2 }).Draw(t, "position")
		s := wrong(t, string(code), at)
		if _, err := febraban.CheckBarcode(s); err == nil && (code.Modulus() == 10 || code[3] != '0') {
			t.Fatalf("%q passes for %q", s, code)
		}

		line := code.Digits()
		at = rapid.IntRange(0, 47).Filter(func(i int) bool { return i != 2 }).Draw(t, "position in the line")
		s = wrong(t, line, at)
		if _, err := febraban.CheckLine(s); err == nil && (code.Modulus() == 10 || line[at/12*12+11] != '0') {
			t.Fatalf("%q passes for %q", s, line)
		}
	})
}

// TestBars reads the bars as a scanner does, by their widths alone.
func TestBars(t *testing.T) {
	digit := map[string]int{}
	for d, bars := range []string{"nnWWn", "WnnnW", "nWnnW", "WWnnn", "nnWnW", "WnWnn", "nWWnn", "nnnWW", "WnnWn", "nWnWn"} {
		digit[bars] = d
	}
	rapid.Check(t, func(t *rapid.T) {
		code := codes.Draw(t, "code")
		bars := code.Bars()
		total := 0
		var drawn strings.Builder
		for _, width := range bars {
			total += width
			drawn.WriteByte(map[int]byte{1: 'n', febraban.Wide: 'W'}[width])
		}
		signs := drawn.String()
		if total != febraban.Modules || !strings.HasPrefix(signs, "nnnn") || !strings.HasSuffix(signs, "Wnn") {
			t.Fatalf("%d modules: %s", total, signs)
		}
		var read strings.Builder
		for pair := range slices.Chunk([]byte(signs[4:len(signs)-3]), 10) {
			var bar, space []byte
			for i := 0; i < len(pair); i += 2 {
				bar, space = append(bar, pair[i]), append(space, pair[i+1])
			}
			read.WriteString(strconv.Itoa(digit[string(bar)]) + strconv.Itoa(digit[string(space)]))
		}
		if read.String() != string(code) {
			t.Fatalf("a scanner reads %s, want %s", read.String(), code)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "82670000000-1 87350999012-3 01234567901-8 05202470003-2", "82670000000873509990120123456790105202470003",
		"86600000000873512345678000012345679052024700", "\xff\u200e-",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, err := febraban.Parse(s)
		if err != nil {
			if code != "" || rule(err) == "" {
				t.Errorf("Parse(%q) = %q, %v", s, code, err)
			}
			return
		}
		code.Payment()
		if back, err := febraban.CheckLine(code.Line()); back != code || err != nil {
			t.Errorf("%q has the line %q, which is %q, %v", code, code.Line(), back, err)
		}
		if len(code.Company())+len(code.Free()) != 29 || len(code.Bars()) != 227 {
			t.Errorf("%q: company %q, free field %q", code, code.Company(), code.Free())
		}
	})
}
