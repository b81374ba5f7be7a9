package bot

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// An Ear tells which flow a text asks for. It has learnt it from examples of
// what people write. It is safe for use by several goroutines.
//
// # Why
//
// People do not write a service's name, but "o papel da agua nao veio" or
// "botar a conta pro dia 15". Lists of words need a rule for each such sentence
// and one against it for the others, since "conta" is in requests for every
// service. Examples are what those who own a service have at hand and can add
// to, one line for each time the bot misunderstood somebody.
//
// The Ear is the simplest thing that learns from a thousand of them and can be
// looked into: every word, pair of neighbouring words and piece of a word has a
// weight for every flow, learnt once at the start by logistic regression. Those
// of a text are added up and become chances. A rare word tells more than a
// common one. Pieces of words and words with one letter wrong forgive typing
// slips, spelling by sound makes "quitasao" a "quitação", and synonyms carry
// what was learnt of "talão" over to "boleto". Nothing is left to chance in the
// other sense: the same examples make the same Ear.
//
// What asks for nothing of ours is learnt like a flow, with the name "". A
// text of which it does not know more than a third of the words is never sure,
// however telling the others are: "água oxigenada".
type Ear struct {
	flows    []string          // names; "" for none
	words    map[string]bool   // those of the examples, plainly spelt
	near     map[uint64]string // such a word by what is left of it without one letter
	meanings map[string]string // what stands for all synonyms of a word, by its stem
	traits   map[uint64]int32  // where a trait stands in those below
	rarity   []float32         // of each trait
	weights  []float32         // of each trait, one for each flow
}

// An Example is what people write, and the names of the flows it may ask for;
// "" is none of ours.
type Example struct {
	Text  string
	Flows []string
}

// What the Ear goes by; found by leaving out a tenth of the examples in turn.
const (
	sureAt  = 0.83 // the chance from which a flow is begun without asking
	firstAt = 0.15 // the chance that the likeliest guess must have, so that none are made of gibberish
	guessAt = 0.05 // the chance that the others must have
	guesses = 3    // that are offered at most

	rounds   = 30   // that the examples are gone through
	pace     = 2    // how much is learnt from the first of them
	wordPart = 1.0  // how much a word tells, in comparison
	pairPart = 0.7  // a pair of neighbours
	bitPart  = 0.35 // a piece of a word
	newPart  = 4.0  // what no example has
)

// NewEar returns an Ear that has learnt from examples, and takes the words of
// each line of synonyms for the same.
func NewEar(examples []Example, synonyms [][]string) *Ear {
	e := &Ear{
		words: make(map[string]bool), near: make(map[uint64]string),
		meanings: make(map[string]string), traits: make(map[uint64]int32),
	}
	for _, same := range synonyms {
		for _, word := range same {
			for _, plain := range plainWords(word) {
				e.meanings[stem(plain)] = same[0]
			}
		}
	}
	for _, x := range examples {
		e.flows = append(e.flows, x.Flows...)
		for _, word := range plainWords(x.Text) {
			e.words[word] = true
			lessLetters(word, func(rest uint64) { e.near[rest] = word })
		}
	}
	slices.Sort(e.flows)
	e.flows = slices.Compact(e.flows)
	lessons := make([]lesson, len(examples))
	for i, x := range examples {
		lessons[i] = e.prepare(x)
	}
	for i, n := range e.rarity { // until here it counts the examples that have the trait
		e.rarity[i] = float32(math.Log(float64(1+len(examples)) / float64(1+n)))
	}
	e.weights = make([]float32, len(e.rarity)*len(e.flows))
	e.learn(lessons)
	return e
}

// A lesson is an example as the Ear learns from it: its traits, how much each
// counts, and how likely each flow ought to be.
type lesson struct {
	traits []int32
	parts  []float32
	want   []float32
}

func (e *Ear) prepare(x Example) lesson {
	l := lesson{want: make([]float32, len(e.flows))}
	for _, flow := range x.Flows {
		l.want[slices.Index(e.flows, flow)] = 1 / float32(len(x.Flows))
	}
	e.eachTrait(plainWords(x.Text), func(name uint64, part float32) {
		trait, known := e.traits[name]
		if !known {
			trait = int32(len(e.rarity)) //nolint:gosec // there are not so many
			e.traits[name] = trait
			e.rarity = append(e.rarity, 0)
		}
		if i := slices.Index(l.traits, trait); i >= 0 {
			l.parts[i] += part
			return
		}
		e.rarity[trait]++
		l.traits, l.parts = append(l.traits, trait), append(l.parts, part)
	})
	return l
}

