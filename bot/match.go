package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/unicode/norm"
)

// Fold makes what people type comparable: lower case, without accents,
// punctuation or emoji, words parted by one blank. "2ª VIA!" becomes "2a via".
func Fold(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(unicode.ToLower(r))
		case unicode.Is(unicode.M, r):
		default:
			gap = true
		}
	}
	return b.String()
}

// Pick finds the option a person means: its number, its words, a part that
// no other option has, its number
// in words ("a segunda", "duas"), or its words with a small typing slip. ok is false if it is none or could be several.
func Pick(said string, options []string) (i int, ok bool) {
	said = Fold(said)
	if said == "" || len(options) == 0 {
		return 0, false
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(said, "opcao "), "numero ")); err == nil {
		return n - 1, 1 <= n && n <= len(options)
	}
	folded := make([]string, len(options))
	for i, o := range options {
		folded[i] = Fold(o)
	}
	if i := slices.Index(folded, said); i >= 0 {
		return i, true
	}
	if i, ok := only(folded, func(option string) bool {
		return len(said) >= 3 && hasWords(option, said) || len(option) >= 3 && hasWords(said, option)
	}); ok {
		return i, true
	}
	if i, ok := ordinal(said, len(options)); ok {
		return i, true
	}
	return only(folded, func(option string) bool { return Near(said, option) })
}

// Near tells whether two folded texts differ by no more than a typing slip.
func Near(a, b string) bool {
	shorter := min(len(a), len(b))
	switch {
	case shorter < 4 || max(len(a), len(b))-shorter > 2:
		return a == b
	case shorter < 8:
		return levenshtein.ComputeDistance(a, b) <= 1
	default:
		return levenshtein.ComputeDistance(a, b) <= 2
	}
}

// hasWords tells whether the words of part stand together in text; both folded.
func hasWords(text, part string) bool {
	return strings.Contains(" "+text+" ", " "+part+" ")
}

// only returns the index of the one option that fits.
func only(options []string, fits func(string) bool) (int, bool) {
	found := -1
	for i, o := range options {
		if fits(o) {
			if found >= 0 {
				return 0, false
			}
			found = i
		}
	}
	return max(found, 0), found >= 0
}

var (
	ordinals  = []string{"primeir", "segund", "terceir", "quart", "quint", "sext", "setim", "oitav", "non", "decim"}
	cardinals = []string{"um", "dois", "tres", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"}
)

// ordinal understands "primeira", "o segundo", "a última" and "dois" among n
// options.
func ordinal(said string, n int) (int, bool) {
	word := said
	for _, before := range []string{"a ", "o ", "opcao ", "numero "} {
		word = strings.TrimPrefix(word, before)
	}
	i := slices.Index(cardinals, strings.NewReplacer("uma", "um", "duas", "dois").Replace(word))
	if stem := strings.TrimRight(word, "ao"); len(stem) == len(word)-1 {
		if stem == "ultim" {
			return n - 1, true
		}
		i = max(i, slices.Index(ordinals, stem))
	}
	return max(i, 0), 0 <= i && i < n
}
