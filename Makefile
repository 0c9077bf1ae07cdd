# SPDX-License-Identifier: GPL-2.0-only
# telprobe - `make help` lists the targets.
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

PREFIX ?= /usr/local
DESTDIR ?=
CC ?= gcc
CLANG ?= clang
BPFTOOL ?= bpftool
PKG_CONFIG ?= pkg-config
V ?= 0
ifeq ($(V),1)
quiet =
say = @:
else ifneq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
quiet = @
say = @:
else
quiet = @
say = @printf '  %-8s %s\n'
endif

MANDIR ?= $(PREFIX)/share/man
PKGCONFIGDIR ?= $(PREFIX)/lib/pkgconfig
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
VERSION := 0.1.0
RELEASED := 2026-11-21
PACKAGES := libbpf libelf zlib sqlite3 libcjson libsodium libseccomp yaml-0.1
BUILD := build$(if $(SANITIZE),/sanitize)
arch := $(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/')
multiarch := $(shell $(CC) -print-multiarch)

CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wformat=2 -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings
host_flags := -std=gnu11 $(warnings) -D_GNU_SOURCE -DTELPROBE_VERSION='"$(VERSION)"' \
	-Iinclude -Iuserspace -I$(BUILD)/gen $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
host_libs := $(shell $(PKG_CONFIG) --libs $(PACKAGES)) -lZydis -lm
ifdef SANITIZE
host_flags += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
host_libs += -fsanitize=$(SANITIZE)
endif
bpf_flags := -target bpf -mcpu=v3 -O2 -g -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter \
	-D__TARGET_ARCH_$(arch) -Iinclude -Ivmlinux -I/usr/include/$(multiarch)

sources := $(filter-out userspace/cli/main.c,$(wildcard userspace/*/*.c))
objects := $(sources:%.c=$(BUILD)/%.o)
library := $(BUILD)/libtelprobe-internal.a
skeleton := $(BUILD)/gen/telprobe.skel.h
headers := $(wildcard include/telprobe/*)

# A test is a program: test_*.c becomes one, and so is each executable file beside them. Other C
# files there are programs the tests need.
unit_tests := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/test_*.c))
bpf_tests := $(patsubst %.c,$(BUILD)/%,$(filter-out %.bpf.c,$(wildcard tests/bpf/*.c)))
cli_tests := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/cli/*.c))
benches := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))
apps := $(BUILD)/apps/.built
run_tests := BUILD=$(abspath $(BUILD)) scripts/run-tests

.PHONY: all tests check check-unit check-bpf check-cli check-header check-service fuzz bench man \
	completions install uninstall deb dist clean fmt lint help
all: $(BUILD)/telprobe man completions

$(BUILD)/bpf/telprobe.bpf.o: bpf/telprobe.bpf.c
	@mkdir -p $(@D)
	$(say) BPF $@
	$(quiet)$(CLANG) $(bpf_flags) -MMD -MP -c $< -o $@

$(skeleton): $(BUILD)/bpf/telprobe.bpf.o
	@mkdir -p $(@D)
	$(say) SKEL $@
	$(quiet)$(BPFTOOL) gen skeleton $< name telprobe_bpf > $@

$(filter $(BUILD)/userspace/capture/%,$(objects)): $(skeleton)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(quiet)$(CC) $(host_flags) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(library): $(objects)
	$(say) AR $@
	$(quiet)rm -f $@ && ar rcs $@ $(objects)

$(BUILD)/telprobe: $(BUILD)/userspace/cli/main.o $(library)
	$(say) LINK $@
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(host_libs) -o $@

$(BUILD)/tests/%: tests/%.c $(library)
	@mkdir -p $(@D)
	$(say) TEST $@
	$(quiet)$(CC) $(host_flags) -Itests $(CFLAGS) -MMD -MP $< $(library) $(host_libs) \
		$(shell $(PKG_CONFIG) --libs cmocka) -o $@

$(apps): $(wildcard tests/apps/*) include/telprobe.h
	@mkdir -p $(@D)
	$(say) APPS $(@D)
	$(quiet)tests/apps/build.sh $(@D) && touch $@

# Asks the kernel whether it lets us; the scripts run it before anything else works.
$(BUILD)/kernel-probe: scripts/kernel-probe.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(quiet)$(CC) -std=gnu11 $(warnings) -D_GNU_SOURCE $(CFLAGS) $< \
		$(shell $(PKG_CONFIG) --cflags --libs libbpf) -o $@

# Man pages and completions are printed from the tables that parse the command line.
commands := $(patsubst userspace/cli/cmd_%.c,%,$(wildcard userspace/cli/cmd_*.c))
pages := $(BUILD)/man/telprobe.1 $(commands:%=$(BUILD)/man/telprobe-%.1)
completions := $(addprefix $(BUILD)/completions/,telprobe.bash telprobe.fish _telprobe)
reference_objects := $(patsubst %.c,$(BUILD)/%.o,$(wildcard scripts/reference/*.c))

$(reference_objects): host_flags += -Iscripts/reference

$(BUILD)/reference: $(reference_objects) $(library)
	$(say) LINK $@
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(host_libs) -o $@

$(BUILD)/man/telprobe.1: $(BUILD)/reference
	@mkdir -p $(@D)
	$(quiet)$< man $(RELEASED) > $@

$(BUILD)/man/telprobe-%.1: $(BUILD)/reference
	@mkdir -p $(@D)
	$(quiet)$< man $(RELEASED) $* > $@

$(BUILD)/completions/telprobe.bash: $(BUILD)/reference scripts/reference/completion.bash
	@mkdir -p $(@D)
	$(quiet)$< bash > $@ && cat scripts/reference/completion.bash >> $@

$(BUILD)/completions/telprobe.fish: $(BUILD)/reference
	@mkdir -p $(@D)
	$(quiet)$< fish > $@

$(BUILD)/completions/_telprobe: $(BUILD)/reference
	@mkdir -p $(@D)
	$(quiet)$< zsh > $@

man: $(pages)

completions: $(completions)

# What check runs, built but not run: scripts/check builds here and may run elsewhere.
tests: all $(BUILD)/kernel-probe $(unit_tests) $(bpf_tests) $(cli_tests) $(apps)

check: tests
	$(quiet)$(run_tests) unit header bpf cli service

check-unit: $(unit_tests)
	$(quiet)$(run_tests) unit

check-header: $(apps)
	$(quiet)$(run_tests) header

check-bpf: all $(BUILD)/kernel-probe $(bpf_tests) $(apps)
	$(quiet)$(run_tests) bpf

check-cli: all $(BUILD)/kernel-probe $(cli_tests) $(apps)
	$(quiet)$(run_tests) cli

check-service: all $(BUILD)/kernel-probe $(apps)
	$(quiet)$(run_tests) service

# Any bytes as a program, for FUZZ_SECONDS, beginning with the traced programs.
FUZZ_SECONDS ?= 60
$(BUILD)/fuzz/%_fuzz: tests/fuzz/%_fuzz.c $(wildcard userspace/inspect/*.[ch] userspace/lib/*.[ch])
	@mkdir -p $(@D)
	$(say) FUZZ $@
	$(quiet)$(CLANG) -g -O1 $(host_flags) -Wno-missing-field-initializers -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -DINSPECT_FUZZ_LIBFUZZER $(filter %.c,$^) $(host_libs) -o $@

fuzz: $(BUILD)/fuzz/inspect_fuzz $(apps)
	$(quiet)mkdir -p $(BUILD)/fuzz/found
	$(quiet)cd $(BUILD)/fuzz && ./inspect_fuzz -max_total_time=$(FUZZ_SECONDS) -verbosity=0 \
		-print_final_stats=1 found $(abspath $(BUILD))/apps

bench: all $(benches) $(apps)
	$(quiet)BUILD=$(abspath $(BUILD)) scripts/bench

# What install writes besides headers and pages, source and place: uninstall removes the same.
installed := $(DESTDIR)$(PREFIX)/bin/telprobe $(DESTDIR)$(PREFIX)/include/telprobe.h \
	$(DESTDIR)$(PKGCONFIGDIR)/telprobe.pc $(addprefix $(DESTDIR)$(PREFIX)/,$(headers)) \
	$(addprefix $(DESTDIR)$(MANDIR)/man1/,$(notdir $(pages))) $(DESTDIR)$(BASHDIR)/telprobe \
	$(DESTDIR)$(FISHDIR)/telprobe.fish $(DESTDIR)$(ZSHDIR)/_telprobe

install: all
	$(say) INSTALL $(DESTDIR)$(PREFIX)
	$(quiet)install -d $(sort $(dir $(installed)))
	$(quiet)install -m 755 $(BUILD)/telprobe $(DESTDIR)$(PREFIX)/bin/telprobe
	$(quiet)install -m 644 include/telprobe.h $(DESTDIR)$(PREFIX)/include/telprobe.h
	$(quiet)install -m 644 $(headers) $(DESTDIR)$(PREFIX)/include/telprobe/
	$(quiet)install -m 644 $(pages) $(DESTDIR)$(MANDIR)/man1/
	$(quiet)install -m 644 $(BUILD)/completions/telprobe.bash $(DESTDIR)$(BASHDIR)/telprobe
	$(quiet)install -m 644 $(BUILD)/completions/telprobe.fish $(DESTDIR)$(FISHDIR)/telprobe.fish
	$(quiet)install -m 644 $(BUILD)/completions/_telprobe $(DESTDIR)$(ZSHDIR)/_telprobe
	$(quiet)sed 's|@PREFIX@|$(PREFIX)|g;s|@VERSION@|$(VERSION)|g' include/telprobe.pc.in \
		> $(DESTDIR)$(PKGCONFIGDIR)/telprobe.pc
	$(quiet)chmod 644 $(DESTDIR)$(PKGCONFIGDIR)/telprobe.pc

# Only what install wrote; include/telprobe/ is ours, the other directories may be anybody's.
uninstall:
	$(say) REMOVE $(DESTDIR)$(PREFIX)
	$(quiet)rm -f $(installed)
	$(quiet)rmdir $(DESTDIR)$(PREFIX)/include/telprobe 2>/dev/null || true

dist:
	$(quiet)scripts/package/dist $(VERSION) $(BUILD)/dist

deb:
	$(quiet)scripts/package/deb $(VERSION) $(RELEASED) $(BUILD)/deb

fmt:
	$(quiet)scripts/lint --fix format

lint:
	$(quiet)scripts/lint

clean:
	rm -rf build

help:
	@echo 'all            build/telprobe, man pages, completions'
	@echo 'check          all tests; as root also those that attach probes'
	@echo 'check-unit check-header check-bpf check-cli check-service   one kind of them'
	@echo 'fuzz           the reader of ELF files, for FUZZ_SECONDS=60'
	@echo 'bench          measure; writes build/bench.json'
	@echo 'man completions   from the tables of commands, into build/man and build/completions'
	@echo 'install uninstall   into or from DESTDIR$$PREFIX, here $(DESTDIR)$(PREFIX)'
	@echo 'deb            Debian packages telprobe and telprobe-dev, into build/deb'
	@echo 'dist           one static binary, into build/dist; fetches sources of two libraries'
	@echo 'lint fmt       style: check it, or reformat'
	@echo 'clean          remove build/'
	@echo
	@echo 'V=1 shows commands; SANITIZE=address,undefined builds and checks in build/sanitize.'
	@echo 'scripts/check installs what the build needs first (Debian), then does it all.'

# What make deb left behind has dependencies of its own.
-include $(shell find $(BUILD) -path '$(BUILD)/deb' -prune -o -type f -name '*.d' -print 2>/dev/null)
