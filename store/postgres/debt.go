package postgres

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/latecharge"
)

// GSAN's constants that decide what a debt is.
const (
	paidByDebit  = 13 // arrecadacao_forma: débito automático
	lateFine     = 80 // debito_tipo: multa por impontualidade
	dealInterest = 44 // debito_tipo: juros sobre parcelamento
	dealDiscount = 6  // credito_origem: descontos concedidos no parcelamento
	cashDown     = 2  // financiamento_tipo: parcelamento de água
)

// ofDeal are the financiamento_tipo of what was put into an instalment deal.
var ofDeal = []int{2, 3, 4, 8}

// A debtsRow is all that the database has of what a property owes. Bills are of
// today's occupant, of somebody before, or of nobody known.
type debtsRow struct {
	Occupied bool
	Town     int  // municipality, 0 if the street is not known
	Exempt   bool // whoever pays, or the main category, pays no late charges
	Bills    []openRow
	Services []serviceRow
	Slips    []slipRow
	Credits  []creditRow
}

type openRow struct {
	ID       int64       `json:"id"`
	Month    store.Month `json:"month"`
	Due      isoDate     `json:"due"`
	Value    store.Money `json:"value"`
	Paid     store.Money `json:"paid"`
	Debited  bool        `json:"debited"`
	Review   bool        `json:"review"`
	Reason   int         `json:"reason"`
	Finable  bool        `json:"finable"`
	Fines    store.Money `json:"fines"`
	Own      bool        `json:"own"`
	Contract bool        `json:"contract"`

	DirectDebit bool `json:"direct_debit"`
	Held        bool `json:"held"` // a charge by card is open on it
}

type serviceRow struct {
	ID       int64       `json:"id"`
	Kind     int         `json:"kind"`
	Finance  int         `json:"finance"`
	Value    store.Money `json:"value"` // of all instalments
	Count    int         `json:"count"`
	Done     int         `json:"done"` // charged or given as a bonus
	Review   bool        `json:"review"`
	Reason   int         `json:"reason"`
	Deal     int64       `json:"deal"`
	Standing bool        `json:"standing"` // the deal is
	Dealt    isoDate     `json:"dealt"`
	Contract bool        `json:"contract"`
	charged
}

// charged is what our charges make of a debt.
type charged struct {
	Settled bool `json:"settled"` // paid to us, and perhaps not posted yet
	Held    bool `json:"held"`    // a charge by card is open on it
	Ahead   bool `json:"ahead"`   // instalments of its deal were paid to us ahead, and are not posted yet
}

// status is where they let the debt stand; Open if they do not.
func (c charged) status() store.BillStatus {
	switch {
	case c.Settled:
		return store.Paid
	case c.Held:
		return store.InNegotiation
	case c.Ahead:
		return store.PartlyPaid
	default:
		return store.Open
	}
}

// instalment is cut to cents, so that the last ones carry what is left over
// (DEB-8).
func (r serviceRow) instalment() store.Money { return r.Value / store.Money(max(r.Count, 1)) }

func (r serviceRow) remaining() store.Money {
	return r.Value - r.instalment()*store.Money(r.Done)
}

type slipRow struct {
	ID       int64       `json:"id"`
	Kind     int         `json:"kind"`
	Due      isoDate     `json:"due"`
	Value    store.Money `json:"value"`
	Paid     store.Money `json:"paid"`
	Contract bool        `json:"contract"`
	charged
}

type creditRow struct {
	ID       int64       `json:"id"`
	Kind     int         `json:"kind"`
	Origin   int         `json:"origin"`
	Value    store.Money `json:"value"` // of all instalments
	Count    int         `json:"count"`
	Done     int         `json:"done"`
	Residual store.Money `json:"residual"` // of what was granted and found no bill to go to
	Deal     int64       `json:"deal"`
	charged
}

