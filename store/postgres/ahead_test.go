package postgres

import (
	"testing"

	"pgregory.net/rapid"

	"lojavirtual/store"
)

// TestPartsOfDeals: of any deal, more instalments paid ahead cost more, all of
// them less than what is left, and what the items come to is the debt's value
// (DEB-11, EXT-2).
func TestPartsOfDeals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(1, 5_000_000)
		count := rapid.IntRange(1, 60).Draw(t, "instalments")
		done := rapid.IntRange(0, count-1).Draw(t, "done")
		var r debtsRow
		for i := range rapid.IntRange(1, 4).Draw(t, "services") {
			s := serviceRow{ID: int64(i + 1), Kind: 40, Finance: 2, Value: store.Money(cents.Draw(t, "value")), Count: count, Done: done, Deal: 7, Standing: true}
			if i > 0 {
				s.Kind = rapid.SampledFrom([]int{40, 41, dealInterest}).Draw(t, "kind")
				s.Done = rapid.IntRange(0, count-1).Draw(t, "done of another")
			}
			r.Services = append(r.Services, s)
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "discounts") {
			r.Credits = append(r.Credits, creditRow{
				ID: int64(i + 1), Origin: dealDiscount, Value: store.Money(cents.Draw(t, "discount") / 10), Count: count, Done: done, Deal: 7,
				Residual: store.Money(rapid.Int64Range(0, 9999).Draw(t, "residual")),
			})
		}
		var contracted bool
		for _, whole := range r.deals(&codes{}, &contracted) {
			before := store.Money(0)
			for k := 1; k <= whole.AheadMost; k++ {
				part, ok := whole.InPart(k)
				if !ok || part.Value <= before || part.Value >= whole.Value || k >= whole.Instalments || part.Version != whole.Version {
					t.Fatalf("%d instalments of %+v: %+v", k, whole, part)
				}
				before = part.Value
				var items store.Money
				for _, row := range r.statementRows([]store.Debt{part}) {
					if row.Ahead != k {
						t.Fatalf("an item of %d instalments, not %d", row.Ahead, k)
					}
					if row.Credit != 0 {
						row.Value = -row.Value
					}
					items += row.Value
				}
				if items != part.Value {
					t.Fatalf("items of %s for %s", items, part.Value)
				}
			}
			if _, ok := whole.InPart(whole.AheadMost + 1); ok {
				t.Fatal("more than the most")
			}
		}
	})
}
