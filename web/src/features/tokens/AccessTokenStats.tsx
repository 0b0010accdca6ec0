// Three counts; pressing one lists what it counts.
import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../api/client";
import { ErrorAlert } from "../../components/ErrorAlert";
import { StatCard, StatRow } from "../../components/layout/StatCard";
import classes from "./AccessTokenStats.module.css";
import { parseTokenQuery, type UrlFilters } from "./tokenQuery";

export function AccessTokenStats({ filters }: { filters: UrlFilters }) {
  const stats = useQuery({
    queryKey: ["admin", "tokens", "stats"],
    queryFn: () => unwrap(api.GET("/admin/tokens/stats")),
  });
  if (stats.error) return <ErrorAlert error={stats.error} onRetry={() => void stats.refetch()} />;
  const query = parseTokenQuery(filters.get);
  const neverUsed = query.never_used === true && query.status === "active";
  const byOwner = query.sort === "owner" && query.status === "active" && !neverUsed;
  const everything = {
    status: null,
    never_used: null,
    unused_days: null,
    expiring_days: null,
    query: null,
    owner: null,
  };

  return (
    <div className={classes.stats}>
      <StatRow>
        <StatCard
          testId="stat-active"
          label="Active tokens"
          value={stats.data?.active ?? 0}
          pressed={query.status === "active" && !neverUsed && !byOwner && !query.unused_days}
          onClick={() => filters.setAll({ ...everything, sort: null, order: null })}
        />
        <StatCard
          testId="stat-users"
          label="Users with tokens"
          value={stats.data?.users ?? 0}
          pressed={byOwner}
          onClick={() => filters.setAll({ ...everything, sort: "owner", order: null })}
        />
        <StatCard
          testId="stat-never-used"
          label="Never used"
          value={stats.data?.never_used ?? 0}
          pressed={neverUsed}
          onClick={() => filters.setAll({ ...everything, never_used: "true" })}
        />
      </StatRow>
    </div>
  );
}
