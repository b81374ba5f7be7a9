package console

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/flows/segundavia"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
	"lojavirtual/store/redis"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

// A world is a console on stores of its own, and a clock that the test moves.
type world struct {
	*Console
	t      testing.TB
	db     *postgres.DB
	mail   *redis.Mail
	staff  redis.Staff
	server *httptest.Server
	logged *safeBuffer

	mu   sync.Mutex
	past time.Duration // how far the clock was moved
}

type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.past)
}

// wait moves the clock.
func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.past += d
}

func fill(ctx context.Context, url string) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	return postgres.Seed(ctx, url, 0, 1, store.DateOf(time.Now()))
}

func open(t testing.TB, adjust ...func(*Config)) *world {
	t.Helper()
	w := &world{t: t, logged: &safeBuffer{}}
	var err error
	if w.db, err = postgres.Open(t.Context(), embedded.DatabaseForTest(t, "demo", fill)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.db.Close)
	log := slog.New(slog.NewTextHandler(w.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	server, err := embedded.StartRedis(t.Context(), embedded.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	if w.mail, err = redis.Open(t.Context(), server.URL(), redis.Settings{Log: log}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.mail.Close() })
	w.staff = w.mail.Staff()
	watch, err := w.mail.Watch(w.mail.Guesses([]byte("secret"), time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = watch.Close() })
	config := Config{
		Operator: store.Operator{Name: "DESO", Site: "www.deso-se.com.br", Phones: []store.Phone{{Label: "Atendimento", Number: "0800 079 0195"}}}, People: w.db,
		Mail: w.mail, Shelf: w.db, Trail: w.db, Accesses: w.staff, URL: "http://localhost", Tray: w.mail,
		Secret: bytes.Repeat([]byte("s"), 32), Log: log, Now: w.now,
		Live: watch, Stored: w.db, Unstored: w.mail.Unstored, Numbers: w.db.Numbers, Charges: w.db.Charges, Types: w.mail.Types, Flows: []*bot.Flow{segundavia.New(nil, nil, nil, "", nil)},
		Names: func(_ context.Context, sessions []string) (map[string]string, error) {
			names := map[string]string{}
			for _, s := range sessions {
				names[s] = "MARIA DAS DORES SANTOS"
			}
			return names, nil
		},
	}
	for _, change := range adjust {
		change(&config)
	}
	w.Console = New(config)
	w.server = httptest.NewServer(w.Handler())
	t.Cleanup(w.server.Close)
	t.Cleanup(w.Close)
	return w
}

const password = "o rio corre devagar"

// add adds somebody with the password above, which is their own.
func (w *world) add(name string, role store.Role) store.Staff {
	w.t.Helper()
	hash, err := Hash(password)
	if err != nil {
		w.t.Fatal(err)
	}
	since := w.now().Add(-time.Second)
	if _, ok, err := w.db.AddStaff(w.t.Context(), store.Staff{Name: name, Shown: strings.ToUpper(name[:1]) + name[1:], Role: role, Password: hash, Since: since}); err != nil || !ok {
		w.t.Fatal(ok, err)
	}
	return w.read(name)
}

func (w *world) read(name string) store.Staff {
	w.t.Helper()
	s, ok, err := w.db.StaffNamed(w.t.Context(), name)
	if err != nil || !ok {
		w.t.Fatal(ok, err)
	}
	return s
}

// A browser of somebody, that follows no redirect.
type client struct {
	*http.Client
	w *world
}

// An answer to it.
type answer struct {
	status int
	to     string
	text   string
	header http.Header
}

func (w *world) client() client {
	jar, _ := cookiejar.New(nil) // never fails
	return client{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, w}
}

func (c client) do(method, path string, form url.Values, header ...string) answer {
	c.w.t.Helper()
	r, err := http.NewRequestWithContext(c.w.t.Context(), method, c.w.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := c.Do(r)
	if err != nil {
		c.w.t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.w.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header.Get("Location"), string(text), response.Header}
}

func (c client) get(path string) answer { c.w.t.Helper(); return c.do(http.MethodGet, path, nil) }

func (c client) post(path string, pairs ...string) answer {
	c.w.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return c.do(http.MethodPost, path, form)
}

func (c client) enter(name, password string) answer {
	c.w.t.Helper()
	return c.post("/entrar", "nome", name, "senha", password)
}

// in is a browser in which somebody has entered.
func (w *world) in(name string) client {
	w.t.Helper()
	c := w.client()
	if a := c.enter(name, password); a.status != http.StatusSeeOther || a.to != "/" {
		w.t.Fatalf("%s does not get in: %d %s\n%s", name, a.status, a.to, a.text)
	}
	return c
}

// wants checks an answer.
func (a answer) wants(t *testing.T, status int, words string) {
	t.Helper()
	if a.status != status || !strings.Contains(a.to+" "+a.text, words) {
		t.Errorf("%d to %q without %q, want %d\n%s", a.status, a.to, words, status, a.text)
	}
}

// deeds are what the audit log says was done, oldest first.
func (w *world) deeds() (all []string) {
	w.t.Helper()
	entries, err := w.db.Audit(w.t.Context(), 0, "", "", 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Reverse(entries)
	for _, e := range entries {
		all = append(all, strings.TrimSpace(e.Who+" "+e.What+" "+e.On))
	}
	return all
}

// Every endpoint as everybody: it is served to those who may by the matrix that
// people agreed on, and to nobody else; and there are no others.
func TestRights(t *testing.T) {
	w := open(t)
	text, err := os.ReadFile("testdata/rights.txt")
	if err != nil {
		t.Fatal(err)
	}
	agreed := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 7 && f[0] != "#" {
			agreed[strings.Join(f[:len(f)-7], " ")] = f[len(f)-7:]
		}
	}
	served := ""
	for i, e := range w.endpoints {
		w.endpoints[i].Serve = func(*Console, http.ResponseWriter, *http.Request, visitor) error {
			served = e.At
			return nil
		}
		if agreed[e.At] == nil {
			t.Errorf("%s is not in testdata/rights.txt", e.At)
		}
	}
	server := httptest.NewServer(w.Handler())
	defer server.Close()
	real := w.server
	w.server = server

	visitors := []client{w.client()}
	for i, role := range append([]store.Role{"arriving"}, store.Roles...) {
		as := role
		if i == 0 {
			as = store.Administrator
		}
		s := w.add("p"+strconv.Itoa(i), as)
		if i == 0 {
			if err := w.db.SetStaffSecret(t.Context(), s.ID, w.seal(s.ID, newSecret()), 0, nil); err != nil {
				t.Fatal(err)
			}
		}
		c := w.client()
		w.server = real
		if a := c.enter(s.Name, password); a.status != http.StatusSeeOther {
			t.Fatal(a)
		}
		from, _ := url.Parse(real.URL)
		to, _ := url.Parse(server.URL)
		c.Jar.SetCookies(to, c.Jar.Cookies(from))
		w.server = server
		visitors = append(visitors, c)
	}
	asked := 0
	for at, may := range agreed {
		method, path, both := strings.Cut(at, " ")
		if !both {
			method, path = http.MethodGet, at
		}
		path = strings.NewReplacer("{$}", "", "{id}", "1", "{ref}", "1-a", "{n}", "1", "{turno}", "1-1", "{tabela}", "dias.csv", "{hash}", "0a", "{protocolo}", "26052000000001", "{file}", "a.css").Replace(path)
		if path == "/" && !both {
			path = "/nowhere"
		}
		for i, c := range visitors {
			served = ""
			a := c.do(method, path, nil)
			asked++
			if (served == at) != (may[i] == "x") || served != "" && served != at {
				t.Errorf("%s as number %d: served %q with %d, agreed is %q", at, i, served, a.status, may[i])
			}
		}
	}
	if asked != 7*len(w.endpoints) {
		t.Errorf("%d asked for, of %d endpoints", asked, len(w.endpoints))
	}
}

// What somebody who enters is asked and told.
func TestEnter(t *testing.T) {
	w := open(t, func(c *Config) { c.Second = store.Roles[2:] })
	w.add("ana", store.Attendant)
	c := w.client()
	c.get("/pessoas?x=1").wants(t, 303, "/entrar?para=%2Fpessoas%3Fx%3D1")
	c.enter("ana", "errada").wants(t, 422, wrongPassword)
	c.enter("ninguem", password).wants(t, 422, wrongPassword)
	c.enter("Senha Digitada Aqui!", "x").wants(t, 422, wrongPassword)
	c.post("/entrar", "nome", " ANA ", "senha", password, "para", "/conta").wants(t, 303, "/conta")
	c.get("/conta").wants(t, 200, "Ana")
	c.get("/entrar?para=/conta").wants(t, 303, "/conta")
	for _, elsewhere := range []string{"https://example.org/", "//example.org", `/\example.org`, "javascript:alert(1)", "/entrar", "conta", "/\t/example.org"} {
		if to := aside(elsewhere); to != "/" {
			t.Errorf("after entering one may be sent to %q", to)
		}
	}
	c.get("/pessoas").wants(t, 403, "O seu papel")
	c.get("/nada").wants(t, 404, "Não existe nada")
	c.post("/sair").wants(t, 303, "/entrar?motivo=sair")
	c.get("/conta").wants(t, 303, "/entrar")

	// somebody new: given password, own password, second factor
	office := w.office
	given, err := office.Add(t.Context(), Actor{Name: "terminal:root"}, "Rita", "Rita", store.Supervisor)
	if err != nil {
		t.Fatal(err)
	}
	c = w.client()
	c.enter("rita", given).wants(t, 303, "/conta/senha")
	c.get("/").wants(t, 303, "/conta/senha")
	c.post("/conta/segundo-fator").wants(t, 403, "")
	c.post("/conta/senha", "nova", "curta", "repetida", "curta").wants(t, 422, "12 caracteres")
	c.post("/conta/senha", "nova", "rita rita rita", "repetida", "rita rita rita").wants(t, 422, "adivinhar")
	c.post("/conta/senha", "nova", given, "repetida", given).wants(t, 422, "a mesma")
	c.post("/conta/senha", "nova", password, "repetida", password+"!").wants(t, 422, "iguais")
	c.post("/conta/senha", "nova", password, "repetida", password).wants(t, 303, "/conta/segundo-fator")
	c.get("/").wants(t, 303, "/conta/segundo-fator")
	c.enter("rita", given).wants(t, 422, "não conferem")
	page := c.get("/conta/segundo-fator")
	secret, sealed := secretOn(t, page.text)
	c.post("/conta/segundo-fator", "segredo", sealed, "codigo", "000000").wants(t, 422, "não confere")
	done := c.post("/conta/segundo-fator", "segredo", sealed, "codigo", codeAt(secret, w.now().Unix()/stepSeconds))
	done.wants(t, 200, "Códigos de recuperação")
	c.get("/").wants(t, 200, "Rita")

	want := []string{
		"ana login_refused", "ana login", "ana logout", "terminal:root staff_added rita",
		"rita login", "rita password", "rita login_refused", "rita second_factor",
	}
	if got := w.deeds(); !slices.Equal(got, want) {
		t.Errorf("audit log:\n%q, want\n%q", got, want)
	}
	for _, never := range []string{password, given, "errada", "Senha Digitada", base32Plain.EncodeToString(secret)} {
		if strings.Contains(w.logged.String(), never) {
			t.Errorf("the log holds %q", never)
		}
	}
}

var (
	keyShown  = regexp.MustCompile(`digite esta chave: <code>([A-Z2-7 ]+)</code>`)
	keySealed = regexp.MustCompile(`name="segredo" value="([^"]+)"`)
)

// secretOn reads what the page of a second factor shows.
func secretOn(t *testing.T, page string) (secret []byte, sealed string) {
	t.Helper()
	shown, hidden := keyShown.FindStringSubmatch(page), keySealed.FindStringSubmatch(page)
	if shown == nil || hidden == nil {
		t.Fatal(page)
	}
	secret, err := base32Plain.DecodeString(strings.ReplaceAll(shown[1], " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return secret, hidden[1]
}

// Codes of RFC 6238, appendix B, cut to the six digits that apps show.
func TestCodes(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := codeAt(secret, at/stepSeconds); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

// A second factor: no page without it, no code twice, none of long ago, each
// recovery code once.
func TestSecondFactor(t *testing.T) {
	w := open(t)
	s := w.add("sonia", store.Supervisor)
	c := w.in("sonia")
	page := c.get("/conta/segundo-fator")
	secret, sealed := secretOn(t, page.text)
	code := func(steps int64) string { return codeAt(secret, w.now().Unix()/stepSeconds+steps) }
	c.post("/conta/segundo-fator", "segredo", sealed, "codigo", code(0), "atual", "errada").wants(t, 422, "atual não confere")
	c.post("/conta/segundo-fator", "segredo", sealed[:20], "codigo", code(0), "atual", password).wants(t, 404, "")
	done := c.post("/conta/segundo-fator", "segredo", sealed, "codigo", code(0), "atual", password)
	done.wants(t, 200, "Segundo fator cadastrado")
	recovery := regexp.MustCompile(`<code>([a-z2-7]{5}-[a-z2-7]{5})</code>`).FindAllStringSubmatch(done.text, -1)
	if len(recovery) != recoveryCodes {
		t.Fatal(done.text)
	}
	if bytes.Contains(w.read("sonia").Secret, secret) {
		t.Error("the secret is in the database as it is")
	}
	if _, err := w.unseal(s.ID+1, w.read("sonia").Secret); err == nil {
		t.Error("the secret can be somebody else's")
	}

	first := w.client()
	first.enter("sonia", password).wants(t, 303, "/entrar/codigo")
	first.get("/").wants(t, 303, "/entrar/codigo")
	first.get("/conta/senha").wants(t, 403, "")
	first.post("/entrar/codigo", "codigo", code(0)).wants(t, 422, "não vale") // taken at the enrolment
	w.wait(2 * stepSeconds * time.Second)
	first.post("/entrar/codigo", "codigo", code(-5)).wants(t, 422, "não vale")
	used := code(0)
	first.post("/entrar/codigo", "codigo", used[:3]+" "+used[3:]).wants(t, 303, "/")
	first.get("/").wants(t, 200, "Sonia")
	second := w.client()
	second.enter("sonia", password)
	second.post("/entrar/codigo", "codigo", used).wants(t, 422, "não vale")
	w.wait(time.Minute)
	second.post("/entrar/codigo", "codigo", strings.ToUpper(recovery[3][1])).wants(t, 303, "/")
	third := w.client()
	third.enter("sonia", password)
	third.post("/entrar/codigo", "codigo", recovery[3][1]).wants(t, 422, "não vale")
	w.wait(unfinished)
	third.get("/entrar/codigo").wants(t, 303, "/entrar")
	first.get("/conta").wants(t, 200, "9 códigos")
}

// How accesses end.
func TestAccesses(t *testing.T) {
	w := open(t)
	ana := w.add("ana", store.Attendant)
	w.add("davi", store.Administrator)
	page := "/pessoas/" + strconv.FormatInt(ana.ID, 10)
	gone := func(c client, why string) {
		t.Helper()
		if a := c.get("/"); a.status != http.StatusSeeOther {
			t.Errorf("%s, and the access goes on: %d", why, a.status)
		}
		if a := c.get("/sessao"); a.status != http.StatusUnauthorized {
			t.Errorf("%s, and the page is not told: %d", why, a.status)
		}
	}
	t.Run("not used", func(t *testing.T) {
		c := w.in("ana")
		w.wait(idle - time.Minute)
		c.get("/sessao").wants(t, 204, "") // asked by the page: no use
		w.wait(2 * time.Minute)
		gone(c, "it was not used")
	})
	t.Run("used", func(t *testing.T) {
		c := w.in("ana")
		for range 24 {
			w.wait(idle - time.Second)
			if a := c.post("/sessao"); a.status != http.StatusNoContent {
				t.Fatalf("it was used, and ended: %d", a.status)
			}
		}
		w.wait(time.Minute)
		gone(c, "it has lasted 12 hours")
	})
	t.Run("own", func(t *testing.T) {
		here, there := w.in("ana"), w.in("ana")
		list := here.get("/conta").text
		ids := regexp.MustCompile(`name="acesso" value="([^"]+)"`).FindAllStringSubmatch(list, -1)
		if len(ids) != 2 || strings.Count(list, ">este<") != 1 {
			t.Fatal(list)
		}
		other := ids[0][1]
		if strings.Index(list, ">este<") < strings.Index(list, ids[0][1]) {
			other = ids[1][1]
		}
		here.post("/conta/encerrar", "acesso", other).wants(t, 303, "/conta")
		gone(there, "it was ended from another")
		here.get("/").wants(t, 200, "Ana")
		there = w.in("ana")
		w.wait(time.Second)
		here.post("/conta/encerrar").wants(t, 303, "/entrar")
		gone(here, "all were ended")
		gone(there, "all were ended")
	})
	t.Run("new password", func(t *testing.T) {
		here, there := w.in("ana"), w.in("ana")
		w.wait(time.Second)
		here.post("/conta/senha", "atual", "errada", "nova", "um dia de muito sol", "repetida", "um dia de muito sol").wants(t, 422, "atual")
		here.post("/conta/senha", "atual", password, "nova", "um dia de muito sol", "repetida", "um dia de muito sol").wants(t, 303, "/conta")
		here.get("/").wants(t, 200, "Ana")
		gone(there, "the password is another")
		w.wait(time.Second)
		here.post("/conta/senha", "atual", "um dia de muito sol", "nova", password, "repetida", password).wants(t, 303, "/conta")
	})
	for what, do := range map[string]func(admin client){
		"ended by an admin": func(a client) { a.post(page+"/encerrar").wants(t, 303, page) },
		"another role": func(a client) {
			a.post(page, "mostrado", "Ana", "papel", "leitor").wants(t, 303, page)
		},
		"disabled": func(a client) {
			a.post(page+"/desativar").wants(t, 303, page)
			w.client().enter("ana", password).wants(t, 422, "não conferem")
			a.post(page+"/reativar").wants(t, 303, page)
		},
	} {
		t.Run(what, func(t *testing.T) {
			c, admin := w.in("ana"), w.in("davi")
			w.wait(time.Second)
			do(admin)
			gone(c, what)
			w.wait(time.Second)
		})
	}
	t.Run("reset", func(t *testing.T) {
		c, admin := w.in("ana"), w.in("davi")
		w.wait(time.Second)
		shown := admin.post(page + "/redefinir")
		shown.wants(t, 200, "três dias")
		given := regexp.MustCompile(`id="senha">([^<]+)<`).FindStringSubmatch(shown.text)[1]
		gone(c, "reset")
		c.enter("ana", password).wants(t, 422, "não conferem")
		c.enter("ana", given).wants(t, 303, "/conta/senha")
		w.wait(oneTimeLife)
		c.enter("ana", given).wants(t, 422, "não conferem")
	})
	t.Run("oneself", func(t *testing.T) {
		admin, own := w.in("davi"), "/pessoas/"+strconv.FormatInt(w.read("davi").ID, 10)
		for _, to := range []string{"/desativar", "/reativar", "/redefinir"} {
			admin.post(own+to).wants(t, 409, "outro administrador")
		}
		admin.post(own, "mostrado", "Davi", "papel", "leitor").wants(t, 303, own)
		if w.read("davi").Role != store.Administrator {
			t.Error("the last administrator is gone")
		}
	})
}

// Nobody is called as another is, whose conversations would be theirs then; and
// whoever enters where somebody is inside ends their access.
func TestOneName(t *testing.T) {
	w := open(t)
	w.add("davi", store.Administrator)
	ana := w.add("ana", store.Attendant)
	davi := w.in("davi")
	davi.post("/pessoas", "nome", "outra", "mostrado", " ÁNA ", "papel", "leitor").wants(t, 422, "quem é quem")
	davi.post("/pessoas", "nome", "outra", "mostrado", "Outra", "papel", "leitor").wants(t, 200, "outra")
	other := "/pessoas/" + strconv.FormatInt(w.read("outra").ID, 10)
	davi.post(other, "mostrado", "Ana", "papel", "leitor").wants(t, 422, "quem é quem")
	davi.post("/pessoas/"+strconv.FormatInt(ana.ID, 10), "mostrado", "ANA", "papel", "atendente").wants(t, 303, "/pessoas/")

	c := w.in("ana")
	old := w.client()
	at, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	old.Jar.SetCookies(at, c.Jar.Cookies(at))
	old.get("/conta").wants(t, 200, "Meus acessos")
	c.enter("davi", password).wants(t, 303, "/")
	old.get("/conta").wants(t, 303, "/entrar")
}

// A request that stays open ends with the access, and with the console.
func TestOpenRequests(t *testing.T) {
	t.Parallel()
	w := open(t)
	ana := w.add("ana", store.Attendant)
	began, ended := make(chan struct{}, 2), make(chan struct{}, 2)
	w.endpoints = append(w.endpoints, endpoint{At: "GET /test", May: staff, Quiet: true, Serve: func(_ *Console, rw http.ResponseWriter, r *http.Request, _ visitor) error {
		rw.WriteHeader(http.StatusOK)
		began <- struct{}{}
		<-r.Context().Done()
		ended <- struct{}{}
		return nil
	}})
	w.server.Config.Handler = w.Handler()
	var asked sync.WaitGroup
	defer asked.Wait()
	c := w.in("ana")
	asked.Go(func() { c.get("/test") })
	<-began
	if err := w.db.DisableStaff(t.Context(), ana.ID, new(w.now())); err != nil {
		t.Fatal(err)
	}
	<-ended
	if err := w.db.DisableStaff(t.Context(), ana.ID, nil); err != nil {
		t.Fatal(err)
	}
	w.wait(time.Second)
	c = w.in("ana")
	asked.Go(func() { c.get("/test") })
	<-began
	w.Close()
	<-ended
}

// Requests that other sites make a browser send are refused, whatever cookies
// come with them.
func TestOtherSites(t *testing.T) {
	w := open(t)
	w.add("davi", store.Administrator)
	c := w.in("davi")
	form := url.Values{"nome": {"intruso"}, "mostrado": {"Intruso"}, "papel": {"admin"}}
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "https://example.org"},
		{"Origin", "null"},
	} {
		c.do(http.MethodPost, "/pessoas", form, header...).wants(t, 403, "outro site")
	}
	if _, ok, err := w.db.StaffNamed(t.Context(), "intruso"); ok || err != nil {
		t.Error(ok, err)
	}
	c.do(http.MethodPost, "/pessoas", form, "Sec-Fetch-Site", "same-origin").wants(t, 200, "intruso")
}

// What every answer says to browsers.
func TestHeaders(t *testing.T) {
	w := open(t, func(c *Config) { c.URL = "https://console.example" })
	w.add("ana", store.Attendant)
	c := w.client()
	a := c.enter("ana", password)
	a.wants(t, 303, "/")
	cookies := strings.Join(a.header.Values("Set-Cookie"), "\n")
	for _, want := range []string{"__Host-acesso=", "__Host-aparelho="} {
		if !strings.Contains(cookies, want) {
			t.Errorf("cookies: %s", cookies)
		}
	}
	for _, k := range a.header.Values("Set-Cookie") {
		for _, want := range []string{"; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"} {
			if !strings.Contains(k, want) {
				t.Errorf("cookie without %q: %s", want, k)
			}
		}
	}
	for _, path := range []string{"/entrar", "/nada", "/"} {
		h := c.get(path).header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self';", "Cache-Control": "no-store",
			"X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age", "X-Frame-Options": "DENY",
		} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Error(csp)
		}
	}
	if h := c.get(assetPath("console.css")).header; !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Error(h)
	}
	c.do(http.MethodPost, "/entrar", url.Values{"nome": {strings.Repeat("a", maxBody)}}).wants(t, 422, "")
}

// Many wrong passwords make people wait, and never those who come with a browser
// they have entered with before.
func TestAttempts(t *testing.T) {
	w := open(t)
	w.add("ana", store.Attendant)
	known := w.in("ana")
	known.post("/sair")
	attacker := w.client()
	waits := 0
	for range 40 {
		if attacker.enter("ana", "adivinhada").status == http.StatusTooManyRequests {
			waits++
			w.wait(time.Second)
		}
	}
	if waits < 10 {
		t.Errorf("of 40 guesses only %d had to wait", waits)
	}
	known.enter("ana", password).wants(t, 303, "/")
	attacker.enter("ana", "adivinhada").wants(t, 429, "Espere")
	w.wait(10 * time.Minute) // the longest wait there is
	w.client().enter("ana", password).wants(t, 303, "/")
}

// Passwords are looked at a few at once, whatever comes in.
func TestHashesAtOnce(t *testing.T) {
	h := make(hashing, 1)
	h <- struct{}{}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := h.matches(ctx, password, ""); err == nil {
		t.Error("a second one is looked at")
	}
	if _, err := h.hash(ctx, password); err == nil {
		t.Error("a second one is made")
	}
	<-h
	hash, err := h.hash(t.Context(), password)
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Error(hash, err)
	}
	for typed, want := range map[string]bool{password: true, password + " ": false, "": false} {
		if right, err := h.matches(t.Context(), typed, hash); right != want || err != nil {
			t.Error(typed, right, err)
		}
	}
}

