// Package console is the pages of the staff: who may enter, what each may do, and
// what was done. It reads what the bot publishes and never stands in its way.
//
// # How to add a page
//
// Write a method of Console that serves it, a template in pages that defines
// "main", and a row in endpoints (rights.go) that says who may. The mux is made of
// these rows alone, so that there is no page without one; a row with a Menu is
// in the navigation of those who may open it. TestRights has the same matrix
// written down once more: a new row is not accepted before it is there too.
//
// A part of a page that has an id, data-refresh (seconds) and data-from (a Quiet
// row whose page has the same part) renews itself.
//
// # Why
//
// Pages are drawn by the server and work without JavaScript; live.js keeps the
// list of conversations up to date. What changes it is told as cells of text, and
// not as HTML, which the policy lets no script put into a page; both draw a row
// from the same cells. Each open page looks at all conversations anew when one of
// them has changed, three times a second at most, and is sent the rows that
// differ: what it shows is so what a search finds, whatever has happened.
//
// There is no build step and nothing is loaded from elsewhere, so
// the policy (CSP) allows our own files only and nothing inline. Cross-site
// requests are refused by the standard library's CrossOriginProtection, which
// needs no token in each form.
//
// At each request the person is read from PostgreSQL and the access from Redis:
// whoever is disabled or gets another role is out or changed at once, also when
// that was done from a terminal that does not know Redis.
//
// What is to be written into the audit log is written first, and then done. An
// entry may so tell of what then failed; nothing is ever done without one.
package console

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/console/diversion"
	"lojavirtual/bot/origin"
	"lojavirtual/store"
)

// People are those who may enter. Errors that may go away are Temporary.
type People interface {
	Staff(ctx context.Context, id int64) (s store.Staff, ok bool, err error)
	StaffNamed(ctx context.Context, name string) (s store.Staff, ok bool, err error)
	StaffOf(ctx context.Context, subject string) (s store.Staff, ok bool, err error)
	AllStaff(context.Context) ([]store.Staff, error)
	AddStaff(context.Context, store.Staff) (id int64, ok bool, err error)
	SetStaffRole(ctx context.Context, id int64, shown string, role store.Role, since time.Time) error
	SetStaffPassword(ctx context.Context, id int64, hash string, oneTime *time.Time, since time.Time, forget bool) error
	SetStaffSecret(ctx context.Context, id int64, sealed []byte, step int64, recovery []string) error
	DisableStaff(ctx context.Context, id int64, at *time.Time) error
	EndStaffAccesses(ctx context.Context, id int64, since time.Time) error
	// UseStaffStep takes a code of the second factor, each step at most once and
	// none older than one that was taken.
	UseStaffStep(ctx context.Context, id, step int64) (ok bool, err error)
	UseStaffRecovery(ctx context.Context, id int64, hash string) (ok bool, err error)
}

// A Trail is the audit log.
type Trail interface {
	// AppendAudit adds an entry and returns it with its number and hash.
	AppendAudit(context.Context, store.AuditEntry) (store.AuditEntry, error)
	// Audit returns entries before a number (0 for the newest), newest first, of
	// one who or what unless they are "".
	Audit(ctx context.Context, before int64, who, what string, limit int) ([]store.AuditEntry, error)
	// VerifyAudit reads all of it; the error is store.AuditBroken if it was
	// tampered with.
	VerifyAudit(ctx context.Context, known ...store.AuditHead) (store.AuditHead, error)
}

// Accesses are who is inside, and who tries to be.
type Accesses interface {
	BeginAccess(ctx context.Context, person int64, a store.Access, life time.Duration) error
	// Access returns one that has been seen since idle ago and began since life
	// ago. If seen, it is noted.
	Access(ctx context.Context, person int64, id string, now time.Time, idle, life time.Duration, seen bool) (a store.Access, ok bool, err error)
	Accesses(ctx context.Context, person int64) ([]store.Access, error)
	EndAccess(ctx context.Context, person int64, id string) error
	// Attempt counts an attempt to enter before it is looked at, or says how long
	// to wait. Device is one from which that person has entered before, or "".
	Attempt(ctx context.Context, name, address, device string, now time.Time) (wait time.Duration, err error)
	Entered(ctx context.Context, name, address, device string) error
	Heads
}

// A Document returns the CPF or CNPJ of who has identified themselves in a
// conversation (channel and person), without mask; ok is false if nobody has, if
// the conversation of that protocol is over, or if none is registered.
type Document func(ctx context.Context, session, protocol string) (document string, ok bool, err error)

// Heads remember elsewhere than in the database how far the audit log reached.
type Heads interface {
	SetAuditHead(context.Context, store.AuditHead) error
	AuditHead(context.Context) (store.AuditHead, error)
}

