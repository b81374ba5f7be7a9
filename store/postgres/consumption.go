package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// consumptionRow is a month as the database has it.
type consumptionRow struct {
	Month                    store.Month
	Billed                   *int
	Least, Mean              int
	Kind, Anomaly            int
	Previous, Current        *int
	PreviousOn, CurrentOn    store.Date
	Measured                 *int
	Informed                 *int
	InformedOn               store.Date
	Situation, ReaderAnomaly *int
	Sewage                   *int
}

// consumptionsQuery finds the months of the property $1 of which anything is
// recorded: water or sewage billed, or the meter read. A month that lacks one of
// them is not lost for it (HIS-4). A reading hangs from the connection of water,
// whose number is the property's.
const consumptionsQuery = `
	SELECT EXISTS ` + occupant + `,
	       u.month IS NOT NULL, coalesce(u.month, 0)::int, u.billed, coalesce(u.least, 0), coalesce(u.mean, 0), coalesce(u.kind, 0), coalesce(u.anomaly, 0),
	       u.previous, u.current, u.previous_on, u.current_on, u.measured, u.informed, u.informed_on, u.situation, u.reader, u.sewage
	  FROM (SELECT 1) always
	  LEFT JOIN (
	    SELECT m.month, coalesce(w.cshi_nnconsumofaturadomes, CASE WHEN w.cshi_id IS NOT NULL THEN 0 END)::int AS billed,
	           w.cshi_nnconsumominimo::int AS least, w.cshi_nnconsumomedio::int AS mean, w.cstp_id::int AS kind, w.csan_id::int AS anomaly,
	           g.mdhi_nnleitantfatmt::int AS previous, g.mdhi_nnleituraatualfaturamento::int AS current,
	           g.mdhi_dtleitantfatmt::date AS previous_on, g.mdhi_dtleituraatualfaturamento::date AS current_on,
	           g.mdhi_nnconsumomedidomes::int AS measured, g.mdhi_nnleituraatualinformada::int AS informed, g.mdhi_dtleituraatualinformada::date AS informed_on,
	           g.ltst_idleiturasituacaoatual::int AS situation, coalesce(g.ltan_idleitanormfatmt, g.ltan_idleitanorminformada)::int AS reader,
	           s.cshi_nnconsumofaturadomes::int AS sewage
	      FROM (SELECT cshi_amfaturamento AS month FROM micromedicao.consumo_historico WHERE imov_id = $1::bigint AND lgti_id IN (1, 2)
	            UNION
	            SELECT mdhi_amleitura FROM micromedicao.medicao_historico WHERE lagu_id = $1::bigint AND medt_id = 1) m
	      LEFT JOIN micromedicao.consumo_historico w ON w.imov_id = $1::bigint AND w.lgti_id = 1 AND w.cshi_amfaturamento = m.month
	      LEFT JOIN micromedicao.consumo_historico s ON s.imov_id = $1::bigint AND s.lgti_id = 2 AND s.cshi_amfaturamento = m.month
	      LEFT JOIN micromedicao.medicao_historico g ON g.lagu_id = $1::bigint AND g.medt_id = 1 AND g.mdhi_amleitura = m.month
	     WHERE m.month >= (SELECT to_char(` + sinceOccupied + `, 'YYYYMM')::int)) u ON true
	 ORDER BY u.month DESC`

// Consumptions returns every month of the property that has a record, from the
// one in which its present occupant came: how much water others used is not for
// those who come after. Without a present occupant there is none.
func (db *DB) Consumptions(ctx context.Context, property int64) (store.Consumptions, error) {
	codes := db.codes.Load()
	rows, _ := db.pool.Query(ctx, consumptionsQuery, property)
	var found store.Consumptions
	var r consumptionRow
	var some bool
	_, err := pgx.ForEachRow(rows, []any{
		&found.Occupied, &some, &r.Month, &r.Billed, &r.Least, &r.Mean, &r.Kind, &r.Anomaly,
		&r.Previous, &r.Current, &r.PreviousOn, &r.CurrentOn, &r.Measured, &r.Informed, &r.InformedOn, &r.Situation, &r.ReaderAnomaly, &r.Sewage,
	}, func() error {
		if some {
			found.List = append(found.List, r.consumption(codes))
		}
		return nil
	})
	return found, away("consumption", err)
}

// consumption puts the month in words.
func (r consumptionRow) consumption(codes *codes) store.Consumption {
	c := store.Consumption{Month: r.Month, Least: r.Least, Mean: r.Mean}
	if r.Billed != nil {
		c.HasWater, c.Billed = true, *r.Billed
		c.How, c.Anomaly = sentence(codes.meterKind[r.Kind]), sentence(codes.anomaly[r.Anomaly])
		switch kind := store.UseKind(r.Kind); kind {
		case store.RealUse, store.Unmetered:
			c.Kind = kind
		}
		switch odd := store.UseAnomaly(r.Anomaly); odd {
		case store.LowUse, store.BurstUse, store.HighUse:
			c.Odd = odd
		}
	}
	if r.Sewage != nil {
		c.HasSewage, c.Sewage = true, *r.Sewage
	}
	if r.ReaderAnomaly != nil {
		c.Trouble = sentence(codes.readingAnomaly[*r.ReaderAnomaly])
	}
	if r.Current == nil { // there is no record of a reading
		return c
	}
	c.Previous = store.Reading{Known: true, Value: *r.Previous, On: r.PreviousOn}
	if r.Situation != nil && *r.Situation == notRead {
		return c
	}
	c.Read = true
	c.Current = store.Reading{Known: true, Value: *r.Current, On: r.CurrentOn}
	c.Measured = *r.Current - *r.Previous
	if r.Measured != nil {
		c.Measured = *r.Measured
	}
	if r.Informed != nil && *r.Informed != *r.Current {
		c.Informed = store.Reading{Known: true, Value: *r.Informed, On: r.InformedOn}
	}
	return c
}
