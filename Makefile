# Each of these is one plain command; nothing needs make.

.PHONY: help
help: ## show this
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: ## everything in one process with nothing to install, demo people included
	go run ./cmd/loja demo

.PHONY: chat
chat: ## talk to the bot in this terminal: the way to develop a flow
	go run ./cmd/loja chat

.PHONY: test
test: ## all tests
	go test ./...

.PHONY: bench
bench: ## benchmarks of a turn, the Redis round and the PDF
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: lint
lint: ## what CI complains of
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run

.PHONY: flows
flows: ## write transcripts, diagrams and charts in testdata anew; read the diff
	go test ./bot ./flows/chart $(patsubst %/testdata/diagram.mmd,./%,$(wildcard flows/*/testdata/diagram.mmd)) -update

.PHONY: licenses
licenses: ## write THIRD_PARTY_LICENSES anew, after a change of dependencies
	.ci/licenses > THIRD_PARTY_LICENSES
