// Package scrub makes a written conversation, as tests play them (see bottest),
// of one that took place: what tells who somebody is, is replaced by something
// made up, the same by the same, so that a conversation that went wrong can become
// a test of it.
//
// # Why
//
// What is made up has the form of what it replaces and is counted up, never
// computed from it: nothing leads back. In what we said ourselves only names,
// addresses and numbers can be somebody's; what a person wrote may have anything
// in it, so there names are also looked for in the way people introduce themselves
// and by their capitals. Who makes a test of it reads it first all the same: a
// nickname in small letters is a word like any other.
package scrub

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// Chat writes turns, oldest first, as a written conversation. Names are what is
// known of the people in it, such as "MARIA DAS DORES SANTOS": each word of them
// goes, wherever it stands.
func Chat(turns []store.Turn, names ...string) string {
	s := scrubber{
		words:   make(map[string]string),
		staff:   make(map[string]string),
		numbers: make(map[string]string),
	}
	for _, name := range names {
		s.learn(name)
	}
	for _, t := range turns {
		s.learn(t.By)
		s.learn(t.Human)
	}
	s.comment("Uma conversa que aconteceu, com nomes e números trocados.")
	var last time.Time
	for _, t := range turns {
		s.pass(last, t.At)
		last = t.At
		s.turn(t)
	}
	return s.out.String()
}

// A scrubber knows what was replaced so far, by what.
type scrubber struct {
	words   map[string]string // folded words of names, and those made up
	staff   map[string]string // attendants
	numbers map[string]string // by their digits
	away    bool              // our systems were away in the last turn
	out     strings.Builder
}

func (s *scrubber) line(kind, text string) { fmt.Fprintf(&s.out, "%s%s\n", kind, text) }

func (s *scrubber) comment(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		s.line("# ", line)
	}
}

// pass lets the time between two turns go by.
func (s *scrubber) pass(last, now time.Time) {
	switch minutes := int(now.Sub(last) / time.Minute); {
	case last.IsZero() || minutes < 1:
	case minutes == 1:
		s.line("! ", "1 minute pass")
	default:
		s.line("! ", fmt.Sprintf("%d minutes pass", minutes))
	}
}

// turn writes a turn: what set it going, and what was answered.
func (s *scrubber) turn(t store.Turn) {
	switch {
	case t.Kind == store.TurnErased:
		return
	case t.Fault == "outage" && !s.away:
		s.line("! ", "store is away")
	case t.Fault != "outage" && s.away && t.Kind == store.TurnSaid:
		s.line("! ", "store is back")
	}
	if t.Fault == "bug" {
		s.comment("Aqui houve um erro nosso, código " + t.Code + ".")
	}
	s.away = t.Fault == "outage" || s.away && t.Kind != store.TurnSaid
	said := oneLine(s.theirs(t.Said))
	switch t.Kind {
	case store.TurnSaid:
		s.line("> ", typed(t, said))
	case store.TurnTookOver, store.TurnPassed: // from whom, to whom
		s.line("@ ", s.acts(t, s.attendant(t.Said)))
	case store.TurnWrote, store.TurnSays, store.TurnGives, store.TurnGaveBack, store.TurnClosed:
		s.line("@ ", s.acts(t, said))
	case store.TurnTold:
		s.comment("Avisamos, sem que a pessoa escrevesse:")
	}
	if t.Refused != "" {
		s.line("x ", s.ours(t.Refused))
	}
	for _, r := range t.Replies {
		text := bot.Transcript(s.reply(r))
		switch {
		case text == "":
		case t.Kind == store.TurnTold:
			s.comment(text)
		case r.Edits:
			s.line("~", strings.TrimPrefix(text, "<"))
		default:
			s.line("", text)
		}
	}
}

// acts is what an attendant did, as such a line has it.
func (s *scrubber) acts(t store.Turn, what string) string {
	if what != "" {
		what = ": " + what
	}
	return s.attendant(t.By) + " " + string(t.Kind) + what
}

