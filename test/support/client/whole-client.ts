import { buildMethods } from "../../../src/lib/client/methods.ts";
import { planImport, type Client, type Connection } from "../../../src/lib/client/index.ts";
import type { Operations } from "../../../src/lib/tenant/operation.ts";
import { OPERATIONS } from "../../../src/lib/tenant/operations.ts";

type WithoutFirst<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Others] ? Others : never;

/** A client with all nouns. Its imports also have {@link planImport} as a method. */
export type WholeClient = Client & {
  readonly imports: {
    readonly plan: (...given: WithoutFirst<Parameters<typeof planImport>>) => ReturnType<typeof planImport>;
  };
};

/** All nouns of the tenant API. */
export const ALL_OPERATIONS: readonly (readonly [noun: string, operations: Operations])[] = await Promise.all(
  Object.entries(OPERATIONS).map(async ([noun, load]) => [noun, await load()] as const),
);

/** Creates a client that has all nouns. */
export const createWholeClient = (connection: Connection): WholeClient => {
  const nouns = ALL_OPERATIONS.map(([noun, operations]) => [noun, buildMethods(connection, operations)] as const);
  const client = Object.fromEntries(nouns) as unknown as Client;
  return { ...client, imports: { ...client.imports, plan: (...given) => planImport(client, ...given) } };
};
