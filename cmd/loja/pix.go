package main

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"lojavirtual/bot"
	"lojavirtual/store"
	"lojavirtual/store/bank"
	"lojavirtual/store/postgres"
	"lojavirtual/store/taxid"
)

// A pixDesk makes the PIX codes that the operator's bank keeps, and takes in what
// the bank tells of them. It stands between the ledger (store/postgres, charge.go)
// and the bank (store/bank), neither of which knows the other.
//
// # Why
//
// A bill is charged at face value, even late: its fine and interest come in a
// later bill (gsan-rules VIA-12), so the bank must not add them as well. A
// statement has those of its day in its sum (EXT-10), and so it is a charge
// without a due date.
//
// While the bank is away no static code is offered instead: it would pay the same
// bill as the code that somebody may have in hand, and no bank would notice. The
// bar code stays.
//
// A webhook is only a hint. It is answered at once and its payments are read back
// afterwards; those that are lost then, as in a stop, are found by the jobs.
type pixDesk struct {
	bank *bank.Client
	db   *postgres.DB
	log  *slog.Logger
	paid chan string // endToEndIds that webhooks brought, to be read back
}

// What the bank may take.
const (
	pixDays      = 30              // that a code is good for, after the due date if that is to come; the API's own default
	bankPatience = 4 * time.Second // for one code: a turn has six
	pixAttempts  = 4               // charges of one selection that somebody else closes meanwhile
	newsWaiting  = 10_000          // payments that wait to be read back; the bank repeats the rest
	newsReaders  = 4               // that read them back
)

func newPixDesk(client *bank.Client, db *postgres.DB, log *slog.Logger) *pixDesk {
	return &pixDesk{bank: client, db: db, log: log, paid: make(chan string, newsWaiting)}
}

// Charge implements segundavia.Pix.
func (p *pixDesk) Charge(ctx context.Context, key string, f store.ChargeForm) (store.PixCode, store.Refusal, error) {
	return p.charge(ctx, key, f, f.Bill.Total)
}

// ChargeStatement implements debitos.Pix. It is refused as DebtsChanged if the
// debts do not cost what the statement says any more.
func (p *pixDesk) ChargeStatement(ctx context.Context, key string, f store.ChargeForm, s store.Statement) (store.PixCode, store.Refusal, error) {
	return p.charge(ctx, key, f, s.Total)
}

// charge returns the code of the one open charge of a selection.
func (p *pixDesk) charge(ctx context.Context, key string, f store.ChargeForm, total store.Money) (store.PixCode, store.Refusal, error) {
	f.Provider = store.ByPix
	from := store.DateOf(f.At)
	if f.Bill.Due.After(from) {
		from = f.Bill.Due
	}
	if last := from.Add(pixDays).End(); last.Before(f.Expires) { // a bill's bar code may be good for a year
		f.Expires = last
	}
	asking, cancel := context.WithTimeout(ctx, bankPatience)
	defer cancel()
	for n := range pixAttempts {
		c, refusal, err := p.db.OfferCharge(ctx, fmt.Sprintf("%s/pix%d", key, n), f)
		if err != nil || refusal != store.NotRefused {
			return store.PixCode{}, refusal, err
		}
		switch c.State {
		case store.ChargeOffered, store.ChargeOpen:
		case store.ChargePaid, store.ChargeRefunded:
			return store.PixCode{}, store.DebtsChanged, nil
		default: // what this turn made before was closed for another selection
			continue
		}
		if c.Total != total { // of another day
			if err := p.withdraw(asking, c, f.At); err != nil {
				return p.away(ctx, err)
			}
			continue
		}
		c, refusal, err = p.open(asking, c, f.At)
		if err != nil {
			return p.away(ctx, err)
		}
		if refusal != store.NotRefused {
			return store.PixCode{}, refusal, nil
		}
		if c.State == store.ChargeOpen {
			return store.PixCode{Code: c.Address, Until: store.DateOf(c.Expires.Add(-time.Second))}, store.NotRefused, nil
		}
	}
	return store.PixCode{}, store.DebtsChanged, nil
}

