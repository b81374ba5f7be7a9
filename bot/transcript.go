package bot

import (
	"fmt"
	"slices"
	"strings"
)

// Transcript is a reply as written conversations show it, without a line end:
//
//	< Text with its *marks*, as it was said
//	  further lines of it
//	  [option] [x ticked option]
//	  [option that acts at once, beside those for ticking]
//	  {code to be copied}
//	  (name.pdf) or, of a picture, (name.png)
//	  (label: https://address)
//
// A caption stands where the text does, after it. Whatever comes first stands
// behind the "<": a code alone in its message is "< {code}".
func Transcript(r Reply) string {
	var lines []string
	text := func(marked string) {
		if marked != "" {
			lines = append(lines, strings.Split(marked, "\n")...)
		}
	}
	text(r.Text)
	for _, d := range []*Document{r.Image, r.Document} {
		if d != nil {
			text(d.Caption)
		}
	}
	if len(r.Options) > 0 {
		lines = append(lines, brackets(r.Options, r.Chosen))
	}
	if len(r.Also) > 0 {
		lines = append(lines, brackets(r.Also, nil))
	}
	if r.Copy != "" {
		lines = append(lines, "{"+r.Copy+"}")
	}
	for _, d := range []*Document{r.Image, r.Document} {
		if d != nil {
			lines = append(lines, "("+d.Name+")")
		}
	}
	if r.Link != nil {
		lines = append(lines, fmt.Sprintf("(%s: %s)", r.Link.Label, r.Link.Address))
	}
	var b strings.Builder
	for i, line := range lines {
		switch {
		case i == 0:
			b.WriteString("< ")
		case line == "":
			b.WriteString("\n")
		default:
			b.WriteString("\n  ")
		}
		b.WriteString(line)
	}
	return b.String()
}

func brackets(options []string, ticked []int) string {
	all := make([]string, len(options))
	for i, option := range options {
		if slices.Contains(ticked, i) {
			option = "x " + option
		}
		all[i] = "[" + option + "]"
	}
	return strings.Join(all, " ")
}
