package main

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"lojavirtual/bot"
	"lojavirtual/store"
	"lojavirtual/store/card"
	"lojavirtual/store/postgres"
)

// A cardDesk sends people to accredited card companies, and takes in what these
// tell of it. It stands between the ledger (store/postgres, charge.go) and the
// companies (store/card), as pixDesk does between it and the bank.
//
// # Why
//
// A link is nothing but the charge's ID, signed: what it is good for, and until
// when, stands in the ledger alone. It opens one charge, once; after that it only
// shows what became of it, for a day.
//
// A webhook is only a hint, and what the company has of the charge is read back,
// from a queue, so that it is answered at once. What is lost then is found by the
// jobs.
//
// A card that was refused does not end the charge at once: companies let people
// try another. It ends when the person comes back from the company, or has had
// time for that. Before a charge ends without money its page at the company is
// closed, and the company asked once more.
type cardDesk struct {
	companies map[string]card.Company // by their id
	operator  store.Operator
	db        *postgres.DB
	pix       *pixDesk          // nil without a bank that keeps PIX charges
	public    func() string     // how customers reach us
	key       []byte            // signs links
	paths     map[string]string // where each company tells of payments
	log       *slog.Logger
	hints     chan hint          // to be read back
	opening   singleflight.Group // pages that companies are making, by the charge

	mu          sync.Mutex
	asked, past map[string]time.Time // what was read back for somebody who proved nothing, and when: lately, and in the time before
	turned      time.Time            // when asked began
}

// A hint says where there may be news.
type hint struct {
	company string
	about   card.Subject
	left    bool // the person came back from the company
}

// What companies may take, and people.
const (
	companyPatience = 8 * time.Second // for all that is asked while somebody waits for a page
	secondCard      = 3 * time.Minute // that who was refused has for another try
	asideTime       = 3 * time.Second // between two looks for who proved nothing
	linkShows       = 24 * time.Hour  // that a link shows what became of its charge
	unheardTime     = 2 * time.Hour   // that debts are held after their time for a company that tells nothing
	longestCheckout = 2 * time.Second // between two looks for a page that another process has made
	companiesAtOnce = 8               // that the jobs ask
)

// looks are how long after the time of a charge its company is asked for money
// that came all the same. Nobody waits for the answer, so it is asked less and
// less often. The next one makes up for one that was missed, until closedNews.
var looks = []time.Duration{time.Hour, 3 * time.Hour, 12 * time.Hour, 24 * time.Hour, 72 * time.Hour}

// closedNews is how far back closed charges are asked for.
const closedNews = 96 * time.Hour

// cardWebhook is where companies tell of payments: it goes on with the company's id.
const cardWebhook = "/webhooks/card/"

// cardPath is where a company tells of payments. Of one that signs nothing it ends
// in a secret of this installation, for anybody else could keep us asking it.
func cardPath(c store.CardCompany, derive func(use string) []byte) string {
	path := cardWebhook + c.ID
	if c.Kind == store.Cielo {
		path += "/" + base64.RawURLEncoding.EncodeToString(derive("card webhook "+c.ID))
	}
	return path
}

