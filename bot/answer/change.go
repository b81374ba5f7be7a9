package answer

import (
	"regexp"
	"slices"
	"strings"

	"lojavirtual/bot"
)

// A Change is what a person wants done to what they have chosen so far.
type Change struct {
	Anew        bool // what was chosen before is forgotten
	Add, Remove []int
}

// Of returns the choice after the change, in order and each once.
func (c Change) Of(chosen []int) []int {
	if c.Anew {
		chosen = nil
	}
	chosen = append(slices.Clone(chosen), c.Add...)
	slices.Sort(chosen)
	return slices.DeleteFunc(slices.Compact(chosen), func(i int) bool { return slices.Contains(c.Remove, i) })
}

// What people say before what is to be added, and to be removed, folded.
var (
	adding = []string{
		"mais", "adiciona", "adicionar", "adicione", "acrescenta", "acrescentar", "inclui", "incluir", "inclua", "bota", "botar", "poe",
		"coloca", "colocar", "coloque", "marca", "marcar", "marque", "tambem",
	}
	removing = []string{
		"tira", "tirar", "tire", "retira", "retirar", "retire", "remove", "remover", "remova", "exclui", "excluir", "exclua",
		"desmarca", "desmarcar", "desmarque", "menos", "sem",
	}
	clearing = []string{"limpar", "limpa", "limpe", "zerar", "zera", "limpar tudo", "limpa tudo", "nenhuma", "nenhum", "nenhuma delas"}
	courtesy = []string{"pode", "por", "favor", "eu", "e", "entao", "agora", "quero"}

	sign = regexp.MustCompile(`^\s*([+-])\s*(\d)`)
)

const hintChange = "Não entendi. Responda com os números, como *1, 3* ou *1 a 3*, com *todas*, *mais 3* ou *tira 1*."

// Change understands what is to become of a running choice: all that Several
// does, which then is the whole choice, "mais 3", "tira 1" and "limpar".
func (l List) Change(text string) (Change, error) {
	if slices.Contains(clearing, bot.Fold(text)) {
		return Change{Anew: true}, nil
	}
	text = sign.ReplaceAllStringFunc(text, func(m string) string {
		return map[byte]string{'+': "mais ", '-': "tira "}[strings.TrimSpace(m)[0]] + m[len(m)-1:]
	})
	var c Change
	only, rest := clause(text)
	if !polite(only) {
		chosen, err := l.several(only)
		if err != nil {
			return Change{}, err
		}
		if bot.Fold(rest) == "tambem" { // "a 3 também"
			return Change{Add: chosen}, nil
		}
		c.Anew, c.Add = true, chosen
	}
	for rest != "" {
		verb, after, _ := strings.Cut(rest, " ")
		var said string
		said, rest = clause(after)
		remove := slices.Contains(removing, bot.Fold(verb))
		if remove && slices.Contains(every, bot.Fold(said)) {
			return Change{Anew: true}, nil
		}
		chosen, err := l.several(said)
		if err != nil {
			return Change{}, err
		}
		if remove {
			c.Remove = append(c.Remove, chosen...)
		} else {
			c.Add = append(c.Add, chosen...)
		}
	}
	if !c.Anew && len(c.Add)+len(c.Remove) == 0 {
		return Change{}, bot.Mistake(hintChange)
	}
	return c, nil
}

// several is Several with the hint of Change.
func (l List) several(text string) ([]int, error) {
	chosen, err := l.Several(text)
	if err != nil && err.Error() == hintSeveral {
		err = bot.Mistake(hintChange)
	}
	return chosen, err
}

// clause cuts text before the next word that adds or removes. What such a word
// is an exception to stays with it: "todas menos 2".
func clause(text string) (before, rest string) {
	words := strings.Fields(text)
	for i, w := range words {
		w = bot.Fold(w)
		excepts := exceptions.MatchString(w) && i > 0
		if !excepts && (slices.Contains(adding, w) || slices.Contains(removing, w)) {
			before = strings.Join(words[:i], " ")
			return strings.TrimSuffix(before, " e"), strings.Join(words[i:], " ")
		}
	}
	return strings.Join(words, " "), ""
}

// polite tells whether nothing of what was said is a choice.
func polite(said string) bool {
	return !slices.ContainsFunc(strings.Fields(bot.Fold(said)), func(w string) bool { return !slices.Contains(courtesy, w) })
}
