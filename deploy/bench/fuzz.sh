#!/usr/bin/env bash
# Fuzzes the parsers of untrusted files with Jazzer, one after the other, and prints a table.
#
#     deploy/bench/fuzz.sh                        # all of them, ten minutes each
#     FUZZ_SECONDS=60 deploy/bench/fuzz.sh Npz    # those whose names hold "Npz", a minute each
#
# FUZZ_SECONDS   for each target; 600
# FUZZ_FOLDER    where the corpus, logs and findings are kept, and gone on from; target/fuzz
# FUZZ_HEAP_MIB  Java heap: a small file must not need more; 512
# FUZZ_COMPILE   0: take the test classes as they are; 1
#
# A finding is an input that makes a parser fail otherwise than by an exception that names the file, take more than 60
# seconds, or run out of memory. Findings are in $FUZZ_FOLDER/<target>/ (crash-*, timeout-*, oom-*). What was found
# before is in <module>/src/test/resources/<package>/<class>Inputs/<method>/ and is run by mvn verify.
set -euo pipefail

top=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
seconds=${FUZZ_SECONDS:-600}
folder=$(mkdir -p "${FUZZ_FOLDER:-$top/target/fuzz}" && cd "${FUZZ_FOLDER:-$top/target/fuzz}" && pwd)
cd "$top"
if [ "${FUZZ_COMPILE:-1}" = 1 ]; then
    mvn -B -q test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/test-classpath
fi

# MODULE CLASS METHOD of every fuzz test.
targets() {
    local module file class method
    for module in common job; do
        grep -rl --include='*FuzzTest.java' '@FuzzTest' "$module/src/test/java" | sort | while read -r file; do
            class=${file#"$module"/src/test/java/}
            class=${class%.java}
            grep -A1 '@FuzzTest' "$file" | sed -n 's/.*void \([A-Za-z0-9]*\)(.*/\1/p' | while read -r method; do
                echo "$module ${class//\//.} $method"
            done
        done
    done
}

fuzz() { # MODULE CLASS METHOD
    local place=$folder/$2.$3
    mkdir -p "$place"
    # In a folder of its own: Jazzer keeps the corpus in the working directory.
    (cd "$place" && timeout -k 10 $((seconds + 600)) java -XX:+UseSerialGC -Xmx"${FUZZ_HEAP_MIB:-512}m" \
        -cp "$top/$1/target/test-classes:$top/$1/target/classes:$(cat "$top/$1/target/test-classpath")" \
        com.code_intelligence.jazzer.Jazzer --target_class="$2" --target_method="$3" --keep_going=100 \
        --instrumentation_includes='org.casdm.**:org.apache.commons.compress.**:com.typesafe.config.**:com.twelvemonkeys.**:org.apache.parquet.**' \
        -max_total_time="$seconds" -timeout=60 -rss_limit_mb=3072 -max_len=65536 -artifact_prefix="$place/" \
        > "$place/log" 2>&1) || true
    printf '%-62s %11s runs %6s covered %5s inputs %4s findings\n' "${2#org.casdm.}.$3" \
        "$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$place/log" | tail -n 1)" \
        "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$place/log" | tail -n 1)" \
        "$(find "$place/.cifuzz-corpus" -type f 2> /dev/null | wc -l)" \
        "$(find "$place" -maxdepth 1 -type f \( -name 'crash-*' -o -name 'timeout-*' -o -name 'oom-*' \) | wc -l)"
}

targets | grep -e "${1:-.}" | while read -r module class method; do
    fuzz "$module" "$class" "$method" < /dev/null
done
