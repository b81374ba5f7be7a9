// Package brcode reads and makes the codes of PIX, "copia e cola", which are
// also what its QR codes hold: the BR Code of the Banco Central, an EMV QRCPS
// payload (Manual de Padrões para Iniciação do Pix).
//
// A static code is complete in itself and needs no bank to make it; but it does
// not expire, cannot be withdrawn and can be paid twice, so whoever conciliates
// must expect that. A dynamic one holds the address of a charge at a bank.
package brcode

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"lojavirtual/store"
)

// The rules that a code may break, named after the manual's fields. The first
// four make it unreadable: no app can pay it. With the others some apps do.
const (
	CRCField      store.Broken = "crc_field"      // the CRC is not the last field, or not 4 hexadecimal digits in upper case
	CRC           store.Broken = "crc"            // it is another than that of the text
	TLV           store.Broken = "tlv"            // a tag or a length is no number, or the text ends too early
	PayloadFormat store.Broken = "payload_format" // tag 00 is not first or not 01

	Length       store.Broken = "length"              // over 512 characters
	Duplicate    store.Broken = "duplicate"           // a tag, or an account of PIX, is there twice
	GUI          store.Broken = "gui"                 // no account is one of PIX
	GUIFirst     store.Broken = "gui_first"           // the account does not begin with the name of PIX
	Account      store.Broken = "merchant_account"    // neither key nor address, or both
	KeyFormat    store.Broken = "key_format"          // no key as the DICT writes it
	ISPB         store.Broken = "fss"                 // the one who hands out a withdrawal is not 8 positions
	URL          store.Broken = "url"                 // an address with a protocol or without a path
	Initiation   store.Broken = "point_of_initiation" // neither 11 nor 12
	MCC          store.Broken = "mcc"                 // not 4 digits
	Currency     store.Broken = "currency"            // not 986
	Amount       store.Broken = "amount"              // not as 0.00, over 13 characters, or zero
	Country      store.Broken = "country"             // not BR
	MerchantName store.Broken = "merchant_name"       // not 1 to 25 ASCII characters
	MerchantCity store.Broken = "merchant_city"       // not 1 to 15 ASCII characters
	PostalCode   store.Broken = "postal_code"         // a CEP that is not 8 digits
	TxID         store.Broken = "txid"                // neither *** nor 1 to 25 letters and digits
)

// Unreadable tells whether err is a rule without which no app can read a code,
// and not one that makes it merely nonconforming.
func Unreadable(err error) bool {
	rule, ok := errors.AsType[store.Broken](err)
	return ok && (rule == CRCField || rule == CRC || rule == TLV || rule == PayloadFormat)
}

// Mode says where the payer's app finds what is to be paid.
type Mode string

// The modes of a code.
const (
	StaticCode     Mode = "static"     // in the code
	DynamicCode    Mode = "dynamic"    // at the address in the code
	RecurrenceCode Mode = "recurrence" // nowhere: the code asks to authorize PIX Automático
)

// A Code is what a code says. What it does not have is zero.
type Code struct {
	Mode        Mode
	Key         string      // who receives, as the DICT has it; of a static code
	Description string      // for the payer; of a static code
	URL         string      // without protocol; of a dynamic code
	Recurrence  string      // address of an authorization for PIX Automático, without protocol
	Amount      store.Money // without meaning in a dynamic code
	Name        string      // of who receives
	City        string      // of who receives
	CEP         string      // of who receives
	TxID        string      // "***" for none; without meaning in a dynamic code
}

