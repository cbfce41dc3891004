#!/usr/bin/env bash
# Fetches real speech for tests/bench/voices.py from Debian packages, downloaded and unpacked, not installed. No root is
# needed, only a Debian or Ubuntu system. What is there already is left alone.
#   tests/bench/fetch-voices.sh [FOLDER]
# Licences, as the packages state them: asterisk-core-sounds-{en,es,fr,it} and asterisk-prompt-it-menardi-wav: CC BY-SA 3.0;
# asterisk-core-sounds-ru: CC BY 3.0; asterisk-prompt-es-co, fillets-ng-data-{cs,nl}: GPL-2; asterisk-prompt-fr-armelle: BSD;
# tuxpaint-stamps-default: GPL-2 or later and public domain, by file.
set -euo pipefail
cache="${1:-${REELPROOF_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/reelproof/bench-voices}}"
mkdir -p "$cache"
for package in asterisk-core-sounds-{en,es,fr,it,ru}-g722 asterisk-prompt-{es-co,fr-armelle,it-menardi-wav} fillets-ng-data-{cs,nl} \
    tuxpaint-stamps-default; do
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
