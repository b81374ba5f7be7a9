package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rsc.io/qr/coding"

	"lojavirtual/store"
	"lojavirtual/store/taxid"
)

// The page: margins, and the two columns of its middle.
const (
	left   = 12
	right  = pageWidth - left
	width  = right - left
	top    = 10
	bottom = pageHeight - top

	wide   = 112
	narrow = 66
)

// Bill draws the second copy of a bill (gsan-rules VIA-7): one A4 page, and
// further ones for what a long bill has beyond it. Bar code and PIX are printed
// only if the bill can be paid with them (VIA-3, VIA-5); charge.Code is "" when
// there is no PIX. Late charges are never part of it (VIA-12).
//
// The title and the other metadata tell nothing about the customer. It is an
// error if the bar code is none, or pays another amount than the bill's total.
func (m Maker) Bill(b store.BillCopy, charge store.PixCode, seal Seal) ([]byte, error) {
	pay, err := billSlip(m.Operator, b, charge)
	if err != nil {
		return nil, fmt.Errorf("draw bill %d: %w", b.ID, err)
	}
	check, err := seal.picture()
	if err != nil {
		return nil, fmt.Errorf("draw bill %d: %w", b.ID, err)
	}
	d := bill{m.Operator, b, seal, pay}

	fields, notes, state := d.fields(), d.notes(), d.standing().strip(width-2*heroPad)
	gridTop := heroTop + heroHeight + state.height + 3.5
	middle := gridTop + gridHeight(fields) + 2.5
	end := pay.top() - 2 - textHeight(notes)
	page, further := area{y: middle, h: end - 2 - middle}, area{y: 26, h: bottom - 26}
	leftPages := deal(d.wideBlocks(), page.column(left, wide), further.column(left, wide))
	rightPages := deal(d.narrowBlocks(), page.column(right-narrow, narrow), further.column(right-narrow, narrow))
	count := max(len(leftPages), len(rightPages))

	s := newSheet(fmt.Sprintf("%s: 2ª via da conta de %s", m.Operator.Name, b.Month))
	for i := range count {
		s.addPage()
		if i == 0 {
			s.letterhead(m, check, "2ª via de conta", when("Gerada em ", b.Copied), when("Conta emitida em ", b.Issued), folio(1, count))
			s.hero(state, d.figures()...)
			grid(s, gridTop, fields)
		} else {
			s.runningHead(m.Operator, joined("2ª via de conta", "matrícula "+store.FormatMatricula(b.Property.ID), "referência "+b.Month.String()), i+1, count)
		}
		for _, column := range [][][]placed{leftPages, rightPages} {
			if i < len(column) {
				for _, p := range column[i] {
					p.draw(s, p.x, p.y, p.w)
				}
			}
		}
		if i == 0 {
			s.smallPrint(end, notes)
			pay.draw(s)
		}
	}
	return s.bytes(), nil
}

func (a area) column(x, w float64) area { return area{x, a.y, w, a.h} }

// A bill is a second copy being drawn.
type bill struct {
	op   store.Operator
	b    store.BillCopy
	seal Seal
	pay  slip
}

// billSlip is how the bill is paid, or why it is not.
func billSlip(op store.Operator, b store.BillCopy, charge store.PixCode) (slip, error) {
	none := noCode(op, b.NoCode)
	switch {
	case b.Status == store.Paid:
		none = "Esta conta já está paga" + when(" desde ", b.PaidOn) + ". Não pague de novo."
	case b.DirectDebit:
		none = "Esta conta está em débito automático: não é preciso pagar. Deixe saldo na conta bancária no dia do vencimento."
	}
	if !b.Payable() || b.DirectDebit {
		return slip{op: op, none: none}, nil
	}
	pay, err := newSlip(op, b.Total, b.Barcode, charge.Code)
	pay.none = none
	pay.fields = []field{
		{label: "Matrícula", value: matricula(b.Property.ID)},
		{label: "Referência", value: shortReference(b.Month)},
		{label: "Vencimento", value: b.Due.String()},
		{label: "Não receber após", value: b.Validity.String()},
	}
	return pay, err
}

