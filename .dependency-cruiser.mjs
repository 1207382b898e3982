// Who may import whom. One rule per folder, in the order of the table in ARCHITECTURE.md; its comment says what to do instead.
// `npm run check:layers` prints the name of a broken rule: look it up here.
/** Files below `from` may import `paths`, `packages` and (unless `core` is false) what Node brings along; nothing else. */
function layer({ name, from, paths = [], packages = [], core = true, comment }) {
  return {
    name,
    comment,
    severity: "error",
    from: { path: from },
    to: {
      pathNot: [...paths, ...packages.map((one) => `node_modules/${one}/`)],
      ...(core && { dependencyTypesNot: ["core"] }),
    },
  };
}

/** What others may see of the store: its interfaces, not its SQL. */
const STORE_INTERFACES = "^src/store/store[.]ts$";

const layers = [
  layer({
    name: "domain-is-pure",
    comment:
      "domain/ decides, others act: pass in the clock, the rows, the random number. No packages but pure functions of numbers, no Node modules.",
    from: "^src/domain/",
    paths: ["^src/domain/"],
    // Pure functions of numbers, for domain/statistics.
    packages: [
      "@stdlib/math-base-special-gammainc",
      "@stdlib/stats-base-dists-t-cdf",
      "@stdlib/stats-base-dists-t-quantile",
    ],
    core: false,
  }),
  layer({
    name: "specs-are-pure",
    comment:
      "A provider's spec is read by the API, the Portal and the settings alike: zod, domain/ and config/'s parsers, no Node modules.",
    from: "^src/providers/(provider|specs|[^/]+/(spec|nameRules))[.]ts$",
    paths: [
      "^src/providers/(provider|specs|[^/]+/spec|[^/]+/nameRules)[.]ts$",
      "^src/domain/",
      "^src/config/(setting|parsers)[.]ts$",
    ],
    packages: ["zod"],
    core: false,
  }),
  layer({
    name: "mixpanel-stands-alone",
    comment: "A provider's folder knows its own provider. Move what two of them share up into providers/ or domain/.",
    from: "^src/providers/mixpanel/",
    paths: [
      "^src/providers/mixpanel/",
      "^src/providers/[^/]+[.]ts$",
      "^src/domain/",
      "^src/config/(parsers|setting)[.]ts$",
    ],
    packages: ["undici", "zod", "luxon", "lru-cache"],
  }),
  layer({
    name: "bigquery-stands-alone",
    comment: "A provider's folder knows its own provider. Move what two of them share up into providers/ or domain/.",
    from: "^src/providers/bigquery/",
    paths: [
      "^src/providers/bigquery/",
      "^src/providers/[^/]+[.]ts$",
      "^src/domain/",
      "^src/config/(parsers|setting)[.]ts$",
    ],
    packages: [
      "@google-cloud/bigquery",
      "@google-cloud/bigquery-storage",
      "google-auth-library",
      "google-gax",
      "@grpc/grpc-js",
      "apache-arrow",
      "undici",
      "zod",
      "lru-cache",
      "p-limit",
      "p-timeout",
    ],
  }),
  layer({
    name: "providers-share-little",
    comment:
      "providers/*.ts hold the interfaces and shared helpers. Only specs.ts and registry.ts, the two lists, know the providers.",
    from: "^src/providers/(?!(registry|specs)[.]ts$)[^/]+[.]ts$",
    paths: ["^src/providers/[^/]+[.]ts$", "^src/domain/", "^src/config/setting[.]ts$"],
    packages: ["undici", "zod", "luxon"],
  }),
  layer({
    name: "registry-makes-connectors",
    comment: "registry.ts builds the connectors from the settings and does nothing else.",
    from: "^src/providers/registry[.]ts$",
    paths: ["^src/providers/", "^src/domain/", "^src/config/config[.]ts$"],
    packages: ["undici"],
  }),
  layer({
    name: "encryption-asks-nobody",
    comment: "encryption/ gets its keys as arguments. Store, client and worker encrypt with it.",
    from: "^src/encryption/",
    paths: ["^src/encryption/", "^src/domain/"],
    packages: ["@temporalio/common", "@temporalio/proto"],
  }),
  layer({
    name: "store-knows-the-database",
    comment: "store/ asks nobody: hand it what it needs as arguments.",
    from: "^src/store/",
    paths: ["^src/store/", "^src/domain/", "^src/encryption/envelope[.]ts$"],
    packages: ["pg", "@types/pg", "pg-copy-streams", "@types/pg-copy-streams", "kysely", "p-limit"],
  }),
  layer({
    name: "workflows-are-sealed",
    comment:
      "A workflow must replay the same: whatever touches the world goes into an activity, declared in activities/contract.ts.",
    from: "^src/workflows/",
    paths: ["^src/workflows/", "^src/domain/", "^src/activities/contract[.]ts$"],
    packages: ["@temporalio/workflow", "@temporalio/common"],
    core: false,
  }),
  layer({
    name: "activities-get-their-deps",
    comment:
      "An activity gets store and connectors from createActivities(deps): import their interfaces, never an implementation.",
    from: "^src/activities/",
    paths: ["^src/activities/", "^src/domain/", "^src/providers/[^/]+[.]ts$", STORE_INTERFACES],
    packages: ["@temporalio/activity", "@temporalio/common", "lru-cache"],
  }),
  layer({
    name: "client-is-light",
    comment: "Other services import client/: it must not pull in the worker, the store or a provider.",
    from: "^src/client/",
    paths: ["^src/client/", "^src/domain/", "^src/encryption/", "^src/workflows/"],
    packages: ["@temporalio/client", "@temporalio/common", "@temporalio/envconfig", "p-timeout"],
  }),
  layer({
    name: "http-is-shared",
    comment: "http/ is what API and gateway share. What only one of them needs belongs there.",
    from: "^src/http/",
    paths: ["^src/http/", "^src/domain/"],
    packages: ["hono", "@hono/zod-openapi", "@hono/node-server", "zod", "ipaddr.js", "lru-cache", "p-timeout"],
  }),
  layer({
    name: "gateway-gets-its-deps",
    comment:
      "The gateway gets its store from createGateway(deps) and imports nothing of api/: share code through http/.",
    from: "^src/gateway/",
    paths: ["^src/gateway/", "^src/http/", "^src/domain/", STORE_INTERFACES],
    packages: ["hono", "@hono/zod-openapi", "@hono/node-server", "undici", "zod", "ipaddr.js", "p-timeout"],
  }),
  layer({
    name: "api-gets-its-deps",
    comment:
      "The API gets store, connectors, gateway and Temporal from createApp(deps): import their interfaces, never an implementation.",
    from: "^src/api/",
    paths: [
      "^src/api/",
      "^src/http/",
      "^src/domain/",
      "^src/client/",
      STORE_INTERFACES,
      "^src/providers/(provider|connector)[.]ts$",
    ],
    packages: [
      "hono",
      "@hono/zod-openapi",
      "@hono/node-server",
      "zod",
      "rate-limiter-flexible",
      "p-timeout",
      "lru-cache",
    ],
  }),
  layer({
    name: "portal-knows-the-api-alone",
    comment:
      "The Portal runs in a browser and talks to the API over HTTP: its types come from generated/api.ts, its forms from GET /v1/providers, never from the server's code.",
    from: "^src/portal/(?!vite[.]config[.]ts$)",
    paths: ["^src/portal/", "^generated/api[.]ts$", "^docs/.*[.]md$"],
    packages: [
      "react",
      "@types/react",
      "react-dom",
      "@types/react-dom",
      "@mantine/[^/]+",
      "@tanstack/react-query",
      "wouter",
      "openapi-fetch",
      "react-error-boundary",
      "lossless-json",
    ],
    core: false,
  }),
  layer({
    name: "config-reads-settings",
    comment: "config/ turns the environment into a Config; what to do with one is for the composition roots.",
    from: "^src/config/",
    paths: ["^src/domain/", "^src/config/", "^src/providers/(provider|specs)[.]ts$"],
    packages: ["zod"],
  }),
  layer({
    name: "telemetry-stands-alone",
    comment: "telemetry/ writes logs and figures; what they are about is handed to it.",
    from: "^src/telemetry/",
    paths: ["^src/domain/", "^src/telemetry/"],
    packages: [
      "pino",
      "prom-client",
      "p-timeout",
      "@opentelemetry/[^/]+",
      "@temporalio/client",
      "@temporalio/common",
      "@temporalio/worker",
    ],
  }),
];

