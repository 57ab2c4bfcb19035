"""What the scripts beside this file have in common that run our programs and others' in turn."""

import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
CASDM = os.path.join(HERE, "..", "casdm")
ENGINES = {"nd4j": "ND4J", "libtorch": "LibTorch"}
# PyTorch as a user may run it.
PEERS = {
    "plain": [],
    "channels-last": ["--channels-last"],
    "compile": ["--compile"],
    "compile-channels-last": ["--compile", "--channels-last"],
}
# What changes how fast libraries of linear algebra and OpenMP are.
VARIABLES = re.compile("(OPENBLAS|OMP|GOMP|KMP|MKL|DNNL|ONEDNN|ATEN|LD_PRELOAD|MALLOC)")


def add_peer(parser):
    parser.add_argument(
        "--python", help="interpreter that has PyTorch, Pillow and NumPy (default: that of deploy/bench/peer.sh)"
    )


def add_programs(parser, engines=("nd4j",), peers=("plain",)):
    parser.add_argument(
        "--engine", nargs="+", choices=ENGINES, default=list(engines), help="ours (default: %s)" % " ".join(engines)
    )
    parser.add_argument(
        "--peer",
        nargs="+",
        choices=PEERS,
        default=list(peers),
        help="how PyTorch runs; ratios are to the fastest of them (default: %s)" % " ".join(peers),
    )


def peer_python(a):
    """The interpreter of the other programs; made if it has to be."""
    if a.python:
        return a.python
    done = subprocess.run([os.path.join(HERE, "peer.sh")], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("deploy/bench/peer.sh failed with %d; --python names another interpreter" % done.returncode)
    return done.stdout.strip()


def output(command, environment=None):
    done = subprocess.run(command, stdout=subprocess.PIPE, env={**os.environ, **(environment or {})}, text=True)
    if done.returncode:
        sys.exit("failed with %d: %s" % (done.returncode, " ".join(command)))
    return done.stdout


def run(command, environment=None):
    """The JSON object on the last line that a program prints."""
    return json.loads(output(command, environment).strip().splitlines()[-1])


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def in_turn(commands, rounds, environment=None):
    """Runs programs one after the other, ROUNDS times over, so that what else the machine does meets all.

    :param commands: by name
    :return: what each printed, by name
    """
    found = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            found[name].append(run(command, environment))
    return found


def commands(a, python, benchmark, peer, options):
    """Of our engines and of PyTorch's ways, by name: `casdm bench BENCHMARK` and the program PEER beside this file."""
    ours = {engine: [CASDM, "bench", benchmark, "--engine", engine, "--device", "cpu"] for engine in a.engine}
    theirs = {way: [python, os.path.join(HERE, peer)] + PEERS[way] for way in a.peer}
    return {name: command + options for name, command in {**ours, **theirs}.items()}


def processor():
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def heading(python):
    """Of a table: when, on what, with which versions, and the variables of the environment that count."""
    versions = output(
        [
            python,
            "-c",
            "import importlib.metadata as m\n"
            "print(', '.join(n + ' ' + m.version(n) for n in ('torch', 'pillow', 'numpy')"
            " if any(d.metadata['Name'].lower() == n for d in m.distributions())))",
        ]
    ).strip()
    set_here = ["%s=%s" % item for item in sorted(os.environ.items()) if VARIABLES.match(item[0])]
    return "%s, %s, %d cores, %s; environment: %s" % (
        datetime.date.today().isoformat(),
        processor(),
        os.cpu_count(),
        versions,
        ", ".join(set_here) or "no variables of OpenBLAS, OpenMP or MKL",
    )


def table(a, found, title, rows):
    """Prints medians and the ratios of our engines to the least of PyTorch's ways, row by row.

    :param rows: (key, name); less is better
    """
    names = a.engine + a.peer
    print(
        "| %s | %s | %s |"
        % (
            title,
            " | ".join(ENGINES.get(name, "PyTorch " + name) for name in names),
            " | ".join(ENGINES[engine] + " ratio" for engine in a.engine),
        )
    )
    print("| --- |" + " ---: |" * (len(names) + len(a.engine)))
    for key, name in rows:
        values = {program: median(found[program], key) for program in names}
        least = min(values[way] for way in a.peer)
        cells = ["%.3g" % values[program] if values[program] < 100 else "%d" % values[program] for program in names]
        print("| %s | %s |" % (name, " | ".join(cells + ["%.2f" % (values[e] / least) for e in a.engine])))
