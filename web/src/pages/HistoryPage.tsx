import { useSearchParams } from "react-router";
import { PageHeader } from "../components/PageHeader";
import { readFilters } from "../components/runs/filters";
import { RunFilterBar } from "../components/runs/RunFilterBar";
import { RunList } from "../components/runs/RunList";
import { useMe } from "../lib/session";

export function HistoryPage() {
  const me = useMe();
  const [search] = useSearchParams();
  return (
    <>
      <PageHeader title="History" description="Every call made as you, newest first." />
      <RunFilterBar everyone={false} />
      {/* The API gives an admin everybody's calls; this page is about one's own. */}
      <RunList filters={{ ...readFilters(search), user: me.id }} showUser={false} />
    </>
  );
}
