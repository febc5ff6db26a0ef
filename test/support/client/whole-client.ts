import { Failure } from "../../../src/lib/errors/index.ts";
import { buildMethods } from "../../../src/lib/client/index.ts";
import { planImport, type Client, type Connection, type Import } from "../../../src/lib/client/index.ts";
import type { Operations } from "../../../src/lib/tenant/subjects/operation.ts";
import { OPERATIONS } from "../../../src/lib/tenant/api/operations.ts";

type WithoutFirst<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Others] ? Others : never;

type Imports = Client["imports"];

type OnPlan<M extends "commit"> = (
  plan: Pick<Import, "id" | "etag">,
  given?: Omit<Parameters<Imports[M]>[1], "etag">,
  signal?: AbortSignal,
) => Promise<Import>;

/** A client with all nouns. Imports also have the method {@link planImport}, and act on plans by their ETag. */
export type WholeClient = Omit<Client, "imports"> & {
  readonly imports: Omit<Imports, "commit"> & {
    readonly plan: (...given: WithoutFirst<Parameters<typeof planImport>>) => ReturnType<typeof planImport>;
    readonly commit: OnPlan<"commit">;
  };
};

export const ALL_OPERATIONS: readonly (readonly [noun: string, operations: Operations])[] = await Promise.all(
  Object.entries(OPERATIONS).map(async ([noun, load]) => [noun, await load()] as const),
);

export const createWholeClient = (connection: Connection): WholeClient => {
  const nouns = ALL_OPERATIONS.map(([noun, operations]) => [noun, buildMethods(connection, operations)] as const);
  const client = Object.fromEntries(nouns) as unknown as Client;
  const { imports } = client;
  return {
    ...client,
    imports: {
      ...imports,
      plan: (...given) => planImport(client, ...given),
      commit: ({ id, etag }, given, signal) => imports.commit(id, { ...given, etag: etag ?? "-" }, signal),
    },
  };
};

/** Returns the failure of an operation. @throws Error if the operation does not fail */
export const requireFailure = async (work: Promise<unknown>): Promise<Failure> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Failure) return error;
  throw new Error("no failure", { cause: error });
};
