package bot

import (
	"fmt"
	"strings"
)

// A Span is a piece of a reply's text in one style.
type Span struct {
	Text string
	Bold bool
	Code bool
}

// Spans takes marked text apart: *bold*, `code`, and a backslash before a
// character that is meant as it stands. A mark without its partner stands as it is.
func Spans(text string) []Span {
	var spans []Span
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			spans = append(spans, Span{Text: plain.String()})
			plain.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\\':
			if i+1 < len(text) && strings.IndexByte(marks, text[i+1]) >= 0 {
				i++
			}
			plain.WriteByte(text[i])
		case '*', '`':
			end := closing(text, i)
			if end < 0 || c == '*' && i > 0 && isWord(text[i-1]) { // 2*3*4 is arithmetic
				plain.WriteByte(c)
				continue
			}
			flush()
			spans = append(spans, Span{Text: unescape(text[i+1 : end]), Bold: c == '*', Code: c == '`'})
			i = end
		default:
			plain.WriteByte(c)
		}
	}
	flush()
	return spans
}

// Plain is marked text without its marks.
func Plain(text string) string {
	var b strings.Builder
	for _, s := range Spans(text) {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Escape makes data safe to stand in marked text.
func Escape(data string) string {
	if !strings.ContainsAny(data, marks) {
		return data
	}
	return escaper.Replace(data)
}

// Marked formats like fmt.Sprintf, escaping what the arguments bring in.
func Marked(format string, args ...any) string {
	if len(args) == 0 {
		return format
	}
	escaped := make([]any, len(args))
	for i, arg := range args {
		escaped[i] = arg
		switch v := arg.(type) {
		case string:
			escaped[i] = Escape(v)
		case fmt.Stringer:
			escaped[i] = Escape(v.String())
		case error:
			escaped[i] = Escape(v.Error())
		}
	}
	return fmt.Sprintf(format, escaped...)
}

const marks = "*`\\"

var (
	escaper   = strings.NewReplacer("*", "\\*", "`", "\\`", "\\", "\\\\")
	unescaper = strings.NewReplacer("\\*", "*", "\\`", "`", "\\\\", "\\")
)

func unescape(text string) string { return unescaper.Replace(text) }

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// closing finds the partner of the mark at i on the same line, or -1.
func closing(text string, i int) int {
	for j := i + 1; j < len(text) && text[j] != '\n'; j++ {
		switch text[j] {
		case '\\':
			j++
		case text[i]:
			if j == i+1 {
				return -1
			}
			return j
		}
	}
	return -1
}
