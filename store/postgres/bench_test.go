package postgres_test

import (
	"testing"

	"lojavirtual/store"
)

func BenchmarkFindHolder(b *testing.B) {
	w := open(b)
	for b.Loop() {
		if _, ok, err := w.FindHolder(b.Context(), several, mariasCPF); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkBills(b *testing.B) {
	w := open(b)
	for b.Loop() {
		if bills, err := w.Bills(b.Context(), several); len(bills.List) != 3 || err != nil {
			b.Fatal(bills, err)
		}
	}
}

func BenchmarkDebts(b *testing.B) {
	w := open(b)
	for b.Loop() {
		if debts, err := w.Debts(b.Context(), movedIn); len(debts.List) != 7 || err != nil {
			b.Fatal(debts, err)
		}
	}
}

func BenchmarkBillCopy(b *testing.B) {
	w := open(b)
	id := w.bill(several, 202605)
	for b.Loop() {
		if _, ok, err := w.BillCopy(b.Context(), several, id); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkDeal(b *testing.B) {
	w := open(b)
	for b.Loop() {
		if c, _, err := w.Deal(b.Context(), 0, several, store.Debts{}); len(c.Resolution.Profiles) == 0 || err != nil {
			b.Fatal(c, err)
		}
	}
}
