PREFIX = /usr/local
DESTDIR =

# One fully static executable, without symbols.
RELEASE = -c release --product runc -Xswiftc -static-executable -Xlinker --gc-sections -Xlinker -s

# What became of each integration test: on this machine, and in the guest on each cgroup hierarchy.
RESULTS = $(CURDIR)/.build/test-results

# How much the long ones take on.
CYCLES = 1000
STARTS = 10000
CONTAINERS = 500

.PHONY: all runc install man demo test unit-test integration-test test-vm faults fuzz check-skips rpc check-unsupported bench bench-crowd bench-limits soak race lint clean help

all: runc

# swift build knows what has changed, so it is asked each time; ./runc is replaced only by another one.
runc:
	@scripts/setup build
	swift build $(RELEASE)
	@cmp -s .build/release/runc $@ || install -m 0755 .build/release/runc $@

# The manual pages too, where they are rendered.
install: runc
	install -D -m 0755 runc $(DESTDIR)$(PREFIX)/sbin/runc
	for page in $(wildcard man/man8/*.8); do install -D -m 0644 $$page $(DESTDIR)$(PREFIX)/share/man/man8/$${page##*/} || exit 1; done

man:
	@scripts/setup man
	@mkdir -p man/man8
	for page in man/*.8.md; do go-md2man -in $$page -out man/man8/$$(basename $$page .md) || exit 1; done

demo: runc
	@scripts/setup demo
	@scripts/demo ./runc

test: unit-test integration-test

unit-test:
	@scripts/setup build test
	swift test --disable-xctest --skip IntegrationTests

# As root: they make users, mounts and cgroups of their own, with the executable that is installed.
integration-test: runc
	@scripts/setup build demo test
	@mkdir -p $(RESULTS)
	RUNC_UNDER_TEST="$(CURDIR)/runc" swift test --disable-xctest --filter IntegrationTests --xunit-output $(RESULTS)/host.xml

# The integration tests below GuestTests once more: with systemd, on cgroup v2 and on v1, under QEMU. As root.
test-vm: runc
	@scripts/setup build demo test vm
	swift build --build-tests
	Tests/vm/run ./runc .build/debug/runcPackageTests.xctest $(RESULTS)

# Every system call of create, start, run, exec and delete with every fault, of which integration-test tries a part: hours.
faults: runc
	@scripts/setup build demo test
	RUNC_UNDER_TEST="$(CURDIR)/runc" RUNC_TEST_FAULT_STRIDE=1 swift test --disable-xctest --filter IntegrationTests.FaultTests

# The readers of untrusted text under libFuzzer. lld, for Debian's gold fails on its objects.
FUZZ_SECONDS = 5
fuzz:
	@scripts/setup build
	RUNC_FUZZ=1 swift build --build-path .build/fuzz -c release --product fuzz -Xswiftc -sanitize=fuzzer -Xswiftc -enable-testing -Xswiftc -use-ld=lld
	scripts/fuzz .build/fuzz/release/fuzz $(FUZZ_SECONDS)

# After integration-test and test-vm.
check-skips:
	@scripts/check-skips $(RESULTS)/host.xml $(RESULTS)/v2-[01].xml $(RESULTS)/v1-[01].xml $(RESULTS)/selinux-0.xml

# Sources/CCriuRPC, of the messages that its .proto names; what it makes is committed.
rpc:
	@scripts/setup rpc
	cd Sources/CCriuRPC && protoc-c --c_out=. criu_rpc.proto && mv criu_rpc.pb-c.h include

check-unsupported:
	@scripts/setup build
	@scripts/check-unsupported

bench: runc
	@scripts/setup bench
	bench/run ./runc

bench-crowd: runc
	@scripts/setup bench
	CONTAINERS=$(CONTAINERS) bench/run ./runc crowd

bench-limits: runc
	@scripts/setup bench
	bench/run ./runc limits

# SoakTests and MountRaceTests, longer; as root.
soak: runc
	@scripts/setup build demo test
	RUNC_TEST_SOAK_CYCLES=$(CYCLES) RUNC_UNDER_TEST="$(CURDIR)/runc" swift test --disable-xctest --filter IntegrationTests.SoakTests

race: runc
	@scripts/setup build demo test
	RUNC_TEST_RACE_STARTS=$(STARTS) RUNC_UNDER_TEST="$(CURDIR)/runc" swift test --disable-xctest --filter IntegrationTests.MountRaceTests

# man(1) warns on its standard error, and exits with 0.
lint: man
	@scripts/setup lint
	for page in man/man8/*.8; do MANWIDTH=80 man --warnings --local-file $$page 2>&1 >/dev/null | { ! grep .; } || exit 1; done
	shellcheck scripts/* bench/run bench/bundle bench/measure bench/crowd bench/limits rootless-examples/*.sh Tests/vm/disk Tests/vm/guest Tests/vm/run .ci/run

clean:
	rm -rf .build man/man8 runc

help:
	@echo "make              build ./runc, fully static (Debian packages that are missing are installed, as root)"
	@echo "make install      install it to DESTDIR=$(DESTDIR) PREFIX=$(PREFIX), in sbin, and the manual pages, if there are"
	@echo "make man          render the manual pages of man/ into man/man8"
	@echo "make demo         build, then run a container as an unprivileged user"
	@echo "make test         unit-test and integration-test (as root)"
	@echo "make test-vm      the tests that need systemd, cgroup v2 or SELinux, in Debian guests under QEMU (as root)"
	@echo "make faults       each system call of the container's commands fails, or is the last before a kill (as root)"
	@echo "make fuzz         libFuzzer on each reader of untrusted text, FUZZ_SECONDS=$(FUZZ_SECONDS) each"
	@echo "make bench        time and memory beside crun, runc and a floor (as root)"
	@echo "make bench-crowd  list and state beside crun's, among CONTAINERS=$(CONTAINERS) running containers (as root)"
	@echo "make bench-limits  run with limits and without, on this machine's cgroups, beside runc's (as root)"
	@echo "make soak         CYCLES=$(CYCLES) lives of containers, four at a time, of root's and of a user's: nothing may grow (as root)"
	@echo "make race         STARTS=$(STARTS) starts while another process exchanges what they mount on (as root)"
	@echo "make rpc          generate the C code of CRIU's messages again"
	@echo "make check-unsupported  compile the program, and try its commands, as for a platform that is not Linux"
	@echo "make lint         shellcheck of every script, and a look at the manual pages"
	@echo "make clean        remove what was built"
