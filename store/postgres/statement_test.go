package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
)

// owed returns the debts of a property that a test wants.
func (w world) owed(property int64, want func(store.Debt) bool) (chosen []store.Debt) {
	w.t.Helper()
	_, all := w.debts(property)
	for _, d := range all.List {
		if want(d) {
			chosen = append(chosen, d)
		}
	}
	return chosen
}

// items returns what the database has of a statement, in short.
func (w world) items(number int64) []string {
	w.t.Helper()
	rows, _ := w.conn.Query(w.t.Context(), `
		SELECT format('%s %s %s+%s %s', dotp_id, coalesce(cnta_id, dbac_id, gpag_id, crar_id), cdit_vlitemcobrado, cdit_vlacrescimos, cdst_id)
		       || coalesce(' ahead ' || cdit_nnparcelasantecipadas, '')
		  FROM cobranca.cobranca_documento_item WHERE cbdo_id = $1 ORDER BY dotp_id, 1`, number)
	short, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		w.t.Fatal(err)
	}
	return short
}

func (w world) statements() int64 {
	w.t.Helper()
	return w.number(`SELECT count(*) FROM cobranca.cobranca_documento`)
}

func TestIssueStatement(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		s, refusal, err := w.IssueStatement(t.Context(), "turn 1", movedIn, w.owed(movedIn, store.Debt.Selectable))
		if err != nil || refusal != store.NotRefused {
			t.Fatal(refusal, err)
		}
		// 169,23 + 140,00+14,57 + 154,62+13,94 + 79,27 + 64,50 - 23,75
		if s.Total != 61238 || s.Discount != 0 || s.Issued != today || s.Validity != today.Add(7) || s.Number == 0 {
			t.Errorf("EXT-2, EXT-4: %+v", s)
		}
		if sum := store.SumOf(s.Items); sum.Total() != s.Total || sum.Credits != 2375 || len(s.Items) != 6 {
			t.Errorf("EXT-2: %+v", s.Items)
		}
		p := s.Property
		if s.Holder.Name != "THIAGO MENDONÇA PRADO" || s.Holder.Document != "70000111147" || p.ID != movedIn || p.Inscribe != "001.010.015.0031.000" ||
			p.Units != "1 RES" || p.Water != "Ligado" || p.Sewage != "Ligado" || p.Route != "12" || s.Profile != "Normal" || p.Address.Complement != "CASA 2" {
			t.Errorf("EXT-8: %+v, %+v, %s", s.Holder, p, s.Profile)
		}
		code, err := febraban.CheckBarcode(s.Barcode)
		if err != nil {
			t.Fatal(err)
		}
		amount, _ := code.Amount()
		paid, ok := code.Payment()
		if want := (febraban.Payment{Kind: febraban.Document, Locality: 1, Property: movedIn, Number: s.Number, Type: 14}); !ok || paid != want || amount != s.Total || s.NoCode != "" {
			t.Errorf("EXT-7, BAR-6: %+v of %s, %q", paid, amount, s.NoCode)
		}
		if n := w.number(`
			SELECT count(*) FROM cobranca.cobranca_documento d JOIN seguranca.usuario USING (usur_id)
			 WHERE cbdo_id = $1 AND cbdo_nnsequenciadocumento = $1 AND imov_id = $2 AND dotp_id = 14 AND demf_id = 3 AND cdst_id = 1
			   AND cbdo_vldocumento = 612.38 AND cbdo_vlacrescimos = 28.51 AND cbdo_vldesconto = 0 AND cbdo_vltaxa = 0
			   AND d.loca_id = 1 AND d.qdra_id = 1 AND cbdo_nnquadra = 15 AND cbdo_cdsetorcomercial = 10 AND d.iper_id = 5 AND d.last_id = 3 AND d.lest_id = 3
			   AND d.catg_id = 1 AND d.clie_id = $3 AND usur_icinternet = 1 AND cbdo_tmemissao > now() - interval '1 minute'`, s.Number, movedIn, s.Holder.ID); n != 1 {
			t.Error("EXT-1: the document is not as it should be")
		}
		want := "1 900265 140.00+14.57 1, 1 900266 154.62+13.94 1, 1 900272 169.23+0.00 1, 6 700002 79.27+0.00 1, 7 600001 64.50+0.00 1, 10 500001 23.75+0.00 1"
		if got := strings.Join(w.items(s.Number), ", "); got != want {
			t.Errorf("EXT-1, EXT-9: items %q, want %q", got, want)
		}
		if n := w.number(`SELECT count(*) FROM loja.effect WHERE result::text LIKE '%THIAGO%' OR result::text LIKE '%70000111147%'`); n != 0 {
			t.Error("the effect keeps a name or a document")
		}

		deal := w.owed(inactive, func(d store.Debt) bool { return d.Kind == store.Deal })
		if s, _, err = w.IssueStatement(t.Context(), "turn 2", inactive, deal); err != nil || s.Total != 27834 {
			t.Errorf("DEB-11: %+v, %v", s, err)
		}
		if got := strings.Join(w.items(s.Number), ", "); got != "6 710001 278.34+0.00 1" {
			t.Errorf("DEB-11: items %q", got)
		}
	})
}

