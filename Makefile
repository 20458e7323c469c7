# The account-status server. `make help` lists what can be made.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
DESTDIR ?=
# More arguments for every swift command, for example SWIFTFLAGS=--static-swift-stdlib.
SWIFTFLAGS ?=
# More arguments for make bench, make fuzz and make simulate.
ARGS ?=

RELEASE = $(shell swift build -c release $(SWIFTFLAGS) --show-bin-path)
SWIFT_FILES := Package.swift Sources Tests Clients/Swift Benchmarks
# Not what protoc-c or generate-proto wrote.
C_FILES = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.cc' '*.h' \
  | grep -v -e '\.pb-c\.[ch]$$' -e '^Sources/CAccountStatusDescriptors/')

.PHONY: help
help: ## show this list
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) \
	  | while IFS='|' read -r target text; do printf '  make %-16s %s\n' "$$target" "$$text"; done

.PHONY: setup
setup: ## install the Debian packages that are missing (root or sudo)
	@scripts/setup

## Build and look

.PHONY: build
build: setup ## build everything for release, the C client too
	swift build -c release $(SWIFTFLAGS)
	$(MAKE) -C Clients/C all

.PHONY: demo
demo: setup ## build, then show the server at work
	swift build -c release $(SWIFTFLAGS)
	@scripts/demo "$(RELEASE)"

.PHONY: bench
bench: build ## measure against the least that a server could do; one thing with ARGS=get, …, a million accounts with ARGS=scale
	$(if $(ARGS),"$(RELEASE)/accountstatus-bench" $(ARGS),for each in get report start evaluate table; do \
	  "$(RELEASE)/accountstatus-bench" "$$each"; echo; done)

.PHONY: bench-peers
bench-peers: build ## measure beside other systems, which are installed from Debian and PyPI (ARGS: see Benchmarks/run --help)
	Benchmarks/setup
	Benchmarks/run --swift "$(RELEASE)" --json build/benchmarks/results.json \
	  --svg build/benchmarks/results.svg $(ARGS)

## Test

# Tests at a time. Without a bound all of them are under way at once, with some thousand descriptors
# and as many threads as there are daemons: slower by a third, and Foundation's Process, which lists
# the descriptors, reads beyond its buffer when there are very many.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 24

.PHONY: test
test: test-swift test-c test-python test-guides test-clients test-crash test-scripts ## run all tests

.PHONY: test-swift
test-swift: setup ## run the Swift tests, end-to-end ones included
	swift test $(SWIFTFLAGS)

.PHONY: test-release
test-release: setup ## run the Swift tests as they are released
	swift test -c release $(SWIFTFLAGS)

.PHONY: test-c
test-c: setup ## run the C tests, plain and under sanitizers, and test the C library as built
	swift build $(SWIFTFLAGS) --product accountstatusd
	swift build $(SWIFTFLAGS) --product accountstatus
	scripts/test-c "$$(swift build $(SWIFTFLAGS) --show-bin-path)"
	ACCOUNTSTATUSD="$$(swift build $(SWIFTFLAGS) --show-bin-path)/accountstatusd" $(MAKE) -C Clients/C check

.PHONY: test-clients
test-clients: setup ## ask every client the same, and while the server is in trouble; print the matrix
	for product in accountstatusd client-matrix-driver; do \
	  swift build $(SWIFTFLAGS) --product "$$product"; done
	Tests/ClientMatrix/run "$$(swift build $(SWIFTFLAGS) --show-bin-path)"

# How often each of them kills.
KILLS ?= 10

.PHONY: test-python
test-python: setup ## run the Python client's tests and check its types, with the real server
	swift build $(SWIFTFLAGS) --product accountstatusd
	ACCOUNTSTATUSD="$$(swift build $(SWIFTFLAGS) --show-bin-path)/accountstatusd" \
	  $(MAKE) -C Clients/Python check

.PHONY: test-crash
test-crash: setup ## kill a writing ledger, with synced and unsynced writes lost (KILLS=10)
	swift build $(SWIFTFLAGS) --product ledger-crash-probe
	/usr/bin/python3 Tests/Crash/kill_probe.py --runs $(KILLS) \
	  --probe "$$(swift build $(SWIFTFLAGS) --show-bin-path)/ledger-crash-probe"

.PHONY: test-guides
test-guides: setup ## run every example of the README, of docs/guides and of the manual pages
	for program in accountstatusd accountstatus order-gateway-example support-desk-example; do \
	  swift build $(SWIFTFLAGS) --product "$$program"; done
	Tests/Guides/run "$$(swift build $(SWIFTFLAGS) --show-bin-path)"

.PHONY: simulate
simulate: setup ## five years of 500 accounts, every answer compared (ARGS="--seed N" replays)
	swift build -c release $(SWIFTFLAGS) --product simulated-years
	"$(RELEASE)/simulated-years" $(ARGS)

.PHONY: prove
prove: ## the long proofs: 200 kills of the ledger's probe and of the daemon, 10^5 watched changes, five simulated years, 10^9 reads
	$(MAKE) test-crash KILLS=200
	ACCOUNTSTATUS_KILLS=200 swift test $(SWIFTFLAGS) --filter DurabilityTests
	ACCOUNTSTATUS_WATCHED_CHANGES=100000 swift test $(SWIFTFLAGS) --filter WatchHistoryTests
	$(MAKE) simulate
	scripts/stress-status-table 1000000000
	scripts/stress-status-table --sanitize thread 10000000

