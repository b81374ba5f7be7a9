-- The part of GSAN's schema that the demo needs: its own schemas, tables, columns
-- and types. Columns that GSAN requires are all here, so that what is written to
-- the demo could be written to GSAN itself; of the optional ones only those we use.
-- Keys and indexes are in keys.sql, made after the rows are in. Of the sequences,
-- those that numbers of a request for service are drawn from.

create schema if not exists arrecadacao;
create schema if not exists atendimentopublico;
create schema if not exists cadastro;
create schema if not exists cobranca;
create schema if not exists faturamento;
create schema if not exists financeiro;
create schema if not exists micromedicao;
create schema if not exists seguranca;

create sequence atendimentopublico.seq_ordem_servico;
create sequence atendimentopublico.seq_ra_anexo;
create sequence atendimentopublico.seq_ra_protocolo;
create sequence atendimentopublico.seq_ra_solicitante;
create sequence atendimentopublico.seq_ra_unidade;
create sequence atendimentopublico.seq_registro_atendimento;
create sequence atendimentopublico.seq_solicitante_fone;
create sequence atendimentopublico.seq_tramite;
create sequence cobranca.seq_cobranca_documento;
create sequence cobranca.seq_cobranca_documento_item;
create sequence faturamento.seq_vencimento_alternativo;
create sequence seguranca.seq_operacao_efetuada;
create sequence seguranca.seq_tab_linha_col_alteracao;
create sequence seguranca.seq_tabela_linha_alteracao;
create sequence seguranca.seq_usuario_alteracao;

create table arrecadacao.agencia (
    agen_cdagencia            varchar(5) not null,
    bnco_id                   integer not null,
    agen_nmagencia            varchar(40) not null,
    agen_nnfone               varchar(9) not null,
    agen_id                   integer not null,
    agen_dsemail              varchar(40),
    agen_dscomplementondereco varchar(25),
    agen_tmultimaalteracao    timestamp not null default now()
);

create table arrecadacao.arrecadacao_forma (
    arfm_id                 integer not null,
    arfm_dsarrecadacaoforma varchar(60),
    arfm_tmultimaalteracao  timestamp not null default now()
);

create table arrecadacao.arrecadador (
    arrc_id                integer not null,
    clie_id                integer not null,
    arrc_cdagente          smallint not null,
    arrc_tmultimaalteracao timestamp not null default now(),
    arrc_icuso             smallint not null default 1
);

create table arrecadacao.arrecadador_contrato (
    arct_id                    integer not null,
    arrc_id                    integer not null,
    arct_dtcontratoinicio      date not null,
    arct_dtcontratofim         date,
    arct_dtcontratoencerramento date,
    arct_cdconvenio            varchar(20),
    arct_tmultimaalteracao     timestamp not null default now()
);

create table arrecadacao.aviso_bancario (
    avbc_id                      integer not null,
    avbc_dtlancamento            date not null,
    avbc_vlcontabilizado         numeric(13,2) not null,
    avbc_amreferenciaarrecadacao integer not null,
    avbc_iccreditodebito         smallint not null,
    arrc_id                      integer not null,
    avbc_nndocumento             integer not null,
    ctbc_id                      integer not null,
    avbc_tmultimaalteracao       timestamp not null default now(),
    avbc_vlarrecadacaocalculado  numeric(13,2) not null,
    avbc_vldevolucaocalculado    numeric(13,2) not null,
    avbc_vlarrecadacaoinformado  numeric(13,2) not null,
    avbc_vldevolucaoinformado    numeric(13,2) not null
);

create table arrecadacao.banco (
    bnco_nmabreviado       varchar(10) not null,
    bnco_nmbanco           varchar(40),
    bnco_id                integer not null,
    bnco_icuso             smallint,
    bnco_tmultimaalteracao timestamp not null default now()
);

create table arrecadacao.conta_bancaria (
    ctbc_id                integer not null,
    ctbc_nnconta           varchar(20) not null,
    agen_id                integer not null,
    ctbc_tmultimaalteracao timestamp not null default now()
);

create table arrecadacao.devolucao (
    devl_id                      integer not null,
    devl_vldevolucao             numeric(13,2) not null,
    devl_amreferenciaarrecadacao integer not null,
    devl_dtdevolucao             date not null,
    avbc_id                      integer not null,
    devl_tmultimaalteracao       timestamp not null default now(),
    imov_id                      integer,
    loca_id                      integer not null,
    crar_id                      integer
);

create table arrecadacao.pagamento (
    pgmt_id                      integer not null,
    pgmt_vlpagamento             numeric(13,2) not null,
    pgmt_amreferenciapagamento   integer,
    pgmt_dtpagamento             date not null,
    pgmt_amreferenciaarrecadacao integer not null,
    pgst_idatual                 integer,
    cnta_id                      integer,
    gpag_id                      integer,
    loca_id                      integer not null,
    dotp_id                      integer not null,
    avbc_id                      integer not null,
    imov_id                      integer,
    arfm_id                      integer,
    pgmt_tmultimaalteracao       timestamp not null default now(),
    dbtp_id                      integer,
    dbac_id                      integer,
    clie_id                      integer,
    pgst_idanterior              integer
);

create table arrecadacao.pagamento_historico (
    pghi_id                      integer not null,
    pghi_vlpagamento             numeric(13,2) not null,
    pghi_amreferenciapagamento   integer,
    pghi_dtpagamento             date not null,
    pghi_amreferenciaarrecadacao integer not null,
    pgst_idatual                 integer not null,
    cnta_id                      integer,
    gpag_id                      integer,
    loca_id                      integer not null,
    dotp_id                      integer not null,
    avbc_id                      integer,
    imov_id                      integer,
    arfm_id                      integer,
    pghi_tmultimaalteracao       timestamp not null default now(),
    dbtp_id                      integer,
    dbac_id                      integer,
    clie_id                      integer,
    pgst_idanterior              integer
);

create table arrecadacao.pagamento_situacao (
    pgst_id                  integer not null,
    pgst_dspagamentosituacao varchar(20),
    pgst_dsabreviado         char(8),
    pgst_icuso               smallint,
    pgst_tmultimaalteracao   timestamp not null default now()
);

create table atendimentopublico.atend_motivo_encmt (
    amen_id                       integer not null,
    amen_dsmotivoencerramento     varchar(50) not null,
    amen_icuso                    smallint not null,
    amen_tmultimaalteracao        timestamp not null default now(),
    amen_icexecucao               smallint not null,
    amen_icduplicidade            smallint not null,
    amen_icexibiformordemseletiva smallint not null default 2,
    amen_icfiscalizacao           smallint not null default 2
);

create table atendimentopublico.atendimento_relacao_tipo (
    attp_id                       integer not null,
    attp_dsatendimentorelacaotipo varchar(30) not null,
    attp_icuso                    smallint,
    attp_tmultimaalteracao        timestamp not null default now()
);

create table atendimentopublico.espec_tipo_validacao (
    estv_id                        integer not null,
    step_id                        integer not null,
    estv_dsespecificaotipvalidacao varchar(30) not null,
    estv_cdconstante               char(1) not null,
    estv_icuso                     smallint not null,
    estv_tmultimaalteracao         timestamp not null default now()
);

create table atendimentopublico.fiscaliz_sit_serv_a_cob (
    fzst_id                     integer not null,
    dbtp_id                     integer not null,
    fscb_ichidrometrocapacidade smallint not null,
    fscb_nnxservcalcvl          numeric(3,1) not null,
    fscb_tmultimaalteracao      timestamp not null default now()
);

create table atendimentopublico.ligacao_agua (
    lagu_id                integer not null,
    lagu_dtligacaoagua     date,
    lagu_dtsupressaoagua   date,
    lagu_dtcorte           date,
    lagd_id                integer not null,
    lagm_id                integer not null,
    lagu_tmultimaalteracao timestamp not null default now(),
    hidi_id                integer
);

create table atendimentopublico.ligacao_agua_diametro (
    lagd_id                    integer not null,
    lagd_dsligacaoaguadiametro varchar(20),
    lagd_icuso                 smallint,
    lagd_tmultimaalteracao     timestamp not null default now()
);

create table atendimentopublico.ligacao_agua_material (
    lagm_id                    integer not null,
    lagm_dsligacaoaguamaterial varchar(20),
    lagm_icuso                 smallint,
    lagm_tmultimaalteracao     timestamp not null default now()
);

create table atendimentopublico.ligacao_agua_situacao (
    last_id                    integer not null,
    last_dsligacaoaguasituacao varchar(20),
    last_icuso                 smallint,
    last_tmultimaalteracao     timestamp not null default now(),
    last_dsabreviado           char(3),
    last_icfaturamento         smallint not null,
    last_nnconsumominimo       integer not null
);

create table atendimentopublico.ligacao_esgoto_situacao (
    lest_id                      integer not null,
    lest_dsligacaoesgotosituacao varchar(20),
    lest_icuso                   smallint,
    lest_tmultimaalteracao       timestamp not null default now(),
    lest_dsabreviado             char(3),
    lest_icfaturamento           smallint not null,
    lest_nnvolumeminimo          integer not null
);

create table atendimentopublico.meio_solicitacao (
    meso_id                integer not null,
    meso_dsmeiosolicitacao varchar(50) not null,
    meso_icuso             smallint not null,
    meso_tmultimaalteracao timestamp not null default now()
);

