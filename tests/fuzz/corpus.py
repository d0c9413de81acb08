#!/usr/bin/env python3
"""Makes the seed corpus of the IMAP targets from tests/dialogues: corpus.py DIALOGUES OUTPUT."""
import pathlib
import re
import sys

PART = b"\x1e"
MECHANISMS = {"plain": 1, "login": 2, "cram-md5": 3, "scram-sha-1": 4, "scram-sha-256": 5, "xoauth2": 6, "oauthbearer": 7}


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


def main():
    dialogues, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for kind in ("imap_reader", "imap_dialogue"):
        (target / kind).mkdir(parents=True, exist_ok=True)
    for file in sorted(dialogues.glob("*.txt")):
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
        for index, conversation in enumerate(text.split("\nAGAIN\n")):
            choice, data = server_bytes(conversation.split("\nEXPECT\n")[0])
            (target / "imap_reader" / f"{file.stem}-{index}").write_bytes(data.replace(PART, b""))
            (target / "imap_dialogue" / f"{file.stem}-{index}").write_bytes(bytes([choice]) + data)


main()
