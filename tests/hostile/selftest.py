#!/usr/bin/env python3
"""Proves that the servers do what the table says, with clients that have nothing to do with the program under test."""

import base64
import imaplib
import socket
import ssl
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hostile import acts, program, text_cases, tls_cases  # noqa: E402
from hostile.case import Case  # noqa: E402
from hostile.dialogue import FOLDERS, PASSWORD, USER, Dialogue  # noqa: E402
from hostile.wire import Listener, server_context  # noqa: E402
from servers.ca import Authority  # noqa: E402


def talk(port: int, text: bytes = b"", limit: int = 1 << 30) -> bytes:
    """Says this, then reads until the end or so many bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(text)
        got = b""
        while len(got) < limit:
            try:
                data = connection.recv(1 << 20)
            except ConnectionResetError:
                break
            if not data:
                break
            got += data
        return got


class Good(unittest.TestCase):
    """The well-behaved server, as Python's own client sees it."""

    def test_answers_the_measuring_commands(self):
        with Listener(Dialogue()) as server, imaplib.IMAP4("127.0.0.1", server.port) as client:
            self.assertEqual(client.login(USER, PASSWORD)[0], "OK")
            self.assertEqual(client.getquotaroot("INBOX")[1][1], [b'"User quota" (STORAGE 512 1024 MESSAGE 6 1000)'])
            self.assertEqual(client.list()[1][1], b'(\\HasNoChildren \\Sent) "/" "Sent"')
            client.logout()
            self.assertEqual(server.errors, [])

    def test_refuses_a_wrong_password(self):
        with Listener(Dialogue()) as server, imaplib.IMAP4("127.0.0.1", server.port) as client:
            with self.assertRaisesRegex(imaplib.IMAP4.error, "AUTHENTICATIONFAILED"):
                client.login(USER, "wrong")

    def test_takes_plain_with_and_without_an_initial_response_and_answers_a_pipeline(self):
        token = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())
        batch = b'2 GETQUOTAROOT INBOX\r\n3 LIST "" "*" RETURN (STATUS (MESSAGES SIZE))\r\n4 LOGOUT\r\n'
        for login in (b"1 AUTHENTICATE PLAIN " + token, b"1 AUTHENTICATE PLAIN\r\n" + token):
            with Listener(Dialogue()) as server:
                got = talk(server.port, login + b"\r\n" + batch)
            self.assertEqual([tag in got for tag in (b"1 OK", b"2 OK", b"3 OK", b"4 OK")], [True] * 4, got)
            self.assertIn(b'* STATUS "Sent" (MESSAGES 2 SIZE 220000)', got)


