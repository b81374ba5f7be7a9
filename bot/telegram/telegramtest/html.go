package telegramtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An Entity is a marked piece of a text.
type Entity struct {
	Tag  string // as written: "b", "code", …
	Text string
}

// tags are those that Telegram knows.
var tags = []string{
	"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "tg-emoji",
	"a", "code", "pre", "blockquote",
}

// ParseHTML reads text marked as Telegram's HTML: every < begins a tag it knows,
// every tag is closed in order. Entities come in the order of their ends.
func ParseHTML(s string) (text string, entities []Entity, err error) {
	type open struct {
		tag  string
		from int
	}
	var out strings.Builder
	var stack []open
	for i := 0; i < len(s); {
		switch {
		case s[i] == '&':
			char, n := reference(s[i:])
			out.WriteString(char)
			i += n
		case s[i] != '<':
			out.WriteByte(s[i])
			i++
		default:
			end := strings.IndexByte(s[i:], '>')
			if end < 0 {
				return "", nil, fmt.Errorf("unclosed start tag at byte offset %d", i)
			}
			tag := s[i+1 : i+end]
			if name, closing := strings.CutPrefix(tag, "/"); closing {
				if len(stack) == 0 {
					return "", nil, fmt.Errorf("unexpected end tag at byte offset %d", i)
				}
				top := stack[len(stack)-1]
				if name != "" && name != top.tag {
					return "", nil, fmt.Errorf("unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", i, top.tag, name)
				}
				entities = append(entities, Entity{top.tag, out.String()[top.from:]})
				stack = stack[:len(stack)-1]
			} else {
				name, _, _ := strings.Cut(tag, " ")
				if !slices.Contains(tags, strings.ToLower(name)) {
					return "", nil, fmt.Errorf("unsupported start tag %q at byte offset %d", name, i)
				}
				stack = append(stack, open{strings.ToLower(name), out.Len()})
			}
			i += end + 1
		}
	}
	if len(stack) > 0 {
		return "", nil, fmt.Errorf("can't find end tag corresponding to start tag %q", stack[len(stack)-1].tag)
	}
	return out.String(), entities, nil
}

// reference reads a character reference, and how long it is; an & that begins
// none stands for itself.
func reference(s string) (char string, length int) {
	end := strings.IndexByte(s, ';')
	if end < 0 || end > 9 {
		return "&", 1
	}
	name := s[1:end]
	if char, ok := map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`}[name]; ok {
		return char, end + 1
	}
	base := 10
	digits, numeric := strings.CutPrefix(name, "#")
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	if n, err := strconv.ParseInt(digits, base, 32); numeric && err == nil {
		return string(rune(n)), end + 1
	}
	return "&", 1
}
