// npm mixpanel-import as a module, at its best: node --require redirectMixpanelImport.cjs mixpanelImport.cjs MODULE FILE PROJECT
const [module_, file, project] = process.argv.slice(2);
const mixpanelImport = require(module_);

const credentials = { project, secret: process.env.BENCH_SECRET, token: process.env.BENCH_TOKEN };
// Its own defaults for a module (50 workers, gzip) are the fastest that was found; fewer workers, the other transport and
// no compression are all slower.
const options = {
  recordType: "event",
  streamFormat: "jsonl",
  strict: true,
  compress: true,
  workers: 50,
  transport: "undici",
  fixData: false,
  logs: false,
  verbose: false,
  showProgress: false,
  abridged: true,
};

async function main() {
  const startedAtMs = performance.now();
  const { success, total } = await mixpanelImport(credentials, file, options);
  const ms = performance.now() - startedAtMs;
  if (success !== total) throw new Error(`${success} of ${total} events were accepted`);
  process.stdout.write(`\ntook ${Math.round(ms)} ms\n`);
}

void main().catch((error) => {
  console.error(error);
  process.exit(1);
});
