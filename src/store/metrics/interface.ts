// Metrics: definitions, and what their users' values sum up to for a router.
import type { Metric, MetricPatch, NewMetric } from "../../domain/metrics/metric.ts";
import type { Page, PageRequest } from "../../domain/page.ts";
import type { MetricDefinition } from "../../domain/metrics/metric.ts";
import type { MetricSample, SampleOptions } from "../../domain/metrics/sample.ts";

/** A definition that does not fit what was imported; `path` is the field. */
export class MetricDefinitionError extends Error {
  override readonly name = "MetricDefinitionError";
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** The result takes more than is allowed; the message says what to ask for instead. */
export class MetricLimitError extends Error {
  override readonly name = "MetricLimitError";
}

/** Null (or false) for what does not exist, or is another workspace's. Metrics of a removed integration are gone with it. */
export interface MetricStore {
  /**
   * Null if there is no such integration. Throws ConflictError for a name that is taken and beyond the limit, MetricDefinitionError for
   * an event that is not imported and a property that was found to hold other things than numbers.
   */
  create(workspaceId: string, metric: NewMetric): Promise<Metric | null>;
  get(workspaceId: string, id: string): Promise<Metric | null>;
  /** In the order of their creation. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Metric>>;
  /** Throws as `create` does. `check` sees the whole changed definition first, and may throw. */
  update(
    workspaceId: string,
    id: string,
    patch: MetricPatch,
    check?: (changed: MetricDefinition) => void,
  ): Promise<Metric | null>;
  remove(workspaceId: string, id: string): Promise<boolean>;
  /**
   * Null where there neither is such a router nor was one ever exposed. All that is committed counts, exposures folded or not. Throws
   * MetricLimitError where it is too much.
   */
  sample(workspaceId: string, metric: Metric, aliasId: string, options: SampleOptions): Promise<MetricSample | null>;
}
