// argv → subcommand → exit code.
#include "app/cli.h"

int main(int argc, char** argv) {
    return mailquotad::app::run_command_line(argc, argv);
}
