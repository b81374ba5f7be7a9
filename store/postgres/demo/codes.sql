-- GSAN's code tables and the places of the demo. Ids that the program knows as
-- constants are GSAN's own; the rest is made up. Everything fits LATIN1.

insert into cadastro.regiao (regi_id, regi_nmregiao, regi_icuso) values (1, 'NORDESTE', 1);
insert into cadastro.regiao_desenvolvimento (rdes_id, rdes_nmregiaodesenvolvimento, rdes_icuso) values (1, 'SERGIPE', 1);
insert into cadastro.microrregiao (mreg_id, regi_id, mreg_nmmicrorregiao, mreg_icuso) values (1, 1, 'SERGIPE', 1);
insert into cadastro.unidade_federacao (unfe_id, unfe_dsuf, unfe_dsufsigla) values (1, 'SERGIPE', 'SE');
insert into cadastro.municipio (muni_id, muni_nmmunicipio, rdes_id, mreg_id, unfe_id) values
    (1, 'ARACAJU', 1, 1, 1), (2, 'LAGARTO', 1, 1, 1), (3, 'ITABAIANA', 1, 1, 1),
    (4, 'ESTÂNCIA', 1, 1, 1), (5, 'NOSSA SENHORA DO SOCORRO', 1, 1, 1);
insert into cadastro.gerencia_regional (greg_id, greg_nmregional, greg_nmabreviado) values
    (1, 'GRANDE ARACAJU', 'GAJ'), (2, 'INTERIOR', 'INT');
insert into cadastro.unidade_negocio (uneg_id, greg_id, uneg_nmunidadenegocio, uneg_nmabreviado, uneg_icuso) values
    (1, 1, 'METROPOLITANA', 'UNM', 1), (2, 2, 'INTERIOR', 'UNI', 1);
insert into cadastro.localidade (loca_id, loca_nmlocalidade, loca_cdelo, greg_id, uneg_id) values
    (1, 'ARACAJU', 1, 1, 1), (2, 'LAGARTO', 2, 2, 2), (3, 'ITABAIANA', 3, 2, 2),
    (4, 'ESTÂNCIA', 4, 2, 2), (5, 'N. SRA. DO SOCORRO', 5, 1, 1);
insert into cadastro.setor_comercial (stcm_id, loca_id, stcm_cdsetorcomercial, stcm_nmsetorcomercial, stcm_icuso, muni_id) values
    (1, 1, 10, 'ARACAJU 10', 1, 1), (2, 2, 20, 'LAGARTO 20', 1, 2), (3, 3, 30, 'ITABAIANA 30', 1, 3),
    (4, 4, 40, 'ESTÂNCIA 40', 1, 4), (5, 5, 50, 'SOCORRO 50', 1, 5);
insert into cadastro.empresa (empr_id, empr_nmempresa, empr_icuso, empr_icempresaprincipal) values (1, 'COMPANHIA DEMONSTRATIVA', 1, 1);
insert into micromedicao.leitura_tipo (lttp_id, lttp_dsleituratipo, lttp_icuso) values (1, 'CONVENCIONAL', 1);
insert into faturamento.faturamento_grupo (ftgr_id, ftgr_dsfaturamentogrupo, ftgr_dsabreviado, ftgr_icuso, ftgr_nndiavencimento, ftgr_icvencimentomesfatura) values
    (1, 'GRUPO 1', 'G1', 1, 10, 2), (2, 'GRUPO 2', 'G2', 1, 15, 2), (3, 'GRUPO 3', 'G3', 1, 20, 2);
insert into cobranca.cobranca_grupo (cbgr_id, cbgr_dscobrancagrupo, cbgr_dsabreviado, cbgr_icuso) values (1, 'GRUPO 1', 'G1', 1);
insert into micromedicao.rota (rota_id, lttp_id, empr_id, rota_icuso, ftgr_id, stcm_id, cbgr_id, rota_cdrota) values
    (1, 1, 1, 1, 2, 1, 1, 12), (2, 1, 1, 1, 1, 2, 1, 3), (3, 1, 1, 1, 3, 3, 1, 7),
    (4, 1, 1, 1, 1, 4, 1, 5), (5, 1, 1, 1, 2, 5, 1, 9);
insert into cadastro.quadra (qdra_id, stcm_id, qdra_nnquadra, rota_id, qdra_icuso) values
    (1, 1, 15, 1, 1), (2, 2, 22, 2, 1), (3, 3, 33, 3, 1), (4, 4, 41, 4, 1), (5, 5, 57, 5, 1);

insert into cadastro.logradouro_tipo (lgtp_id, lgtp_dslogradourotipo, lgtp_dsabreviado, lgtp_icuso) values
    (1, 'RUA', 'R', 1), (2, 'AVENIDA', 'AV', 1), (3, 'TRAVESSA', 'TV', 1), (4, 'PRAÇA', 'PC', 1);
insert into cadastro.logradouro_titulo (lgtt_id, lgtt_dslogradourotitulo, lgtt_dsabreviado, lgtt_icuso) values
    (1, 'DOUTOR', 'DR', 1), (2, 'PROFESSORA', 'PROFA', 1), (3, 'CORONEL', 'CEL', 1);
insert into cadastro.bairro (bair_id, muni_id, bair_cdbairro, bair_nmbairro, bair_icuso) values
    (1, 1, 1, 'SIQUEIRA CAMPOS', 1), (2, 1, 2, 'ATALAIA', 1), (3, 1, 3, 'SUÍSSA', 1), (4, 2, 1, 'CENTRO', 1),
    (5, 2, 2, 'CIDADE NOVA', 1), (6, 3, 1, 'CENTRO', 1), (7, 3, 2, 'MARIANGA', 1), (8, 4, 1, 'BONFIM', 1), (9, 5, 1, 'MARCOS FREIRE', 1);
