#!/usr/bin/env bash
# Shows in a few minutes, with nothing but JDK 17 and Maven, that everything works: builds, starts an S3 server on the
# loopback address, trains a small Cas-DM on two executors with images and checkpoints on s3a://, draws samples, and
# stops what it has started.
#
#   deploy/quickstart.sh [FOLDER-or-IDX-FILE] [key=value ...]
#
# Images: the folder (pictures, CIFAR-10 binaries or IDX files) or IDX file that is given; else Fashion-MNIST of
# Debian's package dataset-fashion-mnist; else CIFAR-10 from the network; else pictures that it draws itself.
#
# Environment, all optional:
#   QUICKSTART_FOLDER     where everything goes. Default: quickstart-<time> in the current folder
#   QUICKSTART_DOWNLOAD   0: nothing is downloaded but what Maven needs
#   QUICKSTART_PICTURES   how many pictures are drawn if there are no others. Default: 2000
#   QUICKSTART_EXECUTORS  executors. Default: 2
#   QUICKSTART_MEMORY     Java heap of each in MiB; as much again for arrays. Default: 2048
#   QUICKSTART_SAMPLES    how many images are drawn in the end. Default: 64
#   QUICKSTART_RESPACING  in how many steps each (--respacing). Default: 25
#   QUICKSTART_TRAJECTORY how many of these steps are shown. Default: 8
#   and those of deploy/casdm
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
cifar_url=https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz
cifar_md5=c32a1d4ab5d03f1284b67883e8d87530
fashion=/usr/share/datasets/fashion-mnist

case ${1:-} in
    -h | --help)
        sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
esac

say() {
    echo "quickstart: $*"
}

fail() {
    echo "quickstart: $*" >&2
    exit 1
}

