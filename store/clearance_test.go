package store_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/store"
)

// thisYear is the day of the tests: 2025 is over.
var thisYear = store.Date{Year: 2026, Month: time.May, Day: 20}

// TestClearanceVectors plays the cases of testdata, made from the law's text.
func TestClearanceVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/clearance.json")
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Vectors []struct {
			ID, Note string
			Input    struct {
				Year     int
				Invoices []struct{ Due, Status, Paid string }
			}
			Output struct {
				Result, Reason, Deliver string
				Months                  []int
			}
		}
	}
	if err := json.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Vectors) == 0 {
		t.Fatal("no vectors")
	}
	status := map[string]store.YearStatus{"open": store.StillOwed, "paid": store.SettledBill, "disputed": store.DisputedBill}
	results := map[store.ClearanceResult]string{store.Cleared: "full", store.PartlyCleared: "partial"}
	reasons := map[store.ClearanceResult]string{store.DebtsOpen: "open_debts"}
	for _, v := range set.Vectors {
		var bills []store.YearBill
		for i, b := range v.Input.Invoices {
			s, known := status[b.Status]
			if !known {
				t.Fatalf("%s: status %q", v.ID, b.Status)
			}
			bills = append(bills, store.YearBill{ID: int64(i), Due: date(t, b.Due), On: date(t, b.Paid), Value: 100, Status: s})
		}
		c := store.ClearanceOf(v.Input.Year, bills, store.ClearanceTerms{}, thisYear)
		var months []int
		for _, m := range c.Months {
			months = append(months, int(m)%100)
		}
		deliver := ""
		if c.Given() {
			deliver = fmt.Sprintf("%04d-%02d", c.Deliver/100, c.Deliver%100)
		}
		if result := results[c.Result]; result != v.Output.Result && (result != "" || v.Output.Result != "none") ||
			reasons[c.Result] != v.Output.Reason || !slices.Equal(months, v.Output.Months) || deliver != v.Output.Deliver {
			t.Errorf("%s (%s): %+v, want %+v", v.ID, v.Note, c, v.Output)
		}
	}
}

func date(t *testing.T, s string) store.Date {
	t.Helper()
	if s == "" {
		return store.Date{}
	}
	at, err := time.Parse("2006-01-02", s)
	if err != nil {
		t.Fatal(err)
	}
	return store.Date{Year: at.Year(), Month: at.Month(), Day: at.Day()}
}

// year is the bills of 2025, one a month, each due on the 10th of its month and
// paid on the day before.
func year(change func(month int, b *store.YearBill)) []store.YearBill {
	var bills []store.YearBill
	for m := 1; m <= 12; m++ {
		due := store.Date{Year: 2025, Month: time.Month(m), Day: 10}
		b := store.YearBill{ID: int64(m), Month: store.Month(202500 + m), Due: due, Value: 5000, Status: store.SettledBill, On: due.Add(-1), Posted: true}
		change(m, &b)
		bills = append(bills, b)
	}
	return bills
}

func TestClearanceByLaw(t *testing.T) {
	in := func(status store.YearStatus, months ...int) []store.YearBill {
		return year(func(m int, b *store.YearBill) {
			if slices.Contains(months, m) {
				b.Status = status
			}
		})
	}
	for _, c := range []struct {
		rule   string
		bills  []store.YearBill
		terms  store.ClearanceTerms
		want   store.ClearanceResult
		months int
	}{
		{"QUI-10 all paid", in(store.SettledBill), store.ClearanceTerms{}, store.Cleared, 12},
		{"QUI-9 one owed", in(store.StillOwed, 12), store.ClearanceTerms{}, store.DebtsOpen, 0},
		{"QUI-10 cancelled bills are none", in(store.CanceledBill, 2, 3), store.ClearanceTerms{}, store.Cleared, 10},
		{"QUI-10 in a deal", in(store.DealtBill, 4), store.ClearanceTerms{}, store.DebtsOpen, 0},
		{"QUI-10 in a deal that counts", in(store.DealtBill, 4), store.ClearanceTerms{Deals: true}, store.Cleared, 12},
		{"QUI-10 in court", in(store.SuedBill, 4), store.ClearanceTerms{Deals: true}, store.DebtsOpen, 0},
		{"QUI-10 in court, which counts", in(store.SuedBill, 4), store.ClearanceTerms{Suits: true}, store.Cleared, 12},
		{"QUI-9 in dispute", in(store.DisputedBill, 4, 5), store.ClearanceTerms{}, store.PartlyCleared, 10},
		{"QUI-9 all in dispute", in(store.DisputedBill, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), store.ClearanceTerms{}, store.AllDisputed, 0},
		{"QUI-9 connected in mid-year", in(store.SettledBill)[7:], store.ClearanceTerms{}, store.Cleared, 5},
		{"QUI-10 nothing billed", nil, store.ClearanceTerms{}, store.NothingBilled, 0},
		{"QUI-10 all cancelled", in(store.CanceledBill, 1)[:1], store.ClearanceTerms{}, store.NothingBilled, 0},
		{"QUI-10 two bills in a month are one month", append(in(store.SettledBill), in(store.SettledBill)[3]), store.ClearanceTerms{}, store.Cleared, 12},
	} {
		got := store.ClearanceOf(2025, c.bills, c.terms, thisYear)
		if got.Result != c.want || len(got.Months) != c.months {
			t.Errorf("%s: %d with %d months, want %d with %d", c.rule, got.Result, len(got.Months), c.want, c.months)
		}
	}
	if got := store.ClearanceOf(2026, in(store.SettledBill), store.ClearanceTerms{}, thisYear); got.Result != store.YearNotOver {
		t.Errorf("QUI-10 the year is not over: %d", got.Result)
	}
	late := year(func(m int, b *store.YearBill) {
		if m == 7 {
			b.On = store.Date{Year: 2026, Month: time.July, Day: 3}
		}
	})
	if got := store.ClearanceOf(2025, late, store.ClearanceTerms{}, store.Date{Year: 2026, Month: time.August, Day: 1}); got.Deliver != 202608 {
		t.Errorf("art. 3, paid in July: delivered %s", got.Deliver)
	}
}

