package console

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// Live is the conversations that are going on. See redis.Watch.
type Live interface {
	// Follow returns what changes from now on; the channel is closed when the
	// watcher is too far behind.
	Follow() (changes <-chan store.TalkChange, stop func())
	// Live returns the conversations that fit, in the order in which they are shown.
	Live(context.Context, store.TalkFilter) ([]store.LiveTalk, error)
}

// Stored is the conversations that took place. See postgres.DB.
type Stored interface {
	// Talks returns some that fit, newest first, after the last one of the page
	// before.
	Talks(ctx context.Context, f store.TalkFilter, before store.Talk, most int) ([]store.Talk, error)
	Turns(ctx context.Context, session, protocol string) ([]store.Turn, error)
}

// Names returns the names of who has identified themselves, by their
// conversations; of others nothing.
type Names func(ctx context.Context, sessions []string) (map[string]string, error)

const (
	talksAtOnce = 50                     // stored conversations on a page
	lookPause   = 300 * time.Millisecond // between two looks of a page that is open, while something changes
	lookAnyway  = 10 * time.Second       // and while nothing does, to see locks end
	nameKept    = time.Minute            // before a name is asked for again: it may be somebody else's by then
)

// channelNames are the channels as pages call them.
var channelNames = []choice{{Value: "whatsapp", Label: "WhatsApp"}, {Value: "telegram", Label: "Telegram"}, {Value: "web", Label: "Página"}}

func channelName(channel string) string {
	for _, c := range channelNames {
		if c.Value == channel {
			return c.Label
		}
	}
	return channel
}

// A row of the board is a conversation that is going on. It is drawn alike by the
// template and by live.js, which knows no more of it than this.
type row struct {
	Key   string  `json:"k"` // the protocol
	Order int64   `json:"o"` // rows with a smaller one come first
	Cells [][]bit `json:"c"` // as boardHead has them
}

// A bit is a piece of a cell.
type bit struct {
	Text  string `json:"t"`
	Class string `json:"s,omitempty"`
	Mark  string `json:"m,omitempty"` // "strong" or "code"
	To    string `json:"h,omitempty"` // it is a link to there
	Since string `json:"d,omitempty"` // it is a time, in RFC 3339: how long ago is told beside it
}

var boardHead = []string{"Protocolo", "Espera desde", "Risco", "Pessoa", "Serviço e passo", "Última mensagem", "Com quem", "Erros", "Imóvel", "Canal"}

// A board is what the page of conversations shows.
type board struct {
	Search   search
	Head     []string
	Rows     []row
	Waiting  int
	Now      string // when it was drawn, in RFC 3339
	Events   string // where to hear what changes
	Past     []past
	Older    string // the address of the page after; "" if there is none
	Newest   bool   // the first page
	Searched bool
}

// A past conversation, as it is listed.
type past struct {
	store.Talk
	Channel, Person, Services string
}

// A search is what is looked for, as it was typed.
type search struct {
	Protocol, Property, Text, Since, Until string
	Services, Channels, Tags               []choice
	Trouble                                string

	filter store.TalkFilter
}

// searchOf reads what is looked for.
func (c *Console) searchOf(r *http.Request) search {
	value := func(name string) string { return typed(r.FormValue(name)) }
	s := search{Protocol: value("protocolo"), Property: value("matricula"), Text: value("texto"), Since: value("de"), Until: value("ate")}
	s.filter = store.TalkFilter{Protocol: s.Protocol, Text: s.Text, Flow: value("servico"), Channel: value("canal"), Tag: value("etiqueta")}
	for _, f := range c.Flows {
		s.Services = append(s.Services, choice{f.Name, f.Title, f.Name == s.filter.Flow})
	}
	for _, one := range channelNames {
		s.Channels = append(s.Channels, choice{one.Value, one.Label, one.Value == s.filter.Channel})
	}
	if s.Protocol != "" && store.Digits(s.Protocol) == "" {
		s.Trouble = "O protocolo é um número, como 2605.2012.3456.7890; o começo ou o fim dele também serve."
	}
	if s.Property != "" {
		number, err := strconv.ParseInt(store.Digits(s.Property), 10, 64)
		if err != nil || number == 0 {
			s.Trouble = "A matrícula é um número, como 104372.2."
		}
		s.filter.Property = number
	}
	day := func(text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		at, err := time.ParseInLocation(time.DateOnly, text, store.Zone)
		if err != nil {
			s.Trouble = "A data não existe. Escreva ano, mês e dia, como 2026-05-20."
		}
		return at
	}
	s.filter.Since = day(s.Since)
	if s.filter.Until = day(s.Until); !s.filter.Until.IsZero() {
		s.filter.Until = s.filter.Until.AddDate(0, 0, 1) // the day is looked for, too
	}
	if !s.filter.Since.IsZero() && !s.filter.Until.IsZero() && !s.filter.Since.Before(s.filter.Until) {
		s.Trouble = "A primeira data vem depois da última. Troque as duas."
	}
	return s
}

