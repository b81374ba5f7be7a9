package document

import (
	"fmt"
	"slices"
	"strings"

	"lojavirtual/store"
)

// Clearance draws the declaration that a year's debts are settled (gsan-rules
// QUI-7): one A4 page, and further ones for a year of very many bills. It says
// what Lei 12.007/2009 art. 4 asks for, and bears no code to pay with.
//
// The title and the other metadata tell nothing about the customer. It is an
// error if there is no declaration for the year.
func (m Maker) Clearance(c store.ClearanceCopy, seal Seal) ([]byte, error) {
	if !c.Given() {
		return nil, fmt.Errorf("draw the clearance of %d: there is none", c.Year)
	}
	check, err := seal.picture()
	if err != nil {
		return nil, fmt.Errorf("draw the clearance of %d: %w", c.Year, err)
	}
	d := clearance{m.Operator, c}
	fields, notes, state := d.fields(), m.notes(seal, "Este documento não serve para pagamento: não há nele nenhum código para pagar."), d.standing().strip(width-2*heroPad)
	gridTop := heroTop + heroHeight + state.height + 3.5
	middle := gridTop + gridHeight(fields) + 2.5
	end := bottom - textHeight(notes)
	first, further := area{left, middle, width, end - 2 - middle}, area{left, 26, width, bottom - 26}
	pages := deal(d.blocks(), first, further)

	s := newSheet(fmt.Sprintf("%s: quitação anual de débitos de %d", m.Operator.Name, c.Year))
	for i, blocks := range pages {
		s.addPage()
		if i == 0 {
			s.letterhead(m, check, "Quitação anual de débitos", when("Gerada em ", c.Issued), "Lei nº 12.007/2009", folio(1, len(pages)))
			s.hero(state, d.figures()...)
			grid(s, gridTop, fields)
		} else {
			s.runningHead(m.Operator, joined("Quitação anual de débitos", "matrícula "+store.FormatMatricula(c.Property.ID), fmt.Sprint("ano ", c.Year)), i+1, len(pages))
		}
		for _, b := range blocks {
			b.draw(s, b.x, b.y, b.w)
		}
		if i == 0 {
			s.smallPrint(end, notes)
		}
	}
	return s.bytes(), nil
}

// A clearance is a declaration being drawn.
type clearance struct {
	op store.Operator
	c  store.ClearanceCopy
}

func (d clearance) figures() []figure {
	return []figure{
		{"Ano-base", fmt.Sprint(d.c.Year), left + heroPad, 50, 32, blue},
		{"Contas quitadas", d.c.Total().String(), left + 66, 66, 22, ink},
		{"Meses declarados", fmt.Sprint(len(d.c.Months)), left + 140, 42, 22, ink},
	}
}

func (d clearance) standing() standing {
	if d.c.Result == store.PartlyCleared || len(d.reservations()) > 0 {
		return standing{"QUITADO, COM RESSALVA", "Leia as ressalvas abaixo da relação de contas.", amber}
	}
	return standing{"QUITADO", "Guarde esta declaração: ela vale como recibo das contas abaixo.", green}
}

func (d clearance) fields() []field {
	p := d.c.Property
	return fieldsOf(
		field{"Titular", d.c.Holder.Name, 6},
		field{documentName(d.c.Holder.Document), mask(d.c.Holder.Document), 3},
		field{"Matrícula", matricula(p.ID), 3},
		field{"Endereço", addressLine(p.Address), 9},
		field{"Inscrição", p.Inscribe, 3},
	)
}

func (d clearance) blocks() []block {
	var cells [][]string
	for _, b := range d.c.Bills {
		cells = append(cells, []string{b.Month.String(), b.Due.String(), situation(b.Status), b.On.String(), signed(b.Value)})
	}
	bills := table("Contas do ano", body.sized(11), []column{
		{"Referência", 30, false}, {"Vencimento", 36, false}, {"Situação", 56, false}, {"Data da situação", 36, false}, {"Valor (R$)", width - 158, true},
	}, cells)
	bills.rows = append(bills.rows, totalRow("Total", signed(d.c.Total()), width, 5))
	blocks := []block{paragraphs("Declaração", width, body.sized(11), d.sentences()), bills}
	if r := d.reservations(); len(r) > 0 {
		blocks = append(blocks, paragraphs("Ressalvas", width, body.sized(10), r))
	}
	return blocks
}

// sentences are what is declared, the second in the words of the law's art. 4.
func (d clearance) sentences() []string {
	who := d.op.LegalName
	if who == "" {
		who = d.op.Name
	}
	except := ""
	if len(d.reservations()) > 0 {
		except = ", observadas as ressalvas no fim"
	}
	return []string{
		fmt.Sprintf("A %s declara, nos termos da Lei nº 12.007, de 29 de julho de 2009, que estão quitadas as contas do imóvel de matrícula %s relacionadas abaixo, com vencimento %s%s.",
			who, store.FormatMatricula(d.c.Property.ID), span(d.c.Months), except),
		"Esta declaração substitui, para a comprovação do cumprimento das obrigações do consumidor, as quitações dos faturamentos mensais dos débitos do ano a que se refere e dos anos anteriores (art. 4º).",
	}
}

// span writes months in order, "de janeiro a dezembro de 2025" if none between
// the first and the last is missing.
func span(months []store.Month) string {
	first, last := months[0], months[len(months)-1]
	switch {
	case len(months) == 1:
		return "em " + first.Name()
	case first.Add(len(months)-1) == last && first/100 == last/100:
		name, _, _ := strings.Cut(first.Name(), " ")
		return "de " + name + " a " + last.Name()
	default:
		var all []string
		for _, m := range months {
			all = append(all, m.String())
		}
		return "em " + listed(all)
	}
}

// listed joins as in a sentence: "a, b e c".
func listed(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " e " + words[last]
}

func situation(s store.YearStatus) string {
	switch s {
	case store.DealtBill:
		return "Parcelada"
	case store.SuedBill:
		return "Em cobrança judicial"
	case store.CanceledBill:
		return "Cancelada"
	default:
		return "Paga"
	}
}

// reservations say what is not discharged by the declaration.
func (d clearance) reservations() []string {
	months := func(bills []store.YearBill) string {
		var all []string
		for _, b := range bills {
			if m := b.Month.String(); !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
		if len(all) == 1 {
			return "a conta de " + all[0]
		}
		return "as contas de " + listed(all)
	}
	var said []string
	if b := d.c.With(store.DealtBill); len(b) > 0 {
		said = append(said, "Em parcelamento: "+months(b)+". Esta declaração não quita as parcelas do acordo que ainda não foram pagas.")
	}
	if b := d.c.With(store.SuedBill); len(b) > 0 {
		said = append(said, "Em cobrança judicial: "+months(b)+". Esta declaração não quita o que se discute no processo.")
	}
	if b := d.c.Excepted; len(b) > 0 {
		said = append(said, "Fora desta declaração, por estar em discussão: "+months(b)+". Terminada a discussão, peça a declaração de novo (Lei nº 12.007/2009, art. 2º, § 3º).")
	}
	return said
}