// Config is what a Console needs.
type Config struct {
	Operator store.Operator // the utility: what it is called, when and how it attends
	People   People
	Trail    Trail
	Accesses Accesses
	URL      string       // how staff reach it: "https://console.example"; cookies are marked Secure if it is https
	Secret   []byte       // 32 bytes: seals second factors and signs cookies
	Proxies  int          // how many stand before it and add to X-Forwarded-For
	Second   []store.Role // who must have a second factor
	Document Document     // whose CPF or CNPJ is shown to those who say why
	Health   Health       // how everything does
	Tray     Tray         // messages put aside
	Linker   Linker       // links WhatsApp
	SignOn   SignOn       // single sign-on; the zero one is none
	Live     Live         // the conversations that are going on
	Stored   Stored       // and those that took place
	Unstored Unstored     // what of them is not stored yet
	Names    Names
	Numbers  Numbers
	Charges  Charges     // what they are paying
	Files    Files       // what they sent
	Sent     Sent        // and what they were sent
	Types    Types       // whether they type
	Mail     Mail        // where what attendants do enters
	Shelf    Shelf       // what they write for each other
	Handouts Handouts    // what they may send; nil for nothing
	Sites    []string    // addresses at which customers reach the program: they may be written to them
	Flows    []*bot.Flow // all services, for what pages call them and their steps
	Log      *slog.Logger
	Now      func() time.Time // time.Now if nil
}

// How long an access lasts.
const (
	idle = 30 * time.Minute // without being used
	life = 12 * time.Hour
	// unfinished is how long somebody may owe what is still asked after the
	// password.
	unfinished = 15 * time.Minute
	// recheck is how often a request that stays open looks whether its access has
	// ended.
	recheck = 5 * time.Second
)

// A Console serves the pages.
type Console struct {
	Config
	office    Office
	endpoints []endpoint
	hashing   hashing
	provider  provider
	tags      nameTags

	attendance store.Attendance
	own        diversion.Own // what attendants may write

	pictures chan struct{} // a place for each that is decoded
	closing  chan struct{}
	closed   sync.Once
}

// New returns a console. Close it before its server is shut down.
func New(c Config) *Console {
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Log = cmp.Or(c.Log, slog.Default())
	return &Console{
		Config:    c,
		office:    Office{People: c.People, Trail: c.Trail, Heads: c.Accesses, Log: c.Log, Now: c.Now},
		endpoints: endpoints(),
		hashing:   make(hashing, hashesAtOnce),
		pictures:  make(chan struct{}, picturesMax),
		closing:   make(chan struct{}),

		attendance: c.Operator.Attendance.Effective(),
		own:        diversion.Of(c.Operator, c.Sites...),
	}
}

// Close ends requests that stay open, such as those of live pages.
func (c *Console) Close() { c.closed.Do(func() { close(c.closing) }) }

// Handler returns all pages.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, e := range c.endpoints {
		mux.Handle(e.At, c.guard(e))
	}
	protection := http.NewCrossOriginProtection()
	if err := protection.AddTrustedOrigin(c.URL); err != nil {
		c.Log.Warn("LOJA_STAFF_URL is no origin", "error", err)
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.fail(w, r, visitor{}, problem{http.StatusForbidden, "Este pedido veio de outro site e foi recusado. Abra o painel pelo endereço dele e tente de novo."})
	}))
	pages := protection.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		if c.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		pages.ServeHTTP(w, r)
	})
}

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// maxBody is the longest request, for all that is typed into a form.
const maxBody = 64 << 10

func (c *Console) secure() bool { return strings.HasPrefix(c.URL, "https:") }

// A problem is an error whose words are for the person.
type problem struct {
	status int
	words  string
}

func (p problem) Error() string { return p.words }

var (
	errGone      = problem{http.StatusNotFound, "Não existe nada neste endereço. Volte ao início e escolha de novo."}
	errForbidden = problem{http.StatusForbidden, "O seu papel não dá acesso a isto. Se precisar, peça a um administrador."}
)

// guard serves an endpoint to those who may, and tells the others.
func (c *Console) guard(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := c.visitorOf(r, e)
		if err != nil {
			c.fail(w, r, v, err)
			return
		}
		if !e.May.admits(v) {
			switch to := v.owes; {
			case to == "" && v.ID != 0:
				c.fail(w, r, v, errForbidden)
			case e.Quiet || r.Header.Get("Sec-Fetch-Dest") == "empty":
				http.Error(w, "o acesso terminou", http.StatusUnauthorized)
			default:
				http.Redirect(w, r, cmp.Or(to, enterPage(r)), http.StatusSeeOther)
			}
			return
		}
		if e.Quiet {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			r = r.WithContext(ctx)
			if v.ID != 0 {
				go c.cutOff(ctx, cancel, e, v)
			}
		}
		if err := e.Serve(c, w, r, v); err != nil {
			c.fail(w, r, v, err)
		}
	})
}

// cutOff ends a request that stays open when its access does, when the role is
// not one any more that may, or when the console closes.
func (c *Console) cutOff(ctx context.Context, cancel func(), e endpoint, v visitor) {
	tick := time.NewTicker(recheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.closing:
			cancel()
			return
		case <-tick.C:
			now, err := c.visit(ctx, v.ID, v.access.ID, false)
			if err == nil && !e.May.admits(now) {
				cancel()
				return
			}
		}
	}
}

