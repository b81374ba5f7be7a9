package console

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// Mail is where what attendants do enters, and what is known of a conversation
// now. See redis.Mail.
type Mail interface {
	// Put adds a message. One whose ID is already known is dropped.
	Put(context.Context, bot.Message) error
	Session(ctx context.Context, id string) (bot.Session, error)
	// Claim keeps a conversation for who is about to take it over, and returns
	// who has it: another, if they came first.
	Claim(ctx context.Context, session, who string, life time.Duration) (has string, err error)
	Release(ctx context.Context, session, who string) error
}

// A Shelf is what staff write for each other, and what they have ready. See
// postgres.DB.
type Shelf interface {
	Remarks(ctx context.Context, session, protocol string) ([]store.Remark, error)
	AddRemark(ctx context.Context, session, protocol, who, text string) error
	Tags(ctx context.Context, session, protocol string) ([]string, error)
	SetTags(ctx context.Context, session, protocol, who string, tags []string) error
	UsedTags(context.Context) ([]string, error)
	Tagged(ctx context.Context, tag string) (map[string]bool, error)
	Canned(ctx context.Context, all bool) ([]store.Canned, error)
	SaveCanned(ctx context.Context, c store.Canned, who string) (ok bool, err error)
	LeftNotes(ctx context.Context, most int) ([]store.LeftNote, error)
	ReadNote(ctx context.Context, key, who string, at time.Time) (ok bool, err error)
}

// Handouts returns what an attendant may send to who has identified themselves
// in a conversation; nothing if nobody has.
type Handouts func(ctx context.Context, session string) ([]bot.Handout, error)

const (
	maxSaid    = 1000            // characters that an attendant writes at once
	maxRemark  = 1000            // of a note for colleagues
	maxClosing = 100             // of why an attendance is closed
	maxTag     = 30              // of a tag
	claimLife  = time.Minute     // for the bot to hear of who takes a conversation over
	actWait    = 3 * time.Second // for the bot to have done it, before the page is drawn anew
	actLook    = 40 * time.Millisecond
	presentFor = 15 * time.Minute // after they were last seen, for others to pass a conversation to
)

// A desk is what an attendant sees at the foot of a conversation, and acts by.
type desk struct {
	Protocol string
	May      bool // who looks may act
	Above    bool // and take over what another has
	Self     string

	Over    bool      // the conversation is not going on any more
	Human   string    // who has it; "" if it is the bot
	Waiting time.Time // since when the person waits for somebody
	Until   time.Time // when it is taken from who has it, if they stay silent
	Owed    time.Time // since when the person waits for their answer

	Known      bool // the person has identified themselves
	Handouts   []bot.Handout
	Canned     []store.Canned
	Colleagues []store.Staff // to whom it can be passed
	Reasons    []string

	Remarks  []store.Remark
	Tags     []string
	TagForms []choice // those that are offered

	Ticket              string // names what is sent next, so that it is sent once
	Text                string // of the box
	Remark, Done, Wrong string
	At                  time.Time // when it was drawn
}

// Mine tells whether who looks has the conversation.
func (d desk) Mine() bool { return !d.Over && d.Human != "" && d.Human == d.Self }

// Free tells whether the conversation is anybody's to take over.
func (d desk) Free() bool { return d.Human == "" }

