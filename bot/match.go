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

// Pick finds the option a person means: its number ("2", "2️⃣", "a nº 2"), its
// number in words ("a segunda", "2ª opção", "duas", "a última"), its words, a
// part that no other option has, or its words with a small typing slip; with
// "quero", "por favor" and the like around it. ok is false if it is none or
// could be several.
func Pick(said string, options []string) (i int, ok bool) {
	said = Fold(circled.Replace(said))
	if said == "" || len(options) == 0 {
		return 0, false
	}
	if n, err := strconv.Atoi(said); err == nil {
		return n - 1, 1 <= n && n <= len(options)
	}
	folded := make([]string, len(options))
	for i, o := range options {
		folded[i] = Fold(o)
	}
	if i := slices.Index(folded, said); i >= 0 {
		return i, true
	}
	core := coreOf(said)
	for _, said := range []string{said, core} {
		if i, ok := only(folded, func(option string) bool {
			return len(said) >= 3 && hasWords(option, said) || len(option) >= 3 && hasWords(said, option)
		}); ok {
			return i, true
		}
	}
	if i, ok := ordinal(core, len(options)); ok {
		return i, true
	}
	if i, ok := only(folded, func(option string) bool { return Near(said, option) || Near(core, option) }); ok {
		return i, true
	}
	return only(folded, func(option string) bool { return nearWords(core, option) })
}

// circled are digits as emoji and signs that Fold does not know.
var circled = strings.NewReplacer("🔟", "10",
	"❶", "1", "❷", "2", "❸", "3", "❹", "4", "❺", "5", "❻", "6", "❼", "7", "❽", "8", "❾", "9", "❿", "10",
	"➊", "1", "➋", "2", "➌", "3", "➍", "4", "➎", "5", "➏", "6", "➐", "7", "➑", "8", "➒", "9", "➓", "10")

// around are words, folded, that people put before and after the option they
// mean.
var around = strings.Fields(`a o as os opcao opcoes numero nr num no n item quero queria eu vou querer prefiro escolho pode ser fico com
	manda mande me essa esse esta aquela de da do em na pelo pela por favor pf pfv pfvr mesmo mesma entao acho que ok so visse viu ne
	obrigado obrigada`)

// coreOf takes the words around an option off its beginning and end. What is
// nothing else stays.
func coreOf(said string) string {
	words := strings.Fields(said)
	first, last := 0, len(words)
	for first < last && slices.Contains(around, words[first]) {
		first++
	}
	for last > first && slices.Contains(around, words[last-1]) {
		last--
	}
	if first == last {
		return said
	}
	return strings.Join(words[first:last], " ")
}

// nearWords tells whether every word said is a long word of the option with at
// most one slip, or just one of its words. Short words are too close to others:
// "pagar" to "pagas".
func nearWords(said, option string) bool {
	const long = 7
	slipped := false
	known := strings.Fields(option)
	for word := range strings.FieldsSeq(said) {
		if slices.Contains(known, word) {
			continue
		}
		if !slices.ContainsFunc(known, func(w string) bool {
			return min(len(w), len(word)) >= long && strings.Trim(word, "0123456789") != "" && levenshtein.ComputeDistance(w, word) <= 1
		}) {
			return false
		}
		slipped = true
	}
	return slipped
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
	slips     = map[string]string{
		"uma": "um", "duas": "dois", "treis": "tres", "quato": "quatro", "primera": "primeira", "primero": "primeiro", "premeira": "primeira",
		"segnda": "segunda", "sgunda": "segunda", "sengunda": "segunda", "segundo": "segunda", "tercera": "terceira", "tercero": "terceira",
		"terceria": "terceira", "ultma": "ultima", "utima": "ultima", "derradeira": "ultima", "derradeiro": "ultima",
	}
)

// ordinal understands "primeira", "2a", "ultima" and "dois", and the number
// itself, among n options.
func ordinal(word string, n int) (int, bool) {
	if right, slipped := slips[word]; slipped {
		word = right
	}
	i := slices.Index(cardinals, word)
	stem := strings.TrimRight(word, "ao")
	if number, err := strconv.Atoi(stem); err == nil && len(word)-len(stem) <= 1 {
		i = number - 1
	}
	if len(stem) == len(word)-1 {
		switch stem {
		case "ultim":
			return n - 1, true
		case "penultim":
			return n - 2, n >= 2
		}
		i = max(i, slices.Index(ordinals, stem))
	}
	return max(i, 0), 0 <= i && i < n
}