// TestDEB11 pays instalments of a deal ahead: the worked example of DEB-8 as a
// deal, with its discount and with interest to come, which stays out.
func TestDEB11(t *testing.T) {
	example := aService + aDeal + `
		UPDATE faturamento.debito_a_cobrar SET dbac_vldebito = 250, dbac_nnprestacaodebito = 12, dbac_nnprestacaocobradas = 5, dbac_nnparcelabonus = 1 WHERE dbac_id = 1;`
	discount := aCredit + `
		UPDATE faturamento.credito_a_realizar SET crog_id = 6, parc_id = 77, crar_vlcredito = 60, crar_nnprestacaocredito = 12, crar_nnprestacaorealizadas = 6 WHERE crar_id = 1;`
	interest := `
		INSERT INTO faturamento.debito_a_cobrar_geral (dbac_id, dage_ichistorico) VALUES (2, 2);
		CREATE TEMP TABLE interest AS SELECT * FROM faturamento.debito_a_cobrar WHERE dbac_id = 1;
		UPDATE interest SET dbac_id = 2, dbtp_id = 44, fntp_id = 8, dbac_vldebito = 24;
		INSERT INTO faturamento.debito_a_cobrar SELECT * FROM interest;`
	isDeal := func(d store.Debt) bool { return d.Kind == store.Deal }
	for _, c := range []struct {
		name, change string
		most         int
		of4          store.Money
		items        string
	}{
		{"the example", example, 5, 8332, "6 1 83.32+0.00 1 ahead 4"},
		{"with interest", example + interest, 5, 8332, "6 1 83.32+0.00 1 ahead 4"},
		{"with a discount", example + discount, 5, 6332, "6 1 83.32+0.00 1 ahead 4, 10 1 20.00+0.00 1 ahead 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t)
			w.exec(c.change)
			chosen := w.owed(several, isDeal)
			if len(chosen) != 1 || chosen[0].AheadMost != c.most {
				t.Fatalf("%+v", chosen)
			}
			whole := chosen[0]
			for _, k := range []int{-1, c.most + 1, 12} {
				if _, ok := whole.InPart(k); ok {
					t.Errorf("%d instalments can be paid ahead", k)
				}
			}
			for _, refused := range []int{6, 7} {
				chosen[0].Ahead = refused
				if _, refusal, err := w.IssueStatement(t.Context(), fmt.Sprint("turn", refused), several, chosen); refusal != store.DebtsChanged || err != nil {
					t.Errorf("EXT-2: %d instalments of 6: %d, %v", refused, refusal, err)
				}
			}
			chosen[0].Ahead = 4
			s, refusal, err := w.IssueStatement(t.Context(), "turn", several, chosen)
			if err != nil || refusal != store.NotRefused || s.Total != c.of4 || len(s.Items) != 1 || s.Items[0].Ahead != 4 {
				t.Fatalf("%+v, %d, %v", s, refusal, err)
			}
			if got := strings.Join(w.items(s.Number), ", "); got != c.items {
				t.Errorf("items %q", got)
			}
			w.exec(`UPDATE faturamento.debito_a_cobrar SET dbac_nnprestacaocobradas = 6 WHERE dbac_id = 1`)
			if _, refusal, err := w.IssueStatement(t.Context(), "later", several, chosen); refusal != store.DebtsChanged || err != nil {
				t.Errorf("an instalment has been charged since: %d, %v", refusal, err)
			}
		})
	}
}

