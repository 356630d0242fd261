#!/usr/bin/env python3
"""A stand-in for the API of a forge, as far as `gh pr` asks for it: GitHub's, on a unix socket.

  tests/forge/server.py <directory>

Listens on <directory>/socket, where gh's setting http_unix_socket sends it, and knows one repository, octo/widget,
whose git side is the bare repository <directory>/octo/widget.git: branches are looked up there, and what is merged
moves them. <directory>/requests gets a line for each request: what it asks for, without the queries. What the forge
finds is scripted by files in <directory>:

  checks    what each look at a pull request's checks finds, a line for one look, the last for all further ones:
            "build=SUCCESS lint=PENDING"; no file, or an empty line: there are none
  status    the mergeStateStatus, in the same way; CLEAN without the file
  fail      "<request> <HTTP status>": that request fails so, once
"""
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingMixIn, UnixStreamServer

ROOT = sys.argv[1]
REMOTE = os.path.join(ROOT, "octo/widget.git")
URL = "https://github.com/octo/widget/pull/"
pulls = []
looks = {}
lock = threading.Lock()


def git(*args):
    done = subprocess.run(["git", "-C", REMOTE, *args], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def lines_of(name):
    try:
        with open(os.path.join(ROOT, name)) as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def next_line(name, default=""):
    lines = lines_of(name)
    at = looks.get(name, 0)
    looks[name] = at + 1
    return lines[min(at, len(lines) - 1)] if lines else default


def check(word):
    """build=SUCCESS: a check run; ci/x=PENDING, with a slash: a commit status."""
    name, state = word.split("=")
    if "/" in name:
        return {"__typename": "StatusContext", "context": name, "state": state, "targetUrl": "",
                "createdAt": "2030-01-01T00:00:00Z"}
    done = state not in ("QUEUED", "IN_PROGRESS")
    return {"__typename": "CheckRun", "name": name, "status": "COMPLETED" if done else state,
            "conclusion": state if done else "", "startedAt": "2030-01-01T00:00:00Z",
            "completedAt": "2030-01-01T00:01:00Z", "detailsUrl": "",
            "checkSuite": {"workflowRun": {"workflow": {"name": "ci"}}}}


def head_of(pull):
    if pull["state"] == "OPEN":
        pull["headRefOid"] = git("rev-parse", "--verify", "refs/heads/" + pull["headRefName"]) or pull["headRefOid"]
    return pull["headRefOid"]


def seen(pull, query=""):
    """A pull request as queries get it: all that any asks for, and what is scripted where this one does."""
    answer = dict(pull, headRefOid=head_of(pull))
    answer["commits"] = {"nodes": [{"commit": {"oid": pull["headRefOid"]}}]}
    if "statusCheckRollup" in query:
        contexts = [check(word) for word in next_line("checks").split()]
        rollup = {"contexts": {"nodes": contexts, "pageInfo": {"hasNextPage": False, "endCursor": ""}}}
        answer["statusCheckRollup"] = {"nodes": [{"commit": {"statusCheckRollup": rollup if contexts else None}}]}
    if "mergeStateStatus" in query:
        answer["mergeStateStatus"] = next_line("status", "CLEAN")
    return answer


def found(number):
    return next(pull for pull in pulls if number in (pull["number"], pull["id"]))


def repository():
    owner = {"id": "O1", "login": "octo", "name": "Octo"}
    return {"id": "R1", "name": "widget", "owner": owner, "hasIssuesEnabled": True, "description": "",
            "hasWikiEnabled": False, "viewerPermission": "WRITE", "defaultBranchRef": {"name": "main"}, "parent": None,
            "mergeCommitAllowed": True, "rebaseMergeAllowed": True, "squashMergeAllowed": True}


def refuse(message):
    return {"data": None, "errors": [{"type": "UNPROCESSABLE", "message": message}]}


def list_pulls(head, base, states):
    nodes = [seen(pull) for pull in reversed(pulls)
             if head in ("", pull["headRefName"]) and base in ("", pull["baseRefName"]) and pull["state"] in states]
    return {"data": {"repository": {"pullRequests": {"totalCount": len(nodes), "nodes": nodes,
                                                     "pageInfo": {"hasNextPage": False, "endCursor": ""}},
                                    "defaultBranchRef": {"name": "main"}}}}


def create(asked):
    owner, _, head = asked["headRefName"].rpartition(":")
    owner = owner or "octo"
    if not git("rev-parse", "--verify", "refs/heads/" + head):
        return refuse("Head sha can't be blank, Head ref must be a branch")
    same = [pull for pull in pulls if (pull["headRefName"], pull["headRepositoryOwner"]["login"]) == (head, owner)]
    if any(pull["state"] == "OPEN" for pull in same):
        return refuse(f"A pull request already exists for {owner}:{head}.")
    number = 12 + len(pulls)
    pulls.append({"id": f"PR{number}", "number": number, "url": f"{URL}{number}", "state": "OPEN", "headRefOid": "",
                  "title": asked["title"], "body": asked["body"], "headRefName": head,
                  "baseRefName": asked["baseRefName"], "isCrossRepository": owner != "octo",
                  "headRepositoryOwner": {"id": "O", "login": owner, "name": owner}, "auto": ""})
    return {"data": {"createPullRequest": {"pullRequest": seen(pulls[-1])}}}


def merge(asked):
    pull = found(asked["pullRequestId"])
    head, base = head_of(pull), "refs/heads/" + pull["baseRefName"]
    if asked.get("expectedHeadOid", head) != head:
        return refuse("Head branch was modified. Review and try the merge again.")
    message = f'{asked.get("commitHeadline", pull["title"])}\n\n{asked.get("commitBody", "")}'
    git("update-ref", base, git("-c", "user.name=Forge", "-c", "user.email=forge@example.invalid", "commit-tree",
                                "-p", base, "-m", message, head + "^{tree}"))
    pull["state"] = "MERGED"
    return {"data": {"mergePullRequest": {"clientMutationId": ""}}}


def merge_later(asked):
    pull = found(asked["pullRequestId"])
    if lines_of("status")[-1:] in ([], ["CLEAN"]):
        return refuse("Pull request Pull request is in clean status")
    pull["auto"] = asked["mergeMethod"]
    return {"data": {"enablePullRequestAutoMerge": {"clientMutationId": ""}}}


def answer(body):
    """The name of what was asked for, and a function that answers."""
    query, asked = body["query"], body.get("variables", {})
    if "query PullRequestList" in query:
        head = asked.get("headBranch", "")
        return f"list {head}", lambda: list_pulls(head, asked.get("baseBranch", ""), asked["state"])
    if "query PullRequestForBranch" in query:
        return "", lambda: list_pulls(asked["headRefName"], "", asked["states"] or ["OPEN", "MERGED", "CLOSED"])
    if "query PullRequestByNumber" in query:
        name = f'{"checks" if "statusCheckRollup" in query else "view"} {asked["pr_number"]}'
        return name, lambda: {"data": {"repository": {"pullRequest": seen(found(asked["pr_number"]), query)}}}
    if "query RepositoryInfo" in query:
        return "repository", lambda: {"data": {"repository": repository()}}
    if "__type(" in query:
        return "", lambda: {"data": {"PullRequest": {"fields": [{"name": "isInMergeQueue"}]}}}
    given = asked.get("input", {})
    if "createPullRequest" in query:
        return f'create {given["headRefName"]}', lambda: create(given)
    if "enablePullRequestAutoMerge" in query:
        return f'merge-later {given["pullRequestId"]} {given["mergeMethod"]}', lambda: merge_later(given)
    if "mergePullRequest" in query:
        return f'merge {given["pullRequestId"]} {given["mergeMethod"]}', lambda: merge(given)
    return "unknown " + query, lambda: refuse("the stand-in does not know this: " + query)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, what, status=200):
        data = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def fails(self, name):
        """Notes the request; whether it is the one to fail."""
        if name:
            with open(os.path.join(ROOT, "requests"), "a") as file:
                file.write(name + "\n")
        wanted = (lines_of("fail") or [""])[0].split(" ")
        if not name or name.split(" ")[0] != wanted[0]:
            return False
        os.unlink(os.path.join(ROOT, "fail"))
        self.reply({"message": "the stand-in was told to fail"}, int(wanted[1]))
        return True

    def body(self):
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")

    def do_POST(self):
        name, make = answer(self.body())
        with lock:
            if not self.fails(name):
                self.reply(make())

    def do_GET(self):
        self.one_pull(lambda pull: pull)

    def do_PATCH(self):
        given = self.body()
        given["state"] = given.get("state", "open").upper()
        self.one_pull(lambda pull: pull.update(given) or pull)

    def one_pull(self, use):
        number = re.fullmatch(r"/repos/octo/widget/pulls/(\d+)", self.path)
        name = {"GET": "read", "PATCH": "edit"}[self.command] + " " + number.group(1)
        with lock:
            if not self.fails(name):
                self.reply(use(found(int(number.group(1)))))


class Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True

    def get_request(self):
        return super().get_request()[0], ("local", 0)


# A test that was killed leaves nobody to end it.
threading.Timer(300, lambda: os._exit(1)).start()
Server(os.path.join(ROOT, "socket"), Handler).serve_forever()
