import type { z } from "zod";
import { loadRoutes, type Import, type NounName as RouteNoun, type RoutesOf } from "../contract/index.ts";
import { OPERATIONS, type OperationNoun, type OperationsOf } from "../tenant/operations.ts";
import { buildOperationMethods, type MethodsOf } from "./methods.ts";
import type { RouteResponse, Route } from "../contract/route.ts";
import { buildMethods, type Connection, type CallResults, type MultipartUpload, type Upload } from "./call.ts";

export type * from "../contract/index.ts";
export {
  sendRequest,
  skipSchemaCheck,
  type Connection,
  type StreamedParts,
  type MultipartUpload,
  type PlainRequest,
  type PlainResponse,
  type Upload,
} from "./call.ts";
export type { Transport } from "./transport.ts";

type OptionalKey<T, K extends keyof T> = undefined extends T[K] ? K : never;

/** Parsed query parameters; those with a default are optional. No `cursor`: the client fetches all pages itself. */
export type QueryInput<S extends z.ZodRawShape, In = z.input<z.ZodObject<S>>, Out = z.output<z.ZodObject<S>>> = {
  readonly [K in keyof In & keyof Out as Exclude<K, OptionalKey<In, K>>]: Out[K];
} & {
  readonly [K in keyof In & keyof Out as Exclude<OptionalKey<In, K>, "cursor">]?: Out[K] | undefined;
};

type IsUnion<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;

/**
 * Subject of a route: a plan that the caller has seen, the value of a path parameter, or the values of several path
 * parameters by name.
 */
type RouteSubject<R extends Route> = R extends { readonly ifMatch: true }
  ? R extends { readonly params: z.ZodRawShape }
    ? [plan: Pick<Import, "id" | "etag">]
    : [plan: { readonly etag: string }]
  : R extends { readonly params: infer P extends z.ZodRawShape }
    ? [subject: IsUnion<keyof P> extends true ? z.output<z.ZodObject<P>> : z.output<P[keyof P] & z.ZodType>]
    : [];

type RouteInput<R extends Route> = R extends { readonly file: true; readonly query: infer Q extends z.ZodRawShape }
  ? [file: Upload, query?: QueryInput<Q>]
  : R extends { readonly takesParts: true; readonly query: infer Q extends z.ZodRawShape }
    ? [parts: MultipartUpload, query?: QueryInput<Q>]
    : R extends { readonly query: infer Q extends z.ZodRawShape }
      ? Partial<QueryInput<Q>> extends QueryInput<Q>
        ? [query?: QueryInput<Q>]
        : [query: QueryInput<Q>]
      : R extends { readonly body: infer B extends z.ZodType }
        ? [body: z.input<B>]
        : R extends { readonly file: true }
          ? [file: Upload]
          : [];

type RouteMethod<R extends Route> = (
  ...given: [...RouteSubject<R>, ...RouteInput<R>, signal?: AbortSignal]
) => R["answer"] extends RouteResponse<infer K, infer S> ? CallResults<S>[K] : never;

/**
 * A tenant as commands see it: the methods of some nouns, derived from their routes.
 *
 * @see {@link buildMethods} for the failures that they throw
 */
export type Client<N extends NounName = NounName> = {
  readonly [K in N & OperationNoun]: MethodsOf<OperationsOf<K>>;
} & {
  readonly [K in N & RouteNoun]: {
    readonly [M in keyof RoutesOf<K>]: RoutesOf<K>[M] extends Route ? RouteMethod<RoutesOf<K>[M]> : never;
  };
};

export type NounName = RouteNoun | OperationNoun;

const isOperationNoun = (noun: NounName): noun is OperationNoun => Object.hasOwn(OPERATIONS, noun);

/** Creates the client for some nouns. Loads only the parts of the contract that these nouns need. */
export const openClient = async <N extends NounName>(
  connection: Connection,
  nouns: readonly N[],
): Promise<Client<N>> => {
  const loaded = nouns.map(
    async (noun) =>
      [
        noun,
        isOperationNoun(noun)
          ? buildOperationMethods(connection, await OPERATIONS[noun]())
          : buildMethods(connection, await loadRoutes(noun as RouteNoun)),
      ] as const,
  );
  return Object.fromEntries<unknown>(await Promise.all(loaded)) as Client<N>;
};

/** The options of an import; an option that is missing has the default of the contract. */
export type NewImport = Parameters<Client["imports"]["create"]>[0];

/**
 * Uploads a file and returns the plan of its import; the tenant's data is not changed.
 *
 * @param request the kind of the file and how to import it
 */
export const planImport = async (
  { imports }: Client<"imports">,
  request: NewImport,
  file: Upload,
  signal?: AbortSignal,
): Promise<Import> => {
  const { id } = await imports.create(request);
  return imports.upload(id, file, signal);
};
