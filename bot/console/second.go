package console

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what RFC 6238 and every app for it use
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"
)

// Codes of the second factor: RFC 6238 with what every app knows, six digits,
// 30 seconds, SHA-1.
const (
	stepSeconds   = 30
	codeDigits    = 6
	stepsEarlier  = 1 // that are still taken: telephones' clocks go wrong
	stepsLater    = 1
	recoveryCodes = 10
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// codeAt is the code of a step (RFC 4226 of the step's number).
func codeAt(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&0xf:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", codeDigits, n%1_000_000)
}

// stepOf returns the step around now that a code belongs to; ok is false if it
// belongs to none.
func stepOf(secret []byte, code string, now time.Time) (step int64, ok bool) {
	this := now.Unix() / stepSeconds
	for step := this - stepsEarlier; step <= this+stepsLater; step++ {
		if hmac.Equal([]byte(code), []byte(codeAt(secret, step))) {
			return step, true
		}
	}
	return 0, false
}

// newSecret makes the secret of a second factor.
func newSecret() []byte {
	secret := make([]byte, sha1.Size)
	_, _ = rand.Read(secret) // never fails
	return secret
}

// setup is what an app reads off the QR code.
func setup(utility, name string, secret []byte) string {
	q := url.Values{"secret": {base32Plain.EncodeToString(secret)}, "issuer": {utility}}
	label := url.PathEscape(utility + ":" + name)
	return "otpauth://totp/" + label + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// A drawing is a QR code as the path of a picture of so many units.
type drawing struct {
	Size int
	Path string
}

// drawQR draws a text as a QR code with its margin.
func drawQR(text string) (drawing, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return drawing{}, err
	}
	const margin = 4
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+margin, y+margin)
			}
		}
	}
	return drawing{code.Size + 2*margin, path.String()}, nil
}

// seal encrypts the secret of a person's second factor, so that a copy of the
// database has none.
func (c *Console) seal(person int64, secret []byte) []byte {
	return c.sealer("second").Seal(nil, nil, secret, strconv.AppendInt(nil, person, 10))
}

var errSealed = errors.New("a second factor cannot be read: was LOJA_SECRET changed? loja staff reset NAME gives a new one")

// unseal reads what seal made for the same person.
func (c *Console) unseal(person int64, sealed []byte) ([]byte, error) {
	secret, err := c.sealer("second").Open(nil, nil, sealed, strconv.AppendInt(nil, person, 10))
	if err != nil {
		return nil, errSealed
	}
	return secret, nil
}

// sealer encrypts for one use, with a random nonce in front.
func (c *Console) sealer(use string) cipher.AEAD {
	block, err := aes.NewCipher(c.sum("seal "+use, ""))
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has blocks of 16 bytes
	}
	return gcm
}

// sum is a keyed hash of a text, for one use.
func (c *Console) sum(use, text string) []byte {
	mac := hmac.New(sha256.New, c.Secret)
	_, _ = mac.Write([]byte(use + "\x00" + text))
	return mac.Sum(nil)
}

// newRecovery makes the codes that stand in for a lost second factor, and what is
// kept of them.
func (c *Console) newRecovery(person int64) (codes, hashes []string) {
	for range recoveryCodes {
		text := strings.ToLower(rand.Text()[:10])
		codes = append(codes, text[:5]+"-"+text[5:])
		hashes = append(hashes, c.recoveryHash(person, text))
	}
	return codes, hashes
}

// recoveryHash is what is kept of a code, as people type it.
func (c *Console) recoveryHash(person int64, typed string) string {
	plain := strings.Map(func(r rune) rune {
		switch r {
		case '0':
			return 'o' // the codes have letters and 2 to 7
		case '1':
			return 'l'
		case '-', ' ':
			return -1
		}
		return r
	}, strings.ToLower(typed))
	return base64.RawURLEncoding.EncodeToString(c.sum("recovery", strconv.FormatInt(person, 10)+" "+plain))
}