.PHONY: test-scripts
test-scripts: setup ## run the tests of the scripts
	/usr/bin/python3 -m unittest discover -s Tests/ScriptTests
	MYPYPATH=Benchmarks /usr/bin/python3 -m mypy --strict --explicit-package-bases \
	  --cache-dir build/mypy Benchmarks/driver

.PHONY: test-sanitizers
test-sanitizers: setup ## run the tests that read strangers' bytes under AddressSanitizer
	scripts/test-sanitizers

.PHONY: check
check: format-check proto-check build test test-release test-sanitizers docs ## all that must hold before a push

.PHONY: fuzz
fuzz: setup ## fuzz the decoders (ARGS: see Fuzz/run)
	Fuzz/run $(ARGS)

## Source

.PHONY: format
format: setup ## format Swift and C
	swift format --in-place --parallel --recursive $(SWIFT_FILES)
	clang-format -i $(C_FILES)

.PHONY: format-check
format-check: setup ## fail on Swift or C that is not formatted
	swift format lint --strict --parallel --recursive $(SWIFT_FILES)
	clang-format --dry-run -Werror $(C_FILES)

.PHONY: proto
proto: setup ## generate the code from proto/
	scripts/generate-proto
	$(MAKE) -C Clients/Python generate

.PHONY: proto-check
proto-check: setup ## fail on stale generated code, or a change of proto/ that breaks its users
	scripts/proto-check
	$(MAKE) -C Clients/Python generate-check

.PHONY: proto-baseline
proto-baseline: setup ## make proto/ as it is what proto-check compares with: on purpose only
	scripts/describe-proto proto/baseline.binpb

.PHONY: docs
docs: setup ## build the documentation of the Swift products into build/docs
	swift build $(SWIFTFLAGS) --product AccountStatusTesting
	scripts/build-docs "$$(swift build $(SWIFTFLAGS) --show-bin-path)" build/docs

## Install

PROGRAMS := accountstatus accountstatusd
COMPLETIONS = $(foreach program, $(PROGRAMS), bash-completion/completions/$(program) \
  zsh/site-functions/_$(program) fish/vendor_completions.d/$(program).fish)
UNITS := $(notdir $(wildcard packaging/systemd/*.service packaging/systemd/*.socket))

.PHONY: man
man: build ## write the manual pages of the programs into build/man
	scripts/write-share "$(RELEASE)" build

.PHONY: install
install: man ## install programs, C library, manual pages, completion, units (DESTDIR, PREFIX)
	install -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(SBINDIR)"
	install -m 755 "$(RELEASE)/accountstatus" "$(RELEASE)/accountstatus-bench" "$(DESTDIR)$(BINDIR)"
	install -m 755 "$(RELEASE)/accountstatusd" "$(DESTDIR)$(SBINDIR)"
	$(MAKE) -C Clients/C install DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" MANDIR="$(MANDIR)"
	install -D -m 644 -t "$(DESTDIR)$(MANDIR)/man1" build/man/accountstatus.1
	install -D -m 644 -t "$(DESTDIR)$(MANDIR)/man8" build/man/accountstatusd.8
	for file in $(COMPLETIONS); do \
	  install -D -m 644 "build/completion/$$file" "$(DESTDIR)$(DATADIR)/$$file"; done
	install -d "$(DESTDIR)$(UNITDIR)"
	for unit in $(UNITS); do \
	  sed 's|/usr/local/sbin|$(SBINDIR)|' "packaging/systemd/$$unit" \
	    | install -m 644 /dev/stdin "$(DESTDIR)$(UNITDIR)/$$unit"; done
	for kind in sysusers tmpfiles; do install -D -m 644 "packaging/$$kind.d/accountstatus.conf" \
	  "$(DESTDIR)$(PREFIX)/lib/$$kind.d/accountstatus.conf"; done

.PHONY: uninstall
uninstall: ## remove what install installed (DESTDIR, PREFIX)
	rm -f "$(DESTDIR)$(BINDIR)/accountstatus" "$(DESTDIR)$(BINDIR)/accountstatus-bench"
	rm -f "$(DESTDIR)$(SBINDIR)/accountstatusd"
	rm -f "$(DESTDIR)$(MANDIR)/man1/accountstatus.1" "$(DESTDIR)$(MANDIR)/man8/accountstatusd.8"
	rm -f $(addprefix "$(DESTDIR)$(DATADIR)"/, $(COMPLETIONS))
	rm -f $(addprefix "$(DESTDIR)$(UNITDIR)"/, $(UNITS))
	rm -f $(foreach kind, sysusers tmpfiles, "$(DESTDIR)$(PREFIX)/lib/$(kind).d/accountstatus.conf")
	$(MAKE) -C Clients/C uninstall DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" MANDIR="$(MANDIR)"

.PHONY: clean
clean: ## remove what was built
	swift package clean
	rm -rf build
	$(MAKE) -C Clients/C clean
	$(MAKE) -C Clients/Python clean
	$(MAKE) -C Tests/CTests clean
