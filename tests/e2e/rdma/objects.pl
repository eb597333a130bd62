#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes RDMA objects as a program in user space does, without a library: a context, a protection domain, a memory region,
# a completion queue, a shared receive queue, and two queue pairs, one of which receives from the shared queue. Says
# "ready" when all are there, and keeps them until its input ends.
# usage: objects.pl /dev/infiniband/uverbs0
#
# The commands are those of include/uapi/rdma/ib_user_verbs.h; rxe answers with more than the header has, the places of
# its queues in memory (include/uapi/rdma/rdma_user_rxe.h), which nobody here looks at.
use strict;
use warnings;

open(my $uverbs, '+<', $ARGV[0]) or die "$ARGV[0]: $!\n";
binmode $uverbs;
my $page = "\0" x 8192;

sub address { return unpack('Q', pack('P', $_[0])) }

# command NUMBER, RESPONSE-BYTES, FIELDS: the response as numbers of 32 bits
sub command {
	my ($number, $bytes, $fields) = @_;
	my $response = "\0" x $bytes;
	my $body = pack('Q', address($response)) . $fields;
	my $request = pack('LSS', $number, (8 + length $body) / 4, $bytes / 4) . $body;
	defined(syswrite($uverbs, $request)) or die "command $number: $!\n";
	return unpack('L*', $response);
}

command(0, 8, '');
my ($pd) = command(3, 4, '');
command(9, 12, pack('QQQLL', address($page), 4096, address($page), $pd, 1));
my ($cq) = command(18, 8 + 16, pack('QLLlL', 0, 63, 0, -1, 0));
my ($srq) = command(32, 16 + 24, pack('QLLLL', 0, $pd, 16, 1, 0));
# RC, UD on the shared queue
command(24, 32 + 32, pack('QLLLLLLLLLCCCC', 0, $pd, $cq, $cq, 0, 16, 16, 1, 1, 0, 0, 2, 0, 0));
command(24, 32 + 32, pack('QLLLLLLLLLCCCC', 0, $pd, $cq, $cq, $srq, 16, 0, 1, 0, 0, 0, 4, 1, 0));
$| = 1;
print "ready\n";
<STDIN>;
