import { isDeepStrictEqual } from "node:util";
import { ALL_NOUNS } from "../../../src/lib/contract/all.ts";
import { OPERATIONS } from "../../../src/lib/tenant/operations.ts";
import type { Operations } from "../../../src/lib/tenant/operation.ts";
import { buildOperationMethods } from "../../../src/lib/client/methods.ts";
import { buildMethods, type SchemaCheck } from "../../../src/lib/client/call.ts";
import { planImport, type Client, type Connection } from "../../../src/lib/client/index.ts";

type WithoutFirst<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Others] ? Others : never;

/** A client with all nouns. Its imports also have {@link planImport} as a method. */
export type WholeClient = Client & {
  readonly imports: {
    readonly plan: (...given: WithoutFirst<Parameters<typeof planImport>>) => ReturnType<typeof planImport>;
  };
};

/**
 * Checks a value like zod, but throws an error if the value has members that the contract does not define. zod would
 * drop such members.
 */
export const checkStrictly: SchemaCheck = (schema, value) => {
  const checked = schema.safeParse(value);
  if (checked.success && !isDeepStrictEqual(checked.data, value)) {
    throw new TypeError(`the contract does not know all of ${JSON.stringify(value)}`);
  }
  return checked;
};

const ALL_OPERATIONS = new Map<string, Operations>(
  await Promise.all(Object.entries(OPERATIONS).map(async ([name, load]) => [name, await load()] as const)),
);

/** Creates a client that has all nouns and checks responses strictly. */
export const createWholeClient = (connection: Connection): WholeClient => {
  const nouns = [...ALL_NOUNS].map(([name, { routes }]) => [
    name,
    ALL_OPERATIONS.has(name)
      ? buildOperationMethods(connection, ALL_OPERATIONS.get(name) ?? {})
      : buildMethods({ check: checkStrictly, ...connection }, routes),
  ]);
  const client = Object.fromEntries(nouns) as Client;
  return { ...client, imports: { ...client.imports, plan: (...given) => planImport(client, ...given) } };
};
