"""Asks a ZooKeeper server what kazoo's users ask: python basic.py HOST:PORT.

Prints each check as it passes and exits with 1 at the first wrong answer. The same script runs against Apache ZooKeeper
and against the built-in registry; the server must allow session timeouts of 4 s and the words envi and ruok.
"""

import sys
import threading
import time
import uuid

from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import (
    AuthFailedError,
    BadArgumentsError,
    BadVersionError,
    InvalidACLError,
    NoAuthError,
    NoChildrenForEphemeralsError,
    NodeExistsError,
    NoNodeError,
    NotEmptyError,
    RolledBackError,
    RuntimeInconsistency,
)
from kazoo.protocol.states import EventType
from kazoo.recipe.watchers import ChildrenWatch, DataWatch
from kazoo.security import OPEN_ACL_UNSAFE, make_acl, make_digest_acl

HOSTS = sys.argv[1]
ROOT = "/kazoo-" + uuid.uuid4().hex


def client(**options):
    fresh = KazooClient(hosts=HOSTS, timeout=options.pop("timeout", 10.0), **options)
    fresh.start(timeout=15)
    return fresh


def refuses(error, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except error:
        return
    raise AssertionError(f"expected {error.__name__}")


def until(condition, what, limit=15.0):
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, f"{what} did not come within {limit} s"
        time.sleep(0.02)


def nodes(zk):
    path = f"{ROOT}/nodes"
    assert zk.create(path, b"one", makepath=True) == path
    data, stat = zk.get(path)
    assert (data, stat.version, stat.czxid == stat.mzxid == stat.pzxid) == (b"one", 0, True)
    changed = zk.set(path, b"three", version=0)
    assert (changed.version, changed.dataLength, changed.mzxid > changed.czxid) == (1, 5, True)
    refuses(BadVersionError, zk.set, path, b"x", version=0)
    refuses(NodeExistsError, zk.create, path)
    refuses(NoNodeError, zk.get, f"{path}/none")
    refuses(NoNodeError, zk.create, f"{path}/none/deep")
    made, stat = zk.create(f"{path}/child", b"", include_data=True)
    assert made == f"{path}/child" and stat.ephemeralOwner == 0
    refuses(NotEmptyError, zk.delete, path)
    children, stat = zk.get_children(path, include_data=True)
    assert (children, stat.numChildren, stat.cversion) == (["child"], 1, 1)
    zk.delete(f"{path}/child")
    assert zk.exists(path).cversion == 2 and zk.exists(f"{path}/child") is None
    assert zk.sync(path) == path


def names_of_dubbo(zk):
    name = "dubbo%3A%2F%2F10.0.0.1%3A20880%2Fcom.acme.Order%3Fanyhost%3Dtrue%26" + "k%3Dv%26" * 80
    zk.ensure_path(f"{ROOT}/dubbo/com.acme.Order/providers")
    zk.create(f"{ROOT}/dubbo/com.acme.Order/providers/{name}", ephemeral=True)
    assert zk.get_children(f"{ROOT}/dubbo/com.acme.Order/providers") == [name]


def sequences(zk):
    base = f"{ROOT}/sequences"
    zk.ensure_path(base)
    assert zk.create(f"{base}/n-", sequence=True) == f"{base}/n-0000000000"
    zk.create(f"{base}/plain")
    zk.delete(f"{base}/plain")
    assert zk.create(f"{base}/", sequence=True, ephemeral=True) == f"{base}/0000000002"


def ephemerals(zk):
    other = client()
    path = f"{ROOT}/ephemeral"
    other.create(path, ephemeral=True)
    assert zk.exists(path).ephemeralOwner == other.client_id[0]
    refuses(NoChildrenForEphemeralsError, zk.create, f"{path}/child")
    gone = threading.Event()
    zk.exists(path, watch=lambda event: gone.set() if event.type == EventType.DELETED else None)
    other.stop()
    assert gone.wait(5) and zk.exists(path) is None
    other.close()


def transactions(zk):
    base = f"{ROOT}/transactions"
    zk.ensure_path(base)
    good = zk.transaction()
    good.create(f"{base}/a", b"1")
    good.set_data(f"{base}/a", b"2")
    good.check(f"{base}/a", 1)
    good.create(f"{base}/s-", sequence=True)
    results = good.commit()
    assert results[0] == f"{base}/a" and results[1].version == 1 and results[2] is True, results
    bad = zk.transaction()
    bad.delete(f"{base}/a")
    bad.check(f"{base}/a", 9)
    bad.create(f"{base}/b")
    results = bad.commit()
    kinds = [type(result) for result in results]
    assert kinds == [RolledBackError, NoNodeError, RuntimeInconsistency], kinds
    assert zk.exists(f"{base}/a") and zk.exists(f"{base}/b") is None


def one_shot_watches(zk):
    path, seen = f"{ROOT}/watched", []
    note = lambda event: seen.append((event.type, event.path))
    assert zk.exists(path, watch=note) is None
    zk.create(path)
    zk.get(path, watch=note)
    zk.get_children(path, watch=note)
    zk.set(path, b"x")
    zk.set(path, b"y")
    zk.create(f"{path}/c")
    zk.delete(f"{path}/c")
    wanted = [(EventType.CREATED, path), (EventType.CHANGED, path), (EventType.CHILD, path)]
    until(lambda: len(seen) >= 3, "events")
    assert seen == wanted, seen


def watch_recipes(zk):
    path, values, lists = f"{ROOT}/recipes", [], []
    zk.ensure_path(path)
    DataWatch(zk, path, lambda data, stat: values.append(data))
    ChildrenWatch(zk, path, lambda children: lists.append(sorted(children)))
    zk.set(path, b"x")
    zk.create(f"{path}/a")
    until(lambda: b"x" in values and ["a"] in lists, "recipe call-backs")


def access_lists(zk):
    path = f"{ROOT}/secret"
    mine = make_digest_acl("user", "pass", all=True)
    zk.create(path, b"s", acl=[mine])
    refuses(NoAuthError, zk.get, path)
    refuses(NoAuthError, zk.exists, path)
    refuses(InvalidACLError, zk.create, f"{ROOT}/x", acl=[make_acl("nobody", "x", all=True)])
    user = client(auth_data=[("digest", "user:pass")])
    assert user.get(path)[0] == b"s"
    user.set_acls(path, [mine, make_acl("world", "anyone", read=True)])
    assert zk.get(path)[0] == b"s"
    shown = {acl.id.id for acl in zk.get_acls(path)[0]}
    assert "user:x" in shown, shown
    refuses(BadVersionError, user.set_acls, path, OPEN_ACL_UNSAFE, version=0)
    user.stop()
    user.close()
    stranger = client()
    refuses(AuthFailedError, stranger.add_auth, "nobody", "x")
    stranger.stop()
    stranger.close()


def a_lost_connection_keeps_its_session(zk):
    path, states, seen = f"{ROOT}/resumed", [], []
    other = client()
    other.add_listener(states.append)
    other.create(path, ephemeral=True)
    other.get(path, watch=lambda event: seen.append(event.type))
    session = other.client_id[0]
    other._connection._socket.shutdown(2)
    until(lambda: KazooState.SUSPENDED in states, "the loss")
    zk.set(path, b"while away")
    until(lambda: other.state == KazooState.CONNECTED, "the return")
    assert other.client_id[0] == session and zk.exists(path)
    # kazoo does not re-arm watches: it tells their owners of the loss, and they look again.
    assert seen == [EventType.NONE] and other.get(path)[0] == b"while away", seen
    other.stop()
    other.close()


def a_silent_session_expires(zk):
    path = f"{ROOT}/expires"
    # A bare connection that opens a session, makes a node and falls silent.
    import socket
    import struct

    host, port = HOSTS.rsplit(":", 1)
    bare = socket.create_connection((host, int(port)))
    hello = struct.pack("!iqiqi", 0, 0, 4000, 0, 16) + bytes(16)
    bare.sendall(struct.pack("!i", len(hello)) + hello)
    reply = bare.recv(4096)
    assert len(reply) == 40, len(reply)
    text = path.encode()
    create = struct.pack("!iii", 1, 1, len(text)) + text + struct.pack("!iiii", 0, 1, 31, 5)
    create += b"world" + struct.pack("!i", 6) + b"anyone" + struct.pack("!i", 1)
    bare.sendall(struct.pack("!i", len(create)) + create)
    bare.recv(4096)
    assert zk.exists(path)
    until(lambda: zk.exists(path) is None, "expiry", 12)
    assert bare.recv(4096) == b""
    bare.close()


def locks_and_elections(zk):
    order, base = [], f"{ROOT}/lock"
    lock = zk.Lock(base, "one")
    other = client()
    with lock:
        waiter = threading.Thread(target=lambda: other.Lock(base, "two").acquire() and order.append("two"))
        waiter.start()
        until(lambda: len(zk.get_children(base)) == 2, "the second contender")
        order.append("one")
    waiter.join(10)
    assert order == ["one", "two"], order
    other.stop()
    other.close()


def odd_paths(zk):
    refuses(BadArgumentsError, zk.delete, "/zookeeper")
    refuses(NodeExistsError, zk.create, "/")
    assert "zookeeper" in zk.get_children("/")


def server_words(zk):
    assert zk.command(b"ruok") == "imok"
    version = zk.server_version()
    assert version >= (3, 9), version


def main():
    zk = client()
    checks = [
        nodes, names_of_dubbo, sequences, ephemerals, transactions, one_shot_watches,
        watch_recipes, access_lists, a_lost_connection_keeps_its_session, a_silent_session_expires,
        locks_and_elections, odd_paths, server_words,
    ]
    try:
        for check in checks:
            check(zk)
            print("ok", check.__name__, flush=True)
    finally:
        zk.delete(ROOT, recursive=True)
        zk.stop()
        zk.close()
    print(f"{len(checks)} checks passed")


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # the first wrong answer ends the run
        import traceback

        traceback.print_exc()
        sys.exit(1)
