// The forms of the workflows' bundle: with or without traces, with or without the encryption of failures.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FAILURE_CONVERTER_PATH } from "./encryption/dataConverter.ts";

export interface BundleForm {
  isTraced: boolean;
  isEncrypted: boolean;
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
/** From source it is .ts, in a build .js. */
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));

export const WORKFLOWS_PATH = path(`./workflows/index${EXTENSION}`);
const TRACING_PATH = path(`./workflows/tracing${EXTENSION}`);

export function bundleName({ isTraced, isEncrypted }: BundleForm): string {
  return `workflow-bundle${isTraced ? "-traced" : ""}${isEncrypted ? "-encrypted" : ""}.js`;
}

/** What the bundler is told besides the workflows. */
export function bundleParts({ isTraced, isEncrypted }: BundleForm) {
  return {
    ...(isTraced && { workflowInterceptorModules: [TRACING_PATH] }),
    ...(isEncrypted && { failureConverterPath: FAILURE_CONVERTER_PATH }),
  };
}

/** The file of a build; undefined from source. */
export function builtBundle(form: BundleForm): string | undefined {
  const built = path(`../${bundleName(form)}`);
  return existsSync(built) ? built : undefined;
}
