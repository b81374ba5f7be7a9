package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"

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
	log := slog.New(slog.DiscardHandler)
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
		{public + "/d/ABCD", 404, "não encontrado"},
		{public + "/d/%3Cscript%3E", 404, "&lt;SCRIPT&gt;"},
	} {
		if status, body := get(t, test.page); status != test.status || !strings.Contains(body, test.words) {
			t.Errorf("%s: %d without %q\n%s", test.page, status, test.words, body)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Doctor passes a sound configuration and names what is wrong with another.
func TestDoctor(t *testing.T) {
	cfg := configured(t, slog.New(slog.DiscardHandler))
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
