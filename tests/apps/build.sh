#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# build.sh DIRECTORY [NAME...] - build the traced programs of `list`, or these of them, there.
# CC, CXX, CFLAGS and LDFLAGS are heeded. What is newer than all sources is left alone.
set -eu

if [ $# -lt 1 ] || [ "$1" = --help ]; then
	sed -n '3,4s/^# //p' "$0" >&2
	[ "${1-}" = --help ] && exit 0
	exit 2
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
wanted=" $* "
cd "$(dirname "$0")"
include=$(cd ../../include && pwd)

grep -v '^#' list | while read -r name words; do
	case $wanted in
	"  " | *" $name "*) ;;
	*) continue ;;
	esac
	if [ -e "$out/$name" ] &&
		[ -z "$(find . ../../include/telprobe.h -newer "$out/$name")" ]; then
		continue
	fi
	words=$(printf '%s' "$words" | sed "s|@OUT@|$out|g")
	case $words in
	*.cc*) compiler="${CXX:-g++} -std=c++17" ;;
	*) compiler="${CC:-gcc} -std=gnu11" ;;
	esac
	# shellcheck disable=SC2086 # compiler, flags and words of the list are lists
	$compiler -D_GNU_SOURCE -Wall -Wextra -Werror ${CFLAGS--O2 -g} -I"$include" $words \
		${LDFLAGS-} -o "$out/$name"
done
