package store

// DebtKind is the section of GSAN's statement that a debt stands in
// (gsan-rules DEB-12).
type DebtKind int

// The sections, in the order in which they are shown.
const (
	OwnBill    DebtKind = iota // conta of the present occupant
	FormerBill                 // conta of an occupant before, "pretérita" (DEB-6)
	Service                    // débito a cobrar: a service not yet put on a bill (DEB-8)
	Slip                       // guia de pagamento (DEB-10)
	Deal                       // parcelamento: what is left of an instalment deal (DEB-11)
	Credit                     // crédito a realizar: to be taken off (DEB-9)
)

// A Debt is one thing a property owes, or one credit it has.
type Debt struct {
	Kind    DebtKind
	ID      int64  // of cnta_id, dbac_id, gpag_id, parc_id or crar_id, by kind
	Version string // another once anything of the debt has changed; see Debts.Find

	Month Month  // of a bill, 0 of others
	Due   Date   // of a bill or slip
	Text  string // what it is for, in words, of others than bills
	Value Money  // without late charges; net of taxes (DEB-2); of a deal or service what remains; of a credit positive
	Late  LateCharges

	Status BillStatus // Open unless it is under review, paid or unpriced; if unpriced it has no late charges, and Value is not what it costs
	Review string     // reason of the review in words, "" if none is given

	DirectDebit bool // of a bill: the bank debits it from the customer's account when it is due

	Instalments int     // of a service or deal: how many are left
	Instalment  Money   // and how much each is; the last carry the cents
	Services    []int64 // of a deal: the débitos a cobrar it consists of

	// Instalments of a deal may be paid ahead, without its interest and less its
	// discounts (gsan-rules DEB-11): so many at the most, which is fewer than are
	// left; each costs Each; Ahead of them are what the debt now stands for, 0 for
	// all that is left. See InPart.
	AheadMost int
	Each      Money
	Ahead     int
}

// InPart returns the deal as the next instalments of it, to be paid ahead; ok is
// false if so many cannot be. Its version is still that of the whole.
func (d Debt) InPart(instalments int) (part Debt, ok bool) {
	if instalments < 1 || instalments > d.AheadMost {
		return Debt{}, false
	}
	d.Ahead, d.Value = instalments, Money(instalments)*d.Each
	return d, true
}

// Selectable tells whether the debt may be chosen for payment: neither paid
// nor under review (gsan-rules DEB-14), and what it costs is known. Credits are not chosen, they go along.
func (d Debt) Selectable() bool { return d.Status == Open && d.Kind != Credit && d.Value > 0 }

// Total is what paying the debt on the day it was read costs.
func (d Debt) Total() Money { return d.Value + d.Late.Total() }

// LateCharges are what being late adds to a bill ("acréscimos por
// impontualidade", gsan-rules ACR-11), each rounded to the cent by itself.
type LateCharges struct {
	Fine       Money // multa
	Interest   Money // juros de mora
	Correction Money // atualização monetária; negative after deflation
}

// Total is their sum.
func (c LateCharges) Total() Money { return c.Fine + c.Interest + c.Correction }

// Add is the late charges of two bills together.
func (c LateCharges) Add(o LateCharges) LateCharges {
	return LateCharges{c.Fine + o.Fine, c.Interest + o.Interest, c.Correction + o.Correction}
}

// Debts is all that a property owes on a day, in the order of the sections and
// oldest first.
type Debts struct {
	List     []Debt
	On       Date // the day the late charges are computed for
	Occupied bool // false without a current usuário: then an empty list does not mean "no debts" (DEB-15)

	Contracted bool // something more is owed and not listed: it is in an instalment contract in force (DEB-7)

	Limit Money // from this total on no statement is issued, see NeedsBankSlip; 0 for none
}

// Find returns the debt of that kind and number; ok is false if it is not owed.
func (d Debts) Find(kind DebtKind, id int64) (found Debt, ok bool) {
	for _, debt := range d.List {
		if debt.Kind == kind && debt.ID == id {
			return debt, true
		}
	}
	return Debt{}, false
}
