package bot

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// readExamples reads lines of services and a text.
func readExamples(t testing.TB, file string) []Example {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []Example
	for line := range strings.Lines(string(text)) {
		if services, said, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			all = append(all, Example{said, strings.Split(strings.ReplaceAll(services, "none", ""), "|")})
		}
	}
	return all
}

func readSynonyms(t testing.TB) [][]string {
	t.Helper()
	text, err := os.ReadFile("../flows/synonyms.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 0 && words[0] != "#" {
			all = append(all, words)
		}
	}
	return all
}

// With a tenth of the examples left out in turn, the Ear understands most of
// that tenth: what its constants were chosen by.
func TestEarUnderstandsWhatItHasNotHeard(t *testing.T) {
	const parts = 10
	all, synonyms := readExamples(t, "../flows/examples.tsv"), readSynonyms(t)
	right, wrong, sures, ofOurs := 0, 0, 0, 0
	for part := range parts {
		var known, left []Example
		for i, x := range all {
			if i%parts == part {
				left = append(left, x)
			} else {
				known = append(known, x)
			}
		}
		ear := NewEar(known, synonyms)
		for _, x := range left {
			sure, may := ear.Hear(x.Text)
			none := slices.Contains(x.Flows, "")
			if !none {
				ofOurs++
			}
			switch {
			case sure != "" && slices.Contains(x.Flows, sure):
				right++
				sures++
			case sure != "":
				wrong++
				t.Logf("%q is taken for %s", x.Text, sure)
			case none, len(may) > 0 && slices.Contains(x.Flows, may[0]):
				right++
			}
		}
	}
	percent := func(n, of int) float64 { return float64(n) * 100 / float64(of) }
	t.Logf("of %d: %.1f %% right first, %.2f %% confidently wrong; %.0f %% of what asks for something begun at once",
		len(all), percent(right, len(all)), percent(wrong, len(all)), percent(sures, ofOurs))
	if percent(right, len(all)) < 89 || percent(wrong, len(all)) > 2.5 {
		t.Error("that is too little")
	}
}

// Whatever is said, the Ear hears at most one sure flow or three guesses, the
// same each time, and does not mind capitals, accents and punctuation.
func FuzzHear(f *testing.F) {
	examples, synonyms := readExamples(f, "../flows/examples.tsv"), readSynonyms(f)
	ear, again := NewEar(examples, synonyms), NewEar(examples, synonyms)
	for _, seed := range []string{"", "a", "segunda via", "É SEGUNDA VIA!!!", "\xff", "🙏", "água água água", "ç", "12 34", "religaçãooooo", "bom dia bom dia"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		if len(said) > 4096 { // no network carries more
			return
		}
		sure, may := ear.Hear(said)
		if sure != "" && len(may) > 0 || len(may) > guesses {
			t.Errorf("%q is heard as %q and %q", said, sure, may)
		}
		if slices.Contains(may, "") || len(slices.Compact(slices.Sorted(slices.Values(may)))) != len(may) {
			t.Errorf("%q is heard as %q", said, may)
		}
		for _, other := range []string{said, Fold(said), "  " + said + " !"} {
			if s, m := again.Hear(other); s != sure || !slices.Equal(m, may) {
				t.Errorf("%q is heard as %q and %q, and %q as %q and %q", said, sure, may, other, s, m)
			}
		}
	})
}

func TestHear(t *testing.T) {
	ear := NewEar(readExamples(t, "../flows/examples.tsv"), readSynonyms(t))
	for said, want := range map[string]string{
		"Olá, bom dia! QUERO A SEGUNDA VIA DA CONTA": "segundavia",
		"ja paguei essa conta e ta aparecendo":       "pagamentos",
		"tem vasamento na rua":                       "servicos",
		"quero a quitasao anual":                     "quitacao",
		"água oxigenada":                             "",
		"boleto da vivo":                             "",
		"":                                           "",
		"🙏🙏":                                         "",
	} {
		if sure, _ := ear.Hear(said); sure != want {
			t.Errorf("Hear(%q) = %q, want %q", said, sure, want)
		}
	}
	if _, may := ear.Hear("minha conta veio errada"); !slices.Contains(may, "consumo") || !slices.Contains(may, "servicos") {
		t.Errorf("guesses are %q", may)
	}
	if sure, may := ear.Hear("sdklfj wqoeiru"); sure != "" || len(may) > 0 {
		t.Errorf("gibberish is heard as %q, %q", sure, may)
	}
}

// An Ear that has learnt nothing hears nothing.
func TestEmptyEar(t *testing.T) {
	if sure, may := NewEar([]Example{{"oi", []string{""}}}, nil).Hear("segunda via"); sure != "" || len(may) > 0 {
		t.Errorf("heard %q, %q", sure, may)
	}
}

func BenchmarkHear(b *testing.B) {
	ear := NewEar(readExamples(b, "../flows/examples.tsv"), readSynonyms(b))
	b.ReportAllocs()
	for b.Loop() {
		ear.Hear("bom dia moça a conta desse mês não veio aqui em casa, como faço pra tirar a segunda via?")
	}
}

func BenchmarkNewEar(b *testing.B) {
	examples, synonyms := readExamples(b, "../flows/examples.tsv"), readSynonyms(b)
	for b.Loop() {
		NewEar(examples, synonyms)
	}
}
