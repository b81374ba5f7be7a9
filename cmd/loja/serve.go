package main

import (
	"context"
	"os"
)

// serve runs in production.
type serve struct{}

// configure reads the variables and sees that those needed are given.
func configure(needed ...string) (config, error) {
	cfg, err := loadConfig(os.Environ())
	if err != nil {
		return cfg, err
	}
	return cfg, cfg.require(needed...)
}

// Run implements the verb.
func (serve) Run(ctx context.Context) error {
	cfg, err := configure("LOJA_DATABASE_URL", "LOJA_REDIS_URL", "LOJA_SECRET")
	if err != nil {
		return err
	}
	l, err := open(ctx, cfg, newLogger(cfg, os.Stderr))
	if err != nil {
		return err
	}
	defer l.Close()
	if isDemo(l.operator) {
		l.log.Warn("LOJA_OPERATOR: " + demoPayee)
	}
	if do := cfg.unreachable(); do != "" {
		l.log.Warn("LOJA_PUBLIC_URL: " + do)
	}
	return l.run(ctx, nil)
}
