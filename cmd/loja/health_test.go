package main

import (
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
	t.Setenv("LOJA_STAFF_ADDR", strings.TrimPrefix(s.URL, "http://"))
	if err := (health{}).Run(t.Context()); err != nil {
		t.Errorf("ready: %v", err)
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
