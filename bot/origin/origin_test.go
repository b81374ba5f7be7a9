package origin

import (
	"net/http"
	"net/http/httptest"
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
		if got := Address(r, test.proxies); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}
