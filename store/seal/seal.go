// Package seal signs what we issue, and checks such signatures.
//
// # What is signed
//
// The facts of a document as text, the same bytes for ever (Statement). They hold
// nothing personal: what the document is of, such as a bill of a property, is
// there as a hash with a salt that only we keep.
//
// # Why the link carries a seal
//
// The QR code of a document holds its facts and the signature, so that it can be
// checked without our database, and after the days for which that keeps it. The
// facts are packed, for a code that is read well must be small; the code alone,
// as it stands in print, is looked up.
//
// # Why keys are known by a hash
//
// A document must be checked for years after its key was put aside. Names are
// given and changed by people; the hash of the public key stays what it is.
package seal

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"lojavirtual/store"
)

// A Key signs documents, or only checks them if it has no private part.
type Key struct {
	Name    string // what people call it
	Public  ed25519.PublicKey
	private ed25519.PrivateKey // nil of a key put aside
}

// NewKey returns the key of a seed of 32 bytes.
func NewKey(name string, seed []byte) Key {
	private := ed25519.NewKeyFromSeed(seed)
	return Key{Name: name, Public: private.Public().(ed25519.PublicKey), private: private}
}

// ID is how documents name the key: 8 hexadecimal digits.
func (k Key) ID() string {
	id := k.tag()
	return hex.EncodeToString(id[:])
}

func (k Key) tag() (tag [4]byte) {
	sum := sha256.Sum256(k.Public)
	copy(tag[:], sum[:])
	return tag
}

// Signs tells whether the key can sign.
func (k Key) Signs() bool { return k.private != nil }

// A Ring is the keys that we have: the first signs, all check. A nil one signs
// nothing and knows no key.
type Ring struct{ keys []Key }

// NewRing returns a ring; the first key must be one that signs. Of keys with the
// same ID the first counts.
func NewRing(keys ...Key) *Ring {
	r := &Ring{}
	for _, k := range keys {
		if _, ok := r.key(k.ID()); !ok {
			r.keys = append(r.keys, k)
		}
	}
	return r
}

// Keys returns the keys, the one that signs first.
func (r *Ring) Keys() []Key { return r.keys }

func (r *Ring) key(id string) (Key, bool) {
	if r != nil {
		for _, k := range r.keys {
			if k.ID() == id {
				return k, true
			}
		}
	}
	return Key{}, false
}

// A Seal is a signature and the ID of the key it was made with. The zero one is
// none.
type Seal struct {
	Key       string
	Signature []byte
}

// Statement returns what is signed of a document: lines of ASCII, each ended by a
// line feed.
func Statement(d store.Document) []byte {
	return fmt.Appendf(nil, "lojavirtual document 1\ncode %s\nkind %s\nmonth %d\ncents %d\nissued %s\nof %x\n",
		d.Code, d.Kind, d.Month, d.Total, d.IssuedAt.UTC().Format(time.RFC3339Nano), d.Of)
}

// Sign seals a document with the first key.
func (r *Ring) Sign(d store.Document) Seal {
	if r == nil || len(r.keys) == 0 {
		return Seal{}
	}
	return Seal{Key: r.keys[0].ID(), Signature: ed25519.Sign(r.keys[0].private, Statement(d))}
}

// Check says whether a seal is of these facts: Authentic, KeyGone, or Altered.
func (r *Ring) Check(d store.Document, s Seal) store.Authenticity {
	k, ok := r.key(s.Key)
	switch {
	case !ok:
		return store.KeyGone
	case ed25519.Verify(k.Public, Statement(d), s.Signature):
		return store.Authentic
	default:
		return store.Altered
	}
}

// kinds are how links name the kinds of documents. Never change one.
var kinds = map[byte]store.DocumentKind{1: store.BillDocument, 2: store.StatementDocument, 3: store.ClearanceDocument}

// A packed link is these 36 bytes and the signature: 1, kind, month (3), cents
// (6), second of the Unix clock (5), what it is of (16), key (4).
const (
	factsSize = 36
	size      = factsSize + ed25519.SignatureSize
)

// digits are letters and digits that are not taken for each other in print.
var digits = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Link returns what follows /d/ in the document's QR code. It is the code alone
// if there is no seal, or if the facts are beyond what a link can hold.
func Link(d store.Document, s Seal) string {
	var kind byte
	for number, k := range kinds {
		if k == d.Kind {
			kind = number
		}
	}
	tag, err := hex.DecodeString(s.Key)
	if err != nil || len(tag) != 4 || len(s.Signature) != ed25519.SignatureSize || kind == 0 {
		return d.Code
	}
	var b [8]byte
	packed := append(make([]byte, 0, size), 1, kind)
	number := func(n int64, bytes int) {
		binary.BigEndian.PutUint64(b[:], uint64(n))
		packed = append(packed, b[8-bytes:]...)
	}
	number(int64(d.Month), 3)
	number(int64(d.Total), 6)
	number(d.IssuedAt.Unix(), 5)
	packed = append(packed, d.Of[:]...)
	packed = append(packed, tag...)
	link := d.Code + "." + digits.EncodeToString(append(packed, s.Signature...))
	if again, _, ok := unpack(link); !ok || string(Statement(again)) != string(Statement(d)) {
		return d.Code
	}
	return link
}

// unpack reads a link that Link could have made.
func unpack(link string) (d store.Document, s Seal, ok bool) {
	code, text, found := strings.Cut(link, ".")
	if !found || !codeForm.MatchString(code) || len(text) != digits.EncodedLen(size) {
		return d, s, false
	}
	p, err := digits.DecodeString(text) // 100 bytes fill 160 digits: no bit is left to be anything
	if err != nil || len(p) != size || p[0] != 1 || kinds[p[1]] == "" {
		return d, s, false
	}
	number := func(from, bytes int) (n int64) {
		for _, b := range p[from : from+bytes] {
			n = n<<8 | int64(b)
		}
		return n
	}
	d = store.Document{
		Code: code, Kind: kinds[p[1]], Month: store.Month(number(2, 3)), Total: store.Money(number(5, 6)),
		IssuedAt: time.Unix(number(11, 5), 0).UTC(), Of: [16]byte(p[16:32]), Sealed: hex.EncodeToString(p[32:36]), Link: link,
	}
	return d, Seal{Key: d.Sealed, Signature: p[36:]}, true
}

// ReadLink checks what follows /d/ in a QR code, by the keys alone. The answer is
// Authentic, or WrongLink and no document: of facts that nobody vouches for
// nothing may be shown. Ok is false if it is no such link but perhaps a code.
func (r *Ring) ReadLink(link string) (d store.Document, a store.Authenticity, ok bool) {
	if len(link) <= longestCode {
		return store.Document{}, "", false
	}
	d, s, read := unpack(link)
	if !read || r.Check(d, s) != store.Authentic {
		return store.Document{}, store.WrongLink, true
	}
	return d, store.Authentic, true
}

// longestCode is what people may type for a code, with all they put between its
// letters; longer is a link.
const longestCode = 60

// NewCode returns the code of a new document, of 60 random bits: nobody finds
// another's document by guessing.
func NewCode() string {
	var bits [8]byte
	_, _ = rand.Read(bits[:]) // it never fails
	return digits.EncodeToString(bits[:])[:12]
}

var codeForm = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{12}$`)

// ReadCode understands the code of a document as people type it, with anything
// between its letters and digits, and the letters that it never has for the
// digits they look like.
func ReadCode(typed string) (code string, ok bool) {
	code = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, typed)))
	if !codeForm.MatchString(code) {
		return "", false
	}
	return code, true
}
