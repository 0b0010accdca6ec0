import { Button, Group } from "@mantine/core";
import { Link } from "react-router";
import { PageHeader } from "../components/layout/PageHeader";

export function NotFoundPage() {
  return (
    <>
      <PageHeader
        title="Page not found"
        description="This page does not exist, or your account cannot open it."
      />
      <Group>
        <Button component={Link} to="/">
          Go to your connectors
        </Button>
      </Group>
    </>
  );
}
