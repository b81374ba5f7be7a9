package bot

import (
	"slices"
	"strings"
	"unicode"
)

// An understanding is what a text may ask for: one flow of which we are sure, or
// guesses, best first.
type understanding struct {
	sure    *Flow
	guesses []*Flow
}

// understand finds the flows that a text may ask for: the one of which it says
// the words and nothing else, or what the Ear hears in it. Without an Ear it is
// the flow whose words are somewhere in the text.
func (e *Engine) understand(said string) understanding {
	folded := Fold(said)
	for _, f := range slices.Concat(e.Flows, e.Beside) {
		if slices.Contains(f.folded, folded) {
			return understanding{sure: f}
		}
	}
	if e.Ear == nil {
		return understanding{sure: e.intent(said)}
	}
	if !strings.ContainsFunc(folded, unicode.IsLetter) { // a number asks for nothing
		return understanding{}
	}
	sure, may := e.Ear.Hear(said)
	if sure != "" {
		if f := e.flow(sure); f != nil {
			return understanding{sure: f}
		}
	}
	var u understanding
	for _, name := range may {
		if f := e.flow(name); f != nil {
			u.guesses = append(u.guesses, f)
		}
	}
	return u
}
