package telegramtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Telegram's limits: UTF-16 units, bytes of a button's data, buttons, bytes of a file.
const (
	textLimit    = 4096
	captionLimit = 1024
	copyLimit    = 256
	dataLimit    = 64
	buttonLimit  = 100
	markupLimit  = 10_000
	fileLimit    = 50 << 20
	fetchLimit   = 20 << 20
	photoLimit   = 10 << 20
)

// methods are the calls that are answered at once, under the server's lock.
var methods = map[string]func(*Server, request) (any, *refusal){
	"getMe":               (*Server).getMe,
	"setMyCommands":       (*Server).setMyCommands,
	"setWebhook":          (*Server).setWebhook,
	"deleteWebhook":       (*Server).deleteWebhook,
	"sendMessage":         (*Server).sendMessage,
	"editMessageText":     (*Server).editMessageText,
	"sendDocument":        (*Server).sendDocument,
	"sendPhoto":           (*Server).sendPhoto,
	"getFile":             (*Server).getFile,
	"answerCallbackQuery": (*Server).answerCallbackQuery,
	"leaveChat":           (*Server).leaveChat,
}

func (s *Server) getMe(request) (any, *refusal) {
	return map[string]any{"id": 123456, "is_bot": true, "first_name": "Loja", "username": Username}, nil
}

var commandForm = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

