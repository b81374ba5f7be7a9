package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// writeDueDays writes the due days that the cast chose: one a short while ago,
// which bars another, and one long ago. Each is the day that the group has, too,
// for the bills were due then.
func (s *seeder) writeDueDays(ctx context.Context, tx pgx.Tx) error {
	for _, chosen := range []struct {
		property int64
		day      int
		ago      int // days
	}{
		{2331594, 15, 60},
		{2100991, 10, 500},
	} {
		_, err := tx.Exec(ctx, `
			WITH moved AS (
				UPDATE cadastro.imovel SET imov_ddvencimento = $2::int, imov_icvencimentomesseguinte = 2 WHERE imov_id = $1::bigint)
			INSERT INTO faturamento.vencimento_alternativo (venc_id, imov_id, venc_dtimplantacao, venc_ddvencimento)
			VALUES (nextval('faturamento.seq_vencimento_alternativo')::int, $1::bigint, $3::date, $2::int)`,
			chosen.property, chosen.day, s.today.Add(-chosen.ago))
		if err != nil {
			return err
		}
	}
	return nil
}
