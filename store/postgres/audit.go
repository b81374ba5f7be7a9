package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// An operation is something GSAN's "consultar operações" shows (gsan-schema
// 6.5): what was done to a row of a table, by its program's numbers.
type operation struct {
	id     int   // oper_id
	table  int   // tabe_id
	change int   // altp_id: 1 change, 2 insert, 3 delete
	row    int64 // of the table
}

// The operations that we do, as GSAN's program numbers them.
const (
	changeDueDay = 54 // OPERACAO_INSERIR_VENCIMENTO_ALTERNATIVO
	putReview    = 56
	takeReview   = 57

	billTable   = 69
	dueDayTable = 70

	changedRow    = 1
	insertedInRow = 2
)

// audit writes the trail that GSAN's own program leaves of an operation for a
// property, by the user of the Loja Virtual. Which columns changed is not
// written, for the numbers of columns differ from database to database.
func audit(ctx context.Context, tx pgx.Tx, property int64, o operation) error {
	var done bool
	err := tx.QueryRow(ctx, `
		WITH clerk AS (
			SELECT usur_id, empr_id FROM seguranca.usuario WHERE usur_icinternet = 1 ORDER BY usur_id LIMIT 1
		), made AS (
			INSERT INTO seguranca.operacao_efetuada (opef_id, oper_id, opef_cnargumento, opef_tmultimaalteracao)
			SELECT nextval('seguranca.seq_operacao_efetuada')::int, $2::int, $1::int, localtimestamp FROM clerk
			RETURNING opef_id
		), who AS (
			INSERT INTO seguranca.usuario_alteracao (usat_id, usac_id, usis_id, tref_id, empr_id, usat_tmultimaalteracao)
			SELECT nextval('seguranca.seq_usuario_alteracao')::int, 1, usur_id, opef_id, empr_id, localtimestamp FROM clerk, made
		), what AS (
			INSERT INTO seguranca.tabela_linha_alteracao (tbla_id, tabe_id, tref_id, tbla_id1, altp_id, tbla_icprincipal, tbla_tmultimaalteracao)
			SELECT nextval('seguranca.seq_tabela_linha_alteracao')::int, $3::int, opef_id, $5::int, $4::int, 1, localtimestamp FROM made
		)
		SELECT EXISTS (SELECT 1 FROM made)`, property, o.id, o.table, o.change, o.row).Scan(&done)
	if err == nil && !done {
		err = fmt.Errorf("GSAN has no user with usur_icinternet = 1")
	}
	return err
}
