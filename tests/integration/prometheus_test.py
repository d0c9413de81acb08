"""A real Prometheus scrapes the daemon, and promtool finds nothing to blame in /metrics."""

import subprocess
import unittest

from support import CLUB, MIB, Mailbox, Prometheus, Running, ServerTest, program

KIM, ARCHIVE = f"kim@{CLUB}", f"archive@{CLUB}"


class Scrape(ServerTest):
    @classmethod
    def prepare(cls) -> None:
        cls.dovecot.add(KIM, "pw", storage=20 * MIB)
        cls.dovecot.add(ARCHIVE, "pw")
        cls.dovecot.fill_to(KIM, 0.86)
        cls.dovecot.fill(ARCHIVE, 2 * MIB)

    def test_prometheus_reads_every_number_as_it_is(self) -> None:
        used = self.dovecot.quota_get(KIM)["STORAGE"][0]
        with Running(self.settings(Mailbox(KIM, "pw"), Mailbox(ARCHIVE, "pw"))) as running:
            running.wait_until_ready()
            with Prometheus(f"127.0.0.1:{running.settings.http}") as prometheus:
                self.assertEqual(prometheus.wait_for("up == 1")[0]["value"][1], "1")
                sample = prometheus.wait_for('mailquotad_mailbox_used_bytes{mailbox="kim"}')[0]
                self.assertEqual((int(float(sample["value"][1])), sample["metric"]["server"]), (used, "club"))
                ratio = prometheus.query('mailquotad_mailbox_used_ratio{mailbox="kim"}')[0]["value"][1]
                self.assertAlmostEqual(float(ratio), 0.86, places=3)
                self.assertEqual(prometheus.query('mailquotad_mailbox_used_ratio{mailbox="archive"}'), [])
                stage = prometheus.query('mailquotad_mailbox_stage{mailbox="kim"} == 1')
                self.assertEqual([row["metric"]["stage"] for row in stage], ["warning"])
                self.assertEqual(prometheus.target()["lastError"], "")

    def test_promtool_finds_nothing_to_blame(self) -> None:
        with Running(self.settings(Mailbox(KIM, "pw"))) as running:
            running.wait_until_ready()
            done = subprocess.run([program("promtool"), "check", "metrics"], input=running.get("/metrics")[1], text=True,
                                  capture_output=True)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
