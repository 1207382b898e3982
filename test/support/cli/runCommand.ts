// A command within this process: what main.ts does, with the output caught.
import { report } from "../../../src/cli/exit.ts";
import { createProgram } from "../../../src/cli/program.ts";

const SETTINGS = ["DATABASE_URL", "TEMPORAL_ADDRESS", "TEMPORAL_TASK_QUEUE", "PORT", "CROSSCURRENT_SECRET_KEY"];

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export async function runCommand(args: string[], env: Record<string, string>): Promise<Ended> {
  const before = { ...process.env };
  for (const name of SETTINGS) delete process.env[name];
  Object.assign(process.env, env);
  const texts = { stdout: "", stderr: "" };
  const output = {
    print: (text: string) => void (texts.stdout += text),
    printError: (text: string) => void (texts.stderr += text),
  };
  try {
    await createProgram(output).parseAsync(args, { from: "user" });
    return { code: 0, ...texts };
  } catch (error) {
    return { code: report(error, output), ...texts };
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
