#!/usr/bin/env bash
# Draws many images twice on two executors, once left alone, and once with an executor killed half-way; compares.
#
#   deploy/bench/sample_faults.sh CHECKPOINT FOLDER [OPTION of casdm sample ...]
#
#   deploy/bench/sample_faults.sh /data/runs/fashion /tmp/faults --respacing 5 --classes all
#
# CHECKPOINT is a run's folder, or what else --checkpoint takes; FOLDER receives images, in undisturbed/ and killed/.
#
# Environment, all optional:
#   FAULTS_COUNT      images. Default: 10000
#   FAULTS_EXECUTORS  executors, with one core each. Default: 2
#   FAULTS_MEMORY     Java heap of each in MiB; as much again for arrays. Default: 2048
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
if [ $# -lt 2 ]; then
    sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
    exit 2
fi
checkpoint=$1
mkdir -p "$2"
place=$(cd "$2" && pwd)
shift 2
count=${FAULTS_COUNT:-10000}
master="local-cluster[${FAULTS_EXECUTORS:-2},1,${FAULTS_MEMORY:-2048}]"
for name in undisturbed killed; do
    [ ! -e "$place/$name" ] || { echo "sample_faults: $place/$name is there already" >&2; exit 2; }
done

drawing=
finish() {
    local code=$?
    trap - EXIT INT TERM
    if [ -n "$drawing" ] && kill -0 "$drawing" 2> /dev/null; then
        kill "$drawing" 2> /dev/null || true
        wait "$drawing" 2> /dev/null || true
    fi
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

begin() {
    local name=$1
    shift
    "$root/deploy/casdm" sample --checkpoint "$checkpoint" --count "$count" --out "$place/$name" --master "$master" \
        "$@" 2> >(tee "$place/$name.log" >&2) &
    drawing=$!
}

end() {
    local code=0
    wait "$drawing" || code=$?
    drawing=
    [ "$code" = 0 ] || { echo "sample_faults: drawing ended with exit code $code" >&2; exit 1; }
}

parts() {
    find "$1/_parts" -name 'part-*.json' 2> /dev/null | wc -l
}

# The executors of a driver: Java processes that it has started, itself or through a shell.
executors() {
    local child
    for child in $(pgrep -P "$1"); do
        case $(ps -o comm= -p "$child") in
            *java*) echo "$child" ;;
        esac
        executors "$child"
    done
}

echo "sample_faults: $count images, undisturbed"
begin undisturbed "$@"
end
all=$(parts "$place/undisturbed")

echo "sample_faults: $count images in $all parts; one executor of two is killed half-way"
begin killed "$@"
while kill -0 "$drawing" 2> /dev/null && [ "$(parts "$place/killed")" -lt $((all / 2)) ]; do
    sleep 0.2
done
victim=$(executors "$drawing")
victim=${victim%%$'\n'*}
[ -n "$victim" ] || { echo "sample_faults: there is no executor to kill" >&2; exit 1; }
at=$(parts "$place/killed")
kill -9 "$victim"
echo "sample_faults: killed executor process $victim when $at of $all parts were there"
[ "$at" -lt "$all" ] || { echo "sample_faults: too late, all parts were there: ask for more images" >&2; exit 1; }
end
grep -q "Lost executor" "$place/killed.log" || { echo "sample_faults: Spark has not lost an executor" >&2; exit 1; }

# samples.json has the hash of every part; the files are compared all the same.
diff -r "$place/undisturbed" "$place/killed"
grep -q '"complete" : true' "$place/killed/samples.json"
echo "sample_faults: complete, and identical to the undisturbed run: $(find "$place/killed" -type f | wc -l) files"
