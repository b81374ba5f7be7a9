package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// writeProgress writes what became of the requests of the cast beyond their
// opening, and a request that nobody got round to.
func (s *seeder) writeProgress(ctx context.Context, tx pgx.Tx) error {
	for _, w := range []struct {
		property int64
		kind     int // solicitacao_tipo_espec of the request
		service  int // servico_tipo
		ordered  int // days ago
	}{
		{2331594, 1, 1, 40},
		{2331594, 3, 2, 1},
	} {
		if _, err := tx.Exec(ctx, insertWorkOrder, w.property, w.kind, w.service, s.today.Add(-w.ordered)); err != nil {
			return err
		}
	}
	// A leaking meter that was to be seen to within three days.
	_, err := tx.Exec(ctx, insertRequest, 1302663, 4, s.today.Add(-9), "HIDRÔMETRO PINGANDO HÁ DIAS.", nil, nil, nil)
	return err
}

// insertWorkOrder writes the ordem de serviço of a request of the cast; it was
// closed an hour before the request, if that is closed.
const insertWorkOrder = `
	INSERT INTO atendimentopublico.ordem_servico (orse_id, rgat_id, svtp_id, orse_cdsituacao, orse_tmgeracao, orse_tmencerramento,
	       stpr_idoriginal, stpr_idatual, orse_iccomercialatualizado, orse_icdiagnostico, imov_id, unid_idatual)
	SELECT nextval('atendimentopublico.seq_ordem_servico')::int, rgat_id, $3::int, rgat_cdsituacao, $4::date + time '10:05', rgat_tmencerramento - interval '1 hour',
	       1, 1, 2, 2, imov_id, unid_idatual
	  FROM atendimentopublico.registro_atendimento WHERE imov_id = $1::int AND step_id = $2::int`
