import { Group, Pagination, Text } from "@mantine/core";
import { plural } from "../../lib/format";

interface Props {
  total: number;
  page: number;
  pageSize: number;
  onChange: (page: number) => void;
  /** The counted thing, in the singular. */
  noun: string;
}

const names: Record<string, string> = { previous: "Previous page", next: "Next page" };

export function Pager({ total, page, pageSize, onChange, noun }: Props) {
  return (
    <Group justify="space-between" mt="md">
      <Text size="sm" c="dimmed">
        {plural(total, noun)}
      </Text>
      <Pagination
        total={Math.ceil(total / Math.max(1, pageSize))}
        value={page}
        onChange={onChange}
        hideWithOnePage
        getControlProps={(control) => ({ "aria-label": names[control] })}
        getItemProps={(number) => ({ "aria-label": `Page ${number}` })}
      />
    </Group>
  );
}
