// A script with the form's values that prepares the customer's project.
import { Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client, unwrap } from "../api.ts";
import { CopyText } from "../ui/CopyText.tsx";
import { ErrorAlert } from "../ui/ErrorAlert.tsx";
import type { Values } from "../providers/fields.ts";

/** `readBody` returns the body of the new integration, or null while a field is wrong. */
export function SetupScript({ title, readBody }: { title: string; readBody: () => Values | null }) {
  const [exports, setExports] = useState(true);
  const [imports, setImports] = useState(true);
  const [datasets, setDatasets] = useState("");
  const write = useMutation({
    mutationFn: (integration: Values) => {
      const directions = [exports ? "export" : null, imports ? "import" : null].filter((one) => one !== null);
      const names = datasets.split(/[\s,]+/).filter((name) => name !== "");
      const body = { integration, directions, datasets: imports ? names : [] };
      return unwrap(client.POST("/v1/integrations/setup-script", { body: body as never }));
    },
  });
  const start = () => {
    const body = readBody();
    if (body !== null) write.mutate(body);
  };
  return (
    <Stack align="flex-start">
      <Text size="sm">A script prepares {title} for you: the service account, its roles and the proof.</Text>
      <Group>
        <Checkbox label="For export" checked={exports} onChange={(event) => setExports(event.currentTarget.checked)} />
        <Checkbox label="For import" checked={imports} onChange={(event) => setImports(event.currentTarget.checked)} />
      </Group>
      {imports && (
        <TextInput
          label="Datasets with events"
          description="Names, separated by commas"
          value={datasets}
          onChange={(event) => setDatasets(event.currentTarget.value)}
        />
      )}
      <Button size="xs" variant="default" disabled={!exports && !imports} loading={write.isPending} onClick={start}>
        Write the script
      </Button>
      {write.error && <ErrorAlert title="The script was not written" error={write.error} />}
      {write.data && <CopyText text={write.data.script} what="the set-up script" isBlock />}
    </Stack>
  );
}
