# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Reads the tables that scripts/reference prints in front of this.

# COMPREPLY from what KIND offers, each with PREFIX before it.
_telprobe_offer() { # CURRENT PREFIX KIND [WORDS...]
	local current=$1 prefix=$2 kind=$3
	shift 3
	case $kind in
	files)
		compopt -o filenames 2> /dev/null
		mapfile -t COMPREPLY < <(compgen -P "$prefix" -f -- "$current")
		;;
	programs)
		compopt -o filenames 2> /dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current" && compgen -c -- "$current")
		;;
	command_line) mapfile -t COMPREPLY < <(compgen -c -- "$current") ;;
	commands) mapfile -t COMPREPLY < <(compgen -W "$(_telprobe_commands)" -- "$current") ;;
	words) mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$*" -- "$current") ;;
	word_list)
		compopt -o nospace 2> /dev/null
		[[ $current == *,* ]] && prefix=$prefix${current%,*},
		mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$*" -- "${current##*,}")
		;;
	esac
}

# How many words are there before the first argument of COMMAND? Nothing: there is none so far.
_telprobe_first_argument() { # COMMAND
	local index word
	for ((index = 2; index < COMP_CWORD; index++)); do
		word=${COMP_WORDS[index]}
		case $word in
		--) echo $((index + 1)) && return ;;
		-*)
			[[ ${COMP_WORDS[index + 1]} == = ]] && index=$((index + 2)) && continue
			[[ -n $(_telprobe_value "$1 $word") ]] && index=$((index + 1))
			;;
		*) echo "$index" && return ;;
		esac
	done
}

_telprobe() {
	local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
	local prefix='' command alias offer first
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_telprobe_offer "$current" '' words "$(_telprobe_commands)" --help --version
		return
	fi
	command=${COMP_WORDS[1]}
	alias=$(_telprobe_alias "$command")
	command=${alias:-$command}
	first=$(_telprobe_first_argument "$command")
	if [[ $(_telprobe_arguments "$command") == command_line && -n $first ]] &&
		((first < COMP_CWORD)); then
		if declare -F _command_offset > /dev/null; then
			_command_offset "$first"
		else
			_telprobe_offer "$current" '' files
		fi
		return
	fi
	# bash takes --format=js for three words, unless told not to.
	if [[ $current == = ]]; then
		current=
	elif [[ $option == = ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $current == --*=* ]]; then
		option=${current%%=*} prefix=${current%%=*}=
		current=${current#*=}
	fi
	[[ -n $first ]] || offer=$(_telprobe_value "$command $option")
	if [[ -n ${offer:-} ]]; then
		# shellcheck disable=SC2086 # a kind and its words
		_telprobe_offer "$current" "$prefix" $offer
	elif [[ $current == -* && -z $first ]]; then
		_telprobe_offer "$current" '' words "$(_telprobe_options "$command")"
	else
		offer=$(_telprobe_arguments "$command")
		[[ $offer == words* && -n $first ]] && offer=files # behind what to do
		# shellcheck disable=SC2086 # a kind and its words
		_telprobe_offer "$current" '' ${offer:-nothing}
	fi
}
complete -F _telprobe telprobe
