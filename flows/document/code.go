package document

import (
	"fmt"

	"rsc.io/qr"

	"lojavirtual/store/febraban"
)

// The bar code of a bill, as FEBRABAN wants it (103 × 13 mm), and the quiet
// zones that scanners need round it.
const (
	barsWidth  = 103
	barsHeight = 13
	barsQuiet  = 5
)

// qrSize is the side of a QR code without its quiet zone of four modules. The
// longest PIX code makes modules of 0.4 mm of it.
const qrSize = 40

// black is what scanners want, without any colour in it.
var black = color{}

// A module is a rectangle of a code, in modules from its upper left corner.
type module struct{ x, y, w, h int }

// bars draws the bar code c with its left upper corner at x, y.
func (s *sheet) bars(x, y float64, c febraban.Code) {
	var dark []module
	at := 0
	for i, w := range c.Bars() {
		if i%2 == 0 {
			dark = append(dark, module{at, 0, w, 1})
		}
		at += w
	}
	s.modules(x, y, barsWidth/float64(febraban.Modules), barsHeight, dark)
}

// A square is a QR code, as few rectangles.
type square struct {
	side int // in modules
	dark []module
}

// newSquare makes the QR code of a PIX code, with error correction M. The
// library takes the first of the eight masks and tries no other: every reader
// undoes whichever it is, and trying them all costs more than the rest of the
// bill.
func newSquare(code string) (square, error) {
	picture, err := qr.Encode(code, qr.M)
	if err != nil {
		return square{}, fmt.Errorf("make QR code: %w", err)
	}
	q := square{side: picture.Size}
	open := map[[2]int]int{} // where the run of the row above is in q.dark, by its ends
	for y := range q.side {
		next := map[[2]int]int{}
		for x := 0; x < q.side; x++ {
			from := x
			for x < q.side && picture.Black(x, y) {
				x++
			}
			if x == from {
				continue
			}
			ends := [2]int{from, x}
			i, grows := open[ends]
			if grows {
				q.dark[i].h++
			} else {
				i = len(q.dark)
				q.dark = append(q.dark, module{from, y, x - from, 1})
			}
			next[ends] = i
		}
		open = next
	}
	return q, nil
}

func (s *sheet) square(x, y float64, q square) {
	module := qrSize / float64(q.side)
	s.modules(x, y, module, module, q.dark)
}

// modules fills rectangles of a code in one path and in whole numbers, so that
// neither rounding nor seams come between them. A module is w by h.
func (s *sheet) modules(x, y, w, h float64, dark []module) {
	s.fill(black)
	p := s.page
	p.ops = fmt.Appendf(p.ops, "q %.5f 0 0 %.5f %.3f %.3f cm\n", w/point, -h/point, x/point, (pageHeight-y)/point)
	for _, m := range dark {
		p.ops = fmt.Appendf(p.ops, "%d %d %d %d re\n", m.x, m.y, m.w, m.h)
	}
	p.ops = append(p.ops, "f Q\n"...)
}