// enterPage is where to enter, and then to come back to what was asked for.
func enterPage(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.Path == "/" {
		return "/entrar"
	}
	return "/entrar?para=" + url.QueryEscape(r.URL.RequestURI())
}

// fail tells somebody that something did not go well.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, v visitor, err error) {
	var p problem
	var large *http.MaxBytesError
	switch {
	case r.Context().Err() != nil:
		return // nobody is there any more
	case errors.As(err, &p):
	case errors.As(err, &large):
		p = problem{http.StatusRequestEntityTooLarge, "O que foi enviado é grande demais."}
	case bot.IsTemporary(err):
		c.Log.Warn("a page of the console failed", "page", r.Pattern, "error", err)
		p = problem{http.StatusServiceUnavailable, "O sistema está fora do ar neste momento. Tente de novo em alguns minutos."}
	default:
		code := rand.Text()[:4]
		c.Log.Error("a page of the console failed", "page", r.Pattern, "code", code, "error", err)
		p = problem{http.StatusInternalServerError, "Algo deu errado do nosso lado. Tente de novo; se continuar, avise o suporte com o código " + code + "."}
	}
	c.show(w, r, v, p.status, "erro", "Não deu certo", p.words)
}

// A frame is what stands around every page.
type frame struct {
	Title, Utility string
	Who            visitor
	Menu           []link
	CSS, JS, Icon  string
	Live           bool // the page watches whether the access ends
	Body           any
}

// A link of the navigation.
type link struct {
	To, Label string
	Here      bool
}

// show draws a page: what its template, pages/NAME.html, makes of the body.
func (c *Console) show(w http.ResponseWriter, r *http.Request, v visitor, status int, name, title string, body any) {
	f := frame{
		Title: title, Utility: c.Operator.Name, Who: v, CSS: assetPath("console.css"), JS: assetPath("console.js"), Icon: assetPath("icon.svg"),
		Live: v.ID != 0, Body: body,
	}
	if v.owes == "" && v.ID != 0 {
		for _, e := range c.endpoints {
			if e.Menu != "" && e.May.admits(v) {
				to := strings.TrimSuffix(strings.TrimPrefix(e.At, "GET "), "{$}")
				f.Menu = append(f.Menu, link{to, e.Menu, r.URL.Path == to || to != "/" && strings.HasPrefix(r.URL.Path, to+"/")})
			}
		}
	}
	var text bytes.Buffer // so that a fault shows as one, and not as half a page
	if err := templates[name].ExecuteTemplate(&text, "layout.html", f); err != nil {
		c.Log.Error("cannot draw a page of the console", "page", name, "error", err)
		http.Error(w, "Algo deu errado do nosso lado.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = text.WriteTo(w)
	}
}

//go:embed pages/*.html
var pageFiles embed.FS

// templates are the pages by name.
var templates = func() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs(template.FuncMap{
		"hour":      hour,
		"role":      func(r store.Role) string { return roleNames[r] },
		"deed":      deedName,
		"masked":    masked,
		"grade":     func(g Grade) string { return gradeNames[g] },
		"age":       age,
		"clock":     func(t time.Time) string { return t.In(store.Zone).Format("15:04:05") },
		"asset":     assetPath,
		"matricula": store.MaskMatricula,
		"grouped":   bot.Grouped,
		"list": func(all []access, to string) any {
			return struct {
				List []access
				To   string
			}{all, to}
		},
	}).ParseFS(pageFiles, "pages/layout.html", "pages/mesa.html"))
	all := map[string]*template.Template{}
	files, _ := fs.Glob(pageFiles, "pages/*.html") // fails for bad patterns only
	for _, file := range files {
		if name := strings.TrimSuffix(strings.TrimPrefix(file, "pages/"), ".html"); name != "layout" && name != "mesa" {
			all[name] = template.Must(template.Must(layout.Clone()).ParseFS(pageFiles, file))
		}
	}
	return all
}()

// hour is a moment as pages show it; of none, nothing.
func hour(at any) string {
	t, ok := at.(time.Time)
	if p, pointer := at.(*time.Time); pointer && p != nil {
		t, ok = *p, true
	}
	if !ok {
		return ""
	}
	return t.In(store.Zone).Format("02/01/2006 15:04")
}

// clock is the time of day of a moment.
func clock(at time.Time) string { return at.In(store.Zone).Format("15:04") }

// by says who does something, and from where, for the audit log.
func (c *Console) by(r *http.Request, name string) Actor {
	return Actor{name, origin.Address(r, c.Proxies)}
}

// aside is where somebody goes on to after they have entered: a page of ours, or
// the first one.
func aside(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme+u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") ||
		strings.HasPrefix(u.Path, "/entrar") {
		return "/"
	}
	return to
}

// inWords says how long to wait.
func inWords(wait time.Duration) string {
	if wait <= time.Minute {
		return fmt.Sprintf("%d segundos", max(1, int(wait.Round(time.Second).Seconds())))
	}
	return fmt.Sprintf("%d minutos", int((wait+time.Minute-1)/time.Minute))
}
