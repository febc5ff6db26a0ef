import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { splitRoute, takesQuery } from "../tenant/subjects/operation.ts";
import {
  AUDIT_HEADER,
  CHANGE_HEADER,
  CHANGE_NUMBERS,
  NO_AUDIT_RECORD,
  BASE_HEADER,
  MEDIA_TYPES,
  XLSX_TYPE,
} from "../tenant/api/wire.ts";
import { createResponseFailure, checkMediaType, readJson } from "./answer.ts";
import type { Changes } from "./changes.ts";
import type { LocalRequest, LocalResult } from "../tenant/api/index.ts";

/** @throws Failure `unavailable` if the tenant cannot be reached, even after retries */
export type Transport = (request: Request) => Promise<Response>;

type Method = ReturnType<typeof splitRoute>["method"];

export interface Connection {
  readonly transport: Transport;
  /** performs a local tenant's operations in this process; if undefined, `transport` sends them to a server */
  readonly perform?: ((asked: ApiCall) => Promise<LocalResult>) | undefined;
  readonly base?: URL | undefined;
  /** aborts only long lists and exports, so that a command can still clean up after a signal */
  readonly signal?: AbortSignal | undefined;
  /** called before each request that changes the tenant; an error prevents the request */
  readonly beforeChange?: ((route: { readonly method: Method }) => Promise<void>) | undefined;
  readonly changes?: Changes | undefined;
  /** called if an export cannot be recorded in the audit log, because the tenant is read-only */
  readonly unaudited?: (() => Promise<void>) | undefined;
  readonly newKey?: (() => string) | undefined;
  readonly changed?: ((numbers: readonly number[]) => void) | undefined;
  readonly credentialSource?: string | undefined;
  /** where to sign in, if it is not at the tenant */
  readonly signInAt?: string | undefined;
}

export type Upload = NonNullable<LocalRequest["file"]>;

export interface ApiCall extends LocalRequest {
  readonly given: Readonly<Record<string, unknown>> | undefined;
}

export interface StreamedLines<T> extends AsyncIterable<T> {
  readonly batches: () => AsyncGenerator<readonly T[]>;
  readonly ndjson: () => AsyncGenerator<Uint8Array>;
}

const buildUrl = ({ base = new URL("http://tenant.invalid") }: Connection, path: string): URL =>
  new URL(base.pathname.replace(/\/$/, "") + path, base);

const noteChanges = ({ changed }: Connection, { headers }: Response): void => {
  const numbers = headers.get(CHANGE_HEADER) ?? "";
  if (CHANGE_NUMBERS.test(numbers)) changed?.(numbers.split(", ").map(Number));
};

const createCallFailure = async (
  { credentialSource: where, base, signInAt: server }: Connection,
  { method, path }: { readonly method: Method; readonly path: string },
  response: Response,
): Promise<Failure> => {
  const failure = await createResponseFailure({ method, path, base }, response);
  if (failure.code !== "not-signed-in") return failure;
  const { line, step } = await import("../advice/index.ts");
  const usual =
    where === undefined
      ? step("to sign in", "サインインするには", line("login", server === undefined ? [] : [server]))
      : step(
          "to create another token, after signing in with login",
          "login でサインインして、別のトークンを作るには",
          line("access-tokens create", ["NAME"]),
        );
  return failure.with({ hint: failure.hint ?? usual, ...(where !== undefined && { where }) });
};

export interface PlainRequest {
  readonly method: Method;
  readonly path: string;
  readonly body?: string | undefined;
}

export interface PlainResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: ReadableStream<Uint8Array> | null;
  readonly failure?: Failure | undefined;
}

export const sendRequest = async (
  connection: Connection,
  { method, path, body }: PlainRequest,
): Promise<PlainResponse> => {
  const url = /^[a-z][a-z\d+.-]*:/i.test(path) ? URL.parse(path) : buildUrl(connection, path.replace(/^(?!\/)/, "/"));
  const { origin, pathname } = buildUrl(connection, "/");
  if (url === null || url.origin !== origin || !url.pathname.startsWith(pathname))
    throw new Failure("usage", {
      what: text(
        "this address does not belong to the tenant, so clomoctl does not send credentials to it",
        "このテナントのアドレスではないため、サインイン情報を送りません",
      ),
      where: path,
      hint: text("for example: /v1/orgs", "例: /v1/orgs"),
    });
  if (method !== "get") await connection.beforeChange?.({ method });
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const signal = connection.signal ?? null;
  const init = { method: method.toUpperCase(), headers, body: body ?? null, signal };
  const place = { method, path: url.pathname.slice(pathname.length - 1) };
  let refused: PlainResponse | undefined;
  const ask = async (): Promise<Response> => {
    const response = await connection.transport(new Request(url, init));
    if (response.ok) return response;
    const failure = await createCallFailure(connection, place, response);
    refused = { status: response.status, headers: [...response.headers], body: null, failure };
    throw failure;
  };
  const isTold = method !== "get" && connection.changes !== undefined;
  const response = await (isTold ? connection.changes.make(ask) : ask()).catch((error: unknown) => {
    if (refused === undefined) throw error;
  });
  if (response === undefined) return refused as PlainResponse;
  if (response.headers.get(AUDIT_HEADER) === NO_AUDIT_RECORD) await connection.unaudited?.();
  noteChanges(connection, response);
  return { status: response.status, headers: [...response.headers], body: response.body };
};

const fillPath = (path: string, values: ApiCall["path"]): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));

const contentTypeOf = ({ encoding }: Upload): string =>
  encoding === "xlsx" ? XLSX_TYPE : `text/csv; charset=${encoding}`;

const buildRequest = (connection: Connection, { one, path, given, file, signal, base }: ApiCall): Request => {
  const place = splitRoute(one);
  const url = buildUrl(connection, fillPath(place.path, path));
  const isQuery = takesQuery(one);
  for (const [name, value] of Object.entries(isQuery ? (given ?? {}) : {}))
    if (value !== undefined) url.searchParams.set(name, typeof value === "string" ? value : JSON.stringify(value));
  const body = file?.stream ?? (isQuery || given === undefined ? null : JSON.stringify(given));
  const type = file === undefined ? "application/json" : contentTypeOf(file);
  const key = one.once === undefined ? undefined : connection.newKey?.();
  const init: RequestInit & { duplex?: "half" } = {
    method: place.method.toUpperCase(),
    headers: {
      ...(body === null ? {} : { "content-type": type }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...(base === undefined ? {} : { [BASE_HEADER]: String(base) }),
    },
    body,
    signal: signal ?? null,
    ...(file === undefined ? {} : { duplex: "half" }),
  };
  return new Request(url, init);
};

export const send = async (connection: Connection, asked: ApiCall): Promise<unknown> => {
  const { one } = asked;
  const place = splitRoute(one);
  const response = await connection.transport(buildRequest(connection, asked));
  if (!response.ok) throw await createCallFailure(connection, place, response);
  const kind = one.result ?? "json";
  checkMediaType(place, response, MEDIA_TYPES[kind]);
  noteChanges(connection, response);
  if (kind === "json") return readJson(place, response);
  const content = response.body ?? new Blob([]).stream();
  return kind === "csv" ? { content, isAudited: response.headers.get(AUDIT_HEADER) !== NO_AUDIT_RECORD } : content;
};