create table atendimentopublico.ordem_servico (
    orse_id                       integer not null,
    rgat_id                       integer,
    svtp_id                       integer not null,
    orse_cdsituacao               smallint not null,
    orse_tmgeracao                timestamp not null,
    orse_tmencerramento           timestamp,
    orse_dsobservacao             varchar(400),
    orse_tmultimaalteracao        timestamp not null default now(),
    stpr_idoriginal               integer not null,
    stpr_idatual                  integer not null,
    orse_iccomercialatualizado    smallint not null,
    orse_icdiagnostico            smallint not null,
    imov_id                       integer,
    orse_icprogramada             smallint not null default 1,
    orse_icencerramentoautomatico smallint not null default 2,
    unid_idatual                  integer not null,
    orse_icboletim                smallint not null default 2
);

create table atendimentopublico.ra_anexo (
    raan_id                  integer not null,
    rgat_id                  integer not null,
    raan_imdocumento         bytea not null,
    raan_dsdocumento         varchar(200),
    raan_nmextensaodocumento char(4) not null,
    raan_tmultimaalteracao   timestamp not null default now()
);

create table atendimentopublico.ra_conta (
    rgat_id                integer not null,
    cnta_id                integer not null,
    ract_tmultimaalteracao timestamp not null default now()
);

create table atendimentopublico.ra_solicitante (
    raso_id                     integer not null,
    rgat_id                     integer not null,
    clie_id                     integer,
    raso_dspontoreferencia      varchar(60),
    raso_nmsolicitante          varchar(60),
    raso_icsolicitanteprincipal smallint not null,
    raso_tmultimaalteracao      timestamp not null default now(),
    raso_nnprotocoloatendimento varchar(14),
    raso_icenvioemailpesquisa   smallint not null default 2,
    raso_dsemail                varchar(40)
);

create table atendimentopublico.ra_unidade (
    raun_id                integer not null,
    unid_id                integer not null,
    rgat_id                integer not null,
    usur_id                integer not null,
    attp_id                integer not null,
    raun_tmultimaalteracao timestamp not null default now()
);

create table atendimentopublico.registro_atendimento (
    rgat_id                    integer not null,
    step_id                    integer not null,
    loca_id                    integer,
    stcm_id                    integer,
    qdra_id                    integer,
    amen_id                    integer,
    meso_id                    integer not null,
    rgat_idreativacao          integer,
    rgat_idduplicidade         integer,
    rgat_cdsituacao            smallint not null,
    rgat_tmregistroatendimento timestamp not null,
    rgat_dtprevistaoriginal    date not null,
    rgat_dtprevistaatual       date not null,
    rgat_qtreiteracoes         smallint,
    rgat_dsobservacao          varchar(400),
    rgat_tmultimaalteracao     timestamp not null default now(),
    rgat_dsparecerencerramento varchar(1000),
    rgat_dspontoreferencia     varchar(60),
    rgat_dscomplementondereco  varchar(45),
    imov_id                    integer,
    rgat_icatendimentoonline   smallint not null,
    lgbr_id                    integer,
    lgcp_id                    integer,
    rgat_tmencerramento        timestamp,
    rgat_nnimovel              char(5),
    unid_idatual               integer,
    rgat_nncoordenadanorte       numeric(16,4),
    rgat_nncoordenadaleste       numeric(16,4)
);

create table atendimentopublico.servico_perfil_tipo (
    sptp_id                  integer not null,
    sptp_dsservicoperfiltipo varchar(30) not null,
    sptp_icveiculoproprio    smallint not null,
    sptp_icuso               smallint not null,
    sptp_tmultimaalteracao   timestamp not null default now()
);

create table atendimentopublico.servico_tipo (
    svtp_id                        integer not null,
    svtp_dsservicotipo             varchar(50) not null,
    svtp_dsabreviado               varchar(20),
    svtp_vlservico                 numeric(13,2) not null,
    svtp_icpavimento               smallint not null,
    svtp_icatualizacomercial       smallint not null,
    svtp_icterceirizado            smallint not null,
    svtp_cdservicotipo             char(1) not null,
    svtp_nntempomedioexecucao      smallint not null,
    stsg_id                        integer not null,
    sptp_id                        integer not null,
    svtp_tmultimaalteracao         timestamp not null default now(),
    stpr_id                        integer not null,
    svtp_icuso                     smallint not null,
    svtp_icfiscalizacaoinfracao    smallint not null,
    svtp_icvistoria                smallint not null,
    svtp_icpermitealterarvalor     smallint not null default 2,
    svtp_icincluirdebito           smallint not null default 2,
    svtp_iccobrarjuros             smallint not null default 2,
    svtp_icconsideraeconomias      smallint not null default 2,
    svtp_icboletim                 smallint not null default 2,
    svtp_icatividade               smallint not null default 2,
    svtp_icemcobranca              smallint not null default 2,
    svtp_icservicoordemseletiva    smallint not null default 2,
    svtp_icenvioemailpesquisa      smallint not null default 2,
    svtp_icgerarosinspanormalidade smallint not null default 2,
    svtp_icprogramacaoautomatica   smallint not null default 2,
    svtp_icencautomaticoraqdoencos smallint not null default 2,
    svtp_iccorrecaoanormalidade    smallint not null default 2
);

create table atendimentopublico.servico_tipo_grupo (
    stgr_id                 integer not null,
    stgr_dsservicotipogrupo varchar(50),
    stgr_icuso              smallint not null,
    stgr_tmultimaalteracao  timestamp not null default now()
);

create table atendimentopublico.servico_tipo_prioridade (
    stpr_id                      integer not null,
    stpr_dsservicotipoprioridade varchar(30) not null,
    stpr_icuso                   smallint not null,
    stpr_tmultimaalteracao       timestamp not null default now()
);

create table atendimentopublico.servico_tipo_subgrupo (
    stsg_id                    integer not null,
    stsg_dsservicotiposubgrupo varchar(50) not null,
    stsg_tmcadastramento       timestamp not null,
    stsg_icuso                 smallint not null,
    stsg_tmultimaalteracao     timestamp not null default now(),
    stgr_id                    integer not null
);

create table atendimentopublico.solicitacao_tipo (
    sotp_id                integer not null,
    sotp_dssolicitacaotipo varchar(50) not null,
    sotg_id                integer not null,
    sotp_tmultimaalteracao timestamp not null default now(),
    sotp_icfaltaagua       smallint not null,
    sotp_ictarifasocial    smallint not null,
    sotp_icuso             smallint not null,
    sotp_icusosistema      smallint not null default 2
);

create table atendimentopublico.solicitacao_tipo_espec (
    step_id                        integer not null,
    step_dssolcttipoespec          varchar(50) not null,
    step_nndiaprazo                integer,
    step_icpavimentocalcada        smallint not null,
    step_icpavimentorua            smallint not null,
    step_icmatricula               integer,
    step_icgeracaodebito           integer,
    step_tmultimaalteracao         timestamp not null default now(),
    sotp_id                        integer not null,
    unid_id                        integer,
    step_icgeracaoordemservico     smallint not null,
    step_iccliente                 smallint,
    step_icuso                     smallint not null,
    step_icligacaoagua             smallint not null,
    step_icsolicitante             smallint not null default 1,
    step_icverificardebito         smallint not null default 2,
    step_icpermitealterarvalor     smallint not null default 2,
    step_iccobrarjuros             smallint not null default 2,
    step_icdocumentoobrigatorio    smallint not null default 2,
    step_icencerramentoautomatico  smallint not null default 2,
    step_icurgencia                integer default 2,
    step_icvaldocresponsavel       smallint not null default 2,
    step_icinformarcontara         integer not null default 2,
    step_icinformarpgtoduplicidade integer not null default 2,
    step_icalterarvencimento       integer not null default 2,
    step_iclojavirtual             smallint not null default 2,
    step_iccanceladebitoacobrar    smallint not null default 2,
    svtp_id                      integer
);

create table atendimentopublico.solicitacao_tipo_grupo (
    sotg_id                     integer not null,
    sotg_dssolicitacaotipogrupo varchar(20) not null,
    sotg_icuso                  smallint not null,
    sotg_tmultimaalteracao      timestamp not null default now(),
    sotg_icesgoto               smallint not null
);

create table atendimentopublico.solicitante_fone (
    sofo_id                integer not null,
    sofo_cdddd             smallint not null,
    sofo_nnfone            varchar(9) not null,
    sofo_nnfoneramal       varchar(4),
    sofo_icfonepadrao      smallint not null,
    fnet_id                integer not null,
    sofo_tmultimaalteracao timestamp not null default now(),
    raso_id                integer not null
);

create table atendimentopublico.tramite (
    tram_id                integer not null,
    rgat_id                integer not null,
    tram_dsparecertramite  varchar(400),
    tram_tmtramite         timestamp not null,
    tram_tmultimaalteracao timestamp not null default now(),
    unid_idorigem          integer not null,
    unid_iddestino         integer not null,
    usur_idregistro        integer not null,
    usur_idresponsavel     integer not null
);

create table cadastro.bairro (
    bair_id                integer not null,
    muni_id                integer not null,
    bair_cdbairro          integer not null,
    bair_nmbairro          varchar(30),
    bair_icuso             smallint,
    bair_tmultimaalteracao timestamp not null default now()
);

create table cadastro.categoria (
    catg_id                integer not null,
    catg_dscategoria       varchar(15) not null,
    catg_dsabreviado       char(3) not null,
    catg_icuso             smallint,
    catg_tmultimaalteracao timestamp not null default now(),
    catg_iccobrancaacrescimos    smallint not null default 1
);

create table cadastro.cep (
    cep_id                integer not null,
    cep_cdcep             integer,
    cep_tmultimaalteracao timestamp not null default now()
);

