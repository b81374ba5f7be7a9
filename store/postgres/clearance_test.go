package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"lojavirtual/store"
)

const (
	connected int64 = 2451034 // Valmir: since August of last year
	disputing int64 = 2462176 // Iraci: one bill of last year under review
)

var results = map[store.ClearanceResult]string{
	store.Cleared: "cleared", store.PartlyCleared: "partly", store.DebtsOpen: "owed", store.AllDisputed: "disputed",
	store.TooFewSettled: "too few", store.NothingBilled: "nothing",
}

// clearances returns the years of a property in short: "2025 cleared 12".
func (w world) clearances(property int64) string {
	w.t.Helper()
	found, err := w.Clearances(w.t.Context(), property)
	if err != nil {
		w.t.Fatal(err)
	}
	if !found.Occupied {
		return "nobody"
	}
	var years []string
	for _, c := range found.Years {
		years = append(years, fmt.Sprintf("%d %s %d", c.Year, results[c.Result], len(c.Months)))
	}
	return strings.Join(years, ", ")
}

func TestClearances(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		for _, c := range []struct {
			rule     string
			property int64
			want     string
		}{
			{"QUI-10 all paid, the demo's bills begin in mid-2024", upToDate, "2025 cleared 12, 2024 cleared 6"},
			{"QUI-9 connected in mid-year", connected, "2025 cleared 4"},
			{"QUI-9 in dispute", disputing, "2025 partly 11, 2024 cleared 6"},
			{"QUI-10 old debt and a deal", inactive, "2025 owed 0, 2024 owed 0"},
			{"debts of this year do not matter", several, "2025 cleared 12, 2024 cleared 6"},
			{"DEB-6 the occupant before", movedIn, ""},
			{"DEB-15 no present occupant", vacant, "nobody"},
			{"no such property", 99999999, "nobody"},
		} {
			if got := w.clearances(c.property); got != c.want {
				t.Errorf("%s: %q, want %q", c.rule, got, c.want)
			}
		}
		found, err := w.Clearances(t.Context(), upToDate)
		if err != nil {
			t.Fatal(err)
		}
		if found.Holder.Name != "JOSÉ CARLOS MENEZES" || found.Holder.Document != "70000020265" || found.Property.Inscribe == "" ||
			found.Property.Address.Street != "AVENIDA DOS COQUEIRAIS" {
			t.Errorf("prints %+v of %+v", found.Holder, found.Property)
		}
		first := found.Of(2025, today).Bills[0]
		if first.Month != 202412 || first.Due.String() != "15/01/2025" || first.Value != 8154 || first.On.String() != "12/12/2024" {
			t.Errorf("the first bill of 2025 is %+v", first)
		}
		owed, err := w.Clearances(t.Context(), inactive)
		if err != nil {
			t.Fatal(err)
		}
		if c := owed.Of(2025, today); len(c.Owed) != 3 || c.Owed[0].Month != 202412 {
			t.Errorf("owed of 2025: %+v", c.Owed)
		}
		if c := owed.Of(2026, today); c.Result != store.YearNotOver {
			t.Errorf("2026: %d", c.Result)
		}
	})
}

