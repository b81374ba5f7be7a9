// Package taxid reads the numbers by which people are known to a utility: CPF
// (a person), CNPJ (a company; since 2026 with letters) and matrícula (a
// property). It says which rule a number breaks and never repeats the number
// in an error.
//
// Each of CPF and CNPJ has two readers. Check accepts only what may be stored
// or printed. Parse reads what people type in a chat: it ignores blanks, dots,
// dashes, slashes and case, and is as strict about the rest. Neither takes a
// digit or letter that is not ASCII, however much it looks like one.
package taxid

import (
	"regexp"
	"strings"
)

// Broken is the rule that a number breaks, as an error.
type Broken string

// The rules, in the order in which they are looked at.
const (
	Format   Broken = "format"   // characters or punctuation that the number cannot have
	Length   Broken = "length"   // too few or too many digits to be any of those expected
	Repeated Broken = "repeated" // one digit all over: passes the check digits, is never issued
	Digits   Broken = "dv"       // wrong check digits
)

func (b Broken) Error() string { return "number breaks the rule of " + string(b) }

// Rule returns the rule as one word.
func (b Broken) Rule() string { return string(b) }

var (
	cpfForm  = regexp.MustCompile(`^([0-9]{11}|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2})$`)
	cnpjForm = regexp.MustCompile(`^([0-9A-Z]{12}[0-9]{2}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2})$`)
)

// CheckCPF returns the 11 digits of a CPF written as 52998224725 or as
// 529.982.247-25, and otherwise the rule it breaks: Format, Repeated or Digits.
func CheckCPF(s string) (string, error) { return check(s, cpfForm, 11) }

// CheckCNPJ returns the 14 positions of a CNPJ written as 12ABC34501DE35 or as
// 12.ABC.345/01DE-35, and otherwise the rule it breaks: Format, Repeated or
// Digits.
func CheckCNPJ(s string) (string, error) { return check(s, cnpjForm, 9) }

// check returns the number without punctuation if it has the form and its last
// two characters are its check digits.
func check(s string, form *regexp.Regexp, heaviest int) (string, error) {
	if !form.MatchString(s) {
		return "", Format
	}
	number := strip(s)
	first, second := len(number)-2, len(number)-1
	switch {
	case strings.Count(number, number[:1]) == len(number):
		return "", Repeated
	case number[first] != Modulo11(number[:first], heaviest), number[second] != Modulo11(number[:second], heaviest):
		return "", Digits
	}
	return number, nil
}

// ParseCPF returns the 11 digits of a CPF that a person typed, and otherwise
// the rule it breaks.
func ParseCPF(s string) (string, error) {
	number := strip(s)
	if isDigits(number) && len(number) != 11 {
		return "", Length
	}
	return CheckCPF(number)
}

// ParseCNPJ returns the 14 positions of a CNPJ that a person typed, letters in
// upper case, and otherwise the rule it breaks.
func ParseCNPJ(s string) (string, error) {
	number := strip(s)
	if isDigits(number) && len(number) != 14 {
		return "", Length
	}
	return CheckCNPJ(number)
}

// Parse returns the CPF or CNPJ, whichever of the two a person typed, without
// punctuation, and otherwise the rule it breaks. Their lengths, 11 and 14, tell
// them apart.
func Parse(s string) (string, error) {
	switch number := strip(s); {
	case len(number) == 11:
		return ParseCPF(number)
	case isDigits(number) && len(number) != 14:
		return "", Length
	default:
		return ParseCNPJ(number)
	}
}

// Print returns a CPF or CNPJ, given without punctuation, as it is printed:
// 529.982.247-25 or 12.ABC.345/01DE-35. Anything else comes back as it is.
func Print(number string) string {
	switch len(number) {
	case 11:
		return number[:3] + "." + number[3:6] + "." + number[6:9] + "-" + number[9:]
	case 14:
		return number[:2] + "." + number[2:5] + "." + number[5:8] + "/" + number[8:12] + "-" + number[12:]
	default:
		return number
	}
}

// Mask returns a CPF or CNPJ, given without punctuation, as others may see it.
// A CPF keeps its middle: ***.982.247-**. A CNPJ is public and stays whole. Of
// anything else nothing is shown.
func Mask(number string) string {
	switch len(number) {
	case 11:
		return "***." + number[3:6] + "." + number[6:9] + "-**"
	case 14:
		return Print(number)
	default:
		return "***"
	}
}

// Modulo11 returns the check digit, '0' to '9', that Brazilian registers append
// to s. Weights go 2, 3, 4… from the right up to heaviest and begin again; a
// character is worth its ASCII code less 48, so that digits are worth
// themselves and 'A' is 17. A remainder of 0 or 1 gives the digit 0.
func Modulo11(s string, heaviest int) byte {
	sum, weight := 0, 2
	for i := len(s) - 1; i >= 0; i-- {
		sum += int(s[i]-'0') * weight
		if weight++; weight > heaviest {
			weight = 2
		}
	}
	if sum%11 < 2 {
		return '0'
	}
	return byte('0' + 11 - sum%11)
}

// strip drops what people put between digits, which is ASCII blanks, dots,
// dashes and slashes, and makes ASCII letters upper case; strings.ToUpper would
// make them of foreign ones.
func strip(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(" \t\r\n.-/", r):
			return -1
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		default:
			return r
		}
	}, s)
}

// isDigits tells whether s is made of ASCII digits.
func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
