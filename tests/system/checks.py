"""The checks of the package and of the unit as shipped, in the order in which a server's life goes."""

import re
import time
from pathlib import Path

from .machine import Machine, wait_until
from .older_database import make_older
from .roots import Roots, say
from .trial import ALEX, HOST, KIM, OWNER, PASSWORDS, SETTINGS, WEBMASTER, Trial, newer, prepared_root

UNIT = "mailquotad.service"
CHANGED = "Planted-New-7741" # a password after its change
DROP_INS = f"/etc/systemd/system/{UNIT}.d"
WEBHOOK = '\n[[webhook]]\nname = "chat"\nurl = "https://localhost:1/room"\n'


def install_package(trial: Trial, file: str) -> None:
    """As `apt-get install FILE` does, which without network takes no file: unpacked, then completed from apt's cache."""
    trial.machine.run("dpkg", "--install", file)
    trial.machine.must("apt-get", "-qq", "--fix-broken", "install", "-y", "--no-download", "--no-install-recommends")


def install(trial: Trial) -> None:
    """From the package, in the running machine, without network."""
    machine = trial.machine
    install_package(trial, "/srv/mailquotad.deb")
    trial.check("the package is installed and nothing was started", machine.show("ActiveState") == "inactive")
    trial.check("the unit is enabled", machine.run("systemctl", "is-enabled", UNIT).stdout.strip() == "enabled")
    trial.check("there is a user mailquotad without a shell",
                "nologin" in machine.must("getent", "passwd", "mailquotad"))
    trial.check("the folder for passwords is for root and the daemon only",
                machine.must("stat", "-c%a %U %G", "/etc/mailquotad/credentials").split() == ["750", "root", "mailquotad"])
    machine.run("systemctl", "start", UNIT)
    trial.check("without settings it is not started and does not fail", machine.show("ActiveState") == "inactive"
                and machine.show("ConditionResult") == "no")
    trial.check("man pages and completion are there", all(machine.path(file).exists() for file in (
        "/usr/share/man/man8/mailquotad.8.gz", "/usr/share/man/man5/mailquotad.toml.5.gz",
        "/usr/share/bash-completion/completions/mailquotad")))


def run_setup(trial: Trial, *more: str) -> int:
    """The first mailbox by `mailquotad setup`, with every answer as an option; its dialogue is shown; its exit status."""
    machine, ports = trial.machine, trial.ports
    for name in ("kim", "smtp"):
        machine.must("install", "-m", "600", "/dev/stdin", f"/srv/{name}", stdin=PASSWORDS[name] + "\n")
    done = machine.run(
        "mailquotad", "setup", "--yes", "--language", "en", "--timezone", "Europe/Berlin",
        "--address", KIM, "--server", f"imaps://{HOST}:{ports['imaps']}", "--password-file", "/srv/kim",
        "--owner-name", "Kim", "--owner-mail", OWNER, "--smtp", f"smtps://{HOST}:{ports['smtps']}",
        "--smtp-username", WEBMASTER, "--smtp-password-file", "/srv/smtp", "--from", f"The Webmaster <{WEBMASTER}>",
        "--admin", WEBMASTER, *more)
    print("\n".join("       | " + line for line in (done.stdout + done.stderr).splitlines()))
    return done.returncode


def forget_setup(trial: Trial) -> None:
    """The machine as it was before, for the next check."""
    trial.machine.must("systemctl", "stop", UNIT)
    for address in (OWNER, WEBMASTER):
        trial.ask("empty", address)
    trial.machine.must("sh", "-c", f"rm -rf {SETTINGS}* /etc/mailquotad/credentials/* /var/lib/mailquotad /srv/kim /srv/smtp "
                                   f"/etc/credstore.encrypted/* {DROP_INS}")
    trial.machine.must("systemctl", "daemon-reload")


def setup(trial: Trial) -> None:
    """Passwords in the folder of the unit."""
    machine = trial.machine
    trial.check("setup finds the mailbox and writes the settings", run_setup(trial, "--test-mail") == 0)
    stored = machine.must("sh", "-c", f"stat -c '%a %U %G' /etc/mailquotad/credentials/* {SETTINGS}").splitlines()
    trial.check("what it stored can be read by root and the daemon only", set(stored) <= {"640 root mailquotad"}
                and len(stored) == 3, ", ".join(sorted(set(stored))))
    trial.check("check-config finds it good", lambda: machine.must("mailquotad", "check-config"))
    trial.check("its test mail has arrived", sum(map(len, map(trial.mails, (OWNER, WEBMASTER)))) == 1)
    machine.must("systemctl", "start", UNIT)
    trial.settle("the daemon runs with it", lambda: "1 mailbox, 1 urgent, last round" in trial.status())
    forget_setup(trial)


