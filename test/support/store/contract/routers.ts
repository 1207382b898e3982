// Routers: what belongs together, what has a limit, who sees it, and exposures counted per hour.
import type { NewRouter } from "../../../../src/domain/router.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ExposureHour } from "../../../../src/domain/exposure.ts";
import { ConflictError, InvalidFieldError } from "../../../../src/store/store.ts";
import { HOUR_MS, newWorkspace, readAll, type GetHarness } from "./harness.ts";

const upstream = { baseUrl: "https://llm.example/v1", model: "large", apiKey: "the key" };

function router(id: string): NewRouter {
  const variants = [
    { id: "a", weight: 3, upstream },
    { id: "b", weight: 1, upstream: { ...upstream, apiKey: null } },
  ];
  return { id, description: null, routes: [{ id: "r", conditions: {}, fallbackVariantIds: ["b"], variants }] };
}

export function routerTests(get: GetHarness): void {
  test("what serves a call has its keys, what people see has none", async () => {
    const { store } = get();
    const workspaceId = await newWorkspace(store);
    const created = await store.routers.create(workspaceId, router("one"));
    expect(JSON.stringify(created)).not.toContain("the key");
    expect(await store.routers.serving(workspaceId, "one")).toMatchObject({ id: "one", routes: router("one").routes });
    expect(await store.routers.serving(await newWorkspace(store), "one")).toBeNull();
  });

  test("an id is taken once in a workspace, whoever comes at the same time", async () => {
    const { store } = get();
    const workspaceId = await newWorkspace(store);
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => store.routers.create(workspaceId, router("one"))),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refusals = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as unknown);
    expect(refusals.every((reason) => reason instanceof ConflictError)).toBe(true);
    const added = await Promise.allSettled(
      Array.from({ length: 30 }, (_, i) =>
        store.routers.addRoute(workspaceId, "one", { ...router("one").routes[0]!, id: `r${i}` }),
      ),
    );
    expect(added.filter(({ status }) => status === "fulfilled")).toHaveLength(19);
    const all = await readAll(async (page) => store.routers.listRoutes(workspaceId, "one", page), 7);
    expect(all).toHaveLength(20);
  });

  test("changes that contradict the router change nothing", async () => {
    const { store } = get();
    const workspaceId = await newWorkspace(store);
    const before = await store.routers.create(workspaceId, router("one"));
    const { routers } = store;
    const changes = [
      routers.updateRoute(workspaceId, "one", "r", { conditions: { models: ["x"] }, fallbackVariantIds: ["none"] }),
      routers.update(workspaceId, "one", { description: "x", routeOrder: ["r", "r"] }),
      routers.update(workspaceId, "one", { description: "x", routeOrder: [] }),
      routers.updateVariant(workspaceId, "one", "r", "a", { upstream: { baseUrl: "https://other.example" } }),
    ];
    // All are watched at once: one that is refused while another is awaited would count as unhandled.
    await Promise.all(changes.map((change) => expect(change).rejects.toThrow(InvalidFieldError)));
    expect(await routers.get(workspaceId, "one")).toEqual(before);
    expect(await routers.updateVariant(workspaceId, "one", "r", "none", {})).toBeNull();
    expect(await routers.removeVariant(workspaceId, "one", "none", "a")).toBe(false);
  });

  test("any mix of exposures and seals: hours count every exposure once and every user once", async () => {
    const { store } = get();
    const nowMs = await store.nowMs();
    const first = nowMs - (nowMs % HOUR_MS) - 4 * HOUR_MS;
    const exposure = fc.record({
      hour: fc.nat(4),
      variantId: fc.constantFrom("a", "b"),
      userId: fc.constantFrom("ann", "bob", "cyd"),
    });
    const steps = fc.array(fc.oneof(exposure, fc.constant("seal" as const)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, async (todo) => {
        const workspaceId = await newWorkspace(store);
        const seen = todo.filter((step) => step !== "seal");
        for (const step of todo) {
          if (step === "seal") await store.exposures.seal(workspaceId);
          else {
            const ids = { aliasId: "one", routeId: "r", variantId: step.variantId, userId: step.userId };
            const exposedAtMs = first + step.hour * HOUR_MS;
            await store.exposures.ingest(workspaceId, [{ ...ids, exposedAtMs }]);
          }
        }
        const range = { fromMs: first, toMs: first + 5 * HOUR_MS, limit: 100 };
        expect((await store.routers.exposures(workspaceId, "one", range)) ?? []).toEqual(countedBy(seen, first));
      }),
      { numRuns: 25 },
    );
  });
}

function countedBy(seen: { hour: number; variantId: string; userId: string }[], firstMs: number): ExposureHour[] {
  const keys = [...new Set(seen.map(({ hour, variantId }) => `${hour} ${variantId}`))].toSorted();
  return keys.map((key) => {
    const [hour = "", variantId = ""] = key.split(" ");
    const those = seen.filter((one) => one.hour === Number(hour) && one.variantId === variantId);
    const users = new Set(those.map(({ userId }) => userId)).size;
    return { hourMs: firstMs + Number(hour) * HOUR_MS, routeId: "r", variantId, exposures: those.length, users };
  });
}
