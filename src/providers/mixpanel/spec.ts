// What Mixpanel is to the API, the Portal, the store and the docs.
import { origin, plainText, seconds } from "../../config/parsers.ts";
import type { ProviderSettings } from "../../config/setting.ts";
import { PLAIN_TEXT, select, text, type Fields, type ProviderSpec, type ValuesOf } from "../provider.ts";

const settings = {
  projectId: {
    ...text({ pattern: /^[0-9]{1,20}$/, message: "must be the digits of the Mixpanel project id" }),
    label: "Project ID",
    example: "3141592",
    help: "Settings > Project Settings > Overview",
    isNumeric: true,
  },
  serviceAccountUsername: {
    ...text({
      ...PLAIN_TEXT,
      pattern: /^(?=\s*\S)[^:\p{Cc}\p{Cs}]*$/u,
      message: "must be 1 to 255 characters, not blank, without control characters and colons",
    }),
    label: "Service Account Username",
    example: "sync.abc123.mp-service-account",
    isChangeable: true,
  },
  region: {
    ...select({ us: "United States", eu: "European Union", in: "India" }),
    label: "Region",
    example: "us",
    isAdvanced: true,
  },
  /** How a project reads its own `time` and dates: projects made before 2023 use their local zone. */
  projectTime: {
    ...select({
      auto: "Found from the project and its rows",
      utc: "UTC",
      local: "Local time of the project (made before 2023)",
    }),
    label: "Time of the project",
    help: "A change dates the stored rows anew",
    example: "auto",
    isAdvanced: true,
    isChangeable: true,
  },
} satisfies Fields;

export type MixpanelSettings = ValuesOf<typeof settings>;
export type MixpanelRegion = MixpanelSettings["region"];

const IDENTITY_PROPERTIES = [
  // The ids of a row's user, in the order in which they count.
  "$user_id",
  "distinct_id",
  "$distinct_id_before_identity",
  "$distinct_id",
  "$device_id",
  "$identified_id",
  "$anon_id",
  "$anon_distinct_id",
  "$distinct_ids",
  "$email",
  "$phone",
  "$name",
  "$first_name",
  "$last_name",
  "$ip",
  "ip",
  "user_id",
  "email",
];

const addressOverride = (name: string, address: string) => ({
  name,
  parser: origin.optional(),
  description: `Replaces \`${address}\` and its equivalents of other regions.`,
});

const operatorSettings = {
  settleMs: {
    name: "MIXPANEL_SETTLE_SECONDS",
    parser: seconds(0, 30),
    default: "7200",
    description: "The time that Mixpanel may take to show what it accepted. Imports are complete up to this long ago.",
  },
  exportEventName: {
    name: "MIXPANEL_EXPORT_EVENT_NAME",
    parser: plainText,
    default: "Inworld Router Exposure",
    description:
      "The event that an exposure becomes. Choose it before the first export: Mixpanel's dedupe key contains it.",
  },
  ingestionUrl: addressOverride("MIXPANEL_INGESTION_URL", "https://api.mixpanel.com"),
  dataUrl: addressOverride("MIXPANEL_DATA_URL", "https://data.mixpanel.com"),
  apiUrl: addressOverride("MIXPANEL_API_URL", "https://mixpanel.com"),
} satisfies ProviderSettings;

/** How many export requests Mixpanel allows a project. */
export const REQUESTS_PER_HOUR = 60;
/** How many days one request may ask for, and how many the first one asks for, because the size of a day is unknown. */
export const MAX_WINDOW_DAYS = 92;
export const FIRST_BACKFILL_DAYS = 7;

/** Windows double up to the longest one. Large projects take more. */
export function backfillRequests(days: number): number {
  let requests = 0;
  for (let left = days, window = FIRST_BACKFILL_DAYS; left > 0; window = Math.min(MAX_WINDOW_DAYS, 2 * window)) {
    left -= window;
    requests++;
  }
  return requests;
}

export const mixpanelSpec = {
  id: "mixpanel",
  title: "Mixpanel",
  summary: "Exposures become events of your users; events of your project become metrics.",
  settings,
  secret: {
    ...text(PLAIN_TEXT),
    name: "serviceAccountSecret",
    label: "Service Account Secret",
    example: "the secret of the service account",
  },
  projectFields: ["projectId"],
  titlePrefix: "Project ",
  history: {
    first: { day: "2009-01-01", message: "must not be before 2009, the first year of Mixpanel" },
    cost: (days) => {
      const requests = backfillRequests(days);
      const limit = `Mixpanel allows a project ${REQUESTS_PER_HOUR} an hour`;
      return `The first import takes about ${requests} export ${requests === 1 ? "request" : "requests"}; ${limit}.`;
    },
    help: `A first import takes a request for each ${MAX_WINDOW_DAYS} days, of ${REQUESTS_PER_HOUR} an hour.`,
  },
  event: {
    nameField: "eventId",
    label: "Event ID",
    example: "purchase",
    help: "The event's name, exactly as in your Mixpanel project, for example purchase",
    descriptionHelp: "When this event is emitted",
    otherNamesRemedy:
      "Mixpanel cannot rename events that it has, and a name in Lexicon is for display only. Send the event a second " +
      "time under a name of these characters, and import that one.",
    source: {},
  },
  identityProperties: () => IDENTITY_PROPERTIES,
  // A resend with a later time would be a second event, because Mixpanel's dedupe key contains the time.
  deliversUpdates: false,
  operatorSettings,
} as const satisfies ProviderSpec;
