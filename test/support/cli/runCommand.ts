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
  for (const name of [...SETTINGS, ...Object.keys(env)]) {
    const value = env[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
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
  }
}
