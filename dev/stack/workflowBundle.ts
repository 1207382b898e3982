// Bundles the workflows into one file, for all workers that are started from source.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { bundleWorkflowCode, DefaultLogger } from "@temporalio/worker";

const WORKFLOWS = resolve(import.meta.dirname, "../../src/workflows/index");

export async function writeWorkflowBundle(path: string): Promise<void> {
  const extension = import.meta.filename.endsWith(".ts") ? ".ts" : ".js";
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS + extension,
    logger: new DefaultLogger("WARN"),
  });
  writeFileSync(path, code);
}
