"""`mailquotad check` against a real Dovecot: settings file and bare URL, three formats, exit codes, numbers."""

import unittest

from support import CLUB, MIB, Mailbox, ServerTest, mailquotad, quoted

OK, WARN, URGENT, NONE = (f"{name}@{CLUB}" for name in ("ok", "warn", "urgent", "none"))


class Check(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(OK, "pw", storage=60 * MIB, messages=20_000)
        cls.dovecot.add(WARN, "pw", storage=50 * MIB)
        cls.dovecot.add(URGENT, "pw", storage=40 * MIB)
        cls.dovecot.add(NONE, "pw")
        for seed, (address, share) in enumerate(((OK, 0.5), (WARN, 0.86), (URGENT, 0.96))):
            cls.dovecot.fill_to(address, share, seed=seed)
        cls.dovecot.fill(NONE, 10 * MIB)

    def boxes(self, *addresses: str, password: str = "pw"):
        return self.settings(*(Mailbox(address, password) for address in addresses))

    def code(self, *mailboxes: Mailbox) -> int:
        return self.check(self.settings(*mailboxes))[0]

    def test_numbers_are_those_of_doveadm(self) -> None:
        for mailbox in self.check(self.boxes(OK, WARN, URGENT))[1]:
            with self.subTest(mailbox["address"]):
                told = self.dovecot.quota_get(mailbox["address"])
                quota = {item["resource"]: (item["used"], item["limit"]) for item in mailbox["quota"]}
                self.assertEqual(quota["STORAGE"], told["STORAGE"])
                self.assertEqual(quota.get("MESSAGE", told["MESSAGE"]), told["MESSAGE"])
                folders = {folder["name"]: (folder["messages"], folder["size_bytes"]) for folder in mailbox["folders"]}
                self.assertEqual(folders, self.dovecot.folders(mailbox["address"]))

    def test_stages_reasons_and_roles(self) -> None:
        code, (ok, warn, urgent, none) = self.check(self.boxes(OK, WARN, URGENT, NONE))
        self.assertEqual(code, 2)
        self.assertEqual([box["stage"] for box in (ok, warn, urgent, none)], ["ok", "warning", "urgent", "ok"])
        self.assertEqual([box["limit_source"] for box in (ok, none)], ["server", "none"])
        self.assertIn("used", warn["reasons"])
        self.assertIsNone(none["tightest"])
        self.assertAlmostEqual(warn["tightest"]["used_ratio"], 0.86, places=3)
        roles = {folder["name"]: folder["role"] for folder in ok["folders"]}
        self.assertEqual([roles[name] for name in ("INBOX", "Sent", "Trash", "Junk", "Archive", "Drafts", "Fahrtenbücher")],
                         ["inbox", "sent", "trash", "junk", "archive", "drafts", "other"])

    def test_a_poll_is_one_flight_after_the_login(self) -> None:
        settings = self.boxes(OK)
        self.check(settings)  # learns the shape of the server
        cost = self.check_one(settings)[1]["cost"]
        self.assertLessEqual(cost["round_trips"], 5)
        self.assertLessEqual(cost["commands"], 4)

    def test_exit_codes_go_by_the_worst_in_the_order_2_1_3_0(self) -> None:
        ok, warn, urgent, none = (Mailbox(address, "pw") for address in (OK, WARN, URGENT, NONE))
        unknown = Mailbox(f"wrong@{CLUB}", "no such account")
        self.assertEqual(self.code(ok), 0)
        self.assertEqual(self.code(none), 0)
        self.assertEqual(self.code(ok, warn), 1)
        self.assertEqual(self.code(ok, unknown), 3)
        self.assertEqual(self.code(unknown, warn), 1)
        self.assertEqual(self.code(unknown, urgent, warn), 2)

    def test_mailbox_option_chooses(self) -> None:
        code, mailbox = self.check_one(self.boxes(OK, WARN, URGENT), "--mailbox", WARN)
        self.assertEqual((code, mailbox["address"]), (1, WARN))
        done = mailquotad("check", "--config", self.boxes(OK).file, "--mailbox", "nobody@elsewhere.example")
        self.assertEqual(done.returncode, 3)
        self.assertIn("nobody@elsewhere.example", done.stderr)

    def test_table_names_every_mailbox(self) -> None:
        done = mailquotad("check", "--config", self.boxes(OK, WARN, NONE).file)
        self.assertEqual(done.returncode, 1)
        for text in (OK, WARN, NONE, "warning", "86"):
            self.assertIn(text, done.stdout)

    def test_nagios_gives_state_and_performance_data(self) -> None:
        done = mailquotad("check", "--config", self.boxes(URGENT, OK).file, "--format", "nagios")
        self.assertEqual(done.returncode, 2)
        first = done.stdout.splitlines()[0]
        self.assertIn("CRITICAL", first)
        self.assertIn(f"'{URGENT}'={self.dovecot.quota_get(URGENT)['STORAGE'][0]}B;", done.stdout)

    def test_bare_url_needs_no_settings_file(self) -> None:
        password = self.folder / "password"
        password.write_text("pw\n")
        for scheme, port in (("imaps", self.dovecot.imaps), ("imap+starttls", self.dovecot.imap)):
            with self.subTest(scheme):
                code, mailboxes = self.parse(mailquotad(
                    "check", f"{scheme}://{WARN.replace('@', '%40')}@localhost:{port}", "--password-file", password,
                    "--ca-file", self.dovecot.authority.certificate, "--format", "json",
                    environment={"MAILQUOTAD_CONFIG": str(self.folder / "there is none")}))
                self.assertEqual((code, mailboxes[0]["stage"]), (1, "warning"))
                self.assertEqual(mailboxes[0]["address"], WARN)

    def test_limit_may_come_from_the_command_line(self) -> None:
        password = self.folder / "password"
        password.write_text("pw\n")
        code, mailboxes = self.parse(mailquotad(
            "check", f"imaps://{NONE.replace('@', '%40')}@localhost:{self.dovecot.imaps}", "--password-file", password,
            "--ca-file", self.dovecot.authority.certificate, "--limit", "12MiB", "--format", "json"))
        self.assertEqual(mailboxes[0]["limit_source"], "settings")
        self.assertEqual((code, mailboxes[0]["tightest"]["root"]), (1, ""))

    def test_bad_settings_are_told_and_end_with_3(self) -> None:
        settings = self.boxes(OK)
        settings.file.write_text(settings.file.read_text().replace("interval", "intervall"))
        done = mailquotad("check", "--config", settings.file)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("intervall", done.stderr)
        self.assertIn("interval", done.stderr)
        self.assertEqual(mailquotad("check-config", settings.file).returncode, 78)
        self.assertEqual(mailquotad("run", "--config", settings.file).returncode, 78)

    def test_check_config_accepts_good_settings(self) -> None:
        self.assertEqual(mailquotad("check-config", self.boxes(OK).file).returncode, 0)

    def test_missing_password_file_is_a_credential_failure_of_that_mailbox_alone(self) -> None:
        settings = self.boxes(OK, WARN)
        (settings.folder / f"{OK}.password").unlink()
        code, (broken, good) = self.check(settings)
        self.assertEqual((code, broken["failure"]["kind"], broken["stage"]), (1, "credential", None))
        self.assertIn(f"{OK}.password", broken["failure"]["detail"])
        self.assertEqual(good["stage"], "warning")

    def test_unreachable_server_is_a_connect_failure(self) -> None:
        settings = self.boxes(OK)
        settings.servers["club"] = ['imap = "imaps://localhost:1"', f"ca_file = {quoted(self.dovecot.authority.certificate)}"]
        code, mailbox = self.check_one(settings.write())
        self.assertEqual((code, mailbox["failure"]["kind"], mailbox["quota"]), (3, "connect", []))


class Login(ServerTest):
    mechanisms = ("plain", "login", "cram-md5", "scram-sha-256")

    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(OK, "first", storage=20 * MIB)
        cls.dovecot.add_master("warden", "of all")
        cls.dovecot.fill_to(OK, 0.3)

    def refusals(self) -> int:
        return sum("auth failed" in line.lower() for line in self.dovecot.log.read_text().splitlines())

    def test_every_mechanism(self) -> None:
        for mechanism in ("auto", "plain", "login", "cram-md5", "scram-sha-256"):
            with self.subTest(mechanism):
                settings = self.settings(Mailbox(OK, "first"))
                settings.servers["club"] = [*settings.servers["club"], f'mechanism = "{mechanism}"']
                code, mailbox = self.check_one(settings.write())
                self.assertEqual((code, mailbox["stage"], mailbox["failure"]), (0, "ok", None))

    def test_master_user_reads_on_behalf_of_the_owner(self) -> None:
        code, mailbox = self.check_one(self.settings(
            Mailbox(OK, "of all", lines=['username = "warden"', f'authorize_as = "{OK}"'])))
        self.assertEqual((code, mailbox["stage"]), (0, "ok"))
        self.assertEqual(mailbox["quota"][0]["used"], self.dovecot.quota_get(OK)["STORAGE"][0])

    def test_a_refused_login_is_not_tried_again_until_the_credential_changes(self) -> None:
        settings = self.settings(Mailbox(OK, "not this one"))
        code, mailbox = self.check_one(settings)
        self.assertEqual((code, mailbox["failure"]["kind"], mailbox["stage"]), (3, "login_refused", None))
        refused = self.refusals()
        self.assertEqual(self.check_one(settings)[1]["failure"]["kind"], "login_refused")
        self.assertEqual(self.refusals(), refused)
        self.assertEqual(self.check_one(settings, "--force")[1]["failure"]["kind"], "login_refused")
        self.assertEqual(self.refusals(), refused + 1)
        settings.mailboxes[0].password = "first"
        self.assertEqual(self.check_one(settings.write())[1]["stage"], "ok")


if __name__ == "__main__":
    unittest.main()
