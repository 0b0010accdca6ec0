// The server's sentence about what went wrong, with the id an admin finds in its log.
import { Alert, Button, Code, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiError } from "../api/client";

interface Props {
  error: Error | null;
  /** Offered only where another try may succeed. */
  onRetry?: () => void;
}

export function ErrorAlert({ error, onRetry }: Props) {
  if (!error) return null;
  const requestId = error instanceof ApiError ? error.requestId : "";
  const canRetry = !(error instanceof ApiError) || error.canRetry;
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} role="alert" mb="md">
      <Text size="sm">{error.message}</Text>
      {requestId && (
        <Text size="xs" mt={4}>
          Request <Code>{requestId}</Code>
        </Text>
      )}
      {onRetry && canRetry && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  );
}
