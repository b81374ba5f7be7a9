package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// keepFiles keeps the files that were sent in turns.
func keepFiles(ctx context.Context, tx pgx.Tx, turns []store.Turn) error {
	var (
		sessions, hashes []string
		bodies           [][]byte
		sent             []time.Time
	)
	for _, t := range turns {
		for _, r := range t.Replies {
			if len(r.Body) > 0 {
				sessions, hashes = append(sessions, t.Session), append(hashes, r.Hash)
				bodies, sent = append(bodies, r.Body), append(sent, t.At)
			}
		}
	}
	if len(bodies) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO loja.file (session, hash, body, sent_at)
		SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::timestamptz[])
		    ON CONFLICT (session, hash) DO NOTHING`, sessions, hashes, bodies, sent)
	return err
}

// File returns a document or picture that was sent in a conversation (channel and
// person); ok is false if it is not kept, or not any more.
func (db *DB) File(ctx context.Context, session, hash string) (body []byte, ok bool, err error) {
	err = db.pool.QueryRow(ctx, `SELECT body FROM loja.file WHERE session = $1::text AND hash = $2::text`, session, hash).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return body, err == nil, away("a file that was sent", err)
}
