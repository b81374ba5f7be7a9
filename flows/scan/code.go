package scan

import (
	"context"
	"image"
	"maps"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode/detector"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

const (
	barDigits = 44
	sideMax   = 4200 // pixels; bars are still three wide there on the photo of a whole page
	sideMin   = 300
	qrSide    = 2100 // where a QR code is found, if not in all larger ones
)

// codesIn returns the codes in a picture. It looks at it in several sizes: in a
// smaller one there is less noise, in a larger one more of a small code.
func codesIn(ctx context.Context, p *image.Gray) []string {
	for longer(p) > sideMax {
		p = half(p)
	}
	p = stretched(p)
	sizes := []*image.Gray{p}
	for min(p.Rect.Dx(), p.Rect.Dy()) > 2*sideMin {
		p = half(p)
		sizes = append(sizes, p)
	}
	slices.Reverse(sizes) // the smallest takes the least time
	codes := map[string]bool{}
	for _, p := range sizes {
		if len(codes) == 0 || longer(p) <= qrSide {
			qr(ctx, p, codes)
		}
	}
	if len(codes) == 0 {
		for _, p := range sizes {
			if longer(p) > qrSide/2 && longer(p) <= qrSide {
				qr(ctx, turned(p, math.Pi/4), codes)
			}
		}
	}
	bars(ctx, sizes, codes)
	return slices.Collect(maps.Keys(codes))
}

func longer(p *image.Gray) int { return max(p.Rect.Dx(), p.Rect.Dy()) }

// stretched makes the darkest of a picture black and its brightest white, save for
// what is less than a hundredth of it.
func stretched(p *image.Gray) *image.Gray {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	var count [256]int
	for y := range h {
		for _, v := range p.Pix[y*p.Stride:][:w] {
			count[v]++
		}
	}
	dark, bright := 0, 255
	for few := w * h / 100; dark < 255 && count[dark] <= few; dark++ {
		few -= count[dark]
	}
	for few := w * h / 100; bright > 0 && count[bright] <= few; bright-- {
		few -= count[bright]
	}
	if bright <= dark || bright-dark > 180 {
		return p
	}
	var becomes [256]uint8
	for v := range becomes {
		becomes[v] = uint8(max(0, min(255, (v-dark)*255/(bright-dark))))
	}
	to := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		row := to.Pix[y*to.Stride:]
		for x, v := range p.Pix[y*p.Stride:][:w] {
			row[x] = becomes[v]
		}
	}
	return to
}

// turned returns a picture turned by an angle, on white.
func turned(p *image.Gray, angle float64) *image.Gray {
	w, h := float64(p.Rect.Dx()), float64(p.Rect.Dy())
	sin, cos := math.Sincos(angle)
	along, across := w*math.Abs(cos)+h*math.Abs(sin), w*math.Abs(sin)+h*math.Abs(cos)
	to := image.NewGray(image.Rect(0, 0, int(along), int(across)))
	line := make([]float32, int(along))
	for y := range int(across) {
		off := float64(y) - across/2
		from, n := sample(p, line, w/2-off*sin-along/2*cos, h/2+off*cos-along/2*sin, cos, sin)
		row := to.Pix[y*to.Stride:][:len(line)]
		for x := range row {
			row[x] = 255
		}
		for x, v := range line[:n] {
			row[from+x] = uint8(v)
		}
	}
	return to
}

// enough is the sign that a picture has more of what looks like the corner of a
// QR code than it is worth: ZXing tries all triples of them.
type enough struct{}

const cornersMax = 60

// qr adds what the QR codes of a picture say.
func qr(ctx context.Context, p *image.Gray, codes map[string]bool) {
	defer func() {
		if what := recover(); what != nil {
			if _, ok := what.(enough); !ok {
				panic(what)
			}
		}
	}()
	if ctx.Err() != nil {
		return
	}
	w, h := p.Rect.Dx(), p.Rect.Dy()
	source, err := gozxing.NewPlanarYUVLuminanceSource(p.Pix, p.Stride, h, 0, 0, w, h, false)
	if err != nil {
		return
	}
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(source))
	if err != nil {
		return
	}
	matrix, err := bitmap.GetBlackMatrix()
	if err != nil {
		return
	}
	corners := 0
	hints := map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_TRY_HARDER: true,
		gozxing.DecodeHintType_NEED_RESULT_POINT_CALLBACK: gozxing.ResultPointCallback(func(gozxing.ResultPoint) {
			if corners++; corners > cornersMax || ctx.Err() != nil {
				panic(enough{})
			}
		}),
	}
	found, _ := multi.NewMultiDetector(matrix).DetectMulti(hints)
	if len(found) == 0 { // one alone may stand more askew
		corners = 0
		if one, err := detector.NewDetector(matrix).Detect(hints); err == nil {
			found = append(found, one)
		}
	}
	for _, f := range found {
		if ctx.Err() != nil {
			return
		}
		if result, err := decoder.NewDecoder().Decode(f.GetBits(), nil); err == nil {
			codes[result.GetText()] = true
		}
	}
}

// angles, in degrees, at which lines are laid across a picture: as it is held first,
// and in steps that no bar code of a bill, eight times as wide as high, slips through.
var angles = []float64{0, 90, 4, -4, 94, 86, 9, -9, 99, 81, 15, -15, 105, 75, 22, -22, 112, 68, 30, -30, 120, 60, 38, -38, 128, 52, 45, -45}

