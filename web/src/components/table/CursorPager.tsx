// Under a list that goes on by cursors: how many there are, where that is known, and the pages next to this one.
import { Button, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { plural } from "../../lib/format";

interface Props {
  total: number | null;
  next: string | null;
  previous: string | null;
  onGo: (cursor: string) => void;
  /** The counted thing, in the singular. */
  noun: string;
}

export function CursorPager({ total, next, previous, onGo, noun }: Props) {
  return (
    <Group justify="space-between" mt="md">
      <Text size="sm" c="dimmed">
        {total !== null && plural(total, noun)}
      </Text>
      {(next !== null || previous !== null) && (
        <Group component="nav" aria-label="Pages" gap="xs">
          <Button
            variant="default"
            size="xs"
            leftSection={<IconChevronLeft size={14} aria-hidden />}
            disabled={previous === null}
            onClick={() => previous !== null && onGo(previous)}
          >
            Previous
          </Button>
          <Button
            variant="default"
            size="xs"
            rightSection={<IconChevronRight size={14} aria-hidden />}
            disabled={next === null}
            onClick={() => next !== null && onGo(next)}
          >
            Next
          </Button>
        </Group>
      )}
    </Group>
  );
}