// TestStatementOnce: R6, one key issues one statement, and gives it again as it
// was, whatever has changed.
func TestStatementOnce(t *testing.T) {
	w := open(t)
	chosen := w.owed(several, store.Debt.Selectable)
	var all sync.WaitGroup
	var lock sync.Mutex
	numbers := map[int64]bool{}
	for range 20 {
		all.Go(func() {
			s, refusal, err := w.IssueStatement(t.Context(), "turn 1", several, chosen)
			if err != nil || refusal != store.NotRefused || s.Total != 47057 || len(s.Items) != 3 {
				t.Errorf("%+v, %d, %v", s, refusal, err)
			}
			lock.Lock()
			defer lock.Unlock()
			numbers[s.Number] = true
		})
	}
	all.Wait()
	if len(numbers) != 1 || w.statements() != 1 {
		t.Fatalf("one key, statements %v", numbers)
	}
	w.exec(`UPDATE faturamento.conta SET dcst_idatual = 3 WHERE cnta_id = 900022`)
	w.Today = func() store.Date { return today.Add(60) }
	again, refusal, err := w.IssueStatement(t.Context(), "turn 1", several, chosen)
	if err != nil || refusal != store.NotRefused || again.Total != 47057 || again.Issued != today || again.Validity != today.Add(7) || again.Holder.Name == "" || again.Barcode == "" {
		t.Errorf("EXT-10, the first one again: %+v, %d, %v", again, refusal, err)
	}
	if _, refusal, err := w.IssueStatement(t.Context(), "turn 2", several, chosen); refusal != store.DebtsChanged || err != nil {
		t.Errorf("EXT-10, another turn: %d, %v", refusal, err)
	}
	other, _, err := w.IssueStatement(t.Context(), "turn 2", several, w.owed(several, store.Debt.Selectable))
	if err != nil || numbers[other.Number] || w.statements() != 2 {
		t.Errorf("a refused key can be used again: %+v, %v", other, err)
	}
}

