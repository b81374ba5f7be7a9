package console

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"lojavirtual/store"
)

// Numbers returns how the bot did from one day to another, both included, on a
// channel or, if it is "", on all.
type Numbers func(ctx context.Context, from, until store.Date, channel string) (store.Numbers, error)

// statisticians are those who see the numbers.
const statisticians = supervisor | officer | admin

// mostDays is the longest span that is counted at once.
const mostDays = 366

// A digest is what the page of the numbers shows.
type digest struct {
	From, Until string // as the fields for dates have them
	Spans       []choice
	Channels    []choice
	Query       string // of the same span and channel
	Cards       []card
	Days        columns
	Sheets      []sheet
	Empty       bool
	Wrong       string // what is the matter with the span that was asked for
}

// A card is one of the main figures, and what it was in the span before.
type card struct{ Name, Is, Was, Help string }

// A sheet is a picture with its table, which can be had as a file too.
type sheet struct {
	Name, Title, Help string
	Head              []string
	Rows              []record
}

// A record is a row of a sheet, with how long its bar is.
type record struct {
	Cells []entry
	Share int // of the longest, in percent
}

// A entry is what a table shows, and what a file has for it.
type entry struct{ Text, Plain string }

// columns are a picture of days: of each what was contained, and the rest above it.
type columns struct {
	Width int
	Bars  []bar
	Says  string // all that it shows
	First string
	Last  string
	Most  int
}

// A bar is one day of columns, in a picture a hundred high.
type bar struct {
	X                      int
	Y, Height              int // of what was contained
	RestY, RestHeight      int
	Day                    string
	Talks, Contained, Rest int
}

func plain(text string) entry { return entry{text, text} }

func number(n int) entry { return entry{thousands(n), fmt.Sprint(n)} }

func money(m store.Money) entry {
	return entry{"R$ " + m.Number(), strings.ReplaceAll(m.Number(), ".", "")}
}

func lasting(d time.Duration) entry {
	return entry{inShort(d), fmt.Sprint(int(d.Seconds()))}
}

// share is a part of a whole in percent, "–" of nothing.
func share(part, whole int) entry {
	if whole == 0 {
		return plain("–")
	}
	tenths := (1000*part + whole/2) / whole
	text := fmt.Sprintf("%d,%d", tenths/10, tenths%10)
	return entry{text + " %", text}
}

func thousands(n int) string {
	text := fmt.Sprint(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "." + text[at:]
	}
	return text
}

