//go:build unix

package embedded

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestPostgres(t *testing.T) {
	defer goleak.VerifyNone(t)
	began := time.Now()
	a, err := StartPostgres(t.Context(), quiet(""))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s, cold start %v", a.Kind(), time.Since(began))
	b, err := StartPostgres(t.Context(), quiet(""))
	if err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]string{
		"SHOW server_encoding":  "UTF8",
		"SHOW TimeZone":         "America/Maceio",
		"SHOW max_connections":  "100",
		"SHOW listen_addresses": "",
		"SHOW fsync":            "off",
		"SELECT upper('água')":  "ÁGUA",
	} {
		if got := query(t, a.URL("postgres"), sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	if err := runSQL(t.Context(), a.URL("postgres"), "CREATE DATABASE a"); err != nil {
		t.Error(err)
	}
	if got := query(t, b.URL("postgres"), "SELECT count(*)::text FROM pg_database WHERE datname = 'a'"); got != "0" {
		t.Error("the two servers are one")
	}
	for _, p := range []*Postgres{a, b} {
		if err := errors.Join(p.Close(), p.Close()); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(p.keeper.folder); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the folder is still there: %v", err)
		}
	}
	if _, err := tryQuery(t.Context(), a.URL("postgres"), "SELECT '1'"); err == nil {
		t.Error("a closed server answers")
	}
}

func TestKeptData(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := filepath.Join(openDir(t), "with a space", "and a name so long that no socket could lie in it", strings.Repeat("x", 60))
	start := func() *Postgres {
		t.Helper()
		began := time.Now()
		p, err := StartPostgres(t.Context(), quiet(dir))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("started in %v", time.Since(began))
		return p
	}
	stop := func(p *Postgres) {
		t.Helper()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}

	p := start()
	if err := runSQL(t.Context(), p.URL("postgres"), "CREATE TABLE t (x text)", "INSERT INTO t VALUES ('kept')"); err != nil {
		t.Fatal(err)
	}
	if got := query(t, p.URL("postgres"), "SHOW fsync"); got != "on" {
		t.Errorf("fsync is %s", got)
	}
	if other, err := StartPostgres(t.Context(), quiet(dir)); err == nil {
		t.Error("two servers on the same data", other.Close())
	} else if !strings.Contains(err.Error(), "in use by another program") {
		t.Errorf("the second program hears %q", err)
	}
	stop(p)

	p = start()
	if got := query(t, p.URL("postgres"), "SELECT x FROM t"); got != "kept" {
		t.Errorf("after a restart the table holds %q", got)
	}
	if err := p.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := tryQuery(t.Context(), p.URL("postgres"), "SELECT '1'"); err == nil {
		t.Error("a killed server answers")
	}
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := query(t, p.URL("postgres"), "SELECT x FROM t"); got != "kept" {
		t.Errorf("after a crash the table holds %q", got)
	}
	if err := p.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop(p)

	p = start() // finds a stale postmaster.pid
	if got := query(t, p.URL("postgres"), "SELECT x FROM t"); got != "kept" {
		t.Errorf("after the next start the table holds %q", got)
	}
	stop(p)
}