create table cadastro.cliente (
    clie_id                integer not null,
    clie_nmcliente         varchar(50),
    cltp_id                integer not null,
    clie_nncpf             varchar(11),
    clie_dtnascimento      date,
    clie_nncnpj            varchar(14),
    clie_dsemail           varchar(40),
    clie_icuso             smallint,
    clie_tmultimaalteracao timestamp not null default now(),
    clie_iccobrancaacrescimos    smallint default 1,
    clie_ddvencimento            smallint
);

create table cadastro.cliente_conta (
    clct_id                integer not null,
    clie_id                integer not null,
    cnta_id                integer not null,
    crtp_id                integer not null,
    clct_icnomeconta       smallint not null,
    clct_tmultimaalteracao timestamp not null default now()
);

create table cadastro.cliente_conta_historico (
    clch_id                integer not null,
    clie_id                integer not null,
    cnta_id                integer not null,
    crtp_id                integer not null,
    clch_icnomeconta       smallint not null,
    clch_tmultimaalteracao timestamp not null default now()
);

create table cadastro.cliente_fone (
    cfon_id                integer not null,
    clie_id                integer not null,
    cfon_cdddd             char(2),
    cfon_nnfone            varchar(9),
    cfon_nnfoneramal       varchar(4),
    cfon_icfonepadrao      smallint,
    fnet_id                integer not null,
    cfon_tmultimaalteracao timestamp not null default now(),
    cfon_nmcontato         varchar(50)
);

create table cadastro.cliente_imovel (
    clim_id                integer not null,
    clie_id                integer not null,
    imov_id                integer not null,
    clim_dtrelacaoinicio   date,
    clim_dtrelacaofim      date,
    clim_tmultimaalteracao timestamp not null default now(),
    crtp_id                integer,
    clim_icnomeconta       smallint not null
);

create table cadastro.cliente_relacao_tipo (
    crtp_id                   integer not null,
    crtp_dsclienterelacaotipo varchar(30),
    crtp_icuso                smallint,
    crtp_tmultimaalteracao    timestamp not null default now()
);

create table cadastro.cliente_tipo (
    cltp_id                     integer not null,
    cltp_dsclientetipo          varchar(50),
    cltp_icpessoafisicajuridica smallint,
    cltp_icuso                  smallint,
    cltp_tmultimaalteracao      timestamp not null default now()
);

create table cadastro.empresa (
    empr_id                 integer not null,
    empr_nmempresa          varchar(50),
    empr_dsemail            varchar(80),
    empr_icuso              smallint,
    empr_tmultimaalteracao  timestamp not null default now(),
    empr_icempresaprincipal smallint not null,
    empr_nmabreviadoempresa varchar(10)
);

create table cadastro.fone_tipo (
    fnet_id                integer not null,
    fnet_dsfonetipo        varchar(20),
    fnet_icuso             smallint,
    fnet_tmultimaalteracao timestamp not null default now()
);

create table cadastro.gerencia_regional (
    greg_id                    integer not null,
    greg_nmregional            varchar(25) not null,
    greg_nmabreviado           char(3) not null,
    greg_dscomplementoendereco varchar(25),
    greg_dsemail               varchar(40),
    greg_icuso                 smallint,
    greg_tmultimaalteracao     timestamp not null default now()
);

create table cadastro.imovel (
    imov_id                      integer not null,
    loca_id                      integer not null,
    stcm_id                      integer not null,
    qdra_id                      integer not null,
    imov_nnlote                  smallint not null,
    imov_nnsublote               smallint not null,
    imov_nnimovel                char(5) not null,
    imov_dscomplementoendereco   varchar(25),
    imov_icimovelcondominio      smallint not null,
    last_id                      integer not null,
    lest_id                      integer not null,
    iper_id                      integer not null,
    imov_ddvencimento            smallint,
    imov_icdebitoconta           smallint not null,
    imov_icexclusao              smallint,
    imov_tmultimaalteracao       timestamp not null default now(),
    cstf_id                      integer not null,
    lgbr_id                      integer,
    lgcp_id                      integer,
    icte_id                      integer not null default 2,
    siac_id                      integer default 0,
    rota_idalternativa           integer,
    imov_icvencimentomesseguinte smallint not null default 2,
    imov_nnreparcmtconsec        smallint,
    imov_nnreparcelamento        smallint,
    cbst_id                      integer,
    cbsp_id                      integer
);

create table cadastro.imovel_cobranca_situacao (
    iscb_id                    integer not null,
    imov_id                    integer not null,
    iscb_dtimplantacaocobranca date not null,
    iscb_dtretiradacobranca    date,
    iscb_tmultimaalteracao     timestamp not null default now(),
    clie_id                    integer not null
);

create table cadastro.imovel_conta_envio (
    icte_id                integer not null,
    icte_dscontaenvio      varchar(70) not null,
    icte_icuso             smallint not null,
    icte_tmultimaalteracao timestamp not null default now()
);

create table cadastro.imovel_perfil (
    iper_id                  integer not null,
    iper_dsimovelperfil      varchar(20),
    iper_icuso               smallint,
    iper_tmultimaalteracao   timestamp not null default now(),
    iper_icgeracaoautomatica smallint not null
);

create table cadastro.imovel_situacao (
    imst_id                integer not null,
    istp_id                integer not null,
    last_id                integer not null,
    lest_id                integer,
    imst_tmultimaalteracao timestamp not null default now()
);

create table cadastro.imovel_situacao_tipo (
    istp_id                   integer not null,
    istp_dsimovelsituacaotipo varchar(20),
    istp_tmultimaalteracao    timestamp not null default now()
);

create table cadastro.imovel_subcategoria (
    imov_id                integer not null,
    scat_id                integer not null,
    imsb_qteconomia        smallint not null,
    imsb_tmultimaalteracao timestamp not null default now()
);

create table cadastro.localidade (
    loca_id                integer not null,
    loca_nmlocalidade      varchar(30) not null,
    loca_cdelo             integer not null,
    greg_id                integer not null,
    loca_tmultimaalteracao timestamp not null default now(),
    uneg_id                integer not null,
    muni_idprincipal             integer
);

create table cadastro.logradouro (
    logr_id                integer not null,
    logr_nmlogradouro      varchar(40) not null,
    lgtt_id                integer,
    lgtp_id                integer not null,
    muni_id                integer not null,
    logr_icuso             smallint,
    logr_tmultimaalteracao timestamp not null default now()
);

create table cadastro.logradouro_bairro (
    logr_id                integer not null,
    bair_id                integer not null,
    lgbr_tmultimaalteracao timestamp not null default now(),
    lgbr_id                integer not null
);

create table cadastro.logradouro_cep (
    logr_id                integer not null,
    cep_id                 integer not null,
    lgcp_icuso             smallint not null,
    lgcp_tmultimaalteracao timestamp not null default now(),
    lgcp_id                integer not null
);

create table cadastro.logradouro_tipo (
    lgtp_id                  integer not null,
    lgtp_dslogradourotipo    varchar(20) not null,
    lgtp_dsabreviado         char(3),
    lgtp_icuso               smallint,
    lgtp_tmultimaalteracao   timestamp not null default now(),
    lgtp_dsabreviadocompleto char(13)
);

create table cadastro.logradouro_titulo (
    lgtt_id                  integer not null,
    lgtt_dslogradourotitulo  varchar(25) not null,
    lgtt_dsabreviado         char(5),
    lgtt_icuso               smallint,
    lgtt_tmultimaalteracao   timestamp not null default now(),
    lgtt_dsabreviadocompleto char(13)
);

create table cadastro.microrregiao (
    mreg_id                integer not null,
    regi_id                integer not null,
    mreg_nmmicrorregiao    varchar(30),
    mreg_icuso             smallint,
    mreg_tmultimaalteracao timestamp not null default now()
);

create table cadastro.municipio (
    muni_id                integer not null,
    muni_nmmunicipio       varchar(30),
    rdes_id                integer not null,
    mreg_id                integer not null,
    unfe_id                integer not null,
    muni_tmultimaalteracao timestamp not null default now()
);

create table cadastro.municipio_feriado (
    mfer_id                integer not null,
    muni_id                integer not null,
    mfer_dtferiado         date not null,
    mfer_dsferiado         varchar(20),
    mfer_tmultimaalteracao timestamp not null default now()
);

create table cadastro.nacional_feriado (
    nfer_id                integer not null,
    nfer_dtferiado         date not null,
    nfer_dsferiado         varchar(20),
    nfer_tmultimaalteracao timestamp not null default now()
);

create table cadastro.quadra (
    qdra_id                integer not null,
    stcm_id                integer not null,
    qdra_nnquadra          integer not null,
    rota_id                integer not null,
    qdra_icuso             smallint,
    qdra_tmultimaalteracao timestamp not null default now()
);

create table cadastro.regiao (
    regi_id                integer not null,
    regi_nmregiao          varchar(20),
    regi_icuso             smallint,
    regi_tmultimaalteracao timestamp not null default now()
);

create table cadastro.regiao_desenvolvimento (
    rdes_id                      integer not null,
    rdes_nmregiaodesenvolvimento varchar(20),
    rdes_icuso                   smallint,
    rdes_tmultimaalteracao       timestamp not null default now()
);

create table cadastro.setor_comercial (
    stcm_id                integer not null,
    loca_id                integer not null,
    stcm_cdsetorcomercial  integer not null,
    stcm_nmsetorcomercial  varchar(30) not null,
    stcm_icuso             smallint,
    muni_id                integer not null,
    stcm_tmultimaalteracao timestamp not null default now()
);

