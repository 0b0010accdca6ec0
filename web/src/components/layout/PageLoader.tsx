import { Center, Loader } from "@mantine/core";

export function PageLoader() {
  return (
    <Center p="xl" role="status" aria-label="Loading">
      <Loader />
    </Center>
  );
}
