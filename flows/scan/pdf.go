package scan

import (
	"context"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"sync"

	"github.com/klippa-app/go-pdfium"
	reason "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"lojavirtual/store/brcode"
)

const (
	dpi        = 300
	pageMax    = 4000      // pixels of a drawn page's longer side
	textMax    = 200_000   // characters of a page's text
	memoryMax  = 256 << 20 // bytes for PDFium, with the file and a drawn page
	memoryPage = 64 << 10  // WebAssembly's unit
)

// compiled holds PDFium as this machine's code, from the first PDF on: compiling
// it takes some seconds.
var compiled = wazero.NewCompilationCache()

// compile begins that, and tells when it is done.
var compile = sync.OnceValue(func() <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if pool, err := sandbox(context.Background()); err == nil {
			_ = pool.Close()
		}
	}()
	return done
})

// Prepare compiles PDFium now, so that the first PDF need not wait.
func Prepare() { <-compile() }

// sandbox returns PDFium with nothing but memory. It stops when the context ends.
func sandbox(ctx context.Context) (pdfium.Pool, error) {
	return webassembly.Init(webassembly.Config{
		Context: ctx, MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(), Stdout: io.Discard, Stderr: io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfig().
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithMemoryLimitPages(memoryMax / memoryPage).
			WithCloseOnContextDone(true).
			WithCompilationCache(compiled),
	})
}

// document returns the codes in a PDF.
func document(ctx context.Context, file []byte) (codes []string, err error) {
	select {
	case <-compile():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	pool, err := sandbox(ctx)
	if err != nil {
		return nil, err
	}
	defer pool.Close() //nolint:errcheck // nothing of it is kept
	reader, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close() //nolint:errcheck // nothing of it is kept
	opened, err := reader.OpenDocument(&requests.OpenDocument{File: &file})
	switch {
	case errors.Is(err, reason.ErrPassword), errors.Is(err, reason.ErrSecurity):
		return nil, ErrLocked
	case err != nil:
		return nil, ErrUnreadable
	}
	count, err := reader.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	if err != nil {
		return nil, ErrUnreadable
	}
	for i := range count.PageCount {
		if i >= MaxPages-1 && i < count.PageCount-1 {
			continue
		}
		if err := page(ctx, reader, opened.Document, i, &codes); err != nil {
			return codes, ErrUnreadable
		}
	}
	return codes, nil
}

// page adds the codes of one page of a PDF.
func page(ctx context.Context, reader pdfium.Pdfium, document references.FPDF_DOCUMENT, i int, codes *[]string) error {
	at := requests.Page{ByIndex: &requests.PageByIndex{Document: document, Index: i}}
	text, err := reader.GetPageText(&requests.GetPageText{Page: at})
	if err != nil {
		return err
	}
	*codes = append(*codes, written(text.Text[:min(len(text.Text), textMax)])...)
	size, err := reader.GetPageSize(&requests.GetPageSize{Page: at})
	if err != nil {
		return err
	}
	scale := min(dpi/72., pageMax/max(size.Width, size.Height, 1))
	width, height := int(math.Ceil(size.Width*scale)), int(math.Ceil(size.Height*scale))
	if width < 1 || height < 1 {
		return nil
	}
	drawn, err := reader.RenderPageInPixels(&requests.RenderPageInPixels{Page: at, Width: width, Height: height, ImageFormat: requests.RenderImageFormatGrayscale})
	if err != nil {
		return err
	}
	defer drawn.Cleanup()
	*codes = append(*codes, codesIn(ctx, gray(ctx, drawn.Result.RenderedImage))...)
	return nil
}

// How codes are printed.
var (
	// A line to type, of a utility's bill or tax in four blocks, or of a bank's in five.
	lines = regexp.MustCompile(`\b8\d{10}[ .-]*\d\s+\d{11}[ .-]*\d\s+\d{11}[ .-]*\d\s+\d{11}[ .-]*\d\b` +
		`|\b\d{5}\.?\d{5}\s+\d{5}\.?\d{6}\s+\d{5}\.?\d{6}\s+\d\s+\d{14}\b` +
		`|\b8\d{47}\b|\b\d{47}\b`)
	// A Pix code, in one piece or over several lines.
	pixes   = regexp.MustCompile(`0002(?:01|02).{20,700}`)
	pixEnds = regexp.MustCompile(`6304[0-9A-Fa-f]{4}`)
	breaks  = regexp.MustCompile(`[\r\n\x{2}]+`)
	noDigit = regexp.MustCompile(`\D`)
)

// written returns the codes that stand in a text.
func written(text string) (codes []string) {
	for _, line := range lines.FindAllString(text, -1) {
		codes = append(codes, noDigit.ReplaceAllString(line, ""))
	}
	for _, end := range []string{"", " "} { // a line may have broken at a space of the code
		for _, pix := range pixes.FindAllString(breaks.ReplaceAllString(text, end), -1) {
			for _, at := range pixEnds.FindAllStringIndex(pix, -1) {
				if code := pix[:at[1]]; strings.EqualFold(brcode.CRC16(code[:len(code)-4]), code[len(code)-4:]) {
					codes = append(codes, code)
					break
				}
			}
		}
	}
	return codes
}