// inShort is how long something took.
func inShort(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

// span is what was asked for.
type span struct {
	from, until store.Date
	channel     string
}

func (s span) days() int { return s.from.DaysUntil(s.until) + 1 }

// before is the span of as many days that ends where this one begins.
func (s span) before() span {
	return span{s.from.Add(-s.days()), s.from.Add(-1), s.channel}
}

func (s span) query() string {
	return url.Values{"de": {field(s.from)}, "ate": {field(s.until)}, "canal": {s.channel}}.Encode()
}

// field is a day as a field for dates has it.
func field(d store.Date) string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// spanOf reads which days and channel a request is about: the last week if it does
// not say, or not so that it can be counted; wrong says why.
func (c *Console) spanOf(r *http.Request) (s span, wrong string) {
	today := store.DateOf(c.Now())
	week := span{today.Add(-6), today, ""}
	for _, ch := range channelNames {
		if ch.Value == r.FormValue("canal") {
			week.channel = ch.Value
		}
	}
	if r.FormValue("de") == "" && r.FormValue("ate") == "" {
		return week, ""
	}
	from, err := time.Parse(time.DateOnly, r.FormValue("de"))
	until, err2 := time.Parse(time.DateOnly, r.FormValue("ate"))
	s = span{store.Date{Year: from.Year(), Month: from.Month(), Day: from.Day()}, store.Date{Year: until.Year(), Month: until.Month(), Day: until.Day()}, week.channel}
	switch {
	case err != nil || err2 != nil:
		return week, "Escolha o primeiro e o último dia. Mostrando os últimos 7 dias."
	case s.until.Before(s.from):
		return week, "O último dia vem antes do primeiro. Mostrando os últimos 7 dias."
	case s.days() > mostDays:
		return week, fmt.Sprintf("Escolha no máximo %d dias. Mostrando os últimos 7 dias.", mostDays)
	}
	return s, ""
}

// numbers shows how the bot did.
func (c *Console) numbers(w http.ResponseWriter, r *http.Request, v visitor) error {
	s, wrong := c.spanOf(r)
	now, err := c.Numbers(r.Context(), s.from, s.until, s.channel)
	if err != nil {
		return err
	}
	earlier := s.before()
	was, err := c.Numbers(r.Context(), earlier.from, earlier.until, earlier.channel)
	if err != nil {
		return err
	}
	d := digest{
		From: field(s.from), Until: field(s.until), Query: s.query(), Wrong: wrong, Empty: now.Talks == 0,
		Cards: c.cards(now, was), Days: columnsOf(now), Sheets: c.sheets(now),
		Channels: []choice{{"", "todos", s.channel == ""}},
	}
	today := store.DateOf(c.Now())
	for _, days := range []int{7, 30, 90} {
		last := span{today.Add(1 - days), today, s.channel}
		d.Spans = append(d.Spans, choice{last.query(), fmt.Sprintf("%d dias", days), last == s})
	}
	for _, ch := range channelNames {
		d.Channels = append(d.Channels, choice{ch.Value, ch.Label, ch.Value == s.channel})
	}
	c.show(w, r, v, http.StatusOK, "numeros", "Números", d)
	return nil
}

// numbersFile is a sheet as a file for spreadsheets.
func (c *Console) numbersFile(w http.ResponseWriter, r *http.Request, v visitor) error {
	s, wrong := c.spanOf(r)
	name, isFile := strings.CutSuffix(r.PathValue("tabela"), ".csv")
	if wrong != "" || !isFile {
		return errGone
	}
	n, err := c.Numbers(r.Context(), s.from, s.until, s.channel)
	if err != nil {
		return err
	}
	for _, sh := range c.sheets(n) {
		if sh.Name != name {
			continue
		}
		if err := c.office.note(r.Context(), c.by(r, v.Name), "numbers_saved", name, fmt.Sprintf("%s a %s", s.from, s.until)); err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s_%s_%s.csv"`, name, field(s.from), field(s.until)))
		_, err := w.Write(sh.csv())
		return err
	}
	return errGone
}

// csv is the sheet as spreadsheets in Brazil open it: UTF-8 with its mark, parted
// by semicolons. Nothing in it is taken for a formula.
func (s sheet) csv() []byte {
	var text bytes.Buffer
	text.WriteString("\uFEFF")
	file := csv.NewWriter(&text)
	file.Comma, file.UseCRLF = ';', true
	write := func(cells []string) {
		for i, cell := range cells {
			if strings.ContainsAny(firstOf(cell), "=+-@\t\r\n|%") {
				cells[i] = "'" + cell
			}
		}
		_ = file.Write(cells) // into memory
	}
	write(append([]string(nil), s.Head...))
	for _, row := range s.Rows {
		cells := make([]string, len(row.Cells))
		for i, cell := range row.Cells {
			cells[i] = cell.Plain
		}
		write(cells)
	}
	file.Flush()
	return text.Bytes()
}

// firstOf is the first character that is no space, for that is what spreadsheets
// look at.
func firstOf(text string) string {
	text = strings.TrimLeft(text, " \u00A0\uFEFF")
	if text == "" {
		return ""
	}
	return text[:1]
}

func (c *Console) cards(now, was store.Numbers) []card {
	mean := func(n store.Numbers) string {
		sum, times := 0, 0
		for i, t := range n.Ratings {
			sum, times = sum+(i+1)*t, times+t
		}
		if times == 0 {
			return "–"
		}
		return fmt.Sprintf("%d,%d", sum/times, 10*(sum%times)/times)
	}
	paid := func(n store.Numbers) string {
		var sum store.Money
		for _, p := range n.Payments {
			sum += p.Sum
		}
		return money(sum).Text
	}
	took := func(d time.Duration, any int) string {
		if any == 0 {
			return "–"
		}
		return inShort(d)
	}
	return []card{
		{"Conversas", thousands(now.Talks), thousands(was.Talks), "Começadas no período, em que a pessoa escreveu."},
		{"Resolvidas sem uma pessoa", share(now.Contained, now.Talks).Text, share(was.Contained, was.Talks).Text, "Terminadas, com o que foi pedido entregue, sem ninguém da equipe."},
		{"Primeira resposta útil", took(now.Useful50, now.Useful), took(was.Useful50, was.Useful), "Metade das pessoas recebeu antes: um documento, um código, um endereço ou o fim de um serviço."},
		{"Espera por uma pessoa", took(now.Wait50, now.Taken), took(was.Wait50, was.Taken), "Metade esperou menos; só quem foi atendido."},
		{"Nota do atendimento", mean(now), mean(was), "Média, de 1 a 5."},
		{"Pago por aqui", paid(now), paid(was), "Pix do banco e cartão, pela data do pagamento. Pix sem banco ligado não é contado."},
	}
}

// columnsOf draws the days.
func columnsOf(n store.Numbers) columns {
	p := columns{Width: 10 * len(n.Days), First: n.From.String(), Last: n.Until.String()}
	best := n.From
	for _, d := range n.Days {
		if d.Talks > p.Most {
			p.Most, best = d.Talks, d.Day
		}
	}
	for i, d := range n.Days {
		b := bar{X: 10*i + 1, Day: d.Day.String(), Talks: d.Talks, Contained: d.Contained, Rest: d.Talks - d.Contained}
		if p.Most > 0 {
			whole := 100 * d.Talks / p.Most
			b.Height = 100 * d.Contained / p.Most
			b.RestHeight = whole - b.Height
			b.Y, b.RestY = 100-b.Height, 100-whole
		}
		p.Bars = append(p.Bars, b)
	}
	p.Says = fmt.Sprintf("Conversas por dia, de %s a %s: %d, das quais %d resolvidas sem uma pessoa. O dia com mais conversas foi %s, com %d.",
		n.From, n.Until, n.Talks, n.Contained, best, p.Most)
	return p
}

// What the names of figures are in words.
var (
	outcomes  = []choice{{Value: "known", Label: "Confirmada"}, {Value: "switched", Label: "Trocou para outro imóvel seu"}, {Value: "unmatched", Label: "Matrícula e documento não conferem"}, {Value: "mistake", Label: "Número inválido ou não entendido"}, {Value: "stopped", Label: "Tentativas demais: pausa"}, {Value: "gone", Label: "Deixou de ter relação com o imóvel"}}
	documents = []choice{{Value: "conta", Label: "2ª via de conta, PDF"}, {Value: "extrato", Label: "Extrato de débitos, PDF"}, {Value: "quitacao", Label: "Declaração de quitação, PDF"}, {Value: "consumo", Label: "Gráfico de consumo"}, {Value: "meus-dados", Label: "Meus dados, texto"}}
	codes     = []choice{{Value: "pix", Label: "Pix copia e cola"}, {Value: "line", Label: "Código de barras"}}
)

// sheets are the pictures and tables of a span.
func (c *Console) sheets(n store.Numbers) []sheet {
	days := sheet{Name: "dias", Title: "Por dia", Head: []string{"Dia", "Conversas", "Resolvidas sem uma pessoa", "Com uma pessoa"}}
	for _, d := range n.Days {
		days.Rows = append(days.Rows, record{[]entry{plain(d.Day.String()), number(d.Talks), number(d.Contained), number(d.Attended)}, 0})
	}
	channels := sheet{Name: "canais", Title: "Por canal", Help: "Conversas começadas no período, por onde a pessoa escreveu.", Head: []string{"Canal", "Conversas", "Resolvidas sem uma pessoa", "Com uma pessoa"}}
	for _, d := range n.Channels {
		channels.add(d.Talks, plain(channelName(d.Channel)), number(d.Talks), number(d.Contained), number(d.Attended))
	}
	figures := make(map[store.FigureKind]map[string]int)
	for _, f := range n.Figures {
		if figures[f.Kind] == nil {
			figures[f.Kind] = make(map[string]int)
		}
		figures[f.Kind][f.Name] = f.N
	}
	services := sheet{Name: "servicos", Title: "Serviços", Help: "Quantas vezes as pessoas chegaram a cada serviço, e quantas foram até o fim dele.", Head: []string{"Serviço", "Começados", "Até o fim", "Até o fim, %"}}
	for _, f := range c.Flows {
		if begun := figures[store.FigureStarted][f.Name]; begun > 0 {
			ended := figures[store.FigureFinished][f.Name]
			services.add(begun, plain(f.Title), number(begun), number(ended), share(min(ended, begun), begun))
		}
	}
	drops := sheet{Name: "paradas", Title: "Onde as pessoas param", Help: "Perguntas que ficaram sem resposta quando a conversa acabou: a pessoa saiu ou ficou meia hora sem escrever. As 20 mais frequentes.", Head: []string{"Serviço", "Pergunta", "Conversas"}}
	for _, d := range n.Drops {
		drops.add(d.N, plain(c.serviceName(d.At.Flow)), plain(c.stepName(d.At)), number(d.N))
	}
	identity := sheet{Name: "identificacao", Title: "Identificação", Help: "Como terminou cada tentativa de dizer a matrícula e o CPF ou CNPJ.", Head: []string{"Resultado", "Vezes"}}
	given := sheet{Name: "entregues", Title: "Documentos e códigos entregues", Help: "O que o robô e a equipe enviaram.", Head: []string{"O quê", "Vezes"}}
	list := func(s *sheet, kind store.FigureKind, names []choice) {
		for _, o := range names {
			if times := figures[kind][o.Value]; times > 0 {
				s.add(times, plain(o.Label), number(times))
			}
		}
	}
	list(&identity, store.FigureIdentity, outcomes)
	list(&given, store.FigureDocument, documents)
	list(&given, store.FigureCode, codes)
	paid := sheet{Name: "pagamentos", Title: "Pagamentos depois dos códigos e links", Help: "O que foi pago por cobranças abertas aqui, pela data do pagamento. Com um canal escolhido, só o de quem ainda é avisado por ele.", Head: []string{"Por onde", "Pagamentos", "Valor"}}
	for _, p := range n.Payments {
		name := p.Provider
		if name == "pix" {
			name = "Pix do banco"
		}
		paid.add(p.N, plain(name), number(p.N), money(p.Sum))
	}
	waits := sheet{Name: "espera", Title: "Espera por uma pessoa", Help: "Do pedido até alguém da equipe assumir. Desistências são de quem saiu da fila, ou de quem não foi atendido a tempo.", Head: []string{"Quem", "Pessoas", "Metade esperou até", "Nove em dez esperaram até"}}
	if n.Taken+n.GaveUp > 0 {
		waits.add(n.Taken, plain("Atendidas"), number(n.Taken), lasting(n.Wait50), lasting(n.Wait90))
		waits.add(n.GaveUp, plain("Desistências"), number(n.GaveUp), plain("–"), plain("–"))
	}
	useful := sheet{Name: "resposta", Title: "Tempo até a primeira resposta útil", Help: "Do começo da conversa até o primeiro documento, código, endereço ou fim de serviço.", Head: []string{"Quais", "Conversas", "Metade até", "Nove em dez até"}}
	if n.Talks > 0 {
		useful.add(n.Useful, plain("Com resposta útil"), number(n.Useful), lasting(n.Useful50), lasting(n.Useful90))
		useful.add(n.Talks-n.Useful, plain("Sem resposta útil"), number(n.Talks-n.Useful), plain("–"), plain("–"))
	}
	ratings := sheet{Name: "notas", Title: "Notas do atendimento", Help: "Dadas por quem falou com uma pessoa da equipe; ninguém é obrigado a dar.", Head: []string{"Nota", "Vezes"}}
	for i, times := range n.Ratings {
		if n.Ratings != [5]int{} {
			ratings.add(times, plain([]string{"1, muito ruim", "2, ruim", "3, regular", "4, bom", "5, muito bom"}[i]), number(times))
		}
	}
	all := []sheet{days, channels, services, drops, identity, useful, given, paid, waits, ratings}
	for i := range all {
		all[i].scale()
	}
	return all
}

// Gauged tells whether the rows have bars.
func (s sheet) Gauged() bool {
	return slices.ContainsFunc(s.Rows, func(r record) bool { return r.Share > 0 })
}

// add adds a row with a bar of that length.
func (s *sheet) add(length int, cells ...entry) { s.Rows = append(s.Rows, record{cells, length}) }

// scale makes the longest bar a hundred.
func (s *sheet) scale() {
	most := 0
	for _, row := range s.Rows {
		most = max(most, row.Share)
	}
	for i := range s.Rows {
		if most > 0 {
			s.Rows[i].Share = 100 * s.Rows[i].Share / most
		}
	}
}
