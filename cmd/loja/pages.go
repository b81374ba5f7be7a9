package main

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lojavirtual/store"
)

// publicPages is what the internet reaches: the chat page, the webhooks of Telegram,
// the bank and the card companies, the page from which a card is paid, and whether
// a document is authentic.
func (l *loja) publicPages() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/chat", http.StatusFound))
	mux.Handle("/chat", l.web.Handler())
	mux.Handle("/chat/", l.web.Handler())
	mux.HandleFunc("GET /d/{code}", l.serveAuthenticity)
	mux.HandleFunc("GET /d/keys", l.serveSigningKeys)
	if l.telegram != nil && l.TelegramWebhook {
		mux.Handle(telegramPath, l.telegram.Handler(l.webhookSecret(), l.mail))
	}
	if l.pix != nil {
		mux.HandleFunc("POST /webhooks/pix/", l.servePixWebhook)
	}
	if l.cards != nil {
		mux.HandleFunc("GET /pay/{token}", l.servePay)
		mux.HandleFunc("GET /pay/{token}/back", l.serveBack)
		mux.Handle("POST /pay/{token}", l.pressable())
		mux.HandleFunc("POST "+cardWebhook+"{company}", l.cards.serveNotice)
		mux.HandleFunc("POST "+cardWebhook+"{company}/{secret}", l.cards.serveNotice)
	}
	return within(bodyTime, mux)
}

// bodyTime is how long a request's body may take to come in: on a bad network
// ten times as long as the longest message needs.
const bodyTime = 15 * time.Second

// within gives up requests whose body has not come in time. The server takes
// the limit back before the connection's next request.
func within(limit time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 { // -1 is unknown
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(limit)) // where the server can
		}
		next.ServeHTTP(w, r)
	})
}

// staffPages is what staff and operators reach.
func (l *loja) staffPages(console http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", within(bodyTime, console))
	mux.Handle("GET /metrics", promhttp.HandlerFor(l.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", l.serveReadiness)
	return mux
}

// serveReadiness answers 200 while both stores answer, and names those that do
// not.
func (l *loja) serveReadiness(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	var away []string
	if err := l.db.Ping(ctx); err != nil {
		away = append(away, "postgres")
	}
	if err := l.mail.Ping(ctx); err != nil {
		away = append(away, "redis")
	}
	if len(away) > 0 {
		http.Error(w, "away: "+strings.Join(away, ", "), http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

//go:embed authenticity.html
var authenticityHTML string

var authenticityPage = template.Must(template.New("authenticity").Parse(authenticityHTML))

// authenticity is what the page says of a document: nothing that is not
// printed on it, and nothing about the customer.
type authenticity struct {
	Operator string
	Phone    string
	Payee    string // whom it pays; "" if nothing is paid with it
	What     store.Authenticity
	Document *authenticDocument // nil if nothing may be shown
	Code     string             // none if what was asked for cannot be one: it may be anybody's words
}

type authenticDocument struct{ Kind, Month, Total, Made string }

// pageStates are the statuses of the page: only of what we issued it is 200.
var pageStates = map[store.Authenticity]int{
	store.Authentic: http.StatusOK, store.Unsealed: http.StatusOK, store.KeyGone: http.StatusOK,
}

// serveAuthenticity says whether a document with this code, or with the facts and
// the seal of this address, is one of ours.
func (l *loja) serveAuthenticity(w http.ResponseWriter, r *http.Request) {
	if !l.web.Allow(r) {
		w.Header().Set("Retry-After", "2")
		http.Error(w, "São muitas consultas ao mesmo tempo. Tente de novo daqui a pouco.", http.StatusTooManyRequests)
		return
	}
	d, what, err := l.db.Document(r.Context(), r.PathValue("code"))
	if err != nil {
		l.log.Warn("cannot look a document up", "error", err)
		http.Error(w, "O sistema está fora do ar. Tente de novo daqui a alguns minutos.", http.StatusServiceUnavailable)
		return
	}
	page := authenticity{Operator: l.operator.Name, Phone: l.phone(), What: what, Code: d.Code}
	switch what {
	case store.Authentic, store.Unsealed, store.KeyGone:
		page.Document = &authenticDocument{Kind: d.Kind.Name(), Total: d.Total.String(), Made: d.IssuedAt.In(store.Zone).Format("02/01/2006 às 15:04")}
		if d.Kind != store.ClearanceDocument {
			page.Payee = l.payee()
		}
		if d.Month != 0 {
			page.Document.Month = d.Month.String()
		}
	}
	switch what {
	case store.KeyGone:
		l.log.Warn("a document is sealed with a key that is not there: keep it in LOJA_SIGNING_KEYS, NAME:pub:KEY is enough", "key", d.Sealed, "code", d.Code[:4]+"…")
	case store.Altered: // nobody gets here but by a code that is in our table
		l.log.Error("a row of loja.document is not what was sealed: somebody changed it, or wrote it without our key", "code", d.Code[:4]+"…")
	}
	status := pageStates[what]
	if status == 0 {
		status = http.StatusNotFound
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := authenticityPage.Execute(w, page); err != nil {
		l.log.Debug("cannot write the page of a document", "error", err)
	}
}

// serveSigningKeys publishes the public keys by which documents are checked, as a
// JSON Web Key Set (RFC 8037), the one that signs now first.
func (l *loja) serveSigningKeys(w http.ResponseWriter, _ *http.Request) {
	type key struct {
		Kty string `json:"kty"`
		Crv string `json:"crv"`
		Kid string `json:"kid"`
		Use string `json:"use"`
		X   string `json:"x"`
	}
	var set struct {
		Keys []key `json:"keys"`
	}
	for _, k := range l.db.Seals.Keys() {
		set.Keys = append(set.Keys, key{"OKP", "Ed25519", k.ID(), "sig", base64.RawURLEncoding.EncodeToString(k.Public)})
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	if err := json.NewEncoder(w).Encode(set); err != nil {
		l.log.Debug("cannot write the signing keys", "error", err)
	}
}