def encrypted(trial: Trial) -> None:
    """Passwords encrypted by the key of the machine, which systemd decrypts for the service alone."""
    machine = trial.machine
    trial.check("setup --encrypt finds a systemd-creds that works", run_setup(trial, "--encrypt") == 0)
    kept = machine.must("sh", "-c", "ls /etc/mailquotad/credentials | wc -l; stat -c '%n %a %U' /etc/credstore.encrypted/*")
    trial.check("the passwords lie encrypted, and nowhere else", kept.splitlines() == [
        "0", f"/etc/credstore.encrypted/{KIM} 640 root", "/etc/credstore.encrypted/smtp 640 root"])
    machine.must("rm", "/srv/kim", "/srv/smtp")
    trial.check("nowhere below /etc and /var one can be read", machine.run(
        "grep", "-rlF", "-e", PASSWORDS["kim"], "-e", PASSWORDS["smtp"], "/etc/mailquotad", "/etc/systemd",
        "/etc/credstore.encrypted", "/var/lib").stdout == "")
    machine.must("sh", "-c", f"printf '[alerts]\\nconfirm_after = \"0s\"\\nquiet_hours = []\\n' >>{SETTINGS}")
    machine.must("systemctl", "daemon-reload")
    machine.must("systemctl", "restart", UNIT)
    trial.settle("the daemon runs with them", lambda: "1 mailbox, 1 urgent, last round" in trial.status())
    trial.settle("and sends the warning", lambda: len(trial.mails(OWNER)) == 1)
    trial.ask("set_password", KIM, CHANGED)
    machine.must("install", "-m", "600", "/dev/stdin", "/srv/kim", stdin=CHANGED + "\n")
    trial.check("setup encrypts a changed password, too, without being told to", lambda: machine.must(
        "mailquotad", "setup", "--yes", "--address", KIM, "--password-file", "/srv/kim"))
    machine.must("systemctl", "daemon-reload")
    machine.must("systemctl", "restart", UNIT)
    trial.settle("and the daemon logs in with it", lambda: "1 mailbox, 1 urgent, last round" in trial.status())
    trial.ask("set_password", KIM, PASSWORDS["kim"])
    forget_setup(trial)


def first_start(trial: Trial) -> None:
    """Settings as the README says, then the unit as shipped."""
    machine = trial.machine
    trial.write_credentials()
    trial.configure()
    trial.check("check-config finds the settings good", lambda: machine.must("mailquotad", "check-config"))
    done = machine.run("mailquotad", "check")
    trial.check("root looks once before the first start", done.returncode == 2, done.stdout.splitlines()[-1][:60])
    trial.check("it starts and tells that it is ready", lambda: machine.must("systemctl", "start", UNIT))
    trial.check("the unit is active", machine.show("ActiveState") == "active", machine.show("SubState"))
    trial.settle("the status line tells mailboxes, level and last round",
                 lambda: re.fullmatch(r"1 mailbox, 1 urgent, last round \d\d:\d\d", trial.status()) is not None)
    print(f"       {trial.status()}")
    trial.settle("the warning mail reaches the owner, over TLS", lambda: len(trial.mails(OWNER)) == 1)
    trial.check("and names the mailbox", any(KIM in mail for mail in trial.mails(OWNER)))
    print("\n".join("       | " + line for line in trial.mails(OWNER)[0].splitlines()[:30]))
    state = machine.must("stat", "-c%a %U", "/var/lib/mailquotad", "/var/lib/mailquotad/mailquotad.sqlite").split()
    trial.check("its state is its own", state == ["700", "mailquotad", "600", "mailquotad"], " ".join(state))


def hardening(trial: Trial) -> None:
    """What the service manager says of the unit, and what holds in the process."""
    machine = trial.machine
    said = machine.must("systemd-analyze", "security", "--no-pager", UNIT)
    score = re.search(r"Overall exposure level[^:]*: ([\d.]+)", said)
    trial.check("systemd-analyze security gives at most 1.2", score is not None and float(score[1]) <= 1.2,
                score[1] if score else "")
    print("\n".join("       " + line.strip()[:110] for line in said.splitlines() if line.startswith("✗")))
    status = machine.must("cat", f"/proc/{machine.process()}/status")
    trial.check("the process has no capability and gets none",
                re.search(r"CapBnd:\s+0{16}", status) is not None and "NoNewPrivs:\t1" in status)
    limits = machine.must("cat", f"/proc/{machine.process()}/limits")
    trial.check("no core file", re.search(r"Max core file size\s+0\s+0", limits) is not None)
    where = machine.path("/sys/fs/cgroup/cgroup.controllers")
    found = machine.must("cat", "/sys/fs/cgroup/cgroup.controllers").split()
    if "memory" in found:
        trial.check("the memory limit is set", machine.show("MemoryMax") == str(512 * 2**20), where.name)
    else:
        print("       memory and task limits cannot be observed: this machine's unified control groups have no such "
              "controller")


