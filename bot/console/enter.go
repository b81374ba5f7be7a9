package console

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lojavirtual/bot/origin"
	"lojavirtual/store"
)

// A visitor is who asks for a page; the zero one has not entered.
type visitor struct {
	store.Staff
	access store.Access
	owes   string // the page on which they give what is still asked of them; "" if nothing
}

// Cookies, and how long a browser is known to be somebody's.
const (
	accessCookie = "acesso"
	deviceCookie = "aparelho"
	deviceLife   = 180 * 24 * time.Hour
)

// cookie is the name of one: with a prefix by which browsers take it from us
// alone, where there is https.
func (c *Console) cookie(name string) string {
	if c.secure() {
		return "__Host-" + name
	}
	return "loja-" + name
}

// give sets a cookie; "" takes it away.
func (c *Console) give(w http.ResponseWriter, name, value string, keep time.Duration) {
	k := &http.Cookie{
		Name: c.cookie(name), Value: value, Path: "/", MaxAge: int(keep.Seconds()),
		HttpOnly: true, Secure: c.secure(), SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		k.MaxAge = -1
	}
	http.SetCookie(w, k)
}

// visitorOf finds out who asks.
func (c *Console) visitorOf(r *http.Request, e endpoint) (visitor, error) {
	k, err := r.Cookie(c.cookie(accessCookie))
	if err != nil || strings.HasPrefix(r.URL.Path, "/estatico/") {
		return visitor{}, nil
	}
	number, token, _ := strings.Cut(k.Value, ".")
	person, err := strconv.ParseInt(number, 10, 64)
	if err != nil || person < 1 || token == "" {
		return visitor{}, nil
	}
	return c.visit(r.Context(), person, accessID(token), !e.Quiet)
}

// visit finds an access and whose it is; the zero visitor if there is none.
func (c *Console) visit(ctx context.Context, person int64, id string, seen bool) (visitor, error) {
	now := c.Now()
	a, ok, err := c.Accesses.Access(ctx, person, id, now, idle, life, seen)
	if err != nil || !ok {
		return visitor{}, err
	}
	s, ok, err := c.People.Staff(ctx, person)
	if err != nil || !ok || s.Disabled != nil || a.Began.Before(s.Since.Truncate(time.Millisecond)) {
		return visitor{}, err
	}
	v := visitor{s, a, ""}
	if v.owes = c.owing(s, a, now); v.owes != "" && now.Sub(a.Began) > unfinished {
		return visitor{}, nil
	}
	return v, nil
}

// owing is the page on which somebody gives what is still asked of them, after
// their password.
func (c *Console) owing(s store.Staff, a store.Access, now time.Time) string {
	switch {
	case s.OneTime != nil && now.After(*s.OneTime):
		return "/entrar"
	case s.Secret != nil && !a.Second:
		return "/entrar/codigo"
	case s.OneTime != nil:
		return "/conta/senha"
	case !a.Second && slices.Contains(c.Second, s.Role):
		return "/conta/segundo-fator"
	}
	return ""
}

// accessID names an access by its token, which is kept nowhere.
func accessID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// begin gives somebody a new access, in the place of the one they may have: its
// token is another one each time they come further.
func (c *Console) begin(w http.ResponseWriter, r *http.Request, s store.Staff, old store.Access, second bool) (visitor, error) {
	token := rand.Text()
	now := c.Now()
	a := store.Access{
		ID: accessID(token), Began: now, Seen: now,
		From: origin.Address(r, c.Proxies), Agent: browser(r.UserAgent()), Second: second,
	}
	if err := c.Accesses.BeginAccess(r.Context(), s.ID, a, life); err != nil {
		return visitor{}, err
	}
	if old.ID != "" {
		if err := c.Accesses.EndAccess(r.Context(), s.ID, old.ID); err != nil {
			return visitor{}, err
		}
	}
	c.give(w, accessCookie, fmt.Sprintf("%d.%s", s.ID, token), life)
	return visitor{s, a, c.owing(s, a, now)}, nil
}

