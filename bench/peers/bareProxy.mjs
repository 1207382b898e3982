// The bare limit for a gateway: Node's server, undici's client, bytes piped both ways. Prints its address.
import { createServer } from "node:http";
import { pipeline } from "node:stream/promises";
import { Agent, request } from "undici";

const [, , upstream] = process.argv;
const agent = new Agent({ connections: 1024 });
const server = createServer(async (incoming, outgoing) => {
  try {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const answer = await request(`${upstream}/chat/completions`, {
      dispatcher: agent,
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer sk-local" },
      body: Buffer.concat(chunks),
    });
    outgoing.writeHead(answer.statusCode, { "content-type": answer.headers["content-type"] });
    await pipeline(answer.body, outgoing);
  } catch {
    outgoing.destroy();
  }
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
process.once("SIGTERM", () => process.exit(0));
