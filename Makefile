# All targets need only Go, git and make. The Go toolchain fetches tools at the
# versions below; they are not in go.mod.
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
ACTIONLINT  = github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
CYCLONEDX   = github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## check a built-in plan against a built-in Google Cloud
	@(sleep 2 >/dev/null 2>&1; echo "compiling gke-preflight, which takes a minute or two the first time ..." >&2) & note=$$!; \
	trap 'kill $$note 2>/dev/null' INT TERM; \
	go build -o /dev/null ./cmd/gke-preflight; built=$$?; \
	kill $$note 2>/dev/null; \
	[ $$built = 0 ] && go run ./cmd/gke-preflight demo

.PHONY: test
test: ## run all tests
	go test ./...

# The scripts start the program several hundred times, and with the race detector each
# start takes a second. Concurrent code is covered by the packages and by these.
RACE_SCRIPTS = TestScripts/(wait|cost|snapshot|troubleshooter|credentials|overwrite)$$

.PHONY: race
race: ## run the tests with the race detector
	go test -race -timeout 12m $$(go list ./... | grep -v -e /cmd/ -e preflight/preflight$$)
	go test -race -timeout 12m ./preflight -worlds 60 -seeds 9
	go test -race ./cmd/gke-preflight -run '$(RACE_SCRIPTS)'

.PHONY: build
build: ## build ./gke-preflight
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o gke-preflight ./cmd/gke-preflight

.PHONY: sbom
sbom: build ## list what is in ./gke-preflight, as CycloneDX, in ./gke-preflight.cdx.json
	go run $(CYCLONEDX) bin -json -noserial -output gke-preflight.cdx.json ./gke-preflight

.PHONY: reproducible
reproducible: ## build the last commit twice and compare the bytes
	.ci/reproducible

.PHONY: generate
generate: ## regenerate the generated files
	go generate ./...

.PHONY: update
update: ## regenerate the golden files and the output in the README
	go test ./cmd/gke-preflight ./preflight/plan ./preflight/rules ./preflight/report -update

.PHONY: lint
lint: ## gofmt, vet, staticcheck, actionlint, go mod tidy, generated files
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go run $(ACTIONLINT) $(wildcard .github/workflows/*.yml docs/examples/*.yml)
	go mod tidy -diff

.PHONY: bench
bench: ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: fuzz
fuzz: ## fuzz each target for 20 seconds
	@go list ./... | while read -r package; do \
		go test -list '^Fuzz' "$$package" | grep '^Fuzz' | while read -r target; do \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime 20s "$$package" || exit 1; \
		done || exit 1; \
	done

.PHONY: clean
clean: ## remove build output
	rm -f gke-preflight gke-preflight.cdx.json
