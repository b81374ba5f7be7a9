// Package answer understands what people type: a choice, several, a yes, a
// matrícula, a CPF or CNPJ. What it does not understand it returns as a
// bot.Mistake, with the hint the person is shown before they are asked again.
package answer

import (
	"slices"
	"strings"

	"lojavirtual/bot"
)

const hintChoice = "Não entendi. Escolha uma das opções, ou responda com o número dela."

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

// wanting are words that leave a "quero" a yes: "quero pagar a conta" is a wish
// of its own.
var wanting = []string{
	"quero", "eu", "ja", "agora", "tambem", "mesmo", "muito", "por", "favor", "ver", "deixar", "apagar", "enviar", "um", "uma", "o", "a", "recado", "segunda", "via",
}

// Yes understands a yes or a no, and the number of the button.
func Yes(text string) (bool, error) {
	said := strings.Fields(bot.Fold(text))
	among := func(known ...string) bool {
		return slices.ContainsFunc(said, func(word string) bool { return slices.Contains(known, word) })
	}
	wants := among("quero") && !slices.ContainsFunc(said, func(word string) bool { return !slices.Contains(wanting, word) })
	switch {
	case len(said) == 0:
	case among("nao", "n", "nn", "negativo", "nunca", "jamais", "nada"), said[0] == "2": // "quero não" is a no
		return false, nil
	case len(said) == 2 && said[0] == "so" && said[1] == "isso":
		return false, nil
	case among("sim", "s", "ss", "claro", "pode", "isso", "ok", "positivo", "exato", "correto", "certo", "aceito", "confirmo", "bora"), wants, said[0] == "1":
		return true, nil
	}
	return false, bot.Mistake("Não entendi. Responda *sim* ou *não*.")
}
