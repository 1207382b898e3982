// The settings of Temporal's side: task queue, versions, encryption of payloads, the codec server, traces.
import { z } from "zod";
import { bearerToken, plainText, secretKeys, socketAddress } from "./parsers.ts";
import type { SettingGroup } from "./setting.ts";
import { EVERYWHERE, readBy } from "./settings.ts";

/** Names of payload keys and their use are the same for all processes and for the codec server. */
export const payloadSettings = readBy(EVERYWHERE, {
  payloadKeys: {
    name: "TEMPORAL_PAYLOAD_KEY",
    parser: secretKeys.optional(),
    description:
      "32 bytes as base64: what Temporal stores is encrypted. The same for all processes. " +
      "Separate several by commas: the first encrypts.",
  },
  payloadEncryption: {
    name: "TEMPORAL_PAYLOAD_ENCRYPTION",
    parser: z.enum(["on", "off"], "must be on or off"),
    default: "on",
    description: "`off`: the keys only decrypt, for the time in which not all processes have them, and afterwards.",
  },
});

export const temporalSettings = {
  taskQueue: {
    name: "TEMPORAL_TASK_QUEUE",
    parser: plainText,
    default: "crosscurrent",
    description: "The task queue of workflows and activities. Two installations in one namespace need two.",
    readBy: EVERYWHERE,
  },
  deploymentName: {
    name: "TEMPORAL_DEPLOYMENT_NAME",
    parser: plainText.optional(),
    description: "Switches worker versioning on, together with `TEMPORAL_WORKER_BUILD_ID`.",
    readBy: ["worker"],
  },
  buildId: {
    name: "TEMPORAL_WORKER_BUILD_ID",
    parser: plainText.optional(),
    description: "The version of this worker, for worker versioning.",
    readBy: ["worker"],
  },
  ...payloadSettings,
} satisfies SettingGroup;

export const codecServerSettings = readBy(["commands"], {
  address: {
    name: "CODEC_SERVER_ADDRESS",
    parser: socketAddress,
    default: "127.0.0.1:8081",
    description: "`address:port` where `codec-server` listens. Only operators may reach it.",
  },
  token: {
    name: "CODEC_SERVER_TOKEN",
    parser: bearerToken.optional(),
    description: "What operators show to `codec-server`, which needs it: at least 32 letters, digits, `-` or `_`.",
  },
});

export const tracingSettings = readBy(["server", "worker"], {
  tracesExporter: {
    name: "OTEL_TRACES_EXPORTER",
    parser: z.enum(["none", "otlp"], "must be none or otlp"),
    default: "none",
    description: "`otlp` sends traces of calls and runs to `OTEL_EXPORTER_OTLP_ENDPOINT`.",
  },
});
