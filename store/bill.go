package store

// BillStatus is where a bill stands for the person who has to pay it.
type BillStatus int

// The states in which a bill is told to its customer (gsan-rules DEB-1, DEB-3,
// DEB-4, VIA-4).
const (
	Open          BillStatus = iota // em aberto
	UnderReview                     // em revisão: cnta_dtrevisao is set
	PartlyPaid                      // a payment below the total: pagamento parcial em análise (DEB-3)
	Paid                            // paga, posted or not, or to us and not yet posted (DEB-14)
	Unpriced                        // of a Debt alone: what it costs today is computed at the counter, for it is corrected by the tariff (ACR-10)
	InNegotiation                   // em negociação: being paid at a card company now (DEB-14)
)

// A Bill is a "conta" (faturamento.conta, or conta_historico once its month is
// closed). Total is net: water + sewage + charges - credits - taxes (DEB-2).
type Bill struct {
	ID           int64
	Month        Month
	Due          Date
	Total        Money
	Status       BillStatus
	Review       string // reason of the review in words, "" if none is given
	ReviewReason int    // its id (cmrv_id), 0 without one
	PaidOn       Date   // of the last payment, if any
	DirectDebit  bool   // debited from the customer's account: printed without a bar code
}

// DownPaymentReview is the one reason of review that does not keep a bill from
// being printed: it is the entrada of an instalment deal (gsan-rules VIA-3).
const DownPaymentReview = 101

// Payable tells whether the customer may be given a code to pay the bill:
// neither paid nor under review, except as the entrada of a deal (VIA-3, VIA-5).
func (b Bill) Payable() bool {
	switch b.Status {
	case Open:
		return b.Total > 0
	case UnderReview:
		return b.ReviewReason == DownPaymentReview && b.Total > 0
	default:
		return false
	}
}

// Bills is what a property's bills look like today: those of its present
// occupant alone (gsan-rules DEB-6).
type Bills struct {
	List     []Bill // oldest first
	Occupied bool   // false without a current usuário: then an empty list does not mean "no debts" (DEB-15)

	Contracted bool // something more is owed and not listed: it is in an instalment contract in force (DEB-7)
}

// A BillCopy is a bill with all that its second copy prints (gsan-rules VIA-7).
// What the database does not have is left empty and is not printed.
type BillCopy struct {
	Bill
	Property  Property
	Holder    Customer
	Issued    Date   // of the bill itself
	Copied    Date   // the day of this copy
	Validity  Date   // do not receive after (VIA-14)
	Situation string // "normal", "retificada"…

	Previous, Current Reading
	NextReading       Date
	MeterKind         string     // consumption type: "real", "médio"…
	Anomaly           string     // of reading or consumption, in words
	Volume            int        // billed water, m³
	Days              int        // between the readings
	History           []MonthUse // the six months before, newest first (VIA-8)

	Lines     []BillLine
	Taxes     []BillTax
	Quality   []QualityRow
	QualityOf Month // month the water quality was measured in
	Messages  []string

	Barcode string // 44 digits; "" when the bill has none, and then NoCode says why
	Line    string // 48 digits of the linha digitável
	NoCode  string // such as "conta paga" or "débito automático"
}

// A Reading is what the meter showed. Known is false when it was not read.
type Reading struct {
	Known bool
	Value int // m³
	On    Date
}

// MonthUse is the billed volume of one month. Mark is the anomaly's short
// sign, "" if there was none.
type MonthUse struct {
	Month  Month
	Volume int // m³
	Mark   string
}

// A BillLine is one row of the bill's detail. Volume is "" where a volume
// makes no sense.
type BillLine struct {
	Text   string
	Volume string
	Value  Money // negative for credits and taxes
}

// A BillTax is a tax withheld by a public body. Percent is in hundredths of a
// percent.
type BillTax struct {
	Text    string
	Percent int
	Base    Money
	Value   Money
}

// A QualityRow is one parameter of the water's quality (Decreto 5.440/2005).
type QualityRow struct {
	Parameter string
	Standard  string // what the norm asks for
	Mean      string
	Samples   int
	Conform   int // samples in conformity
}

// A PixCode is a PIX "copia e cola" code that was made for a bill or a statement.
type PixCode struct {
	Code  string
	Until Date // the last day on which it can be paid; zero if it has none
}
