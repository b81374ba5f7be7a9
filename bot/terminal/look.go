package terminal

import (
	"fmt"
	"slices"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/bot/whatsapp"
)

// render shows a reply; saved are lines that say where its files are.
func render(look Look, r bot.Reply, saved []string) string {
	if look == Script {
		text := bot.Transcript(r)
		if r.Edits != "" {
			text = "~" + strings.TrimPrefix(text, "<")
		}
		return text
	}
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	if look == WhatsApp {
		for _, b := range whatsapp.Bubbles(r) {
			if b.File != nil {
				add(file(b.File))
			}
			add(harmless(b.Text))
		}
		return strings.Join(append(parts, saved...), "\n") + "\n"
	}
	add(styled(r.Text))
	for _, d := range []*bot.Document{r.Image, r.Document} {
		if d != nil {
			add(styled(d.Caption))
			add(file(d))
		}
	}
	for _, path := range saved {
		add(path)
	}
	if r.Link != nil {
		add(r.Link.Label + ": " + r.Link.Address)
	}
	add(r.Copy)
	add(options(look, r))
	return strings.Join(parts, "\n") + "\n"
}

func file(d *bot.Document) string {
	return fmt.Sprintf("[file] %s, %d kB", d.Name, (len(d.Body)+999)/1000)
}

const bold, normal = "\x1b[1m", "\x1b[0m"

// styled writes marked text as terminals can.
func styled(marked string) string {
	var b strings.Builder
	for _, s := range bot.Spans(marked) {
		before, after := "", ""
		if s.Bold || s.Code {
			before, after = bold, normal
		}
		b.WriteString(before + harmless(s.Text) + after)
	}
	return b.String()
}

// harmless leaves out what would command the terminal.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
}

// options shows the options: as buttons on Telegram, else as numbered lines.
func options(look Look, r bot.Reply) string {
	lines := make([]string, len(r.All()))
	for i, option := range r.All() {
		tick := ""
		if r.Several && i < len(r.Options) {
			tick = "[ ] "
			if slices.Contains(r.Chosen, i) {
				tick = "[x] "
			}
		}
		if look == Telegram {
			lines[i] = "  [ " + tick + harmless(option) + " ]"
		} else {
			lines[i] = fmt.Sprintf("  %d. %s%s", i+1, tick, harmless(option))
		}
	}
	return strings.Join(lines, "\n")
}
