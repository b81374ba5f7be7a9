package flowtest

import (
	"lojavirtual/bot"
	"lojavirtual/flows/acompanhamento"
)

// Staff work on requests while somebody talks with us: ID 2 is Genilda's open
// one, 1 her closed one, 3 is about Antônio's shop.
func (s *stage) acompanhamento() *bot.Flow {
	leak := func(change string) func() {
		return s.exec("UPDATE atendimentopublico.registro_atendimento SET " + change + " WHERE rgat_id = 2")
	}
	s.happens = map[string]func(){
		"it is Genilda":                         s.be("GENILDA SANTANA BORGES", 2331594),
		"it is Maria, who asked for nothing":    s.be("MARIA DAS DORES SANTOS", 1043722),
		"it is Antônio, in his shop":            s.be("ANTÔNIO BARRETO SOBRINHO", 1302663),
		"they talk in the browser":              func() { s.talks.ID = "web:4711" },
		"the leak is promised for yesterday":    leak(`rgat_dtprevistaatual = '2026-05-19'`),
		"the leak is blocked":                   leak(`rgat_cdsituacao = 3, rgat_qtreiteracoes = 1`),
		"the leak was insisted on twice":        leak(`rgat_qtreiteracoes = 2`),
		"the leak is mended":                    leak(`rgat_cdsituacao = 2, rgat_tmencerramento = '2026-05-20 10:00', amen_id = 2, rgat_dsparecerencerramento = 'TUBO TROCADO.'`),
		"the leak is moved to another property": leak(`imov_id = 1043722`),
		"all requests are moved away":           s.exec(`UPDATE atendimentopublico.registro_atendimento SET imov_id = 1043722`),
		"GSAN forgets the words": s.exec(`
			UPDATE atendimentopublico.registro_atendimento SET amen_id = NULL WHERE rgat_id = 1;
			UPDATE atendimentopublico.solicitacao_tipo_espec SET step_dssolcttipoespec = '' WHERE step_id = 1;
			UPDATE atendimentopublico.servico_tipo SET svtp_dsservicotipo = '';
			UPDATE cadastro.unidade_organizacional SET unid_dsunidade = '';
			DELETE FROM atendimentopublico.ra_solicitante WHERE rgat_id = 1`),
		"the leak goes round": s.exec(`
			INSERT INTO atendimentopublico.tramite (tram_id, rgat_id, tram_tmtramite, unid_idorigem, unid_iddestino, usur_idregistro, usur_idresponsavel)
			SELECT 100 + n, 2, timestamp '2026-05-19 11:00' + n * interval '1 hour', 2 + n % 2, 3 - n % 2, 2, 2 FROM generate_series(1, 12) n`),
		"there are ten older ones": s.exec(`
			INSERT INTO atendimentopublico.registro_atendimento (rgat_id, step_id, meso_id, rgat_cdsituacao, rgat_tmregistroatendimento,
			       rgat_dtprevistaoriginal, rgat_dtprevistaatual, rgat_icatendimentoonline, imov_id, rgat_tmencerramento, amen_id)
			SELECT 100 + n, 5, 8, 2, timestamp '2025-12-20 08:00' - n / 2 * interval '1 month', '2025-12-22', '2025-12-22', 1, 2331594, '2025-12-21 09:00', 2
			  FROM generate_series(1, 10) n`),
	}
	flow := acompanhamento.New(s, "servicos", Operator())
	s.began.ID = "telegram:4711" // where they can be written to later
	s.engine.Flows, s.engine.Beside = []*bot.Flow{flow}, []*bot.Flow{acompanhamento.Mute(s)}
	return flow
}
