package console

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"lojavirtual/store"
)

// A provider on this machine, with one person who agrees to everything.
type issuing struct {
	*httptest.Server
	t      *testing.T
	key    *rsa.PrivateKey
	claims map[string]any // of the next token, over what is right
	query  url.Values     // of the last login
	codes  map[string]url.Values
}

func newProvider(t *testing.T) *issuing {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &issuing{t: t, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		p.query = r.URL.Query()
		code := rand.Text()
		p.codes[code] = p.query
		http.Redirect(w, r, p.query.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {p.query.Get("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		asked, ok := p.codes[r.PostFormValue("code")]
		delete(p.codes, r.PostFormValue("code"))
		challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		client, secret, _ := r.BasicAuth()
		if !ok || client != "console" || secret != "s3cret" || asked.Get("code_challenge_method") != "S256" ||
			asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(challenge[:]) {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]any{"error": "invalid_grant"})
			return
		}
		claims := map[string]any{
			"iss": p.URL, "aud": "console", "sub": "4711", "nonce": asked.Get("nonce"),
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
			"preferred_username": "Rita.Souza", "name": "Rita Souza", "groups": []string{"todos", "atendimento"},
		}
		for name, value := range p.claims {
			claims[name] = value
		}
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": p.sign(claims)})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *issuing) sign(claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: "k"}}, nil)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	text, _ := json.Marshal(claims)
	signed, err := signer.Sign(text)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	token, _ := signed.CompactSerialize()
	return token
}

// goOut goes to the provider and returns where it sends the browser back to.
func (c client) goOut(p *issuing) (back string) {
	p.t.Helper()
	out := c.get("/entrar/unico?para=/conta")
	if out.status != http.StatusSeeOther || !strings.HasPrefix(out.to, p.URL) {
		p.t.Fatal(out)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, out.to, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := c.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = response.Body.Close()
	u, err := url.Parse(response.Header.Get("Location"))
	if err != nil {
		p.t.Fatal(err)
	}
	return u.RequestURI()
}

// Staff enter with the company's accounts, with the role they have there, and
// nobody with a token that is not for them.
func TestSignOn(t *testing.T) {
	p := newProvider(t)
	w := open(t, func(c *Config) {
		c.Second = store.Roles
		c.SignOn = SignOn{
			Name: "a conta da empresa", Issuer: p.URL, Client: "console", Secret: "s3cret", Claim: "groups",
			Roles: map[string]store.Role{"atendimento": store.Attendant, "chefia": store.Supervisor},
		}
	})
	w.client().get("/entrar").wants(t, 200, "Entrar com a conta da empresa")
	c := w.client()
	c.get(c.goOut(p)).wants(t, 303, "/conta")
	c.get("/conta").wants(t, 200, "Rita Souza")
	c.get("/conta/senha").wants(t, 409, "acesso único")
	c.post("/conta/segundo-fator").wants(t, 409, "acesso único")
	if got := p.query.Get("scope"); !strings.Contains(got, "openid") {
		t.Errorf("scope %q", got)
	}
	if s := w.read("rita.souza"); s.Role != store.Attendant || s.Password != "" || s.Subject != p.URL+" 4711" {
		t.Errorf("%+v", s)
	}
	w.client().enter("rita.souza", "").wants(t, 422, "não conferem") // there is no password

	w.wait(time.Second)
	p.claims = map[string]any{"groups": []string{"atendimento", "chefia"}, "preferred_username": "outro.nome"}
	other := w.client()
	other.get(other.goOut(p)).wants(t, 303, "/conta")
	if s := w.read("rita.souza"); s.Role != store.Supervisor {
		t.Errorf("%+v", s)
	}
	c.get("/conta").wants(t, 303, "/entrar") // of the role before
	want := []string{"single sign-on staff_added rita.souza", "rita.souza login", "rita.souza login_refused", "single sign-on staff_changed rita.souza", "rita.souza login"}
	if got := w.deeds(); !slices.Equal(got, want) {
		t.Errorf("audit log: %q", got)
	}

	for _, refused := range []struct {
		what   string
		claims map[string]any
	}{
		{"no group", map[string]any{"groups": []string{"todos"}}},
		{"no groups", map[string]any{"groups": nil}},
		{"another's token", map[string]any{"aud": "payroll"}},
		{"another issuer's", map[string]any{"iss": "https://example.org"}},
		{"an old one", map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}},
		{"another login's", map[string]any{"nonce": "x"}},
		{"no nonce", map[string]any{"nonce": nil}},
	} {
		p.claims = refused.claims
		c := w.client()
		c.get(c.goOut(p)).wants(t, 403, "Entrar")
		c.get("/conta").wants(t, 303, "/entrar")
	}
	p.claims = nil
	c = w.client()
	back := c.goOut(p)
	w.client().get(back).wants(t, 403, "não começou neste navegador")
	c.get("/entrar/unico/volta?code=x&state=y").wants(t, 403, "não começou neste navegador")
	c = w.client()
	back = c.goOut(p)
	c.get("/entrar/unico/volta?error=access_denied&"+strings.SplitN(back, "?", 2)[1]).wants(t, 403, "recusou")
	c = w.client()
	back = c.goOut(p)
	c.get(back).wants(t, 303, "/conta")
	c.get(back).wants(t, 403, "não começou") // once

	w.add("ana", store.Attendant)
	p.claims = map[string]any{"sub": "4713", "preferred_username": "ana.2", "name": "ÁNA"}
	c = w.client()
	c.get(c.goOut(p)).wants(t, 303, "/conta")
	if s := w.read("ana.2"); s.Shown != "ana.2" {
		t.Errorf("somebody who says so at the provider is called %q", s.Shown)
	}
	p.claims = map[string]any{"sub": "4712", "preferred_username": "ana"}
	c = w.client()
	c.get(c.goOut(p)).wants(t, 403, "entra com senha")
	if err := w.db.DisableStaff(t.Context(), w.read("rita.souza").ID, new(w.now())); err != nil {
		t.Fatal(err)
	}
	p.claims = nil
	c = w.client()
	c.get(c.goOut(p)).wants(t, 403, "desativado")
}

// Without it, and with a provider that is away, one is told.
func TestSignOnAway(t *testing.T) {
	w := open(t)
	w.client().get("/entrar/unico").wants(t, 404, "Não existe")
	w.client().get("/entrar/unico/volta").wants(t, 404, "Não existe")
	w = open(t, func(c *Config) {
		c.SignOn = SignOn{Name: "x", Issuer: "http://127.0.0.1:1", Client: "console", Claim: "groups", Roles: map[string]store.Role{}}
	})
	w.client().get("/entrar/unico").wants(t, 503, "não responde")
}
