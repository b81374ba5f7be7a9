package console

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"lojavirtual/store"
)

// A SignOn lets staff enter with the company's accounts (OpenID Connect). What
// they may do comes from there at each login; so does the second factor.
type SignOn struct {
	Name   string                // what its button says: "Entrar com NAME"
	Issuer string                // its address, as its tokens have it
	Client string                // our name there
	Secret string                // and password, "" for none
	Claim  string                // of the ID token, that has the person's groups
	Roles  map[string]store.Role // of each group; of several the one furthest on in store.Roles
}

// A provider is what a SignOn's says of itself, read when it is first needed.
type provider struct {
	mu   sync.Mutex
	said *oidc.Provider
}

// What a browser carries to the provider and back, sealed.
type journey struct {
	State, Nonce, Verifier, To string
	Until                      time.Time
}

const (
	journeyCookie = "unico"
	journeyTime   = 10 * time.Minute
	askProvider   = 10 * time.Second
)

var errSignOnAway = problem{http.StatusServiceUnavailable, "O acesso único não responde. Tente de novo em alguns minutos, ou entre com nome e senha, se tiver."}

// find reads what the provider at an address says of itself, once it can.
func (p *provider) find(ctx context.Context, issuer string) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.said == nil {
		// its keys are read with the context it was made with, long after this request
		said, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), patient), issuer)
		if err != nil {
			return nil, err
		}
		p.said = said
	}
	return p.said, nil
}

// patient asks the provider.
var patient = &http.Client{Timeout: askProvider}

func (c *Console) client(p *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.SignOn.Client, ClientSecret: c.SignOn.Secret, Endpoint: p.Endpoint(),
		RedirectURL: c.URL + "/entrar/unico/volta", Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}
}

// signOn sends somebody to the provider.
func (c *Console) signOn(w http.ResponseWriter, r *http.Request, _ visitor) error {
	if c.SignOn.Issuer == "" {
		return errGone
	}
	provider, err := c.provider.find(r.Context(), c.SignOn.Issuer)
	if err != nil {
		c.Log.Warn("the provider of LOJA_OIDC_ISSUER does not answer", "error", err)
		return errSignOnAway
	}
	j := journey{rand.Text(), rand.Text(), oauth2.GenerateVerifier(), aside(r.FormValue("para")), c.Now().Add(journeyTime)}
	text, err := json.Marshal(j)
	if err != nil {
		return err
	}
	c.give(w, journeyCookie, base64.RawURLEncoding.EncodeToString(c.sealer(journeyCookie).Seal(nil, nil, text, nil)), journeyTime)
	http.Redirect(w, r, c.client(provider).AuthCodeURL(j.State, oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier)), http.StatusSeeOther)
	return nil
}

