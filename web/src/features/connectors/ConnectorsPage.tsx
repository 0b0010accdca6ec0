import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { connectorsQuery } from "../../api/queries";
import { CardGrid } from "../../components/layout/CardGrid";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageHeader } from "../../components/layout/PageHeader";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { useMe } from "../../lib/session";
import { ConnectorCard } from "./ConnectorCard";

export function ConnectorsPage() {
  const me = useMe();
  const connectors = useQuery(connectorsQuery);
  return (
    <>
      <PageHeader
        title="Connectors"
        description="The systems that your AI clients can use through Wick."
      />
      <Panel mb="lg" title="Connect a client">
        <Text size="sm">
          Claude, Cursor, VS Code and other clients use all of these connectors through one address.
        </Text>
        <Group gap="sm">
          <Button component={Link} to="/profile/mcp">
            See how
          </Button>
          <Button variant="default" component={Link} to="/profile/tokens">
            Access tokens
          </Button>
        </Group>
      </Panel>
      <QueryView query={connectors}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No connectors yet">
              {me.role === "admin"
                ? "Add a connector under Manage connectors, and use tags to share it."
                : "An admin can share connectors with you."}
            </EmptyState>
          ) : (
            <CardGrid label="Connectors">
              {items.map((connector) => (
                <ConnectorCard key={connector.id} connector={connector} />
              ))}
            </CardGrid>
          )
        }
      </QueryView>
    </>
  );
}
