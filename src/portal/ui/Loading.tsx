// A placeholder for what is being loaded.
import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";

export function Loading({ label, rows = 3 }: { label: string; rows?: number | undefined }) {
  return (
    <Stack p="md" role="status" aria-busy="true">
      <VisuallyHidden>{label}</VisuallyHidden>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={40} />
      ))}
    </Stack>
  );
}