// TestClearanceByGSAN compares GSAN's count with the law's answer.
func TestClearanceByGSAN(t *testing.T) {
	gsan := store.ClearanceTerms{Rule: store.ClearanceByGSAN, PaidBy: thisYear}
	all := func(int, *store.YearBill) {}
	for _, c := range []struct {
		rule  string
		bills []store.YearBill
		terms store.ClearanceTerms
		want  store.ClearanceResult
		law   store.ClearanceResult
	}{
		{"QUI-4 twelve paid", year(all), gsan, store.Cleared, store.Cleared},
		{"QUI-4 bug: mid-year never reaches twelve", year(all)[6:], gsan, store.TooFewSettled, store.Cleared},
		{"QUI-4 bug: a month paid twice counts twice", append(year(all)[1:], year(all)[3]), gsan, store.Cleared, store.Cleared},
		{"QUI-2 a cancelled bill counts", year(func(m int, b *store.YearBill) {
			if m == 5 {
				b.Status = store.CanceledBill
			}
		}), gsan, store.Cleared, store.Cleared},
		{"QUI-2 the cancelled bill of a month that is paid does not add", append(year(all)[1:], store.YearBill{ID: 99, Month: 202505, Due: thisYear, Status: store.CanceledBill}), gsan, store.TooFewSettled, store.Cleared},
		{"QUI-3 paid after the verification date", year(all), store.ClearanceTerms{Rule: store.ClearanceByGSAN, PaidBy: store.Date{Year: 2025, Month: time.June, Day: 30}}, store.TooFewSettled, store.Cleared},
		{"QUI-6 GSAN's own statement", year(func(_ int, b *store.YearBill) { b.Posted = false }), store.ClearanceTerms{
			Rule: store.ClearanceByGSAN, Statements: map[int][]int64{2025: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		}, store.Cleared, store.Cleared},
		{"QUI-6 a statement of bills that are another's", year(all)[3:], store.ClearanceTerms{
			Rule: store.ClearanceByGSAN, Statements: map[int][]int64{2025: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		}, store.TooFewSettled, store.Cleared},
		{"owed", year(func(m int, b *store.YearBill) {
			if m == 5 {
				b.Status = store.StillOwed
			}
		}), gsan, store.DebtsOpen, store.DebtsOpen},
	} {
		if got := store.ClearanceOf(2025, c.bills, c.terms, thisYear); got.Result != c.want {
			t.Errorf("%s: %d, want %d", c.rule, got.Result, c.want)
		}
		if got := store.ClearanceOf(2025, c.bills, store.ClearanceTerms{}, thisYear); got.Result != c.law {
			t.Errorf("%s by law: %d, want %d", c.rule, got.Result, c.law)
		}
	}
}

// TestAnyClearance: a bill is declared, excepted, owed or cancelled, never two
// of them; the order in which bills come does not matter; and paying a bill never
// takes a declaration away.
func TestAnyClearance(t *testing.T) {
	bill := rapid.Custom(func(t *rapid.T) store.YearBill {
		due := store.Date{Year: 2024, Month: time.December, Day: 1}.Add(rapid.IntRange(0, 420).Draw(t, "due"))
		return store.YearBill{
			ID: rapid.Int64Range(1, 1e9).Draw(t, "id"), Due: due, Month: store.MonthOf(due).Add(-1), Value: store.Money(rapid.IntRange(1, 1e6).Draw(t, "value")),
			Status: rapid.SampledFrom([]store.YearStatus{store.StillOwed, store.SettledBill, store.DealtBill, store.SuedBill, store.DisputedBill, store.CanceledBill}).Draw(t, "status"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		bills := rapid.SliceOfNDistinct(bill, 0, 30, func(b store.YearBill) int64 { return b.ID }).Draw(t, "bills")
		terms := store.ClearanceTerms{Deals: rapid.Bool().Draw(t, "deals"), Suits: rapid.Bool().Draw(t, "suits")}
		got := store.ClearanceOf(2025, bills, terms, thisYear)
		if got.Given() != (len(got.Bills) > 0) || got.Given() && len(got.Owed) > 0 {
			t.Fatalf("given with %d bills while %d are owed", len(got.Bills), len(got.Owed))
		}
		sum := store.Money(0)
		for _, b := range got.Bills {
			sum += b.Value
			if b.Due.Year != 2025 || slices.Contains(got.Excepted, b) || !slices.Contains(got.Months, store.MonthOf(b.Due)) {
				t.Fatalf("declares %+v", b)
			}
		}
		if sum != got.Total() || len(got.Months) > 12 || !slices.IsSorted(got.Months) {
			t.Fatalf("%s in %v", got.Total(), got.Months)
		}
		mixed := slices.Clone(rapid.Permutation(bills).Draw(t, "another order"))
		if other := store.ClearanceOf(2025, mixed, terms, thisYear); fmt.Sprint(other) != fmt.Sprint(got) {
			t.Fatalf("in another order: %v, not %v", other, got)
		}
		for i := range mixed {
			if mixed[i].Status == store.StillOwed {
				mixed[i].Status = store.SettledBill
			}
		}
		if paid := store.ClearanceOf(2025, mixed, terms, thisYear); got.Given() && !paid.Given() {
			t.Fatal("paying took the declaration away")
		}
	})
}
