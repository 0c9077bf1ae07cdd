# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# elf.sh - what the header tests ask of a built file. Sourced by run and by build_one.
# Each check prints nothing and returns 0, or prints what is wrong and returns 1.

# notes FILE: a line `name location semaphore arguments` for each telprobe note, in file order
notes() {
	LC_ALL=C readelf -nW "$1" 2>/dev/null | awk '
		/Provider: / { mine = $NF == "telprobe" }
		mine && /Name: / { name = $2 }
		mine && /Location: / { location = $2; semaphore = $NF
			sub(/,.*/, "", location) }
		mine && /Arguments:/ { sub(/.*Arguments: ?/, "")
			print name, location, semaphore, $0; mine = 0 }'
}

# check_notes FILE NAME...: exactly these markers, each at one place
check_notes() {
	local file=$1 found wanted
	shift
	found=$(notes "$file" | cut -d' ' -f1 | sort | tr '\n' ' ')
	wanted=$(printf '%s\n' "$@" | sed '/^$/d' | sort | tr '\n' ' ')
	[ "$found" = "$wanted" ] && return
	echo "notes are '$found', not '$wanted'"
	return 1
}

# check_layout FILE: nop, nop5, nop10, ret at every note; no nop crosses a page; places differ
check_layout() {
	local name location bytes places
	local -r wanted=900f1f440000662e0f1f840000000000c3
	while read -r name location _; do
		bytes=$(objdump -s --start-address="$location" \
			--stop-address=$((location + 17)) "$1" |
			awk '/^ [0-9a-f]+ / { for (i = 2; i < NF && i < 6; i++)
				if (length($i) <= 8 && $i ~ /^[0-9a-f]+$/) printf "%s", $i }')
		if [ "${bytes:0:34}" != $wanted ]; then
			echo "$name at $location holds ${bytes:0:34}"
			return 1
		fi
		if ((location % 4096 + 16 > 4095)); then
			echo "$name at $location crosses a page"
			return 1
		fi
	done < <(notes "$1")
	places=$(notes "$1" | cut -d' ' -f2 | sort | uniq -d)
	[ -z "$places" ] && return
	echo "two markers share the place $places"
	return 1
}

# check_page FILE: the semaphores fill whole pages, which belong to one writable segment only
check_page() {
	local name semaphore offset address size flags owners page segment
	local -a segments
	read -r address size < <(LC_ALL=C readelf -SW "$1" |
		sed -n 's/^.*\] \.probes  *[A-Z]* *//p' | awk '{ print "0x" $1, "0x" $3 }')
	if ((address % 4096 || size % 4096 || size == 0)); then
		echo "section .probes at $address has $size bytes: not whole pages"
		return 1
	fi
	mapfile -t segments < <(LC_ALL=C readelf -lW "$1" |
		awk '$1 == "LOAD" { print $2, $3, $5, ($7 ~ /W/ || $8 ~ /W/) ? "W" : "-" }')
	while read -r name _ semaphore _; do
		page=
		for segment in "${segments[@]}"; do
			read -r offset address size flags <<<"$segment"
			if [ "$flags" = W ] && ((semaphore >= address)) &&
				((semaphore < address + size)); then
				page=$(((semaphore - address + offset) / 4096))
			fi
		done
		if [ -z "$page" ]; then
			echo "the semaphore of $name, $semaphore, lies in no writable segment"
			return 1
		fi
		owners=0
		for segment in "${segments[@]}"; do
			read -r offset address size flags <<<"$segment"
			if [ "$flags" = W ] && ((size > 0)) && ((offset / 4096 <= page)) &&
				(((offset + size - 1) / 4096 >= page)); then
				owners=$((owners + 1))
			fi
		done
		if ((owners != 1)); then
			echo "$owners writable segments map the page of the semaphore of $name"
			return 1
		fi
	done < <(notes "$1")
}

# file_offset FILE ADDRESS: where in the file the byte at that address is
file_offset() {
	local offset address size
	while read -r offset address size; do
		if (($2 >= address)) && (($2 < address + size)); then
			echo $(($2 - address + offset))
		fi
	done < <(LC_ALL=C readelf -lW "$1" | awk '$1 == "LOAD" { print $2, $3, $5 }')
}

# check_gdb FILE: a debugger that stops at the probed instruction sees the caller
check_gdb() {
	local seen
	seen=$(gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'set breakpoint pending on' \
		-ex 'break -probe-stap telprobe:command_begin' -ex run -ex bt "$1" 2>&1 </dev/null)
	if ! grep -q '^#1 .* in caller' <<<"$seen"; then
		echo "gdb: $(grep '^#' <<<"$seen" | tr '\n' ' ')"
		return 1
	fi
}
