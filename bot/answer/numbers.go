package answer

import (
	"errors"
	"regexp"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/store/taxid"
)

var number = regexp.MustCompile(`\d[\d.\-/ ]*\d|\d`)

// Matricula understands a property's number, alone or within a sentence. Typo
// is true if its last digit does not fit the others: a reason to ask for a
// second look, never to refuse (gsan-rules ID-4).
func Matricula(text string) (property int64, typo bool, err error) {
	if found := number.FindAllString(text, -1); len(found) == 1 {
		text = found[0]
	}
	property, typo, err = taxid.ParseMatricula(text)
	switch {
	case err == nil && property < 10: // its last digit alone: rather the number of an option
		return 0, false, bot.Mistake("Esse número é curto demais para uma matrícula. Confira no alto da conta e digite de novo.")
	case err == nil:
		return property, typo, nil
	}
	if _, wrong := taxid.Parse(text); wrong == nil {
		return 0, false, bot.Mistake("Esse número parece um CPF ou CNPJ. Primeiro preciso da *matrícula* do imóvel, que está no alto da conta.")
	}
	if errors.Is(err, taxid.Length) {
		return 0, false, bot.Mistake("A matrícula tem de 1 a 9 números. Confira no alto da conta e digite de novo.")
	}
	return 0, false, bot.Mistake("Preciso do número da matrícula, que fica no alto da conta. Se não tem uma conta por perto, digite *atendente*.")
}

var document = regexp.MustCompile(`[0-9A-Za-z][0-9A-Za-z./\-]{9,16}[0-9]|\d[\d.\-/ ]{9,20}\d`)

// Document understands a CPF or CNPJ, alone or within a sentence, and returns
// it without punctuation. Its check digits are right.
func Document(text string) (string, error) {
	found, err := taxid.Parse(text)
	if err == nil {
		return found, nil
	}
	for _, part := range document.FindAllString(text, -1) {
		if found, inside := taxid.Parse(part); inside == nil {
			return found, nil
		}
	}
	switch {
	case errors.Is(err, taxid.Digits), errors.Is(err, taxid.Repeated):
		return "", bot.Mistake("Esse CPF ou CNPJ tem algum número trocado. Confira e digite de novo.")
	case errors.Is(err, taxid.Length):
		return "", bot.Mistake("O CPF tem 11 números, e o CNPJ tem 14. Confira e digite de novo.")
	default:
		return "", bot.Mistake("Preciso do CPF ou CNPJ de quem está no cadastro. O CPF tem 11 números, e o CNPJ tem 14.")
	}
}

// Both understands a matrícula and a CPF or CNPJ in one message.
func Both(text string) (property int64, document string, ok bool) {
	for _, word := range strings.Fields(text) {
		if found, err := taxid.Parse(word); err == nil {
			document = found
			text = strings.Replace(text, word, " ", 1)
			break
		}
	}
	if document == "" {
		return 0, "", false
	}
	property, _, err := Matricula(text)
	return property, document, err == nil
}
