"""The examples of reverse proxies work as they are: nginx and Caddy with TLS and a password before a real daemon."""

import unittest
import urllib.error
import urllib.request

from support import CLUB, MIB, Mailbox, Running, ServerTest, private_folder

from servers.proxies import Caddy, Nginx, Proxy

KIM = Mailbox(f"kim@{CLUB}", "pw")


class Proxies(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(KIM.address, "pw", storage=20 * MIB)
        cls.dovecot.fill_to(KIM.address, 0.5)

    def setUp(self) -> None:
        pass  # one daemon for all tests

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.folder = private_folder("settings")
        settings = cls.settings(cls, KIM, http_lines=['hosts = ["quota.verein.example"]'])
        cls.running = Running(settings)
        cls.running.__enter__()
        cls.addClassCleanup(cls.running.__exit__)
        cls.running.wait_until_ready()

    def see_the_page(self, proxy: Proxy, prefix: str) -> None:
        """What is the same behind each proxy."""
        status, headers, _ = proxy.ask(prefix, login=False)
        self.assertEqual(status, 401)
        self.assertIn("basic", headers["www-authenticate"].lower())
        status, headers, page = proxy.ask(prefix)
        self.assertEqual(status, 200, page)
        self.assertIn("<h1>Mailboxes</h1>", page)
        self.assertIn('href="mailbox/kim"', page)
        self.assertIn("default-src 'none'", headers["content-security-policy"])
        self.assertEqual(headers["x-frame-options"], "DENY")
        self.assertEqual(headers["cache-control"], "no-store")
        self.assertEqual(proxy.ask(f"{prefix}mailbox/kim")[0], 200)
        self.assertEqual(proxy.ask(f"{prefix}?state=ok&sort=level")[0], 200)
        self.assertTrue(proxy.ask(f"{prefix}mailboxes.csv")[2].startswith("slug,"))
        self.assertIn(".level", proxy.ask(f"{prefix}style.css")[2])
        self.assertEqual(proxy.ask(f"{prefix}metrics")[0], 404)
        self.assertIn(proxy.ask(prefix, method="POST")[0], (403, 405))
        self.assertEqual(proxy.ask(prefix, host="quota.verein.example")[0], 200)

    def test_nginx_shows_the_page_under_a_name_of_its_own_and_below_a_path(self) -> None:
        with Nginx(self.dovecot.authority, self.running.settings.http) as nginx:
            self.see_the_page(nginx, "/")
            self.see_the_page(nginx, "/postfach/")
            self.assertIn("max-age", nginx.ask("/")[1]["strict-transport-security"])
            status, headers, _ = nginx.ask("/postfach", login=False)
            self.assertEqual((status, headers["location"].endswith("/postfach/")), (301, True))
            self.assertEqual(nginx.ask("/", host="evil.example")[0], 421)
            self.assertEqual(self.redirected(nginx.plain), "https://localhost/x")

    def test_caddy_shows_the_page_under_a_name_of_its_own(self) -> None:
        with Caddy(self.dovecot.authority, self.running.settings.http) as caddy:
            self.see_the_page(caddy, "/")
            self.assertIn("max-age", caddy.ask("/")[1]["strict-transport-security"])

    def test_a_name_that_is_not_in_the_settings_is_turned_away(self) -> None:
        for host, status in (("quota.verein.example", 200), ("QUOTA.verein.example:443", 200), ("evil.example", 421)):
            request = urllib.request.Request(self.running.url + "/healthz", headers={"Host": host})
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    self.assertEqual(answer.status, status)
            except urllib.error.HTTPError as error:
                self.assertEqual(error.code, status)

    @staticmethod
    def redirected(port: int) -> str:
        """Where a request without TLS is sent to."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: object) -> None:
                return None

        try:
            urllib.request.build_opener(Stay).open(f"http://127.0.0.1:{port}/x", timeout=10)
        except urllib.error.HTTPError as error:
            return error.headers["Location"]
        return ""


if __name__ == "__main__":
    unittest.main()
