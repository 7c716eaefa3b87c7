"""Reads the PowerShell scripts as far as that can be done without a PowerShell, and says what is wrong with them.

Usage: check_powershell.py FILE...

Needs tree-sitter and tree-sitter-powershell from PyPI. Checked is that
- the grammar of PowerShell takes all of it, without what only PowerShell 7 knows;
- it is ASCII, since Windows PowerShell reads a file without a mark in the machine's old encoding;
- every command is a function of the file or one of a few cmdlets, called with parameters that both versions have. Not
  among them are those whose results differ between the versions: Invoke-RestMethod, Out-File, Set-Content, and
  Get-ChildItem with -Recurse, which follows links in one of them;
- every type is one of those that both .NET Framework 4.6 and .NET have; pictures are not drawn anew (System.Drawing);
- every variable that is read is set somewhere, in a spelling that differs in nothing but capitals;
- every function is called;
- the files have the lines in common that they say they share.
"""

import re
import sys

from tree_sitter import Language, Parser
import tree_sitter_powershell

CMDLETS = {
    "Add-Type": {"-AssemblyName"},
    "ForEach-Object": set(),
    "Get-ChildItem": {"-LiteralPath", "-Force", "-ErrorAction", "-ErrorVariable"},
    "Get-Location": set(),
    "Get-Random": set(),
    "Start-Sleep": {"-Milliseconds"},
    "Where-Object": set(),
    "Write-Error": {"-Message", "-ErrorAction"},
}
# A call of Get-ChildItem without it would take brackets in names for wildcards.
REQUIRED = {"Get-ChildItem": "-LiteralPath"}
TYPES = """
    array byte[] char collections.generic.list collections.generic.stack collections.hashtable console convert
    diagnostics.stopwatch environment exception int io.directory io.directoryinfo io.file io.filemode io.filesysteminfo
    io.ioexception io.memorystream io.path management.automation.runtimeexception math
    net.http.headers.mediatypeheadervalue net.http.httpclient net.http.httpclienthandler net.http.httpmethod
    net.http.httprequestmessage net.http.streamcontent net.securityprotocoltype net.servicepointmanager
    net.sockets.socketexception
    net.webexception pscustomobject ref regex string string[] stringcomparer text.encoding
    text.utf8encoding threading.cancellationtokensource threading.tasks.task threading.tasks.task[] threading.timeout
    timespan uri urikind void
""".split()
AUTOMATIC = "_ args env error executioncontext false host myinvocation null pid psversiontable true".split()
NEWER_SYNTAX = {"&&", "||", "??", "??=", "?.", "?[", "ternary_expression"}
SHARED = re.compile(r"^# From here to the matching line below.*?^# The matching line: ", re.MULTILINE | re.DOTALL)


def nodes(node):
    yield node
    for child in node.children:
        yield from nodes(child)


def text_of(node):
    return node.text.decode("utf-8", "replace")


def bare_name(variable):
    """The name of a variable node, without sigil, braces and scope; of $env:X it is env."""
    name = text_of(variable).lstrip("$@").strip("{}").lower()
    scope, colon, rest = name.partition(":")
    return rest if colon and scope in ("script", "global", "local") else scope


class Script:
    """One file and the problems found in it."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.data = file.read().replace(b"\r\n", b"\n")
        tree = Parser(Language(tree_sitter_powershell.language())).parse(self.data)
        self.nodes = list(nodes(tree.root_node))
        self.problems = []

    def of_type(self, *types):
        return [node for node in self.nodes if node.type in types]

    def complain(self, node, text):
        self.problems.append(f"{self.path}:{node.start_point[0] + 1}: {text}")

    def check(self):
        for number, line in enumerate(self.data.split(b"\n"), 1):
            if not line.isascii():
                self.problems.append(f"{self.path}:{number}: is not ASCII")
            if len(line) > 120 or line != line.rstrip():
                self.problems.append(f"{self.path}:{number}: is longer than 120 characters or ends with a space")
        for node in self.nodes:
            if node.type == "ERROR" or node.is_missing:
                self.complain(node, f"is no PowerShell: {text_of(node)[:60]!r}")
            if node.type in NEWER_SYNTAX:
                self.complain(node, f"only PowerShell 7 knows {node.type}")
        self.check_commands()
        self.check_types()
        self.check_variables()

    def check_commands(self):
        functions = {text_of(node): 0 for node in self.of_type("function_name")}
        for command in self.of_type("command"):
            name = next((text_of(node) for node in command.children if node.type == "command_name"), None)
            if name is None:
                self.complain(command, "has no name that can be checked")
                continue
            parameters = {
                text_of(node) for element in command.children if element.type == "command_elements"
                for node in element.children if node.type == "command_parameter"
            }
            if name in functions:
                functions[name] += 1
                excess = parameters
            elif name in CMDLETS:
                excess = parameters - CMDLETS[name]
            else:
                self.complain(command, f"{name} is no function of this file and none of the cmdlets that may be used")
                continue
            if excess:
                self.complain(command, f"{name} is called with {sorted(excess)}")
            if name in REQUIRED and REQUIRED[name] not in parameters:
                self.complain(command, f"{name} is called without {REQUIRED[name]}")
        for name, calls in functions.items():
            if calls == 0:
                self.problems.append(f"{self.path}: {name} is never called")

    def check_types(self):
        for node in self.of_type("type_spec"):
            name = text_of(node).lower().removeprefix("system.")
            name = re.sub(r"\[string\]$", "", name) if "generic" in name else name
            if node.parent.type != "generic_type_arguments" and name not in TYPES:
                self.complain(node, f"[{text_of(node)}] is none of the types that may be used")

    def check_variables(self):
        known = set(AUTOMATIC)
        for node in self.of_type("left_assignment_expression", "script_parameter", "foreach_statement"):
            first = next((child for child in nodes(node) if child.type == "variable"), None)
            if first is not None:
                known.add(bare_name(first))
        for command in self.of_type("command"):
            known.update(re.findall(r"-ErrorVariable (\w+)", text_of(command)))
        for node in self.of_type("variable", "braced_variable"):
            if bare_name(node) not in known:
                self.complain(node, f"{text_of(node)} is never set")

    def shared_part(self):
        match = SHARED.search(self.data.decode("utf-8", "replace"))
        return match.group() if match else None


def main():
    scripts = [Script(path) for path in sys.argv[1:]]
    problems = []
    for script in scripts:
        script.check()
        problems += script.problems
    parts = {script.shared_part() for script in scripts}
    if None in parts or len(parts) > 1:
        problems.append("The files do not have the lines in common that they say they share.")
    print("\n".join(problems) if problems else f"{len(scripts)} PowerShell scripts have no fault that can be seen")
    sys.exit(1 if problems or not scripts else 0)


main()
