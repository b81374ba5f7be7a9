package brcode

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// gui names PIX among the payment schemes that a code may serve.
const gui = "br.gov.bcb.pix"

// A field is a tag and its value; in the text the value's length, two digits,
// stands between them.
type field struct{ tag, value string }

// fields are what a code, or a template in it, is made of. No tag is there
// twice and no value is empty.
type fields []field

// split returns the fields of a text. Lengths count characters.
func split(s string) (fields, error) {
	var all fields
	for rest := []rune(s); len(rest) > 0; {
		if len(rest) < 4 {
			return nil, TLV
		}
		tag := string(rest[:2])
		length, err := strconv.ParseUint(string(rest[2:4]), 10, 8)
		if err != nil || length == 0 || strings.Trim(tag, "0123456789") != "" || len(rest) < 4+int(length) {
			return nil, TLV
		}
		all = append(all, field{tag, string(rest[4 : 4+length])})
		rest = rest[4+length:]
	}
	for i, f := range all {
		if slices.ContainsFunc(all[:i], func(g field) bool { return g.tag == f.tag }) {
			return nil, Duplicate
		}
	}
	return all, nil
}

// join writes a field; one without a value is left out.
func join(tag, value string) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf("%s%02d%s", tag, len(value), value)
}

// get returns the value of a tag, "" if it is not there.
func (fs fields) get(tag string) string {
	for _, f := range fs {
		if f.tag == tag {
			return f.value
		}
	}
	return ""
}

// template returns the fields that the value of a tag consists of.
func (fs fields) template(tag string) (fields, error) { return split(fs.get(tag)) }

// pix returns the template of PIX among the tags from first to last, nil if
// there is none. The others belong to other schemes.
func (fs fields) pix(first, last string) (found fields, err error) {
	for _, f := range fs {
		if f.tag < first || f.tag > last {
			continue
		}
		t, err := split(f.value)
		switch {
		case err != nil:
			return nil, err
		case !strings.EqualFold(t.get("00"), gui):
			continue
		case t[0].tag != "00":
			return nil, GUIFirst
		case found != nil:
			return nil, Duplicate
		}
		found = t
	}
	return found, nil
}
