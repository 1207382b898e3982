// Chaos: kills workers at random moments for as long as asked. `npm run chaos -- --minutes 30 --seed 7`
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const KILLS_PER_ROUND = 20;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const [minutes, firstSeed] = [Number(values.minutes), Number(values.seed)];
if (!(minutes > 0) || !Number.isSafeInteger(firstSeed))
  throw new Error("Usage: npm run chaos -- --minutes N --seed S, with N above 0 and S a whole number.");

const endsAtMs = Date.now() + minutes * 60_000;
let rounds = 0;
do {
  const seed = firstSeed + rounds;
  console.error(`round ${rounds + 1}: ${KILLS_PER_ROUND} kills, seed ${seed}`);
  const env = { ...process.env, FAULT_KILLS: String(KILLS_PER_ROUND), FAULT_SEED: String(seed) };
  const { status } = spawnSync("npx", ["vitest", "run", "test/faults/kill.test.ts"], { env, stdio: "inherit" });
  if (status !== 0) {
    console.error(`Round ${rounds + 1} failed. The same moments again: npm run chaos -- --minutes 1 --seed ${seed}`);
    process.exit(1);
  }
  rounds++;
} while (Date.now() < endsAtMs);
console.error(`${rounds} rounds, ${rounds * KILLS_PER_ROUND} kills: nothing lost, nothing twice`);
