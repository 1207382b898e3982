// Faults of the local upstream. Each strikes one call, in the order in which they were added, unless `times` says otherwise.
import { z } from "zod";
import { faultFields } from "../shared/faults.ts";

const headers = z.record(z.string(), z.string());
const delayMs = z.number().int().min(0);
const afterEvents = z.number().int().min(0);

function fault<Kind extends string, Fields extends z.ZodRawShape>(kind: Kind, fields: Fields) {
  return z.strictObject({ ...faultFields, kind: z.literal(kind), times: faultFields.times.default(1), ...fields });
}

export const faultSchema = z.discriminatedUnion("kind", [
  // This status instead of an answer.
  fault("status", { status: z.number().int(), body: z.unknown().optional(), headers: headers.optional() }),
  // The connection breaks before the answer.
  fault("reset", {}),
  // There is no answer.
  fault("hang", {}),
  // The answer begins later.
  fault("slow", { delayMs }),
  // This much time passes between the events of a stream.
  fault("pace", { delayMs }),
  // A stream breaks after that many events.
  fault("cut", { afterEvents }),
  // A stream goes silent after that many events.
  fault("stall", { afterEvents }),
  // An ordinary answer with these headers.
  fault("headers", { headers }),
]);

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
