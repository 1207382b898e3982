import { z } from "zod";

/** Settings, all from the environment; this is the only reader of process.env. See README for what each means. */
export interface Config {
  databaseUrl: string;
  temporal: { taskQueue: string };
  server: { host: string; port: number };
  /** 32 bytes each; the first encrypts, all decrypt. */
  secretKeys: Buffer[];
  syncIntervalMs: number;
  syncJitterMs: number;
  sealGraceMs: number;
  exposureMaxAgeDays: number;
  exposureRetentionDays: number;
  importLookbackDays: number;
  mixpanel: {
    settleMs: number;
    exportEventName: string;
    /** Operator overrides of addresses: origins without a path. */
    ingestionUrl: string | undefined;
    dataUrl: string | undefined;
    apiUrl: string | undefined;
  };
  reconcileIntervalMs: number;
  activityHeartbeatMs: number;
  logLevel: string;
}
