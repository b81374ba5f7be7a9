package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// dueDayRow is a property's due day as the database has it.
type dueDayRow struct {
	own, payer, group int // days; 0 for none
	days              string
	last              int // day on offer, if days does not list them
	customer          int64
	name              string
}

// dueDayQuery finds what decides on the due day of the property $1. The newest
// change counts (VEN-4), whether or not it is still in force.
const dueDayQuery = `
	SELECT coalesce(i.imov_ddvencimento, 0)::int,
	       coalesce((SELECT k.clie_ddvencimento FROM cadastro.cliente_imovel r JOIN cadastro.cliente k ON k.clie_id = r.clie_id
	                  WHERE r.imov_id = i.imov_id AND r.crtp_id = 3 AND r.clim_dtrelacaofim IS NULL LIMIT 1), 0)::int,
	       coalesce(g.ftgr_nndiavencimento, 0)::int, coalesce(g.ftgr_icvencimentomesfatura, 2) = 1,
	       coalesce(p.parm_dsdiasvcmtoalternativo, '')::text, coalesce(p.parm_nndiasultimvencaltern, 0)::int, coalesce(p.parm_nnmesesminaltvcmto, 0)::int,
	       coalesce(i.imov_icdebitoconta, 2) = 1,
	       (SELECT max(venc_dtimplantacao)::date FROM faturamento.vencimento_alternativo v WHERE v.imov_id = i.imov_id),
	       coalesce(g.ftgr_amreferencia, p.parm_amreferenciafaturamento)::int,
	       coalesce(greatest((SELECT max(cnta_amreferenciaconta) FROM faturamento.conta c WHERE c.imov_id = i.imov_id AND c.dcst_idatual <> 9),
	                         (SELECT max(cnhi_amreferenciaconta) FROM faturamento.conta_historico h WHERE h.imov_id = i.imov_id)), 0)::int,
	       coalesce((SELECT min(e.step_id) FROM atendimentopublico.espec_tipo_validacao t
	                   JOIN atendimentopublico.solicitacao_tipo_espec e ON e.step_id = t.step_id AND e.step_icuso = 1
	                  WHERE t.estv_cdconstante = 'V' AND coalesce(t.estv_icuso, 1) = 1), 0)::int,
	       coalesce(k.clie_id, 0)::bigint, coalesce(trim(k.clie_nmcliente), '')::text
	  FROM cadastro.imovel i
	  JOIN cadastro.quadra q ON q.qdra_id = i.qdra_id
	  JOIN micromedicao.rota r ON r.rota_id = coalesce(i.rota_idalternativa, q.rota_id)
	  LEFT JOIN faturamento.faturamento_grupo g ON g.ftgr_id = r.ftgr_id
	  JOIN cadastro.sistema_parametros p ON p.parm_id = 1
	  LEFT JOIN cadastro.cliente k ON k.clie_id = (SELECT min(o.clie_id) FROM ` + occupant + ` o)
	 WHERE i.imov_id = $1::bigint`

// DueDays returns the due day of the property and what it may become (gsan-rules
// VEN-1 to VEN-4). Occupied is false also if there is no such property.
func (db *DB) DueDays(ctx context.Context, property int64) (store.DueDays, error) {
	days, _, err := readDueDays(ctx, db.pool, dueDayQuery, property)
	return days, away("due day", err)
}

func readDueDays(ctx context.Context, ask asker, query string, property int64) (d store.DueDays, row dueDayRow, err error) {
	var issued store.Month
	err = ask.QueryRow(ctx, query, property).Scan(&row.own, &row.payer, &row.group, &d.InMonth, &row.days, &row.last, &d.Interval,
		&d.Debited, &d.Last, &d.Next, &issued, &d.Kind, &row.customer, &row.name)
	if errors.Is(err, pgx.ErrNoRows) {
		return store.DueDays{}, dueDayRow{}, nil
	}
	d.Occupied, d.Group, d.Own = row.customer != 0, row.group, row.own != 0
	for _, day := range []int{row.own, row.payer, row.group} { // VEN-6
		if d.Current == 0 {
			d.Current = day
		}
	}
	if issued >= d.Next {
		d.Next = issued.Add(1)
	}
	d.Days = store.DueDaysOnOffer(row.days, row.group, row.last)
	return d, row, err
}

// ChangeDueDay lets the property's bills be due on another day, once under the
// key, and opens the request that GSAN wants for it (gsan-rules VEN-3, VEN-5),
// or goes by the one of its kind that is pending. All that decides is read again
// while nobody else can write to the property: Refused tells why nothing was
// written. The request that is opened is closed at once, for it is done.
func (db *DB) ChangeDueDay(ctx context.Context, key string, f store.DueDayForm) (store.DueDayChange, error) {
	return once(ctx, db, key, "due day", f.Property, func(ctx context.Context, tx pgx.Tx) (store.DueDayChange, error) {
		d, row, err := readDueDays(ctx, tx, dueDayQuery+` FOR UPDATE OF i`, f.Property)
		if err != nil {
			return store.DueDayChange{}, err
		}
		today := db.Today()
		c := store.DueDayChange{Day: f.Day, Refused: d.Refuse(f.Day, today, db.DueDayWithoutRequest)}
		if c.Refused != store.MayChange {
			c.Again = d.Again(d.Last)
			return c, nil
		}
		c.Next, c.Due, c.Again = d.Next, d.FirstDue(f.Day), d.Again(today)
		if d.Kind != 0 {
			opened, err := db.openRequest(ctx, tx, store.RequestForm{
				Kind: d.Kind, Property: f.Property, Customer: row.customer, Requester: row.name, At: f.At, Done: true,
				Notes: fmt.Sprintf("VENCIMENTO ALTERADO PARA O DIA %d PELO CHATBOT, A PARTIR DA CONTA DE %s.", f.Day, c.Next),
			})
			if err != nil {
				return c, err
			}
			c.Protocol = opened.Protocol
		}
		return c, writeDueDay(ctx, tx, f.Property, f.Day, d.FollowingMonth(f.Day), today)
	})
}

// writeDueDay writes the three rows of VEN-5, and the trail of GSAN's program.
func writeDueDay(ctx context.Context, tx pgx.Tx, property int64, day int, following bool, today store.Date) error {
	_, err := tx.Exec(ctx, `
		UPDATE faturamento.vencimento_alternativo SET venc_dtexclusao = $2::date, venc_tmultimaalteracao = localtimestamp
		 WHERE imov_id = $1::bigint AND venc_dtexclusao IS NULL`, property, today)
	if err != nil {
		return err
	}
	var id int64
	err = tx.QueryRow(ctx, `
		WITH moved AS (
			UPDATE cadastro.imovel
			   SET imov_ddvencimento = $2::int, imov_icvencimentomesseguinte = CASE WHEN $3::bool THEN 1 ELSE 2 END, imov_tmultimaalteracao = localtimestamp
			 WHERE imov_id = $1::bigint RETURNING imov_id)
		INSERT INTO faturamento.vencimento_alternativo (venc_id, imov_id, venc_dtimplantacao, venc_ddvencimento, venc_tmultimaalteracao)
		SELECT nextval('faturamento.seq_vencimento_alternativo')::int, imov_id, $4::date, $2::int, localtimestamp FROM moved
		RETURNING venc_id::bigint`, property, day, following, today).Scan(&id)
	if err != nil {
		return err
	}
	return audit(ctx, tx, property, operation{id: changeDueDay, table: dueDayTable, change: insertedInRow, row: id})
}
