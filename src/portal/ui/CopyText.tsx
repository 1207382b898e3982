// A text to copy: in a line, or as a block of lines.
import { Button, Code, CopyButton, Group } from "@mantine/core";

/** `what` completes "Copy …" for screen readers. */
export function CopyText({ text, what, isBlock = false }: { text: string; what: string; isBlock?: boolean }) {
  const copy = (
    <CopyButton value={text}>
      {({ copied, copy: run }) => (
        <Button size="compact-xs" variant="default" onClick={run} aria-label={`Copy ${what}`}>
          {copied ? "Copied" : "Copy"}
        </Button>
      )}
    </CopyButton>
  );
  if (isBlock) {
    return (
      <>
        {copy}
        <Code block tabIndex={0} aria-label={what} w="100%" mah={320} style={{ overflow: "auto" }}>
          {text}
        </Code>
      </>
    );
  }
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Code style={{ overflowWrap: "anywhere" }}>{text}</Code>
      {copy}
    </Group>
  );
}
