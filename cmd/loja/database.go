package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/postgres"
)

// migrate creates or upgrades our own schema.
type migrate struct {
	Print bool `help:"Show the SQL instead of running it."`
}

// Run implements the verb.
func (m migrate) Run(ctx context.Context) error {
	if m.Print {
		fmt.Print(postgres.MigrationSQL())
		return nil
	}
	cfg, err := configure("LOJA_DATABASE_URL")
	if err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, cfg.DatabaseURL); err != nil {
		return err
	}
	fmt.Println("schema loja is up to date")
	return nil
}

// seed writes the demo people.
type seed struct {
	IfEmpty    bool  `help:"Leave a database that has data as it is, and call that success."`
	Properties int   `default:"0" help:"Random properties besides the demo people."`
	Seed       int64 `default:"1" help:"The same seed makes the same properties."`
}

// Run implements the verb.
func (s seed) Run(ctx context.Context) error {
	cfg, err := configure("LOJA_DATABASE_URL")
	if err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, cfg.DatabaseURL); err != nil {
		return err
	}
	err = postgres.Seed(ctx, cfg.DatabaseURL, s.Properties, s.Seed, store.DateOf(time.Now()))
	if errors.Is(err, postgres.ErrNotEmpty) {
		if s.IfEmpty {
			fmt.Println("the database has data and was left as it is")
			return nil
		}
		return fmt.Errorf("LOJA_DATABASE_URL: %w", err)
	}
	if err != nil {
		return err
	}
	printPeople(os.Stdout)
	return nil
}
