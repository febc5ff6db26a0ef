import type { z } from "zod";
import { listPathNames, splitRoute, takesQuery, type AnyOperation } from "../operation.ts";

/** The schemas of what a request asks. A request whose input is in its body has no query. */
export interface InputSchemas {
  readonly path: z.ZodType;
  readonly query: z.ZodType;
  readonly body?: z.ZodType | undefined;
}

export const buildInputSchemas = async (one: AnyOperation): Promise<InputSchemas> => {
  const kit = await import("../inputs.ts");
  const own = one.path?.(kit) as z.ZodRawShape | undefined;
  const names = listPathNames(splitRoute(one).path);
  const input = one.input?.(kit) as z.ZodType | undefined;
  const isQuery = takesQuery(one);
  return {
    path: kit.z.object(Object.fromEntries(names.map((name) => [name, own?.[name] ?? kit.Id]))),
    query: (isQuery ? input : undefined) ?? kit.z.strictObject({}),
    body: isQuery ? undefined : input,
  };
};