// away is what becomes of a failure: the person does without the code if it is the
// bank's, and staff read of it in the log.
func (p *pixDesk) away(ctx context.Context, err error) (store.PixCode, store.Refusal, error) {
	_, refused := errors.AsType[*bank.Error](err)
	_, conflict := errors.AsType[*bank.Conflict](err)
	switch {
	case ctx.Err() != nil || !refused && !conflict:
		return store.PixCode{}, store.NotRefused, err
	case bot.IsTemporary(err):
		p.log.Warn("the bank makes no PIX code", "error", err)
	default:
		p.log.Error("the bank makes no PIX code", "error", err)
	}
	return store.PixCode{}, store.BankAway, nil
}

// open opens a charge, after it has taken those away that are in its way, and has
// the bank make its code. The charge that is returned is not open if somebody has
// closed it meanwhile.
func (p *pixDesk) open(ctx context.Context, c store.Charge, at time.Time) (store.Charge, store.Refusal, error) {
	for {
		o, ok, err := p.db.OpenCharge(ctx, c.ID, at)
		switch {
		case err != nil:
			return c, store.NotRefused, err
		case !ok:
			return c, store.NotRefused, fmt.Errorf("charge %s is gone", c.ID)
		case o.Refusal != store.NotRefused:
			return c, o.Refusal, nil
		}
		for _, other := range o.InTheWay {
			if err := p.withdraw(ctx, other, at); err != nil {
				return c, store.NotRefused, err
			}
		}
		if len(o.InTheWay) > 0 {
			continue
		}
		if c = o.Charge; c.State != store.ChargeOpen || c.Address != "" {
			return c, store.NotRefused, nil
		}
		c, err = p.place(ctx, c, at)
		return c, store.NotRefused, err
	}
}

// place has the bank make an open charge, and keeps its code.
func (p *pixDesk) place(ctx context.Context, c store.Charge, at time.Time) (store.Charge, error) {
	order, err := p.order(ctx, c, at)
	if err != nil {
		return c, err
	}
	made, err := p.bank.Put(ctx, order)
	if err != nil {
		return c, err
	}
	return p.settle(ctx, c, made, at)
}

// order is what the bank is asked for. A bill that is not late has a due date, if
// its holder has the CPF or CNPJ that the API wants with it.
func (p *pixDesk) order(ctx context.Context, c store.Charge, at time.Time) (bank.Order, error) {
	last := store.DateOf(c.Expires.Add(-time.Second))
	order := bank.Order{
		TxID: c.ID, Amount: c.Total, Message: "Matrícula " + store.FormatMatricula(c.Property),
		Life: c.Expires.Sub(at).Truncate(time.Second),
	}
	if !c.AtFace || c.Debts[0].Due.Before(store.DateOf(at)) || last.Before(c.Debts[0].Due) {
		return order, nil
	}
	bill, ok, err := p.db.BillCopy(ctx, c.Property, c.Debts[0].ID)
	if err != nil || !ok || strings.TrimSpace(bill.Holder.Name) == "" {
		return order, err
	}
	document, err := taxid.CheckCPF(bill.Holder.Document)
	if err != nil {
		document, err = taxid.CheckCNPJ(bill.Holder.Document)
	}
	if err == nil {
		order.Due, order.Days = bill.Due, bill.Due.DaysUntil(last)
		order.Payer = bank.Payer{Name: bill.Holder.Name, TaxID: document}
	}
	return order, nil
}

// settle brings a charge and what the bank has of it together, and returns it as
// it then is: payments are recorded, a code is kept, what the bank has removed is
// cancelled, and what is closed here is removed there.
func (p *pixDesk) settle(ctx context.Context, c store.Charge, kept bank.Charge, now time.Time) (store.Charge, error) {
	for _, payment := range kept.Payments {
		if err := p.record(ctx, payment, now); err != nil {
			return c, err
		}
	}
	var err error
	switch kept.Status {
	case bank.Active:
		if c, _, err = p.db.KeepCheckout(ctx, c.ID, string(kept.Kind())+"/"+c.ID, kept.Code); err != nil {
			return c, err
		}
		if c.State != store.ChargeOpen || !now.Before(c.Expires) {
			_, err = p.bank.Remove(ctx, kept.Kind(), c.ID)
		}
		return c, err
	case bank.Removed, bank.RemovedByBank:
		c, _, err = p.db.CancelCharge(ctx, c.ID, now)
	default: // paid, or in a state that is new
		c, _, err = p.db.Charge(ctx, c.ID)
	}
	return c, err
}

