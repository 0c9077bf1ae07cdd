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
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
EXAMPLESDIR ?= $(PREFIX)/share/doc/telprobe/examples
VERSION := 0.1.0
RELEASED := 2026-11-21
PACKAGES := libbpf libelf zlib sqlite3 libcjson libsodium libseccomp yaml-0.1 libpcre2-8
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
skeletons := $(patsubst bpf/%.bpf.c,$(BUILD)/gen/%.skel.h,$(wildcard bpf/*.bpf.c))
headers := $(wildcard include/telprobe/*)
targets := $(wildcard scripts/targets/*.yaml)

# A test is a program: test_*.c becomes one, and so is each executable file beside them. Other C
# files there are programs the tests need.
unit_tests := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/test_*.c))
bpf_tests := $(patsubst %.c,$(BUILD)/%,$(filter-out %.bpf.c,$(wildcard tests/bpf/*.c)))
cli_tests := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/cli/*.c))
without := $(patsubst %.c,$(BUILD)/%,$(filter-out %.bpf.c,$(wildcard tests/without/*.c)))
benches := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))
apps := $(BUILD)/apps/.built
run_tests := BUILD=$(abspath $(BUILD)) scripts/run-tests

.PHONY: all skeletons tests check check-unit check-bpf check-cli check-header check-service fuzz bench man \
	completions install uninstall deb dist clean fmt lint help
all: $(BUILD)/telprobe man completions

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	$(say) BPF $@
	$(quiet)$(CLANG) $(bpf_flags) -MMD -MP -c $< -o $@

$(BUILD)/gen/%.skel.h: $(BUILD)/bpf/%.bpf.o
	@mkdir -p $(@D)
	$(say) SKEL $@
	$(quiet)$(BPFTOOL) gen skeleton $< name $*_bpf > $@

$(filter $(BUILD)/userspace/capture/%,$(objects)): $(skeletons)

# Programs that only tests load, from these files. No .o: scripts/guest leaves those out.
$(patsubst %.bpf.c,$(BUILD)/%.bpf,$(wildcard tests/*/*.bpf.c)): $(BUILD)/%.bpf: %.bpf.c
	@mkdir -p $(@D)
	$(say) BPF $@
	$(quiet)$(CLANG) $(bpf_flags) -MMD -MP -MF $@.d -c $< -o $@

$(BUILD)/tests/bpf/test_bucket: $(BUILD)/tests/bpf/bucket.bpf

.PRECIOUS: $(BUILD)/bpf/%.bpf.o # bpftool's input, for who wants to look at it
skeletons: $(skeletons)

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

# Telprobe itself, but for the functions a file of tests/without has of its own.
comma := ,
$(BUILD)/tests/without/%: tests/without/%.c $(BUILD)/userspace/cli/main.o $(library)
	@mkdir -p $(@D)
	$(say) TEST $@
	$(quiet)$(CC) $(host_flags) $(CFLAGS) -MMD -MP $(filter-out %.bpf,$^) $(host_libs) \
		$(addprefix -Wl$(comma)--wrap=,$(shell sed -n 's/^[a-z].*__wrap_\([a-z_]*\).*/\1/p' $<)) -o $@

$(BUILD)/tests/without/kernel: $(BUILD)/tests/without/kernel.bpf

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

# Man pages and completions are printed from the tables that parse the command line and the
# configuration.
commands := $(patsubst userspace/cli/cmd_%.c,%,$(wildcard userspace/cli/cmd_*.c))
pages := $(BUILD)/man/telprobe.1 $(commands:%=$(BUILD)/man/telprobe-%.1)
more_pages := $(BUILD)/man/telprobe.yaml.5 $(BUILD)/man/telprobe.service.8
sample := $(BUILD)/man/telprobe.yaml
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

$(more_pages): $(BUILD)/reference
	@mkdir -p $(@D)
	$(quiet)$< man $(RELEASED) $(basename $(@F)) > $@

$(sample): $(BUILD)/reference
	@mkdir -p $(@D)
	$(quiet)$< sample > $@

$(BUILD)/completions/telprobe.bash: $(BUILD)/reference scripts/reference/completion.bash
	@mkdir -p $(@D)
	$(quiet)$< bash > $@ && cat scripts/reference/completion.bash >> $@

$(BUILD)/completions/telprobe.fish: $(BUILD)/reference
	@mkdir -p $(@D)
	$(quiet)$< fish > $@

$(BUILD)/completions/_telprobe: $(BUILD)/reference
	@mkdir -p $(@D)
	$(quiet)$< zsh > $@

man: $(pages) $(more_pages) $(sample)

completions: $(completions)

# What check runs, built but not run: scripts/check builds here and may run elsewhere.
tests: all $(BUILD)/kernel-probe $(unit_tests) $(bpf_tests) $(cli_tests) $(without) $(apps)

check: tests
	$(quiet)$(run_tests) unit header bpf cli service

