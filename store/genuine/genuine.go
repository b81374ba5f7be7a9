// Package genuine tells the utility's own codes for payment from those of others:
// whose a bar code, a linha digitável, a PIX code or an address is, and whether
// what it pays is still to be paid.
//
// # Why
//
// A code is genuine only if our own program, given what the register has, would
// make the very same: digit for digit, byte for byte. That it names us is not
// enough, for a forger who wants to be believed names us too; then it is Unknown,
// and not to be paid. A PIX code that a bank keeps is genuine only if we have kept
// it, for its text is made by the bank.
//
// Whoever asks need not say who they are. What they are told stands in the code
// that they hold, month and amount, beside whether it is paid. Who has no code and
// makes one up is told the same whatever of it is wrong, so that neither whether a
// property has a bill nor its amount can be asked for piece by piece; and
// [store.Judgment.Names] says whose debt it names, so that whoever asks can be kept
// from trying one amount after the other.
package genuine

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/brcode"
	"lojavirtual/store/febraban"
)

// A Register finds what codes pay. All that it returns is compared with the code.
type Register interface {
	CodedBills(ctx context.Context, property int64, month store.Month) ([]store.CodedDebt, error)
	CodedBill(ctx context.Context, bill int64, month store.Month) ([]store.CodedDebt, error)
	CodedStatement(ctx context.Context, number int64) ([]store.CodedDebt, error)
	CodedSlips(ctx context.Context, property int64) ([]store.CodedDebt, error)
	CodedCharge(ctx context.Context, code string, now time.Time) (d store.CodedDebt, ok bool, err error)
	// Document is whether a document of ours has that code, or is in that link.
	Document(ctx context.Context, asked string) (store.Document, store.Authenticity, error)
	// Issuer is who our bar codes name.
	Issuer() febraban.Issuer
}

// A Judge knows who we are. It is safe for use by several goroutines.
type Judge struct {
	Register Register
	Pix      brcode.Static // who our PIX codes pay; no Key for none
	Site     func() string // how customers reach us
	Home     string        // the utility's own site; "" if we know none
	Partners []store.Partner
}

var (
	pixForm     = regexp.MustCompile(`(?s)000201.*6304[0-9A-Fa-f]{4}`)
	pixWord     = regexp.MustCompile(`(?i)br\.gov\.bcb\.pix`)
	digitsForm  = regexp.MustCompile(`\d(?:[\s\x{00A0}.\-–—]{0,4}\d){43,}`)
	addressForm = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s<>"]+`)
)

// Find returns the code in what somebody wrote, pasted from wherever, and what it
// looks like; ok is false if there is none.
func Find(text string) (kind store.CodeKind, code string, ok bool) {
	if code := pixForm.FindString(text); code != "" {
		return store.KindPix, strings.NewReplacer("\r", "", "\n", "").Replace(code), true
	}
	if pixWord.MatchString(text) {
		return store.KindPix, strings.TrimSpace(text), true
	}
	if run := digitsForm.FindString(text); run != "" {
		digits := strings.Map(func(r rune) rune {
			if '0' <= r && r <= '9' {
				return r
			}
			return -1
		}, run)
		if len(digits) == 47 {
			return store.KindBankSlip, digits, true
		}
		return store.KindBars, digits, true
	}
	if address := addressForm.FindString(text); address != "" {
		return store.KindPage, strings.TrimRight(address, ".,;:!?)»"), true
	}
	return "", "", false
}

// Judge says what a code is that Find has found.
func (j Judge) Judge(ctx context.Context, kind store.CodeKind, code string, now time.Time) (store.Judgment, error) {
	switch kind {
	case store.KindPix:
		return j.pix(ctx, code, now)
	case store.KindBankSlip:
		return store.Judgment{Kind: kind, Verdict: store.Foreign}, nil
	case store.KindPage:
		return j.address(ctx, code)
	default:
		return j.bars(ctx, code)
	}
}

func (j Judge) bars(ctx context.Context, digits string) (store.Judgment, error) {
	v := store.Judgment{Kind: store.KindBars, Verdict: store.Unreadable}
	code, err := febraban.Parse(digits)
	if err != nil {
		return v, nil //nolint:nilerr // that it cannot be read is the answer
	}
	issuer := j.Register.Issuer()
	if code.Segment() != '2' || code.Company() != issuer.Company {
		v.Verdict, v.Segment = store.Foreign, code.Segment()
		return v, nil
	}
	v.Verdict = store.Unknown
	payment, ok := code.Payment()
	if !ok {
		return v, nil
	}
	v.Names = payment.Property
	var found []store.CodedDebt
	switch payment.Kind {
	case febraban.Bill:
		found, err = j.Register.CodedBills(ctx, payment.Property, payment.Month)
	case febraban.Document:
		found, err = j.Register.CodedStatement(ctx, payment.Number)
	case febraban.Slip, febraban.SlipByID:
		found, err = j.Register.CodedSlips(ctx, payment.Property)
	}
	if err != nil {
		return v, err
	}
	for _, d := range found {
		v.Names = d.Property
		ours := febraban.Payment{Kind: payment.Kind, Locality: d.Locality, Property: d.Property} // made anew of what the register has
		switch payment.Kind {
		case febraban.Bill:
			ours.Month = d.Month
		case febraban.Document:
			ours.Number, ours.Type = d.Statement, d.Kind
		case febraban.Slip:
			ours.Type, ours.Year = d.Kind, d.Year
		case febraban.SlipByID:
			ours.Number = d.Slip
		}
		if made, err := issuer.Code(ours, d.Total); err == nil && made == code {
			v.Verdict, v.Debt = store.Genuine, d
			return v, nil
		}
	}
	return v, nil
}

