"""Validators that each have a network of their own (Linux namespaces on one bridge)."""

import contextlib
import ctypes
import os
import subprocess

from committee import WAYMARK, Committee, Validator, waymark

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x4000_0000
BRIDGE = "wm-bridge"


def ip(*words, check=True):
    """Runs Debian's iproute2."""
    result = subprocess.run(["ip", *map(str, words)], capture_output=True, text=True)
    assert not check or result.returncode == 0, f"ip {' '.join(map(str, words))}: {result.stderr}"
    return result.returncode == 0


def why_not():
    """What keeps this machine from having namespaces; nothing where it can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not ip("netns", "add", "wm-probe", check=False):
        return "the kernel refuses network namespaces"
    ip("netns", "del", "wm-probe")
    if not ip("link", "add", "wm-probe", "type", "bridge", check=False):
        return "the kernel refuses bridges"
    ip("link", "del", "wm-probe")
    return None


def can_delay():
    """Whether the kernel can lose and delay packets by itself (netem)."""
    made = ip("link", "add", "wm-probe0", "type", "veth", "peer", "name", "wm-probe1", check=False)
    command = ["tc", "qdisc", "add", "dev", "wm-probe0", "root", "netem", "loss", "1%"]
    works = made and subprocess.run(command, capture_output=True).returncode == 0
    ip("link", "del", "wm-probe0", check=False)
    return works


@contextlib.contextmanager
def inside(namespace):
    """Sockets that this thread opens are the namespace's."""
    with open("/proc/thread-self/ns/net") as own, open(f"/run/netns/{namespace}") as other:
        assert LIBC.setns(other.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert LIBC.setns(own.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())


class Host(Validator):
    """A validator in a namespace: others reach it at an address on the bridge, its vehicles at its own loopback."""

    def __init__(self, folder, index, port, http):
        super().__init__(folder, port, http)
        self.index, self.namespace, self.address = index, f"wm-{index + 1}", f"10.77.0.{index + 1}"

    def plug_in(self):
        inner, outer = f"wm-in{self.index + 1}", f"wm-out{self.index + 1}"
        ip("netns", "add", self.namespace)
        ip("link", "add", outer, "type", "veth", "peer", "name", inner)
        ip("link", "set", inner, "netns", self.namespace)
        ip("link", "set", outer, "master", BRIDGE, "up")
        ip("-n", self.namespace, "addr", "add", f"{self.address}/24", "dev", inner)
        for link in ("lo", inner):
            ip("-n", self.namespace, "link", "set", link, "up")
        self.link = inner

    def start(self, *options):
        with open(self.folder.parent / f"serve-{self.index + 1}.log", "ab") as output:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace, WAYMARK, "serve", "--config",
                 str(self.folder / "validator.json5"), *options],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def tail(self, lines=40):
        path = self.folder.parent / f"serve-{self.index + 1}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])

    def get(self, path, timeout=5):
        with inside(self.namespace):
            return super().get(path, timeout)

    def session(self):
        with inside(self.namespace):
            return super().session()

    def cut(self, other):
        """Nothing that this one sends reaches the other: its frames go to an address that nobody has."""
        ip("-n", self.namespace, "neigh", "replace", other.address, "lladdr", "02:00:00:00:00:99", "nud", "permanent",
           "dev", self.link)

    def mend(self, other):
        ip("-n", self.namespace, "neigh", "del", other.address, "dev", self.link)

    def weather(self, *words):
        """What netem does to everything that this one sends."""
        command = ["ip", "netns", "exec", self.namespace, "tc", "qdisc", "replace", "dev", self.link, "root", "netem"]
        subprocess.run([*command, *words], check=True)


class Town(Committee):
    """Four hosts on a bridge, with their vehicles."""

    def __init__(self, folder):
        port, http = 7300, 8080
        result = waymark("keys", "committee", folder, "--port", port, "--http", http)
        assert result.returncode == 0, result.stderr
        super().__init__(folder, port, http)
        self.validators = [
            Host(folder / f"validator-{index + 1}", index, port + 4 * index, http + index) for index in range(4)]
        self.unplug()
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("link", "set", BRIDGE, "up")
        shared = folder / "committee.json5"
        for host in self:
            host.plug_in()
            for file in (shared, host.folder / "validator.json5"):
                local, public = f"127.0.0.1:{host.peers}", f"{host.address}:{host.peers}"
                file.write_text(file.read_text().replace(f'"{local}"', f'"{public}"'))

    def unplug(self):
        """Takes away what this town, or one before it that was ended, has set up."""
        for host in self:
            if host.process:
                host.process.kill()
                host.process.wait()
                host.process = None
            ip("link", "del", f"wm-out{host.index + 1}", check=False)
            ip("netns", "del", host.namespace, check=False)
        ip("link", "del", BRIDGE, check=False)
