// Package chart draws the PNG charts we send: for the width of a phone, with
// type that can be read there without zooming, and with nothing that is said by
// colour alone.
package chart

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"github.com/go-analyze/charts"

	"lojavirtual/store"
)

// The picture, in pixels.
const (
	width   = 1080
	side    = 44  // margin at the left and right
	floor   = 716 // where the bars stand
	ceiling = 304 // how high the highest may reach, below its number and mark
	below   = 124 // room for the months' names
	rowed   = 96  // and for the legend
	stub    = 12  // how much of a month that was not read is always seen
)

// Colours, on white: type has a contrast of at least 4.5:1 to it, bars of 3:1.
var (
	ink  = charts.ColorRGB(24, 36, 48)
	soft = charts.ColorRGB(72, 86, 100)
	blue = charts.ColorRGB(11, 79, 138)
	pale = charts.ColorRGB(86, 145, 194)
	red  = charts.ColorRGB(168, 28, 28)
)

// Consumption draws the water billed in each month, m³, the oldest first. The
// bars begin at zero; the last stands out. A month whose meter was not read is
// hatched, one without any record has a dash instead of a bar. Mean is written
// in the heading, if it is known.
func Consumption(months []store.Consumption, mean int) ([]byte, error) {
	if err := install(); err != nil {
		return nil, err
	}
	var read, unread, unknown bool
	highest := 1
	for _, m := range months {
		highest = max(highest, m.Billed)
		read = read || m.HasWater && m.Read
		unread = unread || m.HasWater && !m.Read
		unknown = unknown || !m.HasWater
	}
	height := floor + below
	if unread || unknown {
		height += rowed
	}
	p := picture{charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: width, Height: height})}
	p.FilledRect(0, 0, width, height, charts.ColorWhite, charts.ColorWhite, 0)
	p.write("Água cobrada em cada conta", side, 92, bold, 64, ink)
	heading := "em m³ (mil litros)"
	if mean > 0 {
		heading += ", média de " + number(mean) + " m³ por mês"
	}
	p.write(heading, side, 158, regular, p.fit(heading, width-2*side, regular, 44), soft)

	slot := float64(width-2*side) / float64(max(len(months), 6))
	left := (width - slot*float64(len(months))) / 2
	size := p.fit(number(highest), int(slot)-6, bold, 46)
	for i, m := range months {
		middle := int(left + (float64(i)+0.5)*slot)
		p.month(m, middle, int(slot), (floor-ceiling)*m.Billed/highest, size, i == len(months)-1)
		january := m.Month%100 == 1
		if january || i == 0 && m.Month%100 != 12 { // December's would run into January's
			p.center(strconv.Itoa(int(m.Month)/100), middle, floor+102, int(slot)+24, regular, 40, soft)
		}
	}
	p.LineStroke([]charts.Point{{X: side, Y: floor}, {X: width - side, Y: floor}}, soft, 3)
	p.legend(read, unread, unknown, metered(months))
	return p.small()
}

// metered tells whether there ever was a meter.
func metered(months []store.Consumption) bool {
	for _, m := range months {
		if m.HasWater && m.Kind != store.Unmetered {
			return true
		}
	}
	return false
}

const (
	regular = "liberation-sans"
	bold    = "liberation-sans-bold"
)

// install reads the fonts, once.
var install = sync.OnceValue(func() error {
	if err := charts.InstallFont(regular, liberationsansregular.TTF); err != nil {
		return err
	}
	return charts.InstallFont(bold, liberationsansbold.TTF)
})

// A picture is a chart being drawn.
type picture struct{ *charts.Painter }

// month draws one bar with its number, its mark in words, and its name.
func (p picture) month(m store.Consumption, middle, slot, tall int, size float64, last bool) {
	name, face := strings.TrimRight(m.Month.Short(), "/0123456789"), regular
	if last {
		face = bold
	}
	p.center(name, middle, floor+52, slot-8, face, 39, ink)
	if !m.HasWater {
		p.center("–", middle, floor-18, slot, bold, 48, soft)
		return
	}
	half := min(slot*39/100, 60)
	left, right, top := middle-half, middle+half, floor-tall
	if !m.Read {
		top = min(top, floor-stub)
	}
	switch {
	case !m.Read:
		p.hatch(left, top, right, floor)
	case tall <= 0:
	case last:
		p.FilledRect(left, top, right, floor, blue, blue, 0)
	default:
		p.FilledRect(left, top, right, floor, pale, pale, 0)
	}
	p.center(number(m.Billed), middle, top-18, slot, bold, size, ink)
	for i, word := range marks[m.Odd] {
		p.center(word, middle, top-66-36*i, slot+8, bold, 34, red)
	}
}

