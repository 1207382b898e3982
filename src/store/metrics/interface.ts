// Metrics: their definitions, and the values of a router's users summed up.
import type { Metric, MetricDefinition, MetricPatch, NewMetric } from "../../domain/metrics/metric.ts";
import type { MetricSample, SampleOptions } from "../../domain/metrics/sample.ts";
import type { Page, PageRequest } from "../../domain/page.ts";
import type { IdentityProperties } from "../imports/interface.ts";

/** Methods return null (or false) for what does not exist. Metrics of a removed integration are removed with it. */
export interface MetricStore {
  /** Throws ConflictError (name taken, limit) and InvalidFieldError (unknown event, property not of numbers). */
  create(workspaceId: string, metric: NewMetric): Promise<Metric | null>;
  get(workspaceId: string, id: string): Promise<Metric | null>;
  /** In order of creation. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Metric>>;
  /** Throws as `create` does. `check` gets the whole changed definition first, and may throw. */
  update(
    workspaceId: string,
    id: string,
    patch: MetricPatch,
    check?: (changed: MetricDefinition) => void,
  ): Promise<Metric | null>;
  remove(workspaceId: string, id: string): Promise<boolean>;
  /**
   * All committed exposures count. Null if the router is unknown and was never exposed. Throws InvalidFieldError if the
   * result needs more than is allowed; the message says what to ask for instead. Once `signal` is aborted, throws its
   * reason.
   */
  sample(
    workspaceId: string,
    metric: Metric,
    aliasId: string,
    options: SampleOptions & { identityProperties: IdentityProperties; signal?: AbortSignal | undefined },
  ): Promise<MetricSample | null>;
}