// learn adjusts the weights until the lessons are known: gradient descent, a
// lesson at a time, with steps that grow smaller.
func (e *Ear) learn(lessons []lesson) {
	n := len(e.flows)
	for _, l := range lessons {
		var square float32
		for i, trait := range l.traits {
			l.parts[i] *= e.rarity[trait]
			square += l.parts[i] * l.parts[i]
		}
		shorten(l.parts, square)
	}
	chances := make([]float32, n)
	for step := range rounds * len(lessons) {
		const stride = 7919 // a prime: neighbours in the file are of one flow, and should not be learnt in a row
		l := lessons[step*stride%len(lessons)]
		clear(chances)
		for i, trait := range l.traits {
			e.add(chances, trait, l.parts[i])
		}
		soften(chances)
		rate := pace / (1 + float32(step)/float32(4*len(lessons)))
		for i, trait := range l.traits {
			row := e.weights[int(trait)*n : int(trait)*n+n]
			for flow := range row {
				row[flow] += rate * (l.want[flow] - chances[flow]) * l.parts[i]
			}
		}
	}
}

// add adds what a trait tells of each flow.
func (e *Ear) add(sums []float32, trait int32, part float32) {
	n := len(sums)
	for flow, weight := range e.weights[int(trait)*n : int(trait)*n+n] {
		sums[flow] += weight * part
	}
}

// A heard flow is one that a text may ask for, "" none, and how likely.
type heard struct {
	flow   string
	chance float32
}

// Hear tells which flow a text asks for, by name, if that is sure; else which
// it may ask for, the likeliest first, up to three and perhaps none.
func (e *Ear) Hear(text string) (sure string, may []string) {
	words := plainWords(text)
	strange := 0
	for i, word := range words {
		if words[i] = e.spell(word); !e.words[words[i]] {
			strange++
		}
	}
	found := e.rank(words)
	if best := found[0]; best.chance >= sureAt && (best.flow == "" || 3*strange <= len(words)) {
		return best.flow, nil
	}
	for _, h := range found {
		if h.flow != "" && len(may) < guesses && h.chance >= either[float32](len(may) == 0, firstAt, guessAt) {
			may = append(may, h.flow)
		}
	}
	return "", may
}

// rank returns every flow, the likeliest first.
func (e *Ear) rank(words []string) []heard {
	sums := make([]float32, len(e.flows))
	var square float32
	e.eachTrait(words, func(name uint64, part float32) {
		trait, known := e.traits[name]
		if !known {
			square += part * newPart * part * newPart
			return
		}
		part *= e.rarity[trait]
		square += part * part
		e.add(sums, trait, part)
	})
	shorten(sums, square)
	soften(sums)
	found := make([]heard, len(sums))
	for i, chance := range sums {
		found[i] = heard{e.flows[i], chance}
	}
	slices.SortStableFunc(found, func(a, b heard) int { return cmp.Compare(b.chance, a.chance) })
	return found
}

// eachTrait calls each with the name of every trait of a text and how much it
// tells: words by their stems, what their synonyms share, pairs of neighbours,
// and pieces of two to five letters.
func (e *Ear) eachTrait(words []string, each func(name uint64, part float32)) {
	const start, end = 1, 2
	before := uint64(start)
	for _, word := range words {
		root := stem(word)
		name := nameOf('w', root)
		each(name, wordPart)
		if same, ok := e.meanings[root]; ok {
			name = nameOf('s', same)
			each(name, wordPart)
		}
		each(before*31+name, pairPart)
		before = name
		for size := 3; size <= 5 && len(word) >= 3; size++ {
			each(nameOf('b', word[:min(size-1, len(word))]), bitPart)
			for i := range len(word) - size + 1 {
				each(nameOf('p', word[i:i+size]), bitPart)
			}
		}
	}
	each(before*31+end, pairPart)
}

// spell puts a word of the examples in the place of one that differs from it by
// a letter.
func (e *Ear) spell(word string) string {
	if e.words[word] {
		return word
	}
	found := word
	lessLetters(word, func(rest uint64) {
		if near, ok := e.near[rest]; ok && found == word {
			found = near
		}
	})
	return found
}

// lessLetters calls each with the name of a longer word and of what is left of
// it without one of its letters: two words that share one of these are a typing
// slip apart.
func lessLetters(word string, each func(rest uint64)) {
	const shortest = 6 // shorter ones are too close to others: "pague", "apague"
	if len(word) < shortest {
		return
	}
	each(nameOf('n', word))
	for i := range len(word) {
		each(extended(nameOf('n', word[:i]), word[i+1:]))
	}
}

