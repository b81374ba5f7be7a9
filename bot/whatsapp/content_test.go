package whatsapp

import (
	"encoding/base64"
	"math"
	"reflect"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"lojavirtual/bot"
)

func TestContent(t *testing.T) {
	quote := &waE2E.ContextInfo{StanzaID: proto.String("3EB0"), QuotedMessage: &waE2E.Message{Conversation: proto.String("Qual?")}}
	wrapped := func(m *waE2E.Message) *waE2E.FutureProofMessage { return &waE2E.FutureProofMessage{Message: m} }
	hd := waE2E.MessageAssociation_HD_IMAGE_DUAL_UPLOAD
	for name, c := range map[string]struct {
		sent   *waE2E.Message
		text   string
		media  *bot.Media // Ref left out
		change string
	}{
		"text":           {&waE2E.Message{Conversation: proto.String("oi")}, "oi", nil, ""},
		"quote":          {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("a 2"), ContextInfo: quote}}, "a 2", nil, ""},
		"that vanishes":  {&waE2E.Message{EphemeralMessage: wrapped(&waE2E.Message{Conversation: proto.String("oi")})}, "oi", nil, ""},
		"photo":          {&waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: proto.String("o vazamento")}}, "o vazamento", &bot.Media{Kind: "photo"}, ""},
		"photo once":     {&waE2E.Message{ViewOnceMessageV2: wrapped(&waE2E.Message{ImageMessage: &waE2E.ImageMessage{}})}, "", &bot.Media{Kind: "photo"}, ""},
		"video":          {&waE2E.Message{VideoMessage: &waE2E.VideoMessage{Caption: proto.String("veja")}}, "veja", &bot.Media{Kind: "video"}, ""},
		"round video":    {&waE2E.Message{PtvMessage: &waE2E.VideoMessage{}}, "", &bot.Media{Kind: "video"}, ""},
		"voice":          {&waE2E.Message{AudioMessage: &waE2E.AudioMessage{PTT: proto.Bool(true)}}, "", &bot.Media{Kind: "voice"}, ""},
		"document":       {&waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{FileName: proto.String("a.pdf")}}, "", &bot.Media{Kind: "document"}, ""},
		"with caption":   {&waE2E.Message{DocumentWithCaptionMessage: wrapped(&waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{Caption: proto.String("minha conta")}})}, "minha conta", &bot.Media{Kind: "document"}, ""},
		"sticker":        {&waE2E.Message{StickerMessage: &waE2E.StickerMessage{}}, "", &bot.Media{Kind: "sticker"}, ""},
		"moving sticker": {&waE2E.Message{LottieStickerMessage: wrapped(&waE2E.Message{StickerMessage: &waE2E.StickerMessage{}})}, "", &bot.Media{Kind: "sticker"}, ""},
		"place":          {&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(-10.9), DegreesLongitude: proto.Float64(-37.1)}}, "", &bot.Media{Kind: "place", Lat: -10.9, Lon: -37.1}, ""},
		"live place":     {&waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{DegreesLatitude: proto.Float64(-10.9), DegreesLongitude: proto.Float64(-37.1), Caption: proto.String("aqui")}}, "aqui", &bot.Media{Kind: "place", Lat: -10.9, Lon: -37.1}, ""},
		"nowhere":        {&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(math.NaN()), DegreesLongitude: proto.Float64(-37.1)}}, "", &bot.Media{Kind: "other"}, ""},
		"live nowhere":   {&waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{DegreesLatitude: proto.Float64(-10.9), DegreesLongitude: proto.Float64(math.Inf(1))}}, "", &bot.Media{Kind: "other"}, ""},
		"off the Earth":  {&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(90.1)}}, "", &bot.Media{Kind: "other"}, ""},
		"contact":        {&waE2E.Message{ContactMessage: &waE2E.ContactMessage{Vcard: proto.String("TEL:+5579991234567")}}, "", &bot.Media{Kind: "contact"}, ""},
		"contacts":       {&waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{}}, "", &bot.Media{Kind: "contact"}, ""},
		"edit": {&waE2E.Message{EditedMessage: wrapped(&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: &waCommon.MessageKey{ID: proto.String("3EB0")}, EditedMessage: &waE2E.Message{Conversation: proto.String("oi!")},
		}})}, "", nil, "edited"},
		"secret edit": {&waE2E.Message{SecretEncryptedMessage: &waE2E.SecretEncryptedMessage{SecretEncType: waE2E.SecretEncryptedMessage_MESSAGE_EDIT.Enum()}}, "", nil, "edited"},
		"revoke":      {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum()}}, "", nil, "deleted"},
		"settings":    {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_EPHEMERAL_SETTING.Enum()}}, "", nil, ""},
		"reaction":    {&waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{Text: proto.String("👍")}}, "", nil, ""},
		"vote":        {&waE2E.Message{PollUpdateMessage: &waE2E.PollUpdateMessage{}, MessageContextInfo: &waE2E.MessageContextInfo{}}, "", nil, ""},
		"keys":        {&waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{}}, "", nil, ""},
		"poll":        {&waE2E.Message{PollCreationMessageV3: &waE2E.PollCreationMessage{Name: proto.String("?")}}, "", &bot.Media{Kind: "other"}, ""},
		"better photo": {&waE2E.Message{
			ImageMessage:       &waE2E.ImageMessage{},
			MessageContextInfo: &waE2E.MessageContextInfo{MessageAssociation: &waE2E.MessageAssociation{AssociationType: &hd}},
		}, "", nil, ""},
		"album":     {&waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{}}, "", nil, ""},
		"button":    {&waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{SelectedButtonID: proto.String("2"), Response: &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: "Sim"}}}, "Sim", nil, ""},
		"template":  {&waE2E.Message{TemplateButtonReplyMessage: &waE2E.TemplateButtonReplyMessage{SelectedDisplayText: proto.String("Sim")}}, "Sim", nil, ""},
		"list":      {&waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{Title: proto.String("05/2026")}}, "05/2026", nil, ""},
		"row":       {&waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{SingleSelectReply: &waE2E.ListResponseMessage_SingleSelectReply{SelectedRowID: proto.String("2")}}}, "2", nil, ""},
		"a flow":    {&waE2E.Message{InteractiveResponseMessage: &waE2E.InteractiveResponseMessage{Body: &waE2E.InteractiveResponseMessage_Body{Text: proto.String("Sim")}}}, "Sim", nil, ""},
		"nothing":   {&waE2E.Message{}, "", nil, ""},
		"a novelty": {&waE2E.Message{EventMessage: &waE2E.EventMessage{Name: proto.String("festa")}}, "", &bot.Media{Kind: "other"}, ""},
	} {
		event := (&events.Message{RawMessage: c.sent}).UnwrapRaw()
		text, media, change := content(event.Message)
		if media != nil {
			media.Ref = ""
		}
		if text != c.text || change != c.change || !reflect.DeepEqual(media, c.media) {
			t.Errorf("%s: %q, %+v, %q; want %q, %+v, %q", name, text, media, change, c.text, c.media, c.change)
		}
	}
}

// What is kept of a file is what it takes to have it, and no more.
func TestReference(t *testing.T) {
	photo := &waE2E.ImageMessage{
		URL: proto.String("https://mmg.whatsapp.net/v/x"), DirectPath: proto.String("/v/" + strings.Repeat("x", 120)), MediaKey: make([]byte, 32),
		FileSHA256: make([]byte, 32), FileEncSHA256: make([]byte, 32), FileLength: proto.Uint64(123456), Mimetype: proto.String("image/jpeg"),
		Caption: proto.String("Rua das Flores"), JPEGThumbnail: make([]byte, 4000), Width: proto.Uint32(1600),
	}
	ref := reference("imageMessage", photo)
	body, err := base64.RawURLEncoding.DecodeString(ref)
	got := new(waE2E.Message)
	if err == nil {
		err = proto.Unmarshal(body, got)
	}
	if err != nil || len(ref) > 450 {
		t.Fatalf("%d characters, %v", len(ref), err)
	}
	photo.URL, photo.Caption, photo.JPEGThumbnail, photo.Width = nil, nil, nil, nil
	if !proto.Equal(got, &waE2E.Message{ImageMessage: photo}) {
		t.Errorf("kept is %v", got)
	}
}