// typed is what a person wrote or did, as such a line has it.
func typed(t store.Turn, said string) string {
	switch {
	case t.Change != "":
		return "(" + t.Change + ": " + said + ")"
	case t.Media != "" && said == "":
		return "(" + t.Media + ")"
	case t.Media != "":
		return "(" + t.Media + ": " + said + ")"
	case t.Pressed:
		return "[" + said + "]"
	case strings.HasPrefix(said, "[") || strings.HasPrefix(said, "("):
		return " " + said // it was typed, and is neither an option nor a photo
	default:
		return said
	}
}

// reply makes the reply of which the journal has the words.
func (s *scrubber) reply(r store.Reply) bot.Reply {
	each := func(texts []string) (all []string) {
		for _, text := range texts {
			all = append(all, oneLine(s.ours(text)))
		}
		return all
	}
	b := bot.Reply{Options: each(r.Options), Chosen: r.Ticked, Also: each(r.Also)}
	if r.Copy != "" {
		b.Copy = "código"
	}
	if label, address, ok := strings.Cut(r.Link, ": "); ok {
		b.Link = &bot.Link{Label: s.ours(label), Address: host.FindString(address)}
	}
	switch d := (&bot.Document{Name: s.ours(r.File), Caption: s.ours(r.Text)}); {
	case r.File == "":
		b.Text = d.Caption
	case r.Picture:
		b.Image = d
	default:
		b.Document = d
	}
	return b
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

var (
	host    = regexp.MustCompile(`^https?://[^/?#]+`)
	address = regexp.MustCompile(`https?://\S+|\bwww\.\S+|[\w.+-]+@[\w-]+(\.[\w-]+)+|@\w{3,}`)
	// street is where somebody lives, up to the end of the clause.
	street = regexp.MustCompile(`(?i)\b(rua|r\.|avenida|av\.?|travessa|tv\.?|praça|rodovia|povoado|conjunto|residencial|condom[ií]nio|loteamento|alameda)\s+([^\n.;!?\]{}*]+)`)
	// nowhere begins what is no name of a street: "vazamento na rua em frente".
	nowhere = regexp.MustCompile(`(?i)^(?:em|e|que|aqui|onde|est[aá]|t[aá]|toda|inteira|sem|com|na|no|n[aã]o|alagada|por|perto|desde|do lado|da minha|da casa|de casa|de baixo|de cima|mesmo|tem|há|faz|para|pra)(?:\s|,|$)`)
	// introduced is how people say who they are, or whom it is about.
	introduced = regexp.MustCompile(`(?i)(\b(?:meu nome (?:é|eh|e)|me chamo|chamo-me|em nome d[eao]|no nome d[eao]|o titular (?:é|eh|e)|a titular (?:é|eh|e)|nome do titular:?|aqui (?:é|eh|e)(?: [oa])?|quem fala (?:é|eh|e)(?: [oa])?)\s+)((?:[\p{L}'’]+\s*){1,6})`)
	word       = regexp.MustCompile(`\p{L}[\p{L}'’]*`)
)

// theirs is what a person wrote, with all that may tell who somebody is replaced.
func (s *scrubber) theirs(text string) string {
	text = introduced.ReplaceAllStringFunc(text, func(all string) string {
		parts := introduced.FindStringSubmatch(all)
		for name := range strings.FieldsSeq(parts[2]) {
			if unnamed[bot.Fold(name)] {
				break
			}
			s.learn(name)
		}
		return all
	})
	if strings.ToUpper(text) != text { // else capitals tell nothing
		begins := true
		for _, at := range word.FindAllStringIndex(text, -1) {
			w := text[at[0]:at[1]]
			begins = begins || strings.ContainsAny(before(text, at[0]), ".!?\n:")
			if first := []rune(w)[0]; unicode.IsUpper(first) && !begins && !ordinary[bot.Fold(w)] && strings.ToUpper(w) != w {
				s.learn(w)
			}
			begins = false
		}
	}
	text = s.ours(text)
	if missing.MatchString(text) {
		text = missing.ReplaceAllString(text, "${1}529.982.247-25${2}")
	}
	return text
}

// before is what stands between a place in a text and the word before it.
func before(text string, at int) string {
	return text[strings.LastIndexFunc(text[:at], unicode.IsLetter)+1 : at]
}

// missing is a long number that the journal has left out: a CPF, most likely.
var missing = regexp.MustCompile(`(^|[\s:,(])…($|[\s,.)])`)

// ours is what we said, with names, addresses and numbers replaced.
func (s *scrubber) ours(text string) string {
	text = address.ReplaceAllStringFunc(text, func(found string) string {
		if strings.Contains(found, "@") {
			return "fulano@exemplo.com"
		}
		return "https://exemplo.com"
	})
	text = street.ReplaceAllStringFunc(text, func(found string) string {
		parts := street.FindStringSubmatch(found)
		if nowhere.MatchString(parts[2]) {
			return found
		}
		return parts[1] + " das Palmeiras, 10, Centro"
	})
	text = word.ReplaceAllStringFunc(text, func(w string) string {
		made, known := s.words[bot.Fold(w)]
		if !known && given[bot.Fold(w)] && w != strings.ToLower(w) {
			s.learn(w)
			made, known = s.words[bot.Fold(w)]
		}
		switch {
		case !known:
			return w
		case w == strings.ToUpper(w) && len([]rune(w)) > 1:
			return strings.ToUpper(made)
		case w == strings.ToLower(w):
			return strings.ToLower(made)
		}
		return made
	})
	return s.figures(text)
}

// learn makes up other words for those of a name.
func (s *scrubber) learn(name string) {
	for _, w := range word.FindAllString(name, -1) {
		folded := bot.Fold(w)
		if _, known := s.words[folded]; known || len([]rune(folded)) < 3 || ordinary[folded] {
			continue
		}
		n := len(s.words)
		s.words[folded] = invented[n%len(invented)]
		if n >= len(invented) {
			s.words[folded] += strings.Repeat("o", n/len(invented))
		}
	}
}

// attendant is one word, as such lines have it.
func (s *scrubber) attendant(name string) string {
	if name != "" && s.staff[name] == "" {
		s.staff[name] = attendants[len(s.staff)%len(attendants)]
	}
	return s.staff[name]
}

var (
	// figure finds numbers however they are written, and the ends of matrículas that
	// the journal has left.
	figure = regexp.MustCompile(`…?[\p{L}\d]*\d(?:[./-]?[\p{L}\d]*\d)*`)
	spaced = regexp.MustCompile(`\(?\d[\d()]*(?:[ .-]{1,2}[\d()]+)*\d`)
	plain  = regexp.MustCompile(`^(?:\d{1,4}|\d{1,3}(?:\.\d{3})+|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}/\d{4}|20\d{2}(?:0[1-9]|1[0-2])|\d{1,2}h(?:\d{2})?|[12]ª?via|\d+(?:m3|kg|x))$`)
	ending = regexp.MustCompile(`^…\d{0,3}\.?\d$`)
	digit  = regexp.MustCompile(`\d`)
)

// figures replaces all numbers that may tell who somebody is: those that are
// neither small nor a sum, a date, a month or a time.
func (s *scrubber) figures(text string) string {
	if !digit.MatchString(text) {
		return text
	}
	text = spaced.ReplaceAllStringFunc(text, func(number string) string { // a phone or a CPF with gaps
		if len(store.Digits(number)) < 8 || sums.MatchString(number) || !strings.ContainsAny(number, " ()") {
			return number
		}
		return strings.Map(hide, s.invent(number))
	})
	text = figure.ReplaceAllStringFunc(text, func(number string) string {
		switch {
		case ending.MatchString(number):
			return s.matricula(number)
		case plain.MatchString(number) || len(store.Digits(number)) < 5:
			return number
		}
		return s.invent(number)
	})
	return strings.Map(show, text)
}

// hide makes digits of a number that was made up something that is none, so that
// it is not taken for another number; show undoes it.
func hide(r rune) rune {
	if '0' <= r && r <= '9' {
		return r + hidden
	}
	return r
}

func show(r rune) rune {
	if '0'+hidden <= r && r <= '9'+hidden {
		return r - hidden
	}
	return r
}

const hidden = 0xE000 // where Unicode has no characters

// sums are several small numbers in a row: "1 2 3 e 4", "05/2025 06/2025".
var sums = regexp.MustCompile(`^\d{1,3}(?: \d{1,3})*$`)

// matricula is the whole number of which the journal has the end.
func (s *scrubber) matricula(end string) string {
	digits := store.Digits(end)
	for known, made := range s.numbers { // "22" is the end of "722", too
		if kept, ok := strings.CutPrefix(known, "…"); ok && (strings.HasSuffix(kept, digits) || strings.HasSuffix(digits, kept)) {
			return s.form(made, end)
		}
	}
	made := s.count(7)
	s.numbers["…"+digits] = made
	return s.form(made, end)
}

// form writes a matrícula as its end was written.
func (s *scrubber) form(made, end string) string {
	if strings.Contains(end, ".") {
		return made[:len(made)-1] + "." + made[len(made)-1:]
	}
	return made
}

// invent makes up a number in the form of another: the same for the same digits.
func (s *scrubber) invent(number string) string {
	key := strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, number))
	if s.numbers[key] == "" {
		s.numbers[key] = s.count(len(key))
	}
	made, i := s.numbers[key], 0
	return strings.Map(func(r rune) rune {
		if r == '…' {
			return -1
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return r
		}
		i = min(i+1, len(made))
		return rune(made[i-1])
	}, number)
}

