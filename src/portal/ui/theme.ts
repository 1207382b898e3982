// Colours with enough contrast for text in both schemes; Mantine's own are a shade too light in places.
import { Badge, createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // A word of status is read whole, however narrow its column.
    Badge: Badge.extend({ defaultProps: { tt: "none" }, styles: { root: { minWidth: "max-content" } } }),
  },
});

export const cssVariables: CSSVariablesResolver = (own) => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": own.colors["gray"][7],
    "--mantine-color-placeholder": own.colors["gray"][6],
    "--mantine-color-error": own.colors["red"][9],
  },
  dark: {
    "--mantine-color-dimmed": own.colors["gray"][5],
    "--mantine-color-placeholder": own.colors["dark"][1],
    "--mantine-color-error": own.colors["red"][4],
  },
});

/** White text on each is readable in both schemes. */
export const STATUS_COLORS = { idle: "teal.9", syncing: "blue.8", paused: "gray.7", attention: "red.9" } as const;
export const OUTCOME_COLORS = { succeeded: "teal.9", partial: "orange.9", failed: "red.9" } as const;
export const VERDICT_COLORS = { better: "teal.9", worse: "red.9", unclear: "gray.7" } as const;
/** Lines and points, not text: three to one against the page in both schemes. */
export const PLOT_COLORS = { better: "teal.7", worse: "red.7", unclear: "gray.6" } as const;
export const HEALTH_COLORS = { ok: "teal.9", warning: "orange.9", unknown: "gray.7" } as const;
