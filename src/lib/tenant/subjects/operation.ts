import type { z } from "zod";
import type * as Inputs from "../ledger/inputs.ts";
import type { Actor } from "../ledger/actor.ts";
import type { NeededRight } from "../ledger/check-rights.ts";
import { type RequestKey, collectChangeNumbers } from "../ledger/request-changes.ts";
import type { TenantParts } from "./parts.ts";
import type { Lines } from "../ledger/lists.ts";
import type { TenantExport } from "../ledger/list-export.ts";
import type { Upload } from "./upload.ts";

/** Only requests over a socket and the API document load zod and these schemas. */
export type InputKit = typeof Inputs;

/** A result of the kind `list` is NDJSON with one record per line. */
export type ResultKind = "json" | "lines" | "list" | "csv" | "file";

export interface ResultOf<K extends ResultKind> {
  readonly json: unknown;
  readonly lines: Lines<unknown>;
  readonly list: Lines<unknown>;
  readonly csv: TenantExport;
  readonly file: ReadableStream<Uint8Array>;
  readonly kind: K;
}

export type PathNames<R extends string> = R extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathNames<Rest>
  : never;

/** A path parameter without a schema is an id. */
export type PathOf<R extends string, P extends z.ZodRawShape> = {
  readonly [N in PathNames<R>]: N extends keyof P ? z.output<P[N] & z.ZodType> : string;
};

type OptionalKeys<I extends z.ZodType, In = z.input<I>> = {
  // oxlint-disable-next-line typescript/no-empty-object-type -- true if the member may be missing
  [K in keyof In]-?: {} extends Pick<In, K> ? K : never;
}[keyof In];

type Frozen<T> = T extends readonly (infer E)[]
  ? readonly Frozen<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

/** Inputs have no defaults, because calls in the same process do not apply defaults. */
export type OperationInput<I extends z.ZodType, Out = Frozen<z.output<I>>> =
  unknown extends z.input<I>
    ? Out
    : { readonly [K in keyof Out as Exclude<K, OptionalKeys<I>>]: Out[K] } & {
        readonly [K in keyof Out as Extract<K, OptionalKeys<I>>]?: Out[K] | undefined;
      };

export interface Call<F extends boolean = boolean> {
  readonly signal: AbortSignal;
  readonly file: F extends true ? Upload : undefined;
}

export type Route = `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /v1/${string}`;

type Rights<R extends Route, P extends z.ZodRawShape, I extends z.ZodType> =
  | readonly NeededRight[]
  | ((actor: Actor, given: OperationInput<I>, path: PathOf<R, P>) => readonly NeededRight[]);

export interface Operation<
  R extends Route = Route,
  P extends z.ZodRawShape = z.ZodRawShape,
  I extends z.ZodType = z.ZodType,
  K extends ResultKind = ResultKind,
  F extends boolean = boolean,
  O = unknown,
> {
  readonly route: R;
  readonly about: string;
  readonly path?: (kit: InputKit) => P;
  /** the query of GET, DELETE and uploads, else the JSON body; unknown members are rejected */
  readonly input?: (kit: InputKit) => I;
  /** the rights that the operation needs; `open` needs no sign-in */
  readonly needs: Rights<R, P, I> | "open";
  readonly result?: K;
  readonly file?: F;
  /** false if the operation writes no tenant data except plans and the reminder log */
  readonly changes?: false;
  /** true if an Idempotency-Key makes the operation run only once; a list names members that may differ */
  readonly once?: true | readonly string[];
  /** true if the work takes longer with more records or waits for another service */
  readonly isLong?: true;
  readonly run: (parts: TenantParts, given: OperationInput<I>, call: Call<F> & PathOf<R, P>) => O | Promise<O>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- any operation
export type AnyOperation = Operation<Route, any, any, ResultKind, any, unknown>;

export type Operations = Readonly<Record<string, AnyOperation>>;

// oxlint-disable-next-line typescript/no-empty-object-type -- no values of the path
export const operation = <
  const R extends Route,
  // oxlint-disable-next-line typescript/no-empty-object-type -- only ids in the path
  P extends z.ZodRawShape = {},
  I extends z.ZodType = z.ZodUndefined,
  K extends ResultKind = "json",
  F extends boolean = false,
  O extends ResultOf<K>[K] = ResultOf<K>[K],
>(
  one: Operation<R, P, I, K, F, O>,
): Operation<R, P, I, K, F, O> => one;

type Method = "get" | "post" | "put" | "patch" | "delete";

export const splitRoute = ({
  route,
}: Pick<AnyOperation, "route">): { readonly method: Method; readonly path: string } => {
  const [method, path] = route.split(" ") as [string, string];
  return { method: method.toLowerCase() as Method, path };
};

export const listPathNames = (path: string): readonly string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);

export const takesQuery = (one: AnyOperation): boolean => one.file === true || /^(?:GET|DELETE) /.test(one.route);

export const changesTenant = ({ route, changes }: Pick<AnyOperation, "route" | "changes">): boolean =>
  !route.startsWith("GET ") && changes !== false;

export interface OperationRequest extends Call {
  readonly path: Readonly<Record<string, string>>;
  readonly given: unknown;
  readonly base?: number | undefined;
  readonly key?: RequestKey | undefined;
}

export const requireRights = async (
  { needs }: AnyOperation,
  actor: Actor,
  { given, path }: Pick<OperationRequest, "given" | "path">,
): Promise<void> => {
  if (actor.account === undefined || needs === "open") return;
  const { requirePermission } = await import("../ledger/check-rights.ts");
  requirePermission(actor, typeof needs === "function" ? needs(actor, given, path) : needs);
};

/** Returns the result and the numbers of the changes. The caller must check the input first. */
export const perform = async (
  one: AnyOperation,
  parts: TenantParts,
  { path, given, base, key, ...call }: OperationRequest,
) => {
  await requireRights(one, parts.session.actor, { given, path });
  return collectChangeNumbers(() => one.run(parts, given, { ...path, ...call }), { base, key });
};
