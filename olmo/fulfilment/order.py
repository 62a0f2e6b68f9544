"""What needs what: the order of steps, and a loop among them. Pure functions over any keys."""

from collections.abc import Collection, Iterable, Mapping


def loop[K](needs: Mapping[K, Collection[K]]) -> list[K]:
    """One loop, its first key again at its end ([a, b, a]: a needs b, and b needs a); [] when there is none."""
    done: set[K] = set()
    for start in needs:
        if start not in done and (found := _from(start, needs, done)):
            return found
    return []


def _from[K](start: K, needs: Mapping[K, Collection[K]], done: set[K]) -> list[K]:
    """Walk in depth from one key. done: keys from which no loop can be reached; they are added."""
    path: list[K] = [start]
    ways = [iter(needs.get(start, ()))]
    while ways:
        following = next(ways[-1], None)
        if following is None:
            ways.pop()
            done.add(path.pop())
        elif following in path:
            return [*path[path.index(following) :], following]
        elif following not in done:
            path.append(following)
            ways.append(iter(needs.get(following, ())))
    return []


def in_order[K](needs: Mapping[K, Collection[K]]) -> list[K]:
    """The keys so that each stands behind what it needs, otherwise in their own order. There must be no loop."""
    placed: dict[K, None] = {}
    waiting = list(needs)
    while waiting:
        ready = next(key for key in waiting if all(need in placed or need not in needs for need in needs[key]))
        placed[ready] = None
        waiting.remove(ready)
    return list(placed)


def behind[K](needs: Mapping[K, Collection[K]], keys: Iterable[K]) -> set[K]:
    """Everything that needs one of these, directly or through others."""
    found = set(keys)
    grows = True
    while grows:
        more = {key for key, own in needs.items() if key not in found and found.intersection(own)}
        found |= more
        grows = bool(more)
    return found - set(keys)
