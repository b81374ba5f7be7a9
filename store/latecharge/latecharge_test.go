package latecharge_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/store"
	"lojavirtual/store/latecharge"
)

// day reads "20/06/2024".
func day(t testing.TB, text string) store.Date {
	t.Helper()
	at, err := time.Parse("02/01/2006", text)
	if err != nil {
		t.Fatal(err)
	}
	return store.Date{Year: at.Year(), Month: at.Month(), Day: at.Day()}
}

// monthly is an index row of the worked examples A1 to A4 and A6.
func monthly(month store.Month, factor int64) latecharge.Index {
	return latecharge.Index{Month: month, Fine: 20000, Interest: 10000, Factor: factor}
}

func daily(month store.Month, factor int64) latecharge.Index {
	return latecharge.Index{
		Month: month, Factor: factor,
		Fine: 3300, FineDaily: true, FineLimit: 20000,
		Interest: 333, InterestDaily: true, InterestLimit: 200000,
	}
}

// usual are GSAN's defaults.
func usual(indices ...latecharge.Index) latecharge.Rules {
	return latecharge.Rules{Indices: indices, Grace: 2, Correct: 1}
}

// charges expects the charges to be known.
func charges(t rapid.TB, rules latecharge.Rules, b latecharge.Bill, today store.Date) store.LateCharges {
	t.Helper()
	c, known := rules.Charges(b, today)
	if !known {
		t.Fatalf("%+v: not known", b)
	}
	return c
}

// TestExamples is the worked examples A1 to A6 of the rules.
func TestExamples(t *testing.T) {
	for _, c := range []struct {
		name         string
		value, fines store.Money
		due, today   string
		indices      []latecharge.Index
		want         store.LateCharges
		total        store.Money
	}{
		{
			"A1 three months", 10000, 0, "15/03/2024", "20/06/2024",
			[]latecharge.Index{monthly(202402, 12500), monthly(202406, 12650)},
			store.LateCharges{Fine: 200, Interest: 300, Correction: 120},
			620,
		},
		{
			"A2 same month", 8735, 0, "10/05/2024", "28/05/2024",
			[]latecharge.Index{monthly(202404, 12500), monthly(202405, 12650)},
			store.LateCharges{Fine: 175},
			175,
		},
		{
			"A3 five days, one calendar month", 8735, 0, "31/05/2024", "05/06/2024",
			[]latecharge.Index{monthly(202404, 12500), monthly(202406, 12650)},
			store.LateCharges{Fine: 175, Interest: 87},
			262,
		},
		{
			"A4 a fine in the bill", 12000, 174, "20/01/2024", "03/09/2024",
			[]latecharge.Index{monthly(202312, 12300), monthly(202409, 12711)},
			store.LateCharges{Fine: 237, Interest: 960, Correction: 401},
			1598,
		},
		{
			"A5 daily with limits", 14377, 0, "08/04/2024", "17/06/2024",
			[]latecharge.Index{daily(202403, 12500), daily(202406, 12600)},
			store.LateCharges{Fine: 288, Interest: 335, Correction: 115},
			738,
		},
		{
			"A6 deflation", 6419, 0, "14/11/2023", "05/02/2024",
			[]latecharge.Index{monthly(202310, 12200), monthly(202402, 12150)},
			store.LateCharges{Fine: 128, Interest: 193, Correction: -26},
			295,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := latecharge.Bill{Value: c.value, Fines: c.fines, Due: day(t, c.due), Finable: true}
			b.Month = store.MonthOf(b.Due)
			got := charges(t, usual(c.indices...), b, day(t, c.today))
			if got != c.want || got.Total() != c.total {
				t.Errorf("%+v, together %s; want %+v, %s", got, got.Total(), c.want, c.total)
			}
		})
	}
}