// remaining rounds an instalment to seven decimals and the rest to cents, as
// GSAN does with credits and not with debts (DEB-9).
func (r creditRow) remaining() store.Money {
	const seven = 1e7
	count := int64(max(r.Count, 1))
	each := (int64(r.Value)*1e5 + count/2) / count // in ten-millionths
	rest := int64(r.Value+r.Residual)*1e5 - each*int64(r.Done)
	return store.Money((rest + seven/200) / (seven / 100))
}

// instalment is cut to cents: what goes with an instalment paid ahead (DEB-11).
func (r creditRow) instalment() store.Money { return r.Value / store.Money(max(r.Count, 1)) }

// Debts returns all that the property owes today, with late charges, and the
// credits that it has (gsan-rules 2 and 3). Bills and slips that were paid in
// the month whose collection is open, wholly or in part, what was paid to us or
// is being paid by card (see charge.go), and debts under review are among them
// and cannot be chosen (DEB-3, DEB-14). A credit that goes along with such a
// charge is not. Bills that were put into a deal are not: the deal is (DEB-11).
// Without a present occupant the list is empty and says nothing (DEB-15).
func (db *DB) Debts(ctx context.Context, property int64) (store.Debts, error) {
	codes := db.codes.Load()
	row, err := readDebts(ctx, db.pool, codes.parameters.debts, property)
	if err != nil {
		return store.Debts{}, away("debts", err)
	}
	return row.debts(codes, db.lateRules(codes, row.Town), db.Today()), nil
}

// asker is a pool or a transaction.
type asker interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

