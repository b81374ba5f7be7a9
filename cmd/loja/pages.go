package main

import (
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lojavirtual/store"
	"lojavirtual/store/postgres"
)

// publicPages is what customers reach: the chat page, Telegram's webhook, and
// whether a document is authentic.
func (l *loja) publicPages() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/chat", http.StatusFound))
	mux.Handle("/chat", l.web.Handler())
	mux.Handle("/chat/", l.web.Handler())
	mux.HandleFunc("GET /d/{code}", l.serveAuthenticity)
	if l.telegram != nil && l.TelegramWebhook {
		mux.Handle(telegramPath, l.telegram.Handler(l.webhookSecret(), l.mail))
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

// staffPages is what operators reach.
func (l *loja) staffPages() http.Handler {
	mux := http.NewServeMux()
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
	Operator, Kind, Month, Total, Made string
	Code                               string // none if what was asked for cannot be one: it may be anybody's words
	Known                              bool
}

// kinds are what people call the documents.
var kinds = map[string]string{
	"segunda-via": "2ª via de conta",
	"quitacao":    "Declaração de quitação anual de débitos",
	"extrato":     "Extrato de débitos",
}

var codeForm = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{12}$`)

// readCode understands the code of a document as people type it, with anything
// between its letters and digits, and the letters that it never has for the
// digits they look like.
func readCode(typed string) (code string, ok bool) {
	code = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, typed)))
	if !codeForm.MatchString(code) {
		return "", false
	}
	return code, true
}

// serveAuthenticity says whether a document with this code is one of ours.
func (l *loja) serveAuthenticity(w http.ResponseWriter, r *http.Request) {
	if !l.web.Allow(r) {
		w.Header().Set("Retry-After", "2")
		http.Error(w, "São muitas consultas ao mesmo tempo. Tente de novo daqui a pouco.", http.StatusTooManyRequests)
		return
	}
	var d postgres.Document
	var known bool
	code, ok := readCode(r.PathValue("code"))
	if ok {
		var err error
		if d, known, err = l.db.Document(r.Context(), code); err != nil {
			l.log.Warn("cannot look a document up", "error", err)
			http.Error(w, "O sistema está fora do ar. Tente de novo daqui a alguns minutos.", http.StatusServiceUnavailable)
			return
		}
	}
	page := authenticity{Operator: l.operator.Name, Code: code, Known: known}
	status := http.StatusNotFound
	if known {
		status = http.StatusOK
		page.Kind, page.Total = kinds[d.Kind], d.Total.String()
		if d.Month != 0 {
			page.Month = d.Month.String()
		}
		page.Made = d.IssuedAt.In(store.Zone).Format("02/01/2006 15:04")
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := authenticityPage.Execute(w, page); err != nil {
		l.log.Debug("cannot write the page of a document", "error", err)
	}
}
