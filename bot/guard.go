package bot

import (
	"regexp"
	"slices"
	"strings"
)

// Scrubbed returns the message as it may be kept: card numbers and passwords,
// which some people type although nobody asked, are gone from its text, and
// Secret is set if there were any. It is called where a message comes in,
// before anything of it is stored. Twice does no harm.
func (m Message) Scrubbed() Message {
	clean, found := scrub(m.Text)
	m.Text, m.Secret = clean, m.Secret || found
	return m
}

// gone stands where a secret was. It folds to nothing.
const gone = "•••"

// scrub takes secrets out of a text.
func scrub(text string) (clean string, found bool) {
	clean = scrubCards(text)
	lower := strings.ToLower(clean)
	if !slices.ContainsFunc(passwordWords, func(w string) bool { return strings.Contains(lower, w) }) {
		return clean, clean != text
	}
	for _, p := range passwords {
		clean = p.ReplaceAllStringFunc(clean, func(match string) string {
			m := p.FindStringSubmatch(match)
			before, secret, after := m[1], m[2], m[3]
			if secret == gone || slices.Contains(noPassword, Fold(secret)) || Fold(secret) == "" && !strings.ContainsAny(secret, "@#$%&*!+") {
				return match
			}
			return before + gone + after
		})
	}
	return clean, clean != text
}

// passwordWords are in what tells a password.
var passwordWords = []string{"senha", "password", "pin", "token", "cvv", "cvc", "seguran"}

