package bot

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestScrub(t *testing.T) {
	for said, want := range map[string]string{
		// cards, whole and within sentences
		"4111111111111111":    "•••",
		"4111 1111 1111 1111": "•••",
		"4111-1111-1111-1111": "•••",
		"4111.1111.1111.1111": "•••",
		"meu cartão é 5555 5555 5555 4444 val 12/28 cvv 123": "meu cartão é ••• val 12/28 cvv •••",
		"quero pagar com 3782 822463 10005, pode?":           "quero pagar com •••, pode?",
		"elo 6362970000457013":                               "elo •••",
		"hiper 6062 8256 2425 4001":                          "hiper •••",
		"cartao4111111111111111":                             "cartao•••",
		"matrícula 12345679 4111 1111 1111 1111":             "matrícula 12345679 •••",
		"4111 1111 1111 1111 12 28 123":                      "••• 12 28 123",
		"4111 1111 1111 1111 e 5555-5555-5555-4444":          "••• e •••",
		"4111 1111 1111 1111\n5555 5555 5555 4444":           "•••\n•••",
		"código de segurança: 987":                           "código de segurança: •••",

		// and what only looks like one
		"4111 1111 1111 1112": "",
		"83660000001 0 84300153000 1 00000000000 0 00009000010 5": "",
		"836800000005208101380004110012345672202605100017":        "",
		"83680000000-5 20810138000-4 11001234567-2 20260510001-7": "",
		"23793381286000782713695000063305975520000370000":         "",
		"00190500954014481606906809350314337370000000100":         "",
		"52998224725":                   "",
		"529.982.247-25":                "",
		"12.345.678/0001-95":            "",
		"36345678000195":                "",
		"minha matrícula é 1234567-9":   "",
		"(79) 99999-8888":               "",
		"+55 79 99999 8888":             "",
		"5579999998888":                 "",
		"protocolo 2611.2212.3456.7894": "",
		"2611221234567890":              "",
		"00020126580014br.gov.bcb.pix01364111111111111111": "",
		"123e4567-e89b-12d3-a456-426614174000":             "",
		"de 01/2026 02/2026 03/2026":                       "",
		"R$ 1.091,12":                                      "",

		// passwords
		"minha senha é 1234":                 "minha senha é •••",
		"minha senha e abc123":               "minha senha e •••",
		"senha: 1234":                        "senha: •••",
		"SENHA:Segredo!":                     "SENHA:•••",
		"senha=flamengo":                     "senha=•••",
		"a senha do meu cartão é 998877":     "a senha do meu cartão é •••",
		"minha senha é flamengo":             "minha senha é •••",
		"cpf 529.982.247-25 senha deso@2020": "cpf 529.982.247-25 senha •••",
		"1234 é a minha senha":               "••• é a minha senha",
		"login joao senha 123456 ok":         "login joao senha ••• ok",
		"password: hunter2":                  "password: •••",

		// and talk of passwords
		"esqueci minha senha":              "",
		"minha senha não funciona":         "",
		"minha senha é difícil":            "",
		"qual é a senha?":                  "",
		"precisa de senha?":                "",
		"senha":                            "",
		"a senha é obrigatória":            "",
		"como troco a senha do wifi":       "",
		"quero a segunda via da conta 12":  "",
		"peguei a senha e esperei 2 horas": "",
		"":                                 "",
	} {
		if want == "" {
			want = said
		}
		got, found := scrub(said)
		if got != want || found != (got != said) {
			t.Errorf("scrub(%q) = %q, %v; want %q", said, got, found, want)
		}
	}
}

func TestScrubbedMessage(t *testing.T) {
	m := Message{Text: "senha: 1234"}.Scrubbed()
	if m.Text != "senha: •••" || !m.Secret {
		t.Errorf("%q, %v", m.Text, m.Secret)
	}
	if again := m.Scrubbed(); again.Text != m.Text || !again.Secret {
		t.Errorf("again: %q, %v", again.Text, again.Secret)
	}
}

