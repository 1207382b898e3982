// Says at the start which saved variants the gateway refuses to call: an upgrade may have closed what they used.
import type { Store } from "../store/store.ts";
import type { AddressPolicy } from "./addresses.ts";

const MAX_LOOKED_AT = 10_000;
const MAX_NAMED = 20;

export async function warnOfRefusedUpstreams(
  { routers }: { routers: Pick<Store["routers"], "upstreamsWithPorts"> },
  policy: AddressPolicy,
  logger: { warn(facts: object, message: string): void },
): Promise<void> {
  const variants = await routers.upstreamsWithPorts(MAX_LOOKED_AT);
  const refused = variants.filter(({ baseUrl }) => policy.problemWith(baseUrl) !== null);
  if (refused.length === 0) return;
  const named = refused
    .slice(0, MAX_NAMED)
    .map(({ workspaceId, routerId, variantId }) => ({ workspaceId, routerId, variantId }));
  logger.warn(
    { variants: refused.length, examples: named },
    "saved variants are refused: allow ports with GATEWAY_ALLOWED_PORTS, or hosts with GATEWAY_ALLOWED_HOSTS",
  );
}
