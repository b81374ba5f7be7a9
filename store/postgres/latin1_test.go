package postgres

import (
	"testing"
	"time"

	"lojavirtual/store"
)

func TestLatin1(t *testing.T) {
	for text, want := range map[string]string{
		"Água suja há 3 dias":         "Água suja há 3 dias",
		"a\u0301gua":                  "água", // as some phones write it
		"“rua” – ‘lá’ — it’s…":        `"rua" - 'lá' - it's...`,
		"vazando 💦 muito":             "vazando ? muito",
		"👍🏽 ok":                       "? ok",
		"👩‍🔧":                         "??",
		"☔️":                          "?",
		"linha 1\r\nlinha 2\tfim\x00": "linha 1 linha 2 fim",
		"R$ 10 ou € 2":                "R$ 10 ou EUR 2",
		"漏水":                          "??",
		"\u0085\u200b\u00ad":          "",
		"sem\u00a0espaço":             "sem espaço",
		"":                            "",
	} {
		if got := latin1(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestProtocol: the worked example of RA-9.
func TestProtocol(t *testing.T) {
	if got := protocol(2024, 12345); got != "20241000012345" {
		t.Errorf("RA-9: %s, want 20241000012345", got)
	}
}

// TestObservations: the longest that a customer can write keeps its contact
// (RA-4) within the 400 characters of the column.
func TestObservations(t *testing.T) {
	long := make([]rune, 500)
	for i := range long {
		long[i] = 'ã'
	}
	got := observations(store.RequestForm{
		Notes: string(long), Phone: "+5579991234567", Place: &store.Point{Lat: -10.911, Lon: -37.0717},
		Photos: make([]string, 3), At: time.Now(),
	})
	want := string(long[:store.NotesMax]) + " CONTATO: (79) 99123-4567. LOCAL ENVIADO: -10.91100, -37.07170. FOTOS NO CHATBOT: 3."
	if got != want || len([]rune(got)) > 400 {
		t.Errorf("%q", got)
	}
	if got := observations(store.RequestForm{}); got != "" {
		t.Errorf("nothing said: %q", got)
	}
}
