package instalment

import (
	"cmp"
	"slices"
	"sort"

	"lojavirtual/store"
)

// Fit finds what fits into so much a month: the smallest entrada with which
// some instalment is no more than the budget, and with it the cheapest number of
// instalments by what is paid in all, of two alike the fewer. ok is false if
// none fits, whatever the entrada. This is ours: GSAN has nothing like it.
//
// # Why it need not try every entrada
//
// More entrada makes every instalment smaller. A number of instalments
// therefore fits from some entrada on, which bisection finds, and is offered up
// to some entrada, beyond which it or a smaller number is below the minimum. If
// it is not offered where it begins to fit, it never both fits and is offered.
func (s Simulation) Fit(budget store.Money) (o Option, ok bool) {
	steps, floor := s.steps(), s.Floor()
	best := s.Debt // no entrada is as large: nothing would be left to divide
	for i, at := range steps {
		from := floor + store.Money(sort.Search(int(best-floor), func(more int) bool {
			entrada := floor + store.Money(more)
			o, _ := s.option(at, &entrada)
			return o.Each <= budget
		}))
		if from < best && len(s.offered(steps[:i+1], &from)) > i {
			best = from
		}
	}
	if best >= s.Debt {
		return Option{}, false
	}
	return Cheapest(s.OptionsWith(best), budget)
}

// Cheapest is the option with an instalment of no more than the budget that
// costs least in all, of two alike the one with fewer instalments; ok is false
// if there is none.
func Cheapest(options []Option, budget store.Money) (o Option, ok bool) {
	within := slices.DeleteFunc(slices.Clone(options), func(o Option) bool { return o.Each > budget })
	if len(within) == 0 {
		return Option{}, false
	}
	return slices.MinFunc(within, func(a, b Option) int {
		return cmp.Or(cmp.Compare(a.Total(), b.Total()), cmp.Compare(a.N, b.N))
	}), true
}
