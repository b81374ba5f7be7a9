package main

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// The people of the console from the terminal: added, listed, let in, reset, put
// out; and the audit log of all that, which tells when somebody was at it.
func TestStaffVerbs(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log)
	said := func(status int, args ...string) string {
		t.Helper()
		c := command(t, args...)
		c.Env = append(c.Env, "LOJA_DATABASE_URL="+cfg.DatabaseURL, "LOJA_REDIS_URL="+cfg.RedisURL)
		out, err := c.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) || c.ProcessState.ExitCode() != status {
			t.Errorf("loja %q: %v, want status %d\n%s", args, err, status, out)
		}
		return string(out)
	}
	given := func(text string) string {
		t.Helper()
		m := regexp.MustCompile(`password\s+(\S+)`).FindStringSubmatch(text)
		if m == nil {
			t.Fatal(text)
		}
		return m[1]
	}
	first := given(said(done, "staff", "add", "Davi", "--role", "admin", "--shown", "Davi Alves"))
	if text := said(failed, "staff", "add", "davi", "--role", "leitor"); !strings.Contains(text, "loja staff reset davi") {
		t.Error(text)
	}
	said(misused, "staff", "add", "josé", "--role", "leitor")
	said(misused, "staff", "add", "jose", "--role", "chefe")
	said(misused, "staff", "add", "jose", "--role", "leitor", "--shown", strings.Repeat("é", 61))
	said(failed, "staff", "disable", "ninguem")
	if text := said(done, "staff", "list"); !regexp.MustCompile(`davi\s+Davi Alves\s+admin\s+password\s+first login until`).MatchString(text) {
		t.Error(text)
	}

	staff, stop := serving(t, cfg, log)
	enter := func(password string) (status int, to string) {
		t.Helper()
		jar, _ := cookiejar.New(nil) // never fails
		client := http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		response, err := client.PostForm(staff+"/entrar", url.Values{"nome": {"davi"}, "senha": {password}}) //nolint:noctx // the test has an end
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode, response.Header.Get("Location")
	}
	if status, to := enter(first); status != http.StatusSeeOther || to != "/conta/senha" {
		t.Error(status, to)
	}
	second := given(said(done, "staff", "reset", "davi"))
	if status, _ := enter(first); status != http.StatusUnprocessableEntity {
		t.Error(status)
	}
	said(done, "staff", "disable", "davi")
	if status, _ := enter(second); status != http.StatusUnprocessableEntity {
		t.Error(status)
	}
	said(done, "staff", "enable", "davi")
	if status, _ := enter(second); status != http.StatusSeeOther {
		t.Error(status)
	}
	stop()

	text := said(done, "audit", "verify")
	head := regexp.MustCompile(`head (\d+:[0-9a-f]{64})`).FindStringSubmatch(text)
	if head == nil || strings.Contains(text, "LOJA_REDIS_URL") {
		t.Fatal(text)
	}
	said(done, "audit", "verify", "--head", head[1])
	said(misused, "audit", "verify", "--head", "12")
	conn, err := pgx.Connect(t.Context(), cfg.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // the test is over
	if _, err := conn.Exec(t.Context(), `ALTER TABLE loja.audit DISABLE TRIGGER audit_only_grows; DELETE FROM loja.audit WHERE seq = (SELECT max(seq) FROM loja.audit)`); err != nil {
		t.Fatal(err)
	}
	if text := said(failed, "audit", "verify"); !strings.Contains(text, "is missing, with all up to the last") { // Redis knows
		t.Error(text)
	}
}

// The logins that the demo prints: one a role, the same as long as the data is kept.
func TestDemoStaff(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log, "LOJA_STAFF_SECOND_FACTOR=none")
	var passwords [2]string
	for i := range passwords {
		l, err := open(t.Context(), cfg, log)
		if err != nil {
			t.Fatal(err)
		}
		passwords[i], err = l.addDemoStaff(t.Context())
		l.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	if passwords[0] != passwords[1] {
		t.Error("it is another at the next start")
	}
	staff, _ := serving(t, cfg, log)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, role := range store.Roles {
		response, err := client.PostForm(staff+"/entrar", url.Values{"nome": {string(role)}, "senha": {passwords[0]}}) //nolint:noctx // the test has an end
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if to := response.Header.Get("Location"); to != "/" {
			t.Errorf("%s comes to %q with %d", role, to, response.StatusCode)
		}
	}
}
