package embedded

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres is a private PostgreSQL server. Its methods may be called from
// several goroutines.
type Postgres struct {
	keeper  *keeper
	command []string
	release release
	log     *slog.Logger

	templates sync.Mutex
	filled    map[string]bool // templates that are ready
}

// StartPostgres starts a private PostgreSQL, with the data of Options.Dir if
// there is any, and returns when it answers. The context bounds the start
// alone, not the server's life; Close ends that, or the end of this process,
// whichever way it ends. Data of a PostgreSQL that this machine does not have,
// and a folder that another program uses, are errors; data is never converted
// or removed.
//
// The server speaks UTF-8 and the time of Maceió, takes 100 connections, and
// trusts whoever can open its socket: this user and root. Its log is not kept.
func StartPostgres(ctx context.Context, o Options) (*Postgres, error) {
	if !hooked.Load() {
		return nil, errNotHooked
	}
	began := time.Now()
	home, err := o.kept("postgresql")
	if err != nil {
		return nil, err
	}
	major, err := dataMajor(home)
	if err != nil {
		return nil, err
	}
	data := ""
	if major != 0 {
		data = filepath.Join(home, strconv.Itoa(major))
	}
	who, err := dataOwner(data)
	if err != nil {
		return nil, err
	}
	found, err := climb(ctx, o, who)
	if err != nil {
		return nil, err
	}
	r, err := choose(found, major, data)
	if err != nil {
		return nil, err
	}

	stop := syscall.SIGQUIT // at once: the data goes anyway
	if home != "" {
		stop = syscall.SIGINT
	}
	k, err := startKeeper(ctx, duty{Memory: o.memory, Lock: home, Wait: 3 * time.Second, Owner: who, Stop: stop})
	if err != nil {
		return nil, err
	}
	p := &Postgres{keeper: k, release: r, log: o.log(), filled: map[string]bool{}}
	if err := p.start(ctx, home); err != nil {
		return nil, errors.Join(err, k.close())
	}
	p.log.Info("private PostgreSQL", "version", r.version, "from", r.bin,
		"data", cmp.Or(home, "temporary"), "took", time.Since(began).Round(time.Millisecond))
	return p, nil
}

// start makes the data folder if there is none and starts the server.
func (p *Postgres) start(ctx context.Context, home string) error {
	temporary := home == ""
	if temporary {
		home = p.keeper.folder
	}
	data := filepath.Join(home, strconv.Itoa(p.release.major))
	if _, err := os.Stat(data); err != nil {
		if err := p.initdb(ctx, data, temporary); err != nil {
			return err
		}
	}
	set := []string{
		"listen_addresses=",
		"unix_socket_directories=" + p.keeper.folder,
		"unix_socket_permissions=0700",
		"max_connections=100",
		"TimeZone=America/Maceio",
		"lc_messages=C",        // the keeper waits for the English words
		"log_min_messages=log", // no ERROR: a statement may hold a CPF
		"log_destination=stderr",
		"logging_collector=off",
	}
	if temporary {
		set = append(set,
			"fsync=off",
			"synchronous_commit=off",
			"full_page_writes=off",
			"wal_level=minimal",
			"max_wal_senders=0",
			"shared_buffers=32MB",
			"dynamic_shared_memory_type=mmap", // in the data folder, so that it goes with it
		)
	}
	p.command = []string{filepath.Join(p.release.bin, "postgres"), "-D", data}
	for _, s := range set {
		p.command = append(p.command, "-c", s)
	}
	return p.keeper.do(ctx, order{Serve: p.command})
}

// initdb makes a data folder. It appears under its name when it is whole.
func (p *Postgres) initdb(ctx context.Context, data string, temporary bool) error {
	unfinished := data + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	var first error
	for _, locale := range []string{"C.UTF-8", "C"} { // old Macs know only the second
		args := []string{
			filepath.Join(p.release.bin, "initdb"), "-D", unfinished,
			"-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=" + locale,
		}
		if temporary {
			args = append(args, "--no-sync")
		}
		err := p.keeper.do(ctx, order{Run: args})
		if err == nil {
			return os.Rename(unfinished, data)
		}
		if first == nil {
			first = err
		}
		if !strings.Contains(err.Error(), "locale") {
			break
		}
	}
	return first
}

// dataMajor returns the version of the data in a folder, 0 if there is none.
func dataMajor(home string) (int, error) {
	if home == "" {
		return 0, nil
	}
	entries, err := os.ReadDir(home)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	newest := 0
	for _, e := range entries {
		major, err := strconv.Atoi(e.Name())
		if err != nil || major <= newest {
			continue
		}
		said, err := os.ReadFile(filepath.Join(home, e.Name(), "PG_VERSION"))
		if err != nil {
			return 0, fmt.Errorf("%s holds something that is not PostgreSQL's data: choose another folder: %w", home, err)
		}
		if strings.TrimSpace(string(said)) != e.Name() {
			return 0, fmt.Errorf("%s holds data of PostgreSQL %s: choose another folder",
				filepath.Join(home, e.Name()), strings.TrimSpace(string(said)))
		}
		newest = major
	}
	return newest, err
}