insert into cadastro.logradouro (logr_id, logr_nmlogradouro, lgtt_id, lgtp_id, muni_id, logr_icuso) values
    (1, 'DAS MANGUEIRAS', null, 1, 1, 1), (2, 'DOS COQUEIRAIS', null, 2, 1, 1), (3, 'MARIA RIBEIRO', 2, 1, 1, 1),
    (4, 'DA PIEDADE', null, 4, 2, 1), (5, 'SÃO JOSÉ', null, 1, 2, 1), (6, 'DA FEIRA', null, 1, 3, 1),
    (7, 'BOANERGES PINHEIRO', 1, 2, 3, 1), (8, 'DO PIAUITINGA', null, 3, 4, 1), (9, 'COLETORA A', null, 2, 5, 1);
insert into cadastro.cep (cep_id, cep_cdcep) values
    (1, 49075010), (2, 49037480), (3, 49052030), (4, 49400012), (5, 49400056), (6, 49500021), (7, 49500144), (8, 49200000), (9, 49160000);
insert into cadastro.logradouro_bairro (lgbr_id, logr_id, bair_id) values
    (1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4), (5, 5, 5), (6, 6, 6), (7, 7, 7), (8, 8, 8), (9, 9, 9);
insert into cadastro.logradouro_cep (lgcp_id, logr_id, cep_id, lgcp_icuso) values
    (1, 1, 1, 1), (2, 2, 2, 1), (3, 3, 3, 1), (4, 4, 4, 1), (5, 5, 5, 1), (6, 6, 6, 1), (7, 7, 7, 1), (8, 8, 8, 1), (9, 9, 9, 1);

insert into cadastro.cliente_relacao_tipo (crtp_id, crtp_dsclienterelacaotipo, crtp_icuso) values
    (1, 'PROPRIETÁRIO', 1), (2, 'USUÁRIO', 1), (3, 'RESPONSÁVEL', 1);
insert into cadastro.cliente_tipo (cltp_id, cltp_dsclientetipo, cltp_icpessoafisicajuridica, cltp_icuso) values
    (1, 'PARTICULAR', 1, 1), (2, 'COMÉRCIO', 2, 1), (3, 'PODER PÚBLICO MUNICIPAL', 2, 1);
insert into cadastro.imovel_perfil (iper_id, iper_dsimovelperfil, iper_icuso, iper_icgeracaoautomatica) values
    (1, 'GRANDE', 1, 2), (2, 'GRANDE NO MÊS', 1, 2), (3, 'CORPORATIVO', 1, 2), (4, 'TARIFA SOCIAL', 1, 2), (5, 'NORMAL', 1, 2);
insert into cadastro.imovel_conta_envio (icte_id, icte_dscontaenvio, icte_icuso) values (2, 'IMÓVEL', 1);
insert into cadastro.situacao_atlz_cadastral (siac_id, siac_dssituacao) values (0, 'DISPONÍVEL');
insert into cadastro.categoria (catg_id, catg_dscategoria, catg_dsabreviado, catg_icuso) values
    (1, 'RESIDENCIAL', 'RES', 1), (2, 'COMERCIAL', 'COM', 1), (3, 'INDUSTRIAL', 'IND', 1), (4, 'PÚBLICO', 'PUB', 1);
insert into cadastro.subcategoria (scat_id, catg_id, scat_cdsubcategoria, scat_dssubcategoria, scat_icuso) values
    (0, 1, 0, 'NENHUMA', 1), (1, 1, 1, 'RESIDENCIAL', 1), (2, 2, 1, 'COMÉRCIO', 1), (3, 3, 1, 'INDÚSTRIA', 1), (4, 4, 1, 'ESCOLA', 1);
insert into faturamento.consumo_tarifa (cstf_id, cstf_dsconsumotarifa, cstf_icuso) values (1, 'CONSUMO NORMAL', 1);

insert into atendimentopublico.ligacao_agua_situacao (last_id, last_dsligacaoaguasituacao, last_icuso, last_dsabreviado, last_icfaturamento, last_nnconsumominimo) values
    (1, 'POTENCIAL', 1, 'POT', 2, 0), (2, 'FACTÍVEL', 1, 'FAC', 2, 0), (3, 'LIGADO', 1, 'LIG', 1, 10), (4, 'EM FISCALIZAÇÃO', 1, 'FIS', 2, 0),
    (5, 'CORTADO', 1, 'COR', 2, 0), (6, 'SUPRIMIDO', 1, 'SUP', 2, 0), (7, 'SUPR. PARCIAL', 1, 'SPA', 2, 0), (8, 'SUPR. PARC. A PEDIDO', 1, 'SPP', 2, 0);
insert into atendimentopublico.ligacao_esgoto_situacao (lest_id, lest_dsligacaoesgotosituacao, lest_icuso, lest_dsabreviado, lest_icfaturamento, lest_nnvolumeminimo) values
    (1, 'POTENCIAL', 1, 'POT', 2, 0), (2, 'FACTÍVEL', 1, 'FAC', 2, 0), (3, 'LIGADO', 1, 'LIG', 1, 10), (4, 'EM FISCALIZAÇÃO', 1, 'FIS', 2, 0),
    (5, 'LIGADO FORA DE USO', 1, 'LFU', 2, 0), (6, 'TAMPONADO', 1, 'TAM', 2, 0);
insert into atendimentopublico.ligacao_agua_diametro (lagd_id, lagd_dsligacaoaguadiametro, lagd_icuso) values (1, '20 MM', 1);
insert into atendimentopublico.ligacao_agua_material (lagm_id, lagm_dsligacaoaguamaterial, lagm_icuso) values (1, 'PVC', 1);