const others = [
  {
    name: "workflows-by-type-only",
    comment:
      "Workflow code runs in Temporal's sandbox alone. Use `import type`, or messages.ts for the names of signals and queries.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/workflows/" },
    to: { path: "^src/workflows/", pathNot: "^src/workflows/messages[.]ts$", dependencyTypesNot: ["type-only"] },
  },
  {
    name: "activities-by-type-only",
    comment: "A workflow calls activities through proxyActivities<Contract>(): use `import type`.",
    severity: "error",
    from: { path: "^src/workflows/" },
    to: { path: "^src/activities/", dependencyTypesNot: ["type-only"] },
  },
  {
    name: "roots-are-not-imported",
    comment:
      "worker.ts, server.ts and cli/ put the parts together. A part that needs something from them should be handed it.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/(cli/|worker[.]ts|server[.]ts)" },
    to: { path: "^src/(cli/|worker[.]ts|server[.]ts|workflowBundle[.]ts)" },
  },
  {
    name: "src-runs-without-dev",
    comment:
      "dev/, test/ and bench/ are not part of what is deployed. Only cli/ loads dev/, by import() and when asked to.",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/cli/" },
    to: { path: "^(dev|test|bench)/" },
  },
  {
    name: "dev-runs-without-tests",
    comment: "What a test and dev/ share belongs in dev/.",
    severity: "error",
    from: { path: "^dev/" },
    to: { path: "^(test|bench)/" },
  },
  {
    name: "src-has-its-packages",
    comment: "A production installation has no devDependencies: move the package to dependencies in package.json.",
    severity: "error",
    // The Portal is bundled when it is built.
    from: { path: "^src/", pathNot: "^src/portal/" },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], pathNot: "node_modules/@types/" },
  },
  {
    name: "no-cycles",
    comment: "Two files that need each other are one thing, or need a third that both import.",
    severity: "error",
    from: {},
    to: { circular: true },
  },
  {
    name: "no-unresolvable",
    comment: "The file or package does not exist: correct the path, or add the package to package.json.",
    severity: "error",
    from: {},
    to: { couldNotResolve: true },
  },
];

export default {
  forbidden: [...layers, ...others],
  options: {
    doNotFollow: { path: "node_modules" },
    // Type imports are dependencies too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
