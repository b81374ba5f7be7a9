package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lojavirtual/store"
	"lojavirtual/store/instalment"
)

const (
	cutOff  int64 = 2578310 // Geraldo: water cut off, debts from before
	tenancy int64 = 2589443 // the Mercadinho, whose owner is Zenaide
)

// deal returns the simulation of a property, or why there is none.
func (w world) deal(property int64) (instalment.Simulation, instalment.Refusal) {
	w.t.Helper()
	c, _ := w.facts(0, property)
	return instalment.New(c)
}

// facts returns what it is made of.
func (w world) facts(customer, property int64) (c instalment.Case, entitled bool) {
	w.t.Helper()
	owed, err := w.Debts(w.t.Context(), property)
	if err != nil {
		w.t.Fatal(err)
	}
	c, entitled, err = w.Deal(w.t.Context(), customer, property, owed)
	if err != nil {
		w.t.Fatal(err)
	}
	return c, entitled
}

func TestDeal(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		w.exec(`UPDATE faturamento.conta SET cnta_nnconsumoagua = 20 WHERE imov_id = $1`, shop)
		for _, test := range []struct {
			rule     string
			property int64
			want     instalment.Refusal
		}{
			{"SIM-1", inactive, instalment.Running},
			{"SIM-3, nothing owed", upToDate, instalment.NoDebt},
			{"SIM-3, nobody there", vacant, instalment.Vacant},
			{"SIM-7, no profile for public buildings", public, instalment.NoProfile},
			{"SIM-4, one usual bill of a shop", shop, instalment.SingleBill},
			{"a home", several, ""},
			{"cut off", cutOff, ""},
			{"a shop with several bills", tenancy, ""},
			{"no such property", 99999999, instalment.Vacant},
		} {
			if _, got := w.deal(test.property); got != test.want {
				t.Errorf("%s: %q, want %q", test.rule, got, test.want)
			}
		}

		home, _ := w.deal(several)
		options := home.Options()
		if len(home.Debts.Bills) != 3 || home.LeastInstalment() != 2265 || len(options) < 6 || home.Suggested() == 0 || home.Floor() >= home.Suggested() {
			t.Errorf("Maria: %d bills, least %s, %d options, entrada %s or %s", len(home.Debts.Bills), home.LeastInstalment(), len(options), home.Suggested(), home.Floor())
		}
		if home.Discounts.Late == 0 || home.Discounts.Idle != 0 || home.Discounts.Age != 0 {
			t.Errorf("Maria: %+v", home.Discounts)
		}
		cut, _ := w.deal(cutOff)
		if cut.Discounts.Age == 0 || cut.Discounts.Idle == 0 || cut.Cash().Pay >= cut.Debt {
			t.Errorf("Geraldo: %+v, cash %+v", cut.Discounts, cut.Cash())
		}
	})
}

// TestDealLeavesOutBillsUnderReview is SIM-4.
func TestDealLeavesOutBillsUnderReview(t *testing.T) {
	w := open(t)
	w.exec(`UPDATE faturamento.conta SET cnta_dtrevisao = '2026-05-01' WHERE cnta_id = $1`, w.bill(several, 202605))
	home, _ := w.deal(several)
	if len(home.Debts.Bills) != 2 {
		t.Errorf("%d bills", len(home.Debts.Bills))
	}
}

// TestSIM5Resolution: marked for the Loja Virtual and in force, or as configured
// and in force.
func TestSIM5Resolution(t *testing.T) {
	w := open(t)
	expect := func(what, want string) {
		t.Helper()
		if c, _ := w.facts(0, several); c.Resolution.Number != want {
			t.Errorf("%s: resolution %q, want %q", what, c.Resolution.Number, want)
		}
	}
	expect("marked and in force", "021/2024")
	w.Deals.Resolution = "014/2021"
	expect("configured", "014/2021")
	w.Deals.Resolution = "009/2019"
	expect("configured, and ended", "")
	w.Deals.Resolution = ""
	w.exec(`UPDATE cobranca.resolucao_diretoria SET rdir_dtvigenciafim = '2026-05-20' WHERE rdir_id = 21`)
	expect("on its last day", "021/2024")
	w.exec(`UPDATE cobranca.resolucao_diretoria SET rdir_dtvigenciafim = '2026-05-19' WHERE rdir_id = 21`)
	expect("ended yesterday", "")
	w.exec(`UPDATE cobranca.resolucao_diretoria SET rdir_dtvigenciafim = NULL, rdir_dtvigenciainicio = '2026-05-21' WHERE rdir_id = 21`)
	expect("begins tomorrow", "")
	w.exec(`UPDATE cobranca.resolucao_diretoria SET rdir_dtvigenciainicio = NULL WHERE rdir_id = 21`)
	expect("without dates", "021/2024")
	if _, refusal := w.deal(several); refusal != "" {
		t.Errorf("%q", refusal)
	}
}