// nameOf makes a name for letters of some kind (FNV-1a).
func nameOf(kind byte, letters string) uint64 {
	return extended((14695981039346656037^uint64(kind))*1099511628211, letters)
}

func extended(name uint64, letters string) uint64 {
	for i := range len(letters) {
		name = (name ^ uint64(letters[i])) * 1099511628211
	}
	return name
}

// shorten divides by the length of a text, so that long ones do not count more
// than short ones.
func shorten(values []float32, square float32) {
	if square == 0 {
		return
	}
	length := float32(math.Sqrt(float64(square)))
	for i := range values {
		values[i] /= length
	}
}

// soften turns sums into chances, which add up to 1.
func soften(sums []float32) {
	most := slices.Max(sums)
	var total float32
	for i, sum := range sums {
		sums[i] = float32(math.Exp(float64(sum - most)))
		total += sums[i]
	}
	for i := range sums {
		sums[i] /= total
	}
}

// stem takes the endings of number, gender and person off a word.
func stem(word string) string {
	if len(word) < 4 {
		return word
	}
	return strings.TrimRight(strings.TrimSuffix(word, "s"), "aeiou")
}

// plainWords are the words of a text as the Ear compares them: folded, without
// courtesies, in full where people shorten them, and spelt by their sound.
func plainWords(text string) []string {
	folded := courtesies.Replace(" " + Fold(text))
	words := make([]string, 0, 16)
	for word := range strings.FieldsSeq(folded) {
		if full, short := shorthand[word]; short {
			word = full
		} else if strings.Trim(word, "0123456789") == "" {
			word = "#"
		}
		if word != "" {
			words = append(words, spelling.Replace(word))
		}
	}
	return words
}

// spelling writes letters that are mistaken for each other in one way.
var spelling = strings.NewReplacer(
	"ss", "s", "sc", "s", "cao", "sao", "coes", "soes", "ce", "se", "ci", "si", "z", "s", "ch", "x", "ge", "je", "gi", "ji",
	"qu", "c", "k", "c", "ph", "f", "lh", "l", "h", "", "y", "i", "w", "u",
	"ll", "l", "mm", "m", "nn", "n", "rr", "r", "tt", "t",
)

// courtesies tell nothing of what is asked for.
var courtesies = strings.NewReplacer(
	" bom dia", "", " boa tarde", "", " boa noite", "", " por favor", "", " por gentileza", "", " tudo bem", "", " meu rei", "", " da gota", "",
)

// shorthand are words in full, by how people shorten them; "" for those that
// tell nothing, exclamations of Sergipe among them.
var shorthand = map[string]string{
	"q": "que", "qro": "quero", "vc": "voces", "vcs": "voces", "voce": "voces", "ce": "voces", "ces": "voces", "pq": "porque",
	"qto": "quanto", "qnto": "quanto", "qt": "quanto", "qdo": "quando", "qnd": "quando", "n": "nao", "num": "nao", "nn": "nao",
	"ta": "esta", "tah": "esta", "to": "estou", "tou": "estou", "tao": "estao", "tava": "estava", "p": "pra", "para": "pra", "pro": "pra", "pros": "pra",
	"c": "com", "d": "de", "msg": "mensagem", "zap": "whatsapp", "wpp": "whatsapp", "hj": "hoje", "fat": "fatura", "tel": "telefone",
	"cel": "celular", "mt": "muito", "mto": "muito", "td": "tudo", "tds": "todos", "ngm": "ninguem", "alg": "alguem", "dagua": "agua",
	"nd": "nada", "r": "reais", "x": "vezes", "2a": "segunda", "2": "segunda", "2via": "segundavia", "seg": "segunda", "mainha": "mae", "painho": "pai",
	"janeiro": "mes", "fevereiro": "mes", "marco": "mes", "abril": "mes", "maio": "mes", "junho": "mes",
	"julho": "mes", "agosto": "mes", "setembro": "mes", "outubro": "mes", "novembro": "mes", "dezembro": "mes",
	"oxe": "", "oxente": "", "oxi": "", "visse": "", "vixe": "", "eita": "", "armaria": "", "viu": "", "ne": "", "oi": "", "oie": "", "ola": "",
	"opa": "", "ei": "", "pf": "", "pfv": "", "pfvr": "", "favor": "", "obrigado": "", "obrigada": "", "obg": "", "vlw": "", "valeu": "",
	"moca": "", "moco": "", "kkk": "", "rsrs": "", "o": "", "a": "", "os": "", "as": "", "e": "", "um": "", "uma": "",
}
