// A gateway for tests, put together as server.ts does it.
import { readSettings } from "../../../src/config/setting.ts";
import { admissionSettings } from "../../../src/config/admissionSettings.ts";
import { createAddressPolicy } from "../../../src/gateway/addresses.ts";
import { createBreakers } from "../../../src/gateway/breakers.ts";
import { createUpstreamAgents, type Resolve } from "../../../src/gateway/connect.ts";
import { createGateway, type GatewayDeps } from "../../../src/gateway/gateway.ts";
import { createAnonymousSums } from "../../../src/gateway/anonymousSums.ts";
import { createCallRecorder, type CallRecorderDeps } from "../../../src/gateway/callRecorder.ts";
import { createRecorder } from "../../../src/gateway/recorder.ts";
import { registerGateway } from "../../../src/gateway/routes.ts";
import { createStreamUsage } from "../../../src/gateway/streamUsage.ts";
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
  onLost?: (error: unknown) => void;
  onFinished?: CallRecorderDeps["onFinished"];
  breakerPauseMs?: number;
}

/** The parts that `createApp` takes. */
export function testGateway(store: Store, options: TestGatewayOptions = {}) {
  const { allowedHosts = ["127.0.0.1"], resolve, limits, onLost, onFinished, breakerPauseMs, ...rest } = options;
  // Tests call the API faster than people do.
  const unlimited = { workspaceApiCallsPerMinute: 0, workspaceApiBytesPerSecond: 0 };
  const admission = createAdmission({ ...readSettings(admissionSettings, {}, []), ...unlimited, ...limits });
  const upstreams = createAddressPolicy(allowedHosts);
  const recorder = createCallRecorder({
    rows: createRecorder({ exposures: store.exposures, onCommit: () => undefined }),
    sums: createAnonymousSums(store.usage, () => undefined),
    onFinished: onFinished ?? (() => undefined),
    onLost: onLost ?? (() => undefined),
  });
  const gateway = createGateway({
    admission,
    routers: store.routers,
    recorder,
    ...createUpstreamAgents(upstreams, { resolve }),
    breakers: createBreakers({ pauseMs: breakerPauseMs ?? 10_000, onChange: () => undefined }),
    modelPrefix: "inworld/",
    installationId: "crosscurrent-test",
    userHashKey: Buffer.alloc(32, 9),
    keepAliveMs: 20_000,
    headersTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    streamUsage: createStreamUsage(),
    ...rest,
  });
  return {
    admission,
    upstreams,
    /** Before the store is closed. */
    stopRecorder: () => recorder.stop(),
    registerGateway: (app: App, proxy: ProxySettings) => registerGateway(app, gateway, proxy),
  };
}
