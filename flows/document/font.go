package document

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// glyphs is all that our documents can print. What is not here is printed as
// its base letter or, failing that, as a question mark.
const glyphs = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~" +
	"\u00a0ÁÂÃÀÄÇÉÊÈËÍÎÏÓÔÕÖÚÛÜÑáâãàäçéêèëíîïóôõöúûüñªº°¹²³½§·×±µ«»–—‘’“”•…€"

// codes gives the place of each glyph in Windows-1252, the encoding in which
// pages are written.
var codes = func() map[rune]byte {
	m := map[rune]byte{}
	for _, r := range glyphs {
		code, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			panic("document: glyph outside of Windows-1252: " + string(r))
		}
		m[r] = code
	}
	return m
}()

// encode writes s in Windows-1252 with what we have glyphs for. Characters
// without a width are dropped, any blank is a space.
func encode(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for _, r := range norm.NFC.String(s) {
		switch code, ok := codes[r]; {
		case ok:
			b.WriteByte(code)
		case r == '\n' || r == '\t' || r == '\r' || r == '\u2009' || r == '\u202f':
			b.WriteByte(' ')
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r == 0xad || r == 0xfeff:
		default:
			b.WriteString(plain(r))
		}
	}
	return b.String()
}

// plain writes a character that we have no glyph for without its accents or
// ligatures, or as a question mark if that would leave something out.
func plain(r rune) string {
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		code, ok := codes[part]
		switch {
		case ok:
			b.WriteByte(code)
		case !unicode.Is(unicode.Mn, part):
			return "?"
		}
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// A font is one weight of Liberation Sans, cut down to our glyphs and packed
// as it stands in every document.
type font struct {
	resource string   // its name in page contents
	name     string   // its PostScript name, tagged as a subset
	widths   [256]int // by Windows-1252 code, in thousandths of the size
	metrics  fpdf.FontDescType
	program  []byte // the TrueType file, compressed
	length   int    // of it before compression
}

// fonts returns the regular and the bold font. Cutting takes some 30 ms, once.
var fonts = sync.OnceValue(func() (f struct{ regular, bold *font }) {
	f.regular = newFont("R", "LJVREG+LiberationSans", liberationsansregular.TTF)
	f.bold = newFont("B", "LJVBLD+LiberationSans-Bold", liberationsansbold.TTF)
	return f
})

func newFont(resource, name string, ttf []byte) *font {
	cut := fpdf.UTF8CutFont(ttf, glyphs)
	probe := fpdf.New("P", "pt", "A4", "")
	probe.AddUTF8FontFromBytes("cut", "", cut)
	probe.SetFont("cut", "", 10)

	f := &font{resource: resource, name: name, metrics: probe.GetFontDesc("cut", "")}
	for r, code := range codes {
		f.widths[code] = probe.GetStringSymbolWidth(string(r))
	}
	bare := withoutHints(cut)
	f.program, f.length = deflate(bare), len(bare)
	return f
}

// withoutHints returns the TrueType font with only the tables that a PDF needs
// and without its grid-fitting programs, which are more than half of it and of
// no use at the resolutions of phones and printers.
func withoutHints(ttf []byte) []byte {
	be := binary.BigEndian
	tables := map[string][]byte{}
	for i := range int(be.Uint16(ttf[4:])) {
		entry := ttf[12+16*i:]
		at, size := be.Uint32(entry[8:]), be.Uint32(entry[12:])
		tables[string(entry[:4])] = ttf[at : at+size]
	}

	place := func(glyph int) int { return 2 * int(be.Uint16(tables["loca"][2*glyph:])) } // as UTF8CutFont writes them
	var outlines, places []byte
	for glyph := range int(be.Uint16(tables["maxp"][4:])) {
		places = be.AppendUint16(places, uint16(len(outlines)/2))
		outlines = append(outlines, withoutProgram(tables["glyf"][place(glyph):place(glyph+1)])...)
		outlines = append(outlines, make([]byte, len(outlines)&1)...)
	}
	places = be.AppendUint16(places, uint16(len(outlines)/2))

	head := slices.Clone(tables["head"])
	be.PutUint32(head[8:], 0) // checksum of the whole, set below
	return assemble(map[string][]byte{
		"cmap": tables["cmap"], "glyf": outlines, "head": head, "hhea": tables["hhea"],
		"hmtx": tables["hmtx"], "loca": places, "maxp": tables["maxp"],
	})
}

// withoutProgram returns a glyph of the glyf table without its instructions.
func withoutProgram(glyph []byte) []byte {
	if len(glyph) == 0 {
		return nil
	}
	be := binary.BigEndian
	if contours := int(int16(be.Uint16(glyph))); contours >= 0 {
		at := 10 + 2*contours
		return slices.Concat(glyph[:at], []byte{0, 0}, glyph[at+2+int(be.Uint16(glyph[at:])):])
	}
	const words, scale, more, scaleXY, matrix, instructions = 1, 1 << 3, 1 << 5, 1 << 6, 1 << 7, 1 << 8
	out := slices.Clone(glyph)
	for at := 10; ; {
		flags := be.Uint16(out[at:])
		be.PutUint16(out[at:], flags&^instructions)
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&scaleXY != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
		if flags&more == 0 {
			return out[:at]
		}
	}
}

// assemble writes a TrueType file of tables.
func assemble(tables map[string][]byte) []byte {
	be := binary.BigEndian
	sum := func(data []byte) (total uint32) {
		padded := append(slices.Clone(data), make([]byte, -len(data)&3)...)
		for i := 0; i < len(padded); i += 4 {
			total += be.Uint32(padded[i:])
		}
		return total
	}
	names := slices.Sorted(maps.Keys(tables))
	power := 1
	log := 0
	for power*2 <= len(names) {
		power, log = power*2, log+1
	}
	out := []byte{0, 1, 0, 0}
	for _, n := range []int{len(names), 16 * power, log, 16 * (len(names) - power)} {
		out = be.AppendUint16(out, uint16(n))
	}
	var body []byte
	headAt := 0
	for _, name := range names {
		at := 12 + 16*len(names) + len(body)
		if name == "head" {
			headAt = at
		}
		out = append(out, name...)
		out = be.AppendUint32(out, sum(tables[name]))
		out = be.AppendUint32(out, uint32(at))
		out = be.AppendUint32(out, uint32(len(tables[name])))
		body = append(body, tables[name]...)
		body = append(body, make([]byte, -len(body)&3)...)
	}
	out = append(out, body...)
	be.PutUint32(out[headAt+8:], 0xB1B0AFBA-sum(out))
	return out
}

// toUnicode is the table by which readers copy and search our text, compressed.
var toUnicode = sync.OnceValue(func() []byte {
	var b strings.Builder
	b.WriteString("/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n" +
		"1 begincodespacerange <00><FF> endcodespacerange\n")
	type run struct {
		first, last byte
		unicode     rune // of the first
	}
	var runs []run
	for code := range 256 {
		r := charmap.Windows1252.DecodeByte(byte(code))
		if codes[r] != byte(code) || code == 0 {
			continue
		}
		if n := len(runs) - 1; n >= 0 && int(runs[n].last)+1 == code && runs[n].unicode+rune(code)-rune(runs[n].first) == r {
			runs[n].last++
		} else {
			runs = append(runs, run{byte(code), byte(code), r})
		}
	}
	fmt.Fprintf(&b, "%d beginbfrange\n", len(runs)) // must not be over 100
	for _, run := range runs {
		fmt.Fprintf(&b, "<%02X><%02X><%04X>\n", run.first, run.last, run.unicode)
	}
	b.WriteString("endbfrange\n")
	b.WriteString("endcmap CMapName currentdict/CMap defineresource pop end end")
	return deflate([]byte(b.String()))
})
