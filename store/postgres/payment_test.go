package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"lojavirtual/store"
)

var (
	kinds  = map[store.PaymentKind]string{store.BillPayment: "bill", store.SlipPayment: "slip", store.ServicePayment: "service", store.OtherPayment: "other"}
	stands = map[store.PaymentState]string{store.PaymentInProcess: "in process", store.PaymentConfirmed: "confirmed", store.PaidTwice: "twice", store.PaidInExcess: "excess"}
)

// paid returns the newest payments of the property in short.
func (w world) paid(property int64, most int) string {
	w.t.Helper()
	found, err := w.Payments(w.t.Context(), property)
	if err != nil {
		w.t.Fatal(err)
	}
	var short []string
	for _, p := range found.List[:min(most, len(found.List))] {
		what := p.Text
		if p.Month != 0 {
			what = p.Month.String()
		}
		short = append(short, fmt.Sprintf("%s %s %s %s %s", p.On.String()[:5], kinds[p.Kind], what, p.Value.Number(), stands[p.State]))
	}
	return strings.Join(short, ", ")
}

// TestPayments: PAG-1 both tables, PAG-2 newest first and by group, PAG-5 states.
func TestPayments(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		const want = "18/05 slip Multa por impontualidade 4,50 in process, 13/05 bill 04/2026 169,23 confirmed, " +
			"15/04 bill 03/2026 154,62 twice, 13/04 bill 03/2026 154,62 confirmed"
		if got := w.paid(twice, 4); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		found, err := w.Payments(t.Context(), twice)
		if err != nil || !found.Occupied {
			t.Fatalf("%t, %v", found.Occupied, err)
		}
		if n := len(found.List); n != 23+4 {
			t.Errorf("PAG-1: %d payments", n)
		}
		if p := found.List[1]; p.Collector != "Banco do Estado de Sergipe" || p.Form == "" || p.Billed != p.Value {
			t.Errorf("PAG-3: %+v", p)
		}
		if p := found.List[len(found.List)-1]; p.On.Year != 2024 {
			t.Errorf("PAG-1: the oldest is of %s", p.On)
		}
		if years := found.Years(); fmt.Sprint(years) != "[2026 2025 2024]" {
			t.Errorf("%v", years)
		}
		var sum store.Money
		for _, y := range found.Years() {
			_, s := found.In(y)
			sum += s
		}
		if all := store.Money(w.number(`SELECT (100 * sum(v))::bigint FROM (SELECT pgmt_vlpagamento AS v, imov_id FROM arrecadacao.pagamento
			UNION ALL SELECT pghi_vlpagamento, imov_id FROM arrecadacao.pagamento_historico) x WHERE imov_id = $1`, twice)); sum != all {
			t.Errorf("years add up to %s, all is %s", sum, all)
		}
		if got := found.Of(202603); len(got) != 2 {
			t.Errorf("03/2026 was paid %d times", len(got))
		}
		if got := w.paid(partly, 1); got != "19/05 bill 04/2026 84,61 confirmed" {
			t.Errorf("in part: %s", got)
		}
	})
}

