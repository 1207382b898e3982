// Where a tenant's base URL may lead: as it is written, as a name resolves, and as a redirect would have it.
import type { LookupAddress } from "node:dns";
import { createServer, type AddressInfo, type Server } from "node:net";
import fc from "fast-check";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAddressPolicy, isPublicAddress } from "../../src/gateway/addresses.ts";
import { AddressRefusedError, createUpstreamAgent, type Resolve } from "../../src/gateway/connect.ts";

const policy = createAddressPolicy(["127.0.0.1:8095", "[::1]", "llm.internal"]);

describe("addresses", () => {
  test.each([
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.0.8",
    "198.18.0.1",
    "192.0.2.1",
    "168.63.129.16",
    "161.26.0.10",
    "166.9.250.1",
    "198.51.100.1",
    "203.0.113.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001::1",
    "2001:db8::1",
    "fec0::1",
    "100::1",
    "3fff::1",
    "4000::1",
    "nonsense",
  ])("%s is not public", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    "8.8.8.8",
    "1.1.1.1",
    "168.63.129.17",
    "166.7.255.255",
    "166.12.0.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
  ])("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test("no IPv4 address that is not public is let through in any IPv6 form or URL spelling", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const local = fc.oneof(
      fc.tuple(fc.constantFrom(0, 10, 127, 224, 255), octet, octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
      fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
    );
    fc.assert(
      fc.property(local, ([a, b, c, d]) => {
        const hex = (high: number, low: number) => (high * 256 + low).toString(16);
        const whole = ((a * 256 + b) * 256 + c) * 256 + d;
        const tail = `${hex(a, b)}:${hex(c, d)}`;
        const hosts = [
          `${a}.${b}.${c}.${d}`,
          String(whole),
          `0x${whole.toString(16)}`,
          `0${a.toString(8)}.${b}.${c}.${d}`,
          `${a}.${b}.${c * 256 + d}`,
          `[::ffff:${tail}]`,
          `[::${tail}]`,
          `[64:ff9b::${tail}]`,
          `[2002:${tail}::]`,
        ];
        for (const host of hosts) expect(policy.problemWith(`https://${host}/v1`)).not.toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});

describe("base URLs as they are saved", () => {
  test.each([
    "https://api.openai.com/v1",
    "https://api.example:8443",
    "https://8.8.8.8/v1",
    "https://[2606:4700::1111]/v1",
    "http://127.0.0.1:8095/v1",
    "http://[::1]:1/v1",
    "http://[0:0::1]/v1",
    "https://LLM.internal/v1",
  ])("%s may be", (baseUrl) => {
    expect(policy.problemWith(baseUrl)).toBeNull();
  });
  test.each([
    "http://api.openai.com/v1",
    "http://127.0.0.1:8096/v1",
    "https://127.0.0.1:8096",
    "https://localhost/v1",
    "https://a.localhost",
    "https://printer.local",
    "https://metadata.google.internal",
    "https://intranet",
    "ftp://llm.internal",
    "https://user:pw@api.example",
    "https://api.example/?a",
    "https://api.example/#a",
    "x",
    "https://api.example/?",
    `https://api.example/${"x".repeat(500)}`,
    "https://localhost./v1",
    "file:///etc/passwd",
    "https://168.63.129.16/v1",
    "https://api.example:22/v1",
    "https://api.example:80/v1",
    "https://api.example:5432/v1",
    "https://8.8.8.8:6379/v1",
    "https://[2606:4700::1111]:9200/v1",
  ])("%s may not", (baseUrl) => {
    expect(policy.problemWith(baseUrl)).not.toBeNull();
  });
});

describe("connections", () => {
  let trap: Server;
  let port = 0;
  let reached = 0;
  beforeAll(async () => {
    trap = createServer((socket) => {
      reached++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => {
      trap.listen(0, "127.0.0.1", resolve);
    });
    port = (trap.address() as AddressInfo).port;
  });
  afterAll(() => trap.close());

  /** The trap's port is open to all, unless other ports are given. */
  async function connect(
    url: string,
    addresses: LookupAddress[] = [],
    allowed: string[] = [],
    ports = [port],
  ): Promise<unknown> {
    const resolve: Resolve = (_hostname, callback) => callback(null, addresses);
    const agent = createUpstreamAgent(createAddressPolicy(allowed, ports), { resolve });
    return request(url, { dispatcher: agent })
      .then(
        () => null,
        (error: unknown) => error,
      )
      .finally(() => agent.destroy());
  }

  test.each([
    [[{ address: "127.0.0.1", family: 4 }]],
    [[{ address: "::ffff:127.0.0.1", family: 6 }]],
    [
      [
        { address: "::1", family: 6 },
        { address: "10.0.0.1", family: 4 },
      ],
    ],
    [[]],
  ])("a name that leads to %j is not connected to", async (addresses) => {
    expect(await connect(`https://rebound.example:${port}/`, addresses)).toBeInstanceOf(AddressRefusedError);
    expect(reached).toBe(0);
  });

  test.each([
    "https://127.0.0.1",
    "https://[::ffff:127.0.0.1]",
    "https://[::1]",
    "http://rebound.example",
    "https://2130706433",
  ])("%s is not connected to, whatever was saved", async (origin) => {
    const public4 = [{ address: "8.8.8.8", family: 4 }];
    expect(await connect(`${origin}:${port}/`, public4)).toBeInstanceOf(AddressRefusedError);
    expect(reached).toBe(0);
  });

  test("a public address is not connected to at a port that is not open to all", async () => {
    const public4 = [{ address: "8.8.8.8", family: 4 }];
    for (const url of ["https://api.example:22/", "https://8.8.8.8:6379/", `https://api.example:${port}/`]) {
      expect(await connect(url, public4, [], [443])).toBeInstanceOf(AddressRefusedError);
    }
  });

  test("a host that the operator allows is, on its port alone", async () => {
    const refused = await connect(`http://127.0.0.1:${port}/`, [], [`127.0.0.1:${port + 1}`]);
    expect(refused).toBeInstanceOf(AddressRefusedError);
    expect(reached).toBe(0);
    await connect(`http://127.0.0.1:${port}/`, [], [`127.0.0.1:${port}`]);
    expect(reached).toBe(1);
  });
});
