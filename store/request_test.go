package store_test

import (
	"errors"
	"testing"
	"time"

	"lojavirtual/store"
)

// TestBusinessDays: the worked example of RA-6, over Independence Day.
func TestBusinessDays(t *testing.T) {
	friday := store.Date{Year: 2024, Month: time.September, Day: 6}
	holidays := map[store.Date]bool{
		{Year: 2024, Month: time.September, Day: 7}:  true, // a Saturday
		{Year: 2024, Month: time.September, Day: 12}: true,
	}
	for _, c := range []struct {
		days int
		want string
	}{{0, "06/09/2024"}, {1, "09/09/2024"}, {3, "11/09/2024"}, {4, "13/09/2024"}, {5, "16/09/2024"}} {
		if got := friday.BusinessDays(c.days, holidays).String(); got != c.want {
			t.Errorf("%d business days: %s, want %s", c.days, got, c.want)
		}
	}
	if got := friday.BusinessDays(5, nil).String(); got != "13/09/2024" {
		t.Errorf("RA-6: %s, want 13/09/2024", got)
	}
	if got := friday.Add(5).String(); got != "11/09/2024" {
		t.Errorf("RA-6, calendar days: %s, want 11/09/2024", got)
	}
}

func TestParsePhone(t *testing.T) {
	for text, want := range map[string]string{
		"79 99123-4567":           "+5579991234567",
		"(079) 3211-1234":         "+557932111234",
		"+55 79 9 9123 4567":      "+5579991234567",
		"55 79 99123.4567":        "+5579991234567",
		"(55) 99123-4567":         "+5555991234567", // Rio Grande do Sul
		" 079991234567 ":          "+5579991234567",
		"79\u00a099123\u20114567": "",
	} {
		got, err := store.ParsePhone(text)
		if got != want || (err == nil) == (want == "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"99123-4567":    store.PhoneFormat, // no area code
		"":              store.PhoneFormat,
		"meu telefone":  store.PhoneFormat,
		"20 99123-4567": store.PhoneArea,
		"79 89123-4567": store.PhoneMobile,
		"79 9123-4567":  store.PhoneFixed,
	} {
		if _, err := store.ParsePhone(text); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

func TestFormatPhone(t *testing.T) {
	for number, want := range map[string]string{"+5579991234567": "(79) 99123-4567", "+557932111234": "(79) 3211-1234", "190": "190"} {
		if got := store.FormatPhone(number); got != want {
			t.Errorf("%s: %s, want %s", number, got, want)
		}
	}
}
