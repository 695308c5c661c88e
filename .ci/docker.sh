# Sourced after say.sh, with $here set: finds or makes what docker needs, and exports where it is.
# shellcheck shell=sh

# need_docker: an engine that answers, its plugins, the image to build in; else a message and the end.
need_docker() {
	"$here/engine" || exit 1
	config=$("$here/plugins") || exit 1
	if [ -n "$config" ]; then
		export DOCKER_CONFIG="$config"
	fi
	GO_IMAGE=$("$here/go-image") || exit 1
	export GO_IMAGE
	case $GO_IMAGE in
	c10klab-go:*) # it is known to this engine alone: no builder in a container of its own finds it
		BUILDX_BUILDER=$(docker context show 2>/dev/null) || BUILDX_BUILDER=default
		export BUILDX_BUILDER
		;;
	esac
}

# build_images [SERVICE...]: builds them, or all; their output is shown on a terminal, and where it fails.
build_images() {
	say "building the images (one stage, all binaries: a minute the first time)"
	if [ -t 2 ]; then
		seconds docker compose build "$@" >&2 || die "the images could not be built"
	else
		quietly "$here/../.build/images.log" docker compose --progress plain build "$@" || die "the images could not be built"
	fi
	say "  built in $took s"
}

# present IMAGE: the engine has it.
present() { docker image inspect "$1" >/dev/null 2>&1; }

# pull IMAGE: gives up if nothing has come after 20 s; once layers come it may take its time. Why it failed is left in $why.
pull() {
	log=$(mktemp)
	docker pull "$1" >"$log" 2>&1 </dev/null &
	pid=$!
	waited=0
	while kill -0 "$pid" 2>/dev/null && ! grep -q 'Pulling from' "$log"; do
		if [ "$waited" -ge 20 ]; then
			kill "$pid" 2>/dev/null || true
			break
		fi
		sleep 1
		waited=$((waited + 1))
	done
	pulled=0
	wait "$pid" 2>/dev/null || pulled=$?
	why=$(tail -n 1 "$log")
	rm -f -- "$log"
	return "$pulled"
}
