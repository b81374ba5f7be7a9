package postgres

import (
	"context"

	"lojavirtual/store"
)

// Rate keeps how somebody found an attendance. The same key keeps it once.
func (db *DB) Rate(ctx context.Context, key string, r store.Rating) error {
	_, err := db.pool.Exec(ctx, `
		INSERT INTO loja.rating (key, session, protocol, attendant, score, rated_at)
		VALUES ($1::text, $2::text, $3::text, $4::text, $5::smallint, $6::timestamptz)
		    ON CONFLICT (key) DO NOTHING`, key, r.Session, r.Protocol, latin1(r.Attendant), r.Score, r.At)
	return away("keep a rating", err)
}
