// Bundles the workflows into one file, for all workers that are started from source.
import { writeFileSync } from "node:fs";
import { bundleWorkflowCode, DefaultLogger } from "@temporalio/worker";
import { bundleParts, WORKFLOWS_PATH, type BundleForm } from "../../src/workflowBundle.ts";

const USUAL: BundleForm = { isTraced: false, isEncrypted: false };

export async function writeWorkflowBundle(path: string, form = USUAL): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS_PATH,
    ...bundleParts(form),
    logger: new DefaultLogger("WARN"),
  });
  writeFileSync(path, code);
}
