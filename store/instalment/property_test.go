package instalment_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/store"
	"lojavirtual/store/instalment"
)

// cases draws cases with a debt of at most a few reais, so that all entradas can
// be tried; large multiplies them.
func cases(large store.Money) *rapid.Generator[instalment.Case] {
	return rapid.Custom(func(t *rapid.T) instalment.Case {
		money := func(name string, most int) store.Money {
			return store.Money(rapid.IntRange(0, most).Draw(t, name)) * large
		}
		percent := func(name string, most int) instalment.Percent {
			return instalment.Percent(rapid.OneOf(rapid.Just(0), rapid.IntRange(0, most)).Draw(t, name))
		}
		c := base()
		c.Price = rapid.Bool().Draw(t, "price")
		c.Property.Least = money("least", 200)
		c.Property.LastBill = 1 + money("last", 100)
		c.Property.Redealt = money("redealt", 200)
		c.Debts = instalment.Debts{Slips: money("slips", 60), Services: money("services", 60), Credits: money("credits", 20)}
		for range rapid.IntRange(1, 4).Draw(t, "bills") {
			c.Debts.Bills = append(c.Debts.Bills, instalment.Bill{
				Month: store.Month(202601).Add(rapid.IntRange(-30, 3).Draw(t, "month")),
				Value: 1 + money("value", 120),
				Late:  store.LateCharges{Fine: money("fine", 5), Interest: money("interest", 9), Correction: money("correction", 4)},
			})
		}
		p := &c.Resolution.Profiles[0]
		p.LeastInstalment, p.Fine, p.Interest, p.Correction = percent("minimum", 10000), percent("of fine", 10000), percent("of interest", 10000), percent("of correction", 10000)
		p.Age = []instalment.Discount{{Months: 12, Active: percent("of age", 9000)}}
		c.Resolution.Sanctions = rapid.Bool().Draw(t, "sanctions")
		p.Sanction, p.Until = percent("of sanctions", 10000), store.Month(202601).Add(rapid.IntRange(-30, 3).Draw(t, "until"))
		charge := rapid.Custom(func(t *rapid.T) instalment.Charge {
			return instalment.Charge{
				Month:  store.Month(202601).Add(rapid.IntRange(-30, 3).Draw(t, "month")),
				Value:  1 + store.Money(rapid.IntRange(0, 5).Draw(t, "charge"))*large,
				Billed: rapid.Bool().Draw(t, "billed"),
			}
		})
		c.Debts.Sanctions = rapid.SliceOfN(charge, 0, 3).Draw(t, "sanctions charged")
		c.Debts.LateCharged = rapid.SliceOfN(charge, 0, 3).Draw(t, "late charges charged")
		r := &p.Redeals[0]
		r.Suggested, r.Rows = percent("suggested", 5000), nil
		most := 0
		for range rapid.IntRange(1, 3).Draw(t, "rows") {
			most += rapid.IntRange(1, 9).Draw(t, "more")
			r.Rows = append(r.Rows, instalment.Row{
				Max: most, Rate: percent("rate", 900), Entrada: percent("entrada", 6000), EntradaLeast: percent("of the least", 9000),
				LastBill: rapid.IntRange(0, 4).Draw(t, "last bill") == 0, Redealt: percent("of redealt", 5000),
				Factor: rapid.IntRange(0, 5).Draw(t, "factor"),
			})
		}
		return c
	})
}

// drawn simulates a drawn case; those that are refused say nothing here.
func drawn(t *rapid.T, large store.Money) (instalment.Simulation, bool) {
	s, refusal := instalment.New(cases(large).Draw(t, "case"))
	return s, refusal == ""
}

func TestTotalIsWhatIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, ok := drawn(t, 997)
		if !ok {
			return
		}
		for _, o := range s.OptionsWith(s.Floor()) {
			if o.Total() != store.Money(o.N)*o.Each+o.Entrada {
				t.Fatalf("%+v: %s", o, o.Total())
			}
			if off := o.Total() - s.Debt; o.Rate == 0 && (off > store.Money(o.N+1)/2 || -off > store.Money(o.N+1)/2) {
				t.Fatalf("%+v is %s off a debt of %s", o, off, s.Debt)
			}
		}
	})
}

func TestMoreEntradaNeverCostsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, ok := drawn(t, 997)
		if !ok {
			return
		}
		least := store.Money(rapid.Int64Range(0, int64(s.Debt)).Draw(t, "entrada"))
		more := least + store.Money(rapid.Int64Range(0, int64(s.Debt)).Draw(t, "more"))
		a, b := s.OptionsWith(least), s.OptionsWith(more)
		if len(b) > len(a) {
			t.Fatalf("%d options with %s, %d with %s", len(a), least, len(b), more)
		}
		for i := range b {
			if b[i].Each > a[i].Each || b[i].Entrada < a[i].Entrada {
				t.Fatalf("%+v with %s, %+v with %s", a[i], least, b[i], more)
			}
		}
	})
}

func TestNoInstalmentBelowTheMinimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, ok := drawn(t, 997)
		if !ok {
			return
		}
		for i, o := range s.Options() {
			// What is shown is rounded: it may be the cent that the minimum rounds down to.
			if o.Each < s.LeastInstalment()-1 || o.Each < 0 || o.N != i+1 {
				t.Fatalf("option %d is %+v, the minimum %s", i, o, s.LeastInstalment())
			}
		}
	})
}

// TestSIM13ChargesAddUp: a charge more is discounted whole, by its percentage, or
// not at all, whatever else was charged.
func TestSIM13ChargesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cases(997).Draw(t, "case")
		before, refusal := instalment.New(c)
		more := instalment.Charge{Month: store.Month(202601).Add(rapid.IntRange(-40, 9).Draw(t, "of")), Value: 100, Billed: rapid.Bool().Draw(t, "on a bill")}
		c.Debts.Slips += 200 // it is owed
		c.Debts.Sanctions, c.Debts.LateCharged = append(slices.Clone(c.Debts.Sanctions), more), append(slices.Clone(c.Debts.LateCharged), more)
		after, other := instalment.New(c)
		if refusal != "" || other != "" {
			return
		}
		sanction, late := after.Discounts.Sanctions-before.Discounts.Sanctions, after.Discounts.Late-before.Discounts.Late
		counts := late == 100
		if late != 0 && !counts || counts && !c.Resolution.Sanctions || !counts && sanction != 0 || sanction < 0 || sanction > 100 {
			t.Fatalf("%+v: sanctions %s, late charges %s", more, sanction, late)
		}
		if p := c.Resolution.Profiles[0]; c.Resolution.Sanctions && !more.Billed && counts != (more.Month <= p.Until) {
			t.Fatalf("%+v until %s: counts %t", more, p.Until, counts)
		}
	})
}

func TestOrderOfDebtsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cases(997).Draw(t, "case")
		a, refusal := instalment.New(c)
		c.Debts.Bills = rapid.Permutation(c.Debts.Bills).Draw(t, "order")
		b, other := instalment.New(c)
		if refusal != other || a.Debt != b.Debt || a.Cash() != b.Cash() || !slices.Equal(a.Options(), b.Options()) {
			t.Fatalf("%s and %s, %v and %v", a.Debt, b.Debt, a.Options(), b.Options())
		}
	})
}

func TestDiscountsAreWithinTheDebt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, ok := drawn(t, 997)
		if !ok {
			return
		}
		cash := s.Cash()
		if s.Debt+s.Discounts.Total() != s.Total || cash.Pay+cash.Discount != s.Total || cash.Pay < 0 || cash.Pay > s.Debt {
			t.Fatalf("total %s, debt %s, discounts %+v, cash %+v", s.Total, s.Debt, s.Discounts, cash)
		}
	})
}

// TestFitIsWhatTryingEverythingFinds compares Fit with trying every entrada in
// cents and every number of instalments.
func TestFitIsWhatTryingEverythingFinds(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		s, ok := drawn(t, 1)
		if !ok {
			return
		}
		budget := store.Money(rapid.Int64Range(0, int64(s.Debt)).Draw(t, "budget"))
		got, ok := s.Fit(budget)

		var want instalment.Option
		possible := false
		for entrada := s.Floor(); entrada < s.Debt && !possible; entrada++ {
			for _, o := range s.OptionsWith(entrada) {
				if o.Each <= budget && (!possible || o.Total() < want.Total()) {
					want, possible = o, true
				}
			}
		}
		if ok != possible || got != want {
			t.Fatalf("budget %s: %+v, %v; trying everything finds %+v, %v", budget, got, ok, want, possible)
		}
		if ok {
			found++
		}
	})
	if found == 0 {
		t.Error("nothing was ever found: the property says nothing")
	}
}
