// Package origin tells from where a request comes, for limits and for what staff
// are shown.
package origin

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Address is who asks: the other end of the connection, or of the first of our
// proxies, each of which adds the address it was asked from. What stands before
// those in X-Forwarded-For was written by who knows whom. Of IPv6 it is the half
// that a network is given, since its owner may use any of the rest.
func Address(r *http.Request, proxies int) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if proxies > 0 {
		passed := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		host = strings.TrimSpace(passed[max(0, len(passed)-proxies)])
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if address = address.Unmap(); address.Is6() {
		if network, err := address.Prefix(64); err == nil {
			return network.String()
		}
	}
	return address.String()
}
