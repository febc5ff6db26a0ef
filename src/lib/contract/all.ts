/** This file is separate from the OpenAPI document, because tests need the nouns without the document. */

import { NOUNS } from "./index.ts";
import type { Noun, Route } from "./route.ts";

/** All nouns of the tenant API, for its OpenAPI document and for tests. */
export const ALL_NOUNS: ReadonlyMap<string, Noun> = new Map(
  await Promise.all(Object.entries(NOUNS).map(async ([name, load]) => [name, (await load()).default] as const)),
);

export const ALL_ROUTES: readonly Route[] = [...ALL_NOUNS.values()].flatMap(({ routes }) => Object.values(routes));