// readDebts asks for everything in one statement; p says which debts are hidden
// while they are in an instalment contract, for the tables of contracts are not
// in every GSAN.
func readDebts(ctx context.Context, from asker, p debtParameters, property int64) (r debtsRow, err error) {
	err = from.QueryRow(ctx, `
		SELECT EXISTS `+occupant+`,
		       coalesce((SELECT b.muni_id FROM cadastro.imovel i
		                   JOIN cadastro.logradouro_bairro lb ON lb.lgbr_id = i.lgbr_id
		                   JOIN cadastro.bairro b ON b.bair_id = lb.bair_id
		                  WHERE i.imov_id = $1::bigint), 0)::int,
		       coalesce((SELECT g.catg_iccobrancaacrescimos = 2
		                   FROM cadastro.imovel_subcategoria u
		                   JOIN cadastro.subcategoria s ON s.scat_id = u.scat_id
		                   JOIN cadastro.categoria g ON g.catg_id = s.catg_id
		                  WHERE u.imov_id = $1::bigint
		                  GROUP BY g.catg_id, g.catg_iccobrancaacrescimos
		                  ORDER BY sum(u.imsb_qteconomia) DESC, g.catg_id LIMIT 1), false)
		       OR EXISTS (SELECT 1 FROM cadastro.cliente_imovel r JOIN cadastro.cliente k ON k.clie_id = r.clie_id
		                   WHERE r.imov_id = $1::bigint AND r.crtp_id = 3 AND r.clim_dtrelacaofim IS NULL AND k.clie_iccobrancaacrescimos = 2),
		       (SELECT json_agg(json_build_object(
		                 'id', c.cnta_id, 'month', c.cnta_amreferenciaconta, 'due', c.cnta_dtvencimentoconta,
		                 'value', (100 * `+value+`)::bigint, 'paid', (100 * coalesce(p.value, 0))::bigint,
		                 'debited', EXISTS (SELECT 1 FROM arrecadacao.pagamento d WHERE d.cnta_id = c.cnta_id AND d.arfm_id = $2::int),
		                 'review', c.cnta_dtrevisao IS NOT NULL, 'reason', coalesce(c.cmrv_id, 0),
		                 'finable', c.cnta_iccobrancamulta = 2, 'direct_debit', coalesce(c.cnta_icdebitoconta, 2) = 1,
		                 'held', EXISTS (SELECT 1 FROM loja.charge_hold ch WHERE ch.kind = 'bill' AND ch.debt = c.cnta_id AND ch.firm),
		                 'fines', (SELECT (100 * coalesce(sum(f.dbcb_vlprestacao), 0))::bigint FROM faturamento.debito_cobrado f
		                            WHERE f.cnta_id = c.cnta_id AND f.dbtp_id = $3::int),
		                 'own', `+own+`,
		                 'contract', `+inContract(p.HideBills, "cnta_id", "c.cnta_id")+`))
		          FROM faturamento.conta c `+paid+`
		         WHERE c.imov_id = $1::bigint AND c.dcst_idatual IN (0, 1, 2) AND `+value+` > 0),
		       (SELECT json_agg(json_build_object(
		                 'id', d.dbac_id, 'kind', d.dbtp_id, 'finance', d.fntp_id, 'value', (100 * d.dbac_vldebito)::bigint,
		                 'count', d.dbac_nnprestacaodebito, 'done', d.dbac_nnprestacaocobradas + coalesce(d.dbac_nnparcelabonus, 0),
		                 'review', d.dbac_dtrevisao IS NOT NULL, 'reason', coalesce(d.cmrv_id, 0),
		                 `+chargedAs(`kind = 'service' AND debt = d.dbac_id OR kind = 'deal' AND debt = d.parc_id`)+`,
		                 'ahead', EXISTS (SELECT 1 FROM loja.charge_debt cd JOIN loja.charge ch ON ch.id = cd.charge
		                                   WHERE cd.kind = 'deal' AND cd.debt = d.parc_id AND ch.state = 'paid'
		                                     AND d.dbac_nnprestacaodebito - d.dbac_nnprestacaocobradas - coalesce(d.dbac_nnparcelabonus, 0) > cd.instalments - cd.ahead),
		                 'deal', coalesce(d.parc_id, 0), 'standing', coalesce(l.pcst_id = 1, false), 'dealt', l.parc_tmparcelamento::date,
		                 'contract', `+inContract(p.HideServices, "dbac_id", "d.dbac_id")+`))
		          FROM faturamento.debito_a_cobrar d LEFT JOIN cobranca.parcelamento l ON l.parc_id = d.parc_id
		         WHERE d.imov_id = $1::bigint AND d.dcst_idatual = 0
		           AND d.dbac_nnprestacaocobradas < d.dbac_nnprestacaodebito - coalesce(d.dbac_nnparcelabonus, 0)
		           AND NOT EXISTS (SELECT 1 FROM arrecadacao.pagamento dp WHERE dp.dbac_id = d.dbac_id)),
		       (SELECT json_agg(json_build_object(
		                 'id', s.gpag_id, 'kind', s.dbtp_id, 'due', s.gpag_dtvencimento, 'value', (100 * s.gpag_vldebito)::bigint,
		                 `+chargedAs(`kind = 'slip' AND debt = s.gpag_id`)+`,
		                 'paid', (SELECT (100 * coalesce(sum(sp.pgmt_vlpagamento), 0))::bigint FROM arrecadacao.pagamento sp WHERE sp.gpag_id = s.gpag_id),
		                 'contract', `+inContract(p.HideSlips, "gpag_id", "s.gpag_id")+`))
		          FROM faturamento.guia_pagamento s
		         WHERE s.imov_id = $1::bigint AND s.dcst_idatual = 0 AND s.gpag_vldebito > 0),
		       (SELECT json_agg(json_build_object(
		                 'id', a.crar_id, 'kind', a.crti_id, 'origin', a.crog_id, 'value', (100 * coalesce(a.crar_vlcredito, 0))::bigint,
		                 'count', coalesce(a.crar_nnprestacaocredito, 1), 'done', coalesce(a.crar_nnprestacaorealizadas, 0) + coalesce(a.crar_nnparcelabonus, 0),
		                 `+chargedAs(`kind = 'credit' AND debt = a.crar_id`)+`,
		                 'residual', (100 * coalesce(a.crar_vlresidualmesanterior, 0))::bigint, 'deal', coalesce(a.parc_id, 0)))
		          FROM faturamento.credito_a_realizar a
		         WHERE a.imov_id = $1::bigint AND a.dcst_idatual = 0
		           AND (coalesce(a.crar_nnprestacaorealizadas, 0) < coalesce(a.crar_nnprestacaocredito, 1) - coalesce(a.crar_nnparcelabonus, 0)
		                OR a.crar_vlresidualmesanterior > 0)
		           AND NOT EXISTS (SELECT 1 FROM arrecadacao.devolucao v WHERE v.crar_id = a.crar_id))`,
		property, paidByDebit, lateFine).Scan(
		&r.Occupied, &r.Town, &r.Exempt, &r.Bills, &r.Services, &r.Slips, &r.Credits)
	return r, err
}

