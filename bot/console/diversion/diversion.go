// Package diversion finds in what an attendant writes what would lead a
// customer's money, or the customer, elsewhere than to the utility: codes for
// payment, PIX keys, bank accounts, card numbers, and addresses of pages.
//
// # Why
//
// What a customer is to pay by is made by the program, from the register, and is
// sent by name ("Enviar conta ou código"); nobody needs to type it. So whatever
// looks like it in a text is refused, right or wrong: package store/genuine tells
// our codes from those of others, with the register at hand, while here nothing
// is looked up and the utility's own code is refused as well. That is why this
// is a package of the console's, next to the text box that it guards, and not a
// part of genuine.
//
// It reads what a person would read: lookalike letters, invisible characters,
// digits of other scripts, spelled out or parted by anything are brought to one
// form first (plain.go). A text that means no harm may be refused, and the reason
// says what to do; one that is parted over several messages, or is a picture in
// words, passes, and stands in the transcript with the name of who wrote it.
package diversion

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/store"
	"lojavirtual/store/taxid"
)

// Why a text is refused, in words for who wrote it.
const (
	Code    = "Isto parece um código de barras, uma linha digitável ou um Pix copia e cola. Códigos de pagamento não vão escritos: use “Enviar conta ou código”."
	Key     = "Isto parece uma chave Pix. Chaves não vão escritas, nem a da empresa: use “Enviar conta ou código”, que manda o Pix certo da conta da pessoa."
	Account = "Isto parece uma conta de banco. A empresa não recebe por depósito nem transferência: use “Enviar conta ou código”."
	Card    = "Isto parece um número de cartão ou uma senha. Não escreva nem peça esses números; para pagar com cartão, a pessoa escolhe Cartão em Negociar Débitos."
	Page    = "Só vão endereços dos sites da empresa, e com https://. Tire o endereço; para pagar, use “Enviar conta ou código”."
)

// Own is what is the utility's own, and may be written.
type Own struct {
	numbers []*regexp.Regexp // phones and the CNPJ
	emails  []string
	hosts   []string // without "www."
}

// Of returns what is an operator's own: what its file publishes, and the
// addresses at which the program itself is reached.
func Of(op store.Operator, addresses ...string) Own {
	var own Own
	own.number(op.CNPJ)
	for _, p := range op.Phones {
		own.number(p.Number)
	}
	addresses = append(addresses, op.Site)
	for _, c := range []store.Contact{op.Ombudsman, op.Regulator, op.Privacy} {
		own.number(c.Phone)
		if c.Email != "" {
			own.emails = append(own.emails, strings.ToLower(c.Email))
		}
		addresses = append(addresses, c.Site)
	}
	for _, address := range addresses {
		if !strings.Contains(address, "://") {
			address = "https://" + address
		}
		if u, err := url.Parse(strings.ToLower(address)); err == nil && u.Host != "" {
			own.hosts = append(own.hosts, strings.TrimPrefix(u.Host, "www."))
		}
	}
	return own
}

// number adds a telephone or a CNPJ, however its characters are parted.
func (o *Own) number(number string) {
	characters := strings.Split(strings.TrimPrefix(squeeze(strings.ToLower(number)), "55"), "")
	if len(characters) < 3 {
		return
	}
	o.numbers = append(o.numbers, regexp.MustCompile(`(^|[^0-9a-z])(?:\+?55[^0-9a-z]{0,3})?\(?`+strings.Join(characters, `[^0-9a-z]{0,3}`)+`($|[^0-9a-z])`))
}

// Find says why a text is not to be sent; "" if nothing speaks against it.
func (o Own) Find(text string) string {
	read := plain(text)
	counted := numbers(read)
	squeezed := squeeze(withoutProtocols(read))
	switch {
	case pixCode.MatchString(squeezed), hasLine(counted):
		return Code
	case hasKey(squeezed):
		return Key
	case bot.Message{Text: text}.Scrubbed().Secret, bot.Message{Text: counted}.Scrubbed().Secret:
		return Card
	case hasAccount(counted):
		return Account
	}
	rest := o.withoutOwn(counted)
	if asks.MatchString(bare(read)) && (email.MatchString(rest) || hasNumber(rest)) || plea.MatchString(bare(read)) {
		return Key
	}
	if o.leadsAway(text, read) {
		return Page
	}
	return ""
}

