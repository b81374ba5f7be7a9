package answer_test

import (
	"testing"
	"time"

	"lojavirtual/bot/answer"
)

func TestMonth(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	for said, want := range map[string][2]int{
		"paguei a de março?":      {2026, 3},
		"abril":                   {2025, 4}, // this year's has not come
		"MARCO de 2025":           {2025, 3},
		"03/2024":                 {2024, 3},
		"3/24":                    {2024, 3},
		"quanto paguei em 2025?":  {2025, 0},
		"o mês passado":           {2026, 2},
		"este mês":                {2026, 3},
		"ano passado":             {2025, 0},
		"o total deste ano":       {2026, 0},
		"este ano":                {2026, 0},
		"de março a maio":         {0, 0},
		"01/2026 ou 02/2026":      {0, 0},
		"minha matrícula é 10437": {0, 0},
		"em 1234":                 {0, 0},
		"":                        {0, 0},
	} {
		year, month, ok := answer.Month(said, now)
		if ok != (want[0] != 0) || ok && (year != want[0] || month != want[1]) {
			t.Errorf("%q: %d, %d, %t; want %v", said, year, month, ok, want)
		}
	}
}
