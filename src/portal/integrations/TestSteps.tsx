// The steps of a connection test, and for each failed step what to do about it.
import { List, Text, ThemeIcon } from "@mantine/core";
import type { Schemas } from "../api.ts";
import { AMBER } from "../ui/theme.ts";

type Step = Schemas["ConnectionTest"]["steps"][number];

/** A step that is ok and has a message warns, or could not be tried. */
const LOOKS = {
  ok: { word: "ok", sign: "✓", color: "teal.9", textColor: "dimmed" },
  warned: { word: "ok, with a warning", sign: "!", color: AMBER, textColor: "inherit" },
  untried: { word: "not tested", sign: "–", color: AMBER, textColor: "dimmed" },
  failed: { word: "failed", sign: "✕", color: "red.9", textColor: "var(--mantine-color-error)" },
};

function lookOf({ ok, message, warning }: Step): keyof typeof LOOKS {
  if (!ok) return "failed";
  if (warning === true) return "warned";
  return message === undefined ? "ok" : "untried";
}

export function TestSteps({ steps }: Pick<Schemas["ConnectionTest"], "steps">) {
  return (
    <List spacing="xs" size="sm" styles={{ itemWrapper: { alignItems: "flex-start" } }}>
      {steps.map((step) => {
        const { name, message } = step;
        const { word, sign, color, textColor } = LOOKS[lookOf(step)];
        return (
          <List.Item
            key={name}
            icon={
              <ThemeIcon color={color} size={20} radius="xl" aria-hidden>
                {sign}
              </ThemeIcon>
            }
          >
            {name}: <b>{word}</b>
            {message !== undefined && (
              <Text c={textColor} style={{ overflowWrap: "anywhere" }}>
                {message}
              </Text>
            )}
          </List.Item>
        );
      })}
    </List>
  );
}
