// Checks whether a started process is ready.
import { Connection } from "@temporalio/client";

const ANSWER_WITHIN_MS = 2_000;
const WORKFLOW_TASK_QUEUE = 1;

/** Returns true if the address answers a GET with a status that `accepts` accepts; default: any 2xx. */
export async function answers(
  url: string,
  accepts = (status: number) => status >= 200 && status < 300,
): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await answer.body?.cancel();
    return accepts(answer.status);
  } catch {
    return false;
  }
}

/** Returns true if the worker with this pid polls Temporal. Its identity begins with its pid. */
export async function takesWork(temporalAddress: string, taskQueue: string, pid: number): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address: temporalAddress, connectTimeout: ANSWER_WITHIN_MS });
    try {
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace: "default",
        taskQueue: { name: taskQueue },
        taskQueueType: WORKFLOW_TASK_QUEUE,
      });
      return pollers?.some(({ identity }) => identity?.startsWith(`${pid}@`)) ?? false;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
