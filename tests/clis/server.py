#!/usr/bin/env python3
"""A stand-in for the APIs that agent CLIs talk to: Responses, chat completions, streamGenerateContent.

  tests/clis/server.py <shell command>

Listens on a free port of 127.0.0.1, which it prints. Whoever asks is told to call the tool that runs shell
commands, with that command; once the result of a tool is in the request, the answer is a text and the end.
"""
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMAND = sys.argv[1]
WHY = "make the change that was asked for"
# The tools that run a shell command, by name, and their arguments.
TOOLS = {
    "exec_command": {"cmd": COMMAND},
    "shell_command": {"command": COMMAND},
    "shell": {"command": ["sh", "-c", COMMAND]},
    "local_shell": {"command": ["sh", "-c", COMMAND]},
    "bash": {"command": COMMAND, "description": WHY},
    "run_shell_command": {"command": COMMAND, "description": WHY, "is_background": False},
}


def tool_among(names):
    return next((name for name in TOOLS if name in names), None)


def responses(body):
    """The events of the Responses API."""
    yield {"type": "response.created", "response": {"id": "r1"}}
    done = any(item.get("type", "").endswith("_output") for item in body["input"])
    tool = None if done else tool_among([t.get("name", t.get("type")) for t in body.get("tools", [])])
    if tool:
        item = {"type": "function_call", "id": "f1", "call_id": "c1", "name": tool,
                "arguments": json.dumps(TOOLS[tool])}
    else:
        item = {"type": "message", "id": "m1", "role": "assistant",
                "content": [{"type": "output_text", "text": "done"}]}
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield {"type": "response.completed",
           "response": {"id": "r1", "usage": {"input_tokens": 7, "input_tokens_details": None, "output_tokens": 3,
                                              "output_tokens_details": None, "total_tokens": 10}}}


def chat(body):
    """The chunks of a chat completion."""
    done = any(message["role"] == "tool" for message in body["messages"])
    tool = None if done else tool_among([t["function"]["name"] for t in body.get("tools", [])])
    if tool:
        call = {"index": 0, "id": "c1", "type": "function",
                "function": {"name": tool, "arguments": json.dumps(TOOLS[tool])}}
        delta, reason = {"role": "assistant", "tool_calls": [call]}, "tool_calls"
    else:
        delta, reason = {"role": "assistant", "content": "done"}, "stop"
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    for choice in ({"index": 0, "delta": delta, "finish_reason": None},
                   {"index": 0, "delta": {}, "finish_reason": reason}):
        yield {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
               "choices": [choice], "usage": usage if choice["finish_reason"] else None}


def gemini(body):
    """The one chunk of streamGenerateContent, which is also what generateContent answers."""
    parts = [part for content in body["contents"] for part in content["parts"]]
    done = any("functionResponse" in part for part in parts)
    offered = [f["name"] for t in body.get("tools", []) for f in t.get("functionDeclarations", [])]
    tool = None if done else tool_among(offered)
    part = {"functionCall": {"name": tool, "args": TOOLS[tool]}} if tool else {"text": "done"}
    yield {"candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}],
           "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3, "totalTokenCount": 10}}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def reply(self, kind, text, status=200):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.reply("application/json", '{"object":"list","data":[],"models":[]}')

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.split("?")[0]
        print(self.path, raw.decode(errors="replace"), file=sys.stderr, flush=True)
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            return self.reply("application/json", "{}")
        if path.endswith("/responses"):
            events = [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in responses(body)]
        elif path.endswith("/chat/completions"):
            events = [f"data: {json.dumps(e)}\n\n" for e in chat(body)] + ["data: [DONE]\n\n"]
        elif re.search(r":streamGenerateContent$", path):
            events = [f"data: {json.dumps(e)}\n\n" for e in gemini(body)]
        elif re.search(r":generateContent$", path):
            return self.reply("application/json", json.dumps(next(gemini(body))))
        else:
            return self.reply("application/json", "{}")
        self.reply("text/event-stream", "".join(events))


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
