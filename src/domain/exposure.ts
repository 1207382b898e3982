// Exposures: served calls that named their user.

/** One served call, with ids that the caller has validated. */
export interface Exposure {
  aliasId: string;
  routeId: string;
  variantId: string;
  userId: string;
  /** Null means now, by PostgreSQL's clock. */
  exposedAtMs: number | null;
}

export interface ExposureHour {
  hourMs: number;
  routeId: string;
  variantId: string;
  exposures: number;
  users: number;
}
