// A provider that src does not know: rooms with a list of exposures and a list of rows, behind a token.
import { origin } from "../../../../src/config/parsers.ts";
import type { ProviderSettings } from "../../../../src/config/setting.ts";
import {
  PLAIN_TEXT,
  reader,
  select,
  text,
  type Fields,
  type ProviderSpec,
} from "../../../../src/providers/provider.ts";

const settings = {
  room: {
    ...text({ pattern: /^[a-z]{1,20}$/, message: "must be 1 to 20 lowercase letters" }),
    label: "Room",
    help: "It is written on the door",
    example: "kitchen",
  },
  greeting: { ...select({ hello: "Hello", ahoy: "Ahoy" }), label: "Greeting", example: "hello", isAdvanced: true },
} satisfies Fields;

const source = {
  personField: { ...text(PLAIN_TEXT), label: "Person Field", help: "Holds the user's id", example: "who" },
} satisfies Fields;

export const readSource = reader(source);

export const toySpec = {
  id: "toy",
  title: "Toy Room",
  summary: "Exposures become notes in a room; rows of the room become metrics.",
  settings,
  secret: { ...text(PLAIN_TEXT), name: "token", label: "Token", example: "a token" },
  projectFields: ["room"],
  event: {
    nameField: "topic",
    label: "Topic",
    help: "What the rows are about",
    example: "sale",
    descriptionHelp: "When somebody writes such a row",
    source,
  },
  identityProperties: (stored) => (stored === null ? [] : [readSource(stored).personField]),
  deliversUpdates: true,
  operatorSettings: {
    url: { name: "TOY_URL", parser: origin.optional(), description: "Where the rooms are." },
  } satisfies ProviderSettings,
} as const satisfies ProviderSpec;
