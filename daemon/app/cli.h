// The command line: one option table, and the edge at which every failure becomes an exit code.
#pragma once

namespace mailquotad::app {

/// Parses, runs the subcommand, prints errors on stderr; the exit code of CONTRACT.md. Never throws.
int run_command_line(int argc, char** argv);

} // namespace mailquotad::app
