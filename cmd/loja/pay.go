package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/card"
	"lojavirtual/store/taxid"
)

//go:embed pay.html
var payHTML string

var payTemplate = template.Must(template.New("pay").Parse(payHTML))

// A payPage is what the page of a charge says: nothing about whose it is.
type payPage struct {
	Operator    string
	Payee, CNPJ string
	Heading     string
	Tone        string   // "yes", "no" or ""
	Lines       []string // sentences under the heading
	Again       string   // where it will say something else
	Wait        int      // seconds until then

	// What is being paid; none if Items is empty.
	Items                    []payItem
	Discount, Total          string
	Company, Costs, Deadline string
	Number                   string // of the charge, when it is settled

	Button string // goes on to the company; "" for no way there
	Action string // where that is asked for
	Onward string // where the company is

	Chat string // where the conversation is, if it can be gone to from here
}

type payItem struct{ Name, Value string }

// servePay shows what a link is for, or what has become of it.
func (l *loja) servePay(w http.ResponseWriter, r *http.Request) {
	if c, ok := l.payCharge(w, r); ok {
		l.answerPay(w, r, http.StatusOK, c, l.cards.page(c, time.Now()))
	}
}

// serveGo opens the charge of a link and sends the person to its company: by a
// page of our own, for browsers apply form-action also to where a form's answer
// leads.
func (l *loja) serveGo(w http.ResponseWriter, r *http.Request) {
	c, ok := l.payCharge(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), companyPatience)
	defer cancel()
	now := time.Now()
	if ended(c, now) { // nothing to open
		l.answerPay(w, r, http.StatusOK, c, l.cards.page(c, now))
		return
	}
	opened, refusal, err := l.cards.send(ctx, c.ID, now)
	page := l.cards.page(opened, now)
	switch {
	case err != nil:
		l.log.Warn("cannot open a payment by card", "company", c.Provider, "error", err)
		page = l.cards.page(c, now)
		page.Heading, page.Tone, page.Button = "O pagamento não abriu", "no", "Tentar de novo"
		page.Lines = []string{"Alguma coisa está fora do ar. Nada foi cobrado. Tente de novo daqui a alguns minutos."}
		l.answerPay(w, r, http.StatusServiceUnavailable, c, page)
	case refusal == store.CompanyAway && opened.State == store.ChargeCancelled: // nor will it later
		l.answerPay(w, r, http.StatusServiceUnavailable, c, l.cards.plain("O pagamento não abriu",
			"A empresa não aceitou o pedido. Nada foi cobrado. Volte à conversa e escolha outra forma de pagar."))
	case refusal == store.CompanyAway:
		page = l.cards.page(c, now)
		page.Heading, page.Tone, page.Button = "A empresa não respondeu", "no", "Tentar de novo"
		page.Lines = []string{"Nada foi cobrado. Tente de novo daqui a alguns minutos, ou volte à conversa e escolha outra forma de pagar."}
		l.answerPay(w, r, http.StatusServiceUnavailable, c, page)
	case refusal == store.DebtsHeld:
		l.answerPay(w, r, http.StatusConflict, c, l.cards.plain("Já há outro pagamento em andamento",
			"Parte do que você escolheu está sendo paga por outro link. Termine aquele pagamento, ou volte à conversa."))
	case refusal != store.NotRefused:
		l.answerPay(w, r, http.StatusConflict, c, l.cards.plain("Os valores mudaram",
			"Alguma coisa mudou desde que você escolheu: talvez já tenha sido paga. Nada foi cobrado. Volte à conversa e escolha de novo."))
	case opened.State == store.ChargeOpen:
		page.Heading, page.Lines, page.Onward = "Indo para a empresa…", nil, opened.Address
		l.answerPay(w, r, http.StatusOK, c, page)
	default:
		l.answerPay(w, r, http.StatusOK, c, page)
	}
}

// pressable lets only our own page press its button.
func (l *loja) pressable() http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		l.writePay(w, http.StatusForbidden, l.cards.plain("O pagamento não abriu",
			"O pedido veio de outra página, ou o navegador é muito antigo. Nada foi cobrado. Abra o link que está na conversa, em outro navegador se for preciso."))
	}))
	return protection.Handler(http.HandlerFunc(l.serveGo))
}

// The page looks again by itself for somebody who came back from the company: so
// often, and after so many seconds, or more where too many look.
const (
	looksBack  = 20
	lookWait   = 3
	crowdsWait = 10
)

