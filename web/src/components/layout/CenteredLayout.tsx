// The frame of the pages one sees before being signed in.
import { Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./CenteredLayout.module.css";
import { Logo } from "./Logo";
import { OfflineBanner } from "./OfflineBanner";
import { usePageTitle } from "./PageHeader";
import { Panel } from "./Panel";

interface Props {
  title: string;
  description?: ReactNode;
  /** For what is more than a short form. */
  wide?: boolean;
  children: ReactNode;
}

export function CenteredLayout({ title, description, wide = false, children }: Props) {
  usePageTitle(title);
  return (
    <>
      <OfflineBanner />
      <main className={classes.page} data-wide={wide || undefined}>
        <Group gap="xs" justify="center" mb="lg">
          <Logo />
          <Text fw={700} size="xl">
            Wick
          </Text>
        </Group>
        <Panel p="lg">
          <Stack>
            <div>
              <Title order={1} size="h3" tabIndex={-1}>
                {title}
              </Title>
              {description && (
                <Text c="dimmed" size="sm" component="div">
                  {description}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Panel>
      </main>
    </>
  );
}
