package console

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// A witness keeps all that a console answers.
type witness struct {
	mu      sync.Mutex
	answers []witnessed
	cookies []string // what was given as cookies
}

// What was answered: method and path, and the text with its header.
type witnessed struct{ at, text string }

func (s *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range answer.Cookies() {
		s.cookies = append(s.cookies, k.Value)
	}
	header := answer.Header.Clone()
	header.Del("Set-Cookie")
	var text bytes.Buffer
	_ = header.Write(&text) // a buffer takes everything
	text.Write(body)
	s.answers = append(s.answers, witnessed{r.Method + " " + r.URL.Path, text.String()})
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// TestSecrets has everything done that there are secrets for, and opens all pages
// as everybody: each secret stands where somebody is to read it, and nowhere
// else; in the log there is none.
func TestSecrets(t *testing.T) {
	const (
		cpf, phone = "70000010111", "5579991234711"
		typedCPF   = "111.444.777-35"
		wrong      = "uma senha errada"
		chosen     = "um dia de muito sol"
	)
	provider := newProvider(t)
	w := open(t, func(c *Config) {
		c.Second = []store.Role{store.Supervisor}
		c.Document = func(context.Context, string, string) (string, bool, error) { return cpf, true, nil }
		c.SignOn = SignOn{Name: "empresa", Issuer: provider.URL, Client: "console", Secret: "s3cret", Claim: "groups", Roles: map[string]store.Role{"atendimento": store.Attendant}}
		c.Linker = &phonelessLinker{}
		c.Health = func(context.Context) Checkup { return Checkup{} }
	})
	seen := &witness{}
	browser := func() client {
		c := w.client()
		c.Transport = seen
		return c
	}
	const protocol = "26052000001234"
	known := func(s *bot.Session) {
		identified(s)
		s.Protocol = protocol
	}
	w.says(phone, "meu CPF é "+typedCPF, known, bot.Reply{Text: "Achei: " + typedCPF, Copy: typedCPF})
	w.putAside("x", phone, "meu CPF é "+typedCPF, "")
	w.says(phone, "oi", known)

	// Somebody new comes: given password, own password, second factor.
	w.add("davi", store.Administrator)
	davi := browser()
	davi.enter("davi", wrong).wants(t, 422, "não conferem")
	davi.enter(wrong, "x").wants(t, 422, "não conferem")
	davi.enter("davi", password).wants(t, 303, "/")
	added := davi.post("/pessoas", "nome", "rita", "mostrado", "Rita", "papel", "supervisor")
	added.wants(t, 200, "Entregue esta senha")
	given := regexp.MustCompile(`id="senha">([^<]+)<`).FindStringSubmatch(added.text)[1]
	rita := browser()
	rita.enter("rita", given).wants(t, 303, "/conta/senha")
	rita.post("/conta/senha", "nova", chosen, "repetida", wrong).wants(t, 422, "iguais")
	rita.post("/conta/senha", "nova", chosen, "repetida", chosen).wants(t, 303, "/conta/segundo-fator")
	secret, sealed := secretOn(t, rita.get("/conta/segundo-fator").text)
	code := codeAt(secret, w.now().Unix()/stepSeconds)
	done := rita.post("/conta/segundo-fator", "segredo", sealed, "codigo", code)
	done.wants(t, 200, "Códigos de recuperação")
	recovery := regexp.MustCompile(`<code>([a-z2-7]{5}-[a-z2-7]{5})</code>`).FindStringSubmatch(done.text)[1]
	again := browser()
	again.enter("rita", chosen).wants(t, 303, "/entrar/codigo")
	again.post("/entrar/codigo", "codigo", code).wants(t, 422, "não vale")
	again.post("/entrar/codigo", "codigo", recovery).wants(t, 303, "/")
	edu := browser()
	w.add("edu", store.Officer)
	edu.enter("edu", password).wants(t, 303, "/")
	edu.post("/conversas/"+protocol+"/documento", "motivo", "conferir "+typedCPF).wants(t, 422, "números longos")
	edu.post("/conversas/"+protocol+"/documento", "motivo", "conferir o titular").wants(t, 200, "700.000.101-11")
	out := browser()
	out.get(out.goOut(provider)).wants(t, 303, "/conta")
	out.get("/entrar/unico/volta?state=x&code=y").wants(t, 403, "não começou")

	refs, err := w.mail.Aside(t.Context())
	if err != nil || len(refs) == 0 {
		t.Fatal(err)
	}
	values := strings.NewReplacer("{$}", "", "{protocolo}", protocol, "{id}", strconv.FormatInt(w.read("rita").ID, 10), "{ref}", refs[0].Ref, "{tabela}", "dias.csv", "{file}", "console.css", "{n}", "0")
	for _, c := range []struct {
		who who
		client
	}{{admin, davi}, {supervisor, again}, {officer, edu}, {attendant, out}} {
		for _, e := range w.endpoints {
			if path, ok := strings.CutPrefix(e.At, "GET "); ok && e.May&c.who != 0 && !strings.HasSuffix(path, "/eventos") {
				if a := c.get(values.Replace(path)); a.status >= 500 || a.status == http.StatusForbidden {
					t.Errorf("%s is %d", path, a.status)
				}
			}
		}
	}
	davi.post("/pessoas/"+strconv.FormatInt(w.read("edu").ID, 10)+"/redefinir").wants(t, 200, "Entregue esta senha")
	davi.post("/sair").wants(t, 303, "/entrar")

	inClear := base32Plain.EncodeToString(secret)
	grouped := regexp.MustCompile(`.{4}`).ReplaceAllString(inClear, "$0 ")[:39]
	enrolment := []string{"GET /conta/segundo-fator"}
	secrets := map[string][]string{ // and where each stands: a number that is no reason goes back to who typed it
		password: nil, wrong: nil, chosen: nil, "$argon2id$": nil, w.read("rita").Password: nil,
		given:   {"POST /pessoas"},
		grouped: enrolment, sealed: enrolment, inClear: nil, string(secret): nil,
		recovery: {"POST /conta/segundo-fator"}, strings.ReplaceAll(recovery, "-", ""): nil,
		cpf: nil, "700.000.101-11": {"POST /conversas/" + protocol + "/documento"}, typedCPF: {"POST /conversas/" + protocol + "/documento"}, store.Digits(typedCPF): nil,
		phone: nil, "s3cret": nil, string(w.Secret[:8]): nil,
	}
	for _, value := range seen.cookies {
		if _, token, _ := strings.Cut(value, "."); token != "" {
			secrets[token] = nil
		}
	}
	if len(secrets) < 25 {
		t.Errorf("only %d secrets", len(secrets))
	}
	log := w.logged.String()
	for secret, stands := range secrets {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
		var found []string
		for _, a := range seen.answers {
			if strings.Contains(a.text, secret) && !slices.Contains(found, a.at) {
				found = append(found, a.at)
			}
		}
		if !slices.Equal(found, stands) {
			t.Errorf("%q stands on %q, want %q", secret, found, stands)
		}
	}
	if !strings.Contains(log, "audit") || len(seen.answers) < 60 {
		t.Errorf("only %d answers, or no log:\n%s", len(seen.answers), log)
	}
}
