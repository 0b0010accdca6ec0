// Calls, newest first, a page at a time; each row opens to its request and response.
import { Button, Center, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../api/client";
import { ErrorAlert } from "../../components/ErrorAlert";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageLoader } from "../../components/layout/PageLoader";
import { exactTime } from "../../lib/time";
import type { RunFilters } from "./runFilters";
import { RunTable } from "./RunTable";

interface Props {
  filters: RunFilters;
  /** Whose call it was is worth a column. */
  showUser: boolean;
}

export function RunList({ filters, showUser }: Props) {
  const runs = useInfiniteQuery({
    queryKey: ["runs", "list", filters],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET("/runs", { params: { query: { ...filters, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

  if (!runs.data) {
    return runs.error ? (
      <ErrorAlert error={runs.error} onRetry={() => void runs.refetch()} />
    ) : (
      <PageLoader />
    );
  }
  const items = runs.data.pages.flatMap((page) => page.items);
  const searchedBackTo = runs.data.pages.at(-1)?.searched_back_to;
  if (items.length === 0 && !searchedBackTo) {
    return (
      <EmptyState title="No calls">
        Calls appear here as soon as they are made. If you expected calls, change the filters.
      </EmptyState>
    );
  }
  return (
    <>
      {items.length > 0 && <RunTable runs={items} showUser={showUser} />}
      <ErrorAlert error={runs.error} onRetry={() => void runs.fetchNextPage()} />
      {searchedBackTo && (
        <Text c="dimmed" ta="center" mt="md">
          Searched back to {exactTime(searchedBackTo)}. Older calls may match.
        </Text>
      )}
      {runs.hasNextPage && (
        <Center mt="md">
          <Button
            variant="default"
            loading={runs.isFetchingNextPage}
            onClick={() => void runs.fetchNextPage()}
          >
            {searchedBackTo ? "Search older calls" : "Older"}
          </Button>
        </Center>
      )}
    </>
  );
}
