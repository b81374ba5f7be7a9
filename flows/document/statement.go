package document

import (
	"fmt"

	"lojavirtual/store"
)

// Statement draws a debt statement, "extrato de débitos" (gsan-rules EXT-8): one
// A4 page, and further ones for what a long list has beyond it. It shows what
// was chosen in GSAN's sections, late charges apart from what they were charged
// on, and one bar code and one PIX for the whole; charge.Code is "" when there
// is no PIX.
//
// The title and the other metadata tell nothing about the customer. It is an
// error if the bar code is none, or pays another amount than the total.
func (m Maker) Statement(st store.Statement, charge store.PixCode, seal Seal) ([]byte, error) {
	d := statement{m.Operator, st, store.SumOf(st.Items)}
	pay, err := newSlip(m.Operator, st.Total, st.Barcode, charge.Code)
	if err != nil {
		return nil, fmt.Errorf("draw statement %d: %w", st.Number, err)
	}
	check, err := seal.picture()
	if err != nil {
		return nil, fmt.Errorf("draw statement %d: %w", st.Number, err)
	}
	pay.none = noCode(m.Operator, st.NoCode)
	pay.fields = []field{
		{label: "Matrícula", value: matricula(st.Property.ID)},
		{label: "Extrato nº", value: positive(st.Number)},
		{label: "Emissão", value: st.Issued.String()},
		{label: "Não receber após", value: st.Validity.String()},
	}

	fields, state := d.fields(), d.standing(pay).strip(width-2*heroPad)
	notes := m.notes(seal, "As contas continuam em aberto até o pagamento deste extrato. Pague o extrato ou as contas, nunca os dois.")
	gridTop := heroTop + heroHeight + state.height + 3.5
	middle := gridTop + gridHeight(fields) + 2.5
	end := pay.top() - 2 - textHeight(notes)
	first, further := area{left, middle, width, end - 2 - middle}, area{left, 26, width, bottom - 26}
	pages := deal(d.blocks(), first, further)

	s := newSheet(fmt.Sprintf("%s: extrato de débitos de %s", m.Operator.Name, st.Issued))
	for i, blocks := range pages {
		s.addPage()
		if i == 0 {
			s.letterhead(m, check, "Extrato de débitos", when("Emitido em ", st.Issued), folio(1, len(pages)))
			s.hero(state, d.figures()...)
			grid(s, gridTop, fields)
		} else {
			s.runningHead(m.Operator, joined("Extrato de débitos", "matrícula "+store.FormatMatricula(st.Property.ID), labelled("nº ", positive(st.Number))), i+1, len(pages))
		}
		for _, b := range blocks {
			b.draw(s, b.x, b.y, b.w)
		}
		if i == 0 {
			s.smallPrint(end, notes)
			pay.draw(s)
		}
	}
	return s.bytes(), nil
}

// A statement is one being drawn.
type statement struct {
	op  store.Operator
	st  store.Statement
	sum store.Sum
}

func (d statement) figures() []figure {
	return []figure{
		{"Total a pagar", d.st.Total.String(), left + heroPad, 84, 32, blue},
		{"Não receber após", d.st.Validity.String(), left + 94, 46, 22, ink},
		{"Extrato nº", positive(d.st.Number), left + 144, 38, 14, ink},
	}
}

// standing tells that the amounts are those of one day (EXT-10).
func (d statement) standing(pay slip) standing {
	head := "VALORES DE " + d.st.Issued.String()
	if !pay.payable {
		return standing{head, "", amber}
	}
	return standing{head, "Pague" + when(" até ", d.st.Validity) + pay.with() + ". Depois, peça outro.", blue}
}

func (d statement) fields() []field {
	p := d.st.Property
	return fieldsOf(
		field{"Titular", d.st.Holder.Name, 6},
		field{documentName(d.st.Holder.Document), mask(d.st.Holder.Document), 3},
		field{"Matrícula", matricula(p.ID), 3},
		field{"Endereço", addressLine(p.Address), 6},
		field{"Inscrição", p.Inscribe, 3},
		field{"Rota e grupo", joined(p.Route, positive(int64(p.Group))), 3},
		field{"Ligação", connections(p), 6},
		field{"Economias", p.Units, 3},
		field{"Perfil do imóvel", d.st.Profile, 3},
	)
}