// marks are what stands above a month that was unusual, from below.
var marks = map[store.UseAnomaly][]string{store.LowUse: {"baixo"}, store.HighUse: {"alto"}, store.BurstUse: {"alto", "muito"}}

// hatch draws a bar with diagonal lines, which says "not read" also where
// colours are not told apart.
func (p picture) hatch(left, top, right, bottom int) {
	const apart = 18
	for from := top - (right - left); from < bottom; from += apart {
		// from (left, from+right-left) up to (right, from), cut to the bar
		x1, y1, x2, y2 := left, from+right-left, right, from
		if y1 > bottom {
			x1, y1 = left+y1-bottom, bottom
		}
		if y2 < top {
			x2, y2 = right-(top-y2), top
		}
		if x1 < x2 {
			p.LineStroke([]charts.Point{{X: x1, Y: y1}, {X: x2, Y: y2}}, blue, 4)
		}
	}
	p.LineStroke([]charts.Point{{X: left, Y: bottom}, {X: left, Y: top}, {X: right, Y: top}, {X: right, Y: bottom}, {X: left, Y: bottom}}, blue, 3)
}

// legend says what the bars mean, if they are not all the same.
func (p picture) legend(read, unread, unknown, metered bool) {
	x, y := side, floor+below+44
	say := func(text string) {
		p.write(text, x, y, regular, 40, ink)
		x += p.wide(text, regular, 40) + 44
	}
	if unread {
		p.hatch(x, y-34, x+52, y+4)
		x += 66
		if metered {
			say("sem leitura")
		} else {
			say("sem hidrômetro, volume fixo")
		}
	}
	if unread && read {
		p.FilledRect(x, y-34, x+52, y+4, pale, pale, 0)
		x += 66
		say("com leitura")
	}
	if unknown {
		p.write("–", x, y, bold, 44, soft)
		x += 40
		say("sem conta")
	}
}

// small is the picture as a PNG of few colours: a third of the bytes, for
// people pay for them.
func (p picture) small() ([]byte, error) {
	full, err := p.Bytes()
	if err != nil {
		return nil, err
	}
	drawn, err := png.Decode(bytes.NewReader(full))
	if err != nil {
		return nil, err
	}
	rgba := drawn.(*image.RGBA)
	few := image.NewPaletted(rgba.Rect, palette)
	known := map[[3]byte]uint8{}
	var before [3]byte // most pixels are like their neighbour
	index := uint8(palette.Index(color.Black))
	for i := range few.Pix {
		if c := [3]byte(rgba.Pix[4*i:]); c != before {
			seen := false
			if index, seen = known[c]; !seen {
				index = uint8(palette.Index(color.RGBA{c[0], c[1], c[2], 255}))
				known[c] = index
			}
			before = c
		}
		few.Pix[i] = index
	}
	var b bytes.Buffer
	err = png.Encode(&b, few)
	return b.Bytes(), err
}

// palette is our colours and what lies between them and the white they are
// drawn on.
var palette = func() (all color.Palette) {
	const steps = 16
	for _, c := range []charts.Color{ink, soft, blue, pale, red} {
		for i := range steps {
			mix := func(part uint8) uint8 { return uint8((int(part)*(steps-i) + 255*i) / steps) }
			all = append(all, color.RGBA{mix(c.R), mix(c.G), mix(c.B), 255})
		}
	}
	return append(all, color.White)
}()

// write puts text with its base line at y.
func (p picture) write(text string, x, y int, face string, size float64, color charts.Color) {
	p.Text(text, x, y, 0, style(face, size, color))
}

// center puts text around x, smaller if it is wider than most.
func (p picture) center(text string, x, y, most int, face string, size float64, color charts.Color) {
	size = p.fit(text, most, face, size)
	p.write(text, x-p.wide(text, face, size)/2, y, face, size, color)
}

// fit returns the size, or a smaller one in which the text is not wider than most.
func (p picture) fit(text string, most int, face string, size float64) float64 {
	for ; size > 12 && p.wide(text, face, size) > most; size-- {
	}
	return size
}

// number writes a volume as Brazilians do: "12.610".
func number(volume int) string {
	text := strconv.Itoa(volume)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "." + text[i:]
	}
	return text
}

func (p picture) wide(text, face string, size float64) int {
	box := p.MeasureText(text, 0, style(face, size, ink))
	return box.Width()
}

// style takes a size in pixels; the library wants points at 92 to the inch.
func style(face string, size float64, color charts.Color) charts.FontStyle {
	return charts.FontStyle{Font: charts.GetFont(face), FontSize: size * 72 / 92, FontColor: color}
}
