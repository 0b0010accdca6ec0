// One tip for the whole page: what was cut off, and what an icon or a time means, in full. It is shown on hover, on
// focus and on tap; Escape hides it, and the pointer may move onto it (WCAG 1.4.13).
//
// An element says what it has to tell by its attributes: `data-tip="…"`, or `data-cut` for text that is shown only where
// its box is too narrow for it. Mantine's pills, the chosen ones of a list, take no attributes. One listener for all is much cheaper than a component for each cell of a table.
const told = "[data-tip], [data-cut], .mantine-Pill-label";
const margin = 8;

export function isCut(element: Element): boolean {
  return (
    element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight + 1
  );
}

function textOf(element: HTMLElement): string {
  if (element.dataset.tip) return element.dataset.tip;
  return isCut(element) ? (element.textContent ?? "") : "";
}

export function installTooltips(className: string) {
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.role = "tooltip";
  tip.className = className;
  tip.hidden = true;
  document.body.append(tip);
  let owner: HTMLElement | null = null;

  const hide = () => {
    if (owner?.getAttribute("aria-describedby") === tip.id)
      owner.removeAttribute("aria-describedby");
    owner = null;
    tip.hidden = true;
  };

  const show = (element: HTMLElement) => {
    if (element === owner) return;
    hide();
    const text = textOf(element);
    if (!text) return;
    owner = element;
    tip.textContent = text;
    tip.hidden = false;
    if (element.dataset.tip && !element.hasAttribute("aria-describedby"))
      element.setAttribute("aria-describedby", tip.id);
    const box = element.getBoundingClientRect();
    const left = Math.min(
      box.left,
      document.documentElement.clientWidth - tip.offsetWidth - margin,
    );
    const below = box.bottom + tip.offsetHeight + margin <= window.innerHeight;
    tip.style.left = `${Math.max(margin, left)}px`;
    tip.style.top = `${below ? box.bottom : Math.max(0, box.top - tip.offsetHeight)}px`;
  };

  const ownerOf = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<HTMLElement>(told) : null;
  // A link or a button may hold the text that is cut.
  const withinFocused = (target: EventTarget | null) =>
    ownerOf(target) ?? (target instanceof Element ? target.querySelector<HTMLElement>(told) : null);

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch" || tip.contains(event.target as Node)) return;
    const element = ownerOf(event.target);
    if (element) show(element);
    else if (owner !== document.activeElement) hide();
  });
  document.addEventListener("focusin", (event) => {
    const element = withinFocused(event.target);
    if (element && event.target instanceof Element && event.target.matches(":focus-visible"))
      show(element);
    else hide();
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("click", (event) => {
    const element = ownerOf(event.target);
    const touched = event instanceof PointerEvent && event.pointerType === "touch";
    if (element && touched && !element.closest("a, button")) show(element);
    else if (!tip.contains(event.target as Node)) hide();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("scroll", hide, { capture: true, passive: true });
  // The element has moved, and its text may fit now.
  window.addEventListener("resize", hide);
  new MutationObserver(() => {
    if (owner && !owner.isConnected) hide();
  }).observe(document.body, { childList: true, subtree: true });
}
