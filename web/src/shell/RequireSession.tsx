// Lets only signed-in people further; the query cache sends everyone else to /sign-in (see queryClient.ts).
import { Container } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Outlet } from "react-router";
import { ApiError } from "../api/client";
import { sessionQuery } from "../api/queries";
import { ErrorAlert } from "../components/ErrorAlert";
import { PageLoader } from "../components/layout/PageLoader";
import { lazyComponent } from "../components/lazyComponent";
import { SessionContext } from "../lib/session";

const EnrolPage = lazyComponent(
  async () => (await import("../features/second-factor/EnrolPage")).EnrolPage,
);

export function RequireSession() {
  const session = useQuery(sessionQuery);
  // Until the page says so, and not as soon as the session may go on: it still shows the recovery codes.
  const [enrolling, setEnrolling] = useState(false);
  if (session.data?.must_enrol && !enrolling) setEnrolling(true);
  if (session.data) {
    return (
      <SessionContext value={session.data.user}>
        {enrolling ? (
          <EnrolPage onDone={() => void session.refetch().then(() => setEnrolling(false))} />
        ) : (
          <Outlet />
        )}
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