// chargedAs reads what charged has of the debts that which names.
func chargedAs(which string) string {
	return `'settled', EXISTS (SELECT 1 FROM loja.charge_debt JOIN loja.charge ch ON ch.id = charge WHERE (` + which + `) AND ahead IS NULL AND ch.state = 'paid'),
		                 'held', EXISTS (SELECT 1 FROM loja.charge_hold WHERE (` + which + `) AND firm)`
}

// debts puts what was read into the sections of the statement (DEB-12).
func (r debtsRow) debts(codes *codes, rules latecharge.Rules, today store.Date) store.Debts {
	all := store.Debts{On: today, Occupied: r.Occupied, Limit: codes.parameters.statements.Slip}
	if !r.Occupied {
		return all
	}
	keep := func(contract bool, d store.Debt) {
		if contract {
			all.Contracted = true
			return
		}
		d.Version = versionOf(d)
		all.List = append(all.List, d)
	}
	for _, b := range r.Bills {
		keep(b.Contract, b.debt(codes, rules, today, r.Exempt || r.Town == 0))
	}
	for _, s := range r.Services {
		if !s.ofDeal() {
			keep(s.Contract, s.debt(codes))
		}
	}
	for _, s := range r.Slips {
		keep(s.Contract, s.debt(codes))
	}
	for _, d := range r.deals(codes, &all.Contracted) {
		keep(false, d)
	}
	for _, c := range r.Credits {
		if c.Origin != dealDiscount && c.remaining() > 0 && c.status() == store.Open { // one that goes along with a charge is spent
			keep(false, store.Debt{
				Kind: store.Credit, ID: c.ID, Text: sentence(codes.credit[c.Kind]), Value: c.remaining(),
				Instalments: max(c.Count-c.Done, 1),
			})
		}
	}
	slices.SortStableFunc(all.List, func(a, b store.Debt) int {
		return cmp.Or(int(a.Kind)-int(b.Kind), int(a.Month)-int(b.Month), a.Due.DaysUntil(b.Due)*-1, cmp.Compare(a.ID, b.ID))
	})
	return all
}

// debt is a bill with its late charges, which whoever has paid in part or is
// exempt has none of (ACR-2). One that could be paid but for charges that are
// not computed here is unpriced (ACR-10).
func (r openRow) debt(codes *codes, rules latecharge.Rules, today store.Date, exempt bool) store.Debt {
	bill := billRow{Total: r.Value, Paid: r.Paid, Review: r.Review, Reason: r.Reason, Held: r.Held}.bill(codes)
	d := store.Debt{
		Kind: store.FormerBill, ID: r.ID, Month: r.Month, Due: r.Due.Date, Value: r.Value,
		Status: bill.Status, Review: bill.Review, DirectDebit: r.DirectDebit,
	}
	if r.Own {
		d.Kind = store.OwnBill
	}
	if r.Paid == 0 && !r.Debited && !exempt {
		late, known := rules.Charges(latecharge.Bill{Value: r.Value, Fines: r.Fines, Month: r.Month, Due: r.Due.Date, Finable: r.Finable}, today)
		d.Late = late
		if !known && d.Status == store.Open {
			d.Status = store.Unpriced
		}
	}
	return d
}