// TestPaymentsOfOthers: who lives there now does not see how others paid.
func TestPaymentsOfOthers(t *testing.T) {
	const slip = `
		INSERT INTO faturamento.guia_pagamento_geral (gpag_id, gpge_ichistorico) VALUES (1, 1);
		INSERT INTO faturamento.guia_pagamento_historico (gpag_id, loca_id, imov_id, gphi_amreferenciacontabil, gphi_dtemissao, gphi_dtvencimento, gphi_vldebito,
		       fntp_id, dbtp_id, lict_id, dcst_idatual, gphi_iccobrancamulta, clie_id) VALUES (1, 1, 2051630, 202604, '2026-04-01', '2026-04-10', 50, 1, 49, 1, 0, 2, %s);`
	const extra = `
		INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciaarrecadacao, imov_id, loca_id, dotp_id, avbc_id, %s)
		VALUES (999999, 50, '%s', 202605, 2051630, 1, 7, 202605, %s);`
	const mine = "13/05 bill 04/2026 140,00 confirmed"
	const present = "(SELECT clie_id FROM cadastro.cliente_imovel WHERE imov_id = 2051630 AND clim_dtrelacaofim IS NULL)"
	const former = "(SELECT clie_id FROM cadastro.cliente_imovel WHERE imov_id = 2051630 AND clim_dtrelacaofim IS NOT NULL)"
	of := func(month string) string {
		return "(SELECT cnta_id FROM faturamento.conta WHERE imov_id = 2051630 AND cnta_amreferenciaconta = " + month + ")"
	}
	for _, c := range []struct{ rule, change, want string }{
		{"as it is", "SELECT 1", mine},
		{"the former's bill, paid lately", fmt.Sprintf(extra, "cnta_id", "2026-05-15", of("202511")), mine},
		{"a slip in their name", fmt.Sprintf(slip, present) + fmt.Sprintf(extra, "gpag_id", "2026-05-15", "1"), "15/05 slip Hidrômetro 50,00 in process"},
		{"a slip in the former's name", fmt.Sprintf(slip, former) + fmt.Sprintf(extra, "gpag_id", "2026-05-15", "1"), mine},
		{"a slip in nobody's name since they came", fmt.Sprintf(slip, "NULL") + fmt.Sprintf(extra, "gpag_id", "2026-05-15", "1"), "15/05 slip Hidrômetro 50,00 in process"},
		{"a payment in the former's name", fmt.Sprintf(extra, "clie_id", "2026-05-15", former), mine},
		{"a payment of nobody since they came", fmt.Sprintf(extra, "dbtp_id", "2026-05-15", "49"), "15/05 other Guia de pagamento 50,00 in process"},
		{
			"the day they came is theirs", fmt.Sprintf(extra, "dbtp_id", "2025-12-01", "49") + "DELETE FROM arrecadacao.pagamento_historico; DELETE FROM arrecadacao.pagamento WHERE cnta_id IS NOT NULL",
			"01/12 other Guia de pagamento 50,00 in process",
		},
		{"the day before is not", fmt.Sprintf(extra, "dbtp_id", "2025-11-30", "49") + "DELETE FROM arrecadacao.pagamento_historico; DELETE FROM arrecadacao.pagamento WHERE cnta_id IS NOT NULL", ""},
		{"they came nobody wrote down when", "UPDATE cadastro.cliente_imovel SET clim_dtrelacaoinicio = NULL WHERE clim_dtrelacaofim IS NULL;" +
			fmt.Sprintf(extra, "dbtp_id", "2025-11-30", "49") + "DELETE FROM arrecadacao.pagamento_historico; DELETE FROM arrecadacao.pagamento WHERE cnta_id IS NOT NULL", ""},
		{"nobody lives there", "UPDATE cadastro.cliente_imovel SET clim_dtrelacaofim = '2026-05-01' WHERE imov_id = 2051630 AND clim_dtrelacaofim IS NULL", ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			w := open(t)
			if _, err := w.conn.PgConn().Exec(t.Context(), c.change).ReadAll(); err != nil {
				t.Fatal(err)
			}
			if got := w.paid(movedIn, 1); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	w := open(t)
	found, err := w.Payments(t.Context(), movedIn)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found.List {
		if p.Month < 202512 {
			t.Errorf("shows the former occupant's %s", p.Month)
		}
	}
	if found, err := w.Payments(t.Context(), vacant); err != nil || found.Occupied || len(found.List) != 0 {
		t.Errorf("vacant: %+v, %v", found, err)
	}
}

// TestPaymentsLoseNothing: what is missing beside a payment does not hide it (PAG-4).
func TestPaymentsLoseNothing(t *testing.T) {
	w := open(t)
	want := w.paid(several, 99)
	w.exec(`UPDATE arrecadacao.pagamento_historico SET avbc_id = NULL, arfm_id = NULL`)
	if got := w.paid(several, 99); got != want {
		t.Errorf("without a notice: %s", got)
	}
	found, err := w.Payments(t.Context(), several)
	if err != nil || len(found.List) == 0 || found.List[0].Collector != "" || found.List[0].Form != "" {
		t.Errorf("%+v, %v", found.List, err)
	}
	for state, word := range map[int]string{0: "confirmed", 1: "twice", 2: "in process", 3: "excess", 4: "in process", 5: "in process"} {
		w.exec(`UPDATE arrecadacao.pagamento_historico SET pgst_idatual = $1`, state)
		if got := w.paid(several, 1); !strings.HasSuffix(got, word) {
			t.Errorf("PAG-5: %d is %q, want %s", state, got, word)
		}
	}
}