// query is what is looked for, as an address has it.
func (s search) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"protocolo": s.Protocol, "matricula": s.Property, "texto": s.Text, "de": s.Since, "ate": s.Until,
		"servico": s.filter.Flow, "canal": s.filter.Channel, "etiqueta": s.filter.Tag,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// onlyPast tells whether nothing that goes on can be among what is looked for.
func (s search) onlyPast(now time.Time) bool {
	return !s.filter.Until.IsZero() && !s.filter.Until.After(now)
}

// talks shows the conversations that are going on, and below them those that took
// place.
func (c *Console) talks(w http.ResponseWriter, r *http.Request, v visitor) error {
	s := c.searchOf(r)
	q := s.query()
	b := board{Search: s, Head: boardHead, Now: c.Now().UTC().Format(time.RFC3339), Newest: r.FormValue("antes") == "", Searched: len(q) > 0}
	if s.Trouble != "" {
		c.show(w, r, v, http.StatusUnprocessableEntity, "conversas", "Conversas", b)
		return nil
	}
	b.Events = "/conversas/eventos?" + q.Encode()
	var err error
	if b.Search.Tags, err = c.tagChoices(r.Context(), s.filter.Tag); err != nil {
		return err
	}
	going := map[string]bool{}
	if b.Newest {
		seen, err := c.seen(r.Context(), s)
		if err != nil {
			return err
		}
		for _, one := range seen {
			b.Rows = append(b.Rows, c.row(one))
			going[one.Protocol] = true
			if !one.Waiting.IsZero() {
				b.Waiting++
			}
		}
	}
	if err := c.addPast(r.Context(), &b, r.FormValue("antes"), going); err != nil {
		return err
	}
	c.show(w, r, v, http.StatusOK, "conversas", "Conversas", b)
	return nil
}

// tagChoices are the tags that conversations have, to look for one.
func (c *Console) tagChoices(ctx context.Context, is string) ([]choice, error) {
	used, err := c.Shelf.UsedTags(ctx)
	if is != "" && !slices.Contains(used, is) {
		used = append(used, is)
	}
	var all []choice
	for _, tag := range used {
		all = append(all, choice{tag, tag, tag == is})
	}
	return all, err
}

// addPast adds a page of stored conversations: those after the one that the mark
// tells of, by its last turn in microseconds and its protocol.
func (c *Console) addPast(ctx context.Context, b *board, mark string, going map[string]bool) error {
	var before store.Talk
	at, protocol, _ := strings.Cut(mark, ".")
	if micros, err := strconv.ParseInt(at, 10, 64); err == nil {
		before.Last = time.UnixMicro(micros + 1) // with those of the same moment
	}
	found, err := c.Stored.Talks(ctx, b.Search.filter, before, talksAtOnce)
	if err != nil {
		return err
	}
	if len(found) == talksAtOnce {
		last := found[talksAtOnce-1]
		q := b.Search.query()
		q.Set("antes", fmt.Sprintf("%d.%s", last.Last.UnixMicro(), last.Protocol))
		b.Older = "/conversas?" + q.Encode()
	}
	if i := slices.IndexFunc(found, func(t store.Talk) bool { return !before.Last.IsZero() && t.Protocol == protocol }); i >= 0 {
		found = found[i+1:] // they were on the page before
	}
	for _, t := range found {
		if going[t.Protocol] { // shown above
			continue
		}
		b.Past = append(b.Past, c.past(t))
	}
	return nil
}

