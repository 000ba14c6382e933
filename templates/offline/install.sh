#!/bin/sh
# Installs clinicmaster-cdc @VERSION@ from this folder alone; nothing is fetched from anywhere.
#
#   sudo sh install.sh [flags of clinicmaster-cdc @COMMAND@]
#
# CDC_NODE         a Node.js of your own (20.17 or newer)
# CDC_PROGRAM_DIR  where the program goes; else /opt/clinicmaster-cdc-program, or ~/.local/share/... without root
# CDC_BIN_DIR      where the command goes; else /usr/local/bin, or ~/.local/bin without root
set -eu
umask 022
CDC_OFFLINE=1
export CDC_OFFLINE

stop() { # exit code, lines
  code=$1
  shift
  printf '%s\n' "$@" >&2
  exit "$code"
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
program="$here/clinicmaster-cdc-@VERSION@.tgz"
image="$here/image-@TARGET@.tar.gz"

# --- 1. The files are those that were written; else nothing is touched.
sum() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"
  elif command -v shasum >/dev/null 2>&1; then shasum -a 256 <"$1"
  elif command -v openssl >/dev/null 2>&1; then openssl dgst -sha256 -r <"$1"
  else stop 3 'This machine has none of sha256sum, shasum, openssl: the files cannot be checked.' \
    'Install coreutils. Nothing was changed.'
  fi
}
[ -r "$here/SHA256SUMS" ] || stop 3 'SHA256SUMS is missing: this folder was not copied whole. Nothing was changed.'
echo 'Checking the files ...'
wrong='' checked=' '
while read -r wanted name; do
  [ -n "$name" ] || continue
  if [ ! -r "$here/$name" ]; then wrong="$wrong
  $name: missing"; continue; fi
  found=$(sum "$here/$name")
  checked="$checked$name "
  [ "${found%% *}" = "$wanted" ] || wrong="$wrong
  $name: another content than was written"
done <"$here/SHA256SUMS"
for name in install.sh "${program##*/}" "${image##*/}"; do
  case "$checked" in *" $name "*) ;; *) wrong="$wrong
  $name: not in SHA256SUMS" ;; esac
done
[ -z "$wrong" ] || stop 3 "These files are not what was written:$wrong" \
  'Copy the folder again. Nothing was changed.'

# --- 2. Where things go.
if [ "$(id -u)" = 0 ]; then base=/opt/clinicmaster-cdc-program bin=/usr/local/bin
else base="$HOME/.local/share/clinicmaster-cdc-program" bin="$HOME/.local/bin"
fi
base=${CDC_PROGRAM_DIR:-$base}
bin=${CDC_BIN_DIR:-$bin}
case "$base$bin" in *[\'\"\$\`\\]*) stop 2 'CDC_PROGRAM_DIR and CDC_BIN_DIR may hold no quotes, $ or backslash.' ;; esac
mkdir -p "$base" "$bin"

# --- 3. Node.js, 20.17 or newer: CDC_NODE, the one of this machine, or the one on this stick.
recent() {
  "$1" -e 'var v=process.versions.node.split(".");process.exit(v[0]>20||(v[0]==20&&v[1]>=17)?0:1)' 2>/dev/null
}
case "$(uname -m)" in
  x86_64 | amd64) processor=x64 ;;
  aarch64 | arm64) processor=arm64 ;;
  *) processor=$(uname -m) ;;
esac
node=''
for candidate in "${CDC_NODE:-}" "$(command -v node || true)" "$base/node/bin/node"; do
  if [ -n "$candidate" ] && [ -x "$candidate" ] && recent "$candidate"; then node=$candidate; break; fi
done
if [ -z "$node" ]; then
  for archive in "$here"/node-v*-linux-"$processor".tar.*; do
    [ -r "$archive" ] || continue
    case " $checked " in *" ${archive##*/} "*) ;; *) stop 3 "${archive##*/} is not in SHA256SUMS; nothing was installed." ;; esac
    echo "Unpacking ${archive##*/} ..."
    rm -rf "$base/node.new" && mkdir "$base/node.new"
    tar -xf "$archive" -C "$base/node.new" --strip-components=1
    rm -rf "$base/node" && mv "$base/node.new" "$base/node"
    if recent "$base/node/bin/node"; then node="$base/node/bin/node"; fi
  done
fi
[ -n "$node" ] || stop 3 'Node.js 20.17 or newer is needed, and there is none on this machine or this stick.' \
  "On a machine with the internet, fetch \"Linux Binary ($processor)\" of the LTS version from" \
  "https://nodejs.org/en/download : node-v<version>-linux-$processor.tar.xz" \
  'Make the stick again with: clinicmaster-cdc bundle --offline --with-node FILE' \
  'or unpack it here and start again with: CDC_NODE=<folder>/bin/node sh install.sh'

# --- 4. The program.
new="$base/@VERSION@.new"
rm -rf "$new" && mkdir "$new"
tar -xzf "$program" -C "$new"
rm -rf "$base/@VERSION@" && mv "$new" "$base/@VERSION@"
main="$base/@VERSION@/package/bin/clinicmaster-cdc.js"
printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node" "$main" >"$bin/.clinicmaster-cdc.new"
chmod 755 "$bin/.clinicmaster-cdc.new"
mv "$bin/.clinicmaster-cdc.new" "$bin/clinicmaster-cdc"
echo "Installed: $bin/clinicmaster-cdc (@VERSION@)"

# --- 5. The facility.
if [ -r "$here/enrolment.json" ]; then set -- --enrolment "$here/enrolment.json" "$@"; fi
exec "$node" "$main" @COMMAND@ --offline --image-file "$image" @IMAGE_FLAG@"$@"
