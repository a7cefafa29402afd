# `make demo`, `make test` and `make install` do everything on a Debian 12 machine that has Swift 6.3.

SHELL := /bin/bash
.DELETE_ON_ERROR:

PACKAGES := libsuitesparse-dev libopenblas-dev libjpeg62-turbo-dev libpng-dev zlib1g-dev librsvg2-bin ngspice gnucap \
  gnucap-default-plugins0

# Native vector instructions, for Swift too; fused multiply-add and the registers of AVX-512 only where
# the machine has them.
has = $(shell grep -qw $(1) /proc/cpuinfo 2>/dev/null && echo -Xswiftc -D$(2))
ifeq ($(shell uname -m),x86_64)
  NATIVE := -Xcc -march=native $(call has,fma,TILESPICE_FMA) $(call has,avx512vl,TILESPICE_AVX512)
endif
FLAGS := -c release $(NATIVE) -Xswiftc -DTILESPICE_NATIVE -Xswiftc -enable-testing
# Built file by file, so that a change costs little; without -O, numerical loops are 20 to 300 times slower.
DEBUG_FLAGS := $(NATIVE) -Xswiftc -DTILESPICE_NATIVE -Xswiftc -O

BUILD := .build/release
# Swift's libraries linked in, symbols left out: the program starts 6 ms sooner (a fifth of what solving
# a 64 × 64 deck takes). Test bundles need the shared libraries, so this is a second link, not a flag.
STANDALONE := -static-stdlib -lCoreFoundation -l_FoundationICU -l_FoundationCShims \
  -l_FoundationCollections -lstdc++ -Xlinker --defsym=main=CommandLineTool_main -Xlinker -s
SOURCES := $(shell find Package.swift Sources -type f -not -name '.*' 2>/dev/null)

# Where `make install` puts the program; packagers collect it below DESTDIR.
PREFIX ?= /usr/local
RESOURCES := TileSpice_Experiments.resources

.PHONY: demo test test-quick test-validation validate debug build bench fuzz packages install \
  install-files uninstall clean lint

demo: $(BUILD)/tilespice
	@$(BUILD)/tilespice demo --out demo

# See Package.swift.
test test-quick test-validation: export TILESPICE_UNOPTIMIZED_TESTS = 1

test: packages
	swift test $(FLAGS)

# Without the tests that take long or run programs of others, and these alone.
test-quick: packages
	swift test $(FLAGS) --skip "$$(sh Tests/validation.sh)"

test-validation: packages
	swift test $(FLAGS) --filter "$$(sh Tests/validation.sh)"

# The paper's claims in their reduced versions, in minutes; fails if a verdict is not the stored one.
validate: $(BUILD)/tilespice
	python3 validation/claims/run.py all --reduced --check --program $(BUILD)/tilespice

# One suite after a change: `make debug TESTS=ReadmeTests`; every test without TESTS.
TESTS ?= .
debug: packages
	swift test $(DEBUG_FLAGS) --filter "$(TESTS)"

build: $(BUILD)/tilespice

bench: packages $(BUILD)/tilespice
	swift build $(FLAGS) --product Benchmarks
	@$(BUILD)/Benchmarks

# Damaged decks for a minute: `make fuzz SECONDS_OF_FUZZ=600`.
SECONDS_OF_FUZZ ?= 60
fuzz: packages
	swift build $(FLAGS) --product DeckFuzz
	$(BUILD)/DeckFuzz $(SECONDS_OF_FUZZ)

# The binary is up to date when no source is newer: a second `make demo` skips the package manager.
$(BUILD)/tilespice: $(SOURCES) | packages
	swift build $(FLAGS) --product tilespice
	@swiftc $(STANDALONE) -o $@.standalone @$(BUILD)/tilespice.product/Objects.LinkFileList \
	  2> $@.log || { cat $@.log; exit 1; }
	@mv $@.standalone $@

# The program with its files, completions and manual: `make install PREFIX=$$HOME/.local`.
install: $(BUILD)/tilespice
	@$(MAKE) --no-print-directory install-files

# The same from what was built before.
INSTALLED := $(DESTDIR)$(PREFIX)
SHARE := $(INSTALLED)/share
install-files:
	@install -d "$(INSTALLED)/bin" "$(SHARE)/tilespice" "$(SHARE)/man/man1" \
	  "$(SHARE)/bash-completion/completions" "$(SHARE)/zsh/site-functions" \
	  "$(SHARE)/fish/vendor_completions.d"
	@install -m 755 "$(BUILD)/tilespice" "$(INSTALLED)/bin/tilespice"
	@rm -rf "$(SHARE)/tilespice/$(RESOURCES)"
	@cp -R "$(BUILD)/$(RESOURCES)" "$(SHARE)/tilespice/"
	@program="$(BUILD)/tilespice"; share="$(SHARE)"; \
	"$$program" manual > "$$share/man/man1/tilespice.1" && \
	"$$program" --generate-completion-script bash > "$$share/bash-completion/completions/tilespice" && \
	"$$program" --generate-completion-script zsh > "$$share/zsh/site-functions/_tilespice" && \
	"$$program" --generate-completion-script fish > "$$share/fish/vendor_completions.d/tilespice.fish"
	@echo "Installed $(PREFIX)/bin/tilespice"

uninstall:
	rm -rf "$(SHARE)/tilespice"
	rm -f "$(INSTALLED)/bin/tilespice" "$(SHARE)/man/man1/tilespice.1" \
	  "$(SHARE)/bash-completion/completions/tilespice" "$(SHARE)/zsh/site-functions/_tilespice" \
	  "$(SHARE)/fish/vendor_completions.d/tilespice.fish"

packages:
	@missing=$$(for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "Installing Debian packages:" $$missing; \
	  root=; \
	  if [ "$$(id -u)" != 0 ]; then \
	    echo "This needs root: sudo may ask for your password."; root=sudo; fi; \
	  $$root apt-get update -qq && \
	  $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi
	@command -v swift >/dev/null || { echo "Swift 6.3 is not installed: https://www.swift.org/install"; exit 1; }

lint:
	swift format lint --strict -r Sources Tests

clean:
	rm -rf .build demo