var (
	crcForm  = regexp.MustCompile(`6304[0-9A-F]{4}$`)
	urlForm  = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?/[!-~]+$`)
	ispbForm = regexp.MustCompile(`^[0-9A-Z]{8}$`)
	txidForm = regexp.MustCompile(`^(\*\*\*|[A-Za-z0-9]{1,25})$`)
)

// plain are the fields that are right or wrong by themselves.
var plain = []struct {
	tag      string
	optional bool
	form     *regexp.Regexp
	rule     store.Broken
}{
	{"01", true, regexp.MustCompile(`^1[12]$`), Initiation},
	{"52", false, regexp.MustCompile(`^[0-9]{4}$`), MCC},
	{"53", false, regexp.MustCompile(`^986$`), Currency},
	{"54", true, regexp.MustCompile(`^[0-9]{1,10}\.[0-9]{2}$`), Amount},
	{"58", false, regexp.MustCompile(`^BR$`), Country},
	{"59", false, regexp.MustCompile(`^[ -~]{1,25}$`), MerchantName},
	{"60", false, regexp.MustCompile(`^[ -~]{1,15}$`), MerchantCity},
	{"61", true, regexp.MustCompile(`^[0-9]{8}$`), PostalCode},
}

// Parse returns what a code says, or the rule it breaks. It forgives nothing,
// not even a blank at either end.
func Parse(s string) (Code, error) {
	root, err := open(s)
	if err != nil {
		return Code{}, err
	}
	account, err := root.pix("26", "51")
	if err != nil {
		return Code{}, err
	}
	other, err := root.pix("80", "99")
	if err != nil {
		return Code{}, err
	}
	additional, err := root.template("62")
	if err != nil {
		return Code{}, err
	}

	c := Code{
		Key:         account.get("01"),
		Description: account.get("02"),
		URL:         account.get("25"),
		Recurrence:  other.get("25"),
		Name:        root.get("59"),
		City:        root.get("60"),
		CEP:         root.get("61"),
		TxID:        additional.get("05"),
	}
	switch {
	case account == nil:
		return Code{}, GUI
	case c.Key != "" && c.URL == "":
		c.Mode = StaticCode
	case c.Key == "" && c.URL != "":
		c.Mode = DynamicCode
	case c.Key == "" && c.Recurrence != "":
		c.Mode = RecurrenceCode
	default:
		return Code{}, Account
	}

	fss := account.get("03")
	switch {
	case c.Key != "" && KindOf(c.Key) == "":
		return Code{}, KeyFormat
	case fss != "" && !ispbForm.MatchString(fss):
		return Code{}, ISPB
	case c.URL != "" && !urlForm.MatchString(c.URL), c.Recurrence != "" && !urlForm.MatchString(c.Recurrence):
		return Code{}, URL
	case !txidForm.MatchString(c.TxID):
		return Code{}, TxID
	}
	for _, p := range plain {
		if v := root.get(p.tag); !p.form.MatchString(v) && (v != "" || !p.optional) {
			return Code{}, p.rule
		}
	}
	if v := root.get("54"); v != "" {
		cents, err := strconv.ParseInt(strings.Replace(v, ".", "", 1), 10, 64)
		if err != nil || cents == 0 {
			return Code{}, Amount
		}
		c.Amount = store.Money(cents)
	}
	return c, nil
}

// open returns the fields of a code that is whole.
func open(s string) (fields, error) {
	if utf8.RuneCountInString(s) > 512 {
		return nil, Length
	}
	if !crcForm.MatchString(s) {
		return nil, CRCField
	}
	if end := len(s) - 4; CRC16(s[:end]) != s[end:] {
		return nil, CRC
	}
	root, err := split(s)
	switch {
	case err != nil:
		return nil, err
	case root[0] != field{"00", "01"}:
		return nil, PayloadFormat
	case root[len(root)-1].tag != "63":
		return nil, CRCField
	}
	return root, nil
}

// CRC16 returns the checksum of s as 4 hexadecimal digits in upper case:
// CCITT-FALSE, polynomial 0x1021 from 0xFFFF. That of a code covers all before
// it, "6304" included.
func CRC16(s string) string {
	crc := uint16(0xFFFF)
	for i := range len(s) {
		crc ^= uint16(s[i]) << 8
		for range 8 {
			carry := crc&0x8000 != 0
			crc <<= 1
			if carry {
				crc ^= 0x1021
			}
		}
	}
	return fmt.Sprintf("%04X", crc)
}