// A password is told in one of these ways: what comes before, itself, and what
// comes after. "Senha 12" is one too, though it may be a ticket in a queue.
var passwords = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(\b(?:senha|password|pin|token)\b[ \t]*(?:(?:d[aoe]|no|na|pro|pra|meu|minha|seu|sua|atual|nova|velha|cart[aã]o|banco|conta|app|aplicativo|site|e-?mail|gov|internet|wi-?fi|cr[eé]dito|d[eé]bito)[ \t]+){0,5}(?:[eé]h?|era|seria|fica)?[ \t]*[:=][ \t]*)(\S+)()`),
	regexp.MustCompile(`(?i)(\b(?:senha|password|pin|token)\b[ \t]+(?:(?:d[aoe]|no|na|pro|pra|meu|minha|seu|sua|atual|nova|velha|cart[aã]o|banco|conta|app|aplicativo|site|e-?mail|gov|internet|wi-?fi|cr[eé]dito|d[eé]bito)[ \t]+){0,5}(?:(?:[eé]h?|era|seria|fica)[ \t]+)?)(\S*\d\S*)()`),
	regexp.MustCompile(`(?i)(\b(?:minha|nossa)[ \t]+(?:senha|password|pin)\b[ \t]+(?:(?:d[aoe]|no|na|meu|minha|cart[aã]o|banco|conta|app|aplicativo|site|e-?mail|gov)[ \t]+){0,5}(?:é|eh)[ \t]+)(\S+)()`),
	regexp.MustCompile(`(?i)(^|\s)(\S*\d\S*)([ \t]+(?:é|eh|e)[ \t]+(?:a[ \t]+)?(?:minha[ \t]+)?senha\b)`),
	regexp.MustCompile(`(?i)(\b(?:cvv|cvc|c[oó]d(?:igo)?\.? de seguran[cç]a)\b\W{0,3}(?:(?:é|eh|e)\W{1,3})?)(\d{3,4})(\b)`),
}

// noPassword is what people say of a password without telling it, folded.
var noPassword = []string{
	"a", "o", "as", "os", "um", "uma", "de", "do", "da", "no", "na", "que", "qual", "como", "onde", "quando", "para", "pra", "nao", "sim", "muito",
	"facil", "dificil", "fraca", "forte", "curta", "longa", "igual", "mesma", "essa", "esta", "aquela", "minha", "errada", "invalida", "incorreta",
	"obrigatoria", "necessaria", "pessoal", "secreta", "segura", "antiga", "nova", "velha", "so", "meu", "bloqueada", "ainda", "sempre", "pedida", "diferente",
}

var (
	digits  = regexp.MustCompile(`\d(?:[\s\x{00A0}.\-–]{0,3}\d){12,}`)
	uuid    = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	brands  = regexp.MustCompile(`^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[0-9]|6\d|22[2-9]|2[3-6]|27[0-2]|35|38)\d*|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11})$`)
	ourDate = regexp.MustCompile(`^2\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{10}$`)
)

// scrubCards takes card numbers out of a text, however their digits are parted.
// Codes of bills (44, 47 or 48 digits) and of Pix are not looked into.
func scrubCards(text string) string {
	found := digits.FindAllStringIndex(text, -1)
	if len(found) == 0 || strings.Contains(strings.ToLower(text), "br.gov.bcb.pix") {
		return text
	}
	keys := uuid.FindAllStringIndex(text, -1)
	var b strings.Builder
	end := 0
	for _, at := range found {
		if slices.ContainsFunc(keys, func(key []int) bool { return at[0] < key[1] && key[0] < at[1] }) {
			continue
		}
		b.WriteString(text[end:at[0]])
		b.WriteString(scrubRun(text[at[0]:at[1]]))
		end = at[1]
	}
	return b.String() + text[end:]
}

// scrubRun takes the card numbers out of a run of digits in groups: before and
// after one there may be others, such as a matrícula or the card's month.
func scrubRun(run string) string {
	const code = 40 // a run from this many digits is the code of a bill
	var groups [][2]int
	var all []byte
	starts := []int{0} // of each group, among all digits
	for i := 0; i < len(run); i++ {
		if !isDigit(run[i]) {
			continue
		}
		from := i
		for i < len(run) && isDigit(run[i]) {
			all = append(all, run[i])
			i++
		}
		groups = append(groups, [2]int{from, i})
		starts = append(starts, len(all))
	}
	if len(all) >= code {
		return run
	}
	for first := range groups {
		for last := len(groups) - 1; last >= first; last-- {
			if isCard(string(all[starts[first]:starts[last+1]])) {
				return run[:groups[first][0]] + gone + scrubRun(run[groups[last][1]:])
			}
		}
	}
	return run
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// isCard tells whether digits are a card's number: of a length and beginning
// that some brand has, with a right last digit (Luhn), and neither a CNPJ nor a
// protocol of ours, which begins with the day.
func isCard(number string) bool {
	n := len(number)
	if n < 13 || n > 19 || !brands.MatchString(number) || n == 14 && isCNPJ(number) || ourDate.MatchString(number) {
		return false
	}
	if second := number[0]; (second == '5' || second == '2') && n != 16 && number[:2] != "50" && (number[1] < '6' || second == '2') {
		return false // Mastercard has 16; other fives may have more
	}
	sum := 0
	for i := range n {
		d := int(number[n-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// isCNPJ tells whether the last two of 14 digits fit the others.
func isCNPJ(number string) bool {
	for _, n := range []int{12, 13} {
		sum := 0
		for i := range n {
			sum += int(number[i]-'0') * ((n-1-i)%8 + 2)
		}
		if check := (sum * 10 % 11) % 10; int(number[n]-'0') != check {
			return false
		}
	}
	return true
}

// A danger is what must be told to somebody other than a bot, at once.
type danger int

const (
	noDanger    danger = iota
	waterDanger        // the utility's phone
	fireDanger         // 193
	lifeDanger         // 192
	griefDanger        // 188
)

// dangerIn tells whether a text speaks of an emergency. It rather misses one
// that is put in unusual words than take a debt in which somebody drowns for
// one.
func dangerIn(said string) danger {
	folded := Fold(said)
	if !mayAlarm(folded) {
		return noDanger
	}
	for _, a := range alarms {
		missing := slices.ContainsFunc(a.all, func(r *regexp.Regexp) bool { return !r.MatchString(folded) })
		if !missing && !a.unless.MatchString(folded) {
			return a.kind
		}
	}
	return noDanger
}

// alarming are beginnings of words without which there is no alarm: most of
// what people say needs no closer look.
var alarming = strings.Fields(`afog caiu caindo choque desmai desacord respira infart convuls sangrando eletrocut soterr mal vomit
	intox envenen ambulancia samu fogo incend chamas explo vaza gas invad inund alag transbord entr subindo enchendo volt
	retorn saindo debaixo estour romp arrebent cratera desab afund ced desmoron rach nuvem quimico veneno contaminada
	emergenc matar morrer vida suicid`)

func mayAlarm(folded string) bool {
	for word := range strings.FieldsSeq(folded) {
		if slices.ContainsFunc(alarming, func(start string) bool { return strings.HasPrefix(word, start) }) {
			return true
		}
	}
	return false
}

// An alarm is told by words that must all be there, unless others are.
type alarm struct {
	kind   danger
	all    []*regexp.Regexp
	unless *regexp.Regexp
}

func wordsLike(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`\b(?:` + pattern + `)\b`)
}

func alarmOf(kind danger, unless string, all ...string) alarm {
	a := alarm{kind: kind, unless: wordsLike(unless)}
	for _, pattern := range all {
		a.all = append(a.all, wordsLike(pattern))
	}
	return a
}

const (
	money   = `contas?|dividas?|debitos?|boletos?|faturas?|valor|precos?|juros|parcelas?|reais|talao|papel|cobrancas?|caras?|caros?`
	past    = `indeniza\w*|ressarc\w*|prejuizos?|processo|justica|(?:ano|mes|semana) passad[ao]|antigamente|ja resolv\w*|ja passou|medo de|nunca|se (?:alagar|inundar|estourar)|nao (?:esta |ta )?(?:alag|inund|invad|peg)\w*`
	someone = `criancas?|menin[oa]s?|bebe|filh[oa]s?|alguem|pessoas?|gente|homem|mulher|mae|pai|avo|vo|mainha|painho|idos[oa]|senhora?|marido|esposa|irma[o]?|vizinh[oa]|rapaz|moc[ao]|ele|ela`
	dwell   = `casa|apartamento|apto|quarto|sala|cozinha|banheiro|quintal|garagem|predio|loja|imovel|moradia|barraco|residencia`
)

var alarms = []alarm{
	// Who thinks of ending their life. A debt is no reason to take it for a manner of speaking.
	alarmOf(griefDanger, `trabalhar|rir|sede|calor|curiosidade|tedio`, `(?:quero|queria|vou|penso em|pensando em|vontade de) (?:me matar|tirar (?:a )?minha (?:propria )?vida|acabar com (?:a )?minha vida|dar fim (?:a|na) minha vida)|(?:quero|queria|vontade de) morrer|suicidio|suicidar|me suicid\w*`),
	// Somebody's life.
	alarmOf(lifeDanger, money+`|`+past, `afogando|afogou|afogad[oa]|afogamento|se afoga`, someone+`|piscina|rio|mar|cisterna|poco|caixa d ?agua|barragem`),
	alarmOf(lifeDanger, past, `(?:`+someone+`) (?:\w+ ){0,2}(?:caiu|caindo) (?:\w+ ){0,3}(?:bueiro|buraco|vala|cisterna|poco|fossa|esgoto|cratera)`),
	alarmOf(lifeDanger, money+`|`+past, `(?:levou|levei|tomou|tomei|dando|deu|levando|tomando|da) (?:um |uns |de )?choques?(?: eletricos?)?`, `agua|torneira|chuveiro|registro|cano|hidrometro|relogio|bomba|poste|fio|eletric[oa]s?`),
	alarmOf(lifeDanger, money+`|`+past, someone, `desmaiou|desmaiad[oa]|desacordad[oa]|sem respirar|nao (?:esta |ta )?respira(?:ndo)?|infarto|infartando|convuls\w*|sangrando muito|eletrocutad[oa]|soterrad[oa]`),
	alarmOf(lifeDanger, money+`|`+past, `passando mal|vomitando|intoxicad[oa]s?|envenenad[oa]s?`, `bebeu|bebi|beber|bebemos|beberam|tomou|agua|cloro`),
	alarmOf(lifeDanger, money+`|`+past, `(?:chama|chame|preciso de|manda|mande|quero|precisa de|precisamos de)(?: a| o| uma| um)? (?:ambulancia|samu)`),
	alarmOf(lifeDanger, money+`|`+past, `choques? eletric[oa]s?`),
	alarmOf(lifeDanger, money+`|`+past+`|raiva|vergonha|rir|calor`, `(?:to|tou|estou|ta|esta|tao|estao) passando (?:muito )?mal`),
	// Fire.
	alarmOf(fireDanger, money+`|`+past+`|alerta|alarme|hidrante|brigada|projeto|seguro|fogos`, `pegando fogo|pegou fogo|tocaram fogo|incendio|incendiando|em chamas`),
	alarmOf(fireDanger, money+`|`+past+`|fogos`, `fogo`, `na casa|na minha casa|no predio|na rua|no mato|no poste|na bomba|na estacao|no vizinho|aqui em casa|bombeiros?`),
	alarmOf(fireDanger, money+`|`+past, `explodiu|explodindo|explosao|vazamento de gas|vazando gas|cheiro (?:forte )?de gas`),
	// Water and sewage where they do harm now.
	alarmOf(waterDanger, money+`|`+past, `aguas?|cano|esgoto|adutora|rede|lama|vazamento|bueiro|enxurrada|tubulacao`, `invadindo|invadiu|inundando|inundou|inundad[oa]|inundacao|alagando|alagou|alagad[oa]s?|alagamento|transbordando`, dwell+`|casas|rua|avenida|tudo|todo|toda|bairro|pista|aqui|bueiro`),
	alarmOf(waterDanger, money+`|`+past, `(?:casa|rua|tudo|quintal|garagem|quarto|sala|cozinha|banheiro|apartamento|loja) (?:\w+ ){0,2}(?:alagando|alagad[oa]|inundand?[oa]|inundou|alagou|debaixo d ?agua)`),
	alarmOf(waterDanger, money+`|`+past, `(?:agua|esgoto|lama) (?:\w+ ){0,2}(?:entrando|entrou|subindo) (?:pra )?(?:dentro )?(?:em|n[ao]s?|d[aeo]s?|pel[ao]) (?:\w+ )?(?:casas?|`+dwell+`|porta)|(?:entrando|entrou|enchendo de) (?:muita )?(?:agua|esgoto|lama) (?:\w+ ){0,3}(?:casas?|`+dwell+`)`),
	alarmOf(waterDanger, money+`|`+past, `esgoto|fossa|merda|coco|fezes`, `voltando|retornando|subindo|saindo|transbordando|voltou|entrando|invadindo`, `dentro d[eoa]|em casa|na minha casa|no banheiro|na cozinha|pelo ralo|pelos ralos|pelo vaso|no vaso|na sala|no quarto|pelo chuveiro`),
	alarmOf(waterDanger, money+`|`+past, `cano|adutora|tubulacao|rede|encanacao`, `estour\w+|romp\w+|arrebent\w+|explod\w+`, `alag\w+|inund\w+|invad\w+|jorr\w+|jato|cratera|desab\w+|carros?|derrub\w+|muita agua|agua demais|perigo\w*|altura`),
	alarmOf(waterDanger, money+`|`+past, `cratera|desabando|desabou|(?:chao|rua|muro|calcada|terreno|asfalto|parede|casa) (?:esta |ta )?(?:afundando|afundou|cedendo|cedeu|desmoronando|rachando)`, `agua|esgoto|cano|vazamento|rua|casa|muro|chao|calcada|asfalto`),
	alarmOf(waterDanger, money+`|`+past, `vazamento de cloro|vazando cloro|nuvem de cloro|produto quimico na agua|veneno na agua|agua (?:esta |ta )?(?:envenenada|contaminada)`),
	// Whoever calls it one, and says no more.
	alarmOf(waterDanger, money+`|`+past, `^(?:(?:e|eh|oi|socorro|ajuda|tenho|preciso|estou|to|com|de|em|uma?|urgente|isso|aqui) )*emergencias?(?: (?:urgente|socorro|agora|aqui|por|favor|na|no|de|minha|rua|casa|agua|esgoto))*$`),
}
