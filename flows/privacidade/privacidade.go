// Package privacidade tells people how the bot treats what it knows of them,
// gives them all of it as a file, and erases it (Lei 13.709/2018, LGPD, art. 9
// and 18). It asks for no identification: who has the chat may see and erase
// what was said in it, which is all that we keep.
package privacidade

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/answer"
	"lojavirtual/store"
	"lojavirtual/store/taxid"
)

// Tables is what our tables hold of a conversation.
type Tables interface {
	// Kept returns what is there; what is not is not in the list.
	Kept(ctx context.Context, session string) ([]store.Kept, error)
	// Erase removes it, or what tells whose it was. Erasing twice is no error.
	Erase(ctx context.Context, session string) error
}

// Talks is what was said.
type Talks interface {
	// Kept tells how many turns are kept that are not in our tables yet, and since
	// when, and how many copies of what was sent, which are kept for two days.
	Kept(ctx context.Context, session string) (turns, copies int, since time.Time, err error)
	// Erase removes them. Erasing twice is no error.
	Erase(ctx context.Context, session string) error
}

const (
	sorting, choosing, showing bot.State = "sorting", "choosing", "showing"
	confirming, erasing        bot.State = "confirming", "erasing"

	asked, listed, doomed   bot.Event = "asked", "listed", "doomed"
	confirmed, kept, erased bot.Event = "confirmed", "kept", "erased"
	done                    bot.Event = "done"
)

const (
	myData  = "Meus dados"
	eraseMe = "Apagar meus dados"
	enough  = "Voltar ao menu"

	eraseNow = "Sim, apagar"
	keepThem = "Não apagar"
)

type turn = bot.Turn[struct{}]

// New returns the conversation of an operator.
func New(tables Tables, talks Talks, op store.Operator) *bot.Flow {
	c := conversation{tables, talks, op, op.Retention.Effective()}
	return bot.NewFlow(bot.About{
		Name:  "privacidade",
		Title: "Privacidade",
		Words: []string{
			"privacidade", "aviso de privacidade", "ver aviso completo", "aviso completo", "lgpd", "protecao de dados",
			"meus dados", "quais dados voce tem", "apagar meus dados", "excluir meus dados", "apague meus dados", "encarregado",
		},
	}, []bot.Step[struct{}]{
		{
			State: sorting, Label: "vendo o que pedem sobre os dados",
			Do: c.sort,
			On: bot.On{asked: choosing, listed: showing, doomed: confirming},
		},
		{
			State: choosing, Label: "lendo o aviso de privacidade",
			Ask:  func(t *turn) { t.Offer("O que você quer fazer com os seus dados?", myData, eraseMe, enough) },
			Hear: c.choose,
			On:   bot.On{listed: showing, doomed: confirming, done: bot.End},
		},
		{
			State: showing, Label: "mostrando os dados",
			Do: c.show,
			On: bot.On{listed: choosing},
		},
		{
			State: confirming, Label: "confirmando que apaga",
			Ask:  c.askToErase,
			Hear: c.confirm,
			On:   bot.On{confirmed: erasing, kept: choosing},
		},
		{
			State: erasing, Label: "apagando os dados",
			Do: c.erase,
			On: bot.On{erased: bot.End},
		},
	})
}

// Notice is said once before the first personal question.
func Notice(op store.Operator) string {
	return bot.Marked("Uso a matrícula e o CPF ou CNPJ só para conferir quem está no cadastro da %s; não guardo o documento.\n"+
		"Para saber mais, digite *ver aviso completo*.", op.Name)
}

type conversation struct {
	tables Tables
	talks  Talks
	op     store.Operator
	keep   store.Retention
}

// sort goes right to what was asked for, and else tells the notice.
func (c conversation) sort(_ context.Context, t *turn) (bot.Event, error) {
	said := bot.Fold(t.Opening())
	switch {
	case strings.Contains(said, "apag"), strings.Contains(said, "exclu"):
		return doomed, nil
	case strings.Contains(said, "meus dados"), strings.Contains(said, "quais dados"):
		return listed, nil
	}
	c.notice(t)
	return asked, nil
}