// letterhead says who issues the document (CDC art. 42-A) and what it is, with
// up to three small lines below the title, and how it is checked: at the other end
// of the page from the QR code by which it is paid.
func (s *sheet) letterhead(m Maker, seal *coding.Code, title string, aside ...string) {
	const asideWidth = 56
	end := float64(right)
	if seal != nil {
		end -= sealSize + 4
	}
	free := end - left - asideWidth - 4
	name := style{bold: true, size: 22, color: blue}.fit(m.Operator.Name, free)
	s.mark("P", func() { s.put(left, top+7, name) })

	phones := []string{}
	for _, p := range m.Operator.Phones {
		phones = append(phones, strings.TrimSpace(p.Label+" "+p.Number))
	}
	y := float64(top) + 11.6
	for _, text := range []string{
		joined(m.Operator.LegalName, labelled("CNPJ ", taxid.Print(m.Operator.CNPJ))),
		m.Operator.Address,
		joined(append(phones, m.Operator.Site)...),
	} {
		if text != "" {
			s.mark("P", func() { s.put(left, y, small.fit(text, free)) })
			y += leading(small)
		}
	}

	s.mark("H1", func() { s.putRight(end, top+6, style{bold: true, size: 17, color: ink}.fit(title, asideWidth)) })
	if seal != nil {
		aside = append(aside, "É autêntico? Leia ao lado com a câmera.")
	}
	s.mark("P", func() {
		y := top + 10.0 // so that four lines end above the hero
		for _, text := range aside {
			if text != "" {
				s.putRight(end, y, small.fit(text, asideWidth))
				y += leading(small)
			}
		}
	})
	if seal != nil {
		s.figure("QR Code para conferir se este documento é autêntico", func() { s.qr(right-sealSize, top, sealSize, seal) })
	}
}

// folio numbers the pages of a bill that has several.
func folio(n, of int) string {
	if of < 2 {
		return ""
	}
	return fmt.Sprintf("Página %d de %d", n, of)
}

// runningHead is the head of the pages after the first.
func (s *sheet) runningHead(op store.Operator, text string, n, pages int) {
	s.mark("P", func() { s.put(left, top+6, headline.fit(op.Name+": "+text, width-40)) })
	s.mark("P", func() { s.putRight(right, top+6, small.line(folio(n, pages))) })
}

// A figure is something that must be seen first, x from the left of the page.
type figure struct {
	label, value string
	x, w, size   float64
	color        color
}

// figures are how much the bill is, until when, and of which month.
func (d bill) figures() []figure {
	total := "Total da conta"
	if d.pay.payable || d.b.DirectDebit && d.b.Status == store.Open {
		total = "Total a pagar"
	}
	return []figure{
		{total, d.b.Total.String(), left + heroPad, 84, 32, blue},
		{"Vencimento", d.b.Due.String(), left + 94, 46, 22, ink},
		{"Referência", monthName(d.b.Month), left + 144, 38, 14, ink},
	}
}

// hero draws what must be seen first, and below it where that stands.
func (s *sheet) hero(state strip, figures ...figure) {
	const y = heroTop
	s.decoration(func() {
		s.panel(left, y, width, heroHeight, 3, 0, tint)
		s.panel(left, y+heroHeight, width, state.height, 0, 3, state.color)
	})
	for _, f := range figures {
		if f.value == "" {
			continue
		}
		s.mark("P", func() {
			s.put(f.x, y+6, body.sized(9.5).in(soft).line(f.label))
			s.put(f.x, y+17, style{bold: true, size: f.size, color: f.color}.fit(f.value, f.w))
		})
	}
	s.mark("P", func() { s.paragraph(left+heroPad, y+heroHeight+5.6, state.head) })
	if len(state.text) > 0 {
		s.mark("P", func() { s.paragraph(left+heroPad+state.indent, y+heroHeight+5.6+state.drop, state.text) })
	}
}

// The hero: where it begins, its height without the strip, and the margin
// inside of it.
const (
	heroTop    = 31
	heroHeight = 21
	heroPad    = 6
)

// A standing is where the bill stands, as a customer must understand it.
type standing struct {
	head  string
	text  string // what to do about it
	color color
}

