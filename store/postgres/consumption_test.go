package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"lojavirtual/store"
)

// used returns the newest months of the property in short.
func (w world) used(property int64, most int) string {
	w.t.Helper()
	found, err := w.Consumptions(w.t.Context(), property)
	if err != nil {
		w.t.Fatal(err)
	}
	var short []string
	for _, c := range found.List[:min(most, len(found.List))] {
		text := c.Month.String()
		if c.HasWater {
			text += fmt.Sprintf(" %d", c.Billed)
		}
		if c.Read {
			text += fmt.Sprintf(" measured %d", c.Measured)
		}
		if c.HasSewage {
			text += fmt.Sprintf(" sewage %d", c.Sewage)
		}
		if c.Odd != store.NothingOdd {
			text += fmt.Sprintf(" odd %d", c.Odd)
		}
		short = append(short, text)
	}
	return strings.Join(short, ", ")
}

// TestConsumptions: HIS-1 newest first, HIS-3 water and sewage, HIS-4 months
// without a reading, HIS-5 anomalies, HIS-6 measured and billed.
func TestConsumptions(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		const want = "05/2026 14 measured 14 sewage 14, 04/2026 16 measured 16 sewage 16, 03/2026 15 measured 15 sewage 15, 02/2026 14 sewage 14, " +
			"01/2026 15 measured 15 sewage 15, 12/2025 10 measured 4 sewage 10 odd 4"
		if got := w.used(twice, 6); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		if got := w.used(jumped, 5); got != "05/2026 58 measured 58 sewage 58 odd 5, 04/2026 39 measured 39 sewage 39 odd 6, 03/2026 14 measured 14 sewage 14, 02/2026 16 measured 16 sewage 16, 01/2026 14 sewage 14" {
			t.Errorf("jumped: %s", got)
		}
		if got := w.used(unmetered, 1); got != "05/2026 10 sewage 10" {
			t.Errorf("never metered: %s", got)
		}
		if got := w.used(reviewed, 1); got != "05/2026 14 measured 14" {
			t.Errorf("water alone: %s", got)
		}
		found, err := w.Consumptions(t.Context(), jumped)
		if err != nil || len(found.List) != 24 || !found.Occupied {
			t.Fatalf("%d months, %t, %v", len(found.List), found.Occupied, err)
		}
		may, _ := found.Of(202605)
		if may.How != "Real" || may.Kind != store.RealUse || may.Anomaly != "Estouro de consumo" || may.Mean != 14 || may.Least != 10 ||
			may.Previous.On.String() != "08/04/2026" || may.Current.On.String() != "08/05/2026" || may.Days() != 30 ||
			may.Current.Value-may.Previous.Value != 58 || may.Informed.Known {
			t.Errorf("%+v", may)
		}
		shut, _ := found.Of(202601)
		if shut.Read || shut.Trouble != "Imóvel fechado" || shut.How != "Média do hidrômetro" || !shut.Previous.Known || shut.Current.Known || shut.Days() != 0 {
			t.Errorf("HIS-4: %+v", shut)
		}
		if none, _ := found.Of(199901); none.HasWater {
			t.Error("a month of long ago")
		}
	})
}

// TestConsumptionsOfOthers: how much water others used is not shown.
func TestConsumptionsOfOthers(t *testing.T) {
	w := open(t)
	found, err := w.Consumptions(t.Context(), movedIn)
	if err != nil || len(found.List) != 6 || found.List[5].Month != 202512 {
		t.Errorf("%d months, %v", len(found.List), err)
	}
	if found, err := w.Consumptions(t.Context(), vacant); err != nil || found.Occupied || len(found.List) != 0 {
		t.Errorf("vacant: %+v, %v", found, err)
	}
	w.exec(`UPDATE cadastro.cliente_imovel SET clim_dtrelacaoinicio = NULL WHERE imov_id IN ($1, $2)`, movedIn, jumped)
	if found, err := w.Consumptions(t.Context(), movedIn); err != nil || len(found.List) != 6 {
		t.Errorf("nobody wrote down when they came, but when the others left: %d months, %v", len(found.List), err)
	}
	if found, err := w.Consumptions(t.Context(), jumped); err != nil || len(found.List) != 24 {
		t.Errorf("nobody else ever lived there: %d months, %v", len(found.List), err)
	}
}

// TestConsumptionsLoseNothing takes away one part of a month's record at a time.
func TestConsumptionsLoseNothing(t *testing.T) {
	const may = " AND cshi_amfaturamento = 202605"
	for _, c := range []struct{ rule, change, want string }{
		{"HIS-4 without a reading", "DELETE FROM micromedicao.medicao_historico WHERE lagu_id = 1918478 AND mdhi_amleitura = 202605", "05/2026 58 sewage 58 odd 5"},
		{"HIS-4 not read", "UPDATE micromedicao.medicao_historico SET ltst_idleiturasituacaoatual = 2 WHERE lagu_id = 1918478 AND mdhi_amleitura = 202605", "05/2026 58 sewage 58 odd 5"},
		{"read and not yet billed", "DELETE FROM micromedicao.consumo_historico WHERE imov_id = 1918478" + may, "05/2026 measured 58"},
		{"sewage alone", "DELETE FROM micromedicao.consumo_historico WHERE imov_id = 1918478 AND lgti_id = 1" + may, "05/2026 measured 58 sewage 58"},
		{"HIS-6 billed less", "UPDATE micromedicao.consumo_historico SET cshi_nnconsumofaturadomes = 14 WHERE imov_id = 1918478" + may, "05/2026 14 measured 58 sewage 14 odd 5"},
		{"HIS-3 nothing measured by GSAN", "UPDATE micromedicao.medicao_historico SET mdhi_nnconsumomedidomes = NULL", "05/2026 58 measured 58 sewage 58 odd 5"},
		{"a well is another meter", "UPDATE micromedicao.medicao_historico SET medt_id = 2 WHERE lagu_id = 1918478 AND mdhi_amleitura = 202605", "05/2026 58 sewage 58 odd 5"},
		{"another anomaly has no advice", "UPDATE micromedicao.consumo_historico SET csan_id = 17 WHERE imov_id = 1918478" + may, "05/2026 58 measured 58 sewage 58"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			w := open(t)
			w.exec(c.change)
			if got := w.used(jumped, 1); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	w := open(t)
	w.exec(`UPDATE micromedicao.medicao_historico SET mdhi_nnleituraatualinformada = 999, mdhi_dtleituraatualinformada = mdhi_dtleituraatualfaturamento WHERE lagu_id = $1 AND mdhi_amleitura = 202605`, jumped)
	found, err := w.Consumptions(t.Context(), jumped)
	if err != nil || found.List[0].Informed.Value != 999 || found.List[0].Informed.On.String() != "08/05/2026" {
		t.Errorf("HIS-2: %+v, %v", found.List[0], err)
	}
}

func TestConsumptionsLast(t *testing.T) {
	c := store.Consumptions{List: []store.Consumption{{Month: 202602, HasWater: true, Billed: 9}, {Month: 202512, HasWater: true, Billed: 7}}}
	var got []string
	for _, m := range c.Last(4, 202602) {
		got = append(got, fmt.Sprintf("%s %t %d", m.Month, m.HasWater, m.Billed))
	}
	if want := "11/2025 false 0, 12/2025 true 7, 01/2026 false 0, 02/2026 true 9"; strings.Join(got, ", ") != want {
		t.Errorf("%s", got)
	}
}
