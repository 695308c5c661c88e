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

# take_yardsticks, after need_docker: with YARDSTICK=1 the programs in C of tests/yardstick take part, under their compose
# profile. They are compiled in the build, unless its image is one of ours, which holds Go and nothing else.
take_yardsticks() {
	[ "${YARDSTICK:-}" = 1 ] || return 0
	case $GO_IMAGE in
	c10klab-go:*)
		"$here/../tests/yardstick/build" "$here/../.build/yardstick" || return 0
		export YARDSTICKS=copied
		;;
	esac
	export COMPOSE_PROFILES="${COMPOSE_PROFILES:+$COMPOSE_PROFILES,}yardstick"
}

# The services of compose's profile hop: the reference on other ways than the bridge.
ways="epoll-published epoll-host epoll-loopback"

# take_ways, after need_docker: with HOP=1 these take part. What they open on the host is on the gateway's address of the engine's
# own bridge, which containers have a route to.
take_ways() {
	[ "${HOP:-}" = 1 ] || return 0
	[ -n "${LAB_GATEWAY:-}" ] || LAB_GATEWAY=$(gateway) ||
		die "HOP=1 publishes a port on the gateway of Docker's default bridge, and this engine has none (LAB_GATEWAY=ADDRESS names another)"
	export LAB_GATEWAY
	export COMPOSE_PROFILES="${COMPOSE_PROFILES:+$COMPOSE_PROFILES,}hop"
}

# gateway: the address of the engine's own bridge on its host. Where the engine chose the subnet it tells no gateway: that is
# the subnet's first address.
gateway() {
	docker network inspect bridge -f '{{range .IPAM.Config}}{{if .Gateway}}{{.Gateway}}{{else}}{{.Subnet}}{{end}}{{"\n"}}{{end}}' 2>/dev/null |
		sed -n -e 's|\.0/[0-9]*$|.1|' -e '/^[0-9.]*$/{/./p;}' | grep -m 1 .
}

# drop_ways takes them away. What is open on the host is open for as long as it is measured; and one of them shares the network of
# the lab that it was started with, no later one's.
drop_ways() {
	[ "${HOP:-}" = 1 ] || return 0
	# shellcheck disable=SC2086 # names, one word each
	docker compose rm --stop --force $ways >/dev/null 2>&1 || true
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
