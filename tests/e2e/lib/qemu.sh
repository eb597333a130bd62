# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Guests: QEMU from the tools root, software emulation only, two NICs of different drivers, console in a file.

guest_run_usage() {
	cat <<-'END'
	lab guest run --arch x86_64|ppc64le|arm64 --console FILE [options] [-- QEMU options…]
	  --image IMG        root disk (ext4, written to); with it IMG.kernel, IMG.initrd and a root= are the default
	  --kernel K --initrd I --append "…"   what is booted; the text is added to the lab's own command line
	  --mem MiB (2048)   --smp N (2)   --cpu MODEL
	  --job FILE         shell script the guest runs at each boot (see guest-files/…/run-job)
	  --disk FILE[,serial=NAME][,format=F][,readonly=on]   one more virtio disk; may be repeated
	  --nic MODEL        network adapter; repeated: one each, instead of the two usual ones; none: no adapter
	  --ssh-port PORT    10.0.2.100:22 in the guest is 127.0.0.1:PORT here
	  --qmp SOCKET       QEMU's control socket, for lab qmp
	  --time-limit SECONDS (300)   --until REGEX   the guest is ended when a console line matches
	Exit status: 0 powered off (or REGEX seen, when given); 3 powered off without REGEX; 124 time limit; 125 QEMU failed.
	END
}

# qemu_machine ARCH CPU: binary and machine options, into the array qemu
qemu_machine() {
	# shellcheck disable=SC2054 # commas are QEMU's
	case $1 in
	amd64)
		qemu=(qemu-system-x86_64 -machine q35,sata=off -cpu "${2:-max,svm=off}" -device vmcoreinfo -serial chardev:console)
		;;
	arm64)
		# the usual signing of pointers takes an emulator most of its time
		qemu=(qemu-system-aarch64 -machine virt -cpu "${2:-max,pauth-impdef=on}" -device vmcoreinfo
			-serial chardev:console)
		;;
	ppc64el)
		# without the mitigations that TCG does not have, which it would only warn about; and with QEMU's own small
		# firmware: SLOF puts itself below 2 GiB, into the area where the memory of a crashed kernel is kept
		qemu=(qemu-system-ppc64 -machine pseries,x-vof=on,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken
			-serial chardev:console)
		[ -z "$2" ] || qemu+=(-cpu "$2")
		;;
	esac
	# shellcheck disable=SC2054
	qemu+=(-accel tcg,thread=multi -nodefaults -display none -monitor none
		-chardev stdio,id=console,signal=off -device virtio-rng-pci)
}

# qemu_nics SSH_PORT MODEL…: user-mode networks that reach nothing but what is named here
qemu_nics() {
	local port=$1 model net i=0
	shift
	for model in "$@"; do
		[ "$model" = none ] && continue
		net=user,id=net$i,restrict=on,ipv6=off,net=10.0.$((i + 2)).0/24,host=10.0.$((i + 2)).2
		[ "$i" -ne 0 ] || [ -z "$port" ] ||
			net+=",guestfwd=tcp:10.0.2.100:22-cmd:socat - TCP:127.0.0.1:$port"
		qemu+=(-netdev "$net" -device "$model,netdev=net$i,mac=52:54:00:5a:00:0$i")
		i=$((i + 1))
	done
}

# qemu_disk SPEC: FILE[,serial=NAME][,option=value]…
qemu_disk() {
	local spec=$1 file serial='' format=raw readonly=off option
	file=$(realpath "${spec%%,*}")
	while IFS= read -r option; do
		case $option in
		serial=*) serial=$option ;;
		format=*) format=${option#format=} ;;
		readonly=*) readonly=${option#readonly=} ;;
		*) die "guest run: unknown disk option $option" ;;
		esac
	done < <(tr ',' '\n' <<<"$spec" | sed 1d)
	disks=$((${disks:-0} + 1))
	binds+=":$(dirname "$file")"
	qemu+=(-drive "if=none,id=disk$disks,file=${file//,/,,},format=$format,cache=unsafe,readonly=$readonly"
		-device "virtio-blk-pci,drive=disk$disks${serial:+,$serial}")
}

# job_disk FILE: a raw disk that holds the script and zeroes after it
job_disk() {
	local size
	size=$(stat -c %s "$1")
	cp "$1" "$run/job.raw"
	chmod u+w "$run/job.raw"
	truncate -s $(((size / 65536 + 1) * 65536)) "$run/job.raw"
	qemu_disk "$run/job.raw,serial=job"
}

