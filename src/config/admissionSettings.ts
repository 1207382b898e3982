// The shares of workspaces in what they have in common: calls, bytes and rows in a server (decision 0030).
import { wholeNumber } from "./parsers.ts";
import { readBy } from "./settings.ts";

const atOnce = wholeNumber(1, 1_000_000);
const OF_WORKSPACE = "Those of one workspace, and never more than are then still free. Servers share it out.";

export const admissionSettings = readBy(["server"], {
  workspaceCallsPerMinute: {
    name: "WORKSPACE_CALLS_PER_MINUTE",
    parser: wholeNumber(0, 100_000_000),
    default: "60000",
    description: "Calls of one workspace. Servers share it out. 0 means no limit.",
  },
  workspaceApiCallsPerMinute: {
    name: "WORKSPACE_API_CALLS_PER_MINUTE",
    parser: wholeNumber(0, 100_000_000),
    default: "3000",
    description:
      "Those of them that are neither exposures nor calls of the gateway, 20 seconds' worth at once. " +
      "Servers share it out. 0 means no limit.",
  },
  workspaceApiBytesPerSecond: {
    name: "WORKSPACE_API_BYTES_PER_SECOND",
    parser: wholeNumber(0, 10_000_000_000),
    default: "1048576",
    description:
      "Bytes of the bodies of these calls, 2 seconds' worth at once. Servers share it out. 0 means no limit.",
  },
  workspaceExposuresPerSecond: {
    name: "WORKSPACE_EXPOSURES_PER_SECOND",
    parser: wholeNumber(0, 100_000_000),
    default: "20000",
    description: "Exposures of one workspace, 30 seconds' worth at once. Servers share it out. 0 means no limit.",
  },
  workspaceExposureBytesPerSecond: {
    name: "WORKSPACE_EXPOSURE_BYTES_PER_SECOND",
    parser: wholeNumber(0, 10_000_000_000),
    default: "8388608",
    description: "Bytes of exposures, like `WORKSPACE_EXPOSURES_PER_SECOND`.",
  },
  workspaceChatBytesPerSecond: {
    name: "WORKSPACE_CHAT_BYTES_PER_SECOND",
    parser: wholeNumber(0, 10_000_000_000),
    default: "16777216",
    description: "Bytes of calls of the gateway, 8 seconds' worth at once. Servers share it out. 0 means no limit.",
  },
  bodyBytes: {
    name: "BODY_BYTES",
    parser: wholeNumber(0, 100_000_000_000),
    default: "268435456",
    description: "Bytes of bodies in a server's memory at once. The server needs twice as many. 0 means no limit.",
  },
  workspaceBodyBytes: {
    name: "WORKSPACE_BODY_BYTES",
    parser: wholeNumber(0, 100_000_000_000),
    default: "67108864",
    description:
      "Those of one workspace, and never more than are then still free. At least 33554432, the largest body. " +
      "0 means no limit.",
  },
  gatewayCallsAtOnce: {
    name: "GATEWAY_CALLS_AT_ONCE",
    parser: atOnce,
    default: "4000",
    description: "Calls of the gateway in a server at once.",
  },
  workspaceGatewayCallsAtOnce: {
    name: "WORKSPACE_GATEWAY_CALLS_AT_ONCE",
    parser: atOnce,
    default: "1000",
    description: OF_WORKSPACE,
  },
  apiCallsAtOnce: {
    name: "API_CALLS_AT_ONCE",
    parser: atOnce,
    default: "11",
    description: "Other calls of the API in a server at once. Calls beyond it wait, as with all of the following.",
  },
  workspaceApiCallsAtOnce: {
    name: "WORKSPACE_API_CALLS_AT_ONCE",
    parser: atOnce,
    default: "5",
    description: OF_WORKSPACE,
  },
  ingestsAtOnce: {
    name: "INGESTS_AT_ONCE",
    parser: atOnce,
    default: "8",
    description: "Calls with exposures that a server commits at once.",
  },
  workspaceIngestsAtOnce: {
    name: "WORKSPACE_INGESTS_AT_ONCE",
    parser: atOnce,
    default: "4",
    description: OF_WORKSPACE,
  },
  reportsAtOnce: {
    name: "REPORTS_AT_ONCE",
    parser: atOnce,
    default: "4",
    description: "Metric results, exposures per hour and pages of imported records in a server at once.",
  },
  workspaceReportsAtOnce: {
    name: "WORKSPACE_REPORTS_AT_ONCE",
    parser: atOnce,
    default: "2",
    description: OF_WORKSPACE,
  },
  providerCallsAtOnce: {
    name: "PROVIDER_CALLS_AT_ONCE",
    parser: atOnce,
    default: "16",
    description: "Connection tests and lists of datasets, tables and columns in a server at once.",
  },
  workspaceProviderCallsAtOnce: {
    name: "WORKSPACE_PROVIDER_CALLS_AT_ONCE",
    parser: atOnce,
    default: "2",
    description: OF_WORKSPACE,
  },
});
