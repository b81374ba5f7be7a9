package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/flows/scan"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
	"lojavirtual/store/seal"
)

func get(t *testing.T, address string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// What operators see of a loja, and what they are told before they start one.
func TestPages(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	var limited bool
	log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelWarn}))
	cfg := configured(t, log)
	db, err := postgres.Open(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	issue := func(keys *seal.Ring, kind store.DocumentKind, b store.Bill) store.Document {
		t.Helper()
		db.Seals = keys
		d, err := db.Issue(t.Context(), rand.Text(), kind, 1043722, b)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	unsealed := issue(nil, store.StatementDocument, store.Bill{Total: 1})
	bill := issue(cfg.seals(), store.BillDocument, store.Bill{ID: 900022, Month: 202603, Total: 14000})
	declared := issue(cfg.seals(), store.ClearanceDocument, store.Bill{Month: store.YearOf(2025), Total: 97848})
	gone := issue(seal.NewRing(seal.NewKey("another", bytes.Repeat([]byte{1}, 32))), store.StatementDocument, store.Bill{Total: 1})
	altered := issue(cfg.seals(), store.BillDocument, store.Bill{ID: 900022, Month: 202603, Total: 14000})
	code := bill.Code
	conn, err := pgx.Connect(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // the test is over
	if _, err := conn.Exec(t.Context(), `UPDATE loja.document SET cents = 14001 WHERE code = $1`, altered.Code); err != nil {
		t.Fatal(err)
	}
	l, err := open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, stop := context.WithCancel(t.Context())
	doors, ended := make(chan [2]string, 1), make(chan error, 1)
	go func() { ended <- l.run(ctx, func(public, staff string) { doors <- [2]string{public, staff} }) }()
	at := <-doors
	public, staff := at[0], at[1]

	slow := pause(t, public)
	typed := url.PathEscape(" " + strings.NewReplacer("0", "o", "1", "l").Replace(code[:4]+"-"+code[4:8]+" "+code[8:]))
	for _, test := range []struct {
		page   string
		status int
		words  string
	}{
		{staff + "/healthz", 200, "ok"},
		{staff + "/readyz", 200, "ready"},
		{staff + "/metrics", 200, "loja_queue_waiting"},
		{staff + "/metrics", 200, `loja_whatsapp_state{state="not_paired"} 1`},
		{public + "/metrics", 404, ""}, // staff's alone
		{public + "/", 200, "assistente virtual"},
		{public + "/d/" + strings.ToLower(code), 200, "R$\u00a0140,00"},
		{public + "/d/" + typed, 200, "Emitido em"},
		{public + "/d/" + bill.Link, 200, "✔ Documento autêntico"},
		{public + "/d/" + bill.Link, 200, "quem recebe é <strong>Companhia"},
		{public + "/d/" + bill.Link[:100], 404, "Não confirmado"},
		{public + "/d/" + code + declared.Link[12:], 404, "Não confirmado"},
		{public + "/d/" + declared.Code, 200, "<dd>ano de 2025</dd>"},
		{public + "/d/" + declared.Code, 200, "quitação anual"},
		{public + "/d/" + unsealed.Code, 200, "ainda não levavam assinatura"},
		{public + "/d/" + gone.Code, 200, "Não dá mais para conferir"},
		{public + "/d/" + altered.Code, 404, "✘ Documento não autêntico"},
		{public + "/d/keys", 200, `"x":"` + base64.RawURLEncoding.EncodeToString(cfg.seals().Keys()[0].Public) + `"`},
		{public + "/d/ABCDEFGHJKMN", 404, "código <strong>ABCDEFGHJKMN</strong>"},
		{public + "/d/ABCD", 404, "tem 12 letras e números"},
		{public + "/d/ABCDEFGHJKMU", 404, "tem 12 letras e números"}, // no code has a U
		{public + "/d/%00", 404, "não encontrado"},
		{public + "/d/%3Cscript%3E", 404, "não encontrado"},
	} {
		if status, body := get(t, test.page); status != test.status || !strings.Contains(body, test.words) {
			t.Errorf("%s: %d without %q\n%s", test.page, status, test.words, body)
		}
	}
	copied, ok, err := l.db.BillCopy(t.Context(), 1043722, 900022)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	pdf, err := l.print(t.Context(), "a visit", copied, store.PixCode{})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := l.print(t.Context(), "a visit", copied, store.PixCode{}); err != nil || !bytes.Equal(pdf, again) {
		t.Error("R6: the same visit gave out another document", err)
	}
	if !testing.Short() { // under the race detector it takes a minute
		read, err := scan.Codes(t.Context(), pdf)
		i := slices.IndexFunc(read, func(code string) bool { return strings.HasPrefix(code, public+"/d/") })
		if err != nil || i < 0 {
			t.Fatalf("no address to check it in %q, %v", read, err)
		}
		if status, body := get(t, read[i]); status != 200 || !strings.Contains(body, "✔ Documento autêntico") || !strings.Contains(body, copied.Total.String()) || strings.Contains(body, "MARIA") {
			t.Errorf("its page: %d %s", status, body)
		}
	}
	for range 300 {
		if status, _ := get(t, public+"/d/ABCD"); status == http.StatusTooManyRequests {
			limited = true
			break
		}
	}
	if !limited {
		t.Error("one address may look up as many codes as it likes")
	}
	slow(2 * bodyTime)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, want := range []string{"level=ERROR msg=\"a row of loja.document is not what was sealed", "LOJA_SIGNING_KEYS"} {
		if strings.Count(logged.String(), want) != 1 { // and of no other, or whoever likes could fill the log
			t.Errorf("logged not once %s: %s", want, &logged)
		}
	}
	if strings.Contains(logged.String(), altered.Code) || strings.Contains(logged.String(), gone.Code) {
		t.Errorf("logged a code: %s", &logged)
	}
}

// pause posts the beginning of a message and returns what waits, no longer than
// it is told, for the server to give it up.
func pause(t *testing.T, site string) (end func(wait time.Duration)) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(site, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, "POST /chat/messages HTTP/1.1\r\nHost: loja\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	return func(wait time.Duration) {
		t.Helper()
		if err := conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
			t.Fatal(err)
		}
		if said, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a post that does not end is open after %v; it was told %q", wait, said)
		}
	}
}