insert into atendimentopublico.meio_solicitacao (meso_id, meso_dsmeiosolicitacao, meso_icuso) values
    (4, 'INTERNO', 1), (8, 'INTERNET', 1), (10, 'CELULAR CADASTRAL', 1);
insert into atendimentopublico.atendimento_relacao_tipo (attp_id, attp_dsatendimentorelacaotipo, attp_icuso) values
    (1, 'ABRIR/REGISTRAR', 1), (3, 'ENCERRAR', 1);
insert into atendimentopublico.atend_motivo_encmt (amen_id, amen_dsmotivoencerramento, amen_icuso, amen_icexecucao, amen_icduplicidade) values
    (2, 'CONCLUSÃO DO SERVIÇO', 1, 1, 2), (3, 'DÉBITO PAGO', 1, 2, 2), (4, 'DESISTÊNCIA DO SOLICITANTE', 1, 2, 2), (32, 'DECURSO DE PRAZO', 1, 2, 2);
insert into cadastro.unidade_tipo (untp_id, untp_dsunidadetipo, untp_icuso) values (1, 'ATENDIMENTO', 1), (2, 'EXECUÇÃO', 1);
insert into cadastro.unidade_organizacional (unid_id, unid_icesgoto, unid_ictramite, unid_dsunidade, unid_dssiglaunidade, empr_id, untp_id,
        unid_icabertura, unid_icuso, unid_ictarifasocial, unid_nncodigoconstante) values
    (1, 2, 2, 'LOJA VIRTUAL', 'LOJA', 1, 1, 1, 1, 2, 1), (2, 2, 1, 'MANUTENÇÃO DE REDES DE ÁGUA', 'MANUT', 1, 2, 2, 1, 2, null),
    (3, 1, 1, 'MANUTENÇÃO DE REDES DE ESGOTO', 'ESGOT', 1, 2, 2, 1, 2, null), (4, 2, 1, 'ATENDIMENTO COMERCIAL', 'COMER', 1, 1, 1, 1, 2, null);
insert into seguranca.usuario_tipo (utip_id, utip_dsusuariotipo, utip_icuso, utip_icfuncionario) values (1, 'INTERNET', 1, 2), (2, 'FUNCIONÁRIO', 1, 1);
insert into seguranca.usuario_situacao (usst_id, usst_dsusuariosituacao, usst_icuso, usst_icusosistema) values (1, 'ATIVO', 1, 2);
insert into seguranca.usuario_abrangencia (usab_id, usab_idsuperior, usab_dsusuarioabrangencia, usab_icuso) values (1, 1, 'ESTADO', 1);
insert into seguranca.usuario (usur_id, utip_id, usur_nmlogin, usst_id, usab_id, empr_id, unid_id, usur_nmusuario,
        usur_ictiporelatoriopadrao, usur_icexibemensagem, usur_icinternet) values
    (1, 1, 'INTERNET', 1, 1, 1, 1, 'USUÁRIO INTERNET', 1, 2, 1), (2, 2, 'AGUA', 1, 1, 1, 2, 'EQUIPE DE ÁGUA', 1, 2, 2),
    (3, 2, 'ESGOTO', 1, 1, 1, 3, 'EQUIPE DE ESGOTO', 1, 2, 2), (4, 2, 'COMERCIAL', 1, 1, 1, 4, 'EQUIPE COMERCIAL', 1, 2, 2);
insert into atendimentopublico.solicitacao_tipo_grupo (sotg_id, sotg_dssolicitacaotipogrupo, sotg_icuso, sotg_icesgoto) values
    (1, 'ÁGUA', 1, 2), (2, 'ESGOTO', 1, 1), (3, 'COMERCIAL', 1, 2);
insert into atendimentopublico.solicitacao_tipo (sotp_id, sotp_dssolicitacaotipo, sotg_id, sotp_icfaltaagua, sotp_ictarifasocial, sotp_icuso) values
    (1, 'FALTA D''ÁGUA', 1, 1, 2, 1), (2, 'VAZAMENTO', 1, 2, 2, 1), (3, 'ESGOTO', 2, 2, 2, 1), (4, 'LIGAÇÃO DE ÁGUA', 3, 2, 2, 1), (5, 'CONTA', 3, 2, 2, 1);
-- Supressão and vencimento are for staff only, the last one is no longer used.
insert into atendimentopublico.solicitacao_tipo_espec (step_id, sotp_id, step_dssolcttipoespec, step_nndiaprazo, unid_id, step_icuso, step_iclojavirtual,
        step_icmatricula, step_iccliente, step_icligacaoagua, step_icurgencia, step_icdocumentoobrigatorio, step_icverificardebito,
        step_icalterarvencimento, step_icgeracaoordemservico, step_icpavimentorua, step_icpavimentocalcada) values
    (1, 1, 'FALTA D''ÁGUA NO IMÓVEL', 1, 2, 1, 1, 1, 2, 2, 1, 2, 2, 2, 2, 2, 2),
    (2, 1, 'POUCA PRESSÃO DA ÁGUA', 3, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2),
    (3, 2, 'VAZAMENTO NA RUA', 5, 2, 1, 1, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2),
    (4, 2, 'VAZAMENTO NO HIDRÔMETRO', 3, 2, 1, 1, 1, 2, 1, 2, 2, 2, 2, 2, 2, 2),
    (5, 3, 'ESGOTO EXTRAVASANDO NA RUA', 2, 3, 1, 1, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2),
    (6, 4, 'LIGAÇÃO NOVA', 15, 4, 1, 1, 1, 1, 2, 2, 1, 2, 2, 2, 2, 2),
    (7, 4, 'RELIGAÇÃO', 2, 4, 1, 1, 1, 1, 2, 2, 2, 1, 2, 2, 2, 2),
    (8, 4, 'SUPRESSÃO A PEDIDO', 10, 4, 1, 2, 1, 1, 1, 2, 1, 1, 2, 1, 2, 2),
    (9, 5, 'REVISÃO DE CONTA', 10, 4, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2),
    (10, 5, 'ALTERAÇÃO DE VENCIMENTO', null, 4, 1, 2, 1, 1, 2, 2, 1, 2, 1, 2, 2, 2),
    (11, 5, 'CONTA NÃO ENTREGUE', 5, 4, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2);
