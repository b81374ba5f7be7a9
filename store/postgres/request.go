package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"lojavirtual/store"
)

// RequestTypes returns what can be asked for in the Loja Virtual, types by name
// and their kinds by name (gsan-rules RA-1); the type's own active flag counts
// too, which GSAN forgets. Left out are kinds of which GSAN's staff screens make
// more than we write: a work order or a charge (unless WorkOrders says that the
// staff make them), and those that want payments made twice to be named.
func (db *DB) RequestTypes(ctx context.Context) ([]store.RequestType, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT t.sotp_id::int, trim(t.sotp_dssolicitacaotipo)::text, t.sotp_icfaltaagua = 1,
		       e.step_id::int, trim(e.step_dssolcttipoespec)::text, e.step_icinformarcontara = 1
		  FROM atendimentopublico.solicitacao_tipo t
		  JOIN atendimentopublico.solicitacao_tipo_espec e ON e.sotp_id = t.sotp_id
		 WHERE t.sotp_icuso = 1 AND `+offered+`
		 ORDER BY 1, 4`, db.WorkOrders)
	var types []store.RequestType
	var last, id int
	var name string
	var noWater bool
	var kind store.RequestKind
	_, err := pgx.ForEachRow(rows, []any{&id, &name, &noWater, &kind.ID, &kind.Name, &kind.Bills}, func() error {
		if len(types) == 0 || id != last {
			types, last = append(types, store.RequestType{Name: sentence(name), NoWater: noWater}), id
		}
		kind.Name = sentence(kind.Name)
		t := &types[len(types)-1]
		t.Kinds = append(t.Kinds, kind)
		return nil
	})
	// Ordered here, for a server orders by the letters of its own locale.
	slices.SortFunc(types, func(a, b store.RequestType) int { return alphabetical(a.Name, b.Name) })
	for _, t := range types {
		slices.SortFunc(t.Kinds, func(a, b store.RequestKind) int { return alphabetical(a.Name, b.Name) })
	}
	return types, away("read what can be asked for", err)
}

// alphabetical compares names as a dictionary does: accents do not count.
func alphabetical(a, b string) int {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) {
				return -1
			}
			return unicode.ToLower(r)
		}, norm.NFD.String(s))
	}
	return strings.Compare(plain(a), plain(b))
}

// offered is which specifications e customers can ask for, the parameter being
// DB.WorkOrders.
const offered = `
	e.step_icuso = 1 AND e.step_iclojavirtual = 1 AND e.step_icinformarpgtoduplicidade <> 1
	AND ($1::bool OR e.step_icgeracaoordemservico <> 1 AND coalesce(e.step_icgeracaodebito, 2) <> 1)`

// PendingRequest returns the pending request of a kind for the property; ok is
// false if there is none, or no such kind.
func (db *DB) PendingRequest(ctx context.Context, property int64, kind int) (o store.OpenedRequest, ok bool, err error) {
	o, _, _, err = pendingRequest(ctx, db.pool, property, kind)
	if errors.Is(err, errNoKind) {
		return store.OpenedRequest{}, false, nil
	}
	return o, o.Existed, away("look for a pending request", err)
}

// OpenRequest opens a registro de atendimento, once under the key, or returns
// the pending one of the same kind (gsan-rules RA-10). ok is false if the kind
// is not, or no longer, one of RequestTypes.
func (db *DB) OpenRequest(ctx context.Context, key string, f store.RequestForm) (o store.OpenedRequest, ok bool, err error) {
	o, err = once(ctx, db, key, "request", f.Property, func(ctx context.Context, tx pgx.Tx) (store.OpenedRequest, error) {
		var may bool
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT 1
			  FROM atendimentopublico.solicitacao_tipo t
			  JOIN atendimentopublico.solicitacao_tipo_espec e ON e.sotp_id = t.sotp_id
			 WHERE t.sotp_icuso = 1 AND `+offered+` AND e.step_id = $2::int)`, db.WorkOrders, f.Kind).Scan(&may)
		if err != nil || !may {
			return store.OpenedRequest{}, err
		}
		return db.openRequest(ctx, tx, f)
	})
	return o, o.ID != 0, err
}

