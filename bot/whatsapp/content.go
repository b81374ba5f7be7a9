package whatsapp

import (
	"cmp"
	"encoding/base64"
	"math"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"lojavirtual/bot"
)

// content is what a message says and shows, or what it changes of one before:
// "edited" or "deleted". Nothing of all of them is nothing that is said.
func content(m *waE2E.Message) (text string, media *bot.Media, change string) {
	switch {
	case m.GetProtocolMessage() != nil:
		switch m.GetProtocolMessage().GetType() {
		case waE2E.ProtocolMessage_REVOKE:
			return "", nil, "deleted"
		case waE2E.ProtocolMessage_MESSAGE_EDIT:
			return "", nil, "edited"
		}
		return "", nil, ""
	case m.GetSecretEncryptedMessage() != nil: // an edit in its newer form
		if m.GetSecretEncryptedMessage().GetSecretEncType() == waE2E.SecretEncryptedMessage_MESSAGE_EDIT {
			return "", nil, "edited"
		}
		return "", nil, ""
	case again(m):
		return "", nil, ""
	}
	if text = words(m); text != "" {
		return text, nil, ""
	}
	text, media = shown(m)
	return text, media, ""
}

// words are what a message says that is only text, or an answer to the buttons
// and lists of others: we send none.
func words(m *waE2E.Message) string {
	return cmp.Or(
		m.GetConversation(),
		m.GetExtendedTextMessage().GetText(),
		m.GetButtonsResponseMessage().GetSelectedDisplayText(),
		m.GetButtonsResponseMessage().GetSelectedButtonID(),
		m.GetTemplateButtonReplyMessage().GetSelectedDisplayText(),
		m.GetListResponseMessage().GetTitle(),
		m.GetListResponseMessage().GetSingleSelectReply().GetSelectedRowID(),
		m.GetInteractiveResponseMessage().GetBody().GetText(),
	)
}

// shown is what a message shows, with its caption.
func shown(m *waE2E.Message) (caption string, media *bot.Media) {
	switch {
	case m.GetImageMessage() != nil:
		return m.GetImageMessage().GetCaption(), &bot.Media{Kind: "photo", Ref: reference("imageMessage", m.GetImageMessage())}
	case m.GetVideoMessage() != nil:
		return m.GetVideoMessage().GetCaption(), &bot.Media{Kind: "video", Ref: reference("videoMessage", m.GetVideoMessage())}
	case m.GetPtvMessage() != nil: // a round one
		return "", &bot.Media{Kind: "video", Ref: reference("videoMessage", m.GetPtvMessage())}
	case m.GetAudioMessage() != nil:
		return "", &bot.Media{Kind: "voice", Ref: reference("audioMessage", m.GetAudioMessage())}
	case m.GetDocumentMessage() != nil:
		return m.GetDocumentMessage().GetCaption(), &bot.Media{Kind: "document", Ref: reference("documentMessage", m.GetDocumentMessage())}
	case m.GetStickerMessage() != nil:
		return "", &bot.Media{Kind: "sticker", Ref: reference("stickerMessage", m.GetStickerMessage())}
	case m.GetLocationMessage() != nil:
		at := m.GetLocationMessage()
		return at.GetComment(), place(at.GetDegreesLatitude(), at.GetDegreesLongitude())
	case m.GetLiveLocationMessage() != nil:
		at := m.GetLiveLocationMessage()
		return at.GetCaption(), place(at.GetDegreesLatitude(), at.GetDegreesLongitude())
	case m.GetContactMessage() != nil, m.GetContactsArrayMessage() != nil:
		return "", &bot.Media{Kind: "contact"}
	case silent(m):
		return "", nil
	default:
		return "", &bot.Media{Kind: "other"}
	}
}

// place is somewhere, in degrees. Nobody checks what a client sends: what is
// nowhere on Earth, or no number, which no inbox could keep, is something else.
func place(lat, lon float64) *bot.Media {
	if math.Abs(lat) <= 90 && math.Abs(lon) <= 180 {
		return &bot.Media{Kind: "place", Lat: lat, Lon: lon}
	}
	return &bot.Media{Kind: "other"}
}

// silent tells whether a message is none to a person: a reaction, a vote, what
// is pinned or kept, keys, and the head of an album whose pictures follow.
func silent(m *waE2E.Message) bool {
	said := false
	m.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		switch field.Name() {
		case "reactionMessage", "encReactionMessage", "pollUpdateMessage", "encEventResponseMessage", "pinInChatMessage", "keepInChatMessage",
			"senderKeyDistributionMessage", "fastRatchetKeySenderKeyDistributionMessage", "messageContextInfo",
			"albumMessage", "placeholderMessage", "stickerSyncRmrMessage", "messageHistoryBundle", "messageHistoryNotice", "chat", "call":
		default:
			said = true
		}
		return !said
	})
	return !said
}

// again tells whether a message is the better copy of a photo or video that has
// come before it.
func again(m *waE2E.Message) bool {
	switch m.GetMessageContextInfo().GetMessageAssociation().GetAssociationType() {
	case waE2E.MessageAssociation_HD_IMAGE_DUAL_UPLOAD, waE2E.MessageAssociation_HD_VIDEO_DUAL_UPLOAD:
		return true
	}
	return m.GetAssociatedChildMessage() != nil
}

// kept is what it takes to have a file later: where it is, its key, and the
// hashes by which it is checked.
var kept = []protoreflect.Name{"directPath", "mediaKey", "fileSHA256", "fileEncSHA256", "fileLength", "mimetype"}

// reference is a file of a message as Media.Ref has it: a waE2E.Message in
// base64, with no more of it than Fetch needs. WhatsApp's servers keep files
// for some weeks.
func reference(kind protoreflect.Name, file proto.Message) string {
	m := new(waE2E.Message)
	from := file.ProtoReflect()
	to := m.ProtoReflect().Mutable(m.ProtoReflect().Descriptor().Fields().ByName(kind)).Message()
	for _, name := range kept {
		if field := from.Descriptor().Fields().ByName(name); field != nil && from.Has(field) {
			to.Set(field, from.Get(field))
		}
	}
	body, err := proto.Marshal(m)
	if err != nil {
		return "" // a file that cannot be had later is still one that was sent
	}
	return base64.RawURLEncoding.EncodeToString(body)
}
