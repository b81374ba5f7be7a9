package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// address is the columns of a property's address, in the order of
// store.Address; addressJoins finds them for the property i.
const (
	address = `
		coalesce(concat_ws(' ', nullif(trim(lt.lgtp_dslogradourotipo), ''), nullif(trim(tt.lgtt_dslogradourotitulo), ''),
		                   nullif(trim(l.logr_nmlogradouro), '')), '')::text,
		coalesce(trim(i.imov_nnimovel), '')::text,
		coalesce(trim(i.imov_dscomplementoendereco), '')::text,
		coalesce(trim(b.bair_nmbairro), '')::text,
		coalesce(trim(m.muni_nmmunicipio), '')::text,
		coalesce(trim(uf.unfe_dsufsigla), '')::text,
		coalesce(lpad(cep.cep_cdcep::text, 8, '0'), '')::text`
	addressJoins = `
		LEFT JOIN cadastro.logradouro_bairro lb ON lb.lgbr_id = i.lgbr_id
		LEFT JOIN cadastro.logradouro l ON l.logr_id = lb.logr_id
		LEFT JOIN cadastro.logradouro_tipo lt ON lt.lgtp_id = l.lgtp_id
		LEFT JOIN cadastro.logradouro_titulo tt ON tt.lgtt_id = l.lgtt_id
		LEFT JOIN cadastro.bairro b ON b.bair_id = lb.bair_id
		LEFT JOIN cadastro.municipio m ON m.muni_id = b.muni_id
		LEFT JOIN cadastro.unidade_federacao uf ON uf.unfe_id = m.unfe_id
		LEFT JOIN cadastro.logradouro_cep lc ON lc.lgcp_id = i.lgcp_id
		LEFT JOIN cadastro.cep cep ON cep.cep_id = lc.cep_id`
)

// holders is everyone in a current relation to a living property (ID-5, ID-7);
// a question goes on with its conditions.
const holders = `
	SELECT c.clie_id::bigint, coalesce(trim(c.clie_nmcliente), '')::text, i.imov_id::bigint, ` + address + `,
	       (SELECT count(DISTINCT oi.imov_id)::int
	          FROM cadastro.cliente_imovel o
	          JOIN cadastro.imovel oi ON oi.imov_id = o.imov_id AND coalesce(oi.imov_icexclusao, 2) <> 1
	         WHERE o.clie_id = c.clie_id AND o.clim_dtrelacaofim IS NULL AND o.imov_id <> i.imov_id)
	  FROM cadastro.cliente_imovel ci
	  JOIN cadastro.imovel i ON i.imov_id = ci.imov_id AND coalesce(i.imov_icexclusao, 2) <> 1
	  JOIN cadastro.cliente c ON c.clie_id = ci.clie_id` + addressJoins + `
	 WHERE ci.clim_dtrelacaofim IS NULL`

func scanHolder(row pgx.CollectableRow) (h store.Holder, err error) {
	a := &h.Address
	err = row.Scan(&h.Customer, &h.Name, &h.Property,
		&a.Street, &a.Number, &a.Complement, &a.Neighborhood, &a.Town, &a.State, &a.CEP, &h.Others)
	return h, err
}

// FindHolder returns the customer with this CPF or CNPJ among those in a current
// relation to the property: owner, occupant or payer (ID-7). ok is false,
// without a word why, if there is no such property, if it is excluded (ID-5), or
// if nobody there has that document (ID-8). The document is 11 digits or 14
// positions without mask; anything else is nobody's.
func (db *DB) FindHolder(ctx context.Context, property int64, document string) (h store.Holder, ok bool, err error) {
	// What is no document still goes the way of all others, and costs as much.
	if !isDocument(document) {
		document = ""
	}
	return one(ctx, db, "find holder", holders+`
		   AND ci.imov_id = $1::bigint
		   AND CASE length($2::text)
		         WHEN 11 THEN lpad(nullif(regexp_replace(c.clie_nncpf, '[^0-9]', '', 'g'), ''), 11, '0') = $2::text
		         WHEN 14 THEN lpad(nullif(regexp_replace(upper(c.clie_nncnpj), '[^0-9A-Z]', '', 'g'), ''), 14, '0') = $2::text
		         ELSE false
		       END
		 ORDER BY ci.crtp_id = 2 DESC, c.clie_id
		 LIMIT 1`, property, document)
}

// HolderOf returns the customer again as a holder of the property; ok is false
// if the relation has ended.
func (db *DB) HolderOf(ctx context.Context, customer, property int64) (h store.Holder, ok bool, err error) {
	return one(ctx, db, "holder of property", holders+`
		   AND ci.clie_id = $1::bigint AND ci.imov_id = $2::bigint
		 LIMIT 1`, customer, property)
}

// DocumentOf returns the CPF (11 digits) or CNPJ (14 positions) of a customer in a
// current relation to the property; ok is false if there is no such relation, or
// no document registered.
func (db *DB) DocumentOf(ctx context.Context, customer, property int64) (document string, ok bool, err error) {
	err = db.pool.QueryRow(ctx, `
		SELECT coalesce(lpad(nullif(regexp_replace(c.clie_nncpf, '[^0-9]', '', 'g'), ''), 11, '0'),
		                lpad(nullif(regexp_replace(upper(c.clie_nncnpj), '[^0-9A-Z]', '', 'g'), ''), 14, '0'), '')::text
		  FROM cadastro.cliente_imovel ci
		  JOIN cadastro.cliente c ON c.clie_id = ci.clie_id
		 WHERE ci.clie_id = $1::bigint AND ci.imov_id = $2::bigint AND ci.clim_dtrelacaofim IS NULL
		 LIMIT 1`, customer, property).Scan(&document)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	return document, err == nil && isDocument(document), away("document of a customer", err)
}

// CustomerNames returns the names of customers by their numbers; of who is not
// there, nothing.
func (db *DB) CustomerNames(ctx context.Context, customers []int64) (map[int64]string, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT clie_id::bigint, coalesce(trim(clie_nmcliente), '')::text
		  FROM cadastro.cliente WHERE clie_id = ANY ($1::bigint[])`, customers)
	names := make(map[int64]string, len(customers))
	var id int64
	var name string
	_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	return names, away("names of customers", err)
}

// Properties returns the properties the customer is in a current relation to, by
// matrícula; the first 50 of them.
func (db *DB) Properties(ctx context.Context, customer int64) ([]store.Holder, error) {
	rows, _ := db.pool.Query(ctx, holders+`
		   AND ci.clie_id = $1::bigint
		   AND ci.clim_id = (SELECT min(twin.clim_id) -- owner and occupant at once counts once
		                       FROM cadastro.cliente_imovel twin
		                      WHERE twin.clie_id = ci.clie_id AND twin.imov_id = ci.imov_id
		                        AND twin.clim_dtrelacaofim IS NULL)
		 ORDER BY i.imov_id
		 LIMIT 50`, customer)
	found, err := pgx.CollectRows(rows, scanHolder)
	return found, away("properties of customer", err)
}

// one runs a question that has at most one holder for an answer.
func one(ctx context.Context, db *DB, what, query string, args ...any) (store.Holder, bool, error) {
	rows, _ := db.pool.Query(ctx, query, args...)
	h, err := pgx.CollectExactlyOneRow(rows, scanHolder)
	if errors.Is(err, pgx.ErrNoRows) {
		return store.Holder{}, false, nil
	}
	return h, err == nil, away(what, err)
}

// isDocument tells whether s could be in a register: all zeros is what a
// register has instead of nothing.
func isDocument(s string) bool {
	return strings.Trim(s, "0") != "" && strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
