import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./theme.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import { keepFocus } from "./lib/focusKeeper";
import { installTips } from "./lib/tips";
import { queryClient } from "./queryClient";
import { router } from "./router";
import { theme } from "./theme";
import tips from "./tips.module.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

installTips(tips.tip ?? "");
keepFocus();

createRoot(root).render(
  <StrictMode>
    {/* Both flags keep Mantine from injecting <style> elements, which the server's policy forbids. */}
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
