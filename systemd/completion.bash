# Completion of mailquotad for bash. Commands, options and their values are those that the program itself names in its
# help, so this file cannot lag behind it.

# The help of the program (no argument) or of one of its commands.
_mailquotad_help() {
    "${COMP_WORDS[0]}" "$@" --help 2>/dev/null
}

_mailquotad_commands() {
    _mailquotad_help | sed -n '/^Subcommands:/,$ { s/^  \([a-z][a-z-]*\).*/\1/p }'
}

_mailquotad_options() { # [COMMAND]
    _mailquotad_help "$@" | grep -oE '^  (-h,)?--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+'
}

# What an option takes, where that is one of a few words: "--format ENUM:value in {json->1,table->0} OR {1,0}".
_mailquotad_values() { # OPTION [COMMAND]
    local option=$1
    shift
    _mailquotad_help "$@" | sed -nE "s/^  $option ENUM:value in \{([^}]*)\}.*/\1/p" | tr ',' '\n' | sed 's/->.*//'
}

# Addresses and slugs in the settings, where they may be read.
_mailquotad_mailboxes() {
    local word settings=${MAILQUOTAD_CONFIG:-/etc/mailquotad/mailquotad.toml} before=
    for word in "${COMP_WORDS[@]}"; do
        [ "$before" != --config ] || settings=$word
        before=$word
    done
    sed -nE 's/^[[:space:]]*(address|slug)[[:space:]]*=[[:space:]]*"([^"]*)".*/\2/p' "$settings" 2>/dev/null
}

# The command on this line: the first word that is no option and no option's value.
_mailquotad_command() {
    local at
    for ((at = 1; at < COMP_CWORD; at++)); do
        case ${COMP_WORDS[at]} in
        --config | --log-level) at=$((at + 1)) ;;
        -*) ;;
        *) printf '%s' "${COMP_WORDS[at]}" && return ;;
        esac
    done
}

_mailquotad_take() { # WORDS
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_mailquotad() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command
    command=$(_mailquotad_command)
    COMPREPLY=()
    case $previous in
    --config | --*file) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    --log-level) _mailquotad_take "trace debug info warning error critical off" ;;
    --stage) _mailquotad_take "notice warning urgent full" ;;
    --mailbox) _mailquotad_take "$(_mailquotad_mailboxes)" ;;
    --format) _mailquotad_take "$(_mailquotad_values "$previous" ${command:+"$command"})" ;;
    *)
        if [[ $current == -* ]]; then
            _mailquotad_take "$(_mailquotad_options ${command:+"$command"})"
        elif [ -z "$command" ]; then
            _mailquotad_take "$(_mailquotad_commands)"
        else
            case $command in
            check-config | forecast | backup) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
            run | silences | release | drop | digest) ;;
            *) _mailquotad_take "$(_mailquotad_mailboxes)" ;;
            esac
        fi
        ;;
    esac
}

complete -o default -F _mailquotad mailquotad
