package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"lojavirtual/store"
)

func TestBills(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		for _, c := range []struct {
			rule     string
			property int64
			want     string
			occupied bool
		}{
			{"DEB-1 open, oldest first", several, "03/2026 open, 04/2026 open, 05/2026 open", true},
			{"paid this month is still in conta", upToDate, "05/2026 paid", true},
			{"DEB-4 under review", reviewed, "03/2026 review, 04/2026 paid, 05/2026 open", true},
			{"DEB-3 partial payment is shown", partly, "04/2026 partly, 05/2026 open", true},
			{"DEB-5 confirmed deal", inactive, "10/2024 open, 11/2024 open, 12/2024 open, 01/2025 open, 02/2025 open", true},
			{"DEB-6 former occupant's bills", movedIn, "04/2026 paid, 05/2026 open", true},
			{"DEB-15 no present occupant", vacant, "", false},
			{"no such property", 99999999, "", false},
		} {
			got, occupied := w.list(c.property)
			if strings.Join(got, ", ") != c.want || occupied != c.occupied {
				t.Errorf("%s: %q, %t; want %q, %t", c.rule, got, occupied, c.want, c.occupied)
			}
		}
		bills, err := w.Bills(t.Context(), reviewed)
		if err != nil {
			t.Fatal(err)
		}
		b := bills.List[0]
		if b.Review != "Estouro de consumo" || b.ReviewReason != 91 || b.Payable() || b.Total != 62990 || b.Due.String() != "10/04/2026" {
			t.Errorf("DEB-4: %+v", b)
		}
		if b := bills.List[1]; b.PaidOn.String() != "19/05/2026" {
			t.Errorf("paid on %s", b.PaidOn)
		}
	})
}

