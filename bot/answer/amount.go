package answer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/store"
)

const (
	hintAmount  = "Não entendi o valor. Escreva só ele, como *200* ou *200,50*."
	hintAmounts = "Encontrei mais de um valor. Escreva só um, como *200* ou *200,50*."
	hintCents   = "Não sei se são milhares ou centavos. Escreva sem ponto, com vírgula só nos centavos, como *1200* ou *1200,50*."
)

var (
	// figures is a number with what stands around it.
	figures = regexp.MustCompile(`[-–]?\s*\d[\d.,]*\s*%?`)
	// plain, grouped and pointed are the ways in which people write an amount:
	// "1200" and "1200,5", "1.200,50", "1200.50".
	plain   = regexp.MustCompile(`^(\d+)(?:,(\d{1,2}))?$`)
	grouped = regexp.MustCompile(`^(\d{1,3}(?:\.\d{3})+)(?:,(\d{1,2}))?$`)
	pointed = regexp.MustCompile(`^(\d+)\.(\d{1,2})$`)
	// loose cents follow the word: "12 reais e 50 centavos".
	loose = regexp.MustCompile(`\be\s+(\d{1,2})\s+centavos?\b`)
	// thousands in figures: "2 mil".
	inThousands = regexp.MustCompile(`\d\s*mil\b`)
)

// Amount understands an amount of money as people type it: "200", "200,50",
// "R$ 1.200", "uns 80 reais", "2 mil", "duzentos e cinquenta". It is never
// negative. Two amounts, a percentage, or a number whose point could part
// thousands or cents are asked about and never guessed.
func Amount(text string) (store.Money, error) {
	said := strings.ToLower(strings.TrimSpace(text))
	cents := store.Money(0)
	if m := loose.FindStringSubmatch(said); m != nil {
		n, _ := strconv.Atoi(m[1])
		cents, said = store.Money(n), strings.Replace(said, m[0], "", 1)
	}
	found := figures.FindAllString(said, -1)
	switch {
	case len(found) > 1:
		return 0, bot.Mistake(hintAmounts)
	case len(found) == 0:
		whole, ok := amountInWords(said)
		if !ok {
			return 0, bot.Mistake(hintAmount)
		}
		return whole + cents, nil
	}
	amount, err := amountInFigures(found[0])
	if err != nil {
		return 0, err
	}
	if inThousands.MatchString(said) {
		amount *= 1000
	}
	return amount + cents, nil
}

func amountInFigures(s string) (store.Money, error) {
	s = strings.TrimRight(strings.TrimSpace(s), ".,")
	if strings.ContainsAny(s, "-–%") {
		return 0, bot.Mistake(hintAmount)
	}
	for _, form := range []*regexp.Regexp{plain, grouped, pointed} {
		m := form.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		whole, err := strconv.ParseInt(strings.ReplaceAll(m[1], ".", ""), 10, 64)
		if err != nil || whole > 9_999_999 {
			return 0, bot.Mistake("Esse valor é grande demais. Confira e escreva de novo.")
		}
		cents, _ := strconv.Atoi((m[2] + "00")[:2])
		return store.Money(100*whole + int64(cents)), nil
	}
	return 0, bot.Mistake(hintCents)
}

// numberWords are the words of a number, by value; "mil" multiplies.
var numberWords = map[string]store.Money{
	"zero": 0, "um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8, "nove": 9,
	"dez": 10, "onze": 11, "doze": 12, "treze": 13, "quatorze": 14, "catorze": 14, "quinze": 15, "dezesseis": 16, "dezessete": 17,
	"dezoito": 18, "dezenove": 19, "vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50, "cinqenta": 50, "sessenta": 60,
	"setenta": 70, "oitenta": 80, "noventa": 90, "cem": 100, "cento": 100, "duzentos": 200, "trezentos": 300, "quatrocentos": 400,
	"quinhentos": 500, "seiscentos": 600, "setecentos": 700, "oitocentos": 800, "novecentos": 900,
}

// aroundAmount are words that may stand around an amount in words.
var aroundAmount = []string{"e", "r", "rs", "real", "reais", "conto", "contos", "ate", "uns", "umas", "de", "entrada", "posso", "dar", "pagar", "por", "mes", "no", "maximo", "so"}

// amountInWords reads "duzentos e cinquenta reais". Every word must be known.
func amountInWords(said string) (store.Money, bool) {
	var whole, part store.Money
	some := false
	for _, word := range strings.Fields(bot.Fold(said)) {
		n, known := numberWords[word]
		switch {
		case word == "mil":
			whole, part, some = whole+max(part, 1)*1000, 0, true
		case known && some && part > 0 && n >= part:
			return 0, false // "vinte trinta" is no number
		case known:
			part, some = part+n, true
		case !slices.Contains(aroundAmount, word):
			return 0, false
		}
	}
	return 100 * (whole + part), some
}

// aCount is a number in figures that counts things: no amount, no date.
var aCount = regexp.MustCompile(`\b\d{1,3}\b`)

// Count understands how many of something a person means, in figures or words,
// alone or within a sentence: "2", "quero antecipar duas parcelas". Two numbers
// are none.
func Count(text string) (n int, ok bool) {
	said := bot.Fold(text)
	if found := aCount.FindAllString(said, -1); len(found) > 0 {
		n, _ = strconv.Atoi(found[0])
		return n, len(found) == 1
	}
	words := strings.Fields(said)
	from := slices.IndexFunc(words, isNumber)
	if from < 0 {
		return 0, false
	}
	to := from + 1
	for to < len(words) && (isNumber(words[to]) || words[to] == "e" && to+1 < len(words) && isNumber(words[to+1])) {
		to++
	}
	if slices.ContainsFunc(words[to:], isNumber) {
		return 0, false
	}
	cents, ok := amountInWords(strings.Join(words[from:to], " "))
	return int(cents / 100), ok
}

func isNumber(word string) bool {
	_, known := numberWords[word]
	return known
}
