// Package document draws the PDFs that customers get. It is given all it
// prints and opens nothing; the same data make the same bytes.
//
// # Why not a PDF library alone
//
// A bill must be tagged for screen readers, carry its fonts, weigh at most
// 30 kB and cost at most 4 ms. fpdf parses and cuts its fonts anew in every
// document (24 ms) and has no structure tree; adding one with pdfcpu costs
// another 7 to 10 ms. So fpdf cuts the fonts, once, and the pages, which are
// only text and rectangles, are written by file.go and sheet.go.
//
// We say "tagged" and claim neither PDF/UA nor PDF/A: no validator has seen
// these files.
package document

import "lojavirtual/store"

// A Maker draws the documents of one utility. It may be used by many
// goroutines at once.
type Maker struct {
	Operator store.Operator
}

// A Seal lets whoever holds a document ask the utility whether it is
// authentic. Without a Code the document says nothing about it.
type Seal struct {
	Code    string
	Address string // https, where the code is checked
	Link    string // https, where the document is checked by its QR code alone
}
