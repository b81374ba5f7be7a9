package scan

import (
	"bytes"
	"context"
	"image"
	"image/color"
	_ "image/jpeg" // a photo
	_ "image/png"  // a screenshot
	"io"

	_ "golang.org/x/image/webp" // a photo from a page
)

// photo returns the codes in the file of a picture.
func photo(ctx context.Context, file []byte) ([]string, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(file))
	switch {
	case err != nil, size.Width < 1, size.Height < 1:
		return nil, ErrUnreadable
	case int64(size.Width)*int64(size.Height) > MaxPixels:
		return nil, ErrTooLarge
	case deep(size.ColorModel) && int64(size.Width)*int64(size.Height) > MaxPixels/4:
		return nil, ErrTooLarge
	}
	picture, _, err := image.Decode(reader{ctx, bytes.NewReader(file)})
	if err != nil {
		return nil, ErrUnreadable
	}
	return codesIn(ctx, gray(ctx, picture)), nil
}

// deep tells whether the pixels take twice the memory and far more time: no phone
// makes such.
func deep(m color.Model) bool {
	return m == color.NRGBA64Model || m == color.RGBA64Model || m == color.Gray16Model
}

// A reader ends with its context.
type reader struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// gray returns how bright a picture is, on white paper where it is transparent.
// What a photo says of that already is not copied. It stays black from where the
// context ends.
func gray(ctx context.Context, picture image.Image) *image.Gray {
	switch p := picture.(type) {
	case *image.Gray:
		return p
	case *image.YCbCr:
		return &image.Gray{Pix: p.Y, Stride: p.YStride, Rect: p.Rect}
	}
	bounds := picture.Bounds()
	to := image.NewGray(bounds)
	for y := bounds.Min.Y; y < bounds.Max.Y && ctx.Err() == nil; y++ {
		row := to.Pix[to.PixOffset(bounds.Min.X, y):]
		switch p := picture.(type) {
		case *image.RGBA:
			from := p.Pix[p.PixOffset(bounds.Min.X, y):]
			for x := range bounds.Dx() {
				row[x] = onWhite(from[4*x], from[4*x+1], from[4*x+2], 255, from[4*x+3])
			}
		case *image.NRGBA:
			from := p.Pix[p.PixOffset(bounds.Min.X, y):]
			for x := range bounds.Dx() {
				a := from[4*x+3]
				row[x] = onWhite(from[4*x], from[4*x+1], from[4*x+2], a, a)
			}
		default:
			for x := range bounds.Dx() {
				c := color.RGBAModel.Convert(picture.At(bounds.Min.X+x, y)).(color.RGBA)
				row[x] = onWhite(c.R, c.G, c.B, 255, c.A)
			}
		}
	}
	return to
}

// onWhite is the brightness of a colour, of which so much of 255 counts, laid on
// white where alpha leaves it open.
func onWhite(r, g, b, counts, alpha uint8) uint8 {
	bright := (299*uint32(r) + 587*uint32(g) + 114*uint32(b)) / 1000
	return uint8(min(255, bright*uint32(counts)/255+255-uint32(alpha)))
}

// half returns a picture of half the width and height.
func half(p *image.Gray) *image.Gray {
	w, h := p.Rect.Dx()/2, p.Rect.Dy()/2
	to := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		a := p.Pix[p.PixOffset(p.Rect.Min.X, p.Rect.Min.Y+2*y):]
		b := a[p.Stride:]
		row := to.Pix[y*to.Stride:]
		for x := range w {
			row[x] = uint8((uint(a[2*x]) + uint(a[2*x+1]) + uint(b[2*x]) + uint(b[2*x+1]) + 2) / 4)
		}
	}
	return to
}
