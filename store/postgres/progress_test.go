package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lojavirtual/store"
)

// summary is a request in one line, for comparing.
func summary(p store.Progress) string {
	line := fmt.Sprintf("%d %s %s / %s: %d, %s até %s, encerrado %q por %q, %d reiterações, %q",
		p.Request, p.Protocol, p.Type, p.Kind, p.Status, p.Opened, p.Promised, p.Closed, p.Reason, p.Reminders, p.Stamp)
	for _, s := range p.Steps {
		line += fmt.Sprintf("; %s %d %s", s.On, s.Kind, s.What)
	}
	return line
}

// TestACO1FormerOccupant: what was closed before the present occupant came is
// nobody else's, unless somebody of today asked for it.
func TestACO1FormerOccupant(t *testing.T) {
	w := open(t)
	seen := func(what string, want ...int64) {
		t.Helper()
		found, err := w.Requests(t.Context(), asked)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, p := range found {
			got = append(got, p.Request)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
		for request := range int64(3) {
			shown := slices.Contains(want, request)
			if _, ok, err := w.Progress(t.Context(), asked, request); ok != shown || err != nil {
				t.Errorf("%s: request %d is shown: %t, %v", what, request, ok, err)
			}
			if err := w.Watch(t.Context(), "telegram:1", asked, request, "as it was"); err != nil {
				t.Fatal(err)
			}
			if watched, err := w.Watched(t.Context(), "telegram:1", request); watched != shown || err != nil {
				t.Errorf("%s: request %d is watched: %t, %v", what, request, watched, err)
			}
		}
		w.exec(`DELETE FROM loja.watch`)
	}
	came := func(day string) {
		w.exec(`UPDATE cadastro.cliente_imovel SET clim_dtrelacaoinicio = $2::date WHERE imov_id = $1 AND crtp_id = 2`, asked, day)
	}
	came("2026-05-19")
	seen("the requester is the occupant", 2, 1)
	w.exec(`UPDATE atendimentopublico.ra_solicitante SET clie_id = (SELECT min(clie_id) FROM cadastro.cliente_imovel WHERE imov_id = $1)`, several)
	seen("another asked, and one is open", 2)
	w.exec(`UPDATE atendimentopublico.ra_solicitante SET clie_id = NULL`)
	seen("nobody knows who asked", 2)
	came("2026-04-12")
	seen("came the day after it was closed", 2)
	came("2026-04-11")
	seen("came the day it was closed", 2, 1)
	w.exec(`UPDATE cadastro.cliente_imovel SET clim_dtrelacaofim = '2026-05-01' WHERE imov_id = $1`, asked)
	seen("nobody is there", 2)
}

// ACO-1 and ACO-2: all requests of the property alone, newest first, with what
// happened to each.
func TestProgress(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		list := func(property int64) []string {
			t.Helper()
			found, err := w.Requests(t.Context(), property)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, p := range found {
				lines = append(lines, summary(p))
			}
			return lines
		}
		open, closed := `2 20261000000002 Vazamento / Vazamento na rua: 1, 18/05/2026 até 23/05/2026, encerrado "" por "", 0 reiterações, "1 20260523"`,
			`1 20261000000001 Falta d'água / Falta d'água no imóvel: 2, 10/04/2026 até 11/04/2026, encerrado "11/04/2026" por "Conclusão do serviço", 0 reiterações, "2 20260411 20260411"`
		if got := list(asked); !slices.Equal(got, []string{open, closed}) {
			t.Errorf("requests: %s", strings.Join(got, "\n"))
		}
		if got := list(several); got != nil {
			t.Errorf("somebody who asked for nothing: %s", got)
		}

		for request, want := range map[int64]string{
			1: closed + "; 10/04/2026 1 Manutenção de redes de água; 10/04/2026 2 Desobstrução de ramal de água; 11/04/2026 3 Desobstrução de ramal de água",
			2: open + "; 18/05/2026 1 Manutenção de redes de água; 19/05/2026 2 Conserto de vazamento na rede",
		} {
			p, ok, err := w.Progress(t.Context(), asked, request)
			if got := summary(p); got != want || !ok || err != nil {
				t.Errorf("%s, %t, %v\nwant %s", got, ok, err, want)
			}
			if request == 1 && p.Outcome != "Ramal desobstruído. abastecimento normalizado." {
				t.Errorf("outcome %q", p.Outcome)
			}
			if _, ok, err := w.Progress(t.Context(), several, request); ok || err != nil {
				t.Errorf("somebody else's request: %t, %v", ok, err)
			}
		}

		// Nothing is lost because GSAN has not all of it, and a requester more is
		// not a request more.
		w.exec(`INSERT INTO atendimentopublico.ra_solicitante (raso_id, rgat_id, raso_icsolicitanteprincipal, raso_nnprotocoloatendimento)
			VALUES (900, 2, 2, '20261000000900')`)
		w.exec(`UPDATE atendimentopublico.registro_atendimento SET rgat_qtreiteracoes = 2, rgat_cdsituacao = 3 WHERE rgat_id = 2`)
		w.exec(`UPDATE atendimentopublico.registro_atendimento SET amen_id = NULL, rgat_dsparecerencerramento = NULL WHERE rgat_id = 1`)
		w.exec(`DELETE FROM atendimentopublico.ra_solicitante WHERE rgat_id = 1`)
		w.exec(`UPDATE atendimentopublico.tramite SET unid_iddestino = unid_idorigem WHERE rgat_id = 1`)
		w.exec(`DELETE FROM atendimentopublico.ordem_servico WHERE rgat_id = 1`)
		found, err := w.Requests(t.Context(), asked)
		if err != nil || len(found) != 2 {
			t.Fatalf("%d requests, %v", len(found), err)
		}
		slices.Sort(found[0].Protocols)
		if p := found[0]; p.Protocol != "20261000000002" || !slices.Equal(p.Protocols, []string{"20261000000002", "20261000000900"}) ||
			p.Status != store.RequestBlocked || p.Reminders != 2 || p.Stamp != "3 20260523" {
			t.Errorf("%+v", p)
		}
		p, ok, err := w.Progress(t.Context(), asked, 1)
		if p.Protocol != "" || p.Reason != "" || p.Outcome != "" || p.Steps != nil || !ok || err != nil {
			t.Errorf("%+v, %t, %v", p, ok, err)
		}
	})
}
