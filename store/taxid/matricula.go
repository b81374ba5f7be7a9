package taxid

import "strconv"

// A matrícula has at most as many digits as the bar code keeps for it
// (gsan-rules ID-6, BAR-5).
const matriculaDigits = 9

// ParseMatricula returns the matrícula that a person typed: 1 to 9 digits,
// check digit included, whatever blanks, dots, dashes and slashes are between
// them. The error is Format for what is not a number and Length for a number
// of another size.
//
// A typo is only suspected, from the check digit. It must not lead to a
// refusal, for utilities have matrículas with a digit made in other ways
// (gsan-rules ID-4).
func ParseMatricula(s string) (id int64, typo bool, err error) {
	digits := strip(s)
	switch {
	case !isDigits(digits):
		return 0, false, Format
	case len(digits) > matriculaDigits:
		return 0, false, Length
	}
	id, err = strconv.ParseInt(digits, 10, 64)
	return id, id != NewMatricula(id/10), err
}

// NewMatricula returns the matrícula of a property's sequence number: the
// number with its check digit as last digit (gsan-rules ID-1, ID-2).
func NewMatricula(sequence int64) int64 {
	digit := Modulo11(strconv.FormatInt(sequence, 10), 9)
	return sequence*10 + int64(digit-'0')
}
