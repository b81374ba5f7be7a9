// Package golpe is the conversation in which anybody finds out whether a code for
// payment, that came to them by whatever way, is the utility's own ("É golpe?").
//
// # Why
//
// Nobody has to say who they are: who holds a false bill may be no customer at
// all, and has to know before they pay. What is said of a genuine code stands in
// the code itself, beside whether it is paid; see package store/genuine.
//
// It begins by itself when somebody pastes a code where nothing was asked, or
// sends a file, as people do who do not know what to call it.
package golpe

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
	"lojavirtual/store/genuine"
)

// Judge says what a code is.
type Judge interface {
	Judge(ctx context.Context, kind store.CodeKind, code string, now time.Time) (store.Judgment, error)
}

// Doubts keeps people from trying amounts until a code is right. Every method takes
// the property whose debt a code names, 0 for none that we know.
type Doubts interface {
	// Wait tells how long this chat must leave such codes alone, right or wrong.
	Wait(ctx context.Context, chat string, property int64, now time.Time) (time.Duration, error)
	// Wrong counts a wrong one; the same again counts no more.
	Wrong(ctx context.Context, code, chat string, property int64, now time.Time) error
}

// Files reads the codes in what a person sent.
type Files interface {
	// Takes tells whether a file can be sent in a chat at all.
	Takes(chat string) bool
	// Codes returns the codes in a photo or a document, as they would be pasted,
	// the likeliest first; none if there are none. An error that is a bot.Mistake
	// says what to do instead.
	Codes(ctx context.Context, chat string, m bot.Media) ([]string, error)
}

// Services is what the conversation is made with.
type Services struct {
	Judge  Judge
	Doubts Doubts
	Files  Files  // nil takes no files
	Name   string // of the utility
	Payee  string // who is paid, as banks show it
	Phone  string // where to tell of a false bill
	Copies string // the flow that gives second copies
}

const (
	starting, asking, closing bot.State = "starting", "asking", "closing"

	wanted, judged      bot.Event = "wanted", "judged"
	again, turned, done bot.Event = "again", "turned", "done"
)

// What the buttons say.
const (
	copies  = "Pedir a 2ª via"
	another = "Conferir outro código"
	finish  = "Nada mais"
)

type data struct{}

type turn = bot.Turn[data]

// files are the media in which there may be a code.
var files = []string{"photo", "document"}

// New returns the conversation. Read the table, then the functions below it,
// which stand in the order of the table.
func New(with Services) *bot.Flow {
	c := conversation{with}
	about := bot.About{
		Name:  "golpe",
		Title: "É golpe?",
		Words: []string{
			"e golpe", "golpe", "fraude", "boleto falso", "conta falsa", "codigo falso", "pix falso", "e verdadeiro", "e verdadeira", "e de voces",
			"conferir codigo", "verificar codigo", "conferir boleto", "codigo suspeito", "boleto suspeito",
		},
		Recognizes: recognizes,
	}
	var takes []string
	if with.Files != nil {
		about.Takes, takes = files, files
	}
	return bot.NewFlow(about, []bot.Step[data]{
		{
			State: starting, Label: "vendo se já há um código",
			Do: c.start,
			On: bot.On{wanted: asking, judged: closing},
		},

		{
			State: asking, Label: "esperando o código",
			Ask:   c.askCode,
			Hear:  c.hear,
			Takes: takes,
			On:    bot.On{judged: closing, done: bot.End},
		},

		{
			State: closing, Label: "oferecendo o que fazer",
			Ask:   func(t *turn) { t.Offer("O que você quer fazer agora?", copies, another, finish) },
			Hear:  c.close,
			Takes: takes,
			On:    bot.On{judged: closing, again: asking, turned: bot.End, done: bot.End},
		},
	})
}

type conversation struct{ Services }

// recognizes tells whether somebody pastes a code, whatever was asked. An address
// is none: people send many.
func recognizes(text string) bool {
	kind, _, ok := genuine.Find(text)
	return ok && kind != store.KindPage
}

func (c conversation) start(ctx context.Context, t *turn) (bot.Event, error) {
	if _, _, ok := genuine.Find(t.Text()); !ok && t.Media() == nil {
		return wanted, nil
	}
	if err := c.judge(ctx, t); bot.FaultOf(err) == bot.Slip { // a file without a code: say so, and ask for one
		t.Tell(err.Error())
		return wanted, nil
	} else if err != nil {
		return "", err
	}
	return judged, nil
}

func (c conversation) askCode(t *turn) {
	text := "Cole aqui o código que você recebeu: a linha digitável, o código de barras, o Pix copia e cola ou o link."
	if c.Files != nil && c.Files.Takes(t.Chat()) {
		text += " Também pode mandar o PDF ou uma foto da conta."
	}
	t.Offer(text + "\nNão precisa se identificar.")
}

var endings = []string{"nao", "nada", "nada mais", "nao obrigado", "nao obrigada", "deixa", "deixa pra la", "so isso"}

