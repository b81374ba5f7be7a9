package chart_test

import (
	"bytes"
	"errors"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"lojavirtual/flows/chart"
	"lojavirtual/store"
)

var update = flag.Bool("update", false, "write the pictures in testdata")

// year is twelve months up to May 2026 with the volumes given.
func year(volumes ...int) []store.Consumption {
	var months []store.Consumption
	for i, v := range volumes {
		months = append(months, store.Consumption{
			Month: store.Month(202605).Add(i + 1 - len(volumes)), HasWater: true, Billed: v, Read: true, Kind: store.RealUse,
		})
	}
	return months
}

func with(months []store.Consumption, i int, change func(*store.Consumption)) []store.Consumption {
	change(&months[i])
	return months
}

func unread(c *store.Consumption)    { c.Read = false }
func unmetered(c *store.Consumption) { c.Read, c.Kind = false, store.Unmetered }
func nothing(c *store.Consumption)   { *c = store.Consumption{Month: c.Month} }

var pictures = map[string]struct {
	months []store.Consumption
	mean   int
}{
	"usual": {with(with(with(year(14, 16, 15, 17, 16, 14, 10, 14, 14, 15, 16, 14), 6, func(c *store.Consumption) { c.Odd = store.LowUse }), 7, unread), 8, unread), 14},
	"jumped": {with(with(with(year(15, 14, 16, 14, 15, 16, 14, 14, 16, 14, 39, 58), 10, func(c *store.Consumption) { c.Odd = store.HighUse }),
		11, func(c *store.Consumption) { c.Odd = store.BurstUse }), 7, unread), 14},
	"large":     {year(12650, 13910, 14400, 15005, 9870, 9990, 10020, 12040, 13000, 13120, 12990, 13410), 12610},
	"december":  {year(15, 14, 16, 14, 15, 16)[:6], 14},
	"two":       {year(9, 11), 0},
	"unmetered": {with(with(with(year(10, 10, 10), 0, unmetered), 1, unmetered), 2, unmetered), 10},
	"gaps":      {with(with(year(0, 3, 2, 8, 0, 1, 0, 0, 4, 7, 0, 0), 3, nothing), 4, unread), 3},
}

// TestPictures compares with the pictures that were looked at. Edges may be
// rounded otherwise by another processor.
func TestPictures(t *testing.T) {
	for name, c := range pictures {
		got, err := chart.Consumption(c.months, c.mean)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name+".png")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if part := different(t, got, want); part > 0.005 {
			t.Errorf("%s is another picture: %.1f %% of it", file, 100*part)
		}
		size, err := png.DecodeConfig(bytes.NewReader(got))
		if err != nil || size.Width != 1080 || size.Height > 1080 {
			t.Errorf("%s: %d x %d, %v", name, size.Width, size.Height, err)
		}
		if len(got) > 60_000 {
			t.Errorf("%s has %d bytes", name, len(got))
		}
	}
}

// different tells which part of the pixels of two pictures differ.
func different(t *testing.T, a, b []byte) float64 {
	t.Helper()
	one, err1 := png.Decode(bytes.NewReader(a))
	other, err2 := png.Decode(bytes.NewReader(b))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	size := one.Bounds()
	if size != other.Bounds() {
		return 1
	}
	n := 0
	for y := range size.Dy() {
		for x := range size.Dx() {
			if one.At(x, y) != other.At(x, y) {
				n++
			}
		}
	}
	return float64(n) / float64(size.Dx()*size.Dy())
}

// TestAnything: whatever the numbers, there is a picture.
func TestAnything(t *testing.T) {
	for _, months := range [][]store.Consumption{nil, year(0), year(-3, 5), year(1 << 30), year(make([]int, 40)...)} {
		if got, err := chart.Consumption(months, 0); err != nil || len(got) == 0 {
			t.Errorf("%d months: %v", len(months), err)
		}
	}
}

func BenchmarkConsumption(b *testing.B) {
	for b.Loop() {
		if _, err := chart.Consumption(pictures["jumped"].months, 14); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAtOnce: several people get their pictures at the same time.
func TestAtOnce(t *testing.T) {
	want, err := chart.Consumption(pictures["jumped"].months, 14)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			got, err := chart.Consumption(pictures["jumped"].months, 14)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("another picture: %v", err)
			}
		})
	}
}