// blocks are the summary, then the sections in GSAN's order (DEB-12), the short
// ones in one table.
func (d statement) blocks() []block {
	var own, former, others []store.Debt
	for _, debt := range d.st.Items {
		switch debt.Kind {
		case store.OwnBill:
			own = append(own, debt)
		case store.FormerBill:
			former = append(former, debt)
		default:
			others = append(others, debt)
		}
	}
	blocks := []block{d.summary()}
	if len(own) > 0 {
		blocks = append(blocks, billTable("Contas", own))
	}
	if len(former) > 0 {
		blocks = append(blocks, billTable("Contas de moradores anteriores", former))
	}
	if len(others) > 0 {
		blocks = append(blocks, otherTable("Outros débitos e créditos", others))
	}
	return blocks
}

// summary is how the total comes about (EXT-2).
func (d statement) summary() block {
	var services store.Money
	for _, debt := range d.st.Items {
		if debt.Kind == store.Service {
			services += debt.Value
		}
	}
	parts := []field{
		{"Débito original", (d.sum.Value - services).String(), 3},
		{"Serviços", services.String(), 2},
		{"Acréscimos do atraso", d.sum.Late.Total().String(), 3},
		{"Descontos e créditos", (-d.sum.Credits - d.st.Discount).String(), 2},
		{"Total a pagar", d.st.Total.String(), 2},
	}
	return block{heading: "Resumo", rows: []row{{gridHeight(parts), func(s *sheet, _, y float64) { grid(s, y, parts) }}}}
}

// billTable shows late charges apart, and what each bill costs with them.
func billTable(heading string, debts []store.Debt) block {
	var cells [][]string
	for _, b := range debts {
		cells = append(cells, []string{
			b.Month.String(), b.Due.String(), signed(b.Value), signed(b.Late.Fine), signed(b.Late.Interest), signed(b.Late.Correction), signed(b.Total()),
		})
	}
	const number = 27
	return withTotal(table(heading, body, []column{
		{"Referência", 24, false},
		{"Vencimento", width - 24 - 5*number, false},
		{"Valor (R$)", number, true},
		{"Multa (R$)", number, true},
		{"Juros (R$)", number, true},
		{"Atualização (R$)", number, true},
		{"Total (R$)", number, true},
	}, cells), debts, 7)
}

// otherTable shows all that is not a bill, credits with their sign.
func otherTable(heading string, debts []store.Debt) block {
	var cells [][]string
	for _, x := range debts {
		value := x.Value
		if x.Kind == store.Credit {
			value = -value
		}
		cells = append(cells, []string{sectionOf(x.Kind), x.Text, joined(when("vence em ", x.Due), instalments(x)), signed(value)})
	}
	const kind, detail, number = 34, 46, 27
	return withTotal(table(heading, body, []column{
		{"Tipo", kind, false},
		{"Descrição", width - kind - detail - number, false},
		{"Detalhe", detail, false},
		{"Valor (R$)", number, true},
	}, cells), debts, 4)
}

func sectionOf(kind store.DebtKind) string {
	switch kind {
	case store.Service:
		return "Serviço a cobrar"
	case store.Slip:
		return "Guia de pagamento"
	case store.Deal:
		return "Parcelamento"
	default:
		return "Crédito"
	}
}

// instalments says how many are left of a service or deal, or how many of them
// are paid ahead.
func instalments(d store.Debt) string {
	switch {
	case d.Ahead == 1:
		return fmt.Sprintf("antecipa 1 de %d parcelas", d.Instalments)
	case d.Ahead > 1:
		return fmt.Sprintf("antecipa %d de %d parcelas", d.Ahead, d.Instalments)
	case d.Kind == store.Credit || d.Instalments <= 0:
		return ""
	case d.Instalments == 1:
		return "falta 1 parcela"
	default:
		return fmt.Sprintf("faltam %d parcelas", d.Instalments)
	}
}

// withTotal adds a row with the sum to a section of several rows.
func withTotal(b block, debts []store.Debt, columns int) block {
	if len(debts) > 1 {
		b.rows = append(b.rows, totalRow("Soma", signed(store.SumOf(debts).Total()), width, columns))
	}
	return b
}
