// Where a connected system describes an operation otherwise than an admin has accepted.
import type { Schema } from "../../api/client";
import { prettyJson } from "../../lib/json";

export type ToolChange = Schema<"Offer">["changes"][number];

export interface Difference {
  field: string;
  accepted?: string;
  offered?: string;
}

export function kindOf({ accepted, offered }: ToolChange): "New" | "Changed" | "Gone" {
  if (!accepted) return "New";
  return offered ? "Changed" : "Gone";
}

/** The members that are not the same, in the order of what is offered. Of what is gone there is nothing to read. */
export function differences({ accepted, offered }: ToolChange): Difference[] {
  if (!offered) return [];
  const fields = new Set([...Object.keys(offered), ...Object.keys(accepted ?? {})]);
  return [...fields]
    .map((field) => ({
      field: visible(field),
      accepted: shown(accepted?.[field]),
      offered: shown(offered[field]),
    }))
    .filter((one) => one.accepted !== one.offered);
}

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return visible(prettyJson(value));
}

/** Models read what people cannot see: such characters are shown by their number. */
function visible(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, (one) =>
    one === "\n" || one === "\t" ? one : `⟨U+${hex(one)}⟩`,
  );
}

const hex = (one: string) => one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
