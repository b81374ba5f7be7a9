// Package scan finds the payment codes in what a person sent: the bar code and
// the QR codes of a photo, a screenshot or a PDF, and the lines to type and Pix
// codes in a PDF's text.
//
// # Why
//
// A file comes from anybody. Its size and a picture's measures are looked at
// before anything is decoded. PDFs are read by PDFium, the reader of Chrome, as
// WebAssembly: it runs without files, network or clock, in bounded memory, and
// ends when the context does, which no PDF library in Go would. Of a PDF both the
// text and the drawn page are read, for a forger may have changed only one.
//
// Codes in pictures are read by gozxing, the port of ZXing to Go. Nothing newer
// without C was to be had; it is complete, and what of it depends on the input is
// bounded here (see qr). ZXing looks for bars along the rows of a picture only, and
// people hold phones askew, so the lines are laid here, at all angles (see bars).
package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
)

// Limits of a file.
const (
	MaxBytes  = 10 << 20 // of any file
	MaxPixels = 25 << 20 // of a picture; a quarter of it with 16 bits a colour
	MaxPages  = 4        // of a PDF that are read: the first ones, and the last
)

// Why a file cannot be read.
var (
	ErrTooLarge   = errors.New("the file is too large")
	ErrLocked     = errors.New("the PDF asks for a password")
	ErrUnreadable = errors.New("the file is neither a PDF nor a picture, or is damaged")
)

// Codes returns the codes in a PDF, JPEG, PNG or WebP, each once: bar codes of 44
// digits, what QR codes say, and from the text of a PDF lines of 47 or 48 digits
// without separators and Pix codes. None is no error. Nothing says that a code is
// well-formed or of whom it is.
//
// When the context ends first, it returns what was found until then, with the
// context's error only if that is nothing. It takes a processor while it runs, and
// up to 500 MB for the largest pictures: callers bound how many run at once.
func Codes(ctx context.Context, file []byte) (codes []string, err error) {
	defer func() {
		if what := recover(); what != nil {
			err = fmt.Errorf("scan a file: panic: %T\n%s", what, debug.Stack()) // its words may hold what is in the file
		}
	}()
	if len(file) > MaxBytes {
		return nil, ErrTooLarge
	}
	if bytes.Contains(file[:min(len(file), 1024)], []byte("%PDF-")) {
		codes, err = document(ctx, file)
	} else {
		codes, err = photo(ctx, file)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	if ctx.Err() != nil {
		if len(codes) > 0 {
			return codes, nil
		}
		return nil, ctx.Err()
	}
	return codes, err
}
