package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
	"lojavirtual/store/postgres"
)

// TestBillCopy: what may be copied, and which copies can be paid by.
func TestBillCopy(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		for _, c := range []struct {
			rule     string
			property int64
			month    store.Month
			found    bool
			noCode   string
		}{
			{"VIA-1 open", several, 202605, true, ""},
			{"VIA-1 overdue", several, 202603, true, ""},
			{"VIA-3 under review", reviewed, 202603, true, "conta em revisão"},
			{"VIA-4 paid, historic", several, 202509, true, "conta paga"},
			{"VIA-5 paid this month", reviewed, 202604, true, "conta paga"},
			{"VIA-5 paid in part", partly, 202604, true, "pagamento parcial em análise"},
			{"VIA-5 grouped", public, 202605, true, "conta em fatura agrupada"},
			{"direct debit", debited, 202605, true, "débito automático"},
			{"DEB-5 in a deal", inactive, 202409, false, ""},
			{"DEB-6 former occupant's, open", movedIn, 202511, false, ""},
			{"DEB-6 former occupant's, paid", movedIn, 202509, false, ""},
			{"DEB-15 no present occupant", vacant, 202604, false, ""},
		} {
			id := w.bill(c.property, c.month)
			b, ok, err := w.BillCopy(t.Context(), c.property, id)
			if err != nil || ok != c.found {
				t.Errorf("%s: %t, %v", c.rule, ok, err)
				continue
			}
			if !ok {
				continue
			}
			if b.ID != id || b.Month != c.month || b.Property.ID != c.property || b.NoCode != c.noCode || (b.Barcode == "") != (c.noCode != "") {
				t.Errorf("%s: bill %d of %s, %q, code %q", c.rule, b.ID, b.Month, b.NoCode, b.Barcode)
			}
			if b.Barcode == "" {
				continue
			}
			code, err := febraban.CheckBarcode(b.Barcode)
			if line, err2 := febraban.CheckLine(b.Line); err != nil || err2 != nil || line != code {
				t.Fatalf("%s: %v, %v", c.rule, err, err2)
			}
			paid, ok := code.Payment()
			amount, _ := code.Amount()
			if !ok || paid.Property != c.property || paid.Month != c.month || paid.Locality != b.Property.Locality || amount != b.Total || code.Company() != "0999" {
				t.Errorf("%s: the code pays %+v, %s", c.rule, paid, amount)
			}
		}
	})
}

// TestBillCopyChanged changes the database, one rule at a time.
func TestBillCopyChanged(t *testing.T) {
	for _, c := range []struct{ rule, change, noCode string }{
		{"VIA-3 reason 101", "UPDATE faturamento.conta SET cnta_dtrevisao = '2026-05-13', cmrv_id = 101 WHERE cnta_id = $1", ""},
		{"VIA-3 no reason", "UPDATE faturamento.conta SET cnta_dtrevisao = '2026-05-13' WHERE cnta_id = $1", "conta em revisão"},
		{"VIA-5 no value", "UPDATE faturamento.conta SET cnta_vlcreditos = cnta_vlagua + cnta_vlesgoto WHERE cnta_id = $1", "conta sem valor a pagar"},
		{"no company", "UPDATE cadastro.sistema_parametros SET parm_cdempresafebraban = NULL WHERE $1 > 0", "código de barras indisponível"},
		{"BAR-4 value of 12 digits", "UPDATE faturamento.conta SET cnta_vlagua = 99999999999 WHERE cnta_id = $1", "código de barras indisponível"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			url := clone(t)
			conn := connect(t, url)
			before := world{t: t, conn: conn}
			id := before.bill(several, 202605)
			run(t, conn, c.change, id)
			w := openURL(t, url)
			if b, ok, err := w.BillCopy(t.Context(), several, id); err != nil || !ok || b.NoCode != c.noCode {
				t.Errorf("%t, %v, %q; want %q", ok, err, b.NoCode, c.noCode)
			}
		})
	}
}

// TestBillCopyOfAnother: the number of a bill opens nothing but its own
// property (ID-16).
func TestBillCopyOfAnother(t *testing.T) {
	w := open(t)
	for _, owner := range postgres.DemoPeople() {
		for _, month := range []store.Month{202605, 202604, 202509} {
			if w.number(`
				SELECT (SELECT count(*) FROM faturamento.conta WHERE imov_id = $1 AND cnta_amreferenciaconta = $2)
				     + (SELECT count(*) FROM faturamento.conta_historico WHERE imov_id = $1 AND cnhi_amreferenciaconta = $2)`, owner.Properties[0], int(month)) == 0 {
				continue // cut off, vacant or new
			}
			id := w.bill(owner.Properties[0], month)
			for _, other := range postgres.DemoPeople() {
				for _, property := range other.Properties {
					if property == owner.Properties[0] {
						continue
					}
					if b, ok, err := w.BillCopy(t.Context(), property, id); ok || err != nil || b.ID != 0 {
						t.Fatalf("ID-16: property %d reads bill %d: %+v, %v", property, id, b, err)
					}
				}
			}
		}
	}
	for _, id := range []int64{0, -1, 1 << 40} {
		if _, ok, err := w.BillCopy(t.Context(), several, id); ok || err != nil {
			t.Errorf("bill %d: %t, %v", id, ok, err)
		}
	}
}

