// The steps of a connection test, and for each failed step what to do about it.
import { List, Text, ThemeIcon } from "@mantine/core";
import type { Schemas } from "../api.ts";
import { AMBER } from "../ui/theme.ts";

/** A step that is ok and has a message could not be tried. */
const LOOKS = {
  ok: { word: "ok", sign: "✓", color: "teal.9", textColor: "dimmed" },
  untried: { word: "not tested", sign: "–", color: AMBER, textColor: "dimmed" },
  failed: { word: "failed", sign: "✕", color: "red.9", textColor: "var(--mantine-color-error)" },
};

export function TestSteps({ steps }: Pick<Schemas["ConnectionTest"], "steps">) {
  return (
    <List spacing="xs" size="sm" styles={{ itemWrapper: { alignItems: "flex-start" } }}>
      {steps.map(({ name, ok, message }) => {
        const { word, sign, color, textColor } = LOOKS[ok ? (message === undefined ? "ok" : "untried") : "failed"];
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
