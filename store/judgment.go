package store

// A Judgment is what a code for payment, that somebody holds in hand, turned out
// to be.
type Judgment struct {
	Kind    CodeKind
	Verdict Verdict
	Segment byte   // of KindBars of somebody else: what kind of company collects it, as FEBRABAN numbers them; 0 if unknown
	Payee   string // who a KindPix of somebody else says it pays

	// Names is the property of which the code names a debt, be it ours or not, if who
	// knows it can make such a code but for the amount; 0 of all others.
	Names int64

	// Partner is who the address is of, if it is none of ours: a bank or a company by
	// which our bills are paid.
	Partner Partner

	// What our own code is for.
	Debt     CodedDebt
	Standing CodeStanding

	// What the address of a document says, and whether it is true; "" of another page.
	Document     Document
	Authenticity Authenticity
}

// CodeKind is what a code looks like.
type CodeKind string

// The kinds of codes.
const (
	KindBars     CodeKind = "barcode"  // of a utility's bill, as 44 digits or the 48 of its line
	KindBankSlip CodeKind = "bankslip" // boleto, 47 digits
	KindPix      CodeKind = "pix"
	KindPage     CodeKind = "address" // of a page
)

// Verdict is whose a code is.
type Verdict string

// The verdicts.
const (
	Unreadable Verdict = "unreadable" // its check digits are wrong: badly copied, or made up
	Foreign    Verdict = "foreign"    // it pays somebody else, or is the address of somebody else
	Unknown    Verdict = "unknown"    // it names us as payee, and nothing of ours has that number, month and amount
	Genuine    Verdict = "genuine"
)

// A CodedDebt is something of ours that a code pays, as the register has it.
type CodedDebt struct {
	Property  int64
	Month     Month // of a bill
	Bill      int64 // of Bill, Statement and Slip one is set, or none if a PIX code is for several debts
	Statement int64
	Slip      int64 // guia de pagamento
	Kind      int   // of a slip its tipo de débito, of a statement its tipo de documento
	Year      int   // of a slip: in which it was issued
	Locality  int   // localidade, which stands in the bar code
	Total     Money
	Standing  CodeStanding
}

// A Partner is a bank or a card company that the operator sends people to; the zero
// one is nobody.
type Partner struct {
	Name string // as people know it
	Host string // its site, without www: that and what stands below it is the partner's
	Card bool   // a card company, and no bank
}

// CodeStanding is whether what our code pays is still to be paid.
type CodeStanding string

// The standings.
const (
	CodeOpen        CodeStanding = "open"
	CodePaid        CodeStanding = "paid"
	CodePartly      CodeStanding = "partly"      // a payment of less than its sum is known
	CodeReview      CodeStanding = "review"      // its bill is em revisão
	CodeNegotiation CodeStanding = "negotiation" // it is being paid by card
	CodeExpired     CodeStanding = "expired"     // the amounts are of another day
	CodeClosed      CodeStanding = "closed"      // cancelled, corrected, or in a deal: not owed by this code any more
)
