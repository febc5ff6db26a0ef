import { AUDIT_HEADER, BASE_HEADER, MEDIA_TYPES, NO_AUDIT_RECORD, XLSX_TYPE } from "../tenant/api/wire.ts";
import { splitRoute, takesQuery } from "../tenant/subjects/operation.ts";
import { checkMediaType, readJson } from "./answer.ts";
import { buildUrl, createCallFailure, noteChanges, type ApiCall, type Connection, type Upload } from "./call.ts";

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