// withdraw removes a charge at the bank and cancels it; one that was paid there is
// recorded as paid instead. It may be called of any PIX charge that is in the way
// of another.
func (p *pixDesk) withdraw(ctx context.Context, c store.Charge, at time.Time) error {
	found, ok, err := p.find(ctx, c)
	if err == nil && ok && found.Status == bank.Active {
		found, err = p.bank.Remove(ctx, found.Kind(), c.ID)
	}
	if err != nil {
		return err
	}
	for _, payment := range found.Payments {
		if err := p.record(ctx, payment, at); err != nil {
			return err
		}
	}
	if found.Status == bank.Paid && len(found.Payments) == 0 {
		return fmt.Errorf("charge %s is paid at the bank, which does not say by what", c.ID)
	}
	_, _, err = p.db.CancelCharge(ctx, c.ID, at)
	return err
}

// find returns what the bank has of a charge; ok is false if it has none.
func (p *pixDesk) find(ctx context.Context, c store.Charge) (found bank.Charge, ok bool, err error) {
	for _, kind := range []bank.Kind{bank.Cob, bank.Cobv} {
		if c.Ref != "" && !strings.HasPrefix(c.Ref, string(kind)+"/") {
			continue
		}
		if found, ok, err = p.bank.Read(ctx, kind, c.ID); ok || err != nil {
			return found, ok, err
		}
	}
	return bank.Charge{}, false, nil
}

// record records a payment that was read from the bank, and what went back of it.
// One that is of no charge of ours is nobody's news.
func (p *pixDesk) record(ctx context.Context, payment bank.Payment, now time.Time) error {
	for _, e := range pixEvents(payment) {
		if _, ok, err := p.db.RecordEvent(ctx, e, now); err != nil || !ok {
			return err
		}
	}
	return nil
}

// pixEvents are what a payment of a charge means to the ledger: that it was paid,
// and what went back.
func pixEvents(payment bank.Payment) []store.ChargeEvent {
	if payment.TxID == "" {
		return nil
	}
	events := []store.ChargeEvent{{
		Provider: store.ByPix, ID: payment.ID + "/paid", Charge: payment.TxID, Kind: store.EventPaid, At: payment.At,
		Payment: payment.ID, Amount: payment.Original,
	}}
	for _, back := range payment.Returns {
		if back.Status != bank.ReturnDone {
			continue
		}
		at := back.Settled
		if at.IsZero() {
			at = back.Asked
		}
		events = append(events, store.ChargeEvent{
			Provider: store.ByPix, ID: payment.ID + "/" + back.ID, Charge: payment.TxID, Kind: store.EventRefunded, At: at,
			Payment: payment.ID, Amount: back.Amount,
		})
	}
	return events
}

// heard returns what the bank's list has of a time.
func (p *pixDesk) heard(ctx context.Context, from, now time.Time) (events []store.ChargeEvent, err error) {
	for payment, err := range p.bank.Payments(ctx, from, now) {
		if err != nil {
			return nil, err
		}
		events = append(events, pixEvents(payment)...)
	}
	return events, nil
}

// ServeHTTP takes a webhook: it reads whose payments are told of, and answers
// before the bank is asked for them.
func (p *pixDesk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bank.MaxWebhookBytes))
	if err != nil {
		http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		return
	}
	payments, err := bank.ReadWebhook(body)
	if err != nil {
		p.log.Warn("a webhook of the bank is not right", "error", err)
		if len(payments) == 0 {
			http.Error(w, "no payments", http.StatusBadRequest)
			return
		}
	}
	for _, payment := range payments {
		select {
		case p.paid <- payment.ID:
		default:
			w.Header().Set("Retry-After", "60")
			http.Error(w, "too many payments at once", http.StatusServiceUnavailable)
			return
		}
	}
}

