package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// demoCutOff is a property whose water was cut off, with debts from before.
const demoCutOff = 2578310

// writeCutOffs writes since when the water of the cast is cut off.
func (s *seeder) writeCutOffs(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		UPDATE atendimentopublico.ligacao_agua SET lagu_dtsupressaoagua = $2::date WHERE lagu_id = $1::int`,
		demoCutOff, s.newest.Add(-13).First().Add(4))
	return err
}
