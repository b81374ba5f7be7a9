package store

import (
	"fmt"
	"regexp"
	"strconv"
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

// FullPhone returns a number in E.164, whose plus sign may be missing, with the
// ninth digit that messengers leave out of many Brazilian mobiles: two numbers
// reach the same phone if it is the same of both.
func FullPhone(s string) string {
	return "+" + oldMobile.ReplaceAllString(strings.TrimPrefix(s, "+"), "${1}9${2}")
}

// ParsePhone returns, in E.164, the Brazilian number that a person wrote with
// its area code: "79 99123-4567", "(079) 3211-1234", "+55 79 991234567". The
// error is the rule it breaks, PhoneFormat for want of an area code.
func ParsePhone(text string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case strings.ContainsRune("+-.()/ \u00a0", r):
			return -1
		}
		return 'x'
	}, strings.TrimSpace(text))
	digits = strings.TrimLeft(digits, "0") // of long distance: 0, 079
	if len(digits) > 11 {
		digits = strings.TrimPrefix(digits, "55")
	}
	number := "+55" + digits
	if err := CheckPhone(number); err != nil {
		return "", err
	}
	return number, nil
}

// SplitPhone returns the area code and the number of a Brazilian phone in
// E.164; ok is false of any other text.
func SplitPhone(s string) (area int, number string, ok bool) {
	part := phoneForm.FindStringSubmatch(s)
	if part == nil {
		return 0, "", false
	}
	area, err := strconv.Atoi(part[1])
	return area, part[2], err == nil
}

// FormatPhone writes a Brazilian phone in E.164 as people do, (79) 99123-4567;
// any other text as it is.
func FormatPhone(s string) string {
	area, number, ok := SplitPhone(s)
	if !ok {
		return s
	}
	return fmt.Sprintf("(%d) %s-%s", area, number[:len(number)-4], number[len(number)-4:])
}
