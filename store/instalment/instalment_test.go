package instalment_test

import (
	"slices"
	"testing"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/instalment"
)

var today = store.Date{Year: 2026, Month: time.May, Day: 20}

func some[T any](v T) *T { return &v }

// base is the case of the worked examples: 500,00 of bills and 30,00 of late
// charges, of which 17,50 are discounted; 20 % of entrada, no interest.
func base(change ...func(*instalment.Case)) instalment.Case {
	c := instalment.Case{
		Property: instalment.Property{
			Situation: instalment.Active, Water: 3, Profile: 5, Least: 3860, LastBill: 15000, MeanUse: 14,
			Units: []instalment.Units{{Subcategory: 1, Category: 1, Count: 1}},
		},
		Debts: instalment.Debts{Bills: []instalment.Bill{
			{Month: 202602, Value: 20000, Late: store.LateCharges{Fine: 400, Interest: 800, Correction: 300}},
			{Month: 202603, Value: 15000, Late: store.LateCharges{Fine: 300, Interest: 500, Correction: 200}},
			{Month: 202604, Value: 15000, Late: store.LateCharges{Fine: 300, Interest: 200}},
		}},
		Resolution: instalment.Resolution{ID: 7, Profiles: []instalment.Profile{{
			ID: 1, Situation: instalment.Active, Fine: 10000, Interest: 5000,
			Redeals: []instalment.Redeal{{Rows: []instalment.Row{{Max: 60, Entrada: 2000}}}},
		}}},
		Today:   today,
		Billing: 202605,
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

// row changes the only row of instalments.
func row(f func(*instalment.Row)) func(*instalment.Case) {
	return func(c *instalment.Case) { f(&c.Resolution.Profiles[0].Redeals[0].Rows[0]) }
}

// profile changes the only profile.
func profile(f func(*instalment.Profile)) func(*instalment.Case) {
	return func(c *instalment.Case) { f(&c.Resolution.Profiles[0]) }
}

// owing makes the debt one bill without late charges.
func owing(m store.Money) func(*instalment.Case) {
	return func(c *instalment.Case) {
		c.Debts = instalment.Debts{Bills: []instalment.Bill{{Month: 202604, Value: m}}}
	}
}

func price(c *instalment.Case) { c.Price = true }

func rate(p instalment.Percent) func(*instalment.Case) {
	return row(func(r *instalment.Row) { r.Rate = p })
}

func simulate(t testing.TB, c instalment.Case) instalment.Simulation {
	t.Helper()
	s, refusal := instalment.New(c)
	if refusal != "" {
		t.Fatalf("refused: %s", refusal)
	}
	return s
}

// each expects instalments by their number, each and in all.
func each(t *testing.T, options []instalment.Option, want ...[3]store.Money) {
	t.Helper()
	for _, w := range want {
		n := int(w[0])
		if len(options) < n {
			t.Fatalf("%d options, want %d", len(options), n)
		}
		o := options[n-1]
		if o.N != n || o.Each != w[1] || o.Each*store.Money(n) != w[2] {
			t.Errorf("%d × %s = %s, want %s, %s", o.N, o.Each, o.Each*store.Money(n), w[1], w[2])
		}
	}
}

func TestBaseOfTheWorkedExamples(t *testing.T) {
	s := simulate(t, base())
	if s.Total != 53000 || s.Discounts.Total() != 1750 || s.Debt != 51250 || s.Suggested() != 10250 || s.Floor() != 10250 {
		t.Errorf("total %s, discounts %s, debt %s, entrada %s", s.Total, s.Discounts.Total(), s.Debt, s.Suggested())
	}
}

func TestP1(t *testing.T) {
	each(t, simulate(t, base()).Options(), [3]store.Money{10, 4100, 41000}, [3]store.Money{12, 3417, 41004})
}

func TestP2(t *testing.T) {
	each(t, simulate(t, base(rate(100))).Options(), [3]store.Money{10, 4529, 45290})
}

func TestP3(t *testing.T) {
	each(t, simulate(t, base(rate(100), price)).Options(), [3]store.Money{10, 4329, 43290})
}

func TestP4(t *testing.T) {
	free := row(func(r *instalment.Row) { r.Entrada = 0 })
	each(t, simulate(t, base(owing(100000), rate(100), free)).Options(), [3]store.Money{12, 9390, 112680})
	each(t, simulate(t, base(owing(100000), rate(100), free, price)).Options(), [3]store.Money{12, 8885, 106620})
}

func TestP5(t *testing.T) {
	s := simulate(t, base(owing(184327), rate(50)))
	if s.Suggested() != 36865 {
		t.Errorf("entrada %s", s.Suggested())
	}
	each(t, s.Options(), [3]store.Money{24, 6926, 166224})
	each(t, simulate(t, base(owing(184327), rate(50), price)).Options(), [3]store.Money{24, 6536, 156864})
}

func TestP6(t *testing.T) {
	s := simulate(t, base(rate(100), profile(func(p *instalment.Profile) { p.LeastInstalment = 5000 })))
	options := s.Options()
	if s.LeastInstalment() != 1930 || len(options) != 28 || options[27].Each != 1935 {
		t.Errorf("least %s, %d options", s.LeastInstalment(), len(options))
	}
}

func TestP7(t *testing.T) {
	if cash := simulate(t, base()).Cash(); cash != (instalment.Cash{Discount: 3000, Pay: 50000}) {
		t.Errorf("%+v", cash)
	}
}

// TestCashDiscount: EXT-6, an extrato is discounted as a debt paid at once is, in
// whatever state the property is.
func TestCashDiscount(t *testing.T) {
	running := func(c *instalment.Case) { c.Property.Running, c.Property.Dealt, c.Property.Vacant = true, true, true }
	rest := profile(func(p *instalment.Profile) { p.CashRest = 1000 })
	for _, c := range []struct {
		name string
		of   instalment.Case
		want store.Money
	}{
		{"P7", base(), 3000},
		{"P8", base(rest), 8000},
		{"P7 with a deal that is running", base(running), 3000},
		{"no profile", base(profile(func(p *instalment.Profile) { p.Situation = instalment.Inactive })), 0},
		{"no resolution", base(func(c *instalment.Case) { c.Resolution = instalment.Resolution{} }), 0},
		{"nothing owed", base(func(c *instalment.Case) { c.Debts = instalment.Debts{Credits: 100} }), 0},
	} {
		if got := instalment.CashDiscount(c.of); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestP8(t *testing.T) {
	s := simulate(t, base(profile(func(p *instalment.Profile) { p.CashRest = 1000 })))
	if cash := s.Cash(); cash != (instalment.Cash{Discount: 8000, Pay: 45000}) {
		t.Errorf("%+v", cash)
	}
}

func TestP9(t *testing.T) {
	s := simulate(t, base(profile(func(p *instalment.Profile) { p.Cash, p.CashBills = 2000, some(3) })))
	if cash := s.Cash(); cash != (instalment.Cash{Discount: 12480, Pay: 40520}) {
		t.Errorf("%+v", cash)
	}
}

// idle is a property cut off for 30 months, with one row of discount.
func idle(percent instalment.Percent) func(*instalment.Case) {
	return func(c *instalment.Case) {
		c.Property.Situation, c.Property.Water = instalment.Inactive, 6
		c.Property.CutOff = store.Date{Year: 2023, Month: time.November, Day: 30}
		c.Resolution.IdleSteps = []int{24}
		p := &c.Resolution.Profiles[0]
		p.Situation, p.Idle = instalment.Inactive, []instalment.Discount{{Months: 24, Without: percent, With: 9900}}
	}
}

func TestP10(t *testing.T) {
	for percent, want := range map[instalment.Percent]store.Money{1250: 6150, 750: 3587} {
		s := simulate(t, base(idle(percent)))
		if s.Discounts.Idle != want || s.Debt != 51250-want {
			t.Errorf("%s: discount %s, debt %s", percent, s.Discounts.Idle, s.Debt)
		}
	}
}

func TestP11(t *testing.T) {
	s := simulate(t, base(row(func(r *instalment.Row) { r.Factor, r.Max = 3, 24 })))
	if n := len(s.Options()); n != 9 {
		t.Errorf("maximum %d", n)
	}
}

// TestSIM1toSIM8Refusals has every refusal, and each of two at once told in
// GSAN's order.
func TestSIM1toSIM8Refusals(t *testing.T) {
	running := func(c *instalment.Case) { c.Property.Running = true }
	dealt := func(c *instalment.Case) { c.Property.Dealt = true }
	nothing := func(c *instalment.Case) { c.Debts = instalment.Debts{Credits: 500} }
	unframed := func(c *instalment.Case) { c.Resolution = instalment.Resolution{} }
	nowhere := func(c *instalment.Case) { c.Property.Situation = 0 }
	often := profile(func(p *instalment.Profile) { p.Redeals[0].From = 1 })
	last := row(func(r *instalment.Row) { r.LastBill = true })
	for _, test := range []struct {
		name   string
		change []func(*instalment.Case)
		want   instalment.Refusal
	}{
		{"SIM-1", []func(*instalment.Case){running}, instalment.Running},
		{"SIM-1 before SIM-2", []func(*instalment.Case){running, dealt, nothing}, instalment.Running},
		{"SIM-2", []func(*instalment.Case){dealt}, instalment.DealtAlready},
		{"DEB-15", []func(*instalment.Case){nothing, func(c *instalment.Case) { c.Property.Vacant = true }}, instalment.Vacant},
		{"SIM-2 before SIM-3", []func(*instalment.Case){dealt, nothing}, instalment.DealtAlready},
		{"SIM-3, no debt", []func(*instalment.Case){nothing}, instalment.NoDebt},
		{"SIM-3, no debt before no profile", []func(*instalment.Case){nothing, unframed}, instalment.NoDebt},
		{"SIM-3, credits above the debt", []func(*instalment.Case){func(c *instalment.Case) { c.Debts.Credits = 99999 }}, instalment.NoDebt},
		{"SIM-5, no resolution", []func(*instalment.Case){unframed}, instalment.NoProfile},
		{"SIM-6, no situation", []func(*instalment.Case){nowhere}, instalment.NoProfile},
		{"SIM-7, no profile", []func(*instalment.Case){func(c *instalment.Case) { c.Property.Situation = 2 }}, instalment.NoProfile},
		{"SIM-8", []func(*instalment.Case){often}, instalment.NoRedeal},
		{"SIM-17", []func(*instalment.Case){last, func(c *instalment.Case) { c.Property.LastBill = 0 }}, instalment.NoLastBill},
	} {
		if _, got := instalment.New(base(test.change...)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestSIM4Debts(t *testing.T) {
	d := instalment.Of(store.Debts{List: []store.Debt{
		{Kind: store.OwnBill, Month: 202604, Value: 100, Late: store.LateCharges{Fine: 2}},
		{Kind: store.OwnBill, Month: 202603, Value: 1000, Status: store.UnderReview},
		{Kind: store.OwnBill, Month: 202602, Value: 2000, Status: store.Paid},
		{Kind: store.OwnBill, Month: 202601, Value: 4000, Status: store.PartlyPaid},
		{Kind: store.FormerBill, Month: 202001, Value: 8000},
		{Kind: store.Slip, Value: 20},
		{Kind: store.Service, Value: 30},
		{Kind: store.Deal, Value: 40},
		{Kind: store.Credit, Value: 7},
	}})
	if d.Total() != 100+2+20+30+40-7 || len(d.Bills) != 1 {
		t.Errorf("%s of %+v", d.Total(), d)
	}
}

func TestSIM4Credits(t *testing.T) {
	with := base(func(c *instalment.Case) { c.Debts.Credits = 3000 })
	if s := simulate(t, with); s.Total != 50000 {
		t.Errorf("credits are not taken off: %s", s.Total)
	}
	with.Rules.IgnoreCredits = true
	if s := simulate(t, with); s.Total != 53000 {
		t.Errorf("credits are taken off: %s", s.Total)
	}
}

func TestSIM4SingleBill(t *testing.T) {
	single := func(use, units int, charged, sanctions, once bool) func(*instalment.Case) {
		return func(c *instalment.Case) {
			c.Debts.Bills = []instalment.Bill{{Month: 202604, Value: 50000, Use: use, Units: units, Charged: charged, Sanctions: sanctions, AtOnce: once}}
		}
	}
	strict := profile(func(p *instalment.Profile) { p.LeastUse, p.SanctionsOnly = some(12), true })
	varying := profile(func(p *instalment.Profile) { p.LeastUse, p.LeastVariation = some(0), some(instalment.Percent(2000)) })
	for _, test := range []struct {
		name    string
		change  []func(*instalment.Case)
		refused bool
	}{
		{"small and usual, no sanction", []func(*instalment.Case){strict, single(11, 1, false, false, false)}, true},
		{"small and usual, with sanction in parts", []func(*instalment.Case){strict, single(11, 1, true, true, false)}, false},
		{"small, sanction at once", []func(*instalment.Case){strict, single(11, 1, true, true, true)}, true},
		{"large enough", []func(*instalment.Case){strict, single(12, 1, false, false, false)}, false},
		{"large, but small for each of three", []func(*instalment.Case){strict, single(30, 3, true, true, true)}, true},
		{"no rule", []func(*instalment.Case){single(1, 1, false, false, false)}, false},
		{"steady use, sanction at once", []func(*instalment.Case){varying, single(16, 1, true, true, true)}, true},
		{"use that jumped, sanction at once", []func(*instalment.Case){varying, single(17, 1, true, true, true)}, false},
	} {
		_, refusal := instalment.New(base(test.change...))
		if (refusal == instalment.SingleBill) != test.refused {
			t.Errorf("%s: %q", test.name, refusal)
		}
	}
	two := base(strict)
	two.Debts.Bills = two.Debts.Bills[:2]
	if _, refusal := instalment.New(two); refusal != "" {
		t.Errorf("two bills: %q", refusal)
	}
}

// TestSIM7Steps takes the profile that was found away, eight times over.
func TestSIM7Steps(t *testing.T) {
	c := base()
	sub, cat, of := some(1), some(1), some(5)
	empty := c.Resolution.Profiles[0]
	c.Resolution.Profiles = nil
	steps := []instalment.Profile{
		{Of: of, Subcategory: sub, Category: cat},
		{Of: of, Subcategory: sub},
		{Of: of, Category: cat},
		{Of: of},
		{Subcategory: sub, Category: cat},
		{Subcategory: sub},
		{Category: cat},
		{},
	}
	for i, p := range slices.Backward(steps) { // the last found stands first
		p.ID, p.Situation, p.Redeals = i+1, instalment.Active, empty.Redeals
		p.CashRest = instalment.Percent(100 * (i + 1)) // by which we know it
		c.Resolution.Profiles = append(c.Resolution.Profiles, p,
			instalment.Profile{ID: 90 + i, Situation: instalment.Inactive, Of: p.Of, Subcategory: p.Subcategory, Category: p.Category},
			instalment.Profile{ID: 100 + i, Situation: instalment.Active, Of: some(4)},
			instalment.Profile{ID: 110 + i, Situation: instalment.Active, Subcategory: some(2)},
			instalment.Profile{ID: 120 + i, Situation: instalment.Active, Category: some(2)})
	}
	c.Property.Units = []instalment.Units{{2, 2, 1}, {1, 1, 3}, {3, 3, 2}} // most economias: subcategoria 1
	for i := range steps {
		s := simulate(t, c)
		if got := s.Cash().Discount; got != 3000+store.Money(i+1)*500 {
			t.Errorf("step %d: another profile was found, cash discount %s", i+1, got)
		}
		c.Resolution.Profiles = slices.DeleteFunc(c.Resolution.Profiles, func(p instalment.Profile) bool { return p.ID == i+1 })
	}
	if _, refusal := instalment.New(c); refusal != instalment.NoProfile {
		t.Errorf("after all steps: %q", refusal)
	}
}

func TestSIM8Redeals(t *testing.T) {
	c := base(profile(func(p *instalment.Profile) {
		p.Redeals = []instalment.Redeal{
			{From: 2, Rows: []instalment.Row{{Max: 4}}},
			{From: 0, Rows: []instalment.Row{{Max: 10}}},
			{From: 1, Rows: []instalment.Row{{Max: 6}}},
		}
	}))
	for _, test := range []struct {
		redeals int
		deals   store.Money
		want    int
	}{{0, 0, 10}, {1, 0, 6}, {2, 0, 4}, {9, 0, 4}, {0, 100, 6}, {1, 100, 4}} {
		c.Property.Redeals, c.Debts.Deals = test.redeals, test.deals
		if n := len(simulate(t, c).Options()); n != test.want {
			t.Errorf("%d deals and %s left of one: %d instalments, want %d", test.redeals, test.deals, n, test.want)
		}
	}
}

func TestSIM9Rows(t *testing.T) {
	s := simulate(t, base(profile(func(p *instalment.Profile) {
		p.Redeals[0].Rows = []instalment.Row{{Max: 3}, {Max: 5, Rate: 100}, {Max: 6, Rate: 200}}
	})))
	var rates []instalment.Percent
	for i, o := range s.Options() {
		if o.N != i+1 {
			t.Errorf("option %d is for %d", i, o.N)
		}
		rates = append(rates, o.Rate)
	}
	if want := []instalment.Percent{0, 0, 0, 100, 100, 200}; !slices.Equal(rates, want) {
		t.Errorf("rates %v, want %v", rates, want)
	}
}

func TestSIM10Age(t *testing.T) {
	old := func(c *instalment.Case) {
		c.Debts.Bills[0].Month = 202505 // twelve months before the month being billed
		c.Debts.Bills[1].Month = 202506
		p := &c.Resolution.Profiles[0]
		p.Age = []instalment.Discount{{Months: 12, Active: 5000, Without: 4000, With: 3000}, {Months: 60, Active: 9000}}
		p.Redeals[0].Rows[0] = instalment.Row{Max: 60, Factor: 4}
	}
	s := simulate(t, base(old))
	// The bill of 200,00 with 4,00, 8,00 and 3,00: half of each. What is left of
	// the charges, 8,00 of fine and 11,00 of interest, gets its own discount.
	if s.Discounts.Age != 10000+200+400+150 || s.Discounts.Late != 800+550 {
		t.Errorf("age %s, late charges %s", s.Discounts.Age, s.Discounts.Late)
	}
	if n := len(s.Options()); n != 8 {
		t.Errorf("%d instalments: a bill that is discounted for its age does not count", n)
	}
	for water, want := range map[int]store.Money{5: 10750, 6: 8600, 7: 8600, 8: 8600} {
		s := simulate(t, base(old, func(c *instalment.Case) { c.Property.Water = water }))
		if s.Discounts.Age != want {
			t.Errorf("water %d: %s, want %s", water, s.Discounts.Age, want)
		}
	}
}

func TestSIM11LateCharges(t *testing.T) {
	s := simulate(t, base(profile(func(p *instalment.Profile) { p.Fine, p.Interest, p.Correction = 3333, 3333, 3333 })))
	if s.Discounts.Late != 1000 { // 9,999 is rounded once, not 3,33 + 5,00 + 1,67
		t.Errorf("%s", s.Discounts.Late)
	}
	s = simulate(t, base(profile(func(p *instalment.Profile) { p.Fine, p.Interest = 50, 0 }))) // 0,05 exactly
	if s.Discounts.Late != 5 {
		t.Errorf("%s", s.Discounts.Late)
	}
	s = simulate(t, base(profile(func(p *instalment.Profile) { p.Fine, p.Interest = 0, 10 }))) // 0,015: half goes down
	if s.Discounts.Late != 1 {
		t.Errorf("%s", s.Discounts.Late)
	}
}

func TestSIM12Months(t *testing.T) {
	steps := func(c *instalment.Case) {
		c.Resolution.IdleSteps = []int{12, 24, 30, 36, 24000}
		c.Resolution.Profiles[0].Idle = []instalment.Discount{{Months: 24, Without: 1000}, {Months: 30, Without: 2000}, {Months: 24000, Without: 5000}}
	}
	cut := func(d store.Date) func(*instalment.Case) { return func(c *instalment.Case) { c.Property.CutOff = d } }
	for _, test := range []struct {
		name string
		cut  store.Date
		want store.Money
	}{
		{"29 months: the row of 24", store.Date{Year: 2023, Month: time.December, Day: 1}, 5125},
		{"30 months, days do not count: the row of 30", store.Date{Year: 2023, Month: time.November, Day: 30}, 10250},
		{"36 months: another profile's step, and no row here", store.Date{Year: 2023, Month: time.May, Day: 1}, 0},
		{"no date: as if for ever", store.Date{}, 25625},
	} {
		s := simulate(t, base(idle(0), steps, cut(test.cut)))
		if s.Discounts.Idle != test.want {
			t.Errorf("%s: %s, want %s", test.name, s.Discounts.Idle, test.want)
		}
	}
	active := base(idle(1000), profile(func(p *instalment.Profile) { p.Situation = instalment.Active }))
	active.Property.Situation = instalment.Active
	if s := simulate(t, active); s.Discounts.Idle != 0 {
		t.Errorf("active, and discounted %s", s.Discounts.Idle)
	}
	cash := base(idle(1000), profile(func(p *instalment.Profile) { p.IdleCash = []instalment.Discount{{Months: 6, Without: 4000}} }))
	cash.Resolution.IdleCashSteps = []int{6}
	if got := simulate(t, cash).Cash().Discount; got != 1750+20500 {
		t.Errorf("cash discount %s", got)
	}
}

func TestSIM13(t *testing.T) {
	s := simulate(t, base(func(c *instalment.Case) {
		c.Resolution.Bands = []instalment.MonthBand{{From: 202601, To: 202603, Percent: 1000}, {From: 202603, To: 202612, Percent: 5000}}
		c.Debts.Sanctions, c.Resolution.Sanctions = []instalment.Charge{{Month: 202602, Value: 5000}}, true
		c.Resolution.Profiles[0].Sanction = 3000
	}))
	if s.Discounts.Bands != 2000+1500+7500 || s.Discounts.Sanctions != 1500 {
		t.Errorf("%+v", s.Discounts)
	}
	if s.Debt != 53000-1750-11000-1500 || s.MayBeLess() {
		t.Errorf("debt %s, may be less %v", s.Debt, s.MayBeLess())
	}
	social := profile(func(p *instalment.Profile) { p.Social = true })
	if simulate(t, base()).MayBeLess() || simulate(t, base(social)).MayBeLess() {
		t.Error("may be less without a reason")
	}
	if s := simulate(t, base(social, func(c *instalment.Case) { c.Property.Profile = 4 })); !s.MayBeLess() {
		t.Error("the social tariff of the past cannot make it less")
	}
}

// TestSIM13Charges: sanctions by their percentage, and late charges that were
// charged whole, added to the discount of late charges; both lower the base of
// the discount for a connection that is cut off (SIM-12). With a bill old enough
// for its row of twelve months, charges on bills of before 05/2025 do not count.
func TestSIM13Charges(t *testing.T) {
	charges := func(c *instalment.Case) {
		c.Resolution.Sanctions = true
		c.Resolution.Profiles[0].Sanction = 3000
		c.Debts.Sanctions = []instalment.Charge{
			{Month: 202504, Value: 1000, Billed: true},
			{Month: 202505, Value: 2000, Billed: true},
			{Month: 202501, Value: 4001},
		}
		c.Debts.LateCharged = []instalment.Charge{
			{Month: 202504, Value: 10, Billed: true},
			{Month: 202505, Value: 20, Billed: true},
			{Month: 202605, Value: 40},
			{Month: 202501, Value: 80},
		}
	}
	aged := func(months ...int) func(*instalment.Case) {
		return func(c *instalment.Case) {
			c.Debts.Bills[0].Month, c.Debts.Bills[1].Month = 202405, 202505
			for _, m := range months {
				c.Resolution.Profiles[0].Age = append(c.Resolution.Profiles[0].Age, instalment.Discount{Months: m})
			}
		}
	}
	until := func(m store.Month) func(*instalment.Case) {
		return profile(func(p *instalment.Profile) { p.Until = m })
	}
	for _, c := range []struct {
		name            string
		change          []func(*instalment.Case)
		sanctions, late store.Money
	}{
		{"not by this resolution", []func(*instalment.Case){func(c *instalment.Case) { c.Resolution.Sanctions = false }}, 0, 1750},
		{"no limit", nil, 2100, 1750 + 150},
		{"a sanction is of no percentage", []func(*instalment.Case){profile(func(p *instalment.Profile) { p.Sanction = 0 })}, 0, 1750 + 150},
		{"a first month, of bills alone", []func(*instalment.Case){aged(12)}, 1800, 1750 + 140},
		{"that of the newest old bill", []func(*instalment.Case){aged(12, 24)}, 1800, 1750 + 140},
		{"of a bill two years old", []func(*instalment.Case){aged(24)}, 2100, 1750 + 150},
		{"of a row that begins at once", []func(*instalment.Case){aged(0)}, 2100, 1750 + 150},
		{"a last month, of all", []func(*instalment.Case){until(202504)}, 1500, 1750 + 90},
		{"both", []func(*instalment.Case){aged(12), until(202505)}, 1800, 1750 + 100},
	} {
		s := simulate(t, base(append([]func(*instalment.Case){charges}, c.change...)...))
		if s.Discounts.Sanctions != c.sanctions || s.Discounts.Late != c.late {
			t.Errorf("%s: sanctions %s, late charges %s; want %s, %s", c.name, s.Discounts.Sanctions, s.Discounts.Late, c.sanctions, c.late)
		}
	}
	plain := simulate(t, base(idle(1000)))
	if s := simulate(t, base(idle(1000), charges)); s.Discounts.Idle != plain.Discounts.Idle-225 { // 10 % of 21,00 + 1,50
		t.Errorf("the connection that is cut off: %s, without them %s", s.Discounts.Idle, plain.Discounts.Idle)
	}
}

// TestACR10: a debt with a bill that is not priced is not simulated.
func TestACR10(t *testing.T) {
	owed := store.Debts{Occupied: true, List: []store.Debt{
		{Kind: store.OwnBill, Month: 202603, Value: 14000, Status: store.Unpriced},
		{Kind: store.OwnBill, Month: 202604, Value: 15714},
	}}
	if _, refusal := instalment.New(base(func(c *instalment.Case) { c.Debts = instalment.Of(owed) })); refusal != instalment.Unpriced {
		t.Errorf("%q", refusal)
	}
	owed.List[0].Kind = store.FormerBill // is not dealt
	simulate(t, base(func(c *instalment.Case) { c.Debts = instalment.Of(owed) }))
}

func TestSIM15Least(t *testing.T) {
	bands := func(c *instalment.Case) {
		c.Resolution.BandSteps = []store.Money{10000, 50000, 51000}
		c.Resolution.Profiles[0].Redeals[0].Rows[0].Bands = []instalment.ValueBand{{From: 10000, Percent: 500}, {From: 51000, Percent: 3000}}
	}
	tariff := row(func(r *instalment.Row) { r.EntradaLeast = 15000 })
	mean := row(func(r *instalment.Row) { r.Mean = true })
	act := func(c *instalment.Case) { c.Rules.MeanEntrada = true }
	for _, test := range []struct {
		name   string
		change []func(*instalment.Case)
		want   store.Money
	}{
		{"of the debt", nil, 10250},
		{"of the least water bill", []func(*instalment.Case){tariff}, 5790},
		{"of the value band", []func(*instalment.Case){tariff, bands}, 15375},
		{"no band with the greatest step below the debt", []func(*instalment.Case){bands, func(c *instalment.Case) { c.Resolution.BandSteps[2] = 51200 }}, 10250},
		{"the mean, which GSAN never takes", []func(*instalment.Case){mean}, 10250},
		{"the mean, as the operator wants", []func(*instalment.Case){mean, act}, 17667},
	} {
		if got := simulate(t, base(test.change...)).Floor(); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestSIM16Entrada(t *testing.T) {
	suggested := profile(func(p *instalment.Profile) { p.Redeals[0].Suggested = 3000 })
	last := row(func(r *instalment.Row) { r.LastBill = true })
	redealt := func(c *instalment.Case) {
		c.Property.Redealt = 40000
		c.Resolution.Profiles[0].Redeals[0].Rows[0].Redealt = 5000
	}
	for _, test := range []struct {
		name                   string
		change                 []func(*instalment.Case)
		suggested, floor, want store.Money // the last with 110,00 typed
	}{
		{"least", nil, 10250, 10250, 11000},
		{"suggested", []func(*instalment.Case){suggested}, 15375, 10250, 11000},
		{"last bill", []func(*instalment.Case){suggested, last}, 15000, 15000, 15000},
		{"earlier deals", []func(*instalment.Case){redealt}, 10250, 20000, 20000},
	} {
		s := simulate(t, base(test.change...))
		typed := s.OptionsWith(11000)[0].Entrada
		if s.Suggested() != test.suggested || s.Floor() != test.floor || typed != test.want {
			t.Errorf("%s: suggested %s, floor %s, with 110,00 %s", test.name, s.Suggested(), s.Floor(), typed)
		}
	}
}

func TestSIM19StopsForGood(t *testing.T) {
	s := simulate(t, base(profile(func(p *instalment.Profile) {
		p.LeastInstalment = 10000 // 38,60
		p.Redeals[0].Rows = []instalment.Row{{Max: 20, Entrada: 2000}, {Max: 40, Rate: 1000, Entrada: 2000}}
	})))
	if n := len(s.Options()); n != 10 { // 410,00 / 10 = 41,00; with interest 21 would be above the minimum again
		t.Errorf("%d options", n)
	}
	exact := base(owing(11580), row(func(r *instalment.Row) { r.Entrada = 0 }), profile(func(p *instalment.Profile) { p.LeastInstalment = 10000 }))
	if n := len(simulate(t, exact).Options()); n != 3 { // 38,60 is not below the minimum
		t.Errorf("%d options", n)
	}
	exact.Debts.Bills[0].Value-- // 38,5966667 shows as 38,60 and is below it
	if n := len(simulate(t, exact).Options()); n != 2 {
		t.Errorf("%d options", n)
	}
}

func TestSIM20CashOnly(t *testing.T) {
	for _, change := range []func(*instalment.Case){
		func(c *instalment.Case) { c.Resolution.CashOnly = true },
		func(c *instalment.Case) { c.Property.Ongoing = true },
	} {
		s := simulate(t, base(change))
		if _, ok := s.Fit(99999); ok || !s.CashOnly() || len(s.Options()) != 0 || s.Cash().Pay != 50000 {
			t.Errorf("%d options, cash %+v", len(s.Options()), s.Cash())
		}
	}
}

func TestSIM27(t *testing.T) {
	cash := func(f func(*instalment.Case)) instalment.Cash {
		return simulate(t, base(profile(func(p *instalment.Profile) { p.Cash, p.CashBills = 2000, some(3) }), f)).Cash()
	}
	for _, test := range []struct {
		name   string
		change func(*instalment.Case)
		want   store.Money
	}{
		{"too few bills", profile(func(p *instalment.Profile) { p.CashBills = some(4) }), 1750},
		{"no number of bills", profile(func(p *instalment.Profile) { p.CashBills = nil }), 1750},
		{"bills due in time", profile(func(p *instalment.Profile) { p.CashUntil = today }), 12480},
		{"no bill due in time", func(c *instalment.Case) {
			for i := range c.Debts.Bills {
				c.Debts.Bills[i].Due = today
			}
			c.Resolution.Profiles[0].CashUntil = today.Add(-1)
		}, 1750},
		{"on the bills alone", func(c *instalment.Case) { c.Resolution.CashOnBills, c.Debts.Slips = true, 10000 }, 1750 + 10000},
	} {
		if got := cash(test.change).Discount; got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestDeflation(t *testing.T) {
	c := base(owing(10000), profile(func(p *instalment.Profile) { p.Correction = 5000 }))
	c.Debts.Bills[0].Late.Correction = -25
	s := simulate(t, c)
	if s.Total != 9975 || s.Discounts.Late != -12 { // an exact half goes toward zero on either side
		t.Errorf("total %s, discount %s", s.Total, s.Discounts.Late)
	}
}

func TestPercent(t *testing.T) {
	for p, want := range map[instalment.Percent]string{100: "1%", 1250: "12,5%", 50: "0,5%", 0: "0%", 1000: "10%", 199: "1,99%"} {
		if p.String() != want {
			t.Errorf("%d is %s, want %s", p, p, want)
		}
	}
}

// TestSIM24RoundsTwice: 16,67 × 1,0003 is 16,675001, to four decimals an exact
// half, which goes down.
func TestSIM24RoundsTwice(t *testing.T) {
	s := simulate(t, base(owing(1667), rate(3), row(func(r *instalment.Row) { r.Entrada = 0 })))
	each(t, s.Options(), [3]store.Money{1, 1667, 1667})
}