insert into atendimentopublico.espec_tipo_validacao (estv_id, step_id, estv_dsespecificaotipvalidacao, estv_cdconstante, estv_icuso) values
    (1, 9, 'CONTA', 'C', 1), (2, 10, 'VENCIMENTO', 'V', 1);

insert into micromedicao.ligacao_tipo (lgti_id, lgti_dsligacaotipo, lgti_icuso) values (1, 'ÁGUA', 1), (2, 'ESGOTO', 1);
insert into micromedicao.medicao_tipo (medt_id, medt_dsmedicaotipo, medt_icuso) values (1, 'LIGAÇÃO DE ÁGUA', 1), (2, 'POÇO', 1);
insert into micromedicao.consumo_tipo (cstp_id, cstp_dsconsumotipo, cstp_dsabreviadaconsumotipo, cstp_icuso) values
    (0, 'INDEFINIDO', 'INDEF', 1), (1, 'REAL', 'REAL', 1), (2, 'MÉDIO AJUSTADO', 'MED AJ', 1), (3, 'MÉDIA DO HIDRÔMETRO', 'MED HD', 1), (4, 'INFORMADO', 'INFORM', 1),
    (5, 'NÃO MEDIDO', 'N MED', 1), (6, 'ESTIMADO', 'ESTIM', 1), (7, 'MÍNIMO FIXADO', 'MIN FX', 1), (8, 'SEM CONSUMO', 'S CONS', 1), (9, 'MÉDIA DO IMÓVEL', 'MED IM', 1);
insert into micromedicao.consumo_anormalidade (csan_id, csan_dsconsumoanormalidade, csan_dsabrvconsanormalidade, csan_icuso, csan_dsmensagemconta) values
    (4, 'BAIXO CONSUMO', 'BXCON', 1, 'SEU CONSUMO FICOU ABAIXO DA SUA MÉDIA.'),
    (5, 'ESTOURO DE CONSUMO', 'ESTCO', 1, 'SEU CONSUMO AUMENTOU MUITO. VERIFIQUE SE HÁ VAZAMENTO NO IMÓVEL.'),
    (6, 'ALTO CONSUMO', 'ALTCO', 1, 'SEU CONSUMO FICOU ACIMA DA SUA MÉDIA. VERIFIQUE SE HÁ VAZAMENTO.'),
    (10, 'LEITURA NÃO INFORMADA', 'LTNIN', 1, 'NÃO FOI POSSÍVEL LER O HIDRÔMETRO. A CONTA FOI FEITA PELA MÉDIA.'),
    (17, 'ANORMALIDADE DE LEITURA', 'ANLEI', 1, null);
insert into micromedicao.leitura_situacao (ltst_id, ltst_dsleiturasituacao, ltst_icuso) values (1, 'REALIZADA', 1), (2, 'NÃO REALIZADA', 1), (3, 'CONFIRMADA', 1), (4, 'ALTERADA', 1);
insert into micromedicao.leitura_anorm_consumo (lacs_id, lacs_dsconsumoacobrar, lacs_icuso) values (1, 'NORMAL', 1), (2, 'MÉDIA', 1);
insert into micromedicao.leitura_anorm_leitura (lalt_id, lalt_dsleituraafaturar, lalt_icuso) values (1, 'NORMAL', 1), (2, 'ANTERIOR', 1);
insert into micromedicao.leitura_anormalidade (ltan_id, ltan_dsleituraanormalidade, ltan_icrelativohidrometro, ltan_icuso, ltan_icemissaoordemservico,
        lacs_idconsacobrarsemleit, lacs_idconsacobrarcomleit, lalt_idleitafaturarsemleit, lalt_idleitafaturarcomleit, ltan_icimpressaosimultanea) values
    (23, 'IMÓVEL FECHADO', 2, 1, 2, 2, 1, 2, 1, 1);
insert into micromedicao.hidrometro_capacidade (hicp_id, hicp_dshidrometrocapacidade, hicp_icuso, hicp_nnordem, hicp_cdhidrometrocapacidade) values (1, '3 M3/H', 1, 1, 'A');
insert into micromedicao.hidrometro_classe_metrlg (hicm_id, hicm_dshidrclassemetrologica, hicm_icuso) values (1, 'CLASSE B', 1);
insert into micromedicao.hidrometro_diametro (hidm_id, hidm_dshidrometrodiametro, hidm_dsabreviadahidrdiametro, hidm_icuso, hidm_nnordem) values (1, '3/4', '3/4', 1, 1);
insert into micromedicao.hidrometro_local_inst (hili_id, hili_dshidmtlocalinstalacao, hili_dsabrvhidmtlocinstalacao, hili_icuso) values (1, 'MURO', 'MURO', 1);
insert into micromedicao.hidrometro_marca (himc_id, himc_dshidrometromarca, himc_dsabreviadahidrmarca, himc_nndiarevisao, himc_icuso, himc_cdhidrometromarca) values (1, 'GENÉRICA', 'GEN', 0, 1, 'G');
insert into micromedicao.hidrometro_protecao (hipr_id, hipr_dshidrometroprotecao, hipr_dsabrvhidmtprotecao, hipr_icuso) values (1, 'CAIXA', 'CAIXA', 1);
insert into micromedicao.hidrometro_situacao (hist_id, hist_dshidrometrosituacao, hist_icuso) values (1, 'INSTALADO', 1);

