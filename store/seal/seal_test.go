package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base32"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/seal"
)

func seed(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

var (
	young = seal.NewKey("2027", seed(2))
	old   = seal.NewKey("2026", seed(1))
)

func bill() store.Document {
	return store.Document{
		Code: "7K2Q93HMXD4P", Kind: store.BillDocument, Month: 202605, Total: 16923,
		IssuedAt: time.Date(2026, 5, 20, 9, 30, 15, 0, store.Zone), Of: [16]byte{0xab, 15: 0x01},
	}
}

// TestStatement: these bytes are signed on paper that people keep for years.
func TestStatement(t *testing.T) {
	const want = "lojavirtual document 1\ncode 7K2Q93HMXD4P\nkind segunda-via\nmonth 202605\ncents 16923\n" +
		"issued 2026-05-20T12:30:15Z\nof ab000000000000000000000000000001\n"
	if got := string(seal.Statement(bill())); got != want {
		t.Errorf("%q", got)
	}
	if old.ID() != "34750f98" { // SHA-256 of the public key 8a88e3dd…
		t.Errorf("the key's ID is %s", old.ID())
	}
	s := seal.NewRing(old).Sign(bill())
	if !ed25519.Verify(old.Public, []byte(want), s.Signature) || s.Key != old.ID() {
		t.Error("others could not check it")
	}
	const link = "7K2Q93HMXD4P.040G65VD000000223C06M3D9AYNG00000000000000000000000K8X8FK"
	if got := seal.Link(bill(), s); !strings.HasPrefix(got, link[:20]) || len(got) != 173 {
		t.Errorf("the link is %s", got)
	}
}

// TestRotation: a new key signs, and what the old one signed goes on being ours
// while anything of it is kept.
func TestRotation(t *testing.T) {
	d := bill()
	before := seal.NewRing(old).Sign(d)
	link := seal.Link(d, before)
	public := seal.Key{Name: "2026", Public: old.Public}
	for name, c := range map[string]struct {
		ring       *seal.Ring
		want, link store.Authenticity
	}{
		"both":        {seal.NewRing(young, old), store.Authentic, store.Authentic},
		"public part": {seal.NewRing(young, public), store.Authentic, store.Authentic},
		"named anew":  {seal.NewRing(young, seal.NewKey("another name", seed(1))), store.Authentic, store.Authentic},
		"twice":       {seal.NewRing(young, old, old), store.Authentic, store.Authentic},
		"taken away":  {seal.NewRing(young), store.KeyGone, store.WrongLink},
		"none":        {nil, store.KeyGone, store.WrongLink},
	} {
		if got := c.ring.Check(d, before); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		read, got, ok := c.ring.ReadLink(link)
		if !ok || got != c.link || (got == store.Authentic) != (string(seal.Statement(read)) == string(seal.Statement(d))) {
			t.Errorf("%s: the link is %s, want %s: %+v", name, got, c.link, read)
		}
		if s := c.ring.Sign(d); c.ring != nil && s.Key != young.ID() {
			t.Errorf("%s: signed with %s", name, s.Key)
		}
	}
	if s := (*seal.Ring)(nil).Sign(d); s.Key != "" || seal.Link(d, s) != d.Code {
		t.Errorf("sealed without a key: %+v", s)
	}
}

// TestLinkHolds: a link that cannot hold the facts exactly holds none.
func TestLinkHolds(t *testing.T) {
	ring := seal.NewRing(young)
	for name, change := range map[string]func(*store.Document){
		"plain":              func(*store.Document) {},
		"statement, a year":  func(d *store.Document) { d.Kind, d.Month = store.StatementDocument, 0 },
		"clearance, nothing": func(d *store.Document) { d.Kind, d.Month, d.Total = store.ClearanceDocument, store.YearOf(2025), 0 },
		"the most":           func(d *store.Document) { d.Total = 1<<48 - 1 },
	} {
		d := bill()
		change(&d)
		read, a, ok := ring.ReadLink(seal.Link(d, ring.Sign(d)))
		if !ok || a != store.Authentic || !bytes.Equal(seal.Statement(read), seal.Statement(d)) {
			t.Errorf("%s: %s, %+v", name, a, read)
		}
	}
	for name, change := range map[string]func(*store.Document){
		"another kind":      func(d *store.Document) { d.Kind = "guia" },
		"too much":          func(d *store.Document) { d.Total = 1 << 48 },
		"negative":          func(d *store.Document) { d.Total = -1 },
		"parts of a second": func(d *store.Document) { d.IssuedAt = d.IssuedAt.Add(time.Millisecond) },
	} {
		d := bill()
		change(&d)
		if got := seal.Link(d, ring.Sign(d)); got != d.Code {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestReadCode(t *testing.T) {
	for typed, want := range map[string]string{
		"7K2Q93HMXD4P": "7K2Q93HMXD4P", " 7k2q-93hm xd4p ": "7K2Q93HMXD4P", "oOlLiI3HMXD4": "0011113HMXD4",
		"7K2Q93HMXD4": "", "7K2Q93HMXD4PP": "", "7K2Q93HMXD4U": "", "": "", "\x00": "", "７K2Q93HMXD4P": "",
	} {
		if got, ok := seal.ReadCode(typed); got != want || ok != (want != "") {
			t.Errorf("%q: %q", typed, got)
		}
	}
	for range 100 {
		if code := seal.NewCode(); len(code) != 12 || strings.Trim(code, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") != "" {
			t.Fatal(code)
		}
	}
}

// TestMutated: of 100,000 changed links and seals none is said to be ours.
func TestMutated(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 5_000
	}
	ring := seal.NewRing(young, old)
	encoding := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
	one, other := bill(), bill()
	other.Code, other.Total = seal.NewCode(), 99
	r := rand.New(rand.NewPCG(1, 2))
	links := []string{seal.Link(one, ring.Sign(one)), seal.Link(other, ring.Sign(other)), seal.Link(one, seal.NewRing(old).Sign(one))}
	seals := []seal.Seal{ring.Sign(one), ring.Sign(other), seal.NewRing(old).Sign(one)}
	genuine := map[string]bool{}
	for _, l := range links {
		if _, a, _ := ring.ReadLink(l); a != store.Authentic {
			t.Fatal("a genuine link is", a)
		}
		genuine[l] = true
	}
	packed := func(link string, change func([]byte)) string {
		p, err := encoding.DecodeString(link[13:])
		if err != nil {
			t.Fatal(err)
		}
		change(p)
		return link[:13] + encoding.EncodeToString(p)
	}
	letters := "0123456789ABCDEFGHJKMNPQRSTVWXYZabcILOU.-_=%/\x00\r\n é"
	mutations := []func(l, from string) string{
		func(l, _ string) string {
			i := r.IntN(len(l))
			return l[:i] + string(letters[r.IntN(len(letters))]) + l[i+1:]
		},
		func(l, _ string) string {
			i := r.IntN(len(l))
			return l[:i] + string(letters[r.IntN(len(letters))]) + l[i:]
		},
		func(l, _ string) string { i := r.IntN(len(l)); return l[:i] + l[i+1:] },
		func(l, _ string) string { return l[:r.IntN(len(l))] },
		func(l, _ string) string { return l + string(letters[r.IntN(len(letters))]) },
		func(l, from string) string { i := r.IntN(len(l)); return l[:i] + from[i:] },
		func(l, from string) string { return from[:12] + l[12:] }, // another's code
		func(l, from string) string { // another's signature
			return packed(l, func(p []byte) { s, _ := encoding.DecodeString(from[13:]); copy(p[36:], s[36:]) })
		},
		func(l, from string) string { // another's facts
			return packed(l, func(p []byte) { s, _ := encoding.DecodeString(from[13:]); copy(p[:32], s[:32]) })
		},
		func(l, from string) string { // another's key
			return packed(l, func(p []byte) { s, _ := encoding.DecodeString(from[13:]); copy(p[32:36], s[32:36]) })
		},
		func(l, _ string) string { return packed(l, func(p []byte) { p[r.IntN(len(p))] ^= 1 << r.IntN(8) }) },
		func(l, _ string) string { return packed(l, func(p []byte) { p[r.IntN(36)] = byte(r.IntN(256)) }) },
		func(l, _ string) string { return packed(l, func(p []byte) { clear(p[36+32*r.IntN(2):]) }) },
		func(l, _ string) string { return strings.ToLower(l) },
		func(l, _ string) string { // the same number modulo the order of the group, which is another signature of old libraries
			return packed(l, func(p []byte) { addOrder(p[68:]) })
		},
	}
	for i := range n {
		l, from := links[r.IntN(len(links))], links[r.IntN(len(links))]
		m := mutations[i%len(mutations)](l, from)
		if genuine[m] {
			continue
		}
		_, a, ok := ring.ReadLink(m)
		if a == store.Authentic {
			t.Fatalf("accepted %q, made of %q", m, l)
		}
		if code, reads := seal.ReadCode(m); !ok && reads && code != l[:12] && code != from[:12] && len(m) > 60 {
			t.Fatalf("%q is taken for the code %s", m, code)
		}
		if i%5 > 0 {
			continue
		}
		d, s := one, seals[r.IntN(len(seals))]
		s.Signature = bytes.Clone(s.Signature)
		switch r.IntN(6) {
		case 0:
			s.Signature[r.IntN(64)] ^= 1 << r.IntN(8)
		case 1:
			s.Signature = s.Signature[:r.IntN(64)]
		case 2:
			s.Signature = append(s.Signature, byte(r.IntN(256)))
		case 3:
			d.Total += store.Money(1 + r.IntN(1000))
		case 4:
			d.IssuedAt = d.IssuedAt.Add(time.Duration(1 + r.IntN(1e9)))
		case 5:
			d.Of[r.IntN(16)] ^= 1 << r.IntN(8)
		}
		if a := ring.Check(d, s); a == store.Authentic {
			t.Fatalf("accepted %+v of %+v", s, d)
		}
	}
}

// addOrder adds the order of Ed25519's group to the second half of a signature.
func addOrder(s []byte) {
	order := []byte{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 31: 0x10}
	carry := 0
	for i := range order {
		carry += int(s[i]) + int(order[i])
		s[i], carry = byte(carry), carry>>8
	}
}

func BenchmarkSignAndCheck(b *testing.B) {
	ring, d := seal.NewRing(young, old), bill()
	for b.Loop() {
		if ring.Check(d, ring.Sign(d)) != store.Authentic {
			b.Fatal("not authentic")
		}
	}
}

func BenchmarkReadLink(b *testing.B) {
	ring := seal.NewRing(young, old)
	link := seal.Link(bill(), ring.Sign(bill()))
	for b.Loop() {
		if _, a, _ := ring.ReadLink(link); a != store.Authentic {
			b.Fatal(a)
		}
	}
}
