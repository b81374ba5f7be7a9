package postgres

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// instead is what is written for characters that phones type and GSAN does not
// know.
var instead = strings.NewReplacer(
	"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "″", `"`,
	"‘", "'", "’", "'", "‚", "'", "‛", "'", "′", "'",
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-",
	"…", "...", "•", "-", "€", "EUR",
)

// latin1 returns what a customer typed as GSAN can keep and print it: its
// databases are in LATIN1, which refuses all else. Quotes and dashes become
// plain ones, what has no counterpart a question mark; line ends and control
// characters become spaces.
func latin1(text string) string {
	text = instead.Replace(norm.NFC.String(text))
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), r >= 0x1F3FB && r <= 0x1F3FF: // parts of an emoji: its colour, its joints
			return -1
		case r <= unicode.MaxLatin1:
			return r
		}
		return '?'
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// cut returns at most n characters of a text.
func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return strings.TrimSpace(string(r[:n]))
	}
	return text
}
