# shellcheck shell=bash
# Sourced by the scripts beside it.

# install_missing PACKAGE...: those that are not there, with apt-get (through sudo if not as root).
install_missing() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    if ((${#missing[@]} == 0)); then return; fi
    if ! command -v apt-get >/dev/null; then
        echo "not installed, and no apt-get: ${missing[*]}" >&2
        return 1
    fi
    local as_root=()
    ((EUID == 0)) || as_root=(sudo)
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get
        -qq -o DPkg::Lock::Timeout=120)
    echo "== install ${missing[*]}"
    "${apt[@]}" update </dev/null >/dev/null
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}
