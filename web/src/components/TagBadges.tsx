import { Badge, Group, Text } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import type { Schema } from "../api/client";

export function TagBadges({ tags }: { tags: Schema<"TagRef">[] }) {
  if (tags.length === 0) {
    return (
      <Text size="sm" c="dimmed" component="span">
        No tags
      </Text>
    );
  }
  return (
    <Group gap={4}>
      {tags.map((tag) => (
        <Badge
          key={tag.id}
          miw={0}
          maw="100%"
          attributes={{ label: { "data-cut": true } }}
          color={tag.filter ? "indigo" : "gray"}
          leftSection={tag.filter ? <IconFilter size={10} aria-label="Filter tag" /> : undefined}
        >
          {tag.name}
        </Badge>
      ))}
    </Group>
  );
}