// TestStatementRefused: nothing is written when a statement is refused.
func TestStatementRefused(t *testing.T) {
	selectable := store.Debt.Selectable
	for _, c := range []struct {
		rule     string
		property int64
		want     func(store.Debt) bool
		change   string // between the choice and the issue
		refusal  store.Refusal
	}{
		{"a bill is paid", several, selectable, `INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciaarrecadacao, cnta_id, imov_id, loca_id, dotp_id, avbc_id)
			VALUES (999999, 140, '2026-05-04', 202605, 900022, 1043722, 1, 1, 202605)`, store.DebtsChanged},
		{"a bill is under review", several, selectable, `UPDATE faturamento.conta SET cnta_dtrevisao = '2026-05-20' WHERE cnta_id = 900022`, store.DebtsChanged},
		{"a bill is corrected", several, selectable, `UPDATE faturamento.conta SET cnta_vlagua = cnta_vlagua - 1 WHERE cnta_id = 900022`, store.DebtsChanged},
		{"a bill is cancelled", several, selectable, `UPDATE faturamento.conta SET dcst_idatual = 3 WHERE cnta_id = 900022`, store.DebtsChanged},
		{"an instalment is charged", movedIn, selectable, `UPDATE faturamento.debito_a_cobrar SET dbac_nnprestacaocobradas = 2 WHERE dbac_id = 700002`, store.DebtsChanged},
		{"a slip is paid", movedIn, selectable, `INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciaarrecadacao, gpag_id, imov_id, loca_id, dotp_id, avbc_id)
			VALUES (999999, 64.5, '2026-05-04', 202605, 600001, 2051630, 1, 7, 202605)`, store.DebtsChanged},
		{"a deal is undone", inactive, selectable, `UPDATE cobranca.parcelamento SET pcst_id = 2 WHERE imov_id = 1673815`, store.DebtsChanged},
		{"the occupant leaves", several, selectable, `UPDATE cadastro.cliente_imovel SET clim_dtrelacaofim = '2026-05-20' WHERE imov_id = 1043722`, store.DebtsChanged},
		{"a credit that was shown is spent", movedIn, func(d store.Debt) bool { return d.Selectable() || d.Kind == store.Credit }, `UPDATE faturamento.credito_a_realizar SET crar_nnprestacaorealizadas = 1`, store.DebtsChanged},
		{"one under review is chosen", reviewed, func(store.Debt) bool { return true }, `SELECT 1`, store.DebtsChanged},
		{"nothing is chosen", several, func(store.Debt) bool { return false }, `SELECT 1`, store.DebtsChanged},
		{"only a credit is chosen", movedIn, func(d store.Debt) bool { return d.Kind == store.Credit }, `SELECT 1`, store.DebtsChanged},
		{"EXT-2 credits are more", movedIn, func(d store.Debt) bool { return d.Kind == store.Slip }, `UPDATE faturamento.credito_a_realizar SET crar_vlcredito = 100`, store.NothingToPay},
		{"EXT-2 credits are as much", movedIn, func(d store.Debt) bool { return d.Kind == store.Slip }, `UPDATE faturamento.credito_a_realizar SET crar_vlcredito = 64.5`, store.NothingToPay},
		{"EXT-3 delivered to the final group", several, selectable, `UPDATE cadastro.imovel SET icte_id = 9 WHERE imov_id = 1043722`, store.ByDelivery},
		{"EXT-3 a situation that forbids", several, selectable, `UPDATE cadastro.imovel SET cbsp_id = 2 WHERE imov_id = 1043722`, store.BySituation},
		{"EXT-3 a situation that does not", several, selectable, `UPDATE cadastro.imovel SET cbsp_id = 1 WHERE imov_id = 1043722`, store.NotRefused},
		{"EXT-7 the limit itself", several, selectable, `UPDATE cadastro.sistema_parametros SET parm_vlextratofichacomp = 470.57`, store.NeedsBankSlip},
		{"EXT-7 a cent below", several, selectable, `UPDATE cadastro.sistema_parametros SET parm_vlextratofichacomp = 470.58`, store.NotRefused},
		{"EXT-7 zero is no limit", several, selectable, `UPDATE cadastro.sistema_parametros SET parm_vlextratofichacomp = 0`, store.NotRefused},
	} {
		t.Run(c.rule, func(t *testing.T) {
			w := open(t)
			chosen := w.owed(c.property, c.want)
			w.exec(c.change)
			fresh := openURL(t, w.conn.Config().ConnString()) // reads the parameters
			s, refusal, err := fresh.IssueStatement(t.Context(), "turn", c.property, chosen)
			if err != nil || refusal != c.refusal || (s.Number != 0) != (refusal == store.NotRefused) {
				t.Errorf("%+v, %d, %v; want %d", s, refusal, err, c.refusal)
			}
			left := w.statements() + w.number(`SELECT count(*) FROM cobranca.cobranca_documento_item`) + w.number(`SELECT count(*) FROM loja.effect`)
			if refusal != store.NotRefused && left != 0 {
				t.Errorf("refused, and %d rows written", left)
			}
		})
	}
}

