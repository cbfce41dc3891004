#!/usr/bin/env bash
# Fetches real recordings for tests/bench/recordings.py: people's speech and music from Debian packages, downloaded and
# unpacked, not installed. No root is needed, only a Debian or Ubuntu system. What is there already is left alone.
#   tests/bench/fetch-sounds.sh [FOLDER]
# Licences, as the packages state them: asterisk-core-sounds-* (telephone prompts read by A. Smith, J. Wallack, C. Flora)
# and asterisk-moh-opsound-wav (music by Macroform, M. Camp, Reno Project): CC BY-SA 3.0; planetblupi-music-ogg: GPL-3+.
set -euo pipefail
cache="${1:-${REELPROOF_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/reelproof/bench-sound}}"
mkdir -p "$cache"
for package in asterisk-core-sounds-{en,es,fr,it}-wav asterisk-moh-opsound-wav planetblupi-music-ogg; do
    [ -d "$cache/$package" ] && continue
    echo "Fetching $package ..."
    work="$(mktemp -d "$cache/partial.XXXXXX")"
    chmod 755 "$work"
    if ! (cd "$work" && apt-get download -qq "$package" && dpkg -x ./*.deb unpacked); then
        rm -rf "$work"
        echo "$package can't be fetched: call 'apt-get update' as root and try again" >&2
        exit 1
    fi
    mv "$work/unpacked" "$cache/$package"
    rm -rf "$work"
done
echo "The recordings lie in $cache"
