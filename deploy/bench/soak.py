#!/usr/bin/env python3
"""Hours of training with checkpoints on S3 and executors killed; tells whether memory, files or processes leak.

    deploy/bench/soak.py --minutes 120 --folder /data/soak

Starts an S3 server on the loopback address, prepares pictures to shards on it, and trains a tiny model on two
executors from them, with a checkpoint about every minute; every five minutes an executor is killed (SIGKILL). The
younger one dies, so that the older one's memory can be followed; at half-time the older one, once. Every 15 seconds a
row for each process goes to FOLDER/soak.csv: resident memory, heap and metaspace in use, open files, threads; and for
the whole, the files in Spark's scratch space; every five minutes the names of the driver's threads go to
FOLDER/threads.jsonl. In the end the driver is interrupted (SIGTERM), and the table is judged:
slopes of memory after the warm-up, files and processes left over, checkpoints that are not what their state.json says.
Exit code 0 if all is well.

    deploy/bench/soak.py --judge /data/soak         judges the table of a run that is still going on

Needs Linux, Python 3.8 and a JDK (jstat, jcmd). Other users of the machine do no harm: run it with nice -n 19.
"""

import argparse
import collections
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
CASDM = os.path.join(ROOT, "deploy", "casdm")
BUCKET = "casdm-soak"
MODEL = [
    "data.size=16",
    "model.theta.channels=32",
    "model.theta.channel-mult=[1]",
    "model.theta.res-blocks=1",
    "model.theta.attention-resolutions=[]",
    "model.theta.heads=2",
    "diffusion.steps=100",
    "train.batch-size-per-worker=2",
    "train.ema-rates=[0.999]",
    "execution.threads-per-worker=1",
]
COLUMNS = [
    "seconds",
    "step",
    "kills",
    "role",
    "process",
    "rss_mib",
    "outside_heap_mib",
    "heap_mib",
    "live_heap_mib",
    "metaspace_mib",
    "open_files",
    "threads",
    "processes",
    "scratch_files",
    "scratch_mib",
    "work_folders",
    "checkpoints",
]
# Growth in an hour that is still noise; Spark's pools of threads fill slowly. work_folders grow by one for each
# executor: Spark keeps their logs.
# Resident memory is not judged as a whole: the heap claims what it needs, up to its limit, and seldom gives back.
ALLOWED = {
    "outside_heap_mib": 24,
    "live_heap_mib": 12,
    "metaspace_mib": 6,
    "open_files": 6,
    "threads": 30,
    "processes": 0.5,
    "scratch_files": 6,
    "scratch_mib": 4,
    "checkpoints": 0.5,
}
SHORTEST_MINUTES = 20
COLLECT_SECONDS = 300
STEP = re.compile(r"step ([\d,]+)/")
# Unpacked by lz4-java and others into Java's temporary folder, and removed when a JVM ends, but not when it is killed.
NATIVE_LIBRARY = re.compile(r"lib.*\.so(\.lck)?$")
MIB = 1 << 20


def say(text):
    print(time.strftime("%H:%M:%S ") + text, flush=True)


class Server:
    """deploy/s3server as a process of its own."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [os.path.join(ROOT, "deploy", "s3server"), folder, BUCKET],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.environment = {}
        for line in self.process.stdout:
            if line.strip().startswith("source "):
                with open(line.strip()[len("source ") :]) as file:
                    words = file.read().split()
                self.environment = dict(word.split("=", 1) for word in words if "=" in word)
                return
        sys.exit("soak: the S3 server does not start")

    def settings(self):
        return {
            "fs.s3a.endpoint": self.environment["S3_ENDPOINT"],
            "fs.s3a.path.style.access": "true",
            "fs.s3a.connection.ssl.enabled": "false",
        }

    def stop(self):
        self.process.terminate()
        self.process.wait()


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def descendants(parent):
    """Processes below a process: id -> command line."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = read("/proc/%s/stat" % name)
            if stat:
                children.setdefault(int(stat.rsplit(")", 1)[1].split()[1]), []).append(int(name))
    found, waiting = {}, [parent]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found[child] = read("/proc/%d/cmdline" % child).split("\0")
            waiting.append(child)
    return found


