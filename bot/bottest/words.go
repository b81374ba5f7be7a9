package bottest

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"lojavirtual/bot"
)

// How long what we say may be, in characters: a message is read on a phone,
// and networks cut captions.
const (
	longestText    = 500
	longestCaption = 900
)

var (
	emoji = regexp.MustCompile(`[\x{1F000}-\x{1FAFF}\x{2600}-\x{27BF}\x{2B50}\x{2B55}]`)
	boxes = regexp.MustCompile(`[\x{2500}-\x{259F}]|[-=_*]{4,}`)
	// unspoken is what a screen reader does not read as money or a date.
	unspoken = regexp.MustCompile(`R\$[0-9 ]|\b\d{4}-\d{2}-\d{2}\b|\d+\.\d{2}\b(?:\s|$)`)
	// nextStep is in what tells people what they can do now.
	nextStep = regexp.MustCompile(`(?i)\?|\*[^*]+\*|(?:^|[\s(])(?:digite|responda|toque|escolha|ligue|guarde|escreva|aguarde|acesse|procure|fale|envie|tente|confira|use|pague|volte|repita|chame|chamar|copie|abra|mostre|leve|espere|pode)\b`)
)

// Wrong tells what is wrong with the words of a turn's replies, one line each:
// too long, an emoji alone or more than one a line, lines drawn with characters,
// money or dates that are read out wrongly, or nothing at the end that tells
// the person what they can do next.
func Wrong(replies []bot.Reply) []string {
	var wrong []string
	say := func(text, format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf(format, args...)+fmt.Sprintf(": %q", text))
	}
	check := func(text string, most int) {
		if n := utf8.RuneCountInString(text); n > most {
			say(text, "%d characters, at most %d", n, most)
		}
		found := emoji.FindAllString(text, -1)
		if lines := strings.Count(text, "\n") + 1; len(found) > lines {
			say(text, "%d emoji", len(found))
		}
		if len(found) > 0 && strings.TrimSpace(emoji.ReplaceAllString(text, "")) == "" {
			say(text, "an emoji alone")
		}
		if boxes.MatchString(text) {
			say(text, "a line drawn with characters")
		}
		if m := unspoken.FindString(text); m != "" {
			say(text, "%q is not read out well", m)
		}
	}
	for _, r := range replies {
		check(r.Text, longestText)
		for _, d := range []*bot.Document{r.Image, r.Document} {
			if d != nil {
				check(d.Caption, longestCaption)
			}
		}
		for _, o := range r.All() {
			check(o, longestText)
		}
	}
	if n := len(replies); n > 0 {
		last := replies[n-1]
		if len(last.All()) == 0 && last.Link == nil && last.Copy == "" && !nextStep.MatchString(last.Text) {
			say(last.Text, "no next step")
		}
	}
	return wrong
}
