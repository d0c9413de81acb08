"""The configuration of a Dovecot that runs as one ordinary user: for 2.3 (Debian 12) and for 2.4 (Debian 13).

The two share no syntax: 2.4 refuses the other's first line. Every service runs as the same user and without chroot,
since only root may do better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .ca import Certificate
from .processes import Account

SPECIAL_USE = ("Drafts", "Sent", "Trash", "Junk", "Archive")
_SPECIAL_USE_2_3 = r"\{}"
_SPECIAL_USE_2_4 = r'"\\{}"'


@dataclass
class Config:
    """What a Dovecot is told; paths without a space."""

    folder: Path  # private folder: sockets, passwords, mail
    account: Account
    certificate: Certificate
    imap: int
    imaps: int
    pop3: int
    pop3s: int
    mechanisms: Sequence[str] = ("plain", "login")
    tls_minimum: str = "TLSv1.2"
    tls: bool = True  # False: neither TLS ports nor STARTTLS, and passwords in plain text
    connections_per_user: int = 100


def _mailboxes(special_use: str) -> str:
    """The folders that every account has; `special_use` is how this version writes the attribute of a name."""
    return "\n".join(f"  mailbox {name} {{\n    auto = subscribe\n    special_use = {special_use.format(name)}\n  }}"
                     for name in SPECIAL_USE)


def _services(config: Config) -> str:
    """The part that both versions understand."""
    tls_ports = "" if config.tls else "0"
    return f"""
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {config.imap}
  }}
  inet_listener imaps {{
    port = {tls_ports or config.imaps}
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {config.pop3}
  }}
  inet_listener pop3s {{
    port = {tls_ports or config.pop3s}
  }}
}}
# Without this a wrong password makes every later login from this machine wait up to 15 s.
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener auth-chasquid-userdb {{
    mode = 0600
  }}
  unix_listener auth-chasquid-client {{
    mode = 0600
  }}
}}
service auth-worker {{
  user = {config.account.user}
}}
service lmtp {{
  user = {config.account.user}
  unix_listener lmtp {{
    mode = 0600
  }}
}}
"""


def _common(config: Config) -> str:
    account, folder = config.account, config.folder
    return f"""base_dir = {folder}/run
state_dir = {folder}/state
instance_name = {folder.name}
log_path = {folder}/dovecot.log
listen = 127.0.0.1
default_internal_user = {account.user}
default_internal_group = {account.group}
default_login_user = {account.user}
mail_uid = {account.uid}
mail_gid = {account.gid}
first_valid_uid = 1
first_valid_gid = 1
auth_master_user_separator = *
auth_mechanisms = {" ".join(config.mechanisms)}
auth_failure_delay = 1 secs
ssl = {"yes" if config.tls else "no"}
ssl_min_protocol = {config.tls_minimum}
"""


def text_2_3(config: Config) -> str:
    """dovecot.conf for Dovecot 2.3."""
    folder = config.folder
    return f"""{_common(config)}protocols = imap pop3 lmtp
disable_plaintext_auth = {"yes" if config.tls else "no"}
ssl_cert = <{config.certificate.certificate}
ssl_key = <{config.certificate.key}
mail_location = maildir:{folder}/mail/%u
mail_plugins = quota
mail_max_userip_connections = {config.connections_per_user}
protocol imap {{
  mail_plugins = quota imap_quota
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
}}
passdb {{
  driver = passwd-file
  master = yes
  args = {folder}/masters
}}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
  default_fields = home={folder}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
{_mailboxes(_SPECIAL_USE_2_3)}
}}
{_services(config)}"""


def text_2_4(config: Config) -> str:
    """dovecot.conf for Dovecot 2.4."""
    folder = config.folder
    return f"""dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
{_common(config)}protocols {{
  imap = yes
  pop3 = yes
  lmtp = yes
}}
auth_allow_cleartext = {"no" if config.tls else "yes"}
ssl_server_cert_file = {config.certificate.certificate}
ssl_server_key_file = {config.certificate.key}
mail_driver = maildir
mail_path = {folder}/mail/%{{user}}
mail_home = {folder}/home/%{{user}}
mail_plugins {{
  quota = yes
}}
protocol imap {{
  mail_max_userip_connections = {config.connections_per_user}
  mail_plugins {{
    imap_quota = yes
  }}
}}
quota "User quota" {{
}}
passdb masters {{
  driver = passwd-file
  master = yes
  passwd_file_path = {folder}/masters
}}
passdb users {{
  driver = passwd-file
  passwd_file_path = {folder}/users
}}
userdb users {{
  driver = passwd-file
  passwd_file_path = {folder}/users
}}
namespace inbox {{
  inbox = yes
  separator = /
{_mailboxes(_SPECIAL_USE_2_4)}
}}
{_services(config)}"""
