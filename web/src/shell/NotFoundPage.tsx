import { Button, Group } from "@mantine/core";
import { Link } from "react-router";
import { PageHeader } from "../components/layout/PageHeader";

export function NotFoundPage() {
  return (
    <>
      <PageHeader
        title="Page not found"
        description="There is nothing here, or it is not for your account."
      />
      <Group>
        <Button component={Link} to="/">
          Go to your connectors
        </Button>
      </Group>
    </>
  );
}
