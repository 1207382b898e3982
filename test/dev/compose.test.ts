// docker-compose.yml and the Dockerfile, held to the Compose specification and to what the project really has.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { createProgram } from "../../src/cli/program.ts";
import { admissionSettings } from "../../src/config/admissionSettings.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

const service = z.object({
  build: z.object({ target: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  healthcheck: z.unknown().optional(),
  image: z.string(),
  profiles: z.array(z.string()).default([]),
});

function compose(): unknown {
  return parse(read("docker-compose.yml"), { merge: true });
}
const { services } = z.object({ services: z.record(z.string(), service) }).parse(compose());
const dockerfile = read("Dockerfile");
const ignored = read(".dockerignore").split("\n");

function validator() {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  formats.default(ajv);
  // Formats of Docker's own, which say nothing that the types do not.
  for (const name of ["ports", "expose", "subnet_ip_address"]) ajv.addFormat(name, true);
  return ajv.compile(JSON.parse(read("test/support/compose-spec/schema.json")) as object);
}

describe("docker-compose.yml", () => {
  it("gives the limits of workspaces the defaults that they have without it", () => {
    const defaults = new Map<string, string | undefined>(
      Object.values(admissionSettings).map((setting) => [setting.name, setting.default]),
    );
    const given = [...read("docker-compose.yml").matchAll(/\$\{(\w+):-(\w*)\}/g)].filter(([, name]) =>
      defaults.has(name!),
    );
    expect(given).not.toEqual([]);
    for (const [, name, value] of given) expect([name, value]).toEqual([name, defaults.get(name!)]);
  });

  it("is valid by the Compose specification's schema", () => {
    const validate = validator();
    validate(compose());
    expect(validate.errors ?? []).toEqual([]);
  });

  it("is checked by a schema that finds mistakes", () => {
    const validate = validator();
    const wrong = structuredClone(compose()) as { services: Record<string, Record<string, unknown>> };
    wrong.services["server"] = { ...wrong.services["server"], depend_on: ["migrate"] };
    expect(validate(wrong)).toBe(false);
    expect(validate.errors?.map(({ params }) => params)).toContainEqual({ unevaluatedProperty: "depend_on" });
  });

  it("waits only for services that exist and can meet the condition", () => {
    for (const [name, { depends_on }] of Object.entries(services)) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const target = services[other];
        const can = target !== undefined && (condition !== "service_healthy" || target.healthcheck !== undefined);
        expect(can, `${name} waits until ${other} is ${condition}`).toBe(true);
      }
    }
  });

  it("migrates before server and worker start, and has the stand-in behind its profile", () => {
    const migrated = { migrate: { condition: "service_completed_successfully" } };
    expect(services["server"]?.depends_on).toEqual(migrated);
    expect(services["worker"]?.depends_on).toEqual(migrated);
    expect(services["mixpanel"]?.profiles).toEqual(["stand-ins"]);
    for (const name of ["postgres", "temporal", "temporal-ui", "migrate", "server", "worker"]) {
      expect(services[name]?.profiles).toEqual([]);
    }
  });

  it("calls commands that exist and builds stages that exist", () => {
    const commands = new Set(createProgram().commands.map((command) => command.name()));
    const own = Object.values(services).filter(({ build }) => build !== undefined);
    for (const { build, command } of own) {
      expect(dockerfile).toMatch(new RegExp(`^FROM .* AS ${build?.target}$`, "m"));
      if (command === undefined) continue;
      expect(command.slice(0, 2)).toEqual(["node", "dist/cli/main.js"]);
      expect(commands).toContain(command[2]);
    }
  });

  it("hands every setting of a provider to server and worker alike", () => {
    const names = Object.keys(services["server"]?.environment ?? {}).filter(
      (name) =>
        !/^(HOST|PORT|SERVER_METRICS_ADDRESS|INTEGRATIONS_PER_WORKSPACE|PUBLIC_URL|TRUSTED_PROXIES|TEMPORAL_UI_URL|NODE_OPTIONS)$|^GATEWAY_|_PER_MINUTE$/.test(
          name,
        ),
    );
    const own = ["WORKER_METRICS_ADDRESS"];
    expect(Object.keys(services["worker"]?.environment ?? {}).toSorted()).toEqual([...names, ...own].toSorted());
    for (const name of ["BIGQUERY_REST_URL", "GOOGLE_SOURCE_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS"]) {
      // Without a value here it comes from the caller's environment or is not set at all.
      expect(services["worker"]?.environment[name]).toBeNull();
    }
  });

  it("has no password of its own: every secret must be set", () => {
    const secrets = Object.values(services)
      .flatMap(({ environment }) => Object.entries(environment))
      .filter(([name]) => /PASSWORD|PWD|SECRET_KEY|DATABASE_URL/.test(name));
    expect(secrets.length).toBeGreaterThan(8);
    for (const [, value] of secrets) expect(value).toMatch(/\$\{[A-Z_]+:\?set /);
  });
});

describe("roles of the database", () => {
  const superuser = "POSTGRES_PASSWORD";

  it("leave the superuser to the one service that makes them", () => {
    const users = Object.entries(services).filter(([, { environment }]) =>
      Object.values(environment).some((value) => value?.includes(superuser)),
    );
    expect(users.map(([name]) => name)).toEqual(["postgres", "database-roles"]);
  });

  it("exist before Temporal's tables, and so before everything else", () => {
    const after = (name: string): string[] =>
      Object.keys(services[name]?.depends_on ?? {}).flatMap((one) => [one, ...after(one)]);
    for (const name of ["temporal", "migrate", "server", "worker"]) expect(after(name)).toContain("database-roles");
  });
});

describe("Dockerfile", () => {
  /** The instructions of each stage, by its name. */
  const stages = new Map(
    dockerfile
      .split(/^FROM /m)
      .slice(1)
      .map((stage) => [/^\S+(?: AS (\S+))?/.exec(stage)?.[1] ?? "", stage]),
  );

  it("compiles dev/ for the stand-ins alone", () => {
    const withDev = [...stages].filter(([, stage]) => /^COPY dev /m.test(stage)).map(([name]) => name);
    expect(withDev).toEqual(["stand-ins"]);
    const copied = [...(stages.get("runtime") ?? "").matchAll(/^COPY --from=(\S+)/gm)].map(([, from]) => from);
    expect(new Set(copied)).toEqual(new Set(["production"]));
    expect(stages.get("production")).toMatch(/^build AS production$/m);
    expect(parse(read("tsconfig.build.json"))).toMatchObject({ include: ["src"] });
  });

  it("runs on a Node that is supported, and the code on an older one too", () => {
    const versions = [...dockerfile.matchAll(/^FROM node:(\d+)-slim AS /gm)].map(([, version]) => version);
    expect(versions).toEqual(["24", "24"]);
    expect(parse(read("package.json"))).toMatchObject({ engines: { node: ">=20.19" } });
  });

  it("starts programs whose sources exist", () => {
    const programs = [...dockerfile.matchAll(/"dist\/((?:dev|src)\/\S+)\.js"/g)].map(([, path]) => `${path}.ts`);
    expect(programs).not.toEqual([]);
    for (const path of programs) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });

  it("copies only what exists and what .dockerignore lets through", () => {
    const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list]) =>
      (list ?? "").split(" "),
    );
    expect(sources).toContain("src");
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(ignored, source).toContain(`!${source}`);
    }
  });
});