insert into faturamento.debito_credito_situacao (dcst_id, dcst_dsdebitocreditosituacao, dcst_dsabreviado) values
    (0, 'NORMAL', 'NORMAL'), (1, 'RETIFICADA', 'RETIF'), (2, 'INCLUÍDA', 'INCL'), (3, 'CANCELADA', 'CANC'), (4, 'CANCELADA POR RETIFICAÇÃO', 'CANC RET'),
    (5, 'PARCELADA', 'PARC'), (6, 'ARRASTADA', 'ARRAST'), (7, 'ENTRADA DE PARCELAMENTO', 'ENTRADA'), (8, 'DÉBITO PRESCRITO', 'PRESC'), (9, 'PRÉ-FATURADA', 'PRE-FAT'),
    (10, 'CARTÃO DE CRÉDITO', 'CARTAO'), (11, 'ERRO DE PROCESSAMENTO', 'ERRO'), (12, 'PRESCRITO CONTAS INCLUÍDAS', 'PRESC INC'), (13, 'PAGA', 'PAGA');
insert into faturamento.conta_motivo_revisao (cmrv_id, cmrv_dsmotivorevisaoconta, cmrv_icuso) values
    (6, 'COBRANÇA JUDICIAL', 1), (91, 'ESTOURO DE CONSUMO', 1), (98, 'PAGAMENTO COMPROVADO', 1), (100, 'BAIXO CONSUMO', 1),
    (101, 'ENTRADA DE PARCELAMENTO', 1), (102, 'ANTIGUIDADE', 1), (105, 'CONTA EM CONTRATO DE PARCELAMENTO', 1), (106, 'DÉBITO IDEM', 1);
insert into financeiro.lancamento_item (lcit_id, lcit_dsitemlancamento, lcit_dsabreviado) values (1, 'SERVIÇOS', 'SERV');
insert into financeiro.lancamento_item_contabil (lict_id, lict_dsitemlancamentocontabil, lict_dsabreviado, lcit_id, lict_icuso) values (1, 'OUTROS SERVIÇOS', 'OUTR', 1, 1);
insert into financeiro.financiamento_tipo (fntp_id, fntp_dsfinanciamentotipo, fntp_icuso) values
    (1, 'SERVIÇO', 1), (2, 'PARCELAMENTO ÁGUA', 1), (3, 'PARCELAMENTO ESGOTO', 1), (4, 'PARCELAMENTO SERVIÇO', 1), (8, 'JUROS DE PARCELAMENTO', 1), (9, 'ENTRADA', 1);
insert into faturamento.debito_tipo (dbtp_id, lict_id, dbtp_dsdebitotipo, dbtp_icuso, fntp_id, dbtp_icgeracaoautomatica, dbtp_icgeracaoconta) values
    (33, 1, 'ENTRADA DE PARCELAMENTO', 1, 9, 2, 1), (40, 1, 'PARCELAMENTO DE CONTAS', 1, 2, 2, 1), (49, 1, 'HIDRÔMETRO', 1, 1, 2, 1),
    (80, 1, 'MULTA POR IMPONTUALIDADE', 1, 1, 1, 1), (91, 1, 'JUROS DE MORA', 1, 1, 1, 1);
insert into faturamento.credito_tipo (crti_id, crti_dscreditotipo, crti_icuso) values (1, 'DEVOLUÇÃO DE PAGAMENTO', 1), (2, 'DESCONTO CONCEDIDO', 1);
insert into faturamento.credito_origem (crog_id, crog_dscreditoorigem, crog_icuso) values (1, 'DEVOLUÇÃO', 1);
insert into faturamento.imposto_tipo (imtp_id, imtp_dsimposto, imtp_dsabreviadaimposto, imtp_icuso) values
    (1, 'IMPOSTO DE RENDA', 'IR', 1), (2, 'CONTRIBUIÇÃO SOCIAL SOBRE O LUCRO', 'CSLL', 1), (3, 'COFINS', 'COFINS', 1), (4, 'PIS/PASEP', 'PIS', 1);
insert into faturamento.qualidade_agua_padrao (qlap_id, qlap_dspadraoturbidez, qlap_dspadraocor, qlap_dspadraocloro, qlap_dspadraofluor,
        qlap_dspadraocoliformestotais, qlap_dspadraocoliftermo) values
    (1, 'até 5,0 uT', 'até 15 uH', '0,2 a 5,0 mg/L', 'até 1,5 mg/L', 'ausência em 95%', 'ausência em 100 mL');

insert into cobranca.documento_tipo (dotp_id, dotp_dsdocumentotipo, dotp_dsabreviado, dotp_icuso) values
    (1, 'CONTA', 'CONTA', 1), (2, 'ENTRADA DE PARCELAMENTO', 'ENTRADA', 1), (3, 'DOCUMENTO DE COBRANÇA', 'DOC COB', 1), (5, 'FATURA DE CLIENTE', 'FATURA', 1),
    (6, 'DÉBITO A COBRAR', 'DEB', 1), (7, 'GUIA DE PAGAMENTO', 'GUIA', 1), (14, 'EXTRATO DE DÉBITO', 'EXTRATO', 1);
