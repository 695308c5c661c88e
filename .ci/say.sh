# Sourced by the scripts beside it: how they speak, and what they share.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }

die() {
	say "$*"
	exit 1
}

# seconds COMMAND...: runs it and leaves how long it took in $took.
seconds() {
	began=$(date +%s)
	status=0
	"$@" || status=$?
	took=$(($(date +%s) - began))
	return "$status"
}

# quietly LOG COMMAND...: runs it with its output in LOG, which is shown only if it fails.
quietly() {
	log=$1
	shift
	mkdir -p "$(dirname -- "$log")"
	if seconds "$@" >"$log" 2>&1 </dev/null; then
		return 0
	fi
	cat -- "$log" >&2
	return 1
}

# within SECONDS COMMAND...: ends it after that time, where the machine has timeout(1).
within() {
	limit=$1
	shift
	if command -v timeout >/dev/null; then
		timeout "$limit" "$@"
	else
		"$@"
	fi
}

# at_least HAVE WANT: compares versions such as v2.20.3-desktop.1 by their first two numbers.
at_least() {
	awk -v have="$1" -v want="$2" 'BEGIN {
		sub(/^v/, "", have); sub(/^v/, "", want)
		split(have, h, /[.+~-]/); split(want, w, /[.+~-]/)
		if (h[1] !~ /^[0-9]+$/) exit 1
		exit !(h[1] + 0 > w[1] + 0 || (h[1] + 0 == w[1] + 0 && h[2] + 0 >= w[2] + 0))
	}'
}

# The flags of every binary of ours, the same here and in the images: static, without paths of the machine.
build_here() { CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' "$@"; }
