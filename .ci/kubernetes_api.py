#!/usr/bin/env python3
"""What Spark asks a Kubernetes API server for, without a Kubernetes.

    kubernetes_api.py serve FOLDER    answers on the loopback address as if everything had been created, writes each
                                      pod that is created to FOLDER/pod-N.json, and its port to FOLDER/port
    kubernetes_api.py check FOLDER    says what is wrong with these pods; exit code 1 if anything is

Needs Python 3.8 alone.
"""

import http.server
import json
import pathlib
import sys
import threading


def serve(folder):
    """Serves until it is killed."""
    lock = threading.Lock()
    pods = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, code, body):
            data = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def body(self):
            return json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")

        def missing(self):
            self.answer(
                404,
                {
                    "apiVersion": "v1",
                    "kind": "Status",
                    "status": "Failure",
                    "code": 404,
                    "reason": "NotFound",
                    "message": self.path,
                },
            )

        def do_GET(self):
            path, _, query = self.path.partition("?")
            if "watch=true" in query or path.count("/") > 5:
                self.missing()
            else:
                kind = {"pods": "PodList", "configmaps": "ConfigMapList"}.get(path.rsplit("/", 1)[-1], "List")
                self.answer(200, {"apiVersion": "v1", "kind": kind, "metadata": {"resourceVersion": "1"}, "items": []})

        def created(self):
            thing = self.body()
            thing.setdefault("metadata", {}).update(uid="00000000-0000-0000-0000-000000000001", resourceVersion="1")
            self.answer(201, thing)
            if thing.get("kind") == "Pod":
                with lock:
                    pods.append(thing)
                    part = folder / "part"
                    part.write_text(json.dumps(thing, indent=2))
                    part.rename(folder / f"pod-{len(pods)}.json")

        do_POST = do_PUT = do_PATCH = created

        def do_DELETE(self):
            self.body()
            self.answer(200, {"apiVersion": "v1", "kind": "Status", "status": "Success"})

        def log_message(self, *arguments):
            """Nothing: what was asked for is in the folder."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    (folder / "part").write_text(str(server.server_port))
    (folder / "part").rename(folder / "port")
    server.serve_forever()


def problems_of(pod):
    """What is wrong with a pod, as sentences."""
    role = pod["metadata"]["labels"].get("spark-role", "no role")
    container = pod["spec"]["containers"][0]

    def expect(what, holds):
        if not holds:
            yield f"{role}: {what}"

    security, own = pod["spec"].get("securityContext", {}), container.get("securityContext", {})
    yield from expect(
        "runs as user 185, never as root", security.get("runAsUser") == 185 and security.get("runAsNonRoot") is True
    )
    yield from expect(
        "has no capabilities and a read-only root",
        own.get("capabilities", {}).get("drop") == ["ALL"]
        and own.get("readOnlyRootFilesystem") is True
        and own.get("allowPrivilegeEscalation") is False,
    )
    limits = container["resources"]["limits"]
    gpus = limits.get("nvidia.com/gpu")
    yield from expect("has a GPU on an executor only", gpus is None if role == "driver" else str(gpus) == "1")
    yield from expect("has a limit of memory", "memory" in limits)
    writable = {mount["mountPath"] for mount in container["volumeMounts"]}
    yield from expect("may write to /tmp and the working folder", {"/tmp", "/opt/spark/work-dir"} <= writable)
    keys = {variable["name"]: variable.get("valueFrom", {}).get("secretKeyRef") for variable in container["env"]}
    for name, key in (("AWS_ACCESS_KEY_ID", "access-key"), ("AWS_SECRET_ACCESS_KEY", "secret-key")):
        reference = keys.get(name) or {}
        yield from expect(
            f"takes {name} from the secret", (reference.get("name"), reference.get("key")) == ("casdm-s3", key)
        )
    yield from expect("has the template's labels", pod["metadata"]["labels"].get("app.kubernetes.io/name") == "casdm")
    yield from expect("is in the namespace", pod["metadata"].get("namespace", "casdm") == "casdm")
    if role == "executor":
        path = {variable["name"]: variable.get("value") for variable in container["env"]}.get("SPARK_CLASSPATH") or ""
        yield from expect("finds LibTorch's native code", "/opt/casdm/engines/libtorch" in path.split(":"))
    if role == "driver":
        yield from expect("has the account", pod["spec"].get("serviceAccountName") == "casdm")
        yield from expect("runs the command", "org.casdm.job.cli.Casdm" in container.get("args", []))


def check(folder):
    """Prints what is wrong; whether all is well."""
    pods = [json.loads(path.read_text()) for path in sorted(folder.glob("pod-*.json"))]
    roles = {pod["metadata"]["labels"].get("spark-role") for pod in pods}
    problems = [f"there is no {role}" for role in sorted({"driver", "executor"} - roles)]
    for pod in pods:
        problems += problems_of(pod)
    for problem in problems:
        print(f"kubernetes: {problem}", file=sys.stderr)
    return not problems


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("serve", "check"):
        sys.exit(__doc__)
    if sys.argv[1] == "serve":
        serve(pathlib.Path(sys.argv[2]))
    elif not check(pathlib.Path(sys.argv[2])):
        sys.exit(1)