// past is a conversation as it is listed.
func (c *Console) past(t store.Talk) past {
	titles := make([]string, len(t.Flows))
	for i, name := range t.Flows {
		titles[i] = c.serviceName(name)
	}
	return past{t, channelName(t.Channel), personEnd(t.Session), strings.Join(titles, ", ")}
}

// A sight is a live conversation with the name of who is there.
type sight struct {
	store.LiveTalk
	name string // masked; "" if they have not identified themselves
}

// seen returns the live conversations that are looked for.
func (c *Console) seen(ctx context.Context, s search) ([]sight, error) {
	if s.Trouble != "" || s.onlyPast(c.Now()) {
		return nil, nil
	}
	live, err := c.Live.Live(ctx, s.filter)
	if err != nil {
		return nil, err
	}
	if s.filter.Tag != "" {
		tagged, err := c.Shelf.Tagged(ctx, s.filter.Tag)
		if err != nil {
			return nil, err
		}
		live = slices.DeleteFunc(live, func(l store.LiveTalk) bool { return !tagged[l.Protocol] })
	}
	names, err := c.namesOf(ctx, live)
	if err != nil {
		return nil, err
	}
	all := make([]sight, len(live))
	for i, l := range live {
		all[i] = sight{l, names[i]}
	}
	return all, nil
}

// row draws a live conversation.
func (c *Console) row(s sight) row {
	r := row{Key: s.Protocol, Order: order(s.LiveTalk)}
	cell := func(bits ...bit) { r.Cells = append(r.Cells, append([]bit{}, bits...)) } // never null in JSON
	cell(bit{Text: bot.Grouped(s.Protocol), To: "/conversas/" + url.PathEscape(s.Protocol), Class: "nowrap"})
	if s.Waiting.IsZero() {
		cell()
	} else {
		cell(moment(s.Waiting, "mark warn"))
	}
	var risks []bit
	if s.Locked.After(c.Now()) {
		risks = append(risks, bit{Text: "bloqueado até " + s.Locked.In(store.Zone).Format("15:04"), Class: "mark warn"})
	}
	if s.Sick != "" {
		risks = append(risks, bit{Text: "erro nosso " + s.Sick, Class: "mark bad"})
	}
	if s.Angry {
		risks = append(risks, bit{Text: "irritado", Class: "mark bad"})
	}
	cell(risks...)
	cell(bit{Text: cmp.Or(s.name, personEnd(s.Session)), Class: "name"})
	service := []bit{{Text: c.serviceName(s.At.Flow)}}
	if step := c.stepName(s.At); step != "" {
		service = append(service, bit{Text: step, Class: "soft line"})
	}
	cell(service...)
	cell(bit{Text: cmp.Or(s.Said, "—"), Class: "said"}, moment(s.Last, "soft line"))
	switch {
	case s.Human != "":
		cell(bit{Text: s.Human, Class: "name"})
	case !s.Waiting.IsZero():
		cell(bit{Text: "ninguém ainda"})
	default:
		cell(bit{Text: "robô", Class: "soft"})
	}
	if s.Mistakes > 0 {
		cell(bit{Text: strconv.Itoa(s.Mistakes)})
	} else {
		cell()
	}
	if s.Property == 0 {
		cell(bit{Text: "não identificado", Class: "soft"})
	} else {
		cell(bit{Text: store.MaskMatricula(s.Property)})
	}
	cell(bit{Text: channelName(s.Channel)})
	return r
}

// moment is the time of day of something that was today or last night.
func moment(at time.Time, class string) bit {
	return bit{Text: at.In(store.Zone).Format("15:04"), Since: at.UTC().Format(time.RFC3339), Class: class}
}

// order is that of Live: who waits longest first, then by the last turn.
func order(l store.LiveTalk) int64 {
	if !l.Waiting.IsZero() {
		return l.Waiting.UnixMilli()
	}
	return 1<<52 - l.Last.UnixMilli() // JavaScript can still count there
}

// personEnd tells people apart who have not said who they are: the end of what
// their channel calls them.
func personEnd(session string) string {
	_, person, _ := strings.Cut(masked(session), ":")
	return person
}

func (c *Console) flow(name string) *bot.Flow {
	if i := slices.IndexFunc(c.Flows, func(f *bot.Flow) bool { return f.Name == name }); i >= 0 {
		return c.Flows[i]
	}
	return nil
}