func TestDangerIn(t *testing.T) {
	for said, want := range map[string]danger{
		"a água tá invadindo minha casa":                      waterDanger,
		"AGUA INVADINDO A CASA SOCORRO":                       waterDanger,
		"o cano estourou na rua e está alagando tudo":         waterDanger,
		"estourou a adutora tá jorrando água pra todo lado":   waterDanger,
		"esgoto voltando dentro de casa":                      waterDanger,
		"o esgoto ta saindo pelo ralo do banheiro":            waterDanger,
		"tá entrando água dentro de casa":                     waterDanger,
		"minha casa está alagada":                             waterDanger,
		"abriu uma cratera na rua por causa do vazamento":     waterDanger,
		"o muro tá cedendo por causa do vazamento de água":    waterDanger,
		"a rua ta afundando e tem vazamento":                  waterDanger,
		"vazamento de cloro na estação":                       waterDanger,
		"levei um choque na torneira":                         lifeDanger,
		"o chuveiro tá dando choque":                          lifeDanger,
		"a água da torneira tá dando choque":                  lifeDanger,
		"tem uma criança se afogando na cisterna":             lifeDanger,
		"o menino caiu no bueiro":                             lifeDanger,
		"minha mãe desmaiou aqui":                             lifeDanger,
		"meus filhos tão passando mal depois de beber a água": lifeDanger,
		"chama uma ambulância":                                lifeDanger,
		"minha casa tá pegando fogo":                          fireDanger,
		"a bomba da deso ta pegando fogo":                     fireDanger,
		"incêndio aqui na rua":                                fireDanger,
		"choque elétrico no registro":                         lifeDanger,
		"tô passando mal":                                     lifeDanger,
		"emergência":                                          waterDanger,
		"é uma emergência":                                    waterDanger,
		"quero me matar":                                      griefDanger,
		"não aguento mais, vou acabar com minha vida":         griefDanger,
		"cheiro forte de gás aqui":                            fireDanger,

		"minha conta deu um choque":                                  noDanger,
		"levei um choque quando vi o valor da conta de água":         noDanger,
		"tô me afogando em dívida":                                   noDanger,
		"me afogando em boletos":                                     noDanger,
		"essa conta tá pegando fogo de cara":                         noDanger,
		"o preço tá pegando fogo":                                    noDanger,
		"são joão tem fogos na rua":                                  noDanger,
		"hidrante de incêndio sem água":                              noDanger,
		"vazamento na porta de casa":                                 noDanger,
		"cano estourado na rua":                                      noDanger,
		"falta de água em casa":                                      noDanger,
		"não está entrando água na caixa":                            noDanger,
		"a água voltou na minha casa":                                noDanger,
		"esgoto entupido":                                            noDanger,
		"a agua ta com gosto de cloro forte":                         noDanger,
		"indenização porque o esgoto invadiu minha casa ano passado": noDanger,
		"o valor da água subiu em casa":                              noDanger,
		"a conta de água da minha casa subiu":                        noDanger,
		"quando a água vai chegar na minha casa":                     noDanger,
		"a água não sobe pra caixa":                                  noDanger,
		"quem é o chefe?":                                            noDanger,
		"bom dia":                                                    noDanger,
		"":                                                           noDanger,
		"socorro":                                                    noDanger,
		"passando mal de raiva com essa conta":                       noDanger,
		"tenho que me matar de trabalhar pra pagar":                  noDanger,
		"essa conta vai me matar":                                    noDanger,
		"qual o telefone da emergência":                              noDanger,
		"água é vida":                                                noDanger,
		"tô morrendo de sede sem água":                               noDanger,
		"isso é um incêndio de conta":                                noDanger,
		"ligação de água na casa nova":                               noDanger,
		"a agua chega fraca e não ta subindo pra minha casa":         noDanger,
		"o consumo subiu muito na minha casa":                        noDanger,
		"meu pai caiu no golpe do boleto":                            noDanger,
		"a água ta entrando ar na casa":                              noDanger,
	} {
		if got := dangerIn(said); got != want {
			t.Errorf("dangerIn(%q) = %d, want %d", said, got, want)
		}
		if loud := strings.ToUpper(said); dangerIn(loud) != want {
			t.Errorf("dangerIn(%q) differs", loud)
		}
	}
}

// None of what people ask for every day is an emergency.
func TestNoFalseAlarms(t *testing.T) {
	for _, file := range []string{"../flows/examples.tsv", "../flows/testdata/utterances.tsv"} {
		for _, x := range readExamples(t, file) {
			if d := dangerIn(x.Text); d != noDanger {
				t.Errorf("%q is taken for an emergency of kind %d", x.Text, d)
			}
			if clean, found := scrub(x.Text); found {
				t.Errorf("%q is taken for a secret: %q", x.Text, clean)
			}
		}
	}
}

// Whatever is typed, guards neither fall over nor leave a card behind, nor
// change what they have already changed.
func FuzzGuards(f *testing.F) {
	for _, seed := range []string{
		"", "4111 1111 1111 1111", "senha: 1234", "minha senha é \xff\xfe", "•••", "1234 é minha senha senha: 5678", "cvv 123",
		"83680000000-5 20810138000-4 11001234567-2 20260510001-7", "esgoto voltando dentro de casa", strings.Repeat("4 1 ", 50),
		"senha senha senha: senha", "5555-5555\u00a05555–4444", "\u0301\u0327ç", "２０１１",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		if len(said) > 4096 { // no network carries more
			return
		}
		clean, found := scrub(said)
		if again, more := scrub(clean); more {
			t.Errorf("%q became %q, and then %q", said, clean, again)
		}
		if !found && clean != said {
			t.Errorf("%q became %q unseen", said, clean)
		}
		if utf8.ValidString(said) && !utf8.ValidString(clean) {
			t.Errorf("%q became invalid: %q", said, clean)
		}
		if with, _ := scrub(said + " 4111 1111 1111 1111"); strings.HasSuffix(with, "1111") && !strings.Contains(strings.ToLower(said), "br.gov.bcb.pix") && strings.Trim(said, "0123456789 .-–\u00a0\t\n\r\v\f") != said[:0] && lastRun(said) == 0 {
			t.Errorf("a card is left after %q: %q", said, with)
		}
		if dangerIn(said) != dangerIn(Fold(said)) {
			t.Errorf("%q is another danger when folded", said)
		}
	})
}

// lastRun counts the digits a text ends with.
func lastRun(said string) int {
	return len(said) - len(strings.TrimRight(said, "0123456789 .-–\u00a0\t\n\r\v\f"))
}

func BenchmarkGuards(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		const said = "bom dia moça a conta desse mês não veio aqui em casa, como faço pra tirar a segunda via?"
		scrub(said)
		dangerIn(said)
	}
}
