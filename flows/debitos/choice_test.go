package debitos

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/store"
)

// owedOf draws what a property may owe.
func owedOf(t *rapid.T) store.Debts {
	today := store.Date{Year: 2026, Month: time.May, Day: 20}
	owed := store.Debts{On: today, Occupied: true}
	for i := range rapid.IntRange(0, 45).Draw(t, "debts") {
		d := store.Debt{
			Kind: store.DebtKind(rapid.IntRange(int(store.OwnBill), int(store.Credit)).Draw(t, "kind")),
			ID:   int64(i + 1), Version: fmt.Sprint(i),
			Value:  store.Money(rapid.Int64Range(-5, 999999).Draw(t, "value")),
			Status: rapid.SampledFrom([]store.BillStatus{store.Open, store.Open, store.UnderReview, store.PartlyPaid, store.Paid}).Draw(t, "status"),
			Text:   rapid.SampledFrom([]string{"Religação de água", "Vistoria", "Substituição de hidrômetro por solicitação"}).Draw(t, "text"),
		}
		if d.Kind <= store.FormerBill {
			d.Month = store.Month(202605).Add(-rapid.IntRange(0, 60).Draw(t, "month"))
			d.Due = d.Month.Add(1).First().Add(9)
			d.Late = store.LateCharges{Fine: d.Value / 50, Correction: store.Money(rapid.Int64Range(-99, 99).Draw(t, "correction"))}
		}
		owed.List = append(owed.List, d)
	}
	return owed
}

// Whatever is said and pressed, only what may be paid is chosen, each once, the
// total is that of the statement, and "todas" never means another's bills.
func TestChoiceAndTotal(t *testing.T) {
	word := rapid.SampledFrom([]string{"todas", "vencidas", "limpar", "mais 1", "tira 2", "1 a 3", "todas menos 1", "1,2", "mais vencidas", "03/2026", "a de abril", "13"})
	rapid.Check(t, func(t *rapid.T) {
		owed := owedOf(t)
		var d data
		d.list(owed, nil)
		titles := map[string]bool{}
		for _, x := range d.Debts {
			if titles[x.Title] || len([]rune(x.Title)) > 43 { // what Telegram shows, and " (12)"
				t.Fatalf("the option %q stands twice or is too long", x.Title)
			}
			titles[x.Title] = true
		}
		for _, said := range rapid.SliceOfN(word, 1, 6).Draw(t, "said") {
			if len(d.Debts) == 0 {
				break
			}
			d.From = rapid.IntRange(0, (len(d.Debts)-1)/atOnce).Draw(t, "page") * atOnce
			if rapid.Bool().Draw(t, "press") {
				d.tick(rapid.IntRange(0, len(d.Debts)-1).Draw(t, "pressed"))
			}
			change, err := d.debtList().Change(said)
			if err != nil {
				continue
			}
			d.Chosen = change.Of(d.Chosen)
			own := slices.ContainsFunc(d.Debts, func(x debt) bool { return x.Kind != store.FormerBill })
			if said == "todas" && own && slices.ContainsFunc(d.Chosen, func(i int) bool { return d.Debts[i].Kind == store.FormerBill }) {
				t.Fatal("todas has another occupant's bill")
			}
		}
		var paid []store.Debt
		for _, c := range d.chosen() {
			x, ok := owed.Find(c.Kind, c.ID)
			if !ok || x.Kind != store.Credit && !x.Selectable() {
				t.Fatalf("chose %+v", x)
			}
			paid = append(paid, x)
		}
		if !slices.IsSorted(d.Chosen) || len(slices.Compact(slices.Clone(d.Chosen))) != len(d.Chosen) {
			t.Fatalf("chose %v", d.Chosen)
		}
		if got, want := d.total(), store.SumOf(paid).Total(); got != want {
			t.Fatalf("the total is %s, of the statement %s", got, want)
		}
		if news := d.news(owed); len(news) > 0 {
			t.Fatalf("nothing changed, and yet %q", news)
		}
	})
}

// Any change of what was chosen is told, and another choice or day is another key.
func TestChangesAreToldAndKeysTellChoicesApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		owed := owedOf(t)
		var d data
		d.list(owed, nil)
		if len(d.Debts) == 0 {
			t.Skip("nothing to choose")
		}
		i := rapid.IntRange(0, len(d.Debts)-1).Draw(t, "chosen")
		d.Chosen = []int{i}
		key := d.key(1, owed.On)
		at := slices.IndexFunc(owed.List, func(x store.Debt) bool { return x.Kind == d.Debts[i].Kind && x.ID == d.Debts[i].ID })
		if rapid.Bool().Draw(t, "gone") {
			owed.List = slices.Delete(owed.List, at, at+1)
		} else {
			owed.List[at].Version += "'"
			owed.List[at].Value += store.Money(rapid.Int64Range(-1, 1).Draw(t, "by"))
		}
		if news := d.news(owed); len(news) != 1 {
			t.Fatalf("told %q", news)
		}
		if d.key(1, owed.On.Add(1)) == key || d.key(2, owed.On) == key {
			t.Fatal("another day or property has the same key")
		}
		d.tick(i)
		if d.key(1, owed.On) == key {
			t.Fatal("another choice has the same key")
		}
	})
}
