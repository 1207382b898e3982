// Serves measurements to Prometheus at an address of their own: they are for the operator, not for the public.
import { createServer, type Server } from "node:http";

export interface Measurements {
  render(): Promise<{ contentType: string; text: string }>;
}

/** Answers `GET /metrics`, and everything else with 404. */
export function createMetricsServer(metrics: Measurements): Server {
  return createServer((request, response) => {
    request.resume();
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    metrics.render().then(
      ({ contentType, text }) => response.writeHead(200, { "content-type": contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}
