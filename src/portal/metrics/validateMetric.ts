// Validates a metric's form before it is sent.
import { required } from "../validation.ts";
import { needsProperty, type MeasureValues, type MetricValues } from "./formValues.ts";

export const MAX_WINDOW_HOURS = 2_160;

type Errors = Record<string, string | null>;

export function validateMetric(values: MetricValues): Errors {
  const { integrationId, name, windowHours, winsorizePercentile, format } = values;
  const hours = Number(windowHours);
  const percentile = Number(winsorizePercentile);
  const isWindow = Number.isInteger(hours) && hours >= 1 && hours <= MAX_WINDOW_HOURS;
  const isPercentile = winsorizePercentile === "" || (percentile > 50 && percentile < 100);
  const isCurrency = format.style !== "currency" || /^[A-Za-z]{3}$/.test(format.currency.trim());
  return {
    name: required("name")(name),
    integrationId: integrationId === "" ? "Choose an integration." : null,
    ...validateMeasure("measure", values.measure),
    ...(values.isRatio && validateMeasure("denominator", values.denominator)),
    windowHours: isWindow ? null : `Enter a whole number from 1 to ${MAX_WINDOW_HOURS}.`,
    winsorizePercentile: isPercentile ? null : "Enter a number over 50 and under 100, or nothing.",
    "format.currency": isCurrency ? null : "Enter three letters, for example USD.",
  };
}

function validateMeasure(path: string, measure: MeasureValues): Errors {
  const errors: Errors = {
    [`${path}.event`]: measure.event === "" ? "Choose an event." : null,
    [`${path}.property`]: needsProperty(measure) ? required("property")(measure.property) : null,
  };
  for (const [i, { property, operator, value }] of measure.filters.entries()) {
    errors[`${path}.filters.${i}.property`] = required("property")(property);
    errors[`${path}.filters.${i}.value`] = operator === "exists" ? null : required("value")(value);
  }
  return errors;
}
