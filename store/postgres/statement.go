package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/febraban"
	"lojavirtual/store/instalment"
)

// GSAN's constants of a debt statement (gsan-rules EXT-1).
const (
	statementType = 14 // documento_tipo: extrato de débito
	individually  = 3  // documento_emissao_forma
	toGroup       = 9  // imovel_conta_envio: the responsável's final group
	pending       = 1  // cobranca_debito_situacao

	billItem, serviceItem, slipItem, creditItem = 1, 6, 7, 10 // documento_tipo of an item
)

// IssueStatement issues an extrato de débitos of what was chosen, once under the
// key: the same key gives the first one again, with the amounts of its day
// (gsan-rules EXT-1 to EXT-10). The chosen debts are read again; if one is not
// owed any more, cannot be chosen, or has another Version, nothing is written
// and the refusal is DebtsChanged. All credits of the property are taken off, as
// GSAN's portal does; those among the chosen are checked like debts, so that
// nobody pays more than what they saw. Nothing is written on any refusal.
//
// No fee is charged, as the portal charges none (EXT-5). GSAN's program writes
// the document's number into it after inserting; ours is drawn first and
// inserted with it.
func (db *DB) IssueStatement(ctx context.Context, key string, property int64, chosen []store.Debt) (store.Statement, store.Refusal, error) {
	codes := db.codes.Load()
	s, err := once(ctx, db, key, "statement", property, func(ctx context.Context, tx pgx.Tx) (store.Statement, error) {
		q, err := db.quote(ctx, tx, property, chosen)
		if err != nil {
			return store.Statement{}, err
		}
		s := store.Statement{
			Issued: db.Today(), Validity: db.Today().Add(codes.parameters.statements.Days),
			Items: q.items, Discount: q.discount, Total: q.total,
		}
		if limit := codes.parameters.statements.Slip; limit > 0 && s.Total >= limit { // EXT-7
			return s, refused(store.NeedsBankSlip)
		}
		err = db.insertStatement(ctx, tx, property, &s, q.row.statementRows(s.Items), q.resolution)
		return s, err
	})
	var no refused
	if errors.As(err, &no) {
		return store.Statement{}, store.Refusal(no), nil
	}
	if err != nil {
		return store.Statement{}, store.NotRefused, err
	}
	// Names and addresses are not kept with the effect, but read anew.
	err = db.whose(ctx, codes, property, &s)
	return s, store.NotRefused, away("whose statement", err)
}

// refused undoes a statement or a charge that is not to be.
type refused store.Refusal

func (r refused) Error() string { return fmt.Sprintf("refused: %d", int(r)) }

// A quote is what debts cost together today.
type quote struct {
	row        debtsRow
	items      []store.Debt // the chosen ones and all credits, in the order of the sections
	discount   store.Money
	resolution int // that gives the discount
	total      store.Money
}

// quote reads the chosen debts again and adds them up. It is refused if one is
// not as it was seen (see IssueStatement), or nothing is left to pay.
func (db *DB) quote(ctx context.Context, tx pgx.Tx, property int64, chosen []store.Debt) (q quote, err error) {
	codes := db.codes.Load()
	if q.row, err = readDebts(ctx, tx, codes.parameters.debts, property); err != nil {
		return q, err
	}
	q.items = itemsOf(chosen, q.row.debts(codes, db.lateRules(codes, q.row.Town), db.Today()))
	if q.items == nil {
		return q, refused(store.DebtsChanged)
	}
	if q.discount, q.resolution, err = db.cashDiscount(ctx, tx, property, q.items); err != nil {
		return q, err
	}
	if q.total = store.SumOf(q.items).Total() - q.discount; q.total <= 0 {
		return q, refused(store.NothingToPay)
	}
	return q, nil
}

