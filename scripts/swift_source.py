# SPDX-License-Identifier: Apache-2.0
"""What the lint scripts share: the files of the project, and Swift text with comments and strings blanked out."""

import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def project_files():
    """Paths, relative to the root, of all files that are or would be under version control."""
    command = ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = walked_files()
    return sorted({name for name in listed if name and os.path.isfile(os.path.join(ROOT, name))})


def walked_files():
    """The same without git: everything but hidden folders."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") or name == ".ci"]
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names]
    return found


def read(path):
    """The text of a file; octets that are not UTF-8 become replacement characters."""
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


# A comment, a raw or plain string (multi-line first), or a nested start of a block comment.
TOKEN = re.compile(r'//[^\n]*|/\*|(#*)"""|(#*)"')


def blank(text):
    """Blanks with the same line breaks."""
    return re.sub(r"[^\n]", " ", text)


def end_of_block_comment(text, start):
    """Where the (nesting) block comment that begins at `start` ends."""
    depth = 0
    for mark in re.finditer(r"/\*|\*/", text[start:]):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return start + mark.end()
    return len(text)


def end_of_string(text, start, quotes, hashes):
    """Where the string whose contents begin at `start` ends; interpolations are skipped by their parentheses."""
    escape, close, place = "\\" + hashes, quotes + hashes, start
    while place < len(text):
        if text.startswith(close, place):
            return place + len(close)
        if text.startswith(escape + "(", place):
            place = end_of_interpolation(text, place + len(escape))
        elif text.startswith(escape, place):
            place += len(escape) + 1
        elif text[place] == "\n" and quotes == '"':
            return place
        else:
            place += 1
    return len(text)


def end_of_interpolation(text, start):
    """Where the parenthesis that opens at `start` closes; strings inside it are skipped."""
    depth, place = 0, start
    while place < len(text):
        letter = text[place]
        if letter == '"':
            place = end_of_string(text, place + 1, '"', "")
            continue
        depth += (letter == "(") - (letter == ")")
        place += 1
        if depth == 0 or letter == "\n" and depth == 1:
            break
    return place


def code_only(text):
    """The text with the contents of comments and strings replaced by blanks, line for line."""
    parts, place = [], 0
    while True:
        mark = TOKEN.search(text, place)
        if not mark:
            return "".join(parts) + text[place:]
        parts.append(text[place:mark.start()])
        if mark.group().startswith("//"):
            end = mark.end()
        elif mark.group() == "/*":
            end = end_of_block_comment(text, mark.start())
        elif mark.group().endswith('"""'):
            end = end_of_string(text, mark.end(), '"""', mark.group(1))
        else:
            end = end_of_string(text, mark.end(), '"', mark.group(2))
        parts.append(blank(text[mark.start():end]))
        place = end
