import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Panel } from "./Panel";

interface Props {
  title: string;
  /** The next step for the user. */
  children?: ReactNode;
}

export function EmptyState({ title, children }: Props) {
  return (
    <Panel>
      <Stack gap="xs" align="center" py="lg">
        <Text fw={600}>{title}</Text>
        {children && (
          <Text c="dimmed" size="sm" ta="center" component="div">
            {children}
          </Text>
        )}
      </Stack>
    </Panel>
  );
}
