package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"lojavirtual/store"
)

const changeOfDueDay = 10 // solicitacao_tipo_espec

func (w world) dueDays(property int64) store.DueDays {
	w.t.Helper()
	d, err := w.DueDays(w.t.Context(), property)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func TestDueDays(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		for _, c := range []struct {
			rule     string
			property int64
			want     string
		}{
			{"VEN-1 the list", several, "15 own false, group 15, next 06/2026, [1 5 10 15 20 25], last , 6 months, debited false, kind 10"},
			{"VEN-4 changed lately", asked, "15 own true, group 15, next 06/2026, [1 5 10 15 20 25], last 21/03/2026, 6 months, debited false, kind 10"},
			{"VEN-4 changed long ago", partly, "10 own true, group 10, next 06/2026, [1 5 10 15 20 25], last 05/01/2025, 6 months, debited false, kind 10"},
			{"direct debit", debited, "15 own false, group 15, next 06/2026, [1 5 10 15 20 25], last , 6 months, debited true, kind 10"},
		} {
			d := w.dueDays(c.property)
			got := fmt.Sprintf("%d own %t, group %d, next %s, %v, last %s, %d months, debited %t, kind %d",
				d.Current, d.Own, d.Group, d.Next, d.Days, d.Last, d.Interval, d.Debited, d.Kind)
			if got != c.want || !d.Occupied {
				t.Errorf("%s: %s (%t), want %s", c.rule, got, d.Occupied, c.want)
			}
		}
		for what, property := range map[string]int64{"VEN-3 no present occupant": vacant, "no such property": 99999999} {
			if d := w.dueDays(property); d.Occupied {
				t.Errorf("%s: %+v", what, d)
			}
		}
		w.exec("INSERT INTO faturamento.vencimento_alternativo (venc_id, imov_id, venc_dtimplantacao, venc_ddvencimento) VALUES (9999, 2100991, '2024-02-01', 5)")
		if d := w.dueDays(partly); d.Last.String() != "05/01/2025" {
			t.Errorf("VEN-4 bug: the oldest change counts: %s", d.Last)
		}
		w.exec("UPDATE cadastro.sistema_parametros SET parm_dsdiasvcmtoalternativo = NULL, parm_nndiasultimvencaltern = 20, parm_nnmesesminaltvcmto = NULL")
		w.exec("UPDATE faturamento.faturamento_grupo SET ftgr_amreferencia = 202608, ftgr_icvencimentomesfatura = 1")
		w.exec("INSERT INTO cadastro.cliente_imovel (clim_id, clie_id, imov_id, crtp_id, clim_icnomeconta) VALUES (999999, 19, 1043722, 3, 2)")
		w.exec("UPDATE cadastro.cliente SET clie_ddvencimento = 7 WHERE clie_id = 19")
		if d := w.dueDays(several); fmt.Sprint(d.Days) != "[16 17 18 19 20]" || d.Next != 202608 || !d.InMonth || d.Interval != 0 || d.Current != 7 || d.Own {
			t.Errorf("VEN-1 without a list, VEN-6 the payer's day: %+v", d)
		}
		w.exec("UPDATE atendimentopublico.solicitacao_tipo_espec SET step_icuso = 2 WHERE step_id = 10")
		if d := w.dueDays(several); d.Kind != 0 {
			t.Errorf("VEN-3 a specification out of use: %+v", d)
		}
	})
}

