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
else
quiet = @
say = @printf '  %-8s %s\n'
endif

VERSION := 0.1.0
PACKAGES := libbpf libelf zlib sqlite3 libcjson libsodium libseccomp
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
unit_tests := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*/test_*.c))
skeleton := $(BUILD)/gen/telprobe.skel.h

.PHONY: all check check-unit clean help
all: $(BUILD)/telprobe

$(BUILD)/bpf/telprobe.bpf.o: bpf/telprobe.bpf.c
	@mkdir -p $(@D)
	$(say) BPF $@
	$(quiet)$(CLANG) $(bpf_flags) -MMD -MP -c $< -o $@

$(skeleton): $(BUILD)/bpf/telprobe.bpf.o
	@mkdir -p $(@D)
	$(say) SKEL $@
	$(quiet)$(BPFTOOL) gen skeleton $< name telprobe_bpf > $@

$(BUILD)/userspace/capture/%.o: $(skeleton)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(quiet)$(CC) $(host_flags) $(CFLAGS) -MMD -MP -c $< -o $@

$(library): $(objects)
	$(say) AR $@
	$(quiet)rm -f $@ && ar rcs $@ $(objects)

$(BUILD)/telprobe: $(BUILD)/userspace/cli/main.o $(library)
	$(say) LINK $@
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(host_libs) -o $@

$(BUILD)/tests/unit/%: tests/unit/%.c $(library)
	@mkdir -p $(@D)
	$(say) TEST $@
	$(quiet)$(CC) $(host_flags) -Itests $(CFLAGS) -MMD -MP $< $(library) $(host_libs) \
		$(shell $(PKG_CONFIG) --libs cmocka) -o $@

check-unit: $(unit_tests)
	@for test in $(unit_tests); do $$test || exit 1; done

check: all check-unit

clean:
	rm -rf build

help:
	@echo 'all check check-unit clean'

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