// TestStatementDiscount: EXT-6, the resolution of the parameters takes off what
// SIM-27 says, profile 3 of the demo: all of the fine, half of the interest, and
// 5 % of the rest for two bills or more.
func TestStatementDiscount(t *testing.T) {
	for _, c := range []struct {
		rule, change    string
		bills           int
		discount, total store.Money
	}{
		// S = 2,80 + 0,70; (470,57 - 3,50 - 0,21) × 5 % + 0,21 = 23,553
		{"three bills", `UPDATE cadastro.sistema_parametros SET rdir_id = 21`, 3, 2705, 44352},
		{"too few for the 5 %", `UPDATE cadastro.sistema_parametros SET rdir_id = 21`, 1, 350, 14070},
		{"a deal that is running does not matter", `UPDATE cadastro.sistema_parametros SET rdir_id = 21;` + aService + aDeal, 3, 2705, 44352},
		{"one that is over", `UPDATE cadastro.sistema_parametros SET rdir_id = 9`, 3, 0, 47057},
		{"no profile fits", `UPDATE cadastro.sistema_parametros SET rdir_id = 21; UPDATE cobranca.parcelamento_perfil SET istp_id = 2`, 3, 0, 47057},
	} {
		t.Run(c.rule, func(t *testing.T) {
			w := open(t)
			if _, err := w.conn.PgConn().Exec(t.Context(), c.change).ReadAll(); err != nil {
				t.Fatal(err)
			}
			fresh := openURL(t, w.conn.Config().ConnString())
			chosen := fresh.owed(several, func(d store.Debt) bool { return d.Kind == store.OwnBill })[:c.bills]
			s, refusal, err := fresh.IssueStatement(t.Context(), "turn", several, chosen)
			if err != nil || refusal != store.NotRefused || s.Discount != c.discount || s.Total != c.total {
				t.Errorf("%s off, %s to pay, %d, %v; want %s, %s", s.Discount, s.Total, refusal, err, c.discount, c.total)
			}
			if n := w.number(`
				SELECT count(*) FROM cobranca.cobranca_documento
				 WHERE (100 * cbdo_vldesconto)::int = $1 AND (100 * cbdo_vldocumento)::int = $2 AND (coalesce(rdir_id, 0) = 21) = $3`,
				int(c.discount), int(c.total), c.rule != "one that is over"); n != 1 {
				t.Error("the document has other amounts, or another resolution")
			}
			code, err := febraban.CheckBarcode(s.Barcode)
			if err != nil {
				t.Fatal(err)
			}
			if amount, _ := code.Amount(); amount != s.Total {
				t.Errorf("the code asks for %s", amount)
			}
		})
	}
}

// TestStatementOfAnother: ID-16, nobody's debts get onto another's statement.
func TestStatementOfAnother(t *testing.T) {
	w := open(t)
	if _, refusal, err := w.IssueStatement(t.Context(), "turn", upToDate, w.owed(several, store.Debt.Selectable)); refusal != store.DebtsChanged || err != nil {
		t.Errorf("%d, %v", refusal, err)
	}
}

// TestStatementWithoutIssuer: a utility without a FEBRABAN code has no bar code,
// and says so.
func TestStatementWithoutIssuer(t *testing.T) {
	w := open(t)
	w.exec(`UPDATE cadastro.sistema_parametros SET parm_cdempresafebraban = NULL`)
	fresh := openURL(t, w.conn.Config().ConnString())
	s, _, err := fresh.IssueStatement(t.Context(), "turn", several, w.owed(several, store.Debt.Selectable))
	if err != nil || s.Barcode != "" || s.NoCode != "código de barras indisponível" || s.Number == 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestStatementAddsUp: whatever is chosen, the rows of the database add up to the
// total, to the cent.
func TestStatementAddsUp(t *testing.T) {
	w := open(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		property := []int64{several, movedIn, inactive, company, public}[i%5]
		chosen := w.owed(property, func(d store.Debt) bool { return d.Selectable() && rng.IntN(3) > 0 })
		rng.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
		s, refusal, err := w.IssueStatement(t.Context(), "turn "+strings.Repeat("x", i), property, chosen)
		if err != nil {
			t.Fatal(err)
		}
		if refusal != store.NotRefused {
			if len(chosen) > 0 {
				t.Errorf("refused: %d, %+v", refusal, chosen)
			}
			continue
		}
		if sum := w.number(`
			SELECT (100 * sum(CASE dotp_id WHEN 10 THEN -1 ELSE 1 END * (cdit_vlitemcobrado + cdit_vlacrescimos)))::bigint
			  FROM cobranca.cobranca_documento_item WHERE cbdo_id = $1`, s.Number); sum != int64(s.Total) {
			t.Errorf("items add up to %d, total %s", sum, s.Total)
		}
	}
}