create table cadastro.sistema_parametros (
    parm_id                        integer not null,
    parm_amreferenciafaturamento   integer not null,
    parm_amreferenciaarrecadacao   integer not null,
    parm_nmestado                  varchar(25) not null,
    parm_nmempresa                 varchar(45) not null,
    parm_nmabreviadoempresa        varchar(15) not null,
    parm_nncnpjempresa             varchar(14),
    parm_nnconsumograndeusuario    integer not null,
    parm_vlminimoemissaoconta      numeric(13,2) not null,
    parm_qteconomiasgrandeusuario  smallint not null,
    parm_tmultimaalteracao         timestamp not null default now(),
    parm_nnmesesvalidadeconta      smallint,
    parm_nnmesesminaltvcmto        smallint,
    parm_cdempresafebraban         smallint,
    parm_nndiasvenctocobranca      smallint not null,
    parm_icsugestaotramite         smallint,
    parm_nndiasreativacao          smallint,
    parm_nnmaximodiasaltdadosos    integer not null,
    parm_idultimoramanual          integer not null,
    parm_dstitulopagina            varchar(40) not null,
    parm_ipservidorsmtp            varchar(15) not null,
    parm_dsemailresponsavel        varchar(80) not null,
    parm_vlsegundavia              numeric(13,2),
    parm_icatualizacaotarifaria    smallint not null default 2,
    parm_iccobrartaxaextrato       smallint not null default 2,
    parm_nn0800empresa             varchar(12),
    parm_nmsiteempresa             varchar(150),
    parm_nnmesescalculocorrecao    smallint default 1,
    parm_nndiascalculoacrescimos   smallint not null default 2,
    parm_ipservidormodulogerencial varchar(30) not null,
    parm_iclimitealtvcmto          smallint not null default 2,
    parm_icparcelamentoconfirmado  smallint not null default 2,
    parm_nndiasvalidadeextrato     smallint not null default 7,
    parm_icdocumentovalido         smallint not null default 2,
    parm_iccalcprevradiasuteis     smallint not null default 2,
    parm_nndigitosquadra           smallint not null default 3,
    parm_nmcontrolador             varchar(15) not null,
    parm_dsdiasvcmtoalternativo    varchar(83),
    parm_nnmodulodigitoverif       smallint,
    parm_nnanoquitacao             integer,
    parm_iccontaparcelada          smallint not null default 2,
    parm_iccobrancajudicial        smallint not null default 2,
    parm_nndiasvcmtoentparcmt      integer not null default 3,
    parm_nnlimitealtvencimento     integer,
    parm_nndiasultimvencaltern     integer,
    parm_ictabelaprice             integer not null default 2,
    parm_icbloqctasctrparceldebito smallint not null default 2,
    parm_nnmesesanteriores       integer,
    parm_vlextratofichacomp      numeric(11,2),
    rdir_id                      integer,
    parm_icbloqguiactrparceldebito smallint not null default 2,
    parm_icbloqdacctrparceldebito smallint not null default 2,
    parm_amatualizacaotarifaria  integer
);

create table cadastro.situacao_atlz_cadastral (
    siac_id                integer not null,
    siac_dssituacao        varchar(20) not null,
    siac_icuso             smallint not null default 1,
    siac_tmultimaalteracao timestamp not null default now()
);

create table cadastro.subcategoria (
    scat_id                integer not null,
    catg_id                integer not null,
    scat_cdsubcategoria    integer not null,
    scat_dssubcategoria    varchar(50) not null,
    scat_icuso             smallint,
    scat_tmultimaalteracao timestamp not null default now(),
    scat_dsabreviada       varchar(20)
);

create table cadastro.unidade_federacao (
    unfe_id                integer not null,
    unfe_dsuf              varchar(35),
    unfe_dsufsigla         char(2),
    unfe_tmultimaalteracao timestamp not null default now()
);

create table cadastro.unidade_negocio (
    uneg_id                integer not null,
    greg_id                integer not null,
    uneg_nmunidadenegocio  varchar(50) not null,
    uneg_nmabreviado       char(4) not null,
    uneg_icuso             smallint not null,
    uneg_tmultimaalteracao timestamp not null default now()
);

create table cadastro.unidade_organizacional (
    unid_id                integer not null,
    unid_idcentralizadora  integer,
    unid_icesgoto          smallint not null,
    unid_ictramite         smallint not null,
    unid_dsunidade         varchar(80) not null,
    unid_dssiglaunidade    char(5),
    unid_tmultimaalteracao timestamp not null default now(),
    empr_id                integer not null,
    untp_id                integer not null,
    unid_icabertura        smallint,
    unid_icuso             smallint,
    unid_ictarifasocial    smallint not null,
    unid_nncodigoconstante integer
);

create table cadastro.unidade_tipo (
    untp_id                integer not null,
    untp_dsunidadetipo     varchar(40) not null,
    untp_icuso             smallint not null,
    untp_tmultimaalteracao timestamp not null default now()
);

create table cobranca.cobranca_debito_situacao (
    cdst_id                integer not null,
    cdst_dssituacaodebito  varchar(15) not null,
    cdst_icuso             smallint not null,
    cdst_tmultimaalteracao timestamp not null default now()
);

create table cobranca.cobranca_documento (
    cbdo_id                   integer not null,
    imov_id                   integer,
    cbdo_nnsequenciadocumento integer not null,
    cbdo_vldesconto           numeric(13,2),
    cbdo_vldocumento          numeric(13,2),
    dotp_id                   integer not null,
    qdra_id                   integer,
    demf_id                   integer not null,
    iper_id                   integer,
    loca_id                   integer,
    cbdo_tmultimaalteracao    timestamp not null default now(),
    cbdo_vlacrescimos         numeric(13,2) not null,
    cdst_id                   integer,
    usur_id                   integer,
    cbdo_tmemissao            timestamp,
    cbdo_nnquadra             integer,
    cbdo_vltaxa               numeric(13,2),
    cbdo_cdsetorcomercial     integer,
    clie_id                   integer,
    catg_id                   integer,
    rdir_id                   integer,
    last_id                   integer,
    lest_id                   integer
);

create table cobranca.cobranca_documento_item (
    cdit_id                integer not null,
    dotp_id                integer not null,
    cnta_id                integer,
    dbac_id                integer,
    gpag_id                integer,
    cbdo_id                integer not null,
    cdit_tmultimaalteracao timestamp not null default now(),
    cdst_id                integer,
    crar_id                integer,
    cdit_vlitemcobrado     numeric(13,2),
    cdit_vlacrescimos      numeric(13,2),
    cdit_nnparcelasantecipadas integer
);

create table cobranca.cobranca_forma (
    cbfm_id                     integer not null,
    cbfm_dscobrancaforma        varchar(40),
    cbfm_dsabreviado            varchar(20),
    cbfm_icuso                  smallint,
    cbfm_tmultimaalteracao      timestamp not null default now(),
    cbfm_icusocontparcelcliente smallint not null default 2
);

create table cobranca.cobranca_grupo (
    cbgr_id                integer not null,
    cbgr_dscobrancagrupo   varchar(25) not null,
    cbgr_dsabreviado       char(3) not null,
    cbgr_icuso             smallint,
    cbgr_tmultimaalteracao timestamp not null default now(),
    cbgr_dsemail           varchar(50)
);

create table cobranca.cobranca_situacao (
    cbst_id                    integer not null,
    cbst_dscobrancasituacao    varchar(50),
    cbst_icuso                 smallint,
    cbst_tmultimaalteracao     timestamp not null default now(),
    cmrv_id                    integer,
    cbst_icexigenciaadvogado   smallint,
    cbst_icbloqueioparcel      smallint not null,
    cbst_icbloqueioinclusao    smallint not null default 2,
    cbst_icbloqueioretirada    smallint not null default 2,
    prof_id                    integer,
    ratv_id                    integer,
    cbst_icselecaopermesp      smallint not null default 2,
    cbst_icprescreveparticular integer not null default 2,
    cbst_cdconstante           integer,
    cbst_icnaocobranca         smallint not null default 2,
    cbst_iccancelanegativacao  smallint not null default 2
);

create table cobranca.cobranca_situacao_tipo (
    cbsp_id                     integer not null,
    cbsp_dscobrancasituacaotipo varchar(50),
    cbsp_icuso                  smallint,
    cbsp_tmultimaalteracao      timestamp not null default now(),
    cbsp_icinformadata          smallint not null default 2,
    cbsp_icemitedoccobranca     smallint not null default 1
);

create table cobranca.contrato_parcel (
    cpar_id                        integer not null,
    cpar_nncontrato                varchar(15) not null,
    pcst_id                        integer not null,
    cpar_dtcontrato                date not null,
    usur_id                        integer not null,
    cpar_cdresponsavel             smallint not null,
    cpar_icdebitocomacrescimo      smallint not null,
    cpar_icparcelamentocomjuros    smallint not null,
    cpar_icinformarvalorparcela    smallint not null,
    cbfm_id                        integer not null,
    cpar_iccontasrevisao           smallint not null,
    cpar_icdebitoacobrar           smallint not null,
    cpar_iccreditoarealizar        smallint not null,
    cpar_nnprestacoes              numeric(13,2) not null,
    cpar_dtvencimento              date not null,
    cpar_nndiasentrevencimentoparc smallint not null,
    cpar_icvlparcelainformadausur  smallint not null default 2,
    cpar_vldebitoatualizado        numeric(13,2) not null,
    cpar_vlparcelado               numeric(13,2) not null,
    cpar_vlparcelamentoacobrar     numeric(13,2) not null,
    cpar_amreferenciafaturamento   integer not null,
    cpar_tmimplantacao             timestamp not null,
    cpar_tmultimaalteracao         timestamp not null default now()
);

create table cobranca.contrato_parcel_item (
    cpit_id                integer not null,
    dotp_id                integer not null,
    cpar_id                integer not null,
    cnta_id                integer,
    cpit_vlitem            numeric(13,2) not null,
    cpit_icitemcancelado   smallint not null default 2,
    cpit_tmultimaalteracao timestamp not null default now(),
    dbac_id                integer,
    gpag_id                integer
);

