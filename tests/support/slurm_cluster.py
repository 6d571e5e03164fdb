"""A Slurm cluster of this one machine: real munged, slurmctld and slurmd, in a folder of their own, for as long as a test needs.

    with SlurmCluster() as cluster:
        subprocess.run(["sbatch", ...], env=cluster.env)

Alone it calls a command inside such a cluster:

    python -m tests.support.slurm_cluster sinfo
"""
from __future__ import annotations

import ctypes
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SBIN = "/usr/sbin:/sbin:/usr/local/sbin"
CLIENTS = ("sbatch", "squeue", "scancel", "scontrol", "sinfo")
DAEMONS = ("munged", "slurmctld", "slurmd")

# Nothing of the system's own Slurm or munge is used: no user, no folder, no port, no cgroup, no accounting.
CONFIGURATION = """\
ClusterName=ondol
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.sock
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
EnforcePartLimits=ALL
ReturnToService=2
KillWait=2
MaxArraySize={max_array_size}
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 Port={node_port} CPUs={cpus}
PartitionName=main Nodes={host} Default=YES MaxTime=60 State=UP
PartitionName=short Nodes={host} MaxTime=1 State=UP
"""


class Unavailable(Exception):
    """Why there can be no cluster here."""


def program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{SBIN}")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def die_with_parent() -> None:
    """In a daemon: a test run that is killed leaves none behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class SlurmCluster:
    """Raises Unavailable on entry where there can be none.  Leaving it ends every process of it, whatever happened."""

    def __init__(self, cpus: int = 2, max_array_size: int = 1001):
        self.cpus, self.max_array_size = cpus, max_array_size
        self.daemons: list[subprocess.Popen] = []
        self.folder: Path | None = None
        self.env: dict[str, str] = {}

    def __enter__(self) -> SlurmCluster:
        missing = [name for name in (*CLIENTS, *DAEMONS) if not program(name)]
        if missing:
            raise Unavailable(f"no Slurm here ({', '.join(missing)} missing): apt-get install --no-install-recommends slurm-wlm munge")
        if os.geteuid() != 0:
            raise Unavailable("only root may run the daemons of Slurm")
        said = ""
        for _ in range(3):  # someone else may take a port between the look and the start
            try:
                self._start()
                return self
            except Unavailable as error:
                said = str(error)
                self.close()
            except BaseException:
                self.close()
                raise
        raise Unavailable(said)

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        # Short: the path of a socket may have 108 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))
        self.folder.chmod(0o755)
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        try:
            controller_port, node_port = free_ports(2)
        except OSError as error:
            raise Unavailable(f"no port to listen on: {error}") from None
        conf = self.folder / "slurm.conf"
        conf.write_text(CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], user="root", folder=self.folder, controller_port=controller_port,
            node_port=node_port, cpus=self.cpus, max_array_size=self.max_array_size))
        # slurmd looks for cgroups even where its plugins use none, and ends without; version 1 is content with any folder.
        (self.folder / "cgroup.conf").write_text(f"CgroupPlugin=cgroup/v1\nCgroupMountpoint={self.folder}\n")
        # Slurm's own variables, of a job that runs the tests, would change what sbatch asks for.
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("SLURM_", "SBATCH_", "SQUEUE_", "SCANCEL_"))}
        self.env["SLURM_CONF"] = str(conf)
        self._daemon("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.sock",
                     f"--pid-file={self.folder}/munged.pid", f"--log-file={self.folder}/munged.log",
                     f"--seed-file={self.folder}/munged.seed")
        self._wait(lambda: (self.folder / "munge.sock").exists(), "munged")
        self._daemon("slurmctld", "-D", "-c")
        self._daemon("slurmd", "-D", "-c")
        self._wait(lambda: self.ask("sinfo", "--noheader", "--format=%T").split()[:1] == ["idle"], "slurmctld and slurmd")

    def _daemon(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.out").open("wb") as out:
            self.daemons.append(subprocess.Popen([program(name), *arguments], env=self.env, stdin=subprocess.DEVNULL, stdout=out,
                                                 stderr=subprocess.STDOUT, cwd=self.folder, start_new_session=True,
                                                 preexec_fn=die_with_parent))

    def _wait(self, ready, what: str, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not ready():
            dead = [one.args[0] for one in self.daemons if one.poll() is not None]
            if dead or time.monotonic() > end:
                raise Unavailable(f"{what} did not come up{': ' + ', '.join(dead) + ' ended' if dead else ''}\n{self.logs()}")
            time.sleep(0.05)

    def logs(self) -> str:
        """Last words of the daemons."""
        return "\n".join(f"== {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-8:])
                         for log in sorted([*self.folder.glob("*.log"), *self.folder.glob("*.out")]) if log.stat().st_size)

    def call(self, *command: object) -> subprocess.CompletedProcess:
        return subprocess.run(list(map(str, command)), env=self.env, capture_output=True, text=True, timeout=60)

    def ask(self, *command: object) -> str:
        return self.call(*command).stdout

    def jobs(self) -> list[tuple[str, str]]:
        """Job or array task, and state, of all that are queued or running."""
        lines = self.ask("squeue", "--noheader", "--array", "--format=%i %T").splitlines()
        return [tuple(line.split()) for line in lines]

    def cancel_all(self) -> None:
        """Returns when nothing is queued or runs any more."""
        self.call("scancel", "--quiet", "--user=root")
        end = time.monotonic() + 10
        while self.jobs() and time.monotonic() < end:
            time.sleep(0.1)

    def processes(self) -> list[int]:
        """Whatever was started with this cluster's configuration: daemons, steps and what they run."""
        mark = f"SLURM_CONF={self.folder}/slurm.conf".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
            except OSError:
                pass
        return [pid for pid in found if pid != os.getpid()]

    def close(self) -> None:
        if self.folder is None:
            return
        try:
            if len(self.daemons) == 3:
                self.cancel_all()
        except subprocess.TimeoutExpired:
            pass
        finally:
            for daemon in reversed(self.daemons):
                daemon.terminate()
            for daemon in reversed(self.daemons):
                try:
                    daemon.wait(timeout=5)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()
            for pid in self.processes():  # steps outlive their slurmd
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.daemons = []
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None


def main() -> int:
    try:
        with SlurmCluster() as cluster:
            return subprocess.run(sys.argv[1:] or ["sinfo"], env=cluster.env).returncode
    except Unavailable as error:
        print(error, file=sys.stderr)
        return 3


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
