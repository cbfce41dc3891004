#!/usr/bin/env bash
# Fetches the works that the looks and plates shipped with the project learned from, into a folder outside it.
# Debian packages are downloaded and unpacked, not installed: no root is needed, only a Debian or Ubuntu system.
#   docs/looks/fetch-works.sh [FOLDER]
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
works="${1:-${XDG_CACHE_HOME:-$HOME/.cache}/reelproof/works}"
python="${PYTHON:-$here/../../.venv/bin/python}"
[ -f "$works/works.csv" ] && cmp -s "$works/works.csv" "$here/works.csv" && { echo "The works lie in $works"; exit 0; }
mkdir -p "$(dirname "$works")"
part="$(mktemp -d "$(dirname "$works")/works.XXXXXX")"
trap 'rm -rf "$part"' EXIT
chmod 755 "$part"
mkdir "$part/works"
for package in lomiri-wallpapers-16.04 blender-data; do
    echo "Fetching $package ..."
    (cd "$part" && apt-get download -qq "$package" && dpkg -x "$package"_*.deb "$package") \
        || { echo "$package can't be fetched: call 'apt-get update' as root and try again" >&2; exit 1; }
done
photographs="$part/lomiri-wallpapers-16.04/usr/share/backgrounds"
for name in aitzgorri_by_Aitzol_Berasategi friends_by_Aitzol_Berasategi life_by_Aitzol_Berasategi \
    picosdeeuropa_by_Aitzol_Berasategi sunset_by_Aitzol_Berasategi Picture_0B_by_freespace Picture_1A_by_freespace \
    Wine_by_Jakkub_Mede seeding_by_Clements_Engelhardt; do
    cp "$photographs/$name.jpg" "$part/works/"
done
echo "Taking views of panoramas ..."
"$python" "$here/views.py" "$part/works" "$part"/blender-data/usr/share/blender/datafiles/studiolights/world/*.exr
cp "$here/works.csv" "$part/works/"
rm -rf "$works"
mv "$part/works" "$works"
echo "The works lie in $works"
