#!/bin/sh
# Runs a script with the first Python of 3.11 or newer on this machine; what is in .venv comes first.
for python in .venv/bin/python python3 python3.11 python3.12 python3.13 python; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" "$@"
    fi
done
echo "fnkit needs Python 3.11 or newer; none was found on the PATH. Install it (Debian: apt-get install python3)." >&2
exit 1
