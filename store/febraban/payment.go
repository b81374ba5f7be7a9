package febraban

import (
	"fmt"
	"strconv"

	"lojavirtual/store"
)

// Kind is what a code of GSAN pays, "tipo de pagamento": its last digit.
type Kind byte

// The kinds of payment of a property (gsan-rules 5.2). Those of a client are
// not made here.
const (
	SlipByID Kind = '1' // guia de pagamento, by its number (BAR-8)
	Bill     Kind = '3' // conta (BAR-5)
	Slip     Kind = '4' // guia de pagamento, by type of debt and year (BAR-7)
	Document Kind = '5' // documento de cobrança, such as an extrato with several bills (BAR-6)
)

// A Payment is how GSAN finds what was paid: the free field of its codes. What
// a kind does not use is zero.
type Payment struct {
	Kind     Kind
	Locality int         // localidade, at most 3 digits
	Property int64       // matrícula, at most 9 digits
	Month    store.Month // of a Bill
	Number   int64       // of a Document or a SlipByID, at most 9 digits
	Type     int         // documento_tipo of a Document, 2 digits; débito_tipo of a Slip, 3
	Year     int         // of issue of a Slip
}

// free writes the free field, or "" for a kind not known here. A number that does not fit makes it longer
// (BAR-4), a negative one brings in a sign: CheckBarcode finds both.
func (p Payment) free() string {
	property := fmt.Sprintf("%03d%09d", p.Locality, p.Property)
	switch p.Kind {
	case Bill:
		return fmt.Sprintf("%s01%02d%04d%c0003", property, p.Month%100, p.Month/100, MonthDigit(p.Month))
	case Document:
		return fmt.Sprintf("%s%09d%02d15", property, p.Number, p.Type)
	case Slip:
		return fmt.Sprintf("%s01%03d%04d0004", property, p.Type, p.Year)
	case SlipByID:
		return fmt.Sprintf("%s%09d0011", property, p.Number)
	default:
		return ""
	}
}

// MonthDigit returns the check digit of a billing month, modulo 10 of AAAAMM
// (BAR-13), as cnta_dgverificadorconta has it.
func MonthDigit(m store.Month) byte { return Modulo10(fmt.Sprintf("%06d", int(m))) }

// An Issuer is a sanitation utility as its codes name it.
type Issuer struct {
	Company string // 4 digits given by FEBRABAN, GSAN's parm_cdempresafebraban
	Modulus int    // 11 or, if anything else, 10: GSAN's parm_nnmodulodigitoverif
}

// Unpayable is the rule that a Payment breaks which could not be read back from
// its code: a bill without a month, a kind not known here.
const Unpayable store.Broken = "payment"

// Code makes the code by which p is paid. Numbers too long for their place, or
// a company that is not 4 long, give the error Length; anything but digits, so
// a negative number too, gives Charset.
func (i Issuer) Code(p Payment, amount store.Money) (Code, error) {
	free := p.free()
	switch {
	case free == "":
		return "", Unpayable
	case len(i.Company) != 4:
		return "", Length
	}
	valueID := byte('6')
	if i.Modulus == 11 {
		valueID = '8'
	}
	body := fmt.Sprintf("82%c0%011d%s%s", valueID, int64(amount), i.Company, free)
	code, err := CheckBarcode(body[:3] + string(generalDigit(body)) + body[4:])
	if err != nil {
		return "", err
	}
	if back, ok := code.Payment(); !ok || back != p {
		return "", Unpayable
	}
	return code, nil
}

// Payment reads back what a code of GSAN pays (BAR-14). ok is false if it is
// not the code of a sanitation utility, or not of a kind known here.
func (c Code) Payment() (p Payment, ok bool) {
	if _, money := c.Amount(); !money || c.Segment() != '2' {
		return Payment{}, false
	}
	free := c.Free()
	number := func(from, to int) int {
		n, _ := strconv.Atoi(free[from:to])
		return n
	}
	p = Payment{Kind: Kind(free[24]), Locality: number(0, 3), Property: int64(number(3, 12))}
	switch p.Kind {
	case Bill:
		p.Month = store.Month(number(16, 20)*100 + number(14, 16))
		ok = p.Month.Valid()
	case Document:
		p.Number, p.Type = int64(number(12, 21)), number(21, 23)
		ok = true
	case Slip:
		p.Type, p.Year = number(14, 17), number(17, 21)
		ok = true
	case SlipByID:
		p.Number = int64(number(12, 21))
		ok = true
	}
	if !ok || p.free() != free { // some constant or the month's digit is not GSAN's
		return Payment{}, false
	}
	return p, true
}
