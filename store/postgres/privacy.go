package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// Kept returns what our tables hold of a conversation (channel and person).
// What is not there is not in the list.
func (db *DB) Kept(ctx context.Context, session string) ([]store.Kept, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT kind, count(*)::int AS count, min(since) AS since, array_agg(detail ORDER BY since) AS details
		  FROM (SELECT 'note' AS kind, left_at AS since, text AS detail
		          FROM loja.note WHERE session = $1::text
		        UNION ALL
		        SELECT 'document', issued_at, kind || ' ' || code
		          FROM loja.document WHERE split_part(key, '/', 1) = $1::text
		        UNION ALL
		        SELECT 'effect', done_at, kind
		          FROM loja.effect WHERE split_part(key, '/', 1) = $1::text
		        UNION ALL
		        SELECT 'watch', since, 'pedido ' || request::text
		          FROM loja.watch WHERE session = $1::text
		        UNION ALL
		        SELECT 'attachment', sent_at, 'pedido ' || request::text
		          FROM loja.attachment WHERE session = $1::text) k
		 GROUP BY kind
		 ORDER BY kind`, session)
	kept, err := pgx.CollectRows(rows, pgx.RowToStructByName[store.Kept])
	return kept, away("what we keep of a conversation", err)
}

// Erase removes from our tables what tells of a conversation. Documents can
// still be checked and effects are still known, but not whose they were.
func (db *DB) Erase(ctx context.Context, session string) error {
	return away("erase a conversation", pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		for _, statement := range []string{
			`DELETE FROM loja.note WHERE session = $1::text`,
			`DELETE FROM loja.watch WHERE session = $1::text`,
			`DELETE FROM loja.attachment WHERE session = $1::text`,
			`UPDATE loja.document SET key = 'erased/' || md5(random()::text || key) WHERE split_part(key, '/', 1) = $1::text`,
			`UPDATE loja.effect SET key = 'erased/' || md5(random()::text || key) WHERE split_part(key, '/', 1) = $1::text`,
		} {
			if _, err := tx.Exec(ctx, statement, session); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Purge erases what has been kept for as long as it may be.
func (db *DB) Purge(ctx context.Context, keep store.Retention) error {
	return away("purge", pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		for statement, days := range map[string]int{
			`DELETE FROM loja.note WHERE left_at < now() - make_interval(days => $1::int)`:       keep.Notes,
			`DELETE FROM loja.attachment WHERE sent_at < now() - make_interval(days => $1::int)`: keep.Notes,
			`DELETE FROM loja.document WHERE issued_at < now() - make_interval(days => $1::int)`: keep.Documents,
			`DELETE FROM loja.effect WHERE done_at < now() - make_interval(days => $1::int)`:     store.ShortRetention,
		} {
			if _, err := tx.Exec(ctx, statement, days); err != nil {
				return err
			}
		}
		return nil
	}))
}
