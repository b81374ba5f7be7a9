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
		SELECT kind, sum(n)::int AS count, min(since) AS since, array_agg(detail ORDER BY since) AS details
		  FROM (SELECT 'note' AS kind, left_at AS since, text AS detail, 1 AS n
		          FROM loja.note WHERE session = $1::text
		        UNION ALL
		        SELECT 'remark', at, 'protocolo ' || protocol, 1
		          FROM loja.remark WHERE session = $1::text
		        UNION ALL
		        SELECT 'talk', began_at, CASE protocol WHEN '' THEN 'avisos' ELSE 'protocolo ' || protocol END || ', ' || turns::text || CASE turns WHEN 1 THEN ' mensagem' ELSE ' mensagens' END, turns
		          FROM loja.talk WHERE session = $1::text
		        UNION ALL
		        SELECT 'document', issued_at, kind || ' ' || code, 1
		          FROM loja.document WHERE split_part(key, '/', 1) = $1::text
		        UNION ALL
		        SELECT 'effect', done_at, kind, 1
		          FROM loja.effect WHERE split_part(key, '/', 1) = $1::text
		        UNION ALL
		        SELECT 'watch', since, 'pedido ' || request::text, 1
		          FROM loja.watch WHERE session = $1::text
		        UNION ALL
		        SELECT 'attachment', sent_at, 'pedido ' || request::text, 1
		          FROM loja.attachment WHERE session = $1::text
		        UNION ALL
		        SELECT 'file', sent_at, 'enviado em ' || to_char(sent_at, 'DD/MM/YYYY'), 1
		          FROM loja.file WHERE session = $1::text
		        UNION ALL
		        SELECT 'rating', rated_at, 'nota ' || score::text || ' para ' || attendant, 1
		          FROM loja.rating WHERE session = $1::text
		        UNION ALL
		        SELECT 'charge', since, 'cobrança ' || charge, 1
		          FROM loja.charge_listener WHERE session = $1::text) k
		 GROUP BY kind
		 ORDER BY kind`, session)
	kept, err := pgx.CollectRows(rows, pgx.RowToStructByName[store.Kept])
	return kept, away("what we keep of a conversation", err)
}

// Erase removes from our tables what tells of a conversation, after waiting for
// who stores what was said at this moment. Documents can
// still be checked, effects are still known and charges still be paid, ratings
// count, but not whose they were. The phone number that belongs to an address of WhatsApp goes
// too, until it comes with another message.
func (db *DB) Erase(ctx context.Context, session string) error {
	return away("erase a conversation", pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		for _, statement := range []string{
			`SELECT FROM loja.journal WHERE $1::text <> '' ORDER BY part FOR UPDATE`,
			`DELETE FROM loja.turn WHERE session = $1::text`,
			`DELETE FROM loja.talk WHERE session = $1::text`,
			`DELETE FROM loja.file WHERE session = $1::text`,
			`DELETE FROM loja.note WHERE session = $1::text`,
			`DELETE FROM loja.remark WHERE session = $1::text`,
			`DELETE FROM loja.tag WHERE session = $1::text`,
			`DELETE FROM loja.watch WHERE session = $1::text`,
			`DELETE FROM loja.attachment WHERE session = $1::text`,
			`DELETE FROM loja.charge_listener WHERE session = $1::text`,
			`UPDATE loja.rating SET key = 'erased/' || md5(random()::text || key), session = '', protocol = '' WHERE session = $1::text`,
			`UPDATE loja.document SET key = 'erased/' || md5(random()::text || key) WHERE split_part(key, '/', 1) = $1::text`,
			`UPDATE loja.effect SET key = 'erased/' || md5(random()::text || key) WHERE split_part(key, '/', 1) = $1::text`,
		} {
			if _, err := tx.Exec(ctx, statement, session); err != nil {
				return err
			}
		}
		var linked bool // there are the tables of a WhatsApp device
		if err := tx.QueryRow(ctx, `SELECT to_regclass('loja.whatsmeow_lid_map') IS NOT NULL`).Scan(&linked); err != nil || !linked {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM loja.whatsmeow_lid_map WHERE 'whatsapp:' || lid || '@lid' = $1::text`, session)
		return err
	}))
}

// Purge erases what has been kept for as long as it may be: charges for which
// money came, so long after they expired; others, and who was told of them, much
// sooner.
func (db *DB) Purge(ctx context.Context, keep store.Retention) error {
	return away("purge", pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		for statement, days := range map[string]int{
			`DELETE FROM loja.turn WHERE at < now() - make_interval(days => $1::int)`:            keep.Talks,
			`DELETE FROM loja.talk WHERE last_at < now() - make_interval(days => $1::int)`:       keep.Talks,
			`DELETE FROM loja.file WHERE sent_at < now() - make_interval(days => $1::int)`:       keep.Files,
			`DELETE FROM loja.note WHERE left_at < now() - make_interval(days => $1::int)`:       keep.Notes,
			`DELETE FROM loja.remark WHERE at < now() - make_interval(days => $1::int)`:          keep.Talks,
			`DELETE FROM loja.tag WHERE at < now() - make_interval(days => $1::int)`:             keep.Talks,
			`DELETE FROM loja.rating WHERE rated_at < now() - make_interval(days => $1::int)`:    keep.Talks,
			`DELETE FROM loja.attachment WHERE sent_at < now() - make_interval(days => $1::int)`: keep.Notes,
			`DELETE FROM loja.document WHERE issued_at < now() - make_interval(days => $1::int)`: keep.Documents,
			`DELETE FROM loja.effect WHERE done_at < now() - make_interval(days => $1::int)`:     store.ShortRetention,
			`DELETE FROM loja.charge WHERE expires_at < now() - make_interval(days => $1::int)`:  keep.Charges,
			`DELETE FROM loja.charge h WHERE expires_at < now() - make_interval(days => $1::int)
			    AND NOT EXISTS (SELECT 1 FROM loja.charge_event e WHERE e.charge = h.id AND e.kind = 'paid')`: store.ShortRetention,
			`DELETE FROM loja.charge_listener l USING loja.charge h
			  WHERE h.id = l.charge AND h.expires_at < now() - make_interval(days => $1::int)`: store.ShortRetention,
		} {
			if _, err := tx.Exec(ctx, statement, days); err != nil {
				return err
			}
		}
		return nil
	}))
}
