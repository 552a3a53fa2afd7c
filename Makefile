# What people and CI run. `make help` lists it.

golangci_lint := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/mmpy
fuzztime ?= 60s
rev ?= HEAD
hostile := ./wasmhost/hostile ./server/hostile ./server/internal/outbound ./internal/bundle ./internal/inspect # whose tests named Hostile are rows of the table

.PHONY: help
help: ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

.PHONY: build
build: ## the mmpy binary, in bin/
	go build -trimpath -ldflags='-s -w' -o bin/mmpy ./cmd/mmpy

.PHONY: demo
demo: build ## the hello plugin at work on the in-memory Mattermost
	bin/mmpy demo examples/hello_python

.PHONY: test
test: ## all tests but e2e and the hostile suite
	go test $$(go list ./... | grep -v '/hostile$$')

.PHONY: race
race: ## the concurrent parts under the race detector
	go test -race $$(go list ./wasmhost/... ./server/... | grep -v '/hostile$$')

.PHONY: hostile
hostile: ## attacks on the sandbox, as a table of what contained them
	go run ./internal/hostile/table $(hostile)

.PHONY: hostile-mutations
hostile-mutations: ## disables each limit in turn and shows which attack notices
	go run ./internal/hostile/mutations

.PHONY: requests
requests: ## the packages requests and urllib3, as Debian has them, in the guest
	server/internal/outbound/packages.sh $(cache)/packages
	MMPY_GUEST_PACKAGES=$(cache)/packages MMPY_GUEST_TESTS=test_packages go test -count=1 -v -run=TestInTheGuest ./server/internal/outbound

.PHONY: e2e
e2e: ## a real Mattermost server with a real PostgreSQL; sets both up
	e2e/setup.sh
	cd e2e && go test -count=1 ./...

.PHONY: fuzz-codec
fuzz-codec: ## the message codec against Go's protobuf, for $(fuzztime)
	go test -run='^$$' -fuzz=FuzzCodec -fuzztime=$(fuzztime) ./internal/codectest

.PHONY: fuzz
fuzz: fuzz-codec ## that, and the boundary and the tick tool against nonsense
	go test -run='^$$' -fuzz=FuzzHostFunctions -fuzztime=$(fuzztime) ./wasmhost
	go test -run='^$$' -fuzz=FuzzInstrument -fuzztime=$(fuzztime) ./pyodide-build/looptick

.PHONY: bench
bench: ## ratios against a native Go plugin and native Python over gRPC
	-internal/bench/setup.sh
	go run ./internal/bench

.PHONY: bench-before
bench-before: ## hooks and API calls now and at the revision $(rev), by turns
	go run ./internal/bench/before -rev $(rev)

.PHONY: bench-cpu
bench-cpu: ## speed of Python code in the sandbox, against the native CPython that make runtime builds
	go run ./internal/bench/cpu

.PHONY: generate
generate: ## everything that is generated: from the contract, the bytecode of the SDK, the names of Python's modules
	go run ./internal/gen
	go generate ./python ./internal/bundle

.PHONY: lint
lint: ## format, vet, generated files, linters
	test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	cd e2e && go vet ./...
	go run ./internal/gen -check
	cd python && go run ./internal/bytecode -check
	go run $(golangci_lint) run

.PHONY: runtime
runtime: ## python.wasm and the standard library, from source, into pyodide-build/cpython
	pyodide-build/prepare.sh
	pyodide-build/build.sh $(cache)/runtime pyodide-build/cpython

.PHONY: runtime-profile
runtime-profile: ## what the compiler is told of which code is hot, by running a counting interpreter; then make runtime
	pyodide-build/prepare.sh
	pyodide-build/profile.sh $(cache)/runtime

.PHONY: runtime-verify
runtime-verify: ## rebuilds both elsewhere and compares with what is committed
	pyodide-build/prepare.sh
	pyodide-build/verify.sh

.PHONY: cpython-tests
cpython-tests: ## CPython's own tests for the modules that plugins lean on, in the guest
	pyodide-build/prepare.sh
	go run ./pyodide-build/cmd/cpythontests
