package document

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
)

// A file is a PDF 1.7 being written. Whatever is not a stream goes compressed
// into one object stream, which makes the structure tree cheap to carry.
type file struct {
	objects []object // the first has number 1
}

type object struct {
	body   string
	stream []byte // nil if it is none
}

// A ref is the number of an object.
type ref int

func (r ref) String() string { return strconv.Itoa(int(r)) + " 0 R" }

// reserve returns the number of an object to be set later.
func (f *file) reserve() ref {
	f.objects = append(f.objects, object{})
	return ref(len(f.objects))
}

func (f *file) set(r ref, body string) { f.objects[r-1].body = body }

func (f *file) add(body string) ref {
	r := f.reserve()
	f.set(r, body)
	return r
}

// addStream adds a stream; entries are those of its dictionary, Length aside.
func (f *file) addStream(entries string, data []byte) ref {
	f.objects = append(f.objects, object{body: entries, stream: data})
	return ref(len(f.objects))
}

// bytes ends the file. The same objects make the same bytes.
func (f *file) bytes(root, info ref) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

	var index, bodies []byte
	packed := 0
	places := append(make([]byte, 0, 6*(len(f.objects)+3)), 0, 0, 0, 0, 0xff, 0xff) // each a kind, then two numbers; object 0 is none
	place := func(kind byte, a uint32, b uint16) {
		places = append(places, kind, byte(a>>16), byte(a>>8), byte(a))
		places = binary.BigEndian.AppendUint16(places, b)
	}
	stream := func(number int, entries string, data []byte) {
		fmt.Fprintf(&out, "%d 0 obj\n<<%s/Length %d>>stream\n", number, entries, len(data))
		out.Write(data)
		out.WriteString("\nendstream\nendobj\n")
	}

	pack := len(f.objects) + 1
	for i, o := range f.objects {
		if o.stream != nil {
			place(1, uint32(out.Len()), 0)
			stream(i+1, o.body, o.stream)
			continue
		}
		place(2, uint32(pack), uint16(packed))
		packed++
		index = fmt.Appendf(index, "%d %d ", i+1, len(bodies))
		bodies = append(append(bodies, o.body...), '\n')
	}
	place(1, uint32(out.Len()), 0)
	stream(pack, fmt.Sprintf("/Type/ObjStm/N %d/First %d/Filter/FlateDecode", packed, len(index)), deflate(append(index, bodies...)))

	id := sha256.Sum256(out.Bytes())
	start := out.Len()
	place(1, uint32(start), 0)
	stream(pack+1, fmt.Sprintf("/Type/XRef/Size %d/W[1 3 2]/Root %v/Info %v/ID[<%[4]x><%[4]x>]/Filter/FlateDecode",
		pack+2, root, info, id[:16]), deflate(places))
	fmt.Fprintf(&out, "startxref\n%d\n%%%%EOF\n", start)
	return out.Bytes()
}

var deflaters = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

func deflate(data []byte) []byte {
	var out bytes.Buffer
	w := deflaters.Get().(*zlib.Writer)
	defer deflaters.Put(w)
	w.Reset(&out)
	_, _ = w.Write(data) // a Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// textString writes a string for people outside of the pages, such as a title
// or an alternative text.
func textString(s string) string {
	if isPlain(s) {
		return literal(s)
	}
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	b.WriteByte('>')
	return b.String()
}

var escaper = strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`, "\r", `\r`, "\n", `\n`)

func literal(s string) string { return "(" + escaper.Replace(s) + ")" }
