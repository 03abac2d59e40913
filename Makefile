# Waymark's build. `make demo` and `make test` do everything on a fresh Debian 12 with Swift 6.3; the rest are their parts.

# One build folder serves running and testing: an optimised build whose internals tests may see.
BUILD = -c release -Xswiftc -enable-testing
BIN = .build/release/waymark
TESTS = .build/release/waymarkPackageTests.xctest
MAP = .cache/maps/Helsinki.osm.pbf
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# What building and running need, and what only tests need.
PACKAGES = libuv1-dev libssl-dev libsqlite3-dev libsodium-dev zlib1g-dev pkg-config python3 python3-pip
TEST_PACKAGES = iproute2 valgrind binutils mosquitto-clients golang-go golang-golang-x-mod-dev protobuf-compiler python3-venv curl

.PHONY: demo test lint build packages test-packages map schema unit pure integration simulation instructions budget soak twins mutations model clean

demo: packages build map
	$(BIN) demo --map $(MAP) $(DEMO_FLAGS)

test: packages test-packages unit pure integration simulation instructions

build: packages
	swift build $(BUILD) --product waymark

unit: packages
	swift build $(BUILD) --product waymarkPackageTests
	$(TESTS) --testing-library swift-testing

# The values and machines once more, unoptimised: their preconditions and overflow checks all on.
pure: packages
	WAYMARK_PURE=1 swift test -c debug --scratch-path .build-pure --parallel

# The built executable against real clients: mosquitto, Python, and an independent verifier of the log.
integration: build test-packages
	Tests/integration/run

# Committees through storms that seeds decide, twins, and planted bugs: the short version of the three long campaigns below.
simulation: build
	$(BIN) simulate cluster --seeds 1..500
	$(BIN) simulate cluster --seeds 1..20 --validators 7
	$(BIN) simulate twins --views 8 --samples 10000
	$(BIN) simulate twins --views 8 --samples 10000 --masks
	$(BIN) simulate mutations --seeds 3000

# Instructions that a report costs, counted by valgrind, against a limit.
instructions: test-packages
	swift build $(BUILD) --product InstructionCount
	Tests/InstructionCount/run

# One simulated minute a seed, from FIRST to SEEDS: `make soak SEEDS=100000`.
FIRST = 1
SEEDS = 10000
soak: build
	$(BIN) simulate cluster --seeds $(FIRST)..$(SEEDS) --minutes 1

# What a report costs one validator, by part: samples a server under full load with perf (Debian: linux-perf).
budget: build
	Tests/Budget/run

# Every scenario of three views, and many of eight.
twins: build
	$(BIN) simulate twins
	$(BIN) simulate twins --views 8 --samples 200000
	$(BIN) simulate twins --views 8 --samples 200000 --masks

mutations: build
	$(BIN) simulate mutations --seeds 10000

# Every state of a small model of the votes (docs/model), about seven minutes.
model:
	@$(call install,spin gcc)
	docs/model/run

lint:
	swift format lint --strict --recursive Package.swift Sources Tests simulator

map:
	maps/fetch

packages:
	@$(call install,$(PACKAGES))

test-packages:
	@$(call install,$(TEST_PACKAGES))

define install
missing=; for package in $(1); do \
  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'install ok installed' || missing="$$missing $$package"; \
done; \
if [ -n "$$missing" ]; then \
  echo "installing:$$missing"; \
  $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends $$missing; \
fi
endef

# Regenerates Sources/Schema/Generated from the .proto files. The result is committed, so that a build needs no protoc.
schema: test-packages
	swift build -c release --product protoc-gen-swift
	protoc --plugin=protoc-gen-swift=.build/release/protoc-gen-swift --proto_path=Sources/Schema/Protobuf \
	  --swift_out=Sources/Schema/Generated --swift_opt=Visibility=Public --swift_opt=FileNaming=DropPath \
	  Sources/Schema/Protobuf/waymark/v1/*.proto Sources/Schema/Protobuf/osm/*.proto

clean:
	rm -rf .build .build-pure .cache
