// The loading and error states that every page has, so that a page only writes its content.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError } from "../../api/client";
import { ErrorAlert } from "../ErrorAlert";
import { PageHeader } from "./PageHeader";
import { PageLoader } from "./PageLoader";

interface Props<T> {
  query: UseQueryResult<T>;
  /** The noun of what the page is about, which the query asks for: the heading when it cannot be shown. */
  page?: string;
  children: (data: T) => ReactNode;
}

export function QueryView<T>({ query, page, children }: Props<T>) {
  const { data, error } = query;
  // Signed out: the page is about to be left.
  const leaving = error instanceof ApiError && error.status === 401;
  const isMissing = error instanceof ApiError && error.status === 404;
  const problem = error && !leaving && (
    <ErrorAlert error={error} onRetry={() => void query.refetch()} />
  );
  if (data === undefined) {
    if (!problem) return <PageLoader />;
    return (
      <>
        {page && <PageHeader title={isMissing ? `${page} not found` : page} />}
        {problem}
      </>
    );
  }
  return (
    <>
      {/* What is shown is what was there before. */}
      {problem}
      {children(data)}
    </>
  );
}