// browser says in a few words what a browser calls itself.
func browser(agent string) string {
	name := func(words ...string) string {
		for i := 0; i < len(words); i += 2 {
			if strings.Contains(agent, words[i]) {
				return words[i+1]
			}
		}
		return ""
	}
	what := cmp.Or(name("Edg", "Edge", "Firefox", "Firefox", "Chrom", "Chrome", "Safari", "Safari"), "Navegador")
	on := name("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "Mac", "Linux", "Linux")
	if on == "" {
		return what
	}
	return what + " em " + on
}

// knows returns the device of a request if that person has entered from it
// before, else "".
func (c *Console) knows(r *http.Request, name string) string {
	k, err := r.Cookie(c.cookie(deviceCookie))
	if err != nil {
		return ""
	}
	device, mac, _ := strings.Cut(k.Value, ".")
	if subtle.ConstantTimeCompare([]byte(mac), []byte(c.deviceMark(device, name))) != 1 {
		return ""
	}
	return device
}

func (c *Console) deviceMark(device, name string) string {
	return base64.RawURLEncoding.EncodeToString(c.sum("device", device+" "+name))
}

// remember makes a browser known as one from which somebody has entered.
func (c *Console) remember(w http.ResponseWriter, r *http.Request, name string) {
	device := cmp.Or(c.knows(r, name), rand.Text())
	c.give(w, deviceCookie, device+"."+c.deviceMark(device, name), deviceLife)
}

// An entrance is what the login page shows.
type entrance struct {
	Name, To, Trouble, Told string
	SignOn                  string // how single sign-on is called, "" without
}

func (c *Console) entrance(name, to, trouble string) entrance {
	e := entrance{Name: name, To: aside(to), Trouble: trouble}
	if c.SignOn.Issuer != "" {
		e.SignOn = c.SignOn.Name
	}
	return e
}

// told are what the login page may be asked to say, by what is asked.
var told = map[string]string{
	"sair":  "Você saiu. Até logo.",
	"fim":   "O acesso terminou. Entre de novo para continuar.",
	"senha": "Senha trocada. Entre com a nova.",
}

func (c *Console) enterForm(w http.ResponseWriter, r *http.Request, v visitor) error {
	if v.ID != 0 && v.owes == "" {
		http.Redirect(w, r, aside(r.FormValue("para")), http.StatusSeeOther)
		return nil
	}
	e := c.entrance("", r.FormValue("para"), "")
	e.Told = told[r.FormValue("motivo")]
	c.show(w, r, visitor{}, http.StatusOK, "entrar", "Entrar", e)
	return nil
}

const wrongPassword = "Nome ou senha não conferem. Confira as maiúsculas e tente de novo; se esqueceu a senha, peça outra a um administrador."

func (c *Console) enter(w http.ResponseWriter, r *http.Request, old visitor) error {
	name := strings.ToLower(strings.TrimSpace(r.PostFormValue("nome")))
	again := func(status int, trouble string) error {
		c.show(w, r, visitor{}, status, "entrar", "Entrar", c.entrance(name, r.PostFormValue("para"), trouble))
		return nil
	}
	if !nameForm.MatchString(name) { // it may be a password, typed into the wrong field
		name = ""
		return again(http.StatusUnprocessableEntity, wrongPassword)
	}
	address, device := origin.Address(r, c.Proxies), c.knows(r, name)
	wait, err := c.Accesses.Attempt(r.Context(), name, address, device, c.Now())
	if err != nil {
		return err
	}
	if wait > 0 {
		return again(http.StatusTooManyRequests, "Houve muitas tentativas. Espere "+inWords(wait)+" e tente de novo.")
	}
	s, ok, err := c.People.StaffNamed(r.Context(), name)
	if err != nil {
		return err
	}
	hash := s.Password
	if s.Disabled != nil || s.OneTime != nil && c.Now().After(*s.OneTime) {
		hash = "" // takes as long, and is wrong
	}
	right, err := c.hashing.matches(r.Context(), r.PostFormValue("senha"), hash)
	if err != nil {
		return err
	}
	if !right {
		if ok { // a name that nobody has may be anything
			if err := c.office.note(r.Context(), c.by(r, name), "login_refused", "", "senha"); err != nil {
				return err
			}
		}
		return again(http.StatusUnprocessableEntity, wrongPassword)
	}
	if err := c.Accesses.Entered(r.Context(), name, address, device); err != nil {
		return err
	}
	if s.Secret == nil {
		if err := c.office.note(r.Context(), c.by(r, name), "login", "", "senha"); err != nil {
			return err
		}
		c.remember(w, r, name)
	}
	if err := c.endOld(r, old); err != nil {
		return err
	}
	v, err := c.begin(w, r, s, store.Access{}, false)
	if err != nil {
		return err
	}
	http.Redirect(w, r, onward(v, r.PostFormValue("para")), http.StatusSeeOther)
	return nil
}

// endOld ends the access of whoever was in this browser before somebody enters.
func (c *Console) endOld(r *http.Request, old visitor) error {
	if old.ID == 0 {
		return nil
	}
	return c.Accesses.EndAccess(r.Context(), old.ID, old.access.ID)
}

// onward is where somebody goes who has come further: to what they owe, or to
// where they wanted to go.
func onward(v visitor, to string) string {
	switch v.owes {
	case "":
		return aside(to)
	case "/entrar/codigo":
		return v.owes + "?para=" + url.QueryEscape(aside(to))
	}
	return v.owes
}

func (c *Console) codeForm(w http.ResponseWriter, r *http.Request, v visitor) error {
	c.show(w, r, v, http.StatusOK, "codigo", "Código de acesso", entrance{To: aside(r.FormValue("para"))})
	return nil
}

func (c *Console) code(w http.ResponseWriter, r *http.Request, v visitor) error {
	if v.owes != "/entrar/codigo" {
		return errForbidden
	}
	again := func(status int, trouble string) error {
		c.show(w, r, v, status, "codigo", "Código de acesso", entrance{To: aside(r.PostFormValue("para")), Trouble: trouble})
		return nil
	}
	address, device := origin.Address(r, c.Proxies), c.knows(r, v.Name)
	counted := "code " + v.Name // apart from passwords: who has one gets no more codes for it
	wait, err := c.Accesses.Attempt(r.Context(), counted, address, device, c.Now())
	if err != nil {
		return err
	}
	if wait > 0 {
		return again(http.StatusTooManyRequests, "Houve muitas tentativas. Espere "+inWords(wait)+" e tente de novo.")
	}
	way, err := c.accept(r.Context(), v.Staff, r.PostFormValue("codigo"))
	if err != nil {
		return err
	}
	if way == "" {
		if err := c.office.note(r.Context(), c.by(r, v.Name), "login_refused", "", "código"); err != nil {
			return err
		}
		return again(http.StatusUnprocessableEntity, "Este código não vale. Espere o próximo aparecer no aplicativo; cada código serve uma vez.")
	}
	if err := c.Accesses.Entered(r.Context(), counted, address, device); err != nil {
		return err
	}
	if err := c.office.note(r.Context(), c.by(r, v.Name), way, "", "senha e código"); err != nil {
		return err
	}
	c.remember(w, r, v.Name)
	if v, err = c.begin(w, r, v.Staff, v.access, true); err != nil {
		return err
	}
	http.Redirect(w, r, onward(v, r.PostFormValue("para")), http.StatusSeeOther)
	return nil
}

// accept takes a code of the second factor or one that stands in for it, and says
// what the audit log is to say; "" if it is neither, or was taken before.
func (c *Console) accept(ctx context.Context, s store.Staff, typed string) (what string, err error) {
	typed = strings.ReplaceAll(strings.TrimSpace(typed), " ", "")
	secret, err := c.unseal(s.ID, s.Secret)
	if err != nil {
		return "", err
	}
	if step, ok := stepOf(secret, typed, c.Now()); ok {
		if ok, err = c.People.UseStaffStep(ctx, s.ID, step); !ok || err != nil {
			return "", err
		}
		return "login", nil
	}
	if len(typed) < 10 || len(typed) > 20 {
		return "", nil
	}
	if ok, err := c.People.UseStaffRecovery(ctx, s.ID, c.recoveryHash(s.ID, typed)); !ok || err != nil {
		return "", err
	}
	return "recovery_used", nil
}

// confirms tells whether somebody who is inside has typed their password again,
// which is asked before what would let others in their place. If not, trouble is
// what to tell them.
func (c *Console) confirms(r *http.Request, v visitor, typed string) (trouble string, err error) {
	address, device := origin.Address(r, c.Proxies), c.knows(r, v.Name)
	wait, err := c.Accesses.Attempt(r.Context(), v.Name, address, device, c.Now())
	if err != nil {
		return "", err
	}
	if wait > 0 {
		return "Houve muitas tentativas. Espere " + inWords(wait) + " e tente de novo.", nil
	}
	right, err := c.hashing.matches(r.Context(), typed, v.Password)
	if err != nil {
		return "", err
	}
	if !right {
		return "A senha atual não confere.", c.office.note(r.Context(), c.by(r, v.Name), "login_refused", "", "senha, já dentro")
	}
	return "", c.Accesses.Entered(r.Context(), v.Name, address, device)
}

func (c *Console) leave(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := c.office.note(r.Context(), c.by(r, v.Name), "logout", "", ""); err != nil {
		return err
	}
	if err := c.Accesses.EndAccess(r.Context(), v.ID, v.access.ID); err != nil {
		return err
	}
	c.give(w, accessCookie, "", 0)
	http.Redirect(w, r, "/entrar?motivo=sair", http.StatusSeeOther)
	return nil
}

// still answers a page that asks whether the access lasts, or says that it is
// used.
func (c *Console) still(w http.ResponseWriter, _ *http.Request, _ visitor) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *Console) home(w http.ResponseWriter, r *http.Request, v visitor) error {
	c.show(w, r, v, http.StatusOK, "inicio", "Início", roleHelp[v.Role])
	return nil
}