def other_users(trial: Trial) -> None:
    """Icinga's user asks the daemon; nobody but root and the daemon reads a password."""
    machine = trial.machine
    for file in (SETTINGS, "/etc/mailquotad/credentials/kim", "/var/lib/mailquotad/mailquotad.sqlite"):
        trial.check(f"another user cannot read {file}", machine.run("cat", file, user="nobody").returncode != 0)
    machine.must("chmod", "644", SETTINGS) # it holds no password
    done = machine.run("mailquotad", "check", "--from-daemon", user="nobody")
    trial.check("check --from-daemon works as another user who reads the settings and no password", done.returncode == 2,
                (done.stdout or done.stderr).splitlines()[1:2])


def reload(trial: Trial) -> None:
    """SIGHUP through the service manager, with good and with broken settings."""
    machine, before = trial.machine, trial.machine.process()
    trial.configure(more=ALEX)
    trial.check("reload is accepted", lambda: machine.must("systemctl", "reload", UNIT))
    trial.settle("a new mailbox is watched after a reload", lambda: "2 mailboxes" in trial.status())
    trial.configure(more=ALEX + "colour = 3\n")
    machine.run("systemctl", "reload", UNIT)
    trial.settle("broken settings are told in the log", lambda: "the old ones stay in force" in machine.journal())
    trial.settle("and as a metric", lambda: trial.metric("config_last_reload_successful 0"))
    trial.check("and the old settings stay in force", machine.show("ActiveState") == "active" and "2 mailboxes" in trial.status())
    trial.configure()
    machine.must("systemctl", "reload", UNIT)
    trial.settle("a mailbox taken out vanishes", lambda: "1 mailbox," in trial.status() and 'alex' not in trial.get("/metrics"))
    trial.check("all that by the same process", machine.process() == before)


def modules(trial: Trial) -> None:
    """What only a webhook needs comes with one, as closely confined as the unit is."""
    machine = trial.machine

    def held() -> str:
        return machine.must("cat", f"/proc/{machine.process()}/maps")

    trial.check("without a webhook it holds no libcurl, and no libpq", not re.search("libcurl|libpq", held()))
    trial.configure(more=WEBHOOK)
    machine.must("systemctl", "reload", UNIT)
    trial.settle("with one it loads libcurl", lambda: "/mailquotad-http.so" in held() and "libcurl" in held())
    trial.configure()
    machine.must("systemctl", "reload", UNIT)


def stop(trial: Trial) -> None:
    """While servers say nothing."""
    machine = trial.machine
    machine.must("pkill", "-STOP", "-x", "dovecot|imap-login|chasquid")
    machine.must("systemctl", "restart", UNIT)
    began = time.monotonic()
    machine.must("systemctl", "stop", UNIT)
    took = time.monotonic() - began
    trial.check("it stops within 10 s while no server answers", took < 10 and machine.show("Result") == "success", f"{took:.1f} s")
    machine.must("pkill", "-CONT", "-x", "dovecot|imap-login|chasquid")
    machine.must("systemctl", "start", UNIT)
    trial.settle("and starts again", lambda: "last round" in trial.status())


def crash(trial: Trial) -> None:
    """SIGKILL, and a loop that hangs."""
    machine = trial.machine
    before = machine.send("KILL")
    trial.settle("it is started again after a crash", lambda: machine.process() not in (0, before)
                 and machine.show("ActiveState") == "active", 30)
    hung = machine.send("STOP")
    say("a loop that hangs: waiting for the watchdog")
    trial.settle("the watchdog ends a loop that hangs, and it is started again",
                 lambda: machine.process() not in (0, hung) and machine.show("ActiveState") == "active", 240)
    trial.check("the journal names the watchdog", "Watchdog timeout" in machine.journal() or "watchdog" in machine.journal())
    trial.check("a dump of the hung process was not written",
                not list(machine.path("/var/lib/systemd/coredump").glob("*")) and "dumped core" not in machine.journal())
    trial.settle("it measures again", lambda: "last round" in trial.status())
    trial.check("the owner was not told twice", len(trial.mails(OWNER)) == 1)