func (s *Server) setMyCommands(q request) (any, *refusal) {
	var list []struct{ Command, Description string }
	if json.Unmarshal([]byte(q.FormValue("commands")), &list) != nil {
		return nil, bad("can't parse commands JSON object")
	}
	s.commands = nil
	for _, c := range list {
		if !commandForm.MatchString(c.Command) {
			return nil, bad("BOT_COMMAND_INVALID")
		}
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > 256 {
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
		s.commands = append(s.commands, c.Command)
	}
	return true, nil
}

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

func (s *Server) setWebhook(q request) (any, *refusal) {
	secret := q.FormValue("secret_token")
	if !secretForm.MatchString(secret) {
		return nil, bad("secret token contains unallowed characters")
	}
	if list := q.FormValue("allowed_updates"); list != "" {
		if json.Unmarshal([]byte(list), &s.allowed) != nil {
			return nil, bad("can't parse allowed updates JSON object")
		}
	}
	s.hook = &hook{q.FormValue("url"), secret}
	return true, nil
}

func (s *Server) deleteWebhook(request) (any, *refusal) {
	s.hook = nil
	return true, nil
}

func (s *Server) leaveChat(q request) (any, *refusal) {
	s.left = append(s.left, q.number("chat_id"))
	return true, nil
}

func (s *Server) answerCallbackQuery(q request) (any, *refusal) {
	id := q.FormValue("callback_query_id")
	if answered, known := s.queries[id]; answered || !known {
		return nil, bad("query is too old and response timeout expired or query ID is invalid")
	}
	s.queries[id] = true
	return true, nil
}

// chat finds the chat a message is for.
func (s *Server) chat(q request) (*Chat, *refusal) {
	if q.FormValue("chat_id") == "" {
		return nil, bad("chat_id is empty")
	}
	c, ok := s.chats[q.number("chat_id")]
	switch {
	case !ok:
		return nil, bad("chat not found")
	case c.blocked:
		return nil, &refusal{code: http.StatusForbidden, description: "Forbidden: bot was blocked by the user"}
	}
	if left := time.Until(c.held); left > 0 {
		s.impatient++
		return nil, tooMany(int(left/time.Second) + 1)
	}
	return c, nil
}

func (s *Server) sendMessage(q request) (any, *refusal) {
	c, no := s.chat(q)
	if no != nil {
		return nil, no
	}
	m := &Message{ID: s.number(), At: time.Now()}
	if no := m.read(q, "text", textLimit); no != nil {
		return nil, no
	}
	c.list = append(c.list, m)
	return m.wire(c.id), nil
}

func (s *Server) editMessageText(q request) (any, *refusal) {
	c, no := s.chat(q)
	if no != nil {
		return nil, no
	}
	old := c.find(q.number("message_id"))
	switch {
	case old == nil:
		return nil, bad("message to edit not found")
	case old.Person:
		return nil, bad("message can't be edited")
	case old.Document != nil || old.Photo != nil:
		return nil, bad("there is no text in the message to edit")
	}
	edited := &Message{ID: old.ID, At: old.At, Edits: old.Edits}
	if no := edited.read(q, "text", textLimit); no != nil {
		return nil, no
	}
	if edited.Text == old.Text && reflect.DeepEqual(edited.Entities, old.Entities) && reflect.DeepEqual(edited.Buttons, old.Buttons) {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	edited.Edits++
	*old = *edited
	return old.wire(c.id), nil
}

func (s *Server) sendDocument(q request) (any, *refusal) { return s.sendFile(q, "document", false) }

func (s *Server) sendPhoto(q request) (any, *refusal) { return s.sendFile(q, "photo", true) }

func (s *Server) sendFile(q request, field string, photo bool) (any, *refusal) {
	c, no := s.chat(q)
	if no != nil {
		return nil, no
	}
	f, no := s.file(q, field, photo)
	if no != nil {
		return nil, no
	}
	m := &Message{ID: s.number(), At: time.Now()}
	if no := m.read(q, "caption", captionLimit); no != nil {
		return nil, no
	}
	if photo {
		m.Photo = f
	} else {
		m.Document = f
	}
	c.list = append(c.list, m)
	return m.wire(c.id), nil
}

// file is the one in the request, or an older one named by it.
func (s *Server) file(q request, field string, photo bool) (*File, *refusal) {
	if id := q.FormValue(field); id != "" {
		f, ok := s.files[id]
		if !ok {
			return nil, bad("wrong remote file identifier specified: Wrong string length")
		}
		if f.photo != photo {
			return nil, bad("can't use file of type %s as %s", kind(f.photo), kind(photo))
		}
		return f, nil
	}
	if q.MultipartForm == nil || len(q.MultipartForm.File[field]) == 0 {
		return nil, bad("there is no %s in the request", field)
	}
	header := q.MultipartForm.File[field][0]
	in, err := header.Open()
	if err != nil {
		return nil, bad("%s", err)
	}
	defer func() { _ = in.Close() }()
	body, err := io.ReadAll(in)
	switch {
	case err != nil:
		return nil, bad("%s", err)
	case len(body) == 0:
		return nil, bad("file must be non-empty")
	case len(body) > fileLimit, photo && len(body) > photoLimit:
		return nil, &refusal{code: http.StatusRequestEntityTooLarge, description: "Request Entity Too Large"}
	case photo && !strings.HasPrefix(http.DetectContentType(body), "image/"):
		return nil, bad("IMAGE_PROCESS_FAILED")
	}
	f := &File{ID: kind(photo) + "-" + strconv.FormatInt(s.number(), 10), Name: header.Filename, Body: body, photo: photo}
	s.files[f.ID] = f
	return f, nil
}

func kind(photo bool) string {
	if photo {
		return "Photo"
	}
	return "Document"
}

// getFile tells where a file can be had.
func (s *Server) getFile(q request) (any, *refusal) {
	f, ok := s.files[q.FormValue("file_id")]
	switch {
	case !ok:
		return nil, bad("wrong file_id or the file is temporarily unavailable")
	case len(f.Body) > fetchLimit:
		return nil, bad("file is too big")
	}
	return map[string]any{"file_id": f.ID, "file_size": len(f.Body), "file_path": "files/" + f.ID}, nil
}

// give gives a file to who knows where it is.
func (s *Server) give(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f, ok := s.files[r.PathValue("id")]
	s.mu.Unlock()
	if !ok || r.PathValue("token") != "bot"+Token {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(f.Body)
}

// read takes text and keyboard from the request, checking both. A caption may
// be missing.
func (m *Message) read(q request, field string, limit int) *refusal {
	raw := q.FormValue(field)
	if !utf8.ValidString(raw) {
		return bad("strings must be encoded in UTF-8")
	}
	m.Text, m.Marked = raw, raw
	switch mode := q.FormValue("parse_mode"); mode {
	case "":
	case "HTML":
		text, entities, err := ParseHTML(raw)
		if err != nil {
			return bad("can't parse entities: %s", err)
		}
		m.Text, m.Entities = text, entities
	default:
		return bad("unsupported parse_mode")
	}
	m.Text = strings.TrimSpace(m.Text)
	switch n := len(utf16.Encode([]rune(m.Text))); {
	case n == 0 && field == "text":
		return bad("message text is empty")
	case n > limit && field == "text":
		return bad("message is too long")
	case n > limit:
		return bad("message caption is too long")
	}
	return m.readKeyboard(q.FormValue("reply_markup"))
}

func (m *Message) readKeyboard(markup string) *refusal {
	if markup == "" {
		return nil
	}
	var k struct {
		Rows [][]map[string]json.RawMessage `json:"inline_keyboard"`
	}
	if err := json.Unmarshal([]byte(markup), &k); err != nil || k.Rows == nil {
		return bad("object expected as reply markup")
	}
	n := 0
	for _, row := range k.Rows {
		var buttons []Button
		for _, fields := range row {
			b, no := readButton(fields)
			if no != nil {
				return no
			}
			buttons = append(buttons, b)
			n++
		}
		if len(buttons) == 0 {
			return bad("inline keyboard row is empty")
		}
		m.Buttons = append(m.Buttons, buttons)
	}
	if n > buttonLimit || len(markup) > markupLimit {
		return bad("reply markup is too long")
	}
	return nil
}

func readButton(fields map[string]json.RawMessage) (Button, *refusal) {
	var b Button
	var copied struct {
		Text string `json:"text"`
	}
	kinds := 0
	for name, value := range fields {
		var err error
		switch name {
		case "text":
			err = json.Unmarshal(value, &b.Text)
		case "callback_data":
			kinds++
			err = json.Unmarshal(value, &b.Data)
		case "url":
			kinds++
			err = json.Unmarshal(value, &b.URL)
		case "copy_text":
			kinds++
			err = json.Unmarshal(value, &copied)
		default:
			return b, bad("telegramtest knows no buttons with %q", name)
		}
		if err != nil {
			return b, bad("can't parse inline keyboard button: %s", err)
		}
	}
	b.Copy = copied.Text
	switch {
	case strings.TrimSpace(b.Text) == "":
		return b, bad("inline keyboard button text is empty")
	case kinds != 1:
		return b, bad("text buttons are unallowed in the inline keyboard")
	case fields["callback_data"] != nil && (b.Data == "" || len(b.Data) > dataLimit):
		return b, bad("BUTTON_DATA_INVALID")
	case fields["url"] != nil && !reachable(b.URL):
		return b, bad("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", b.URL)
	case fields["copy_text"] != nil && (b.Copy == "" || utf8.RuneCountInString(b.Copy) > copyLimit):
		return b, bad("BUTTON_COPY_TEXT_INVALID")
	}
	return b, nil
}

// reachable tells whether Telegram takes an address for one on the internet.
func reachable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && strings.Contains(u.Hostname(), ".")
}

// wire is a message as the Bot API shows it.
func (m *Message) wire(chat int64) map[string]any {
	w := map[string]any{
		"message_id": m.ID,
		"date":       m.At.Unix(),
		"chat":       map[string]any{"id": chat, "type": "private", "first_name": "Pessoa"},
		"from":       map[string]any{"id": 123456, "is_bot": true, "first_name": "Loja", "username": Username},
	}
	field := "text"
	switch {
	case m.Document != nil:
		field = "caption"
		w["document"] = map[string]any{"file_id": m.Document.ID, "file_name": m.Document.Name, "file_size": len(m.Document.Body)}
	case m.Photo != nil:
		field = "caption"
		w["photo"] = []map[string]any{{"file_id": "small-" + m.Photo.ID, "width": 90, "height": 48}, {"file_id": m.Photo.ID, "width": 900, "height": 480}}
	}
	if m.Text != "" {
		w[field] = m.Text
	}
	if len(m.Buttons) > 0 {
		var rows [][]map[string]any
		for _, row := range m.Buttons {
			var out []map[string]any
			for _, b := range row {
				out = append(out, b.wire())
			}
			rows = append(rows, out)
		}
		w["reply_markup"] = map[string]any{"inline_keyboard": rows}
	}
	return w
}

func (b Button) wire() map[string]any {
	switch {
	case b.Data != "":
		return map[string]any{"text": b.Text, "callback_data": b.Data}
	case b.URL != "":
		return map[string]any{"text": b.Text, "url": b.URL}
	default:
		return map[string]any{"text": b.Text, "copy_text": map[string]any{"text": b.Copy}}
	}
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("telegramtest: %v", err))
	}
	return string(b)
}