// written is what a change wrote for a property.
func (w world) written(property int64) string {
	w.t.Helper()
	var text string
	err := w.conn.QueryRow(w.t.Context(), `
		SELECT format('%s %s; %s; RA %s; audit %s', imov_ddvencimento, imov_icvencimentomesseguinte,
		         (SELECT string_agg(format('%s from %s to %s', venc_ddvencimento, venc_dtimplantacao, coalesce(venc_dtexclusao::text, '-')), ', ' ORDER BY venc_id)
		            FROM faturamento.vencimento_alternativo v WHERE v.imov_id = i.imov_id),
		         (SELECT string_agg(format('%s %s %s', step_id, rgat_cdsituacao, rgat_dsobservacao), ', ' ORDER BY rgat_id)
		            FROM atendimentopublico.registro_atendimento r WHERE r.imov_id = i.imov_id AND step_id = 10),
		         (SELECT string_agg(format('%s %s %s %s', oper_id, usis_id, tabe_id, altp_id), ', ')
		            FROM seguranca.operacao_efetuada o JOIN seguranca.usuario_alteracao u ON u.tref_id = opef_id
		            JOIN seguranca.tabela_linha_alteracao l ON l.tref_id = opef_id JOIN faturamento.vencimento_alternativo v ON v.venc_id = tbla_id1
		           WHERE opef_cnargumento = i.imov_id AND v.imov_id = i.imov_id))
		  FROM cadastro.imovel i WHERE imov_id = $1`, property).Scan(&text)
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

func TestChangeDueDay(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		change := func(key string, property int64, day int) store.DueDayChange {
			t.Helper()
			c, err := w.ChangeDueDay(t.Context(), key, store.DueDayForm{Property: property, Day: day, At: at})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		c := change("a", several, 25)
		if c.Refused != "" || c.Next != 202606 || c.Due.String() != "25/07/2026" || c.Again.String() != "01/11/2026" || len(c.Protocol) != 14 {
			t.Errorf("VEN-5: %+v", c)
		}
		const note = "VENCIMENTO ALTERADO PARA O DIA 25 PELO CHATBOT, A PARTIR DA CONTA DE 06/2026."
		if got, want := w.written(several), "25 2; 25 from 2026-05-20 to -; RA 10 2 "+note+"; audit 54 1 70 2"; got != want {
			t.Errorf("VEN-5 wrote %q, want %q", got, want)
		}
		if again := change("a", several, 25); again != c {
			t.Errorf("under the same key: %+v", again)
		}
		if d := w.dueDays(several); d.Current != 25 || !d.Own || !d.TooSoon(today) {
			t.Errorf("afterwards: %+v", d)
		}
		if c := change("b", several, 5); c.Refused != store.ChangedLately || c.Again.String() != "01/11/2026" {
			t.Errorf("VEN-4 refused inside: %+v", c)
		}

		if c := change("c", partly, 5); c.Refused != "" || c.Due.String() != "05/08/2026" {
			t.Errorf("VEN-5 following month: %+v", c)
		}
		if got, want := w.written(partly)[:52], "5 1; 10 from 2025-01-05 to 2026-05-20, 5 from 2026-0"; got != want {
			t.Errorf("VEN-5 wrote %q, want %q", got, want)
		}
		for rule, refusal := range map[string]struct {
			property int64
			day      int
			want     store.DueDayRefusal
		}{
			"VEN-3": {vacant, 25, store.NobodyLivesThere},
			"VEN-4": {asked, 25, store.ChangedLately},
			"VEN-1": {upToDate, 12, store.NotOnOffer},
			"same":  {upToDate, 15, store.NothingToChange},
		} {
			before := w.number("SELECT count(*) FROM atendimentopublico.registro_atendimento")
			if c := change(rule, refusal.property, refusal.day); c.Refused != refusal.want {
				t.Errorf("%s: %+v", rule, c)
			}
			if w.number("SELECT count(*) FROM atendimentopublico.registro_atendimento") != before {
				t.Errorf("%s: refused, and a request was opened", rule)
			}
		}

		w.exec("UPDATE atendimentopublico.espec_tipo_validacao SET estv_icuso = 2 WHERE estv_cdconstante = 'V'")
		if c := change("d", upToDate, 25); c.Refused != store.NoRequestKind {
			t.Errorf("VEN-3 without a kind of request: %+v", c)
		}
		w.DueDayWithoutRequest = true
		if c := change("e", upToDate, 25); c.Refused != "" || c.Protocol != "" {
			t.Errorf("VEN-3 without a kind of request, which the operator allows: %+v", c)
		}
	})
}

// TestChangeDueDayByPendingRequest goes by the request that somebody has opened
// at the counter (RA-10).
func TestChangeDueDayByPendingRequest(t *testing.T) {
	w := open(t)
	w.exec(`
		INSERT INTO atendimentopublico.registro_atendimento (rgat_id, step_id, loca_id, meso_id, rgat_cdsituacao, rgat_tmregistroatendimento,
		       rgat_dtprevistaoriginal, rgat_dtprevistaatual, imov_id, rgat_icatendimentoonline)
		VALUES (77777, 10, 1, 4, 1, '2026-05-18', '2026-05-18', '2026-05-18', 1043722, 1)`)
	w.exec(`INSERT INTO atendimentopublico.ra_solicitante (raso_id, rgat_id, raso_icsolicitanteprincipal, raso_nnprotocoloatendimento) VALUES (77777, 77777, 1, '20261000099999')`)
	c, err := w.ChangeDueDay(t.Context(), "k", store.DueDayForm{Property: several, Day: 25, At: at})
	if err != nil || c.Refused != "" || c.Protocol != "20261000099999" {
		t.Errorf("%+v, %v", c, err)
	}
	if n := w.number("SELECT count(*) FROM atendimentopublico.registro_atendimento WHERE imov_id = $1", several); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// TestChangeDueDayWhileHeld: a batch of GSAN's holds the property for minutes,
// and the customer is told to try later.
func TestChangeDueDayWhileHeld(t *testing.T) {
	w := open(t)
	w.exec("BEGIN")
	w.exec("SELECT 1 FROM cadastro.imovel WHERE imov_id = 1043722 FOR UPDATE")
	_, err := w.ChangeDueDay(t.Context(), "k", store.DueDayForm{Property: several, Day: 25, At: at})
	var temporary interface{ Temporary() bool }
	if !errors.As(err, &temporary) || !temporary.Temporary() {
		t.Errorf("%v", err)
	}
	w.exec("ROLLBACK")
	if c, err := w.ChangeDueDay(t.Context(), "k", store.DueDayForm{Property: several, Day: 25, At: at}); err != nil || c.Refused != "" {
		t.Errorf("afterwards: %+v, %v", c, err)
	}
}

// TestChangeDueDayAtOnce: of many who change at once, one does.
func TestChangeDueDayAtOnce(t *testing.T) {
	w := open(t, func(c *pgxpool.Config) { c.MaxConns = 12 })
	var all sync.WaitGroup
	var lock sync.Mutex
	done := 0
	for i := range 24 {
		all.Go(func() {
			c, err := w.ChangeDueDay(context.Background(), fmt.Sprintf("key %d", i/2), store.DueDayForm{Property: several, Day: 5 * (1 + i/2%4), At: at})
			lock.Lock()
			defer lock.Unlock()
			if err == nil && c.Refused == "" {
				done++
			}
		})
	}
	all.Wait()
	if n := w.number("SELECT count(*) FROM faturamento.vencimento_alternativo WHERE imov_id = $1", several); n != 1 || done < 1 || done > 2 {
		t.Errorf("%d changes written, %d told so", n, done) // two have the same key
	}
	if n := w.number("SELECT count(*) FROM atendimentopublico.registro_atendimento WHERE imov_id = $1", several); n != 1 {
		t.Errorf("%d requests", n)
	}
}
