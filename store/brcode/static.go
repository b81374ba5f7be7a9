package brcode

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"lojavirtual/store"
)

// Static makes static codes for one receiver. Name and City may have accents
// and any length: they are written without and cut to 25 and 15 characters.
type Static struct {
	Key  string // as the DICT has it, see KindOf
	Name string
	City string
}

// How long the name of PIX, key and description are together, and the address of
// a charge.
const (
	maxAccount = 99
	maxURL     = 77
)

// Charge makes the static code by which the form's bill is paid in full. The same
// bill gives the same code, so the key is not needed.
func (s Static) Charge(_ context.Context, _ string, f store.ChargeForm) (store.PixCode, store.Refusal, error) {
	b := f.Bill
	code, err := s.Code(b.Total, BillTxID(b), BillText(b.Month))
	if err != nil {
		return store.PixCode{}, store.NotRefused, fmt.Errorf("make code of bill %d: %w", b.ID, err)
	}
	return store.PixCode{Code: code}, store.NotRefused, nil
}

// BillTxID returns the txid under which the bank reports the payment of a
// bill's static code: its month as AAAAMM and then its id, at most 25 digits.
func BillTxID(b store.Bill) string { return fmt.Sprintf("%06d%d", int(b.Month), b.ID) }

// ChargeStatement makes the static code by which a debt statement is paid in
// full. The same statement gives the same code, so the key is not needed.
func (s Static) ChargeStatement(_ context.Context, _ string, _ store.ChargeForm, x store.Statement) (store.PixCode, store.Refusal, error) {
	code, err := s.Code(x.Total, StatementTxID(x), StatementText(x.Number))
	if err != nil {
		return store.PixCode{}, store.NotRefused, fmt.Errorf("make code of statement %d: %w", x.Number, err)
	}
	return store.PixCode{Code: code}, store.NotRefused, nil
}

// StatementTxID returns the txid under which the bank reports the payment of a
// statement's static code: EXT and its number. Those of bills begin with a digit.
func StatementTxID(x store.Statement) string { return fmt.Sprintf("EXT%d", x.Number) }

// BillText is what the payer of a bill's static code reads of it.
func BillText(m store.Month) string { return "Conta " + m.String() }

// StatementText is BillText for a debt statement.
func StatementText(number int64) string { return fmt.Sprintf("Extrato %d", number) }

// Code makes a static code, or returns the rule that it would break. The txid
// has 1 to 25 letters and digits, or is "***". Of the description, which the
// payer sees, so much is kept as the key leaves room for.
func (s Static) Code(amount store.Money, txid, description string) (string, error) {
	switch {
	case KindOf(s.Key) == "":
		return "", KeyFormat
	case !txidForm.MatchString(txid):
		return "", TxID
	}
	account := join("00", gui) + join("01", s.Key)
	account += join("02", ascii(description, maxAccount-len(account)-len("02nn")))
	return seal(account, join("54", fmt.Sprintf("%d.%02d", amount/100, amount%100)), s.Name, s.City, txid)
}

// A Dynamic makes the code of a charge that a bank keeps. Name and City are
// written as those of a Static are.
type Dynamic struct {
	URL  string // of the charge at the bank, without protocol, at most 77 characters
	Name string
	City string
}

// Code makes the code, or returns the rule that it would break. It has no amount,
// for the payer's app asks the bank.
func (d Dynamic) Code() (string, error) {
	if len(d.URL) > maxURL || !urlForm.MatchString(d.URL) {
		return "", URL
	}
	return seal(join("00", gui)+join("25", d.URL), "", d.Name, d.City, "***")
}

// seal makes a code of the fields of its account and of its amount, which may be
// "", and returns the rule that it breaks.
func seal(account, amount, name, city, txid string) (string, error) {
	code := join("00", "01") +
		join("26", account) +
		join("52", "0000") +
		join("53", "986") +
		amount +
		join("58", "BR") +
		join("59", ascii(name, 25)) +
		join("60", ascii(city, 15)) +
		join("62", join("05", txid)) +
		"6304"
	code += CRC16(code)
	if _, err := Parse(code); err != nil {
		return "", err
	}
	return code, nil
}

// ascii writes at most n characters of a text: without accents, without what is
// not ASCII even so, and with single blanks.
func ascii(s string, n int) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r < ' ' || r > '~':
			return -1
		default:
			return r
		}
	}, norm.NFKD.String(s))
	plain = strings.Join(strings.Fields(plain), " ")
	return strings.TrimSpace(plain[:max(0, min(len(plain), n))])
}