// TestClearancesChanged changes what became of one bill of 2025, one rule at a
// time: the one of reference 07/2025, due in August.
func TestClearancesChanged(t *testing.T) {
	const july = ` WHERE imov_id = 1188453 AND cnhi_amreferenciaconta = 202507;`
	const unpaid = `DELETE FROM arrecadacao.pagamento_historico WHERE cnta_id = (SELECT cnta_id FROM faturamento.conta_historico WHERE imov_id = 1188453 AND cnhi_amreferenciaconta = 202507);`
	historic := func(change string) string { return unpaid + "UPDATE faturamento.conta_historico SET " + change + july }
	const dealt = `
		INSERT INTO cobranca.parcelamento (parc_id, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, pctp_id, cbfm_id, pcst_id, parc_icconfirmacao, parc_tmparcelamento)
		SELECT 77, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, 1, 1, 1, 1, now() FROM cadastro.imovel WHERE imov_id = 1188453;`
	const parameter = "UPDATE cadastro.sistema_parametros SET "
	// Iraci's bill of 04/2025, due in May, is in the current tables.
	current := func(change string) string {
		return "UPDATE faturamento.conta SET " + change + " WHERE imov_id = 2462176 AND cnta_amreferenciaconta = 202504;"
	}
	for _, c := range []struct {
		rule, change string
		property     int64
		want         string
	}{
		{"not paid after all", unpaid, upToDate, "owed 0"},
		{"QUI-10 cancelada", historic("dcst_idatual = 3"), upToDate, "cleared 11"},
		{"QUI-10 cancelada por retificação", historic("dcst_idatual = 4"), upToDate, "cleared 11"},
		{"arrastada", historic("dcst_idatual = 6"), upToDate, "cleared 11"},
		{"prescrita", historic("dcst_idatual = 8"), upToDate, "partly 11"},
		{"paga, without a payment", historic("dcst_idatual = 13"), upToDate, "cleared 12"},
		{"QUI-10 parcelada", historic("dcst_idatual = 5"), upToDate, "owed 0"},
		{"QUI-10 parcelada, which counts", historic("dcst_idatual = 5") + parameter + "parm_iccontaparcelada = 1", upToDate, "cleared 12"},
		{"parcelada, and the deal is paid off", dealt + historic("dcst_idatual = 5, parc_id = 77") + "UPDATE cobranca.parcelamento SET pcst_id = 3 WHERE parc_id = 77", upToDate, "cleared 12"},
		{"parcelada, in a deal that is not", dealt + historic("dcst_idatual = 5, parc_id = 77"), upToDate, "owed 0"},
		{"without a value", historic("cnhi_vlcreditos = cnhi_vlagua + cnhi_vlesgoto"), upToDate, "cleared 11"},
		{"DEB-6 of another", "UPDATE cadastro.cliente_conta_historico SET clie_id = 19 WHERE cnta_id = (SELECT cnta_id FROM faturamento.conta_historico" + strings.TrimSuffix(july, ";") + ")", upToDate, "cleared 11"},
		{"QUI-10 em cobrança judicial", current("cmrv_id = 6"), disputing, "owed 0"},
		{"QUI-10 em cobrança judicial, which counts", current("cmrv_id = 6") + parameter + "parm_iccobrancajudicial = 1", disputing, "cleared 12"},
		{"in an instalment contract", current("cmrv_id = 105"), disputing, "owed 0"},
		{"no longer under review", current("cmrv_id = NULL, cnta_dtrevisao = NULL"), disputing, "owed 0"},
		{"entrada de parcelamento", current("cmrv_id = 101"), disputing, "owed 0"},
		{"paid this month", `
			INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciaarrecadacao, cnta_id, imov_id, loca_id, dotp_id, avbc_id)
			SELECT 999999, 100000, '2026-05-04', 202605, cnta_id, imov_id, loca_id, 1, 202605 FROM faturamento.conta WHERE imov_id = 2462176 AND cnta_amreferenciaconta = 202504`, disputing, "cleared 12"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			w := open(t)
			if _, err := w.conn.PgConn().Exec(t.Context(), c.change).ReadAll(); err != nil {
				t.Fatal(err)
			}
			got, _, _ := strings.Cut(w.clearances(c.property), ",")
			if got != "2025 "+c.want {
				t.Errorf("%q, want %q", got, "2025 "+c.want)
			}
		})
	}
}

// TestClearancesByGSAN: the operator's rule counts to twelve by reference, and
// reads GSAN's own statements.
func TestClearancesByGSAN(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		w.Clearance = store.ClearanceByGSAN
		for _, c := range []struct {
			rule     string
			property int64
			want     string
		}{
			{"QUI-4 twelve", upToDate, "2025 cleared 12, 2024 too few 0"},
			{"QUI-4 bug: mid-year", connected, "2025 too few 0"},
			{"owed", inactive, "2025 owed 0, 2024 owed 0"},
		} {
			if got := w.clearances(c.property); got != c.want {
				t.Errorf("%s: %q, want %q", c.rule, got, c.want)
			}
		}
		w.exec(parameterBefore)
		if got := w.clearances(upToDate); got != "2025 too few 0, 2024 too few 0" {
			t.Errorf("QUI-3 payments of the last months do not count: %q", got)
		}
		w.exec(statement)
		if got := w.clearances(upToDate); got != "2025 cleared 12, 2024 too few 0" {
			t.Errorf("QUI-6 GSAN's statement: %q", got)
		}
		w.exec("DELETE FROM faturamento.extrato_quitacao_item WHERE exqi_amreferenciaconta = 202503")
		if got := w.clearances(upToDate); got != "2025 too few 0, 2024 too few 0" {
			t.Errorf("QUI-6 the count is made again: %q", got)
		}
	})
}

const (
	parameterBefore = `UPDATE cadastro.sistema_parametros SET parm_nnmesesanteriores = 12`
	statement       = `
		WITH e AS (
			INSERT INTO faturamento.extrato_quitacao (extq_id, extq_aareferenciaarrecadacao, exqi_vltotal, extq_ammensagemconta, imov_id) VALUES (1, 2025, 100, 202605, 1188453))
		INSERT INTO faturamento.extrato_quitacao_item (exqi_id, extq_id, cnta_id, exqi_amreferenciaconta, exqi_dsdebitocreditosituacao, exqi_vlconta)
		SELECT row_number() OVER (), 1, cnta_id, cnhi_amreferenciaconta, 'PAGA', cnhi_vlagua FROM faturamento.conta_historico
		 WHERE imov_id = 1188453 AND cnhi_amreferenciaconta / 100 = 2025`
)

// TestClearanceWithoutParameters: an old GSAN has none of them, nor statements.
func TestClearanceWithoutParameters(t *testing.T) {
	w := open(t)
	w.exec(`ALTER TABLE cadastro.sistema_parametros DROP COLUMN parm_iccontaparcelada, DROP COLUMN parm_iccobrancajudicial, DROP COLUMN parm_nnmesesanteriores`)
	w.exec(`DROP TABLE faturamento.extrato_quitacao_item, faturamento.extrato_quitacao`)
	if got := w.clearances(upToDate); got != "2025 cleared 12, 2024 cleared 6" {
		t.Errorf("%q", got)
	}
}
