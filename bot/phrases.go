package bot

import "strings"

// What the engine itself says. A flow's own words stand in the flow.
const (
	sayWho      = "%s Sou o assistente virtual da *%s*, um robô que atende a qualquer hora.\nSeu protocolo é `%s`."
	sayPaused   = "Você parou em *%s*. Para voltar de onde parou, digite *continuar*."
	askMenu     = "Como posso ajudar?"
	askGuess    = "Não tenho certeza do que você precisa. É uma destas opções?"
	askWhich    = "Qual destas opções?"
	noneOfThese = "Nenhuma dessas"
	sayAside    = "Certo. Para voltar depois a *%s*, digite *continuar*."
	askMore     = "Posso ajudar em mais alguma coisa?"
	sayStale    = "Essa opção é de uma pergunta que já passou."
	sayHere     = "%s Estou aqui."
	sayWelcome  = "Por nada! Quando precisar, é só chamar."
	sayEnough   = "Certo! Quando precisar, é só chamar."
	sayPleasure = "Por nada!"
	sayCanceled = "Tudo bem, deixei *%s* de lado."
	sayNothing  = "Não há nada em andamento."
	sayNoPause  = "Não encontrei nada para continuar."
	sayGoodbye  = "Conversa encerrada. Guarde o seu protocolo: `%s`.\nQuando precisar, é só chamar. Até logo!"
	sayWarning  = "Você ainda está aí? Se não responder em %d minutos, encerro a conversa para proteger os seus dados."
	sayExpired  = "Encerrei a conversa por falta de resposta, para proteger os seus dados. Seu protocolo é `%s`."
	sayHuman    = "Agora você fala com *%s*, da equipe. Para voltar ao atendimento automático, digite *menu*."
	sayHumanNew = "Agora você fala com *%s*, da equipe. O protocolo desta conversa é `%s`. Para voltar ao atendimento automático, digite *menu*."
	sayPassed   = "*%s* pediu que outra pessoa da equipe continue."
	sayLeft     = "Desculpe a demora: *%s* não conseguiu responder."
	sayClosed   = "*%s* encerrou este atendimento. Se precisar dele depois, o protocolo é `%s`."
	sayBack     = "O atendimento automático voltou."
	sayCall     = "Recebi sua ligação, mas por aqui só atendo por mensagem: escreva o que você precisa. Em uma emergência, ligue *%s*."
	sayDown     = "Nosso sistema está fora do ar neste momento. Guardei sua conversa: repita a última resposta daqui a alguns minutos."
	sayStill    = "O sistema ainda não voltou. Sua conversa continua guardada: tente de novo daqui a pouco."
	saySorry    = "Desculpe, algo deu errado do nosso lado. A equipe já foi avisada (código %s)."
	sayHelp     = "Posso ajudar assim:\n" +
		"• escolha uma opção ou responda com o *número* dela;\n" +
		"• *menu* mostra tudo o que faço;\n" +
		"• *voltar* refaz a pergunta anterior, *cancelar* desiste do que está em andamento;\n" +
		"• *trocar imóvel* atende outra matrícula;\n" +
		"• *atendente* chama uma pessoa ou mostra como falar com uma;\n" +
		"• *privacidade* mostra como uso os seus dados;\n" +
		"• *sair* encerra a conversa."

	hintMenu   = "Não entendi. Escolha uma das opções, ou responda com o número dela."
	hintSecond = "Se preferir, digite *voltar*, *menu* ou *ajuda*."
	hintThird  = "Parece que não estou ajudando. Digite *atendente* para falar com uma pessoa, ou *menu* para recomeçar."
	hintText   = "Recebi, mas por enquanto só consigo ler mensagens de texto. Pode escrever?"
)

// Why what an attendant meant to do was not done, for them to read.
const (
	refusedTaken   = "%s está com esta conversa."
	refusedNobody  = "A conversa está com o robô: assuma antes."
	refusedSelf    = "A conversa já é sua."
	refusedUnknown = "A pessoa não se identificou: peça que digite *menu* e a matrícula, ou oriente por texto."
	refusedNothing = "Não há o que enviar por aqui."
	refusedDown    = "Os sistemas estão fora do ar: tente de novo daqui a pouco."
	refusedBug     = "Erro nosso (código %s): nada foi feito."
)

// saySecret warns who typed a card number or a password.
const saySecret = "Vi um número de cartão ou uma senha na sua mensagem. Apaguei e não guardei. Nunca peço isso: não envie a ninguém, e apague a mensagem aí também."

// sayDanger says whom to call, with the utility's phone.
var sayDanger = map[danger]string{
	waterDanger: "Se há *perigo agora*, ligue já para a emergência da água e do esgoto: *%s*. Fique longe da água e da rede elétrica.",
	fireDanger:  "*Ligue já 193*, Corpo de Bombeiros, e afaste-se do perigo. Emergência da água: *%s*.",
	lifeDanger:  "*Ligue já 192*, SAMU, ou 193, Corpo de Bombeiros. Emergência da água: *%s*.",
	griefDanger: "Você não está só. *Ligue já 188*, CVV: alguém escuta você, de graça, a qualquer hora. Se há perigo agora, 192, SAMU. Emergência da água: *%s*.",
}

// sayChanged answers a message that was changed after we had read it.
var sayChanged = map[string]string{
	"edited":  "Vi que você corrigiu uma mensagem que eu já tinha lido. Para valer a correção, escreva de novo, ou digite *voltar*.",
	"deleted": "Vi que você apagou uma mensagem que eu já tinha lido. Para mudar a resposta, digite *voltar*.",
}