func (c conversation) hear(ctx context.Context, t *turn) (bot.Event, error) {
	if slices.Contains(endings, bot.Fold(t.Text())) {
		return done, nil
	}
	return judged, c.judge(ctx, t)
}

func (c conversation) close(ctx context.Context, t *turn) (bot.Event, error) {
	if _, _, ok := genuine.Find(t.Text()); ok || t.Media() != nil {
		return judged, c.judge(ctx, t)
	}
	if slices.Contains(endings, bot.Fold(t.Text())) {
		return done, nil
	}
	way, err := answer.Option(t.Text(), copies, another, finish)
	if err != nil {
		return "", err
	}
	switch way {
	case copies:
		t.Go(c.Copies, "")
		return turned, nil
	case another:
		return again, nil
	default:
		return done, nil
	}
}

// judge says what was pasted or sent is. Of several codes in a file the one that
// matters is said: a genuine one if all are, else the worst.
func (c conversation) judge(ctx context.Context, t *turn) error {
	texts := []string{t.Text()}
	if m := t.Media(); m != nil {
		found, err := c.Files.Codes(ctx, t.Chat(), *m)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return bot.Mistake("Não achei um código nesse arquivo. Mande uma foto mais de perto, com luz e sem cortar o código, ou cole a linha digitável.")
		}
		texts = found
	}
	var worst *store.Judgment
	var pasted string
	for _, text := range texts {
		kind, code, ok := genuine.Find(text)
		if !ok { // a QR code may say anything
			continue
		}
		v, err := c.Judge.Judge(ctx, kind, code, t.At())
		if err != nil {
			return fmt.Errorf("judge a code: %w", err)
		}
		if worst == nil || rank(v) < rank(*worst) {
			worst, pasted = &v, code
		}
	}
	if worst == nil {
		return bot.Mistake("Não achei um código de pagamento nisso. Copie o código inteiro e cole aqui.")
	}
	wait, err := c.pause(ctx, t, *worst, pasted)
	switch {
	case err != nil:
		return err
	case wait > 0:
		t.Say("Você já mostrou *muitos códigos que não conferem* com os nossos. Para proteger os dados dos clientes, posso conferir outro daqui a %s.\nAté lá, não pague por código de que você desconfia: peça a 2ª via por aqui, que é a certa.", after(wait))
	default:
		c.say(t, *worst)
	}
	return nil
}

// pause tells how long to wait before a code is judged that may have been made up
// to find an amount: the same whether it is right or wrong, and never of a code of
// the property that they identified themselves for. A wrong one counts.
func (c conversation) pause(ctx context.Context, t *turn, v store.Judgment, code string) (time.Duration, error) {
	wrong := v.Verdict == store.Unknown && v.Kind != store.KindPage
	if v.Names == 0 && !wrong || v.Names != 0 && t.Identity() != nil && t.Property() == v.Names {
		return 0, nil
	}
	wait, err := c.Doubts.Wait(ctx, t.Chat(), v.Names, t.At())
	if err == nil && wait == 0 && wrong {
		err = c.Doubts.Wrong(ctx, code, t.Chat(), v.Names, t.At())
	}
	return wait, err
}

