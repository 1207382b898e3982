// Keeps a page that breaks from taking all others along: a part of it that cannot be loaded, as after an upgrade, or a mistake of ours.
import { Button, Stack, Text } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { Notice } from "./ErrorAlert.tsx";

interface MishapProps {
  children: ReactNode;
}

/** React has no hook for this. */
export class Mishap extends Component<MishapProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <Notice title="This page could not be shown">
        <Stack align="flex-start" gap="sm">
          <Text size="sm">Reload it: the Portal may have been upgraded meanwhile, or the server is away.</Text>
          <Button size="xs" variant="default" onClick={() => globalThis.location.reload()}>
            Reload
          </Button>
        </Stack>
      </Notice>
    );
  }
}