# guest_run_options ARGS…: sets the variables of guest_run
guest_run_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--arch) arch=$(debian_arch "$2") ;;
		--image) image=$2 ;;
		--kernel) kernel=$2 ;;
		--initrd) initrd=$2 ;;
		--append) append=$2 ;;
		--mem) mem=$2 ;;
		--smp) smp=$2 ;;
		--cpu) cpu=$2 ;;
		--job) job=$2 ;;
		--time-limit) limit=$2 ;;
		--console) console=$2 ;;
		--disk) specs+=("$2") ;;
		--nic) nics+=("$2") ;;
		--ssh-port) port=$2 ;;
		--qmp) qmp=$2 ;;
		--until) until=(--until "$2") ;;
		--) shift; extra=("$@"); return ;;
		*) die "guest run: unknown option $1" ;;
		esac
		[ $# -ge 2 ] || die "guest run: $1 needs a value"
		shift 2
	done
}

# guest_command: the QEMU command into the array qemu; uses the variables of guest_run
guest_command() {
	local spec line
	qemu_machine "$arch" "$cpu"
	qemu+=(-m "$mem" -smp "$smp")
	case $arch in
	ppc64el) line=console=hvc0 ;;
	arm64) line=console=ttyAMA0 ;;
	*) line=console=ttyS0 ;;
	esac
	if [ -n "$image" ]; then
		qemu_disk "$image,serial=root"
		kernel=${kernel:-$image.kernel}
		initrd=${initrd:-$image.initrd}
		line+=" root=UUID=$LAB_ROOT_UUID rw audit=0 systemd.show_status=0 systemd.log_color=0"
	fi
	[ -f "$kernel" ] || die "guest run: no kernel ${kernel:-(give --kernel or --image)}"
	kernel=$(realpath "$kernel")
	binds+=":$(dirname "$kernel")"
	qemu+=(-kernel "$kernel" -append "$line $append")
	if [ -n "$initrd" ]; then
		initrd=$(realpath "$initrd")
		binds+=":$(dirname "$initrd")"
		qemu+=(-initrd "$initrd")
	fi
	for spec in "${specs[@]}"; do qemu_disk "$spec"; done
	[ -z "$job" ] || job_disk "$job"
	if [ ${#nics[@]} -eq 0 ]; then
		nics=(virtio-net-pci vmxnet3)
		[ "$arch" = amd64 ] || nics=(virtio-net-pci e1000e)
	fi
	qemu_nics "$port" "${nics[@]}"
	if [ -n "$qmp" ]; then
		qmp=$(realpath -m "$qmp")
		binds+=":$(dirname "$qmp")"
		qemu+=(-qmp "unix:$qmp,server=on,wait=off")
	fi
	qemu+=("${extra[@]}")
}

guest_run() {
	local arch='' image='' kernel='' initrd='' append='' mem=2048 smp=2 cpu='' job='' limit=300 console=''
	local port='' qmp='' specs=() nics=() until=() extra=() qemu=() binds='' disks=0 run pid status=0
	case ${1-} in '' | -h | --help) guest_run_usage; return ;; esac
	guest_run_options "$@"
	[ -n "$arch" ] || die "guest run: --arch is needed"
	[ -n "$console" ] || die "guest run: --console is needed"
	part_build tools
	run=$(mktemp -d "$LAB_CACHE/run.XXXXXX")
	guest_command
	printf '%q ' "${qemu[@]}" >"$console.command"
	# QEMU dies with console-run, console-run ends it when this shell is ended
	LAB_BIND=$binds${LAB_BIND:+:$LAB_BIND} "$E2E/console-run" --limit "$limit" "${until[@]}" \
		--console "$console" -- setpriv --pdeathsig KILL "$E2E/lab" exec "${qemu[@]}" &
	pid=$!
	# shellcheck disable=SC2064 # the process and directory of now
	trap "kill $pid 2>/dev/null; wait $pid; rm -rf '$run'; exit 125" INT TERM HUP
	wait "$pid" || status=$?
	trap - INT TERM HUP
	rm -rf "$run"
	guest_run_verdict "$status"
	return "$status"
}

# guest_run_verdict STATUS: on failure, why and the end of the console
guest_run_verdict() {
	case $1 in
	0) return 0 ;;
	3) say "guest run: the guest powered off and ${until[1]} was not seen" ;;
	124) say "guest run: the time limit of $limit s was reached" ;;
	*) say "guest run: QEMU failed" ;;
	esac
	say "the end of $console:"
	tail -n "${LAB_CONSOLE_LINES:-40}" "$console" >&2
}
