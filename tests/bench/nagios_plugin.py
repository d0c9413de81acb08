"""Debian's check_imap_quota, unpacked into the build folder with the Perl modules it needs; nothing is installed."""

import os
import shutil
import subprocess
from pathlib import Path

from servers.packages import SOURCE, program

PACKAGES = ("monitoring-plugins-contrib", "libmail-imapclient-perl", "libparse-recdescent-perl",
            "libio-socket-ssl-perl", "libnet-ssleay-perl", "perl-openssl-defaults", "libnet-libidn-perl")
FOLDER = SOURCE / "build" / "packages" / "check-imap-quota"


def plugin() -> Path:
    """The plugin; fetches it the first time. CalledProcessError with apt's words when that fails."""
    script = FOLDER / "usr" / "lib" / "nagios" / "plugins" / "check_imap_quota"
    if not script.exists():
        new = FOLDER.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        # As root apt would rather download as a user who may not write here.
        subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", *PACKAGES], cwd=new, check=True)
        for package in sorted(new.glob("*.deb")):
            subprocess.run(["dpkg", "-x", package, new], check=True)
            package.unlink()
        new.rename(FOLDER)
    return script


def environment(ca_file: Path) -> dict[str, str]:
    """Where its modules are and whom it trusts."""
    share = FOLDER / "usr" / "share" / "perl5"
    native = sorted((FOLDER / "usr" / "lib").glob("*/perl5/*"))
    return {"PERL5LIB": os.pathsep.join(map(str, [share, *native])), "SSL_CERT_FILE": str(ca_file)}


def command(port: int, user: str, password: str) -> list[str]:
    """Its call for one mailbox, over TLS."""
    return [program("perl"), str(plugin()), "-H", "localhost", "-p", str(port), "-U", user, "-P", password, "--ssl"]
