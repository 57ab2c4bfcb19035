#!/usr/bin/env bash
# Whether images, distances and features depend on the batch, under each family of kernels that this processor runs:
# OpenBLAS's (OPENBLAS_CORETYPE) and oneDNN's (DNNL_MAX_CPU_ISA; the one in ND4J does not know ONEDNN_MAX_CPU_ISA).
# Run it on a processor that the tests have not seen yet. Needs the built classes (mvn test-compile) and Maven; prints a
# table; exit code 1 if a test fails.
#
#   deploy/bench/kernels.sh                     all of the processor's families
#   deploy/bench/kernels.sh Haswell AVX2        one pair: OpenBLAS's core, oneDNN's instruction set
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tests=BatchIndependenceIT,SoftmaxTest,SamplerBatchIT,LpipsIT,InceptionSpecIT,ClassifierNetworkTest
flags=" $(sed -n '/^flags/{s/^[^:]*://;p;q}' /proc/cpuinfo) "
has() { [[ $flags == *" $1 "* ]]; }

pairs=()
if [ $# = 2 ]; then
    pairs=("$1 $2")
elif [ $# = 0 ]; then
    ! has avx || pairs+=("Sandybridge AVX")
    ! has avx2 || pairs+=("Haswell AVX2" "Zen AVX2")
    ! has avx512bw || pairs+=("SkylakeX AVX512_CORE" "Haswell AVX512_CORE" "SkylakeX AVX2")
    pairs+=("- -")
else
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

log=$(mktemp "${TMPDIR:-/tmp}/casdm-kernels.XXXXXX")
trap 'rm -f "$log"' EXIT
sed -n '/^model name/{s/^[^:]*: //;p;q}' /proc/cpuinfo
printf '%-16s %-14s %-14s %s\n' OpenBLAS "in use" oneDNN result
failed=0
for pair in "${pairs[@]}"; do
    read -r core isa <<< "$pair"
    # "-" is the library's own choice.
    settings=(-u OPENBLAS_CORETYPE -u DNNL_MAX_CPU_ISA OPENBLAS_VERBOSE=2)
    [ "$core" = - ] || settings+=("OPENBLAS_CORETYPE=$core")
    [ "$isa" = - ] || settings+=("DNNL_MAX_CPU_ISA=$isa")
    if env "${settings[@]}" mvn -B -o -pl common surefire:test "-Dtest=$tests" > "$log" 2>&1; then
        result="passed: $(grep -E 'Tests run:' "$log" | tail -1 | sed -E 's/.*Tests run: ([0-9]+).*/\1 tests/')"
    else
        failed=1
        result="failed: $(grep -E '^\[ERROR\] +[A-Za-z]+(Test|IT)[.:]' "$log" | sed -E 's/^\[ERROR\] +//; s/[: ].*//' | sort -u | tr '\n' ' ')"
    fi
    used=$(sed -n 's/^Core: //p' "$log" | head -1)
    printf '%-16s %-14s %-14s %s\n' "$core" "${used:-unknown}" "$isa" "$result"
done
exit $failed
