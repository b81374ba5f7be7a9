package store

// A Sum is what debts cost together on one day (gsan-rules EXT-2).
type Sum struct {
	Value   Money       // of the debts, without late charges
	Late    LateCharges // of the bills among them
	Credits Money       // taken off; positive
}

// SumOf adds up debts, and takes off the credits among them.
func SumOf(debts []Debt) Sum {
	var s Sum
	for _, d := range debts {
		if d.Kind == Credit {
			s.Credits += d.Value
			continue
		}
		s.Value += d.Value
		s.Late = s.Late.Add(d.Late)
	}
	return s
}

// Total is what is left to pay; negative if the credits are more than the debts.
func (s Sum) Total() Money { return s.Value + s.Late.Total() - s.Credits }

// A Statement is an "extrato de débitos" that was issued: debts that are paid
// together, with one code (cobranca.cobranca_documento of type 14, gsan-rules
// EXT-1 to EXT-10). Its amounts are those of the day of issue and never change.
type Statement struct {
	Number   int64 // its own, printed as "número sequencial": cbdo_id
	Property Property
	Profile  string   // perfil do imóvel, in words
	Holder   Customer // the usuário
	Issued   Date
	Validity Date   // do not receive after (EXT-4)
	Items    []Debt // what was chosen and the credits that go along, in the order of the sections
	Discount Money  // for paying at once, by a resolução de diretoria (EXT-6); positive
	Total    Money  // to pay: that of the items less the discount

	Barcode string // 44 digits; "" when it has none, and then NoCode says why
	NoCode  string
}

// A Refusal is why no statement was issued, or no charge made.
type Refusal int

// What keeps a statement from being issued, or a charge from being made. The zero
// Refusal does not.
const (
	NotRefused     Refusal = iota
	DebtsChanged           // something that was chosen is not owed any more, or not as it was seen
	ByDelivery             // the bills go to the responsável's final group alone (EXT-3)
	BySituation            // the collection situation of the property forbids documents (EXT-3)
	NothingToPay           // the credits are worth as much as the debts, or more (EXT-2)
	NeedsBankSlip          // so large that GSAN makes a ficha de compensação, which takes an agreement with a bank (EXT-7)
	DebtsHeld              // some of it is being paid at a card company now (DEB-14)
	BankAway               // the bank that makes PIX codes does not
	CompanyAway            // the card company does not answer
	PaymentPending         // the card company has not decided yet on a payment
)
