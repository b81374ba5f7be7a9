package console

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"lojavirtual/bot"
	"lojavirtual/bot/console/scrub"
	"lojavirtual/store"
)

// Unstored returns the turns of a person that are not stored yet. See
// redis.Mail.Unstored: it is asked before what is stored.
type Unstored func(ctx context.Context, session string) ([]store.Turn, error)

// A transcript is what the page of a conversation shows.
type transcript struct {
	Protocol, Channel, Person, Property string
	Document                            string // where its CPF or CNPJ is shown to who says why; "" if there is none, or not for this visitor
	Lines                               []line
	Events                              string // where to hear what is said from now on
	Last                                string // the ID of the last turn that the page shows
	Gist, Known                         []fact
	Before                              []past // earlier conversations of the same person
	Steps                               string // where it is seen turn by turn
	Test                                string // where it is had as a test; "" if not for this visitor
	Desk                                desk
}

// A line is something that was said, or that happened. It is drawn alike by the
// template and by live.js, which knows no more of it than this.
type line struct {
	Class      string   `json:"s"`           // "theirs", "ours" or "staff"; "event soft small" of what happened
	Head       string   `json:"h,omitempty"` // who said it, and when
	Paragraphs [][]bit  `json:"p,omitempty"`
	Options    []string `json:"o,omitempty"`
}

var errNoTalk = problem{http.StatusNotFound, "Não há conversa com este protocolo. Ela pode ter sido apagada, a pedido da pessoa ou pelo prazo de guarda."}

// talk shows a conversation as it was seen, once it is written down who reads it.
func (c *Console) talk(w http.ResponseWriter, r *http.Request, v visitor) error {
	ctx, protocol := r.Context(), r.PathValue("protocolo")
	session, err := c.sessionOf(ctx, protocol)
	if err != nil {
		return err
	}
	if err := c.office.note(ctx, c.by(r, v.Name), "talk_read", masked(session), "protocolo "+protocol); err != nil {
		return err
	}
	turns, err := c.turnsOf(ctx, session, protocol)
	if err != nil {
		return err
	}
	channel, _, _ := strings.Cut(session, ":")
	page := transcript{
		Protocol: protocol, Channel: channelName(channel), Person: personEnd(session),
		Events: "/conversas/" + protocol + "/eventos?prova=" + c.proof(v, protocol), Last: turns[len(turns)-1].ID,
		Steps: c.stepAddress(v, protocol, 1),
	}
	for _, t := range turns {
		page.Lines = append(page.Lines, c.lines(t, v)...)
		if t.Property != 0 {
			page.Property = store.MaskMatricula(t.Property)
		}
		page.Property = cmp.Or(t.Mask, page.Property)
	}
	if page.Property != "" && revealers.admits(v) {
		page.Document = "/conversas/" + protocol + "/documento"
	}
	if scrubbers.admits(v) {
		page.Test = "/conversas/" + protocol + "/teste"
	}
	m, err := c.meeting(ctx, session, protocol)
	if err != nil {
		return err
	}
	if page.Gist, page.Known, err = c.facts(ctx, m, turns); err != nil {
		return err
	}
	if page.Before, err = c.before(ctx, session, protocol); err != nil {
		return err
	}
	if page.Desk, err = c.desk(ctx, m, v); err != nil {
		return err
	}
	c.show(w, r, v, http.StatusOK, "conversa", "Conversa "+bot.Grouped(protocol), page)
	return nil
}

