package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/card/democard"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
	"lojavirtual/store/taxid"
)

// demo runs everything in one process with nothing to install.
type demo struct {
	Data       string `placeholder:"DIR" help:"Keep the data in this folder; without it all is removed at the end."`
	Properties int    `default:"0" help:"Random properties besides the demo people."`
}

// Run implements the verb.
func (d demo) Run(ctx context.Context) error {
	cfg, err := configure()
	if err != nil {
		return err
	}
	log := newLogger(cfg, os.Stderr)
	if !cfg.given["LOJA_STAFF_SECOND_FACTOR"] {
		cfg.StaffSecond = nil // nobody has to take a phone out to look at a demo
	}
	began := time.Now()
	if cfg.Operator == "" && cfg.DatabaseURL == "" { // nothing made up says of a real bill that it is paid
		company, err := startCompany()
		if err != nil {
			return err
		}
		defer company.Close()
		cfg.cards = append(cfg.cards, company.card)
	}
	l, err := openDemo(ctx, cfg, d.Data, d.Properties, log)
	if err != nil {
		return err
	}
	defer l.Close()
	password := ""
	if cfg.DatabaseURL == "" {
		if password, err = l.addDemoStaff(ctx); err != nil {
			return err
		}
	}
	return l.run(ctx, func(public, staff string) {
		log.Info("ready", "took", time.Since(began).Round(time.Millisecond))
		d.welcome(os.Stdout, public, staff, password, cfg.cards)
	})
}

// welcome prints where to go and whom to be.
func (d demo) welcome(w io.Writer, public, staff, password string, cards []store.CardCompany) {
	fmt.Fprintf(w, "\n  Chat    %s\n", public)
	for _, c := range cards {
		fmt.Fprintf(w, "  Cards   %s: a made-up company, which asks for no card and moves no money\n", c.Address)
	}
	fmt.Fprintf(w, "  Health  %s/readyz and %s/metrics\n  Staff   %s  ", staff, staff, staff)
	if password == "" {
		fmt.Fprintln(w, "add yourself: loja staff add NAME --role admin")
	} else {
		fmt.Fprintf(w, "names: leitor, atendente, supervisor, encarregado, admin; password of each: %s\n", password)
	}
	fmt.Fprintln(w, "\n  People to try: give the matrícula, then the CPF or CNPJ.")
	fmt.Fprintln(w)
	printPeople(w)
	fmt.Fprintf(w, "\n  Ctrl-C ends it and %s.\n\n", d.ending())
}

func (d demo) ending() string {
	if d.Data == "" {
		return "removes all data"
	}
	return "keeps the data in " + d.Data
}

// printPeople lists the demo people as a table.
func printPeople(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  MATRÍCULA\tCPF / CNPJ\tNAME\tWHAT IS SPECIAL")
	for _, p := range postgres.DemoPeople() {
		for _, property := range p.Properties {
			fmt.Fprintf(table, "  %d\t%s\t%s\t%s\n", property, cmp.Or(taxid.Print(p.Document), "(none)"), p.Name, p.Special)
		}
	}
	_ = table.Flush()
}

// openDemo opens a loja on the demo data, kept in dir if that is not "", and
// starts what it needs for that. Close stops it again.
func openDemo(ctx context.Context, cfg config, dir string, properties int, log *slog.Logger) (*loja, error) {
	private, err := startStores(ctx, &cfg, dir, log)
	if err == nil {
		err = fill(ctx, cfg.DatabaseURL, properties, log)
	}
	return openOn(ctx, cfg, log, private, err)
}

// openData opens a loja on the database of LOJA_DATABASE_URL as it is, or else
// on the demo data.
func openData(ctx context.Context, cfg config, properties int, log *slog.Logger) (*loja, error) {
	if cfg.DatabaseURL == "" {
		return openDemo(ctx, cfg, "", properties, log)
	}
	private, err := startStores(ctx, &cfg, "", log)
	return openOn(ctx, cfg, log, private, err)
}

// openOn opens a loja that stops its private stores when it is closed, or at
// once if there was an error in starting them or there is one now.
func openOn(ctx context.Context, cfg config, log *slog.Logger, private stores, err error) (*loja, error) {
	var l *loja
	if err == nil {
		l, err = open(ctx, cfg, log)
	}
	if err != nil {
		private.Close()
		return nil, err
	}
	l.private = private
	return l, nil
}

// fill writes the demo people, and more properties, into an empty database. One
// that has data is used as it is.
func fill(ctx context.Context, url string, properties int, log *slog.Logger) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	err := postgres.Seed(ctx, url, properties, 1, store.DateOf(time.Now()))
	if errors.Is(err, postgres.ErrNotEmpty) {
		log.Info("the database has data already and is used as it is")
		return nil
	}
	return err
}

// stores are the private servers of a demo, those that no variable names.
type stores []io.Closer

// Close stops the servers.
func (s stores) Close() {
	for _, server := range s {
		if err := server.Close(); err != nil {
			slog.Warn("stop a private server", "error", err)
		}
	}
}

// startStores starts what LOJA_DATABASE_URL and LOJA_REDIS_URL do not name, and
// writes into cfg where it is. What was started is returned with an error too.
func startStores(ctx context.Context, cfg *config, dir string, log *slog.Logger) (started stores, err error) {
	options := embedded.Options{Dir: dir, Log: log}
	if len(cfg.Secret) == 0 {
		if cfg.Secret, err = demoSecret(dir); err != nil {
			return nil, err
		}
	}
	if cfg.RedisURL == "" {
		redis, err := embedded.StartRedis(ctx, options)
		if err != nil {
			return started, err
		}
		started = append(started, redis)
		cfg.RedisURL = redis.URL()
	}
	if cfg.DatabaseURL == "" {
		pg, err := embedded.StartPostgres(ctx, options)
		if err != nil {
			return started, err
		}
		started = append(started, pg)
		cfg.DatabaseURL = pg.URL("postgres")
	}
	return started, nil
}

// demoSecret makes the secret, and keeps it where the data is kept.
func demoSecret(dir string) ([]byte, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	if dir == "" {
		return secret, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "secret")
	kept, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return secret, os.WriteFile(file, secret, 0o600)
	}
	return kept, err
}

// A demoCompany is a card company on a port of this machine, which forgets all
// when it ends.
type demoCompany struct {
	card   store.CardCompany
	server *http.Server
}

// startCompany starts a demo's card company. Close it after use.
func startCompany() (_ *demoCompany, err error) {
	key := rand.Text() + rand.Text()
	file, err := os.CreateTemp("", "loja-demo-*.key")
	if err != nil {
		return nil, fmt.Errorf("keep the key of the demo's card company: %w", err)
	}
	_, err = file.WriteString(key)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(file.Name())
		return nil, fmt.Errorf("keep the key of the demo's card company: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		_ = os.Remove(file.Name())
		return nil, fmt.Errorf("listen for the demo's card company: %w", err)
	}
	address := local(listener.Addr())
	c := &demoCompany{
		card: store.CardCompany{
			ID: "demo", Name: democard.Name, Costs: democard.Costs, Kind: store.SignedCard, Address: address, SecretFile: file.Name(),
		},
		server: &http.Server{Handler: democard.New(address, []byte(key)), ReadHeaderTimeout: 10 * time.Second},
	}
	go func() { _ = c.server.Serve(listener) }() // until it is closed
	return c, nil
}

// Close ends the company and removes its key.
func (c *demoCompany) Close() {
	_ = c.server.Close()
	_ = os.Remove(c.card.SecretFile)
}