create table cobranca.documento_emissao_forma (
    demf_id                integer not null,
    demf_tmultimaalteracao timestamp not null default now()
);

create table cobranca.documento_tipo (
    dotp_id                integer not null,
    dotp_dsdocumentotipo   varchar(30),
    dotp_dsabreviado       varchar(10),
    dotp_icuso             smallint,
    dotp_tmultimaalteracao timestamp not null default now()
);

create table cobranca.indices_acresc_impont (
    iaci_id                    integer not null,
    iaci_amreferencia          integer,
    iaci_pcmulta               numeric(7,4),
    iaci_pcjurosmora           numeric(7,4),
    iaci_nnfatoratlzcmonetaria numeric(6,4),
    iaci_tmultimaalteracao     timestamp not null default now(),
    iaci_icjurosmensal         smallint not null default 1,
    iaci_icmultamensal         smallint not null default 1,
    iaci_pclimitejuros         numeric(5,2),
    iaci_pclimitemulta         numeric(5,2)
);

create table cobranca.parc_descto_inativ_vista (
    pdiv_id                integer not null,
    pcpf_id                integer not null,
    pdiv_qtmaxmesesinativ  integer not null,
    pdiv_pcdesctosemrestab numeric(5,2) not null,
    pdiv_pcdesctocomrestab numeric(5,2) not null,
    pdiv_tmultimaalteracao timestamp not null default now()
);

create table cobranca.parcel_desconto_antiguid (
    pdan_id                  integer not null,
    pdan_qtminimamesesdebito integer not null,
    pdan_pcdescsemrestblc    numeric(5,2) not null,
    pdan_pcdesccomrestblc    numeric(5,2) not null,
    pcpf_id                  integer not null,
    pdan_tmultimaalteracao   timestamp not null default now(),
    pdan_pcdescontoativo     numeric(5,2) not null,
    cmrv_id                  integer
);

create table cobranca.parcel_desconto_inativid (
    pdin_id                       integer not null,
    pdin_qtmaximamesesinatividade integer,
    pdin_pcdescsemrestblc         numeric(5,2),
    pdin_pcdesccomrestblc         numeric(5,2),
    pcpf_id                       integer not null,
    pdin_tmultimaalteracao        timestamp not null default now()
);

create table cobranca.parcel_qtde_prestacao (
    pqtp_id                     integer not null,
    pqtp_qtmaximaprestacao      smallint,
    pqtp_txjuros                numeric(5,2),
    pqtp_pcminimoentrada        numeric(5,2),
    pqtr_id                     integer not null,
    pqtp_tmultimaalteracao      timestamp not null default now(),
    pqtp_pctarifaminimaimovel   numeric(5,2),
    pqtp_pcvlrreparcelado       numeric(5,2),
    pqtp_qtmaxprestacaoespecial smallint,
    pqtp_pcentradasugerida      numeric(5,2),
    pqtp_nnfatorqtdprestacoes   integer,
    pqtp_icmediavalorcontas     smallint not null default 2,
    pqtp_icentultcontaatraso    smallint not null default 2
);

create table cobranca.parcel_qtde_reparcel (
    pqtr_id                     integer not null,
    pcpf_id                     integer not null,
    pqtr_qtmaximareparcelamento smallint,
    pqtr_tmultimaalteracao      timestamp not null default now(),
    pqtr_pcentradasugerida      numeric(5,2)
);

create table cobranca.parcelamento (
    parc_tmparcelamento          timestamp,
    parc_amreferenciafaturamento integer,
    parc_vldebitoatualizado      numeric(13,2),
    parc_vlentrada               numeric(13,2),
    parc_nnprestacoes            smallint,
    parc_vlprestacao             numeric(13,2),
    imov_id                      integer not null,
    parc_id                      integer not null,
    last_id                      integer not null,
    lest_id                      integer not null,
    loca_id                      integer not null,
    qdra_id                      integer not null,
    parc_tmultimaalteracao       timestamp not null default now(),
    iper_id                      integer not null,
    pctp_id                      integer not null,
    cbfm_id                      integer not null,
    pcst_id                      integer not null,
    parc_txjuros                 numeric(5,2),
    parc_icconfirmacao           smallint not null,
    clie_id                      integer,
    rdir_id                      integer
);

create table cobranca.parcelamento_faixa_valor (
    pfvl_id                integer not null,
    pqtp_id                integer not null,
    pfvl_vlfaixa           numeric(13,2) not null,
    pfvl_pcfaixa           numeric(5,2) not null,
    pfvl_tmultimaalteracao timestamp not null default now()
);

create table cobranca.parcelamento_item (
    pcit_id                integer not null,
    dotp_id                integer not null,
    parc_id                integer not null,
    pcit_tmultimaalteracao timestamp not null default now()
);

create table cobranca.parcelamento_perfil (
    pcpf_id                                      integer not null,
    iper_id                                      integer,
    scat_id                                      integer,
    rdir_id                                      integer not null,
    pcpf_pcdescontoacrescimomulta                numeric(5,2),
    istp_id                                      integer not null,
    pcpf_tmultimaalteracao                       timestamp not null default now(),
    pcpf_pctarifaminimaprestacao                 numeric(5,2) not null,
    pcpf_nnconsumominimo                         integer,
    pcpf_pcvariacaoconsmedio                     numeric(5,2),
    pcpf_icchequedevolvido                       smallint not null default 1,
    pcpf_icsancoesparcunica                      smallint not null default 1,
    catg_id                                      integer,
    pcpf_nnconsumoeconomia                       integer,
    pcpf_nnareaconstruida                        numeric(8,2),
    pcpf_icretroativotarsoc                      smallint not null default 2,
    pcpf_amreflimiteinferior                     integer,
    pcpf_amreflimitesuperior                     integer,
    pcpf_pcdescontotarsoc                        numeric(5,2),
    pcpf_pcquantidademinimafatura                integer,
    pcpf_icalertaparcelaminima                   smallint not null default 2,
    pcpf_pcdescontosancao                        numeric(5,2),
    pcpf_icentradaminima                         smallint not null default 2,
    pcpf_qqmaximoreparcelamento                  integer,
    pcpf_qteconomias                             integer,
    pcpf_icpesquisacapchidmt                     smallint not null default 2,
    pcpf_pcdescontopagamentoavista               numeric(5,2),
    pcpf_dtlimitedescpagmtavista                 date,
    pcpf_pcdescontoacrescimojurosmora            numeric(5,2),
    pcpf_pcdescontoacrescimoatualizacaomonetaria numeric(5,2),
    pcpf_pcdescdebvista                          numeric(5,2),
    pcpf_pcdescdebparc                           numeric(5,2),
    pcpf_dtlimvenccontavista                     date,
    pcpf_dtlimvenccontaparc                      date
);

create table cobranca.parcelamento_situacao (
    pcst_id                     integer not null,
    pcst_dsparcelamentosituacao varchar(30),
    pcst_dsabreviado            varchar(10),
    pcst_tmultimaalteracao      timestamp not null default now()
);

create table cobranca.parcelamento_tipo (
    pctp_id                 integer not null,
    pctp_dsparcelamentotipo varchar(30),
    pctp_icuso              smallint,
    pctp_tmultimaalteracao  timestamp not null default now()
);

create table cobranca.resolucao_diretoria (
    rdir_id                        integer not null,
    rdir_nnresolucaodiretoria      varchar(15),
    rdir_dsassunto                 varchar(50),
    rdir_dtvigenciainicio          date,
    rdir_dtvigenciafim             date,
    rdir_tmultimaalteracao         timestamp not null default now(),
    rdir_icparcelamentounico       smallint not null default 2,
    rdir_icutilizacaolivre         smallint not null default 2,
    rdir_icdescontosancoes         smallint not null default 2,
    rdir_icparcelasematraso        smallint not null default 2,
    rdir_idparcelasematraso        integer,
    rdir_icparcelamentoemandamento smallint not null default 2,
    rdir_idparcelamentoemandamento integer,
    rdir_icnegociacaosoavista      smallint not null default 2,
    rdir_icdescontosoemcontaavista smallint not null default 2,
    rdir_pcdoacao                  numeric(5,2),
    rdir_icparcelamentolojavirtual smallint not null default 2
);

create table faturamento.consumo_tarifa (
    cstf_id                integer not null,
    cstf_dsconsumotarifa   varchar(30),
    cstf_icuso             smallint,
    cstf_tmultimaalteracao timestamp not null default now()
);

create table faturamento.consumo_tarifa_categoria (
    cstc_id                integer not null,
    cstv_id                integer not null,
    catg_id                integer not null,
    cstc_nnconsumominimo   integer,
    cstc_vltarifaminima    numeric(13,2),
    cstc_tmultimaalteracao timestamp not null default now(),
    scat_id                integer not null default 0
);

create table faturamento.consumo_tarifa_vigencia (
    cstv_id                integer not null,
    cstf_id                integer not null,
    cstv_dtvigencia        date,
    cstv_tmultimaalteracao timestamp not null default now()
);