// A body has its time, whether or not anybody reads it, and the connection
// goes on after one that came.
func TestWithin(t *testing.T) {
	const limit = time.Second // for two bytes, on a machine that does other things as well
	read := func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, "not all of it came", http.StatusBadRequest)
		}
	}
	for name, handler := range map[string]http.HandlerFunc{"read": read, "left": func(http.ResponseWriter, *http.Request) {}} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(within(limit, handler))
			defer server.Close()
			pause(t, server.URL)(time.Minute)

			var reused bool
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }})
			for n := range 2 {
				if n > 0 {
					time.Sleep(2 * limit) // the limit of the one before does not count any more
				}
				request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("{}"))
				if err != nil {
					t.Fatal(err)
				}
				response, err := server.Client().Do(request)
				if err != nil {
					t.Fatal(err)
				}
				_ = response.Body.Close()
				if response.StatusCode != http.StatusOK {
					t.Error(response.Status)
				}
			}
			if !reused {
				t.Error("the connection was not kept")
			}
		})
	}
}

// Doctor passes a sound configuration and names what is wrong with another.
func TestDoctor(t *testing.T) {
	cfg := configured(t, slog.New(slog.DiscardHandler))
	conn, err := pgx.Connect(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), "UPDATE cadastro.sistema_parametros SET parm_cdempresafebraban = NULL") // the operator has one
	if err := errors.Join(err, conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	sound := []string{
		"LOJA_DATABASE_URL=" + cfg.DatabaseURL, "LOJA_REDIS_URL=" + cfg.RedisURL,
		"LOJA_SECRET=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "LOJA_PUBLIC_URL=https://loja.example", "LOJA_PROXIES=1",
	}
	var out bytes.Buffer
	r := &round{out: &out}
	r.visit(t.Context(), sound)
	for line := range strings.Lines(out.String()) {
		ours := strings.HasPrefix(line, "FAIL  LOJA_OPERATOR") || strings.HasPrefix(line, "FAIL  Redis append-only")
		if strings.HasPrefix(line, "FAIL") != ours { // a demo's operator, and a test's Redis
			t.Error(line)
		}
	}
	if r.made < 10 {
		t.Errorf("doctor looked at %d things:\n%s", r.made, &out)
	}

	out.Reset()
	r = &round{out: &out}
	r.visit(t.Context(), []string{
		"LOJA_DATABASE_URL=postgres://nobody:hidden@127.0.0.1:1/gsan?connect_timeout=2", "LOJA_REDIS_URL=redis://127.0.0.1:1",
		"LOJA_TELEGRAM_TOKEN=123", "LOJA_HTTP_ADR=:80",
	})
	for _, words := range []string{"database of LOJA_DATABASE_URL: ", "Redis of LOJA_REDIS_URL: ", "LOJA_SECRET: is missing", "LOJA_TELEGRAM_TOKEN: ", "did you mean LOJA_HTTP_ADDR?"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("doctor does not say %q:\n%s", words, &out)
		}
	}
	if strings.Contains(out.String(), "hidden") {
		t.Errorf("doctor tells the password:\n%s", &out)
	}

	out.Reset()
	(&round{out: &out}).visit(t.Context(), nil)
	if !strings.Contains(out.String(), "FAIL  LOJA_SECRET: is missing") || strings.Contains(out.String(), "ok    variables") {
		t.Errorf("doctor is content with variables that are missing:\n%s", &out)
	}
}

// Ctrl-C leaves no process, socket or file behind.
func TestDemoLeavesNothing(t *testing.T) {
	temporary := t.TempDir()
	demo := startDemo(t, "TMPDIR="+temporary)
	if status, _ := get(t, demo.staff+"/readyz"); status != http.StatusOK {
		t.Errorf("not ready: %d", status)
	}
	demo.stop(t)
	left, err := os.ReadDir(temporary)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range left {
		t.Errorf("it left %s behind", file.Name())
	}
}

// Seed fills an empty database, refuses any other, and lets containers call
// that well.
func TestSeed(t *testing.T) {
	url := embedded.DatabaseForTest(t, "nothing", func(context.Context, string) error { return nil })
	seed := func(args ...string) (said string, err error) {
		c := command(t, append([]string{"seed"}, args...)...)
		c.Env = append(c.Env, "LOJA_DATABASE_URL="+url)
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if said, err := seed("--properties", "3"); err != nil || !strings.Contains(said, "MARIA DAS DORES SANTOS") {
		t.Fatalf("seed: %v\n%s", err, said)
	}
	if said, err := seed(); err == nil || !strings.Contains(said, "the database is not empty") {
		t.Errorf("seed again: %v\n%s", err, said)
	}
	if said, err := seed("--if-empty"); err != nil || !strings.Contains(said, "left as it is") {
		t.Errorf("seed --if-empty: %v\n%s", err, said)
	}
}
