#!/usr/bin/env bash
# Installs the SOAP clients and the viewer of `make interop` and the checkers and archives that the tests use: Debian
# packages (as root, where there is apt-get) and npm packages into build/. Never fails: what could not be had is told, and
# its tests skip themselves.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build/interop

debian=(
    gcc gsoap libgsoap-dev libssl-dev        # gsoap
    default-jdk-headless jaxws libjaxws-java # java
    nodejs npm                               # node
    php-cli php-soap php-xml                 # php
    chromium chromium-driver                 # a browser for the viewer
    dcmtk dicom3tools                        # dsrdump and dciodvfy, which judge manifests
    orthanc orthanc-dicomweb                 # an archive behind an imaging source, and beside it in make bench
    nginx wrk                                # beside us in make bench, and a load that costs little
)
missing=()

# A JDK, node or compiler of another origin is as good as that of Debian.
is_there() {
    case $1 in
    default-jdk-headless) command -v javac ;;
    nodejs) command -v node ;;
    gcc | npm) command -v "$1" ;;
    *) dpkg-query --show --showformat='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$' ;;
    esac >/dev/null
}

install_debian() {
    command -v apt-get >/dev/null && ((EUID == 0)) || return 1
    DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install --yes --quiet --no-install-recommends "$@" >/dev/null 2>&1
}

for package in "${debian[@]}"; do
    is_there "$package" || missing+=("$package")
done
if ((${#missing[@]})); then
    command -v apt-get >/dev/null && ((EUID == 0)) && timeout 120 apt-get update >/dev/null 2>&1
    for package in "${missing[@]}"; do
        install_debian "$package" || echo "not installed: Debian package $package"
    done
fi

if [[ ! -d $build/node_modules/soap ]]; then
    mkdir -p "$build"
    cp "$here/node/package.json" "$build/"
    timeout 120 npm install --prefix "$build" --no-package-lock --no-audit --no-fund --silent >/dev/null 2>&1 ||
        echo "not installed: npm package soap"
fi

# The viewer's package has all it needs; what it names as dependencies is for building it.
if [[ ! -d $build/ohif/package/dist ]]; then
    mkdir -p "$build/ohif"
    (cd "$build/ohif" && timeout 180 npm pack @ohif/app@3 --silent && tar -xzf ohif-app-*.tgz && rm ohif-app-*.tgz) \
        >/dev/null 2>&1 || echo "not installed: npm package @ohif/app"
fi
exit 0
