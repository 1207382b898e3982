"""Calls the gateway through PyPI openai, unmodified; prints what it saw as one JSON line."""
import json
import sys

import openai

base_url, api_key = sys.argv[1:]
client = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0)
hello = {"model": "inworld/my-router", "messages": [{"role": "user", "content": "Hello"}]}
weather = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
seen = {}

plain = client.chat.completions.with_raw_response.create(**hello, user="py-plain")
seen["plain"] = plain.parse().choices[0].message.content
seen["variant"] = plain.headers["x-crosscurrent-variant"]
seen["stream"] = "".join(
    chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**hello, user="py-stream", stream=True)
)
tool = client.chat.completions.create(**hello, user="py-tools", tools=[weather]).choices[0].message.tool_calls[0]
seen["tool"] = [tool.function.name, json.loads(tool.function.arguments)]
name = arguments = ""
for chunk in client.chat.completions.create(**hello, user="py-tools-stream", tools=[weather], stream=True):
    for piece in chunk.choices[0].delta.tool_calls or []:
        name += piece.function.name or ""
        arguments += piece.function.arguments or ""
seen["tool streamed"] = [name, json.loads(arguments)]

ask = {"model": "inworld/my-router", "input": "Hello"}
function = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}, "strict": False}
seen["response"] = client.responses.create(**ask, user="py-response").output_text
seen["response streamed"] = "".join(
    event.delta
    for event in client.responses.create(**ask, user="py-response-stream", stream=True)
    if event.type == "response.output_text.delta"
)
called = client.responses.create(**ask, user="py-response-tools", tools=[function]).output[0]
seen["response's tool"] = [called.name, json.loads(called.arguments)]


def refusal(**changes):
    try:
        (changes.pop("client", client)).chat.completions.create(**{**hello, **changes})
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.code, error.param]


seen["unknown"] = refusal(model="inworld/none")
seen["unauthorized"] = refusal(client=openai.OpenAI(base_url=base_url, api_key="cck_wrong", max_retries=0))
seen["limited"] = refusal(user="py-limited")
print(json.dumps(seen))
