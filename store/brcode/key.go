package brcode

import (
	"regexp"
	"strings"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/taxid"
)

// KeyKind is what a PIX key is.
type KeyKind string

// The kinds of keys.
const (
	CPF   KeyKind = "cpf"
	CNPJ  KeyKind = "cnpj"
	Phone KeyKind = "phone"
	Email KeyKind = "email"
	EVP   KeyKind = "evp" // a random one, made by the bank
)

var (
	evpForm   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	emailForm = regexp.MustCompile("^[a-z0-9.!#$&'*+/=?^_`{|}~-]+@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$")
)

// KindOf returns what the key is, or "" if it is not written as the DICT has
// it: CPF and CNPJ without mask and with right digits, a phone in E.164, an
// e-mail address in lower case and of at most 77 characters, an EVP in lower
// case with its hyphens.
func KindOf(key string) KeyKind {
	switch {
	case strings.HasPrefix(key, "+"):
		return when(store.CheckPhone(key) == nil, Phone)
	case strings.Contains(key, "@"):
		return when(len(key) <= 77 && emailForm.MatchString(key), Email)
	case len(key) == 11:
		_, err := taxid.CheckCPF(key)
		return when(err == nil, CPF)
	case len(key) == 14:
		_, err := taxid.CheckCNPJ(key)
		return when(err == nil, CNPJ)
	default:
		return when(evpForm.MatchString(key), EVP)
	}
}

func when(right bool, k KeyKind) KeyKind {
	if right {
		return k
	}
	return ""
}

// Format is the rule that an identifier of the PIX API breaks.
const Format store.Broken = "format"

var (
	chargeForm = regexp.MustCompile(`^[A-Za-z0-9]{26,35}$`)
	e2eForm    = regexp.MustCompile(`^E[0-9A-Z]{8}([0-9]{12})[A-Za-z0-9]{11}$`)
)

// CheckChargeID returns Format if s cannot be the txid of a charge at the bank
// (cob, cobv): 26 to 35 letters and digits. That of a static code is shorter.
func CheckChargeID(s string) error {
	if !chargeForm.MatchString(s) {
		return Format
	}
	return nil
}

// CheckEndToEndID returns Format if s cannot be the endToEndId of a payment: E,
// the payer's ISPB, the minute in UTC and 11 letters and digits.
func CheckEndToEndID(s string) error {
	part := e2eForm.FindStringSubmatch(s)
	if part == nil {
		return Format
	}
	if _, err := time.Parse("200601021504", part[1]); err != nil {
		return Format
	}
	return nil
}
