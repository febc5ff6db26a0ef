/** This file is separate from the OpenAPI document, because tests need the nouns without the document. */

import { OPERATIONS } from "../tenant/operations.ts";
import { NOUNS } from "./index.ts";
import { buildRoutes } from "./operation-routes.ts";
import type { Noun, Route } from "./route.ts";

/** All nouns of the tenant API, for its OpenAPI document and for tests. */
export const ALL_NOUNS: ReadonlyMap<string, Noun> = new Map(
  await Promise.all([
    ...Object.entries(NOUNS).map(async ([name, load]) => [name, (await load()).default as Noun] as const),
    ...Object.entries(OPERATIONS).map(
      async ([name, load]) => [name, { description: name, routes: buildRoutes(name, await load()) }] as const,
    ),
  ]),
);

export const ALL_ROUTES: readonly Route[] = [...ALL_NOUNS.values()].flatMap(({ routes }) => Object.values(routes));
