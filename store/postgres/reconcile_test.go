package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lojavirtual/store"
)

// differences are those of the kept charges at a time, in words.
func (w world) differences(now time.Time) (short []string) {
	w.t.Helper()
	kept, err := w.ChargesSince(w.t.Context(), nine.AddDate(0, 0, -1))
	if err != nil {
		w.t.Fatal(err)
	}
	found, err := w.CompareCharges(w.t.Context(), kept, now)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range found {
		short = append(short, string(d.Kind)+" "+d.Ours.Number()+" "+d.Theirs.Number())
	}
	slices.Sort(short)
	return short
}

// A charge of every kind of debt is in GSAN once each of them is, be it of this
// month or of a closed one; until then it has the days of clearing.
func TestCompareEveryKind(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		w.CardReview = cardReview
		c := w.openCharge(w.offer("k", w.charge(movedIn, store.Debt.Selectable)).ID, nine)
		if _, _, err := w.KeepCheckout(t.Context(), c.ID, "ref", "https://a.example"); err != nil {
			t.Fatal(err)
		}
		c = w.pay(c, later(1))
		expect := func(why string, days int, want ...string) {
			t.Helper()
			if got := w.differences(nine.AddDate(0, 0, days)); !slices.Equal(got, want) {
				t.Errorf("%s: %q, not %q", why, got, want)
			}
		}
		expect("on the day", 0)
		expect("on the second business day", 2) // 20 May 2026 is a Wednesday
		expect("after it", 3, "not_in_gsan "+c.Total.Number()+" 0,00")

		var credits store.Money
		posted := store.Money(0)
		for i, d := range c.Debts {
			if d.Kind == store.Credit {
				credits += d.Value
				continue
			}
			column := map[store.DebtKind]string{store.OwnBill: "cnta_id", store.FormerBill: "cnta_id", store.Service: "dbac_id", store.Slip: "gpag_id"}[d.Kind]
			table, prefix := "pagamento", "pgmt_"
			if i%2 == 1 || d.Kind == store.Slip {
				table, prefix = "pagamento_historico", "pghi_"
			}
			_, err := w.conn.Exec(t.Context(), `
				INSERT INTO arrecadacao.`+table+` (`+prefix+`id, `+prefix+`vlpagamento, `+prefix+`dtpagamento, `+prefix+`amreferenciaarrecadacao, `+column+`, imov_id, loca_id, dotp_id, avbc_id, arfm_id, pgst_idatual)
				SELECT 990000 + $1::int, $2::bigint / 100.0, $3::date, 202605, $4::int, imov_id, loca_id, 1, (SELECT min(avbc_id) FROM arrecadacao.aviso_bancario), 3, 0
				  FROM cadastro.imovel WHERE imov_id = $5::int`, i, int64(d.Total()), today, d.ID, movedIn)
			if err != nil {
				t.Fatal(err)
			}
			if posted += d.Total(); posted < c.Total+credits {
				expect("in part", 3, "not_in_gsan "+c.Total.Number()+" "+posted.Number())
			}
		}
		expect("all of it", 3)
		if _, err := w.conn.Exec(t.Context(), `UPDATE arrecadacao.pagamento SET pgmt_vlpagamento = pgmt_vlpagamento + 1000 WHERE pgmt_id = 990000`); err != nil {
			t.Fatal(err)
		}
		expect("more", 3, "gsan_amount "+c.Total.Number()+" "+(posted+100000).Number())
	})
}

// A company may think about a card overnight: GSAN has the day before.
func TestCompareOvernight(t *testing.T) {
	w := openCharges(t)
	c := w.openCharge(w.offer("k", w.charge(several, isBill)).ID, nine)
	if _, _, err := w.KeepCheckout(t.Context(), c.ID, "ref", "https://a.example"); err != nil {
		t.Fatal(err)
	}
	w.pay(c, later(20*60))
	for day, want := range map[int]string{0: "", -1: "paid_twice"} {
		w.exec(`DELETE FROM arrecadacao.pagamento WHERE pgmt_id > 990000`)
		for i, d := range c.Debts {
			w.exec(`
				INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciaarrecadacao, cnta_id, imov_id, loca_id, dotp_id, avbc_id, arfm_id)
				SELECT 990001 + $1::int, $2::bigint / 100.0, $3::date, 202605, $4::int, imov_id, loca_id, 1, (SELECT min(avbc_id) FROM arrecadacao.aviso_bancario), 3
				  FROM cadastro.imovel WHERE imov_id = $5::int`, i, int64(d.Total()), today.Add(day), d.ID, several)
		}
		kind := ""
		if found := w.differences(nine.AddDate(0, 0, 1)); len(found) > 0 {
			kind, _, _ = strings.Cut(found[0], " ")
		}
		if kind != want {
			t.Errorf("posted for %d days after it was opened: %q, not %q", day, kind, want)
		}
	}
}

// What others set out to pay before they came is not for those who live there now.
func TestChargesOfOthers(t *testing.T) {
	w := open(t)
	f := w.charge(several, isBill)
	f.Debts = f.Debts[:1]
	w.openCharge(w.offer("k", f).ID, nine)
	paid, err := w.Payments(t.Context(), several)
	if err != nil || len(paid.Charges) != 1 || len(paid.List) == 0 {
		t.Fatalf("%+v, %v", paid, err)
	}
	if _, err := w.conn.Exec(t.Context(), `UPDATE cadastro.cliente_imovel SET clim_dtrelacaoinicio = $2::date WHERE imov_id = $1 AND crtp_id = 2 AND clim_dtrelacaofim IS NULL`, several, today.Add(1)); err != nil {
		t.Fatal(err)
	}
	if paid, err = w.Payments(t.Context(), several); err != nil || len(paid.Charges) != 0 || !paid.Occupied {
		t.Errorf("who comes tomorrow: %+v, %v", paid, err)
	}
	if _, err := w.conn.Exec(t.Context(), `UPDATE cadastro.cliente_imovel SET clim_dtrelacaofim = $2::date WHERE imov_id = $1 AND crtp_id = 2 AND clim_dtrelacaofim IS NULL`, several, today); err != nil {
		t.Fatal(err)
	}
	if paid, err = w.Payments(t.Context(), several); err != nil || len(paid.Charges) != 0 || paid.Occupied {
		t.Errorf("nobody lives there: %+v, %v", paid, err)
	}
}
