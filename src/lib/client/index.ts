import { OPERATIONS, type OperationNoun, type OperationsOf, type Import } from "../tenant/operations.ts";
import { buildMethods, type MethodsOf } from "./methods.ts";
import type { Connection, Upload } from "./call.ts";

export type * from "../tenant/operations.ts";
export type { Connection, StreamedParts, PlainRequest, PlainResponse, Upload } from "./call.ts";
export { Changes } from "./changes.ts";
export type { Transport } from "./transport.ts";

export type NounName = OperationNoun;

/**
 * A tenant as commands see it: the operations of some nouns.
 *
 * @see {@link buildMethods} for the failures that they throw
 */
export type Client<N extends NounName = NounName> = {
  readonly [K in N]: MethodsOf<OperationsOf<K>>;
};

/** Creates the client for some nouns. Loads only the operations of these nouns. */
export const openClient = async <N extends NounName>(
  connection: Connection,
  nouns: readonly N[],
): Promise<Client<N>> => {
  const loaded = nouns.map(async (noun) => [noun, buildMethods(connection, await OPERATIONS[noun]())] as const);
  return Object.fromEntries<unknown>(await Promise.all(loaded)) as Client<N>;
};

/** The options of an import; an option that is missing has its default. */
export type NewImport = Parameters<Client["imports"]["create"]>[0];

/**
 * Uploads a file and returns the plan of its import; the tenant's data is not changed.
 *
 * @param request the kind of the file and how to import it
 */
export const planImport = async (
  { imports }: { readonly imports: Pick<Client["imports"], "create" | "upload"> },
  request: NewImport,
  file: Upload,
  signal?: AbortSignal,
): Promise<Import> => {
  const { id } = await imports.create(request);
  return imports.upload(id, file, signal);
};
