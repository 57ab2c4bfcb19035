#!/usr/bin/env bash
# GPU discovery script for Spark: the machine's NVIDIA GPUs as {"name": "gpu", "addresses": ["0", "1"]}.
#
# Addresses are CUDA's device numbers as the executor's process will see them: 0 to n-1, in the order of the PCI bus
# (the configurations beside this script set CUDA_DEVICE_ORDER to it). With CUDA_VISIBLE_DEVICES set, CUDA numbers the
# devices named there, and those alone.
#
# Named by spark.worker.resource.gpu.discoveryScript (standalone workers) or
# spark.executor.resource.gpu.discoveryScript (YARN, Kubernetes).
set -euo pipefail

fail() {
    echo "gpu-discovery: $*" >&2
    exit 1
}

command -v nvidia-smi > /dev/null || fail "there is no nvidia-smi on $(hostname): install NVIDIA's driver (in a" \
    "container: NVIDIA's container toolkit), or ask for no GPUs (spark.*.resource.gpu.*)"
# Its words go to standard output, errors too.
gpus=$(nvidia-smi --query-gpu=index --format=csv,noheader) \
    || fail "nvidia-smi fails on $(hostname): ${gpus:-it says nothing}"
count=$(printf '%s\n' "$gpus" | grep -c '^ *[0-9][0-9]* *$' || true)
if [ -n "${CUDA_VISIBLE_DEVICES+set}" ]; then
    visible=$(printf '%s\n' "$CUDA_VISIBLE_DEVICES" | tr ',' '\n' | grep -c '[^ ]' || true)
    [ "$visible" -ge "$count" ] || count=$visible
fi
[ "$count" -gt 0 ] || fail "nvidia-smi finds no GPU on $(hostname) that this process may use" \
    "(CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES-not set})"

addresses=
for ((index = 0; index < count; index++)); do
    addresses="$addresses${addresses:+, }\"$index\""
done
echo "{\"name\": \"gpu\", \"addresses\": [$addresses]}"