// itemsOf is the chosen debts as they are owed now, those of a deal that are paid
// ahead as so many instalments, and all credits; nil if one is not owed as it was
// seen, or nothing but credits was chosen.
func itemsOf(chosen []store.Debt, owed store.Debts) []store.Debt {
	var items []store.Debt
	some, found := false, 0
	for _, now := range owed.List {
		i := slices.IndexFunc(chosen, func(c store.Debt) bool { return c.Kind == now.Kind && c.ID == now.ID })
		if i >= 0 {
			c := chosen[i]
			if c.Version != now.Version || c.Kind != store.Credit && !now.Selectable() {
				return nil
			}
			if c.Ahead != 0 {
				part, ok := now.InPart(c.Ahead)
				if !ok {
					return nil
				}
				now = part
			}
			found++
			some = some || c.Kind != store.Credit
		}
		if i >= 0 || now.Kind == store.Credit {
			items = append(items, now)
		}
	}
	if !some || found < len(chosen) {
		return nil
	}
	return items
}

// A statementRow is an item as GSAN's table has it; exactly one of the numbers
// is not 0.
type statementRow struct {
	Type                        int
	Bill, Service, Slip, Credit int64
	Value, Late                 store.Money
	Ahead                       int // instalments paid ahead, 0 for all that is left
}

// statementRows takes deals apart into the débitos a cobrar, and the discounts,
// that they consist of, for those are what GSAN charges.
func (r debtsRow) statementRows(items []store.Debt) []statementRow {
	var rows []statementRow
	for _, d := range items {
		switch d.Kind {
		case store.OwnBill, store.FormerBill:
			rows = append(rows, statementRow{Type: billItem, Bill: d.ID, Value: d.Value, Late: d.Late.Total()})
		case store.Service:
			rows = append(rows, statementRow{Type: serviceItem, Service: d.ID, Value: d.Value})
		case store.Slip:
			rows = append(rows, statementRow{Type: slipItem, Slip: d.ID, Value: d.Value})
		case store.Credit:
			rows = append(rows, statementRow{Type: creditItem, Credit: d.ID, Value: d.Value})
		case store.Deal:
			part := func(whole, instalment store.Money) store.Money {
				if d.Ahead > 0 {
					return instalment * store.Money(d.Ahead)
				}
				return whole
			}
			for _, s := range r.Services {
				if slices.Contains(d.Services, s.ID) {
					rows = append(rows, statementRow{Type: serviceItem, Service: s.ID, Value: part(s.remaining(), s.instalment()), Ahead: d.Ahead})
				}
			}
			for _, c := range r.Credits {
				if c.Deal == d.ID && c.Origin == dealDiscount {
					rows = append(rows, statementRow{Type: creditItem, Credit: c.ID, Value: part(c.remaining(), c.instalment()), Ahead: d.Ahead})
				}
			}
		}
	}
	return rows
}

// cashDiscount is what the resolução de diretoria of GSAN's parameters takes off
// the items for paying them at once (EXT-6); nothing without one, or if none of
// its profiles is the property's. Bills of an occupant before count like others;
// instalments paid ahead do not, for the rest of their deal goes on.
// Sanctions, and late charges that were charged, get no discount on a statement:
// GSAN gives those of SIM-13 with a deal alone. Resolution is its
// number in GSAN's table, 0 if none is in force.
func (db *DB) cashDiscount(ctx context.Context, tx pgx.Tx, property int64, items []store.Debt) (off store.Money, resolution int, err error) {
	number := db.codes.Load().parameters.statements.Resolution
	if number == "" {
		return 0, 0, nil
	}
	whole := slices.DeleteFunc(slices.Clone(items), func(d store.Debt) bool { return d.Ahead > 0 })
	chosen := store.Debts{List: whole, Occupied: true}
	for i := range chosen.List {
		if chosen.List[i].Kind == store.FormerBill {
			chosen.List[i].Kind = store.OwnBill
		}
	}
	c, _, err := db.dealCase(ctx, tx, number, 0, property, chosen)
	if err != nil {
		return 0, 0, err
	}
	c.Debts.Sanctions, c.Debts.LateCharged = nil, nil
	return instalment.CashDiscount(c), c.Resolution.ID, nil
}

