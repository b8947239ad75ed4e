# Sourced by ./run and ./test with the locks that each needs: brings .venv to what they say, once; afterwards it only compares a stamp of each.
# Sets $root and $python; ends with one sentence when something is missing.

set -eu
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
python=$root/.venv/bin/python
locks=("$@")
# A shell that was given no PATH finds programs by itself, but would not pass that on.
export PATH="${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}"
# The locale of a bare machine is ASCII; our words are not.
export PYTHONUTF8=1

# `-m`, but whoever thinks better of it and presses Ctrl-C reads no traceback.
as_module='import runpy, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)'

# What is installed with others' programs may end in their way when it is interrupted; nothing more is said of it then.
trap 'exit 130' INT

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

# What was interrupted says nothing more, whichever of the two hears of it first.
fail_unless_interrupted() {
    [ "$1" -le 128 ] || exit "$1"
    fail "$2"
}

find_python() {
    local candidate
    for candidate in "${CHIDAO_PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
            command -v -- "$candidate"
            return
        fi
    done
    fail 'Cần Python từ 3.11 đến 3.14; vui lòng cài đặt rồi chạy lại (Python 3.11 to 3.14 is needed; please install it).'
}

stamp_wanted() {
    printf '%s\n' "$root"
    cat -- "$root/$1" "$root/setup.sh"
}

is_installed() {
    [ -x "$python" ] && stamp_wanted "$1" | cmp -s - "$root/.venv/$1.stamp"
}

is_set_up() {
    local lock
    for lock in "${locks[@]}"; do
        is_installed "$lock" || return 1
    done
}

install() {
    rm -f -- "$root/.venv/$1.stamp"
    "$python" -c "$as_module" pip install --quiet --disable-pip-version-check --no-input --no-deps --only-binary=:all: --require-hashes -r "$root/$1" ||
        fail_unless_interrupted $? 'Không cài đặt được thư viện; vui lòng kiểm tra kết nối mạng rồi chạy lại (the libraries could not be installed; please check the network).'
    stamp_wanted "$1" >"$root/.venv/$1.stamp"
}

set_up() {
    local system_python site lock
    system_python=$(find_python)
    "$system_python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$system_python thiếu mô-đun venv; trên Debian hoặc Ubuntu hãy cài gói python3-venv (the venv module is missing: apt install python3-venv)."
    printf 'Đang cài đặt thư viện vào .venv, chỉ lần đầu… (installing libraries, the first time only)\n' >&2
    # An environment that was moved here, or whose Python is gone, is made anew; any other is brought up to date.
    if ! [ -x "$python" ] || ! "$python" -m pip --version >/dev/null 2>&1 || [ "$("$python" -c 'import sys; print(sys.prefix)')" != "$root/.venv" ]; then
        "$system_python" -c "$as_module" venv --clear "$root/.venv" ||
            fail_unless_interrupted $? "Không tạo được .venv trong $root (.venv cannot be made there)."
    fi
    site=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s\n' "$root" >"$site/chidao.pth"
    printf '#!%s\nfrom chidao.main import app\n\napp()\n' "$python" >"$root/.venv/bin/chidao"
    chmod +x -- "$root/.venv/bin/chidao"
    for lock in "${locks[@]}"; do
        is_installed "$lock" || install "$lock"
    done
}

if ! is_set_up; then
    { exec 9>"$root/.setup"; } 2>/dev/null ||
        fail "Không ghi được vào thư mục $root (this folder is read-only)."
    # Two first starts side by side must not fill one .venv together.
    flock 9
    is_set_up || set_up
    exec 9>&-
fi
