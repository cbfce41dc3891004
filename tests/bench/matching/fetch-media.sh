#!/usr/bin/env bash
# Fetches the benchmark's media into a cache folder outside the project; what is there already is left alone.
# Debian packages are downloaded and unpacked, not installed: no root is needed, only a Debian or Ubuntu system.
#   tests/bench/matching/fetch-media.sh [FOLDER]
set -euo pipefail
cache="${1:-${REELPROOF_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/reelproof/bench-matching}}/media"
mkdir -p "$cache/debian" "$cache/python"
for package in opencv-doc mate-backgrounds lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 plasma-workspace-wallpapers \
    ukui-wallpapers tuxpaint-stamps-default; do
    [ -d "$cache/debian/$package" ] && continue
    echo "Fetching $package ..."
    work="$(mktemp -d "$cache/partial.XXXXXX")"
    chmod 755 "$work"
    if ! (cd "$work" && apt-get download -qq "$package" && dpkg -x ./*.deb unpacked); then
        rm -rf "$work"
        echo "$package can't be fetched: call 'apt-get update' as root and try again" >&2
        exit 1
    fi
    mv "$work/unpacked" "$cache/debian/$package"
    rm -rf "$work"
done
if [ ! -d "$cache/python/iscc-samples" ]; then
    echo "Fetching iscc-samples ..."
    work="$(mktemp -d "$cache/partial.XXXXXX")"
    if ! (cd "$work" && "${PYTHON:-python3}" -m pip download --quiet --no-deps --no-binary :all: iscc-samples==0.6.0 -d . \
        && tar xzf iscc_samples-*.tar.gz); then
        rm -rf "$work"
        echo "iscc-samples 0.6.0 can't be fetched from the package index" >&2
        exit 1
    fi
    mv "$work"/iscc_samples-0.6.0 "$cache/python/iscc-samples"
    rm -rf "$work"
fi
echo "The media lie in $cache"