// bars adds the bar codes of 44 digits, each of which two lines across a picture
// agree on, in the first of its sizes and at the first angle where there are any.
func bars(ctx context.Context, sizes []*image.Gray, codes map[string]bool) {
	read := oned.NewITFReader().(oned.RowDecoder)
	seen := map[string]int{}
	for _, degrees := range angles {
		for _, p := range sizes {
			if barsAt(ctx, p, degrees*math.Pi/180, read, seen, codes) {
				return
			}
		}
	}
}

// barsAt reads along parallel lines at an angle, and tells whether that added any.
func barsAt(ctx context.Context, p *image.Gray, angle float64, read oned.RowDecoder, seen map[string]int, codes map[string]bool) (added bool) {
	w, h := float64(p.Rect.Dx()), float64(p.Rect.Dy())
	sin, cos := math.Sincos(angle)
	// All that the lines cover, turned back: so wide along them, so high across.
	along, across := w*math.Abs(cos)+h*math.Abs(sin), w*math.Abs(sin)+h*math.Abs(cos)
	step := max(1, math.Floor(across/450))
	fine := 3 // samples a pixel, so that bars of one and a half still have the right proportions
	if longer(p) > qrSide {
		fine = 1
	}
	line := make([]float32, int(along)*fine)
	for off := -across / 2; off < across/2; off += step {
		if ctx.Err() != nil {
			return added
		}
		x, y := w/2-off*sin-along/2*cos, h/2+off*cos-along/2*sin
		_, n := sample(p, line[:int(along)], x, y, cos, sin)
		if swings(line[:n]) < barRuns/2 {
			continue
		}
		if fine > 1 {
			_, n = sample(p, line, x, y, cos/float64(fine), sin/float64(fine))
		}
		if code := readLine(line[:n], fine, read); code != "" {
			if seen[code]++; seen[code] > 1 {
				codes[code], added = true, true
			}
		}
	}
	return added
}

// swings tells how often a line goes from dark to bright or back.
func swings(line []float32) (count int) {
	var low, high float32 = 0, 255 // since the last one
	up := false
	for _, v := range line {
		low, high = min(low, v), max(high, v)
		switch {
		case !up && v > low+contrast/2:
			up, high = true, v
			count++
		case up && v < high-contrast/2:
			up, low = false, v
			count++
		}
	}
	return count
}

// sample reads the picture along a line from a point in steps, as far as it lies in
// the picture, and returns after how many steps that begins and how many it is.
func sample(p *image.Gray, line []float32, x, y, dx, dy float64) (from, n int) {
	w, h := p.Rect.Dx()-1, p.Rect.Dy()-1
	for i := range line {
		ix, iy := int(math.Floor(x)), int(math.Floor(y))
		if ix >= 0 && iy >= 0 && ix < w && iy < h {
			at := p.Pix[iy*p.Stride+ix:]
			fx, fy := float32(x-float64(ix)), float32(y-float64(iy))
			top := float32(at[0])*(1-fx) + float32(at[1])*fx
			bottom := float32(at[p.Stride])*(1-fx) + float32(at[p.Stride+1])*fx
			if n == 0 {
				from = i
			}
			line[n] = top*(1-fy) + bottom*fy
			n++
		}
		x, y = x+dx, y+dy
	}
	return from, n
}

// contrast, of 255, is what bars and spaces have at least; less is paper.
const contrast = 20

// edges returns where bars and spaces begin in a line by turns, a bar first, and
// at last where the line ends. They begin between the brightest and the darkest
// that is near.
func edges(line []float32, fine int) []int {
	n, near := len(line), 8*fine
	sharp := make([]float32, n)
	for i, v := range line {
		sharp[i] = 2*v - (line[max(0, i-fine)]+line[min(n-1, i+fine)])/2
	}
	blocks := n/near + 1
	low, high := make([]float32, blocks), make([]float32, blocks)
	for b := range blocks {
		low[b], high[b] = 255, 0
		for _, v := range sharp[min(n, b*near):min(n, (b+1)*near)] {
			low[b], high[b] = min(low[b], v), max(high[b], v)
		}
	}
	var starts []int
	black := false
	for i, v := range sharp {
		b := i / near
		from, to := max(0, b-1), min(blocks, b+2)
		dark, bright := slices.Min(low[from:to]), slices.Max(high[from:to])
		if is := bright-dark > contrast && v < (dark+bright)/2; is != black {
			black = is
			starts = append(starts, i)
		}
	}
	return append(starts, n)
}

// A bar code of 44 digits is so many bars and spaces: four to begin with, ten for
// two digits, and three at the end.
const barRuns = 4 + barDigits/2*10 + 3

// readLine reads a bar code of 44 digits in a line, in either direction. ZXing
// would look for its ends from those of the line, and stumble over what is printed
// beside it; so what has the right number of bars and spaces is cut out first.
func readLine(line []float32, fine int, read oned.RowDecoder) string {
	starts := edges(line, fine)
	for i := 0; i+barRuns < len(starts); i += 2 {
		from, to := starts[i], starts[i+barRuns]
		quiet := (to - from) / 80 // five of the narrowest
		left, right := from, len(line)-to
		if i > 0 {
			left = from - starts[i-1]
		}
		if i+barRuns+1 < len(starts) {
			right = starts[i+barRuns+1] - to
		}
		if left < quiet || right < quiet {
			continue
		}
		cut := gozxing.NewBitArray(to - from)
		for j := i; j < i+barRuns; j += 2 {
			for x := starts[j]; x < starts[j+1]; x++ {
				cut.Set(x - from)
			}
		}
		for range 2 {
			result, err := read.DecodeRow(0, cut, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_ALLOWED_LENGTHS: []int{barDigits}})
			if err == nil && len(result.GetText()) == barDigits {
				return result.GetText()
			}
			cut.Reverse()
		}
	}
	return ""
}
