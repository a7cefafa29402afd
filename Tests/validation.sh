#!/bin/sh
# The tests with the tag `validation` as one pattern of names, since the package manager selects tests
# by name and not by tag:
#
#   swift test --skip "$(sh Tests/validation.sh)"      leaves them out (make test-quick)
#   swift test --filter "$(sh Tests/validation.sh)"    runs them alone (make test-validation)
cd "$(dirname "$0")" || exit 1
find . -name '*.swift' ! -path './TestSupport/*' | LC_ALL=C sort | xargs awk '
  FNR == 1 { isTagged = 0 }
  /^ *@(Suite|Test)|^ *\./ && /\.tags\(\.validation\)/ { isTagged = 1 }
  match($0, /struct [A-Za-z0-9]+/) && /^(@Suite|struct)/ {
    suite = substr($0, RSTART + 7, RLENGTH - 7)
    if (isTagged) names = names "|" suite "/"
    isTagged = 0
  }
  isTagged && match($0, /func [A-Za-z0-9]+/) {
    names = names "|" suite "/" substr($0, RSTART + 5, RLENGTH - 5) "\\("
    isTagged = 0
  }
  END { print substr(names, 2) }'
