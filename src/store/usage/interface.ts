// What routers and their variants did, with users and without.
import type { Page, PageRequest } from "../../domain/page.ts";
import type { Alias, AnonymousUsage, VariantUsage } from "../../domain/usage.ts";

export interface UsageRange {
  /** fromMs <= hour < toMs, both the start of an hour. */
  fromMs: number;
  toMs: number;
  /** Null: all routes. */
  routeId: string | null;
}

export interface UsageStore {
  /**
   * By route and variant. Counts calls that are not folded yet too, up to a million of them. Null if the alias is no
   * router and has no calls.
   */
  variants(workspaceId: string, aliasId: string, range: UsageRange): Promise<VariantUsage[] | null>;
  /** Adds calls without a user to the current hour. */
  addAnonymous(workspaceId: string, usage: AnonymousUsage[]): Promise<void>;
  /** By id: every router, and every alias that has exposures. */
  aliases(workspaceId: string, page: PageRequest): Promise<Page<Alias>>;
}
