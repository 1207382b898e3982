// The page of API keys: a new one is shown once, works as its scopes say, and is revoked; a reader's session is read-only.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { expectAccessible } from "../support/portal/pageChecks.ts";
import { expectPage, fill, region, signIn, startPortalSystem, type Portal } from "../support/portal/portal.ts";

let portal: Portal;
beforeAll(async () => {
  portal = await startPortalSystem({ worker: false });
});
afterAll(() => portal?.stop());

const statusOf = async (key: string, path: string) =>
  (await fetch(`${portal.url}${path}`, { headers: { authorization: `Bearer ${key}` } })).status;

describe("API keys", () => {
  it("are created, shown once, listed, and revoked", async () => {
    const page = await portal.signedIn();
    await page.getByRole("link", { name: "API Keys" }).click();
    await expectPage(page, "API Keys");
    await page.getByRole("rowheader", { name: "First key" }).waitFor();
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByText("Enter the name.").waitFor();
    await fill(page, { Name: "the shop" });
    await page.getByRole("checkbox", { name: "chat:" }).uncheck();
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByText("Choose at least one scope.").waitFor();
    await page.getByRole("checkbox", { name: "read:" }).check();
    await page.getByRole("combobox", { name: "Expires" }).click();
    await page.getByRole("option", { name: "After 30 days" }).click();
    await page.getByRole("button", { name: "Create key" }).click();
    const shown = page.getByRole("status").filter({ hasText: "it is not shown again" });
    const key = (await shown.locator("code").innerText()).trim();
    expect(await statusOf(key, "/v1/routers")).toBe(200);
    const row = page.getByRole("row", { name: /^the shop/ });
    expect(await row.innerText()).toContain(`${key.slice(0, 8)}…`);
    await expectAccessible(page, "API keys", { dark: true });
    await page.reload();
    await row.getByText("just now").waitFor();
    expect(await page.content()).not.toContain(key);

    await page.getByRole("button", { name: "Delete the key the shop" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
    await eventually(
      () => statusOf(key, "/v1/routers"),
      (status) => status === 401,
    );
  });

  it("that only read open a session that changes nothing, and those that cannot read open none", async () => {
    const { keys } = portal.system.store;
    const keyOf = async (scopes: Parameters<typeof keys.create>[1]["scopes"]) =>
      (await keys.create(portal.system.workspaceId, { name: "a key", scopes, expiresAtMs: null }))?.text ?? "";
    const page = await portal.open();
    await fill(page, { "API key": await keyOf(["chat", "exposures"]) });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("can neither read nor change").waitFor();
    await signIn(page, await keyOf(["read"]));
    await page.getByRole("note").getByText("change nothing").waitFor();
    await page.getByRole("link", { name: "API Keys" }).click();
    await region(page, "New key").waitFor();
    await fill(page, { Name: "more" });
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("alert").getByText("Use a key with the scope").waitFor();
    const { items } = await keys.list(portal.system.workspaceId, { cursor: null, limit: 1_000 });
    expect(items.map(({ name }) => name)).not.toContain("more");
  });
});
