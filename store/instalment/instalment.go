// Package instalment is the arithmetic of the instalment simulator ("simulador
// de parcelamento", gsan-rules SIM-1 to SIM-27): what is owed, what is taken
// off, the entrada, the numbers of instalments that can be had and what each
// costs. It computes what GSAN would, to the cent, and reads nothing: who asks
// brings the debts and the board's rules.
//
// # Why the numbers are whole
//
// GSAN computes with decimals of any length: 1.005^48 has 144 decimals before
// it is rounded. No decimal type of fixed precision holds them, so amounts are
// cents, percentages are hundredths of a percent, and what lies between two
// roundings is a quotient of whole numbers of any size.
//
// # What GSAN does by mistake
//
// Amounts must be those of a deal made at the counter, so most oddities are
// kept and named where they act: interest on the whole balance spread evenly
// (SIM-24), fractions of a percent lost from the inactivity discount, its row
// looked for among those of all profiles, and a property without a date of its
// cut treated as cut for ever (SIM-12); and what goes with the discount of
// sanctions, see Charge (SIM-13). Three others are the operator's choice, see
// store.DealRules.
package instalment

import (
	"cmp"
	"slices"

	"lojavirtual/store"
)

// A Case is all that a simulation takes.
type Case struct {
	Property   Property
	Debts      Debts
	Resolution Resolution // the zero value if none is in force
	Today      store.Date
	Billing    store.Month // the month being billed
	Price      bool        // parm_ictabelaprice: instalments by Price's table (SIM-23)
	Days       int         // that the entrada may be paid in, once a deal is made (SIM-28)
	Rules      store.DealRules
}

// A Property is what the rules ask about a property.
type Property struct {
	Situation int // situação do imóvel: Active, Inactive or SewageOnly; 0 if none fits (SIM-6)
	Water     int // situação da ligação de água
	Profile   int // perfil do imóvel
	Units     []Units
	Redeals   int         // consecutive deals so far
	CutOff    store.Date  // when the water was cut off for good; zero if it is not noted
	Least     store.Money // least water bill a month, of all its economias (SIM-19)

	Vacant   bool        // nobody occupies it, so that no debts does not mean none (DEB-15)
	Running  bool        // a normal deal has instalments left (SIM-1)
	Dealt    bool        // a normal deal was made this calendar month (SIM-2)
	Ongoing  bool        // the deal that bars the resolution is running (SIM-20)
	LastBill store.Money // the newest bill to be paid; 0 if there is none (SIM-16)
	Redealt  store.Money // what earlier deals have left, for the entrada (SIM-16)
	MeanUse  int         // m³ a month; 0 if unknown
}

// Situations of a property (imovel_situacao_tipo, SIM-6).
const (
	Active     = 1
	Inactive   = 2
	SewageOnly = 3
)

// Units are a property's economias of one subcategoria.
type Units struct {
	Subcategory, Category, Count int
}

// Debts are what would be dealt (SIM-4).
type Debts struct {
	Bills    []Bill
	Slips    store.Money // guias
	Services store.Money // débitos a cobrar of services
	Deals    store.Money // what is left of earlier deals, without their interest
	Credits  store.Money

	// Sanctions, fines for fraud and the like, and LateCharged, late charges of
	// earlier bills, are among the above; a resolution may discount them (SIM-13).
	Sanctions, LateCharged []Charge

	Unpriced bool // there are bills that are not in Bills, for what they cost is not known (ACR-10)
}

// A Charge is a debt that is discounted as a whole or not at all, by its month
// (SIM-13). What it counts is GSAN's and not what is left of it: a débito a cobrar
// with its full value however many of its instalments were charged, and again
// those of its instalments that stand on bills. A sanction counts on any bill
// that stands, even one that is paid or under review; late charges count on
// unpaid bills alone (CC#obterOpcoesDeParcelamento, RC#pesquisarValorDebito…).
type Charge struct {
	Month  store.Month // of its bill; of a débito a cobrar its own if a sanction, else the one it is to be charged from
	Value  store.Money // of the instalment on the bill, or of the whole débito a cobrar
	Billed bool        // it stands on a bill
}

