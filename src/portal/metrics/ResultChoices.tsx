// What a result is asked for: which router, which days, compared how. The choices are the page's address, so that they can be shared.
import { Autocomplete, NativeSelect, SimpleGrid, Switch, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import type { Router } from "../api.ts";
import type { MetricResults } from "./types.ts";
import type { Choice, Choices } from "./queries.ts";
import { confidenceText } from "./resultView.ts";

interface ResultChoicesProps {
  routers: Router[];
  choices: Choices;
  results: MetricResults | undefined;
  onChange: (changes: Partial<Record<Choice, string>>) => void;
}

const DAY_MS = 86_400_000;
const TYPING_MS = 600;
const CONFIDENCES = ["0.9", "0.95", "0.99"].map((value) => ({ value, label: confidenceText(Number(value)) }));

export function ResultChoices(props: ResultChoicesProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
      <What {...props} />
      <How {...props} />
    </SimpleGrid>
  );
}

function What({ routers, choices, results, onChange }: ResultChoicesProps) {
  const select = selecting(choices, onChange);
  const routes = routers.find(({ id }) => id === choices.router)?.routes.map(({ id }) => id) ?? [];
  return (
    <>
      <RouterChoice routers={routers} choices={choices} onChange={onChange} />
      <NativeSelect
        label="Compare"
        data={[
          { value: "", label: "Variants" },
          { value: "route", label: "Routes" },
        ]}
        {...select("by")}
        onChange={(event) => onChange({ by: event.currentTarget.value, baseline: "" })}
      />
      <NativeSelect
        label="Route"
        data={[{ value: "", label: "All routes" }, ...withChosen(routes, choices.route)]}
        {...select("route")}
      />
      <Day label="First day (UTC)" value={choices.from ?? results?.from} onPick={(from) => onChange({ from })} />
      <Day
        label="Last day (UTC)"
        value={dayBefore(choices.to ?? results?.to)}
        onPick={(last) => onChange({ to: last === "" ? "" : moved(last, 1) })}
      />
    </>
  );
}

function How({ choices, results, onChange }: ResultChoicesProps) {
  const select = selecting(choices, onChange);
  const groups = results?.groups.map(({ id }) => id) ?? [];
  return (
    <>
      <NativeSelect
        label="Baseline"
        data={[{ value: "", label: "Most users" }, ...withChosen(groups, choices.baseline)]}
        {...select("baseline")}
      />
      <NativeSelect
        label="Users of several groups"
        data={[
          { value: "", label: "Count with their first" },
          { value: "exclude", label: "Leave out" },
        ]}
        {...select("multipleExposures")}
      />
      <NativeSelect
        label="Users whose window is not over"
        data={[
          { value: "", label: "Count with what they have" },
          { value: "exclude", label: "Leave out" },
        ]}
        {...select("incompleteWindow")}
      />
      <NativeSelect
        label="Confidence"
        data={CONFIDENCES}
        {...select("confidence")}
        value={choices.confidence ?? "0.95"}
      />
      <Switch
        label="CUPED: adjust by the time before exposure"
        checked={choices.cuped === "true"}
        onChange={(event) => onChange({ cuped: event.currentTarget.checked ? "true" : "" })}
      />
    </>
  );
}

/** The first option of each is the default, and has no value. */
function selecting(choices: Choices, onChange: ResultChoicesProps["onChange"]) {
  return (name: Choice) => ({
    value: choices[name] ?? "",
    onChange: (event: React.ChangeEvent<HTMLSelectElement>) => onChange({ [name]: event.currentTarget.value }),
  });
}

/** Offers what is configured; others, whose exposures are sent from elsewhere, are typed. */
function RouterChoice({ routers, choices, onChange }: Pick<ResultChoicesProps, "routers" | "choices" | "onChange">) {
  const { value, type } = useTyping(choices.router ?? "", (typed) => {
    const router = typed.trim();
    // Whose routes and variants the other router does not have.
    if (router !== (choices.router ?? "")) onChange({ router, route: "", baseline: "" });
  });
  return (
    <Autocomplete label="Router" data={routers.map(({ id }) => id)} value={value} onChange={(typed) => type(typed)} />
  );
}

interface DayProps {
  label: string;
  value: string | undefined;
  onPick: (day: string) => void;
}

function Day({ label, value: chosen, onPick }: DayProps) {
  const { value, type } = useTyping(chosen ?? "", onPick);
  return (
    <TextInput
      type="date"
      label={label}
      value={value}
      // A date that is not typed to its end has no value, and is none to ask for.
      onChange={({ currentTarget }) => type(currentTarget.value, !currentTarget.validity.badInput)}
    />
  );
}

/** What is typed counts after a pause: no result is computed for half an id or half a date. */
function useTyping(chosen: string, onPick: (value: string) => void) {
  const [typed, setTyped] = useState<string | null>(null);
  const pickSoon = useDebouncedCallback((value: string) => {
    onPick(value);
    setTyped(null);
  }, TYPING_MS);
  const type = (value: string, isWhole = true) => {
    setTyped(value);
    if (isWhole) pickSoon(value);
  };
  return { value: typed ?? chosen, type };
}

/** What the address names stays to be seen, also where it is not offered. */
function withChosen(offered: string[], chosen: string | undefined): string[] {
  return chosen === undefined || offered.includes(chosen) ? offered : [...offered, chosen];
}

function dayBefore(day: string | undefined): string | undefined {
  return day === undefined || Number.isNaN(Date.parse(day)) ? undefined : moved(day, -1);
}

function moved(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
