// Records the exposures of calls that were served, and nothing else of a call.
import type { CallRecorder } from "./callRecord.ts";
import type { ExposureRecorder } from "./recorder.ts";

export function recordExposures(recorder: ExposureRecorder, onLost: (error: unknown) => void): CallRecorder {
  return {
    check: () => recorder.check(),
    assigned: () => undefined,
    finished({ workspaceId, routerId, routeId, userId, served }, outcome) {
      if (outcome !== "served" || served === null || userId === null) return Promise.resolve();
      const { variantId } = served;
      const exposure = { aliasId: routerId, routeId, variantId, userId, exposedAtMs: null };
      const committed = recorder.record(workspaceId, exposure);
      committed.catch(onLost);
      return committed;
    },
  };
}