func TestOtherData(t *testing.T) {
	tests := []struct {
		name, folder, version, want string
	}{
		{"of a version we don't have", "9", "9\n", "install version 9 or choose another folder"},
		{"of another version than its folder says", "15", "16\n", "holds data of PostgreSQL 16"},
		{"not ours", "15", "", "not PostgreSQL's data"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := openDir(t)
			data := filepath.Join(dir, "postgresql", test.folder)
			if err := os.MkdirAll(data, 0o755); err != nil {
				t.Fatal(err)
			}
			precious := filepath.Join(data, "precious")
			if err := os.WriteFile(precious, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if test.version != "" {
				if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte(test.version), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p, err := StartPostgres(t.Context(), quiet(dir))
			if err == nil {
				t.Fatal("started", p.Close())
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %q", err)
			}
			if _, err := os.Stat(precious); err != nil {
				t.Error("data was removed")
			}
		})
	}
}

// TestDownload has no PostgreSQL but what a mirror of Maven Central gives it:
// the one of this machine, packed the same way.
func TestDownload(t *testing.T) {
	if _, err := exec.LookPath("xz"); err != nil {
		t.Skip("needs xz to pack an archive")
	}
	found := releases(t.Context(), "")
	if len(found) == 0 {
		t.Skip("no PostgreSQL here to be packed")
	}
	jar := pack(t, found[0].bin)
	gets := 0
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, ".jar"):
			gets++
			_, _ = w.Write(jar)
		case strings.HasSuffix(r.URL.Path, ".sha256"):
			_, _ = fmt.Fprintf(w, "%x", sha256.Sum256(jar))
		default:
			http.NotFound(w, r)
		}
	}))
	defer mirror.Close()

	cache := nothingInstalled(t)
	var group sync.WaitGroup
	for range 2 { // at once: one of them downloads
		group.Go(func() {
			o := quiet("")
			o.Mirror = mirror.URL
			p, err := StartPostgres(t.Context(), o)
			if err != nil {
				t.Error(err)
				return
			}
			if !strings.HasPrefix(p.release.bin, cache) {
				t.Errorf("runs %s", p.release.bin)
			}
			if _, err := tryQuery(t.Context(), p.URL("postgres"), "SELECT '1'"); err != nil {
				t.Error(err)
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if gets != 1 {
		t.Errorf("downloaded %d times", gets)
	}
	left, _ := filepath.Glob(filepath.Join(cache, "loja", "*"))
	if len(left) != 2 { // the binaries and the lock
		t.Errorf("the cache holds %v", left)
	}
}

// TestDownloadGivenUp: Ctrl-C need not wait for a mirror that does not answer.
func TestDownloadGivenUp(t *testing.T) {
	asked, done := make(chan struct{}), make(chan struct{})
	mirror := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(asked)
		<-done
	}))
	defer mirror.Close()
	defer close(done)
	cache := nothingInstalled(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { <-asked; cancel() }()
	o := quiet("")
	o.Mirror = mirror.URL
	if _, err := StartPostgres(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(cache, "loja", "loja-*")); len(left) > 0 {
		t.Errorf("left in the cache: %v", left)
	}
}

// pack makes an archive like those of io.zonky.test.postgres.
func pack(t *testing.T, bin string) []byte {
	t.Helper()
	archive := filepath.Join(t.TempDir(), "postgres.txz")
	cmd := exec.Command("sh", "-c", `tar -ch bin/initdb bin/postgres lib/*.so | xz -0 >"$0"`, archive)
	cmd.Dir = filepath.Dir(bin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tar: %v: %s", err, out)
	}
	body, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	var jar bytes.Buffer
	z := zip.NewWriter(&jar)
	w, err := z.Create("postgres-linux-x86_64.txz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return jar.Bytes()
}

// nothingInstalled hides this machine's PostgreSQL for the test and returns
// the user's cache, which is empty.
func nothingInstalled(t *testing.T) (cache string) {
	t.Helper()
	cache = openDir(t)
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	t.Setenv("PATH", "")
	before := places
	places = nil
	t.Cleanup(func() { places = before })
	return cache
}

// TestLastRung: nothing installed and no way to the network.
func TestLastRung(t *testing.T) {
	nothingInstalled(t)
	var said bytes.Buffer
	o := Options{Mirror: "http://127.0.0.1:1", Log: textLog(&said)}
	p, err := StartPostgres(t.Context(), o)
	if err == nil {
		t.Fatal("started", p.Close())
	}
	t.Log(err)
	for _, want := range []string{"apt install postgresql", "brew install postgresql", "LOJA_DATABASE_URL"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %q", want, err)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than a line: %q", err)
	}
	if !strings.Contains(said.String(), "downloading") {
		t.Errorf("the log does not tell of the download: %q", said.String())
	}
}

func TestClone(t *testing.T) {
	demo := "demo " + rand.Text() // another with each -count
	fills := 0
	fill := func(ctx context.Context, url string) error {
		fills++
		return runSQL(ctx, url, "CREATE TABLE people (name text)", "INSERT INTO people VALUES ('Maria')")
	}
	if err := ForTest(t).Template(t.Context(), "broken", func(context.Context, string) error { return os.ErrInvalid }); !errors.Is(err, os.ErrInvalid) {
		t.Errorf("a template that cannot be filled: %v", err)
	}
	a, b := DatabaseForTest(t, demo, fill), DatabaseForTest(t, demo, fill)
	if fills != 1 {
		t.Errorf("filled %d times", fills)
	}
	if err := runSQL(t.Context(), a, "DELETE FROM people"); err != nil {
		t.Error(err)
	}
	if got := query(t, b, "SELECT name FROM people"); got != "Maria" {
		t.Errorf("the other clone holds %q", got)
	}
	var url string
	t.Run("dropped at the end", func(t *testing.T) { url = DatabaseForTest(t, demo, fill) })
	if _, err := tryQuery(t.Context(), url, "SELECT '1'"); err == nil {
		t.Error("a clone outlives its test")
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			url, drop, err := ForTest(t).Clone(t.Context(), demo)
			if err != nil {
				t.Error(err)
				return
			}
			defer drop()
			if _, err := tryQuery(t.Context(), url, "SELECT name FROM people"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func BenchmarkClone(b *testing.B) {
	p := ForTest(b)
	if err := p.Template(b.Context(), "bench", func(context.Context, string) error { return nil }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, drop, err := p.Clone(b.Context(), "bench")
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		drop()
		b.StartTimer()
	}
}
