// One call at an address of its own, to be passed on.
import { useParams } from "react-router";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { RunDetail } from "../components/runs/RunDetail";

export function RunPage() {
  const { id = "" } = useParams();
  return (
    <>
      <PageHeader title="Call" description="Its request, its response, and what came of it." />
      <Panel>
        <RunDetail id={id} />
      </Panel>
    </>
  );
}
