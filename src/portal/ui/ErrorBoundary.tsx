// Keeps the Portal usable if a page fails, because of a bug or because an upgrade replaced its code.
import { Button, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { ErrorBoundary as Boundary } from "react-error-boundary";
import { ErrorAlert } from "./ErrorAlert.tsx";

const FALLBACK = (
  <ErrorAlert title="This page could not be shown">
    <Text>Reload the page. The Portal may have been upgraded, or the server cannot be reached.</Text>
    <Button size="xs" variant="default" onClick={() => globalThis.location.reload()}>
      Reload
    </Button>
  </ErrorAlert>
);

export function ErrorBoundary({ children }: { children: ReactNode }) {
  return <Boundary fallback={FALLBACK}>{children}</Boundary>;
}
