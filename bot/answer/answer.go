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
	monthNumber = regexp.MustCompile(`\b(0?[1-9]|1[0-2])\s*/\s*(\d{4}|\d{2})\b`)
	itsMonth    = regexp.MustCompile(`^(\d{2})/(\d{4})\b`) // of an option
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
		m := itsMonth.FindStringSubmatch(o)
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
