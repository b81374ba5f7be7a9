package document

import (
	"fmt"
	"strings"

	"rsc.io/qr/coding"

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

// sealSize is the side of the QR code by which a document is checked. Modules of
// a sealed link are 0.4 mm.
const sealSize = 20

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

// qrCode makes a QR code with error correction M. What follows the last letter
// that is not among the 45 of QR's own alphabet takes a third less room, which
// makes the modules of a sealed link larger. It takes the first of the eight masks
// and tries no other: every reader undoes whichever it is, and trying them all
// costs more than the rest of the bill.
func qrCode(text string) (*coding.Code, error) {
	end := 1 + strings.LastIndexFunc(text, func(r rune) bool { return coding.Alpha(r).Check() != nil })
	parts := []coding.Encoding{coding.String(text[:end]), coding.Alpha(text[end:])}
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		if parts[0].Bits(v)+parts[1].Bits(v) > 8*v.DataBytes(coding.M) {
			continue
		}
		plan, err := coding.NewPlan(v, coding.M, 0)
		if err != nil {
			return nil, fmt.Errorf("make QR code: %w", err)
		}
		return plan.Encode(parts...)
	}
	return nil, fmt.Errorf("make QR code: %d letters are too many", len(text))
}

// qr draws a QR code of so many millimetres, with its left upper corner at x, y.
// It is a picture, for as rectangles it would take five times the room; of 4 × 4
// dots a module, so that viewers that smooth pictures leave it sharp.
func (s *sheet) qr(x, y, size float64, c *coding.Code) {
	const dots = 4
	s.fill(black)
	p := s.page
	p.ops = fmt.Appendf(p.ops, "q %.3f 0 0 %.3f %.3f %.3f cm\nBI/W %d/H %d/IM true/D[1 0]/F/AHx ID\n",
		size/point, size/point, x/point, (pageHeight-y-size)/point, dots*c.Size, dots*c.Size)
	line := make([]byte, (dots*c.Size+7)/8)
	for row := range c.Size {
		clear(line)
		for column := range dots * c.Size {
			if c.Black(column/dots, row) {
				line[column/8] |= 0x80 >> (column % 8)
			}
		}
		for range dots {
			p.ops = fmt.Appendf(p.ops, "%X", line)
		}
	}
	p.ops = append(p.ops, ">\nEI Q\n"...)
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
