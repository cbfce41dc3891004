#!/usr/bin/env bash
# Makes a Python environment of its own, in the cache, for the peers that can't live beside the project's pins:
# imagededup (needs torch, several GB) and videohash (needs an ffmpeg on PATH: imageio-ffmpeg's is linked there).
#   PYTHON=.venv/bin/python tests/bench/matching/fetch-peers.sh [FOLDER]
set -euo pipefail
home="${1:-${REELPROOF_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/reelproof/bench-matching}}/peers"
[ -e "$home/.whole" ] && exit 0
"${PYTHON:-python3.12}" -m venv "$home"
"$home/bin/python" -m pip install --quiet imagededup==0.3.3.post2 videohash==3.0.1 imageio-ffmpeg 'setuptools<81'
ln -sf "$("$home/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" "$home/bin/ffmpeg"
touch "$home/.whole"
