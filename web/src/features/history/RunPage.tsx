// One call at an address of its own, to be passed on.
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { runQuery } from "../../api/queries";
import { PageHeader } from "../../components/layout/PageHeader";
import { Panel } from "../../components/layout/Panel";
import { QueryView } from "../../components/layout/QueryView";
import { RunDetail } from "./RunDetail";

export function RunPage() {
  const { id = "" } = useParams();
  return (
    <QueryView query={useQuery(runQuery(id))} page="Call">
      {() => (
        <>
          <PageHeader
            title="Call"
            description="The request, the response and the result of one call."
          />
          <Panel>
            <RunDetail id={id} />
          </Panel>
        </>
      )}
    </QueryView>
  );
}
