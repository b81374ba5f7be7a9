package document

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// A4, upright. Lengths are in millimetres and positions are taken from the
// upper left corner; only sizes of type are in points, as everywhere.
const (
	pageWidth  = 210
	pageHeight = 297
	point      = 25.4 / 72
)

// A color is red, green and blue, 0 to 255 each.
type color [3]uint8

// A sheet is a document being drawn, page after page, in reading order. All
// that is drawn is either inside an element of the structure tree (tag, mark)
// or decoration, so that a screen reader can read the bill like a web page.
type sheet struct {
	title string // must not tell about a person
	file  file
	pages []*page
	page  *page    // the last one
	at    *element // of the structure tree, where the next one goes
	tree  *element
}

type page struct {
	ref    ref
	ops    []byte
	marked []*element // by marked content id
	color  color
}

// An element is a node of the structure tree: other elements, or one piece of
// marked content on a page.
type element struct {
	kind   string // Document, H1, P, Table…
	extra  string // further entries of its dictionary
	kids   []*element
	page   *page
	marked int
	ref    ref
}

func newSheet(title string) *sheet {
	root := &element{kind: "Document"}
	return &sheet{title: title, at: root, tree: root}
}

func (s *sheet) addPage() {
	s.page = &page{}
	s.pages = append(s.pages, s.page)
}

// tag puts what draw draws inside an element.
func (s *sheet) tag(kind string, draw func()) { s.open(kind, "", draw) }

func (s *sheet) open(kind, extra string, draw func()) {
	parent := s.at
	s.at = &element{kind: kind, extra: extra}
	parent.kids = append(parent.kids, s.at)
	draw()
	s.at = parent
}

// mark makes one element of all that draw draws.
func (s *sheet) mark(kind string, draw func()) { s.markWith(kind, "", draw) }

// heading makes a table's heading cell of all that draw draws. Scope is Column
// or Row.
func (s *sheet) heading(scope string, draw func()) {
	s.markWith("TH", "/A<</O/Table/Scope/"+scope+">>", draw)
}

// figure makes a picture of all that draw draws, for which alt is read.
func (s *sheet) figure(alt string, draw func()) {
	s.markWith("Figure", "/Alt"+textString(alt), draw)
}

// copied makes text of all that draw draws, which is copied as whole says even
// if it was drawn on several lines.
func (s *sheet) copied(whole string, draw func()) {
	s.markWith("P", "/ActualText"+textString(whole), draw)
}

func (s *sheet) markWith(kind, extra string, draw func()) {
	s.open(kind, extra, func() {
		p := s.page
		s.at.page, s.at.marked = p, len(p.marked)
		p.ops = fmt.Appendf(p.ops, "/%s<</MCID %d>>BDC\n", kind, len(p.marked))
		p.marked = append(p.marked, s.at)
		draw()
		p.ops = append(p.ops, "EMC\n"...)
	})
}

// decoration is all that draw draws and that is not to be read.
func (s *sheet) decoration(draw func()) {
	p := s.page
	p.ops = append(p.ops, "/Artifact BMC\n"...)
	draw()
	p.ops = append(p.ops, "EMC\n"...)
}

func (s *sheet) fill(c color) {
	p := s.page
	if p.color == c {
		return
	}
	p.color = c
	for _, part := range c {
		p.number(float64(part) / 255)
	}
	p.ops = append(p.ops, "rg\n"...)
}

// put draws a line of text with its baseline at y.
func (s *sheet) put(x, y float64, l line) {
	if l.codes == "" {
		return
	}
	s.fill(l.color)
	p := s.page
	p.ops = fmt.Appendf(p.ops, "BT/%s ", l.font().resource)
	p.number(l.size)
	p.ops = append(p.ops, "Tf "...)
	p.position(x, y)
	p.ops = append(p.ops, "Td"...)
	p.ops = append(p.ops, literal(l.codes)...)
	p.ops = append(p.ops, "Tj ET\n"...)
}

// putRight draws a line that ends at x.
func (s *sheet) putRight(x, y float64, l line) { s.put(x-l.width, y, l) }

// putCenter draws a line with its middle at x.
func (s *sheet) putCenter(x, y float64, l line) { s.put(x-l.width/2, y, l) }

// box fills a rectangle.
func (s *sheet) box(x, y, w, h float64, c color) {
	s.fill(c)
	s.page.position(x, y+h)
	s.page.number(w / point)
	s.page.number(h / point)
	s.page.ops = append(s.page.ops, "re f\n"...)
}

