/// A config.json with every field of the common and the Linux part, none with its default value.
let maximalConfig = #"""
    {
        "ociVersion": "1.3.0",
        "process": {
            "terminal": true,
            "consoleSize": {"height": 25, "width": 80},
            "user": {"uid": 1000, "gid": 4294967294, "umask": 18, "additionalGids": [5, 6]},
            "args": ["sh", "-c", "echo \"ä€😀\" / \\ \n"],
            "env": ["PATH=/bin", "EMPTY="],
            "cwd": "/home",
            "capabilities": {
                "bounding": ["CAP_CHOWN"], "effective": ["CAP_KILL"], "inheritable": ["CAP_BPF"],
                "permitted": ["CAP_SYSLOG"], "ambient": ["CAP_MKNOD"]
            },
            "rlimits": [
                {"type": "RLIMIT_NOFILE", "hard": 18446744073709551615, "soft": 9223372036854775808},
                {"type": "RLIMIT_CORE", "hard": 0, "soft": 0}
            ],
            "noNewPrivileges": true,
            "apparmorProfile": "profile",
            "oomScoreAdj": -999,
            "scheduler": {
                "policy": "SCHED_DEADLINE", "nice": -5, "priority": 3, "flags": ["SCHED_FLAG_RECLAIM"],
                "runtime": 1000, "deadline": 2000, "period": 3000
            },
            "selinuxLabel": "label",
            "ioPriority": {"class": "IOPRIO_CLASS_IDLE", "priority": 7},
            "execCPUAffinity": {"initial": "0-1", "final": "2"}
        },
        "root": {"path": "rootfs", "readonly": true},
        "hostname": "host",
        "domainname": "domain",
        "mounts": [
            {
                "destination": "/data", "type": "none", "source": "/src", "options": ["rbind", "ro"],
                "uidMappings": [{"containerID": 0, "hostID": 1, "size": 2}],
                "gidMappings": [{"containerID": 3, "hostID": 4, "size": 5}]
            }
        ],
        "hooks": {
            "prestart": [{"path": "/h1", "args": ["h1", "x"], "env": ["A=b"], "timeout": 1}],
            "createRuntime": [{"path": "/h2"}],
            "createContainer": [{"path": "/h3"}],
            "startContainer": [{"path": "/h4"}],
            "poststart": [{"path": "/h5"}],
            "poststop": [{"path": "/h6"}]
        },
        "annotations": {"org.example.b": "2", "org.example.a": ""},
        "linux": {
            "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 4294967295}],
            "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
            "sysctl": {"net.ipv4.ip_forward": "1"},
            "resources": {
                "devices": [
                    {"allow": false, "access": "rwm"},
                    {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}
                ],
                "memory": {
                    "limit": 536870912, "reservation": 268435456, "swap": -1, "kernel": -1, "kernelTCP": 1,
                    "swappiness": 0, "disableOOMKiller": false, "useHierarchy": true, "checkBeforeUpdate": true
                },
                "cpu": {
                    "shares": 1024, "quota": -1, "burst": 1, "period": 100000, "realtimeRuntime": 950000,
                    "realtimePeriod": 1000000, "cpus": "0-3", "mems": "0", "idle": 1
                },
                "pids": {"limit": -1},
                "blockIO": {
                    "weight": 10, "leafWeight": 20,
                    "weightDevice": [{"major": 8, "minor": 0, "weight": 500, "leafWeight": 300}],
                    "throttleReadBpsDevice": [{"major": 8, "minor": 1, "rate": 1}],
                    "throttleWriteBpsDevice": [{"major": 8, "minor": 2, "rate": 2}],
                    "throttleReadIOPSDevice": [{"major": 8, "minor": 3, "rate": 3}],
                    "throttleWriteIOPSDevice": [{"major": 8, "minor": 4, "rate": 4}]
                },
                "hugepageLimits": [{"pageSize": "2MB", "limit": 9223372036854771712}],
                "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 500}]},
                "rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 10000}},
                "unified": {"memory.high": "max"}
            },
            "cgroupsPath": "/a/b",
            "namespaces": [
                {"type": "pid"}, {"type": "network", "path": "/run/netns/a"}, {"type": "mount"}, {"type": "ipc"},
                {"type": "uts"}, {"type": "user"}, {"type": "cgroup"}, {"type": "time"}
            ],
            "devices": [
                {"type": "c", "path": "/dev/fuse", "major": 10, "minor": 229, "fileMode": 438, "uid": 0, "gid": 5},
                {"type": "p", "path": "/dev/fifo"}
            ],
            "netDevices": {"eth0": {"name": "container0"}, "eth1": {}},
            "seccomp": {
                "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
                "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_RISCV64"],
                "flags": ["SECCOMP_FILTER_FLAG_LOG"],
                "listenerPath": "/run/agent.sock", "listenerMetadata": "meta",
                "syscalls": [
                    {
                        "names": ["clone", "clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1,
                        "args": [
                            {
                                "index": 1, "value": 9223372036854775809, "valueTwo": 18446744073709551615,
                                "op": "SCMP_CMP_MASKED_EQ"
                            }
                        ]
                    }
                ]
            },
            "rootfsPropagation": "rslave",
            "maskedPaths": ["/proc/kcore"],
            "readonlyPaths": ["/proc/sys"],
            "mountLabel": "mount-label",
            "intelRdt": {
                "closID": "group", "schemata": ["L3:0=7f0"], "l3CacheSchema": "L3:0=ff", "memBwSchema": "MB:0=20",
                "enableMonitoring": true
            },
            "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0-1", "flags": ["MPOL_F_STATIC_NODES"]},
            "personality": {"domain": "LINUX32", "flags": ["some"]},
            "timeOffsets": {"monotonic": {"secs": -172800, "nanosecs": 5}, "boottime": {"secs": 604800}}
        }
    }
    """#
