package bot

// An understanding is what a text may ask for: one flow of which we are sure, or
// guesses, best first.
type understanding struct {
	sure    *Flow
	guesses []*Flow
}

// understand finds the flows that a text may ask for.
func (e *Engine) understand(said string) understanding {
	return understanding{sure: e.intent(said)}
}