insert into cobranca.cobranca_forma (cbfm_id, cbfm_dscobrancaforma, cbfm_icuso) values (1, 'COBRANÇA EM CONTA', 1);
insert into cobranca.parcelamento_situacao (pcst_id, pcst_dsparcelamentosituacao) values (1, 'NORMAL'), (2, 'DESFEITO'), (3, 'CONCLUÍDO'), (4, 'CANCELADO');
insert into cobranca.parcelamento_tipo (pctp_id, pctp_dsparcelamentotipo, pctp_icuso) values (1, 'NORMAL', 1);

insert into arrecadacao.pagamento_situacao (pgst_id, pgst_dspagamentosituacao, pgst_icuso) values
    (0, 'CLASSIFICADO', 1), (1, 'EM DUPLICIDADE', 1), (2, 'DOC. INEXISTENTE', 1), (3, 'VALOR EM EXCESSO', 1), (4, 'VALOR A BAIXAR', 1), (5, 'VALOR NÃO CONFERE', 1);
insert into arrecadacao.arrecadacao_forma (arfm_id, arfm_dsarrecadacaoforma) values
    (1, 'GUICHÊ DE CAIXA'), (2, 'INTERNET'), (3, 'CASA LOTÉRICA'), (13, 'DÉBITO AUTOMÁTICO'), (20, 'PIX');
insert into arrecadacao.banco (bnco_id, bnco_nmabreviado, bnco_nmbanco, bnco_icuso) values (47, 'BANESE', 'BANCO DO ESTADO DE SERGIPE', 1);
insert into arrecadacao.agencia (agen_id, agen_cdagencia, bnco_id, agen_nmagencia, agen_nnfone) values (1, '00001', 47, 'CENTRO', '');
insert into arrecadacao.conta_bancaria (ctbc_id, ctbc_nnconta, agen_id) values (1, '1000', 1);
insert into cadastro.cliente (clie_id, clie_nmcliente, cltp_id, clie_icuso) values (19, 'BANCO DO ESTADO DE SERGIPE', 2, 1);
insert into arrecadacao.arrecadador (arrc_id, clie_id, arrc_cdagente) values (1, 19, 47);
insert into arrecadacao.arrecadador_contrato (arct_id, arrc_id, arct_dtcontratoinicio, arct_cdconvenio) values (1, 1, '2004-01-02', '1000');

-- The months are set when the demo is made.
insert into cadastro.sistema_parametros (parm_id, parm_amreferenciafaturamento, parm_amreferenciaarrecadacao, parm_nmestado, parm_nmempresa,
        parm_nmabreviadoempresa, parm_nncnpjempresa, parm_nnconsumograndeusuario, parm_vlminimoemissaoconta, parm_qteconomiasgrandeusuario,
        parm_nnmesesvalidadeconta, parm_nnmesesminaltvcmto, parm_cdempresafebraban, parm_nndiasvenctocobranca, parm_nnmaximodiasaltdadosos,
        parm_idultimoramanual, parm_dstitulopagina, parm_ipservidorsmtp, parm_dsemailresponsavel, parm_nn0800empresa, parm_nmsiteempresa,
        parm_ipservidormodulogerencial, parm_nmcontrolador, parm_dsdiasvcmtoalternativo, parm_nnmodulodigitoverif, parm_nnanoquitacao,
        parm_icsugestaotramite) values
    (1, 0, 0, 'SERGIPE', 'COMPANHIA DEMONSTRATIVA DE SANEAMENTO', 'DEMO', null, 1000, 0, 10,
     12, 6, 999, 5, 30, 0, 'DEMO', '127.0.0.1', 'demo@example.org', '0800 000 000', 'https://example.org',
     '127.0.0.1', 'DEMO', '1;5;10;15;20;25', 10, 2,
     1);

insert into atendimentopublico.servico_tipo_grupo (stgr_id, stgr_dsservicotipogrupo, stgr_icuso) values (1, 'REDES DE ÁGUA', 1);
insert into atendimentopublico.servico_tipo_subgrupo (stsg_id, stsg_dsservicotiposubgrupo, stsg_tmcadastramento, stsg_icuso, stgr_id) values
    (1, 'MANUTENÇÃO', '2012-03-01', 1, 1);
insert into atendimentopublico.servico_perfil_tipo (sptp_id, sptp_dsservicoperfiltipo, sptp_icveiculoproprio, sptp_icuso) values (1, 'EQUIPE DE CAMPO', 1, 1);
insert into atendimentopublico.servico_tipo_prioridade (stpr_id, stpr_dsservicotipoprioridade, stpr_icuso) values (1, 'NORMAL', 1);
insert into atendimentopublico.servico_tipo (svtp_id, svtp_dsservicotipo, svtp_vlservico, svtp_icpavimento, svtp_icatualizacomercial, svtp_icterceirizado,
        svtp_cdservicotipo, svtp_nntempomedioexecucao, stsg_id, sptp_id, stpr_id, svtp_icuso, svtp_icfiscalizacaoinfracao, svtp_icvistoria) values
    (1, 'DESOBSTRUÇÃO DE RAMAL DE ÁGUA', 0, 2, 2, 2, 'O', 2, 1, 1, 1, 1, 2, 2), (2, 'CONSERTO DE VAZAMENTO NA REDE', 0, 1, 2, 2, 'O', 4, 1, 1, 1, 1, 2, 2);

-- What can be asked for in Outros Serviços besides the above. Vistoria opens a
-- work order, Caminhão-pipa a charge, and those are GSAN's to open.
insert into atendimentopublico.solicitacao_tipo (sotp_id, sotp_dssolicitacaotipo, sotg_id, sotp_icfaltaagua, sotp_ictarifasocial, sotp_icuso) values
    (6, 'HIDRÔMETRO', 3, 2, 2, 1), (7, 'CADASTRO', 3, 2, 2, 1), (8, 'QUALIDADE DA ÁGUA', 1, 2, 2, 1), (9, 'PAVIMENTO', 1, 2, 2, 1),
    (10, 'LIGAÇÃO DE ESGOTO', 3, 2, 2, 1), (11, 'DENÚNCIA', 3, 2, 2, 1), (12, 'CAMPANHA ENCERRADA', 3, 2, 2, 2);
