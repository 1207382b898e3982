import type { Comparison } from "./comparison.ts";
import type { BenchOptions } from "./options.ts";
export async function benchIngest(_: BenchOptions): Promise<Comparison[]> { return []; }
