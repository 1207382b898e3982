/**
 * Who may import whom. One rule per folder, in the order of the table in ARCHITECTURE.md; each comment says what to do
 * instead. `npm run check:layers` prints the comment's rule name: look it up here.
 */

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
    name: "workflows-are-sealed",
    comment:
      "A workflow must replay the same: whatever touches the world goes into an activity, declared in activities/contract.ts.",
    from: "^src/workflows/",
    paths: ["^src/workflows/", "^src/domain/", "^src/activities/contract[.]ts$"],
    packages: ["@temporalio/workflow", "@temporalio/common"],
    core: false,
  }),
  layer({
    name: "mixpanel-stands-alone",
    comment: "A connector knows its own provider. Move what two of them share up into connectors/ or domain/.",
    from: "^src/connectors/mixpanel/",
    paths: ["^src/connectors/mixpanel/", "^src/connectors/[^/]+[.]ts$", "^src/domain/"],
    packages: ["undici", "zod", "luxon"],
  }),
  layer({
    name: "bigquery-stands-alone",
    comment: "A connector knows its own provider. Move what two of them share up into connectors/ or domain/.",
    from: "^src/connectors/bigquery/",
    paths: ["^src/connectors/bigquery/", "^src/connectors/[^/]+[.]ts$", "^src/domain/"],
    packages: [
      ...["@google-cloud/bigquery", "@google-cloud/bigquery-storage", "google-auth-library", "google-gax"],
      ...["@grpc/grpc-js", "apache-arrow", "undici", "zod", "luxon"],
    ],
  }),
  layer({
    name: "connectors-share-little",
    comment:
      "connectors/*.ts hold the interface and shared helpers. Only registry.ts knows the providers and the settings.",
    from: "^src/connectors/(?!registry[.]ts$)[^/]+[.]ts$",
    paths: ["^src/connectors/[^/]+[.]ts$", "^src/domain/"],
    packages: ["undici", "zod"],
  }),
  layer({
    name: "registry-makes-connectors",
    comment: "registry.ts builds the connectors from the settings and does nothing else.",
    from: "^src/connectors/registry[.]ts$",
    paths: ["^src/connectors/", "^src/domain/", "^src/config[.]ts$"],
    packages: ["undici"],
  }),
  layer({
    name: "store-knows-the-database",
    comment: "store/ is asked through store.ts and asks nobody: hand it what it needs as arguments.",
    from: "^src/store/",
    paths: ["^src/store/", "^src/domain/"],
    packages: ["pg", "@types/pg", "pg-copy-streams", "@types/pg-copy-streams", "kysely"],
  }),
  layer({
    name: "activities-get-their-deps",
    comment:
      "An activity gets store and connectors from createActivities(deps): import their interfaces, never an implementation.",
    from: "^src/activities/",
    paths: ["^src/activities/", "^src/domain/", "^src/connectors/[^/]+[.]ts$", "^src/store/store[.]ts$"],
    packages: ["@temporalio/activity", "@temporalio/common"],
  }),
  layer({
    name: "client-is-light",
    comment: "Other services import client/: it must not pull in the worker, the store or a provider.",
    from: "^src/client/",
    paths: ["^src/client/", "^src/domain/", "^src/workflows/"],
    packages: ["@temporalio/client", "@temporalio/common"],
  }),
  layer({
    name: "api-gets-its-deps",
    comment:
      "The API gets store, connectors and Temporal from createApp(deps): import their interfaces, never an implementation.",
    from: "^src/(api|gateway)/",
    paths: [
      "^src/(api|gateway)/",
      "^src/domain/",
      "^src/client/",
      "^src/store/store[.]ts$",
      "^src/connectors/connector[.]ts$",
    ],
    packages: ["hono", "@hono/zod-openapi", "@hono/node-server", "zod", "undici", "ipaddr.js", "rate-limiter-flexible"],
  }),
  layer({
    name: "portal-knows-the-api-alone",
    comment:
      "The Portal runs in a browser and talks to the API over HTTP: its types come from api.generated.ts, never from the server's code.",
    from: "^src/portal/(?!vite[.]config[.]ts$)",
    paths: ["^src/portal/", "^docs/[^/]+-setup[.]md$"],
    packages: [
      ...[
        "react",
        "@types/react",
        "react-dom",
        "@types/react-dom",
        "@mantine/[^/]+",
        "@tanstack/react-query",
        "wouter",
      ],
      ...["openapi-fetch", "lossless-json"],
    ],
    core: false,
  }),
  layer({
    name: "config-reads-settings",
    comment: "config.ts turns the environment into a Config; what to do with one is for the composition roots.",
    from: "^src/(config|settingKinds)[.]ts$",
    paths: ["^src/domain/", "^src/settingKinds[.]ts$"],
    packages: ["zod"],
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
    to: { path: "^src/(cli/|worker[.]ts|server[.]ts)" },
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
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
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