// State changes when the desk is to be drawn anew, and not only its clock.
func (d desk) State() string {
	sum := sha256.New()
	fmt.Fprint(sum, d.Over, d.Human, d.Waiting.IsZero(), d.Known, d.Handouts, len(d.Remarks), d.Tags, len(d.Canned), len(d.Colleagues))
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// Left says how long it is until the bot returns.
func (d desk) Left() string {
	if left := d.Until.Sub(d.At); left > 0 {
		return "em " + inWords(left)
	}
	return "na próxima mensagem da pessoa"
}

// A meeting is a conversation that somebody of the staff acts on.
type meeting struct {
	bot.Session
	protocol string
	channel  string
	person   string
}

// meetingAt is the conversation of a request, as it is now.
func (c *Console) meetingAt(r *http.Request) (meeting, error) {
	protocol := r.PathValue("protocolo")
	id, err := c.sessionOf(r.Context(), protocol)
	if err != nil {
		return meeting{}, err
	}
	return c.meeting(r.Context(), id, protocol)
}

func (c *Console) meeting(ctx context.Context, id, protocol string) (meeting, error) {
	s, err := c.Mail.Session(ctx, id)
	if err != nil {
		return meeting{}, err
	}
	s.ID = id
	m := meeting{Session: s, protocol: protocol}
	m.channel, m.person, _ = strings.Cut(id, ":")
	return m, nil
}

// has tells who has the conversation; "" if it is the bot, or will be as soon as
// the person writes, because the attendant was silent for too long.
func (m meeting) has(now time.Time) string {
	if !now.Before(m.Until) {
		return ""
	}
	return m.Human
}

// over tells whether the conversation has ended: who writes next begins another.
func (m meeting) over() bool { return m.Protocol != m.protocol }

// desk is what somebody sees of a conversation to act on it.
func (c *Console) desk(ctx context.Context, m meeting, v visitor) (d desk, err error) {
	d = desk{
		Protocol: m.protocol, May: attendants.admits(v), Above: supervisor.admits(v), Self: v.Shown, Over: m.over(),
		Ticket: rand.Text(), At: c.Now(),
	}
	if !d.Over {
		d.Human, d.Waiting, d.Until, d.Owed, d.Known = m.has(c.Now()), m.Waiting, m.Until, m.Owed, m.Identity != nil
	}
	if d.Remarks, err = c.Shelf.Remarks(ctx, m.ID, m.protocol); err != nil {
		return d, err
	}
	if d.Tags, err = c.Shelf.Tags(ctx, m.ID, m.protocol); err != nil || !d.May {
		return d, err
	}
	for _, tag := range c.attendance.Tags {
		d.TagForms = append(d.TagForms, choice{tag, tag, slices.Contains(d.Tags, tag)})
	}
	for _, tag := range d.Tags {
		if !slices.Contains(c.attendance.Tags, tag) {
			d.TagForms = append(d.TagForms, choice{tag, tag, true})
		}
	}
	if !d.Mine() {
		return d, nil
	}
	d.Reasons = c.attendance.Reasons
	if d.Canned, err = c.Shelf.Canned(ctx, false); err != nil {
		return d, err
	}
	if d.Colleagues, err = c.present(ctx, v.ID); err != nil {
		return d, err
	}
	if d.Known && c.Handouts != nil {
		d.Handouts, err = c.Handouts(ctx, m.ID)
	}
	return d, err
}

// present are the others who may attend and are in the console now.
func (c *Console) present(ctx context.Context, but int64) ([]store.Staff, error) {
	all, err := c.People.AllStaff(ctx)
	if err != nil {
		return nil, err
	}
	var there []store.Staff
	now := c.Now()
	for _, s := range all {
		if s.ID == but || s.Disabled != nil || roleBits[s.Role]&attendants == 0 {
			continue
		}
		accesses, err := c.Accesses.Accesses(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(accesses, func(a store.Access) bool {
			return now.Sub(a.Seen) < presentFor && now.Sub(a.Began) < life && !a.Began.Before(s.Since)
		}) {
			there = append(there, s)
		}
	}
	return there, nil
}

// deskNow shows the desk alone, for who has it open.
func (c *Console) deskNow(w http.ResponseWriter, r *http.Request, v visitor) error {
	m, err := c.meetingAt(r)
	if err != nil {
		return err
	}
	return c.deskPage(w, r, v, m, http.StatusOK, desk{})
}

// deskPage shows the desk of a conversation, with what was typed and what has
// come of it.
func (c *Console) deskPage(w http.ResponseWriter, r *http.Request, v visitor, m meeting, status int, say desk) error {
	m, err := c.meeting(r.Context(), m.ID, m.protocol)
	if err != nil {
		return err
	}
	d, err := c.desk(r.Context(), m, v)
	if err != nil {
		return err
	}
	d.Text, d.Remark, d.Done, d.Wrong = say.Text, say.Remark, say.Done, say.Wrong
	c.show(w, r, v, status, "atendimento", "Conversa "+bot.Grouped(m.protocol), d)
	return nil
}

// A deed is what an attendant does with a conversation.
type deed struct {
	act    bot.Act
	text   string
	what   string // as the audit log has it
	detail string // likewise, without anything that was said
	wrong  string // why it is not done
	kept   desk   // what was typed, if it is not done
	says   string // once it is done
}

// carryOut does it, once it is written down who does: the bot finds it in its
// inbox, as it does what people write. Whoever came with the page's script gets
// the desk again, others the conversation.
func (c *Console) carryOut(w http.ResponseWriter, r *http.Request, v visitor, m meeting, d deed) error {
	if m.over() {
		d.wrong = overNow
	}
	if d.wrong == "" {
		var err error
		if d.wrong, err = c.put(r, v, m, d); err != nil {
			return err
		}
	}
	if d.wrong != "" {
		d.kept.Wrong = d.wrong
		return c.deskPage(w, r, v, m, http.StatusConflict, d.kept)
	}
	return c.afterDeed(w, r, v, m, d)
}

// put writes down a deed and tells the bot of it, and waits for a moment for what
// comes of it: the bot may refuse it, if something has happened meanwhile.
func (c *Console) put(r *http.Request, v visitor, m meeting, d deed) (refused string, err error) {
	ctx := r.Context()
	before, err := c.turnsOf(ctx, m.ID, m.protocol)
	if err != nil {
		return "", err
	}
	if err := c.office.note(ctx, c.by(r, v.Name), d.what, masked(m.ID), strings.TrimSuffix("protocolo "+m.protocol+", "+d.detail, ", ")); err != nil {
		return "", err
	}
	message := bot.Message{
		ID: ticket(v.ID, m.ID, r.PostFormValue("vez"), string(d.act), d.text), Channel: m.channel, From: m.person,
		By: v.Shown, Act: d.act, Text: d.text, At: c.Now().UTC(),
	}
	if err := c.Mail.Put(ctx, message); err != nil {
		return "", err
	}
	turn, ok := c.await(ctx, m, before[len(before)-1].ID, message)
	if ok { // from now on the session tells whose it is
		err = c.Mail.Release(ctx, m.ID, claimant(v))
	}
	return turn.Refused, err
}

// ticket names what is sent from a page: sent twice from the same page, it is the
// same.
func ticket(by int64, session, page, act, text string) string {
	page = cmp.Or(page, rand.Text())
	sum := sha256.Sum256([]byte(strings.Join([]string{strconv.FormatInt(by, 10), session, page, act, text}, "\x00")))
	return "staff:" + hex.EncodeToString(sum[:16])
}

// await waits for the turn in which the bot does something, but not for long: it
// may be busy. If it cannot be told, it is done later.
func (c *Console) await(ctx context.Context, m meeting, last string, does bot.Message) (turn store.Turn, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, actWait)
	defer cancel()
	look := time.NewTicker(actLook)
	defer look.Stop()
	for seen := m.Version; ; {
		if s, err := c.Mail.Session(ctx, m.ID); err == nil && s.Version > seen {
			turns, err := c.turnsOf(ctx, m.ID, m.protocol)
			i := slices.IndexFunc(turns, func(t store.Turn) bool {
				return store.LaterTurn(t.ID, last) && t.By == does.By && string(t.Kind) == string(does.Act)
			})
			if i >= 0 {
				return turns[i], true
			}
			if err == nil {
				seen = s.Version
			}
		}
		select {
		case <-ctx.Done():
			return turn, false
		case <-look.C:
		}
	}
}

// afterDeed answers once a deed was done.
func (c *Console) afterDeed(w http.ResponseWriter, r *http.Request, v visitor, m meeting, d deed) error {
	if r.Header.Get("Sec-Fetch-Dest") == "empty" {
		return c.deskPage(w, r, v, m, http.StatusOK, desk{Done: d.says})
	}
	http.Redirect(w, r, "/conversas/"+url.PathEscape(m.protocol)+"#mesa", http.StatusSeeOther)
	return nil
}

const (
	overNow   = "Esta conversa terminou. Se a pessoa escrever de novo, começa outra, com outro protocolo."
	notYours  = "O robô atende esta pessoa agora. Assuma a conversa antes."
	notKnown  = "A pessoa não se identificou, ou não há mais isto para enviar. Escolha de novo."
	notThere  = "Quem você escolheu não está mais no painel. Escolha de novo."
	emptyText = "Escreva a mensagem antes de enviar."
)

// notMine says why somebody may not act on a conversation that they do not have;
// "" if they have it.
func (c *Console) notMine(m meeting, v visitor) string {
	switch has := m.has(c.Now()); has {
	case v.Shown:
		return ""
	case "":
		return notYours
	default:
		return has + " está com esta conversa agora."
	}
}

func claimant(v visitor) string { return strconv.FormatInt(v.ID, 10) + " " + v.Shown }

// claim keeps a conversation for somebody; else it returns who is taking it over.
func (c *Console) claim(ctx context.Context, session string, v visitor) (other string, err error) {
	has, err := c.Mail.Claim(ctx, session, claimant(v), claimLife)
	if err != nil || has == claimant(v) {
		return "", err
	}
	_, other, _ = strings.Cut(has, " ")
	return other, nil
}

// takeOver gives a conversation to who asks for it: one that the bot has, to the
// first who asks; one that another has, to a supervisor who says whose it is.
func (c *Console) takeOver(w http.ResponseWriter, r *http.Request, v visitor) error {
	m, err := c.meetingAt(r)
	if err != nil {
		return err
	}
	d := takeover()
	instead, has := r.PostFormValue("no_lugar_de"), m.has(c.Now())
	switch {
	case m.over():
	case has == v.Shown:
		return c.afterDeed(w, r, v, m, d)
	case has != "" && (!supervisor.admits(v) || instead != has):
		d.wrong = has + " está com esta conversa agora."
	case has != "":
		d.text, d.detail = has, "no lugar de "+has // refused if it is another's by then
	default:
		other, err := c.claim(r.Context(), m.ID, v)
		if err != nil {
			return err
		}
		if other != "" {
			d.wrong = other + " acabou de assumir esta conversa."
		}
	}
	return c.carryOut(w, r, v, m, d)
}

// takeover is how somebody takes a conversation over.
func takeover() deed {
	return deed{act: bot.TookOver, what: "talk_taken", says: "A conversa é sua. A pessoa já sabe."}
}

// write sends what somebody wrote to the person.
func (c *Console) write(w http.ResponseWriter, r *http.Request, v visitor) error {
	m, err := c.meetingAt(r)
	if err != nil {
		return err
	}
	text := typed(r.PostFormValue("texto"))
	d := deed{act: bot.Says, text: text, what: "talk_written", kept: desk{Text: text}, wrong: c.notMine(m, v), says: "Enviado."}
	if d.wrong == "" && !m.over() {
		if d.wrong, err = c.refuse(r, v, m.ID, "protocolo "+m.protocol, text, maxSaid); err != nil {
			return err
		}
	}
	return c.carryOut(w, r, v, m, d)
}

// refuse says why a text is not to be sent to people; "" if nothing speaks against
// it. What would lead a payment elsewhere is written down, but not the text.
func (c *Console) refuse(r *http.Request, v visitor, session, where, text string, most int) (wrong string, err error) {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return emptyText, nil
	case n > most:
		return fmt.Sprintf("O texto tem %d letras, e cabem %d. Divida em duas mensagens.", n, most), nil
	}
	if wrong = c.own.Find(text); wrong != "" {
		kind, _, _ := strings.Cut(wrong, ".")
		err = c.office.note(r.Context(), c.by(r, v.Name), "text_refused", masked(session), where+": "+kind)
	}
	return wrong, err
}

