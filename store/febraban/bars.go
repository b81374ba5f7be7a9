package febraban

// Wide is how many narrow bars a wide one measures. Some readers miss codes
// with 2; the layout allows 2 to 3.
const Wide = 3

// Modules is the width of a whole code in narrow bars. FEBRABAN wants 103 mm,
// which makes a narrow bar of 0.2543 mm.
const Modules = 405

// widths says for each digit which of its five bars are wide (Interleaved 2 of
// 5, ISO/IEC 16390).
var widths = [10]string{
	"00110", "10001", "01001", "11000", "00101",
	"10100", "01100", "00011", "10010", "01010",
}

// Bars returns the widths of the code's bars and of the spaces between them,
// in narrow bars: a bar first, then a space, then a bar again. They add up to
// Modules. There is no quiet zone in it.
func (c Code) Bars() []int {
	pattern := []byte("0000") // start
	for i := 0; i < len(c); i += 2 {
		bars, spaces := widths[c[i]-'0'], widths[c[i+1]-'0']
		for j := range len(bars) {
			pattern = append(pattern, bars[j], spaces[j])
		}
	}
	pattern = append(pattern, "100"...) // stop

	modules := make([]int, len(pattern))
	for i, wide := range pattern {
		modules[i] = 1
		if wide == '1' {
			modules[i] = Wide
		}
	}
	return modules
}
