# bcpaas: what a developer, a CI job and an operator who tries it out call. Everything that a machine needs beyond Go
# and make is set up by the targets themselves; what they build is cached outside the source tree.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS := -s -w -X github.com/bcpaas/bcpaas/pkg/cli/version.Release=$(VERSION)
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
export CGO_ENABLED ?= 0

.PHONY: build build-all install generate test test-unit test-race test-e2e verify lint fuzz bench demo lab-up lab-down lab-status clean

build: ## bin/bcpaas for this machine
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/bcpaas ./cmd/bcpaas

install: ## bcpaas into GOBIN
	$(GO) install -trimpath -ldflags '$(LDFLAGS)' ./cmd/bcpaas

build-all: ## dist/ for the six platforms
	@for platform in $(PLATFORMS); do \
		out="dist/bcpaas_$${platform%/*}_$${platform#*/}"; [[ $$platform == windows/* ]] && out+=.exe; \
		echo "building $$out"; \
		GOOS=$${platform%/*} GOARCH=$${platform#*/} $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o "$$out" ./cmd/bcpaas; \
	done

generate: ## completions/, man/, docs/ and the schema; twice, since man/ holds a help topic that the first run may change
	$(GO) run ./cmd/gendocs
	$(GO) run ./cmd/gendocs

test: ## everything: sets up what it needs, says what was not run and why
	test/run.sh

test-unit: ## the tests that need no server
	$(GO) test ./cmd/... ./pkg/... ./test/lab/...

test-race:
	CGO_ENABLED=1 $(GO) test -race ./pkg/...

test-e2e: build lab-up ## the scripts against the lab
	eval "$$($(GO) run ./test/lab env)"; $(GO) test -count=1 ./test/e2e/...

verify: lint ## what must be clean before a change is called done
	$(GO) run ./cmd/gendocs -check
	$(GO) mod verify
	@$(GO) mod tidy -diff
	git diff --exit-code -- completions man docs examples

lint:
	@files=$$($(GO) tool gofumpt -l cmd pkg test); if [[ -n $$files ]]; then echo "gofumpt would change:"; echo "$$files"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

fuzz: ## each fuzz target for FUZZTIME
	test/fuzz.sh $(or $(FUZZTIME),20s)

bench: build ## the figures of docs/benchmarks.md, beside the peer, in one run
	test/bench/run.sh

demo: ## sets up all it needs and shows the tour; KEEP=1 leaves the lab up
	test/demo.sh

lab-up: ## a real cluster on this machine
	$(GO) run ./test/lab up

lab-down:
	$(GO) run ./test/lab down

lab-status:
	$(GO) run ./test/lab status

clean:
	rm -rf bin dist