// TestGrace is the grace examples of the rules, and what else counts (ACR-3).
func TestGrace(t *testing.T) {
	for _, c := range []struct {
		name       string
		due, today string
		shift      int
		holiday    string
		charged    bool
	}{
		{"uteis 1", "07/06/2024", "10/06/2024", 0, "", false},
		{"uteis 2", "07/06/2024", "11/06/2024", 0, "", false},
		{"uteis 3", "07/06/2024", "12/06/2024", 0, "", true},
		{"shifted by two, uteis 1", "07/06/2024", "12/06/2024", 2, "", false},
		{"shifted by two, uteis 2", "07/06/2024", "13/06/2024", 2, "", false},
		{"shifted by two, uteis 3", "07/06/2024", "14/06/2024", 2, "", true},
		{"a holiday between", "07/06/2024", "12/06/2024", 0, "11/06/2024", false},
		{"due on a holiday", "07/06/2024", "12/06/2024", 0, "07/06/2024", false},
		{"due on a Saturday", "08/06/2024", "12/06/2024", 0, "", false},
		{"not due yet", "07/06/2024", "01/06/2024", 0, "", false},
		{"due today", "07/06/2024", "07/06/2024", 0, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := usual(monthly(202405, 12500))
			rules.Shift = c.shift
			if c.holiday != "" {
				off := day(t, c.holiday)
				rules.Holiday = func(d store.Date) bool { return d == off }
			}
			got := charges(t, rules, latecharge.Bill{Value: 10000, Month: 202405, Due: day(t, c.due), Finable: true}, day(t, c.today))
			if (got.Total() > 0) != c.charged {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestIndexRow: ACR-4, which row a bill's charges come from. Each row has a fine
// of its own, so that the fine tells which one was taken.
func TestIndexRow(t *testing.T) {
	row := func(month store.Month, fine int64) latecharge.Index {
		return latecharge.Index{Month: month, Fine: fine}
	}
	for _, c := range []struct {
		name    string
		month   store.Month // of the bill, due on 15/03/2024
		indices []latecharge.Index
		want    store.Money
	}{
		{"the month before the due month", 202402, []latecharge.Index{row(202401, 10000), row(202402, 20000), row(202403, 30000)}, 200},
		{"else the latest before the reference", 202402, []latecharge.Index{row(202310, 10000), row(202401, 20000), row(202403, 30000)}, 200},
		{"which may lie before the month that is missing", 202312, []latecharge.Index{row(202310, 10000), row(202401, 20000)}, 100},
		{"the reference itself is not before it", 202401, []latecharge.Index{row(202310, 10000), row(202401, 20000)}, 100},
		{"else the first of all", 202402, []latecharge.Index{row(202403, 30000), row(202404, 40000)}, 300},
		{"without any, nothing", 202402, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := latecharge.Bill{Value: 10000, Month: c.month, Due: day(t, "15/03/2024"), Finable: true}
			if got := charges(t, usual(c.indices...), b, day(t, "10/04/2024")); got.Fine != c.want || got.Total() != c.want {
				t.Errorf("%+v, want a fine of %s", got, c.want)
			}
		})
	}
}

// TestRules is one case for each rule that no worked example shows.
func TestRules(t *testing.T) {
	base := latecharge.Bill{Value: 10000, Month: 202402, Due: day(t, "15/03/2024"), Finable: true}
	march := monthly(202402, 12500)
	for _, c := range []struct {
		name   string
		bill   func(*latecharge.Bill)
		rules  func(*latecharge.Rules)
		index  func(*latecharge.Index)
		today  string
		factor int64 // of June 2024, 12650 if 0
		want   store.LateCharges
	}{
		{name: "ACR-6 the fine was charged before", bill: func(b *latecharge.Bill) { b.Finable = false }, want: store.LateCharges{Interest: 300, Correction: 120}},
		{name: "ACR-6 a daily fine below its limit", index: func(i *latecharge.Index) { i.Fine, i.FineDaily, i.FineLimit = 10, true, 200000 }, want: store.LateCharges{Fine: 10, Interest: 300, Correction: 120}},
		{name: "ACR-7 daily interest below its limit", index: func(i *latecharge.Index) { i.Interest, i.InterestDaily, i.InterestLimit = 333, true, 200000 }, want: store.LateCharges{Fine: 200, Interest: 323, Correction: 120}},
		{name: "ACR-8 months not above the parameter", rules: func(r *latecharge.Rules) { r.Correct = 3 }, want: store.LateCharges{Fine: 200, Interest: 300}},
		{name: "ACR-8 a null parameter corrects always", rules: func(r *latecharge.Rules) { r.Correct = -1 }, bill: func(b *latecharge.Bill) { b.Due = day(t, "03/06/2024") }, want: store.LateCharges{Fine: 200, Correction: 120}},
		{name: "ACR-8 the latest factor before", today: "20/09/2024", want: store.LateCharges{Fine: 200, Interest: 600, Correction: 120}},
		{name: "ACR-8 a factor of zero", factor: -1, want: store.LateCharges{Fine: 200, Interest: 300}},
		{name: "ACR-8 no factor at first", index: func(i *latecharge.Index) { i.Factor = 0 }, want: store.LateCharges{Fine: 200, Interest: 300}},
		// 0.005 of interest and of fine each round up, and are not added before.
		{name: "ACR-11 each part rounded by itself", bill: func(b *latecharge.Bill) { b.Value = 25 }, rules: func(r *latecharge.Rules) { r.Correct = 9 }, today: "20/05/2024", want: store.LateCharges{Fine: 1, Interest: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, index := base, march
			if c.bill != nil {
				c.bill(&b)
			}
			if c.index != nil {
				c.index(&index)
			}
			final := int64(12650)
			if c.factor != 0 {
				final = max(c.factor, 0)
			}
			rules := usual(index, monthly(202406, final))
			if c.rules != nil {
				c.rules(&rules)
			}
			today := c.today
			if today == "" {
				today = "20/06/2024"
			}
			if got := charges(t, rules, b, day(t, today)); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// TestACR10: a late bill of before the tariff has no charges that we know; all
// others have fine and interest, and no correction by the index.
func TestACR10(t *testing.T) {
	rules := usual(monthly(202402, 12500), monthly(202406, 12650))
	rules.Tariff = true
	b := latecharge.Bill{Value: 10000, Month: 202402, Due: day(t, "15/03/2024"), Finable: true}
	late := store.LateCharges{Fine: 200, Interest: 300}
	for _, c := range []struct {
		name  string
		since store.Month
		today string
		want  store.LateCharges
		known bool
	}{
		{"before the tariff", 202403, "20/06/2024", store.LateCharges{}, false},
		{"since the tariff", 202402, "20/06/2024", late, true},
		{"no month is set", 0, "20/06/2024", late, true},
		{"before the tariff, in the grace", 202403, "19/03/2024", store.LateCharges{}, true},
		{"before the tariff, the grace over", 202403, "20/03/2024", store.LateCharges{}, false},
	} {
		rules.TariffSince = c.since
		if got, known := rules.Charges(b, day(t, c.today)); got != c.want || known != c.known {
			t.Errorf("%s: %+v, known %t", c.name, got, known)
		}
	}
	rules.Tariff, rules.TariffSince = false, 202403
	if got, known := rules.Charges(b, day(t, "20/06/2024")); !known || got.Correction != 120 {
		t.Errorf("by the index: %+v, known %t", got, known)
	}
}

// TestACR10OnlyHides: the tariff hides the charges of a bill or leaves out its
// correction, and changes nothing else.
func TestACR10OnlyHides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, b := anyRules(t), anyBill(t)
		today := b.Due.Add(rapid.IntRange(-5, 300).Draw(t, "late"))
		want := charges(t, rules, b, today)
		want.Correction = 0
		rules.Tariff = true
		rules.TariffSince = b.Month.Add(rapid.IntRange(-2, 2).Draw(t, "since"))
		got, known := rules.Charges(b, today)
		late := rules.BusinessDays(b.Due, today.Add(-rules.Shift)) > rules.Grace
		if hidden := late && b.Month < rules.TariffSince; known == hidden || hidden && got != (store.LateCharges{}) || !hidden && got != want {
			t.Fatalf("%+v, known %t; by the index %+v", got, known, want)
		}
	})
}

// TestOctober: ACR-9, GSAN's October takes the newest row there is.
func TestOctober(t *testing.T) {
	rules := usual(monthly(202402, 10000), monthly(202410, 11000), monthly(202412, 12000))
	b := latecharge.Bill{Value: 10000, Month: 202402, Due: day(t, "15/03/2024")}
	for _, c := range []struct {
		today string
		plain bool
		want  store.Money
	}{
		{"20/09/2024", false, 0},
		{"20/10/2024", false, 2000},
		{"20/10/2024", true, 1000},
		{"20/11/2024", false, 1000},
		{"20/12/2024", false, 2000},
	} {
		rules.PlainOctober = c.plain
		if got := charges(t, rules, b, day(t, c.today)).Correction; got != c.want {
			t.Errorf("%s, plain %t: %s, want %s", c.today, c.plain, got, c.want)
		}
	}
}

func TestMonths(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"31/05/2024", "01/06/2024", 1}, {"01/06/2024", "31/05/2024", 1}, {"01/05/2024", "31/05/2024", 0}, {"15/11/2023", "05/02/2024", 3},
	} {
		if got := latecharge.Months(day(t, c.a), day(t, c.b)); got != c.want {
			t.Errorf("meses(%s, %s) is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// anyRules makes up rules whose index never falls.
func anyRules(t *rapid.T) latecharge.Rules {
	rules := latecharge.Rules{
		Shift: rapid.IntRange(0, 10).Draw(t, "shift"), Grace: rapid.IntRange(0, 5).Draw(t, "grace"),
		Correct: rapid.IntRange(-1, 3).Draw(t, "correct"),
	}
	if rapid.Bool().Draw(t, "holidays") {
		rules.Holiday = func(d store.Date) bool { return d.Day == 1 }
	}
	index := latecharge.Index{
		Fine: rapid.Int64Range(0, 100000).Draw(t, "fine"), FineDaily: rapid.Bool().Draw(t, "fine daily"), FineLimit: rapid.Int64Range(0, 200000).Draw(t, "fine limit"),
		Interest: rapid.Int64Range(0, 50000).Draw(t, "interest"), InterestDaily: rapid.Bool().Draw(t, "interest daily"), InterestLimit: rapid.Int64Range(0, 400000).Draw(t, "interest limit"),
		Factor: rapid.Int64Range(1000, 30000).Draw(t, "factor"),
	}
	for month := store.Month(202301); month <= 202512; month = month.Add(1) {
		index.Month = month
		rules.Indices = append(rules.Indices, index)
		index.Factor += rapid.Int64Range(0, 200).Draw(t, "rise")
	}
	return rules
}

func anyBill(t *rapid.T) latecharge.Bill {
	due := store.Date{Year: 2024, Month: time.January, Day: 1}.Add(rapid.IntRange(-200, 400).Draw(t, "due"))
	value := store.Money(rapid.Int64Range(1, 100_000_00).Draw(t, "value"))
	return latecharge.Bill{
		Value: value, Fines: store.Money(rapid.Int64Range(0, int64(value)).Draw(t, "fines")),
		Month: store.MonthOf(due).Add(-1), Due: due, Finable: rapid.Bool().Draw(t, "finable"),
	}
}

// TestMonotone: while the index does not fall, a day more is never cheaper,
// outside of GSAN's October.
func TestMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, b := anyRules(t), anyBill(t)
		rules.PlainOctober = true
		today := b.Due.Add(rapid.IntRange(-5, 300).Draw(t, "late"))
		before, after := charges(t, rules, b, today), charges(t, rules, b, today.Add(1))
		if after.Fine < before.Fine || after.Interest < before.Interest || after.Correction < before.Correction {
			t.Fatalf("%v: %+v, the day after %+v", today, before, after)
		}
	})
}

// TestNothingInGrace: within the grace, and before the bill is due, nothing is
// added.
func TestNothingInGrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, b := anyRules(t), anyBill(t)
		today := b.Due.Add(rapid.IntRange(-30, 30).Draw(t, "late"))
		got := charges(t, rules, b, today)
		if rules.BusinessDays(b.Due, today.Add(-rules.Shift)) <= rules.Grace && got != (store.LateCharges{}) {
			t.Fatalf("%v: %+v", today, got)
		}
	})
}

// TestTotals: each part is rounded alone, so it is within half a cent of the
// exact one; the sum over bills does not hang on their order.
func TestTotals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, today := anyRules(t), store.Date{Year: 2025, Month: time.September, Day: 3}
		bills := rapid.SliceOfN(rapid.Custom(anyBill), 1, 12).Draw(t, "bills")
		var forth, back store.LateCharges
		for i := range bills {
			forth = forth.Add(charges(t, rules, bills[i], today))
			back = back.Add(charges(t, rules, bills[len(bills)-1-i], today))
		}
		if forth != back || forth.Total() != forth.Fine+forth.Interest+forth.Correction {
			t.Fatalf("%+v and %+v", forth, back)
		}
		b := bills[0]
		got := charges(t, rules, b, today)
		if got == (store.LateCharges{}) || rules.Indices[0].InterestDaily {
			return
		}
		exact := int64(b.Value) * rules.Indices[0].Interest * int64(latecharge.Months(b.Due, today)) // in millionths of a cent
		if off := int64(got.Interest)*1_000_000 - exact; off > 500_000 || off < -500_000 {
			t.Fatalf("interest %s is %d millionths of a cent off", got.Interest, off)
		}
	})
}
