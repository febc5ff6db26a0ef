import type { Lines } from "../tenant/ledger/lists.ts";
import type { TenantExport } from "../tenant/ledger/list-export.ts";
import type { Failure } from "../errors/index.ts";
import type { z } from "zod";
import {
  changesTenant,
  listPathNames,
  splitRoute,
  type AnyOperation,
  type OperationInput,
  type Operation,
  type Operations,
  type PathNames,
  type PathOf,
} from "../tenant/subjects/operation.ts";
import { OPERATIONS, type OperationNoun, type OperationsOf, type Import } from "../tenant/api/operations.ts";
import type { createFaultFailure } from "./answer.ts";
import type { ApiCall, Connection, StreamedLines, Upload } from "./call.ts";

export type * from "../tenant/api/operations.ts";
export type { Connection, PlainRequest, PlainResponse, StreamedLines, Transport, Upload } from "./call.ts";
export { Changes } from "./changes.ts";
export { watchWork } from "../tenant/store/work.ts";

type IsUnion<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;

/** A single path parameter is passed as a value, several as an object. */
type PathArguments<R extends string, P extends z.ZodRawShape> = [PathNames<R>] extends [never]
  ? []
  : IsUnion<PathNames<R>> extends true
    ? [subject: PathOf<R, P>]
    : [subject: PathOf<R, P>[PathNames<R>]];

type InputOf<I extends z.ZodType> =
  z.output<I> extends undefined
    ? []
    : Partial<OperationInput<I>> extends OperationInput<I>
      ? [given?: OperationInput<I>]
      : [given: OperationInput<I>];

type MethodResult<K, O> = K extends "list" | "lines"
  ? Awaited<O> extends Lines<infer T>
    ? StreamedLines<T>
    : never
  : K extends "csv"
    ? Promise<ReadableStream<Uint8Array>>
    : Promise<Awaited<O>>;

type Method<One> =
  One extends Operation<infer R, infer P, infer I, infer K, infer F, infer O>
    ? (
        ...given: [
          ...PathArguments<R, P>,
          ...(F extends true ? [file: Upload] : []),
          ...InputOf<I>,
          signal?: AbortSignal,
        ]
      ) => MethodResult<K, O>
    : never;

type MethodsOf<T> = { readonly [K in keyof T]: Method<T[K]> };

const readArguments = (one: AnyOperation, given: readonly unknown[], ending: AbortSignal | undefined): ApiCall => {
  const names = listPathNames(splitRoute(one).path);
  const left = [...given];
  const subject = names.length === 0 ? {} : left.shift();
  const path = names.length === 1 ? { [names[0] ?? ""]: subject } : subject;
  const file = one.file === true ? (left.shift() as Upload) : undefined;
  const input = one.input === undefined ? undefined : (left.shift() ?? {});
  const usual = (one.result ?? "json") === "json" ? undefined : ending;
  return {
    one,
    path: path as ApiCall["path"],
    given: input as ApiCall["given"],
    file,
    signal: (left.shift() as AbortSignal | undefined) ?? usual,
  };
};

const perform = async (connection: Connection, asked: ApiCall): Promise<unknown> => {
  if (connection.perform === undefined) return (await import("./call.ts")).send(connection, asked);
  const { given: result, changes } = await connection.perform(asked);
  if (changes.length > 0) connection.changed?.(changes);
  return result;
};

export const ask = async (connection: Connection, asked: ApiCall): Promise<unknown> => {
  const { one, given } = asked;
  if (!changesTenant(one) || given?.["dryRun"] === true) return perform(connection, asked);
  await connection.beforeChange?.(splitRoute(one));
  const { changes } = connection;
  if (changes === undefined) return perform(connection, asked);
  const base = changes.takeBase();
  // `base` is not needed with an etag, which also detects changes since the plan was shown
  return changes.make(() => perform(connection, given?.["etag"] === undefined ? { ...asked, base } : asked));
};

const createFault = async (...fault: Parameters<typeof createFaultFailure>): Promise<Failure> =>
  (await import("./answer.ts")).createFaultFailure(...fault);

/** This limit, in UTF-16 code units, is far above the longest valid line. */
const LINE_LIMIT = 16 * 1024 * 1024;

async function* readLines(place: ReturnType<typeof splitRoute>, body: Lines<unknown>) {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const lines = decoder.decode(chunk, { stream: true }).split("\n");
    lines[0] = rest + (lines[0] ?? "");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
    if (rest.length > LINE_LIMIT) throw await createFault(place, "long line");
  }
  if (rest !== "") throw await createFault(place, "truncated");
}

async function* iterateBatches(connection: Connection, asked: ApiCall): AsyncGenerator<readonly unknown[]> {
  const place = splitRoute(asked.one);
  for await (const lines of readLines(place, (await ask(connection, asked)) as Lines<unknown>)) {
    asked.signal?.throwIfAborted();
    const batch: unknown[] = [];
    try {
      for (const line of lines) batch.push(JSON.parse(line));
    } catch {
      yield batch;
      throw await createFault(place, "malformed");
    }
    yield batch;
  }
}

const LINE_FEED = 0x0a;

async function* iterateBytes(connection: Connection, asked: ApiCall): AsyncGenerator<Uint8Array> {
  let last: number | undefined;
  for await (const chunk of (await ask(connection, asked)) as AsyncIterable<Uint8Array>) {
    asked.signal?.throwIfAborted();
    yield chunk;
    last = chunk.at(-1) ?? last;
  }
  if (last !== undefined && last !== LINE_FEED) throw await createFault(splitRoute(asked.one), "truncated");
}

const openLines = (connection: Connection, asked: ApiCall): StreamedLines<unknown> => ({
  batches: () => iterateBatches(connection, asked),
  ndjson: () => {
    const given = asked.one.result === "list" ? { ...asked.given, columns: true } : asked.given;
    return iterateBytes(connection, { ...asked, given });
  },
  async *[Symbol.asyncIterator]() {
    for await (const batch of iterateBatches(connection, asked)) yield* batch;
  },
});

const openCsv = async (connection: Connection, asked: ApiCall): Promise<ReadableStream<Uint8Array>> => {
  const { content, isAudited } = (await ask(connection, asked)) as TenantExport;
  if (!isAudited) await connection.unaudited?.();
  return content;
};

const RESPONSE_READERS = { json: ask, lines: openLines, list: openLines, csv: openCsv, file: ask };

export const buildMethods = (connection: Connection, operations: Operations): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, one]) => [
      name,
      (...given: readonly unknown[]) =>
        RESPONSE_READERS[one.result ?? "json"](connection, readArguments(one, given, connection.signal)),
    ]),
  );

export type NounName = OperationNoun;

export type Client<N extends NounName = NounName> = {
  readonly [K in N]: MethodsOf<OperationsOf<K>>;
};

export const openClient = async <N extends NounName>(
  connection: Connection,
  nouns: readonly N[],
): Promise<Client<N>> => {
  const loaded = nouns.map(async (noun) => [noun, buildMethods(connection, await OPERATIONS[noun]())] as const);
  return Object.fromEntries<unknown>(await Promise.all(loaded)) as Client<N>;
};

export type NewImport = Parameters<Client["imports"]["create"]>[0];

export const planImport = async (
  { imports }: { readonly imports: Pick<Client["imports"], "create" | "upload"> },
  request: NewImport,
  file: Upload,
  signal?: AbortSignal,
): Promise<Import> => {
  const { id } = await imports.create(request);
  return imports.upload(id, file, signal);
};
