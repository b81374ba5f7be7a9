package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"lojavirtual/flows"
)

// help prints what is longer than a verb's own help.
type help struct {
	Topic string `arg:"" enum:"config,operator" help:"config (the variables) or operator (the YAML file of LOJA_OPERATOR)."`
}

// Run implements the verb.
func (h help) Run() error {
	if h.Topic == "operator" {
		_, err := os.Stdout.Write(demoOperator)
		return err
	}
	return printSettings(os.Stdout)
}

// helpArgs turns "loja help VERB" into what the parser understands.
func helpArgs(rest []string) []string {
	switch {
	case len(rest) == 0:
		return []string{"--help"}
	case rest[0] == "config", rest[0] == "operator":
		return append([]string{"help"}, rest...)
	default:
		return append(rest, "--help")
	}
}

// version says what this program is.
type version struct{}

// Run implements the verb.
func (version) Run() error {
	number, commit, language := build()
	fmt.Printf("loja %s, commit %s, %s %s/%s\n", number, commit, language, runtime.GOOS, runtime.GOARCH)
	return nil
}

// build says which version of the program this is, of which commit, and of Go.
func build() (number, commit, language string) {
	number, commit = "(development)", "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" {
			number = v
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	return number, commit, runtime.Version()
}

// drawing prints every conversation as a diagram.
type drawing struct{}

// Run implements the verb.
func (drawing) Run() error {
	engine := flows.Engine(flows.Parts{})
	for i, f := range append(engine.Flows, engine.Identify, engine.Survey) {
		if i > 0 {
			fmt.Println()
		}
		fmt.Printf("%%%% %s: %s\n%s", f.Name, f.Title, f.Mermaid())
	}
	return nil
}
