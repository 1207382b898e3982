// The filters and options of a result.
import { Autocomplete, NativeSelect, SimpleGrid, Switch, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import type { Schemas } from "../api.ts";
import { toOptions } from "../ui/inputs.tsx";
import { formatConfidence } from "./comparison.ts";
import type { ResultParameters } from "./queries.ts";

interface ResultFiltersProps {
  routers: Schemas["Router"][];
  parameters: ResultParameters;
  results: Schemas["MetricResults"] | undefined;
  /** An empty text removes a parameter: the server's default holds. */
  onChange: (changes: ResultParameters) => void;
}

const DAY_MS = 86_400_000;
const TYPING_MS = 600;
const DEFAULT_CONFIDENCE = "0.95";
const CONFIDENCES = ["0.9", "0.95", "0.99"].map((value) => ({ value, label: formatConfidence(Number(value)) }));

export function ResultFilters({ routers, parameters, results, onChange }: ResultFiltersProps) {
  const { router, route, from, to, baseline } = parameters;
  // The empty option of each select is the default.
  const select = (name: keyof ResultParameters) => ({
    value: parameters[name] ?? "",
    onChange: ({ currentTarget }: React.ChangeEvent<HTMLSelectElement>) => onChange({ [name]: currentTarget.value }),
  });
  const routes = routers.find(({ id }) => id === router)?.routes.map(({ id }) => id) ?? [];
  const groups = results?.groups.map(({ id }) => id) ?? [];
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
      <RouterInput routers={routers} parameters={parameters} onChange={onChange} />
      <NativeSelect
        label="Compare"
        data={toOptions({ "": "Variants", route: "Routes" })}
        {...select("by")}
        onChange={({ currentTarget }) => onChange({ by: currentTarget.value, baseline: "" })}
      />
      <NativeSelect
        label="Route"
        data={[{ value: "", label: "All routes" }, ...withSelected(routes, route)]}
        {...select("route")}
      />
      <DayInput label="First day (UTC)" value={from ?? results?.from} onPick={(day) => onChange({ from: day })} />
      <DayInput
        label="Last day (UTC)"
        value={addDays(to ?? results?.to ?? "", -1)}
        onPick={(day) => onChange({ to: addDays(day, 1) })}
      />
      <NativeSelect
        label="Baseline"
        data={[{ value: "", label: "The group with the most users" }, ...withSelected(groups, baseline)]}
        {...select("baseline")}
      />
      <NativeSelect
        label="Users with exposures in several groups"
        data={toOptions({ "": "Count in their first group", exclude: "Leave out" })}
        {...select("mixed")}
      />
      <NativeSelect
        label="Users whose window is not over"
        data={toOptions({ "": "Count their events so far", exclude: "Leave out" })}
        {...select("unfinished")}
      />
      <NativeSelect
        label="Confidence"
        data={CONFIDENCES}
        {...select("confidence")}
        value={parameters.confidence ?? DEFAULT_CONFIDENCE}
      />
      <Switch
        label="CUPED: adjust by the time before exposure"
        checked={parameters.cuped === "true"}
        onChange={({ currentTarget }) => onChange({ cuped: currentTarget.checked ? "true" : "" })}
      />
    </SimpleGrid>
  );
}

/** Suggests the configured routers. Exposures may also come from other routers, whose ids are typed. */
function RouterInput({ routers, parameters, onChange }: Omit<ResultFiltersProps, "results">) {
  const current = parameters.router ?? "";
  const { value, type } = useTyping(current, (typed) => {
    const router = typed.trim();
    // Another router has other routes and variants.
    if (router !== current) onChange({ router, route: "", baseline: "" });
  });
  const ids = routers.map(({ id }) => id);
  return <Autocomplete label="Router" data={ids} value={value} onChange={(typed) => type(typed)} />;
}

function DayInput(props: { label: string; value: string | undefined; onPick: (day: string) => void }) {
  const { value, type } = useTyping(props.value ?? "", props.onPick);
  return (
    <TextInput
      type="date"
      label={props.label}
      value={value}
      // The input has no value while its date is incomplete.
      onChange={({ currentTarget }) => type(currentTarget.value, !currentTarget.validity.badInput)}
    />
  );
}

/** Waits for a pause in typing, so that no result is computed for half an id or half a date. */
function useTyping(current: string, onPick: (value: string) => void) {
  const [typed, setTyped] = useState<string | null>(null);
  const pickLater = useDebouncedCallback((value: string) => {
    onPick(value);
    setTyped(null);
  }, TYPING_MS);
  const type = (value: string, isComplete = true) => {
    setTyped(value);
    if (isComplete) pickLater(value);
  };
  return { value: typed ?? current, type };
}

/** The selected value is always an option: it may come from the address. */
function withSelected(options: string[], selected: string | undefined): string[] {
  return selected === undefined || options.includes(selected) ? options : [...options, selected];
}

/** Returns an empty text if there is no valid day. */
function addDays(day: string, days: number): string {
  const ms = Date.parse(day);
  return Number.isNaN(ms) ? "" : new Date(ms + days * DAY_MS).toISOString().slice(0, 10);
}
