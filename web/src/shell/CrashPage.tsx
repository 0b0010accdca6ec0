// Shown when a page itself fails: its files could not be loaded, or a new version replaced those of an open tab.
import { Button, Group } from "@mantine/core";
import { useRouteError } from "react-router";
import { ErrorAlert } from "../components/ErrorAlert";
import { CenteredLayout } from "../components/layout/CenteredLayout";
import { PageHeader } from "../components/layout/PageHeader";
import { useOnline } from "../lib/useOnline";

function useFailure() {
  const thrown = useRouteError();
  const online = useOnline();
  return {
    title: "This page stopped working",
    description: online
      ? "Wick may have been updated while the page was open. Reload the page."
      : "You are offline, and this page has not been loaded yet. Reload it when you are online.",
    error: thrown instanceof Error ? thrown : new Error(String(thrown)),
  };
}

export function CrashPage() {
  const { title, description, error } = useFailure();
  return (
    <CenteredLayout title={title} description={description}>
      <ErrorAlert error={error} />
      <LoadAgain />
    </CenteredLayout>
  );
}

/** The same in the place of a page, where the navigation still works. */
export function FailedPage() {
  const { title, description, error } = useFailure();
  return (
    <>
      <PageHeader title={title} description={description} />
      <ErrorAlert error={error} />
      <Group>
        <LoadAgain />
      </Group>
    </>
  );
}

function LoadAgain() {
  return <Button onClick={() => window.location.reload()}>Reload</Button>;
}
