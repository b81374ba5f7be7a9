package flowtest

import (
	"lojavirtual/bot"
	"lojavirtual/flows/consumo"
)

func (s *stage) consumo() *bot.Flow {
	s.happens = map[string]func(){
		"the last month is the first": s.execThere(`DELETE FROM micromedicao.consumo_historico WHERE imov_id = $1 AND cshi_amfaturamento < 202605`),
		"there is a month less":       s.execThere(`DELETE FROM micromedicao.consumo_historico WHERE imov_id = $1 AND cshi_amfaturamento = 202603`),
		"nothing is recorded":         s.execThere(`DELETE FROM micromedicao.consumo_historico WHERE imov_id = $1`),
		"no readings are recorded":    s.execThere(`DELETE FROM micromedicao.medicao_historico WHERE lagu_id = $1`),
		"there is only sewage":        s.execThere(`DELETE FROM micromedicao.consumo_historico WHERE imov_id = $1 AND lgti_id = 1`),
		"may is not billed yet":       s.execThere(`DELETE FROM micromedicao.consumo_historico WHERE imov_id = $1 AND cshi_amfaturamento = 202605`),
		"may was not read":            s.execThere(`UPDATE micromedicao.medicao_historico SET ltst_idleiturasituacaoatual = 2 WHERE lagu_id = $1 AND mdhi_amleitura = 202605`),
		"half of it goes to sewage":   s.execThere(`UPDATE micromedicao.consumo_historico SET cshi_nnconsumofaturadomes = cshi_nnconsumofaturadomes / 2 WHERE imov_id = $1 AND lgti_id = 2`),
		"may is billed by the mean":   s.execThere(`UPDATE micromedicao.consumo_historico SET cshi_nnconsumofaturadomes = 14, cstp_id = 3 WHERE imov_id = $1 AND lgti_id = 1 AND cshi_amfaturamento = 202605`),
		"there is no mean":            s.execThere(`UPDATE micromedicao.consumo_historico SET cshi_nnconsumomedio = NULL WHERE imov_id = $1`),
		"the reader wrote something":  s.execThere(`UPDATE micromedicao.medicao_historico SET mdhi_nnleituraatualinformada = 999 WHERE lagu_id = $1 AND mdhi_amleitura = 202605`),
	}
	return consumo.New(s)
}
