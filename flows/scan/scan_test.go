package scan_test

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"lojavirtual/flows/document"
	"lojavirtual/flows/scan"
	"lojavirtual/store"
	"lojavirtual/store/brcode"
	"lojavirtual/store/febraban"
)

// A paper is a bill as it is printed, and the codes on it.
type paper struct {
	pdf             []byte
	bars, line, pix string
}

// print prints a bill of ours.
func print(t testing.TB, id int64, total store.Money) paper {
	t.Helper()
	b := store.BillCopy{
		Bill:     store.Bill{ID: id, Month: 202610, Due: store.Date{Year: 2026, Month: time.November, Day: 10}, Total: total},
		Property: store.Property{ID: id},
	}
	code, err := febraban.Issuer{Company: "0123"}.Code(febraban.Payment{Kind: febraban.Bill, Property: id, Month: b.Month}, b.Total)
	if err != nil {
		t.Fatal(err)
	}
	b.Barcode, b.Line = string(code), code.Digits()
	charge := fmt.Sprintf("00020101021226810014br.gov.bcb.pix2559pix.example.com/qr/v2/cobv/1e6c54d3ec9449b7a7fc53b6%08d5204000053039865802BR5923COMPANHIA DE AGUA TESTE6007ARACAJU62070503***6304", id)
	charge += brcode.CRC16(charge)
	seal := document.Seal{Code: "7K2Q-93HM-XD4P", Address: "https://loja.deso-se.com.br/d"}
	pdf, err := document.Maker{Operator: store.Operator{
		Name: "DESO", LegalName: "Companhia de Saneamento de Sergipe", CNPJ: "13018171000190",
		Pix: store.Pix{Key: "13018171000190", Name: "CIA SANEAMENTO DE SERGIPE", City: "ARACAJU"},
	}}.Bill(b, store.PixCode{Code: charge}, seal)
	if err != nil {
		t.Fatal(err)
	}
	return paper{pdf, string(code), code.Digits(), charge}
}

// page draws the first page of a PDF as another program does.
func page(t testing.TB, pdf []byte, dpi int) *image.Gray {
	t.Helper()
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		t.Skip("pdftoppm is not installed")
	}
	cmd := exec.Command("pdftoppm", "-r", fmt.Sprint(dpi), "-l", "1", "-gray", "-png", "-singlefile", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	gray := image.NewGray(picture.Bounds())
	draw.Draw(gray, gray.Rect, picture, image.Point{}, draw.Src)
	return gray
}

// A camera is how a photo of a page comes out.
type camera struct {
	name    string
	dpi     int
	width   int     // of the photo, in pixels, the page filling most of it
	degrees float64 // how it is held
	shear   float64 // seen from the side, so much of the width a height
	squeeze float64 // and so much shorter
	blur    int     // pixels
	noise   float64 // of 255
	black   float64 // of 255, what is black on paper
	white   float64
	shadow  float64 // how much darker it is on one side
	quality int     // of the JPEG
}

