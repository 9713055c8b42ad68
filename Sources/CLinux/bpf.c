#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(enum bpf_cmd command, union bpf_attr *attributes, size_t size)
{
    long value = syscall(SYS_bpf, command, attributes, size);
    return value < 0 ? -errno : (int)value;
}

int cl_bpf_load_device_program(const void *instructions, size_t count, const char *name)
{
    union bpf_attr attributes = {
        .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
        .insns = (uintptr_t)instructions,
        .insn_cnt = (uint32_t)count,
        .license = (uintptr_t) "Apache-2.0",
    };
    strncpy(attributes.prog_name, name, BPF_OBJ_NAME_LEN - 1);
    return bpf(BPF_PROG_LOAD, &attributes, sizeof attributes);
}

int cl_bpf_attach_device_program(int cgroup, int program, int replaced)
{
    union bpf_attr attributes = {
        .target_fd = (uint32_t)cgroup,
        .attach_bpf_fd = (uint32_t)program,
        .attach_type = BPF_CGROUP_DEVICE,
        .attach_flags = BPF_F_ALLOW_MULTI,
    };
    if (replaced >= 0) {
        attributes.attach_flags |= BPF_F_REPLACE;
        attributes.replace_bpf_fd = (uint32_t)replaced;
    }
    return bpf(BPF_PROG_ATTACH, &attributes, sizeof attributes);
}

int cl_bpf_query_device_programs(int cgroup, uint32_t *ids, size_t *count)
{
    union bpf_attr attributes = {
        .query.target_fd = (uint32_t)cgroup,
        .query.attach_type = BPF_CGROUP_DEVICE,
        .query.prog_ids = (uintptr_t)ids,
        .query.prog_cnt = (uint32_t)*count,
    };
    int result = bpf(BPF_PROG_QUERY, &attributes, sizeof attributes);
    *count = attributes.query.prog_cnt;
    return result;
}

int cl_bpf_program_by_id(uint32_t id)
{
    union bpf_attr attributes = { .prog_id = id };
    return bpf(BPF_PROG_GET_FD_BY_ID, &attributes, sizeof attributes);
}

int cl_bpf_program_name(int program, char name[16])
{
    struct bpf_prog_info info = { 0 };
    union bpf_attr attributes = { .info = { .bpf_fd = (uint32_t)program, .info_len = sizeof info, .info = (uintptr_t)&info } };
    int result = bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof attributes);
    memcpy(name, info.name, BPF_OBJ_NAME_LEN);
    return result;
}