// again is where the page of who came back looks the next time; "" if not by itself.
func again(r *http.Request) string {
	n, _ := strconv.Atoi(r.URL.Query().Get("n"))
	if n < 0 || n >= looksBack {
		return ""
	}
	return fmt.Sprintf("?n=%d", n+1)
}

// serveBack is where the company sends people back to.
func (l *loja) serveBack(w http.ResponseWriter, r *http.Request) {
	c, ok := l.payCharge(w, r)
	if !ok {
		return
	}
	now := time.Now()
	page := l.cards.page(c, now)
	if c.State == store.ChargeOpen && c.Address != "" {
		if l.cards.mayAsk(c.ID) {
			l.cards.tell(hint{company: c.Provider, left: true, about: card.Subject{Order: c.ID, Ref: c.Ref}})
		}
		if page.Again = again(r); page.Again != "" {
			page.Heading, page.Tone, page.Wait = "Conferindo com a empresa…", "", lookWait
			page.Lines = []string{"Isso leva alguns segundos, e esta página se atualiza sozinha. Você também pode fechá-la: a confirmação chega na conversa."}
		} else if !ended(c, now) {
			page.Heading = "A empresa ainda não confirmou"
			page.Lines = []string{"Se você pagou, pode fechar esta página: a confirmação chega na conversa."}
		}
		if !ended(c, now) {
			page.Lines = append(page.Lines, "Se você saiu sem pagar, ainda pode continuar.")
		}
	}
	l.answerPay(w, r, http.StatusOK, c, page)
}

// payCharge returns the charge of a link. If it cannot be shown it says why.
func (l *loja) payCharge(w http.ResponseWriter, r *http.Request) (c store.Charge, ok bool) {
	if !l.web.Allow(r) {
		w.Header().Set("Retry-After", "2")
		page := l.cards.plain("Muitos acessos ao mesmo tempo", "Espere um pouco e abra o link de novo.")
		if strings.HasSuffix(r.URL.Path, "/back") {
			if page.Again = again(r); page.Again != "" {
				page.Wait, page.Lines = crowdsWait, []string{"Espere um pouco: esta página se atualiza sozinha. A confirmação do pagamento também chega na conversa."}
			}
		}
		l.writePay(w, http.StatusTooManyRequests, page)
		return c, false
	}
	id, genuine := l.cards.chargeOf(r.PathValue("token"))
	var err error
	if genuine {
		c, ok, err = l.cards.db.Charge(r.Context(), id)
	}
	switch {
	case errors.Is(err, context.Canceled):
	case err != nil:
		l.log.Warn("cannot read a charge", "error", err)
		l.writePay(w, http.StatusServiceUnavailable, l.cards.plain("O sistema está fora do ar", "Tente de novo daqui a alguns minutos."))
	case !ok:
		l.writePay(w, http.StatusNotFound, l.cards.plain("Este link não é nosso, ou está incompleto",
			"Abra o link que está na conversa. Se ele veio de outro lugar, não pague: peça um novo na conversa."))
	case time.Since(c.Expires) > linkShows && time.Since(c.PaidAt) > linkShows:
		l.writePay(w, http.StatusGone, l.cards.plain("Este link não vale mais", "O que aconteceu com o pagamento está na conversa. Se ainda falta pagar, peça um novo lá."))
		ok = false
	}
	return c, ok && err == nil
}

// ended tells whether a link leads nowhere any more.
func ended(c store.Charge, now time.Time) bool {
	return c.State != store.ChargeOffered && c.State != store.ChargeOpen || !now.Before(c.Expires)
}

// plain is a page that shows nothing of a charge.
func (d *cardDesk) plain(heading string, lines ...string) payPage {
	return payPage{Operator: d.operator.Name, Heading: heading, Tone: "no", Lines: lines}
}

