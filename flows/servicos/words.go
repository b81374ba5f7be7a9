package servicos

import (
	"slices"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// understand finds what somebody means who says in words of their own what
// happened: one kind, or a type of which several kinds fit equally well (kind
// is nil then). ok is false if no words fit, or those of several types.
func understand(types []store.RequestType, said string) (found store.RequestType, kind *store.RequestKind, ok bool) {
	spoken := leaking(strings.Fields(bot.Fold(said)))
	best, first, fits := 0, 0, 0 // score; the first type with it; how many kinds have it
	several := false             // types have it
	for i, t := range types {
		general := inCommon(spoken, t.Name)
		if t.NoWater && sayNoWater(bot.Fold(said)) {
			general += 2
		}
		for k := range t.Kinds {
			score := 2*inCommon(spoken, t.Kinds[k].Name) + general
			switch {
			case score == 0 || score < best:
			case score > best:
				best, first, fits, several, kind = score, i, 1, false, &t.Kinds[k]
			default:
				fits++
				several = several || i != first
			}
		}
	}
	switch {
	case best < 2 || several:
		return store.RequestType{}, nil, false
	case fits > 1:
		return types[first], nil, true
	}
	return types[first], kind, true
}

// leaks are what people say of a leak, folded.
var leaks = strings.Fields("vazando vaza vazou vazar jorrando estourado estourada estourou rompeu rompido")

// leaking names a leak by its name, where people say what the water does. What
// else leaks has kinds of its own, which its own word finds.
func leaking(spoken []string) []string {
	leak := slices.ContainsFunc(spoken, func(w string) bool { return slices.Contains(leaks, w) })
	if !leak || slices.Contains(spoken, "esgoto") || slices.Contains(spoken, "hidrometro") {
		return spoken
	}
	return append(slices.DeleteFunc(spoken, func(w string) bool { return w == "agua" }), "vazamento")
}

// small are words that say nothing of what happened.
var small = strings.Fields("a o as os um uma de da do das dos d e em no na nos nas com por pra para que meu minha meus minhas seu sua ao aos tem esta ta")

// inCommon counts the words of a name that were spoken, also with another
// ending.
func inCommon(spoken []string, name string) (n int) {
	for _, word := range strings.Fields(bot.Fold(name)) {
		if !slices.Contains(small, word) && slices.ContainsFunc(spoken, func(s string) bool { return alike(s, word) }) {
			n++
		}
	}
	return n
}

// alike tells whether two words differ by a slip or by their ending.
func alike(a, b string) bool {
	const stem = 5
	return bot.Near(a, b) || len(a) >= stem && len(b) >= stem && a[:stem] == b[:stem]
}

// sayNoWater tells whether somebody says that they have no water.
func sayNoWater(folded string) bool {
	return slices.ContainsFunc([]string{"sem agua", "nao tem agua", "nao ha agua", "agua acabou", "acabou a agua", "agua nao chega", "cade a agua", "secou"},
		func(words string) bool { return strings.Contains(" "+folded+" ", " "+words+" ") })
}
