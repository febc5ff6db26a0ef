/** Apart from the document, since tests need the nouns without it. */

import { NOUNS } from "./index.ts";
import type { Noun, Route } from "./route.ts";

/** Every noun of the tenant API at once: for its document and for tests. */
export const ALL_NOUNS: ReadonlyMap<string, Noun> = new Map(
  await Promise.all(Object.entries(NOUNS).map(async ([name, load]) => [name, (await load()).default] as const)),
);

/** The routes one after another. */
export const ALL_ROUTES: readonly Route[] = [...ALL_NOUNS.values()].flatMap(({ routes }) => Object.values(routes));
