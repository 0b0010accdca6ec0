// Keeps the focus of keyboard users from falling to the top of the page (WCAG 2.4.3) when the element that has it goes
// away or is disabled: it comes back to the same element when that works again, else goes to the next row of its table,
// else to the heading of the page. One observer for all pages, so no action has to think of it.
const focusable = "a[href], button, input, select, textarea, summary, [tabindex]";
// They keep and give back the focus themselves.
const floating = "[role=dialog], [role=menu], [role=listbox], [role=tooltip]";

interface Place {
  element: HTMLElement;
  /** Its row's place among the rows, where it is in one. */
  rows: Element | null;
  index: number;
}

function placeOf(element: HTMLElement): Place {
  const row = element.closest("[data-row]");
  const rows = row?.parentElement ?? null;
  return { element, rows, index: row ? rowsIn(rows).indexOf(row) : 0 };
}

const rowsIn = (rows: Element | null) => [...(rows?.querySelectorAll("[data-row]") ?? [])];

const isDisabled = (element: HTMLElement) =>
  element.matches(":disabled, [data-disabled]") || element.closest("[hidden]") !== null;

/** Where the same row was there is now another: its first link or button, never a box that chooses or what deletes. */
function inNextRow({ rows, index }: Place): HTMLElement | null {
  if (!rows?.isConnected) return null;
  const remaining = rowsIn(rows);
  const row = remaining[Math.min(index, remaining.length - 1)];
  const controls = [...(row?.querySelectorAll<HTMLElement>("a[href], button") ?? [])];
  return controls.find((one) => !isDisabled(one) && !one.matches("[data-destructive]")) ?? null;
}

export function keepFocus() {
  let last: Place | null = null;

  document.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLElement && !target.closest(floating)) last = placeOf(target);
  });
  // A click outside of all elements means that the user wants to leave.
  document.addEventListener("pointerdown", ({ target }) => {
    if (target instanceof Element && !target.closest(focusable)) last = null;
  });

  const check = () => {
    const { activeElement } = document;
    if (!last || (activeElement && activeElement !== document.body)) return;
    if (document.querySelector("[role=dialog]")) return;
    const { element } = last;
    if (element.isConnected) {
      // Busy: it will be there again, or be gone.
      if (element.matches("[data-loading]")) return;
      if (!isDisabled(element)) return element.focus({ preventScroll: true });
    }
    const next = inNextRow(last) ?? document.querySelector<HTMLElement>("main h1[tabindex]");
    next?.focus();
  };
  let asked = false;
  new MutationObserver(() => {
    if (asked) return;
    asked = true;
    setTimeout(() => {
      asked = false;
      check();
    });
  }).observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["disabled", "data-disabled", "data-loading", "hidden"],
  });
}
