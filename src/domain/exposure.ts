// One served call that named its user.

/** One served call; ids validated by the caller. `exposedAtMs` null means now, by PostgreSQL's clock. */
export interface Exposure {
  aliasId: string;
  routeId: string;
  variantId: string;
  userId: string;
  exposedAtMs: number | null;
}