// insertStatement writes the document and its items, and gives the statement its
// number and code. It refuses a property that must have none (EXT-3).
func (db *DB) insertStatement(ctx context.Context, tx pgx.Tx, property int64, s *store.Statement, rows []statementRow, resolution int) error {
	var locality int
	var grouped, silent bool
	err := tx.QueryRow(ctx, `
		SELECT i.loca_id::int, i.icte_id = $2::int, coalesce(t.cbsp_icemitedoccobranca = 2, false)
		  FROM cadastro.imovel i LEFT JOIN cobranca.cobranca_situacao_tipo t ON t.cbsp_id = i.cbsp_id
		 WHERE i.imov_id = $1::bigint`, property, toGroup).Scan(&locality, &grouped, &silent)
	switch {
	case err != nil:
		return err
	case grouped:
		return refused(store.ByDelivery)
	case silent:
		return refused(store.BySituation)
	}
	err = tx.QueryRow(ctx, `SELECT nextval('cobranca.seq_cobranca_documento')::bigint`).Scan(&s.Number)
	if err != nil {
		return err
	}
	code, err := db.codes.Load().parameters.issuer(db.Company).Code(febraban.Payment{
		Kind: febraban.Document, Locality: locality, Property: property, Number: s.Number, Type: statementType,
	}, s.Total)
	if err != nil { // a number too long, or no company: the paper is good for all but the bank
		s.NoCode = noCodeIssuer
	} else {
		s.Barcode = string(code)
	}
	late := store.SumOf(s.Items).Late.Total()
	done, err := tx.Exec(ctx, `
		INSERT INTO cobranca.cobranca_documento (cbdo_id, imov_id, cbdo_nnsequenciadocumento, dotp_id, demf_id, cbdo_tmemissao,
		       cbdo_vldocumento, cbdo_vlacrescimos, cbdo_vldesconto, cbdo_vltaxa, loca_id, cbdo_cdsetorcomercial, qdra_id, cbdo_nnquadra,
		       iper_id, last_id, lest_id, catg_id, clie_id, rdir_id, cdst_id, usur_id, cbdo_tmultimaalteracao)
		SELECT $2::int, i.imov_id, $2::int, $3::int, $4::int, localtimestamp,
		       $5::bigint / 100.0, $6::bigint / 100.0, $7::bigint / 100.0, 0, i.loca_id, t.stcm_cdsetorcomercial, i.qdra_id, q.qdra_nnquadra,
		       i.iper_id, i.last_id, i.lest_id, `+mainCategory+`, `+anOccupant+`, nullif($9::int, 0), $8::int,
		       (SELECT min(usur_id) FROM seguranca.usuario WHERE usur_icinternet = 1), localtimestamp
		  FROM cadastro.imovel i
		  LEFT JOIN cadastro.setor_comercial t ON t.stcm_id = i.stcm_id
		  LEFT JOIN cadastro.quadra q ON q.qdra_id = i.qdra_id
		 WHERE i.imov_id = $1::bigint`,
		property, s.Number, statementType, individually, int64(s.Total), int64(late), int64(s.Discount), pending, resolution)
	if err != nil {
		return err
	}
	if done.RowsAffected() != 1 {
		return fmt.Errorf("no property %d", property)
	}
	var types, ahead []int
	var bills, services, slips, credits, values, lates []int64
	for _, r := range rows {
		types, ahead = append(types, r.Type), append(ahead, r.Ahead)
		bills, services, slips, credits = append(bills, r.Bill), append(services, r.Service), append(slips, r.Slip), append(credits, r.Credit)
		values, lates = append(values, int64(r.Value)), append(lates, int64(r.Late))
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO cobranca.cobranca_documento_item (cdit_id, cbdo_id, dotp_id, cnta_id, dbac_id, gpag_id, crar_id,
		       cdit_vlitemcobrado, cdit_vlacrescimos, cdit_nnparcelasantecipadas, cdst_id, cdit_tmultimaalteracao)
		SELECT nextval('cobranca.seq_cobranca_documento_item')::int, $1::int, r.type, nullif(r.bill, 0)::int, nullif(r.service, 0)::int,
		       nullif(r.slip, 0)::int, nullif(r.credit, 0)::int, r.value / 100.0, r.late / 100.0, nullif(r.ahead, 0), $2::int, localtimestamp
		  FROM unnest($3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::int[])
		    AS r (type, bill, service, slip, credit, value, late, ahead)`,
		s.Number, pending, types, bills, services, slips, credits, values, lates, ahead)
	return err
}

// Parts of questions about the property i: the category of most of its
// economias, and its occupant, the first of two.
const (
	mainCategory = `(SELECT k.catg_id FROM cadastro.imovel_subcategoria u JOIN cadastro.subcategoria k ON k.scat_id = u.scat_id
		                  WHERE u.imov_id = i.imov_id GROUP BY k.catg_id ORDER BY sum(u.imsb_qteconomia) DESC, k.catg_id LIMIT 1)`
	anOccupant = `(SELECT min(r.clie_id) FROM cadastro.cliente_imovel r
		                  WHERE r.imov_id = i.imov_id AND r.crtp_id = 2 AND r.clim_dtrelacaofim IS NULL)`
)

// whose reads what a statement prints of the property and its occupant (EXT-8).
func (db *DB) whose(ctx context.Context, codes *codes, property int64, s *store.Statement) error {
	var water, sewage, sector, block, lot, sublot, route int
	var categories []categoryRow
	p, a := &s.Property, &s.Property.Address
	err := db.pool.QueryRow(ctx, `
		SELECT i.loca_id::int, i.last_id::int, i.lest_id::int, st.stcm_cdsetorcomercial::int, qd.qdra_nnquadra::int, i.imov_nnlote::int, i.imov_nnsublote::int,
		       coalesce(ro.rota_cdrota, 0)::int, ro.ftgr_id::int, coalesce(trim(pf.iper_dsimovelperfil), '')::text,
		       coalesce(h.clie_id, 0)::bigint, coalesce(trim(h.clie_nmcliente), '')::text,
		       coalesce(nullif(trim(h.clie_nncpf), ''), nullif(trim(h.clie_nncnpj), ''), '')::text,`+address+`,
		       (SELECT json_agg(json_build_object('category', x.catg_id, 'units', x.units) ORDER BY x.catg_id)
		          FROM (SELECT k.catg_id, sum(u.imsb_qteconomia) AS units
		                  FROM cadastro.imovel_subcategoria u JOIN cadastro.subcategoria k ON k.scat_id = u.scat_id
		                 WHERE u.imov_id = i.imov_id GROUP BY k.catg_id) x)
		  FROM cadastro.imovel i
		  JOIN cadastro.setor_comercial st ON st.stcm_id = i.stcm_id
		  JOIN cadastro.quadra qd ON qd.qdra_id = i.qdra_id
		  JOIN micromedicao.rota ro ON ro.rota_id = coalesce(i.rota_idalternativa, qd.rota_id)
		  LEFT JOIN cadastro.imovel_perfil pf ON pf.iper_id = i.iper_id
		  LEFT JOIN cadastro.cliente h ON h.clie_id = `+anOccupant+addressJoins+`
		 WHERE i.imov_id = $1::bigint`, property).Scan(
		&p.Locality, &water, &sewage, &sector, &block, &lot, &sublot, &route, &p.Group, &s.Profile,
		&s.Holder.ID, &s.Holder.Name, &s.Holder.Document,
		&a.Street, &a.Number, &a.Complement, &a.Neighborhood, &a.Town, &a.State, &a.CEP, &categories)
	p.ID, p.Route, s.Profile = property, strconv.Itoa(route), sentence(s.Profile)
	p.Water, p.Sewage = sentence(codes.water[water]), sentence(codes.sewage[sewage])
	p.Inscribe = codes.parameters.inscription(p.Locality, sector, block, lot, sublot)
	p.Units = units(codes, categories)
	return err
}
