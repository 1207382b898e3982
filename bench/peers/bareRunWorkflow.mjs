// The workflow of bareRun.mjs: as many activities as a run that finds nothing to do, in the same order.
import { proxyActivities } from "@temporalio/workflow";

const { start, seal, plan, finish } = proxyActivities({ startToCloseTimeout: "30 seconds" });

export async function bareRun() {
  await start();
  await Promise.all([seal(), plan()]);
  await finish();
}
