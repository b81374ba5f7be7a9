package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"lojavirtual/bot"
)

// Fetch gets the file of a Media.Ref, if it has no more than so many bytes. The
// error is bot.ErrFileTooLarge, which Telegram says above 20 MB whatever the limit,
// bot.ErrFileGone, or one that may pass.
//
// A Bot API server of one's own must not run with --local: it would keep the files
// to its own disk.
func (c *Channel) Fetch(ctx context.Context, ref string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	result, err := c.call(ctx, "getFile", tgbotapi.Params{"file_id": ref})
	switch {
	case refusedFor(err, "file is too big"):
		return nil, bot.ErrFileTooLarge
	case refused(err):
		return nil, bot.ErrFileGone
	case err != nil:
		return nil, err
	}
	var file struct {
		Path string `json:"file_path"`
		Size int64  `json:"file_size"`
	}
	switch err := json.Unmarshal(result, &file); {
	case err != nil:
		return nil, c.fail("getFile", nil, err)
	case file.Size > limit:
		return nil, bot.ErrFileTooLarge
	case file.Path == "":
		return nil, bot.ErrFileGone
	}
	body, err := c.download(ctx, file.Path, limit)
	if err != nil && err != bot.ErrFileTooLarge && err != bot.ErrFileGone {
		return nil, c.fail("file", nil, err)
	}
	return body, err
}

// download gets a file by the path that getFile gave. Its errors may hold the token.
func (c *Channel) download(ctx context.Context, path string, limit int64) ([]byte, error) {
	address, err := url.JoinPath(c.base, "file", "bot"+c.api.Token, path)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, bot.ErrFileGone
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the server answers %s", resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if int64(len(body)) > limit {
		return nil, bot.ErrFileTooLarge
	}
	return body, err
}