// A document is shown to who says why, and that is written down first.
func TestReveal(t *testing.T) {
	asked := ""
	w := open(t, func(c *Config) {
		c.Document = func(_ context.Context, session, protocol string) (string, bool, error) {
			asked = session + " " + protocol
			return "70000010111", session == "telegram:5579991234711", nil
		}
	})
	w.add("edu", store.Officer)
	c := w.in("edu")
	protocol := w.says("5579991234711", "oi", identified)
	page := "/conversas/" + protocol + "/documento"
	c.get(page).wants(t, 200, "telegram:…4711")
	for _, reason := range []string{"", "porque", "aaaaaaaaaaaa", "conferir 700.000.101-11 no cadastro", strings.Repeat("conferir ", 30)} {
		c.post(page, "motivo", reason).wants(t, 422, "erro")
	}
	if asked != "" {
		t.Errorf("without a reason the document of %q was read", asked)
	}
	c.post(page, "motivo", "conferir o titular antes de mudar").wants(t, 200, "700.000.101-11")
	if asked != "telegram:5579991234711 "+protocol {
		t.Errorf("the document of %q was read", asked)
	}
	w.says("whatsapp:1@lid", "oi", func(s *bot.Session) { s.Protocol = "26052000000001" })
	c.post("/conversas/26052000000001/documento", "motivo", "conferir o titular antes").wants(t, 200, "Ninguém se identificou")
	for _, address := range []string{"/conversas/99999999999999/documento", "/conversas/telegram:5579991234711/documento"} {
		c.get(address).wants(t, 404, "Não há conversa com este protocolo")
		c.post(address, "motivo", "conferir o titular antes").wants(t, 404, "Não há conversa com este protocolo")
	}
	entries, err := w.db.Audit(t.Context(), 0, "", "revealed", 10)
	if err != nil || len(entries) != 2 || entries[1].On != "telegram:...4711" || entries[1].Detail != "conferir o titular antes de mudar" || entries[0].On != "whatsapp:1" {
		t.Errorf("%+v %v", entries, err)
	}
	if strings.Contains(w.logged.String(), "70000010111") {
		t.Error("the document is in the log")
	}
}