// typed is a text as it was typed into a box: with line ends of one kind, and
// without characters that control.
func typed(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\r\n", "\n")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
	return strings.TrimSpace(text)
}

// useCanned puts a reply that is ready into the box, after what is there.
func (c *Console) useCanned(w http.ResponseWriter, r *http.Request, v visitor) error {
	m, err := c.meetingAt(r)
	if err != nil {
		return err
	}
	say := desk{Text: typed(r.PostFormValue("texto"))}
	all, err := c.Shelf.Canned(r.Context(), false)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(one store.Canned) bool { return strconv.FormatInt(one.ID, 10) == r.PostFormValue("resposta") })
	if i < 0 {
		say.Wrong = "Escolha uma resposta da lista."
		return c.deskPage(w, r, v, m, http.StatusUnprocessableEntity, say)
	}
	name := ""
	if m.Identity != nil {
		names, err := c.Names(r.Context(), []string{m.ID})
		if err != nil {
			return err
		}
		name = store.FirstName(names[m.ID])
	}
	say.Text = strings.TrimSpace(say.Text + "\n" + c.fillIn(all[i].Text, name, v.Shown, bot.Grouped(m.protocol)))
	return c.deskPage(w, r, v, m, http.StatusOK, say)
}

// handOut sends something of the person's own.
func (c *Console) handOut(w http.ResponseWriter, r *http.Request, v visitor) error {
	m, err := c.meetingAt(r)
	if err != nil {
		return err
	}
	name := r.PostFormValue("item")
	d := deed{act: bot.Gives, text: name, what: "talk_given", detail: name, wrong: c.notMine(m, v), says: "Enviado."}
	if d.wrong == "" && !m.over() {
		var all []bot.Handout
		if c.Handouts != nil && m.Identity != nil {
			if all, err = c.Handouts(r.Context(), m.ID); err != nil {
				return err
			}
		}
		if !slices.ContainsFunc(all, func(h bot.Handout) bool { return h.Name == name }) {
			d.wrong = notKnown
		}
	}
	return c.carryOut(w, r, v, m, d)
}

