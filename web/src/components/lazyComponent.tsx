import { lazy, Suspense, type ComponentType } from "react";

/** A dialog, or another part that is opened by hand, whose code is fetched when it is first opened. */
export function lazyComponent<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  const Part = lazy(async () => ({ default: await load() }));
  return function LazyComponent(props: Props) {
    return (
      <Suspense fallback={null}>
        <Part {...props} />
      </Suspense>
    );
  };
}
