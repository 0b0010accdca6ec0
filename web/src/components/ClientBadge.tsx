// How far an app's name can be trusted, in a word.
import { Badge } from "@mantine/core";
import type { Schema } from "../api/client";

export function ClientBadge({ client }: { client: Schema<"OAuthClient"> }) {
  if (client.host) {
    return (
      <Badge miw={0} maw="100%" attributes={{ label: { "data-cut": true } }}>
        {client.host}
      </Badge>
    );
  }
  switch (client.source) {
    case "admin":
      return <Badge color="gray">registered here</Badge>;
    case "builtin":
      return <Badge color="gray">built in</Badge>;
    default:
      return <Badge color="yellow">unverified</Badge>;
  }
}
