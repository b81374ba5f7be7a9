package webchat

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

func TestAddress(t *testing.T) {
	for _, test := range []struct {
		from, passed string
		proxies      int
		want         string
	}{
		{"10.0.0.7:999", "203.0.113.9", 0, "10.0.0.7"}, // anybody may write the header
		{"10.0.0.7:999", "203.0.113.9", 1, "203.0.113.9"},
		{"10.0.0.7:999", "1.1.1.1, 203.0.113.9", 1, "203.0.113.9"}, // written by who asks
		{"10.0.0.7:999", "1.1.1.1, 203.0.113.9, 10.0.0.8", 2, "203.0.113.9"},
		{"[2001:db8:1:2:3::4]:999", "", 0, "2001:db8:1:2::/64"},
		{"10.0.0.7:999", "", 1, ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/chat", nil)
		r.RemoteAddr = test.from
		if test.passed != "" {
			r.Header.Set("X-Forwarded-For", test.passed)
		}
		if got := address(r, test.proxies); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

func TestCrowds(t *testing.T) {
	c := crowds{most: 2}
	var evicted []string
	enter := func(who, name string) func() {
		return c.enter(who, func() { evicted = append(evicted, name) })
	}
	first, second := enter("maria", "first"), enter("maria", "second")
	other := enter("joana", "other")
	third := enter("maria", "third")
	first() // has gone already
	second()
	fourth := enter("maria", "fourth")
	if !slices.Equal(evicted, []string{"first"}) {
		t.Errorf("evicted: %q", evicted)
	}
	third()
	fourth()
	other()
	if len(c.each) != 0 {
		t.Errorf("still remembered: %v", c.each)
	}
}
