"""`python -m tests.ops.samples [NAME …] [-v]`: a line an operation of Torch's, how many of its samples agree."""

from __future__ import annotations

import collections
import sys

from tests.ops.samples import operations, outcomes


def main(args: list[str]) -> None:
    names, loud = [a for a in args if not a.startswith("-")], "-v" in args
    every = operations()
    total = passed = 0
    for name in names or every:
        for full in [n for n in every if n == name or (names and n.startswith(f"{name}."))]:
            found = list(outcomes(full, every[full]))
            stages = collections.Counter(o.stage for o in found)
            if stages["absent"]:
                if names:
                    print(f"{full:45} absent")
                continue
            total += len(found)
            passed += stages["passed"]
            rest = ", ".join(f"{k} {v}" for k, v in stages.items() if k != "passed")
            if loud or rest:
                print(f"{full:45} {stages['passed']:4} of {len(found):4}  {rest}")
            for o in [o for o in found if o.stage != "passed"][: 5 if loud else 0]:
                print(f"      {o.stage}: {o.sample[:200]}\n          {o.why[:300]}")
    print(f"{passed} of {total}")


if __name__ == "__main__":
    main(sys.argv[1:])