// shoot takes a photo.
func (c camera) shoot(t testing.TB, page *image.Gray, random *rand.Rand) []byte {
	t.Helper()
	pw, ph := float64(page.Rect.Dx()), float64(page.Rect.Dy())
	w := c.width
	h := int(float64(w) * 4 / 3)
	if q := math.Mod(math.Abs(c.degrees), 180); q > 45 && q < 135 {
		w, h = h, w
	}
	sin, cos := math.Sincos(c.degrees * math.Pi / 180)
	// The page, turned, just fits.
	scale := 0.97 * min(float64(w)/(pw*math.Abs(cos)+ph*math.Abs(sin)), float64(h)/(pw*math.Abs(sin)+ph*math.Abs(cos)))
	squeeze := 1 - c.squeeze
	a := f64.Aff3{scale * cos, scale * (-sin*squeeze + c.shear), 0, scale * sin, scale * cos * squeeze, 0}
	a[2] = float64(w)/2 - a[0]*pw/2 - a[1]*ph/2
	a[5] = float64(h)/2 - a[3]*pw/2 - a[4]*ph/2
	photo := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(photo, photo.Rect, image.NewUniform(color.Gray{90}), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Transform(photo, a, page, page.Rect, draw.Src, nil)
	light := make([]float64, w*h)
	for i := range light {
		light[i] = float64(photo.Pix[4*i])
	}
	for range 2 {
		light = blurred(light, w, h, c.blur)
	}
	gray := image.NewGray(photo.Rect)
	for i, v := range light {
		v = c.black + v*(c.white-c.black)/255
		v *= 1 - c.shadow*float64(i%w)/float64(w)
		gray.Pix[i] = uint8(max(0, min(255, v+random.NormFloat64()*c.noise)))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, gray, &jpeg.Options{Quality: c.quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// blurred takes the mean of so many pixels to each side, along both axes.
func blurred(p []float64, w, h, r int) []float64 {
	if r == 0 {
		return p
	}
	pass := func(p []float64, n, lines, step, next int) []float64 {
		to := make([]float64, len(p))
		for l := range lines {
			for i := range n {
				sum, count := 0., 0.
				for j := max(0, i-r); j <= min(n-1, i+r); j++ {
					sum += p[l*next+j*step]
					count++
				}
				to[l*next+i*step] = sum / count
			}
		}
		return to
	}
	return pass(pass(p, w, h, 1, w), h, w, w, 1)
}

// has fails the test if the codes are not these, in whatever order.
func has(t *testing.T, codes []string, err error, want ...string) {
	t.Helper()
	slices.Sort(want)
	if err != nil || !slices.Equal(codes, want) {
		t.Errorf("codes %q, %v; want %q", codes, err, want)
	}
}

// TestPDF reads a bill, and what others make of it.
func TestPDF(t *testing.T) {
	if testing.Short() {
		t.Skip("PDFium takes a minute to compile under the race detector")
	}
	p := print(t, 1234567, 4587)
	codes, err := scan.Codes(t.Context(), p.pdf)
	has(t, codes, err, p.bars, p.line, p.pix)

	if _, err := exec.LookPath("qpdf"); err != nil {
		t.Skip("qpdf is not installed")
	}
	qpdf := func(args ...string) []byte {
		t.Helper()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "in.pdf"), p.pdf, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("qpdf", append(args, "out.pdf")...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("qpdf: %v\n%s", err, out)
		}
		out, err := os.ReadFile(filepath.Join(dir, "out.pdf"))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if codes, err := scan.Codes(t.Context(), p.pdf[:len(p.pdf)/3]); len(codes) > 0 || !errors.Is(err, scan.ErrUnreadable) {
		t.Errorf("a third of it: %q, %v", codes, err)
	}
	if codes, err := scan.Codes(t.Context(), qpdf("in.pdf", "--encrypt", "12345", "owner", "256", "--")); len(codes) > 0 || !errors.Is(err, scan.ErrLocked) {
		t.Errorf("with a password: %q, %v", codes, err)
	}
	codes, err = scan.Codes(t.Context(), qpdf("in.pdf", "--encrypt", "", "owner", "256", "--print=none", "--extract=n", "--"))
	has(t, codes, err, p.bars, p.line, p.pix) // one that may not be printed can still be read
	codes, err = scan.Codes(t.Context(), qpdf("--empty", "--pages", "in.pdf", "1,1,1,1,1,1,1", "--"))
	has(t, codes, err, p.bars, p.line, p.pix) // of many pages
}

// TestPDFOfAPhoto reads a bill that was scanned into a PDF, on whose last page it is.
func TestPDFOfAPhoto(t *testing.T) {
	if testing.Short() {
		t.Skip("PDFium takes a minute to compile under the race detector")
	}
	p := print(t, 1234567, 4587)
	photo := camera{dpi: 200, width: 1500, degrees: 1, white: 230, black: 30, noise: 5, quality: 70}.shoot(t, page(t, p.pdf, 200), rand.New(rand.NewPCG(1, 2)))
	codes, err := scan.Codes(t.Context(), pictures(6, photo, 1500, 2000))
	has(t, codes, err, p.bars, p.pix)
}

// pictures makes a PDF of empty pages and one with a JPEG.
func pictures(pages int, jpeg []byte, width, height int) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", ""}
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", len(objects)+1)
		what := ""
		if i == pages-1 {
			what = "/Contents 3 0 R/Resources<</XObject<</P 4 0 R>>>>"
		}
		if i == 0 {
			draw := fmt.Sprintf("q %d 0 0 %d 0 0 cm /P Do Q", 595, 793)
			objects = append(objects, fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(draw), draw),
				fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%s\nendstream", width, height, len(jpeg), jpeg))
			kids = fmt.Sprintf("%d 0 R ", len(objects)+1)
		}
		objects = append(objects, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 793]"+what+">>")
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", pages, kids)
	return pdf(objects)
}

// pdf makes a PDF of objects, of which the first is the catalogue.
func pdf(objects []string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// cameras are what phones make of a page; all of them are read, of ten bills as of
// one. Bars out of focus twice as much are not, and the QR code is.
var cameras = []camera{
	{name: "12 megapixels", width: 3000},
	{name: "lying", width: 2000, degrees: 90},
	{name: "upside down", width: 2000, degrees: 180},
	{name: "lying the other way", width: 2000, degrees: 270},
	{name: "askew", width: 2000, degrees: -8},
	{name: "more askew", width: 3000, degrees: 20},
	{name: "diagonal", width: 3000, degrees: 45},
	{name: "from the side", width: 2000, shear: .1, squeeze: .1},
	{name: "as WhatsApp sends it", width: 1200, degrees: 3, noise: 6, quality: 60},
	{name: "grainy", width: 2000, noise: 20},
	{name: "out of focus", width: 3000, blur: 1},
	{name: "pale", width: 2000, black: 100, white: 150, noise: 4},
	{name: "dark", width: 2000, black: 10, white: 50, noise: 3},
	{name: "in the shade of a hand", width: 2000, shadow: .6, noise: 4},
	{name: "small file", width: 2000, quality: 15},
	{name: "all of it", width: 3000, degrees: 7, noise: 8, blur: 1, shadow: .3, shear: .05, quality: 60},
}

func (c camera) set() camera {
	c.dpi = 300
	c.black, c.white, c.quality = cmp.Or(c.black, 30), cmp.Or(c.white, 230), cmp.Or(c.quality, 85)
	return c
}

func TestPhotos(t *testing.T) {
	p := print(t, 1234567, 4587)
	paper := page(t, p.pdf, 300)
	for _, c := range cameras {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.width > 1200 && c.degrees != 90 {
				t.Skip("all of them take a quarter of a minute")
			}
			photo := c.set().shoot(t, paper, rand.New(rand.NewPCG(1, 2)))
			codes, err := scan.Codes(t.Context(), photo)
			has(t, codes, err, p.bars, p.pix)
		})
	}
}

// TestScreenshot reads a picture without loss, coloured and with parts that are
// transparent, of a phone that shows the end of a bill.
func TestScreenshot(t *testing.T) {
	p := print(t, 1234567, 4587)
	paper := page(t, p.pdf, 150)
	screen := image.NewNRGBA(image.Rect(0, 0, 1240, 800))
	for i := range screen.Pix {
		screen.Pix[i] = []uint8{200, 30, 90, 0}[i%4] // nothing, of whatever colour
	}
	draw.Draw(screen, screen.Rect, paper, image.Pt(0, paper.Rect.Dy()-800), draw.Over)
	var b bytes.Buffer
	if err := png.Encode(&b, screen); err != nil {
		t.Fatal(err)
	}
	codes, err := scan.Codes(t.Context(), b.Bytes())
	has(t, codes, err, p.bars, p.pix)
}

func TestWebP(t *testing.T) {
	file, err := os.ReadFile("testdata/qr.webp")
	if err != nil {
		t.Fatal(err)
	}
	codes, err := scan.Codes(t.Context(), file)
	has(t, codes, err, "https://loja.example.com/d/7K2Q-93HM-XD4P")
}

// TestNothing reads files without a code.
func TestNothing(t *testing.T) {
	files := map[string][]byte{"one pixel": onePixel(t)}
	if !testing.Short() {
		files["empty pages"] = pictures(2, nil, 1, 1)
	}
	for name, file := range files {
		if codes, err := scan.Codes(t.Context(), file); err != nil || len(codes) > 0 {
			t.Errorf("%s: %q, %v", name, codes, err)
		}
	}
}

func onePixel(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// header is the beginning of a PNG that says it is so wide and high.
func header(t testing.TB, width, height uint32) []byte {
	t.Helper()
	file := onePixel(t)
	binary.BigEndian.PutUint32(file[16:], width)
	binary.BigEndian.PutUint32(file[20:], height)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

func TestRefused(t *testing.T) {
	var deep bytes.Buffer
	if err := png.Encode(&deep, image.NewNRGBA64(image.Rect(0, 0, 4096, 3300))); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":        {nil, scan.ErrUnreadable},
		"a voice note":   {[]byte("OggS\x00\x02 and more"), scan.ErrUnreadable},
		"half a picture": {onePixel(t)[:40], scan.ErrUnreadable},
		"too many bytes": {make([]byte, scan.MaxBytes+1), scan.ErrTooLarge},
		"a giant":        {header(t, 100_000, 100_000), scan.ErrTooLarge},
		"a bit too much": {header(t, 8192, 8192), scan.ErrTooLarge},
		"a deep one":     {deep.Bytes(), scan.ErrTooLarge},
	} {
		if codes, err := scan.Codes(t.Context(), c.file); len(codes) > 0 || !errors.Is(err, c.want) {
			t.Errorf("%s: %q, %v", name, codes, err)
		}
	}
}

// TestBombs reads files that want to take forever, or all memory.
func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("they take until their time is over")
	}
	// Ten forms, each of which draws the next ten times.
	forms := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 793]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"}
	stream := func(dict, body string) string {
		return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", dict, len(body), body)
	}
	forms = append(forms, stream("", "/F Do"))
	for i := range 10 {
		forms = append(forms, stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 595 793]/Resources<</XObject<</F %d 0 R>>>>", 6+i), strings.Repeat("/F Do ", 10)))
	}
	forms = append(forms, stream("/Type/XObject/Subtype/Form/BBox[0 0 595 793]", strings.Repeat("0 0 m 500 700 l S ", 100)))

	// A content of a gigabyte.
	var flat bytes.Buffer
	z := zlib.NewWriter(&flat)
	spaces := bytes.Repeat([]byte("q "), 1<<19)
	for range 1 << 10 {
		if _, err := z.Write(spaces); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	page := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s]/Contents 4 0 R>>"
	deep := []string{forms[0], forms[1], fmt.Sprintf(page, "595 793"), stream("/Filter/FlateDecode", flat.String())}
	wide := []string{forms[0], forms[1], fmt.Sprintf(page, "1000000000 1000000000"), stream("", "0 0 m 500 700 l S")}

	// Nothing but corners of QR codes, of which ZXing would try all triples.
	corners := image.NewGray(image.Rect(0, 0, 2000, 2000))
	for y := range 2000 {
		for x := range 2000 {
			dx, dy := (x%20)/2-4, (y%20)/2-4
			if d := max(dx, -dx, dy, -dy); d == 2 || d > 3 {
				corners.Pix[y*2000+x] = 255
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, corners); err != nil {
		t.Fatal(err)
	}

	for name, file := range map[string][]byte{"forms": pdf(forms), "deep": pdf(deep), "wide": pdf(wide), "corners": b.Bytes()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			codes, err := scan.Codes(ctx, file)
			if len(codes) > 0 || err != nil && !errors.Is(err, scan.ErrUnreadable) && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%q, %v", codes, err)
			}
		})
	}
}

