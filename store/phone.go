package store

import (
	"regexp"
	"strings"
)

// The rules that a phone number may break.
const (
	PhoneFormat Broken = "format" // not +55 and 10 or 11 digits
	PhoneArea   Broken = "ddd"    // no such area code
	PhoneMobile Broken = "mobile" // 9 digits that do not begin with 9
	PhoneFixed  Broken = "fixed"  // 8 digits that do not begin with 2 to 5
)

var (
	phoneForm = regexp.MustCompile(`^\+55([0-9]{2})([0-9]{8,9})$`)
	phoneArea = regexp.MustCompile(`^([14689][1-9]|2[12478]|3[1-578]|5[1345]|7[134579])$`)
	// oldMobile is a mobile as it was before the ninth digit.
	oldMobile = regexp.MustCompile(`^(55[1-9][0-9])([6-9][0-9]{7})$`)
)

// CheckPhone returns the rule that a Brazilian phone number in E.164, such as
// +5579991234567, breaks, or nil.
func CheckPhone(s string) error {
	part := phoneForm.FindStringSubmatch(s)
	if part == nil {
		return PhoneFormat
	}
	area, number := part[1], part[2]
	switch {
	case !phoneArea.MatchString(area):
		return PhoneArea
	case len(number) == 9 && number[0] != '9':
		return PhoneMobile
	case len(number) == 8 && (number[0] < '2' || number[0] > '5'):
		return PhoneFixed
	}
	return nil
}

// SamePhone tells whether two numbers in E.164, with or without the plus sign,
// reach the same phone: messengers know many Brazilian mobiles without their
// ninth digit. Two empty numbers are not the same phone.
func SamePhone(a, b string) bool {
	return a != "" && fullPhone(a) == fullPhone(b)
}

// fullPhone adds the ninth digit to a mobile that lacks it and drops the plus.
func fullPhone(s string) string {
	return oldMobile.ReplaceAllString(strings.TrimPrefix(s, "+"), "${1}9${2}")
}