// notice is the whole of how we treat what we know of people.
func (c conversation) notice(t *turn) {
	t.Say("*Quem cuida dos seus dados*\n%s, CNPJ %s, pela Lei Geral de Proteção de Dados (LGPD). Uso os seus dados só para atender você e para a segurança do atendimento.",
		c.op.LegalName, taxid.Print(c.op.CNPJ))
	t.Say("*O que uso*\nA matrícula, e o CPF ou CNPJ para conferir o cadastro: o documento não é guardado. Leio no sistema da %s as suas contas, pagamentos, consumo e pedidos.", c.op.Name)
	t.Say("*O que guardo, e por quanto tempo*\n"+
		"• a conversa, sem números de documentos: %s;\n"+
		"• recados, fotos e locais que você envia: %s;\n"+
		"• avisos que você pede e o registro do que fez por aqui: %s;\n"+
		"• que você já confirmou um imóvel por aqui: %s;\n"+
		"• o código de cada documento emitido, para conferir se é autêntico: %s;\n"+
		"• o que foi pago por aqui, sem nomes nem dados de cartão: %s;\n"+
		"• o número desta conversa no aplicativo, para responder a você.",
		span(c.keep.Talks), span(c.keep.Notes), span(store.ShortRetention), span(store.KnownRetention), span(c.keep.Documents), span(c.keep.Charges))
	t.Say("*Seus direitos*\nDigite *meus dados* para receber tudo o que guardo, ou *apagar meus dados*. Contas, pagamentos e pedidos ficam no sistema da %s, porque a lei manda.\n"+
		"Encarregado: %s, %s.", c.op.Name, c.op.Privacy.Name, strings.Join(reach(c.op.Privacy), ", "))
}

func reach(c store.Contact) []string {
	var ways []string
	for _, way := range []string{c.Phone, c.Email, c.Site} {
		if way != "" {
			ways = append(ways, way)
		}
	}
	return ways
}

func (c conversation) choose(_ context.Context, t *turn) (bot.Event, error) {
	said, err := answer.Option(t.Text(), myData, eraseMe, enough)
	switch said {
	case myData:
		return listed, err
	case eraseMe:
		return doomed, err
	default:
		return done, err
	}
}

// show sends all that we keep as a file.
func (c conversation) show(ctx context.Context, t *turn) (bot.Event, error) {
	turns, copies, since, err := c.talks.Kept(ctx, t.Chat())
	if err != nil {
		return "", fmt.Errorf("count what was said: %w", err)
	}
	kept, err := c.tables.Kept(ctx, t.Chat())
	if err != nil {
		return "", fmt.Errorf("list what is kept: %w", err)
	}
	var talks []string
	kept = slices.DeleteFunc(kept, func(k store.Kept) bool {
		if k.Kind != store.KeptTalks {
			return false
		}
		turns, since, talks = turns+k.Count, k.Since, k.Details
		return true
	})
	var b strings.Builder
	fmt.Fprintf(&b, "Dados que o assistente virtual da %s guarda desta conversa, em %s.\n\n", c.op.Name, store.DateOf(t.At()))
	fmt.Fprintf(&b, "Número da conversa no aplicativo: %s. Serve para responder a você.\n", t.Chat())
	if phone := t.Phone(); phone != "" {
		fmt.Fprintf(&b, "Telefone de onde você escreve, que o aplicativo informa: %s. Serve para levar as respostas até você.\n", store.FormatPhone(store.FullPhone(phone)))
	}
	if p := t.Property(); p != 0 {
		fmt.Fprintf(&b, "Matrícula em atendimento: %s. Sai da conversa quando ela termina.\n", store.FormatMatricula(p))
	}
	fmt.Fprintf(&b, "Imóveis que você confirmou por aqui: lembro por %s depois da última vez, para que erros de outras pessoas não impeçam você de entrar.\n", span(store.KnownRetention))
	if turns > 0 {
		fmt.Fprintf(&b, "Mensagens trocadas: %d, desde %s. São apagadas depois de %s.\n", turns, store.DateOf(since), span(c.keep.Talks))
		for _, talk := range talks {
			fmt.Fprintf(&b, "  - %s\n", talk)
		}
	}
	if copies > 0 {
		fmt.Fprintf(&b, "Cópias das últimas mensagens enviadas a você: %d. Servem para enviar de novo o que o aparelho não conseguiu abrir. São apagadas em até 2 dias.\n", copies)
	}
	for _, k := range kept {
		fmt.Fprintf(&b, "%s: %d, desde %s. %s\n", kinds[k.Kind].name, k.Count, store.DateOf(k.Since), fmt.Sprintf(kinds[k.Kind].why, span(c.days(k.Kind))))
		for _, d := range k.Details {
			fmt.Fprintf(&b, "  - %s\n", strings.Join(strings.Fields(d), " "))
		}
	}
	fmt.Fprintf(&b, "\nContas, pagamentos, consumo e pedidos de serviço estão no sistema comercial da %s e não são cópia deste assistente.\n", c.op.Name)
	fmt.Fprintf(&b, "Encarregado de dados: %s, %s.\n", c.op.Privacy.Name, strings.Join(reach(c.op.Privacy), ", "))
	t.Send("meus-dados.txt", []byte(b.String()), "Aqui está tudo o que guardo desta conversa, desde quando e por quê.")
	return listed, nil
}

