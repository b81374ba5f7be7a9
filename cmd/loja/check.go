package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"lojavirtual/store"
	"lojavirtual/store/brcode"
	"lojavirtual/store/febraban"
	"lojavirtual/store/taxid"
)

// check says of each line of standard input what it is and whether it is right.
type check struct {
	Kind string `placeholder:"KIND" help:"Take every line for a KIND instead of guessing: cpf, cnpj, matricula, linha, barcode, brcode (PIX code), txid, e2eid, phone or money."`
}

// Validate is called before Run.
func (c check) Validate() error {
	if _, ok := readerNamed(c.Kind); c.Kind != "" && !ok {
		return fmt.Errorf("%q is no kind: see loja help check", c.Kind)
	}
	return nil
}

// Run implements the verb.
func (c check) Run() error { return c.judge(os.Stdin, os.Stdout) }

// A verdict is what check says of a line, as JSON. The readers are strict: they
// take what may be stored and printed. What a bill or a PIX code says is given
// only if it is valid.
type verdict struct {
	Input     string `json:"input"` // cut if too long
	Kind      string `json:"kind"`  // "unknown" if it looks like nothing we know
	Valid     bool   `json:"valid"`
	Reason    orNull `json:"reason"`    // the rule that is broken
	Canonical orNull `json:"canonical"` // as it is stored
	Tolerant  orNull `json:"tolerant"`  // as it is stored when a person typed it so in a chat

	Printed string `json:"printed,omitempty"` // as people read it
	Typo    bool   `json:"typo,omitempty"`    // a matrícula with another check digit than GSAN's: only a hint (ID-4)
	Cents   *int64 `json:"cents,omitempty"`
	Amount  string `json:"amount,omitempty"` // the same, as people read it

	Barcode  string `json:"barcode,omitempty"`
	Line     string `json:"line,omitempty"`   // 48 digits
	Digits   string `json:"digits,omitempty"` // the same, for who gave a line
	Segment  string `json:"segment,omitempty"`
	ValueID  string `json:"value_id,omitempty"`
	Modulo   int    `json:"modulo,omitempty"`
	General  string `json:"dv_general,omitempty"`
	Company  string `json:"company,omitempty"`
	Free     string `json:"free,omitempty"`
	Due      string `json:"due_in_free,omitempty"` // if the company wrote one there
	Pays     string `json:"pays,omitempty"`        // of a code of GSAN: bill, slip or document
	Property string `json:"matricula,omitempty"`   // likewise
	Month    string `json:"month,omitempty"`       // likewise, of a bill

	Mode        string `json:"mode,omitempty"`
	Key         string `json:"key,omitempty"`
	KeyType     string `json:"key_type,omitempty"`
	Description string `json:"description,omitempty"`
	URL         string `json:"url,omitempty"`
	Recurrence  string `json:"recurrence_url,omitempty"`
	TxID        string `json:"txid,omitempty"`
	Name        string `json:"merchant_name,omitempty"`
	City        string `json:"merchant_city,omitempty"`
	Severity    string `json:"severity,omitempty"` // of a broken PIX code: can apps read it?
}

// orNull is a text that JSON has as null if it is "".
type orNull string

// MarshalJSON implements [json.Marshaler].
func (s orNull) MarshalJSON() ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(s))
}

// A reader knows one kind of value.
type reader struct {
	name   string                                         // of the kind
	strict func(v *verdict) (canonical string, err error) // adds to v what the value says
	typed  func(s string) (canonical string, err error)   // what the chat takes; nil if people never type it
}

var readers = []reader{
	{"cpf", taxNumber(taxid.CheckCPF), taxid.ParseCPF},
	{"cnpj", taxNumber(taxid.CheckCNPJ), taxid.ParseCNPJ},
	{"matricula", matricula, typedMatricula},
	{"linha", line, typedLine},
	{"barcode", barcode, typedBarcode},
	{"brcode", pixCode, nil},
	{"txid", identifier(brcode.CheckChargeID), nil},
	{"e2eid", identifier(brcode.CheckEndToEndID), nil},
	{"phone", identifier(store.CheckPhone), nil},
	{"money", money, nil},
}

