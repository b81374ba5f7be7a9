package whatsapp

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"lojavirtual/bot"
)

// Files gets the files that people sent. That takes no device and no lead, for who
// has a file's Media.Ref has its key: every process that answers may.
type Files struct {
	HTTP *http.Transport // how WhatsApp is reached; Go's default if nil
}

const (
	filesHost = "https://mmg.whatsapp.net" // where every account's files are
	sealed    = 64                         // bytes, at most, by which a file is longer while it is encrypted
)

// Fetch gets the file of a Media.Ref, if it has no more than so many bytes, and is
// the one that was sent, by its hash. The error is bot.ErrFileTooLarge,
// bot.ErrFileGone, or one that may pass.
func (f Files) Fetch(ctx context.Context, ref string, limit int64) ([]byte, error) {
	sent, err := referred(ref)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", bot.ErrFileGone, err)
	}
	client := whatsmeow.NewClient(store.NoopDevice, waLog.Noop)
	client.SetMediaHTTPClient(&http.Client{
		Transport:     bounded{cmp.Or(f.HTTP, http.DefaultTransport.(*http.Transport)), limit + sealed},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
	body, err := client.Download(ctx, sent)
	switch {
	case err == nil && int64(len(body)) > limit:
		return nil, bot.ErrFileTooLarge
	case err == nil, errors.Is(err, bot.ErrFileTooLarge):
		return body, err
	case ctx.Err() != nil:
		return nil, unfetched{ctx.Err()}
	}
	for _, final := range []error{
		whatsmeow.ErrMediaDownloadFailedWith403, whatsmeow.ErrMediaDownloadFailedWith404, whatsmeow.ErrMediaDownloadFailedWith410,
		whatsmeow.ErrTooShortFile, whatsmeow.ErrInvalidMediaEncSHA256, whatsmeow.ErrInvalidMediaSHA256, whatsmeow.ErrInvalidMediaHMAC,
		whatsmeow.ErrFileLengthMismatch,
	} {
		if errors.Is(err, final) {
			return nil, fmt.Errorf("%w: %w", bot.ErrFileGone, final)
		}
	}
	return nil, unfetched{}
}

// unfetched is why a file may be had later. What whatsmeow says of it is left out:
// it holds the file's address.
type unfetched struct{ cause error }

// Error implements error.
func (unfetched) Error() string { return "cannot fetch a file of WhatsApp" }

// Unwrap returns the context's error, or nil.
func (u unfetched) Unwrap() error { return u.cause }

// Temporary tells that it may be had later.
func (unfetched) Temporary() bool { return true }

// referred is the file of which reference told, with its whole address.
func referred(ref string) (whatsmeow.DownloadableMessage, error) {
	body, err := base64.RawURLEncoding.DecodeString(ref)
	if err != nil {
		return nil, err
	}
	m := new(waE2E.Message)
	if err := proto.Unmarshal(body, m); err != nil {
		return nil, err
	}
	var file protoreflect.Message
	m.ProtoReflect().Range(func(_ protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		file = v.Message()
		return false
	})
	if file == nil {
		return nil, errors.New("no file is referred to")
	}
	sent, ok := file.Interface().(whatsmeow.DownloadableMessage)
	if !ok || !strings.HasPrefix(sent.GetDirectPath(), "/") { // else it could name another host
		return nil, errors.New("what is referred to is nowhere")
	}
	file.Set(file.Descriptor().Fields().ByName("URL"), protoreflect.ValueOfString(filesHost+sent.GetDirectPath()))
	return sent, nil
}

// bounded is a transport whose answers may not be longer than so many bytes.
type bounded struct {
	http.RoundTripper
	limit int64
}

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(req)
	if err == nil {
		resp.Body = &boundedBody{resp.Body, b.limit}
	}
	return resp, err
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, bot.ErrFileTooLarge
	}
	return n, err
}
