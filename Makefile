# SPDX-License-Identifier: GPL-2.0-or-later
#
# Salvor. `make help` lists the targets. Objects go to build/ (or OUT=...); sources are found by
# wildcard, so a new .c file in a folder is part of the folder's program.
#
# Users set: CC CFLAGS CPPFLAGS LDFLAGS, PREFIX and the directories below, DESTDIR, CROSS_COMPILE and
# SYSROOT (cross builds), SANITIZE=1 (ASan and UBSan), V=1 (show commands).

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

VERSION := 0.1.0

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
SBINDIR    ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/lib/salvor
MANDIR     ?= $(PREFIX)/share/man
DATADIR    ?= $(PREFIX)/share
SYSCONFDIR ?= /etc
UNITDIR    ?= $(PREFIX)/lib/systemd/system
UDEVDIR    ?= $(PREFIX)/lib/udev/rules.d
# dracut looks nowhere else, whatever PREFIX is.
DRACUTDIR  ?= /usr/lib/dracut/modules.d
COMPDIR    ?= $(PREFIX)/share/bash-completion/completions
DESTDIR    ?=

ifneq ($(CROSS_COMPILE),)
CC         := $(CROSS_COMPILE)gcc
AR         := $(CROSS_COMPILE)ar
OUT        ?= build/$(patsubst %-,%,$(CROSS_COMPILE))
else
ifeq ($(origin CC),default)
CC         := gcc
endif
endif
ifneq ($(SANITIZE),)
OUT        ?= build/sanitize
required_flags += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
required_ld    += -fsanitize=address,undefined
endif
OUT        ?= build

ifneq ($(SYSROOT),)
required_flags += --sysroot=$(SYSROOT)
required_ld    += --sysroot=$(SYSROOT)
triplet := $(notdir $(patsubst %-,%,$(CROSS_COMPILE)))
export PKG_CONFIG_SYSROOT_DIR := $(SYSROOT)
export PKG_CONFIG_LIBDIR := $(SYSROOT)/usr/lib/$(triplet)/pkgconfig:$(SYSROOT)/usr/share/pkgconfig
endif
PKG_CONFIG ?= pkg-config

CFLAGS     ?= -O2 -g
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	    -Wwrite-strings -Wvla -Wformat=2 -Wundef
required_flags += -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -pthread $(warnings) \
		  -DSALVOR_VERSION='"$(VERSION)"' -DLIBEXECDIR='"$(LIBEXECDIR)"' \
		  -DSYSCONFDIR='"$(SYSCONFDIR)"' -DDATADIR='"$(DATADIR)"' -Ifilter -Icapture -ffile-prefix-map=$(CURDIR)=.
required_ld    += -pthread

# --- libraries --------------------------------------------------------------------------------------
pc_cflags = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
pc_libs   = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)
# Some distributions ship these without a .pc file: ask the compiler then.
# (make before 4.3 takes a # in $(shell …) for a comment, later ones keep the \ before it)
hash := \#
has_header = $(shell printf '$(hash)include <$(1)>\n' | $(CC) $(if $(SYSROOT),--sysroot=$(SYSROOT)) -E - >/dev/null 2>&1 && echo yes)

core_libs := $(call pc_libs,libelf)
ifeq ($(core_libs),)
core_libs := -lelf
endif
missing_codecs :=
define optional_codec # name, header, library
ifeq ($$(call has_header,$(2)),yes)
required_flags += -DHAVE_$(1)
core_libs      += $(3)
else
missing_codecs += $(1)
endif
endef
$(eval $(call optional_codec,ZSTD,zstd.h,-lzstd))
$(eval $(call optional_codec,LZO,lzo/lzo1x.h,-llzo2))
$(eval $(call optional_codec,ZLIB,zlib.h,-lz))
$(eval $(call optional_codec,SNAPPY,snappy-c.h,-lsnappy))
core_libs += -lm

nic_libs   := $(call pc_libs,libmnl nettle)
crash_libs := $(call pc_libs,blkid libssh nettle libmnl)
trigger_libs := $(call pc_libs,libcurl jansson)

