package console

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// photo is a JPEG that says where it was taken.
func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	place := []byte("Exif\x00\x00GPS -10.9472 -37.0731")
	return append(append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(place) + 2)}, place...), b.Bytes()[2:]...)
}

// huge is the beginning of a PNG of so many pixels each way.
func huge(pixels uint32) []byte {
	head := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, pixels), pixels)...)
	head = append(head, 8, 2, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(head))
}

// What people send is opened by those who may, and is never more than a picture or
// a download.
func TestFiles(t *testing.T) {
	sent := map[string][]byte{
		"photo": photo(t), "huge": huge(100_000), "pdf": []byte("%PDF-1.7\n"),
		"svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="xss()"/>`), "html": []byte(`<!doctype html><script>xss()</script>`),
	}
	w := open(t, func(c *Config) {
		c.Files = func(_ context.Context, session, ref string, limit int64) ([]byte, error) {
			switch {
			case session != "telegram:4711" || limit > 20<<20:
				return nil, fmt.Errorf("%s, %d", session, limit)
			case ref == "large":
				return nil, bot.ErrFileTooLarge
			case sent[ref] == nil:
				return nil, bot.ErrFileGone
			}
			return sent[ref], nil
		}
	})
	w.add("lia", store.Reader)
	w.add("ana", store.Attendant)
	lia, ana := w.in("lia"), w.in("ana")
	talk := ""
	refs := []string{"photo", "huge", "pdf", "svg", "html", "large", "gone"}
	for _, ref := range refs {
		talk = w.sends("4711", bot.Message{Text: "olha <b>isso", Media: &bot.Media{Kind: "photo", Ref: ref}}, nil)
	}
	w.sends("4712", bot.Message{Media: &bot.Media{Kind: "place", Lat: 1, Lon: 2}}, nil)
	w.keep()
	page := ana.get("/conversas/" + talk)
	links := regexp.MustCompile(`href="(/conversas/\d+/arquivos/[\d-]+)">\(foto\)</a> olha &lt;b&gt;isso`).FindAllStringSubmatch(page.text, -1)
	if len(links) != len(refs) {
		t.Fatalf("%d files can be opened\n%s", len(links), page.text)
	}
	if strings.Contains(page.text, "gone") || strings.Contains(lia.get("/conversas/"+talk).text, "/arquivos/") {
		t.Error("the page tells where a file is, or offers it to who may not")
	}
	if strings.Contains(ana.get("/conversas/26052000004712").text, "/arquivos/") {
		t.Error("a place is offered as a file")
	}
	got := map[string]answer{}
	for i, ref := range refs {
		lia.get(links[i][1]).wants(t, 403, "")
		got[ref] = ana.get(links[i][1])
		if h := got[ref].header; h.Get("X-Content-Type-Options") != "nosniff" || got[ref].status == 200 && !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'; sandbox") {
			t.Errorf("%s: %v", ref, h)
		}
	}
	if a := got["photo"]; a.header.Get("Content-Type") != "image/jpeg" || strings.Contains(a.text, "GPS") || strings.Contains(a.text, "Exif") {
		t.Errorf("%v has %d bytes of the photo", a.header, len(a.text))
	} else if size, err := jpeg.DecodeConfig(strings.NewReader(a.text)); err != nil || size.Width != 40 {
		t.Error(size, err)
	}
	for ref, name := range map[string]string{"pdf": "arquivo.pdf", "svg": "arquivo.bin", "html": "arquivo.bin"} {
		a := got[ref]
		if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/octet-stream" || a.header.Get("Content-Disposition") != `attachment; filename="`+name+`"` || a.text != string(sent[ref]) {
			t.Errorf("%s: %d %v", ref, a.status, a.header)
		}
	}
	got["huge"].wants(t, 413, "grande demais")
	got["large"].wants(t, 413, "grande demais")
	got["gone"].wants(t, 404, "Este arquivo não existe mais")
	ana.get("/conversas/"+talk+"/arquivos/1-1").wants(t, 404, "Este arquivo não existe mais")
	ana.get(strings.Replace(links[0][1], talk, "26052000004712", 1)).wants(t, 404, "")
	opened := 0
	for _, deed := range w.deeds() {
		if deed == "ana file_opened telegram:4711" {
			opened++
		} else if strings.Contains(deed, "file_opened") {
			t.Error(deed)
		}
	}
	if opened != len(refs) {
		t.Errorf("%d of %d are in the audit log", opened, len(refs))
	}
	var transparent bytes.Buffer
	if err := png.Encode(&transparent, image.NewNRGBA(image.Rect(0, 0, 3, 3))); err != nil {
		t.Fatal(err)
	}
	if _, kind, err := w.redraw(t.Context(), transparent.Bytes()); kind != "image/png" || err != nil {
		t.Error(kind, err)
	}
}

