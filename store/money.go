package store

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Money is an amount in cents of real. It is never a float: what a bill says
// and what a bank receives must be the same to the cent.
type Money int64

// String writes the amount as Brazilians print it, "R$ 1.091,12", with a
// no-break space after the sign so that no line ends between the two.
func (m Money) String() string {
	sign := ""
	if m < 0 {
		sign = "-"
	}
	return sign + "R$\u00a0" + m.Number()
}

// Number writes the amount without sign or currency: "1.091,12".
func (m Money) Number() string {
	cents := uint64(m)
	if m < 0 {
		cents = -cents
	}
	whole := strconv.FormatUint(cents/100, 10)
	var b strings.Builder
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(d)
	}
	fmt.Fprintf(&b, ",%02d", cents%100)
	return b.String()
}

// MoneyFormat is the rule that an amount breaks which is not written as
// Brazilians print it, or is too large to be counted in cents.
const MoneyFormat Broken = "format"

var (
	moneyForm = regexp.MustCompile(`^-?R\$[ \x{a0}]?[0-9]{1,3}(\.[0-9]{3})*,[0-9]{2}$`)
	notCents  = strings.NewReplacer("R$", "", " ", "", "\u00a0", "", ".", "", ",", "")
)

// ParseMoney reads an amount written exactly as String writes it, except that
// a plain blank or none may follow the sign. Anything else is MoneyFormat.
func ParseMoney(s string) (Money, error) {
	if !moneyForm.MatchString(s) {
		return 0, MoneyFormat
	}
	cents, err := strconv.ParseInt(notCents.Replace(s), 10, 64)
	if err != nil {
		return 0, MoneyFormat
	}
	return Money(cents), nil
}
