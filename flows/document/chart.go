package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lojavirtual/store"
)

// chart draws the volumes of the months before this bill and of its own, the
// oldest at the left. ok is false if there is nothing to compare.
func (d bill) chart(w float64) (b block, ok bool) {
	months := slices.Clone(d.b.History)
	slices.Reverse(months)
	if len(months) > 6 {
		months = months[len(months)-6:]
	}
	if len(months) == 0 {
		return block{}, false
	}
	months = append(months, store.MonthUse{Month: d.b.Month, Volume: d.b.Volume})

	highest, marked := 1, false
	var said []string
	for _, m := range months {
		highest = max(highest, m.Volume)
		marked = marked || m.Mark != ""
		said = append(said, strings.TrimSpace(fmt.Sprintf("%s: %d m³ %s", shortMonth(m.Month), m.Volume, m.Mark)))
	}
	const tallest = 14
	height := 6.0 + tallest + 5
	if marked {
		height += 3.4
	}
	slot := w / float64(len(months))
	bar := min(slot*0.62, 8)
	figure := row{height, func(s *sheet, x, y float64) {
		base := y + 6 + tallest
		s.decoration(func() { s.box(x, base, w, 0.2, soft) })
		s.figure("Gráfico do consumo por mês. "+strings.Join(said, "; ")+".", func() {
			for i, m := range months {
				middle := x + (float64(i)+0.5)*slot
				t, c := small.in(ink), color{126, 172, 209}
				if i == len(months)-1 {
					t, c = smallBold.in(blue), blue
				}
				h := float64(max(m.Volume, 0)) / float64(highest) * tallest
				s.box(middle-bar/2, base-h, bar, h, c)
				s.putCenter(middle, base-h-1.2, t.fit(strconv.Itoa(m.Volume), slot-0.6))
				s.putCenter(middle, base+3.6, t.fit(shortMonth(m.Month), slot-0.2))
				if m.Mark != "" {
					s.putCenter(middle, base+7, smallBold.in(red).fit(m.Mark, slot-0.6))
				}
			}
		})
	}}
	b = block{heading: "Consumo por mês, em m³", rows: []row{figure}}
	if marked {
		note := small.wrap("A sigla indica anormalidade no mês.", w, 2)
		b.rows = append(b.rows, row{float64(len(note)) * leading(small), func(s *sheet, x, y float64) {
			s.mark("P", func() { s.paragraph(x, y+3, note) })
		}})
	}
	return b, true
}

func shortMonth(m store.Month) string {
	if !m.Valid() {
		return ""
	}
	return m.Short()
}