var (
	// the beginning of every BR Code, and the mark of PIX in it
	pixCode = regexp.MustCompile(`000201(?:26|0102)|brgovbcbpix`)
	// 32 digits of a random key (EVP, a UUID)
	randomKey = regexp.MustCompile(`[0-9a-f]{32}`)
	// digits with little between them
	digitRun = regexp.MustCompile(`\d(?:[^0-9a-z]{0,4}\d)+`)
	// protocols of ours begin with the day they were given
	protocol               = regexp.MustCompile(`2\d(?:0[1-9]|1[0-2])\.?(?:0[1-9]|[12]\d|3[01])\d\d\.?\d{4}\.?\d{2,4}`)
	inMidst, inMidstBefore = regexp.MustCompile(`\d[ .-]?$`), regexp.MustCompile(`^[ .-]?\d`)
	// dates, months, hours and sums, which are no keys
	harmless = regexp.MustCompile(`\b(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?:/(?:20)?\d\d)?\b|\b(?:0[1-9]|1[0-2])/20\d\d\b|\b(?:r\$ ?)?\d{1,3}(?:\.\d{3})?,\d{2}\b|\b\d{1,2}(?::|h)\d{2}\b`)

	agency  = regexp.MustCompile(`\b(?:agencia|ag)\b[^0-9]{0,15}\d{3,5}`)
	account = regexp.MustCompile(`\b(?:conta|cc|c/c|c\.c|corrente|poupanca|cp)\b[^0-9]{0,20}\d[\d.]{2,11}(?: ?- ?[\dx])?`)
	month   = regexp.MustCompile(`\b(?:0?[1-9]|1[0-2])[/.]20\d\d\b`)
	bank    = regexp.MustCompile(`\b(?:banco|bco|nubank|nu|itau|bradesco|santander|caixa|cef|inter|banese|bb|c6|picpay|pagbank|pagseguro|mercado pago|neon|sicoob|sicredi|original|next)\b`)
	checked = regexp.MustCompile(`\b\d[\d.]{2,11} ?- ?[\dx]\b`)

	email = regexp.MustCompile(`[a-z0-9._%+-]+ ?(?:@|[\[(]at[\])]|[\[(]?\barroba\b[\])]?) ?[a-z0-9-]+(?: ?(?:\.|\bponto\b) ?[a-z0-9-]+)+`)
	// what is said where a key follows
	asks = regexp.MustCompile(`\b(?:p[i1!|l]x+|piks|picks|pikis|pics|chaves?|ch4ve|transf(?:e|i)r\w*|deposit\w*|ted|picpay|mercado pago|nubank|pagbank|(?:meu|minha) (?:numero|celular|zap|whats\w*|telefone|cpf|cnpj|e ?mail)|(?:manda|mande|envia|envie)r? o (?:valor|dinheiro))\b`)
	// the wish itself, with no key yet
	plea = regexp.MustCompile(`\b(?:p[i1!|l]x (?:pra|para|p) mim|(?:meu|no meu) p[i1!|l]x|minha chave|(?:na|em) minha conta|minha conta (?:pessoal|bancaria|corrente|poupanca)|(?:paga|pague|pagar|deposita|deposite|transfere|transfira|manda|mande) (?:direto )?(?:pra|para) mim)\b`)
)

// squeeze leaves letters and digits alone.
func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, text)
}

var parted = regexp.MustCompile(`\b[a-z0-9!|](?: [a-z0-9!|])+\b`)

// bare parts words by one blank, and joins those that are written letter by
// letter: "p.i.x" and "P I X" are "pix".
func bare(text string) string {
	words := strings.Fields(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r == '!' || r == '|' {
			return r
		}
		return ' '
	}, text))
	text = strings.Join(words, " ")
	joined := parted.ReplaceAllStringFunc(text, func(s string) string { return strings.ReplaceAll(s, " ", "") })
	return text + " " + joined
}

// out stands for what was taken out of a text. No key or number goes on over it.
const out = " xyz "

// withoutProtocols takes protocols of ours out of a text, but not what looks like
// one in the midst of other digits.
func withoutProtocols(text string) string {
	var b strings.Builder
	end := 0
	for _, at := range protocol.FindAllStringIndex(text, -1) {
		before, after := text[max(0, at[0]-2):at[0]], text[at[1]:min(len(text), at[1]+2)]
		if inMidst.MatchString(before) || inMidstBefore.MatchString(after) {
			continue
		}
		b.WriteString(text[end:at[0]] + out)
		end = at[1]
	}
	return b.String() + text[end:]
}

