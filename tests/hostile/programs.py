"""Programs that a student might hand in, and what has to stop each.

They find what is around them in `W`, and print DID when they have done what they are for.
"""

PRELUDE = """
import contextlib, ctypes, os, platform, pwd, resource, signal, socket, subprocess, sys, time
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
def check(result):
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
def call(x86, arm, *words):
    return check(libc.syscall(x86 if X86 else arm, *words))
print('BEGAN', flush=True)
"""

_FILES = "landlock view"

# What each is stopped by: one of these names is enough; "strict" is the filter of system calls
# where there is neither a view nor a user. Those of CONTROLLED succeed when nothing
# is in their way, which shows that they could.
CONTROLLED = {
    "read_outside": (_FILES, "assert Path(W['outside'], 'secret').read_text() == 'secret'"),
    "list_outside": (_FILES, "assert 'secret' in os.listdir(W['outside'])"),
    "write_outside": (_FILES, "Path(W['outside'], 'mine').write_text('mine')"),
    "write_given": (_FILES, "Path(W['given'], 'secret').write_text('mine')"),
    "add_to_given": (_FILES, "Path(W['given'], 'mine').write_text('mine')"),
    "truncate_outside": (_FILES, "os.truncate(Path(W['outside'], 'truncated'), 0)"),
    "delete_outside": (_FILES, "Path(W['outside'], 'deleted').unlink()"),
    "follow_link": (_FILES, "assert Path('escape', 'secret').read_text() == 'secret'"),
    "make_own_link": (
        _FILES,
        "os.symlink(W['outside'], 'way'); assert 'secret' in os.listdir('way')",
    ),
    "close_outside": (
        "view user strict",
        "path = Path(W['outside'], 'secret'); path.chmod(0); assert path.stat().st_mode & 7 == 0",
    ),
    "slow_leader": (
        "seccomp processes user",
        "os.setpriority(os.PRIO_PROCESS, W['leader'], 5)",
    ),
    "slow_all": ("seccomp", "os.setpriority(os.PRIO_USER, 0, 5)"),
    "execute_outside": (_FILES, "subprocess.run([W['outside'] + '/tool'], check=True)"),
    "connect_outside": (
        "network",
        "socket.create_connection(('127.0.0.1', W['port']), timeout=3).close()",
    ),
    "connect_to_abstract": (
        "network signals",
        "socket.socket(socket.AF_UNIX).connect(W['abstract'])",
    ),
    "connect_to_path": (
        "view strict",
        "socket.socket(socket.AF_UNIX).connect(W['socket'])",
    ),
    "open_netlink": ("seccomp", "socket.socket(16, socket.SOCK_RAW, 0)"),
    "read_memory_of_leader": (
        "landlock processes user",
        "assert Path('/proc', str(W['leader']), 'mem').open('rb')",
    ),
    "read_environment_of_leader": (
        "landlock processes user",
        "assert Path('/proc', str(W['leader']), 'environ').read_bytes() is not None",
    ),
    "trace_leader": (
        "seccomp landlock processes user",
        "call(101, 117, 0x4206, W['leader'], None, None)",
    ),
    "trace_parent": ("seccomp", "call(101, 117, 0x4206, os.getppid(), None, None)"),
    "read_memory_of_parent": (
        "seccomp",
        "from ctypes import *\n"
        "buffer = create_string_buffer(8)\n"
        "pair = (c_void_p * 2)(addressof(buffer), 8)\n"
        "try: call(310, 270, os.getppid(), byref(pair), 1, byref(pair), 1, 0)\n"
        "except OSError as error: assert error.errno == 14, error",
    ),
    "kill_neighbour": ("processes signals user", "os.kill(W['neighbour'], 0)"),
    "kill_leader": ("processes signals user", "os.kill(W['leader'], 0)"),
    "limit_leader": (
        "seccomp processes user",
        "resource.prlimit(W['leader'], resource.RLIMIT_CORE, (0, 0))",
    ),
    "nest_namespaces": ("seccomp", "check(libc.unshare(0x10000000))"),
    "clone_into_namespace": (
        "seccomp",
        "pid = call(56, 220, 0x10000000 | 17, 0, 0, 0, 0)\nif pid == 0: os._exit(0)",
    ),
    "use_io_uring": (
        "seccomp",
        "call(425, 425, 4, ctypes.byref(ctypes.create_string_buffer(120)))",
    ),
    "use_keys": ("seccomp", "call(250, 219, 0, -3, 0)"),
    "use_shared_memory_that_stays": (
        "seccomp",
        "libc.shmctl(check(libc.shmget(0, 4096, 0o600)), 0, None)",
    ),
    "call_what_is_new": (
        "seccomp",
        "try: call(467, 467, -1, 0, 0)\nexcept OSError as error: assert error.errno != 38, error",
    ),
    "use_much_memory": ("limits", "bytearray(3 << 29)"),
    "write_much": ("limits", "Path('big').write_bytes(bytes(5 << 20))"),
    "open_many": ("limits", "kept = [open('/dev/null') for _ in range(300)]"),
    "raise_limits": (
        "limits",
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))",
    ),
    "dump_core": ("limits", "assert resource.getrlimit(resource.RLIMIT_CORE)[1] != 0"),
}

