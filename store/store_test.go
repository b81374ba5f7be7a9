package store_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/store"
)

// TestFormats plays the cases of testdata, made from CLDR's pt-BR and from
// what is known of Brazilian phone numbers.
func TestFormats(t *testing.T) {
	text, err := os.ReadFile("testdata/formats.json")
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Vectors []struct {
			ID, Check string
			Input     json.RawMessage
			Valid     bool
			Rule      string
			Output    struct {
				Text  string
				Cents store.Money
				Same  bool
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
		read := func(into any) {
			if err := json.Unmarshal(v.Input, into); err != nil {
				t.Fatalf("%s: %v", v.ID, err)
			}
		}
		var s string
		switch v.Check {
		case "money_format":
			var m store.Money
			read(&m)
			if m.String() != v.Output.Text {
				t.Errorf("%s: %q, want %q", v.ID, m, v.Output.Text)
			}
		case "money_parse":
			read(&s)
			if m, err := store.ParseMoney(s); (err == nil) != v.Valid || m != v.Output.Cents {
				t.Errorf("%s: %q read as %d, %v; want %d", v.ID, s, m, err, v.Output.Cents)
			}
		case "phone":
			read(&s)
			if err := store.CheckPhone(s); (err == nil) != v.Valid || rule(err) != v.Rule {
				t.Errorf("%s: %q breaks %q, want %q", v.ID, s, rule(err), v.Rule)
			}
		case "phone_same":
			var two [2]string
			read(&two)
			if same := store.FullPhone(two[0]) == store.FullPhone(two[1]); same != v.Output.Same {
				t.Errorf("%s: same phone %q: %t", v.ID, two, same)
			}
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

func TestParseMoney(t *testing.T) {
	for s, want := range map[string]store.Money{
		"R$0,01":            1,
		"-R$ 87,45":         -8745,
		"R$\u00a01.091,12":  109112,
		"R$ 1.234.567,89":   123456789,
		"R$ 999.999.999,99": 99999999999,
	} {
		if m, err := store.ParseMoney(s); m != want || err != nil {
			t.Errorf("ParseMoney(%q) = %d, %v; want %d", s, m, err, want)
		}
	}
	for _, s := range []string{
		"", "R$", "87,45", "r$ 87,45", "R$ 87.45", "R$ 87,4", "R$ 87,450", "R$ -87,45", "R$  87,45", " R$ 87,45", "R$ 87,45\n",
		"R$ 1,234.56", "R$ 1.23,45", "R$ ,45", "R$ ８７,45", "R$\u202f87,45", "R$ 99.999.999.999.999.999,99",
	} {
		if m, err := store.ParseMoney(s); err != store.MoneyFormat {
			t.Errorf("ParseMoney(%q) = %d, %v", s, m, err)
		}
	}
}

func TestCheckPhone(t *testing.T) {
	for s, want := range map[string]error{
		"+5579991234567":  nil,
		"+557932261000":   nil,
		"+5579899123456":  store.PhoneMobile,
		"+557962261000":   store.PhoneFixed,
		"+557912261000":   store.PhoneFixed,
		"+5578991234567":  store.PhoneArea,
		"+5523991234567":  store.PhoneArea,
		"5579991234567":   store.PhoneFormat,
		"+15551234567":    store.PhoneFormat,
		"+55799912345678": store.PhoneFormat,
		"+557999123456７":  store.PhoneFormat,
		"+5579991234567 ": store.PhoneFormat,
		"":                store.PhoneFormat,
	} {
		if err := store.CheckPhone(s); err != want {
			t.Errorf("CheckPhone(%q) = %v, want %v", s, err, want)
		}
	}
}

func TestFullPhone(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"+5579991234567", "557991234567", true},
		{"557932261000", "+557932261000", true},
		{"5579932261000", "557932261000", false}, // a fixed line has no ninth digit
		{"5579991234567", "5571991234567", false},
		{"15551234567", "15551234567", true},
	} {
		if (store.FullPhone(c.a) == store.FullPhone(c.b)) != c.same {
			t.Errorf("same phone %q and %q: %t", c.a, c.b, !c.same)
		}
	}
}

func TestMoneyIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := store.Money(rapid.Int64().Draw(t, "cents"))
		for _, s := range []string{m.String(), strings.Replace(m.String(), "\u00a0", " ", 1), strings.Replace(m.String(), "\u00a0", "", 1)} {
			if got, err := store.ParseMoney(s); got != m || err != nil {
				t.Fatalf("%q is read as %d, %v; want %d", s, got, err, m)
			}
		}
	})
}