func (d bill) standing() standing {
	late := !d.b.Due.IsZero() && d.b.Copied.After(d.b.Due)
	pay := "Pague" + when(" até ", d.b.Due) + d.pay.how() + "."
	if late {
		pay = "Pague" + d.pay.how() + "."
	}
	switch {
	case d.b.Status == store.Paid:
		return standing{"PAGA" + when(" em ", d.b.PaidOn), "Não é preciso pagar de novo.", green}
	case d.b.Status == store.PartlyPaid:
		return standing{"PAGAMENTO PARCIAL EM ANÁLISE", "Fale conosco antes de pagar a diferença.", amber}
	case d.b.Status == store.UnderReview && d.pay.payable:
		return standing{"EM REVISÃO, MAS PODE SER PAGA", sentence(d.b.Review) + pay, amber}
	case d.b.Status == store.UnderReview:
		return standing{"EM REVISÃO", sentence(d.b.Review) + "Aguarde o resultado antes de pagar.", amber}
	case d.b.Status == store.InNegotiation:
		return standing{"EM NEGOCIAÇÃO", "Há um pagamento por cartão em andamento. Não pague de novo.", amber}
	case d.b.DirectDebit:
		return standing{"DÉBITO AUTOMÁTICO", "O valor será debitado da sua conta bancária" + when(" em ", d.b.Due) + ".", blue}
	case d.b.Total <= 0:
		return standing{"SEM VALOR A PAGAR", "", green}
	case late:
		// "vencida" would be wrong on a weekend: payment is still in time on the next banking day
		return standing{"O VENCIMENTO JÁ PASSOU", pay, red}
	default:
		return standing{"EM ABERTO", pay, blue}
	}
}

// A strip is a standing set in type.
type strip struct {
	head, text   []line
	indent, drop float64 // of the text, from where the head begins
	height       float64
	color        color
}

func (t standing) strip(w float64) strip {
	s := strip{color: t.color, height: 8.6}
	s.head = []line{style{bold: true, size: 13, color: white}.fit(t.head, w)}
	text := style{size: 10, color: white}
	s.indent = s.head[0].width + 4
	if text.line(t.text).width <= w-s.indent {
		s.text = text.wrap(t.text, w, 1)
		return s
	}
	s.text = text.wrap(t.text, w, 3)
	s.indent, s.drop = 0, 4.8
	s.height += s.drop + float64(len(s.text)-1)*leading(text)
	return s
}

// A field is a label with a value below it, so many twelfths of the page wide.
type field struct {
	label, value string
	twelfths     int
}

func (d bill) fields() []field {
	p := d.b.Property
	return fieldsOf(
		field{"Titular", d.b.Holder.Name, 6},
		field{documentName(d.b.Holder.Document), mask(d.b.Holder.Document), 3},
		field{"Matrícula", matricula(p.ID), 3},
		field{"Endereço", addressLine(p.Address), 6},
		field{"Inscrição", p.Inscribe, 3},
		field{"Rota e grupo", joined(p.Route, positive(int64(p.Group))), 3},
		field{"Ligação", connections(p), 4},
		field{"Economias", p.Units, 2},
		field{"Hidrômetro", p.Meter, 2},
		field{"Situação da conta", d.b.Situation, 2},
		field{"Nº da conta", positive(d.b.ID), 2},
	)
}

// connections tells how water and sewage are connected, in GSAN's words.
func connections(p store.Property) string {
	return joined(labelled("água: ", strings.ToLower(p.Water)), labelled("esgoto: ", strings.ToLower(p.Sewage)))
}

// fieldsOf returns the fields that have a value.
func fieldsOf(fields ...field) []field {
	return slices.DeleteFunc(fields, func(f field) bool { return f.value == "" })
}

// gridRow is a row of fields, set in type.
type gridRow struct {
	fields []field
	lines  [][]line
	height float64
}

func gridRows(fields []field) []gridRow {
	var rows []gridRow
	used := 12
	for _, f := range fields {
		if used+f.twelfths > 12 {
			rows, used = append(rows, gridRow{}), 0
		}
		r := &rows[len(rows)-1]
		used += f.twelfths
		lines := large.wrap(f.value, f.width()-3, 3)
		if closer := strong.wrap(f.value, f.width()-3, 3); len(closer) < len(lines) {
			lines = closer
		}
		r.fields, r.lines = append(r.fields, f), append(r.lines, lines)
		r.height = max(r.height, 4.4+float64(len(lines))*leading(large))
	}
	return rows
}