def journal(trial: Trial) -> None:
    """Nothing of the settings that is a person's or a secret."""
    text = trial.machine.must("journalctl", "--no-pager", "--output=verbose")
    ours = trial.machine.must("journalctl", "--no-pager", "--output=json", f"--unit={UNIT}")
    trial.check("no password is in the journal", not any(password in text for password in (*PASSWORDS.values(), CHANGED)))
    told = [line for line in ours.splitlines() if any(address in line for address in (KIM, OWNER, WEBMASTER))]
    trial.check("no address is in the daemon's journal", not told, "".join(told)[:1000])
    lines = trial.machine.journal().splitlines()
    trial.check("the journal is quiet", len(lines) < 200, f"{len(lines)} lines")


def upgrade(trial: Trial) -> None:
    """Over a database of the first release, with changed files in /etc."""
    machine, edited = trial.machine, 'MAILQUOTAD_OPTIONS="--log-level debug"\n'
    settings = machine.path(SETTINGS).read_text()
    machine.must("systemctl", "stop", UNIT)
    samples = make_older(machine.path("/var/lib/mailquotad/mailquotad.sqlite"))
    machine.write("/etc/default/mailquotad", edited)
    for number in (2, 3):
        package = newer(trial.package, f"0.1.0-1~deb99+{number}")
        package.rename(machine.path(f"/srv/newer{number}.deb"))
    install_package(trial, "/srv/newer2.deb")
    trial.check("an upgrade does not start what was stopped", machine.show("ActiveState") == "inactive")
    machine.must("systemctl", "start", UNIT)
    trial.settle("it works on a database of the first release", lambda: "1 mailbox, 1 urgent, last round" in trial.status())
    shown = machine.must("mailquotad", "history", "--format", "csv", KIM).splitlines()
    trial.check("and keeps its measurements", len(shown) > samples > 0, f"{samples} measurements")
    trial.check("and whom it told", len(trial.mails(OWNER)) == 1)
    before = machine.process()
    install_package(trial, "/srv/newer3.deb")
    trial.settle("an upgrade starts again what was running", lambda: machine.process() not in (0, before)
                 and machine.show("ActiveState") == "active", 30)
    trial.check("a changed /etc/default/mailquotad is kept", machine.path("/etc/default/mailquotad").read_text() == edited)
    trial.check("settings and passwords are kept", machine.path(SETTINGS).read_text() == settings
                and machine.path("/etc/mailquotad/credentials/kim").exists())


def remove(trial: Trial) -> None:
    """Removal keeps, purge does not."""
    machine = trial.machine
    machine.must("apt-get", "-qq", "remove", "-y", "mailquotad")
    trial.check("removal stops it", machine.run("pgrep", "-x", "mailquotad").returncode != 0)
    trial.check("removal keeps settings, passwords and measurements", all(machine.path(file).exists() for file in (
        SETTINGS, "/etc/mailquotad/credentials/kim", "/var/lib/mailquotad/mailquotad.sqlite")))
    machine.must("apt-get", "-qq", "purge", "-y", "mailquotad")
    trial.check("a purge removes the user", machine.run("getent", "passwd", "mailquotad").returncode != 0)
    left = machine.must("find", "/", "-xdev", "-iname", "*mailquotad*", "-not", "-path", "/proc/*", "-not", "-path",
                        "/srv/*", "-not", "-path", "/tmp/*", "-not", "-path", "/var/cache/apt/*").split()
    trial.check("a purge leaves no file", not left, " ".join(left))
    trial.check("and no failed unit", "mailquotad" not in machine.run("systemctl", "--failed").stdout)


CHECKS = (install, setup, encrypted, first_start, hardening, other_users, reload, modules, stop, crash, journal, upgrade, remove)


def run_checks(roots: Roots, package: Path) -> int:
    """Boots the second root and goes through all checks; the exit status."""
    root = prepared_root(roots, package)
    say("booting")
    with Machine(root) as machine:
        trial = Trial(machine, package)
        trial.start_world()
        for step in CHECKS:
            say(step.__name__.replace("_", " "))
            if not trial.goes_through(step):
                break
    print(f"\n{trial.passed} passed, {len(trial.failed)} failed" + "".join(f"\n  {name}" for name in trial.failed))
    return 1 if trial.failed else 0
