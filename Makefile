PREFIX = /usr/local
DESTDIR =

# One fully static executable, without symbols.
RELEASE = -c release --product runc -Xswiftc -static-executable -Xlinker --gc-sections -Xlinker -s

# What became of each integration test: on this machine, and in the guest on each cgroup hierarchy.
RESULTS = $(CURDIR)/.build/test-results

.PHONY: all runc install demo test unit-test integration-test test-vm check-skips rpc check-unsupported bench lint clean help

all: runc

# swift build knows what has changed, so it is asked each time; ./runc is replaced only by another one.
runc:
	@scripts/setup build
	swift build $(RELEASE)
	@cmp -s .build/release/runc $@ || install -m 0755 .build/release/runc $@

install: runc
	install -D -m 0755 runc $(DESTDIR)$(PREFIX)/sbin/runc

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

# After integration-test and test-vm.
check-skips:
	@scripts/check-skips $(RESULTS)/host.xml $(RESULTS)/v2-[01].xml $(RESULTS)/v1-[01].xml

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

lint:
	@scripts/setup lint
	shellcheck scripts/* bench/run bench/measure rootless-examples/*.sh Tests/vm/* .ci/run

clean:
	rm -rf .build runc

help:
	@echo "make              build ./runc, fully static (Debian packages that are missing are installed, as root)"
	@echo "make install      install it to DESTDIR=$(DESTDIR) PREFIX=$(PREFIX), in sbin"
	@echo "make demo         build, then run a container as an unprivileged user"
	@echo "make test         unit-test and integration-test (as root)"
	@echo "make test-vm      the tests that need systemd or cgroup v2, in a Debian guest under QEMU (as root)"
	@echo "make bench        time and memory beside crun, runc and a floor (as root)"
	@echo "make rpc          generate the C code of CRIU's messages again"
	@echo "make check-unsupported  compile the program, and try its commands, as for a platform that is not Linux"
	@echo "make lint         shellcheck of every script"
	@echo "make clean        remove what was built"
