"""Calls the gateway through frameworks of PyPI, unmodified; prints what each saw as one JSON line."""
import asyncio
import json
import os
import sys

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
base_url, api_key = sys.argv[1:]
hello = [{"role": "user", "content": "Hello"}]
function = {"name": "weather", "description": "Forecasts", "parameters": {"type": "object", "properties": {}}}
seen = {}


def headers(user):
    return {"x-crosscurrent-user": user}


def langchain():
    from langchain_openai import ChatOpenAI, OpenAIEmbeddings

    for name, responses in (("langchain-chat", False), ("langchain-responses", True)):
        model = ChatOpenAI(
            model="inworld/one", base_url=base_url, api_key=api_key, use_responses_api=responses, max_retries=0,
            default_headers=headers(name),
        )
        plain = model.invoke("Hello").text
        streamed = "".join(piece.text for piece in model.stream("Hello"))
        called = model.bind_tools([{"type": "function", "function": function}]).invoke("Hello").tool_calls[0]
        seen[name] = [plain, streamed, called["name"], called["args"]]
    embeddings = OpenAIEmbeddings(
        model="inworld/one", base_url=base_url, api_key=api_key, check_embedding_ctx_length=False
    )
    seen["langchain-embeddings"] = embeddings.embed_query("ab")


def litellm():
    import litellm as lib

    name = "litellm"
    call = {"model": "openai/inworld/one", "api_base": base_url, "api_key": api_key, "extra_headers": headers(name)}
    plain = lib.completion(messages=hello, **call).choices[0].message.content
    streamed = "".join(
        piece.choices[0].delta.content or "" for piece in lib.completion(messages=hello, stream=True, **call)
    )
    tools = [{"type": "function", "function": function}]
    called = lib.completion(messages=hello, tools=tools, **call).choices[0].message.tool_calls[0].function
    seen[name] = [plain, streamed, called.name, json.loads(called.arguments)]
    # For upstreams that it does not know it drops `user`, so only the header names one.
    unnamed = {**call, "extra_headers": {}, "drop_params": True}
    lib.completion(messages=hello, user="litellm-user", **unnamed)
    lib.completion(messages=hello, user="litellm-user", **{**unnamed, "extra_headers": headers("litellm-header")})
    answer = lib.responses(input="Hello", **call)
    seen["litellm-responses"] = answer.output[0].content[0].text


def llama_index():
    from llama_index.core.llms import ChatMessage
    from llama_index.core.tools import FunctionTool
    from llama_index.llms.openai_like import OpenAILike

    name = "llama-index"
    model = OpenAILike(
        model="inworld/one", api_base=base_url, api_key=api_key, is_chat_model=True, is_function_calling_model=True,
        max_retries=0, default_headers=headers(name),
    )
    messages = [ChatMessage(role="user", content="Hello")]
    plain = model.chat(messages).message.content
    streamed = "".join(piece.delta or "" for piece in model.stream_chat(messages))
    weather = FunctionTool.from_defaults(fn=lambda city, days: "sunny", name="weather", description="Forecasts")
    answer = model.chat_with_tools([weather], user_msg="Hello")
    called = model.get_tool_calls_from_response(answer)[0]
    seen[name] = [plain, streamed, called.tool_name, called.tool_kwargs]


async def agents():
    from agents import Agent, Runner, function_tool, set_default_openai_api, set_default_openai_client
    from agents import set_tracing_disabled
    from openai import AsyncOpenAI

    set_tracing_disabled(True)

    @function_tool
    def weather(city: str, days: int) -> str:
        """Forecasts."""
        return "sunny"

    for name, api in (("agents-responses", "responses"), ("agents-chat", "chat_completions")):
        client = AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0, default_headers=headers(name))
        set_default_openai_client(client)
        set_default_openai_api(api)
        # The agents' own prefixes leave no room for another one.
        plain = (await Runner.run(Agent(name="plain", model="one"), "Hello")).final_output
        streamed = Runner.run_streamed(Agent(name="weather", model="one", tools=[weather]), "Hello")
        async for _event in streamed.stream_events():
            pass
        seen[name] = [plain, streamed.final_output]


langchain()
litellm()
llama_index()
asyncio.run(agents())
print(json.dumps(seen))