// climb returns the PostgreSQL there is, after a download if there is none.
func climb(ctx context.Context, o Options, who *owner) ([]release, error) {
	cache, err := cacheFolder(who)
	if err != nil {
		return nil, err
	}
	found := releases(ctx, cache)
	if len(found) > 0 {
		return found, nil
	}
	if err := fetchPostgres(ctx, cache, o.Mirror, o.log()); err != nil {
		return nil, errNoPostgres(err)
	}
	if found = releases(ctx, cache); len(found) == 0 {
		return nil, errNoPostgres(errors.New("what was downloaded does not run here"))
	}
	return found, nil
}

// choose returns the newest PostgreSQL, or the one that made the data.
func choose(found []release, major int, data string) (release, error) {
	if major == 0 {
		return found[0], nil
	}
	i := slices.IndexFunc(found, func(r release) bool { return r.major == major })
	if i < 0 {
		return release{}, fmt.Errorf("%s is data of PostgreSQL %d and this machine has PostgreSQL %s: install version %d or choose another folder",
			data, major, found[0].version, major)
	}
	return found[i], nil
}

// Kind says what the server is, for a log: "PostgreSQL 15.20".
func (p *Postgres) Kind() string { return "PostgreSQL " + p.release.version }

// URL returns the address of a database on the server, for pgx. The first
// database is called postgres, as is the user, who may do anything.
func (p *Postgres) URL(database string) string {
	u := url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: url.Values{
		"host":    {p.keeper.folder},
		"port":    {"5432"}, // part of the socket's name
		"user":    {"postgres"},
		"sslmode": {"disable"},
	}.Encode()}
	return u.String()
}

// Close stops the server and waits for it; temporary data is gone afterwards.
// Open connections are cut. Calling it again does nothing.
func (p *Postgres) Close() error { return p.keeper.close() }

// Kill kills the server with SIGKILL, as a crash of the machine would, to see
// how a program bears it.
func (p *Postgres) Kill(ctx context.Context) error {
	return p.keeper.do(ctx, order{Kill: true})
}

// Restart starts a killed server on the same data, at the same address.
func (p *Postgres) Restart(ctx context.Context) error {
	return p.keeper.do(ctx, order{Serve: p.command})
}

// Template makes a database once and has it filled; later calls with the name
// do nothing. If fill fails, the database is dropped and the next call tries
// again. A finished template takes no connections: it is there to be cloned.
// Close what fill opens before it returns.
func (p *Postgres) Template(ctx context.Context, name string, fill func(ctx context.Context, url string) error) error {
	p.templates.Lock()
	defer p.templates.Unlock()
	if p.filled[name] {
		return nil
	}
	id := pgx.Identifier{name}.Sanitize()
	if err := runSQL(ctx, p.URL("postgres"), "DROP DATABASE IF EXISTS "+id+" WITH (FORCE)", "CREATE DATABASE "+id); err != nil {
		return fmt.Errorf("template %s: %w", name, err)
	}
	if err := fill(ctx, p.URL(name)); err != nil {
		dropped := runSQL(context.WithoutCancel(ctx), p.URL("postgres"), "DROP DATABASE "+id+" WITH (FORCE)")
		return fmt.Errorf("template %s: %w", name, errors.Join(err, dropped))
	}
	if err := runSQL(ctx, p.URL("postgres"), "ALTER DATABASE "+id+" ALLOW_CONNECTIONS false"); err != nil {
		return fmt.Errorf("template %s: %w", name, err)
	}
	p.filled[name] = true
	return nil
}

// Clone copies a database, in tens of milliseconds, and returns the copy's
// address and a function that drops it, cutting its connections. Nobody may be
// connected to the original meanwhile.
func (p *Postgres) Clone(ctx context.Context, template string) (url string, drop func(), err error) {
	name := "clone_" + strings.ToLower(rand.Text())
	create := "CREATE DATABASE " + name + " TEMPLATE " + pgx.Identifier{template}.Sanitize()
	if p.release.major >= 15 {
		create += " STRATEGY FILE_COPY"
	}
	if err := runSQL(ctx, p.URL("postgres"), create); err != nil {
		return "", nil, fmt.Errorf("clone %s: %w", template, err)
	}
	return p.URL(name), func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := runSQL(ctx, p.URL("postgres"), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			p.log.Warn("drop a cloned database", "error", err)
		}
	}, nil
}

// runSQL runs statements of which some cannot run in a transaction, each by itself.
func runSQL(ctx context.Context, url string, statements ...string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	for _, s := range statements {
		if _, err = conn.Exec(ctx, s); err != nil {
			break
		}
	}
	return errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
}
