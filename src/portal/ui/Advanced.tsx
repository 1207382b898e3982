// Optional fields of a form, folded away.
import { Accordion, Stack } from "@mantine/core";
import type { ReactNode } from "react";

export function Advanced({ children }: { children: ReactNode }) {
  return (
    <Accordion variant="contained">
      <Accordion.Item value="advanced">
        <Accordion.Control>Advanced (optional)</Accordion.Control>
        <Accordion.Panel>
          <Stack>{children}</Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
