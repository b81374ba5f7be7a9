package webchat

import (
	"bytes"
	"image"
	_ "image/jpeg" // the pictures whose size we know
	_ "image/png"
	"net/url"
	"regexp"
	"strings"
	"time"

	"lojavirtual/bot"
)

// An entry is one thing said, as the log keeps it and the page draws it.
type entry struct {
	ID string `json:"id"`
	At int64  `json:"at"` // milliseconds since 1970

	// said by the person
	Mine    bool   `json:"mine,omitempty"`
	Text    string `json:"text,omitempty"`
	Choice  string `json:"choice,omitempty"`  // the option pressed
	Pressed string `json:"pressed,omitempty"` // the entry in which it stands

	// said by us
	Spans   []span   `json:"spans,omitempty"`
	Options []string `json:"options,omitempty"`
	Key     string   `json:"key,omitempty"`
	Several bool     `json:"several,omitempty"`
	Chosen  []int    `json:"chosen,omitempty"`
	Also    []string `json:"also,omitempty"`
	Copy    string   `json:"copy,omitempty"`
	Link    *link    `json:"link,omitempty"`
	File    *file    `json:"file,omitempty"`
	Edits   string   `json:"edits,omitempty"` // the entry it replaces

	body []byte // of the file; kept beside the entry
}

type span struct {
	Text string `json:"t"`
	Bold bool   `json:"b,omitempty"`
	Code bool   `json:"c,omitempty"`
}

type link struct {
	Label   string `json:"label"`
	Address string `json:"address"`
}

type file struct {
	Name   string `json:"name"`
	Size   int    `json:"size"` // in bytes
	Image  bool   `json:"image,omitempty"`
	Width  int    `json:"width,omitempty"` // of an image, so that nothing jumps when it comes
	Height int    `json:"height,omitempty"`
	Path   string `json:"path"`
}

// entries draws up a letter: one entry, or two if it has both a picture and a
// document, since each entry has one file.
func entries(l bot.Letter, at time.Time) []entry {
	r := l.Reply
	e := entry{
		ID: l.ID, At: at.UnixMilli(), Spans: spans(r.Text), Options: r.Options, Key: r.Key,
		Several: r.Several, Chosen: r.Chosen, Also: r.Also, Copy: r.Copy, Edits: r.Edits,
	}
	if r.Link != nil {
		e.Link = &link{r.Link.Label, r.Link.Address}
	}
	if r.Image == nil && r.Document == nil {
		return []entry{e}
	}
	first, second := r.Image, r.Document
	if first == nil {
		first, second = second, nil
	}
	e.attach(first, first == r.Image)
	if second == nil {
		return []entry{e}
	}
	more := entry{ID: l.ID + ".2", At: e.At}
	more.attach(second, false)
	return []entry{e, more}
}

func (e *entry) attach(d *bot.Document, picture bool) {
	if caption := spans(d.Caption); len(e.Spans) > 0 && len(caption) > 0 {
		e.Spans = append(append(e.Spans, span{Text: "\n"}), caption...)
	} else {
		e.Spans = append(e.Spans, caption...)
	}
	e.File = &file{
		Name: d.Name, Size: len(d.Body), Image: picture,
		Path: "/chat/files/" + url.PathEscape(e.ID) + "/" + url.PathEscape(d.Name),
	}
	if size, _, err := image.DecodeConfig(bytes.NewReader(d.Body)); picture && err == nil {
		e.File.Width, e.File.Height = size.Width, size.Height
	}
	e.body = d.Body
}

func spans(text string) []span {
	var all []span
	for _, s := range bot.Spans(text) {
		all = append(all, span(s))
	}
	return all
}

// numbers are what the bot may take for a CPF or CNPJ, and what was meant as
// one: a CNPJ with letters, alone in the message or in one piece, and nine
// digits or more however they are parted.
var numbers = []*regexp.Regexp{
	regexp.MustCompile(`^[\s./-]*[0-9A-Za-z](?:[\s./-]*[0-9A-Za-z]){11}(?:[\s./-]*\d){2}[\s./-]*$|\b[0-9A-Za-z](?:[./-]*[0-9A-Za-z]){11}(?:[./-]*\d){2}\b`),
	regexp.MustCompile(`\d(?:(?:[\s./-]*|,)\d){8,}`),
}

// masked hides all but the last two characters of what looks like a CPF or
// CNPJ: the log may be read again on a computer that others use. It rather
// hides too much, such as a long list of months.
func masked(typed string) string {
	for _, number := range numbers {
		typed = number.ReplaceAllStringFunc(typed, mask)
	}
	return typed
}

func mask(number string) string {
	isSign := func(r rune) bool { return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }
	hidden := -2
	for _, r := range number {
		if isSign(r) {
			hidden++
		}
	}
	return strings.Map(func(r rune) rune {
		if hidden > 0 && isSign(r) {
			hidden--
			return '•'
		}
		return r
	}, number)
}
