// A provider that src does not name is synced both ways: by its spec and its connector alone, from the Portal's form on.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../support/portal/pageChecks.ts";
import {
  addIntegration,
  expectPage,
  fill,
  type Portal,
  region,
  startPortalSystem,
  syncNow,
} from "../support/portal/portal.ts";
import { createToyConnector } from "../support/providers/toy/connector.ts";
import { startToyServer, type ToyServer } from "../support/providers/toy/server.ts";
import { expose } from "../support/system/mixpanelSync.ts";
import { HOUR_MS } from "../support/system/system.ts";

const TOKEN = "the-token-of-the-kitchen";
const USERS = ["ann", "ben", "cat"];

let toys: ToyServer;
let portal: Portal;
beforeAll(async () => {
  toys = await startToyServer();
  portal = await startPortalSystem({ connectors: [createToyConnector(toys.url)] });
});
afterAll(async () => {
  await portal?.stop();
  await toys.stop();
});

interface Integrations {
  integrations: { id: string; provider: string; room?: string; greeting?: string; export: { sent: number } }[];
}

describe("a provider as a folder", () => {
  it("is created, synced both ways and followed by the real Portal, API, store and workflow", async () => {
    const { system } = portal;
    const room = toys.createRoom("kitchen", TOKEN);
    for (const [i, who] of USERS.entries()) {
      toys.addRow(room, { topic: "sale", atMs: Date.now() - HOUR_MS - i, fields: { Who: who, who, price: 12 } });
    }
    toys.addRow(room, { topic: "other", atMs: Date.now() - HOUR_MS, fields: { who: "ann" } });
    const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS;
    await expose(
      system,
      USERS.map((user) => ({ user, timestamp: hourMs + 1_000 })),
    );

    const page = await portal.signedIn();
    await addIntegration(page, "Toy Room");
    await fill(page, { Room: "The Kitchen", Token: TOKEN });
    await page.getByText("Must be 1 to 20 lowercase letters").waitFor();
    await page.getByRole("button", { name: "Advanced (optional)" }).click();
    await page.getByRole("textbox", { name: "Greeting" }).or(page.getByLabel("Greeting")).first().waitFor();
    await expectAccessible(page, "Add Toy Room");
    await fill(page, { Room: "kitchen" });
    await page.getByRole("button", { name: "Enable" }).click();
    await expectPage(page, "Toy Room kitchen");
    await page.getByText("Enabled: every step succeeded.").waitFor();
    await page.getByText("Opening the door").waitFor();
    // There is no guide to it.
    expect(await page.getByRole("link", { name: "What to prepare in Toy Room" }).count()).toBe(0);

    await page.getByRole("switch", { name: "Import from Toy Room" }).click();
    await page.getByRole("button", { name: "Add Event" }).click();
    await fill(page, { Topic: "sale", Description: "Somebody bought something", "Person Field": "who" });
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("link", { name: "sale: properties and records" }).waitFor();
    await page.getByRole("switch", { name: "Export to Toy Room" }).click();
    await page.getByRole("switch", { name: "Export to Toy Room", checked: true }).waitFor();
    await syncNow(page, "succeeded");
    await region(page, "Sync status").getByText("3 sent, 0 waiting, 0 rejected, 0 late").waitFor();
    expect([...room.notes.values()].map(({ user, timeMs }) => `${user} ${timeMs}`).toSorted()).toEqual(
      USERS.map((user) => `${user} ${hourMs + 1_000}`),
    );

    // A revision follows, because the destination can change what it has.
    await expose(system, [{ user: "ann", timestamp: hourMs + 2_000 }]);
    await syncNow(page, "succeeded");
    await region(page, "Sync status").getByText("3 sent, 0 waiting, 0 rejected, 1 late").waitFor();
    expect([...room.notes.values()].find(({ user }) => user === "ann")?.timeMs).toBe(hourMs + 2_000);

    const { integrations } = await system.call<Integrations>("GET", "/v1/integrations");
    expect(integrations).toMatchObject([{ provider: "toy", room: "kitchen", greeting: "hello" }]);
    const path = `/v1/integrations/${integrations[0]?.id}/events`;
    const { events } = await system.call<{ events: object[] }>("GET", path);
    expect(events).toMatchObject([{ topic: "sale", personField: "who", imported: 3, rejected: 0 }]);
    const { properties } = await system.call<{ properties: object[] }>("GET", `${path}/sale/properties`);
    // Whom a row is of is no example, in any case.
    expect(properties).toMatchObject([
      { name: "Who", example: null, count: 3 },
      { name: "price", example: 12, numeric: true },
      { name: "who", example: null, count: 3 },
    ]);
    expect(JSON.stringify(integrations)).not.toContain(TOKEN);
  });

  it("connects a project once, takes new credentials, and shows a refusal with its remedy", async () => {
    const { system } = portal;
    toys.createRoom("cellar", TOKEN);
    const body = { provider: "toy", room: "cellar", token: "wrong" };
    const { id } = await system.call<{ id: string }>("POST", "/v1/integrations", body);
    await expect(system.call("POST", "/v1/integrations", body)).rejects.toThrow(
      /409.*There is an integration of Toy Room with Room cellar already/,
    );
    const page = await portal.signedIn();
    await page.goto(`/integrations/${id}`);
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.getByText("The room refuses the token. Enter another one.").waitFor();
    await page.getByRole("button", { name: "Change connection" }).click();
    await page.getByRole("dialog").getByLabel("Token").first().fill(TOKEN);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.getByText("Enabled: every step succeeded.").waitFor();
  });
});
