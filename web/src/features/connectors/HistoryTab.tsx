import { useSearchParams } from "react-router";
import { useMe } from "../../lib/session";
import { readFilters } from "../history/filters";
import { RunFilterBar } from "../history/RunFilterBar";
import { RunList } from "../history/RunList";

export function HistoryTab({ connectorId }: { connectorId: string }) {
  const admin = useMe().role === "admin";
  const [search] = useSearchParams();
  return (
    <>
      <RunFilterBar everyone={admin} fixedConnector />
      <RunList filters={{ ...readFilters(search), connector: connectorId }} showUser={admin} />
    </>
  );
}
