#!/usr/bin/env bash
# Fetches photographs and films of people for tests/bench/faces.py from public git repositories. What is there already is left
# alone. They are fetched to measure by and for nothing else: none of them is part of Reelproof or of what it ships.
#   tests/bench/fetch-faces.sh [FOLDER]
# REELPROOF_GIT: another place that the repositories can be cloned from.
# Terms: orl: the Database of Faces of AT&T Laboratories Cambridge, taken of its staff and students from 1992 to 1994, free to use
# for research with credit. deepface: press photographs of public persons in a test suite; the suite's MIT licence does not
# speak for the photographers. series: stills of a television series in the examples of a library under MIT, likewise.
# films: a performance filmed by the White House (a work of the US government) and a street scene, test material of MIT projects.
set -euo pipefail
cache="${1:-${REELPROOF_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/reelproof/bench-faces}}"
base="${REELPROOF_GIT:-https://github.com}"
mkdir -p "$cache"
fetch() { # NAME REPOSITORY COMMIT PATH
    [ -e "$cache/$1" ] && return
    echo "Fetching $1 ..."
    work="$(mktemp -d "$cache/partial.XXXXXX")"
    if ! (git clone -q --no-checkout --filter=blob:none "$base/$2" "$work/clone" && git -C "$work/clone" checkout -q "$3" -- "$4"); then
        rm -rf "$work"
        echo "$1 can't be fetched from $base/$2" >&2
        exit 1
    fi
    mkdir -p "$(dirname "$cache/$1")"
    mv "$work/clone/$4" "$cache/$1"
    rm -rf "$work"
}
orl=harveyslash/Facial-Similarity-with-Siamese-Networks-in-Pytorch
fetch orl/training $orl f4a5352e38a25dca8eae68bcef5aa3ac7bbcb270 data/faces/training
fetch orl/testing $orl f4a5352e38a25dca8eae68bcef5aa3ac7bbcb270 data/faces/testing
fetch deepface serengil/deepface 243209fd7b46ecdecf72665cc25219f6e8181f25 tests/unit/dataset
fetch films/hamilton.mp4 ageitgey/face_recognition 2e2dccea9dd0ce730c8d464d0f67c6eebb40c9d1 examples/short_hamilton_clip.mp4
fetch films/hamilton.png ageitgey/face_recognition 2e2dccea9dd0ce730c8d464d0f67c6eebb40c9d1 examples/lin-manuel-miranda.png
fetch films/video.mp4 timesler/facenet-pytorch 787da06156087cd6b616fe6608213722bddc30cd examples/video.mp4
fetch series justadudewhohacks/face-api.js a86f011d72124e5fb93e59d5c4ab98f699dd5c9c examples/images
echo "The pictures lie in $cache"
