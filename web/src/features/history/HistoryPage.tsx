import { useSearchParams } from "react-router";
import { PageHeader } from "../../components/layout/PageHeader";
import { useMe } from "../../lib/session";
import { RunFilterBar } from "./RunFilterBar";
import { parseRunFilters } from "./runFilters";
import { RunList } from "./RunList";

export function HistoryPage() {
  const me = useMe();
  const [search] = useSearchParams();
  return (
    <>
      <PageHeader title="History" description="All calls made on your behalf, newest first." />
      <RunFilterBar everyone={false} />
      {/* The API gives an admin everybody's calls; this page is about one's own. */}
      <RunList filters={{ ...parseRunFilters(search), user: me.id }} showUser={false} />
    </>
  );
}
