#!/usr/bin/env python3
"""Makes the seeds of all targets from the dialogues, the settings and a few SMTP conversations: corpus.py OUTPUT."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PART = b"\x1e"
MECHANISMS = {"plain": 1, "login": 2, "cram-md5": 3, "scram-sha-1": 4, "scram-sha-256": 5, "xoauth2": 6, "oauthbearer": 7}
# What a server of SMTP says, parted where the client writes; behind the byte that chooses TLS and login.
SMTP_GREETING = (b"220 mail.example ESMTP\r\n", b"250-mail.example\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN\r\n")
SMTP_END = (b"250 2.1.0 ok\r\n", b"250 2.1.5 ok\r\n", b"250 2.1.5 ok\r\n", b"354 go on\r\n", b"250 2.0.0 queued\r\n")
SMTP = {
    "plain": (b"\0", *SMTP_GREETING, b"235 2.7.0 ok\r\n", *SMTP_END),
    "login": (b"\0", SMTP_GREETING[0], b"250-mail.example\r\n250 AUTH=LOGIN\r\n", b"334 VXNlcm5hbWU6\r\n",
              b"334 UGFzc3dvcmQ6\r\n", b"235 ok\r\n", *SMTP_END),
    "cram-md5": (b"\0", SMTP_GREETING[0], b"250-mail.example\r\n250 AUTH CRAM-MD5\r\n", b"334 PDFAbWFpbC5leGFtcGxlPg==\r\n",
                 b"235 ok\r\n", *SMTP_END),
    "scram": (b"\0", SMTP_GREETING[0], b"250-mail.example\r\n250 AUTH SCRAM-SHA-256\r\n",
              b"334 cj1hLHM9UVE9PSxpPTQwOTY=\r\n", b"235 ok\r\n"),
    "starttls": (b"\1", SMTP_GREETING[0], b"250-mail.example\r\n250 STARTTLS\r\n", b"220 begin\r\n", SMTP_GREETING[1],
                 b"235 2.7.0 ok\r\n", *SMTP_END),
    "anonymous-refused": (b"\2", *SMTP_GREETING, b"250 ok\r\n", b"452 4.2.2 full\r\n", b"550 5.1.1 nobody\r\n"),
    "refused": (b"\0", *SMTP_GREETING, b"535-5.7.8 wrong\r\n535 5.7.8 password\r\n"),
    "busy": (b"\0", b"421 4.7.0 too many\r\n"),
}


def to_bytes(text):
    """<xNN> stands for one byte, as in the scripts of the tests."""
    raw = text.encode("utf-8", "surrogateescape")
    return re.sub(rb"<x([0-9a-f]{2})>", lambda match: bytes([int(match.group(1), 16)]), raw)


def options(line):
    """The byte that chooses mechanism and TLS."""
    settings = dict(word.split("=", 1) for word in line.split()[1:] if "=" in word)
    return MECHANISMS.get(settings.get("mechanism"), 0) | (8 if settings.get("tls") == "starttls" else 0)


def server_bytes(conversation):
    """What the server sends, its tags filled in, parted where the client writes."""
    output, tags, number, choice, client_wrote = b"", [], 0, 0, False
    for line in conversation.splitlines():
        if line.startswith("SET "):
            choice = options(line)
        elif line.startswith("C:"):
            if line.startswith("C: TAG "):
                number += 1
                tags.append(f"A{number}")
            client_wrote = True
        elif re.match(r"S(~|\*\d+)?:", line):
            text = line.split(":", 1)[1].removeprefix(" ")
            if text.startswith("TAG ") and tags:
                text = tags.pop(0) + text[3:]
            output += (PART if client_wrote else b"") + to_bytes(text) + (b"" if line.startswith("S~") else b"\r\n")
            client_wrote = False
    return choice, output


def dialogues(folder):
    """Name, first byte and server's bytes of every conversation."""
    for file in sorted((ROOT / "tests" / folder).glob("*.txt")):
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
        for index, conversation in enumerate(text.split("\nAGAIN\n")):
            yield f"{file.stem}-{index}", *server_bytes(conversation.split("\nEXPECT\n")[0])


def main():
    target = pathlib.Path(sys.argv[1])

    def write(kind, name, data):
        (target / kind).mkdir(parents=True, exist_ok=True)
        (target / kind / name).write_bytes(data)

    for name, choice, data in dialogues("dialogues"):
        write("imap_reader", name, data.replace(PART, b""))
        write("imap_dialogue", name, bytes([choice]) + data)
    for name, choice, data in dialogues("dialogues-pop3"):
        write("pop3_dialogue", name, bytes([choice]) + data)
    for name, parts in SMTP.items():
        write("smtp_dialogue", name, parts[0] + PART.join(parts[1:]))
    for pattern in ("config/*.toml", "config/providers/*.toml", "tests/bad-settings/*.toml"):
        for file in ROOT.glob(pattern):
            write("settings", "-".join(file.relative_to(ROOT).parts), file.read_bytes())


main()
