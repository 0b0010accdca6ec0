import { ThemeIcon } from "@mantine/core";
import { IconApi, IconNotes, IconPlug } from "@tabler/icons-react";

export function KindIcon({ kind }: { kind: string }) {
  const KindGlyph = kind === "notes" ? IconNotes : kind === "rest" ? IconApi : IconPlug;
  return (
    <ThemeIcon variant="light" size="lg" aria-hidden>
      <KindGlyph size={20} />
    </ThemeIcon>
  );
}
