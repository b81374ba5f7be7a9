package postgres

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// A sheet is rows of one table on their way to the server, as COPY reads them.
type sheet struct {
	table, columns string
	text           bytes.Buffer
}

// add appends a row: integers, texts without control characters, dates, money,
// and nil for NULL.
func (s *sheet) add(values ...any) {
	for i, value := range values {
		if i > 0 {
			s.text.WriteByte('\t')
		}
		word := s.text.AvailableBuffer()
		switch v := value.(type) {
		case nil:
			word = append(word, `\N`...)
		case int:
			word = strconv.AppendInt(word, int64(v), 10)
		case int64:
			word = strconv.AppendInt(word, v, 10)
		case store.Month:
			word = strconv.AppendInt(word, int64(v), 10)
		case store.Money:
			word = fmt.Appendf(word, "%d.%02d", v/100, v%100)
		case store.Date:
			word = fmt.Appendf(word, "%04d-%02d-%02d", v.Year, v.Month, v.Day)
		case string:
			word = append(word, v...)
		default:
			panic(fmt.Sprintf("no column holds %T", value))
		}
		s.text.Write(word)
	}
	s.text.WriteByte('\n')
}

// flush sends the rows to the server.
func (s *sheet) flush(ctx context.Context, tx pgx.Tx) error {
	if s.text.Len() == 0 {
		return nil
	}
	_, err := tx.Conn().PgConn().CopyFrom(ctx, &s.text, "COPY "+s.table+" ("+s.columns+") FROM STDIN")
	return err
}

// A twin is a table of what is current and its like for closed months, by
// whether the month is closed.
type twin [2]sheet

func (t *twin) of(closed bool) *sheet {
	if closed {
		return &t[1]
	}
	return &t[0]
}

// sheets are the tables that are filled, parents before children.
type sheets struct {
	holiday, quality, message, notice sheet
	customer, property, relation      sheet
	units                             sheet
	meter, installed, connection      sheet
	use, reading                      sheet
	number, deal                      sheet
	bill, billed, category            twin
	charge, credit, tax               twin
	group, grouped                    sheet
	payment                           twin
}

// all returns the sheets in the order in which they can be written.
func (s *sheets) all() []*sheet {
	return []*sheet{
		&s.holiday, &s.quality, &s.message, &s.notice,
		&s.customer, &s.property, &s.relation, &s.units, &s.meter, &s.installed, &s.connection, &s.use, &s.reading,
		&s.number, &s.deal, &s.bill[0], &s.bill[1], &s.billed[0], &s.billed[1], &s.category[0], &s.category[1],
		&s.charge[0], &s.charge[1], &s.credit[0], &s.credit[1], &s.tax[0], &s.tax[1],
		&s.group, &s.grouped, &s.payment[0], &s.payment[1],
	}
}

