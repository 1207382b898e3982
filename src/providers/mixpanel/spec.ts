// What Mixpanel is to the API, the Portal, the store and the docs.
import { PLAIN_TEXT, select, text, type Fields, type ProviderSpec, type ValuesOf } from "../provider.ts";

const settings = {
  projectId: {
    ...text({ pattern: /^[0-9]{1,20}$/, message: "must be the digits of the Mixpanel project id" }),
    label: "Project ID",
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
    isChangeable: true,
  },
  region: {
    ...select({ us: "United States", eu: "European Union", in: "India" }),
    label: "Region",
    isAdvanced: true,
  },
  /** How a project reads its own `time` and dates: projects made before 2023 use their local zone. */
  projectTime: {
    ...select({ utc: "UTC", local: "Local time of the project (made before 2023)" }),
    label: "Time of the project",
    isAdvanced: true,
  },
} satisfies Fields;

export type MixpanelSettings = ValuesOf<typeof settings>;
export type MixpanelRegion = MixpanelSettings["region"];

const IDENTITY_PROPERTIES = [
  "distinct_id",
  "$distinct_id",
  "$distinct_id_before_identity",
  "$user_id",
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

export const mixpanelSpec = {
  id: "mixpanel",
  title: "Mixpanel",
  summary: "Exposures become events of your users; events of your project become metrics.",
  settings,
  secret: { ...text(PLAIN_TEXT), name: "serviceAccountSecret", label: "Service Account Secret" },
  projectFields: ["projectId"],
  titlePrefix: "Project ",
  event: {
    nameField: "eventId",
    label: "Event ID",
    help: "The event's name, exactly as in your Mixpanel project, for example purchase",
    descriptionHelp: "When this event is emitted",
    source: {},
  },
  identityProperties: () => IDENTITY_PROPERTIES,
  // A resend with a later time would be a second event, because Mixpanel's dedupe key contains the time.
  deliversUpdates: false,
} as const satisfies ProviderSpec;