// TestBillCopyPrints looks at everything on one bill (VIA-7).
func TestBillCopyPrints(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		b := w.copy(jumped, 202605)
		if p := b.Property; p.Inscribe != "001.010.015.0079.000" || p.Route != "12" || p.Group != 2 || p.Water != "Ligado" || p.Sewage != "Ligado" ||
			p.Units != "1 RES" || p.Meter == "" || p.Address.Street != "RUA DAS MANGUEIRAS" || p.Address.State != "SE" {
			t.Errorf("property: %+v", p)
		}
		if b.Holder.Name != "CÍCERA MARIA DOS ANJOS" || b.Holder.Document != "70000101001" || b.Situation != "normal" {
			t.Errorf("holder: %+v, %s", b.Holder, b.Situation)
		}
		if b.Issued.String() != "12/05/2026" || b.Copied.IsZero() || b.Due.String() != "15/06/2026" || b.Validity.String() != "30/06/2027" {
			t.Errorf("VIA-13: issued %s, due %s, valid until %s", b.Issued, b.Due, b.Validity)
		}
		if b.Volume != 58 || b.Current.Value-b.Previous.Value != 58 || !b.Current.Known || b.Days != 30 || b.MeterKind != "Real" || b.Anomaly != "Estouro de consumo" {
			t.Errorf("VIA-7 reading: %d m³, %+v to %+v, %d days, %s, %s", b.Volume, b.Previous, b.Current, b.Days, b.MeterKind, b.Anomaly)
		}
		var history []string
		for _, h := range b.History {
			history = append(history, strings.TrimSpace(h.Month.String()+" "+h.Mark))
		}
		if got, want := strings.Join(history, ", "), "04/2026 ALTCO, 03/2026, 02/2026, 01/2026 23, 12/2025, 11/2025"; got != want {
			t.Errorf("VIA-8: %s, want %s", got, want)
		}
		if b.QualityOf != 202604 || len(b.Quality) != 4 || b.Quality[1] != (store.QualityRow{Parameter: "Cor", Standard: "até 15 uH", Mean: "3,00", Samples: 40, Conform: 39}) {
			t.Errorf("VIA-11: of %s, %+v", b.QualityOf, b.Quality)
		}
		if len(b.Messages) != 2 || !strings.HasPrefix(b.Messages[0], "SEU CONSUMO AUMENTOU MUITO") || !strings.HasPrefix(b.Messages[1], "ARACAJU: ") {
			t.Errorf("VIA-10: %q", b.Messages)
		}
		if shut := w.copy(jumped, 202601); shut.Current.Known || shut.Anomaly != "Imóvel fechado" || shut.MeterKind != "Média do hidrômetro" {
			t.Errorf("not read: %+v, %s, %s", shut.Current, shut.Anomaly, shut.MeterKind)
		}
		if late := w.copy(several, 202604); !slices.Contains(late.Messages, "Há contas vencidas deste imóvel em aberto.") {
			t.Errorf("VIA-10 debts: %q", late.Messages)
		}
		if old := w.copy(inactive, 202410); old.Validity.String() != "31/07/2026" {
			t.Errorf("VIA-14: %s", old.Validity)
		}
	})
}

// TestLines: the lines come in GSAN's order and add up to the bill, on every bill
// of the demo (VIA-6).
func TestLines(t *testing.T) {
	w := open(t)
	var lines []string
	for _, l := range w.copy(company, 202604).Lines {
		lines = append(lines, l.Text)
	}
	if got, want := strings.Join(lines, "; "), "Água, categoria comercial; Esgoto, 80% do valor da água; Hidrômetro, parcela 5 de 10; Devolução de pagamento"; got != want {
		t.Errorf("VIA-6: %s; want %s", got, want)
	}
	escola := w.copy(public, 202605)
	if n := len(escola.Lines); escola.Lines[n-1].Text != "Tributos retidos" || len(escola.Taxes) != 4 || escola.Taxes[0].Percent != 480 {
		t.Errorf("taxes: %+v, %+v", escola.Lines, escola.Taxes)
	}
	copies := 0
	for _, p := range postgres.DemoPeople() {
		for _, property := range p.Properties {
			bills, err := w.Bills(t.Context(), property)
			paid, err2 := w.PaidBills(t.Context(), property, 202405)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			for _, b := range append(bills.List, paid...) {
				c, ok, err := w.BillCopy(t.Context(), property, b.ID)
				if !ok || err != nil || c.Bill != b {
					t.Fatalf("%s: %t, %v: the copy is of %+v, the list has %+v", p.Name, ok, err, c.Bill, b)
				}
				sum := store.Money(0)
				for _, l := range c.Lines {
					sum += l.Value
				}
				if sum != c.Total {
					t.Errorf("%s, %s: lines come to %s, the bill to %s", p.Name, c.Month, sum, c.Total)
				}
				copies++
			}
		}
	}
	if copies < 200 {
		t.Errorf("only %d bills", copies)
	}
}

// copy returns the copy of the property's bill of a month.
func (w world) copy(property int64, month store.Month) store.BillCopy {
	w.t.Helper()
	b, ok, err := w.BillCopy(w.t.Context(), property, w.bill(property, month))
	if err != nil || !ok {
		w.t.Fatalf("no copy of %s of %d: %v", month, property, err)
	}
	return b
}