// kinds says what is kept, and why, with the days after which it is erased.
var kinds = map[store.KeptKind]struct{ name, why string }{
	store.KeptNotes:       {"Recados que você deixou", "Servem para a equipe responder. São apagados depois de %s."},
	store.KeptRemarks:     {"Anotações da equipe sobre as suas conversas", "Servem para quem atende depois. Para ler o texto, peça ao encarregado de dados. São apagadas depois de %s."},
	store.KeptFiles:       {"Arquivos que enviei a você", "Servem para a equipe ver o que você recebeu. São apagados depois de %s."},
	store.KeptDocuments:   {"Documentos emitidos", "O código permite conferir se o documento é autêntico. É apagado depois de %s."},
	store.KeptEffects:     {"Pedidos feitos por aqui", "O registro evita fazer o mesmo pedido duas vezes. É apagado depois de %s."},
	store.KeptAttachments: {"Fotos e localizações que você enviou com pedidos", "Servem para a equipe achar o local. São apagadas depois de %s."},
	store.KeptCharges:     {"Pagamentos que você começou por aqui", "A ligação com esta conversa serve para avisar o resultado. É apagada depois de %s."},
	store.KeptRatings:     {"Notas que você deu ao atendimento", "Servem para melhorar o atendimento. São apagadas depois de %s."},
	store.KeptWatches:     {"Avisos que você pediu", "Servem para avisar quando o pedido mudar. São apagados em até %s."},
}

// span says days in years where they are whole ones.
func span(days int) string {
	switch {
	case days == 365:
		return "1 ano"
	case days%365 == 0:
		return fmt.Sprintf("%d anos", days/365)
	default:
		return fmt.Sprintf("%d dias", days)
	}
}

func (c conversation) days(kind store.KeptKind) int {
	switch kind {
	case store.KeptFiles:
		return c.keep.Files
	case store.KeptDocuments:
		return c.keep.Documents
	case store.KeptNotes, store.KeptAttachments:
		return c.keep.Notes
	case store.KeptRemarks, store.KeptRatings:
		return c.keep.Talks
	default:
		return store.ShortRetention
	}
}

func (c conversation) askToErase(t *turn) {
	t.Offer(bot.Marked("Apago a conversa, os recados, os avisos pedidos, os anexos dos pedidos e a ligação desta conversa com os documentos que emiti e com o que foi pago. "+
		"Contas, pagamentos e pedidos ficam no sistema da %s, porque a lei manda. Quer apagar agora?", c.op.Name), eraseNow, keepThem)
}

func (c conversation) confirm(_ context.Context, t *turn) (bot.Event, error) {
	said, err := answer.Option(t.Text(), eraseNow, keepThem)
	if err != nil {
		yes, unclear := answer.Yes(t.Text())
		if unclear != nil {
			return "", err
		}
		if yes {
			said = eraseNow
		}
	}
	if said == eraseNow {
		return confirmed, nil
	}
	return kept, nil
}

func (c conversation) erase(ctx context.Context, t *turn) (bot.Event, error) {
	if err := c.talks.Erase(ctx, t.Chat()); err != nil {
		return "", fmt.Errorf("erase what was said: %w", err)
	}
	if err := c.tables.Erase(ctx, t.Chat()); err != nil { // last, or what was said might get there meanwhile
		return "", fmt.Errorf("erase what is kept: %w", err)
	}
	t.Forget()
	t.Seal()
	t.Say("Pronto, apaguei os seus dados em %s. Este é o comprovante: protocolo `%s`.", store.DateOf(t.At()), bot.Grouped(t.Protocol()))
	return erased, nil
}
