package document

import "strings"

// A block is a part of the page that stands in a column: a heading and rows.
// Everything in it has been measured for the column's width, so that blocks
// can be dealt out to pages before anything is drawn.
type block struct {
	heading string
	kind    string // Table, or "" if each row stands for itself
	head    row    // of a table: the row that is drawn again on the next page
	rows    []row
}

// A row is drawn from its upper left corner.
type row struct {
	height float64
	draw   func(s *sheet, x, y float64)
}

const (
	headingHeight = 7
	blockGap      = 4
	rowGap        = 0.6 // between the lines of a table
)

func (b block) height() float64 {
	h := headingHeight + b.head.height
	for _, r := range b.rows {
		h += r.height
	}
	return h
}

// split returns the part of b that fits in height and the rest, which has no
// rows if all of b fits. ok is false if the part would not be worth a heading.
func (b block) split(height float64) (part, rest block, ok bool) {
	room := height - headingHeight - b.head.height
	n := 0
	for n < len(b.rows) && b.rows[n].height <= room {
		room -= b.rows[n].height
		n++
	}
	part, rest = b, b
	part.rows, rest.rows = b.rows[:n], b.rows[n:]
	rest.heading = strings.TrimSuffix(b.heading, continued) + continued
	return part, rest, n == len(b.rows) || n >= 3
}

const continued = " (continuação)"

func (b block) draw(s *sheet, x, y, w float64) {
	s.mark("H2", func() { s.put(x, y+3.8, headline.fit(b.heading, w)) })
	s.decoration(func() { s.box(x, y+5.2, w, 0.3, blue) })
	y += headingHeight
	rows := func() {
		if b.head.draw != nil {
			b.head.draw(s, x, y)
			y += b.head.height
		}
		for _, r := range b.rows {
			r.draw(s, x, y)
			y += r.height
		}
	}
	if b.kind == "" {
		rows()
		return
	}
	s.tag(b.kind, rows)
}

// An area is where blocks stand one below the other.
type area struct{ x, y, w, h float64 }

// deal puts blocks into areas: the first on the first page, the others on
// those that follow. Each of the lists it returns is one page.
func deal(blocks []block, first, others area) [][]placed {
	const short = 12 // blocks of fewer rows are not torn
	pages, free := [][]placed{nil}, first
	turn := func() { pages, free = append(pages, nil), others }
	for len(blocks) > 0 {
		part, rest, ok := blocks[0].split(free.h)
		torn := len(rest.rows) > 0
		if free != others && (!ok || torn && len(blocks[0].rows) < short) {
			turn()
			continue
		}
		last := len(pages) - 1
		pages[last] = append(pages[last], placed{part, free})
		if torn {
			blocks[0] = rest
			turn()
			continue
		}
		used := part.height() + blockGap
		free.y, free.h = free.y+used, free.h-used
		blocks = blocks[1:]
	}
	return pages
}

// placed is a block where it is to be drawn.
type placed struct {
	block
	area
}

// A column of a table. Text at the right is never broken into lines.
type column struct {
	title string
	w     float64
	right bool
}

const cellGap = 2 // between columns

// table makes a table of cells. Cells that do not fit get a second line.
func table(heading string, t style, columns []column, cells [][]string) block {
	b := block{heading: heading, kind: "Table"}
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = c.title
	}
	b.head = tableRow(columns, titles, smallBold, true)
	for _, c := range cells {
		b.rows = append(b.rows, tableRow(columns, c, t, false))
	}
	return b
}

func tableRow(columns []column, cells []string, t style, head bool) row {
	lines := make([][]line, len(columns))
	most := 1
	for i, c := range columns {
		w := c.w - cellGap
		if c.right {
			lines[i] = []line{t.fit(cells[i], w)}
		} else {
			lines[i] = t.wrap(cells[i], w, 2)
		}
		most = max(most, len(lines[i]))
	}
	height := float64(most)*leading(t) + rowGap
	return row{height, func(s *sheet, x, y float64) {
		s.tag("TR", func() {
			for i, c := range columns {
				cell := func() {
					for n, l := range lines[i] {
						base := y + (0.87+float64(n))*leading(t)
						if c.right {
							s.putRight(x+c.w, base, l)
						} else {
							s.put(x, base, l)
						}
					}
				}
				if head {
					s.heading("Column", cell)
				} else {
					s.mark("TD", cell)
				}
				x += c.w
			}
		})
		total := 0.0
		for _, c := range columns {
			total += c.w
		}
		s.decoration(func() { s.box(x-total, y+height-0.1, total, 0.1, hairline) })
	}}
}

// pairs makes a table of two columns without a title row: what, and how much.
func pairs(heading string, w float64, cells [][2]string) block {
	b := block{heading: heading, kind: "Table"}
	for _, c := range cells {
		what := body.in(soft).line(c[0])
		values := strong.wrap(c[1], w-what.width-cellGap, 3)
		height := float64(max(len(values), 1))*leading(strong) + rowGap
		b.rows = append(b.rows, row{height, func(s *sheet, x, y float64) {
			s.tag("TR", func() {
				s.heading("Row", func() { s.put(x, y+0.85*leading(strong), what) })
				s.mark("TD", func() {
					for n, l := range values {
						s.putRight(x+w, y+(float64(n)+0.85)*leading(strong), l)
					}
				})
			})
			s.decoration(func() { s.box(x, y+height-0.1, w, 0.1, hairline) })
		}})
	}
	return b
}

// paragraphs makes a block of texts.
func paragraphs(heading string, w float64, t style, texts []string) block {
	b := block{heading: heading}
	for _, text := range texts {
		lines := t.wrap(text, w, 14)
		if len(lines) == 0 {
			continue
		}
		b.rows = append(b.rows, row{float64(len(lines))*leading(t) + 1.6, func(s *sheet, x, y float64) {
			s.mark("P", func() { s.paragraph(x, y+0.83*leading(t), lines) })
		}})
	}
	return b
}

// paragraph draws lines below each other, the first with its baseline at y.
func (s *sheet) paragraph(x, y float64, lines []line) {
	for n, l := range lines {
		s.put(x, y+float64(n)*leading(l.style), l)
	}
}