// readerNamed returns the reader of a kind, which may also be called as people
// do.
func readerNamed(name string) (reader, bool) {
	switch name {
	case "pix":
		name = "brcode"
	case "matrícula":
		name = "matricula"
	}
	i := slices.IndexFunc(readers, func(r reader) bool { return r.name == name })
	if i < 0 {
		return reader{}, false
	}
	return readers[i], true
}

// longest is how many bytes of a line are looked at: four times the longest
// code.
const longest = 2048

// judge writes a verdict for each line.
func (c check) judge(r io.Reader, w io.Writer) error {
	in, out := bufio.NewReaderSize(r, longest), bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for {
		text, whole, err := readLine(in)
		if err == io.EOF {
			return out.Flush()
		}
		if err != nil {
			return errors.Join(fmt.Errorf("read standard input: %w", err), out.Flush())
		}
		if err := enc.Encode(c.verdict(text, whole)); err != nil {
			return err
		}
		if in.Buffered() == 0 { // whoever asks line by line waits for this
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// readLine returns the next line without its end. Of one that is too long, it
// returns the beginning, and whole is false.
func readLine(r *bufio.Reader) (text string, whole bool, err error) {
	part, err := r.ReadSlice('\n')
	text = string(bytes.TrimSuffix(bytes.TrimSuffix(part, []byte("\n")), []byte("\r")))
	whole = err != bufio.ErrBufferFull
	for err == bufio.ErrBufferFull {
		_, err = r.ReadSlice('\n')
	}
	if err == io.EOF && len(part) > 0 {
		err = nil
	}
	return text, whole, err
}

// verdict judges one value, of which only the beginning is there if it is not
// whole.
func (c check) verdict(s string, whole bool) verdict {
	kind, ok := readerNamed(cmp.Or(c.Kind, guess(s)))
	v := verdict{Input: s, Kind: cmp.Or(kind.name, "unknown")}
	switch {
	case !whole:
		v.Reason = "length"
		return v
	case !ok:
		v.Reason = "format"
		return v
	}
	canonical, err := kind.strict(&v)
	v.Valid, v.Canonical, v.Tolerant = err == nil, orNull(canonical), orNull(canonical)
	if err != nil {
		v.Reason = orNull(rule(err))
	}
	if kind.typed != nil {
		typed, _ := kind.typed(s)
		v.Tolerant = orNull(typed)
	}
	return v
}

// rule returns the name of the rule that was broken.
func rule(err error) string {
	if broken, ok := errors.AsType[interface {
		error
		Rule() string
	}](err); ok {
		return broken.Rule()
	}
	return "format"
}

// e2eForm is the look of an endToEndId, or of the like for what is paid back.
var e2eForm = regexp.MustCompile(`^[A-Z][0-9A-Z]{8}[0-9]{12}[0-9A-Za-z]{11}$`)

// guess returns the kind that a value was most likely meant to be, "" if none.
// It counts characters, whatever stands between them, so that a value with a
// slip is still known for what it is.
func guess(s string) string {
	digits, letters := 0, 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	switch n := digits + letters; {
	case strings.Contains(strings.ToLower(s), "br.gov.bcb.pix"), strings.HasPrefix(s, "000201"):
		return "brcode"
	case strings.Contains(s, "R$"):
		return "money"
	case strings.HasPrefix(s, "+"):
		return "phone"
	case e2eForm.MatchString(s):
		return "e2eid"
	case n >= 26 && n <= 35 && !strings.Contains(s, " "):
		return "txid"
	case letters == 0 && n >= 1 && n <= 9:
		return "matricula"
	case digits > letters && n >= 10 && n <= 12:
		return "cpf"
	case digits >= 2 && n >= 13 && n <= 15:
		return "cnpj"
	case letters == 0 && n >= 42 && n <= 45:
		return "barcode"
	case letters == 0 && n >= 46 && n <= 50:
		return "linha"
	default:
		return ""
	}
}

// taxNumber makes the reader of CPF or CNPJ.
func taxNumber(strict func(string) (string, error)) func(*verdict) (string, error) {
	return func(v *verdict) (string, error) {
		number, err := strict(v.Input)
		v.Printed = taxid.Print(number)
		return number, err
	}
}

// identifier makes the reader of what has one form only.
func identifier(strict func(string) error) func(*verdict) (string, error) {
	return func(v *verdict) (string, error) {
		if err := strict(v.Input); err != nil {
			return "", err
		}
		return v.Input, nil
	}
}

// matriculaForm is a matrícula as it is stored or printed.
var matriculaForm = regexp.MustCompile(`^[1-9][0-9]*(\.[0-9])?$`)

func matricula(v *verdict) (string, error) {
	id, typo, err := taxid.ParseMatricula(v.Input)
	switch {
	case err != nil:
		return "", err
	case !matriculaForm.MatchString(v.Input):
		return "", taxid.Format
	}
	v.Printed, v.Typo = store.FormatMatricula(id), typo
	return strconv.FormatInt(id, 10), nil
}

func typedMatricula(s string) (string, error) {
	id, _, err := taxid.ParseMatricula(s)
	if err != nil {
		return "", err
	}
	return strconv.FormatInt(id, 10), nil
}

func line(v *verdict) (string, error) {
	code, err := febraban.CheckLine(v.Input)
	if err != nil {
		return "", err
	}
	v.collection(code)
	v.Barcode, v.Digits = string(code), code.Digits()
	return v.Digits, nil
}

func typedLine(s string) (string, error) {
	code, err := febraban.Parse(s)
	if err != nil {
		return "", err
	}
	return code.Digits(), nil
}

func barcode(v *verdict) (string, error) {
	code, err := febraban.CheckBarcode(v.Input)
	if err != nil {
		return "", err
	}
	v.collection(code)
	v.Line = code.Digits()
	return string(code), nil
}

func typedBarcode(s string) (string, error) {
	code, err := febraban.Parse(s)
	return string(code), err
}

// collection adds what a collection code says.
func (v *verdict) collection(code febraban.Code) {
	v.Printed = code.Line()
	v.Segment, v.ValueID, v.Modulo, v.General = string(code.Segment()), string(code.ValueID()), code.Modulus(), string(code[3])
	v.Company, v.Free = code.Company(), code.Free()
	if m, ok := code.Amount(); ok {
		v.money(m)
	}
	p, ok := code.Payment()
	if !ok {
		v.Due = dueInFree(v.Free)
		return
	}
	v.Property = strconv.FormatInt(p.Property, 10)
	switch p.Kind {
	case febraban.Bill:
		v.Pays, v.Month = "bill", p.Month.String()
	case febraban.Document:
		v.Pays = "document"
	default:
		v.Pays = "slip"
	}
}

// dueInFree returns the due date with which a free field may begin, as
// AAAAMMDD. The layout leaves it to the company; a day of this century is taken
// for one.
func dueInFree(free string) string {
	due, err := time.Parse("20060102", free[:8])
	if err != nil || due.Year()/100 != 20 {
		return ""
	}
	return due.Format(time.DateOnly)
}

// money adds an amount.
func (v *verdict) money(m store.Money) {
	cents := int64(m)
	v.Cents, v.Amount = &cents, m.String()
}

func money(v *verdict) (string, error) {
	m, err := store.ParseMoney(v.Input)
	if err != nil {
		return "", err
	}
	v.money(m)
	return m.String(), nil
}

func pixCode(v *verdict) (string, error) {
	c, err := brcode.Parse(v.Input)
	if err != nil {
		v.Severity = "nonconforming"
		if brcode.Unreadable(err) {
			v.Severity = "unreadable"
		}
		return "", err
	}
	v.Mode, v.Key, v.KeyType, v.Description = string(c.Mode), c.Key, string(brcode.KindOf(c.Key)), c.Description
	v.URL, v.Recurrence, v.TxID, v.Name, v.City = c.URL, c.Recurrence, c.TxID, c.Name, c.City
	if c.Amount != 0 { // which the payer's app ignores unless the code is static
		v.money(c.Amount)
	}
	return v.Input, nil
}
