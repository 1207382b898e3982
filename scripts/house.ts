// `npm run check:house`: rules about files, documents and words that no linter knows. Prints each violation with its remedy.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { openApiDocument } from "./openApiDocument.ts";

const ROOT = resolve(import.meta.dirname, "..");
const MAX_LINE_CHARS = 120;
const MAX_BYTES: Record<string, number> = { "README.md": 8 * 1024, "ARCHITECTURE.md": 12 * 1024 };
const BANNED_WORDS = /\b(?:whoever|nobody|is told by|are told by|such as are)\b/i;
const PROVIDER_NAMES = /mixpanel|bigquery/i;
/** Files that may name a provider: its own folder, its settings and migrations, which are never edited. */
const PROVIDER_FILES = /^src\/(?:providers|config|store\/migrations)\//;

interface File {
  path: string;
  lines: string[];
}

/** Takes the files of the repository, returns one message per violation. */
type Check = (files: File[]) => string[] | Promise<string[]>;

const isCode = ({ path }: File) => /\.(?:ts|tsx|mjs|cjs)$/.test(path) && !/generated/.test(path);
const isSource = (file: File) => isCode(file) && file.path.startsWith("src/");
const isDocument = ({ path }: File) => path.endsWith(".md");

const checks: Record<string, Check> = {
  header: (files) =>
    files
      .filter(isCode)
      .filter(({ lines }) => !(lines[0]?.startsWith("#!") ? lines[1] : lines[0])?.startsWith("// "))
      .map(({ path }) => `${path}:1: begin the file with a \`//\` line that says what it is for`),

  lineLength: (files) =>
    eachLine(files.filter(isSource), ({ length }) =>
      length > MAX_LINE_CHARS ? `the line has ${length} characters: ${MAX_LINE_CHARS} at most` : null,
    ),

  words: (files) =>
    eachLine([...files.filter(isSource), ...files.filter(isDocument)], (line) => {
      const word = BANNED_WORDS.exec(line)?.[0];
      return word === undefined ? null : `"${word}": write plain English, as CONTRIBUTING.md shows`;
    }),

  providerNames: (files) =>
    eachLine(
      files.filter((file) => isSource(file) && !PROVIDER_FILES.test(file.path)),
      (line) => {
        const name = PROVIDER_NAMES.exec(line)?.[0];
        return name === undefined ? null : `names the provider ${name}: move it into the provider's spec`;
      },
    ),

  documentSize: (files) =>
    Object.entries(MAX_BYTES).flatMap(([name, max]) => {
      const bytes = Buffer.byteLength(files.find(({ path }) => path === name)?.lines.join("\n") ?? "");
      return bytes > max ? [`${name}: ${bytes} bytes, ${max} at most: move details into docs/`] : [];
    }),

  links: (files) =>
    files.filter(isDocument).flatMap((file) =>
      eachLine([file], (line) => {
        const targets = [...line.matchAll(/\]\((?!https?:)(?<path>[^)#\s]+)/g)].map(
          (match) => match.groups?.["path"] ?? "",
        );
        const missing = targets.find((target) => !existsSync(join(ROOT, dirname(file.path), target)));
        return missing === undefined ? null : `links to ${missing}, which does not exist`;
      }),
    ),

  operationIds: async () => {
    const { paths } = JSON.parse(await openApiDocument()) as { paths: Record<string, Record<string, object>> };
    return Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, operation]) => !("operationId" in operation))
        .map(([method]) => `${method.toUpperCase()} ${path}: give the operation an operationId`),
    );
  },
};

function eachLine(files: File[], problemOf: (line: string) => string | null): string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const problem = problemOf(line);
      return problem === null ? [] : [`${path}:${index + 1}: ${problem}`];
    }),
  );
}

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
const files = tracked
  .toString()
  .split("\n")
  .filter((path) => /\.(?:ts|tsx|mjs|cjs|md)$/.test(path) && existsSync(join(ROOT, path)))
  .map((path) => ({ path, lines: readFileSync(join(ROOT, path), "utf8").split("\n") }));

const chosen = process.argv.slice(2);
for (const [name, check] of Object.entries(checks)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const problems = await check(files);
  for (const problem of problems) console.error(`${name}: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
