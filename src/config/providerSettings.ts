// The operators' settings of the providers.
import { z } from "zod";
import { isTableName } from "../providers/bigquery/nameRules.ts";
import { origin, plainText, seconds, token, wholeNumber } from "./parsers.ts";
import type { SettingGroup, SettingReader } from "./setting.ts";

const HOUR_MS = 3_600_000;
const MAX_TABLE_SETTING_CHARS = 128;
const BOTH: SettingReader[] = ["server", "worker"];

const tableName = z
  .string()
  .refine(
    (text) => isTableName(text) && text.length <= MAX_TABLE_SETTING_CHARS,
    `must be a BigQuery table name of at most ${MAX_TABLE_SETTING_CHARS} characters, as in inworld_router_exposures`,
  );

export const mixpanelSettings = {
  settleMs: {
    name: "MIXPANEL_SETTLE_SECONDS",
    parser: seconds(0, 30),
    default: "7200",
    description: "The time that Mixpanel may take to show what it accepted. Imports are complete up to this long ago.",
    readBy: BOTH,
  },
  exportEventName: {
    name: "MIXPANEL_EXPORT_EVENT_NAME",
    parser: plainText,
    default: "Inworld Router Exposure",
    description:
      "The event that an exposure becomes. Choose it before the first export: Mixpanel's dedupe key contains it.",
    readBy: BOTH,
  },
  ingestionUrl: {
    name: "MIXPANEL_INGESTION_URL",
    parser: origin.optional(),
    description: "Replaces `https://api.mixpanel.com` and its equivalents of other regions.",
    readBy: BOTH,
  },
  dataUrl: {
    name: "MIXPANEL_DATA_URL",
    parser: origin.optional(),
    description: "Replaces `https://data.mixpanel.com` and its equivalents of other regions.",
    readBy: BOTH,
  },
  apiUrl: {
    name: "MIXPANEL_API_URL",
    parser: origin.optional(),
    description: "Replaces `https://mixpanel.com` and its equivalents of other regions.",
    readBy: BOTH,
  },
} satisfies SettingGroup;

export const bigQuerySettings = {
  overlapMs: {
    name: "BIGQUERY_LOOKBACK_HOURS",
    parser: wholeNumber(0, 24 * 365).transform((value) => value * HOUR_MS),
    default: "24",
    description: "How long after its own timestamp a row may reach its table. More hours read more bytes in every run.",
    readBy: BOTH,
  },
  exportTable: {
    name: "BIGQUERY_EXPORT_TABLE",
    parser: tableName,
    default: "inworld_router_exposures",
    description: "The table of exposures in customers' datasets. Choose it before the first export.",
    readBy: BOTH,
  },
  stagingPrefix: {
    name: "BIGQUERY_STAGING_PREFIX",
    parser: tableName,
    default: "inworld_staging_",
    description: "The start of the names of short-lived tables in the same dataset.",
    readBy: BOTH,
  },
  restUrl: {
    name: "BIGQUERY_REST_URL",
    parser: origin.optional(),
    description: "Replaces `https://bigquery.googleapis.com`.",
    readBy: BOTH,
  },
  storageUrl: {
    name: "BIGQUERY_STORAGE_URL",
    parser: origin.optional(),
    description: "Replaces `https://bigquerystorage.googleapis.com`. `http://` means gRPC without TLS.",
    readBy: BOTH,
  },
  iamCredentialsUrl: {
    name: "IAM_CREDENTIALS_URL",
    parser: origin.optional(),
    description: "Replaces `https://iamcredentials.googleapis.com`.",
    readBy: BOTH,
  },
  sourceToken: {
    name: "GOOGLE_SOURCE_TOKEN",
    parser: token.optional(),
    description: "An access token, for tests where there are no Application Default Credentials.",
    readBy: BOTH,
  },
} satisfies SettingGroup;
