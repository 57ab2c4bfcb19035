#!/usr/bin/env bash
# The programs that the benchmarks in this folder compare with: makes a virtual environment with the current PyTorch,
# Pillow and NumPy from PyPI, or finds it again, and prints its Python.
#
#   deploy/bench/peer.sh [FOLDER]         default: ${XDG_CACHE_HOME:-~/.cache}/casdm-peer
#
# Delete the folder for newer versions. PYTHON names the interpreter to make it with (default: python3). On Linux it takes
# 6 GB and some minutes: PyPI's PyTorch for x86-64 is built for CUDA and does not load without NVIDIA's libraries, also
# where it computes on the CPU.
set -euo pipefail

folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/casdm-peer}
python=$folder/bin/python
if [ ! -f "$folder/complete" ]; then
    echo "peer.sh: installing PyTorch, Pillow and NumPy into $folder (once) ..." >&2
    rm -rf "$folder/complete"
    "${PYTHON:-python3}" -m venv "$folder"
    "$python" -m pip install -q --disable-pip-version-check torch pillow numpy >&2
    "$python" -c 'import numpy, PIL, torch
print(f"torch {torch.__version__}, pillow {PIL.__version__}, numpy {numpy.__version__}")' > "$folder/complete.new"
    mv "$folder/complete.new" "$folder/complete"
fi
echo "peer.sh: $(cat "$folder/complete")" >&2
echo "$python"