// What we sent is opened as the person has it, by those who may, while it is kept.
func TestSentFiles(t *testing.T) {
	var fromDatabase bool // and from nowhere else
	w := open(t)
	w.Sent = func(ctx context.Context, session, hash string) ([]byte, bool, error) {
		if body, ok, err := w.db.File(ctx, session, hash); ok || err != nil || fromDatabase {
			return body, ok, err
		}
		return w.mail.File(ctx, session, hash)
	}
	w.add("lia", store.Reader)
	w.add("ana", store.Attendant)
	lia, ana := w.in("lia"), w.in("ana")
	var chart bytes.Buffer
	if err := png.Encode(&chart, image.NewGray(image.Rect(0, 0, 4, 3))); err != nil {
		t.Fatal(err)
	}
	pdf := []byte("%PDF-1.7\nthe bill of May")
	talk := w.says("4711", "2ª via", nil,
		bot.Reply{Document: &bot.Document{Name: "conta \"2\".pdf", Type: "application/pdf", Caption: "A conta.", Body: pdf}},
		bot.Reply{Image: &bot.Document{Name: "consumo-202605.png", Type: "image/png", Caption: "O consumo.", Body: chart.Bytes()}})
	other := w.says("4712", "oi", nil)
	link := regexp.MustCompile(`href="(/conversas/` + talk + `/enviados/[0-9a-f]{32})"`)
	check := func(when string) []string {
		t.Helper()
		links := link.FindAllStringSubmatch(ana.get("/conversas/"+talk).text, -1)
		if len(links) != 2 {
			t.Fatalf("%s: %d files can be opened", when, len(links))
		}
		bill, picture := ana.get(links[0][1]), ana.get(links[1][1])
		if bill.status != 200 || bill.text != string(pdf) || bill.header.Get("Content-Type") != "application/pdf" || bill.header.Get("Content-Disposition") != `attachment; filename="conta \"2\".pdf"` {
			t.Errorf("%s: %d %v %q", when, bill.status, bill.header, bill.text)
		}
		if picture.status != 200 || picture.text != chart.String() || picture.header.Get("Content-Type") != "image/png" || picture.header.Get("Content-Disposition") != "" ||
			!strings.Contains(picture.header.Get("Content-Security-Policy"), "sandbox") || picture.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", when, picture.status, picture.header)
		}
		lia.get(links[0][1]).wants(t, 403, "")
		return []string{links[0][1], links[1][1]}
	}
	check("at once")
	w.keep()
	fromDatabase = true
	links := check("stored")
	if strings.Contains(lia.get("/conversas/"+talk).text, "/enviados/") {
		t.Error("a file is offered to who may not open it")
	}
	ana.get(strings.Replace(links[0], talk, other, 1)).wants(t, 404, "não está mais guardado")
	ana.get(links[0][:len(links[0])-1]+"z").wants(t, 404, "não está mais guardado")
	if n := strings.Count(strings.Join(w.deeds(), "\n"), "ana file_opened telegram:4711"); n != 4 {
		t.Errorf("%d of 4 are in the audit log", n)
	}
	kept, err := w.db.Kept(t.Context(), "telegram:4711")
	if i := slices.IndexFunc(kept, func(k store.Kept) bool { return k.Kind == store.KeptFiles }); err != nil || i < 0 || kept[i].Count != 2 {
		t.Errorf("kept are %+v, %v", kept, err)
	}
	if err := w.db.Purge(t.Context(), store.Retention{Talks: 1, Files: -1, Notes: 1, Documents: 1, Charges: 1}); err != nil {
		t.Fatal(err)
	}
	ana.get(links[0]).wants(t, 404, "não está mais guardado")
	fromDatabase = false
	ana.get(links[0]).wants(t, 200, "the bill of May")
	if err := w.mail.Erase(t.Context(), "telegram:4711"); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := w.mail.File(t.Context(), "telegram:4711", links[0][len(links[0])-32:]); ok || err != nil {
		t.Errorf("what was erased is there still, %v", err)
	}
}