// A Bill is one conta of the debt.
type Bill struct {
	ID    int64
	Month store.Month
	Due   store.Date
	Value store.Money // net of taxes
	Late  store.LateCharges

	Use       int  // m³
	Units     int  // economias
	Charged   bool // it has debts charged on it
	Sanctions bool // some of them sanctions
	AtOnce    bool // and some sanction in a single instalment
}

// Of sorts what a property owes into what a simulation takes: bills of the
// present occupant that can be paid, slips, services, deals and credits. Bills
// under review, paid in part or of an occupant before stay out (SIM-4, DEB-6).
func Of(owed store.Debts) Debts {
	var d Debts
	for _, debt := range owed.List {
		d.Unpriced = d.Unpriced || debt.Kind == store.OwnBill && debt.Status == store.Unpriced
		if debt.Status != store.Open {
			continue
		}
		switch debt.Kind {
		case store.OwnBill:
			d.Bills = append(d.Bills, Bill{ID: debt.ID, Month: debt.Month, Due: debt.Due, Value: debt.Value, Late: debt.Late})
		case store.Slip:
			d.Slips += debt.Value
		case store.Service:
			d.Services += debt.Value
		case store.Deal:
			d.Deals += debt.Value
		case store.Credit:
			d.Credits += debt.Value
		}
	}
	return d
}

// Late is the late charges of all bills.
func (d Debts) Late() store.LateCharges {
	var sum store.LateCharges
	for _, b := range d.Bills {
		sum = sum.Add(b.Late)
	}
	return sum
}

// BillsTotal is the bills without late charges.
func (d Debts) BillsTotal() store.Money {
	var sum store.Money
	for _, b := range d.Bills {
		sum += b.Value
	}
	return sum
}

// Total is the debt up to date: bills, late charges, slips, services and deals
// less credits.
func (d Debts) Total() store.Money {
	return d.BillsTotal() + d.Late().Total() + d.Slips + d.Services + d.Deals - d.Credits
}

// empty tells whether there is nothing to deal; credits alone are nothing.
func (d Debts) empty() bool {
	return len(d.Bills) == 0 && d.Slips == 0 && d.Services == 0 && d.Deals == 0
}

// A Refusal says why a property cannot have a deal.
type Refusal string

// The refusals, in the order in which they are looked for.
const (
	Running      Refusal = "running"       // SIM-1
	DealtAlready Refusal = "dealt_already" // SIM-2
	Vacant       Refusal = "vacant"        // DEB-15
	Unpriced     Refusal = "unpriced"      // ACR-10: what a bill costs today is computed at the counter
	NoDebt       Refusal = "no_debt"       // SIM-3; also if credits and discounts leave nothing
	NoProfile    Refusal = "no_profile"    // SIM-3, SIM-5 to SIM-7: no resolution, situation or profile fits
	SingleBill   Refusal = "single_bill"   // SIM-4
	NoRedeal     Refusal = "no_redeal"     // SIM-8
	NoLastBill   Refusal = "no_last_bill"  // SIM-17
)

// A Simulation is what a property may deal, at the discounts it gets. Options,
// Fit and Cash say how it may be paid.
type Simulation struct {
	Debts     Debts
	Discounts Discounts
	Total     store.Money // the debt up to date
	Debt      store.Money // what would be dealt: Total less discounts (SIM-14)

	c       Case
	profile Profile
	redeal  Redeal
	bills   int // that count for the maximum (SIM-18)
}