class Tls(unittest.TestCase):
    """The servers with certificates, as Python's own TLS sees them."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="hostile-")
        cls.authority = Authority(Path(cls.folder.name) / "ca")
        cls.stranger = Authority(Path(cls.folder.name) / "stranger", "another CA")
        cls.client = ssl.create_default_context(cafile=cls.authority.certificate)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_logs_in_over_implicit_tls_and_over_starttls(self):
        good = self.authority.good()
        context = server_context(good.certificate, good.key)
        with Listener(Dialogue(), tls=context) as server, \
                imaplib.IMAP4_SSL("localhost", server.port, ssl_context=self.client) as client:
            self.assertEqual(client.login(USER, PASSWORD)[0], "OK")
        with Listener(Dialogue(starttls=context)) as server, imaplib.IMAP4("localhost", server.port) as client:
            client.starttls(self.client)
            self.assertEqual(client.login(USER, PASSWORD)[0], "OK")

    def test_each_bad_server_is_refused_by_a_client_that_verifies(self):
        for name, context, host, _ in tls_cases.contexts(self):
            with Listener(Dialogue(), tls=context) as server, self.assertRaises(ssl.SSLError, msg=name):
                imaplib.IMAP4_SSL(host, server.port, ssl_context=self.client)

    def test_the_old_servers_talk_to_old_clients(self):
        good = self.authority.good()
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            server_side = server_context(good.certificate, good.key, only=version)
            old = ssl.create_default_context(cafile=self.authority.certificate)
            old.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                old.minimum_version = ssl.TLSVersion.TLSv1
            with Listener(Dialogue(), tls=server_side) as server, \
                    imaplib.IMAP4_SSL("localhost", server.port, ssl_context=old) as client:
                self.assertEqual(client.sock.version(), version.name.replace("_", "."))

    def test_can_end_anywhere_in_the_handshake(self):
        good = self.authority.good()
        context = server_context(good.certificate, good.key)
        for count in (0, 300, 700):
            with Listener(lambda session, count=count: session.cut_tls(context, count, tls_cases.GREETING)) as server, \
                    self.assertRaises((ssl.SSLError, OSError)):
                imaplib.IMAP4_SSL("localhost", server.port, ssl_context=self.client)
            self.assertEqual(server.sessions[0].sent, count)

    def test_notices_a_credential(self):
        with Listener(Dialogue()) as server:
            talk(server.port, f"1 LOGIN {USER} {PASSWORD}\r\n2 LOGOUT\r\n".encode())
            self.assertEqual(len(program.judge_secrecy(server)), 2)
            token = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())
        with Listener(Dialogue()) as server:
            talk(server.port, b"1 AUTHENTICATE PLAIN " + token + b"\r\n2 LOGOUT\r\n")
            self.assertEqual(len(program.judge_secrecy(server)), 2)
        with Listener(Dialogue()) as server:
            talk(server.port, b"1 CAPABILITY\r\n2 LOGOUT\r\n")
            self.assertEqual(program.judge_secrecy(server), [])


class Acts(unittest.TestCase):
    """The bad habits, on a plain socket."""

    def test_cuts_a_dialogue_at_the_byte(self):
        def script(session):
            session.budget = 17
            Dialogue()(session)

        with Listener(script) as server:
            self.assertEqual(talk(server.port), b"* OK [CAPABILITY ")

    def test_sends_as_much_as_it_says(self):
        for act, least in ((acts.endless(b"* OK\r\n"), 1 << 24), (acts.endless(b'* LIST () "" "%d"\r\n'), 1 << 22),
                           (acts.long_line(20_000_000, b"* OK "), 19_000_000),
                           (acts.nested(2_000_000, b"* FLAGS ", close=False), 2_000_000)):
            with Listener(Dialogue(acts={"greeting": act})) as server:
                self.assertGreaterEqual(len(talk(server.port, limit=least)), least)
            self.assertEqual(server.errors, [])

    def test_ends_and_resets(self):
        for act in (acts.end, acts.reset):
            with Listener(Dialogue(acts={"greeting": act})) as server:
                self.assertEqual(talk(server.port), b"")

    def test_silence_and_dripping_end_with_the_client_or_with_the_server(self):
        for act in (acts.silence, acts.drip(b"* OK", 0.01), acts.then_silence(b"* OK")):
            with Listener(Dialogue(acts={"greeting": act})) as server:
                with socket.create_connection(("127.0.0.1", server.port)):
                    pass
                with socket.create_connection(("127.0.0.1", server.port)):
                    pass
            self.assertEqual(server.errors, [])


class Judges(unittest.TestCase):
    """The verdicts: each breach is seen."""

    def judge(self, kinds, **changes):
        case = Case("", lambda: None, program.plain, frozenset(kinds), wrong_words=("why",))
        failed = {"failure": {"kind": "limit", "detail": "why"}, "stage": None, "quota": [], "folders": []}
        return len(case.judge_hostile(failed | changes))

    def test_a_failure_has_the_right_kind_the_right_words_and_no_numbers(self):
        self.assertEqual(self.judge({"limit"}), 0)
        self.assertGreater(self.judge({"timeout"}), 0)
        self.assertGreater(self.judge({"limit"}, stage="ok"), 0)
        self.assertGreater(self.judge({"limit"}, folders=[{"name": "INBOX"}]), 0)
        self.assertGreater(self.judge({"limit"}, failure={"kind": "limit", "detail": "because"}), 0)

    def test_a_success_has_the_numbers_that_were_sent(self):
        quota = [{"root": "User quota", "resource": "STORAGE", "used": 512 << 10, "limit": 1024 << 10, "unit": "bytes"}]
        folders = [{"name": name.decode(), "role": role, "messages": count, "size_bytes": size}
                   for (name, _, count, size), role in zip(FOLDERS, ("inbox", "sent", "trash"))]
        good = {"failure": None, "stage": "ok", "limit_source": "server", "quota": quota, "folders": folders}
        self.assertEqual(self.judge({"good"}, **good), 0)
        self.assertGreater(self.judge({"limit"}, **good), 0)
        self.assertGreater(self.judge({"good"}, **(good | {"quota": [quota[0] | {"used": 1}]})), 0)
        self.assertGreater(self.judge({"good"}, **(good | {"folders": folders[1:]})), 0)
        untold = good | {"stage": None, "limit_source": "not_told", "quota": []}
        self.assertEqual(self.judge({"not_told"}, **untold), 0)
        self.assertGreater(self.judge({"not_told", "good"}, **(untold | {"stage": "ok"})), 0)

    def test_dangerous_outputs_are_seen(self):
        self.assertEqual(text_cases.judge_harmless("", "größe \\x1b\n│ 50 %\n".encode()), [])
        invisible = [char.encode() for char in "\u202e\u200b\u2028"]
        for bad in (b"\x1b[31m", b"\r", b"\x00", b"\xff", b"\x7f", *invisible):
            self.assertEqual(len(text_cases.judge_harmless("", bad)), 1, bad)
        self.assertEqual(text_cases.judge_nagios(b"OK - fine | 'kim'=1B;2;3\n", 1), [])
        self.assertGreater(len(text_cases.judge_nagios(b"OK - fine | used=1B;2;3 'x'=9 | 'kim'=1B\n", 1)), 0)
        self.assertGreater(len(text_cases.judge_nagios(b"UNKNOWN - red | used=1;2;3\n", 1)), 0)


if __name__ == "__main__":
    unittest.main()
