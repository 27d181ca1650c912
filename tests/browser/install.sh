#!/bin/sh
# Installs what the browser tests need, where it is missing: Debian's Chromium and npm's axe-core.
set -eu
cd "$(dirname "$0")/../.."
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
    if ! command -v apt-get >/dev/null; then
        echo "Chromium is missing; install it with your system's package manager." >&2
        exit 1
    fi
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
fi
if [ ! -f var/browser/node_modules/axe-core/axe.min.js ]; then
    if ! command -v npm >/dev/null; then
        echo "npm is missing; install Node.js to get axe-core." >&2
        exit 1
    fi
    mkdir -p var/browser
    npm install --silent --no-fund --no-audit --prefix var/browser axe-core@4
fi
echo "browser tests: ready"
