// What counts as one of Temporal's actions.
import { expect, test } from "vitest";
import { actionsOf, type HistoryEvent } from "../../bench/actions.ts";

test.each<[string, HistoryEvent, number]>([
  ["a start, also by continue-as-new", { workflowExecutionStartedEventAttributes: {} }, 1],
  ["a timer", { timerStartedEventAttributes: {} }, 1],
  ["a signal", { workflowExecutionSignaledEventAttributes: {} }, 1],
  ["a change of search attributes", { upsertWorkflowSearchAttributesEventAttributes: {} }, 1],
  ["an activity", { activityTaskScheduledEventAttributes: {} }, 1],
  [
    "the first attempt of an activity, which its schedule counted",
    { activityTaskStartedEventAttributes: { attempt: 1 } },
    0,
  ],
  ["the third attempt of an activity", { activityTaskStartedEventAttributes: { attempt: 3 } }, 2],
  ["a workflow task", { workflowTaskCompletedEventAttributes: {} }, 0],
  ["the end by continue-as-new", { workflowExecutionContinuedAsNewEventAttributes: {} }, 0],
  ["a timer that fired or was cancelled", { timerCanceledEventAttributes: {} }, 0],
])("%s", (_, event, actions) => {
  expect(actionsOf([event])).toBe(actions);
});