// ofDeal tells whether the service is part of a deal (DEB-11). Deals that came
// from another system without their number are services, as GSAN has them.
func (r serviceRow) ofDeal() bool {
	return slices.Contains(ofDeal, r.Finance) && (r.Deal != 0 || r.Finance != cashDown)
}

func (r serviceRow) debt(codes *codes) store.Debt {
	d := store.Debt{
		Kind: store.Service, ID: r.ID, Text: sentence(codes.charge[r.Kind]), Value: r.remaining(),
		Instalments: r.Count - r.Done, Instalment: r.instalment(),
	}
	if d.Status = r.status(); d.Status == store.Open && r.Review {
		d.Status, d.Review = store.UnderReview, sentence(codes.review[r.Reason])
	}
	return d
}

func (r slipRow) debt(codes *codes) store.Debt {
	bill := billRow{Total: r.Value, Paid: r.Paid, Held: r.Held}
	if r.Settled {
		bill.Paid = max(r.Paid, r.Value)
	}
	return store.Debt{
		Kind: store.Slip, ID: r.ID, Due: r.Due.Date, Text: sentence(codes.charge[r.Kind]), Value: r.Value, Status: bill.bill(codes).Status,
	}
}

// deals adds up what is left of each standing deal, less its discounts. Who pays
// it off at once does not pay the interest of instalments to come, so GSAN
// leaves that out of the balance; it is in what an instalment costs. So it is
// with instalments paid ahead: they are the same number of every service and of
// every discount of the deal, and at least one of each service stays.
func (r debtsRow) deals(codes *codes, contracted *bool) []store.Debt {
	var found []store.Debt
	at := map[int64]int{}
	for _, s := range r.Services {
		if !s.ofDeal() || !s.Standing {
			continue
		}
		if s.Contract {
			*contracted = true
			continue
		}
		i, known := at[s.Deal]
		if !known {
			i, at[s.Deal] = len(found), len(found)
			found = append(found, store.Debt{Kind: store.Deal, ID: s.Deal, Text: fmt.Sprintf("Parcelamento de %s", s.Dealt.Date)})
		}
		d := &found[i]
		d.Instalments = max(d.Instalments, s.Count-s.Done)
		d.Instalment += s.instalment()
		if s.Kind != dealInterest {
			if len(d.Services) == 0 || s.Count-s.Done <= d.AheadMost {
				d.AheadMost = s.Count - s.Done - 1
			}
			d.Value += s.remaining()
			d.Each += s.instalment()
			d.Services = append(d.Services, s.ID)
		}
		switch status := s.status(); {
		case status != store.Open:
			d.Status, d.Review = status, ""
		case s.Review && d.Status == store.Open:
			d.Status, d.Review = store.UnderReview, sentence(codes.review[s.Reason])
		}
	}
	for _, c := range r.Credits {
		if i, ok := at[c.Deal]; ok && c.Origin == dealDiscount {
			found[i].Value -= c.remaining()
			found[i].Each -= c.instalment()
			found[i].AheadMost = min(found[i].AheadMost, c.Count-c.Done)
		}
	}
	for i := range found {
		slices.Sort(found[i].Services)
		d := &found[i]
		if d.Each > 0 { // never dearer than all that is left, which has more of the discounts in it
			d.AheadMost = min(d.AheadMost, int((d.Value-1)/d.Each))
		}
		if d.Each <= 0 || d.AheadMost < 1 {
			d.AheadMost, d.Each = 0, 0
		}
	}
	return slices.DeleteFunc(found, func(d store.Debt) bool { return d.Value <= 0 })
}

