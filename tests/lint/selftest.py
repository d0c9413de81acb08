#!/usr/bin/env python3
"""Proves for every lint that it passes a good tree and fails on each kind of breach."""

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

import format_lint
import include_lint
import size_lint
import text_lint

HERE = os.path.dirname(os.path.abspath(__file__))


class Tree(unittest.TestCase):
    """A small tree in a folder of its own."""

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="lint-")
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def run_as_command(self, lint):
        return subprocess.run([sys.executable, os.path.join(HERE, lint), self.root], capture_output=True,
                              text=True, check=False)


class IncludeLint(Tree):
    def breaches(self):
        return include_lint.lint(self.root)[0]

    def assert_one(self, text):
        found = self.breaches()
        self.assertEqual(len(found), 1, found)
        self.assertIn(text, found[0])

    def setUp(self):
        super().setUp()
        self.write("daemon/core/time.h", "#include <chrono>\n")
        self.write("daemon/os/clock.h", '#include "core/time.h"\n#include <time.h>\n')
        self.write("daemon/net/transport.h", '#include "os/clock.h"\n#include <libetpan/mailstream.h>\n')
        self.write("daemon/imap/probe.cpp", '#include "net/transport.h"\n#include "core/time.h"\n')
        self.write("daemon/store/database.cpp", '#include <soci/soci.h>\n#include "core/time.h"\n')
        self.write("daemon/store/rows.h", "")
        self.write("daemon/main.cpp", '#include "app/command.h"\n')
        self.write("daemon/app/command.h", '#include "imap/probe.h"\n#include "store/rows.h"\n')
        self.write("daemon/imap/probe.h", "")

    def test_passes_the_edges_of_the_design(self):
        self.assertEqual(self.breaches(), [])
        self.assertEqual(self.run_as_command("include_lint.py").returncode, 0)

    def test_fails_on_an_edge_that_is_not_allowed(self):
        self.write("daemon/imap/bad.cpp", '#include "store/rows.h"\n')
        self.assert_one("daemon/imap/bad.cpp:1: imap may not include store")
        self.assertEqual(self.run_as_command("include_lint.py").returncode, 1)

    def test_fails_on_an_edge_back_into_app(self):
        self.write("daemon/observe/bad.cpp", '\n#include "app/command.h"\n')
        self.assert_one("observe may not include app")

    def test_fails_when_core_includes_a_room_a_library_or_a_system_header(self):
        for path in ("os/clock.h", "nlohmann/json.hpp", "unistd.h", "sys/types.h"):
            self.write("daemon/core/bad.h", f'#include <{path}>\n')
            self.assert_one("core includes nothing but")

    def test_fails_when_libetpan_or_soci_leave_their_rooms(self):
        self.write("daemon/app/bad.cpp", "#include <libetpan/libetpan.h>\n")
        self.assert_one("libetpan belongs to")
        self.write("daemon/app/bad.cpp", "# include <soci/soci.h>\n")
        self.assert_one("SOCI belongs to")
        self.write("daemon/app/bad.cpp", "#include <soci.h>\n")
        self.assert_one("SOCI belongs to")

    def test_fails_on_a_cycle_between_files_of_one_room(self):
        self.write("daemon/imap/a.h", '#include "imap/b.h"\n')
        self.write("daemon/imap/b.h", '#include "imap/c.h"\n')
        self.write("daemon/imap/c.h", '#include "imap/a.h"\n')
        self.assert_one("cycle: daemon/imap/a.h -> daemon/imap/b.h -> daemon/imap/c.h -> daemon/imap/a.h")

    def test_fails_on_a_file_that_includes_itself(self):
        self.write("daemon/imap/a.h", '#include "imap/a.h"\n')
        self.assert_one("cycle: daemon/imap/a.h -> daemon/imap/a.h")

    def test_fails_on_an_unknown_room_a_missing_file_and_a_path_beside(self):
        self.write("daemon/util/x.h", '#include "core/time.h"\n')
        self.assert_one("unknown room util")
        self.write("daemon/util/x.h", "")
        self.write("daemon/imap/bad.cpp", '#include "net/gone.h"\n')
        self.assert_one("no file daemon/net/gone.h")
        self.write("daemon/imap/bad.cpp", '#include "probe.h"\n')
        self.assert_one("write the path from daemon/")

    def test_does_not_read_comments(self):
        self.write("daemon/imap/good.cpp", '// #include "store/rows.h"\n/*\n#include "store/rows.h"\n*/\n')
        self.assertEqual(self.breaches(), [])

    def test_fails_on_an_empty_tree(self):
        shutil.rmtree(os.path.join(self.root, "daemon"))
        self.assertEqual(self.run_as_command("include_lint.py").returncode, 1)


CPP = '''
#include <vector>
#define TWICE(x) { x; \\
    x; }
namespace a { namespace {
/// A comment with { and ( in it.
struct Box final : Base<int> {
    Box() : size_{1}, names_{"}", R"x({)x"} { size_ = 2; }
    explicit Box(int a = {}) noexcept
        : size_(a)
    {
        run([&] { return '{'; });
    }
    bool operator()(int x) const { return x > 1'000; }
    bool operator==(const Box&) const = default;
    int size_ = 0;
    std::vector<int> list{1, 2};
};
const int table[] = {
    1,
    2,
};
template <class T>
auto pick(T value) -> std::vector<T> {
    if (value) {
        return {value};
    }
    struct Inner { int x() { return 1; } };
    return {};
}
enum class Kind { one, two };
}}
extern "C" {
struct tm* now(void) { return nullptr; }
}
'''


