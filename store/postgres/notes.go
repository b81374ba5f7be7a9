package postgres

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Notes is what the WhatsApp device says to other processes and to later ones,
// by name, as JSON.
type Notes struct{ pool *pgxpool.Pool }

// WhatsApp returns the device's notes for those who only read them, or who do
// not act as the device.
func (db *DB) WhatsApp() Notes { return Notes{db.pool} }

// WhatsApp returns the device's notes, which can be written while the term lasts.
func (t *Term) WhatsApp() Notes { return Notes{t.keys} }

// Note reads what was noted under the name into v; ok is false if nothing was.
func (n Notes) Note(ctx context.Context, name string, v any) (ok bool, err error) {
	var text []byte
	err = n.pool.QueryRow(ctx, `SELECT value::text FROM loja.whatsapp WHERE name = $1::text`, name).Scan(&text)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, away("read a note", err)
	}
	return true, json.Unmarshal(text, v)
}

// SetNote notes v under the name, in the place of what was there.
func (n Notes) SetNote(ctx context.Context, name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = n.pool.Exec(ctx, `
		INSERT INTO loja.whatsapp (name, value) VALUES ($1::text, $2::text::json)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, noted_at = now()`, name, text)
	return away("write a note", err)
}