// pass hands a conversation on, to a colleague or to whoever comes next.
func (c *Console) pass(w http.ResponseWriter, r *http.Request, v visitor) error {
	m, err := c.meetingAt(r)
	if err != nil {
		return err
	}
	d := deed{act: bot.Passed, what: "talk_passed", detail: "para a fila", wrong: c.notMine(m, v), says: "A pessoa voltou para a fila."}
	if to := r.PostFormValue("para"); to != "fila" && d.wrong == "" && !m.over() {
		there, err := c.present(r.Context(), v.ID)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(there, func(s store.Staff) bool { return strconv.FormatInt(s.ID, 10) == to }); i >= 0 {
			d.text, d.detail, d.says = there[i].Shown, "para "+there[i].Name, "A conversa agora é de "+there[i].Shown+"."
		} else {
			d.wrong = notThere
		}
	}
	return c.carryOut(w, r, v, m, d)
}

// giveBack lets the bot go on.
func (c *Console) giveBack(w http.ResponseWriter, r *http.Request, v visitor) error {
	m, err := c.meetingAt(r)
	if err != nil {
		return err
	}
	return c.carryOut(w, r, v, m, deed{
		act: bot.GaveBack, what: "talk_returned", wrong: c.notMine(m, v), says: "O robô atende de novo.",
	})
}

