import { useSearchParams } from "react-router";
import { PageHeader } from "../../components/PageHeader";
import { readFilters } from "../../components/runs/filters";
import { RunFilterBar } from "../../components/runs/RunFilterBar";
import { RunList } from "../../components/runs/RunList";

export function AdminHistoryPage() {
  const [search] = useSearchParams();
  return (
    <>
      <PageHeader title="All history" description="Every call of every user, newest first." />
      <RunFilterBar everyone />
      <RunList filters={readFilters(search)} showUser />
    </>
  );
}
