package whatsapp

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // the charts we send
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/draw"

	"lojavirtual/bot"
)

// WhatsApp's limits, in characters.
const (
	textLimit    = 65536
	captionLimit = 1024
)

// A Bubble is one message as a person sees it on WhatsApp, with WhatsApp's marks.
type Bubble struct {
	Text    string        // what it says; the caption, if it has a file
	File    *bot.Document // nil if it has none
	Picture bool          // the file is shown, not offered
}

// Bubbles makes the messages of a reply, in the order of its fields. Options are
// numbered lines under the text: normal accounts have no buttons. They stand
// under the last message if there is no text. The text of a reply is one
// message; the person unfolds a long one.
func Bubbles(r bot.Reply) []Bubble {
	var list []Bubble
	if text := strings.Trim(marked(r.Text)+address(r.Link), "\n"); text != "" {
		list = append(list, Bubble{Text: clip(text)})
	}
	asks := len(list) - 1
	if r.Copy != "" {
		list = append(list, Bubble{Text: strings.ToValidUTF8(r.Copy, "\uFFFD")})
	}
	for _, file := range []*bot.Document{r.Image, r.Document} {
		if file == nil {
			continue
		}
		b := Bubble{Text: marked(file.Caption), File: file, Picture: file == r.Image}
		if utf8.RuneCountInString(b.Text) > captionLimit {
			list = append(list, Bubble{Text: clip(b.Text)})
			b.Text = ""
		}
		list = append(list, b)
	}
	lines := options(r)
	if lines == "" {
		return list
	}
	if asks < 0 {
		asks = len(list) - 1
	}
	if asks < 0 || r.Copy != "" && list[asks].Text == r.Copy || list[asks].File != nil && utf8.RuneCountInString(list[asks].Text+lines) > captionLimit {
		return append(list, Bubble{Text: strings.TrimLeft(lines, "\n")})
	}
	list[asks].Text = strings.TrimLeft(list[asks].Text+lines, "\n")
	return list
}

// clip keeps a text to what WhatsApp takes.
func clip(text string) string {
	if runes := []rune(text); len(runes) > textLimit {
		return string(runes[:textLimit])
	}
	return text
}

// address is a link as WhatsApp makes one of it: on a line of its own.
func address(l *bot.Link) string {
	if l == nil {
		return ""
	}
	return fmt.Sprintf("\n%s:\n%s", literal(l.Label), l.Address)
}

// options are the lines of a reply's options, with the numbers that typed
// answers use, and how to answer.
func options(r bot.Reply) string {
	var b strings.Builder
	for i, option := range r.All() {
		tick := ""
		if r.Several && i < len(r.Options) {
			tick = "⬜ "
			if slices.Contains(r.Chosen, i) {
				tick = "✅ "
			}
		}
		fmt.Fprintf(&b, "\n%d. %s%s", i+1, tick, literal(option))
	}
	switch {
	case b.Len() == 0:
		return ""
	case r.Several && len(r.Options) > 1:
		return "\n" + b.String() + "\n\nResponda com um ou mais números."
	default:
		return "\n" + b.String() + "\n\nResponda com o número."
	}
}

// marked writes marked text with WhatsApp's marks.
func marked(text string) string {
	var b strings.Builder
	for _, s := range bot.Spans(text) {
		switch {
		case s.Code:
			b.WriteString("```" + strings.ReplaceAll(s.Text, "`", lookalike['`']) + "```")
		case s.Bold:
			inner := strings.TrimSpace(s.Text) // a mark beside a space is none
			before, after, _ := strings.Cut(s.Text, inner)
			b.WriteString(before + "*" + strings.ReplaceAll(literal(inner), "*", lookalike['*']) + "*" + after)
		default:
			b.WriteString(literal(s.Text))
		}
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// lookalike has what stands for WhatsApp's marks where they are meant as
// they are: WhatsApp knows no way to escape them.
var lookalike = map[rune]string{'*': "∗", '_': "ˍ", '~': "∼", '`': "ˋ", '>': "›"}

// literal writes text so that WhatsApp sees no mark in it: a mark stands between
// a word and none, or begins a line.
func literal(text string) string {
	if !strings.ContainsAny(text, "*_~`>") {
		return text
	}
	runes := []rune(text)
	word := func(i int) bool {
		return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]))
	}
	var b strings.Builder
	for i, r := range runes {
		begins := i == 0 || runes[i-1] == '\n'
		switch {
		case r == '>' && begins, lookalike[r] != "" && r != '>' && (!word(i-1) || !word(i+1)):
			b.WriteString(lookalike[r])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

const thumbnailSide = 160 // pixels of the longer side: a few kilobytes

// thumbnail makes the small JPEG that phones show until a picture is loaded,
// and tells the size of the picture itself.
func thumbnail(picture []byte) (small []byte, width, height int, err error) {
	full, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, 0, 0, err
	}
	size := full.Bounds().Size()
	scale := min(1, float64(thumbnailSide)/float64(max(size.X, size.Y)))
	scaled := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(size.X)*scale)), max(1, int(float64(size.Y)*scale))))
	draw.Draw(scaled, scaled.Bounds(), image.White, image.Point{}, draw.Src) // behind what is transparent
	draw.ApproxBiLinear.Scale(scaled, scaled.Bounds(), full, full.Bounds(), draw.Over, nil)
	var b bytes.Buffer
	err = jpeg.Encode(&b, scaled, &jpeg.Options{Quality: 60})
	return b.Bytes(), size.X, size.Y, err
}

// page is how a PDF begins a page, if its objects are not packed: ours are not.
var page = regexp.MustCompile(`/Type\s*/Page\b`)

// pages counts the pages of a PDF; 0 if they cannot be seen.
func pages(pdf []byte) uint32 { return uint32(len(page.FindAll(pdf, -1))) }