// page says where a charge stands.
func (d *cardDesk) page(c store.Charge, now time.Time) payPage {
	p := payPage{Operator: d.operator.Name, Payee: d.operator.LegalName, CNPJ: taxid.Print(d.operator.CNPJ), Total: c.Total.String()}
	p.Action = "/pay/" + d.token(c.ID)
	for _, debt := range c.Debts {
		p.Items = append(p.Items, payItem{payName(debt), debt.Total().String()})
	}
	if c.Discount > 0 {
		p.Discount = (-c.Discount).String()
	}
	p.Company, p.Costs = c.Provider, ""
	for _, company := range d.operator.Cards {
		if company.ID == c.Provider {
			p.Company, p.Costs = company.Name, company.Costs
		}
	}
	open := c.State == store.ChargeOffered || c.State == store.ChargeOpen
	switch {
	case d.companies[c.Provider] == nil && open:
		return d.plain("Esta empresa não recebe mais", "Volte à conversa e escolha outra forma de pagar.")
	case c.State == store.ChargeOffered && now.Before(c.Expires):
		p.Heading, p.Button = "Pagar com cartão", "Ir para "+p.Company
		p.Lines = []string{fmt.Sprintf("Você paga na página da empresa %s, que mostra o total com os custos dela antes de você confirmar. Aqui ninguém pede o número do cartão.", p.Company)}
		p.Deadline = "hoje"
	case c.State == store.ChargeOpen && now.Before(c.Expires):
		p.Heading, p.Button = "Pagamento em andamento", "Continuar em "+p.Company
		p.Lines = []string{"O que está abaixo fica reservado para este pagamento. Se você já pagou, espere: a confirmação chega na conversa."}
		day := "hoje"
		if store.DateOf(c.Expires) != store.DateOf(now) {
			day = "amanhã"
		}
		p.Deadline = day + ", " + c.Expires.In(store.Zone).Format("15:04")
	case c.State == store.ChargeOffered, c.State == store.ChargeExpired && c.Opened.IsZero():
		p.Heading, p.Tone = "Este link não vale mais", "no"
		p.Lines = []string{"Os valores eram de outro dia. Nada foi cobrado. Volte à conversa e peça um novo."}
	case c.State == store.ChargeOpen, c.State == store.ChargeExpired:
		p.Heading, p.Tone = "O prazo deste pagamento acabou", "no"
		p.Lines = []string{"A empresa não confirmou o pagamento a tempo. Se você pagou, a confirmação ainda chega na conversa; se não, peça um novo link lá."}
	case c.State == store.ChargeRefused:
		p.Heading, p.Tone = "Pagamento recusado", "no"
		p.Lines = []string{"A empresa recusou o pagamento, e nada foi cobrado. Volte à conversa para tentar de novo ou pagar de outro jeito."}
	case c.State == store.ChargeCancelled:
		p.Heading, p.Tone = "Pagamento cancelado", "no"
		p.Lines = []string{"Nada foi cobrado. Volte à conversa para pagar de outro jeito."}
	case c.State == store.ChargeRefunded:
		p.Heading, p.Tone, p.Number = "Pagamento devolvido", "no", c.ID
		p.Lines = []string{"O valor foi devolvido a quem pagou. Para pagar de novo, volte à conversa."}
		if c.Received > 0 {
			p.Heading = "Pagamento devolvido em parte"
			p.Lines = []string{fmt.Sprintf("De %s, ficaram %s, o que não quita a cobrança. Veja na conversa quem cuida disso antes de pagar de novo.", c.Total, c.Received)}
		}
	default:
		p.Heading, p.Tone, p.Number = "Pagamento confirmado", "yes", c.ID
		p.Lines = []string{"A empresa confirmou o pagamento. Pode fechar esta página: o comprovante também está na conversa."}
		if c.Marks != (store.ChargeMarks{}) {
			p.Lines = append(p.Lines, "Há algo a acertar neste pagamento. Veja na conversa o que é e quem cuida disso.")
		}
	}
	return p
}

// payName is what a debt is called on the page.
func payName(d store.Debt) string {
	switch {
	case d.Kind == store.Credit:
		return "Crédito"
	case d.Month.Valid():
		return "Conta de " + d.Month.String()
	case strings.TrimSpace(d.Text) != "":
		return d.Text
	case d.Kind == store.Deal:
		return "Parcelamento"
	default:
		return "Débito"
	}
}

// answerPay writes a page about a charge. Who talks with us in a browser can go
// back to the conversation from it; from elsewhere they came from an app.
func (l *loja) answerPay(w http.ResponseWriter, r *http.Request, status int, c store.Charge, page payPage) {
	channels, err := l.db.ChargeChannels(r.Context(), c.ID)
	if err != nil {
		l.log.Debug("cannot read where a charge is told of", "error", err)
	}
	if len(channels) == 1 && channels[0] == l.web.Name() {
		page.Chat = "/chat"
	}
	l.writePay(w, status, page)
}

// writePay writes a page. It has no script, and is for nobody else to keep or to
// find.
func (l *loja) writePay(w http.ResponseWriter, status int, page payPage) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with less, browsers hide the Origin of our own form, and it could not be told from others'
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	w.WriteHeader(status)
	if err := payTemplate.Execute(w, page); err != nil {
		l.log.Debug("cannot write the page of a payment", "error", err)
	}
}