func (j Judge) pix(ctx context.Context, text string, now time.Time) (store.Judgment, error) {
	v := store.Judgment{Kind: store.KindPix, Verdict: store.Unreadable}
	code, err := brcode.Parse(text)
	if err != nil {
		return v, nil //nolint:nilerr // that it cannot be read is the answer
	}
	d, kept, err := j.Register.CodedCharge(ctx, text, now)
	switch {
	case err != nil:
		return v, err
	case kept:
		v.Verdict, v.Debt = store.Genuine, d
		return v, nil
	case j.Pix.Key == "" || code.Key != j.Pix.Key:
		v.Verdict, v.Payee = store.Foreign, code.Name
		return v, nil
	}
	v.Verdict = store.Unknown
	found, description, err := j.static(ctx, code)
	if err != nil {
		return v, err
	}
	for _, d := range found {
		v.Names = d.Property
		if made, err := j.Pix.Code(d.Total, code.TxID, description(d)); err == nil && made == text {
			v.Verdict, v.Debt = store.Genuine, d
		}
	}
	return v, nil
}

var (
	billTxID      = regexp.MustCompile(`^([0-9]{6})([1-9][0-9]{0,17})$`)
	statementTxID = regexp.MustCompile(`^EXT([1-9][0-9]{0,17})$`)
)

// static finds what a static code with our key names, and how we describe it.
func (j Judge) static(ctx context.Context, code brcode.Code) (found []store.CodedDebt, description func(store.CodedDebt) string, err error) {
	if m := billTxID.FindStringSubmatch(code.TxID); m != nil {
		found, err = j.Register.CodedBill(ctx, number(m[2]), store.Month(number(m[1])))
		return found, func(d store.CodedDebt) string { return brcode.BillText(d.Month) }, err
	}
	if m := statementTxID.FindStringSubmatch(code.TxID); m != nil {
		found, err = j.Register.CodedStatement(ctx, number(m[1]))
		return found, func(d store.CodedDebt) string { return brcode.StatementText(d.Statement) }, err
	}
	return nil, nil, nil
}

// number reads digits that fit.
func number(digits string) (n int64) {
	for _, d := range digits {
		n = 10*n + int64(d-'0')
	}
	return n
}

// site is the host of an address and its port if it has one, with or without www.
func site(u *url.URL) string { return strings.TrimPrefix(strings.ToLower(u.Host), "www.") }

// homeSite is that of an address as operators write it.
func homeSite(address string) string {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "-" // no host
	}
	return site(u)
}

// address tells whether a page is ours: its scheme and host are, and nothing is
// before the host that only looks like it. One of a document is as genuine as that.
func (j Judge) address(ctx context.Context, text string) (store.Judgment, error) {
	v := store.Judgment{Kind: store.KindPage, Verdict: store.Foreign}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	theirs, err := url.Parse(text)
	if err == nil && theirs.User == nil && j.Home != "" && site(theirs) == homeSite(j.Home) {
		v.Verdict = store.Genuine
		return v, nil
	}
	ours, wrong := url.Parse(j.Site())
	if err != nil || wrong != nil || theirs.User != nil || theirs.Scheme != ours.Scheme || !strings.EqualFold(theirs.Host, ours.Host) {
		if err == nil {
			v.Partner = j.partner(theirs)
		}
		return v, nil
	}
	v.Verdict = store.Genuine
	asked, ok := strings.CutPrefix(theirs.Path, "/d/")
	if !ok || asked == "keys" {
		return v, nil
	}
	v.Document, v.Authenticity, err = j.Register.Document(ctx, asked)
	if v.Authenticity != store.Authentic && v.Authenticity != store.Unsealed {
		v.Verdict = store.Unknown
	}
	return v, err
}

// partner is whose site an address is of, if it is safe.
func (j Judge) partner(u *url.URL) store.Partner {
	if u.Scheme != "https" || u.User != nil {
		return store.Partner{}
	}
	host := site(u)
	for _, p := range j.Partners {
		if p.Host != "" && (host == p.Host || strings.HasSuffix(host, "."+p.Host)) {
			return p
		}
	}
	return store.Partner{}
}

// Partners are the banks and card companies of an operator, by their sites.
func Partners(op store.Operator) (all []store.Partner) {
	known := func(name, address string, card bool) {
		if host := homeSite(address); address != "" && host != "-" {
			all = append(all, store.Partner{Name: name, Host: host, Card: card})
		}
	}
	for _, b := range op.Banks {
		known(b.Name, b.Link, false)
	}
	for _, c := range op.Cards {
		known(c.Name, cmp.Or(c.Address, cardSites[c.Kind]), true)
	}
	return all
}

// cardSites are the sites of companies whose address operators need not give.
var cardSites = map[store.CardKind]string{store.MercadoPago: "mercadopago.com.br", store.Cielo: "cielo.com.br"}
