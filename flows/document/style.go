package document

// Colours. Each has a contrast of at least 4.5:1 to what it stands on, and
// none says anything that words beside it do not say.
var (
	ink      = color{24, 36, 48}
	soft     = color{72, 86, 100}
	white    = color{255, 255, 255}
	blue     = color{11, 79, 138}
	tint     = color{234, 243, 250}
	hairline = color{205, 214, 222}
	red      = color{168, 28, 28}
	green    = color{20, 106, 62}
	amber    = color{138, 80, 0}
)

// The type of our documents. Nothing a customer must read is below 8 points.
var (
	body      = style{size: 8.8, color: ink}
	strong    = style{bold: true, size: 8.8, color: ink}
	large     = style{bold: true, size: 9.5, color: ink}
	small     = style{size: 8, color: soft}
	smallBold = style{bold: true, size: 8, color: soft}
	headline  = style{bold: true, size: 10.5, color: blue}
)

func (t style) in(c color) style {
	t.color = c
	return t
}

func (t style) sized(points float64) style {
	t.size = points
	return t
}

// leading is the distance between two baselines.
func leading(t style) float64 { return t.size * 1.22 * point }
