#!/usr/bin/env python3
"""Fails on a file of more than 500 lines or a function of more than 60, in C++, C and Python, and tells the ten longest
of both. Usage: size_lint.py [ROOT]"""

import ast
import re
import sys

import repository

LONGEST_FILE = 500
LONGEST_FUNCTION = 60
# What somebody wrote and has to read; data files (dialogues, golden files, templates) are as long as they are.
CODE = (".cpp", ".h", ".c", ".py", ".sh", ".cmake", "CMakeLists.txt")

TYPE_OR_NAMESPACE = re.compile(r"\s*(template\b.*>\s*)?(inline\s+)?(namespace|class|struct|union|enum|extern)\b",
                               re.DOTALL)
ENDS_LIKE_FUNCTION = re.compile(r"@\s*((const|noexcept|override|final|mutable|&{1,2}|try|->[^;]*)\s*)*$")
OPERATOR = re.compile(r"\boperator\s*(\(\s*\)|\[\s*\]|[-+*/%^&|~!=<>,]+|\"\"\s*\w+)")
INITIALISERS = re.compile(r"\)\s*(noexcept\b(\s*\([^()]*\))?)?\s*:(?!:)")


def without_parentheses(text):
    """The text with everything in round brackets taken out: what is left decides."""
    while True:
        shorter = re.sub(r"\([^()]*\)", "@", text)
        if shorter == text:
            return text
        text = shorter


def opens_function(head):
    """Whether a `{` after this head (the text since the last `;`, `{` or `}`) begins the body of a function."""
    bare = without_parentheses(OPERATOR.sub("operator_", head))
    if "@" not in bare or "=" in bare:
        return False
    return not TYPE_OR_NAMESPACE.match(bare) or bool(ENDS_LIKE_FUNCTION.search(bare))


def opens_member(head):
    """Whether the `{` belongs to a member in a constructor's list: `Box() : size_{1}`."""
    return bool(INITIALISERS.search(head)) and bool(re.search(r"[\w>]\s*$", head)) \
        and not re.search(r"\b(noexcept|const|override|final|try)\s*$", head)


def without_directives(text):
    """The text without preprocessor lines, of the same line count."""
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda match: "\n" * match.group(0).count("\n"), text,
                  flags=re.MULTILINE)


def functions_of(text):
    """Triples of (first line, number of lines, name) of every function body in C++ text."""
    text = without_directives(repository.without_comments_and_literals(text))
    found, stack, head_start = [], [], 0  # the stack: what each open brace belongs to
    for match in re.finditer(r"[{};]", text):
        position, symbol = match.start(), match.group(0)
        in_scope = not stack or stack[-1][0] == "scope"
        if symbol == "{":
            stack.append(classify(text[head_start:position], (head_start, position)) if in_scope else ("inner", None))
            if stack[-1][0] == "member":
                continue  # the head goes on
        elif symbol == "}" and stack:
            kind, braces = stack.pop()
            if kind == "function":
                found.append(describe(text, *braces, position))
            if kind == "member":
                continue
        if not stack or stack[-1][0] == "scope":
            head_start = position + 1
    return found


def classify(head, braces):
    """What a `{` after this head opens, outside of functions."""
    if opens_member(head) or head.count("(") > head.count(")"):
        return ("member", None)  # of a constructor's list, or a default argument
    return ("function", braces) if opens_function(head) else ("scope", None)


def describe(text, begin, brace, end):
    """First line, length and name of the function whose head begins at `begin`, whose body lies in these two braces."""
    begin += len(text[begin:]) - len(text[begin:].lstrip())
    named = re.search(r"(operator\s*(?:\(\s*\)|[^(\s]+)|[\w:~]+)\s*\(", text[begin:brace])
    return (text.count("\n", 0, begin) + 1, text.count("\n", begin, end) + 1, named.group(1) if named else "lambda")


def python_functions_of(text):
    """The same for Python."""
    return [(node.lineno, node.end_lineno - node.lineno + 1, node.name) for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def is_script(root, name):
    return "." not in name.rsplit("/", 1)[-1] and repository.read(root, name).startswith("#!")


def measure(root):
    """Two lists, longest first: (lines, file) and (lines, file:line, function)."""
    files, functions = [], []
    for name in repository.tracked_files(root):
        if not name.endswith(CODE) and not is_script(root, name):
            continue
        text = repository.read(root, name)
        files.append((text.count("\n"), name))
        found = []
        if name.endswith((".cpp", ".h", ".c")):
            found = functions_of(text)
        elif name.endswith(".py") or re.match(r"#![^\n]*python", text):
            found = python_functions_of(text)
        functions += [(length, f"{name}:{line}", function) for line, length, function in found]
    return sorted(files, reverse=True), sorted(functions, reverse=True)


def lint(root):
    """Every breach as one line of text, and the two lists."""
    files, functions = measure(root)
    breaches = [f"{name}: {lines} lines, at most {LONGEST_FILE}" for lines, name in files if lines > LONGEST_FILE]
    breaches += [f"{place}: {function} has {lines} lines, at most {LONGEST_FUNCTION}"
                 for lines, place, function in functions if lines > LONGEST_FUNCTION]
    return breaches, files, functions


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    breaches, files, functions = lint(root)
    print("The longest files:", *(f"{lines:5}  {name}" for lines, name in files[:10]), sep="\n")
    print("The longest functions:", *(f"{lines:5}  {function}  {place}" for lines, place, function in functions[:10]),
          sep="\n")
    print("\n".join(breaches + [f"size lint: {len(files)} files, {sum(lines for lines, _ in files)} lines, "
                                f"{len(functions)} functions, {len(breaches)} breaches"]))
    return 1 if breaches or not files else 0


if __name__ == "__main__":
    sys.exit(main())
