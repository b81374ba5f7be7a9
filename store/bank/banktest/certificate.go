package banktest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Files are where a certificate, its key and its authority are kept, in PEM.
type Files struct {
	Certificate, PrivateKey, CA string
}

func (f Files) pair() (certificate, key string) { return f.Certificate, f.PrivateKey }

// An authority issues certificates.
type authority struct {
	own  *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(tb testing.TB) *authority {
	a := &authority{key: newKey(tb), pool: x509.NewCertPool()}
	template := frame("banktest CA")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err == nil {
		a.own, err = x509.ParseCertificate(raw)
	}
	if err != nil {
		tb.Fatal(err)
	}
	a.pool.AddCert(a.own)
	return a
}

// issue writes a certificate for loopback, of a client or a server, to files that
// go with the test.
func (a *authority) issue(tb testing.TB, name string) Files {
	tb.Helper()
	key, template := newKey(tb), frame(name)
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.own, &key.PublicKey, a.key)
	if err != nil {
		tb.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	write := func(name, kind string, raw []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}), 0o600); err != nil {
			tb.Fatal(err)
		}
		return path
	}
	return Files{
		write("cert.pem", "CERTIFICATE", raw),
		write("key.pem", "PRIVATE KEY", secret),
		write("ca.pem", "CERTIFICATE", a.own.Raw),
	}
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// frame is what all certificates have in common.
func frame(name string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
}
