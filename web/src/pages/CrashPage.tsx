// Shown when a page itself fails, most often because a new version replaced the files of an open tab.
import { Button } from "@mantine/core";
import { useRouteError } from "react-router";
import { ErrorAlert } from "../components/ErrorAlert";
import { EntryLayout } from "../components/layout/EntryLayout";

export function CrashPage() {
  const error = useRouteError();
  return (
    <EntryLayout
      title="This page stopped working"
      description="Wick may have been updated while the page was open. Load it again."
    >
      <ErrorAlert error={error instanceof Error ? error : new Error(String(error))} />
      <Button onClick={() => window.location.reload()}>Load again</Button>
    </EntryLayout>
  );
}