images=
if [ $# -gt 0 ] && [ "${1#*=}" = "$1" ]; then
    [ -e "$1" ] || fail "there is no $1"
    images=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
    shift
fi

place=${QUICKSTART_FOLDER:-$PWD/quickstart-$(date +%Y%m%d-%H%M%S)}
mkdir -p "$place"
place=$(cd "$place" && pwd)
[ ! -e "$place/samples" ] || fail "$place/samples is there already: give another QUICKSTART_FOLDER"

# shellcheck source=deploy/s3server
source "$root/deploy/s3server"
training=
drawing=
finish() {
    local code=$?
    trap - EXIT INT TERM
    local child
    for child in $training $drawing; do
        if kill -0 "$child" 2> /dev/null; then
            kill "$child" 2> /dev/null || true
            wait "$child" 2> /dev/null || true
        fi
    done
    s3server_stop
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

md5() {
    if command -v md5sum > /dev/null; then
        md5sum < "$1" | cut -d ' ' -f 1
    elif command -v openssl > /dev/null; then
        openssl md5 < "$1" | sed 's/.* //'
    else
        command md5 -q "$1"
    fi
}

# CIFAR-10's binary files into a folder; false, saying why, if that is not possible.
download_cifar() {
    local archive=$1.tar.gz
    [ "${QUICKSTART_DOWNLOAD:-1}" != 0 ] || return 1
    if [ ! -f "$archive" ]; then
        if command -v curl > /dev/null; then
            curl -fsSL --connect-timeout 5 --speed-limit 50000 --speed-time 15 --max-time 600 -o "$archive.part" \
                "$cifar_url" || { rm -f "$archive.part"; return 1; }
        elif command -v wget > /dev/null; then
            wget -q --tries=1 --connect-timeout=5 --read-timeout=15 -O "$archive.part" "$cifar_url" \
                || { rm -f "$archive.part"; return 1; }
        else
            say "neither curl nor wget is there to download CIFAR-10"
            return 1
        fi
        mv "$archive.part" "$archive"
    fi
    if [ "$(md5 "$archive")" != "$cifar_md5" ]; then
        say "$cifar_url has another checksum than CIFAR-10 has; it is not used"
        rm -f "$archive"
        return 1
    fi
    mkdir -p "$1" && tar -xzf "$archive" -C "$1" --strip-components 1
}

command -v mvn > /dev/null || fail "there is no mvn: install Maven 3.6.3 or newer"
say "building (Maven, quiet; minutes the first time) ..."
(cd "$root" && mvn -B -q -Dstyle.color=never -DskipTests package) || fail "the build failed: see above"

bucket=casdm-quickstart
s3server_start "$place/s3" "$bucket"
say "S3 server on $S3_ENDPOINT, its objects in $place/s3"
export SPARK_LOCAL_IP=127.0.0.1
s3a=(-D "fs.s3a.endpoint=$S3_ENDPOINT" -D fs.s3a.path.style.access=true -D fs.s3a.connection.ssl.enabled=false)

if [ -n "$images" ]; then
    say "images: $images"
elif [ -f "$fashion/train-images-idx3-ubyte" ] || [ -f "$fashion/train-images-idx3-ubyte.gz" ]; then
    images=$fashion
    say "images: Fashion-MNIST, $images"
elif say "looking for CIFAR-10 on the network ..." && download_cifar "$place/cifar-10"; then
    images=$place/cifar-10
    say "images: CIFAR-10, $images"
else
    say "images: none are given, Fashion-MNIST is not installed, CIFAR-10 is not in reach: drawing some"
fi

data=s3a://$bucket/images
if [ -z "$images" ]; then
    "$root/deploy/casdm" draw-images "$data" --count "${QUICKSTART_PICTURES:-2000}" --size 32 "${s3a[@]}"
elif [ -d "$images" ]; then
    "$root/deploy/casdm" copy "$images" "$data" "${s3a[@]}"
else
    # An IDX file of images with the labels beside it, if they are there.
    name=$(basename "$images")
    labels=$(echo "$name" | sed 's/images/labels/; s/idx3/idx1/')
    "$root/deploy/casdm" copy "$images" "$data/$name" "${s3a[@]}"
    if [ "$labels" != "$name" ] && [ -f "$(dirname "$images")/$labels" ]; then
        "$root/deploy/casdm" copy "$(dirname "$images")/$labels" "$data/$labels" "${s3a[@]}"
    fi
fi

executors=${QUICKSTART_EXECUTORS:-2}
memory=${QUICKSTART_MEMORY:-2048}
run=s3a://$bucket/run
say "training on $executors executors: $data -> $run"
# In the background, so that this script can act on a signal; it ends with the training's exit code.
"$root/deploy/casdm" train -c "$root/conf/quickstart.conf" "run.folder=$run" "data.path=$data" \
    "spark.master=local-cluster[$executors,1,$memory]" \
    "spark.hadoop.fs.s3a.endpoint=$S3_ENDPOINT" spark.hadoop.fs.s3a.path.style.access=true \
    spark.hadoop.fs.s3a.connection.ssl.enabled=false "$@" &
training=$!
code=0
wait "$training" || code=$?
training=
[ "$code" = 0 ] || { echo "quickstart: the training ended with exit code $code" >&2; exit "$code"; }

drawn=s3a://$bucket/drawn
classes=()
case " $* " in
    *" model.classes="[1-9]*) classes=(--classes all) ;;
esac
say "drawing ${QUICKSTART_SAMPLES:-64} images from the newest checkpoint -> $drawn"
"$root/deploy/casdm" sample --checkpoint "$run" --count "${QUICKSTART_SAMPLES:-64}" \
    --respacing "${QUICKSTART_RESPACING:-25}" \
    --trajectory "${QUICKSTART_TRAJECTORY:-8}" --trajectory-images 2 --out "$drawn" ${classes[@]+"${classes[@]}"} \
    --master "local-cluster[$executors,1,$memory]" "${s3a[@]}" &
drawing=$!
wait "$drawing" || code=$?
drawing=
[ "$code" = 0 ] || { echo "quickstart: the drawing ended with exit code $code" >&2; exit "$code"; }
"$root/deploy/casdm" copy "$drawn" "$place/drawn" "${s3a[@]}"

"$root/deploy/casdm" copy "$run/samples" "$place/samples" "${s3a[@]}"
"$root/deploy/casdm" inspect "$run" "${s3a[@]}" > "$place/inspect.txt"

say "done."
echo "  sample grids  $place/samples (the last one shows most)"
echo "  images        $place/drawn (sheet.png; trajectory.png: how they come about; Parquet parts)"
echo "  the run       $place/s3/$bucket/run (config.conf, checkpoints, metrics, samples)"
echo "  what it holds $place/inspect.txt"
