package main

import (
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"lojavirtual/store"
	"lojavirtual/store/brcode"
	"lojavirtual/store/taxid"
)

// demoOperator is the utility of the demo, and the example to copy.
//
//go:embed operator.yaml
var demoOperator []byte

// readOperator reads the file that LOJA_OPERATOR names, or the demo operator if
// it names none. The error is problems: file, line, key and mend.
func readOperator(path string) (store.Operator, error) {
	if path == "" {
		return parseOperator("operator.yaml", demoOperator)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return store.Operator{}, problems{"LOJA_OPERATOR: cannot be read: " + err.Error()}
	}
	return parseOperator(path, text)
}

// parseOperator reads the text of a file called name. Keys that an operator
// does not have are wrong, for they are typing slips.
func parseOperator(name string, text []byte) (store.Operator, error) {
	var op store.Operator
	tree, err := parser.ParseBytes(text, 0)
	if err == nil {
		err = yaml.UnmarshalWithOptions(text, &op, yaml.Strict())
	}
	if err != nil {
		return store.Operator{}, problems{misread(name, err)}
	}
	r := review{name: name, tree: tree}
	for _, d := range tree.Docs {
		ast.Walk(&r, d)
	}
	r.operator(&op)
	return op, r.wrong.orNil()
}

// misread tells in one line where the file is not what it should be.
func misread(name string, err error) string {
	where, ok := errors.AsType[yaml.Error](err)
	if !ok {
		return name + ": is no YAML: " + strings.ReplaceAll(err.Error(), "\n", " ")
	}
	return fmt.Sprintf("%s:%d: %s (loja help operator shows a right file)", name, where.GetToken().Position.Line, where.GetMessage())
}

// A review collects what is wrong with the values of a file.
type review struct {
	name  string
	tree  *ast.File
	wrong problems
}

var (
	febrabanForm  = regexp.MustCompile(`^[0-9]{4}$`)
	collectorForm = regexp.MustCompile(`^[1-9][0-9]{0,4}$`)
	cardIDForm    = regexp.MustCompile(`^[a-z0-9-]{1,20}$`)
	emailForm     = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
)

// Visit complains of a number without quotes, which YAML may read as another
// one: 0123 as 83. It makes the review an [ast.Visitor].
func (r *review) Visit(n ast.Node) ast.Visitor {
	switch n.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		at := n.GetToken()
		r.wrong = append(r.wrong, fmt.Sprintf("%s:%d: %s: write it in quotes, for YAML may read it as another number", r.name, at.Position.Line, at.Value))
	}
	return r
}

// operator looks at every value, and writes the CNPJ without punctuation.
func (r *review) operator(op *store.Operator) {
	r.need("name", op.Name)
	r.need("legal_name", op.LegalName)
	cnpj, err := taxid.CheckCNPJ(op.CNPJ)
	if r.need("cnpj", op.CNPJ) && err != nil {
		r.say("cnpj", "is no CNPJ (%v): write all 14 positions", err)
	}
	op.CNPJ = cnpj
	r.need("address", op.Address)
	r.need("site", op.Site)
	if len(op.Phones) == 0 {
		r.need("phones", "")
	}
	for i, p := range op.Phones {
		at := fmt.Sprintf("phones[%d]", i)
		r.need(at+".label", p.Label)
		r.need(at+".number", p.Number)
	}
	r.need("hours", op.Hours)
	for i, p := range op.Attendance.Periods {
		at := fmt.Sprintf("attendance.periods[%d]", i)
		if len(p.Days) == 0 {
			r.need(at+".days", "")
		}
		if p.From >= p.To {
			r.say(at, "ends before it begins: from must be earlier than to")
		}
	}
	if patience := op.Attendance.Patience; patience != 0 && (patience < time.Minute || patience > time.Hour) {
		r.say("attendance.patience", "is not between 1m and 1h")
	}
	if sla := op.Attendance.SLA; sla != 0 && (sla < 30*time.Second || sla > 4*time.Hour) {
		r.say("attendance.sla", "is not between 30s and 4h")
	}
	r.short("attendance.reasons", op.Attendance.Reasons, 60)
	r.short("attendance.tags", op.Attendance.Tags, 30)
	if silence := op.Attendance.Silence; silence != 0 && (silence < time.Minute || silence > 4*time.Hour) {
		r.say("attendance.silence", "is not between 1m and 4h")
	}
	for i, o := range op.Offices {
		at := fmt.Sprintf("offices[%d]", i)
		r.need(at+".name", o.Name)
		r.need(at+".address", o.Address)
	}
	r.contact("ombudsman", op.Ombudsman)
	r.contact("regulator", op.Regulator)
	r.contact("privacy", op.Privacy)
	r.pix(op.Pix)
	if op.Febraban != "" && !febrabanForm.MatchString(op.Febraban) {
		r.say("febraban", "is not 4 digits: write them in quotes, or leave the key out to take those of GSAN")
	}
	for i, b := range op.Banks {
		at := fmt.Sprintf("banks[%d]", i)
		r.need(at+".name", b.Name)
		if u, err := url.Parse(b.Link); r.need(at+".link", b.Link) && (err != nil || u.Scheme != "https" || u.Host == "") {
			r.say(at+".link", "must be the address of a page and begin with https://")
		}
		if b.Code != "" && !collectorForm.MatchString(b.Code) {
			r.say(at+".code", "is no code of a collecting agent: digits without zeros before them, as arrc_cdagente has it")
		}
	}
	for i, c := range op.Cards {
		r.card(fmt.Sprintf("cards[%d]", i), c, op.Cards[:i])
	}
	r.need("documents.how", op.Documents.How)
	if err := op.Rules.Clearance.Check(); err != nil {
		r.say("rules.clearance", "%v", err)
	}
	if expiry := op.Rules.CardExpiry; expiry != 0 && (expiry < 5*time.Minute || expiry > 24*time.Hour) {
		r.say("rules.card_expiry", "is not between 5m and 24h")
	}
	if days := op.Rules.ClearingDays; days < 0 || days > 10 {
		r.say("rules.clearing_days", "is not between 1 and 10")
	}
}

