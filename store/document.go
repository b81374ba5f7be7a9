package store

import "time"

// A Document is a PDF that we issued, as whoever holds it may check it: nothing
// in here is not printed on it, and nothing tells who it was for.
type Document struct {
	Code     string // as printed: 12 letters and digits
	Kind     DocumentKind
	Month    Month // of a bill, or a year; 0 if it is of no one month
	Total    Money
	IssuedAt time.Time // in whole seconds
	Of       [16]byte  // what it is of, as a hash that tells nothing of it
	Sealed   string    // ID of the key that sealed it, "" without a seal
	Link     string    // what follows /d/ in its QR code: the code, and the seal if there is one
}

// A DocumentKind is what a document is.
type DocumentKind string

// The kinds of documents.
const (
	BillDocument      DocumentKind = "segunda-via"
	StatementDocument DocumentKind = "extrato"
	ClearanceDocument DocumentKind = "quitacao"
)

// Name is what people call such a document.
func (k DocumentKind) Name() string {
	switch k {
	case BillDocument:
		return "2ª via de conta"
	case StatementDocument:
		return "Extrato de débitos"
	case ClearanceDocument:
		return "Declaração de quitação anual de débitos"
	default:
		return "Documento"
	}
}

// Authenticity is what can be said of a document.
type Authenticity string

// What can be said of a document. Only of the first it may be said that it is
// ours.
const (
	Authentic       Authenticity = "authentic"  // its seal is of one of our keys and of these very facts
	Unsealed        Authenticity = "unsealed"   // we noted it before documents were sealed
	KeyGone         Authenticity = "key gone"   // its seal is of a key that we do not have any more
	Altered         Authenticity = "altered"    // what is noted under its code is not what was sealed: somebody changed it, or wrote it
	WrongLink       Authenticity = "wrong link" // an address with facts and a seal that is not of one of our keys
	NotIssued       Authenticity = "not issued" // nothing is noted under the code
	NoCodeOfOurForm Authenticity = "no code"    // what was asked for cannot be a code
)