def executors(processes):
    """Spark's executors by their ids, the oldest first: id -> process."""
    found = {}
    for process, words in processes.items():
        if "--executor-id" in words and os.path.basename(words[0]) == "java":
            found[int(words[words.index("--executor-id") + 1])] = process
    return dict(sorted(found.items()))


def heap(process):
    """MiB of heap and of metaspace in use, and of heap that is claimed; None if the process has gone or is busy."""
    try:
        lines = subprocess.run(["jstat", "-gc", str(process)], capture_output=True, text=True, timeout=20).stdout
        names, values = (line.split() for line in lines.strip().splitlines())
    except (ValueError, subprocess.TimeoutExpired):
        return None, None, None
    kib = dict(zip(names, (float(value) if value != "-" else 0 for value in values)))
    return (
        sum(kib[name] for name in ("S0U", "S1U", "EU", "OU")) / 1024,
        kib["MU"] / 1024,
        sum(kib[name] for name in ("S0C", "S1C", "EC", "OC")) / 1024,
    )


def live_heap(process):
    """MiB of what is alive after a full collection, counted while everything stands still; None if it has gone."""
    try:
        counted = subprocess.run(
            ["jcmd", str(process), "GC.class_histogram"], capture_output=True, text=True, timeout=60
        ).stdout.split("\n")
    except subprocess.TimeoutExpired:
        return None
    total = [line.split() for line in counted if line.startswith("Total")]
    return int(total[0][2]) / MIB if total else None


def process_row(process, collect):
    """A row; with the heap that is live if the garbage is to be collected for it. None if the process has gone."""
    live = live_heap(process) if collect else None
    status = dict(re.findall(r"^(\w+):\s+(\d+)", read("/proc/%d/status" % process), re.MULTILINE))
    if "VmRSS" not in status:
        return None
    try:
        files = len(os.listdir("/proc/%d/fd" % process))
    except OSError:
        return None
    used, metaspace, claimed = heap(process)
    resident = int(status["VmRSS"]) / 1024
    return {
        "process": process,
        "rss_mib": round(resident, 1),
        "outside_heap_mib": "" if claimed is None else round(resident - claimed, 1),
        "live_heap_mib": "" if live is None else round(live, 1),
        "threads": int(status["Threads"]),
        "open_files": files,
        "heap_mib": "" if used is None else round(used, 1),
        "metaspace_mib": "" if metaspace is None else round(metaspace, 1),
    }


def thread_names(process):
    """How many threads there are by name, whose numbers do not count; Linux keeps 15 characters of it."""
    counts = collections.Counter()
    try:
        for thread in os.listdir("/proc/%d/task" % process):
            counts[re.sub(r"\d+", "#", read("/proc/%d/task/%s/comm" % (process, thread)).strip())] += 1
    except FileNotFoundError:
        pass
    return counts


def disk(folder):
    """Number and MiB of the files below a folder, but for the native libraries that killed JVMs leave there."""
    count = size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            if NATIVE_LIBRARY.match(name):
                continue
            try:
                size += os.lstat(os.path.join(place, name)).st_size
                count += 1
            except FileNotFoundError:
                pass
    return count, size / MIB


def last_step(log):
    """The newest step that the log tells."""
    with open(log, "rb") as file:
        file.seek(max(0, os.path.getsize(log) - 20000))
        found = STEP.findall(file.read().decode(errors="replace"))
    return int(found[-1].replace(",", "")) if found else 0


def checkpoints(run):
    try:
        return sorted(os.listdir(os.path.join(run, "checkpoints")))
    except FileNotFoundError:
        return []