// short looks at what staff choose from.
func (r *review) short(at string, words []string, most int) {
	for i, w := range words {
		if n := utf8.RuneCountInString(w); strings.TrimSpace(w) != w || n == 0 || n > most {
			r.say(fmt.Sprintf("%s[%d]", at, i), "has not 1 to %d characters, or blanks around it", most)
		}
	}
}

func (r *review) contact(at string, c store.Contact) {
	if !r.need(at+".name", c.Name) {
		return
	}
	if c.Phone+c.Email+c.Site == "" {
		r.say(at, "needs one of phone, email and site")
	}
	if c.Email != "" && !emailForm.MatchString(c.Email) {
		r.say(at+".email", "is no e-mail address")
	}
}

func (r *review) pix(p store.Pix) {
	if p == (store.Pix{}) {
		return
	}
	complete := r.need("pix.key", p.Key)
	complete = r.need("pix.name", p.Name) && complete
	complete = r.need("pix.city", p.City) && complete
	if b := p.Bank; b != (store.PixBank{}) {
		r.need("pix.bank.api", b.API)
		r.need("pix.bank.token", b.Token)
		r.need("pix.bank.client_id", b.ClientID)
		r.need("pix.bank.certificate", b.Certificate)
		r.need("pix.bank.private_key", b.PrivateKey)
	}
	if !complete {
		return
	}
	switch _, err := (brcode.Static{Key: p.Key, Name: p.Name, City: p.City}).Code(1, "***", ""); err {
	case nil:
	case brcode.KeyFormat:
		r.say("pix.key", "is no key as DICT writes it: CPF or CNPJ without punctuation, phone as +5579…, e-mail in lower case, or EVP with its hyphens")
	case brcode.MerchantName:
		r.say("pix.name", "has no letter or digit that a PIX code can hold")
	case brcode.MerchantCity:
		r.say("pix.city", "has no letter or digit that a PIX code can hold")
	default:
		r.say("pix", "gives no code: %v", err)
	}
}

// card looks at a card company, and whether one before it has its id.
func (r *review) card(at string, c store.CardCompany, before []store.CardCompany) {
	if r.need(at+".id", c.ID) && !cardIDForm.MatchString(c.ID) {
		r.say(at+".id", "must be up to 20 of a-z, 0-9 and -: it is part of addresses")
	}
	if slices.ContainsFunc(before, func(b store.CardCompany) bool { return b.ID == c.ID }) {
		r.say(at+".id", "is another company's already: give each its own")
	}
	r.need(at+".name", c.Name)
	r.need(at+".costs", c.Costs)
	needs := map[string]bool{"secret_file": true}
	switch c.Kind {
	case store.MercadoPago:
		needs["token_file"] = true
	case store.Cielo:
		needs["client_id"] = true
	case store.SignedCard:
		needs["address"] = true
	default:
		r.say(at+".kind", "must be mercadopago, cielo or signed")
		return
	}
	if u, err := url.Parse(c.Address); c.Address != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "") {
		r.say(at+".address", "must begin with https:// and hold no password")
	}
	for _, v := range []struct{ key, value string }{
		{"address", c.Address}, {"client_id", c.ClientID}, {"token_file", c.TokenFile}, {"secret_file", c.SecretFile},
	} {
		switch {
		case needs[v.key]:
			r.need(at+"."+v.key, v.value)
		case v.value != "" && v.key != "address":
			r.say(at+"."+v.key, "has no use for the kind %s: take it out", c.Kind)
		}
		if strings.HasSuffix(v.key, "_file") && v.value != "" && !filepath.IsAbs(v.value) {
			r.say(at+"."+v.key, "must be the whole path of a file, beginning with /: the credential itself does not belong here")
		}
	}
}

// need complains of a value that is missing, and tells whether it is there.
func (r *review) need(key, value string) bool {
	if strings.TrimSpace(value) != "" {
		return true
	}
	r.say(key, "is missing: loja help operator shows what belongs there")
	return false
}

// say adds a problem with a key such as banks[2].link, and the line that it
// stands in: for one that is missing, that of what it is missing from.
func (r *review) say(key, format string, args ...any) {
	where := r.name
	for part := key; part != ""; part = part[:max(0, strings.LastIndexAny(part, ".["))] {
		path, err := yaml.PathString("$." + part)
		if err != nil {
			break
		}
		if node, err := path.FilterFile(r.tree); err == nil {
			where = fmt.Sprintf("%s:%d", r.name, node.GetToken().Position.Line)
			break
		}
	}
	r.wrong = append(r.wrong, fmt.Sprintf("%s: %s: %s", where, key, fmt.Sprintf(format, args...)))
}

// demoPayee is what to do about an operator that isDemo.
const demoPayee = "the demo operator's CNPJ or Pix key is in use, and both are made up: write your own file (loja help operator) before serving customers"

// isDemo tells whether payments would go to whom the demo made up, whatever
// file the operator was read from.
func isDemo(op store.Operator) bool {
	demo, err := readOperator("")
	return err == nil && (op.CNPJ == demo.CNPJ || op.Pix.Key == demo.Pix.Key)
}