// TestBillsChanged changes the database, one rule at a time.
func TestBillsChanged(t *testing.T) {
	const deal = `
		INSERT INTO cobranca.parcelamento (parc_id, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, pctp_id, cbfm_id, pcst_id,
		       parc_icconfirmacao, parc_amreferenciafaturamento, parc_vlentrada, parc_tmparcelamento)
		SELECT 77, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, 1, 1, 1, 2, 202605, 50, now() FROM cadastro.imovel WHERE imov_id = 1043722;
		UPDATE faturamento.conta SET dcst_idatual = 5, parc_id = 77 WHERE imov_id = 1043722 AND cnta_amreferenciaconta = 202603;`
	const rest = "04/2026 open, 05/2026 open"
	const all = "03/2026 open, " + rest
	march := func(change string) string {
		return "UPDATE faturamento.conta SET " + change + " WHERE imov_id = 1043722 AND cnta_amreferenciaconta = 202603"
	}
	for _, c := range []struct{ rule, change, want string }{
		{"DEB-1 retificada", march("dcst_idatual = 1"), all},
		{"DEB-1 incluída", march("dcst_idatual = 2"), all},
		{"DEB-1 cancelada", march("dcst_idatual = 3"), rest},
		{"DEB-1 prescrita", march("dcst_idatual = 8"), rest},
		{"DEB-1 pré-faturada", march("dcst_idatual = 9"), rest},
		{"DEB-1 no value", march("cnta_vlcreditos = cnta_vlagua + cnta_vlesgoto"), rest},
		{"DEB-2 taxes count", march("cnta_vlimpostos = cnta_vlagua + cnta_vlesgoto"), rest},
		{"DEB-2 taxes may be null", march("cnta_vlimpostos = NULL"), all},
		{"DEB-5 deal to be confirmed", deal, all},
		{"DEB-5 deal confirmed", deal + "UPDATE cobranca.parcelamento SET parc_icconfirmacao = 1", rest},
		{"DEB-5 deal without down payment", deal + "UPDATE cobranca.parcelamento SET parc_vlentrada = 0", rest},
		{"DEB-5 deal of another month", deal + "UPDATE cobranca.parcelamento SET parc_amreferenciafaturamento = 202604", rest},
		{"DEB-5 deal undone", deal + "UPDATE cobranca.parcelamento SET pcst_id = 2", rest},
		{"DEB-5 down payment paid", deal + `
			INSERT INTO faturamento.guia_pagamento_geral (gpag_id, gpge_ichistorico) VALUES (1, 2);
			INSERT INTO faturamento.guia_pagamento (gpag_id, loca_id, imov_id, gpag_amreferenciacontabil, gpag_dtemissao, gpag_dtvencimento, gpag_vldebito,
			       fntp_id, dbtp_id, lict_id, dcst_idatual, parc_id, gpag_iccobrancamulta) VALUES (1, 1, 1043722, 202605, '2026-05-02', '2026-05-05', 50, 9, 33, 1, 0, 77, 2);
			INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciaarrecadacao, gpag_id, imov_id, loca_id, dotp_id, avbc_id)
			VALUES (999999, 50, '2026-05-04', 202605, 1, 1043722, 1, 7, 202605)`, rest},
		{"DEB-6 another's bill", "UPDATE cadastro.cliente_conta SET clie_id = 19 WHERE cnta_id = (SELECT cnta_id FROM faturamento.conta WHERE imov_id = 1043722 AND cnta_amreferenciaconta = 202603)", rest},
		{"DEB-15 two present occupants", `
			DROP INDEX cadastro.xak2_cliente_imovel;
			INSERT INTO cadastro.cliente_imovel (clim_id, clie_id, imov_id, crtp_id, clim_icnomeconta) VALUES (999999, 19, 1043722, 2, 2)`, all},
		{"DEB-15 nobody left", "UPDATE cadastro.cliente_imovel SET clim_dtrelacaofim = '2026-05-01' WHERE imov_id = 1043722", ""},
	} {
		t.Run(c.rule, func(t *testing.T) {
			w := open(t)
			if _, err := w.conn.PgConn().Exec(t.Context(), c.change).ReadAll(); err != nil {
				t.Fatal(err)
			}
			if got, _ := w.list(several); strings.Join(got, ", ") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestBillsInContract: the parameter decides whether bills of a contract in
// force are left out. March is in the first contract and the second, April in
// the second, whose first item is no bill.
func TestBillsInContract(t *testing.T) {
	const contract = `
		INSERT INTO cobranca.contrato_parcel (cpar_id, cpar_nncontrato, pcst_id, cpar_dtcontrato, usur_id, cpar_cdresponsavel,
		       cpar_icdebitocomacrescimo, cpar_icparcelamentocomjuros, cpar_icinformarvalorparcela, cbfm_id, cpar_iccontasrevisao,
		       cpar_icdebitoacobrar, cpar_iccreditoarealizar, cpar_nnprestacoes, cpar_dtvencimento, cpar_nndiasentrevencimentoparc,
		       cpar_vldebitoatualizado, cpar_vlparcelado, cpar_vlparcelamentoacobrar, cpar_amreferenciafaturamento, cpar_tmimplantacao)
		SELECT id, id, 3, '2026-05-04', (SELECT min(usur_id) FROM seguranca.usuario), 2, 2, 2, 2, 1, 2, 2, 2, 10, '2026-06-04', 30,
		       100, 100, 100, 202605, '2026-05-04' FROM generate_series(1, 2) id;
		INSERT INTO cobranca.contrato_parcel_item (cpit_id, dotp_id, cpar_id, cpit_vlitem) VALUES (1, 6, 2, 10);
		INSERT INTO cobranca.contrato_parcel_item (cpit_id, dotp_id, cpar_id, cnta_id, cpit_vlitem)
		SELECT row_number() OVER () + 1, 1, cpar_id, cnta_id, cnta_vlagua
		  FROM faturamento.conta JOIN cobranca.contrato_parcel ON cpar_id = 2 OR cnta_amreferenciaconta = 202603
		 WHERE imov_id = 1043722 AND cnta_amreferenciaconta IN (202603, 202604)`
	const rest = "04/2026 open, 05/2026 open"
	const all = "03/2026 open, " + rest
	situation := func(first, second string) string {
		return "UPDATE cobranca.contrato_parcel SET pcst_id = CASE cpar_id WHEN 1 THEN " + first + " ELSE " + second + " END"
	}
	encodings(t, func(t *testing.T, w world) {
		w.exec(contract)
		for _, c := range []struct{ rule, change, want string }{
			{"the parameter is 2", situation("1", "3"), all},
			{"the parameter is 1", "UPDATE cadastro.sistema_parametros SET parm_icbloqctasctrparceldebito = 1", rest},
			{"a cancelled item", "UPDATE cobranca.contrato_parcel_item SET cpit_icitemcancelado = 1", rest},
			{"both in force", situation("1", "1"), "05/2026 open"},
			{"undone and concluded", situation("2", "3"), all},
			{"cancelled", situation("4", "4"), all},
			{"a GSAN without contracts", `
				DROP TABLE cobranca.contrato_parcel_item, cobranca.contrato_parcel;
				ALTER TABLE cadastro.sistema_parametros DROP COLUMN parm_icbloqctasctrparceldebito`, all},
		} {
			w.exec(c.change)
			fresh := openURL(t, w.conn.Config().ConnString()) // reads the parameter
			if got, _ := fresh.list(several); strings.Join(got, ", ") != c.want {
				t.Errorf("DEB-7 %s: %q, want %q", c.rule, got, c.want)
			}
		}
	})
}

func TestPaidBills(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		for _, c := range []struct {
			rule     string
			property int64
			since    store.Month
			want     int
			newest   string
		}{
			{"VIA-4 historic and of this month", upToDate, 202505, 13, "05/2026"},
			{"VIA-4 the last three", upToDate, 202603, 3, "05/2026"},
			{"VIA-4 unpaid ones are not", several, 202505, 10, "02/2026"},
			{"DEB-3 nor those paid in part", partly, 202505, 11, "03/2026"},
			{"DEB-6 former occupant's", movedIn, 202405, 4, "04/2026"},
			{"DEB-15 no present occupant", vacant, 202405, 0, ""},
			{"deals are not payments", inactive, 202405, 0, ""},
		} {
			got, err := w.PaidBills(t.Context(), c.property, c.since)
			if err != nil || len(got) != c.want || len(got) > 0 && got[0].Month.String() != c.newest {
				t.Errorf("%s: %d, %v, %v; want %d", c.rule, len(got), got, err, c.want)
			}
			for _, b := range got {
				if b.Status != store.Paid || b.PaidOn.IsZero() || b.Total <= 0 || b.Month < c.since {
					t.Errorf("%s: %+v", c.rule, b)
				}
			}
			if !slices.IsSortedFunc(got, func(a, b store.Bill) int { return int(b.Month - a.Month) }) {
				t.Errorf("%s: not newest first", c.rule)
			}
		}
	})
}