// signedOn takes somebody who comes back from the provider.
func (c *Console) signedOn(w http.ResponseWriter, r *http.Request, old visitor) error {
	refuse := func(status int, why, trouble string) error {
		c.Log.Warn("single sign-on refused", "why", why)
		c.show(w, r, visitor{}, status, "entrar", "Entrar", c.entrance("", "", trouble))
		return nil
	}
	if c.SignOn.Issuer == "" {
		return errGone
	}
	j, ok := c.journeyOf(r)
	c.give(w, journeyCookie, "", 0)
	if !ok || r.FormValue("state") != j.State {
		return refuse(http.StatusForbidden, "state", "Esta entrada não começou neste navegador, ou demorou demais. Tente de novo.")
	}
	if r.FormValue("error") != "" {
		return refuse(http.StatusForbidden, "the provider says no", "O acesso único recusou a entrada. Tente de novo ou fale com quem cuida das contas da empresa.")
	}
	provider, err := c.provider.find(r.Context(), c.SignOn.Issuer)
	if err != nil {
		return errSignOnAway
	}
	ctx := oidc.ClientContext(r.Context(), patient)
	tokens, err := c.client(provider).Exchange(ctx, r.FormValue("code"), oauth2.VerifierOption(j.Verifier))
	if err != nil {
		return refuse(http.StatusForbidden, "the code was not taken", "O acesso único recusou a entrada. Tente de novo.")
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := provider.Verifier(&oidc.Config{ClientID: c.SignOn.Client, Now: c.Now}).Verify(ctx, raw)
	if err != nil || token.Nonce != j.Nonce {
		return refuse(http.StatusForbidden, "the token is not right", "O acesso único respondeu algo que não dá para aceitar. Tente de novo.")
	}
	var claims struct {
		Name  string `json:"name"`
		User  string `json:"preferred_username"`
		Email string `json:"email"`
	}
	all := map[string]any{}
	if err := token.Claims(&claims); err != nil {
		return err
	}
	if err := token.Claims(&all); err != nil {
		return err
	}
	role, ok := c.SignOn.role(all[c.SignOn.Claim])
	if !ok {
		return refuse(http.StatusForbidden, "no group with a role", "A sua conta não tem um papel aqui. Peça a quem cuida das contas da empresa.")
	}
	name := strings.ToLower(cmp.Or(claims.User, claims.Email))
	s, trouble, err := c.admitSubject(r, token.Issuer+" "+token.Subject, name, cmp.Or(claims.Name, name), role)
	if err != nil {
		return err
	}
	if trouble != "" {
		return refuse(http.StatusForbidden, "the account is not taken", trouble)
	}
	if err := c.office.note(r.Context(), c.by(r, s.Name), "login", "", "acesso único"); err != nil {
		return err
	}
	if err := c.endOld(r, old); err != nil {
		return err
	}
	if _, err := c.begin(w, r, s, store.Access{}, true); err != nil {
		return err
	}
	http.Redirect(w, r, j.To, http.StatusSeeOther)
	return nil
}

// journeyOf reads what signOn gave the browser.
func (c *Console) journeyOf(r *http.Request) (j journey, ok bool) {
	k, err := r.Cookie(c.cookie(journeyCookie))
	if err != nil {
		return j, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(k.Value)
	if err != nil {
		return j, false
	}
	text, err := c.sealer(journeyCookie).Open(nil, nil, sealed, nil)
	return j, err == nil && json.Unmarshal(text, &j) == nil && c.Now().Before(j.Until)
}

// role is what the groups of somebody let them be.
func (s SignOn) role(groups any) (best store.Role, ok bool) {
	var names []string
	switch g := groups.(type) {
	case string:
		names = strings.Fields(g)
	case []any:
		for _, one := range g {
			if name, ok := one.(string); ok {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		if role, known := s.Roles[name]; known && slices.Index(store.Roles, role) >= slices.Index(store.Roles, best) {
			best, ok = role, true
		}
	}
	return best, ok
}

// admitSubject finds who enters by single sign-on, or adds them, with the role
// they have there. Trouble is why they may not, for them. Somebody who enters by
// password is never taken for one of the same name.
func (c *Console) admitSubject(r *http.Request, subject, name, shown string, role store.Role) (s store.Staff, trouble string, err error) {
	by := c.by(r, "single sign-on")
	shown = string([]rune(shown)[:min(60, len([]rune(shown)))])
	s, ok, err := c.People.StaffOf(r.Context(), subject)
	switch {
	case err != nil:
		return s, "", err
	case ok && s.Disabled != nil:
		return s, "O seu acesso está desativado aqui. Peça a um administrador.", nil
	case ok && s.Role == role:
		return s, "", nil
	case ok:
		err = c.office.Change(r.Context(), by, s, s.Shown, role)
	case !nameForm.MatchString(name):
		return s, "A sua conta não tem um nome que dê para usar aqui (preferred_username ou email).", nil
	default:
		if _, taken, err := c.People.StaffNamed(r.Context(), name); err != nil || taken {
			return s, "Já existe aqui uma pessoa com o nome da sua conta, que entra com senha. Peça a um administrador.", err
		}
		if err := c.office.named(r.Context(), shown); errors.Is(err, ErrNamed) { // they may choose it themselves there
			shown = name
		} else if err != nil {
			return s, "", err
		}
		if err = c.office.note(r.Context(), by, "staff_added", name, string(role)); err == nil {
			_, _, err = c.People.AddStaff(r.Context(), store.Staff{Name: name, Shown: shown, Role: role, Subject: subject, Since: c.Now()})
		}
	}
	if err != nil {
		return s, "", err
	}
	s, _, err = c.People.StaffOf(r.Context(), subject)
	return s, "", err
}