class Soak:
    """One run."""

    def __init__(self, a):
        self.a = a
        self.folder = os.path.abspath(a.folder)
        self.scratch = os.path.join(self.folder, "scratch")
        self.log = os.path.join(self.folder, "train.log")
        self.objects = os.path.join(self.folder, "s3", BUCKET)
        self.work = os.path.join(ROOT, "job", "target", "spark", "work")
        if os.path.exists(self.folder) and os.listdir(self.folder):
            sys.exit("soak: %s is not empty" % self.folder)
        os.makedirs(self.scratch)
        self.work_before = set(self.work_folders())
        self.driver = None

    def work_folders(self):
        return os.listdir(self.work) if os.path.isdir(self.work) else []

    def environment(self, server):
        # Java's own temporary files go where they can be counted.
        return dict(
            os.environ,
            CASDM_HEAP=self.a.heap,
            CASDM_OFF_HEAP=self.a.heap,
            SPARK_LOCAL_IP="127.0.0.1",
            CASDM_THREADS="1",
            SPARK_LOCAL_DIRS=self.scratch,
            CASDM_JAVA_OPTIONS="-Djava.io.tmpdir=" + self.scratch,
            **server.environment,
        )

    def command(self, server, words):
        options = [word for name, value in server.settings().items() for word in ("-D", "%s=%s" % (name, value))]
        subprocess.run(
            [CASDM] + words + options,
            env=self.environment(server),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self, server, run, log, settings):
        with open(log, "a") as output:
            return subprocess.Popen(
                [CASDM, "train"]
                + MODEL
                + [
                    "run.folder=s3a://%s/%s" % (BUCKET, run),
                    "data.path=s3a://%s/data" % BUCKET,
                    "train.workers=2",
                    "train.averaging.period=%d" % self.a.averaging_frequency,
                    "samples.every-steps=0",
                    "checkpoint.keep-last=3",
                    "spark.master=local-cluster[2,1,%d]" % self.a.executor_memory,
                    "spark.local.dir=" + self.scratch,
                    "spark.executor.extraJavaOptions=-Djava.io.tmpdir=" + self.scratch,
                    "spark.executorEnv.SPARK_LOCAL_DIRS=" + self.scratch,
                    "spark.hadoop.hadoop.tmp.dir=" + self.scratch,
                ]
                + settings
                + ["spark.hadoop.%s=%s" % item for item in server.settings().items()],
                env=self.environment(server),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def pace(self, server):
        """Steps a minute, from a short run of its own."""
        log = os.path.join(self.folder, "pace.log")
        driver = self.driver = self.start(server, "pace", log, ["train.steps=%d" % (40 * self.a.averaging_frequency)])
        if driver.wait():
            sys.exit("soak: training fails, see " + log)
        seconds = []
        for name in sorted(os.listdir(os.path.join(self.objects, "pace", "metrics"))):
            with open(os.path.join(self.objects, "pace", "metrics", name)) as file:
                seconds += [json.loads(line)["roundSeconds"] for line in file]
        round_seconds = statistics.median(seconds[len(seconds) // 2 :])
        say("a round of %d steps takes %.2f s" % (self.a.averaging_frequency, round_seconds))
        return max(1, round(60 / round_seconds)) * self.a.averaging_frequency

    def run(self):
        server = Server(os.path.join(self.folder, "s3"))
        try:
            say("preparing")
            self.command(server, ["draw-images", "s3a://%s/pictures" % BUCKET, "--count", "2000", "--size", "16"])
            self.command(
                server,
                [
                    "prepare",
                    "--source",
                    "s3a://%s/pictures" % BUCKET,
                    "--out",
                    "s3a://%s/data" % BUCKET,
                    "--size",
                    "16",
                    "--images-per-shard",
                    "300",
                ],
            )
            every = self.a.checkpoint_steps or self.pace(server)
            say("training for %g minutes, a checkpoint every %d steps" % (self.a.minutes, every))
            self.driver = self.start(
                server, "run", self.log, ["train.steps=1000000000", "checkpoint.every-steps=%d" % every]
            )
            kills = self.watch(self.driver)
            return self.finish(kills)
        finally:
            if self.driver and self.driver.poll() is None:
                os.killpg(self.driver.pid, signal.SIGKILL)
            server.stop()

    def watch(self, driver):
        begin = time.monotonic()
        end, kill = begin + 60 * self.a.minutes, begin + 60 * self.a.kill_every
        kills, half, collected = 0, False, begin
        run = os.path.join(self.objects, "run")
        with open(os.path.join(self.folder, "soak.csv"), "w", newline="") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            while time.monotonic() < end:
                time.sleep(self.a.sample_every)
                if driver.poll() is not None:
                    sys.exit("soak: FAILED: training ended with exit code %d, see %s" % (driver.returncode, self.log))
                now = time.monotonic()
                processes = descendants(driver.pid)
                running = executors(processes)
                files, mib = disk(self.scratch)
                common = {
                    "seconds": round(now - begin),
                    "step": last_step(self.log),
                    "kills": kills,
                    "processes": 1 + len(processes),
                    "scratch_files": files,
                    "scratch_mib": round(mib, 1),
                    "work_folders": sum(
                        len(os.listdir(os.path.join(self.work, name)))
                        for name in set(self.work_folders()) - self.work_before
                    ),
                    "checkpoints": len(checkpoints(run)),
                }
                collect = now - collected >= COLLECT_SECONDS
                collected = now if collect else collected
                for role, process in [("driver", driver.pid)] + [("executor %d" % i, p) for i, p in running.items()]:
                    row = process_row(process, collect)
                    if row:
                        table.writerow({**common, **row, "role": role})
                file.flush()
                if collect:
                    with open(os.path.join(self.folder, "threads.jsonl"), "a") as names:
                        print(
                            json.dumps({"seconds": round(now - begin), "threads": thread_names(driver.pid)}), file=names
                        )
                if now >= kill and len(running) >= 2:
                    past = now - begin > 30 * self.a.minutes
                    victim = list(running)[0 if past and not half else -1]
                    half = half or past
                    say("step %d: killing executor %d" % (common["step"], victim))
                    os.kill(running[victim], signal.SIGKILL)
                    kills += 1
                    kill += 60 * self.a.kill_every
        return kills

    def finish(self, kills):
        """Ends the run as a user would, and says what is left."""
        processes = set(descendants(self.driver.pid))
        step = last_step(self.log)
        self.driver.terminate()
        problems = []
        try:
            code = self.driver.wait(60)
        except subprocess.TimeoutExpired:
            code = None
        if code not in (143, -signal.SIGTERM):
            problems.append("interrupted, the driver ended with %s instead of 143" % code)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and any(os.path.exists("/proc/%d" % process) for process in processes):
            time.sleep(0.5)
        left = [process for process in processes if os.path.exists("/proc/%d" % process)]
        if left:
            problems.append("processes left: %s" % left)
        for process in left:
            os.kill(process, signal.SIGKILL)
        files, mib = disk(self.scratch)
        if files:
            problems.append("%d files (%.1f MiB) left in the scratch space %s" % (files, mib, self.scratch))
        problems += self.broken_checkpoints()
        with open(os.path.join(self.folder, "end.json"), "w") as file:
            json.dump({"problems": problems, "kills": kills, "step": step}, file)
        for name in set(self.work_folders()) - self.work_before:
            shutil.rmtree(os.path.join(self.work, name))
        return judge(self.folder)

    def broken_checkpoints(self):
        run = os.path.join(self.objects, "run")
        problems, sound = [], 0
        for name in checkpoints(run):
            folder = os.path.join(run, "checkpoints", name)
            state = read(os.path.join(folder, "state.json"))
            if not state:
                continue  # being written when the driver was interrupted: readers pass it over
            for file_name, file in json.loads(state)["files"].items():
                with open(os.path.join(folder, file_name), "rb") as content:
                    if hashlib.sha256(content.read()).hexdigest() != file["sha256"]:
                        problems.append("%s/%s is not what state.json says" % (folder, file_name))
            sound += 1
        if not sound:
            problems.append("there is no checkpoint")
        return problems


def slope(points):
    """Theil and Sen's: the median of the slopes between pairs of points."""
    step = max(1, len(points) // 300)
    points = points[::step]
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for i, earlier in enumerate(points)
        for later in points[i + 1 :]
        if later[0] > earlier[0]
    ]
    return statistics.median(slopes) if slopes else 0.0


def judge(folder):
    """Prints what has been seen. True if nothing leaks."""
    with open(os.path.join(folder, "soak.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        sys.exit("soak: there are no samples yet")
    seconds = int(rows[-1]["seconds"])
    driver = [row for row in rows if row["role"] == "driver"]
    print(
        "%.0f minutes, %s steps, %s executors killed, %d samples of the driver"
        % (seconds / 60, rows[-1]["step"], rows[-1]["kills"], len(driver))
    )
    print(
        "| process | what | first | median | last | most | slope an hour | allowed |\n"
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    )
    well = True
    # Executors by their time; those that lived for ten minutes after their own warm-up can be judged.
    roles = {}
    for row in rows:
        roles.setdefault(row["role"], []).append(row)
    for role, own in roles.items():
        lived = int(own[-1]["seconds"]) - int(own[0]["seconds"])
        warm = int(own[0]["seconds"]) + min(600, max(60, lived // 4))
        settled = [row for row in own if int(row["seconds"]) >= warm]
        if len(settled) < 10 or (role != "driver" and lived < 0.2 * seconds):
            continue
        for column in ("rss_mib", "outside_heap_mib", "live_heap_mib", "metaspace_mib", "open_files", "threads"):
            well &= judge_column(role, column, settled)
    settled = [row for row in driver if int(row["seconds"]) >= min(600, seconds // 4)]
    for column in ("processes", "scratch_files", "scratch_mib", "checkpoints", "work_folders"):
        well &= judge_column("all", column, settled)
    print_threads(folder)
    end = os.path.join(folder, "end.json")
    problems = json.loads(read(end))["problems"] if os.path.exists(end) else ["the run is still going on"]
    for problem in problems:
        print("- " + problem)
    well &= not problems
    print("all is well" if well else "NOT well: see above")
    return well


def print_threads(folder):
    """Prints what the driver's threads were at first, in the middle and at last, those kinds that became more."""
    kinds = [json.loads(line)["threads"] for line in read(os.path.join(folder, "threads.jsonl")).splitlines()]
    if len(kinds) < 3:
        return
    first, middle, last = (collections.Counter(kinds[at]) for at in (0, len(kinds) // 2, -1))
    grown = sorted(last - first, key=lambda name: first[name] - last[name])
    print(
        "driver's threads, first, half-time and last: "
        + "; ".join("%s %d %d %d" % (name, first[name], middle[name], last[name]) for name in grown)
    )


def judge_column(role, column, rows):
    """Prints a row of the table."""
    points = [(int(row["seconds"]) / 3600, float(row[column])) for row in rows if row.get(column, "") != ""]
    if not points:
        return True
    values = [value for _, value in points]
    growth = slope(points)
    allowed = ALLOWED.get(column)
    hours = points[-1][0] - points[0][0]
    if allowed is None:
        verdict = ""
    elif 60 * hours < SHORTEST_MINUTES:
        verdict = "too short to say"
    else:
        # In less than an hour the same growth is a steeper slope.
        allowed *= max(1, 1 / hours)
        verdict = "%.1f%s" % (allowed, "" if growth <= allowed else " LEAKS")
    print(
        "| %s | %s | %.1f | %.1f | %.1f | %.1f | %+.2f | %s |"
        % (
            role,
            column.replace("_mib", ", MiB").replace("_", " "),
            values[0],
            statistics.median(values),
            values[-1],
            max(values),
            growth,
            verdict,
        )
    )
    return "LEAKS" not in verdict


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--folder", help="where everything goes; new or empty")
    p.add_argument("--minutes", type=float, default=120, help="length (default: 120)")
    p.add_argument("--kill-every", type=float, default=5, help="minutes between kills (default: 5)")
    p.add_argument("--checkpoint-steps", type=int, help="steps between checkpoints (default: about a minute's)")
    p.add_argument("--sample-every", type=float, default=15, help="seconds between samples (default: 15)")
    p.add_argument("--averaging-frequency", type=int, default=4, help="steps of a round (default: 4)")
    p.add_argument("--heap", default="768m", help="heap of the driver, and as much for arrays (default: 768m)")
    p.add_argument("--executor-memory", type=int, default=768, help="heap of an executor, MiB (default: 768)")
    p.add_argument("--judge", metavar="FOLDER", help="judge what is there, and do nothing else")
    a = p.parse_args()
    if a.judge:
        sys.exit(0 if judge(a.judge) else 1)
    if not a.folder:
        p.error("--folder is needed")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(0 if Soak(a).run() else 1)


if __name__ == "__main__":
    main()
