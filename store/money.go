package store

import (
	"fmt"
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
