# What the scripts beside this one need to know of the machine; for bash, by `source`.

# Exports a locale whose charset is UTF-8 where the caller's is another one, as under cron, systemd and in containers:
# Java reads and writes the names of files by it. Where the machine has none, Java warns.
utf8_locale() {
    local names name
    if ! command -v locale > /dev/null; then
        export LC_ALL=C.UTF-8
        return
    fi
    case $(locale charmap 2> /dev/null) in
        UTF-8 | utf-8 | UTF8 | utf8) return ;;
    esac
    names=$(locale -a 2> /dev/null) || true
    for name in C.UTF-8 C.utf8 en_US.UTF-8 en_US.utf8; do
        case $'\n'$names$'\n' in
            *$'\n'"$name"$'\n'*)
                export LC_ALL=$name
                return
                ;;
        esac
    done
}

# The folders of the control groups that this process is in, from its own to the root, by controller; version 1 and 2.
# In a container the paths may be those of the host: then the root that is mounted is the container's group.
_control_groups() {
    local controllers path mounted
    [ -r "${CASDM_SYSTEM_ROOT:-}/proc/self/cgroup" ] || return 0
    while IFS=: read -r _ controllers path; do
        case ,$controllers, in
            ,,) mounted=${CASDM_SYSTEM_ROOT:-}/sys/fs/cgroup ;;
            *,"$1",*) mounted=${CASDM_SYSTEM_ROOT:-}/sys/fs/cgroup/$1 ;;
            *) continue ;;
        esac
        while [ -n "$path" ] && [ "$path" != / ]; do
            echo "$mounted$path"
            path=${path%/*}
        done
        echo "$mounted"
    done < "${CASDM_SYSTEM_ROOT:-}/proc/self/cgroup"
}

# The memory that this process may take, in MiB: the machine's, or the smallest limit of its control groups.
memory_mebibytes() {
    local memory='' key bytes group file
    if [ -r "${CASDM_SYSTEM_ROOT:-}/proc/meminfo" ]; then
        while read -r key bytes _; do
            [ "$key" != MemTotal: ] || memory=$((bytes / 1024))
        done < "${CASDM_SYSTEM_ROOT:-}/proc/meminfo"
    elif bytes=$(sysctl -n hw.memsize 2> /dev/null); then
        memory=$((bytes / 1048576))
    fi
    memory=${memory:-8192}
    while read -r group; do
        for file in memory.max memory.limit_in_bytes; do
            bytes=$(cat "$group/$file" 2> /dev/null) || continue
            # "max", or a number near 2^63, is no limit.
            case $bytes in
                '' | *[!0-9]*) ;;
                *) [ $((bytes / 1048576)) -ge "$memory" ] || memory=$((bytes / 1048576)) ;;
            esac
        done
    done < <(_control_groups memory)
    echo "$memory"
}

# The processors that this process may use: those that it may run on, or the smallest share of its control groups,
# rounded up.
processors() {
    local count quota period group
    count=$(unset OMP_NUM_THREADS OMP_THREAD_LIMIT && nproc 2> /dev/null) || count=$(getconf _NPROCESSORS_ONLN)
    while read -r group; do
        { read -r quota period < "$group/cpu.max"; } 2> /dev/null \
            || { read -r quota < "$group/cpu.cfs_quota_us" && read -r period < "$group/cpu.cfs_period_us"; } \
                2> /dev/null || continue
        case $quota$period in
            # "max" or -1 is no limit.
            *[!0-9]*) ;;
            *) [ $(((quota + period - 1) / period)) -ge "$count" ] || count=$(((quota + period - 1) / period)) ;;
        esac
    done < <(_control_groups cpu)
    [ "$count" -ge 1 ] || count=1
    echo "$count"
}

# Whether this machine's own name resolves: spark-submit fails where it does not, unless one of these is set.
own_name_resolves() {
    [ -n "${SPARK_LOCAL_IP:-}${SPARK_LOCAL_HOSTNAME:-}" ] || ! command -v getent > /dev/null \
        || getent hosts "$(uname -n)" > /dev/null
}
