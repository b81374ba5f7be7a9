package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// Parts of the questions about requests, r. Nothing is lost for what other
// tables do not have (ACO-1), and no column has what people wrote, but for the
// outcome.
const (
	stamp = `(r.rgat_cdsituacao::text || ' ' || to_char(r.rgat_dtprevistaatual, 'YYYYMMDD') || coalesce(' ' || to_char(r.rgat_tmencerramento, 'YYYYMMDD'), ''))`
	// followed is the columns of progressRow.
	followed = `r.rgat_id::bigint AS request,
		       coalesce((SELECT s.raso_nnprotocoloatendimento FROM atendimentopublico.ra_solicitante s
		                  WHERE s.rgat_id = r.rgat_id AND s.raso_nnprotocoloatendimento IS NOT NULL
		                  ORDER BY s.raso_icsolicitanteprincipal = 1 DESC, s.raso_id LIMIT 1), '')::text AS protocol,
		       coalesce((SELECT array_agg(s.raso_nnprotocoloatendimento::text) FROM atendimentopublico.ra_solicitante s
		                  WHERE s.rgat_id = r.rgat_id AND s.raso_nnprotocoloatendimento IS NOT NULL), '{}')::text[] AS protocols,
		       coalesce(trim(t.sotp_dssolicitacaotipo), '')::text AS type, coalesce(trim(e.step_dssolcttipoespec), '')::text AS kind,
		       r.rgat_cdsituacao::int AS status, r.rgat_tmregistroatendimento::date AS opened, r.rgat_dtprevistaatual::date AS promised,
		       r.rgat_tmencerramento::date AS closed, coalesce(trim(m.amen_dsmotivoencerramento), '')::text AS reason,
		       coalesce(r.rgat_qtreiteracoes, 0)::int AS reminders, ` + stamp + ` AS stamp`
	followedFrom = `atendimentopublico.registro_atendimento r
		  LEFT JOIN atendimentopublico.solicitacao_tipo_espec e ON e.step_id = r.step_id
		  LEFT JOIN atendimentopublico.solicitacao_tipo t ON t.sotp_id = e.sotp_id
		  LEFT JOIN atendimentopublico.atend_motivo_encmt m ON m.amen_id = r.amen_id`
	// concerning is the requests of the property $1 that are its people's today:
	// those that were not closed when its present occupant came, and those that
	// somebody who is related to it today asked for. What was done and over for
	// whoever lived there before is theirs.
	concerning = `r.imov_id = $1::bigint
		   AND (r.rgat_tmencerramento IS NULL OR r.rgat_tmencerramento::date >= ` + sinceOccupied + `
		        OR EXISTS (SELECT 1 FROM atendimentopublico.ra_solicitante s
		                     JOIN cadastro.cliente_imovel q ON q.clie_id = s.clie_id AND q.imov_id = r.imov_id AND q.clim_dtrelacaofim IS NULL
		                    WHERE s.rgat_id = r.rgat_id))`
	// steps is what happened to r, oldest first. A trâmite within a unit is none.
	steps = `(SELECT json_agg(json_build_object('on', to_char(x.at, 'YYYY-MM-DD'), 'kind', x.kind, 'what', x.what) ORDER BY x.at, x.kind)
		           FROM (SELECT k.tram_tmtramite AS at, 1 AS kind, coalesce(trim(u.unid_dsunidade), '') AS what
		                   FROM atendimentopublico.tramite k LEFT JOIN cadastro.unidade_organizacional u ON u.unid_id = k.unid_iddestino
		                  WHERE k.rgat_id = r.rgat_id AND k.unid_idorigem <> k.unid_iddestino
		                 UNION ALL
		                 SELECT y.at, y.kind, coalesce(trim(v.svtp_dsservicotipo), '')
		                   FROM atendimentopublico.ordem_servico o LEFT JOIN atendimentopublico.servico_tipo v ON v.svtp_id = o.svtp_id
		                   JOIN LATERAL (VALUES (o.orse_tmgeracao, 2), (o.orse_tmencerramento, 3)) y (at, kind) ON y.at IS NOT NULL
		                  WHERE o.rgat_id = r.rgat_id) x)`
)

// progressRow is a request as the database has it.
type progressRow struct {
	Request                  int64
	Protocol                 string
	Protocols                []string
	Type, Kind               string
	Status                   int
	Opened, Promised, Closed store.Date
	Reason                   string
	Reminders                int
	Stamp                    string
}

func (r progressRow) progress() store.Progress {
	return store.Progress{
		Request: r.Request, Protocol: r.Protocol, Protocols: r.Protocols, Type: sentence(r.Type), Kind: sentence(r.Kind),
		Status: store.ProgressStatus(r.Status), Opened: r.Opened, Promised: r.Promised, Closed: r.Closed,
		Reason: sentence(r.Reason), Reminders: r.Reminders, Stamp: r.Stamp,
	}
}

// Requests returns the requests (RA) of the property, whatever became of them,
// newest first, without their steps (gsan-rules ACO-1). GSAN shows its staff all
// of them; those that were closed before the present occupant came, and that
// nobody of today asked for, are another's and are not returned.
func (db *DB) Requests(ctx context.Context, property int64) ([]store.Progress, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT `+followed+` FROM `+followedFrom+`
		 WHERE `+concerning+`
		 ORDER BY r.rgat_tmregistroatendimento DESC, r.rgat_id DESC`, property)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (store.Progress, error) {
		r, err := pgx.RowToStructByName[progressRow](row)
		return r.progress(), err
	})
	return found, away("requests", err)
}

// Progress returns one request (RA) of the property with its steps, oldest
// first; ok is false if it is not among its Requests (gsan-rules ACO-2).
func (db *DB) Progress(ctx context.Context, property, request int64) (p store.Progress, ok bool, err error) {
	type row struct {
		progressRow
		Outcome string
		Steps   []byte
	}
	rows, _ := db.pool.Query(ctx, `
		SELECT `+followed+`, coalesce(trim(r.rgat_dsparecerencerramento), '')::text AS outcome, `+steps+` AS steps
		  FROM `+followedFrom+`
		 WHERE `+concerning+` AND r.rgat_id = $2::bigint`, property, request)
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[row])
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return p, false, nil
	case err != nil:
		return p, false, away("progress", err)
	}
	p = found.progress()
	p.Outcome = sentence(found.Outcome)
	p.Steps, err = readSteps(found.Steps)
	return p, err == nil, away("steps", err)
}

// readSteps reads what the question calls steps; nil are none.
func readSteps(text []byte) ([]store.ProgressStep, error) {
	if text == nil {
		return nil, nil
	}
	var rows []struct {
		On   string
		Kind int
		What string
	}
	if err := json.Unmarshal(text, &rows); err != nil {
		return nil, err
	}
	found := make([]store.ProgressStep, len(rows))
	for i, r := range rows {
		on, err := time.Parse(time.DateOnly, r.On)
		if err != nil {
			return nil, fmt.Errorf("step %d: %w", i, err)
		}
		y, m, d := on.Date()
		found[i] = store.ProgressStep{On: store.Date{Year: y, Month: m, Day: d}, Kind: store.StepKind(r.Kind), What: sentence(r.What)}
	}
	return found, nil
}
