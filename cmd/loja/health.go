package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// health asks the loja that runs beside it whether it is ready. It is for
// containers, whose image has nothing else to ask with.
type health struct{}

// Run implements the verb.
func (health) Run(ctx context.Context) error {
	cfg, err := configure()
	if err != nil {
		return err
	}
	at, err := net.ResolveTCPAddr("tcp", cfg.StaffAddr)
	if err != nil {
		return fmt.Errorf("LOJA_STAFF_ADDR: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, local(at)+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("nobody answers on LOJA_STAFF_ADDR: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(response.Body, 200))
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(said)))
	}
	return nil
}