// TestEnds ends with its context: what was begun is given up.
func TestEnds(t *testing.T) {
	p := print(t, 1234567, 4587)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, file := range map[string][]byte{"PDF": p.pdf, "picture": onePixel(t)} { // PDFium may not be compiled yet
		if codes, err := scan.Codes(ctx, file); len(codes) > 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %q, %v", name, codes, err)
		}
	}
}

// FuzzCodes never panics, whatever the file.
func FuzzCodes(f *testing.F) {
	if !testing.Short() {
		p := print(f, 1234567, 4587)
		f.Add(p.pdf)
		f.Add(p.pdf[:len(p.pdf)/2])
		f.Add(pictures(2, []byte("\xff\xd8\xff\xe0"), 10, 10))
	}
	f.Add(onePixel(f))
	f.Add(header(f, 3000, 4000))
	webp, err := os.ReadFile("testdata/qr.webp")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(webp)
	f.Add(webp[:len(webp)/2])
	f.Fuzz(func(t *testing.T, file []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := scan.Codes(ctx, file); err != nil && strings.Contains(err.Error(), "panic") {
			t.Error(err)
		}
	})
}

func BenchmarkPDF(b *testing.B) {
	p := print(b, 1234567, 4587)
	_, _ = scan.Codes(b.Context(), p.pdf) // compiles PDFium
	for b.Loop() {
		if codes, err := scan.Codes(b.Context(), p.pdf); err != nil || len(codes) != 3 {
			b.Fatal(codes, err)
		}
	}
}

func BenchmarkPhoto(b *testing.B) {
	p := print(b, 1234567, 4587)
	paper := page(b, p.pdf, 300)
	for _, c := range []camera{cameras[0], cameras[5], cameras[8]} {
		photo := c.set().shoot(b, paper, rand.New(rand.NewPCG(1, 2)))
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if codes, err := scan.Codes(b.Context(), photo); err != nil || len(codes) != 2 {
					b.Fatal(codes, err)
				}
			}
		})
	}
}