// openRequest opens a registro de atendimento of any kind in a transaction that
// holds the property (see once). If one of the same kind is pending it is
// returned and nothing is written.
func (db *DB) openRequest(ctx context.Context, tx pgx.Tx, f store.RequestForm) (store.OpenedRequest, error) {
	o, days, business, err := pendingRequest(ctx, tx, f.Property, f.Kind)
	if err != nil || o.Existed {
		return o, err
	}
	return db.insertRequest(ctx, tx, f, days, business)
}

// insertRequest writes all that GSAN writes of a request that is to be done
// within so many days, all or business days: the request, the unit that opened
// it, who asks, where it is sent, and which bills it is about.
//
// Checks that GSAN's staff screens make besides, of debts and papers
// (gsan-rules RA-11), are not made, as its own portal makes none; reminding of
// a pending request (RA-12) is for staff. GSAN keeps no audit rows of opening a
// request: its rows name the user, who is the Loja Virtual's. A place goes into
// the observations as degrees, not into rgat_nncoordenadanorte and -leste,
// which hold metres of a grid that GSAN does not name; photos are too large for
// a turn and stay with the channel, under loja.attachment.
func (db *DB) insertRequest(ctx context.Context, tx pgx.Tx, f store.RequestForm, days int, business bool) (o store.OpenedRequest, err error) {
	o.Opened = store.DateOf(f.At)
	if o.Deadline = o.Opened.Add(days); business {
		o.Deadline = o.Opened.BusinessDays(days, db.codes.Load().holidays)
	}
	var number, requester int64
	err = tx.QueryRow(ctx, `
		SELECT nextval('atendimentopublico.seq_registro_atendimento')::bigint, nextval('atendimentopublico.seq_ra_solicitante')::bigint,
		       nextval('atendimentopublico.seq_ra_protocolo')::bigint`).Scan(&o.ID, &requester, &number)
	if err != nil {
		return o, err
	}
	o.Protocol = protocol(o.Opened.Year, number)
	var rest pgx.Batch
	rest.Queue(insertOpened, f.Property, f.Kind, o.ID, requester, o.Protocol, f.At.In(store.Zone).Truncate(time.Second), o.Deadline,
		observations(f), cut(latin1(f.Landmark), store.LandmarkMax), cut(latin1(f.Requester), store.RequesterMax), f.Customer, f.Done).
		QueryRow(func(row pgx.Row) error {
			var made bool
			if err := row.Scan(&made); err != nil || made {
				return err
			}
			return fmt.Errorf("GSAN has no property %d, no unit with unid_nncodigoconstante = 1 or no user with usur_icinternet = 1", f.Property)
		})
	if area, phone, ok := store.SplitPhone(f.Phone); ok && f.Customer == 0 {
		rest.Queue(`
			INSERT INTO atendimentopublico.solicitante_fone (sofo_id, sofo_cdddd, sofo_nnfone, sofo_icfonepadrao, fnet_id, sofo_tmultimaalteracao, raso_id)
			VALUES (nextval('atendimentopublico.seq_solicitante_fone')::int, $2::int, $3::text, 1, 1, localtimestamp, $1::int)`, requester, area, phone)
	}
	if len(f.Bills) > 0 { // only the property's own
		rest.Queue(`
			INSERT INTO atendimentopublico.ra_conta (rgat_id, cnta_id, ract_tmultimaalteracao)
			SELECT $1::int, cnta_id, localtimestamp FROM faturamento.conta WHERE imov_id = $2::int AND cnta_id = ANY ($3::bigint[])
			 UNION
			SELECT $1::int, cnta_id, localtimestamp FROM faturamento.conta_historico WHERE imov_id = $2::int AND cnta_id = ANY ($3::bigint[])`,
			o.ID, f.Property, f.Bills)
	}
	if f.Place != nil {
		rest.Queue(`
			INSERT INTO loja.attachment (property, request, session, kind, lat, lon)
			VALUES ($1::bigint, $2::bigint, $3::text, 'place', $4::float8, $5::float8)`, f.Property, o.ID, f.Session, f.Place.Lat, f.Place.Lon)
	}
	for _, ref := range f.Photos {
		rest.Queue(`
			INSERT INTO loja.attachment (property, request, session, kind, ref)
			VALUES ($1::bigint, $2::bigint, $3::text, 'photo', $4::text)`, f.Property, o.ID, f.Session, ref)
	}
	return o, tx.SendBatch(ctx, &rest).Close()
}