// serviceName is how people call a service; one that there is no more, by its name.
func (c *Console) serviceName(name string) string {
	if f := c.flow(name); f != nil {
		return f.Title
	}
	return cmp.Or(name, "Menu")
}

// stepName is how people call a step; "" at the menu.
func (c *Console) stepName(p store.TurnPlace) string {
	if f := c.flow(p.Flow); f != nil {
		return f.Label(bot.State(p.State))
	}
	return p.State
}

// news is what has changed on a board.
type news struct {
	All     bool     `json:"all,omitempty"` // Rows is all there are
	Rows    []row    `json:"rows,omitempty"`
	Gone    []string `json:"gone,omitempty"`
	Count   int      `json:"count"`
	Waiting int      `json:"waiting"`
	Now     string   `json:"now"`
}

// talkEvents tells a board that is open what changes, until it is closed.
func (c *Console) talkEvents(w http.ResponseWriter, r *http.Request, _ visitor) error {
	s, ctx := c.searchOf(r), r.Context()
	if s.Trouble != "" {
		return problem{http.StatusUnprocessableEntity, s.Trouble}
	}
	f := newFeed(w)
	anyway := time.NewTicker(lookAnyway)
	defer anyway.Stop()

	changes, stop := c.Live.Follow()
	defer func() { stop() }()
	var known map[string]sight // nil before the first look
	for {
		seen, err := c.seen(ctx, s)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && known == nil:
			return err
		case err != nil: // it stays as it was until the stores are back
			c.Log.Warn("cannot look at the conversations", "error", err)
		default:
			if err := f.send("", c.newsOf(seen, &known)); err != nil {
				return nil //nolint:nilerr // nobody is there any more
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-anyway.C:
		case _, ok := <-changes:
			rest := time.NewTimer(lookPause)
			for ok && ctx.Err() == nil { // all that happens meanwhile is one look
				select {
				case <-ctx.Done():
				case _, ok = <-changes:
					continue
				case <-rest.C:
				}
				break
			}
			rest.Stop()
			if !ok { // we were too slow
				stop()
				changes, stop = c.Live.Follow()
			}
		}
	}
}

// newsOf is what is seen and was not known.
func (c *Console) newsOf(seen []sight, known *map[string]sight) news {
	n := news{All: *known == nil, Count: len(seen), Now: c.Now().UTC().Format(time.RFC3339)}
	now := make(map[string]sight, len(seen))
	for _, one := range seen {
		now[one.Protocol] = one
		if was, ok := (*known)[one.Protocol]; !ok || was != one {
			n.Rows = append(n.Rows, c.row(one))
		}
		if !one.Waiting.IsZero() {
			n.Waiting++
		}
	}
	for key := range *known {
		if _, ok := now[key]; !ok {
			n.Gone = append(n.Gone, key)
		}
	}
	*known = now
	return n
}

// nameTags are the names of who is there, masked, for as long as they are kept.
type nameTags struct {
	mu    sync.Mutex
	known map[nameTag]string
	asked time.Time // when they began to be gathered
}

// A nameTag is who has identified themselves, as far as a live conversation tells.
type nameTag struct {
	session  string
	property int64
}

// namesOf returns the names of who is there, masked; "" of those who have not
// identified themselves.
func (c *Console) namesOf(ctx context.Context, live []store.LiveTalk) ([]string, error) {
	tags := &c.tags
	tags.mu.Lock()
	if now := c.Now(); now.Sub(tags.asked) > nameKept {
		tags.known, tags.asked = make(map[nameTag]string), now
	}
	known := tags.known // a later map is another's
	var unknown []string
	for _, l := range live {
		if _, ok := known[nameTag{l.Session, l.Property}]; !ok && l.Property != 0 {
			unknown = append(unknown, l.Session)
		}
	}
	tags.mu.Unlock()
	var found map[string]string
	if len(unknown) > 0 {
		var err error
		if found, err = c.Names(ctx, unknown); err != nil {
			return nil, err
		}
	}
	names := make([]string, len(live))
	tags.mu.Lock()
	defer tags.mu.Unlock()
	for i, l := range live {
		tag := nameTag{l.Session, l.Property}
		if l.Property == 0 {
			continue
		}
		if _, ok := known[tag]; !ok {
			known[tag] = store.MaskName(found[l.Session])
		}
		names[i] = known[tag]
	}
	return names, nil
}
