// The far side of the toy provider: a real HTTP server that keeps rooms in memory.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Note {
  key: string;
  user: string;
  timeMs: number;
}

export interface ToyRow {
  id: string;
  topic: string;
  atMs: number;
  arrivedMs: number;
  fields: Record<string, unknown>;
}

export interface Room {
  token: string;
  notes: Map<string, Note>;
  rows: ToyRow[];
}

export interface ToyServer {
  url: string;
  createRoom(name: string, token: string): Room;
  addRow(room: Room, row: Pick<ToyRow, "topic" | "atMs" | "fields">): void;
  stop(): Promise<void>;
}

export async function startToyServer(): Promise<ToyServer> {
  const rooms = new Map<string, Room>();
  const answer = async (method: string, url: URL, token: string, body: string) => {
    const [, name = "", list] = url.pathname.split("/");
    const room = rooms.get(name);
    if (room === undefined) return { status: 404, body: "" };
    if (token !== room.token) return { status: 401, body: "" };
    if (method === "PUT" && list === "notes") {
      for (const note of JSON.parse(body) as Note[]) room.notes.set(note.key, note);
    }
    const [afterMs, throughMs] = [Number(url.searchParams.get("after")), Number(url.searchParams.get("through"))];
    const topics = url.searchParams.getAll("topic");
    const isAsked = ({ topic, arrivedMs }: ToyRow) =>
      topics.includes(topic) && arrivedMs > afterMs && arrivedMs <= throughMs;
    return { status: 200, body: JSON.stringify(list === "rows" ? room.rows.filter(isAsked) : {}) };
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://toy");
    const { status, body } = await answer(
      request.method ?? "",
      url,
      String(request.headers["x-token"]),
      await text(request),
    );
    response.writeHead(status).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    createRoom: (name, token) => {
      const room: Room = { token, notes: new Map(), rows: [] };
      rooms.set(name, room);
      return room;
    },
    addRow: (room, row) => void room.rows.push({ ...row, id: randomUUID(), arrivedMs: Date.now() }),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