// after says a wait in words, rounded up.
func after(wait time.Duration) string {
	if minutes := int((wait + time.Minute - 1) / time.Minute); minutes < 60 {
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d h", int((wait+time.Hour-1)/time.Hour))
}

// rank is how much a judgment is to be feared, the most first. That the address on a
// bill is ours says less than what its other codes pay.
func rank(v store.Judgment) int {
	switch {
	case v.Verdict == store.Foreign:
		return 0
	case v.Kind == store.KindPage && (v.Verdict == store.Genuine || v.Authenticity == store.KeyGone):
		return 4
	case v.Verdict == store.Unknown:
		return 1
	case v.Verdict == store.Unreadable:
		return 2
	default:
		return 3
	}
}

// segments are what FEBRABAN's first digit tells of who collects.
var segments = map[byte]string{
	'1': "de uma prefeitura", '2': "de outra empresa de saneamento", '3': "de uma empresa de energia ou gás", '4': "de uma empresa de telefonia",
	'5': "de um órgão público", '6': "de um carnê", '7': "de uma multa de trânsito", '9': "de um banco",
}

func (c conversation) say(t *turn, v store.Judgment) {
	if v.Verdict == store.Genuine {
		c.sayGenuine(t, v)
		return
	}
	why := ""
	switch {
	case v.Partner != store.Partner{}:
		c.sayPartner(t, v.Partner)
		return
	case v.Authenticity == store.KeyGone:
		t.Say("Esse endereço é da %s, mas *não dá mais para conferir* a assinatura do documento. Isso não quer dizer que ele seja falso.\nPara ter certeza, ligue para %s.", c.Name, c.Phone)
		return
	case v.Kind == store.KindPage && v.Verdict == store.Unknown:
		t.Say("*Não pague.* O endereço é da %s, mas não é de nenhum documento que emitimos. Ele pode ter sido mudado, ou estar incompleto.\nLeia de novo o QR Code do alto do documento, ou peça a 2ª via por aqui, que é a certa.", c.Name)
		return
	case v.Verdict == store.Unreadable:
		t.Say("Esse código *não está certo*: falta um pedaço, ou algum número está trocado. *Não pague com ele.*\nCopie de novo, inteiro. Se ficar igual, peça a 2ª via por aqui.")
		return
	case v.Verdict == store.Unknown:
		t.Say("*Não pague.* O código diz que é da %s, mas não confere com nenhuma conta ou extrato que emitimos com esse valor. Ele pode ter sido adulterado, ou a conta foi corrigida depois.\nPeça a 2ª via por aqui, que é a certa. Para denunciar, ligue para %s.", c.Name, c.Phone)
		return
	case v.Kind == store.KindBankSlip:
		why = fmt.Sprintf("É um boleto de banco, e a %s não cobra por boleto.", c.Name)
	case v.Kind == store.KindPage:
		why = fmt.Sprintf("Esse endereço não é da %s. Não digite nada nele.", c.Name)
	case v.Kind == store.KindPix && strings.TrimSpace(v.Payee) != "":
		why = bot.Marked("Esse Pix paga a outra pessoa ou empresa: *%s*.", v.Payee)
	case v.Kind == store.KindPix:
		why = "Esse Pix não foi feito por nós."
	case segments[v.Segment] != "":
		why = "Esse código é " + segments[v.Segment] + "."
	default:
		why = "Esse código é de outra empresa."
	}
	t.Tell(bot.Marked("*Não é da %s: não pague* como se fosse a sua conta de água.", c.Name) + "\n" + why +
		bot.Marked("\nO certo é pegar a conta por aqui mesmo. Para denunciar, ligue para %s.", c.Phone))
}

// sayPartner says whose an address is that our bills are paid by. That it is theirs
// does not make whatever it asks for ours.
func (c conversation) sayPartner(t *turn, p store.Partner) {
	who := "um dos bancos em que dá para pagar"
	if p.Card {
		who = "empresa credenciada para receber por cartão"
	}
	t.Say("Esse endereço *não é da %s*: é de *%s*, "+who+". Para pagar com segurança, chegue lá pelo link que a nossa conversa mostra, e não por este.\nAntes de confirmar, veja se quem recebe é *%s*.", c.Name, p.Name, c.Payee)
}

// sayGenuine says what our code is for, and whether to pay it.
func (c conversation) sayGenuine(t *turn, v store.Judgment) {
	switch {
	case v.Authenticity != "":
		c.sayDocument(t, v.Document)
		return
	case v.Kind == store.KindPage:
		t.Say("Esse endereço *é da %s*.", c.Name)
		return
	}
	d := v.Debt
	what := bot.Marked("cobrança de *%s*", d.Total)
	switch {
	case d.Statement != 0:
		what = bot.Marked("extrato nº %d, de *%s*", d.Statement, d.Total)
	case d.Slip != 0:
		what = bot.Marked("guia de pagamento de *%s*", d.Total)
	case d.Month.Valid():
		what = bot.Marked("conta de *%s*, no valor de *%s*", d.Month, d.Total)
	}
	if t.Identity() != nil && t.Property() == d.Property {
		what += bot.Marked(", da sua matrícula `%s`", store.FormatMatricula(d.Property))
	}
	what = bot.Marked("O código *é da %s*: ", c.Name) + what + ".\n"
	switch d.Standing {
	case store.CodePaid:
		what += "Já consta como *paga*: não pague de novo."
	case store.CodePartly:
		what += "Consta como *paga em parte*: este código cobra o valor inteiro. Não pague com ele; digite *atendente* para saber quanto falta."
	case store.CodeReview:
		what += "Está *em revisão*: espere a análise antes de pagar."
	case store.CodeNegotiation:
		what += "Há um pagamento por cartão em andamento: não pague agora."
	case store.CodeExpired:
		what += "Mas os valores eram de outro dia, e ele *não vale mais*. Peça outro por aqui."
	case store.CodeClosed:
		what += "Mas *não está mais em aberto por este código*: foi paga em parte, corrigida, cancelada ou parcelada. Não pague com ele."
	default:
		what += bot.Marked("Ainda está *em aberto*. Antes de confirmar no banco, veja se quem recebe é *%s*.", c.Payee)
	}
	t.Tell(what)
}

// sayDocument says what our document is. Others may have put codes of their own on
// it, so that whom it pays is to be looked at all the same.
func (c conversation) sayDocument(t *turn, d store.Document) {
	of := ""
	if d.Month != 0 {
		of = bot.Marked(", *%s*", d.Month)
	}
	said := bot.Marked("O documento *é da %s*: %s", c.Name, d.Kind.Name()) + of +
		bot.Marked(", no valor de *%s*, com data de %s.\n", d.Total, store.DateOf(d.IssuedAt))
	if d.Kind == store.ClearanceDocument {
		t.Tell(said + "Confira se é o mesmo que está no papel. Se for diferente, não aceite.")
		return
	}
	t.Tell(said + bot.Marked("Se no papel estiver outro mês ou valor, não pague. Antes de confirmar no banco, veja se quem recebe é *%s*.", c.Payee))
}
