import { useSearchParams } from "react-router";
import { readFilters } from "../../components/runs/filters";
import { RunFilterBar } from "../../components/runs/RunFilterBar";
import { RunList } from "../../components/runs/RunList";
import { useMe } from "../../lib/session";

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
