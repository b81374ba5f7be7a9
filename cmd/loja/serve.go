package main

import (
	"context"
	"net"
	"os"
	"strings"
	"time"

	"lojavirtual/flows/scan"
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
	if door, _, err := net.SplitHostPort(cfg.StaffAddr); err == nil && !isLoopback(door) && !strings.HasPrefix(cfg.StaffURL, "https:") {
		l.log.Warn("LOJA_STAFF_URL: set it to the https:// address at which staff reach the console: passwords and cookies are safe only there")
	}
	// After a start there is more to do than to compile what reads PDFs.
	defer time.AfterFunc(time.Minute, scan.Prepare).Stop()
	return l.run(ctx, nil)
}

// isLoopback tells whether only this machine reaches an address.
func isLoopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }
