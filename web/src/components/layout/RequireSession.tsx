// Lets only signed-in people further; the query cache sends everyone else to /sign-in (see queryClient.ts).
import { Container } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Outlet } from "react-router";
import { ApiError } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { SessionContext } from "../../lib/session";
import { ErrorAlert } from "../ErrorAlert";
import { PageLoader } from "../PageLoader";

export function RequireSession() {
  const session = useQuery(sessionQuery);
  if (session.data) {
    return (
      <SessionContext value={session.data.user}>
        <Outlet />
      </SessionContext>
    );
  }
  const leaving = session.error instanceof ApiError && session.error.status === 401;
  if (!session.error || leaving) return <PageLoader />;
  return (
    <Container size="sm" py="xl">
      <ErrorAlert error={session.error} onRetry={() => void session.refetch()} />
    </Container>
  );
}
