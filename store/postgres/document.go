package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/seal"
)

// Issue notes that a document of this kind is given out for a bill of the
// property, seals it, and returns it. The same key always gives the same document,
// the first issued under it.
func (db *DB) Issue(ctx context.Context, key string, kind store.DocumentKind, property int64, b store.Bill) (store.Document, error) {
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // it never fails
	n := issued{
		Code: seal.NewCode(), Kind: kind, Month: b.Month, Total: b.Total, IssuedAt: time.Now().Truncate(time.Second),
		Property: property, Bill: b.ID, Salt: salt[:],
	}
	s := db.Seals.Sign(n.document())
	if s.Key == "" {
		n.Salt = nil
	}
	rows, _ := db.pool.Query(ctx, `
		INSERT INTO loja.document AS d (code, key, kind, property, bill, month, cents, issued_at, salt, signer, signature)
		VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::bigint, $6::int, $7::bigint, $8::timestamptz, $9::bytea, nullif($10::text, ''), $11::bytea)
		    ON CONFLICT (key) DO UPDATE SET key = d.key -- so that the first one is returned
		RETURNING `+issuedColumns, n.Code, key, string(kind), property, b.ID, int(b.Month), int64(b.Total), n.IssuedAt, n.Salt, s.Key, s.Signature)
	n, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[issued])
	if err != nil {
		return store.Document{}, away("issue document", err)
	}
	d := n.document()
	d.Link = seal.Link(d, seal.Seal{Key: n.Signer, Signature: n.Signature})
	return d, nil
}

// issued is a document as it is noted.
type issued struct {
	Code      string
	Kind      store.DocumentKind
	Property  int64
	Bill      int64 // 0 if it is not of one bill
	Month     store.Month
	Total     store.Money
	IssuedAt  time.Time
	Salt      []byte
	Signer    string
	Signature []byte
	Early     bool // it has no seal, and is of before there were any
}

// issuedColumns are those of issued. Processes that do not seal yet may be running
// for a while beside those that do, for which there is a day.
const issuedColumns = `code, kind, property, bill, month, cents AS total, issued_at, salt, coalesce(signer, '') AS signer, signature,
		       salt IS NULL AND signer IS NULL AND signature IS NULL AND issued_at < coalesce(
		         (SELECT min(s.issued_at) + interval '1 day' FROM loja.document s WHERE s.signature IS NOT NULL), 'infinity') AS early`

// document is what is sealed.
func (n issued) document() store.Document {
	of := sha256.Sum256(fmt.Appendf(nil, "%x %d %d", n.Salt, n.Property, n.Bill))
	return store.Document{Code: n.Code, Kind: n.Kind, Month: n.Month, Total: n.Total, IssuedAt: n.IssuedAt, Of: [16]byte(of[:16]), Sealed: n.Signer, Link: n.Code}
}

// Document says what is true of the document that asked names: what follows /d/
// in its QR code, which needs no database, or its code as people type it. It
// returns the document if that is Authentic, Unsealed or KeyGone, and its code if
// asked was one.
func (db *DB) Document(ctx context.Context, asked string) (store.Document, store.Authenticity, error) {
	if d, a, ok := db.Seals.ReadLink(asked); ok {
		return d, a, nil
	}
	code, ok := seal.ReadCode(asked)
	if !ok {
		return store.Document{}, store.NoCodeOfOurForm, nil
	}
	nothing := store.Document{Code: code}
	rows, _ := db.pool.Query(ctx, `SELECT `+issuedColumns+` FROM loja.document WHERE code = $1::text`, code)
	n, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[issued])
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nothing, store.NotIssued, nil
	case err != nil:
		return nothing, "", away("read document", err)
	}
	d := n.document()
	switch {
	case n.Early:
		return d, store.Unsealed, nil
	case n.Signature == nil:
		return nothing, store.Altered, nil
	}
	s := seal.Seal{Key: n.Signer, Signature: n.Signature}
	a := db.Seals.Check(d, s)
	if a == store.Altered {
		return nothing, a, nil
	}
	d.Link = seal.Link(d, s)
	return d, a, nil
}
