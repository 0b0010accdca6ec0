import { useSearchParams } from "react-router";
import { PageHeader } from "../../components/layout/PageHeader";
import { RunFilterBar } from "./RunFilterBar";
import { parseRunFilters } from "./runFilters";
import { RunList } from "./RunList";

export function AdminHistoryPage() {
  const [search] = useSearchParams();
  return (
    <>
      <PageHeader title="All history" description="All calls of all users, newest first." />
      <RunFilterBar everyone />
      <RunList filters={parseRunFilters(search)} showUser />
    </>
  );
}
