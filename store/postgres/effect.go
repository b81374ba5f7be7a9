package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// once lets do write to the property's rows, in one transaction, once under the
// key: whoever comes with the same key again gets what the first one got, and do
// is not called. Nobody else writes to the property meanwhile, for GSAN's tables
// have no keys that would stop two equal requests. What do returns must survive
// JSON; an error of do undoes all of it, and the key stays free.
func once[T any](ctx context.Context, db *DB, key, kind string, property int64, do func(context.Context, pgx.Tx) (T, error)) (T, error) {
	var result T
	err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if err := holdProperty(ctx, tx, property); err != nil {
			return err
		}
		var first []byte
		err := tx.QueryRow(ctx, `SELECT result FROM loja.effect WHERE key = $1::text`, key).Scan(&first)
		switch {
		case err == nil:
			return json.Unmarshal(first, &result)
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		if result, err = do(ctx, tx); err != nil {
			return err
		}
		told, err := json.Marshal(result)
		if err != nil {
			return fmt.Errorf("keep result: %w", err)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO loja.effect (key, kind, property, result)
			VALUES ($1::text, $2::text, $3::bigint, $4::json)`, key, kind, property, string(told))
		return err
	})
	return result, away(kind, err)
}

// holdProperty waits until nobody else is writing to the property, and keeps
// others waiting until the transaction ends. The lock of one second is GSAN's
// batches' share: a month being closed holds rows for minutes, and the person is
// told to try later.
func holdProperty(ctx context.Context, tx pgx.Tx, property int64) error {
	_, err := tx.Exec(ctx, `SELECT set_config('lock_timeout', '1s', true), pg_advisory_xact_lock($1::bigint)`, property)
	return err
}