// panel fills a rectangle whose upper and lower corners are round.
func (s *sheet) panel(x, y, w, h, upper, lower float64, c color) {
	s.fill(c)
	p := s.page
	to := func(x, y float64, op string) {
		p.position(x, y)
		p.ops = append(p.ops, op...)
	}
	curve := func(x1, y1, x2, y2, x3, y3 float64) {
		p.position(x1, y1)
		p.position(x2, y2)
		to(x3, y3, "c ")
	}
	u, l := upper, lower
	hu, hl := u*0.4477, l*0.4477 // the handles of a quarter circle
	to(x+u, y, "m ")
	to(x+w-u, y, "l ")
	curve(x+w-hu, y, x+w, y+hu, x+w, y+u)
	to(x+w, y+h-l, "l ")
	curve(x+w, y+h-hl, x+w-hl, y+h, x+w-l, y+h)
	to(x+l, y+h, "l ")
	curve(x+hl, y+h, x, y+h-hl, x, y+h-l)
	to(x, y+u, "l ")
	curve(x, y+hu, x+hu, y, x+u, y)
	p.ops = append(p.ops, "f\n"...)
}

// position writes the two numbers of one.
func (p *page) position(x, y float64) {
	p.number(x / point)
	p.number((pageHeight - y) / point)
}

// number writes a number to two places, enough for 1/7000 of an inch.
func (p *page) number(v float64) {
	p.ops = strconv.AppendFloat(p.ops, v, 'f', 2, 64)
	p.ops = bytes.TrimRight(p.ops, "0")
	p.ops = bytes.TrimSuffix(p.ops, []byte("."))
	p.ops = append(p.ops, ' ')
}

const a4 = "/MediaBox[0 0 595.276 841.89]"

// bytes ends the document.
func (s *sheet) bytes() []byte {
	f := &s.file
	pages, tree := f.reserve(), f.reserve()
	unicode := f.addStream("/Filter/FlateDecode", toUnicode())
	resources := f.add(fmt.Sprintf("<</Font<</R %v/B %v>>>>", f.addFont(fonts().regular, unicode), f.addFont(fonts().bold, unicode)))
	var kids strings.Builder
	for i, p := range s.pages {
		content := f.addStream("/Filter/FlateDecode", deflate(p.ops))
		p.ref = f.add(fmt.Sprintf("<</Type/Page/Parent %v%s/Resources %v/Contents %v/StructParents %d/Tabs/S>>",
			pages, a4, resources, content, i))
		fmt.Fprintf(&kids, "%v ", p.ref)
	}
	f.set(pages, fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(s.pages), kids.String()))

	f.addElement(s.tree, tree)
	var parents strings.Builder
	for i, p := range s.pages {
		fmt.Fprintf(&parents, "%d[", i)
		for _, e := range p.marked {
			fmt.Fprintf(&parents, "%v ", e.ref)
		}
		parents.WriteByte(']')
	}
	f.set(tree, fmt.Sprintf("<</Type/StructTreeRoot/K %v/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d>>",
		s.tree.ref, parents.String(), len(s.pages)))

	root := f.add(fmt.Sprintf("<</Type/Catalog/Pages %v/StructTreeRoot %v/MarkInfo<</Marked true>>"+
		"/Lang(pt-BR)/ViewerPreferences<</DisplayDocTitle true>>>>", pages, tree))
	return f.bytes(root, f.add("<</Title"+textString(s.title)+">>"))
}

func (f *file) addElement(e *element, parent ref) {
	e.ref = f.reserve()
	var kids strings.Builder
	for _, kid := range e.kids {
		f.addElement(kid, e.ref)
		fmt.Fprintf(&kids, "%v ", kid.ref)
	}
	if e.page != nil {
		fmt.Fprintf(&kids, "%d]/Pg %v", e.marked, e.page.ref)
	} else {
		kids.WriteByte(']')
	}
	f.set(e.ref, fmt.Sprintf("<</S/%s/P %v%s/K[%s>>", e.kind, parent, e.extra, kids.String()))
}

func (f *file) addFont(t *font, unicode ref) ref {
	m := t.metrics
	program := f.addStream(fmt.Sprintf("/Length1 %d/Filter/FlateDecode", t.length), t.program)
	descriptor := f.add(fmt.Sprintf("<</Type/FontDescriptor/FontName/%s/Flags 32/FontBBox[%d %d %d %d]/ItalicAngle 0"+
		"/Ascent %d/Descent %d/CapHeight %d/StemV %d/FontFile2 %v>>", t.name,
		m.FontBBox.Xmin, m.FontBBox.Ymin, m.FontBBox.Xmax, m.FontBBox.Ymax, m.Ascent, m.Descent, m.CapHeight, m.StemV, program))
	widths := strings.Trim(fmt.Sprint(t.widths[' ':]), "[]")
	return f.add(fmt.Sprintf("<</Type/Font/Subtype/TrueType/BaseFont/%s/Encoding/WinAnsiEncoding/FirstChar 32/LastChar 255"+
		"/Widths[%s]/FontDescriptor %v/ToUnicode %v>>", t.name, widths, descriptor, unicode))
}