create table faturamento.conta (
    cnta_id                   integer not null,
    imov_id                   integer not null,
    cnta_amreferenciaconta    integer not null,
    last_id                   integer not null,
    lest_id                   integer not null,
    loca_id                   integer not null,
    qdra_id                   integer not null,
    cnta_nnlote               smallint,
    cnta_nnsublote            smallint,
    cnta_cdsetorcomercial     integer,
    cnta_nnquadra             integer,
    cnta_dgverificadorconta   smallint not null,
    cnta_iccobrancamulta      smallint not null,
    cnta_nnconsumoagua        integer,
    cnta_nnconsumoesgoto      integer,
    cnta_vlagua               numeric(13,2) not null,
    cnta_vlesgoto             numeric(13,2) not null,
    cnta_vldebitos            numeric(13,2) not null,
    cnta_vlcreditos           numeric(13,2) not null,
    cnta_pcesgoto             numeric(5,2) not null,
    cnta_dtvencimentoconta    date not null,
    cnta_dtvalidadeconta      date,
    cnta_dtrevisao            date,
    cnta_dtretificacao        date,
    cnta_dtemissao            date,
    cnta_amreferenciacontabil integer not null,
    cmrv_id                   integer,
    cstf_id                   integer not null,
    cnta_icdebitoconta        smallint,
    iper_id                   integer,
    cnta_tmultimaalteracao    timestamp not null default now(),
    dcst_idatual              integer not null,
    dcst_idanterior           integer,
    cnta_vlimpostos           numeric(13,2),
    parc_id                   integer,
    cnta_dtvencimentooriginal date not null,
    ftgr_id                   integer,
    rota_id                   integer,
    cnta_nnleituraatual       integer,
    cnta_nnleituraanterior    integer,
    cnta_nnalteracoesvencimento  integer,
    usur_id                      integer,
    cnta_amreferenciabaixacontabil integer
);

create table faturamento.conta_categoria (
    cnta_id                integer not null,
    catg_id                integer not null,
    ctcg_qteconomia        smallint not null,
    ctcg_vlagua            numeric(13,2),
    ctcg_tmultimaalteracao timestamp not null default now(),
    ctcg_nnconsumoagua     integer,
    ctcg_vlesgoto          numeric(13,2),
    ctcg_nnconsumoesgoto   integer,
    scat_id                integer not null default 0
);

create table faturamento.conta_catg_hist (
    cnta_id                integer not null,
    catg_id                integer not null,
    ctch_qteconomia        smallint not null,
    ctch_vlagua            numeric(13,2),
    ctch_nnconsumoagua     integer,
    ctch_vlesgoto          numeric(13,2),
    ctch_nnconsumoesgoto   integer,
    ctch_tmultimaalteracao timestamp not null default now(),
    scat_id                integer not null default 0
);

create table faturamento.conta_geral (
    cnta_id                integer not null,
    cntg_ichistorico       smallint not null,
    cntg_tmultimaalteracao timestamp not null default now()
);

create table faturamento.conta_historico (
    cnta_id                   integer not null,
    cnhi_amreferenciaconta    integer not null,
    imov_id                   integer not null,
    cnhi_nnlote               smallint,
    cnhi_nnsublote            smallint,
    cnhi_cdsetorcomercial     integer,
    cnhi_nnquadra             integer,
    cnhi_dgverificadorconta   smallint not null,
    cnhi_iccobrancamulta      smallint not null,
    cnhi_nnconsumoagua        integer,
    cnhi_nnconsumoesgoto      integer,
    cnhi_vlagua               numeric(13,2) not null,
    cnhi_vlesgoto             numeric(13,2) not null,
    cnhi_vldebitos            numeric(13,2) not null,
    cnhi_vlcreditos           numeric(13,2) not null,
    cnhi_pcesgoto             numeric(5,2) not null,
    cnhi_dtvencimentoconta    date not null,
    cnhi_dtvalidadeconta      date,
    cnhi_dtrevisao            date,
    cnhi_dtcancelamento       date,
    cnhi_dtemissao            date,
    cnhi_amreferenciacontabil integer,
    lest_id                   integer not null,
    last_id                   integer not null,
    loca_id                   integer not null,
    qdra_id                   integer not null,
    cmrv_id                   integer,
    iper_id                   integer,
    cstf_id                   integer not null,
    cnhi_icdebitoconta        smallint,
    cnhi_tmultimaalteracao    timestamp not null default now(),
    dcst_idatual              integer not null,
    dcst_idanterior           integer,
    parc_id                   integer,
    cnhi_dtvencimentooriginal date not null,
    cnhi_vlimpostos           numeric(13,2),
    ftgr_id                   integer,
    rota_id                   integer,
    cnhi_nnleituraatual       integer,
    cnhi_nnleituraanterior    integer
);

create table faturamento.conta_impostos_deduzidos (
    cnid_vlbasecalculo     numeric(13,2) not null,
    cnta_id                integer not null,
    cnid_tmultimaalteracao timestamp not null default now(),
    cnid_id                integer not null,
    imtp_id                integer not null,
    cnid_vlimposto         numeric(13,2) not null,
    cnid_pcaliquota        numeric(5,2) not null
);

create table faturamento.conta_impostos_dedz_hist (
    cidh_id                integer not null,
    cnta_id                integer not null,
    imtp_id                integer not null,
    cidh_vlimposto         numeric(13,2) not null,
    cidh_pcaliquota        numeric(5,2) not null,
    cidh_tmultimaalteracao timestamp not null default now(),
    cidh_vlbasecalculo     numeric(13,2) not null
);

create table faturamento.conta_mensagem (
    ctms_id                      integer not null,
    ctms_amreferenciafaturamento integer,
    ftgr_id                      integer,
    greg_id                      integer,
    loca_id                      integer,
    stcm_id                      integer,
    ctms_tmultimaalteracao       timestamp not null default now(),
    ctms_dscontamensagem01       varchar(100) not null,
    ctms_dscontamensagem02       varchar(100),
    ctms_dscontamensagem03       varchar(100),
    qdra_id                      integer
);

create table faturamento.conta_motivo_revisao (
    cmrv_id                   integer not null,
    cmrv_dsmotivorevisaoconta varchar(35),
    cmrv_icuso                smallint,
    cmrv_tmultimaalteracao    timestamp not null default now()
);

create table faturamento.cred_realizado_hist (
    crhi_id                 integer not null,
    cnta_id                 integer not null,
    crti_id                 integer,
    crhi_tmcreditorealizado timestamp not null,
    lict_id                 integer not null,
    crhi_vlcredito          numeric(13,2),
    crhi_tmultimaalteracao  timestamp not null default now(),
    crog_id                 integer
);

create table faturamento.credito_a_realizar (
    crar_id                    integer not null,
    imov_id                    integer not null,
    crti_id                    integer not null,
    crar_tmatucredito          timestamp not null,
    crar_vlresidualmesanterior numeric(13,2),
    crar_vlcredito             numeric(13,2),
    crar_nnprestacaocredito    smallint,
    crar_nnprestacaorealizadas smallint,
    loca_id                    integer not null,
    qdra_id                    integer not null,
    crar_tmultimaalteracao     timestamp not null default now(),
    lict_id                    integer not null,
    dcst_idatual               integer not null,
    crog_id                    integer not null,
    parc_id                    integer,
    crar_nnparcelabonus        smallint
);

create table faturamento.credito_a_realizar_geral (
    crar_id                integer not null,
    cage_ichistorico       smallint not null,
    cage_tmultimaalteracao timestamp not null default now()
);

create table faturamento.credito_origem (
    crog_id                integer not null,
    crog_dscreditoorigem   varchar(40),
    crog_dsabreviado       varchar(10),
    crog_icuso             smallint,
    crog_tmultimaalteracao timestamp not null default now()
);

create table faturamento.credito_realizado (
    crrz_id                 integer not null,
    crti_id                 integer,
    crrz_tmcreditorealizado timestamp not null,
    cnta_id                 integer not null,
    lict_id                 integer not null,
    crrz_vlcredito          numeric(13,2) not null default 0,
    crrz_tmultimaalteracao  timestamp not null default now(),
    crog_id                 integer not null
);

create table faturamento.credito_tipo (
    crti_id                integer not null,
    crti_dscreditotipo     varchar(30),
    crti_dsabreviado       varchar(18),
    crti_icuso             smallint,
    crti_tmultimaalteracao timestamp not null default now()
);

create table faturamento.debito_a_cobrar (
    dbac_id                   integer not null,
    imov_id                   integer not null,
    dbtp_id                   integer not null,
    dbac_tmatudebito          timestamp not null default now(),
    dbac_amreferenciadebito   integer,
    dbac_amcobrancadebito     integer,
    dbac_amreferenciacontabil integer not null,
    dbac_vldebito             numeric(13,2) not null,
    dbac_nnprestacaodebito    smallint not null,
    dbac_nnprestacaocobradas  smallint not null,
    loca_id                   integer not null,
    qdra_id                   integer not null,
    rgat_id                   integer,
    fntp_id                   integer not null,
    dbac_tmultimaalteracao    timestamp not null default now(),
    lict_id                   integer not null,
    dcst_idatual              integer not null,
    cbfm_id                   integer not null,
    parc_id                   integer,
    dbac_nnparcelabonus       smallint,
    dbac_dtrevisao            date,
    cmrv_id                   integer
);

create table faturamento.debito_a_cobrar_geral (
    dbac_id                integer not null,
    dage_ichistorico       smallint not null,
    dage_tmultimaalteracao timestamp not null default now()
);

create table faturamento.debito_cobrado (
    dbcb_id                 integer not null,
    dbtp_id                 integer not null,
    cnta_id                 integer not null,
    lict_id                 integer not null,
    dbcb_amreferenciadebito integer,
    dbcb_vlprestacao        numeric(13,2) not null,
    dbcb_nnprestacao        smallint not null,
    dbcb_nnprestacaodebito  smallint not null,
    fntp_id                 integer not null,
    dbcb_tmultimaalteracao  timestamp not null default now()
);