// openCards opens the companies of the operator; nil if there is none.
func openCards(op store.Operator, db *postgres.DB, pix *pixDesk, derive func(use string) []byte, public func() string, log *slog.Logger) (*cardDesk, error) {
	if len(op.Cards) == 0 {
		return nil, nil
	}
	d := &cardDesk{
		companies: map[string]card.Company{}, operator: op, db: db, pix: pix, public: public, key: derive("pay link"), log: log,
		paths: map[string]string{}, hints: make(chan hint, newsWaiting), asked: map[string]time.Time{},
	}
	var wrong problems
	for _, c := range op.Cards {
		company, err := card.Open(c)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		d.companies[c.ID], d.paths[c.ID] = company, cardPath(c, derive)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return d, nil
}

// token is the last part of a charge's link.
func (d *cardDesk) token(charge string) string {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte(charge))
	return charge + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// chargeOf reads a token; ok is false for one that we have not made.
func (d *cardDesk) chargeOf(token string) (charge string, ok bool) {
	charge, _, _ = strings.Cut(token, ".")
	return charge, hmac.Equal([]byte(token), []byte(d.token(charge)))
}

func (d *cardDesk) link(c store.Charge) store.CardLink {
	return store.CardLink{Charge: c, Address: d.public() + "/pay/" + d.token(c.ID)}
}

// Offer implements debitos.Card.
func (d *cardDesk) Offer(ctx context.Context, key string, f store.ChargeForm) (store.CardLink, store.Refusal, error) {
	c, refusal, err := d.db.OfferCharge(ctx, key+"/card", f)
	if err != nil || refusal != store.NotRefused {
		return store.CardLink{}, refusal, err
	}
	if c.State != store.ChargeOffered && c.State != store.ChargeOpen { // this turn, played again much later
		return store.CardLink{}, store.DebtsChanged, nil
	}
	return d.link(c), store.NotRefused, nil
}

// Underway implements debitos.Card. What the company did not take in time is not
// underway, even while nobody has closed it.
func (d *cardDesk) Underway(ctx context.Context, session string, property int64) (store.CardLink, bool, error) {
	c, ok, err := d.db.CardUnderway(ctx, session, property)
	if err != nil || !ok || d.companies[c.Provider] == nil {
		return store.CardLink{}, false, err
	}
	return d.link(c), true, nil
}

// Withdraw implements debitos.Card.
func (d *cardDesk) Withdraw(ctx context.Context, session, charge string, at time.Time) (store.Charge, store.Refusal, error) {
	c, ok, err := d.db.Charge(ctx, charge)
	if err != nil || !ok {
		return c, store.NotRefused, err
	}
	asking, cancel := context.WithTimeout(ctx, bankPatience)
	defer cancel()
	c, payments, err := d.end(asking, c, at)
	if err != nil {
		if ctx.Err() != nil {
			return c, store.NotRefused, err
		}
		d.log.Warn("a card company closes no page", "company", c.Provider, "error", err)
		return c, store.CompanyAway, nil
	}
	if c.State == store.ChargeOpen && pending(payments) { // it may yet be taken
		return c, store.PaymentPending, nil
	}
	if c, _, err = d.db.CancelCharge(ctx, c.ID, at); err != nil {
		return c, store.NotRefused, err
	}
	return c, store.NotRefused, d.db.ChargeTold(ctx, store.ChargeNews{Session: session, Charge: c})
}

// errNotClosed is that a company refuses to close a page. What it has was
// recorded.
var errNotClosed = errors.New("the company does not close the page")

// pending tells whether the company has not decided yet on a payment.
func pending(payments []card.Payment) bool {
	return slices.ContainsFunc(payments, func(p card.Payment) bool { return p.State == card.Pending })
}

// end closes the page of a charge at its company, and records what was paid
// there before. It returns all payments that the company has of it.
func (d *cardDesk) end(ctx context.Context, c store.Charge, now time.Time) (store.Charge, []card.Payment, error) {
	company := d.companies[c.Provider]
	if company == nil || c.Address == "" {
		return c, nil, nil
	}
	closing := company.Cancel(ctx, d.order(c), card.Checkout{Ref: c.Ref, Address: c.Address})
	if bot.IsTemporary(closing) {
		return c, nil, closing
	}
	payments, err := company.Payments(ctx, card.Subject{Order: c.ID, Ref: c.Ref})
	if err != nil {
		return c, nil, err
	}
	c, err = d.record(ctx, c, payments, now)
	if err == nil && closing != nil {
		err = fmt.Errorf("%w: %w", errNotClosed, closing)
	}
	return c, payments, err
}

// order is what the company is asked for: the same for a charge that is open,
// whenever it is asked.
func (d *cardDesk) order(c store.Charge) card.Order {
	return card.Order{
		ID: c.ID, Total: c.Total, Title: payTitle(c) + " · " + d.operator.Name, Expires: c.Expires,
		Back:   d.link(c).Address + "/back",
		Notify: d.public() + d.paths[c.Provider],
	}
}

// payTitle says what a charge pays without saying whose it is.
func payTitle(c store.Charge) string {
	var debts []store.Debt
	for _, debt := range c.Debts {
		if debt.Kind != store.Credit {
			debts = append(debts, debt)
		}
	}
	switch {
	case len(debts) != 1:
		return fmt.Sprintf("%d débitos", len(debts))
	case debts[0].Month.Valid():
		return fmt.Sprintf("Conta de %s", debts[0].Month)
	default:
		return "1 débito"
	}
}

// send opens a charge and returns it with the address of the company's page. The
// State of one that cannot be paid there any more says why.
func (d *cardDesk) send(ctx context.Context, id string, now time.Time) (store.Charge, store.Refusal, error) {
	for {
		o, ok, err := d.db.OpenCharge(ctx, id, now)
		switch {
		case err != nil:
			return store.Charge{}, store.NotRefused, err
		case !ok:
			return store.Charge{}, store.NotRefused, fmt.Errorf("charge %s is gone", id)
		case o.Refusal != store.NotRefused:
			return store.Charge{}, o.Refusal, nil
		}
		for _, other := range o.InTheWay {
			if err := d.withdrawPix(ctx, other, now); err != nil {
				return store.Charge{}, store.NotRefused, fmt.Errorf("withdraw a PIX charge: %w", err)
			}
		}
		if len(o.InTheWay) > 0 {
			continue
		}
		if c := o.Charge; c.State != store.ChargeOpen || c.Address != "" {
			return c, store.NotRefused, nil
		}
		return d.checkOut(ctx, id, now)
	}
}

func (d *cardDesk) withdrawPix(ctx context.Context, c store.Charge, now time.Time) error {
	if d.pix != nil {
		return d.pix.withdraw(ctx, c, now)
	}
	_, _, err := d.db.CancelCharge(ctx, c.ID, now) // of a bank that is the operator's no more
	return err
}

// checkOut has the company make its page, once: one that asks twice may get two.
// All who come to this process meanwhile share what comes of it, so it goes on
// when the first of them has left.
func (d *cardDesk) checkOut(ctx context.Context, id string, now time.Time) (store.Charge, store.Refusal, error) {
	type made struct {
		charge  store.Charge
		refusal store.Refusal
	}
	all, err, _ := d.opening.Do(id, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), companyPatience)
		defer cancel()
		c, refusal, err := d.makePage(ctx, id, now)
		return made{c, refusal}, err
	})
	m, _ := all.(made)
	return m.charge, m.refusal, err
}