func (f field) width() float64 { return float64(f.twelfths) * width / 12 }

func gridHeight(fields []field) (h float64) {
	for _, r := range gridRows(fields) {
		h += r.height
	}
	return h
}

// grid draws fields side by side, as many rows as they need.
func grid(s *sheet, y float64, fields []field) {
	for _, r := range gridRows(fields) {
		x := float64(left)
		for i, f := range r.fields {
			s.mark("P", func() {
				s.put(x, y+2.8, small.line(f.label))
				s.paragraph(x, y+6.9, r.lines[i])
			})
			x += f.width()
		}
		y += r.height
	}
}

// wideBlocks are the left column: what is billed, what the utility has to say,
// and the water's quality, which is first to go to another page.
func (d bill) wideBlocks() []block {
	var blocks []block
	if len(d.b.Lines) > 0 {
		var cells [][]string
		for _, l := range d.b.Lines {
			cells = append(cells, []string{l.Text, l.Volume, signed(l.Value)})
		}
		detail := table("Detalhamento", body, []column{{"Descrição", wide - 40, false}, {"Consumo", 17, true}, {"Valor (R$)", 23, true}}, cells)
		detail.rows = append(detail.rows, totalRow("Total da conta", signed(d.b.Total), wide, 3))
		blocks = append(blocks, detail)
	}
	if messages := paragraphs("Avisos", wide, body, d.b.Messages); len(messages.rows) > 0 {
		blocks = append(blocks, messages)
	}
	if len(d.b.Quality) > 0 {
		var cells [][]string
		for _, q := range d.b.Quality {
			cells = append(cells, []string{q.Parameter, q.Standard, q.Mean, strconv.Itoa(q.Samples), strconv.Itoa(q.Conform)})
		}
		heading := "Qualidade da água"
		if d.b.QualityOf.Valid() {
			heading += " em " + d.b.QualityOf.Name()
		}
		blocks = append(blocks, table(heading, small.in(ink), []column{
			{"Parâmetro", 35, false}, {"Padrão", 31, false}, {"Média", 13, true}, {"Amostras", 15, true}, {"Conformes", wide - 94, true},
		}, cells))
	}
	return blocks
}

// narrowBlocks are the right column: the meter, the months before, and taxes.
func (d bill) narrowBlocks() []block {
	var blocks []block
	if cells := d.metering(); len(cells) > 0 {
		blocks = append(blocks, pairs("Leitura e consumo", narrow, cells))
	}
	if c, ok := d.chart(narrow); ok {
		blocks = append(blocks, c)
	}
	if len(d.b.Taxes) > 0 {
		var cells [][]string
		for _, t := range d.b.Taxes {
			cells = append(cells, []string{t.Text, hundredths(t.Percent) + "%", signed(t.Base), signed(t.Value)})
		}
		blocks = append(blocks, table("Tributos retidos", small.in(ink), []column{
			{"Tributo", 19, false}, {"%", 12, true}, {"Base (R$)", 19, true}, {"Valor (R$)", 16, true},
		}, cells))
	}
	return blocks
}

// metering is what the meter showed and what follows from it.
func (d bill) metering() [][2]string {
	var cells [][2]string
	add := func(what, value string) {
		if value != "" {
			cells = append(cells, [2]string{what, value})
		}
	}
	add("Leitura anterior", reading(d.b.Previous))
	add("Leitura atual", reading(d.b.Current))
	if d.b.Volume > 0 || d.b.Current.Known {
		add("Consumo faturado", fmt.Sprintf("%d m³", d.b.Volume))
	}
	if d.b.Days > 0 {
		add(fmt.Sprintf("Média por dia, em %d dias", d.b.Days), hundredths(roundedUp(100*d.b.Volume, d.b.Days))+" m³")
	}
	add("Tipo de consumo", d.b.MeterKind)
	add("Próxima leitura", d.b.NextReading.String())
	add("Anormalidade", d.b.Anomaly)
	return cells
}

