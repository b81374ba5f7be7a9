package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
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
	var logged bytes.Buffer
	var limited bool
	log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelWarn}))
	cfg := configured(t, log)
	db, err := postgres.Open(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	code, err := db.Issue(t.Context(), "key", "segunda-via", 1043722, store.Bill{ID: 900022, Month: 202603, Total: 14000})
	if err != nil {
		t.Fatal(err)
	}
	year, err := db.Issue(t.Context(), "another key", "quitacao", 1188453, store.Bill{Month: store.YearOf(2025), Total: 97848})
	if err != nil {
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
		{public + "/metrics", 404, ""}, // staff's alone
		{public + "/", 200, "assistente virtual"},
		{public + "/d/" + strings.ToLower(code), 200, "R$\u00a0140,00"},
		{public + "/d/" + typed, 200, "Gerado em"},
		{public + "/d/" + year, 200, "<dd>ano de 2025</dd>"},
		{public + "/d/" + year, 200, "quitação anual"},
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
	if strings.Contains(logged.String(), "document") { // whoever likes could fill the log
		t.Errorf("logged: %s", &logged)
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
	const limit = 300 * time.Millisecond
	read := func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, "not all of it came", http.StatusBadRequest)
		}
	}
	for name, handler := range map[string]http.HandlerFunc{"read": read, "left": func(http.ResponseWriter, *http.Request) {}} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(within(limit, handler))
			defer server.Close()
			pause(t, server.URL)(20 * time.Second)

			var reused bool
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }})
			for range 2 {
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
				time.Sleep(2 * limit)
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