check-unit: $(unit_tests)
	$(quiet)$(run_tests) unit

check-header: $(apps)
	$(quiet)$(run_tests) header

check-bpf: all $(BUILD)/kernel-probe $(bpf_tests) $(without) $(apps)
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

units := telprobe.service telprobe-selftest.service telprobe-selftest.timer

# What install writes besides headers and pages, source and place: uninstall removes the same.
installed := $(DESTDIR)$(PREFIX)/bin/telprobe $(DESTDIR)$(PREFIX)/include/telprobe.h \
	$(DESTDIR)$(PKGCONFIGDIR)/telprobe.pc $(addprefix $(DESTDIR)$(PREFIX)/,$(headers)) \
	$(addprefix $(DESTDIR)$(MANDIR)/man1/,$(notdir $(pages))) $(DESTDIR)$(BASHDIR)/telprobe \
	$(DESTDIR)$(FISHDIR)/telprobe.fish $(DESTDIR)$(ZSHDIR)/_telprobe \
	$(DESTDIR)$(MANDIR)/man5/telprobe.yaml.5 $(DESTDIR)$(MANDIR)/man8/telprobe.service.8 \
	$(addprefix $(DESTDIR)$(UNITDIR)/,$(units)) $(DESTDIR)$(SYSUSERSDIR)/telprobe.conf \
	$(DESTDIR)$(TMPFILESDIR)/telprobe.conf $(DESTDIR)$(EXAMPLESDIR)/telprobe.yaml \
	$(DESTDIR)$(EXAMPLESDIR)/before-linux-6.6.conf \
	$(patsubst scripts/targets/%,$(DESTDIR)$(EXAMPLESDIR)/targets.d/%,$(targets))
owned_directories := $(DESTDIR)$(PREFIX)/include/telprobe $(DESTDIR)$(EXAMPLESDIR)/targets.d \
	$(DESTDIR)$(EXAMPLESDIR) \
	$(dir $(DESTDIR)$(EXAMPLESDIR))

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
	$(quiet)install -m 644 $(BUILD)/man/telprobe.yaml.5 $(DESTDIR)$(MANDIR)/man5/
	$(quiet)install -m 644 $(BUILD)/man/telprobe.service.8 $(DESTDIR)$(MANDIR)/man8/
	$(quiet)set -e; for unit in $(units); do \
		sed 's|@BINDIR@|$(PREFIX)/bin|g' scripts/service/$$unit.in > $(DESTDIR)$(UNITDIR)/$$unit; \
		chmod 644 $(DESTDIR)$(UNITDIR)/$$unit; \
	done
	$(quiet)install -m 644 scripts/service/sysusers.conf $(DESTDIR)$(SYSUSERSDIR)/telprobe.conf
	$(quiet)install -m 644 scripts/service/tmpfiles.conf $(DESTDIR)$(TMPFILESDIR)/telprobe.conf
	$(quiet)install -m 644 $(sample) scripts/service/before-linux-6.6.conf \
		$(DESTDIR)$(EXAMPLESDIR)/
	$(quiet)install -m 644 $(targets) $(DESTDIR)$(EXAMPLESDIR)/targets.d/
	$(quiet)sed 's|@PREFIX@|$(PREFIX)|g;s|@VERSION@|$(VERSION)|g' include/telprobe.pc.in \
		> $(DESTDIR)$(PKGCONFIGDIR)/telprobe.pc
	$(quiet)chmod 644 $(DESTDIR)$(PKGCONFIGDIR)/telprobe.pc

# Only what install wrote; the other directories may be anybody's. Accounts and data stay: the man
# page telprobe.service(8) says where they are.
uninstall:
	$(say) REMOVE $(DESTDIR)$(PREFIX)
	$(quiet)rm -f $(installed)
	$(quiet)rmdir $(owned_directories) 2>/dev/null || true

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
	@echo 'bench          measure, beside bpftrace and LTTng-UST where they are; writes build/bench.json'
	@echo 'man completions   from the tables of commands, into build/man and build/completions'
	@echo 'install uninstall   into or from DESTDIR$$PREFIX, here $(DESTDIR)$(PREFIX)'
	@echo 'deb            Debian packages telprobe and telprobe-dev, into build/deb'
	@echo 'dist           one static binary, into build/dist; fetches sources of two libraries'
	@echo 'lint fmt       style: check it, or reformat'
	@echo 'clean          remove build/'
	@echo
	@echo 'V=1 shows commands; SANITIZE=address,undefined builds and checks in build/sanitize.'
	@echo 'scripts/check installs what the build needs first (Debian), then does it all.'

# What make deb and a bare Debian hold is none of ours, and what has sanitizers may just be written.
-include $(shell find $(BUILD) \( -path '$(BUILD)/deb' -o -path '$(BUILD)/bare-debian' \
	-o -path '$(BUILD)/sanitize' \) -prune \
	-o -type f -name '*.d' -print 2>/dev/null)
