// Faults that a test switches on, and the choice of the one that strikes a request.
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

/** Fields that the faults of every stand-in have. */
export const faultFields = {
  /** How often it strikes; null: until it is cleared. */
  times: z.number().int().positive().nullable().default(null),
  /** How many matching requests pass before it strikes. */
  afterRequests: z.number().int().min(0).default(0),
};

/** Fields of a fault that delays an answer or replaces it. */
export const answerFields = {
  delayMs: z.number().int().min(0).max(3_600_000).default(1_000),
  status: z.number().int().min(200).max(599).default(500),
  contentType: z.string().max(200).default("text/plain"),
  body: z.string().max(1_000_000).default(""),
};

interface FaultBase {
  times: number | null;
  afterRequests: number;
}

/** A fault, and how often it struck. */
export type FaultState<Fault> = Fault & { id: number; struck: number };

/** A fault while it strikes a request. A held connection is released when `cleared` becomes true. */
export type StruckFault<Fault> = FaultState<Fault> & { cleared: boolean };

/** The faults of one project in the order in which they were switched on. The first one that matches strikes. */
export class Faults<Fault extends FaultBase> {
  #active: { fault: StruckFault<Fault>; seenRequests: number }[] = [];
  #nextId = 1;

  /** Returns the fault's id. */
  add(fault: Fault): number {
    const id = this.#nextId++;
    this.#active.push({ fault: { ...fault, id, struck: 0, cleared: false }, seenRequests: 0 });
    return id;
  }

  /** Switches off one fault, or all. */
  clear(id?: number): void {
    for (const { fault } of this.#active) fault.cleared ||= id === undefined || fault.id === id;
    this.#active = this.#active.filter(({ fault }) => !fault.cleared);
  }

  list(): FaultState<Fault>[] {
    return this.#active.map(({ fault: { cleared: _cleared, ...fault } }) => fault as unknown as FaultState<Fault>);
  }

  /** Call it once per request. `matches` says whether a fault is meant for this request. */
  strike(matches: (fault: FaultState<Fault>) => boolean): StruckFault<Fault> | null {
    for (const active of this.#active) {
      const { fault } = active;
      if (!matches(fault)) continue;
      if (fault.times !== null && fault.struck >= fault.times) continue;
      if (active.seenRequests++ < fault.afterRequests) continue;
      fault.struck++;
      return fault;
    }
    return null;
  }
}

const POLL_MS = 20;

/** Holds a connection until the client leaves or the fault is cleared. */
export async function holdConnection(fault: { cleared: boolean }, hasLeft: () => boolean): Promise<void> {
  while (!fault.cleared && !hasLeft()) await delay(POLL_MS);
}
