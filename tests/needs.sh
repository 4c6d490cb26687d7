#!/bin/sh
# What the end-to-end tests need of the system: a real Alertmanager, promtool and a real browser, from Debian's packages.
# Installs what is missing where it may, and otherwise says what to type.
missing=""
command -v prometheus-alertmanager >/dev/null 2>&1 || missing="$missing prometheus-alertmanager"
command -v promtool >/dev/null 2>&1 || missing="$missing prometheus"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -z "$missing" ] && exit 0
line="apt-get update && apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing for the tests:$missing"
  DEBIAN_FRONTEND=noninteractive sh -c "$line" >/dev/null 2>&1 && exit 0
fi
echo "The tests need$missing. Type: sudo sh -c '$line'" >&2
exit 1
