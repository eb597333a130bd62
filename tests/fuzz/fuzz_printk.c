// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel log of both generations, out of a small x86_64 vmcore (small_vmcore_make). */
#include "fuzz.h"
#include "kernel/printk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmcore *v = small_vmcore_make(data, size, EM_X86_64);
	if (!v)
		return 0;
	struct vmcoreinfo info = {v->vmcoreinfo ? v->vmcoreinfo : "", v->vmcoreinfo_len};
	struct layout layout;
	_cleanup_kmem_ struct kmem k = {0};
	_cleanup_buf_ struct buf out = BUF_INIT;
	uint64_t skipped;
	struct err *e = layout_load(&info, &layout);
	if (!e)
		e = kmem_init(&k, v, &layout);
	if (!e)
		e = printk_read(&k, &out, &skipped);
	err_free(e);
	vmcore_destroy(v);
	return 0;
}