create table faturamento.debito_cobrado_historico (
    dbhi_id                 integer not null,
    cnta_id                 integer not null,
    dbtp_id                 integer not null,
    fntp_id                 integer not null,
    lict_id                 integer not null,
    dbhi_amreferenciadebito integer,
    dbhi_vlprestacao        numeric(13,2) not null,
    dbhi_nnprestacao        smallint not null,
    dbhi_nnprestacaodebito  smallint not null,
    dbhi_tmultimaalteracao  timestamp not null default now()
);

create table faturamento.debito_credito_situacao (
    dcst_id                      integer not null,
    dcst_dsdebitocreditosituacao varchar(30),
    dcst_dsabreviado             varchar(10),
    dcst_tmultimaalteracao       timestamp not null default now()
);

create table faturamento.debito_tipo (
    dbtp_id                  integer not null,
    lict_id                  integer not null,
    dbtp_dsdebitotipo        varchar(30),
    dbtp_dsabreviado         varchar(18),
    dbtp_icuso               smallint,
    dbtp_tmultimaalteracao   timestamp not null default now(),
    fntp_id                  integer not null,
    dbtp_icgeracaoautomatica smallint not null,
    dbtp_icgeracaoconta      smallint not null
);

create table faturamento.extrato_quitacao (
    extq_id                      integer not null,
    extq_imov_id                 integer,
    extq_aareferenciaarrecadacao integer not null,
    extq_icimpressao             integer not null default 2,
    extq_tmultimaalteracao       timestamp not null default now(),
    exqi_vltotal                 numeric(13,2) not null,
    extq_ammensagemconta         integer not null,
    imov_id                      integer not null,
    extq_icimpressaoconta        integer default 2
);

create table faturamento.extrato_quitacao_item (
    exqi_id                      integer not null,
    extq_id                      integer not null,
    exqi_dtsituacao              date,
    exqi_tmultimaalteracao       timestamp not null default now(),
    cnta_id                      integer not null,
    exqi_amreferenciaconta       integer not null,
    exqi_dsdebitocreditosituacao varchar(30) not null,
    exqi_vlconta                 numeric(13,2) not null
);

create table faturamento.fatura (
    fatu_id                integer not null,
    fatu_amreferencia      integer,
    fatu_vldebito          numeric(13,2) not null,
    clie_id                integer not null,
    fatu_tmultimaalteracao timestamp not null default now(),
    fatu_dtvencimento      date not null
);

create table faturamento.fatura_item (
    fitm_id                integer not null,
    fatu_id                integer not null,
    fitm_nnitemsequencia   smallint not null,
    fitm_vlconta           numeric(13,2),
    cnta_id                integer not null,
    fitm_tmultimaalteracao timestamp not null default now(),
    imov_id                integer not null,
    fitm_icativo           integer not null default 1
);

create table faturamento.faturamento_grupo (
    ftgr_id                    integer not null,
    ftgr_dsfaturamentogrupo    varchar(25) not null,
    ftgr_dsabreviado           char(3) not null,
    ftgr_icuso                 smallint,
    ftgr_tmultimaalteracao     timestamp not null default now(),
    ftgr_amreferencia          integer,
    ftgr_nndiavencimento       smallint,
    ftgr_icvencimentomesfatura smallint not null
);

create table faturamento.guia_pagamento (
    gpag_id                   integer not null,
    loca_id                   integer not null,
    imov_id                   integer,
    gpag_amreferenciacontabil integer not null,
    gpag_dtemissao            date not null,
    gpag_dtvencimento         date not null,
    clie_id                   integer,
    gpag_vldebito             numeric(13,2) not null,
    gpag_tmultimaalteracao    timestamp not null default now(),
    fntp_id                   integer not null,
    dbtp_id                   integer not null,
    lict_id                   integer not null,
    dcst_idatual              integer not null,
    parc_id                   integer,
    gpag_iccobrancamulta      smallint not null,
    gpag_dsobservacao         varchar(200),
    rgat_id                      integer
);

create table faturamento.guia_pagamento_geral (
    gpag_id                integer not null,
    gpge_ichistorico       smallint not null,
    gpge_tmultimaalteracao timestamp not null default now()
);

create table faturamento.guia_pagamento_historico (
    gpag_id                   integer not null,
    loca_id                   integer not null,
    imov_id                   integer,
    gphi_amreferenciacontabil integer not null,
    gphi_dtemissao            date not null,
    gphi_dtvencimento         date not null,
    clie_id                   integer,
    gphi_vldebito             numeric(13,2) not null,
    gphi_tmultimaalteracao    timestamp not null default now(),
    fntp_id                   integer not null,
    dbtp_id                   integer not null,
    lict_id                   integer not null,
    dcst_idatual              integer not null,
    gphi_iccobrancamulta      smallint not null,
    gphi_icemitirobservacao   smallint not null default 2
);

create table faturamento.imposto_tipo (
    imtp_id                 integer not null,
    imtp_dsimposto          varchar(50) not null,
    imtp_dsabreviadaimposto varchar(10) not null,
    imtp_icuso              smallint not null,
    imtp_tmultimaalteracao  timestamp not null default now()
);

create table faturamento.qualidade_agua (
    qlag_id                       integer not null,
    qlag_amreferencia             integer not null,
    loca_id                       integer,
    qlag_nnindiceturbidez         numeric(5,2),
    qlag_nnclororesidual          numeric(5,2),
    qlag_tmultimaalteracao        timestamp not null default now(),
    qlag_nnindicecor              numeric(5,2),
    qlag_nnindicefluor            numeric(5,2),
    qlag_nnindicecoliformestotais numeric(5,2),
    stcm_id                       integer,
    qlag_qtturbidezanalisadas     integer,
    qlag_qtturbidezconforme       integer,
    qlag_qtcoranalisadas          integer,
    qlag_qtcorconforme            integer,
    qlag_qtcloroanalisadas        integer,
    qlag_qtcloroconforme          integer,
    qlag_qtfluoranalisadas        integer,
    qlag_qtfluorconforme          integer,
    qlag_qtcoliftotanls           integer,
    qlag_qtcoliftotconforme       integer,
    qlag_nnindicecoliftermo       numeric(5,2),
    qlag_qtcoliftermoanls         integer,
    qlag_qtcoliftermoconforme     integer,
    qlag_nnindiceecoli            numeric(5,2),
    qlag_qtecolianalisadas        integer,
    qlag_qtecoliconforme          integer
);

create table faturamento.qualidade_agua_padrao (
    qlap_id                       integer not null,
    qlap_dspadraoturbidez         varchar(20),
    qlap_dspadraoph               varchar(20),
    qlap_dspadraocor              varchar(20),
    qlap_dspadraocloro            varchar(20),
    qlap_dspadraofluor            varchar(20),
    qlap_dspadraoferro            varchar(20),
    qlap_dspadraocoliformestotais varchar(20),
    qlap_dspadraocoliformesfecais varchar(20),
    qlap_tmultimaalteracao        timestamp not null default now(),
    qlap_dspadraonitrato          varchar(20),
    qlap_dspadraocoliftermo       varchar(20),
    qlap_dspadraoalcalinidade     varchar(20),
    qlap_dspadraoecoli            varchar(20)
);

create table faturamento.vencimento_alternativo (
    venc_id                integer not null,
    imov_id                integer not null,
    venc_dtimplantacao     date,
    venc_ddvencimento      smallint,
    venc_dtexclusao        date,
    venc_tmultimaalteracao timestamp not null default now()
);

create table financeiro.financiamento_tipo (
    fntp_id                  integer not null,
    fntp_dsfinanciamentotipo varchar(40),
    fntp_dsabreviado         varchar(10),
    fntp_icuso               smallint,
    fntp_tmultimaalteracao   timestamp not null default now()
);

create table financeiro.lancamento_item (
    lcit_id                integer not null,
    lcit_dsitemlancamento  varchar(50),
    lcit_dsabreviado       varchar(10),
    lcit_tmultimaalteracao timestamp not null default now()
);

create table financeiro.lancamento_item_contabil (
    lict_id                       integer not null,
    lict_dsitemlancamentocontabil varchar(35) not null,
    lict_dsabreviado              char(5) not null,
    lict_tmultimaalteracao        timestamp not null default now(),
    lcit_id                       integer not null,
    lict_icuso                    smallint not null
);

create table micromedicao.consumo_anormalidade (
    csan_id                     integer not null,
    csan_dsconsumoanormalidade  varchar(25),
    csan_dsabrvconsanormalidade char(5),
    csan_icuso                  smallint,
    csan_tmultimaalteracao      timestamp not null default now(),
    csan_dsmensagemconta        varchar(120)
);

create table micromedicao.consumo_historico (
    cshi_id                   integer not null,
    lgti_id                   integer not null,
    cshi_amfaturamento        integer not null,
    cshi_nnconsumofaturadomes integer,
    cshi_nnconsumomedio       integer,
    cshi_nnconsumominimo      integer,
    cstp_id                   integer not null,
    csan_id                   integer,
    cshi_tmultimaalteracao    timestamp not null default now(),
    imov_id                   integer not null
);

create table micromedicao.consumo_tipo (
    cstp_id                     integer not null,
    cstp_dsconsumotipo          varchar(20),
    cstp_dsabreviadaconsumotipo varchar(10),
    cstp_icuso                  smallint,
    cstp_tmultimaalteracao      timestamp not null default now()
);

create table micromedicao.hidrometro (
    hidr_id                 integer not null,
    hidr_nnhidrometro       varchar(11),
    hidr_dtaquisicao        date not null,
    hidr_nnanofabricacao    smallint not null,
    hidr_nnleituraacumulada integer not null,
    hicm_id                 integer not null,
    himc_id                 integer not null,
    hidm_id                 integer not null,
    hist_id                 integer not null,
    hidr_tmultimaalteracao  timestamp not null default now(),
    hicp_id                 integer not null
);

