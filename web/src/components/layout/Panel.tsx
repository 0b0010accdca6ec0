// A bordered box, with a heading when it has a title.
import { Group, Paper, Stack, Text, Title, type PaperProps } from "@mantine/core";
import { useId, type ReactNode } from "react";
import classes from "./Panel.module.css";

interface Props extends PaperProps {
  title?: string;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Panel({ title, description, actions, children, ...paper }: Props) {
  const titleId = useId();
  return (
    <Paper
      component="section"
      aria-labelledby={title ? titleId : undefined}
      withBorder
      p="md"
      className={classes.panel}
      {...paper}
    >
      {title ? (
        <Stack gap="md">
          <Group justify="space-between" align="flex-start">
            <div className={classes.text}>
              <Title order={2} size="h4" id={titleId}>
                {title}
              </Title>
              {description && (
                <Text c="dimmed" size="sm">
                  {description}
                </Text>
              )}
            </div>
            {actions}
          </Group>
          {children}
        </Stack>
      ) : (
        children
      )}
    </Paper>
  );
}
