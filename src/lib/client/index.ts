import type { z } from "zod";
import { routesOf, type Import, type NounName, type RoutesOf } from "../contract/index.ts";
import type { RouteAnswer, Route } from "../contract/route.ts";
import { methodsOf, type Connection, type Results, type SentParts, type Upload } from "./call.ts";

export type * from "../contract/index.ts";
export { unchecked, type Connection, type Parts, type SentParts, type Upload } from "./call.ts";
export type { Transport } from "./transport.ts";

type OptionalKey<T, K extends keyof T> = undefined extends T[K] ? K : never;

/** Query parameters by the types they are read as; those with a default may be missing. The client counts the pages itself. */
export type QueryInput<S extends z.ZodRawShape, In = z.input<z.ZodObject<S>>, Out = z.output<z.ZodObject<S>>> = {
  readonly [K in keyof In & keyof Out as Exclude<K, OptionalKey<In, K>>]: Out[K];
} & {
  readonly [K in keyof In & keyof Out as Exclude<OptionalKey<In, K>, "cursor">]?: Out[K] | undefined;
};

/** Whether a type is one of several. */
type IsUnion<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;

/** What a route acts on: a plan its caller has seen, or the parameter of its path; several of those by their names. */
type RouteSubject<R extends Route> = R extends { readonly ifMatch: true }
  ? R extends { readonly params: z.ZodRawShape }
    ? [plan: Pick<Import, "id" | "etag">]
    : [plan: { readonly etag: string }]
  : R extends { readonly params: infer P extends z.ZodRawShape }
    ? [subject: IsUnion<keyof P> extends true ? z.output<z.ZodObject<P>> : z.output<P[keyof P] & z.ZodType>]
    : [];

/** What a route is given: query parameters, a JSON body or a file. */
type RouteInput<R extends Route> = R extends { readonly file: true; readonly query: infer Q extends z.ZodRawShape }
  ? [file: Upload, query?: QueryInput<Q>]
  : R extends { readonly takesParts: true; readonly query: infer Q extends z.ZodRawShape }
    ? [parts: SentParts, query?: QueryInput<Q>]
    : R extends { readonly query: infer Q extends z.ZodRawShape }
      ? Partial<QueryInput<Q>> extends QueryInput<Q>
        ? [query?: QueryInput<Q>]
        : [query: QueryInput<Q>]
      : R extends { readonly body: infer B extends z.ZodType }
        ? [body: z.input<B>]
        : R extends { readonly file: true }
          ? [file: Upload]
          : [];

type Method<R extends Route> = (
  ...given: [...RouteSubject<R>, ...RouteInput<R>, signal?: AbortSignal]
) => R["answer"] extends RouteAnswer<infer K, infer S> ? Results<S>[K] : never;

/**
 * A tenant as commands see it: the methods of some nouns, which follow from their routes.
 *
 * @see methodsOf for what they throw
 */
export type Client<N extends NounName = NounName> = {
  readonly [K in N]: {
    readonly [M in keyof RoutesOf<K>]: RoutesOf<K>[M] extends Route ? Method<RoutesOf<K>[M]> : never;
  };
};

/** The client of some nouns; loads what it needs of the contract. */
export const openClient = async <N extends NounName>(
  connection: Connection,
  nouns: readonly N[],
): Promise<Client<N>> => {
  const loaded = nouns.map(async (noun) => [noun, methodsOf(connection, await routesOf(noun))] as const);
  return Object.fromEntries<unknown>(await Promise.all(loaded)) as Client<N>;
};

/** The options of an import; what is missing has the contract's default. */
export type NewImport = Parameters<Client["imports"]["create"]>[0];

/**
 * Sends a file and gets its plan; the tenant's data is not changed.
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