// notes are said on every bill, just above the slip.
func (d bill) notes() [][]line {
	late := ""
	if d.b.Status != store.Paid && d.b.Total > 0 {
		late = "Pagamento em atraso: o valor desta conta não muda; multa, juros e correção, quando devidos, vêm em uma conta seguinte."
	}
	return Maker{d.op}.notes(d.seal, late)
}

// notes are the small print of a document: first what is said of it alone, if
// anything, then who hears complaints, and how it can be checked.
func (m Maker) notes(seal Seal, own string) [][]line {
	var notes [][]line
	for _, text := range []string{own, contact("Ouvidoria", m.Operator.Ombudsman), contact("Agência reguladora", m.Operator.Regulator), seal.text()} {
		if lines := small.wrap(text, width, 2); len(lines) > 0 {
			notes = append(notes, lines)
		}
	}
	return notes
}

// smallPrint draws notes below each other.
func (s *sheet) smallPrint(y float64, notes [][]line) {
	for _, lines := range notes {
		s.mark("P", func() { s.paragraph(left, y+3, lines) })
		y += textHeight([][]line{lines})
	}
}

// text says how the document can be checked, "" without a code.
func (s Seal) text() string {
	if s.Code == "" {
		return ""
	}
	return "Para conferir se este documento é autêntico, leia o QR Code do alto ou abra " + s.Address
}

// picture is the QR code by which the document can be checked, nil without a link.
func (s Seal) picture() (*coding.Code, error) {
	if s.Link == "" {
		return nil, nil
	}
	return qrCode(s.Link)
}

func textHeight(paragraphs [][]line) (h float64) {
	for _, lines := range paragraphs {
		h += float64(len(lines))*leading(lines[0].style) + 0.6
	}
	return h
}

// totalRow ends a table of so many columns with a sum.
func totalRow(text, value string, w float64, columns int) row {
	t := large
	what, sum := t.line(text), t.line(value)
	return row{6, func(s *sheet, x, y float64) {
		s.decoration(func() { s.box(x, y, w, 6, tint) })
		s.tag("TR", func() {
			s.heading("Row", func() { s.put(x+1.5, y+4.2, what) })
			for range columns - 2 {
				s.mark("TD", func() {})
			}
			s.mark("TD", func() { s.putRight(x+w, y+4.2, sum) })
		})
	}}
}

func reading(r store.Reading) string {
	value := ""
	if r.Known {
		value = fmt.Sprintf("%d m³", r.Value)
	}
	return joined(value, r.On.String())
}

// joined joins what is there with a dot in the middle.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}

func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return label + value
}

func when(label string, d store.Date) string { return labelled(label, d.String()) }

// sentence writes text with a capital and a full stop, and a blank to go on
// after it.
func sentence(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimRight(text[size:], ".") + ". "
}

// contact says how to reach a body, which often has its kind in its name.
func contact(kind string, c store.Contact) string {
	who := joined(c.Name, c.Phone, c.Email, c.Site)
	if strings.HasPrefix(c.Name, kind) {
		return who
	}
	return labelled(kind+": ", who)
}

func monthName(m store.Month) string {
	if !m.Valid() {
		return ""
	}
	return m.Name()
}

func matricula(id int64) string {
	if id <= 0 {
		return ""
	}
	return store.FormatMatricula(id)
}

func positive(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func documentName(document string) string {
	if len(document) == 14 {
		return "CNPJ"
	}
	return "CPF"
}

func mask(document string) string {
	if document == "" {
		return ""
	}
	return taxid.Mask(document)
}

func addressLine(a store.Address) string {
	street := strings.TrimSpace(a.Street + labelled(", ", a.Number) + labelled(" ", a.Complement))
	town := a.Town + labelled("/", a.State)
	cep := a.CEP
	if len(cep) == 8 {
		cep = cep[:5] + "-" + cep[5:]
	}
	return joined(street, a.Neighborhood, town, labelled("CEP ", cep))
}

// hundredths writes a number of hundredths: "0,67".
func hundredths(n int) string { return store.Money(n).Number() }

// signed writes an amount without currency: "-10,00".
func signed(m store.Money) string {
	if m < 0 {
		return "-" + m.Number()
	}
	return m.Number()
}

func roundedUp(a, b int) int { return (a + b - 1) / b }
