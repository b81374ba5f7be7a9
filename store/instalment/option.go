package instalment

import (
	"math/big"
	"slices"

	"lojavirtual/store"
)

// An Option is one way to pay in instalments.
type Option struct {
	N       int         // instalments
	Entrada store.Money // paid first
	Each    store.Money // one instalment, as it is shown (SIM-25)
	Rate    Percent     // a month
}

// Total is what is paid in the end: the entrada and all instalments. It is a few
// cents off the debt where the division does not come out even, as in GSAN
// (SIM-25).
func (o Option) Total() store.Money { return o.Entrada + store.Money(o.N)*o.Each }

// Options returns what can be chosen, by number of instalments, with the entrada
// that is suggested (SIM-16): it may be another for other rows of the rules.
// None if the resolution is for cash only, or if a deal is running that bars it
// (SIM-20), or if the very first instalment is below the minimum.
func (s Simulation) Options() []Option { return s.options(nil) }

// OptionsWith returns what can be chosen with this entrada, or more where the
// rules want more (SIM-16). It should be at least Floor and below Debt.
func (s Simulation) OptionsWith(entrada store.Money) []Option { return s.options(&entrada) }

// Suggested is the entrada that GSAN proposes: that of the last row.
func (s Simulation) Suggested() store.Money { return s.lastEntrada(nil) }

// Floor is the least entrada that may be typed (SIM-16): that of the last row.
func (s Simulation) Floor() store.Money { return s.lastEntrada(new(store.Money)) }

func (s Simulation) lastEntrada(typed *store.Money) store.Money {
	if len(s.redeal.Rows) == 0 {
		return 0
	}
	return s.entrada(s.redeal.Rows[len(s.redeal.Rows)-1], typed)
}

// LeastInstalment is the least that one instalment may be, rounded up to the
// cent (SIM-19).
func (s Simulation) LeastInstalment() store.Money {
	least := share(amount(s.c.Property.Least), s.profile.LeastInstalment)
	m := centsDown(least)
	if amount(m).Cmp(least) < 0 {
		m++
	}
	return m
}

// CashOnly tells whether the rules have no instalments to offer, however large
// the debt (SIM-20).
func (s Simulation) CashOnly() bool {
	return s.c.Resolution.CashOnly || s.c.Property.Ongoing || len(s.redeal.Rows) == 0
}

func (s Simulation) options(typed *store.Money) []Option {
	return s.offered(s.steps(), typed)
}

func (s Simulation) offered(steps []step, typed *store.Money) []Option {
	var found []Option
	for _, at := range steps {
		o, ok := s.option(at, typed)
		if !ok { // too small: GSAN looks no further (SIM-19)
			break
		}
		found = append(found, o)
	}
	return found
}

// A step is a number of instalments, with the row it falls in and what a balance
// grows to by the last of them: (1 + rate) to the n, exactly.
type step struct {
	n      int
	row    Row
	growth *big.Rat
}

// steps counts 1, 2, 3 … through the rows, each going on where the one before
// ended (SIM-19).
func (s Simulation) steps() []step {
	if s.CashOnly() {
		return nil
	}
	var all []step
	n := 1
	for _, row := range s.redeal.Rows {
		for ; n <= s.most(row); n++ {
			all = append(all, step{n, row, power(row.Rate, n)})
		}
	}
	return all
}

// most is the maximum of instalments in a row (SIM-18).
func (s Simulation) most(r Row) int {
	if r.Factor > 0 {
		return min(r.Factor*s.bills, r.Max)
	}
	return r.Max
}

// entrada is what a row wants paid first (SIM-15, SIM-16): nothing typed, the
// last bill, else what is suggested, else the least; typed, the greatest of
// that, the least, the last bill and the share of earlier deals.
func (s Simulation) entrada(r Row, typed *store.Money) store.Money {
	least := s.least(r)
	switch {
	case typed != nil:
		e := max(*typed, least)
		if r.LastBill {
			e = max(e, s.c.Property.LastBill)
		}
		return max(e, part(s.c.Property.Redealt, r.Redealt))
	case r.LastBill && s.c.Property.LastBill != 0:
		return s.c.Property.LastBill
	case s.redeal.Suggested != 0:
		return part(s.Debt, s.redeal.Suggested)
	default:
		return least
	}
}

// least is the least entrada of a row (SIM-15). What comes later replaces what
// came before, be it more or less.
func (s Simulation) least(r Row) store.Money {
	least := part(s.Debt, r.Entrada)
	if r.EntradaLeast != 0 {
		least = part(s.c.Property.Least, r.EntradaLeast)
	}
	step := store.Money(-1)
	for _, b := range s.c.Resolution.BandSteps {
		if b <= s.Debt {
			step = max(step, b)
		}
	}
	if i := slices.IndexFunc(r.Bands, func(b ValueBand) bool { return b.From == step }); i >= 0 {
		least = part(s.Debt, r.Bands[i].Percent)
	}
	if n := len(s.Debts.Bills); r.Mean && s.c.Rules.MeanEntrada && n > 0 {
		sum := s.Debts.BillsTotal() + s.Debts.Late().Total()
		least = centsDown(new(big.Rat).Quo(amount(sum), amount(store.Money(n))))
	}
	return least
}

// option computes the instalments of a step; ok is false if they are below the
// minimum or nothing (SIM-19). That is looked at before rounding to the cent.
func (s Simulation) option(at step, typed *store.Money) (o Option, ok bool) {
	entrada := s.entrada(at.row, typed)
	p := s.instalment(s.Debt-entrada, at)
	least := share(amount(s.c.Property.Least), s.profile.LeastInstalment)
	return Option{N: at.n, Entrada: entrada, Each: centsDown(p), Rate: at.row.Rate}, p.Sign() > 0 && p.Cmp(least) >= 0
}

// instalment is a balance in parts, in cents, rounded to seven decimals of a real
// (SIM-22 to SIM-24).
func (s Simulation) instalment(balance store.Money, at step) *big.Rat {
	n := big.NewRat(int64(at.n), 1)
	switch {
	case at.row.Rate == 0:
		return perSeven(amount(balance), n)
	case s.c.Price:
		left := minus(big.NewRat(1, 1), round(new(big.Rat).Inv(at.growth), 7))
		factor := round(new(big.Rat).Quo(left, big.NewRat(int64(at.row.Rate), 100*100)), 7)
		return perSeven(amount(balance), factor)
	default: // interest on the whole balance to the end, spread evenly
		future := round(new(big.Rat).Mul(amount(balance), at.growth), 2) // four decimals of a real
		return perSeven(amount(centsDown(future)), n)
	}
}

// power is (1 + rate) to the n, exactly.
func power(rate Percent, n int) *big.Rat {
	exponent := big.NewInt(int64(n))
	return new(big.Rat).SetFrac(
		new(big.Int).Exp(big.NewInt(100*100+int64(rate)), exponent, nil),
		new(big.Int).Exp(big.NewInt(100*100), exponent, nil))
}

// round keeps so many decimals, an exact half up.
func round(a *big.Rat, decimals int64) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil)
	return new(big.Rat).SetFrac(nearest(new(big.Int).Mul(a.Num(), scale), a.Denom(), true), scale)
}

// perSeven divides cents as div7 of the rules does: seven decimals of a real
// are five of a cent.
func perSeven(a, b *big.Rat) *big.Rat { return round(new(big.Rat).Quo(a, b), 5) }
