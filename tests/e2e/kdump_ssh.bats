#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The dump goes to another machine by ssh: an sshd on loopback, reached through the guest's network.

load support

# An sshd of the lab's own, with keys of its own, on a free port of loopback.
start_sshd() {
	local port
	mkdir -p "$WORK/ssh" "$WORK/saved"
	ssh-keygen -q -t ed25519 -N '' -f "$WORK/ssh/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$WORK/ssh/client_key"
	cp "$WORK/ssh/client_key.pub" "$WORK/ssh/authorized_keys"
	port=$((20000 + RANDOM % 20000))
	cat >"$WORK/ssh/sshd_config" <<-END
	ListenAddress 127.0.0.1:$port
	HostKey $WORK/ssh/host_key
	PidFile none
	AuthorizedKeysFile $WORK/ssh/authorized_keys
	StrictModes no
	PasswordAuthentication no
	PermitRootLogin prohibit-password
	UsePAM no
	Subsystem sftp exec /usr/lib/openssh/sftp-server -e -l INFO 2>>$WORK/ssh/sftp.log
	END
	"$LAB" exec sh -c "mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e -f '$WORK/ssh/sshd_config'" \
		>"$WORK/ssh/log" 2>&1 3>&- &
	echo $! >"$WORK/ssh/pid"
	echo "$port" >"$WORK/ssh/port"
	for _ in $(seq 50); do
		grep -q 'Server listening' "$WORK/ssh/log" && return
		sleep 0.2
	done
	cat "$WORK/ssh/log" >&3
	return 1
}

setup_file() {
	fresh_guest x86_64
	start_sshd
	cat >"$WORK/job" <<-END
	case \$BOOT in
	2)
		mkdir -p -m 700 /root/.ssh
		cat >/root/.ssh/kdump_id_rsa <<-'KEY'
		$(cat "$WORK/ssh/client_key")
		KEY
		chmod 600 /root/.ssh/kdump_id_rsa
		echo "10.0.2.100 $(cut -d' ' -f1,2 "$WORK/ssh/host_key.pub")" >/root/.ssh/known_hosts
		printf '%s\n' 'ssh root@10.0.2.100' 'path $WORK/saved' >/etc/kdump.conf
		kdumpctl start; echo "@job start=\$?"
		kdumpctl status; echo "@job status=\$?"
		kdumpctl test --force
		;;
	*)
		kdumpctl test --result --json >/var/test.json; echo "@job result=\$?"
		echo "@job production"
		systemctl poweroff
		;;
	esac
	END
	run_guest x86_64 900 --mem 2048 --append "crashkernel=256M" --ssh-port "$(cat "$WORK/ssh/port")"
	"$LAB" extract "$WORK/guest.img" /var/test.json "$WORK/said"
	ln -sfn saved "$WORK/disk"
	phases | sed 's/^/# /' >&3
}

teardown_file() {
	if [ -s "$WORK/ssh/pid" ]; then
		kill "$(cat "$WORK/ssh/pid")" 2>/dev/null || :
	fi
}

@test "kdump_ssh: kdumpctl arms the machine and the machine comes back" {
	results | grep -qx 'start=0'
	results | grep -qx 'status=0'
	results | grep -qx 'production'
}

@test "kdump_ssh: kdumpctl test finds its dump on the server" {
	cat "$WORK/said/test.json"
	results | grep -qx 'result=0'
	jq -e '.outcome == "whole" and .away_seconds > 5 and ([.phases[].phase] | index("vmcore: ok"))' "$WORK/said/test.json"
	jq -r .dump "$WORK/said/test.json" | grep -qx "$(find "$WORK/saved/" -mindepth 1 -maxdepth 1 -type d | sed 's|//*|/|g')"
}

@test "kdump_ssh: the server has the whole dump under its final name, and nothing else" {
	[ "$(find "$WORK/saved/" -mindepth 1 -maxdepth 1 | wc -l)" -eq 1 ]
	[ "$(find "$WORK/saved/" -iname '*incomplete*' -o -name '*.part' | wc -l)" -eq 0 ]
	cd "$(find "$WORK/saved/" -mindepth 1 -maxdepth 1 -type d)"
	sha256sum --strict --quiet -c SHA256SUMS
	for file in vmcore vmcore-dmesg.txt report.txt report.json capture.json nic/nic.json; do
		[ -s "$file" ]
	done
}

# The manifest is sent twice. A connection that breaks must leave the one or the other.
@test "kdump_ssh: what is there under its name is never written to" {
	grep 'open ".*/SHA256SUMS.new"' "$WORK/ssh/sftp.log"
	[ "$(grep -c 'rename old ".*/SHA256SUMS.new" new ".*/SHA256SUMS"' "$WORK/ssh/sftp.log")" -ge 2 ]
	! grep 'open ".*/SHA256SUMS" flags .*WRITE' "$WORK/ssh/sftp.log"
}

@test "kdump_ssh: the report saved in the capture kernel is the one that the dump gives later" {
	cd "$(find "$WORK/saved/" -mindepth 1 -maxdepth 1 -type d)"
	jq -e '.format == "salvor-report" and (.cpus.cpus[] | select(.crashed) | .task.comm == "kdumpctl")' report.json
	(ulimit -d 49152 && "$TOP/build/vmcore-report" --parts cpus vmcore) >"$WORK/cpus-later.txt"
	sed -n '/^== CPUs$/,/^$/p' report.txt | diff - "$WORK/cpus-later.txt"
}

@test "kdump_ssh: the log has the panic, crash backtraces it" {
	cd "$(find "$WORK/saved/" -mindepth 1 -maxdepth 1 -type d)"
	grep -q 'Kernel panic - not syncing: sysrq triggered crash' vmcore-dmesg.txt
	crash_says x86_64 "$PWD/vmcore" 'bt' >"$WORK/crash.txt"
	cat "$WORK/crash.txt"
	grep -q 'sysrq_handle_crash' "$WORK/crash.txt"
}
