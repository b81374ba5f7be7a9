package taxid_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/store/taxid"
)

// A vector is one case of the files in testdata.
type vector struct {
	ID, Input string
	Valid     bool
	Rule      string
	Output    struct{ Canonical, Masked string }
	Tolerant  string
}

func vectors(t *testing.T, file string) []vector {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var set struct{ Vectors []vector }
	if err := json.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Vectors) == 0 {
		t.Fatalf("no vectors in %s", file)
	}
	return set.Vectors
}

func TestVectors(t *testing.T) {
	for _, kind := range []struct {
		file         string
		check, parse func(string) (string, error)
	}{
		{"testdata/cpf.json", taxid.CheckCPF, taxid.ParseCPF},
		{"testdata/cnpj.json", taxid.CheckCNPJ, taxid.ParseCNPJ},
	} {
		for _, v := range vectors(t, kind.file) {
			number, err := kind.check(v.Input)
			if number != v.Output.Canonical || rule(err) != v.Rule {
				t.Errorf("%s: check %q = %q, rule %q; want %q, rule %q", v.ID, v.Input, number, rule(err), v.Output.Canonical, v.Rule)
			}
			typed := v.Tolerant
			if v.Valid {
				typed = v.Output.Canonical
				if printed := taxid.Print(number); printed != v.Output.Masked {
					t.Errorf("%s: printed as %q, want %q", v.ID, printed, v.Output.Masked)
				}
			}
			for name, parse := range map[string]func(string) (string, error){"parse": kind.parse, "parse either": taxid.Parse} {
				if number, err := parse(v.Input); number != typed || (err == nil) != (typed != "") {
					t.Errorf("%s: %s %q = %q, %v; want %q", v.ID, name, v.Input, number, err, typed)
				}
			}
		}
	}
}

func rule(err error) string {
	if broken, ok := errors.AsType[taxid.Broken](err); ok {
		return broken.Rule()
	}
	return ""
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		typed, number string
		rule          error
	}{
		{" 529.982.247-25\n", "52998224725", nil},
		{"529 982 247 25", "52998224725", nil},
		{"12.abc.345/01de-35", "12ABC34501DE35", nil},
		{"11 222 333 / 0001-81", "11222333000181", nil},
		{"AA345678000114", "AA345678000114", nil},
		{"12345678000A08", "12345678000A08", nil},
		{"", "", taxid.Format},
		{"não sei", "", taxid.Format},
		{"5299822472", "", taxid.Length},
		{"529982247250", "", taxid.Length},
		{"529.982.247-26", "", taxid.Digits},
		{"111.111.111-11", "", taxid.Repeated},
		{"11222333000180", "", taxid.Digits},
		{"٥٢٩٩٨٢٢٤٧٢٥", "", taxid.Format},
		{"529\u00a0982247-25", "", taxid.Format},
		{"12ABC34501DE3\u017f", "", taxid.Format}, // long s: strings.ToUpper makes it an S
		{"1\u017fABC34501DE35", "", taxid.Format},
	} {
		if number, err := taxid.Parse(c.typed); number != c.number || err != c.rule {
			t.Errorf("Parse(%q) = %q, %v; want %q, %v", c.typed, number, err, c.number, c.rule)
		}
	}
	for _, parse := range []func(string) (string, error){taxid.ParseCPF, taxid.ParseCNPJ} {
		if _, err := parse("123"); err != taxid.Length {
			t.Errorf("three digits: %v, want %v", err, taxid.Length)
		}
	}
	if _, err := taxid.ParseCNPJ("52998224725"); err != taxid.Length {
		t.Errorf("a CPF as CNPJ: %v, want %v", err, taxid.Length)
	}
}

func TestMask(t *testing.T) {
	for number, want := range map[string]string{
		"52998224725":    "***.982.247-**",
		"12ABC34501DE35": "12.ABC.345/01DE-35",
		"":               "***",
		"5299822472":     "***",
	} {
		if got := taxid.Mask(number); got != want {
			t.Errorf("Mask(%q) = %q, want %q", number, got, want)
		}
	}
}

func TestMatricula(t *testing.T) {
	for sequence, id := range map[int64]int64{1234567: 12345679, 98765: 987654, 10000: 100005} {
		if got := taxid.NewMatricula(sequence); got != id {
			t.Errorf("NewMatricula(%d) = %d, want %d", sequence, got, id)
		}
	}
	for _, c := range []struct {
		typed string
		id    int64
		typo  bool
		rule  error
	}{
		{"1234567.9", 12345679, false, nil},
		{" 1.234.567-9 ", 12345679, false, nil},
		{"012345679", 12345679, false, nil},
		{"98765 4", 987654, false, nil},
		{"12345678", 12345678, true, nil},
		{"7", 7, true, nil},
		{"", 0, false, taxid.Format},
		{" - ", 0, false, taxid.Format},
		{"12345679a", 0, false, taxid.Format},
		{"+12345679", 0, false, taxid.Format},
		{"１２３４５６７９", 0, false, taxid.Format},
		{"1234567890", 0, false, taxid.Length},
		{"99999999999999999999999", 0, false, taxid.Length},
	} {
		id, typo, err := taxid.ParseMatricula(c.typed)
		if id != c.id || typo != c.typo || err != c.rule {
			t.Errorf("ParseMatricula(%q) = %d, %t, %v; want %d, %t, %v", c.typed, id, typo, err, c.id, c.typo, c.rule)
		}
	}
}

// What is printed for people is read back, and one wrong digit of a matrícula
// is noticed unless its check digit is 0, which stands for two remainders.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[0-9]{9}|[0-9A-Z]{12}`).Draw(t, "body")
		heaviest := 9
		if len(body) == 9 {
			heaviest = 11
		}
		number := body + string(taxid.Modulo11(body, heaviest))
		number += string(taxid.Modulo11(number, heaviest))
		if strings.Count(number, number[:1]) == len(number) {
			t.Skip("never issued")
		}
		if got, err := taxid.Parse(strings.ToLower(taxid.Print(number))); got != number || err != nil {
			t.Fatalf("%q is read as %q, %v", number, got, err)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		id := taxid.NewMatricula(rapid.Int64Range(1, 99_999_999).Draw(t, "sequence"))
		place := rapid.SampledFrom([]int64{1, 10, 100, 1000, 10_000}).Draw(t, "place")
		digit := id / place % 10
		wrong := id + (rapid.Int64Range(0, 9).Filter(func(d int64) bool { return d != digit }).Draw(t, "digit")-digit)*place
		if suspected := wrong != taxid.NewMatricula(wrong/10); !suspected && id%10 != 0 {
			t.Fatalf("%d passes for %d", wrong, id)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "529.982.247-25", "12.abc.345/01de-35", "1234567.9", "\xff.-/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		number, err := taxid.Parse(s)
		if _, cpf := taxid.CheckCPF(number); err == nil && cpf != nil {
			if _, cnpj := taxid.CheckCNPJ(number); cnpj != nil {
				t.Errorf("Parse(%q) = %q, which is neither: %v, %v", s, number, cpf, cnpj)
			}
		}
		if id, _, err := taxid.ParseMatricula(s); err == nil && (id < 0 || id > 999_999_999) {
			t.Errorf("ParseMatricula(%q) = %d", s, id)
		}
	})
}
