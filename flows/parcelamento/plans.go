package parcelamento

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
	"lojavirtual/store/instalment"
)

// note writes down what can be chosen, and returns it.
func note(d *data, s instalment.Simulation) []instalment.Option {
	options := choices(s, d.Entrada)
	d.Debt, d.Suggested, d.Floor, d.Page, d.Each = s.Debt, s.Suggested(), s.Floor(), 0, nil
	d.Free = 0
	for _, o := range options {
		d.Each = append(d.Each, o.Each)
		if o.Rate == 0 {
			d.Free = o.N
		}
	}
	if len(options) == 0 {
		return nil
	}
	switch first, last := options[0].Entrada, options[len(options)-1].Entrada; {
	case first != last:
		d.Intro = "A entrada muda com o número de parcelas."
	case first == 0:
		d.Intro = "Sem entrada."
	case d.Entrada != nil || first == d.Floor:
		d.Intro = bot.Marked("Entrada de *%s*.", first)
	default:
		d.Intro = bot.Marked("Entrada sugerida: *%s*. A menor aceita é %s.", first, d.Floor)
	}
	switch {
	case d.Free == len(options):
		d.Intro += " Sem juros."
	case d.Free > 0:
		d.Intro += fmt.Sprintf(" Até %d vezes, sem juros.", d.Free)
	}
	d.Intro += fmt.Sprintf("\n%s\nEscolha uma opção, ou diga em quantas vezes, como *%dx*.", notice, min(8, len(options)))
	return options
}

// choices are the instalments with the entrada that was typed, or suggested.
func choices(s instalment.Simulation, typed *store.Money) []instalment.Option {
	if typed != nil {
		return s.OptionsWith(*typed)
	}
	return s.Options()
}

// plans are the numbers of instalments that are shown: a few spread over all of
// them, the last without interest among these, or a page.
func plans(d *data) []int {
	n := len(d.Each)
	if d.Page > 0 {
		first := (d.Page - 1) * pageSize
		return upTo(first+1, min(first+pageSize, n))
	}
	if n <= shortList {
		return upTo(1, n)
	}
	usual := slices.DeleteFunc([]int{2, 3, 6, 10, 12, 18, 24, 36, 48, 60}, func(k int) bool { return k >= n })
	usual = append(usual, n)
	if len(usual) > shortList {
		spread := make([]int, shortList)
		for i := range spread {
			spread[i] = usual[i*(len(usual)-1)/(shortList-1)]
		}
		usual = spread
	}
	if d.Free > 1 && !slices.Contains(usual, d.Free) {
		at, _ := slices.BinarySearch(usual, d.Free)
		usual[max(at-1, 1)] = d.Free
		slices.Sort(usual)
	}
	return usual
}

func upTo(first, last int) []int {
	var all []int
	for n := first; n <= last; n++ {
		all = append(all, n)
	}
	return all
}

// rows are the options, at most ten.
func rows(d *data) []string {
	var all []string
	for _, n := range plans(d) {
		all = append(all, fmt.Sprintf("%d × %s", n, d.Each[n-1]))
	}
	if d.Page > 0 {
		if d.Page*pageSize < len(d.Each) {
			all = append(all, morePlans)
		}
		return append(all, fewerPlans)
	}
	if len(d.Each) > shortList {
		all = append(all, allPlans)
	}
	return append(all, newEntrada, monthly, inCash, nothingMore)
}

var (
	timesForm = regexp.MustCompile(`(?i)(?:^|\D)(\d{1,3})\s*(?:x|×|vez|parcela|prestac|prestaç|mes\b|meses|mês)`)
	monthForm = regexp.MustCompile(`(?i)(?:por|ao|cada|no)\s+m[eê]s|mensa`)
	firstForm = regexp.MustCompile(`(?i)\bentrada\b`)
)

// times understands a number of instalments: "em 12 vezes", "10x".
func times(said string) (int, bool) {
	m := timesForm.FindStringSubmatch(said)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil && n > 0
}

// perMonth understands "posso pagar 100 por mês".
func perMonth(said string) (store.Money, bool) {
	if !monthForm.MatchString(said) {
		return 0, false
	}
	budget, err := answer.Amount(said)
	return budget, err == nil
}

// beyond understands a number above those of the rows.
func beyond(said string, rows int) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(said))
	return n, err == nil && n > rows
}
