// Header, navigation and the page. Own CSS instead of Mantine's AppShell, which injects a <style> element.
import { Burger } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect } from "react";
import { Link, Outlet, ScrollRestoration, useLocation, useNavigation } from "react-router";
import { Logo } from "../components/layout/Logo";
import { OfflineBanner } from "../components/layout/OfflineBanner";
import { SecretsProvider } from "../components/secrets/Secrets";
import { useMe } from "../lib/session";
import classes from "./AppLayout.module.css";
import { ColorSchemeToggle } from "./ColorSchemeToggle";
import { Navigation } from "./Navigation";
import { PaletteButton } from "./PaletteButton";
import { UserMenu } from "./UserMenu";

export function AppLayout() {
  const me = useMe();
  const { pathname } = useLocation();
  const loading = useNavigation().state === "loading";
  const [opened, { toggle, close }] = useDisclosure();

  useEffect(close, [pathname, close]);

  return (
    <>
      <OfflineBanner />
      <div className={classes.shell}>
        <a href="#content" className={classes.skip}>
          Skip to content
        </a>
        <header className={classes.header}>
          <Burger
            className={classes.burger}
            opened={opened}
            onClick={toggle}
            size="sm"
            aria-label={opened ? "Close navigation" : "Open navigation"}
            aria-expanded={opened}
            aria-controls="navigation"
          />
          <Link to="/" className={classes.brand}>
            <Logo />
            Wick
          </Link>
          <div className={classes.spacer} />
          <PaletteButton />
          <ColorSchemeToggle />
          <UserMenu me={me} />
        </header>
        <nav
          id="navigation"
          className={classes.nav}
          data-opened={opened || undefined}
          aria-label="Main"
        >
          <Navigation admin={me.role === "admin"} onNavigate={close} />
        </nav>
        <main id="content" className={classes.main} tabIndex={-1} aria-busy={loading}>
          <SecretsProvider>
            <Outlet />
          </SecretsProvider>
        </main>
        <ScrollRestoration />
      </div>
    </>
  );
}
