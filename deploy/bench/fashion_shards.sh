#!/usr/bin/env bash
# All 70000 images of Fashion-MNIST (Debian's package dataset-fashion-mnist) prepared to s3a:// and trained from, on two
# executors: once undisturbed, once with an executor killed in each of the two jobs. Says whether the results are equal.
#
#   deploy/bench/fashion_shards.sh [key=value ...]      settings of the training, such as train.steps=200
#
# Environment, all optional:
#   FASHION          folder of the IDX files. Default: /usr/share/datasets/fashion-mnist
#   FASHION_FOLDER   where everything goes. Default: fashion-shards-<time> in the current folder
#   FASHION_IMAGES   so many of the images. Default: all
#   FASHION_MEMORY   Java heap of an executor in MiB. Default: 2048
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
fashion=${FASHION:-/usr/share/datasets/fashion-mnist}
place=${FASHION_FOLDER:-$PWD/fashion-shards-$(date +%Y%m%d-%H%M%S)}
bucket=casdm-fashion
cluster="local-cluster[2,1,${FASHION_MEMORY:-2048}]"
mkdir -p "$place"

# shellcheck source=deploy/s3server
source "$root/deploy/s3server"
job=
finish() {
    local code=$?
    trap - EXIT INT TERM
    if [ -n "$job" ] && kill -0 "$job" 2> /dev/null; then
        kill "$job" 2> /dev/null || true
        wait "$job" 2> /dev/null || true
    fi
    s3server_stop
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The two sets as one.
python3 - "$fashion" "$place/idx" "${FASHION_IMAGES:-70000}" << 'PYTHON'
import gzip, os, struct, sys
source, target, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.makedirs(target, exist_ok=True)
def read(name):
    path = os.path.join(source, name)
    with (open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz", "rb")) as file:
        return file.read()
for kind, header in (("images-idx3-ubyte", 16), ("labels-idx1-ubyte", 8)):
    parts = [read("%s-%s" % (split, kind)) for split in ("train", "t10k")]
    count = min(limit, sum(struct.unpack(">i", part[4:8])[0] for part in parts))
    record = 784 if header == 16 else 1
    with open(os.path.join(target, "all-" + kind), "wb") as file:
        file.write(parts[0][:4] + struct.pack(">i", count) + parts[0][8:header])
        file.write(b"".join(part[header:] for part in parts)[:count * record])
PYTHON

s3server_start "$place/s3" "$bucket"
export SPARK_LOCAL_IP=127.0.0.1

# run NAME KILL-AFTER COMMAND ...: a job, with an executor killed once its log says KILL-AFTER ("" for never).
run() {
    local name=$1 when=$2 log=$place/$1.log begin=$SECONDS victim=''
    shift 2
    "$@" > "$log" 2>&1 &
    job=$!
    while [ -n "$when" ] && [ -z "$victim" ] && kill -0 "$job" 2> /dev/null; do
        if grep -q "$when" "$log"; then
            victim=$(pgrep -P "$job" -f CoarseGrainedExecutorBackend | head -1 || true)
            [ -z "$victim" ] || kill -9 "$victim"
        fi
        sleep 0.2
    done
    wait "$job" || { job=; tail -5 "$log" >&2; echo "$name failed: see $log" >&2; exit 1; }
    job=
    echo "$name: $((SECONDS - begin)) s${victim:+, executor process $victim killed}"
}

prepare() {
    run "prepare-$1" "$2" "$root/deploy/casdm" prepare --source "$place/idx" --out "s3a://$bucket/data-$1" --size 32 \
        --images-per-shard 5000 --master "$cluster" -D "fs.s3a.endpoint=$S3_ENDPOINT" \
        -D fs.s3a.path.style.access=true -D fs.s3a.connection.ssl.enabled=false
}

train() {
    local name=$1 when=$2
    shift 2
    run "train-$name" "$when" "$root/deploy/casdm" train -c "$root/conf/fashion-mnist.conf" \
        "run.folder=s3a://$bucket/run-$name" "data.path=s3a://$bucket/data-$name" train.workers=2 \
        execution.threads-per-worker=1 train.steps=100 checkpoint.every-steps=50 samples.every-steps=0 \
        "spark.master=$cluster" "spark.hadoop.fs.s3a.endpoint=$S3_ENDPOINT" \
        spark.hadoop.fs.s3a.path.style.access=true spark.hadoop.fs.s3a.connection.ssl.enabled=false "$@"
}

same() {
    if diff -rq -x '*.json' "$1" "$2"; then
        echo "equal: $(basename "$1") and $(basename "$2")"
    else
        echo "NOT equal: $1 and $2" >&2
        exit 1
    fi
}

prepare quiet ""
prepare killed "writing [0-9]* of them"
objects=$place/s3/$bucket
same "$objects/data-quiet" "$objects/data-killed"
train quiet "" "$@"
train killed "checkpoint of step" "$@"
last=$(basename "$(find "$objects/run-quiet/checkpoints" -mindepth 1 -maxdepth 1 -type d | sort | tail -1)")
same "$objects/run-quiet/checkpoints/$last" "$objects/run-killed/checkpoints/$last"
grep -h "images of .* pixels in" "$place/prepare-quiet.log" | tail -1
