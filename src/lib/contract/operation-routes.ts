import { z } from "zod";
import * as kit from "../tenant/inputs.ts";
import { listPathNames, splitRoute, takesQuery, type AnyOperation, type Operations } from "../tenant/operation.ts";
import type { Route, Routes } from "./route.ts";

const KINDS = { json: "json", lines: "lines", list: "lines", csv: "csv", parts: "parts" } as const;

const shapeOf = (schema: unknown): z.ZodRawShape => (schema as z.ZodObject).shape;

export const buildRoute = (noun: string, name: string, one: AnyOperation): Route => {
  const { method, path } = splitRoute(one);
  const names = listPathNames(path);
  const own = one.path?.(kit) as z.ZodRawShape | undefined;
  const input = one.input?.(kit) as z.ZodType | undefined;
  return {
    method,
    path,
    id: `${noun}.${name}`,
    summary: one.about,
    operation: one,
    ...(names.length > 0 && { params: Object.fromEntries(names.map((each) => [each, own?.[each] ?? kit.Id])) }),
    ...(input !== undefined && (takesQuery(one) ? { query: shapeOf(input) } : { body: input })),
    ...(one.file === true && { file: true }),
    ...(one.needs === "open" && { isOpen: true }),
    ...(one.isLong === true && { isLong: true }),
    ...(one.once !== undefined && { isRepeatable: true }),
    ...(one.changes === false && { changes: false }),
    ...(one.bodyKib !== undefined && { bodyKib: one.bodyKib }),
    answer: {
      kind: KINDS[one.result ?? "json"],
      schema: z.unknown(),
      description: "The result",
      ...(one.result === "csv" && { isExport: true as const }),
    },
  } as Route;
};

export const buildRoutes = (noun: string, operations: Operations): Routes =>
  Object.fromEntries(Object.entries(operations).map(([name, one]) => [name, buildRoute(noun, name, one)]));
