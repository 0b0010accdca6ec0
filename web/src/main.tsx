import "@mantine/core/styles/baseline.layer.css";
import "@mantine/core/styles/default-css-variables.layer.css";
import "@mantine/core/styles/global.layer.css";
import "./theme.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import { Notices } from "./components/Notices";
import { keepFocus } from "./lib/focusKeeper";
import { installTooltips } from "./lib/tooltips";
import { queryClient } from "./queryClient";
import { router } from "./router";
import { theme } from "./theme";
import tips from "./tooltips.module.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

installTooltips(tips.tip ?? "");
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
        <Notices />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