// closeTalk ends an attendance for a reason, of the list or another.
func (c *Console) closeTalk(w http.ResponseWriter, r *http.Request, v visitor) error {
	m, err := c.meetingAt(r)
	if err != nil {
		return err
	}
	reason, other := r.PostFormValue("motivo"), typed(strings.ReplaceAll(r.PostFormValue("outro"), "\n", " "))
	d := deed{
		act: bot.Closed, text: reason, what: "talk_closed", detail: reason, wrong: c.notMine(m, v), says: "Atendimento encerrado.",
	}
	if !slices.Contains(c.attendance.Reasons, reason) {
		d.text, d.detail = other, "outro motivo"
		switch n := utf8.RuneCountInString(other); {
		case d.wrong != "":
		case n == 0:
			d.wrong = "Escolha o motivo do encerramento, ou escreva outro."
		case n > maxClosing:
			d.wrong = fmt.Sprintf("O motivo tem no máximo %d letras. Resuma.", maxClosing)
		}
	}
	return c.carryOut(w, r, v, m, d)
}

// remark keeps a note for colleagues.
func (c *Console) remark(w http.ResponseWriter, r *http.Request, v visitor) error {
	m, err := c.meetingAt(r)
	if err != nil {
		return err
	}
	text := typed(r.PostFormValue("nota"))
	if n := utf8.RuneCountInString(text); n == 0 || n > maxRemark {
		return c.deskPage(w, r, v, m, http.StatusUnprocessableEntity, desk{Remark: text, Wrong: fmt.Sprintf("A anotação tem de 1 a %d letras.", maxRemark)})
	}
	if err := c.office.note(r.Context(), c.by(r, v.Name), "talk_noted", masked(m.ID), "protocolo "+m.protocol); err != nil {
		return err
	}
	if err := c.Shelf.AddRemark(r.Context(), m.ID, m.protocol, v.Shown, text); err != nil {
		return err
	}
	return c.afterDeed(w, r, v, m, deed{says: "Anotado. Só a equipe vê."})
}

// tag says what a conversation is called.
func (c *Console) tag(w http.ResponseWriter, r *http.Request, v visitor) error {
	m, err := c.meetingAt(r)
	if err != nil {
		return err
	}
	others := strings.Split(r.PostFormValue("outras"), ",")
	var tags []string
	for _, tag := range slices.Concat(r.PostForm["etiqueta"], others) {
		if tag = typed(strings.ReplaceAll(tag, "\n", " ")); tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	wrong := ""
	switch {
	case len(tags) > store.MaxTags:
		wrong = fmt.Sprintf("Uma conversa tem no máximo %d etiquetas. Tire alguma.", store.MaxTags)
	case slices.ContainsFunc(tags, func(tag string) bool { return utf8.RuneCountInString(tag) > maxTag }):
		wrong = fmt.Sprintf("Uma etiqueta tem no máximo %d letras. Resuma.", maxTag)
	case slices.ContainsFunc(tags, func(tag string) bool { return len(store.Digits(tag)) >= 8 }):
		wrong = "Uma etiqueta não leva CPF, telefone nem outros números longos. Tire o número."
	}
	if wrong != "" {
		return c.deskPage(w, r, v, m, http.StatusUnprocessableEntity, desk{Wrong: wrong})
	}
	if err := c.office.note(r.Context(), c.by(r, v.Name), "talk_tagged", masked(m.ID), "protocolo "+m.protocol); err != nil {
		return err
	}
	if err := c.Shelf.SetTags(r.Context(), m.ID, m.protocol, v.Shown, tags); err != nil {
		return err
	}
	return c.afterDeed(w, r, v, m, deed{says: "Etiquetas guardadas."})
}