// makePage has the company make its page, or waits for another process that does.
func (d *cardDesk) makePage(ctx context.Context, id string, now time.Time) (c store.Charge, refusal store.Refusal, err error) {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, longestCheckout) {
		ran, err := d.db.Alone(ctx, "check out "+id, func(ctx context.Context) error {
			if c, _, err = d.db.Charge(ctx, id); err != nil || c.State != store.ChargeOpen || c.Address != "" {
				return err
			}
			company := d.companies[c.Provider]
			if company == nil {
				return fmt.Errorf("%s is no company of the operator's any more", c.Provider)
			}
			made, err := company.Checkout(ctx, d.order(c))
			switch {
			case err == nil:
				c, _, err = d.db.KeepCheckout(ctx, id, made.Ref, made.Address)
				return err
			case bot.IsTemporary(err) || ctx.Err() != nil:
				refusal = store.CompanyAway
				d.log.Warn("a card company makes no page", "company", c.Provider, "error", err)
				return nil
			default: // nor will it later: the debts are not kept for it
				refusal = store.CompanyAway
				d.log.Error("a card company makes no page", "company", c.Provider, "error", err)
				c, _, err = d.db.CancelCharge(context.WithoutCancel(ctx), id, now)
				return err
			}
		})
		if ran || err != nil {
			return c, refusal, err
		}
		select { // somebody else asks for it
		case <-ctx.Done():
			return c, store.CompanyAway, nil
		case <-time.After(wait):
		}
	}
}

// record records what the company has of a charge, and returns it as it then is.
func (d *cardDesk) record(ctx context.Context, c store.Charge, payments []card.Payment, now time.Time) (store.Charge, error) {
	for _, e := range cardEvents(c, payments) {
		var err error
		if c, _, err = d.db.RecordEvent(ctx, e, now); err != nil {
			return c, err
		}
	}
	return c, nil
}

// cardEvents are what a company's payments of a charge mean to the ledger.
func cardEvents(c store.Charge, payments []card.Payment) (events []store.ChargeEvent) {
	for _, p := range payments {
		if p.State != card.Paid && p.State != card.Refunded {
			continue
		}
		paid := store.ChargeEvent{
			Provider: c.Provider, ID: p.ID + "/paid", Charge: c.ID, Kind: store.EventPaid, At: p.At, Payment: p.ID, Amount: p.Amount, Said: string(p.State),
		}
		events = append(events, paid)
		if p.State == card.Refunded {
			back := paid
			back.ID, back.Kind, back.Amount = p.ID+"/refunded", store.EventRefunded, 0
			events = append(events, back)
		} else if p.Returned > 0 { // the same sum is the same news
			back := paid
			back.ID, back.Kind, back.Amount = fmt.Sprintf("%s/returned/%d", p.ID, int64(p.Returned)), store.EventReturned, p.Returned
			if !p.ReturnedAt.IsZero() {
				back.At = p.ReturnedAt
			}
			events = append(events, back)
		}
	}
	return events
}

