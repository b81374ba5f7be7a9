package telegram

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"lojavirtual/bot"
)

// Telegram's limits, in UTF-16 units after the marks are read, and in bytes
// for a button's data; and our own taste, in characters.
const (
	textLimit    = 4096
	captionLimit = 1024
	copyLimit    = 256
	dataLimit    = 64

	wide  = 38 // a longer option is cut off by a phone: it is written out in the text too
	short = 12 // options up to here may share a row
	inRow = 3
)

// A part is one message of a letter.
type part struct {
	text  []bot.Span // what it says; the caption, if it has a file
	rows  [][]button
	file  *bot.Document
	photo bool   // the file is to be shown, not offered
	edits string // the message it replaces, if it can
}

type button struct {
	Text string  `json:"text"`
	Data string  `json:"callback_data,omitempty"`
	URL  string  `json:"url,omitempty"`
	Copy *copied `json:"copy_text,omitempty"`
}

type copied struct {
	Text string `json:"text"`
}

// parts makes the messages of a reply, in the order of its fields. Link and
// options stand under the text, or under the last message if there is none.
func parts(r bot.Reply) ([]part, error) {
	rows, listed, err := buttons(r)
	if err != nil {
		return nil, err
	}
	words := bot.Spans(r.Text)
	if listed != "" {
		words = append(words, bot.Span{Text: listed})
	}
	list := texts(words)
	if len(list) > 0 {
		list[0].edits = r.Edits
	}
	asks := len(list) - 1
	if r.Copy != "" {
		list = append(list, texts([]bot.Span{{Text: r.Copy, Code: true}})...)
		if units(r.Copy) <= copyLimit {
			list[len(list)-1].rows = [][]button{{{Text: "Copiar código", Copy: &copied{r.Copy}}}}
		}
	}
	if r.Image != nil {
		list = append(list, withFile(r.Image, true)...)
	}
	if r.Document != nil {
		list = append(list, withFile(r.Document, false)...)
	}
	if len(list) == 0 && len(rows) > 0 {
		list = texts([]bot.Span{{Text: "Escolha uma opção:"}})
	}
	if len(list) == 0 {
		return nil, errors.New("telegram: a reply without content")
	}
	if asks < 0 {
		asks = len(list) - 1
	}
	list[asks].rows = append(list[asks].rows, rows...)
	return list, nil
}

// texts makes as many messages as the words need.
func texts(words []bot.Span) []part {
	var list []part
	for _, piece := range split(words, textLimit) {
		list = append(list, part{text: piece})
	}
	return list
}

// withFile makes the message of a file. A caption too long for one goes before it.
func withFile(d *bot.Document, photo bool) []part {
	caption := bot.Spans(d.Caption)
	if pieces := split(caption, captionLimit); len(pieces) == 1 {
		return []part{{file: d, photo: photo, text: pieces[0]}}
	}
	return append(texts(caption), part{file: d, photo: photo})
}

// buttons makes the keyboard of a reply, and what must be said in its text
// because a button cannot.
func buttons(r bot.Reply) (rows [][]button, listed string, err error) {
	var lines strings.Builder
	if r.Link != nil {
		if strings.HasPrefix(r.Link.Address, "https://") {
			rows = append(rows, []button{{Text: r.Link.Label, URL: r.Link.Address}})
		} else {
			fmt.Fprintf(&lines, "\n\n%s: %s", r.Link.Label, r.Link.Address)
		}
	}
	options := r.All()
	numbered := slices.ContainsFunc(options, func(o string) bool { return utf8.RuneCountInString(o) > wide })
	if numbered {
		lines.WriteString("\n")
	}
	var row []button
	for i, option := range options {
		mark := ""
		if r.Several && i < len(r.Options) {
			mark = "⬜ "
			if slices.Contains(r.Chosen, i) {
				mark = "✅ "
			}
		}
		if numbered {
			mark += strconv.Itoa(i+1) + ". "
			fmt.Fprintf(&lines, "\n%d. %s", i+1, option)
		}
		data := fmt.Sprintf("%s:%d:%d", r.Key, i, len(mark))
		if len(data) > dataLimit {
			return nil, "", fmt.Errorf("telegram: the key of a reply is too long for a button: %d bytes", len(r.Key))
		}
		if len(row) == inRow || len(row) > 0 && (isLong(option) || isLong(options[i-1])) {
			rows, row = append(rows, row), nil
		}
		row = append(row, button{Text: mark + option, Data: data})
	}
	if len(row) > 0 {
		rows = append(rows, row)
	}
	return rows, lines.String(), nil
}

func isLong(option string) bool { return utf8.RuneCountInString(option) > short }

// option takes apart what buttons put together: the option of a button and the
// key of its question. The data is the key, the option's index, and the length
// of the mark before the option.
func (b button) option() (option, key string) {
	rest, length, _ := cutLast(b.Data)
	key, _, ok := cutLast(rest)
	mark, err := strconv.Atoi(length)
	if !ok || err != nil || mark < 0 || mark >= len(b.Text) {
		return "", stale
	}
	return b.Text[mark:], key
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

// escape is the one place where data becomes safe in HTML.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// html writes text with Telegram's marks.
func html(spans []bot.Span) string {
	var b strings.Builder
	for _, s := range spans {
		tag := ""
		switch {
		case s.Code:
			tag = "code"
		case s.Bold:
			tag = "b"
		}
		if tag != "" {
			b.WriteString("<" + tag + ">")
		}
		b.WriteString(escape.Replace(s.Text))
		if tag != "" {
			b.WriteString("</" + tag + ">")
		}
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// plain writes text without marks.
func plain(spans []bot.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// split cuts text into pieces of at most limit UTF-16 units, at the end of a
// paragraph, else of a line, else of a word. Spaces at the cuts are dropped.
func split(spans []bot.Span, limit int) [][]bot.Span {
	var all strings.Builder
	for _, s := range spans {
		all.WriteString(s.Text)
	}
	var pieces [][]bot.Span
	rest, at := all.String(), 0
	for {
		trimmed := strings.TrimLeftFunc(rest, unicode.IsSpace)
		if trimmed == "" {
			return pieces
		}
		at += len(rest) - len(trimmed)
		end := fit(trimmed, limit)
		piece := strings.TrimRightFunc(trimmed[:end], unicode.IsSpace)
		pieces = append(pieces, between(spans, at, at+len(piece)))
		rest, at = trimmed[end:], at+end
	}
}

// fit is the length in bytes of the first piece of the text.
func fit(text string, limit int) int {
	end, n := len(text), 0
	for i, r := range text {
		if n += utf16.RuneLen(r); n > limit {
			end = i
			break
		}
	}
	if end == len(text) {
		return end
	}
	for _, gap := range []string{"\n\n", "\n", " "} {
		if i := strings.LastIndex(text[:end], gap); i > end/2 {
			return i
		}
	}
	return end
}

// between is the text from one byte to another, in its styles.
func between(spans []bot.Span, from, to int) []bot.Span {
	var out []bot.Span
	for _, s := range spans {
		if lo, hi := max(from, 0), min(to, len(s.Text)); lo < hi {
			piece := s
			piece.Text = s.Text[lo:hi]
			out = append(out, piece)
		}
		from, to = from-len(s.Text), to-len(s.Text)
	}
	return out
}

// units is the length of text as Telegram counts it.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}
