// Package answer understands what people type: a choice, several, a yes, a
// matrícula, a CPF or CNPJ. What it does not understand it returns as a
// bot.Mistake, with the hint the person is shown before they are asked again.
package answer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lojavirtual/bot"
)

const hintChoice = "Não entendi. Toque em uma das opções, ou responda com o número dela."

// Choice understands which of the options a person means.
func Choice(text string, options ...string) (int, error) {
	if i, ok := bot.Pick(text, options); ok {
		return i, nil
	}
	if i, ok := byMonth(text, options); ok {
		return i, nil
	}
	return 0, bot.Mistake(hintChoice)
}

// Option is Choice for those who go on with the option's words.
func Option(text string, options ...string) (string, error) {
	i, err := Choice(text, options...)
	if err != nil {
		return "", err
	}
	return options[i], nil
}

// Yes understands a yes or a no, and the number of the button.
func Yes(text string) (bool, error) {
	said := strings.Fields(bot.Fold(text))
	among := func(known ...string) bool {
		return slices.ContainsFunc(said, func(word string) bool { return slices.Contains(known, word) })
	}
	switch {
	case len(said) == 0:
	case among("nao", "n", "nn", "negativo", "nunca", "jamais", "nada"), said[0] == "2": // "quero não" is a no
		return false, nil
	case len(said) == 2 && said[0] == "so" && said[1] == "isso":
		return false, nil
	case among("sim", "s", "ss", "claro", "quero", "pode", "isso", "ok", "positivo", "exato", "correto", "certo", "aceito", "confirmo", "bora"), said[0] == "1":
		return true, nil
	}
	return false, bot.Mistake("Não entendi. Responda *sim* ou *não*.")
}

var (
	separators = regexp.MustCompile(`\s*(?:,|;|\+|&|\be\b)\s*|\s+`)
	aRange     = regexp.MustCompile(`^(\d{1,3})\s*(?:-|–|a|ate)\s*(\d{1,3})$`)
	spacedOut  = regexp.MustCompile(`(\d)\s*(?:-|–|\ba\b|\bate\b)\s*(\d)`)
)

const hintSeveral = "Não entendi. Responda com os números, como *1, 3* ou *1 a 3*, ou com *todas*."

// Several understands which of the options a person means, one or more:
// "2", "1,3", "1 e 3", "1-3", "1 a 3", "todas", "todas menos 2", "03/2026",
// "a de março". They come back in the order of the options, each once. A
// number like "13" among three options is asked about and never guessed.
func Several(text string, options ...string) ([]int, error) {
	said := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text)), "até", "ate")
	all, but, except := strings.Cut(said, "menos")
	if word := strings.Fields(bot.Fold(all)); len(word) > 0 && slices.Contains([]string{"todas", "todos", "tudo", "toda"}, word[0]) {
		if !except {
			if len(word) > 1 {
				return nil, bot.Mistake(hintSeveral)
			}
			return upTo(len(options)), nil
		}
		without, err := Several(but, options...)
		if err != nil {
			return nil, err
		}
		left := slices.DeleteFunc(upTo(len(options)), func(i int) bool { return slices.Contains(without, i) })
		if len(left) == 0 {
			return nil, bot.Mistake("Assim não sobra nenhuma. " + hintSeveral)
		}
		return left, nil
	}
	words := strings.Fields(bot.Fold(said))
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(unclear, w) }) {
		return nil, bot.Mistake(hintSeveral)
	}
	if i, ok := bot.Pick(text, options); ok {
		return []int{i}, nil
	}
	if i, ok := byMonth(text, options); ok {
		return []int{i}, nil
	}
	return numbers(said, options)
}

// unclear are words with which a number or month means something else: "menos
// março", "maio não", and "duas", which may be the second or any two.
var unclear = []string{"menos", "nao", "exceto", "sem", "um", "uma", "dois", "duas", "tres", "quatro", "cinco"}

// filling are words between those that count.
var filling = []string{"a", "o", "as", "os", "de", "da", "do", "conta", "contas", "so", "só", "mes", "mês", "quero"}

// numbers reads a list of numbers, ranges and months.
func numbers(said string, options []string) ([]int, error) {
	chosen := make([]bool, len(options))
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
		if i, ok := byMonth(part, options); ok {
			chosen[i] = true
			continue
		}
		if i, ok := bot.Pick(part, options); ok {
			chosen[i] = true
			continue
		}
		from, err1 := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		switch {
		case err1 != nil || err2 != nil:
			return nil, bot.Mistake(hintSeveral)
		case from == to && from > len(options) && from > 9:
			return nil, bot.Mistake("Não há opção " + part + ". Você quis dizer *" + strings.Join(strings.Split(part, ""), ", ") + "*? Separe os números com vírgula.")
		case from < 1 || to > len(options) || from > to:
			return nil, bot.Mistake("As opções vão de 1 a " + strconv.Itoa(len(options)) + ".")
		}
		for i := from; i <= to; i++ {
			chosen[i-1] = true
		}
	}
	if !slices.Contains(chosen, true) {
		return nil, bot.Mistake(hintSeveral)
	}
	return slices.DeleteFunc(upTo(len(options)), func(i int) bool { return !chosen[i] }), nil
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

var (
	monthNumber = regexp.MustCompile(`\b(0?[1-9]|1[0-2])\s*/\s*(\d{4}|\d{2})\b`)
	monthNames  = []string{"janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"}
)

// byMonth finds the one option of the month a person names, "03/2026", "3/26",
// "março" or "março de 2026", among options that begin with MM/AAAA.
func byMonth(text string, options []string) (int, bool) {
	month, year := 0, ""
	switch m := monthNumber.FindAllStringSubmatch(text, 2); {
	case len(m) > 1:
		return 0, false
	case len(m) == 1:
		month, _ = strconv.Atoi(m[0][1])
		year = m[0][2]
	default:
		for _, w := range strings.Fields(bot.Fold(text)) {
			switch i := slices.Index(monthNames, w); {
			case i >= 0 && month != 0 && month != i+1:
				return 0, false
			case i >= 0:
				month = i + 1
			case len(w) == 4 && strings.Trim(w, "0123456789") == "":
				year = w
			}
		}
	}
	found := -1
	for i, o := range options {
		m := monthNumber.FindStringSubmatch(o)
		if m == nil || month == 0 {
			continue
		}
		if n, _ := strconv.Atoi(m[1]); n != month || !strings.HasSuffix(m[2], year) {
			continue
		}
		if found >= 0 {
			return 0, false
		}
		found = i
	}
	return max(found, 0), found >= 0
}