// heard returns what a charge's company has of it; ok is false if nobody can be
// asked.
func (d *cardDesk) heard(ctx context.Context, c store.Charge) (events []store.ChargeEvent, ok bool, err error) {
	company := d.companies[c.Provider]
	if company == nil {
		return nil, false, nil
	}
	if c.Address == "" { // nobody was sent there
		return nil, true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, companyPatience)
	defer cancel()
	payments, err := company.Payments(ctx, card.Subject{Order: c.ID, Ref: c.Ref})
	return cardEvents(c, payments), true, err
}

// settle records what the company has of a charge. One whose last try came to
// nothing ends, if who tried has left the company or had time for another.
func (d *cardDesk) settle(ctx context.Context, c store.Charge, payments []card.Payment, left bool, now time.Time) (store.Charge, error) {
	c, err := d.record(ctx, c, payments, now)
	if err != nil || c.State != store.ChargeOpen || len(payments) == 0 {
		return c, err
	}
	last := slices.MaxFunc(payments, func(a, b card.Payment) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	kind := map[card.State]store.ChargeEventKind{card.Refused: store.EventRefused, card.Cancelled: store.EventCancelled}[last.State]
	if kind == "" || pending(payments) || !left && now.Sub(last.At) < secondCard {
		return c, nil
	}
	if c, payments, err = d.end(ctx, c, now); err != nil || pending(payments) || c.State != store.ChargeOpen {
		return c, err
	}
	c, _, err = d.db.RecordEvent(ctx, store.ChargeEvent{
		Provider: c.Provider, ID: last.ID + "/" + string(kind), Charge: c.ID, Kind: kind, At: last.At, Said: string(last.State),
	}, now)
	return c, err
}

// serveNotice takes a webhook: it reads what it is about, and answers before the
// company is asked for it.
func (d *cardDesk) serveNotice(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("company")
	company := d.companies[id]
	if company == nil || subtle.ConstantTimeCompare([]byte(r.URL.Path), []byte(d.paths[id])) != 1 {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		return
	}
	notice, err := company.Verify(r, body, time.Now())
	switch {
	case errors.Is(err, card.ErrOther):
		return
	case err != nil:
		d.log.Warn("a notification is not the card company's", "company", id)
		http.Error(w, "signature", http.StatusUnauthorized)
		return
	case !notice.Signed && !d.mayAsk(id+" "+notice.Event):
		return // the same again
	}
	if !d.tell(hint{company: id, about: notice.Subject}) {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many notifications at once", http.StatusServiceUnavailable)
	}
}

// tell puts a hint into the queue, if there is room.
func (d *cardDesk) tell(h hint) bool {
	select {
	case d.hints <- h:
		return true
	default:
		return false
	}
}

// mayAsk tells whether it is time to ask a company again because of somebody who
// proved nothing. What does not fit in here any more may be asked: the queue has
// its own limit, and says so to who comes then.
func (d *cardDesk) mayAsk(what string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if now.Sub(d.turned) >= asideTime { // nothing older than past counts any more
		d.asked, d.past, d.turned = map[string]time.Time{}, d.asked, now
	}
	for _, known := range []map[string]time.Time{d.asked, d.past} {
		if at, ok := known[what]; ok && now.Sub(at) < asideTime {
			return false
		}
	}
	if len(d.asked) < newsWaiting {
		d.asked[what] = now
	}
	return true
}

// believe reads back what hints are about, until the context ends.
func (d *cardDesk) believe(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case h := <-d.hints:
			if err := d.readBack(ctx, h); err != nil && ctx.Err() == nil {
				d.log.Warn("cannot read back what a card company told of", "company", h.company, "error", err)
			}
		}
	}
}

func (d *cardDesk) readBack(ctx context.Context, h hint) error {
	company, about := d.companies[h.company], h.about
	var payments []card.Payment
	var err error
	if about.Order == "" && about.Ref == "" { // known by the payment alone
		if payments, err = company.Payments(ctx, about); err != nil || len(payments) == 0 {
			return err
		}
		about.Order = payments[0].Order
	}
	c, ok, err := d.db.ChargeAt(ctx, h.company, about.Order, about.Ref)
	if err != nil || !ok {
		return err
	}
	named := payments
	if payments, err = company.Payments(ctx, card.Subject{Order: c.ID, Ref: c.Ref}); err != nil {
		return err
	}
	for _, one := range named { // a company's list may be behind the payment that it told of
		if one.Order == c.ID && !slices.ContainsFunc(payments, func(p card.Payment) bool { return p.ID == one.ID }) {
			payments = append(payments, one)
		}
	}
	_, err = d.settle(ctx, c, payments, h.left, time.Now())
	return err
}