# Those are not tried where nothing is in their way, or cannot succeed even there.
HOSTILE = {
    "mount": ("seccomp", "check(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None))"),
    "use_bpf": ("seccomp", "call(321, 280, 0, 0, 0)"),
    "use_perf": ("seccomp", "call(298, 241, 0, 0, -1, -1, 0)"),
    "open_packets": ("seccomp", "socket.socket(17, socket.SOCK_RAW, 0)"),
    "become_root": ("limits", "os.setuid(0)"),
    "write_to_system": ("limits", "Path(os.__file__).open('a')"),
    "write_device": ("limits", "Path('/dev/kmsg').write_text('hello')"),
    "configure_kernel": ("limits", "Path('/proc/sys/kernel/hostname').write_text('mine')"),
    "read_home_of_root": ("limits", "os.listdir(pwd.getpwuid(0).pw_dir + '/.ssh')"),
    "read_shadow": ("limits", "Path('/etc/shadow').read_text()"),
    "fork_without_end": (
        "limits",
        "for _ in range(200):\n    if os.fork() == 0:\n        time.sleep(5)\n        os._exit(0)",
    ),
}

# What no error shows: they say DID, and what is to be seen of them is seen outside.
MEAN = {
    "kill_all": "os.getpid() < 1000 and os.kill(-1, signal.SIGKILL)",
    "bomb": (
        "end = time.time() + 0.5\n"
        "while time.time() < end:\n"
        "    with contextlib.suppress(OSError): os.fork()"
    ),
    "bomb_without_end": (
        "if os.fork() == 0:\n"
        "    while True:\n"
        "        with contextlib.suppress(OSError): os.fork()\n"
        "time.sleep(0.3)"
    ),
    "daemon": (
        "words = [sys.executable, '-c', 'import time; time.sleep(600)', W['mark']]\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        os.execv(words[0], words)\n"
        "    os._exit(0)\n"
        "os.wait(); time.sleep(0.2)"
    ),
    "stopped_daemon": (
        "words = [sys.executable, '-c', 'import time; time.sleep(600)', W['mark']]\n"
        "child = subprocess.Popen(words, start_new_session=True)\n"
        "time.sleep(0.2); child.send_signal(signal.SIGSTOP)"
    ),
    "outlive_leader": (
        "# KILL THE LEADER\n"
        "words = [sys.executable, '-c', 'import time; time.sleep(600)', W['mark']]\n"
        "subprocess.Popen(words, start_new_session=True)\n"
        "time.sleep(600)"
    ),
    "kill_keeper": "os.kill(os.getppid(), signal.SIGKILL)",
}

_GUNICORN = """
Path('app.py').write_text('import flask; app = flask.Flask(__name__)')
server = subprocess.Popen(
    [sys.executable, '-m', 'gunicorn', '-w', '2', '--threads', '2', '-b', {bind}, 'app:app'],
    env={{**os.environ, 'TMPDIR': W['copy'], 'HOME': W['copy']}},
)
for _ in range(200):
    time.sleep(0.05)
    with contextlib.suppress(OSError), socket.socket({family}) as client:
        client.connect({address})
        client.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
        assert b' 404 ' in client.recv(1000), 'answered otherwise'
        break
else:
    raise SystemExit('no answer')
server.terminate()
server.wait()
"""

FINE = {
    "read_given": "assert Path(W['given'], 'secret').read_text() == 'secret'",
    "execute_given": "subprocess.run([W['given'] + '/tool'], check=True)",
    "gunicorn_on_tcp": (
        "with socket.create_server(('127.0.0.1', 0)) as free: port = free.getsockname()[1]"
        + _GUNICORN.format(
            bind="f'127.0.0.1:{port}'", family="socket.AF_INET", address="('127.0.0.1', port)"
        )
    ),
    "flask": """
import flask
app = flask.Flask('app')
app.add_url_rule('/', view_func=lambda: {'a': 1})
assert app.test_client().get('/').json == {'a': 1}
""",
    "sqlite": """
import sqlite3
with contextlib.closing(sqlite3.connect('tasks.db')) as database:
    database.execute('PRAGMA journal_mode=WAL')
    database.execute('CREATE TABLE task (id INTEGER)')
    database.execute('INSERT INTO task VALUES (1)')
    database.commit()
os.rename('tasks.db', 'other.db')
""",
    "python": """
code = 'import flask, sqlalchemy, ssl, zoneinfo; zoneinfo.ZoneInfo("UTC")'
subprocess.run([sys.executable, '-c', code], check=True)
assert subprocess.check_output('echo 1 | cat', shell=True) == b'1\\n'
""",
    "loopback": """
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
client.sendall(b'hello')
assert server.accept()[0].recv(5) == b'hello'
""",
    "loopback_to_leader": "socket.create_connection(('127.0.0.1', W['inside']), timeout=3).close()",
    "threads_and_locks": """
import multiprocessing, threading
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(16) as pool: assert sum(pool.map(int, range(100))) == 4950
""",
    "names": """
import mimetypes
assert socket.getaddrinfo('localhost', 80)
mimetypes.init()
""",
    "files_and_signals": """
import tempfile, shutil
os.makedirs('a/b'); Path('a/b/c').write_text('c'); os.rename('a/b/c', 'a/c'); os.link('a/c', 'a/d')
shutil.rmtree('a'); os.mkfifo('pipe'); Path('/dev/null').write_text('x'); os.urandom(8)
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
child.terminate(); assert child.wait() == -signal.SIGTERM
""",
}
# What needs one of these names: with a root of its own a program has shared memory of its own, too.
FINE_WITH = {
    "gunicorn_on_a_path": (
        "view user",
        _GUNICORN.format(bind="'unix:app.sock'", family="socket.AF_UNIX", address="'app.sock'"),
    ),
    "processes_with_locks": (
        "view",
        """
import multiprocessing
context = multiprocessing.get_context('fork')
with context.Lock(): pass
with context.Pool(2) as pool: assert pool.map(abs, [-1, -2]) == [1, 2]
""",
    ),
}