// count is the next number of so many digits: 9000001, 9000002.
func (s *scrubber) count(digits int) string {
	n := fmt.Sprint(len(s.numbers) + 1)
	return "9" + strings.Repeat("0", max(0, digits-1-len(n))) + n
}

// set is words, folded.
func set(words string) map[string]bool {
	all := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		all[w] = true
	}
	return all
}

var (
	invented   = []string{"Alba", "Breno", "Cleide", "Davi", "Elba", "Fausto", "Gilda", "Heitor", "Ivone", "Jonas", "Laura", "Murilo", "Neide", "Otto", "Piedade", "Quirino", "Rita", "Saulo", "Tereza", "Ubaldo", "Vilma", "Xavier", "Yara", "Zeca"}
	attendants = []string{"Bia", "Caio", "Dora", "Enzo", "Flora", "Gil"}

	// unnamed ends a name: what people say after it.
	unnamed = set(`e quero queria preciso gostaria moro estou to tou bairro predio condominio que o a os as um uma com sem minha meu sou eu nao sim por para pra
		conta contas imovel matricula cpf casa favor aqui la titular dono dona morador moradora cliente`)

	// ordinary are words that are nobody's name, though they may stand in one or begin
	// with a capital.
	ordinary = set(`da de do das dos del ltda me eireli sa cia e pix pdf cpf cnpj cep whatsapp telegram procon lgpd sms site app internet banco bancos brasil sergipe aracaju
		caixa banese bradesco itau santander nubank correios google loja menu atendente bom boa dia tarde noite obrigado obrigada oi ola
		janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro segunda terca quarta quinta sexta sabado domingo
		companhia saneamento agua esgoto conta contas fatura boleto padaria mercadinho mercado escola municipal estadual prefeitura condominio igreja
		ouro trigo deus senhor senhora voce eu nao sim por favor quero preciso queria segunda via rua avenida centro`)

	// given are names that very many people have.
	given = set(`maria jose antonio joao francisco ana luiz luis paulo carlos manoel manuel pedro francisca marcos raimundo sebastiao antonia marcelo jorge
		marcia geraldo adriana sandra fernanda patricia aline camila amanda bruna jessica leticia julia luciana vanessa mariana gabriela rafaela larissa
		beatriz carla claudia debora daniela eduardo felipe gabriel gustavo henrique joaquim josefa juliana lucas lucia marta mateus miguel rafael renata
		roberto rodrigo rosangela samuel severina severino silvia simone sonia tatiana thiago tiago valdice valmir vera vitor wellington silva santos
		oliveira souza sousa lima pereira ferreira alves pereira costa rodrigues nascimento araujo barbosa cardoso carvalho dias fernandes freitas
		gomes goncalves lopes machado martins medeiros melo mendes menezes monteiro moraes moreira moura nunes ramos ribeiro rocha santana teixeira vieira
		andrade barreto batista bezerra borges campos cavalcante correia cunha dantas farias fonseca freire guimaraes macedo marques mendonca miranda
		nogueira pinheiro pinto prado queiroz rezende sales sampaio soares tavares torres vasconcelos xavier`)
)
