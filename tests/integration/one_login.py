"""Mailboxes that are read by one login for all of them, a master user's."""

from pathlib import Path

from support import CLUB, MIB, ServerTest, Settings, server

MASTER = "warden"


class OneLogin(ServerTest):
    """A Dovecot with a mailbox each that is nearly full, half empty and full."""

    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add_master(MASTER, "of all")
        for name, share in (("kim", 0.86), ("uli", 0.4), ("ute", 0.96)):
            cls.dovecot.add(f"{name}@{CLUB}", f"{name}'s own", storage=20 * MIB)
            cls.dovecot.fill_to(f"{name}@{CLUB}", share)

    def of_one_login(self, folder: Path, interval: str, *, username: str = f"{{address}}*{MASTER}",
                     authorize_as: str = "", password: str = "of all") -> Settings:
        """Settings without a mailbox, whose server "club" has that login."""
        settings = Settings(folder, {}, [], poll=(f'interval = "{interval}"',))
        settings.servers["club"] = server(
            self.dovecot, f'username = "{username}"', f'authorize_as = "{authorize_as}"',
            f"password = {settings.password_file('master', password)}")
        settings.write()
        return settings
