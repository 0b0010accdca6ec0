import { Anchor, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import type { Schema } from "../../api/client";
import { Panel } from "../../components/layout/Panel";
import { TagBadges } from "../../components/TagBadges";
import { plural } from "../../lib/format";
import { AccountHint } from "./AccountPanel";
import classes from "./ConnectorCard.module.css";
import { ConnectorState } from "./ConnectorState";
import { KindIcon } from "./KindIcon";

export function ConnectorCard({ connector }: { connector: Schema<"ConnectorSummary"> }) {
  return (
    <Panel className={classes.card}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Group gap="sm" wrap="nowrap" className={classes.name}>
            <KindIcon kind={connector.kind} />
            <Title order={2} size="h5">
              <Anchor
                component={Link}
                to={`/connectors/${connector.id}`}
                inherit
                className={classes.link}
              >
                {connector.label}
              </Anchor>
            </Title>
          </Group>
          <ConnectorState connector={connector} />
        </Group>
        <Text size="sm" lineClamp={3}>
          {connector.description}
        </Text>
        <TagBadges tags={connector.tags} />
        <Text size="xs" c="dimmed">
          {plural(connector.operations_enabled, "operation")}
        </Text>
        <AccountHint kind={connector.account} />
      </Stack>
    </Panel>
  );
}