// believe reads back the payments that webhooks told of, until the context ends.
func (p *pixDesk) believe(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-p.paid:
			if err := p.readBack(ctx, id); err != nil && ctx.Err() == nil {
				p.log.Warn("cannot read a payment back that the bank told of", "error", err)
			}
		}
	}
}

func (p *pixDesk) readBack(ctx context.Context, id string) error {
	payment, ok, err := p.bank.Payment(ctx, id)
	if err != nil || !ok {
		return err
	}
	return p.record(ctx, payment, time.Now())
}

// How far back the jobs look for news that were lost.
const (
	recentNews = 2 * time.Hour
	lostNews   = 3 * 24 * time.Hour
)

// catchUp records what the bank's list has of the last hours.
func (p *pixDesk) catchUp(ctx context.Context) error {
	now := time.Now()
	return p.recordSince(ctx, now.Add(-recentNews), now)
}

func (p *pixDesk) recordSince(ctx context.Context, from, now time.Time) error {
	var wrong error
	for payment, err := range p.bank.Payments(ctx, from, now) {
		if err == nil {
			err = p.record(ctx, payment, now)
		}
		wrong = errors.Join(wrong, err)
	}
	return wrong
}

// sweep records what the bank's list has of the last days, and brings every charge
// that is open, or was closed without money in these days, together with what the
// bank has of it. Then those expire whose time is over.
func (p *pixDesk) sweep(ctx context.Context) error {
	now := time.Now()
	wrong := p.recordSince(ctx, now.Add(-lostNews), now)
	charges, err := p.db.PollCharges(ctx, now.Add(-lostNews))
	if err != nil {
		return errors.Join(wrong, err)
	}
	for _, c := range charges {
		if c.Provider != store.ByPix {
			continue
		}
		found, ok, err := p.find(ctx, c)
		switch {
		case err != nil:
		case ok:
			_, err = p.settle(ctx, c, found, now)
		case !now.Before(c.Expires): // the bank was away when it was opened
			_, _, err = p.db.CancelCharge(ctx, c.ID, now)
		}
		wrong = errors.Join(wrong, err)
		if bot.IsTemporary(err) { // the next would wait for the bank as well
			break
		}
	}
	if wrong != nil { // else one might expire that was paid
		return wrong
	}
	_, err = p.db.ExpireCharges(ctx, now, func(c store.Charge) bool { return c.Provider == store.ByPix })
	return err
}

// pixJobs are what is done on a schedule for PIX charges at the bank.
func (l *loja) pixJobs() []job {
	if l.pix == nil {
		return nil
	}
	return []job{
		{name: "pix news", every: 5 * time.Minute, do: l.pix.catchUp},
		{name: "pix sweep", every: time.Hour, do: l.pix.sweep},
	}
}

// pixPath is where the bank tells of payments: it adds /pix. The last part is a
// secret of this installation, for not every proxy asks for a certificate.
func (c config) pixPath() string {
	return "/webhooks/pix/" + base64.RawURLEncoding.EncodeToString(c.derive("pix webhook"))
}

// servePixWebhook takes the bank's webhooks at the secret path alone.
func (l *loja) servePixWebhook(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(r.URL.Path, "/pix")
	if subtle.ConstantTimeCompare([]byte(path), []byte(l.pixPath())) != 1 {
		http.NotFound(w, r)
		return
	}
	l.pix.ServeHTTP(w, r)
}

// tellBank tells the bank where to send its webhooks, again and again until it
// has taken that or refuses. Without webhooks the jobs find what is paid.
func (l *loja) tellBank(ctx context.Context) {
	address := l.PublicURL + l.pixPath()
	if !strings.HasPrefix(address, "https:") {
		l.log.Warn("the bank tells of no payments, for LOJA_PUBLIC_URL is not https: they are found some minutes later")
		return
	}
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		told, ok, err := l.pix.bank.Webhook(ctx)
		if err == nil && (!ok || told != address) {
			err = l.pix.bank.PutWebhook(ctx, address)
		}
		switch {
		case err == nil || ctx.Err() != nil:
			return
		case !bot.IsTemporary(err):
			l.log.Error("the bank does not take the address of its webhooks", "error", err)
			return
		}
		l.log.Warn("cannot tell the bank where to send its webhooks", "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