class SizeLint(Tree):
    def test_finds_every_function_and_its_length(self):
        found = [(name, lines) for _, lines, name in size_lint.functions_of(CPP)]
        self.assertEqual(found, [("Box", 1), ("Box", 5), ("operator()", 1), ("pick", 8), ("now", 1)])

    def breaches(self):
        return size_lint.lint(self.root)[0]

    def test_counts_a_function_from_its_name_to_its_last_brace(self):
        self.write("daemon/core/a.cpp", "int f() {\n" + "    g();\n" * 58 + "}\n")
        self.assertEqual(self.breaches(), [])
        self.assertEqual(self.run_as_command("size_lint.py").returncode, 0)
        self.write("daemon/core/a.cpp", "\nint f() {\n" + "    g();\n" * 59 + "}\n")
        self.assertEqual(self.breaches(), ["daemon/core/a.cpp:2: f has 61 lines, at most 60"])
        self.assertEqual(self.run_as_command("size_lint.py").returncode, 1)

    def test_fails_on_a_long_file_and_a_long_python_function(self):
        self.write("tests/a.py", "def f():\n" + "    g()\n" * 60)
        self.assertEqual(self.breaches(), ["tests/a.py:1: f has 61 lines, at most 60"])
        self.write("tests/a.py", "g()\n" * 501)
        self.assertEqual(self.breaches(), ["tests/a.py: 501 lines, at most 500"])
        self.write("tests/a.py", "g()\n" * 500)
        self.assertEqual(self.breaches(), [])

    def test_measures_scripts_without_an_ending(self):
        self.write("tests/run", "#!/bin/sh\n" + "true\n" * 500)
        self.assertEqual(self.breaches(), ["tests/run: 501 lines, at most 500"])

    def test_fails_on_an_empty_tree(self):
        self.assertEqual(self.run_as_command("size_lint.py").returncode, 1)


class TextLint(Tree):
    def breaches(self, text, name="README.md"):
        self.write(name, text)
        return text_lint.lint(self.root)[0]

    def test_passes_ordinary_text(self):
        good = "Reads /etc/mailquotad, writes $HOME/elsewhere/x and build/elsewhere/y; see https://verein.example/tmp/x.\n"
        self.assertEqual(self.breaches(good), [])
        self.assertEqual(self.run_as_command("text_lint.py").returncode, 0)

    def test_fails_on_machine_paths_registries_and_notes(self):
        for text in ("see /wo" + "rk/main/x\n", "in /tmp/" + "build-me\n", "'/ro" + "ot/x'\n", "(/ho" + "me/kim/x)\n",
                     "https://py" + "pi.org/simple\n", "registry.npm" + "js.org\n", "// TO" + "DO: later\n",
                     "# FIX" + "ME\n", "<<<<" + "<<< HEAD\n"):
            self.assertEqual(len(self.breaches(text)), 1, text)
            self.assertEqual(self.run_as_command("text_lint.py").returncode, 1)

    def test_fails_on_a_missing_newline_and_on_cr_lf(self):
        self.assertEqual(self.breaches("x"), ["README.md: no newline at the end"])
        self.assertEqual(self.breaches("x\r\n"), ["README.md: CR LF line ends"])
        self.assertEqual(self.breaches("x\r\n", "a.eml"), ["README.md: CR LF line ends"])


class FormatLint(Tree):
    def setUp(self):
        super().setUp()
        self.program, self.told = format_lint.find_formatter()
        self.write(".clang-format", "BasedOnStyle: LLVM\n")

    def test_fails_on_other_layout_where_the_version_is_the_right_one(self):
        self.write("daemon/core/a.cpp", "int f() { return 1; }\n")
        self.assertEqual(self.run_as_command("format_lint.py").returncode, 0)
        self.write("daemon/core/a.cpp", "int  f(){return 1;}\n")
        done = self.run_as_command("format_lint.py")
        if self.program:
            self.assertEqual(done.returncode, 1)
            self.assertIn("daemon/core/a.cpp:1:", done.stdout)
        else:
            self.assertEqual(done.returncode, 0)
            self.assertIn("not checked", done.stdout)


class Tidy(Tree):
    def test_fails_on_a_finding_and_remembers_only_clean_files(self):
        shutil.copytree(HERE, os.path.join(self.root, "tests", "lint"))
        self.write(".clang-tidy", "Checks: '-*,bugprone-infinite-loop'\nWarningsAsErrors: '*'\n")
        source = os.path.join(self.root, "daemon", "a.cpp")
        self.write("build/compile_commands.json", textwrap.dedent(f'''\
            [{{"directory": "{self.root}", "file": "{source}", "command": "c++ -o a.o -c {source}"}}]
            '''))
        command = [sys.executable, os.path.join(self.root, "tests", "lint", "tidy"), os.path.join(self.root, "build")]
        for body, status in (("return n;", 0), ("return n;", 0), ("while (n > 0) { } return n;", 1), ("return n;", 0)):
            self.write("daemon/a.cpp", f"int f(int n) {{ {body} }}\n")
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
