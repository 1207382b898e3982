// Mantine's theme. Some of its own colours have too little contrast for text.
import { Badge, createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // A badge is never cut off, even in a narrow column.
    Badge: Badge.extend({ defaultProps: { tt: "none" }, styles: { root: { minWidth: "max-content" } } }),
    Text: { defaultProps: { size: "sm" } },
    // An anchor is a text too.
    Anchor: { defaultProps: { size: "md" } },
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
  },
});

export const cssVariables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": colors["gray"][7],
    "--mantine-color-placeholder": colors["gray"][6],
    "--mantine-color-error": colors["red"][9],
  },
  dark: {
    "--mantine-color-dimmed": colors["gray"][5],
    "--mantine-color-placeholder": colors["dark"][1],
    "--mantine-color-error": colors["red"][4],
  },
});

/** Darker than the theme's orange, on which white text is hard to read. */
export const AMBER = "#b83c0a";
/** Backgrounds of badges: white text is readable on them in both colour schemes. */
export const STATUS_COLORS = { idle: "teal.9", syncing: "blue.8", paused: "gray.7", attention: "red.9" } as const;
export const OUTCOME_COLORS = {
  succeeded: "teal.9",
  partial: AMBER,
  failed: "red.9",
  nothing_to_do: "gray.7",
} as const;
export const VERDICT_COLORS = { better: "teal.9", worse: "red.9", unclear: "gray.7" } as const;
export const HEALTH_COLORS = { ok: "teal.9", warning: AMBER, unknown: "gray.7" } as const;
/** Lines and points: their contrast with the page is at least three to one in both colour schemes. */
export const PLOT_COLORS = { better: "teal.7", worse: "red.7", unclear: "gray.6" } as const;
