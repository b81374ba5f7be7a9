// Package febraban reads and makes the codes by which bills of utilities are
// paid at banks: 44 digits in bars, or the same in the 48 digits of the linha
// digitável for who has to type them. The layout is FEBRABAN's "Arrecadação
// com Utilização do Código de Barras"; what the last 25 digits mean is the
// utility's own affair, here GSAN's (see Payment).
//
// A bank slip ("boleto", 47 digits) is another thing and is refused.
package febraban

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"lojavirtual/store"
	"lojavirtual/store/taxid"
)

// The rules that a code may break. A typed line also has dv_block_1 to
// dv_block_4.
const (
	Charset store.Broken = "charset"    // something else than ASCII digits
	Format  store.Broken = "format"     // a line in none of its printed forms
	Length  store.Broken = "length"     // not 44 digits, or 48 in a line
	Product store.Broken = "product"    // position 1 is not 8
	Segment store.Broken = "segment"    // position 2 is 0 or 8
	ValueID store.Broken = "value_id"   // position 3 is not 6 to 9
	General store.Broken = "dv_general" // wrong check digit in position 4
)

// A Code is the 44 digits of a bar code, all rules kept. Only this package
// makes them.
type Code string

// CheckBarcode returns the code that s is, or the rule it breaks.
func CheckBarcode(s string) (Code, error) {
	switch {
	case strings.Trim(s, "0123456789") != "":
		return "", Charset
	case len(s) != 44:
		return "", Length
	case s[0] != '8':
		return "", Product
	case s[1] == '0' || s[1] == '8':
		return "", Segment
	case s[2] < '6' || s[2] > '9':
		return "", ValueID
	case s[3] != generalDigit(s):
		return "", General
	}
	return Code(s), nil
}

var (
	lineForm = regexp.MustCompile(`^([0-9]{11}-[0-9]( [0-9]{11}-[0-9]){3}` +
		`|[0-9]{11} [0-9]( [0-9]{11} [0-9]){3}` +
		`|[0-9]{12}( [0-9]{12}){3}` +
		`|[0-9]+)$`)
	separators = strings.NewReplacer("-", "", " ", "")
)

// CheckLine returns the code of a linha digitável, or the rule it breaks. It
// may be written as 48 digits or in four groups parted by a blank: of 12
// digits, or of 11 and the group's check digit after a hyphen or a blank.
func CheckLine(s string) (Code, error) {
	if !lineForm.MatchString(s) {
		return "", Format
	}
	digits := separators.Replace(s)
	switch {
	case len(digits) != 48:
		return "", Length
	case digits[2] < '6' || digits[2] > '9': // says how the other digits are checked
		return "", ValueID
	}
	var bars strings.Builder
	for block := range 4 {
		part := digits[block*12 : block*12+11]
		if digits[block*12+11] != checkDigit(digits[2], part) {
			return "", store.Broken(fmt.Sprintf("dv_block_%d", block+1))
		}
		bars.WriteString(part)
	}
	return CheckBarcode(bars.String())
}

// Parse returns the code that a person pasted or typed, as the 44 digits of
// the bars or as the 48 of the line, whatever blanks, dots and dashes of any
// kind are between them; or the rule it breaks.
func Parse(s string) (Code, error) {
	digits := strings.Map(func(r rune) rune {
		if r == '.' || r == '\u2212' || unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf) {
			return -1
		}
		return r
	}, s)
	if len(digits) == 48 {
		return CheckLine(digits)
	}
	return CheckBarcode(digits)
}

// Digits returns the 48 digits of the linha digitável, to be copied.
func (c Code) Digits() string { return separators.Replace(c.Line()) }

// Line returns the linha digitável as it is printed: four groups of 11 digits,
// a hyphen and the group's check digit.
func (c Code) Line() string {
	var groups [4]string
	for i := range groups {
		part := string(c[i*11 : i*11+11])
		groups[i] = part + "-" + string(checkDigit(c[2], part))
	}
	return strings.Join(groups[:], " ")
}

// Segment returns the kind of collector, '2' for sanitation.
func (c Code) Segment() byte { return c[1] }

// ValueID tells what the value is and how the digits are checked: '6' (modulo
// 10) and '8' (modulo 11) for an amount in reais, '7' and '9' for a quantity
// that an index turns into reais.
func (c Code) ValueID() byte { return c[2] }

// Modulus returns how all check digits of the code are made, 10 or 11.
func (c Code) Modulus() int { return modulus(c[2]) }

// Amount returns the amount to be paid. ok is false if the code holds another
// quantity instead, which must not be shown as money.
func (c Code) Amount() (m store.Money, ok bool) {
	if c.ValueID() == '7' || c.ValueID() == '9' {
		return 0, false
	}
	cents, err := strconv.ParseInt(string(c[4:15]), 10, 64)
	return store.Money(cents), err == nil
}

// Company returns who collects: 4 digits given by FEBRABAN, or in segment 6
// the first 8 of a CNPJ.
func (c Code) Company() string { return string(c[15:c.freeAt()]) }

// Free returns what the company wrote to know the payment by: 25 digits, in
// segment 6 only 21.
func (c Code) Free() string { return string(c[c.freeAt():]) }

func (c Code) freeAt() int {
	if c.Segment() == '6' {
		return 23
	}
	return 19
}

// Modulo10 returns the check digit of a string of digits: weights 2, 1, 2, 1…
// from the right, the digits of the products added (BAR-2).
func Modulo10(digits string) byte {
	sum := 0
	for i := range len(digits) {
		product := int(digits[len(digits)-1-i]-'0') * (2 - i%2)
		sum += product/10 + product%10
	}
	return byte('0' + (10-sum%10)%10)
}

// Modulo11 returns the check digit of a string of digits: weights 2 to 9 from
// the right. Unlike in a bank slip, remainders 0 and 1 give 0 and 10 gives 1
// (BAR-3).
func Modulo11(digits string) byte { return taxid.Modulo11(digits, 9) }

func modulus(valueID byte) int {
	if valueID == '8' || valueID == '9' {
		return 11
	}
	return 10
}

func checkDigit(valueID byte, digits string) byte {
	if modulus(valueID) == 11 {
		return Modulo11(digits)
	}
	return Modulo10(digits)
}

// generalDigit returns the digit that belongs in position 4 of a code.
func generalDigit(code string) byte { return checkDigit(code[2], code[:3]+code[4:]) }
