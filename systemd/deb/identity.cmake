# Who made this package, for which Debian, and when the source was last changed.
set(MAINTAINER "The mailquotad authors <mailquotad@packages.invalid>")

# Each release of Debian has a package of its own; that of a later one is newer.
file(STRINGS /etc/os-release release REGEX "^VERSION_ID=")
string(REGEX REPLACE "^VERSION_ID=\"?([0-9.]*)\"?$" "\\1" release "${release}")
set(PACKAGE_RELEASE "1~deb${release}")
set(PACKAGE_VERSION "${PROJECT_VERSION}-${PACKAGE_RELEASE}")

# SOURCE_DATE_EPOCH, else the time of the last commit, else of the file of changes (an unpacked archive).
set(SOURCE_EPOCH "$ENV{SOURCE_DATE_EPOCH}")
if(NOT SOURCE_EPOCH)
    execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} log -1 --format=%ct OUTPUT_VARIABLE SOURCE_EPOCH
                    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT SOURCE_EPOCH)
    file(TIMESTAMP ${CMAKE_SOURCE_DIR}/CHANGELOG.md SOURCE_EPOCH "%s" UTC)
endif()
execute_process(COMMAND date --utc --rfc-email --date=@${SOURCE_EPOCH} OUTPUT_VARIABLE SOURCE_DATE
                OUTPUT_STRIP_TRAILING_WHITESPACE)
