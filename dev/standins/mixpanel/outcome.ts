// What a request comes to: the project that it counts for, the fault that strikes it, and the answer.
import type { Reply } from "../shared/reply.ts";
import type { StruckFault } from "./faults.ts";
import type { Project } from "./project.ts";

export interface Outcome {
  project: Project;
  reply: Reply;
  /** May delay the answer or break the connection instead of it. */
  fault: StruckFault | null;
}