// wishes are words, folded, with which people ask for something, as opposed to
// answering what they were asked.
var wishes = []string{
	"quero", "queria", "qro", "gostaria", "preciso", "manda", "mande", "me ve", "da pra", "tem como", "como faco", "como eu faco", "posso", "agora",
	"ja paguei", "eu paguei",
}

// hintMedia says what we cannot use of what was sent.
func hintMedia(kind string) string {
	switch kind {
	case "voice":
		return "Ainda não consigo ouvir áudios. Pode escrever a sua resposta?"
	case "photo", "video", "document":
		return "Recebi o arquivo, mas nesta pergunta preciso da resposta por escrito."
	case "sticker":
		return "Gostei da figurinha! Mas para continuar preciso da resposta por escrito."
	case "contact":
		return "Recebi o contato, mas nesta pergunta preciso da resposta por escrito."
	case "place":
		return "Recebi a localização, mas nesta pergunta preciso da resposta por escrito."
	default:
		return hintText
	}
}

// A word is something a person may type anywhere.
type word int

const (
	noWord word = iota
	menuWord
	backWord
	cancelWord
	helpWord
	personWord
	leaveWord
	switchWord
	resumeWord
	greeting
	thanks
)

// words are understood in every state, folded, when they are all that was
// said.
var words = map[string]word{
	"menu": menuWord, "menu principal": menuWord, "inicio": menuWord, "start": menuWord, "comecar": menuWord,
	"recomecar": menuWord, "opcoes": menuWord, "voltar ao menu": menuWord,
	"voltar": backWord, "volta": backWord, "anterior": backWord,
	"cancelar": cancelWord, "cancela": cancelWord, "desistir": cancelWord, "parar": cancelWord,
	"ajuda": helpWord, "help": helpWord, "me ajuda": helpWord, "como funciona": helpWord,
	"atendente": personWord, "humano": personWord, "pessoa": personWord, "atendimento": personWord, "falar com atendente": personWord,
	"falar com um atendente": personWord, "falar com uma pessoa": personWord, "falar com alguem": personWord,
	"quero falar com uma pessoa": personWord, "quero falar com um atendente": personWord, "atendimento humano": personWord,
	"sair": leaveWord, "encerrar": leaveWord, "finalizar": leaveWord, "tchau": leaveWord, "ate logo": leaveWord, "fim": leaveWord,
	"trocar imovel": switchWord, "trocar de imovel": switchWord, "outro imovel": switchWord, "mudar de imovel": switchWord,
	"mudar imovel": switchWord, "trocar matricula": switchWord, "trocar de matricula": switchWord, "outra matricula": switchWord,
	"continuar": resumeWord, "retomar": resumeWord,
	"oi": greeting, "oie": greeting, "ola": greeting, "opa": greeting, "alo": greeting, "e ai": greeting, "oi tudo bem": greeting,
	"bom dia": greeting, "boa tarde": greeting, "boa noite": greeting, "oi bom dia": greeting, "oi boa tarde": greeting,
	"oi boa noite": greeting, "ola bom dia": greeting, "ola boa tarde": greeting, "ola boa noite": greeting,
	"obrigado": thanks, "obrigada": thanks, "muito obrigado": thanks, "muito obrigada": thanks, "obg": thanks, "brigado": thanks,
	"brigada": thanks, "valeu": thanks, "vlw": thanks, "grato": thanks, "grata": thanks, "agradecido": thanks, "agradecida": thanks,
	"ok obrigado": thanks, "ok obrigada": thanks,
}

// enough is what people answer, folded, when asked at the menu whether there
// is anything else.
var enough = map[string]bool{
	"nao": true, "nao obrigado": true, "nao obrigada": true, "so isso": true, "era so isso": true, "e so isso": true,
	"nada": true, "nada mais": true, "nao precisa": true, "por enquanto nao": true, "por enquanto e so": true,
	"ok": true, "ta": true, "ta bom": true, "tudo bem": true, "beleza": true, "blz": true, "entendi": true, "certo": true, "nao quero mais": true,
}

// agreed is what people answer, folded, when asked whether it is this; and at
// the menu, when asked whether there is anything else.
var agreed = map[string]bool{
	"sim": true, "s": true, "isso": true, "isso mesmo": true, "e isso": true, "e": true, "e sim": true, "quero": true, "quero sim": true,
	"pode": true, "pode ser": true, "essa": true, "essa mesma": true, "esse": true, "exato": true, "claro": true, "sim por favor": true,
}

// denied is what people answer, folded, when it is nothing of what was guessed.
var denied = map[string]bool{
	"nao": true, "n": true, "nenhum": true, "nenhuma": true, "nao e isso": true, "nao e": true, "nenhum desses": true, "nenhuma delas": true,
	"nao e nenhuma": true, "nao e nenhuma dessas": true, "nao sei": true, "outra coisa": true, "outro": true, "outra": true,
}

// forgiving are the words that are understood with a typing slip too, where
// the answer makes no other sense: those that do no harm and that no other
// word is close to, as "pagar" is to "parar".
var forgiving = []string{"ajuda", "voltar", "atendente", "falar com atendente", "continuar", "trocar imovel", "trocar de imovel"}

// wordOf finds the word that a text is.
func wordOf(text string) word { return words[Fold(strings.ReplaceAll(text, "_", " "))] }

// slippedWord finds the word that a text nearly is.
func slippedWord(text string) word {
	said := Fold(text)
	for _, known := range forgiving {
		if Near(said, known) {
			return words[known]
		}
	}
	return noWord
}

// hello answers a greeting in kind.
func hello(said string) string {
	switch said = Fold(said); {
	case hasWords(said, "bom dia"):
		return "Bom dia!"
	case hasWords(said, "boa tarde"):
		return "Boa tarde!"
	case hasWords(said, "boa noite"):
		return "Boa noite!"
	default:
		return "Olá!"
	}
}
