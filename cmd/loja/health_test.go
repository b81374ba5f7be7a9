package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealth(t *testing.T) {
	status := http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			status = http.StatusNotFound
		}
		http.Error(w, "away: redis", status)
	}))
	defer s.Close()
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for _, addr := range []string{"127.0.0.1:" + port, ":" + port, "0.0.0.0:" + port} {
		t.Setenv("LOJA_STAFF_ADDR", addr)
		if err := (health{}).Run(t.Context()); err != nil {
			t.Errorf("ready on %s: %v", addr, err)
		}
	}
	status = http.StatusServiceUnavailable
	if err := (health{}).Run(t.Context()); err == nil || err.Error() != "not ready: away: redis" {
		t.Errorf("not ready: %v", err)
	}
	s.Close()
	if err := (health{}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "LOJA_STAFF_ADDR") {
		t.Errorf("not there: %v", err)
	}
}