var errNoKind = errors.New("GSAN has no specification")

// pendingRequest returns the pending request of that kind, if there is one, and
// how many days one has, all or business days (gsan-rules RA-6, RA-10).
func pendingRequest(ctx context.Context, from asker, property int64, kind int) (o store.OpenedRequest, days int, business bool, err error) {
	err = from.QueryRow(ctx, `
		SELECT coalesce(e.step_nndiaprazo, 0)::int, coalesce(p.parm_iccalcprevradiasuteis = 1, false),
		       coalesce(r.rgat_id, 0)::bigint, coalesce(trim(s.raso_nnprotocoloatendimento), '')::text,
		       r.rgat_tmregistroatendimento::date, r.rgat_dtprevistaatual::date, r.rgat_id IS NOT NULL
		  FROM atendimentopublico.solicitacao_tipo_espec e
		  LEFT JOIN cadastro.sistema_parametros p ON p.parm_id = 1
		  LEFT JOIN atendimentopublico.registro_atendimento r ON r.imov_id = $1::int AND r.step_id = e.step_id AND r.rgat_cdsituacao = 1
		  LEFT JOIN atendimentopublico.ra_solicitante s ON s.rgat_id = r.rgat_id AND s.raso_icsolicitanteprincipal = 1
		 WHERE e.step_id = $2::int
		 ORDER BY r.rgat_id LIMIT 1`, property, kind).
		Scan(&days, &business, &o.ID, &o.Protocol, &o.Opened, &o.Deadline, &o.Existed)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("%w %d", errNoKind, kind)
	}
	return o, days, business, err
}

// insertOpened writes the four rows of a request (gsan-schema 6.1). It is sent
// to the unit of its specification, or that unit's central one, where GSAN
// suggests so and the unit takes requests; else it stays with the Loja Virtual.
// It returns whether it wrote them.
const insertOpened = `
	WITH facts AS (
		SELECT i.imov_id, i.loca_id, i.stcm_id, i.qdra_id, i.lgbr_id, i.lgcp_id, i.imov_nnimovel, i.imov_dscomplementoendereco,
		       $2::int AS step_id, $3::int AS rgat_id, $6::timestamp AS made, nullif($9::text, '') AS landmark, shop.unid_id AS shop,
		       $12::bool AS done,
		       CASE WHEN $12::bool THEN shop.unid_id
		            WHEN p.parm_icsugestaotramite = 1 AND u.unid_ictramite = 1 THEN coalesce(u.unid_idcentralizadora, u.unid_id)
		            ELSE shop.unid_id END AS goes, clerk.usur_id AS clerk
		  FROM cadastro.imovel i
		  JOIN atendimentopublico.solicitacao_tipo_espec e ON e.step_id = $2::int
		  JOIN cadastro.sistema_parametros p ON p.parm_id = 1
		  JOIN (SELECT min(unid_id) AS unid_id FROM cadastro.unidade_organizacional WHERE unid_nncodigoconstante = 1) shop ON shop.unid_id IS NOT NULL
		  JOIN (SELECT min(usur_id) AS usur_id FROM seguranca.usuario WHERE usur_icinternet = 1) clerk ON clerk.usur_id IS NOT NULL
		  LEFT JOIN cadastro.unidade_organizacional u ON u.unid_id = e.unid_id
		 WHERE i.imov_id = $1::int
	), request AS (
		INSERT INTO atendimentopublico.registro_atendimento (rgat_id, step_id, loca_id, stcm_id, qdra_id, meso_id, rgat_cdsituacao,
		       amen_id, rgat_tmencerramento, rgat_tmregistroatendimento, rgat_dtprevistaoriginal, rgat_dtprevistaatual, rgat_dsobservacao, rgat_dspontoreferencia,
		       rgat_dscomplementondereco, imov_id, rgat_icatendimentoonline, lgbr_id, lgcp_id, rgat_nnimovel, unid_idatual, rgat_tmultimaalteracao)
		SELECT rgat_id, step_id, loca_id, stcm_id, qdra_id, 8, CASE WHEN done THEN 2 ELSE 1 END,
		       CASE WHEN done THEN (SELECT amen_id FROM atendimentopublico.atend_motivo_encmt WHERE amen_id = 2) END,
		       CASE WHEN done THEN made END, made, $7::date, $7::date, nullif($8::text, ''), landmark,
		       imov_dscomplementoendereco, imov_id, 1, lgbr_id, lgcp_id, imov_nnimovel, goes, localtimestamp FROM facts
	), opening AS (
		INSERT INTO atendimentopublico.ra_unidade (raun_id, unid_id, rgat_id, usur_id, attp_id, raun_tmultimaalteracao)
		SELECT nextval('atendimentopublico.seq_ra_unidade')::int, shop, rgat_id, clerk, attp_id, localtimestamp
		  FROM facts JOIN (VALUES (1), (3)) AS by (attp_id) ON attp_id = 1 OR done -- opened, closed
	), requester AS (
		INSERT INTO atendimentopublico.ra_solicitante (raso_id, rgat_id, clie_id, raso_nmsolicitante, raso_dspontoreferencia,
		       raso_icsolicitanteprincipal, raso_nnprotocoloatendimento, raso_icenvioemailpesquisa, raso_tmultimaalteracao)
		SELECT $4::int, rgat_id, nullif($11::bigint, 0)::int, nullif($10::text, ''), landmark, 1, $5::text, 2, localtimestamp FROM facts
	), move AS (
		INSERT INTO atendimentopublico.tramite (tram_id, rgat_id, tram_dsparecertramite, tram_tmtramite, unid_idorigem, unid_iddestino,
		       usur_idregistro, usur_idresponsavel, tram_tmultimaalteracao)
		SELECT nextval('atendimentopublico.seq_tramite')::int, rgat_id, 'ABERTURA PELO CHATBOT', made, shop, goes, clerk, clerk, localtimestamp FROM facts
	)
	SELECT EXISTS (SELECT 1 FROM facts)`

// protocol is the number by which a customer finds their request (gsan-rules
// RA-9).
func protocol(year int, number int64) string { return fmt.Sprintf("%04d1%09d", year, number) }

// observations is what the staff read: what the customer wrote, how to reach
// them (GSAN drops the phone of a customer, gsan-rules RA-4), and what they
// sent besides. It fits the 400 characters of rgat_dsobservacao.
func observations(f store.RequestForm) string {
	var parts []string
	if notes := cut(latin1(f.Notes), store.NotesMax); notes != "" {
		parts = append(parts, notes)
	}
	if f.Phone != "" {
		parts = append(parts, "CONTATO: "+store.FormatPhone(f.Phone)+".")
	}
	if f.Place != nil {
		parts = append(parts, fmt.Sprintf("LOCAL ENVIADO: %.5f, %.5f.", f.Place.Lat, f.Place.Lon))
	}
	if n := len(f.Photos); n > 0 {
		parts = append(parts, fmt.Sprintf("FOTOS NO CHATBOT: %d.", n))
	}
	return cut(strings.Join(parts, " "), 400)
}