# --- what is made of what ---------------------------------------------------------------------------
src = $(sort $(foreach d,$(1),$(wildcard $(d)/*.c)))
obj = $(patsubst %.c,$(OUT)/%.o,$(1))

core_src   := $(call src,$(addprefix filter/,base ondisk codec io vmcore kernel))
filter_src := $(call src,$(addprefix filter/,pages pack output cli))
inc_src    := $(call src,capture/incident)
crash_src  := $(call src,capture/crash)
# What is read of the adapters in a dead kernel's memory: nic-dump has it, and a part of the report.
dead_src   := $(call src,capture/nic/dead capture/nic/decode)
nic_src    := $(call src,capture/nic $(addprefix capture/nic/,live regs watch wq)) $(dead_src)
report_src := $(call src,capture/report)
test_src   := $(shell find tests/unit -name 'test_*.c' 2>/dev/null | sort)
tool_src   := $(wildcard tests/tools/*.c)

# The page of vmcore-report --html, with its style and script, as a C source.
page_obj := $(OUT)/capture/report/page.o

lib := $(OUT)/libsalvor.a
progs :=
ifneq ($(wildcard filter/cli/main.c),)
progs += $(OUT)/vmcore-filter
endif
ifneq ($(wildcard capture/crash/main.c),)
progs += $(OUT)/kdump-capture
endif
ifneq ($(wildcard capture/nic/main.c),)
progs += $(OUT)/nic-dump $(OUT)/wqdump
endif
ifneq ($(wildcard capture/report/main.c),)
progs += $(OUT)/vmcore-report
endif
# Optional: kdumpctl prints what it would do where nmi-send is missing.
ifneq ($(and $(call has_header,curl/curl.h),$(call has_header,jansson.h)),)
progs += $(OUT)/nmi-send
trigger_src := $(call src,capture/trigger)
else
missing_codecs += nmi-send
test_src := $(filter-out %/test_redfish_answers.c,$(test_src))
endif

all: codecs-said $(progs)

ifneq ($(V),1)
Q := @
msg = @printf '  %-4s %s\n' $(1) $(patsubst $(OUT)/%,%,$@);
endif

.PHONY: all codecs-said
codecs-said:
ifneq ($(strip $(missing_codecs)),)
	@echo "==> built without: $(strip $(missing_codecs)) (development files not found; scripts/install-deps installs them)"
endif

$(OUT)/%.o: %.c $(OUT)/flags
	$(call msg,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(required_flags) $(CPPFLAGS) $(CFLAGS) $(extra_cflags) -MMD -MP -c -o $@ $<

$(page_obj:.o=.c): $(wildcard capture/report/page/*)
	$(call msg,GEN)
	@mkdir -p $(@D)
	$(Q)capture/report/page/embed >$@
$(page_obj): $(page_obj:.o=.c) $(OUT)/flags
	$(call msg,CC)
	$(Q)$(CC) $(required_flags) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Rebuild when the flags change.
$(OUT)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(subst ','"'"',$(required_flags)) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || \
	 echo '$(CC) $(subst ','"'"',$(required_flags)) $(CPPFLAGS) $(CFLAGS)' > $@
.PHONY: FORCE
FORCE:

$(lib): $(call obj,$(core_src))
	$(call msg,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

link = $(CC) $(required_flags) $(CFLAGS) $(required_ld) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^)

$(OUT)/vmcore-filter: $(call obj,$(filter_src)) $(lib)
	$(call msg,LD)
	$(Q)$(link) $(core_libs)
$(OUT)/kdump-capture: $(call obj,$(inc_src) $(crash_src)) $(lib)
	$(call msg,LD)
	$(Q)$(link) $(crash_libs) $(core_libs)
$(OUT)/nic-dump: $(call obj,$(inc_src) $(nic_src)) $(lib)
	$(call msg,LD)
	$(Q)$(link) $(nic_libs) $(core_libs)
$(OUT)/wqdump: $(OUT)/nic-dump
	$(Q)ln -sfn nic-dump $@
$(OUT)/vmcore-report: $(call obj,$(report_src) $(dead_src)) $(page_obj) $(lib)
	$(call msg,LD)
	$(Q)$(link) $(core_libs)

$(OUT)/nmi-send: $(call obj,$(trigger_src)) $(lib)
	$(call msg,LD)
	$(Q)$(link) $(trigger_libs) $(core_libs)

# --- unit tests, tools: one program per file --------------------------------------------------------
not_main = $(filter-out %/main.c %_main.c,$(1))
tested   := $(call obj,$(call not_main,$(filter_src) $(inc_src) $(crash_src) $(nic_src) $(report_src) $(trigger_src))) $(page_obj)
tests    := $(patsubst %.c,$(OUT)/%,$(test_src))
$(tests): $(OUT)/%: $(OUT)/%.o $(OUT)/libtested.a $(lib)
	$(call msg,LD)
	$(Q)$(link) -Wl,--as-needed $(crash_libs) $(nic_libs) $(core_libs) $(call pc_libs,cmocka jansson)
$(OUT)/libtested.a: $(tested)
	$(call msg,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(call obj,$(test_src)): extra_cflags := -Itests/unit

tools := $(patsubst %.c,$(OUT)/%,$(tool_src))
$(tools): $(OUT)/%: $(OUT)/%.o $(lib)
	$(call msg,LD)
	$(Q)$(link) $(call pc_libs,libkdumpfile) $(core_libs)

.PHONY: tests tools
tests: $(tests)
tools: $(tools)

-include $(wildcard tests/*.mk)

# --- install ----------------------------------------------------------------------------------------
.PHONY: install clean help
install: all
	scripts/install-files "$(OUT)" DESTDIR="$(DESTDIR)" BINDIR="$(BINDIR)" SBINDIR="$(SBINDIR)" \
		LIBEXECDIR="$(LIBEXECDIR)" MANDIR="$(MANDIR)" DATADIR="$(DATADIR)" SYSCONFDIR="$(SYSCONFDIR)" \
		UNITDIR="$(UNITDIR)" UDEVDIR="$(UDEVDIR)" DRACUTDIR="$(DRACUTDIR)" COMPDIR="$(COMPDIR)"

clean:
	rm -rf build

help:
	@echo 'all          build the programs'
	@echo 'install      install below DESTDIR (PREFIX=$(PREFIX))'
	@echo 'check-quick  unit tests, scenarios without machines, lint: under 3 minutes'
	@echo 'check        everything, with real crashes in QEMU'
	@echo 'demo         watch a real kernel crash and its dump saved and opened'
	@echo 'bench        speed and memory beside makedumpfile and kdump-tools'
	@echo 'lint fuzz corrupt clean lab-clean'

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
