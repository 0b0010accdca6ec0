// The apps that ask to act for people (OAuth clients): who they say they are, how many use them, and a stop for each.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { appsQuery } from "../../api/queries";
import { AddButton } from "../../components/AddButton";
import { EmptyState } from "../../components/layout/EmptyState";
import { PageHeader } from "../../components/layout/PageHeader";
import { QueryView } from "../../components/layout/QueryView";
import { useSecrets } from "../../components/secrets/Secrets";
import { AppSecretBanner, type AppWithSecret } from "./AppSecretBanner";
import { AppTable } from "./AppTable";
import { RegisterAppDialog } from "./RegisterAppDialog";

export function AppsPage() {
  const apps = useQuery(appsQuery);
  const [registering, setRegistering] = useState(false);
  const secrets = useSecrets();
  const show = (app: AppWithSecret) =>
    secrets.show(app.client.id, (close) => <AppSecretBanner shown={app} onClose={close} />);
  return (
    <>
      <PageHeader
        title="Apps"
        description="The programs that users can connect through OAuth. Most apps register themselves. Each user decides what an app can do."
        actions={<AddButton onClick={() => setRegistering(true)}>Register an app</AddButton>}
      />
      <QueryView query={apps}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No apps yet">
              An app appears here as soon as it registers itself, or when you register it.
            </EmptyState>
          ) : (
            <AppTable apps={items} onSecret={show} onGone={({ id }) => secrets.forget(id)} />
          )
        }
      </QueryView>
      {registering && (
        <RegisterAppDialog onRegistered={show} onClose={() => setRegistering(false)} />
      )}
    </>
  );
}