// New prepares a simulation, or says why there is none. Everything but the
// check of the CPF (ID-11) is looked at here, in GSAN's order.
func New(c Case) (Simulation, Refusal) {
	if c.Rules.IgnoreCredits {
		c.Debts.Credits = 0
	}
	p := c.Property
	switch {
	case p.Running:
		return Simulation{}, Running
	case p.Dealt:
		return Simulation{}, DealtAlready
	case p.Vacant:
		return Simulation{}, Vacant
	case c.Debts.Unpriced:
		return Simulation{}, Unpriced
	case c.Debts.empty(), c.Debts.Total() <= 0:
		return Simulation{}, NoDebt
	}
	profile, ok := c.Resolution.profile(p)
	if !ok {
		return Simulation{}, NoProfile
	}
	if profile.refusesSingle(c) {
		return Simulation{}, SingleBill
	}
	redeal, ok := profile.redeal(p.Redeals, c.Debts.Deals != 0)
	if !ok {
		return Simulation{}, NoRedeal
	}
	if p.LastBill == 0 && slices.ContainsFunc(redeal.Rows, func(r Row) bool { return r.LastBill }) {
		return Simulation{}, NoLastBill
	}
	s := Simulation{Debts: c.Debts, Total: c.Debts.Total(), c: c, profile: profile, redeal: redeal}
	s.Discounts, s.bills = discounts(c, profile)
	s.Debt = s.Total - s.Discounts.Total()
	if s.Debt <= 0 {
		return Simulation{}, NoDebt
	}
	return s, ""
}

// profile finds the profile of a property in eight steps, first hit wins: those
// of its perfil before those of any, and within each those of its subcategoria
// and categoria, subcategoria, categoria, and none (SIM-7). Of two alike the
// lower number wins.
func (r Resolution) profile(p Property) (found Profile, ok bool) {
	var most Units // the subcategoria with most economias
	for _, u := range p.Units {
		if u.Count > most.Count {
			most = u
		}
	}
	any := func(n *int) int {
		if n == nil {
			return 1
		}
		return 0
	}
	fits := func(n *int, value int) bool { return n == nil || *n == value }
	for _, x := range r.Profiles {
		if p.Situation == 0 || x.Situation != p.Situation ||
			!fits(x.Of, p.Profile) || !fits(x.Subcategory, most.Subcategory) || !fits(x.Category, most.Category) {
			continue
		}
		rank := func(x Profile) int { return any(x.Of)<<2 | any(x.Subcategory)<<1 | any(x.Category) }
		if !ok || cmp.Or(cmp.Compare(rank(x), rank(found)), cmp.Compare(x.ID, found.ID)) < 0 {
			found, ok = x, true
		}
	}
	return found, ok
}

// redeal finds the row for the number of consecutive deals, one more if the debt
// has earlier deals in it: the row with the greatest maximum not above that
// number, for GSAN's "maximum" is a minimum in fact (SIM-8).
func (p Profile) redeal(consecutive int, again bool) (found Redeal, ok bool) {
	if again {
		consecutive++
	}
	for _, r := range p.Redeals {
		if r.From <= consecutive && (!ok || r.From > found.From) {
			found, ok = r, true
		}
	}
	return found, ok
}

// refusesSingle tells whether a debt of one bill is kept from being dealt, for
// it is too small or is mostly a sanction (SIM-4, CC#verificarUnicaFatura).
func (p Profile) refusesSingle(c Case) bool {
	if len(c.Debts.Bills) != 1 || p.LeastUse == nil && !p.SanctionsOnly {
		return false
	}
	b, mean := c.Debts.Bills[0], c.Property.MeanUse
	small := func(use int) bool { return p.LeastUse != nil && use < *p.LeastUse }
	if small(b.Use) && p.SanctionsOnly && (!b.Charged || !b.Sanctions) && mean > 0 && b.Use <= mean {
		return true
	}
	perUnit := (2*b.Use + max(b.Units, 1)) / (2 * max(b.Units, 1)) // rounded half up
	steady := mean > 0 && p.LeastVariation != nil && 10000*(b.Use-mean) < int(*p.LeastVariation)*mean
	return (small(perUnit) || steady) && b.Sanctions && b.AtOnce
}
