// Asks for the next page of a list, as long as there is one.
import { Button } from "@mantine/core";
import type { UseInfiniteQueryResult } from "@tanstack/react-query";

type Pages = Pick<UseInfiniteQueryResult, "hasNextPage" | "isFetchingNextPage" | "fetchNextPage">;

export function MoreButton({ of, label }: { of: Pages; label: string }) {
  if (!of.hasNextPage) return null;
  return (
    <Button variant="default" size="xs" loading={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>
      {label}
    </Button>
  );
}
