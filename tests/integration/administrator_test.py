"""A real Cyrus whose administrator asks for every quota over one connection; `check` and `run`."""

import shutil
import unittest

from support import CLUB, Authority, Running, ServerTest, Settings, private_folder, quoted

from servers.cyrus import ADMINISTRATOR, Cyrus

ROOTS = {"/": "user{separator}{local_part}", ".": "user{separator}{local_part}"}


class Administrator(ServerTest):
    @classmethod
    def setUpClass(cls) -> None:
        files = private_folder("ca")
        cls.addClassCleanup(shutil.rmtree, files, ignore_errors=True)
        authority = Authority(files)
        cls.cyrus = {}
        for separator in ROOTS:
            cls.cyrus[separator] = cyrus = Cyrus(authority, separator=separator)
            cls.addClassCleanup(cyrus.stop)
            cyrus.start()
            cyrus.add("kim", 100)
            cyrus.fill("kim", 85 * 1024)
            cyrus.add("uli", 5000)
            cyrus.add("free")

    def members(self, *names: str, separator: str = "/", password: str = "of all", **changes: object) -> Settings:
        """Settings with these mailboxes of one Cyrus, none of which has a password."""
        cyrus = self.cyrus[separator]
        settings = Settings(self.folder, {}, [], **changes)
        place = settings.password_file("administrator", password)
        settings.servers["club"] = [
            f'imap = "imaps://localhost:{cyrus.imaps}"', f"ca_file = {quoted(cyrus.authority.certificate)}",
            f'quota_administrator = {{ username = "{ADMINISTRATOR}", password = {place}, root = "{ROOTS[separator]}" }}']
        settings.write()
        with settings.file.open("a") as file:
            for name in names:
                file.write(f'\n[[mailbox]]\naddress = "{name}@{CLUB}"\nslug = "{name.replace(".", "-")}"\nserver = "club"\n')
        return settings

    def test_every_mailbox_has_its_own_answer(self) -> None:
        for separator in ROOTS:
            with self.subTest(separator):
                code, (kim, uli, free, gone) = self.check(self.members("kim", "uli", "free", "gone", separator=separator))
                self.assertEqual(code, 1)
                self.assertEqual([box["stage"] for box in (kim, uli, free, gone)], ["warning", "ok", "ok", None])
                root = f"user{separator}kim"
                self.assertEqual([(item["root"], item["resource"], item["limit"]) for item in kim["quota"]],
                                 [(root, "STORAGE", 102400)])
                self.assertEqual((free["limit_source"], free["quota"]), ("none", []))
                self.assertEqual(gone["failure"]["kind"], "protocol")
                self.assertIn("Mailbox does not exist", gone["failure"]["detail"])
                self.assertEqual([box["folders"] for box in (kim, uli, free, gone)], [[]] * 4)
                self.assertEqual(len({box["cost"]["round_trips"] for box in (kim, uli, free, gone)}), 1)

    def test_a_full_stop_in_a_name_never_asks_about_somebody_elses_folder(self) -> None:
        box = self.check_one(self.members("kim.muster", separator="."))[1]
        self.assertEqual(box["failure"]["kind"], "protocol")
        self.assertIn("separates folders", box["failure"]["detail"])

    def test_a_wrong_password_is_tried_once_for_all_and_then_rests(self) -> None:
        settings = self.members("kim", "uli", "free", password="wrong")
        for detail in ("", "not tried again before"):
            code, boxes = self.check(settings)
            self.assertEqual(code, 3)
            for box in boxes:
                self.assertEqual(box["failure"]["kind"], "login_refused")
                self.assertIn(detail, box["failure"]["detail"])
        settings.password_file("administrator", "of all")
        self.assertEqual([box["stage"] for box in self.check(settings)[1]], ["warning", "ok", "ok"])

    def test_the_daemon_measures_all_of_them_over_one_connection(self) -> None:
        with Running(self.members("kim", "uli", "free")) as running:
            running.wait_until_ready()
            self.assertEqual(running.metric("mailbox_stage", 'mailbox="kim"', 'stage="warning"'), 1)
            self.assertEqual(running.metric("mailbox_limit_bytes", 'mailbox="uli"'), 5000 * 1024)
            self.assertEqual(running.metric("probe_success", 'mailbox="free"'), 1)
            self.assertIsNone(running.metric("mailbox_messages", 'mailbox="kim"'))

    def test_a_server_that_is_gone_is_one_line_in_the_log(self) -> None:
        settings = self.members("kim", "uli", "free")
        text = settings.file.read_text()
        settings.file.write_text(text.replace(f"localhost:{self.cyrus['/'].imaps}", "localhost:1"))
        with Running(settings) as running:
            running.wait_until_ready()
            lines = [line for line in running.log.read_text().splitlines() if "connect" in line]
            self.assertEqual(len(lines), 1, lines)
            self.assertIn("server club", lines[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