// versionOf is short and another once anything of the debt is, its late charges
// included.
func versionOf(d store.Debt) string {
	sum := fnv.New32a()
	fmt.Fprintf(sum, "%+v", d)
	return fmt.Sprintf("%08x", sum.Sum32())
}

// debtParameters is what GSAN's parameters say on debts.
type debtParameters struct {
	HideBills    bool // while they are in an instalment contract in force (DEB-7)
	HideServices bool
	HideSlips    bool
}

// statementParameters is what they say on statements.
type statementParameters struct {
	Days int         // that one is good for (EXT-4)
	Slip store.Money // from this total on GSAN makes a bank slip; 0 for never (EXT-7)

	Resolution string // the resolução de diretoria that discounts them, "" if none does (EXT-6)
}

// queueDebts reads what debts, late charges and statements hang on. What not
// every GSAN has comes as JSON, such as the parameters of contracts.
func (c *codes) queueDebts(batch *pgx.Batch) {
	batch.Queue(`
		SELECT coalesce((to_json(p) ->> 'parm_icbloqctasctrparceldebito')::int = 1, false),
		       coalesce((to_json(p) ->> 'parm_icbloqdacctrparceldebito')::int = 1, false),
		       coalesce((to_json(p) ->> 'parm_icbloqguiactrparceldebito')::int = 1, false),
		       parm_nndiasvenctocobranca::int, parm_nndiascalculoacrescimos::int, coalesce(parm_nnmesescalculocorrecao, -1)::int,
		       parm_icatualizacaotarifaria = 1, coalesce(parm_amatualizacaotarifaria, 0)::int,
		       parm_nndiasvalidadeextrato::int, coalesce((100 * (to_json(p) ->> 'parm_vlextratofichacomp')::numeric)::bigint, 0),
		       coalesce((SELECT trim(r.rdir_nnresolucaodiretoria) FROM cobranca.resolucao_diretoria r WHERE r.rdir_id = (to_json(p) ->> 'rdir_id')::int), '')::text
		  FROM cadastro.sistema_parametros p WHERE parm_id = 1`).QueryRow(func(row pgx.Row) error {
		p, r, s := &c.parameters.debts, &c.late, &c.parameters.statements
		return row.Scan(&p.HideBills, &p.HideServices, &p.HideSlips, &r.Shift, &r.Grace, &r.Correct, &r.Tariff, &r.TariffSince, &s.Days, &s.Slip, &s.Resolution)
	})
	batch.Queue(`
		SELECT DISTINCT ON (iaci_amreferencia)
		       iaci_amreferencia::int, (10000 * coalesce(iaci_pcmulta, 0))::bigint, iaci_icmultamensal = 2, (10000 * coalesce(iaci_pclimitemulta, 0))::bigint,
		       (10000 * coalesce(iaci_pcjurosmora, 0))::bigint, iaci_icjurosmensal = 2, (10000 * coalesce(iaci_pclimitejuros, 0))::bigint,
		       (10000 * coalesce(iaci_nnfatoratlzcmonetaria, 0))::bigint
		  FROM cobranca.indices_acresc_impont WHERE iaci_amreferencia IS NOT NULL
		 ORDER BY iaci_amreferencia, iaci_id`).Query(func(rows pgx.Rows) error {
		var i latecharge.Index
		_, err := pgx.ForEachRow(rows, []any{
			&i.Month, &i.Fine, &i.FineDaily, &i.FineLimit, &i.Interest, &i.InterestDaily, &i.InterestLimit, &i.Factor,
		}, func() error {
			c.late.Indices = append(c.late.Indices, i)
			return nil
		})
		return err
	})
}

// lateRules are the rules of late charges in a town, whose holidays count.
func (db *DB) lateRules(c *codes, town int) latecharge.Rules {
	rules := c.late
	rules.PlainOctober = db.PlainOctober
	rules.Holiday = func(day store.Date) bool { return c.holiday(day, town) }
	return rules
}
