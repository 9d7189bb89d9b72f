"""Folders of a library are rooms, and includes between rooms go one way.

A room sees what stands below it: if a file of one room includes a file of another, no file of the
second may lead back to the first, however long the way. A source or header beside the rooms of its
library is a room of its own. The rooms and their order are drawn in docs/architecture.md.
"""

import collections
import pathlib
import re
import sys

LIBRARIES = ("data", "theory", "solver", "validation", "cli")


def room_of(file):
    """`solver/flows` of `solver/flows/flow.hpp`; `solver/model` of `solver/model.hpp`."""
    parts = file.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else str(pathlib.PurePosixPath(file).with_suffix(""))


def included(source, library):
    """Room -> rooms of the same library that it includes, with a pair of files that shows it."""
    seen = collections.defaultdict(dict)
    for path in sorted((source / library).rglob("*.[ch]pp")):
        file = path.relative_to(source).as_posix()
        for other in re.findall(r'#include "fusionflow/([^"]+)"', path.read_text(encoding="utf-8")):
            if other.startswith(library + "/") and room_of(other) != room_of(file):
                seen[room_of(file)].setdefault(room_of(other), (file, other))
    return seen


def way_back(arrows, start, end):
    """Rooms from `start` to `end` along arrows; nothing where there is no way."""
    ways = [[start]]
    visited = {start}
    for way in ways:
        if way[-1] == end:
            return way
        for room in arrows.get(way[-1], ()):
            if room not in visited:
                visited.add(room)
                ways.append([*way, room])
    return None


def main():
    source = pathlib.Path(sys.argv[1])
    faults = []
    arrows_in_all = 0
    for library in LIBRARIES:
        arrows = included(source, library)
        for room, others in arrows.items():
            for other, (file, include) in others.items():
                arrows_in_all += 1
                back = way_back(arrows, other, room)
                if back:
                    faults.append(f"{file} includes {include}, but {' -> '.join(back)}")
    print("\n".join(faults))
    print(f"{arrows_in_all} arrows between rooms, {len(faults)} of them part of a circle")
    # Without any arrows the includes were not read.
    return 1 if faults or arrows_in_all < 20 else 0


sys.exit(main())
