package postgres

import (
	"context"

	"lojavirtual/store"
)

// Holiday tells whether a day is free in the whole country, or in the
// municipality of that number (muni_id; 0 for none).
func (db *DB) Holiday(day store.Date, town int) bool { return db.codes.Load().holiday(day, town) }

// LeaveNote keeps what a person wrote for those who attend later. The same key
// keeps it once.
func (db *DB) LeaveNote(ctx context.Context, key string, n store.Note) error {
	_, err := db.pool.Exec(ctx, `
		INSERT INTO loja.note (key, session, protocol, property, text)
		VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::text)
		    ON CONFLICT (key) DO NOTHING`, key, n.Session, n.Protocol, n.Property, latin1(n.Text))
	return away("leave a note", err)
}