insert into atendimentopublico.solicitacao_tipo_espec (step_id, sotp_id, step_dssolcttipoespec, step_nndiaprazo, unid_id, step_icuso, step_iclojavirtual,
        step_icmatricula, step_iccliente, step_icligacaoagua, step_icurgencia, step_icdocumentoobrigatorio, step_icverificardebito,
        step_icalterarvencimento, step_icgeracaoordemservico, step_icpavimentorua, step_icpavimentocalcada, step_icgeracaodebito, step_icinformarcontara) values
    (20, 1, 'FALTA D''ÁGUA NA RUA', 1, 2, 1, 1, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2),
    (21, 2, 'VAZAMENTO NO RAMAL', 3, 2, 1, 1, 1, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2),
    (22, 3, 'ESGOTO RETORNANDO NO IMÓVEL', 1, 3, 1, 1, 1, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2),
    (23, 3, 'TAMPA DE POÇO DE VISITA QUEBRADA', 2, 3, 1, 1, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2),
    (24, 5, 'CONTESTAÇÃO DE CONTA', 10, 4, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1),
    (25, 5, 'CONTA NÃO RECEBIDA', 5, 4, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2),
    (26, 6, 'HIDRÔMETRO PARADO', 5, 4, 1, 1, 1, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2),
    (27, 6, 'HIDRÔMETRO COM VAZAMENTO', 3, 2, 1, 1, 1, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2),
    (28, 6, 'HIDRÔMETRO FURTADO', 3, 4, 1, 1, 1, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2),
    (29, 6, 'VISTORIA NO HIDRÔMETRO', 10, 4, 1, 1, 1, 2, 1, 2, 2, 2, 2, 1, 2, 2, 2, 2),
    (30, 7, 'CORREÇÃO DE ENDEREÇO', 10, 4, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2),
    (31, 7, 'TROCA DE TITULAR', 10, 4, 1, 1, 1, 1, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2),
    (32, 7, 'TARIFA SOCIAL', 15, 4, 1, 1, 1, 1, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2),
    (33, 8, 'ÁGUA COM COR OU CHEIRO', 2, 2, 1, 1, 1, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2),
    (34, 9, 'BURACO DEIXADO POR OBRA', 7, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2),
    (35, 10, 'LIGAÇÃO NOVA DE ESGOTO', 15, 3, 1, 1, 1, 1, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2),
    (36, 11, 'LIGAÇÃO CLANDESTINA', null, 4, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2),
    (37, 4, 'CAMINHÃO-PIPA', 2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 1, 2),
    (38, 12, 'INSCRIÇÃO', 5, 4, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
insert into cadastro.fone_tipo (fnet_id, fnet_dsfonetipo, fnet_icuso) values (1, 'RESIDENCIAL', 1);

-- What debts besides bills are, and what an extrato is made of.
insert into faturamento.debito_tipo (dbtp_id, lict_id, dbtp_dsdebitotipo, dbtp_icuso, fntp_id, dbtp_icgeracaoautomatica, dbtp_icgeracaoconta) values
    (44, 1, 'JUROS SOBRE PARCELAMENTO', 1, 8, 2, 1), (102, 1, 'RELIGAÇÃO DE ÁGUA', 1, 1, 2, 1), (103, 1, 'VISTORIA', 1, 1, 2, 1);
insert into faturamento.credito_origem (crog_id, crog_dscreditoorigem, crog_icuso) values (6, 'DESCONTOS CONCEDIDOS NO PARCELAMENTO', 1);
insert into cobranca.documento_tipo (dotp_id, dotp_dsdocumentotipo, dotp_dsabreviado, dotp_icuso) values (10, 'CRÉDITO A REALIZAR', 'CREDITO', 1);
insert into cobranca.documento_emissao_forma (demf_id) values (1), (2), (3), (4);
insert into cobranca.cobranca_debito_situacao (cdst_id, cdst_dssituacaodebito, cdst_icuso) values (1, 'PENDENTE', 1), (2, 'PAGO', 1);
insert into cadastro.imovel_conta_envio (icte_id, icte_dscontaenvio, icte_icuso) values (9, 'RESPONSÁVEL FINAL DE GRUPO', 1);
insert into cobranca.cobranca_situacao_tipo (cbsp_id, cbsp_dscobrancasituacaotipo, cbsp_icuso, cbsp_icemitedoccobranca) values
    (1, 'PARALISAR AÇÕES DE COBRANÇA', 1, 1), (2, 'NÃO EMITIR DOCUMENTO DE COBRANÇA', 1, 2);
insert into seguranca.usuario_acao (usac_id) values (1);
insert into seguranca.operacao (oper_id, fncd_id, oper_dsoperacao, optp_id, oper_icregistratransacao) values (54, 43, 'INSERIR VENCIMENTO ALTERNATIVO', 4, 1);
insert into seguranca.alteracao_tipo (altp_id, altp_dsalteracaotipo, altp_dsabreviado) values (1, 'ALTERAÇÃO', 'ALT'), (2, 'INCLUSÃO', 'INC'), (3, 'EXCLUSÃO', 'EXC');

-- What deals are made under: situations of a property, the least water bill, and the resolution for the Loja Virtual with its profiles.
insert into cadastro.imovel_situacao_tipo (istp_id, istp_dsimovelsituacaotipo) values (1, 'ATIVO'), (2, 'INATIVO'), (3, 'LIGADO SÓ ESGOTO');
insert into cadastro.imovel_situacao (imst_id, istp_id, last_id, lest_id) values
    (1, 2, 1, null), (2, 2, 2, null), (3, 1, 3, null), (4, 1, 4, null), (5, 1, 5, null), (6, 2, 6, null), (7, 2, 7, null), (8, 2, 8, null),
    (9, 3, 1, 3), (10, 3, 2, 3), (11, 3, 6, 3), (12, 3, 7, 3), (13, 3, 8, 3);
insert into faturamento.consumo_tarifa_vigencia (cstv_id, cstf_id, cstv_dtvigencia) values (1, 1, '2018-01-01'), (2, 1, '2024-01-01'), (3, 1, '2999-01-01');
insert into faturamento.consumo_tarifa_categoria (cstc_id, cstv_id, catg_id, cstc_nnconsumominimo, cstc_vltarifaminima, scat_id) values
    (1, 1, 1, 10, 31.20, 0), (2, 1, 2, 10, 70.10, 0), (3, 2, 1, 10, 45.30, 0), (4, 2, 2, 10, 98.40, 0), (5, 2, 3, 10, 98.40, 0), (6, 2, 4, 10, 98.40, 0),
    (7, 3, 1, 10, 90.00, 0);
insert into cobranca.resolucao_diretoria (rdir_id, rdir_nnresolucaodiretoria, rdir_dsassunto, rdir_dtvigenciainicio, rdir_dtvigenciafim, rdir_icparcelamentolojavirtual) values
    (9, '009/2019', 'LOJA VIRTUAL, ENCERRADA', '2019-01-01', '2023-12-31', 1),
    (14, '014/2021', 'NEGOCIAÇÃO NO BALCÃO', '2021-01-01', null, 2),
    (21, '021/2024', 'PARCELAMENTO PELA LOJA VIRTUAL', '2024-01-01', null, 1);
insert into cobranca.parcelamento_perfil (pcpf_id, rdir_id, istp_id, catg_id, pcpf_pctarifaminimaprestacao, pcpf_pcdescontoacrescimomulta,
        pcpf_pcdescontoacrescimojurosmora, pcpf_pcdescontoacrescimoatualizacaomonetaria, pcpf_pcdescontopagamentoavista, pcpf_pcquantidademinimafatura,
        pcpf_nnconsumominimo, pcpf_icsancoesparcunica) values
    (1, 9, 1, null, 50, 0, 0, 0, 0, null, null, 2),
    (2, 14, 1, null, 100, 0, 0, 0, 0, null, null, 2),
    (3, 21, 1, 1, 50, 100, 50, 0, 5, 2, null, 2),    -- homes
    (4, 21, 1, 2, 100, 50, 0, 0, 0, null, 30, 1),    -- shops
    (5, 21, 2, null, 50, 100, 100, 50, 15, 2, null, 2), -- cut off
    (6, 21, 3, null, 50, 100, 100, 50, 15, 2, null, 2);
insert into cobranca.parcel_desconto_antiguid (pdan_id, pcpf_id, pdan_qtminimamesesdebito, pdan_pcdescontoativo, pdan_pcdescsemrestblc, pdan_pcdesccomrestblc) values
    (1, 5, 12, 10, 10, 20), (2, 5, 24, 20, 25, 40), (3, 6, 12, 10, 10, 20);
insert into cobranca.parcel_desconto_inativid (pdin_id, pcpf_id, pdin_qtmaximamesesinatividade, pdin_pcdescsemrestblc, pdin_pcdesccomrestblc) values
    (1, 5, 6, 7.5, 10), (2, 5, 12, 12.5, 20), (3, 5, 60, 30, 50), (4, 6, 12, 5, 10);
insert into cobranca.parcel_qtde_reparcel (pqtr_id, pcpf_id, pqtr_qtmaximareparcelamento, pqtr_pcentradasugerida) values
    (1, 1, 0, null), (2, 2, 0, null), (3, 3, 0, 20), (4, 3, 2, 30), (5, 4, 0, null), (6, 5, 0, 20), (7, 6, 0, 20);
insert into cobranca.parcel_qtde_prestacao (pqtp_id, pqtr_id, pqtp_qtmaximaprestacao, pqtp_txjuros, pqtp_pcminimoentrada) values
    (1, 1, 6, 2, 30), (2, 2, 24, 1, 20),
    (3, 3, 6, 0, 10), (4, 3, 12, 0.5, 10), (5, 3, 36, 1, 10), (6, 4, 12, 1, 30),
    (7, 5, 6, 1, 20), (8, 5, 12, 1.5, 20),
    (9, 6, 12, 0, 10), (10, 6, 36, 0.5, 10), (11, 7, 12, 0, 10);

-- What a card payment needs: why bills are em revisão meanwhile, and the request
-- that staff get when something is amiss with a payment. Neither is for customers.
insert into faturamento.conta_motivo_revisao (cmrv_id, cmrv_dsmotivorevisaoconta, cmrv_icuso) values (110, 'PAGAMENTO POR CARTÃO EM ANDAMENTO', 1);
insert into atendimentopublico.solicitacao_tipo_espec (step_id, sotp_id, step_dssolcttipoespec, step_nndiaprazo, unid_id, step_icuso, step_iclojavirtual,
        step_icmatricula, step_iccliente, step_icligacaoagua, step_icurgencia, step_icdocumentoobrigatorio, step_icverificardebito,
        step_icalterarvencimento, step_icgeracaoordemservico, step_icpavimentorua, step_icpavimentocalcada, step_icgeracaodebito, step_icinformarcontara,
        step_icinformarpgtoduplicidade) values
    (40, 5, 'PAGAMENTO A CONFERIR', 5, 4, 1, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1);
