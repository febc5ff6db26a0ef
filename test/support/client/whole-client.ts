import { isDeepStrictEqual } from "node:util";
import { ALL_NOUNS } from "../../../src/lib/contract/all.ts";
import { methodsOf, type SchemaCheck } from "../../../src/lib/client/call.ts";
import { planImport, type Client, type Connection } from "../../../src/lib/client/index.ts";

type WithoutFirst<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Others] ? Others : never;

/** A client of every noun; {@link planImport} is among the methods of imports. */
export type WholeClient = Client & {
  readonly imports: {
    readonly plan: (...given: WithoutFirst<Parameters<typeof planImport>>) => ReturnType<typeof planImport>;
  };
};

/** As zod, but what the contract does not know of is a mistake, and not left out. */
export const strict: SchemaCheck = (schema, value) => {
  const checked = schema.safeParse(value);
  if (checked.success && !isDeepStrictEqual(checked.data, value)) {
    throw new TypeError(`the contract does not know all of ${JSON.stringify(value)}`);
  }
  return checked;
};

/** A client of every noun that checks answers strictly. */
export const wholeClient = (connection: Connection): WholeClient => {
  const nouns = [...ALL_NOUNS].map(([name, { routes }]) => [name, methodsOf({ check: strict, ...connection }, routes)]);
  const client = Object.fromEntries(nouns) as Client;
  return { ...client, imports: { ...client.imports, plan: (...given) => planImport(client, ...given) } };
};