create table micromedicao.hidrometro_capacidade (
    hicp_id                        integer not null,
    hicp_dshidrometrocapacidade    varchar(20),
    hicp_dsabreviadahidrcapacidade varchar(6),
    hicp_icuso                     smallint,
    hicp_tmultimaalteracao         timestamp not null default now(),
    hicp_nnordem                   smallint not null,
    hicp_cdhidrometrocapacidade    varchar(1) not null
);

create table micromedicao.hidrometro_classe_metrlg (
    hicm_id                      integer not null,
    hicm_dshidrclassemetrologica varchar(20),
    hicm_dsabrvhidmtclassemetl   char(5),
    hicm_icuso                   smallint,
    hicm_tmultimaalteracao       timestamp not null default now()
);

create table micromedicao.hidrometro_diametro (
    hidm_id                      integer not null,
    hidm_dshidrometrodiametro    varchar(20) not null,
    hidm_dsabreviadahidrdiametro char(5) not null,
    hidm_icuso                   smallint,
    hidm_tmultimaalteracao       timestamp not null default now(),
    hidm_nnordem                 smallint not null
);

create table micromedicao.hidrometro_inst_hist (
    hidi_id                       integer not null,
    hidr_id                       integer not null,
    hidi_dtinstalacaohidrometro   date not null,
    medt_id                       integer not null,
    hili_id                       integer not null,
    hipr_id                       integer not null,
    hidi_nnleitinstalacaohidmt    integer not null,
    hidi_dtretiradahidrometro     date,
    hidi_dtinstalacaohidmtsistema date not null,
    hidi_tmultimaalteracao        timestamp not null default now(),
    imov_id                       integer,
    lagu_id                       integer
);

create table micromedicao.hidrometro_local_inst (
    hili_id                       integer not null,
    hili_dshidmtlocalinstalacao   varchar(20) not null,
    hili_dsabrvhidmtlocinstalacao char(5) not null,
    hili_icuso                    smallint,
    hili_tmultimaalteracao        timestamp not null default now()
);

create table micromedicao.hidrometro_marca (
    himc_id                   integer not null,
    himc_dshidrometromarca    varchar(30) not null,
    himc_dsabreviadahidrmarca varchar(3) not null,
    himc_nndiarevisao         smallint not null,
    himc_icuso                smallint,
    himc_tmultimaalteracao    timestamp not null default now(),
    himc_cdhidrometromarca    varchar(2) not null
);

create table micromedicao.hidrometro_protecao (
    hipr_id                   integer not null,
    hipr_dshidrometroprotecao varchar(50) not null,
    hipr_dsabrvhidmtprotecao  char(6) not null,
    hipr_icuso                smallint,
    hipr_tmultimaalteracao    timestamp not null default now()
);

create table micromedicao.hidrometro_situacao (
    hist_id                   integer not null,
    hist_dshidrometrosituacao varchar(20),
    hist_icuso                smallint,
    hist_tmultimaalteracao    timestamp not null default now()
);

create table micromedicao.leitura_anorm_consumo (
    lacs_id                integer not null,
    lacs_dsconsumoacobrar  varchar(30),
    lacs_icuso             smallint,
    lacs_tmultimaalteracao timestamp not null default now()
);

create table micromedicao.leitura_anorm_leitura (
    lalt_id                integer not null,
    lalt_dsleituraafaturar varchar(30),
    lalt_icuso             smallint,
    lalt_tmultimaalteracao timestamp not null default now()
);

create table micromedicao.leitura_anormalidade (
    ltan_id                        integer not null,
    ltan_dsleituraanormalidade     varchar(25) not null,
    ltan_icrelativohidrometro      smallint not null,
    ltan_icusosistema              smallint,
    ltan_icemissaoordemservico     smallint not null,
    ltan_icuso                     smallint,
    lacs_idconsacobrarsemleit      integer not null,
    lacs_idconsacobrarcomleit      integer not null,
    lalt_idleitafaturarsemleit     integer not null,
    lalt_idleitafaturarcomleit     integer not null,
    ltan_tmultimaalteracao         timestamp not null default now(),
    ltan_dsabrevleituraanormalidad char(5),
    ltan_icimpressaosimultanea     smallint not null
);

create table micromedicao.leitura_situacao (
    ltst_id                integer not null,
    ltst_dsleiturasituacao varchar(30),
    ltst_icuso             smallint,
    ltst_tmultimaalteracao timestamp not null default now()
);

create table micromedicao.leitura_tipo (
    lttp_id                integer not null,
    lttp_dsleituratipo     varchar(20),
    lttp_icuso             smallint,
    lttp_tmultimaalteracao timestamp not null default now()
);

create table micromedicao.ligacao_tipo (
    lgti_id                integer not null,
    lgti_dsligacaotipo     varchar(20),
    lgti_icuso             smallint,
    lgti_tmultimaalteracao timestamp not null default now()
);

create table micromedicao.medicao_historico (
    mdhi_id                        integer not null,
    imov_id                        integer,
    medt_id                        integer not null,
    mdhi_amleitura                 integer not null,
    mdhi_dtleitantfatmt            date not null,
    mdhi_nnleitantfatmt            integer not null,
    mdhi_dtleituraatualfaturamento date not null,
    mdhi_nnleituraatualfaturamento integer not null,
    mdhi_nnconsumomedidomes        integer,
    ltan_idleitanormfatmt          integer,
    ltst_idleiturasituacaoatual    integer,
    mdhi_tmultimaalteracao         timestamp not null default now(),
    hidi_id                        integer,
    lagu_id                        integer,
    mdhi_dtleituraatualinformada date,
    mdhi_nnleituraatualinformada integer,
    ltan_idleitanorminformada    integer,
    mdhi_nnconsumoinformado      integer
);

create table micromedicao.medicao_tipo (
    medt_id                integer not null,
    medt_dsmedicaotipo     varchar(25),
    medt_icuso             smallint,
    medt_tmultimaalteracao timestamp not null default now()
);

create table micromedicao.rota (
    rota_id                integer not null,
    lttp_id                integer not null,
    empr_id                integer not null,
    rota_icuso             smallint,
    rota_tmultimaalteracao timestamp not null default now(),
    ftgr_id                integer not null,
    stcm_id                integer not null,
    cbgr_id                integer not null,
    rota_cdrota            smallint not null
);

create table seguranca.alteracao_tipo (
    altp_id                integer not null,
    altp_dsalteracaotipo   varchar(20) not null,
    altp_dsabreviado       char(5) not null,
    altp_tmultimaalteracao timestamp not null default now()
);

create table seguranca.operacao (
    oper_id                  integer not null,
    fncd_id                  integer not null,
    oper_dsoperacao          varchar(60),
    oper_tmultimaalteracao   timestamp not null default now(),
    optp_id                  integer not null,
    oper_icregistratransacao smallint not null default 2
);

create table seguranca.operacao_efetuada (
    opef_id                integer not null,
    opef_tmultimaalteracao timestamp not null default now(),
    oper_id                integer not null,
    opef_cnargumento       integer,
    opef_dsdadosadicionais varchar(200),
    atgr_id                integer
);

create table seguranca.tab_linha_col_alteracao (
    tbca_id                integer not null,
    tbla_id                integer not null,
    tbco_id                integer not null,
    tbca_cncolunaanterior  varchar(100),
    tbca_cncolunaatual     varchar(100),
    tbca_tmultimaalteracao timestamp not null default now(),
    tbca_icatualizada      smallint not null default 1
);

create table seguranca.tabela_linha_alteracao (
    tbla_id                integer not null,
    tabe_id                integer not null,
    tref_id                integer not null,
    tbla_id2               integer,
    tbla_tmultimaalteracao timestamp not null default now(),
    tbla_id1               integer,
    altp_id                integer not null,
    tbla_icprincipal       smallint
);

create table seguranca.usuario (
    usur_id                    integer not null,
    utip_id                    integer not null,
    usur_nmlogin               varchar(11) not null,
    usur_tmultimaalteracao     timestamp not null default now(),
    usst_id                    integer not null,
    usab_id                    integer not null,
    empr_id                    integer not null,
    unid_id                    integer,
    usur_nmusuario             varchar(50) not null,
    usur_ictiporelatoriopadrao smallint not null,
    usur_icexibemensagem       smallint not null,
    usur_icrotinabatch         smallint not null default 2,
    usur_icinternet            smallint not null default 2
);

create table seguranca.usuario_abrangencia (
    usab_id                   integer not null,
    usab_idsuperior           integer not null,
    usab_dsusuarioabrangencia varchar(30),
    usab_icuso                smallint,
    usab_tmultimaalteracao    timestamp not null default now()
);

create table seguranca.usuario_acao (
    usac_id                integer not null,
    usac_tmultimaalteracao timestamp not null default now()
);

create table seguranca.usuario_alteracao (
    usat_id                integer not null,
    usac_id                integer not null,
    usis_id                integer not null,
    tref_id                integer not null,
    usat_tmultimaalteracao timestamp not null default now(),
    empr_id                integer,
    usac_nnip              varchar(15)
);

create table seguranca.usuario_situacao (
    usst_id                integer not null,
    usst_dsusuariosituacao varchar(30),
    usst_icuso             smallint,
    usst_tmultimaalteracao timestamp not null default now(),
    usst_icusosistema      smallint not null
);

create table seguranca.usuario_tipo (
    utip_id                integer not null,
    utip_dsusuariotipo     varchar(20),
    utip_icuso             smallint,
    utip_tmultimaalteracao timestamp not null default now(),
    utip_icfuncionario     smallint not null
);