// hasLine tells whether a run of digits is as long as a bar code, or the line
// that stands for it.
func hasLine(text string) bool {
	return slices.ContainsFunc(digitRun.FindAllString(withoutProtocols(text), -1), func(run string) bool { return len(store.Digits(run)) >= 36 })
}

// hasKey tells whether there is a random key.
func hasKey(squeezed string) bool {
	return slices.ContainsFunc(randomKey.FindAllString(squeezed, -1), func(key string) bool { return len(store.Digits(key)) >= 6 && len(store.Digits(key)) < 32 })
}

// hasAccount tells whether there is an agency with an account, or a bank with
// one.
func hasAccount(text string) bool {
	text = month.ReplaceAllString(harmless.ReplaceAllString(withoutProtocols(text), out), out)
	return agency.MatchString(text) && account.MatchString(text) || bank.MatchString(text) && (checked.MatchString(text) || agency.MatchString(text))
}

// hasNumber tells whether there is a telephone, CPF or CNPJ.
func hasNumber(text string) bool {
	text = harmless.ReplaceAllString(withoutProtocols(text), out)
	for _, run := range digitRun.FindAllString(text, -1) {
		if n := len(store.Digits(run)); n >= 10 && n <= 14 {
			return true
		}
	}
	return slices.ContainsFunc(strings.Fields(text), func(word string) bool {
		_, err := taxid.Parse(strings.Trim(word, ".,;:()\"'"))
		return err == nil && len(squeeze(word)) == 14
	})
}

// withoutOwn takes out of a text the phones, addresses and the CNPJ that are the
// utility's.
func (o Own) withoutOwn(text string) string {
	for _, own := range o.emails {
		text = strings.ReplaceAll(text, own, out)
	}
	for _, own := range o.numbers {
		text = own.ReplaceAllString(text, "$1"+out+"$2")
	}
	return text
}

var (
	dots    = regexp.MustCompile(`\s*(?:[\[({]\s*(?:\.|ponto|dot)\s*[\])}]|\s(?:ponto|dot)\s)\s*`)
	slashes = regexp.MustCompile(`\s*:\s*/\s*/\s*`)
	scheme  = regexp.MustCompile(`\bh\s?t\s?t\s?p(\s?s)?\s*:`)
	// an address of a page: with a scheme, or a name that ends as those do
	address = regexp.MustCompile(`[a-z][a-z0-9+.-]{1,12}://[^\s<>"]*|\bwww\.[^\s<>"]+|(?:[a-z0-9_-]+\.)+(?:com|net|org|gov|edu|info|app|link|site|online|store|shop|xyz|page|web|club|pro|biz|br|io|ly|gg|gl|ru|cn|tk|ml|cf|gq|dev|top|click|live|vip|bet|bio|pay|bank|money|website|space|tech|cloud|digital|ee|ae|cc|tv|pt|ws|tt)\b(?:[/:?#][^\s<>"]*)?|\b(?:[a-z0-9_-]+\.)+[a-z]{2,6}/[^\s<>"]*`)
)

// leadsAway tells whether there is an address that is not the utility's own.
// What was written must stand for itself there: lookalike letters make another
// host of it.
func (o Own) leadsAway(text, read string) bool {
	written := strings.ToLower(text)
	read = email.ReplaceAllString(read, " ")
	read = scheme.ReplaceAllStringFunc(read, func(s string) string { return strings.ReplaceAll(s, " ", "") })
	read = slashes.ReplaceAllString(dots.ReplaceAllString(read, "."), "://")
	return slices.ContainsFunc(address.FindAllString(read, -1), func(found string) bool {
		found = strings.TrimRight(found, ".,;:!?)»”'*_")
		full := found
		if !strings.Contains(full, "://") {
			full = "https://" + full
		}
		u, err := url.Parse(full)
		return err != nil || u.Scheme != "https" || u.User != nil || strings.Contains(full, `\`) ||
			!strings.Contains(written, found) || !slices.Contains(o.hosts, strings.TrimPrefix(u.Host, "www."))
	})
}
