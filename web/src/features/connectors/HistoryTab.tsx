import { useSearchParams } from "react-router";
import { useMe } from "../../lib/session";
import { RunFilterBar } from "../history/RunFilterBar";
import { parseRunFilters } from "../history/runFilters";
import { RunList } from "../history/RunList";

export function HistoryTab({ connectorId }: { connectorId: string }) {
  const admin = useMe().role === "admin";
  const [search] = useSearchParams();
  return (
    <>
      <RunFilterBar everyone={admin} fixedConnector />
      <RunList filters={{ ...parseRunFilters(search), connector: connectorId }} showUser={admin} />
    </>
  );
}