// months are those in which there were and will be bills.
var months = rapid.Custom(func(t *rapid.T) store.Month {
	return store.Month(rapid.IntRange(1950, 2150).Draw(t, "year")*100 + rapid.IntRange(1, 12).Draw(t, "month"))
})

func TestMonthArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := months.Draw(t, "month")
		n := rapid.IntRange(-600, 600).Draw(t, "n")
		later := m.Add(n)
		switch {
		case !later.Valid():
			t.Fatalf("%d + %d months = %d", m, n, later)
		case later.Add(-n) != m:
			t.Fatalf("%d + %d months = %d, and back %d", m, n, later, later.Add(-n))
		case (later > m) != (n > 0):
			t.Fatalf("%d + %d months = %d", m, n, later)
		case m.Add(12) != m+100:
			t.Fatalf("a year after %d is %d", m, m.Add(12))
		case store.MonthOf(m.First()) != m, store.MonthOf(m.Add(1).First().Add(-1)) != m:
			t.Fatalf("%d does not reach from %v to the eve of %v", m, m.First(), m.Add(1).First())
		}
		if back, err := time.Parse("01/2006", m.String()); err != nil || store.MonthOf(store.DateOf(back.Add(12*time.Hour))) != m {
			t.Fatalf("%d is written %q", m, m)
		}
	})
}

func TestDateArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := months.Draw(t, "month").First().Add(rapid.IntRange(0, 30).Draw(t, "day"))
		n := rapid.IntRange(-50_000, 50_000).Draw(t, "n")
		later := d.Add(n)
		switch {
		case later.Add(-n) != d:
			t.Fatalf("%v + %d days = %v, and back %v", d, n, later, later.Add(-n))
		case d.DaysUntil(later) != n:
			t.Fatalf("from %v to %v are %d days, want %d", d, later, d.DaysUntil(later), n)
		case later.After(d) != (n > 0), later.Before(d) != (n < 0):
			t.Fatalf("order of %v and %v", d, later)
		case (int(d.Weekday())+n%7+7)%7 != int(later.Weekday()):
			t.Fatalf("%d days after %v is %v", n, d.Weekday(), later.Weekday())
		}
		written, err := time.Parse("02/01/2006", d.String())
		if err != nil {
			t.Fatal(err)
		}
		var parsed, scanned store.Date
		value, err := d.Value()
		if err != nil {
			t.Fatal(err)
		}
		if parsed.Scan(written) != nil || scanned.Scan(value) != nil || parsed != d || scanned != d {
			t.Fatalf("%v is read back as %v from its text and %v from its column", d, parsed, scanned)
		}
	})
}

func TestNoDate(t *testing.T) {
	var d store.Date
	if v, err := d.Value(); v != nil || err != nil || d.String() != "" || !d.IsZero() {
		t.Errorf("no date is %v in a column, %v, and %q on paper", v, err, d)
	}
	d = store.Date{Year: 2026, Month: 5, Day: 4}
	if err := d.Scan(nil); err != nil || !d.IsZero() {
		t.Errorf("NULL is %v, %v", d, err)
	}
	if err := d.Scan("2026-05-04"); err == nil {
		t.Error("a text passes for a date")
	}
}

// The day changes in Sergipe at three in the morning of UTC.
func TestDateOf(t *testing.T) {
	midnight := time.Date(2026, 6, 1, 3, 0, 0, 0, time.UTC)
	if eve, day := store.DateOf(midnight.Add(-time.Second)), store.DateOf(midnight); eve != (store.Date{Year: 2026, Month: 5, Day: 31}) || day != eve.Add(1) {
		t.Errorf("%v, then %v", eve, day)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "R$ 1.234,56", "-R$\u00a00,01", "+5579991234567", "557991234567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if m, err := store.ParseMoney(s); err == nil {
			if back, err := store.ParseMoney(m.String()); back != m || err != nil {
				t.Errorf("%q is %d, written %q, read as %d, %v", s, m, m, back, err)
			}
		}
		if store.CheckPhone(s) == nil && store.FullPhone(s) != store.FullPhone(s[1:]) {
			t.Errorf("%q differs from itself without plus", s)
		}
	})
}

func TestYearOf(t *testing.T) {
	if y := store.YearOf(2025); y.Valid() || y.String() != "ano de 2025" {
		t.Errorf("%q, %t", y, y.Valid())
	}
}