// newSheets says which columns of which tables are filled. In the columns of a
// twin, P stands for the prefix of either table.
func newSheets() sheets {
	table := func(name, columns string) sheet { return sheet{table: name, columns: columns} }
	both := func(current, prefix, closed, closedPrefix, columns string) twin {
		return twin{
			table(current, strings.ReplaceAll(columns, "P_", prefix+"_")),
			table(closed, strings.ReplaceAll(columns, "P_", closedPrefix+"_")),
		}
	}
	return sheets{
		holiday: table("cadastro.nacional_feriado", "nfer_id, nfer_dtferiado, nfer_dsferiado"),
		quality: table("faturamento.qualidade_agua", `qlag_id, qlag_amreferencia, loca_id,
			qlag_nnindiceturbidez, qlag_qtturbidezanalisadas, qlag_qtturbidezconforme,
			qlag_nnindicecor, qlag_qtcoranalisadas, qlag_qtcorconforme,
			qlag_nnclororesidual, qlag_qtcloroanalisadas, qlag_qtcloroconforme,
			qlag_nnindicecoliformestotais, qlag_qtcoliftotanls, qlag_qtcoliftotconforme`),
		message: table("faturamento.conta_mensagem", "ctms_id, ctms_amreferenciafaturamento, loca_id, ctms_dscontamensagem01, ctms_dscontamensagem02"),
		notice: table("arrecadacao.aviso_bancario", `avbc_id, avbc_dtlancamento, avbc_amreferenciaarrecadacao, avbc_iccreditodebito, arrc_id, ctbc_id, avbc_nndocumento,
			avbc_vlcontabilizado, avbc_vlarrecadacaocalculado, avbc_vldevolucaocalculado, avbc_vlarrecadacaoinformado, avbc_vldevolucaoinformado`),
		customer: table("cadastro.cliente", "clie_id, clie_nmcliente, cltp_id, clie_nncpf, clie_nncnpj, clie_icuso"),
		property: table("cadastro.imovel", `imov_id, loca_id, stcm_id, qdra_id, imov_nnlote, imov_nnsublote, imov_nnimovel, imov_dscomplementoendereco,
			imov_icimovelcondominio, last_id, lest_id, iper_id, imov_icdebitoconta, imov_icexclusao, cstf_id, lgbr_id, lgcp_id`),
		relation: table("cadastro.cliente_imovel", "clim_id, clie_id, imov_id, crtp_id, clim_dtrelacaoinicio, clim_dtrelacaofim, clim_icnomeconta"),
		units:    table("cadastro.imovel_subcategoria", "imov_id, scat_id, imsb_qteconomia"),
		meter: table("micromedicao.hidrometro", `hidr_id, hidr_nnhidrometro, hidr_dtaquisicao, hidr_nnanofabricacao, hidr_nnleituraacumulada,
			hicm_id, himc_id, hidm_id, hist_id, hicp_id`),
		installed: table("micromedicao.hidrometro_inst_hist", `hidi_id, hidr_id, hidi_dtinstalacaohidrometro, medt_id, hili_id, hipr_id,
			hidi_nnleitinstalacaohidmt, hidi_dtinstalacaohidmtsistema`),
		connection: table("atendimentopublico.ligacao_agua", "lagu_id, lagu_dtligacaoagua, lagd_id, lagm_id, hidi_id"),
		use: table("micromedicao.consumo_historico", `cshi_id, imov_id, lgti_id, cshi_amfaturamento, cshi_nnconsumofaturadomes,
			cshi_nnconsumomedio, cshi_nnconsumominimo, cstp_id, csan_id`),
		reading: table("micromedicao.medicao_historico", `mdhi_id, lagu_id, medt_id, mdhi_amleitura, mdhi_dtleitantfatmt, mdhi_nnleitantfatmt,
			mdhi_dtleituraatualfaturamento, mdhi_nnleituraatualfaturamento, mdhi_nnconsumomedidomes, ltst_idleiturasituacaoatual, ltan_idleitanormfatmt, hidi_id`),
		number: table("faturamento.conta_geral", "cnta_id, cntg_ichistorico"),
		deal: table("cobranca.parcelamento", `parc_id, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, pctp_id, cbfm_id, pcst_id, parc_icconfirmacao,
			parc_tmparcelamento, parc_amreferenciafaturamento, parc_vldebitoatualizado, parc_vlentrada, parc_nnprestacoes, parc_vlprestacao, clie_id`),
		bill: both("faturamento.conta", "cnta", "faturamento.conta_historico", "cnhi",
			`cnta_id, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, cstf_id, ftgr_id, rota_id, dcst_idatual, cmrv_id, parc_id,
			P_amreferenciaconta, P_amreferenciacontabil, P_dgverificadorconta, P_iccobrancamulta, P_icdebitoconta,
			P_vlagua, P_vlesgoto, P_vldebitos, P_vlcreditos, P_vlimpostos, P_pcesgoto, P_nnconsumoagua, P_nnconsumoesgoto,
			P_dtemissao, P_dtvencimentoconta, P_dtvencimentooriginal, P_dtvalidadeconta, P_dtrevisao, P_nnleituraanterior, P_nnleituraatual`),
		billed:   both("cadastro.cliente_conta", "clct", "cadastro.cliente_conta_historico", "clch", "P_id, clie_id, cnta_id, crtp_id, P_icnomeconta"),
		category: both("faturamento.conta_categoria", "ctcg", "faturamento.conta_catg_hist", "ctch", "cnta_id, catg_id, P_qteconomia, P_vlagua, P_vlesgoto, P_nnconsumoagua, P_nnconsumoesgoto"),
		charge:   both("faturamento.debito_cobrado", "dbcb", "faturamento.debito_cobrado_historico", "dbhi", "P_id, cnta_id, dbtp_id, lict_id, fntp_id, P_vlprestacao, P_nnprestacaodebito, P_nnprestacao"),
		credit:   both("faturamento.credito_realizado", "crrz", "faturamento.cred_realizado_hist", "crhi", "P_id, cnta_id, crti_id, lict_id, crog_id, P_vlcredito, P_tmcreditorealizado"),
		tax:      both("faturamento.conta_impostos_deduzidos", "cnid", "faturamento.conta_impostos_dedz_hist", "cidh", "P_id, cnta_id, imtp_id, P_pcaliquota, P_vlbasecalculo, P_vlimposto"),
		group:    table("faturamento.fatura", "fatu_id, clie_id, fatu_amreferencia, fatu_vldebito, fatu_dtvencimento"),
		grouped:  table("faturamento.fatura_item", "fitm_id, fatu_id, fitm_nnitemsequencia, cnta_id, imov_id, fitm_vlconta"),
		payment: both("arrecadacao.pagamento", "pgmt", "arrecadacao.pagamento_historico", "pghi",
			"P_id, cnta_id, imov_id, loca_id, dotp_id, avbc_id, arfm_id, pgst_idatual, P_vlpagamento, P_dtpagamento, P_amreferenciapagamento, P_amreferenciaarrecadacao"),
	}
}
