package diversion

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lookalikes are letters of other scripts that are drawn as ours are.
var lookalikes = strings.NewReplacer(
	// Cyrillic
	"а", "a", "в", "b", "с", "c", "ԁ", "d", "е", "e", "ё", "e", "һ", "h", "н", "h", "і", "i", "ї", "i", "ј", "j", "к", "k", "ӏ", "l", "м", "m",
	"о", "o", "р", "p", "ԛ", "q", "г", "r", "ѕ", "s", "т", "t", "у", "y", "ѵ", "v", "ԝ", "w", "х", "x",
	// Greek
	"α", "a", "β", "b", "ε", "e", "η", "n", "ι", "i", "κ", "k", "μ", "u", "ν", "v", "ο", "o", "ρ", "p", "σ", "o", "τ", "t", "υ", "u", "χ", "x", "ζ", "z",
	// Latin that NFKD leaves as they are
	"ı", "i", "ɪ", "i", "ɩ", "i", "ł", "l", "ø", "o", "ɑ", "a", "ᴘ", "p", "ᴋ", "k", "×", "x", "✕", "x", "✖", "x", "⨯", "x", "❌", "x", "⨉", "x", "ⅹ", "x",
)

// plain returns a text as it reads, whatever it is written with: small letters
// without accents, digits of any script as ours, no invisible characters, one
// blank between words. Line ends are blanks.
func plain(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.In(r, unicode.M, unicode.Cf), r == '\u115F', r == '\u1160', r == '\u3164', r == '\u2800': // blank letters
		case r >= 0x1F1E6 && r <= 0x1F1FF: // flags are pairs of these
			b.WriteRune('a' + r - 0x1F1E6)
		case r >= 0x1F150 && r <= 0x1F169: // white on black circles
			b.WriteRune('a' + r - 0x1F150)
		case r >= 0x1F170 && r <= 0x1F189: // and squares
			b.WriteRune('a' + r - 0x1F170)
		case unicode.Is(unicode.Nd, r):
			b.WriteByte('0' + value(r))
		case unicode.IsSpace(r), unicode.IsControl(r):
			b.WriteByte(' ')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.Join(strings.Fields(lookalikes.Replace(b.String())), " ")
}

// value is what a decimal digit of any script is worth: Unicode has those of a
// script in a row of ten.
func value(r rune) byte {
	zero := r
	for n := 0; n < 9 && unicode.Is(unicode.Nd, zero-1); n++ {
		zero--
	}
	return byte(r-zero) % 10
}

// spelled are digits as words, and what is said between digits.
var spelled = map[string]string{
	"zero": "0", "um": "1", "uma": "1", "dois": "2", "duas": "2", "tres": "3", "quatro": "4", "cinco": "5", "seis": "6", "meia": "6",
	"sete": "7", "oito": "8", "nove": "9", "ponto": ".", "traco": "-", "hifen": "-", "barra": "/", "espaco": " ", "virgula": ",", "depois": " ", "e": " ",
}

// numbers returns a plain text with digits for those that are spelled out or
// written with letters (O for 0, l for 1), three and more of them in a row; the
// rest of the text stays as it is.
func numbers(text string) string {
	words := strings.Fields(text)
	for i := 0; i < len(words); {
		var run strings.Builder
		digits, end, alone := 0, i, false // alone: the last was a digit spelled out
		for ; end < len(words); end++ {
			d, ok := spelled[strings.Trim(words[end], ".,;:-()")]
			n := 1
			if !ok {
				if d, n = lettered(words[end]); n == 0 {
					break
				}
			}
			spelledDigit := ok && d[0] >= '0' && d[0] <= '9'
			if !alone || !spelledDigit {
				run.WriteByte(' ')
			}
			run.WriteString(d)
			if alone = spelledDigit; alone || !ok {
				digits += n
			}
		}
		if digits >= 3 {
			words[i] = run.String()
			for j := i + 1; j < end; j++ {
				words[j] = ""
			}
		}
		i = max(end, i+1)
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

var letters = strings.NewReplacer("o", "0", "l", "1", "i", "1", "|", "1", "s", "5", "b", "8")

// lettered mends a word that is a number in part written with letters, and
// counts its digits; 0 if it is none.
func lettered(word string) (string, int) {
	digits := 0
	for _, r := range word {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("oli|sb.,-–—/_*()+·•:;", r):
			return "", 0
		}
	}
	if digits == 0 {
		return "", 0
	}
	return letters.Replace(word), digits
}