func TestSIM1toSIM20Facts(t *testing.T) {
	w := open(t)
	refusal := func(what string, want instalment.Refusal) {
		t.Helper()
		if _, got := w.deal(several); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	const made = `
		INSERT INTO cobranca.parcelamento (parc_id, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, pctp_id, cbfm_id, pcst_id, parc_icconfirmacao,
		       parc_tmparcelamento, parc_amreferenciafaturamento, rdir_id)
		SELECT 5000, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, 1, 1, 1, 1, '2026-05-02', 202605, 14 FROM cadastro.imovel WHERE imov_id = $1`
	w.exec(made, several)
	refusal("SIM-2, a deal this month", instalment.DealtAlready)
	w.exec(`UPDATE cobranca.parcelamento SET pcst_id = 2 WHERE parc_id = 5000`)
	refusal("SIM-2, undone", "")
	w.exec(`UPDATE cobranca.parcelamento SET pcst_id = 1, parc_amreferenciafaturamento = 202604 WHERE parc_id = 5000`)
	refusal("SIM-2, last month", "")

	w.exec(`INSERT INTO faturamento.debito_a_cobrar_geral (dbac_id, dage_ichistorico) VALUES (5000, 2)`)
	w.exec(`
		INSERT INTO faturamento.debito_a_cobrar (dbac_id, imov_id, dbtp_id, dbac_tmatudebito, dbac_amreferenciadebito, dbac_amreferenciacontabil,
		       dbac_vldebito, dbac_nnprestacaodebito, dbac_nnprestacaocobradas, loca_id, qdra_id, fntp_id, lict_id, dcst_idatual, cbfm_id, parc_id)
		SELECT 5000, imov_id, 40, '2026-04-02', 202604, 202604, 100, 10, 9, loca_id, qdra_id, 2, 1, 0, 1, 5000 FROM cadastro.imovel WHERE imov_id = $1`, several)
	refusal("SIM-1, one instalment left", instalment.Running)
	if c, _ := w.facts(0, several); c.Property.Redealt != 1000 || c.Property.Ongoing {
		t.Errorf("redealt %s, ongoing %v", c.Property.Redealt, c.Property.Ongoing)
	}
	w.exec(`UPDATE cobranca.resolucao_diretoria SET rdir_icparcelamentoemandamento = 1, rdir_idparcelamentoemandamento = 14 WHERE rdir_id = 21`)
	if c, _ := w.facts(0, several); !c.Property.Ongoing {
		t.Error("SIM-20: not ongoing")
	}
	w.exec(`UPDATE faturamento.debito_a_cobrar SET dbac_nnparcelabonus = 1 WHERE dbac_id = 5000`)
	refusal("SIM-1, none left but for the bonus", "")
	w.exec(`UPDATE faturamento.debito_a_cobrar SET dbac_nnprestacaodebito = 0, dbac_nnparcelabonus = NULL WHERE dbac_id = 5000`)
	refusal("a service of no instalments, as another system may have left it", "")

	w.exec(`UPDATE cadastro.imovel SET imov_nnreparcmtconsec = 2 WHERE imov_id = $1`, several)
	twice, _ := w.deal(several)
	if options := twice.Options(); len(options) == 0 || len(options) > 12 || options[0].Rate != 100 {
		t.Errorf("SIM-8, the row of the third deal: %+v", options)
	}
	w.exec(`DELETE FROM cobranca.parcel_qtde_prestacao WHERE pqtr_id IN (3, 4)`)
	w.exec(`DELETE FROM cobranca.parcel_qtde_reparcel WHERE pcpf_id = 3`)
	refusal("SIM-8, no row", instalment.NoRedeal)
}

func TestSIM6Situation(t *testing.T) {
	w := open(t)
	for _, test := range []struct{ water, sewage, want int }{
		{3, 3, instalment.Active},
		{3, 2, instalment.Active},
		{5, 3, instalment.Active},
		{6, 6, instalment.Inactive},
		{6, 3, instalment.SewageOnly},
		{1, 2, instalment.Inactive},
	} {
		w.exec(`UPDATE cadastro.imovel SET last_id = $2, lest_id = $3 WHERE imov_id = $1`, several, test.water, test.sewage)
		if c, _ := w.facts(0, several); c.Property.Situation != test.want || c.Property.Water != test.water {
			t.Errorf("water %d, sewage %d: %d", test.water, test.sewage, c.Property.Situation)
		}
	}
	w.exec(`DELETE FROM cadastro.imovel_situacao`)
	if _, refusal := w.deal(several); refusal != instalment.NoProfile {
		t.Errorf("no row for it: %q", refusal)
	}
}

// TestSIM13MonthBands: the table that not every GSAN has is read if it is there
// and the resolution has its column and says so.
func TestSIM13MonthBands(t *testing.T) {
	url := clone(t)
	conn := connect(t, url)
	run(t, conn, `CREATE TABLE cobranca.parcelamento_faixa_desconto (pfds_id int, pfds_referencia_minima int, pfds_referencia_maxima int, pfds_percentual_desconto numeric(5,2))`)
	run(t, conn, `INSERT INTO cobranca.parcelamento_faixa_desconto VALUES (1, 200001, 202604, 12.5)`)
	without, refusal := openURL(t, url).deal(several)
	if refusal != "" || without.Discounts.Bands != 0 {
		t.Errorf("not wanted: %q, %+v", refusal, without.Discounts)
	}
	run(t, conn, `ALTER TABLE cobranca.resolucao_diretoria ADD rdir_icdescontofaixarefconta int`)
	run(t, conn, `UPDATE cobranca.resolucao_diretoria SET rdir_icdescontofaixarefconta = 1 WHERE rdir_id = 21`)
	run(t, conn, `ALTER TABLE cobranca.parcelamento_perfil ADD pcpf_pcdescontototalpagamentoavista numeric(5,2)`)
	run(t, conn, `UPDATE cobranca.parcelamento_perfil SET pcpf_pcdescontototalpagamentoavista = 50`)
	with, _ := openURL(t, url).deal(several)
	if with.Discounts.Bands == 0 || 2*with.Cash().Pay > without.Cash().Pay+1 {
		t.Errorf("%+v, cash %+v", with.Discounts, with.Cash())
	}
}

// TestSIM13Charges: which debts of which kinds count, in which months, and how
// much of them. Maria's April has R$ 1,68 of fine and R$ 0,84 of
// interest in it already.
func TestSIM13Charges(t *testing.T) {
	w := open(t)
	w.exec(`INSERT INTO faturamento.debito_tipo (dbtp_id, lict_id, dbtp_dsdebitotipo, dbtp_icuso, fntp_id, dbtp_icgeracaoautomatica, dbtp_icgeracaoconta)
		SELECT n, 1, 'TIPO ' || n, 1, 1, 2, 1 FROM unnest(ARRAY[12, 46, 48, 94, 100]) n`)
	service := func(id, kind, of, from, instalments, charged, bonus, standing int) {
		t.Helper()
		w.exec(`INSERT INTO faturamento.debito_a_cobrar_geral (dbac_id, dage_ichistorico) VALUES ($1, 2)`, id)
		w.exec(`
			INSERT INTO faturamento.debito_a_cobrar (dbac_id, imov_id, dbtp_id, dbac_tmatudebito, dbac_amreferenciadebito, dbac_amcobrancadebito, dbac_amreferenciacontabil,
			       dbac_vldebito, dbac_nnprestacaodebito, dbac_nnprestacaocobradas, dbac_nnparcelabonus, loca_id, qdra_id, fntp_id, lict_id, dcst_idatual, cbfm_id)
			SELECT $2::int, imov_id, $3::int, '2026-04-02', nullif($4::int, 0), nullif($5::int, 0), 202604, 120, $6::int, $7::int, $8::int, loca_id, qdra_id, 1, 1, $9::int, 1
			  FROM cadastro.imovel WHERE imov_id = $1`, several, id, kind, of, from, instalments, charged, bonus, standing)
	}
	billed := func(id, kind int, month store.Month) {
		t.Helper()
		w.exec(`
			INSERT INTO faturamento.debito_cobrado (dbcb_id, dbtp_id, cnta_id, lict_id, dbcb_vlprestacao, dbcb_nnprestacao, dbcb_nnprestacaodebito, fntp_id)
			VALUES ($1, $2, $3, 1, 10, 3, 1, 1)`, id, kind, w.bill(several, month))
	}
	service(5001, 12, 202603, 202604, 3, 2, 0, 0) // whole, though one instalment is left
	service(5002, 46, 202604, 0, 3, 2, 1, 0)      // of sanctions the bonus is not looked at
	service(5003, 48, 202604, 202604, 3, 3, 0, 0) // charged
	service(5004, 49, 202604, 202604, 3, 0, 0, 3) // cancelled
	service(5005, 94, 202601, 202605, 3, 1, 0, 0) // whole, by the month it is charged from
	service(5006, 100, 202603, 202604, 3, 2, 1, 0)
	service(5007, 91, 202604, 0, 3, 0, 0, 0) // no month
	service(5008, 102, 202604, 202604, 3, 0, 0, 0)
	billed(5001, 48, 202605)
	billed(5002, 91, 202605)
	w.exec(`UPDATE faturamento.conta SET cnta_dtrevisao = '2026-05-01' WHERE cnta_id = $1`, w.bill(several, 202605))

	got := func() (all [2]string) {
		t.Helper()
		c, _ := w.facts(0, several)
		for i, charges := range [][]instalment.Charge{c.Debts.Sanctions, c.Debts.LateCharged} {
			var short []string
			for _, x := range charges {
				where := "to charge"
				if x.Billed {
					where = "billed"
				}
				short = append(short, fmt.Sprintf("%s %s %s", x.Month, x.Value.Number(), where))
			}
			slices.Sort(short)
			all[i] = strings.Join(short, ", ")
		}
		return all
	}
	want := [2]string{
		"03/2026 120,00 to charge, 04/2026 120,00 to charge, 05/2026 10,00 billed",
		"04/2026 0,84 billed, 04/2026 1,68 billed, 05/2026 10,00 billed, 05/2026 120,00 to charge",
	}
	if all := got(); all != want {
		t.Errorf("%q, want %q", all, want)
	}
	w.exec(`INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciaarrecadacao, cnta_id, imov_id, loca_id, dotp_id, avbc_id)
		VALUES (999999, 169.23, '2026-05-04', 202605, $1, $2, 1, 1, 202605)`, w.bill(several, 202605), several)
	want[1] = "04/2026 0,84 billed, 04/2026 1,68 billed, 05/2026 120,00 to charge"
	if all := got(); all != want {
		t.Errorf("paid: %q, want %q", all, want)
	}

	before, _ := w.deal(several)
	w.exec(`UPDATE cobranca.resolucao_diretoria SET rdir_icdescontosancoes = 1 WHERE rdir_id = 21`)
	w.exec(`UPDATE cobranca.parcelamento_perfil SET pcpf_pcdescontosancao = 50, pcpf_amreflimitesuperior = 202604`)
	after, refusal := w.deal(several)
	if refusal != "" || after.Discounts.Sanctions != 12000 || after.Discounts.Late != before.Discounts.Late+168+84 {
		t.Errorf("%q, %+v, before %+v", refusal, after.Discounts, before.Discounts)
	}
}

func TestID11(t *testing.T) {
	w := open(t)
	holder := func(property int64, document string) int64 {
		t.Helper()
		h, ok, err := w.FindHolder(t.Context(), property, document)
		if err != nil || !ok {
			t.Fatalf("%s is not at %d: %v", document, property, err)
		}
		return h.Customer
	}
	for _, test := range []struct {
		who      string
		property int64
		document string
		want     bool
	}{
		{"an occupant with a CPF", several, mariasCPF, true},
		{"an owner with a CPF", tenancy, "70000292265", true},
		{"a company", tenancy, "70000091000140", false},
	} {
		if _, entitled := w.facts(holder(test.property, test.document), test.property); entitled != test.want {
			t.Errorf("%s: entitled %v", test.who, entitled)
		}
		if may, err := w.MayDeal(t.Context(), test.property, test.document); err != nil || may != test.want {
			t.Errorf("%s: may deal %v, %v", test.who, may, err)
		}
	}
	maria := holder(several, mariasCPF)
	if _, entitled := w.facts(maria, tenancy); entitled {
		t.Error("entitled at another's property")
	}
	for _, document := range []string{"", "0", "00000000000", mariasCPF, "7D3MO5E4000189", "' OR true --"} {
		if may, err := w.MayDeal(t.Context(), tenancy, document); may || err != nil {
			t.Errorf("%q may deal: %v", document, err)
		}
	}
	w.exec(`UPDATE cadastro.cliente_imovel SET crtp_id = 3 WHERE imov_id = $1 AND clie_id = $2`, several, maria)
	_, entitled := w.facts(maria, several)
	if may, err := w.MayDeal(t.Context(), several, mariasCPF); entitled || may || err != nil {
		t.Errorf("who only pays: entitled %v, may %v, %v", entitled, may, err)
	}
}

// TestDealSettings: GSAN's portal leaves credits out.
func TestDealSettings(t *testing.T) {
	w := open(t)
	credits := func() store.Money {
		s, refusal := w.deal(movedIn)
		if refusal != "" {
			t.Fatal(refusal)
		}
		return s.Debts.Credits
	}
	if credits() == 0 {
		t.Error("no credits to leave out")
	}
	w.Deals.IgnoreCredits = true
	if credits() != 0 {
		t.Error("credits are not left out")
	}
}