// talkTest gives a conversation as a test, with names and numbers replaced (see
// package scrub), once it is written down who takes it.
func (c *Console) talkTest(w http.ResponseWriter, r *http.Request, v visitor) error {
	ctx, protocol := r.Context(), r.PathValue("protocolo")
	session, err := c.sessionOf(ctx, protocol)
	if err != nil {
		return err
	}
	if err := c.office.note(ctx, c.by(r, v.Name), "talk_taken_as_test", masked(session), "protocolo "+protocol); err != nil {
		return err
	}
	turns, err := c.turnsOf(ctx, session, protocol)
	if err != nil {
		return err
	}
	names, err := c.Names(ctx, []string{session})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="conversa.chat"`)
	_, err = io.WriteString(w, scrub.Chat(turns, names[session]))
	return err
}

// turnsOf returns what was said in a conversation, oldest first: errNoTalk if there
// is nothing.
func (c *Console) turnsOf(ctx context.Context, session, protocol string) ([]store.Turn, error) {
	unstored, err := c.Unstored(ctx, session)
	if err != nil {
		return nil, err
	}
	stored, err := c.Stored.Turns(ctx, session, protocol)
	if err != nil {
		return nil, err
	}
	turns := slices.DeleteFunc(store.JoinTurns(stored, unstored), func(t store.Turn) bool { return t.Protocol != protocol })
	if len(turns) == 0 {
		return nil, errNoTalk
	}
	return turns, nil
}

// sessionOf finds the conversation with a protocol.
func (c *Console) sessionOf(ctx context.Context, protocol string) (string, error) {
	if protocol == "" || store.Digits(protocol) != protocol {
		return "", errNoTalk
	}
	filter := store.TalkFilter{Protocol: protocol}
	live, err := c.Live.Live(ctx, filter)
	if err != nil {
		return "", err
	}
	for _, l := range live {
		if l.Protocol == protocol {
			return l.Session, nil
		}
	}
	stored, err := c.Stored.Talks(ctx, filter, store.Talk{}, talksAtOnce)
	if err != nil {
		return "", err
	}
	for _, t := range stored {
		if t.Protocol == protocol {
			return t.Session, nil
		}
	}
	return "", errNoTalk
}

var mediaNames = map[string]string{
	"photo": "foto", "video": "vídeo", "voice": "áudio", "place": "localização", "contact": "contato", "document": "documento", "sticker": "figurinha", "other": "arquivo",
}

// lines are what a turn is on the page: what set it going, what happened, and
// what was answered.
func (c *Console) lines(t store.Turn, v visitor) []line {
	var all []line
	happened := func(format string, args ...any) {
		all = append(all, line{Class: "event soft small", Paragraphs: [][]bit{{{Text: fmt.Sprintf(format, args...)}}}})
	}
	said := func(by, side string) {
		var text []bit
		if t.Media != "" {
			media := bit{Text: "(" + cmp.Or(mediaNames[t.Media], t.Media) + ")"}
			if t.Ref != "" && revealers.admits(v) {
				media.To = "/conversas/" + t.Protocol + "/arquivos/" + t.ID
			}
			text = append(text, media)
		}
		if t.Said != "" {
			said := t.Said
			if len(text) > 0 {
				said = " " + said
			}
			text = append(text, bit{Text: said})
		}
		if len(text) > 0 {
			all = append(all, line{Class: side, Head: by + " · " + hour(t.At), Paragraphs: [][]bit{text}})
		}
	}
	if t.Refused != "" {
		happened("%s não conseguiu: %s", cmp.Or(t.By, "Atendente"), t.Refused)
		return all
	}
	switch t.Kind {
	case store.TurnSaid:
		switch {
		case t.Change == "edited":
			happened("A pessoa corrigiu o que escreveu")
		case t.Change == "deleted":
			happened("A pessoa apagou o que escreveu")
		case t.Pressed:
			happened("Tocou na opção")
		}
		said("Pessoa", "theirs")
	case store.TurnSilence:
		happened("Sem resposta da pessoa")
	case store.TurnTold:
		happened("Aviso, sem que a pessoa escrevesse")
	case store.TurnTookOver:
		happened("%s assumiu a conversa", t.By)
	case store.TurnGaveBack:
		happened("%s devolveu a conversa ao robô", t.By)
	case store.TurnGives:
		happened("%s enviou: %s", t.By, t.Said)
	case store.TurnPassed:
		happened("%s passou a conversa para %s", t.By, cmp.Or(t.Said, "a fila"))
	case store.TurnClosed:
		happened("%s encerrou o atendimento: %s", t.By, t.Said)
	case store.TurnSays:
		t.Replies = t.Replies[:max(0, len(t.Replies)-1)] // the last is what they wrote
		fallthrough
	case store.TurnWrote:
		said(cmp.Or(t.By, "Atendente"), "staff")
	}
	if t.Secret {
		happened("Um número de cartão ou uma senha foi retirado do texto")
	}
	switch t.Fault {
	case "mistake":
		happened("Não entendido, %dª vez seguida", max(t.Mistakes, 1))
	case "outage":
		happened("Os sistemas estavam fora do ar")
	case "bug":
		happened("Erro nosso, código %s", t.Code)
	}
	for _, s := range t.Steps {
		if s.To == string(bot.End) {
			happened("%s: %s → fim", c.serviceName(s.Flow), c.stepName(store.TurnPlace{Flow: s.Flow, State: s.From}))
			continue
		}
		happened("%s: %s → %s", c.serviceName(s.Flow), c.stepName(store.TurnPlace{Flow: s.Flow, State: s.From}), c.stepName(store.TurnPlace{Flow: s.Flow, State: s.To}))
	}
	if t.From.Flow != t.To.Flow {
		happened("%s → %s", c.serviceName(t.From.Flow), c.serviceName(t.To.Flow))
	}
	for _, r := range t.Replies {
		file := ""
		if r.Hash != "" && revealers.admits(v) {
			file = "/conversas/" + t.Protocol + "/enviados/" + r.Hash
		}
		all = append(all, answered(r, "Robô · "+hour(t.At), file))
	}
	if !t.Waiting.IsZero() && t.Human == "" {
		happened("Espera por uma pessoa desde %s", t.Waiting.In(store.Zone).Format("15:04"))
	}
	if t.Over {
		happened("Conversa encerrada")
	}
	return all
}

// answered is something that we said. File is where its file is opened, or "".
func answered(r store.Reply, head, file string) line {
	l := line{Class: "ours", Head: head, Options: slices.Clone(r.Options)}
	paragraph := func(bits ...bit) { l.Paragraphs = append(l.Paragraphs, bits) }
	var text []bit
	for _, s := range bot.Spans(r.Text) {
		b := bit{Text: s.Text}
		switch {
		case s.Code:
			b.Mark = "code"
		case s.Bold:
			b.Mark = "strong"
		}
		text = append(text, b)
	}
	if len(text) > 0 {
		paragraph(text...)
	}
	if r.Copy != "" {
		paragraph(bit{Text: r.Copy, Mark: "code"})
	}
	if r.Link != "" {
		paragraph(bit{Text: r.Link})
	}
	if r.File != "" {
		kind := "Documento: "
		if r.Picture {
			kind = "Imagem: "
		}
		paragraph(bit{Text: kind}, bit{Text: r.File, Class: "name", To: file})
	}
	for _, i := range r.Ticked {
		if i < len(l.Options) {
			l.Options[i] = "✓ " + l.Options[i]
		}
	}
	l.Options = append(l.Options, r.Also...)
	return l
}
