package console

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"mime"
	"net/http"
	"slices"

	_ "golang.org/x/image/webp" // a photo from a page

	"lojavirtual/bot"
	"lojavirtual/store"
)

// Files gets what a person sent in a conversation, by store.Turn.Ref, if it has no
// more than so many bytes. The error is bot.ErrFileTooLarge, bot.ErrFileGone, or
// one that may pass.
type Files func(ctx context.Context, session, ref string, limit int64) ([]byte, error)

// Sent gets a document or picture that was sent in a conversation, by
// store.Reply.Hash; ok is false if it is not kept any more.
type Sent func(ctx context.Context, session, hash string) (body []byte, ok bool, err error)

// Limits of a file that is opened.
const (
	fileBytes    = 10 << 20
	picturePixel = 25 << 20 // which take 100 MB
	picturesMax  = 2        // that are decoded at once
	pictureGrade = 85       // of JPEG, of 100
)

var (
	errNoFile    = problem{http.StatusNotFound, "Este arquivo não existe mais: a rede guarda o que as pessoas enviam só por algum tempo. Se precisar dele, peça à pessoa que envie de novo."}
	errNotKept   = problem{http.StatusNotFound, "Este arquivo não está mais guardado: o que enviamos fica só por alguns dias. A conta ou o código podem ser enviados de novo."}
	errLargeFile = problem{http.StatusRequestEntityTooLarge, "Este arquivo é grande demais para abrir aqui: abrimos até 10 MB e fotos de 25 megapixels."}
)

// talkFile opens what a person sent, once it is written down who does. A picture
// is shown as one that is drawn anew, so that nothing is left of the file but what
// is seen; anything else is a download.
func (c *Console) talkFile(w http.ResponseWriter, r *http.Request, v visitor) error {
	ctx, protocol := r.Context(), r.PathValue("protocolo")
	session, err := c.sessionOf(ctx, protocol)
	if err != nil {
		return err
	}
	turns, err := c.turnsOf(ctx, session, protocol)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(turns, func(t store.Turn) bool { return t.ID == r.PathValue("turno") && t.Ref != "" })
	if i < 0 {
		return errNoFile
	}
	if err := c.office.note(ctx, c.by(r, v.Name), "file_opened", masked(session), "protocolo "+protocol+", "+turns[i].Media); err != nil {
		return err
	}
	file, err := c.Files(ctx, session, turns[i].Ref, fileBytes)
	switch {
	case errors.Is(err, bot.ErrFileGone):
		return errNoFile
	case errors.Is(err, bot.ErrFileTooLarge):
		return errLargeFile
	case err != nil:
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	picture, kind, err := c.redraw(ctx, file)
	switch {
	case err != nil:
		return err
	case picture != nil:
		h.Set("Content-Type", kind)
		file = picture
	default:
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", `attachment; filename="`+fileName(file)+`"`)
	}
	_, err = w.Write(file)
	return err
}

// sentFile opens what we sent, as the person has it, once it is written down who
// does.
func (c *Console) sentFile(w http.ResponseWriter, r *http.Request, v visitor) error {
	ctx, protocol, hash := r.Context(), r.PathValue("protocolo"), r.PathValue("hash")
	session, err := c.sessionOf(ctx, protocol)
	if err != nil {
		return err
	}
	turns, err := c.turnsOf(ctx, session, protocol)
	if err != nil {
		return err
	}
	for _, t := range turns {
		i := slices.IndexFunc(t.Replies, func(s store.Reply) bool { return s.Hash != "" && s.Hash == hash })
		if i < 0 {
			continue
		}
		if err := c.office.note(ctx, c.by(r, v.Name), "file_opened", masked(session), "protocolo "+protocol+", enviado"); err != nil {
			return err
		}
		body, ok, err := c.Sent(ctx, session, hash)
		switch {
		case err != nil:
			return err
		case !ok:
			return errNotKept
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
		h.Set("Content-Type", t.Replies[i].Type)
		if !t.Replies[i].Picture { // a page that reads PDFs may not run in a sandbox
			h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": t.Replies[i].File}))
		}
		_, err = w.Write(body)
		return err
	}
	return errNotKept
}

// redraw decodes a picture and encodes it again, without what else its file says;
// nil of what is no picture. The error is errLargeFile, or the context's.
func (c *Console) redraw(ctx context.Context, file []byte) (picture []byte, kind string, err error) {
	size, format, err := image.DecodeConfig(bytes.NewReader(file))
	switch {
	case err != nil, size.Width < 1, size.Height < 1:
		return nil, "", nil //nolint:nilerr // it is something else
	case int64(size.Width)*int64(size.Height) > picturePixel:
		return nil, "", errLargeFile
	}
	select {
	case c.pictures <- struct{}{}:
		defer func() { <-c.pictures }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	decoded, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, "", nil //nolint:nilerr // it is broken, and can be had as it is
	}
	var out bytes.Buffer
	if format == "png" {
		err = png.Encode(&out, decoded)
		return out.Bytes(), "image/png", err
	}
	err = jpeg.Encode(&out, decoded, &jpeg.Options{Quality: pictureGrade})
	return out.Bytes(), "image/jpeg", err
}

// fileName is what a download is called: what people send has names of theirs,
// which are not kept.
func fileName(file []byte) string {
	switch kind := http.DetectContentType(file); kind {
	case "application/pdf":
		return "arquivo.pdf"
	case "application/ogg", "audio/ogg":
		return "audio.ogg"
	case "video/mp4":
		return "video.mp4"
	default:
		return "arquivo.bin"
	}
}
