// A gateway for tests, put together as server.ts does it.
import { readSettings } from "../../../src/config/setting.ts";
import { admissionSettings } from "../../../src/config/admissionSettings.ts";
import { createAddressPolicy } from "../../../src/gateway/addresses.ts";
import { createUpstreamAgent, type Resolve } from "../../../src/gateway/connect.ts";
import { createGateway, type GatewayDeps } from "../../../src/gateway/gateway.ts";
import { createRecorder } from "../../../src/gateway/recorder.ts";
import { registerChat } from "../../../src/gateway/routes.ts";
import { createAdmission, type AdmissionSettings } from "../../../src/http/admission/admission.ts";
import type { ProxySettings } from "../../../src/http/clientOrigin.ts";
import type { App } from "../../../src/http/env.ts";
import type { Store } from "../../../src/store/store.ts";

export interface TestGatewayOptions extends Partial<Omit<GatewayDeps, "admission">> {
  /** Default: the settings' defaults, and no limit of the API's calls. */
  limits?: Partial<AdmissionSettings>;
  /** Default: this machine's loopback address on every port. */
  allowedHosts?: string[];
  resolve?: Resolve;
}

/** The parts that `createApp` takes. */
export function testGateway(store: Store, options: TestGatewayOptions = {}) {
  const { allowedHosts = ["127.0.0.1"], resolve, limits, ...rest } = options;
  // Tests call the API faster than people do.
  const unlimited = { workspaceApiCallsPerMinute: 0, workspaceApiBytesPerSecond: 0 };
  const admission = createAdmission({ ...readSettings(admissionSettings, {}, []), ...unlimited, ...limits });
  const upstreams = createAddressPolicy(allowedHosts);
  const gateway = createGateway({
    admission,
    routers: store.routers,
    recorder: createRecorder({ exposures: store.exposures, onCommit: () => undefined }),
    agent: createUpstreamAgent(upstreams, resolve),
    modelPrefix: "inworld/",
    installationId: "crosscurrent-test",
    headersTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    onLost: () => undefined,
    onFallback: () => undefined,
    ...rest,
  });
  return {
    admission,
    upstreams,
    registerGateway: (app: App, proxy: ProxySettings) => registerChat(app, gateway, proxy),
  };
}
