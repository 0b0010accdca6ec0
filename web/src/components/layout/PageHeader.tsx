// The heading of a page; it also names the browser's tab, and takes the focus where nothing better is left.
import { Anchor, Group, Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import { Link } from "react-router";
import classes from "./PageHeader.module.css";

interface Props {
  title: string;
  /** The list that this is a part of. */
  back?: { to: string; label: string };
  description?: ReactNode;
  actions?: ReactNode;
}

export function usePageTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Wick`;
  }, [title]);
}

export function PageHeader({ title, back, description, actions }: Props) {
  usePageTitle(title);
  return (
    <Group justify="space-between" align="flex-start" mb="lg">
      <div className={classes.text}>
        {back && (
          <Anchor component={Link} to={back.to} size="sm">
            ← {back.label}
          </Anchor>
        )}
        <Title order={1} size="h2" tabIndex={-1}>
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
