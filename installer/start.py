"""Set FluoGAN up and start it: `python3 installer/start.py`, or run its tests: `python3 installer/start.py --test`.

This file alone must be readable by very old Pythons, so that they can say what is missing: no annotations, no
f-strings, nothing from outside the standard library.
"""

import os
import sys

OLDEST = (3, 11)
NEWEST = (3, 14)


def fits(version):
    """Whether FluoGAN and all that it needs exist for that version of Python."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def other_python():
    """The path of a fitting Python elsewhere on this machine, or None."""
    names = ["python3.%d%s" % (minor, ".exe" if os.name == "nt" else "") for minor in range(OLDEST[1], NEWEST[1] + 1)]
    for name in names:
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            path = os.path.join(folder, name)
            # A version switcher puts empty shells of the name on the path: only one that runs counts.
            if os.path.isfile(path) and os.system('"%s" -c "" >%s 2>&1' % (path, os.devnull)) == 0:
                return path
    return None


def explain():
    """Say which Python this is and which one is needed."""
    here = ".".join(str(part) for part in sys.version_info[:3])
    sys.stderr.write(
        "FluoGAN needs Python 3.%d to 3.%d; this is Python %s (%s).\n" % (OLDEST[1], NEWEST[1], here, sys.executable)
        + "Install Python 3.%d from https://www.python.org/downloads/ and start again with it:\n" % (OLDEST[1] + 1)
        + "    python3.%d installer/start.py\n" % (OLDEST[1] + 1)
    )


def main():
    """Go on with a fitting Python, or explain."""
    if fits(sys.version_info):
        sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
        from bootstrap.flow import run

        return run(sys.argv[1:])
    path = other_python()
    if path is None:
        explain()
        return 2
    sys.stderr.write("This is Python %d.%d; going on with %s.\n" % (sys.version_info[0], sys.version_info[1], path))
    sys.stderr.flush()
    command = [path, os.path.abspath(__file__)] + sys.argv[1:]
    if os.name == "nt":
        import subprocess

        return subprocess.call(command)
    os.execv(path, command)


if __name__ == "__main__":
    sys.exit(main())