// cardJobs are what is done on a schedule for payments by card.
func (l *loja) cardJobs() []job {
	if l.cards == nil { // what was opened while there was a company is not held for ever
		return []job{{name: "card news", every: time.Minute, do: func(ctx context.Context) error {
			_, err := l.db.ExpireCharges(ctx, time.Now(), func(c store.Charge) bool { return c.Provider != store.ByPix })
			return err
		}}}
	}
	return []job{
		{name: "card news", every: time.Minute, do: l.cards.catchUp},
		{name: "card sweep", every: 15 * time.Minute, do: l.cards.sweep},
	}
}

// catchUp brings every open charge together with what its company has of it, and
// ends those whose time is over.
func (d *cardDesk) catchUp(ctx context.Context) error { return d.poll(ctx, true) }

// sweep looks for payments of charges that were closed without money in the last
// days, and closes their pages where that failed. It comes often and mostly finds
// nothing to ask.
func (d *cardDesk) sweep(ctx context.Context) error { return d.poll(ctx, false) }

// poll asks about the charges that are open, or those that are not and whose time
// for another look has come. One that could not be asked for waits, for it might be
// paid, but not for ever: the debts are held, and the company may have gone for
// good. Companies are asked side by side, so that a slow one keeps no other.
func (d *cardDesk) poll(ctx context.Context, open bool) error {
	now := time.Now()
	charges, err := d.db.PollCharges(ctx, now.Add(-closedNews))
	if err != nil {
		return err
	}
	at := map[string][]store.Charge{} // the company
	for _, c := range charges {
		if c.Provider != store.ByPix && (c.State == store.ChargeOpen) == open && (open || lookDue(c, now)) {
			at[c.Provider] = append(at[c.Provider], c)
		}
	}
	var mu sync.Mutex
	var asking sync.WaitGroup
	var heard []string
	unheard := map[string]bool{}
	room := make(chan struct{}, companiesAtOnce)
	for _, charges := range at {
		room <- struct{}{}
		asking.Go(func() {
			defer func() { <-room }()
			told, untold, wrong := d.lookAll(ctx, charges, now)
			mu.Lock()
			defer mu.Unlock()
			heard, err = append(heard, told...), errors.Join(err, wrong)
			for _, id := range untold {
				unheard[id] = true
			}
		})
	}
	asking.Wait()
	if !open {
		return errors.Join(err, d.db.ChargesAsked(ctx, heard, now))
	}
	_, expiring := d.db.ExpireCharges(ctx, now, func(c store.Charge) bool {
		return c.Provider != store.ByPix && (!unheard[c.ID] || now.Sub(c.Expires) >= unheardTime)
	})
	return errors.Join(err, expiring)
}

// lookDue tells whether it is time to ask about a closed charge again.
func lookDue(c store.Charge, now time.Time) bool {
	return slices.ContainsFunc(looks, func(after time.Duration) bool {
		at := c.Expires.Add(after)
		return c.Asked.Before(at) && !now.Before(at)
	})
}

// lookAll looks at charges of one company, one after the other, and returns of
// which it told and of which it did not.
func (d *cardDesk) lookAll(ctx context.Context, charges []store.Charge, now time.Time) (heard, unheard []string, wrong error) {
	away := false
	for _, c := range charges {
		var err error
		if !away { // the next would wait for it as well
			err = d.look(ctx, c, now)
		}
		if err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("%s, charge %s: %w", c.Provider, c.ID, err))
		}
		if away || err != nil && !errors.Is(err, errNotClosed) {
			unheard = append(unheard, c.ID)
		} else {
			heard = append(heard, c.ID)
		}
		away = away || bot.IsTemporary(err)
	}
	return heard, unheard, wrong
}

// look brings a charge together with what its company has of it. That of a
// company which is the operator's no more is left to expire.
func (d *cardDesk) look(ctx context.Context, c store.Charge, now time.Time) error {
	company := d.companies[c.Provider]
	if company == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, companyPatience)
	defer cancel()
	if c.State != store.ChargeOpen || !now.Before(c.Expires) {
		_, _, err := d.end(ctx, c, now)
		return err
	}
	if c.Address == "" { // nobody was sent there
		return nil
	}
	payments, err := company.Payments(ctx, card.Subject{Order: c.ID, Ref: c.Ref})
	if err != nil {
		return err
	}
	_, err = d.settle(ctx, c, payments, false, now)
	return err
}
