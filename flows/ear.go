package flows

import (
	_ "embed" // what people say is part of the program
	"strings"
	"sync"

	"lojavirtual/bot"
)

//go:embed examples.tsv
var examples string

//go:embed synonyms.txt
var synonyms string

// ear has learnt what people ask for in the words of examples.tsv.
var ear = sync.OnceValue(func() *bot.Ear {
	var same [][]string
	for line := range contentLines(synonyms) {
		same = append(same, strings.Fields(line))
	}
	return bot.NewEar(readExamples(examples), same)
})

// readExamples reads lines of services, joined by "|", a tab and what people
// write.
func readExamples(text string) []bot.Example {
	var all []bot.Example
	for line := range contentLines(text) {
		services, said, _ := strings.Cut(line, "\t")
		names := strings.Split(services, "|")
		for i, name := range names {
			if name == "none" {
				names[i] = ""
			}
		}
		all = append(all, bot.Example{Text: said, Flows: names})
	}
	return all
}

// contentLines are the lines of a text that are no comment.
func contentLines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}
