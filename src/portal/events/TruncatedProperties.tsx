// Says that an event has more properties than are listed.
import { Text } from "@mantine/core";
import { formatCount } from "../ui/time.ts";

export function TruncatedProperties({ shown }: { shown: number }) {
  return (
    <Text>
      The records have more properties than can be listed. These are the {formatCount(shown)} that most records have.
    </Text>
  );
}
