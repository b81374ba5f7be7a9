package answer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lojavirtual/bot"
)

// Several understands which of the options a person means, one or more:
// "2", "1,3", "1 e 3", "1-3", "1 a 3", "todas", "todas menos 2", "03/2026",
// "a de março". They come back in the order of the options, each once. A
// number like "13" among three options is asked about and never guessed.
func Several(text string, options ...string) ([]int, error) {
	return List{Options: options}.Several(text)
}

// A List is what a person chooses several of.
type List struct {
	Options []string

	// From and To bound the options that the person sees now, which are numbered
	// from 1. The others can be named by their month or with a group. A To of 0
	// shows all.
	From, To int

	// Groups are the options, in order, that a word stands for, such as
	// "vencidas"; the word is folded. "todas" stands for every option unless it
	// is given here.
	Groups map[string][]int
}

var (
	separators = regexp.MustCompile(`\s*(?:,|;|\+|&|\be\b)\s*|\s+`)
	aRange     = regexp.MustCompile(`^(\d{1,3})\s*(?:-|–|a|ate)\s*(\d{1,3})$`)
	spacedOut  = regexp.MustCompile(`(\d)\s*(?:-|–|\ba\b|\bate\b)\s*(\d)`)
	exceptions = regexp.MustCompile(`\b(?:menos|exceto|sem)\b`)
)

const hintSeveral = "Não entendi. Responda com os números, como *1, 3* ou *1 a 3*, ou com *todas*."

// unclear are words with which a number or month means something else: "maio
// não", and "duas", which may be the second or any two.
var unclear = []string{"menos", "nao", "exceto", "sem", "um", "uma", "dois", "duas", "tres", "quatro", "cinco"}

// filling are words between those that count.
var filling = []string{
	"a", "o", "as", "os", "de", "da", "do", "conta", "contas", "so", "só", "mes", "mês", "quero", "vou", "pagar", "quitar", "negociar", "por", "favor",
}

// every are the words for all of the options.
var every = []string{"todas", "todos", "tudo", "toda"}

// Several understands which of the options a person means, as the function of
// that name does, and the words of the groups besides.
func (l List) Several(text string) ([]int, error) {
	said := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text)), "até", "ate")
	if i := slices.Index(l.Options, text); i >= 0 {
		return []int{i}, nil
	}
	if but := exceptions.FindStringIndex(said); but != nil {
		group, ok := l.group(said[:but[0]])
		if !ok {
			return nil, bot.Mistake(hintSeveral)
		}
		without, err := l.Several(said[but[1]:])
		if err != nil {
			return nil, err
		}
		left := slices.DeleteFunc(slices.Clone(group), func(i int) bool { return slices.Contains(without, i) })
		if len(left) == 0 {
			return nil, bot.Mistake("Assim não sobra nenhuma. " + hintSeveral)
		}
		return left, nil
	}
	words := strings.Fields(bot.Fold(said))
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(unclear, w) }) {
		return nil, bot.Mistake(hintSeveral)
	}
	if group, ok := l.group(said); ok {
		if len(group) == 0 {
			return nil, bot.Mistake("Não há nenhuma assim na lista.")
		}
		return slices.Clone(group), nil
	}
	if i, ok := l.pick(text); ok {
		return []int{i}, nil
	}
	if i, ok := byMonth(text, l.Options); ok {
		return []int{i}, nil
	}
	return l.numbers(said)
}

// shown are the options that have a number now, and the place of the first.
func (l List) shown() (options []string, from int) {
	if l.To == 0 {
		return l.Options, 0
	}
	return l.Options[l.From:l.To], l.From
}

// pick finds one option that the person sees.
func (l List) pick(text string) (int, bool) {
	options, from := l.shown()
	i, ok := bot.Pick(text, options)
	return from + i, ok
}

// group finds the options of the group whose word is all that was said that
// counts: "todas", "todas as contas", "só as vencidas", "todas as vencidas".
func (l List) group(said string) (options []int, ok bool) {
	all := false
	for _, word := range strings.Fields(bot.Fold(said)) {
		named, known := l.Groups[word]
		switch {
		case slices.Contains(every, word):
			if !ok {
				options, ok, all = l.all(), true, true
			}
		case known && (!ok || all):
			options, ok, all = named, true, false
		case !slices.Contains(filling, word):
			return nil, false
		}
	}
	return options, ok
}

func (l List) all() []int {
	if given, ok := l.Groups[every[0]]; ok {
		return given
	}
	return upTo(len(l.Options))
}

// numbers reads a list of numbers, ranges, months and groups.
func (l List) numbers(said string) ([]int, error) {
	shown, offset := l.shown()
	chosen := make([]bool, len(l.Options))
	said = spacedOut.ReplaceAllString(said, "$1-$2")
	for _, part := range separators.Split(strings.Trim(said, " .!,;"), -1) {
		if part == "a" && monthsIn(said) > 1 {
			return nil, bot.Mistake(hintSeveral) // from one month to another: not all that is between was offered
		}
		first, last := part, part
		if m := aRange.FindStringSubmatch(part); m != nil {
			first, last = m[1], m[2]
		}
		if slices.Contains(filling, part) {
			continue
		}
		if group, ok := l.group(part); ok {
			for _, i := range group {
				chosen[i] = true
			}
			continue
		}
		if i, ok := byMonth(part, l.Options); ok {
			chosen[i] = true
			continue
		}
		if i, ok := l.pick(part); ok {
			chosen[i] = true
			continue
		}
		from, err1 := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		switch {
		case err1 != nil || err2 != nil:
			return nil, bot.Mistake(hintSeveral)
		case from == to && from > len(shown) && isRun(part, len(shown)) && strings.Trim(part, part[:1]) != "":
			return nil, bot.Mistake("Não há opção " + part + ". Você quis dizer *" + strings.Join(strings.Split(part, ""), ", ") + "*? Separe os números com vírgula.")
		case from < 1 || to > len(shown) || from > to:
			return nil, bot.Mistake("As opções vão de 1 a " + strconv.Itoa(len(shown)) + ".")
		}
		for i := from; i <= to; i++ {
			chosen[offset+i-1] = true
		}
	}
	if !slices.Contains(chosen, true) {
		return nil, bot.Mistake(hintSeveral)
	}
	return slices.DeleteFunc(upTo(len(l.Options)), func(i int) bool { return !chosen[i] }), nil
}

// isRun tells whether digits may be numbers of n options that were typed
// without anything between them.
func isRun(digits string, n int) bool {
	return len(digits) > 1 && !strings.ContainsFunc(digits, func(d rune) bool { return d < '1' || int(d-'0') > n })
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// monthsIn counts the months that are named.
func monthsIn(said string) int {
	n := 0
	for _, w := range strings.Fields(bot.Fold(said)) {
		if slices.Contains(monthNames, w) {
			n++
		}
	}
	return n
}

// Named finds the options that a sentence names by a group's word or by month,
// whatever else it says: "quero negociar as contas vencidas". Numbers name
// nothing, for they may count anything.
func (l List) Named(sentence string) []int {
	var c Change
	for _, word := range strings.Fields(strings.ToLower(sentence)) {
		if group, ok := l.Groups[bot.Fold(word)]; ok {
			c.Add = append(c.Add, group...)
		}
	}
	if i, ok := byMonth(sentence, l.Options); ok {
		c.Add = append(c.Add, i)
	}
	return c.Of(nil)
}
