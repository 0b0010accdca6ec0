// The heading of a page; it also names the browser's tab, and takes the focus where nothing better is left.
import { Group, Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import classes from "./PageHeader.module.css";

interface Props {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
}

export function usePageTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Wick`;
  }, [title]);
}

export function PageHeader({ title, description, actions }: Props) {
  usePageTitle(title);
  return (
    <Group justify="space-between" align="flex-start" mb="lg">
      <div className={classes.text}>
        <Title order={1} size="h2" tabIndex={-1} className={classes.title}>
          {title}
        </Title>
        {description && (
          <Text c="dimmed" component="div">
            {description}
          </Text>
        )}
      </div>
      {actions && <Group gap="sm">{actions}</Group>}
    </Group>
  );
}
